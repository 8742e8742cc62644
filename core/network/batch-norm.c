/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Batch normalisation (Ioffe & Szegedy 2015) on oneDNN, optionally with the
 * ReLU that follows it done in the same pass over memory. Training normalises
 * by the batch and keeps running statistics; prediction uses those, and so does
 * training where they are frozen.
 */
#include "ord-layer-private.h"

#include <math.h>

#define EPSILON  1e-5f /* unless another is asked for */
/* Share of the latest batch in the running statistics. */
#define MOMENTUM 0.1f

typedef struct
{
  dnnl_primitive_t forward;
  dnnl_primitive_t backward;
  dnnl_memory_t    src;
  OrdReorder       d_dst;
  dnnl_memory_t    mean;
  dnnl_memory_t    variance;
  dnnl_memory_t    scale;
  dnnl_memory_t    shift;
  dnnl_memory_t    workspace;     /* the ReLU's mask; NULL without */
  dnnl_memory_t    d_src;
  dnnl_memory_t    d_scale;
  dnnl_memory_t    d_shift;
} BatchNorm;

enum { SCALE, SHIFT, RUNNING_MEAN, RUNNING_VARIANCE };

static gboolean
uses_batch (const OrdLayer *layer,
            OrdPlan        *plan)
{
  const OrdBatchNorm *settings = layer->settings;

  return ord_plan_is_training (plan) && !settings->frozen && !layer->frozen;
}

static void
plan_backward (const OrdLayer              *layer,
               OrdPlan                     *plan,
               BatchNorm                   *state,
               unsigned                     flags,
               const_dnnl_memory_desc_t     channel,
               const_dnnl_memory_desc_t     src,
               const_dnnl_primitive_desc_t  forward)
{
  const OrdBatchNorm    *settings = layer->settings;
  OrdDnnl               *dnnl = ord_plan_get_dnnl (plan);
  dnnl_primitive_desc_t  pd = NULL;

  ord_dnnl_check (dnnl,
                  dnnl_batch_normalization_backward_primitive_desc_create (
                    &pd, dnnl->engine, dnnl_backward, src, src, src,
                    settings->epsilon, flags, forward, NULL),
                  layer->name);
  ord_dnnl_keep_desc (dnnl, pd);
  state->backward = ord_dnnl_primitive (dnnl, pd, layer->name);
  if (dnnl->error)
    return;

  state->d_dst =
    ord_dnnl_reorder_to (dnnl, ord_plan_get_gradient (plan, layer->node),
                         ord_dnnl_query (pd, dnnl_query_diff_dst_md));
  /* oneDNN makes both or neither without another set of primitives: those of
   * a frozen layer go nowhere. */
  state->d_scale = layer->frozen
                   ? ord_dnnl_memory (dnnl, channel)
                   : ord_dnnl_memory_on (dnnl, channel,
                                         layer->parameters[SCALE]->gradient);
  state->d_shift = layer->frozen
                   ? ord_dnnl_memory (dnnl, channel)
                   : ord_dnnl_memory_on (dnnl, channel,
                                         layer->parameters[SHIFT]->gradient);
  state->d_src = ord_plan_edge_wanted (plan, layer, 0)
                 ? ord_plan_edge (plan, layer, 0,
                                  ord_dnnl_query (pd, dnnl_query_diff_src_md))
                 : ord_dnnl_memory (dnnl, src);
}

static gpointer
batch_norm_plan (const OrdLayer *layer,
                 OrdPlan        *plan)
{
  const OrdBatchNorm       *settings = layer->settings;
  BatchNorm                *state = g_new0 (BatchNorm, 1);
  OrdDnnl                  *dnnl = ord_plan_get_dnnl (plan);
  gboolean                  batch = uses_batch (layer, plan);
  gboolean                  backward =
    ord_plan_is_training (plan) && layer->wants_gradient;
  dnnl_memory_t             input = ord_plan_get_value (plan, layer->inputs[0]);
  const_dnnl_memory_desc_t  src = ord_dnnl_memory_desc (input);
  dnnl_primitive_desc_t     pd = NULL;
  dnnl_dim_t                channels[1] = { layer->channels };
  dnnl_memory_desc_t        channel = ord_dnnl_desc (dnnl, 1, channels, dnnl_x);
  unsigned                  flags = dnnl_use_scale | dnnl_use_shift;

  if (settings->relu)
    flags |= dnnl_fuse_norm_relu;
  if (!batch)
    flags |= dnnl_use_global_stats;

  ord_dnnl_check (dnnl,
                  dnnl_batch_normalization_forward_primitive_desc_create (
                    &pd, dnnl->engine,
                    batch || backward ? dnnl_forward_training
                                      : dnnl_forward_inference,
                    src, src, settings->epsilon, flags, NULL),
                  layer->name);
  ord_dnnl_keep_desc (dnnl, pd);
  state->forward = ord_dnnl_primitive (dnnl, pd, layer->name);
  if (dnnl->error)
    return state;

  state->src = input;
  state->scale =
    ord_dnnl_memory_on (dnnl, channel, layer->parameters[SCALE]->value);
  state->shift =
    ord_dnnl_memory_on (dnnl, channel, layer->parameters[SHIFT]->value);
  ord_plan_set_value (plan, layer, src);
  state->mean = batch
                ? ord_dnnl_memory (dnnl, channel)
                : ord_dnnl_memory_on (dnnl, channel,
                                      layer->parameters[RUNNING_MEAN]->value);
  state->variance =
    batch ? ord_dnnl_memory (dnnl, channel)
          : ord_dnnl_memory_on (dnnl, channel,
                                layer->parameters[RUNNING_VARIANCE]->value);
  if (settings->relu && (batch || backward))
    state->workspace =
      ord_dnnl_memory (dnnl, ord_dnnl_query (pd, dnnl_query_workspace_md));
  if (backward)
    plan_backward (layer, plan, state, flags, channel, src, pd);

  return state;
}

