/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Fully connected: y = x Wᵀ + b, as matrix products on plain arrays.
 */
#include "ord-layer-private.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

typedef struct
{
  OrdReorder     src;   /* to plain vectors */
  dnnl_memory_t  d_src; /* NULL: not wanted */
} Linear;

enum { WEIGHT, BIAS };

static gpointer
linear_plan (const OrdLayer *layer,
             OrdPlan        *plan)
{
  Linear             *state = g_new0 (Linear, 1);
  OrdDnnl            *dnnl = ord_plan_get_dnnl (plan);
  dnnl_dim_t          dims[4];
  dnnl_memory_desc_t  src;

  ord_plan_get_dims (plan, layer->inputs[0], dims);
  src = ord_dnnl_desc (dnnl, 2, dims, dnnl_nc);
  state->src = ord_dnnl_reorder_to (
    dnnl, ord_plan_get_value (plan, layer->inputs[0]), src);
  ord_plan_get_dims (plan, layer->node, dims);
  ord_plan_set_value (plan, layer, ord_dnnl_desc (dnnl, 2, dims, dnnl_nc));
  if (ord_plan_edge_wanted (plan, layer, 0))
    state->d_src = ord_plan_edge (plan, layer, 0, src);

  return state;
}

static void
linear_forward (const OrdLayer *layer,
                OrdPlan        *plan,
                gpointer        data)
{
  Linear      *state = data;
  int          n = ord_plan_get_n (plan);
  int          in = (int) layer->parameters[WEIGHT]->dims[1];
  int          out = layer->channels;
  const float *x;                                                /* (n, in) */
  float       *y = ord_dnnl_data (ord_plan_get_value (plan, layer->node));

  ord_dnnl_run_reorder (ord_plan_get_dnnl (plan), &state->src);
  x = ord_dnnl_data (state->src.to);
  for (int i = 0; i < n; i++)
    memcpy (y + (gsize) i * out, layer->parameters[BIAS]->value,
            sizeof (float) * (gsize) out);
  cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasTrans, n, out, in, 1.0f, x,
               in, layer->parameters[WEIGHT]->value, in, 1.0f, y, out);
}

static void
linear_backward (const OrdLayer *layer,
                 OrdPlan        *plan,
                 gpointer        data)
{
  Linear      *state = data;
  int          n = ord_plan_get_n (plan);
  int          in = (int) layer->parameters[WEIGHT]->dims[1];
  int          out = layer->channels;
  const float *x = ord_dnnl_data (state->src.to);                /* (n, in) */
  const float *d_y =                                            /* (n, out) */
    ord_dnnl_data (ord_plan_get_gradient (plan, layer->node));
  float       *d_bias = layer->parameters[BIAS]->gradient;

  if (!layer->frozen)
    {
      cblas_sgemm (CblasRowMajor, CblasTrans, CblasNoTrans, out, in, n, 1.0f,
                   d_y, out, x, in, 0.0f, layer->parameters[WEIGHT]->gradient,
                   in);
      memset (d_bias, 0, sizeof (float) * (gsize) out);
      for (int i = 0; i < n; i++)
        for (int k = 0; k < out; k++)
          d_bias[k] += d_y[(gsize) i * out + k];
    }
  if (state->d_src)
    cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, n, in, out, 1.0f,
                 d_y, out, layer->parameters[WEIGHT]->value, in, 0.0f,
                 ord_dnnl_data (state->d_src), in);
}

static const OrdLayerClass linear_class = {
  .kind = ORD_LAYER_LINEAR,
  .plan = linear_plan,
  .forward = linear_forward,
  .backward = linear_backward,
  .free_state = g_free,
};

OrdNode
ord_graph_linear (OrdGraph   *graph,
                  const char *name,
                  OrdNode     input,
                  int         width)
{
  const OrdLayer *read = ord_graph_get_layer (graph, input);
  gsize           dims[2] = { (gsize) width, (gsize) read->channels };
  OrdLayer       *layer;
  OrdParameter   *weight;

  g_assert (read->rank == 2);

  layer = ord_graph_add_layer (graph, &linear_class, name, &input, 1, 2, width);
  weight = ord_graph_add_parameter (graph, layer, "weight", 2, dims, TRUE, TRUE);
  ord_parameter_fill_normal (weight, sqrt (2.0 / (double) dims[1]),
                             ord_graph_get_seed (graph));
  ord_graph_add_parameter (graph, layer, "bias", 1, dims, TRUE, FALSE);

  return layer->node;
}
