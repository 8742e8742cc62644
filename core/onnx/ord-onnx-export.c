/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From layers to ONNX nodes: one function for each kind, found in a table.
 *
 * Factors of the last layer are taken into its weights where it has any. Among
 * the operators that the import knows there is no product of two values; behind
 * an average, a batch norm before it does the same, and elsewhere a Gemm whose
 * weights are nothing but the factors.
 */
#include "ord-onnx-export.h"

#include <math.h>

#include "../network/ord-graph-visit.h"

/**
 * Export:
 * @inputs: of the graph, those that are not met yet
 * @names: (n_nodes): of the values
 */
typedef struct
{
  OrdOnnxWriter       *writer;
  OrdGraph            *graph;
  const char * const  *inputs;
  const char         **names;
} Export;

/**
 * Layer:
 * @output: the name of its value
 * @factors: (nullable)
 */
typedef struct
{
  OrdLayerView  view;
  const char   *output;
  const float  *factors;
} Layer;

/* What the layer reads, and then its constants. */
#define MAX_INPUTS 6

static void
add_node (Export      *export,
          const Layer *layer,
          const char  *op,
          const char  *output)
{
  const OrdLayerView *view = &layer->view;
  const char         *inputs[MAX_INPUTS];
  guint               n = 0;

  g_assert ((guint) view->n_inputs + view->n_parameters <= MAX_INPUTS);
  for (int i = 0; i < view->n_inputs; i++)
    inputs[n++] = export->names[view->inputs[i]];
  for (guint i = 0; i < view->n_parameters; i++)
    inputs[n++] = view->parameters[i]->name;
  ord_onnx_writer_add_node (export->writer, op, n, inputs, output);
}

static void
add_parameters (Export      *export,
                const Layer *layer)
{
  for (guint i = 0; i < layer->view.n_parameters; i++)
    {
      const OrdParameter *parameter = layer->view.parameters[i];

      ord_onnx_writer_add_floats (export->writer, parameter->name,
                                  parameter->n_dims, parameter->dims,
                                  parameter->value);
    }
}

/* -- the kinds ---------------------------------------------------------------- */

static void
export_convolution (Export      *export,
                    const Layer *layer)
{
  const OrdConvolution *convolution = layer->view.convolution;

  add_parameters (export, layer);
  add_node (export, layer, "Conv", layer->output);
  ord_onnx_writer_set_ints (export->writer, "kernel_shape", 2,
                            convolution->kernel);
  ord_onnx_writer_set_ints (export->writer, "strides", 2, convolution->stride);
  ord_onnx_writer_set_ints (export->writer, "pads", 4, convolution->pad);
  ord_onnx_writer_set_ints (export->writer, "dilations", 2,
                            convolution->dilation);
  ord_onnx_writer_set_int (export->writer, "group", convolution->groups);
}

static void
export_batch_norm (Export      *export,
                   const Layer *layer)
{
  gboolean         relu = layer->view.batch_norm->relu;
  g_autofree char *inner = relu ? g_strconcat (layer->output, "/normalised",
                                               NULL)
                                : g_strdup (layer->output);

  add_parameters (export, layer);
  add_node (export, layer, "BatchNormalization", inner);
  ord_onnx_writer_set_float (export->writer, "epsilon",
                             layer->view.batch_norm->epsilon);
  if (relu)
    ord_onnx_writer_add_node (export->writer, "Relu", 1,
                              (const char * const[]) { inner }, layer->output);
}

/* (transfer full): the name of a constant number; "" where the end is open. */
static char *
add_bound (Export      *export,
           const Layer *layer,
           const char  *name,
           double       bound)
{
  char  *full;
  float *value;

  if (!(fabs (bound) < G_MAXFLOAT))
    return g_strdup ("");
  full = g_strconcat (layer->view.name, "/", name, NULL);
  value = ord_onnx_writer_take_floats (export->writer, 1);
  *value = (float) bound;
  ord_onnx_writer_add_floats (export->writer, full, 0, NULL, value);
  return full;
}

static void
export_clip (Export      *export,
             const Layer *layer)
{
  const OrdLayerView *view = &layer->view;
  g_autofree char    *low = add_bound (export, layer, "low", view->low);
  g_autofree char    *high = add_bound (export, layer, "high", view->high);
  const char * const  inputs[] = { export->names[view->inputs[0]], low, high };

  ord_onnx_writer_add_node (export->writer, "Clip", *high ? 3 : *low ? 2 : 1,
                            inputs, layer->output);
}

/* A clip without an upper end is one too. */
static void
export_relu (Export      *export,
             const Layer *layer)
{
  if (layer->view.low != 0.0)
    export_clip (export, layer);
  else
    add_node (export, layer, "Relu", layer->output);
}

