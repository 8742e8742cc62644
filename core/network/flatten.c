/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Images as vectors: all numbers of a picture in plain order (channel, row,
 * column), for a fully connected layer that was trained on one size.
 */
#include "ord-layer-private.h"

typedef struct
{
  int height;
  int width;
} Settings;

typedef struct
{
  dnnl_primitive_t forward;
  dnnl_memory_t    picture; /* the output's numbers, seen as a picture */
} Flatten;

static gboolean
flatten_size (const OrdLayer  *layer,
              const OrdShape  *inputs,
              OrdShape        *output,
              GError         **error)
{
  const Settings *settings = layer->settings;

  if (inputs->height == settings->height && inputs->width == settings->width)
    return TRUE;
  g_set_error (error, ORD_ERROR, ORD_ERROR_LIBRARY,
               "Layer %s was made for %d × %d places and gets %d × %d: this "
               "network works at one input size only", layer->name,
               settings->width, settings->height, inputs->width,
               inputs->height);
  return FALSE;
}

static gpointer
flatten_plan (const OrdLayer *layer,
              OrdPlan        *plan)
{
  Flatten            *state = g_new0 (Flatten, 1);
  OrdDnnl            *dnnl = ord_plan_get_dnnl (plan);
  dnnl_memory_t       input = ord_plan_get_value (plan, layer->inputs[0]);
  dnnl_memory_t       vectors;
  dnnl_memory_desc_t  plain;
  dnnl_dim_t          dims[4];

  ord_plan_get_dims (plan, layer->node, dims);
  vectors =
    ord_plan_set_value (plan, layer, ord_dnnl_desc (dnnl, 2, dims, dnnl_nc));
  ord_plan_get_dims (plan, layer->inputs[0], dims);
  plain = ord_dnnl_desc (dnnl, 4, dims, dnnl_nchw);
  state->picture = ord_dnnl_memory_on (dnnl, plain, ord_dnnl_data (vectors));
  state->forward =
    ord_dnnl_copy (dnnl, ord_dnnl_memory_desc (input), plain, FALSE);
  if (ord_plan_edge_wanted (plan, layer, 0) && !dnnl->error)
    ord_plan_edge_from (plan, layer, 0,
                        ord_dnnl_memory_on (
                          dnnl, plain,
                          ord_dnnl_data (ord_plan_get_gradient (plan,
                                                                layer->node))));

  return state;
}

static void
flatten_forward (const OrdLayer *layer,
                 OrdPlan        *plan,
                 gpointer        data)
{
  Flatten *state = data;

  ord_dnnl_run_copy (ord_plan_get_dnnl (plan), state->forward,
                     ord_plan_get_value (plan, layer->inputs[0]),
                     state->picture);
}

static void
flatten_view (const OrdLayer *layer,
              OrdLayerView   *view)
{
  const Settings *settings = layer->settings;

  view->height = settings->height;
  view->width = settings->width;
}

static const OrdLayerClass flatten_class = {
  .kind = ORD_LAYER_FLATTEN,
  .size = flatten_size,
  .plan = flatten_plan,
  .forward = flatten_forward,
  .free_state = g_free,
  .view = flatten_view,
};

OrdNode
ord_graph_flatten (OrdGraph   *graph,
                   const char *name,
                   OrdNode     input,
                   int         height,
                   int         width)
{
  const OrdLayer *read = ord_graph_get_layer (graph, input);
  Settings       *settings = g_new0 (Settings, 1);
  OrdLayer       *layer;

  g_assert (read->rank == 4 && height > 0 && width > 0);

  settings->height = height;
  settings->width = width;
  layer = ord_graph_add_layer (graph, &flatten_class, name, &input, 1, 2,
                               read->channels * height * width);
  layer->settings = settings;

  return layer->node;
}
