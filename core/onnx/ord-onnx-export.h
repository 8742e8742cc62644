/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The layers of an OrdGraph as ONNX nodes: what ord-onnx-import.h reads, the
 * other way round.
 */
#pragma once

#include "../network/ord-graph.h"
#include "ord-onnx-writer.h"

G_BEGIN_DECLS

/* Whether the graph fits pictures of one size only: a layer lays out a map of
 * fixed size as a row. */
gboolean ord_onnx_export_is_sized (OrdGraph *graph);

/**
 * ord_onnx_export_graph:
 * @inputs: the values that the graph's inputs read, in their order
 * @output: what the last layer's value is called; no other layer may be
 * @factors: (nullable): (width): what each number of a row is multiplied by;
 *   %NULL leaves them as they are
 *
 * Adds nodes and constants; ports are the caller's. Values are called as the
 * layers are, constants as the parameters. Batch norms compute with their
 * running statistics. What only describes a picture is left out.
 *
 * Uses Conv, BatchNormalization, Relu, Clip, MaxPool, AveragePool,
 * GlobalAveragePool, Flatten, Add, Concat and Gemm of version
 * ORD_ONNX_WRITER_OPSET; Gemm, Concat and Relu, and so the heads of encoders,
 * suit all versions that ord_onnx_writer_new_from() takes.
 *
 * The parameters must live until the file is written.
 */
void ord_onnx_export_graph   (OrdOnnxWriter      *writer,
                              OrdGraph           *graph,
                              const char * const *inputs,
                              const char         *output,
                              const float        *factors);

/**
 * ord_onnx_export_average:
 * @channels: of the map
 * @factors: as above
 *
 * From a map (n, channels, h, w) to its average over the place (n, channels).
 */
void ord_onnx_export_average (OrdOnnxWriter      *writer,
                              const char         *map,
                              const char         *output,
                              int                 channels,
                              const float        *factors);

/**
 * ord_onnx_export_factors:
 * @width: of the rows
 *
 * From rows (n, width) to the same, each number multiplied by its factor.
 */
void ord_onnx_export_factors (OrdOnnxWriter      *writer,
                              const char         *rows,
                              const char         *output,
                              int                 width,
                              const float        *factors);

G_END_DECLS