static void
export_pool (Export      *export,
             const Layer *layer)
{
  const OrdPooling *pooling = layer->view.pooling;
  gboolean          maximum = layer->view.kind == ORD_LAYER_MAX_POOL;

  add_node (export, layer, maximum ? "MaxPool" : "AveragePool", layer->output);
  ord_onnx_writer_set_ints (export->writer, "kernel_shape", 2, pooling->kernel);
  ord_onnx_writer_set_ints (export->writer, "strides", 2, pooling->stride);
  ord_onnx_writer_set_ints (export->writer, "pads", 4, pooling->pad);
  ord_onnx_writer_set_int (export->writer, "ceil_mode", pooling->ceil ? 1 : 0);
  if (maximum)
    ord_onnx_writer_set_ints (export->writer, "dilations", 2,
                              pooling->dilation);
  else
    ord_onnx_writer_set_int (export->writer, "count_include_pad",
                             pooling->include_padding ? 1 : 0);
}

static void
export_global_average (Export      *export,
                       const Layer *layer)
{
  ord_onnx_export_average (export->writer,
                           export->names[layer->view.inputs[0]], layer->output,
                           layer->view.channels, layer->factors);
}

static void
export_add (Export      *export,
            const Layer *layer)
{
  add_node (export, layer, "Add", layer->output);
}

static void
export_concat (Export      *export,
               const Layer *layer)
{
  const OrdLayerView      *view = &layer->view;
  g_autofree const char  **inputs = g_new (const char *, view->n_inputs);

  for (int i = 0; i < view->n_inputs; i++)
    inputs[i] = export->names[view->inputs[i]];
  ord_onnx_writer_add_node (export->writer, "Concat", (guint) view->n_inputs,
                            inputs, layer->output);
  ord_onnx_writer_set_int (export->writer, "axis", 1);
}

static void
export_flatten (Export      *export,
                const Layer *layer)
{
  add_node (export, layer, "Flatten", layer->output);
  ord_onnx_writer_set_int (export->writer, "axis", 1);
}

/* @parameter: weight (out, in) or bias (out), each row by its factor */
static void
add_scaled (Export             *export,
            const OrdParameter *parameter,
            const float        *factors)
{
  gsize  in = parameter->count / parameter->dims[0];
  float *scaled = ord_onnx_writer_take_floats (export->writer,
                                               parameter->count);

  for (gsize i = 0; i < parameter->count; i++)
    scaled[i] = parameter->value[i] * factors[i / in];
  ord_onnx_writer_add_floats (export->writer, parameter->name,
                              parameter->n_dims, parameter->dims, scaled);
}

static void
export_linear (Export      *export,
               const Layer *layer)
{
  if (!layer->factors)
    add_parameters (export, layer);
  for (guint i = 0; layer->factors && i < layer->view.n_parameters; i++)
    add_scaled (export, layer->view.parameters[i], layer->factors);
  add_node (export, layer, "Gemm", layer->output);
  ord_onnx_writer_set_int (export->writer, "transB", 1);
}

/* @takes_factors: whether it does something about them itself */
static const struct
{
  void     (*export) (Export      *export,
                      const Layer *layer);
  gboolean takes_factors;
} kinds[] = {
  [ORD_LAYER_CONVOLUTION] = { export_convolution, FALSE },
  [ORD_LAYER_BATCH_NORM] = { export_batch_norm, FALSE },
  [ORD_LAYER_RELU] = { export_relu, FALSE },
  [ORD_LAYER_CLIP] = { export_clip, FALSE },
  [ORD_LAYER_MAX_POOL] = { export_pool, FALSE },
  [ORD_LAYER_AVERAGE_POOL] = { export_pool, FALSE },
  [ORD_LAYER_GLOBAL_AVERAGE] = { export_global_average, TRUE },
  [ORD_LAYER_ADD] = { export_add, FALSE },
  [ORD_LAYER_CONCAT] = { export_concat, FALSE },
  [ORD_LAYER_FLATTEN] = { export_flatten, FALSE },
  [ORD_LAYER_LINEAR] = { export_linear, TRUE },
};

/* -- the graph ---------------------------------------------------------------- */

static void
export_last (Export      *export,
             Layer       *layer,
             const float *factors)
{
  const char      *output = layer->output;
  g_autofree char *inner = NULL;

  if (!factors || kinds[layer->view.kind].takes_factors)
    {
      layer->factors = factors;
      kinds[layer->view.kind].export (export, layer);
      return;
    }
  layer->output = inner = g_strconcat (output, "/unscaled", NULL);
  kinds[layer->view.kind].export (export, layer);
  ord_onnx_export_factors (export->writer, inner, output, layer->view.channels,
                           factors);
}

