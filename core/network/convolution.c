/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Convolution on oneDNN. The weight stands in plain order (out, in / groups,
 * rows, columns), or with a leading group axis, so that files and gradients
 * have one layout; the format the processor likes is converted to per plan.
 */
#include "ord-layer-private.h"

#include <math.h>

typedef struct
{
  dnnl_primitive_t forward;
  dnnl_primitive_t backward_data;
  dnnl_primitive_t backward_weights;
  OrdReorder       src;             /* forward */
  OrdReorder       weight;          /* forward */
  OrdReorder       weight_for_data; /* backward by data */
  OrdReorder       src_for_weights;
  OrdReorder       d_dst_for_data;
  OrdReorder       d_dst_for_weights;
  OrdReorder       d_weight;        /* to plain */
  dnnl_memory_t    bias;
  dnnl_memory_t    d_bias;
  dnnl_memory_t    d_src;
  guint            version;         /* of the converted weights */
} Convolution;

enum { WEIGHT, BIAS };

static gboolean
convolution_size (const OrdLayer  *layer,
                  const OrdShape  *inputs,
                  OrdShape        *output,
                  GError         **error)
{
  const OrdConvolution *c = layer->settings;

  output->height = ord_graph_slide (inputs->height, c->kernel[0], c->stride[0],
                                    c->dilation[0], c->pad[0], c->pad[2],
                                    FALSE);
  output->width = ord_graph_slide (inputs->width, c->kernel[1], c->stride[1],
                                   c->dilation[1], c->pad[1], c->pad[3], FALSE);
  return output->height > 0 && output->width > 0;
}

/* The descriptors all three passes share, in the format of the kind's choice. */
typedef struct
{
  dnnl_memory_desc_t src;
  dnnl_memory_desc_t weight;
  dnnl_memory_desc_t d_weight;     /* floats, as is what follows */
  dnnl_memory_desc_t weight_plain;
  dnnl_memory_desc_t bias;
  dnnl_memory_desc_t dst;
  dnnl_dims_t         stride;
  dnnl_dims_t         dilation;
  dnnl_dims_t         pad_before;
  dnnl_dims_t         pad_after;
} Descs;

static Descs
convolution_descs (const OrdLayer *layer,
                   OrdPlan        *plan)
{
  const OrdConvolution *c = layer->settings;
  OrdDnnl              *dnnl = ord_plan_get_dnnl (plan);
  dnnl_data_type_t      type = ord_plan_get_type (plan);
  int                   in = ord_plan_get_shape (plan, layer->inputs[0])->channels;
  dnnl_dim_t            src[4], dst[4];
  dnnl_dim_t            bias[1] = { c->channels };
  dnnl_dim_t            grouped[5] = { c->groups, c->channels / c->groups,
                                       in / c->groups, c->kernel[0],
                                       c->kernel[1] };
  /* One group: the leading axis is left out. */
  int                   skip = c->groups == 1 ? 1 : 0;
  Descs                 descs = {
    .stride = { c->stride[0], c->stride[1] },
    /* oneDNN counts the gaps between taps. */
    .dilation = { c->dilation[0] - 1, c->dilation[1] - 1 },
    .pad_before = { c->pad[0], c->pad[1] },
    .pad_after = { c->pad[2], c->pad[3] },
  };

  ord_plan_get_dims (plan, layer->inputs[0], src);
  ord_plan_get_dims (plan, layer->node, dst);
  descs.src = ord_dnnl_desc_of (dnnl, type, 4, src, dnnl_format_tag_any);
  descs.dst = ord_dnnl_desc_of (dnnl, type, 4, dst, dnnl_format_tag_any);
  descs.weight = ord_dnnl_desc_of (dnnl, type, 5 - skip, grouped + skip,
                                   dnnl_format_tag_any);
  descs.d_weight =
    ord_dnnl_desc (dnnl, 5 - skip, grouped + skip, dnnl_format_tag_any);
  descs.weight_plain = ord_dnnl_desc (dnnl, 5 - skip, grouped + skip,
                                      skip ? dnnl_oihw : dnnl_goihw);
  descs.bias = c->bias ? ord_dnnl_desc (dnnl, 1, bias, dnnl_x) : NULL;

  return descs;
}

