/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A trainable network: a directed acyclic graph of layers with forward and
 * backward passes on oneDNN. Layers are added in order, each naming the nodes
 * it reads; sizes are found when a batch comes, so any input size will do.
 */
#pragma once

#include "ord-parameter.h"

G_BEGIN_DECLS

typedef struct _OrdGraph OrdGraph;

/* A place in the graph: the output of a layer. */
typedef int OrdNode;

/* @seed: of the initial parameters. */
OrdGraph *ord_graph_new  (guint64   seed);
void      ord_graph_free (OrdGraph *graph);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OrdGraph, ord_graph_free)

/**
 * OrdConvolution:
 * @channels: of the output
 * @kernel, @stride, @dilation: rows, columns; 0 means 1
 * @pad: top, left, bottom, right, in zeros
 * @groups: 0 means 1; as many as input channels is depth-wise
 * @bias: not wanted before batch norm
 */
typedef struct
{
  int      channels;
  int      kernel[2];
  int      stride[2];
  int      dilation[2];
  int      pad[4];
  int      groups;
  gboolean bias;
} OrdConvolution;

/**
 * OrdPooling:
 * @kernel, @stride, @pad: as of a convolution
 * @include_padding: whether an average counts the padding zeros
 * @ceil: a last window that reaches over the end counts, if it starts before
 *   it; what it reaches beyond the padding is no part of an average
 * @dilation: of a maximum: rows, columns; 0 means 1
 */
typedef struct
{
  int      kernel[2];
  int      stride[2];
  int      pad[4];
  gboolean include_padding;
  gboolean ceil;
  int      dilation[2];
} OrdPooling;

/**
 * OrdBatchNorm:
 * @relu: max (0, ·) follows in the same pass over memory
 * @epsilon: added to the variance; 0 means 1e-5
 * @frozen: training too uses the running statistics and leaves them as they
 *   are; scale and shift are trained
 */
typedef struct
{
  gboolean relu;
  float    epsilon;
  gboolean frozen;
} OrdBatchNorm;

/**
 * OrdPrecision:
 * @ORD_PRECISION_FLOAT: all numbers are floats
 * @ORD_PRECISION_BFLOAT16: images between layers and weights of convolutions
 *   are rounded to 8 significant bits, and sums of them are floats; parameters,
 *   their gradients, statistics, vectors, inputs and outputs are floats
 */
typedef enum
{
  ORD_PRECISION_FLOAT,
  ORD_PRECISION_BFLOAT16
} OrdPrecision;

/* Whether this processor calculates so; slow emulation does not count. */
gboolean ord_precision_is_supported (OrdPrecision  precision);

/* Of the passes that follow; a supported one. */
void     ord_graph_set_precision    (OrdGraph     *graph,
                                     OrdPrecision  precision);

/* Inputs: images (n, channels, height, width), or vectors (n, width). With
 * @gradient their gradient is computed too. */
OrdNode ord_graph_image_input    (OrdGraph   *graph,
                                  const char *name,
                                  int         channels,
                                  gboolean    gradient);
OrdNode ord_graph_vector_input   (OrdGraph   *graph,
                                  const char *name,
                                  int         width,
                                  gboolean    gradient);

/* Layers. Names are unique and become parameter names: NAME/weight, … */
OrdNode ord_graph_convolution    (OrdGraph             *graph,
                                  const char           *name,
                                  OrdNode               input,
                                  const OrdConvolution *convolution);
OrdNode ord_graph_batch_norm     (OrdGraph         *graph,
                                  const char       *name,
                                  OrdNode           input,
                                  gboolean          relu);
OrdNode ord_graph_batch_norm_full (OrdGraph           *graph,
                                   const char         *name,
                                   OrdNode             input,
                                   const OrdBatchNorm *batch_norm);
OrdNode ord_graph_relu           (OrdGraph         *graph,
                                  const char       *name,
                                  OrdNode           input);
/* min (high, max (low, ·)); an end may be infinite. */
OrdNode ord_graph_clip           (OrdGraph         *graph,
                                  const char       *name,
                                  OrdNode           input,
                                  double            low,
                                  double            high);
OrdNode ord_graph_max_pool       (OrdGraph         *graph,
                                  const char       *name,
                                  OrdNode           input,
                                  const OrdPooling *pooling);
OrdNode ord_graph_average_pool   (OrdGraph         *graph,
                                  const char       *name,
                                  OrdNode           input,
                                  const OrdPooling *pooling);
