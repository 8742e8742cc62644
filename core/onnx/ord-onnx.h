/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A network in an ONNX file, read and checked: nodes in an order in which they
 * can be computed, constants as plain numbers.
 */
#pragma once

#include "../ord-error.h"

G_BEGIN_DECLS

#define ORD_ONNX_MAX_DIMS 8

/* Float tensors of more values are emptied by ord_onnx_strip_weights(). */
#define ORD_ONNX_STRIP_ABOVE 64

typedef struct _OrdOnnx OrdOnnx;

/**
 * OrdOnnxTensor:
 * @name: unique among all values of the graph
 * @dims: (n_dims); the product of them is @count, 1 where there are none
 * @floats: (nullable): (count), row-major; of FLOAT, FLOAT16, BFLOAT16 and
 *   DOUBLE
 * @ints: (nullable): (count), row-major; of INT32 and INT64
 * @stripped: a float tensor whose values were taken away; @floats is %NULL
 *
 * A constant: an initialiser or what a Constant node holds. Of another type
 * than these, it has neither floats nor ints.
 */
typedef struct
{
  const char   *name;
  guint         n_dims;
  gsize         dims[ORD_ONNX_MAX_DIMS];
  gsize         count;
  const float  *floats;
  const gint64 *ints;
  gboolean      stripped;
} OrdOnnxTensor;

/**
 * OrdOnnxNode:
 * @name: for people; often empty, not unique
 * @domain: empty for ONNX's own operators ("ai.onnx" is given as empty)
 * @inputs: (n_inputs), and a %NULL; an empty name is an optional input that is
 *   absent
 * @outputs: (n_outputs), and a %NULL; an empty name is one that nobody reads
 * @attributes: (private)
 */
typedef struct
{
  const char         *name;
  const char         *op;
  const char         *domain;
  guint               n_inputs;
  guint               n_outputs;
  const char * const *inputs;
  const char * const *outputs;
  gconstpointer       attributes;
} OrdOnnxNode;

/**
 * OrdOnnxPort:
 * @n_dims: -1 where the rank is not known
 * @dims: (n_dims): -1 where free
 * @is_float: FLOAT, FLOAT16, BFLOAT16 or DOUBLE
 *
 * An input or an output of the whole graph.
 */
typedef struct
{
  const char *name;
  int         n_dims;
  gint64      dims[ORD_ONNX_MAX_DIMS];
  gboolean    is_float;
} OrdOnnxPort;

/* @file: how messages call it.
 * ORD_ERROR_MODEL: it is no ONNX model, is damaged, or needs what is not read
 * here (data in further files, sparse tensors). Takes no more memory than a
 * small multiple of its size. */
OrdOnnx *ord_onnx_parse            (GBytes      *bytes,
                                    const char  *file,
                                    GError     **error);

/* As above; a float tensor of more than ORD_ONNX_STRIP_ABOVE values may be
 * without them, and is then stripped. */
OrdOnnx *ord_onnx_parse_structure  (GBytes      *bytes,
                                    const char  *file,
                                    GError     **error);
void     ord_onnx_free             (OrdOnnx     *onnx);

const char *ord_onnx_get_file      (const OrdOnnx *onnx);

/* The version of ONNX's own operators. */
gint64   ord_onnx_get_opset        (const OrdOnnx *onnx);

/* Each node stands after those whose outputs it reads. Constant nodes that
 * have become tensors are not among them. */
guint              ord_onnx_get_n_nodes   (const OrdOnnx *onnx);
const OrdOnnxNode *ord_onnx_get_node      (const OrdOnnx *onnx,
                                           guint          index);

/* Inputs that are no initialisers. */
guint              ord_onnx_get_n_inputs  (const OrdOnnx *onnx);
const OrdOnnxPort *ord_onnx_get_input     (const OrdOnnx *onnx,
                                           guint          index);
guint              ord_onnx_get_n_outputs (const OrdOnnx *onnx);
const OrdOnnxPort *ord_onnx_get_output    (const OrdOnnx *onnx,
                                           guint          index);

/**
 * ord_onnx_get_fixed_size:
 * @height, @width: (out): of the pictures that the network reads, which are its
 *   first input of floats and shape (n, 1 or 3 channels, height, width)
 *
 * Returns: %FALSE, and neither is set, where not both are fixed
 */
gboolean           ord_onnx_get_fixed_size (const OrdOnnx *onnx,
                                            gint64        *height,
                                            gint64        *width);

/* (transfer none) (nullable): an initialiser or what a Constant node holds. */
const OrdOnnxTensor *ord_onnx_find_tensor (const OrdOnnx *onnx,
                                           const char    *name);

/* (transfer none) (nullable) */
const char *ord_onnx_get_metadata  (const OrdOnnx *onnx,
                                    const char    *key);

/* Whether the node has an attribute of that name, of whatever type. */
gboolean    ord_onnx_node_has      (const OrdOnnxNode *node,
                                    const char        *attribute);

/* @fallback where the attribute is missing or of another type. */
gint64      ord_onnx_node_int      (const OrdOnnxNode *node,
                                    const char        *attribute,
                                    gint64             fallback);
double      ord_onnx_node_float    (const OrdOnnxNode *node,
                                    const char        *attribute,
                                    double             fallback);
const char *ord_onnx_node_string   (const OrdOnnxNode *node,
                                    const char        *attribute,
                                    const char        *fallback);

/* 0 where the attribute is missing or of another type. */
guint       ord_onnx_node_n_ints   (const OrdOnnxNode *node,
                                    const char        *attribute);

/* @values: (n). %FALSE, and @values as they were, where the attribute is
 * missing, of another type, or has not just @n. */
gboolean    ord_onnx_node_ints     (const OrdOnnxNode *node,
                                    const char        *attribute,
                                    guint              n,
                                    gint64            *values);

/* (transfer full): the same model for ord_onnx_parse_structure(), its float
 * tensors of more than ORD_ONNX_STRIP_ABOVE values without them. */
GBytes     *ord_onnx_strip_weights (const OrdOnnx  *onnx,
                                    GError        **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OrdOnnx, ord_onnx_free)

G_END_DECLS