static void
plan_backward_weights (const OrdLayer              *layer,
                       OrdPlan                     *plan,
                       Convolution                 *state,
                       const Descs                 *d,
                       const_dnnl_primitive_desc_t  forward)
{
  OrdDnnl               *dnnl = ord_plan_get_dnnl (plan);
  dnnl_memory_t          src = ord_plan_get_value (plan, layer->inputs[0]);
  dnnl_memory_t          d_dst = ord_plan_get_gradient (plan, layer->node);
  dnnl_primitive_desc_t  pd = NULL;
  dnnl_memory_t          d_weight;

  ord_dnnl_check (dnnl,
                  dnnl_convolution_backward_weights_primitive_desc_create (
                    &pd, dnnl->engine, dnnl_convolution_auto, d->src,
                    d->d_weight, d->bias, d->dst, d->stride, d->dilation,
                    d->pad_before, d->pad_after, forward, NULL),
                  layer->name);
  ord_dnnl_keep_desc (dnnl, pd);
  state->backward_weights = ord_dnnl_primitive (dnnl, pd, layer->name);
  if (dnnl->error)
    return;
  state->src_for_weights =
    ord_dnnl_reorder_to (dnnl, src, ord_dnnl_query (pd, dnnl_query_src_md));
  state->d_dst_for_weights =
    ord_dnnl_reorder_to (dnnl, d_dst,
                         ord_dnnl_query (pd, dnnl_query_diff_dst_md));
  d_weight = ord_dnnl_memory_on (dnnl, d->weight_plain,
                                 layer->parameters[WEIGHT]->gradient);
  state->d_weight =
    ord_dnnl_reorder_from (dnnl, ord_dnnl_query (pd, dnnl_query_diff_weights_md),
                           d_weight);
  if (d->bias)
    state->d_bias = ord_dnnl_memory_on (dnnl, d->bias,
                                        layer->parameters[BIAS]->gradient);
}

static void
plan_backward_data (const OrdLayer              *layer,
                    OrdPlan                     *plan,
                    Convolution                 *state,
                    const Descs                 *d,
                    dnnl_memory_t                weight,
                    const_dnnl_primitive_desc_t  forward)
{
  OrdDnnl               *dnnl = ord_plan_get_dnnl (plan);
  dnnl_memory_t          d_dst = ord_plan_get_gradient (plan, layer->node);
  dnnl_primitive_desc_t  pd = NULL;

  ord_dnnl_check (dnnl,
                  dnnl_convolution_backward_data_primitive_desc_create (
                    &pd, dnnl->engine, dnnl_convolution_auto, d->src,
                    d->weight, d->dst, d->stride, d->dilation,
                    d->pad_before, d->pad_after, forward, NULL),
                  layer->name);
  ord_dnnl_keep_desc (dnnl, pd);
  state->backward_data = ord_dnnl_primitive (dnnl, pd, layer->name);
  if (dnnl->error)
    return;
  state->weight_for_data =
    ord_dnnl_reorder_to (dnnl, weight,
                         ord_dnnl_query (pd, dnnl_query_weights_md));
  state->d_dst_for_data =
    ord_dnnl_reorder_to (dnnl, d_dst,
                         ord_dnnl_query (pd, dnnl_query_diff_dst_md));
  state->d_src = ord_plan_edge (plan, layer, 0,
                                ord_dnnl_query (pd, dnnl_query_diff_src_md));
}

/* (transfer full) (nullable): the clip that alone reads the layer, to be done
 * while its numbers are at hand. */