/* The running variance is the unbiased one, as files of other tools have it. */
static void
keep_statistics (const OrdLayer *layer,
                 OrdPlan        *plan,
                 BatchNorm      *state)
{
  const OrdShape *shape = ord_plan_get_shape (plan, layer->node);
  double          count = (double) ord_plan_get_n (plan) * shape->height *
                          shape->width;
  float           unbias = (float) (count > 1 ? count / (count - 1) : 1.0);
  const float    *mean = ord_dnnl_data (state->mean);
  const float    *variance = ord_dnnl_data (state->variance);
  float          *running_mean = layer->parameters[RUNNING_MEAN]->value;
  float          *running_variance = layer->parameters[RUNNING_VARIANCE]->value;

  for (int c = 0; c < layer->channels; c++)
    {
      /* A step that is given up must leave nothing behind. */
      if (!isfinite (mean[c]) || !isfinite (variance[c]))
        continue;
      running_mean[c] += MOMENTUM * (mean[c] - running_mean[c]);
      running_variance[c] +=
        MOMENTUM * (unbias * variance[c] - running_variance[c]);
    }
}

static void
batch_norm_forward (const OrdLayer *layer,
                    OrdPlan        *plan,
                    gpointer        data)
{
  BatchNorm             *state = data;
  OrdDnnl               *dnnl = ord_plan_get_dnnl (plan);
  const dnnl_exec_arg_t  args[] = {
    { DNNL_ARG_SRC, state->src },
    { DNNL_ARG_DST, ord_plan_get_value (plan, layer->node) },
    { DNNL_ARG_MEAN, state->mean },
    { DNNL_ARG_VARIANCE, state->variance },
    { DNNL_ARG_SCALE, state->scale },
    { DNNL_ARG_SHIFT, state->shift },
    { DNNL_ARG_WORKSPACE, state->workspace },
  };

  ord_dnnl_run (dnnl, state->forward, state->workspace ? 7 : 6, args);
  if (uses_batch (layer, plan))
    keep_statistics (layer, plan, state);
}

static void
batch_norm_backward (const OrdLayer *layer,
                     OrdPlan        *plan,
                     gpointer        data)
{
  BatchNorm             *state = data;
  OrdDnnl               *dnnl = ord_plan_get_dnnl (plan);
  const dnnl_exec_arg_t  args[] = {
    { DNNL_ARG_SRC, state->src },
    { DNNL_ARG_MEAN, state->mean },
    { DNNL_ARG_VARIANCE, state->variance },
    { DNNL_ARG_SCALE, state->scale },
    { DNNL_ARG_DIFF_DST, state->d_dst.to },
    { DNNL_ARG_DIFF_SRC, state->d_src },
    { DNNL_ARG_DIFF_SCALE, state->d_scale },
    { DNNL_ARG_DIFF_SHIFT, state->d_shift },
    { DNNL_ARG_WORKSPACE, state->workspace },
  };

  ord_dnnl_run_reorder (dnnl, &state->d_dst);
  ord_dnnl_run (dnnl, state->backward, state->workspace ? 9 : 8, args);
}

static void
batch_norm_view (const OrdLayer *layer,
                 OrdLayerView   *view)
{
  view->batch_norm = layer->settings;
}

static const OrdLayerClass batch_norm_class = {
  .kind = ORD_LAYER_BATCH_NORM,
  .plan = batch_norm_plan,
  .forward = batch_norm_forward,
  .backward = batch_norm_backward,
  .free_state = g_free,
  .view = batch_norm_view,
};

OrdNode
ord_graph_batch_norm_full (OrdGraph           *graph,
                           const char         *name,
                           OrdNode             input,
                           const OrdBatchNorm *batch_norm)
{
  OrdBatchNorm *settings = g_memdup2 (batch_norm, sizeof *batch_norm);
  int           rank = ord_graph_get_layer (graph, input)->rank;
  gsize         channels = (gsize) ord_graph_get_channels (graph, input);
  OrdLayer     *layer;
  OrdParameter *parameter;

  if (settings->epsilon <= 0.0f)
    settings->epsilon = EPSILON;
  layer = ord_graph_add_layer (graph, &batch_norm_class, name, &input, 1, rank,
                               (int) channels);
  layer->settings = settings;

  parameter = ord_graph_add_parameter (graph, layer, "scale", 1, &channels,
                                       TRUE, FALSE);
  ord_parameter_fill (parameter, 1.0f);
  ord_graph_add_parameter (graph, layer, "shift", 1, &channels, TRUE, FALSE);
  ord_graph_add_parameter (graph, layer, "running-mean", 1, &channels, FALSE,
                           FALSE);
  parameter = ord_graph_add_parameter (graph, layer, "running-variance", 1,
                                       &channels, FALSE, FALSE);
  ord_parameter_fill (parameter, 1.0f);

  return layer->node;
}

OrdNode
ord_graph_batch_norm (OrdGraph   *graph,
                      const char *name,
                      OrdNode     input,
                      gboolean    relu)
{
  return ord_graph_batch_norm_full (graph, name, input,
                                    &(OrdBatchNorm) { .relu = relu });
}
