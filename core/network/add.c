/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The sum of two nodes of one shape: what closes a residual block. Its
 * gradient goes to both unchanged.
 */
#include "ord-layer-private.h"

typedef struct
{
  dnnl_primitive_t forward;
  OrdReorder       second; /* in the first one's format */
} Add;

static gpointer
add_plan (const OrdLayer *layer,
          OrdPlan        *plan)
{
  Add                      *state = g_new0 (Add, 1);
  OrdDnnl                  *dnnl = ord_plan_get_dnnl (plan);
  dnnl_memory_t             first = ord_plan_get_value (plan, layer->inputs[0]);
  dnnl_memory_t             second = ord_plan_get_value (plan, layer->inputs[1]);
  const_dnnl_memory_desc_t  desc = ord_dnnl_memory_desc (first);
  dnnl_primitive_desc_t     pd = NULL;

  state->second = ord_dnnl_reorder_to (dnnl, second, desc);
  ord_dnnl_check (dnnl,
                  dnnl_binary_primitive_desc_create (&pd, dnnl->engine,
                                                     dnnl_binary_add, desc,
                                                     desc, desc, NULL),
                  layer->name);
  ord_dnnl_keep_desc (dnnl, pd);
  state->forward = ord_dnnl_primitive (dnnl, pd, layer->name);
  ord_plan_set_value (plan, layer, desc);
  for (int slot = 0; slot < 2; slot++)
    if (ord_plan_edge_wanted (plan, layer, slot) && !dnnl->error)
      ord_plan_edge_from (plan, layer, slot,
                          ord_plan_get_gradient (plan, layer->node));

  return state;
}

static void
add_forward (const OrdLayer *layer,
             OrdPlan        *plan,
             gpointer        data)
{
  Add                   *state = data;
  OrdDnnl               *dnnl = ord_plan_get_dnnl (plan);
  const dnnl_exec_arg_t  args[] = {
    { DNNL_ARG_SRC_0, ord_plan_get_value (plan, layer->inputs[0]) },
    { DNNL_ARG_SRC_1, state->second.to },
    { DNNL_ARG_DST, ord_plan_get_value (plan, layer->node) },
  };

  ord_dnnl_run_reorder (dnnl, &state->second);
  ord_dnnl_run (dnnl, state->forward, 3, args);
}

static gboolean
add_size (const OrdLayer  *layer,
          const OrdShape  *inputs,
          OrdShape        *output,
          GError         **error)
{
  output->height = inputs[0].height;
  output->width = inputs[0].width;
  return inputs[0].height == inputs[1].height &&
         inputs[0].width == inputs[1].width;
}

static const OrdLayerClass add_class = {
  .kind = ORD_LAYER_ADD,
  .size = add_size,
  .plan = add_plan,
  .forward = add_forward,
  .free_state = g_free,
};

OrdNode
ord_graph_add (OrdGraph   *graph,
               const char *name,
               OrdNode     first,
               OrdNode     second)
{
  const OrdNode   inputs[] = { first, second };
  const OrdLayer *read = ord_graph_get_layer (graph, first);

  g_assert (read->channels == ord_graph_get_channels (graph, second));

  return ord_graph_add_layer (graph, &add_class, name, inputs, 2, read->rank,
                              read->channels)->node;
}
