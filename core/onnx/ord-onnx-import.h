/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A convolutional ONNX network rebuilt as layers of an OrdGraph, so that it can
 * be trained on.
 */
#pragma once

#include "../network/ord-graph.h"
#include "ord-onnx.h"

G_BEGIN_DECLS

/**
 * OrdOnnxImport:
 * @output: the value that is the feature; %NULL is the network's first output
 * @from: the name of a node: what stands before it keeps its weights; %NULL
 *   trains all
 * @rate: factor on the learning rate of what is trained; it does not decay
 * @height, @width: of the pictures
 * @channels: of the pictures: 1 or 3
 * @mean, @sd: of the network's three channels; @grey_mean, @grey_sd: by which a
 *   picture of one channel is normalised. Where the pictures are grey and the
 *   network wants colour, the weights of its first convolutions are summed, in
 *   such a way that a grey picture gives what the same picture in colour would
 * @limit: numbers that the layers may have at most; 0 for no limit. What a file
 *   has is no more than its bytes, unless it uses one weight many times
 */
typedef struct
{
  const char *output;
  const char *from;
  double      rate;
  int         height;
  int         width;
  int         channels;
  float       mean[3];
  float       sd[3];
  float       grey_mean;
  float       grey_sd;
  gsize       limit;
} OrdOnnxImport;

/**
 * ord_onnx_import:
 * @image: a node of @graph with the pictures
 * @feature: (out): (n, width): a map of images is averaged over the place
 *
 * Knows Conv, BatchNormalization, Relu, Clip, MaxPool, AveragePool,
 * GlobalAveragePool, ReduceMean over both places, Add, Concat, Gemm, MatMul,
 * Flatten, Reshape and Squeeze to flat, Identity and Dropout. Anything else is
 * an ORD_ERROR_OPTION that names the node. Batch norm keeps its running
 * statistics; its scale and shift are trained. Weights that were stripped from
 * the file are left zero, to be loaded. More numbers than the limit are an
 * ORD_ERROR_MODEL, before memory is taken for any.
 */
gboolean ord_onnx_import (const OrdOnnx        *onnx,
                          const OrdOnnxImport  *how,
                          OrdGraph             *graph,
                          OrdNode               image,
                          OrdNode              *feature,
                          GError              **error);

/* How many numbers the parameters of such an import have, told from the file's
 * own dims without taking memory for them; 0 where it cannot be imported, and
 * G_MAXSIZE where they are more than can be told. */
gsize    ord_onnx_import_count (const OrdOnnx       *onnx,
                                const OrdOnnxImport *how);

G_END_DECLS
