/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Max and average pooling over windows, and the global average, which is the
 * average over one window of the whole size and gives vectors.
 */
#include "ord-layer-private.h"

typedef struct
{
  OrdPooling      window;
  gboolean        global;
  dnnl_alg_kind_t algorithm;
} Settings;

typedef struct
{
  dnnl_primitive_t forward;
  dnnl_primitive_t backward;
  OrdReorder       dst;       /* to vectors; nothing otherwise */
  OrdReorder       d_dst;
  dnnl_memory_t    d_src;
  dnnl_memory_t    workspace; /* where each maximum stood; NULL for averages */
  dnnl_primitive_t scale;     /* of averages that reach too far; often NULL */
  dnnl_memory_t    factors;   /* (1, 1, height, width) */
  dnnl_memory_t    d_scaled;  /* as d_dst, times the factors */
} Pooling;

/* How a window slides along one side. */
typedef struct
{
  int size;   /* of the output; -1 where the window does not fit */
  int after;  /* the padding that gives this size */
} Slide;

static Slide
slide (const OrdPooling *w,
       int               side,
       int               size)
{
  int   reach = (w->kernel[side] - 1) * w->dilation[side] + 1;
  int   stride = w->stride[side];
  int   before = w->pad[side];
  Slide s = { .after = w->pad[side + 2] };

  s.size = ord_graph_slide (size, w->kernel[side], stride, w->dilation[side],
                            before, s.after, w->ceil);
  if (w->ceil && size > 0)
    s.after = MAX ((s.size - 1) * stride + reach - size - before, 0);
  return s;
}

/* Numbers of a window within picture and padding. */
static int
count_inside (const OrdPooling *w,
              int               side,
              int               size,
              int               at)
{
  int first = at * w->stride[side] - w->pad[side];

  return MIN (first + w->kernel[side], size + w->pad[side + 2]) - first;
}

static gboolean
pooling_size (const OrdLayer  *layer,
              const OrdShape  *inputs,
              OrdShape        *output,
              GError         **error)
{
  const Settings   *settings = layer->settings;
  const OrdPooling *w = &settings->window;

  if (settings->global)
    return TRUE;
  output->height = slide (w, 0, inputs->height).size;
  output->width = slide (w, 1, inputs->width).size;
  return output->height > 0 && output->width > 0;
}

/* oneDNN divides by the whole window; where the last one reaches beyond the
 * padding, the average is scaled up afterwards. */
static void
plan_factors (const OrdLayer *layer,
              OrdPlan        *plan,
              Pooling        *state)
{
  const Settings           *settings = layer->settings;
  const OrdPooling         *w = &settings->window;
  OrdDnnl                  *dnnl = ord_plan_get_dnnl (plan);
  const OrdShape           *from = ord_plan_get_shape (plan, layer->inputs[0]);
  const OrdShape           *to = ord_plan_get_shape (plan, layer->node);
  const_dnnl_memory_desc_t  dst = ord_dnnl_memory_desc (state->dst.from);
  const dnnl_dim_t          dims[] = { 1, 1, to->height, to->width };
  dnnl_memory_desc_t        places = ord_dnnl_desc (dnnl, 4, dims, dnnl_nchw);
  dnnl_primitive_desc_t     pd = NULL;
  float                    *factors;

  state->factors = ord_dnnl_memory (dnnl, places);
  ord_dnnl_check (dnnl,
                  dnnl_binary_primitive_desc_create (&pd, dnnl->engine,
                                                     dnnl_binary_mul, dst,
                                                     places, dst, NULL),
                  layer->name);
  ord_dnnl_keep_desc (dnnl, pd);
  state->scale = ord_dnnl_primitive (dnnl, pd, layer->name);
  if (dnnl->error)
    return;

  factors = ord_dnnl_data (state->factors);
  for (int y = 0; y < to->height; y++)
    for (int x = 0; x < to->width; x++)
      factors[y * to->width + x] =
        (float) (w->kernel[0] * w->kernel[1]) /
        (float) (count_inside (w, 0, from->height, y) *
                 count_inside (w, 1, from->width, x));
}

