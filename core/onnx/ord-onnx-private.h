/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the readers of an ONNX file share: the memory they may take, the bytes
 * before they become messages, and how messages become tensors and nodes.
 */
#pragma once

#include "ord-onnx.h"

#include "onnx.pb-c.h"

G_BEGIN_DECLS

/**
 * OrdOnnxBudget:
 * @allocator: takes memory and gives it back; %NULL beyond @limit
 * @limit: bytes
 * @used: bytes, those of the book-keeping included
 * @exceeded: something was refused
 *
 * A message of two bytes can ask for hundreds in memory; this is where a file
 * ends that has nothing else in it.
 */
typedef struct
{
  ProtobufCAllocator allocator;
  gsize              limit;
  gsize              used;
  gboolean           exceeded;
} OrdOnnxBudget;

void     ord_onnx_budget_init  (OrdOnnxBudget *budget,
                                gsize          file_size);

/* (transfer full) (nullable): @n items of @size, aligned for all of them. */
gpointer ord_onnx_budget_alloc (OrdOnnxBudget *budget,
                                gsize          n,
                                gsize          size);
void     ord_onnx_budget_free  (OrdOnnxBudget *budget,
                                gpointer       memory);

/* Before anything is unpacked: whether @bytes are messages as @type has them
 * (unpacking recurses, and merges what is there twice). */
gboolean ord_onnx_wire_check (GBytes                           *bytes,
                              const ProtobufCMessageDescriptor *type,
                              GError                          **error);

/* Of the types whose numbers are read as floats. */
gboolean ord_onnx_is_float   (int data_type);

/* (transfer full): @name and what @proto holds stay those of the message;
 * numbers that had to be converted are the tensor's own.
 * @may_be_stripped: as in ord_onnx_parse_structure() */
OrdOnnxTensor *ord_onnx_tensor_new  (const char               *name,
                                     const Onnx__TensorProto  *proto,
                                     gboolean                  may_be_stripped,
                                     OrdOnnxBudget            *budget,
                                     GError                  **error);

/* (transfer full): of one number, or a row of them, that stay the caller's.
 * @n_dims: 0 or 1 */
OrdOnnxTensor *ord_onnx_tensor_view (const char    *name,
                                     guint          n_dims,
                                     gsize          count,
                                     const float   *floats,
                                     const gint64  *ints);
void           ord_onnx_tensor_free (OrdOnnxTensor *tensor,
                                     OrdOnnxBudget *budget);

/* @node: cleared, and filled from @proto, whose strings it borrows. */
gboolean ord_onnx_node_init  (OrdOnnxNode            *node,
                              const Onnx__NodeProto  *proto,
                              GError                **error);
void     ord_onnx_node_clear (OrdOnnxNode            *node);

/* (nullable): the attribute of that name, of whatever type. */
const Onnx__AttributeProto *ord_onnx_node_find (const OrdOnnxNode *node,
                                                const char        *attribute);

/* What it holds; files before IR version 2 do not say. */
Onnx__AttributeProto__AttributeType
ord_onnx_attribute_type (const Onnx__AttributeProto *attribute);

G_END_DECLS