/* The one whose value the graph gives: what describes a picture is none. */
static OrdNode
find_last (OrdGraph *graph)
{
  OrdNode last = ord_graph_get_n_nodes (graph) - 1;

  while (last > 0 && ord_graph_visit (graph, last).description)
    last--;
  return last;
}

gboolean
ord_onnx_export_is_sized (OrdGraph *graph)
{
  for (OrdNode i = 0; i < ord_graph_get_n_nodes (graph); i++)
    if (ord_graph_visit (graph, i).kind == ORD_LAYER_FLATTEN)
      return TRUE;
  return FALSE;
}

void
ord_onnx_export_graph (OrdOnnxWriter      *writer,
                       OrdGraph           *graph,
                       const char * const *inputs,
                       const char         *output,
                       const float        *factors)
{
  int                     n = ord_graph_get_n_nodes (graph);
  g_autofree const char **names = g_new0 (const char *, n);
  OrdNode                 last = find_last (graph);
  Export                  export = { writer, graph, inputs, names };

  for (OrdNode i = 0; i < n; i++)
    {
      Layer layer = { .view = ord_graph_visit (graph, i) };

      if (layer.view.description)
        continue;
      if (layer.view.kind == ORD_LAYER_INPUT)
        {
          names[i] = *export.inputs++;
          continue;
        }
      names[i] = layer.output = i == last ? output : layer.view.name;
      if (i == last)
        export_last (&export, &layer, factors);
      else
        kinds[layer.view.kind].export (&export, &layer);
    }
}

/* -- ends --------------------------------------------------------------------- */

/* (transfer full): the name of a constant row, of @values (nullable) or all of
 * one @value. */
static char *
add_row (OrdOnnxWriter *writer,
         const char    *node,
         const char    *name,
         int            width,
         const float   *values,
         float          value)
{
  char        *full = g_strconcat (node, "/", name, NULL);
  const gsize  dims[] = { (gsize) width };
  float       *row = ord_onnx_writer_take_floats (writer, dims[0]);

  for (gsize i = 0; i < dims[0]; i++)
    row[i] = values ? values[i] : value;
  ord_onnx_writer_add_floats (writer, full, 1, dims, row);
  return full;
}

static void
scale_map (OrdOnnxWriter *writer,
           const char    *map,
           const char    *output,
           int            channels,
           const float   *factors)
{
  const float         epsilon = 1e-5f;
  g_autofree char    *scale = add_row (writer, output, "scale", channels,
                                       factors, 0.0f);
  g_autofree char    *zeros = add_row (writer, output, "zeros", channels, NULL,
                                       0.0f);
  g_autofree char    *ones = add_row (writer, output, "variance", channels,
                                      NULL, 1.0f - epsilon);
  const char * const  inputs[] = { map, scale, zeros, zeros, ones };

  ord_onnx_writer_add_node (writer, "BatchNormalization", 5, inputs, output);
  ord_onnx_writer_set_float (writer, "epsilon", epsilon);
}

void
ord_onnx_export_average (OrdOnnxWriter *writer,
                         const char    *map,
                         const char    *output,
                         int            channels,
                         const float   *factors)
{
  g_autofree char *average = g_strconcat (output, "/average", NULL);
  g_autofree char *scaled = g_strconcat (output, "/scaled", NULL);

  if (factors)
    scale_map (writer, map, scaled, channels, factors);
  ord_onnx_writer_add_node (writer, "GlobalAveragePool", 1,
                            (const char * const[]) { factors ? scaled : map },
                            average);
  ord_onnx_writer_add_node (writer, "Flatten", 1,
                            (const char * const[]) { average }, output);
  ord_onnx_writer_set_int (writer, "axis", 1);
}

void
ord_onnx_export_factors (OrdOnnxWriter *writer,
                         const char    *rows,
                         const char    *output,
                         int            width,
                         const float   *factors)
{
  g_autofree char *weights = g_strconcat (output, "/factors", NULL);
  g_autofree char *zeros = NULL;
  const gsize      dims[] = { (gsize) width, (gsize) width };
  float           *diagonal = ord_onnx_writer_take_floats (writer,
                                                           dims[0] * dims[1]);

  for (gsize i = 0; i < dims[0]; i++)
    diagonal[i * (dims[1] + 1)] = factors[i];
  ord_onnx_writer_add_floats (writer, weights, 2, dims, diagonal);
  /* Before version 11, Gemm has to have them. */
  zeros = add_row (writer, output, "zeros", width, NULL, 0.0f);
  ord_onnx_writer_add_node (writer, "Gemm", 3,
                            (const char * const[]) { rows, weights, zeros },
                            output);
  ord_onnx_writer_set_int (writer, "transB", 1);
}
