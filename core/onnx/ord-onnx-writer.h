/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An ONNX file in the making: an empty network, or another one's that is to go
 * on. Values are known by their names.
 */
#pragma once

#include "../ord-output.h"

G_BEGIN_DECLS

/* Of ONNX's own operators, in a file that begins empty: old enough for every
 * reader that is about. */
#define ORD_ONNX_WRITER_OPSET 13

typedef struct _OrdOnnxWriter OrdOnnxWriter;

OrdOnnxWriter *ord_onnx_writer_new  (void);
void           ord_onnx_writer_free (OrdOnnxWriter *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OrdOnnxWriter, ord_onnx_writer_free)

/**
 * ord_onnx_writer_new_from:
 * @model: an ONNX file
 * @file: how messages call it
 * @input: its input for pictures, which becomes @as_input; the only one
 * @output: the value that goes on, which becomes @as_output and is no output
 *   any more
 *
 * A value of the network whose name is wanted, by these or for something that
 * is added later, gets another one.
 *
 * Returns: (transfer full) (nullable): %NULL with an ORD_ERROR_MODEL: the file,
 *   as in ord_onnx_parse(), or its operators are older than version 7, which is
 *   needed for what is added
 */
OrdOnnxWriter *ord_onnx_writer_new_from (GBytes      *model,
                                         const char  *file,
                                         const char  *input,
                                         const char  *as_input,
                                         const char  *output,
                                         const char  *as_output,
                                         GError     **error);

/* What is said about the file as a whole; a key that is there already gets the
 * new value. Texts that are no UTF-8 are made so. */
void ord_onnx_writer_set_words    (OrdOnnxWriter *writer,
                                   const char    *words);
void ord_onnx_writer_set_metadata (OrdOnnxWriter *writer,
                                   const char    *key,
                                   const char    *value);

/* Ports of floats; the first input that is added to an empty network has a free
 * number of rows (pictures), called "batch", and all others have as many as the
 * first one. @height, @width: 0 where free */
void ord_onnx_writer_add_images   (OrdOnnxWriter *writer,
                                   const char    *name,
                                   int            channels,
                                   int            height,
                                   int            width);
void ord_onnx_writer_add_rows     (OrdOnnxWriter *writer,
                                   const char    *name,
                                   int            width);
void ord_onnx_writer_add_output   (OrdOnnxWriter *writer,
                                   const char    *name,
                                   int            width);

/**
 * ord_onnx_writer_add_floats:
 * @dims: (n_dims)
 * @values: (product of @dims), row-major; must live until the file is written
 *
 * A constant.
 */
void ord_onnx_writer_add_floats   (OrdOnnxWriter *writer,
                                   const char    *name,
                                   guint          n_dims,
                                   const gsize   *dims,
                                   const float   *values);

/* A constant whole number, such as an index. */
void ord_onnx_writer_add_index    (OrdOnnxWriter *writer,
                                   const char    *name,
                                   gint64         value);

/* A constant row of @n of them. */
void ord_onnx_writer_add_indices  (OrdOnnxWriter *writer,
                                   const char    *name,
                                   guint          n,
                                   const gint64  *values);

/* (transfer none): room for @n floats, zeros, that lives as long as @writer. */
float *ord_onnx_writer_take_floats (OrdOnnxWriter *writer,
                                    gsize          n);

/* @inputs: (n): values, or "" for one that is absent
 * @output: becomes the node's name too */
void ord_onnx_writer_add_node     (OrdOnnxWriter      *writer,
                                   const char         *op,
                                   guint               n,
                                   const char * const *inputs,
                                   const char         *output);

/* Attributes of the node added last. */
void ord_onnx_writer_set_int      (OrdOnnxWriter *writer,
                                   const char    *attribute,
                                   gint64         value);
void ord_onnx_writer_set_ints     (OrdOnnxWriter *writer,
                                   const char    *attribute,
                                   guint          n,
                                   const int     *values);
void ord_onnx_writer_set_float    (OrdOnnxWriter *writer,
                                   const char    *attribute,
                                   float          value);

/* Writes the file, and leaves it to the caller to commit it.
 * ORD_ERROR_MODEL: it is larger than the 2 GiB that such a file can have */
gboolean ord_onnx_writer_save     (OrdOnnxWriter  *writer,
                                   OrdOutput      *output,
                                   GError        **error);

G_END_DECLS