/* (n, channels, height, width) → (n, channels) */
OrdNode ord_graph_global_average (OrdGraph         *graph,
                                  const char       *name,
                                  OrdNode           input);
OrdNode ord_graph_add            (OrdGraph         *graph,
                                  const char       *name,
                                  OrdNode           first,
                                  OrdNode           second);
/* Along the channels. */
OrdNode ord_graph_concat         (OrdGraph         *graph,
                                  const char       *name,
                                  const OrdNode    *inputs,
                                  int               n_inputs);
/* (n, channels, @height, @width) → (n, channels · @height · @width), in plain
 * order. The width is part of the graph, so that an input of another size is an
 * error of the pass. */
OrdNode ord_graph_flatten        (OrdGraph         *graph,
                                  const char       *name,
                                  OrdNode           input,
                                  int               height,
                                  int               width);
/* Fully connected: (n, in) → (n, width); weight (width, in), bias (width). */
OrdNode ord_graph_linear         (OrdGraph         *graph,
                                  const char       *name,
                                  OrdNode           input,
                                  int               width);

/* The size after a window slid along one side of @size; -1 where it does not
 * fit. With @ceil the size is rounded up, where the last window starts inside
 * the side or the padding before it. */
int        ord_graph_slide          (int       size,
                                     int       kernel,
                                     int       stride,
                                     int       dilation,
                                     int       pad_before,
                                     int       pad_after,
                                     gboolean  ceil);

/* Channels, or width, of a node. */
int        ord_graph_get_channels   (OrdGraph *graph,
                                     OrdNode   node);

/* Channels, or width, of the last layer. */
int        ord_graph_get_width      (OrdGraph *graph);

/**
 * ord_graph_describe:
 * @name: of the layer that averages
 * @node: of images
 *
 * While the graph is built: this node's average over the place in the picture
 * becomes a part of the description. The training passes pay nothing for it
 * and no gradient comes from it.
 */
void         ord_graph_describe              (OrdGraph   *graph,
                                              const char *name,
                                              OrdNode     node);

/* Channels of all described nodes together; 0 where there is none. */
int          ord_graph_get_description_width (OrdGraph   *graph);

/* (transfer none) (nullable): (n, description_width), of the latest pass, in
 * the order the nodes were described; valid until the next pass. %NULL after a
 * training pass, and where no node is described. */
const float *ord_graph_get_description       (OrdGraph   *graph);

/* (transfer none) (element-type OrdParameter) */
GPtrArray *ord_graph_get_parameters (OrdGraph *graph);

/**
 * ord_graph_freeze_up_to:
 * @node: the last frozen layer, in the order they were added; -1: none
 *
 * Frozen layers do the same in training as in prediction: their parameters have
 * no gradient, batch norms among them use running statistics and leave these
 * as they are, and the backward pass ends above them. Layers after @node
 * are trained. Comes before the optimiser, which holds the parameters with a
 * gradient.
 */
void       ord_graph_freeze_up_to   (OrdGraph *graph,
                                     OrdNode   node);

/* Tells that parameters were changed from outside, by a step of the optimiser
 * or by loading: converted copies of them are made anew. */
void       ord_graph_parameters_changed (OrdGraph *graph);

/**
 * ord_graph_forward:
 * @training: batch statistics are used and kept, and a backward pass may follow
 * @n: images in the batch
 * @height, @width: of the image input; 0 where there is none
 * @inputs: one array per input, in the order they were added; read during the
 *   call and by ord_graph_backward()
 *
 * Returns: (transfer none) (nullable): the output of the last layer,
 *   (n, channels[, height, width]) in plain order, valid until the next call;
 *   %NULL with ORD_ERROR_LIBRARY
 */
const float *ord_graph_forward  (OrdGraph            *graph,
                                 gboolean             training,
                                 int                  n,
                                 int                  height,
                                 int                  width,
                                 const float * const *inputs,
                                 GError             **error);

/**
 * ord_graph_backward:
 * @d_output: gradient by the output of the preceding training pass, in its
 *   shape
 *
 * Overwrites the gradient of every parameter.
 */
gboolean     ord_graph_backward (OrdGraph            *graph,
                                 const float         *d_output,
                                 GError             **error);

/* Gradient by an input that was added with @gradient, after a backward pass;
 * in the input's shape. (transfer none) */
const float *ord_graph_get_input_gradient (OrdGraph  *graph,
                                           OrdNode    input);

/* Elements of the output, per image, in the latest pass. */
gsize        ord_graph_get_output_size (OrdGraph *graph);

G_END_DECLS