static gpointer
pooling_plan (const OrdLayer *layer,
              OrdPlan        *plan)
{
  const Settings           *settings = layer->settings;
  Pooling                  *state = g_new0 (Pooling, 1);
  OrdDnnl                  *dnnl = ord_plan_get_dnnl (plan);
  gboolean                  training = ord_plan_is_training (plan);
  dnnl_memory_t             input = ord_plan_get_value (plan, layer->inputs[0]);
  const_dnnl_memory_desc_t  src = ord_dnnl_memory_desc (input);
  const OrdShape           *from = ord_plan_get_shape (plan, layer->inputs[0]);
  const OrdPooling         *w = &settings->window;
  dnnl_dims_t                kernel = { w->kernel[0], w->kernel[1] };
  dnnl_dims_t                stride = { w->stride[0], w->stride[1] };
  dnnl_dims_t                before = { w->pad[0], w->pad[1] };
  dnnl_dims_t                after = { slide (w, 0, from->height).after,
                                       slide (w, 1, from->width).after };
  /* oneDNN counts the gaps between taps. */
  dnnl_dims_t                dilation = { w->dilation[0] - 1,
                                          w->dilation[1] - 1 };
  dnnl_dims_t                dims;
  dnnl_memory_desc_t        any, plain = NULL;
  dnnl_primitive_desc_t     forward = NULL;
  dnnl_primitive_desc_t     backward = NULL;

  ord_plan_get_dims (plan, layer->node, dims);
  if (settings->global)
    {
      kernel[0] = from->height;
      kernel[1] = from->width;
      after[0] = after[1] = 0;
    }
  any = ord_dnnl_desc_of (dnnl, ord_plan_get_type (plan), 4, dims,
                          dnnl_format_tag_any);
  ord_dnnl_check (dnnl,
                  dnnl_pooling_forward_primitive_desc_create (
                    &forward, dnnl->engine,
                    training ? dnnl_forward_training : dnnl_forward_inference,
                    settings->algorithm, src, any, stride, kernel, dilation,
                    before, after, NULL),
                  layer->name);
  ord_dnnl_keep_desc (dnnl, forward);
  state->forward = ord_dnnl_primitive (dnnl, forward, layer->name);
  if (dnnl->error)
    return state;

  if (settings->global)
    {
      /* The same numbers as (n, channels, 1, 1) for oneDNN's pooling and as
       * (n, channels) for the layers that follow. */
      dnnl_memory_t vectors =
        ord_plan_set_value (plan, layer, ord_dnnl_desc (dnnl, 2, dims, dnnl_nc));

      plain = ord_dnnl_desc (dnnl, 4, dims, dnnl_nchw);
      state->dst = ord_dnnl_reorder_from (
        dnnl, ord_dnnl_query (forward, dnnl_query_dst_md),
        ord_dnnl_memory_on (dnnl, plain, ord_dnnl_data (vectors)));
    }
  else
    {
      state->dst.from =
        ord_plan_set_value (plan, layer,
                            ord_dnnl_query (forward, dnnl_query_dst_md));
    }
  if (settings->algorithm == dnnl_pooling_avg_include_padding &&
      (after[0] > w->pad[2] || after[1] > w->pad[3]))
    plan_factors (layer, plan, state);
  if (training && settings->algorithm == dnnl_pooling_max)
    state->workspace =
      ord_dnnl_memory (dnnl, ord_dnnl_query (forward, dnnl_query_workspace_md));

  if (ord_plan_edge_wanted (plan, layer, 0) && !dnnl->error)
    {
      dnnl_memory_t d_dst = ord_plan_get_gradient (plan, layer->node);

      ord_dnnl_check (dnnl,
                      dnnl_pooling_backward_primitive_desc_create (
                        &backward, dnnl->engine, settings->algorithm, src,
                        ord_dnnl_query (forward, dnnl_query_dst_md), stride,
                        kernel, dilation, before, after, forward, NULL),
                      layer->name);
      ord_dnnl_keep_desc (dnnl, backward);
      state->backward = ord_dnnl_primitive (dnnl, backward, layer->name);
      if (dnnl->error)
        return state;
      if (settings->global)
        d_dst = ord_dnnl_memory_on (dnnl, plain, ord_dnnl_data (d_dst));
      state->d_dst =
        ord_dnnl_reorder_to (dnnl, d_dst,
                             ord_dnnl_query (backward, dnnl_query_diff_dst_md));
      if (state->scale)
        state->d_scaled =
          ord_dnnl_memory (dnnl, ord_dnnl_memory_desc (state->d_dst.to));
      state->d_src =
        ord_plan_edge (plan, layer, 0,
                       ord_dnnl_query (backward, dnnl_query_diff_src_md));
    }

  return state;
}

