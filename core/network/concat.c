/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Nodes joined along their channels, in the memory format that most of their
 * numbers have already. Going back, each input's gradient is a view of its
 * channels in the joined gradient.
 */
#include "ord-layer-private.h"

#include <string.h>

typedef struct
{
  dnnl_primitive_t forward;
  OrdReorder      *inputs;    /* (n_inputs), to the common format */
  dnnl_primitive_t *split;    /* (n_inputs), from the view to the edge */
  dnnl_memory_t   *views;     /* (n_inputs) */
  dnnl_memory_t   *d_inputs;  /* (n_inputs) */
} Concat;

static void
concat_free (gpointer data)
{
  Concat *state = data;

  g_free (state->inputs);
  g_free (state->split);
  g_free (state->views);
  g_free (state->d_inputs);
  g_free (state);
}

/* Whether all inputs can be cut out of the joined channels in a format of
 * blocks of so many channels. */
static gboolean
fills_blocks (const OrdLayer *layer,
              OrdPlan        *plan,
              int             block)
{
  for (int i = 0; i < layer->n_inputs; i++)
    if (ord_plan_get_shape (plan, layer->inputs[i])->channels % block != 0)
      return FALSE;
  return TRUE;
}

/* The format that costs the fewest copies: blocks that channels do not fill
 * are no option, and what stands in them goes to channels last. */
static dnnl_format_tag_t
choose_format (const OrdLayer *layer,
               OrdPlan        *plan)
{
  static const struct
  {
    dnnl_format_tag_t tag;
    int               block;
  } formats[] = { { dnnl_nChw16c, 16 }, { dnnl_nChw8c, 8 }, { dnnl_nhwc, 1 },
                  { dnnl_nchw, 1 } };
  enum { LAST = 2 };
  OrdDnnl *dnnl = ord_plan_get_dnnl (plan);
  int      channels[G_N_ELEMENTS (formats)] = { 0 };
  guint    best = 0;

  if (layer->rank != 4)
    return dnnl_nc;

  for (int i = 0; i < layer->n_inputs; i++)
    {
      dnnl_memory_t value = ord_plan_get_value (plan, layer->inputs[i]);
      dnnl_dim_t    dims[4];
      guint         f;

      ord_plan_get_dims (plan, layer->inputs[i], dims);
      for (f = 0; f < G_N_ELEMENTS (formats); f++)
        if (dnnl_memory_desc_equal (ord_dnnl_memory_desc (value),
                                    ord_dnnl_desc_of (dnnl,
                                                      ord_plan_get_type (plan),
                                                      4, dims,
                                                      formats[f].tag)))
          break;
      if (f == G_N_ELEMENTS (formats) ||
          !fills_blocks (layer, plan, formats[f].block))
        f = LAST;
      channels[f] += (int) dims[1];
    }
  for (guint f = 1; f < G_N_ELEMENTS (formats); f++)
    if (channels[f] > channels[best])
      best = f;

  return formats[best].tag;
}

