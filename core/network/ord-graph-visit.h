/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A graph's layers read back in order, with what each was made from: for
 * writing the graph in another form.
 */
#pragma once

#include "ord-graph.h"

G_BEGIN_DECLS

/**
 * OrdLayerKind:
 *
 * The kinds, and the parameters of each in their order.
 * @ORD_LAYER_INPUT: rank 4 or 2; the name is the input's
 * @ORD_LAYER_CONVOLUTION: weight (out, in / groups, rows, columns)[, bias (out)]
 * @ORD_LAYER_BATCH_NORM: scale, shift, running mean, running variance
 * @ORD_LAYER_RELU:
 * @ORD_LAYER_CLIP:
 * @ORD_LAYER_MAX_POOL:
 * @ORD_LAYER_AVERAGE_POOL:
 * @ORD_LAYER_GLOBAL_AVERAGE: (n, c, h, w) → (n, c)
 * @ORD_LAYER_ADD:
 * @ORD_LAYER_CONCAT: along axis 1
 * @ORD_LAYER_FLATTEN: (n, c, h, w) → (n, c·h·w)
 * @ORD_LAYER_LINEAR: weight (out, in), bias (out): y = x Wᵀ + b
 */
typedef enum
{
  ORD_LAYER_INPUT,
  ORD_LAYER_CONVOLUTION,
  ORD_LAYER_BATCH_NORM,
  ORD_LAYER_RELU,
  ORD_LAYER_CLIP,
  ORD_LAYER_MAX_POOL,
  ORD_LAYER_AVERAGE_POOL,
  ORD_LAYER_GLOBAL_AVERAGE,
  ORD_LAYER_ADD,
  ORD_LAYER_CONCAT,
  ORD_LAYER_FLATTEN,
  ORD_LAYER_LINEAR
} OrdLayerKind;

/**
 * OrdLayerView:
 * @inputs: (n_inputs), nodes before this one
 * @rank: 4: images (n, channels, height, width); 2: vectors (n, channels)
 * @channels: of the output
 * @description: not read by another layer: a part of the description
 *   (ord_graph_describe())
 * @convolution, @pooling, @batch_norm: settings of these kinds, defaults filled
 *   in; %NULL otherwise
 * @low, @high: of a clip; an open end is ±G_MAXFLOAT
 * @height, @width: of a flatten's input
 * @parameters: (n_parameters)
 *
 * Everything belongs to the graph.
 */
typedef struct
{
  OrdLayerKind          kind;
  const char           *name;
  int                   n_inputs;
  const OrdNode        *inputs;
  int                   rank;
  int                   channels;
  gboolean              description;
  const OrdConvolution *convolution;
  const OrdPooling     *pooling;
  const OrdBatchNorm   *batch_norm;
  double                low;
  double                high;
  int                   height;
  int                   width;
  guint                 n_parameters;
  OrdParameter * const *parameters;
} OrdLayerView;

/* Layers, inputs included; nodes are numbered 0 … n - 1 in the order they were
 * added, and the last one is the output. */
int          ord_graph_get_n_nodes (OrdGraph *graph);
OrdLayerView ord_graph_visit       (OrdGraph *graph,
                                    OrdNode   node);

G_END_DECLS