static void
run_scale (OrdDnnl       *dnnl,
           Pooling       *state,
           dnnl_memory_t  from,
           dnnl_memory_t  to)
{
  const dnnl_exec_arg_t args[] = {
    { DNNL_ARG_SRC_0, from },
    { DNNL_ARG_SRC_1, state->factors },
    { DNNL_ARG_DST, to },
  };

  if (state->scale)
    ord_dnnl_run (dnnl, state->scale, 3, args);
}

static void
pooling_forward (const OrdLayer *layer,
                 OrdPlan        *plan,
                 gpointer        data)
{
  Pooling               *state = data;
  OrdDnnl               *dnnl = ord_plan_get_dnnl (plan);
  const dnnl_exec_arg_t  args[] = {
    { DNNL_ARG_SRC, ord_plan_get_value (plan, layer->inputs[0]) },
    { DNNL_ARG_DST, state->dst.from },
    { DNNL_ARG_WORKSPACE, state->workspace },
  };

  ord_dnnl_run (dnnl, state->forward, state->workspace ? 3 : 2, args);
  run_scale (dnnl, state, state->dst.from, state->dst.from);
  ord_dnnl_run_reorder (dnnl, &state->dst);
}

static void
pooling_backward (const OrdLayer *layer,
                  OrdPlan        *plan,
                  gpointer        data)
{
  Pooling               *state = data;
  OrdDnnl               *dnnl = ord_plan_get_dnnl (plan);
  const dnnl_exec_arg_t  args[] = {
    { DNNL_ARG_DIFF_DST, state->scale ? state->d_scaled : state->d_dst.to },
    { DNNL_ARG_DIFF_SRC, state->d_src },
    { DNNL_ARG_WORKSPACE, state->workspace },
  };

  if (!state->backward)
    return;
  ord_dnnl_run_reorder (dnnl, &state->d_dst);
  run_scale (dnnl, state, state->d_dst.to, state->d_scaled);
  ord_dnnl_run (dnnl, state->backward, state->workspace ? 3 : 2, args);
}

static void
pooling_view (const OrdLayer *layer,
              OrdLayerView   *view)
{
  const Settings *settings = layer->settings;

  if (settings->global)
    view->kind = ORD_LAYER_GLOBAL_AVERAGE;
  else
    view->pooling = &settings->window;
  if (!settings->global && settings->algorithm != dnnl_pooling_max)
    view->kind = ORD_LAYER_AVERAGE_POOL;
}

static const OrdLayerClass pooling_class = {
  .kind = ORD_LAYER_MAX_POOL,
  .size = pooling_size,
  .plan = pooling_plan,
  .forward = pooling_forward,
  .backward = pooling_backward,
  .free_state = g_free,
  .view = pooling_view,
};

static OrdNode
add_pooling (OrdGraph         *graph,
             const char       *name,
             OrdNode           input,
             const OrdPooling *window,
             dnnl_alg_kind_t   algorithm)
{
  Settings *settings = g_new0 (Settings, 1);
  OrdLayer *layer;

  settings->algorithm = algorithm;
  settings->global = window == NULL;
  if (window)
    settings->window = *window;
  for (int i = 0; i < 2; i++)
    {
      settings->window.kernel[i] = MAX (settings->window.kernel[i], 1);
      settings->window.stride[i] = MAX (settings->window.stride[i], 1);
      settings->window.dilation[i] = MAX (settings->window.dilation[i], 1);
    }
  layer = ord_graph_add_layer (graph, &pooling_class, name, &input, 1,
                               settings->global ? 2 : 4,
                               ord_graph_get_channels (graph, input));
  layer->settings = settings;

  return layer->node;
}

OrdNode
ord_graph_max_pool (OrdGraph         *graph,
                    const char       *name,
                    OrdNode           input,
                    const OrdPooling *pooling)
{
  return add_pooling (graph, name, input, pooling, dnnl_pooling_max);
}

OrdNode
ord_graph_average_pool (OrdGraph         *graph,
                        const char       *name,
                        OrdNode           input,
                        const OrdPooling *pooling)
{
  g_assert (pooling->dilation[0] <= 1 && pooling->dilation[1] <= 1);

  return add_pooling (graph, name, input, pooling,
                      pooling->include_padding
                      ? dnnl_pooling_avg_include_padding
                      : dnnl_pooling_avg_exclude_padding);
}

OrdNode
ord_graph_global_average (OrdGraph   *graph,
                          const char *name,
                          OrdNode     input)
{
  return add_pooling (graph, name, input, NULL,
                      dnnl_pooling_avg_exclude_padding);
}
