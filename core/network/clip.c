/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Limits: a value is kept within a range; the rectifier, max (0, x), is the
 * range without an upper end. The gradient, told from the layer's own output,
 * is zero at the ends themselves. As values and gradients before the limit are
 * of no use to anybody, a clip works in place wherever it is the only reader,
 * and a convolution does it itself.
 */
#include "ord-layer-private.h"

#include <math.h>

typedef struct
{
  double low;
  double high;
} Settings;

typedef struct
{
  dnnl_primitive_t forward;  /* NULL: the layer before has done it */
  dnnl_primitive_t backward;
  dnnl_memory_t    d_src;
} Clip;

static const OrdLayerClass clip_class;

gboolean
ord_layer_get_clip (const OrdLayer  *layer,
                    dnnl_alg_kind_t *algorithm,
                    float           *alpha,
                    float           *beta)
{
  const Settings *settings = layer->settings;
  gboolean        relu;

  if (layer->klass != &clip_class)
    return FALSE;
  relu = isinf (settings->high);
  *algorithm = relu ? dnnl_eltwise_relu_use_dst_for_bwd
                    : dnnl_eltwise_clip_v2_use_dst_for_bwd;
  *alpha = relu ? 0.0f : (float) settings->low;
  *beta = relu ? 0.0f : (float) settings->high;
  return TRUE;
}

/* A graph's input is the caller's, and another clip tells its gradient from its
 * output. */
static gboolean
works_in_place (const OrdLayer *layer,
                OrdPlan        *plan)
{
  const OrdLayer *before = ord_plan_get_layer (plan, layer->inputs[0]);

  return before->klass->kind != ORD_LAYER_INPUT &&
         before->klass != &clip_class &&
         ord_plan_get_only_reader (plan, before->node) == layer;
}

static gpointer
clip_plan (const OrdLayer *layer,
           OrdPlan        *plan)
{
  Clip                     *state = g_new0 (Clip, 1);
  OrdDnnl                  *dnnl = ord_plan_get_dnnl (plan);
  dnnl_memory_t             input = ord_plan_get_value (plan, layer->inputs[0]);
  const_dnnl_memory_desc_t  desc = ord_dnnl_memory_desc (input);
  dnnl_primitive_desc_t     forward = NULL;
  dnnl_primitive_desc_t     backward = NULL;
  dnnl_alg_kind_t           kind = dnnl_alg_kind_undef;
  float                     alpha = 0.0f, beta = 0.0f;

  ord_layer_get_clip (layer, &kind, &alpha, &beta);
  ord_dnnl_check (dnnl,
                  dnnl_eltwise_forward_primitive_desc_create (
                    &forward, dnnl->engine, dnnl_forward_training, kind, desc,
                    desc, alpha, beta, NULL),
                  layer->name);
  ord_dnnl_keep_desc (dnnl, forward);
  if (!ord_plan_is_clipped (plan, layer->inputs[0]))
    state->forward = ord_dnnl_primitive (dnnl, forward, layer->name);
  if (dnnl->error)
    return state;
  if (works_in_place (layer, plan))
    ord_plan_share_value (plan, layer);
  else
    ord_plan_set_value (plan, layer, desc);

  if (ord_plan_edge_wanted (plan, layer, 0))
    {
      ord_dnnl_check (dnnl,
                      dnnl_eltwise_backward_primitive_desc_create (
                        &backward, dnnl->engine, kind, desc, desc, desc, alpha,
                        beta, forward, NULL),
                      layer->name);
      ord_dnnl_keep_desc (dnnl, backward);
      state->backward = ord_dnnl_primitive (dnnl, backward, layer->name);
      state->d_src = ord_plan_edge (plan, layer, 0, desc);
    }

  return state;
}

static void
clip_forward (const OrdLayer *layer,
              OrdPlan        *plan,
              gpointer        data)
{
  Clip                  *state = data;
  const dnnl_exec_arg_t  args[] = {
    { DNNL_ARG_SRC, ord_plan_get_value (plan, layer->inputs[0]) },
    { DNNL_ARG_DST, ord_plan_get_value (plan, layer->node) },
  };

  if (state->forward)
    ord_dnnl_run (ord_plan_get_dnnl (plan), state->forward, 2, args);
}

static void
clip_backward (const OrdLayer *layer,
               OrdPlan        *plan,
               gpointer        data)
{
  Clip                  *state = data;
  const dnnl_exec_arg_t  args[] = {
    { DNNL_ARG_DST, ord_plan_get_value (plan, layer->node) },
    { DNNL_ARG_DIFF_DST, ord_plan_get_gradient (plan, layer->node) },
    { DNNL_ARG_DIFF_SRC, state->d_src },
  };

  if (state->backward)
    ord_dnnl_run (ord_plan_get_dnnl (plan), state->backward, 3, args);
}

static void
clip_view (const OrdLayer *layer,
           OrdLayerView   *view)
{
  const Settings *settings = layer->settings;

  view->kind = isinf (settings->high) ? ORD_LAYER_RELU : ORD_LAYER_CLIP;
  view->low = settings->low;
  view->high = fmin (settings->high, G_MAXFLOAT);
}

static const OrdLayerClass clip_class = {
  .kind = ORD_LAYER_CLIP,
  .plan = clip_plan,
  .forward = clip_forward,
  .backward = clip_backward,
  .free_state = g_free,
  .view = clip_view,
};

static OrdNode
add_clip (OrdGraph   *graph,
          const char *name,
          OrdNode     input,
          double      low,
          double      high)
{
  const OrdLayer *read = ord_graph_get_layer (graph, input);
  Settings       *settings = g_new0 (Settings, 1);
  OrdLayer       *layer;

  settings->low = low;
  settings->high = high;
  layer = ord_graph_add_layer (graph, &clip_class, name, &input, 1, read->rank,
                               read->channels);
  layer->settings = settings;

  return layer->node;
}

OrdNode
ord_graph_relu (OrdGraph   *graph,
                const char *name,
                OrdNode     input)
{
  return add_clip (graph, name, input, 0.0, INFINITY);
}

OrdNode
ord_graph_clip (OrdGraph   *graph,
                const char *name,
                OrdNode     input,
                double      low,
                double      high)
{
  g_assert (low < high);

  /* A range of floats, so that an open end is the same in any precision. */
  return add_clip (graph, name, input, fmax (low, -G_MAXFLOAT),
                   low == 0.0 && high > G_MAXFLOAT ? INFINITY
                                                   : fmin (high, G_MAXFLOAT));
}