static gpointer
concat_plan (const OrdLayer *layer,
             OrdPlan        *plan)
{
  Concat                               *state = g_new0 (Concat, 1);
  OrdDnnl                              *dnnl = ord_plan_get_dnnl (plan);
  dnnl_format_tag_t                     tag = choose_format (layer, plan);
  dnnl_data_type_t                      type =
    layer->rank == 4 ? ord_plan_get_type (plan) : dnnl_f32;
  g_autofree const_dnnl_memory_desc_t  *descs = NULL;
  dnnl_memory_desc_t                    joined;
  dnnl_primitive_desc_t                 pd = NULL;
  dnnl_dims_t                            dims, offsets = { 0 };

  descs = g_new0 (const_dnnl_memory_desc_t, layer->n_inputs);
  state->inputs = g_new0 (OrdReorder, layer->n_inputs);
  state->split = g_new0 (dnnl_primitive_t, layer->n_inputs);
  state->views = g_new0 (dnnl_memory_t, layer->n_inputs);
  state->d_inputs = g_new0 (dnnl_memory_t, layer->n_inputs);

  for (int i = 0; i < layer->n_inputs; i++)
    {
      int rank = ord_plan_get_dims (plan, layer->inputs[i], dims);

      descs[i] = ord_dnnl_desc_of (dnnl, type, rank, dims, tag);
      state->inputs[i] =
        ord_dnnl_reorder_to (dnnl, ord_plan_get_value (plan, layer->inputs[i]),
                             descs[i]);
    }
  joined = ord_dnnl_desc_of (dnnl, type,
                             ord_plan_get_dims (plan, layer->node, dims), dims,
                             tag);
  ord_dnnl_check (dnnl,
                  dnnl_concat_primitive_desc_create (&pd, dnnl->engine, joined,
                                                     layer->n_inputs, 1, descs,
                                                     NULL),
                  layer->name);
  ord_dnnl_keep_desc (dnnl, pd);
  state->forward = ord_dnnl_primitive (dnnl, pd, layer->name);
  ord_plan_set_value (plan, layer, joined);

  for (int i = 0; i < layer->n_inputs && !dnnl->error; i++)
    {
      dnnl_memory_desc_t view = NULL;

      ord_plan_get_dims (plan, layer->inputs[i], dims);
      if (ord_plan_edge_wanted (plan, layer, i))
        {
          dnnl_memory_t d_dst = ord_plan_get_gradient (plan, layer->node);

          ord_dnnl_check (dnnl,
                          dnnl_memory_desc_create_submemory (&view, joined,
                                                             dims, offsets),
                          layer->name);
          if (dnnl->error)
            break;
          g_ptr_array_add (dnnl->descs, view);
          state->views[i] =
            ord_dnnl_memory_on (dnnl, view, ord_dnnl_data (d_dst));
          state->d_inputs[i] = ord_plan_edge (plan, layer, i, descs[i]);
          state->split[i] = ord_dnnl_copy (dnnl, view, descs[i], FALSE);
        }
      offsets[1] += dims[1];
    }

  return state;
}

static void
concat_forward (const OrdLayer *layer,
                OrdPlan        *plan,
                gpointer        data)
{
  Concat                      *state = data;
  OrdDnnl                     *dnnl = ord_plan_get_dnnl (plan);
  int                          n = layer->n_inputs;
  g_autofree dnnl_exec_arg_t  *args = g_new0 (dnnl_exec_arg_t, n + 1);

  for (int i = 0; i < n; i++)
    {
      ord_dnnl_run_reorder (dnnl, &state->inputs[i]);
      args[i] = (dnnl_exec_arg_t) { DNNL_ARG_MULTIPLE_SRC + i,
                                    state->inputs[i].to };
    }
  args[n] = (dnnl_exec_arg_t) { DNNL_ARG_DST,
                                ord_plan_get_value (plan, layer->node) };
  ord_dnnl_run (dnnl, state->forward, n + 1, args);
}

static void
concat_backward (const OrdLayer *layer,
                 OrdPlan        *plan,
                 gpointer        data)
{
  Concat *state = data;

  for (int i = 0; i < layer->n_inputs; i++)
    if (state->split[i])
      ord_dnnl_run_copy (ord_plan_get_dnnl (plan), state->split[i],
                         state->views[i], state->d_inputs[i]);
}

static gboolean
concat_size (const OrdLayer  *layer,
             const OrdShape  *inputs,
             OrdShape        *output,
             GError         **error)
{
  output->height = inputs[0].height;
  output->width = inputs[0].width;
  for (int i = 1; i < layer->n_inputs; i++)
    if (inputs[i].height != output->height || inputs[i].width != output->width)
      return FALSE;
  return TRUE;
}

static const OrdLayerClass concat_class = {
  .kind = ORD_LAYER_CONCAT,
  .size = concat_size,
  .plan = concat_plan,
  .forward = concat_forward,
  .backward = concat_backward,
  .free_state = concat_free,
};

OrdNode
ord_graph_concat (OrdGraph      *graph,
                  const char    *name,
                  const OrdNode *inputs,
                  int            n_inputs)
{
  int channels = 0;

  for (int i = 0; i < n_inputs; i++)
    channels += ord_graph_get_channels (graph, inputs[i]);

  return ord_graph_add_layer (graph, &concat_class, name, inputs, n_inputs,
                              ord_graph_get_layer (graph, inputs[0])->rank,
                              channels)->node;
}