static dnnl_primitive_attr_t
plan_clip (const OrdLayer *layer,
           OrdPlan        *plan)
{
  const OrdLayer        *reader = ord_plan_get_only_reader (plan, layer->node);
  dnnl_primitive_attr_t  attr = NULL;
  dnnl_post_ops_t        ops = NULL;
  dnnl_alg_kind_t        algorithm;
  float                  alpha, beta;

  if (!reader || !ord_layer_get_clip (reader, &algorithm, &alpha, &beta))
    return NULL;

  dnnl_primitive_attr_create (&attr);
  dnnl_post_ops_create (&ops);
  dnnl_post_ops_append_eltwise (ops, algorithm, alpha, beta);
  dnnl_primitive_attr_set_post_ops (attr, ops);
  dnnl_post_ops_destroy (ops);
  ord_plan_set_clipped (plan, layer->node);
  return attr;
}

static gpointer
convolution_plan (const OrdLayer *layer,
                  OrdPlan        *plan)
{
  Convolution           *state = g_new0 (Convolution, 1);
  OrdDnnl               *dnnl = ord_plan_get_dnnl (plan);
  Descs                  d = convolution_descs (layer, plan);
  dnnl_primitive_attr_t  attr = plan_clip (layer, plan);
  dnnl_primitive_desc_t  pd = NULL;
  dnnl_memory_t          weight;

  ord_dnnl_check (dnnl,
                  dnnl_convolution_forward_primitive_desc_create (
                    &pd, dnnl->engine,
                    ord_plan_is_training (plan) ? dnnl_forward_training
                                                : dnnl_forward_inference,
                    dnnl_convolution_auto, d.src, d.weight, d.bias, d.dst,
                    d.stride, d.dilation, d.pad_before, d.pad_after, attr),
                  layer->name);
  if (attr)
    dnnl_primitive_attr_destroy (attr);
  ord_dnnl_keep_desc (dnnl, pd);
  state->forward = ord_dnnl_primitive (dnnl, pd, layer->name);
  if (dnnl->error)
    return state;

  weight = ord_dnnl_memory_on (dnnl, d.weight_plain,
                               layer->parameters[WEIGHT]->value);
  state->src =
    ord_dnnl_reorder_to (dnnl, ord_plan_get_value (plan, layer->inputs[0]),
                         ord_dnnl_query (pd, dnnl_query_src_md));
  state->weight = ord_dnnl_reorder_to (dnnl, weight,
                                       ord_dnnl_query (pd,
                                                       dnnl_query_weights_md));
  if (d.bias)
    state->bias =
      ord_dnnl_memory_on (dnnl, d.bias, layer->parameters[BIAS]->value);
  ord_plan_set_value (plan, layer, ord_dnnl_query (pd, dnnl_query_dst_md));

  if (ord_plan_is_training (plan) && !layer->frozen)
    plan_backward_weights (layer, plan, state, &d, pd);
  if (ord_plan_edge_wanted (plan, layer, 0) && !dnnl->error)
    plan_backward_data (layer, plan, state, &d, weight, pd);

  return state;
}

static void
convolution_forward (const OrdLayer *layer,
                     OrdPlan        *plan,
                     gpointer        data)
{
  Convolution           *state = data;
  OrdDnnl               *dnnl = ord_plan_get_dnnl (plan);
  const dnnl_exec_arg_t  args[] = {
    { DNNL_ARG_SRC, state->src.to },
    { DNNL_ARG_WEIGHTS, state->weight.to },
    { DNNL_ARG_DST, ord_plan_get_value (plan, layer->node) },
    { DNNL_ARG_BIAS, state->bias },
  };

  if (state->version != ord_plan_get_version (plan))
    {
      ord_dnnl_run_reorder (dnnl, &state->weight);
      ord_dnnl_run_reorder (dnnl, &state->weight_for_data);
      state->version = ord_plan_get_version (plan);
    }
  ord_dnnl_run_reorder (dnnl, &state->src);
  ord_dnnl_run (dnnl, state->forward, state->bias ? 4 : 3, args);
}

