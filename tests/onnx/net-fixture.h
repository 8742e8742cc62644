/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Small networks as ONNX files, written with the schema's own code: good ones,
 * and each part within reach so that it can be made bad.
 */
#pragma once

#include "onnx/ord-onnx.h"

#include "onnx.pb-c.h"

/**
 * Net:
 * @model: whose graph is @graph
 * @pieces: all that is to be freed
 */
typedef struct
{
  Onnx__ModelProto  model;
  Onnx__GraphProto  graph;
  GPtrArray        *pieces;
} Net;

/* Nothing but the version of the operators. */
void                  net_init        (Net          *net);
void                  net_clear       (Net          *net);

/* Zeros, freed with @net. */
gpointer              net_alloc       (Net          *net,
                                       gsize         size);

/* @dims: (n_dims): -1 is free */
Onnx__ValueInfoProto *net_add_input   (Net          *net,
                                       const char   *name,
                                       gsize         n_dims,
                                       const gint64 *dims);
Onnx__ValueInfoProto *net_add_output  (Net          *net,
                                       const char   *name,
                                       gsize         n_dims,
                                       const gint64 *dims);

/* An initialiser of floats, as raw bytes. */
Onnx__TensorProto    *net_add_floats  (Net          *net,
                                       const char   *name,
                                       gsize         n_dims,
                                       const gint64 *dims,
                                       const float  *values);
/* Of random numbers, told by its name. */
void                  net_add_random  (Net          *net,
                                       const char   *name,
                                       gsize         n_dims,
                                       const gint64 *dims,
                                       double        low,
                                       double        high);
/* One with a shape, and nothing in it yet. */
Onnx__TensorProto    *net_add_tensor  (Net          *net,
                                       const char   *name,
                                       int           data_type,
                                       gsize         n_dims,
                                       const gint64 *dims);
void                  net_set_raw     (Net               *net,
                                       Onnx__TensorProto *tensor,
                                       gconstpointer      bytes,
                                       gsize              size);

/* @inputs, @outputs: names with spaces between them; "-" is one that is
 * absent */
Onnx__NodeProto      *net_add_node    (Net          *net,
                                       const char   *op,
                                       const char   *inputs,
                                       const char   *outputs);
Onnx__AttributeProto *net_set         (Net             *net,
                                       Onnx__NodeProto *node,
                                       const char      *attribute,
                                       int              type);
void                  net_set_int     (Net             *net,
                                       Onnx__NodeProto *node,
                                       const char      *attribute,
                                       gint64           value);
void                  net_set_string  (Net             *net,
                                       Onnx__NodeProto *node,
                                       const char      *attribute,
                                       const char      *value);
void                  net_set_ints    (Net             *net,
                                       Onnx__NodeProto *node,
                                       const char      *attribute,
                                       gsize            n,
                                       const gint64    *values);

GBytes               *net_to_bytes    (Net          *net);

/* (transfer full): the network with its second input, of rows, made a constant
 * of one row: OrdOnnxSession takes pictures only.
 * @values: (width), which that input must have */
GBytes               *net_fix_rows    (GBytes       *bytes,
                                       const char   *input,
                                       guint         width,
                                       const float  *values);

/* One convolution of 3×3 without padding, "image" (N, 2, H, W) to "features"
 * (N, 3) by their means, with a slope and an offset per channel that can be
 * told by heart: weights of output c are c+1 in the middle of input 0 and
 * −1 in the first corner of input 1, the offset is c. */
void                  net_convolution (Net          *net);

/* Something of everything that the parser reads: two convolutions, ReLU, a
 * Constant, a subgraph, integers, half floats, metadata. */
void                  net_everything  (Net          *net);

/* Every operator that can be trained on, with random weights: "image" (N, 3,
 * height, width) to "features" (N, 5); −1 is a free side. */
void                  net_every_operator (Net       *net,
                                          gint64     height,
                                          gint64     width);

/* @message: (nullable): of fields at the level of the file; freed
 * Returns: (transfer full): a message of one field that holds it. */
GByteArray           *wire_wrap       (GByteArray   *message,
                                       guint         field);
void                  wire_varint     (GByteArray   *message,
                                       guint64       value);
