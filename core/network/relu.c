/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rectifier: max (0, x). Its gradient is told from its own output.
 */
#include "ord-layer-private.h"

typedef struct
{
  dnnl_primitive_t forward;
  dnnl_primitive_t backward;
  dnnl_memory_t    d_src;
} Relu;

static gpointer
relu_plan (const OrdLayer *layer,
           OrdPlan        *plan)
{
  Relu                     *state = g_new0 (Relu, 1);
  OrdDnnl                  *dnnl = ord_plan_get_dnnl (plan);
  dnnl_memory_t             input = ord_plan_get_value (plan, layer->inputs[0]);
  const_dnnl_memory_desc_t  desc = ord_dnnl_memory_desc (input);
  dnnl_primitive_desc_t     forward = NULL;
  dnnl_primitive_desc_t     backward = NULL;
  dnnl_alg_kind_t           kind = dnnl_eltwise_relu_use_dst_for_bwd;

  ord_dnnl_check (dnnl,
                  dnnl_eltwise_forward_primitive_desc_create (
                    &forward, dnnl->engine, dnnl_forward_training, kind, desc,
                    desc, 0.0f, 0.0f, NULL),
                  layer->name);
  ord_dnnl_keep_desc (dnnl, forward);
  state->forward = ord_dnnl_primitive (dnnl, forward, layer->name);
  if (dnnl->error)
    return state;
  ord_plan_set_value (plan, layer, desc);

  if (ord_plan_edge_wanted (plan, layer, 0))
    {
      ord_dnnl_check (dnnl,
                      dnnl_eltwise_backward_primitive_desc_create (
                        &backward, dnnl->engine, kind, desc, desc, desc, 0.0f,
                        0.0f, forward, NULL),
                      layer->name);
      ord_dnnl_keep_desc (dnnl, backward);
      state->backward = ord_dnnl_primitive (dnnl, backward, layer->name);
      state->d_src = ord_plan_edge (plan, layer, 0, desc);
    }

  return state;
}

static void
relu_forward (const OrdLayer *layer,
              OrdPlan        *plan,
              gpointer        data)
{
  Relu                  *state = data;
  const dnnl_exec_arg_t  args[] = {
    { DNNL_ARG_SRC, ord_plan_get_value (plan, layer->inputs[0]) },
    { DNNL_ARG_DST, ord_plan_get_value (plan, layer->node) },
  };

  ord_dnnl_run (ord_plan_get_dnnl (plan), state->forward, 2, args);
}

static void
relu_backward (const OrdLayer *layer,
               OrdPlan        *plan,
               gpointer        data)
{
  Relu                  *state = data;
  const dnnl_exec_arg_t  args[] = {
    { DNNL_ARG_DST, ord_plan_get_value (plan, layer->node) },
    { DNNL_ARG_DIFF_DST, ord_plan_get_gradient (plan, layer->node) },
    { DNNL_ARG_DIFF_SRC, state->d_src },
  };

  if (state->backward)
    ord_dnnl_run (ord_plan_get_dnnl (plan), state->backward, 3, args);
}

static const OrdLayerClass relu_class = {
  .kind = "relu",
  .plan = relu_plan,
  .forward = relu_forward,
  .backward = relu_backward,
  .free_state = g_free,
};

OrdNode
ord_graph_relu (OrdGraph   *graph,
                const char *name,
                OrdNode     input)
{
  const OrdLayer *read = ord_graph_get_layer (graph, input);

  return ord_graph_add_layer (graph, &relu_class, name, &input, 1, read->rank,
                              read->channels)->node;
}