static void
convolution_backward (const OrdLayer *layer,
                      OrdPlan        *plan,
                      gpointer        data)
{
  Convolution           *state = data;
  OrdDnnl               *dnnl = ord_plan_get_dnnl (plan);
  const dnnl_exec_arg_t  weights_args[] = {
    { DNNL_ARG_SRC, state->src_for_weights.to },
    { DNNL_ARG_DIFF_DST, state->d_dst_for_weights.to },
    { DNNL_ARG_DIFF_WEIGHTS, state->d_weight.from },
    { DNNL_ARG_DIFF_BIAS, state->d_bias },
  };
  const dnnl_exec_arg_t  data_args[] = {
    { DNNL_ARG_DIFF_DST, state->d_dst_for_data.to },
    { DNNL_ARG_WEIGHTS, state->weight_for_data.to },
    { DNNL_ARG_DIFF_SRC, state->d_src },
  };

  if (state->backward_weights)
    {
      ord_dnnl_run_reorder (dnnl, &state->src_for_weights);
      ord_dnnl_run_reorder (dnnl, &state->d_dst_for_weights);
      ord_dnnl_run (dnnl, state->backward_weights, state->d_bias ? 4 : 3,
                    weights_args);
      ord_dnnl_run_reorder (dnnl, &state->d_weight);
    }
  if (state->backward_data)
    {
      ord_dnnl_run_reorder (dnnl, &state->d_dst_for_data);
      ord_dnnl_run (dnnl, state->backward_data, 3, data_args);
    }
}

static void
convolution_view (const OrdLayer *layer,
                  OrdLayerView   *view)
{
  view->convolution = layer->settings;
}

static const OrdLayerClass convolution_class = {
  .kind = ORD_LAYER_CONVOLUTION,
  .size = convolution_size,
  .plan = convolution_plan,
  .forward = convolution_forward,
  .backward = convolution_backward,
  .free_state = g_free,
  .view = convolution_view,
};

OrdNode
ord_graph_convolution (OrdGraph             *graph,
                       const char           *name,
                       OrdNode               input,
                       const OrdConvolution *convolution)
{
  OrdConvolution *c = g_memdup2 (convolution, sizeof *convolution);
  gsize           in = (gsize) ord_graph_get_channels (graph, input);
  gsize           dims[4];
  OrdLayer       *layer;
  OrdParameter   *weight;

  for (int i = 0; i < 2; i++)
    {
      c->kernel[i] = MAX (c->kernel[i], 1);
      c->stride[i] = MAX (c->stride[i], 1);
      c->dilation[i] = MAX (c->dilation[i], 1);
    }
  c->groups = MAX (c->groups, 1);
  g_assert (in % (gsize) c->groups == 0 && c->channels % c->groups == 0);

  layer = ord_graph_add_layer (graph, &convolution_class, name, &input, 1, 4,
                               c->channels);
  layer->settings = c;

  dims[0] = (gsize) c->channels;
  dims[1] = in / (gsize) c->groups;
  dims[2] = (gsize) c->kernel[0];
  dims[3] = (gsize) c->kernel[1];
  weight = ord_graph_add_parameter (graph, layer, "weight", 4, dims, TRUE, TRUE);
  /* He et al. 2015: keeps the variance through a layer that ReLU follows. */
  ord_parameter_fill_normal (weight, sqrt (2.0 / (double) (dims[1] * dims[2] *
                                                           dims[3])),
                             ord_graph_get_seed (graph));
  /* In groups it would be several. */
  weight->matrix = c->groups == 1;
  if (c->bias)
    ord_graph_add_parameter (graph, layer, "bias", 1, dims, TRUE, FALSE);

  return layer->node;
}
