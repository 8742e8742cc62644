/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Batch normalisation (Ioffe & Szegedy 2015), optionally with the ReLU that
 * follows it done in the same pass over memory. Training normalises by the
 * batch and keeps running statistics; prediction uses those, and so does
 * training where they are frozen. The passes themselves are in ord-channels.c.
 */
#include "ord-layer-private.h"

#include "ord-channels-private.h"

#include <math.h>
#include <string.h>

#define EPSILON  1e-5f /* unless another is asked for */
/* Share of the latest batch in the running statistics. */
#define MOMENTUM 0.1f

/* Values by channel, the padding's included. */
typedef struct
{
  OrdChannels    channels;
  OrdReorder     src;
  OrdChannelStep step;
  float         *mean;
  float         *variance;
  float         *factor;
  float         *shift;
  float         *sum;      /* of the slopes; NULL where no gradient is asked */
  float         *product;
  float         *constant;
  float         *by_x;
  dnnl_memory_t  d_src;    /* NULL: the input wants no gradient */
} BatchNorm;

enum { SCALE, SHIFT, RUNNING_MEAN, RUNNING_VARIANCE };

static gboolean
uses_batch (const OrdLayer *layer,
            OrdPlan        *plan)
{
  const OrdBatchNorm *settings = layer->settings;

  return ord_plan_is_training (plan) && !settings->frozen && !layer->frozen;
}

static gpointer
batch_norm_plan (const OrdLayer *layer,
                 OrdPlan        *plan)
{
  const OrdBatchNorm       *settings = layer->settings;
  BatchNorm                *state = g_new0 (BatchNorm, 1);
  OrdDnnl                  *dnnl = ord_plan_get_dnnl (plan);
  dnnl_memory_t             input = ord_plan_get_value (plan, layer->inputs[0]);
  const_dnnl_memory_desc_t  desc = ord_dnnl_memory_desc (input);
  gsize                     width;

  if (!ord_channels_init (&state->channels, desc))
    {
      dnnl_dim_t dims[4];
      int        rank = ord_plan_get_dims (plan, layer->inputs[0], dims);

      desc = ord_dnnl_desc_of (dnnl, ord_plan_get_type (plan), rank, dims,
                               rank == 4 ? dnnl_nhwc : dnnl_nc);
      if (!ord_channels_init (&state->channels, desc))
        g_assert_not_reached ();
    }
  state->src = ord_dnnl_reorder_to (dnnl, input, desc);
  ord_plan_set_value (plan, layer, desc);

  width = state->channels.n_channels;
  state->mean = g_new0 (float, width);
  state->variance = g_new0 (float, width);
  state->factor = g_new0 (float, width);
  state->shift = g_new0 (float, width);
  state->step = (OrdChannelStep) { state->mean, state->factor, state->shift,
                                   settings->relu };
  if (ord_plan_is_training (plan) && layer->wants_gradient)
    {
      state->sum = g_new0 (float, width);
      state->product = g_new0 (float, width);
      state->constant = g_new0 (float, width);
      state->by_x = g_new0 (float, width);
      if (ord_plan_edge_wanted (plan, layer, 0))
        state->d_src = ord_plan_edge (plan, layer, 0, desc);
    }

  return state;
}

static void
batch_norm_free (gpointer data)
{
  BatchNorm *state = data;

  g_free (state->mean);
  g_free (state->variance);
  g_free (state->factor);
  g_free (state->shift);
  g_free (state->sum);
  g_free (state->product);
  g_free (state->constant);
  g_free (state->by_x);
  g_free (state);
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
  const float    *mean = state->mean;
  const float    *variance = state->variance;
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

static float
inverse_sd (const OrdLayer  *layer,
            const BatchNorm *state,
            int              channel)
{
  const OrdBatchNorm *settings = layer->settings;

  return 1.0f / sqrtf (state->variance[channel] + settings->epsilon);
}

static void
batch_norm_forward (const OrdLayer *layer,
                    OrdPlan        *plan,
                    gpointer        data)
{
  BatchNorm  *state = data;
  OrdDnnl    *dnnl = ord_plan_get_dnnl (plan);
  gsize       size = sizeof (float) * (gsize) layer->channels;
  const void *src = ord_dnnl_data (state->src.to);

  ord_dnnl_run_reorder (dnnl, &state->src);
  if (dnnl->error)
    return;
  if (uses_batch (layer, plan))
    {
      ord_channels_moments (&state->channels, src, state->mean,
                            state->variance);
      keep_statistics (layer, plan, state);
    }
  else
    {
      memcpy (state->mean, layer->parameters[RUNNING_MEAN]->value, size);
      memcpy (state->variance, layer->parameters[RUNNING_VARIANCE]->value,
              size);
    }
  for (int c = 0; c < layer->channels; c++)
    state->factor[c] = layer->parameters[SCALE]->value[c] *
                       inverse_sd (layer, state, c);
  memcpy (state->shift, layer->parameters[SHIFT]->value, size);
  ord_channels_apply (&state->channels, &state->step, src,
                      ord_dnnl_data (ord_plan_get_value (plan, layer->node)));
}

/* The mean and the variance depend on every x, unless they are frozen. */
static void
find_slopes (const OrdLayer *layer,
             OrdPlan        *plan,
             BatchNorm      *state,
             const void     *d_dst)
{
  double count = (double) state->channels.n * (double) state->channels.rows;

  ord_channels_slopes (&state->channels, &state->step,
                       ord_dnnl_data (state->src.to), d_dst, state->sum,
                       state->product);
  for (int c = 0; c < layer->channels; c++)
    {
      float inverse = inverse_sd (layer, state, c);

      layer->parameters[SCALE]->gradient[c] = state->product[c] * inverse;
      layer->parameters[SHIFT]->gradient[c] = state->sum[c];
      if (uses_batch (layer, plan))
        {
          state->constant[c] = (float) (-state->sum[c] / count);
          state->by_x[c] = (float) (-state->product[c] * inverse * inverse /
                                    count);
        }
    }
}

static void
batch_norm_backward (const OrdLayer *layer,
                     OrdPlan        *plan,
                     gpointer        data)
{
  BatchNorm  *state = data;
  const void *d_dst =
    ord_dnnl_data (ord_plan_get_gradient (plan, layer->node));

  if (!state->sum || ord_plan_get_dnnl (plan)->error)
    return;
  if (!layer->frozen)
    find_slopes (layer, plan, state, d_dst);
  if (state->d_src)
    ord_channels_backward (&state->channels, &state->step, state->constant,
                           state->by_x, ord_dnnl_data (state->src.to), d_dst,
                           ord_dnnl_data (state->d_src));
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
  .free_state = batch_norm_free,
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
