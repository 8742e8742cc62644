/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The graph itself: layers in order, plans per batch shape, and the two passes.
 */
#include "ord-layer-private.h"

#include <string.h>

/* Training and evaluation each see a full batch and a last, smaller one. */
#define MAX_PLANS 4

/* A gradient on its way from a reader to the node it reads. */
typedef struct
{
  dnnl_memory_t    memory;    /* what the layer writes */
  dnnl_primitive_t finish;    /* copies or adds it; NULL when it is in place */
  dnnl_memory_t    target;
} OrdEdge;

typedef struct
{
  OrdShape      shape;
  dnnl_memory_t value;
  dnnl_memory_t gradient;
  gpointer      state;
  OrdEdge      *edges;        /* (n_inputs) */
  dnnl_memory_t caller;       /* of an input: the floats it came as */
  OrdNode       last_reader;  /* -1: none */
  int           n_readers;    /* a node read twice by one layer counts twice */
  gboolean      clipped;      /* by its producer, for its only reader */
} OrdPlanNode;

struct _OrdPlan
{
  OrdGraph    *graph;
  OrdDnnl      dnnl;
  gboolean     training;
  int          n;
  int          height;
  int          width;
  OrdPlanNode *nodes;
  OrdReorder   output;        /* to plain order */
  OrdReorder   d_output;      /* from plain order */
  OrdReorder  *input_gradients; /* per node; primitives only on inputs */
};

struct _OrdGraph
{
  guint64        seed;
  OrdPrecision   precision;
  dnnl_engine_t  engine;
  dnnl_stream_t  stream;
  GPtrArray     *layers;
  GPtrArray     *parameters;
  GPtrArray     *plans;       /* latest used first */
  guint          version;
  GArray        *described;   /* of OrdNode: the averages */
  float         *description; /* (n, description width) of the latest pass */
};

/* -- inputs are layers that at most convert -------------------------------- */

static gpointer
input_plan (const OrdLayer *layer,
            OrdPlan        *plan)
{
  OrdDnnl           *dnnl = ord_plan_get_dnnl (plan);
  OrdPlanNode       *node = &plan->nodes[layer->node];
  OrdReorder        *state = g_new0 (OrdReorder, 1);
  dnnl_format_tag_t  tag = layer->rank == 4 ? dnnl_nchw : dnnl_nc;
  dnnl_dim_t         dims[4];
  dnnl_memory_desc_t desc;

  ord_plan_get_dims (plan, layer->node, dims);
  desc = ord_dnnl_desc_of (dnnl, layer->rank == 4 ? ord_plan_get_type (plan)
                                                  : dnnl_f32,
                           layer->rank, dims, tag);
  node->caller =
    ord_dnnl_memory_on (dnnl, ord_dnnl_desc (dnnl, layer->rank, dims, tag),
                        NULL);
  *state = ord_dnnl_reorder_to (dnnl, node->caller, desc);
  node->value = state->to;
  if (plan->training && layer->wants_gradient)
    node->gradient = ord_dnnl_memory (dnnl, desc);

  return state;
}

static void
input_forward (const OrdLayer *layer,
               OrdPlan        *plan,
               gpointer        state)
{
  ord_dnnl_run_reorder (ord_plan_get_dnnl (plan), state);
}

static const OrdLayerClass input_class = {
  .kind = ORD_LAYER_INPUT,
  .plan = input_plan,
  .forward = input_forward,
  .free_state = g_free,
};

static gboolean
is_input (const OrdLayer *layer)
{
  return layer->klass == &input_class;
}

/* -- building --------------------------------------------------------------- */

static void
layer_free (gpointer data)
{
  OrdLayer *layer = data;

  g_free (layer->name);
  g_free (layer->inputs);
  g_free (layer->settings);
  g_free (layer);
}

static void
plan_free (gpointer data)
{
  OrdPlan *plan = data;

  for (guint i = 0; i < plan->graph->layers->len; i++)
    {
      const OrdLayer *layer = g_ptr_array_index (plan->graph->layers, i);

      if (plan->nodes[i].state && layer->klass->free_state)
        layer->klass->free_state (plan->nodes[i].state);
      g_free (plan->nodes[i].edges);
    }
  ord_dnnl_clear (&plan->dnnl);
  g_free (plan->nodes);
  g_free (plan->input_gradients);
  g_free (plan);
}

OrdGraph *
ord_graph_new (guint64 seed)
{
  OrdGraph *graph = g_new0 (OrdGraph, 1);

  graph->seed = seed;
  graph->layers = g_ptr_array_new_with_free_func (layer_free);
  graph->parameters =
    g_ptr_array_new_with_free_func ((GDestroyNotify) ord_parameter_free);
  graph->plans = g_ptr_array_new_with_free_func (plan_free);
  graph->version = 1;
  graph->described = g_array_new (FALSE, FALSE, sizeof (OrdNode));
  if (dnnl_engine_create (&graph->engine, dnnl_cpu, 0) != dnnl_success ||
      dnnl_stream_create (&graph->stream, graph->engine,
                          dnnl_stream_default_flags) != dnnl_success)
    g_error ("oneDNN has no engine for this processor");

  return graph;
}

void
ord_graph_free (OrdGraph *graph)
{
  if (!graph)
    return;
  g_ptr_array_unref (graph->plans);
  g_ptr_array_unref (graph->layers);
  g_ptr_array_unref (graph->parameters);
  g_array_unref (graph->described);
  g_free (graph->description);
  dnnl_stream_destroy (graph->stream);
  dnnl_engine_destroy (graph->engine);
  g_free (graph);
}

gboolean
ord_precision_is_supported (OrdPrecision precision)
{
  /* Each instruction set is the bits of those it contains. */
  const unsigned wanted = dnnl_cpu_isa_avx512_core_bf16;

  return precision == ORD_PRECISION_FLOAT ||
         ((unsigned) dnnl_get_effective_cpu_isa () & wanted) == wanted;
}

void
ord_graph_set_precision (OrdGraph     *graph,
                         OrdPrecision  precision)
{
  g_return_if_fail (ord_precision_is_supported (precision));

  if (precision != graph->precision)
    g_ptr_array_set_size (graph->plans, 0);
  graph->precision = precision;
}

OrdLayer *
ord_graph_add_layer (OrdGraph            *graph,
                     const OrdLayerClass *klass,
                     const char          *name,
                     const OrdNode       *inputs,
                     int                  n_inputs,
                     int                  rank,
                     int                  channels)
{
  OrdLayer *layer = g_new0 (OrdLayer, 1);

  g_assert (graph->plans->len == 0);

  layer->klass = klass;
  layer->name = g_strdup (name);
  layer->node = (OrdNode) graph->layers->len;
  layer->n_inputs = n_inputs;
  layer->inputs = g_memdup2 (inputs, sizeof (OrdNode) * (gsize) n_inputs);
  layer->rank = rank;
  layer->channels = channels;
  for (int i = 0; i < n_inputs; i++)
    layer->wants_gradient |=
      ord_graph_get_layer (graph, inputs[i])->wants_gradient;
  g_ptr_array_add (graph->layers, layer);

  return layer;
}

OrdParameter *
ord_graph_add_parameter (OrdGraph    *graph,
                         OrdLayer    *layer,
                         const char  *name,
                         guint        n_dims,
                         const gsize *dims,
                         gboolean     trainable,
                         gboolean     decay)
{
  g_autofree char *full = g_strconcat (layer->name, "/", name, NULL);
  OrdParameter    *parameter;

  parameter = ord_parameter_new (full, n_dims, dims, trainable, decay);
  g_ptr_array_add (graph->parameters, parameter);
  for (guint i = 0; i < G_N_ELEMENTS (layer->parameters); i++)
    if (!layer->parameters[i])
      {
        layer->parameters[i] = parameter;
        layer->trainable[i] = trainable;
        break;
      }
  layer->wants_gradient |= trainable;

  return parameter;
}

const OrdLayer *
ord_graph_get_layer (OrdGraph *graph,
                     OrdNode   node)
{
  g_assert (node >= 0 && (guint) node < graph->layers->len);
  return g_ptr_array_index (graph->layers, node);
}

guint64
ord_graph_get_seed (OrdGraph *graph)
{
  return graph->seed;
}

OrdNode
ord_graph_image_input (OrdGraph   *graph,
                       const char *name,
                       int         channels,
                       gboolean    gradient)
{
  OrdLayer *layer =
    ord_graph_add_layer (graph, &input_class, name, NULL, 0, 4, channels);

  layer->wants_gradient = gradient;
  return layer->node;
}

OrdNode
ord_graph_vector_input (OrdGraph   *graph,
                        const char *name,
                        int         width,
                        gboolean    gradient)
{
  OrdLayer *layer =
    ord_graph_add_layer (graph, &input_class, name, NULL, 0, 2, width);

  layer->wants_gradient = gradient;
  return layer->node;
}

int
ord_graph_get_n_nodes (OrdGraph *graph)
{
  return (int) graph->layers->len;
}

int
ord_graph_get_channels (OrdGraph *graph,
                        OrdNode   node)
{
  return ord_graph_get_layer (graph, node)->channels;
}

int
ord_graph_get_width (OrdGraph *graph)
{
  return ord_graph_get_channels (graph, (OrdNode) graph->layers->len - 1);
}

void
ord_graph_describe (OrdGraph   *graph,
                    const char *name,
                    OrdNode     node)
{
  OrdNode   average = ord_graph_global_average (graph, name, node);
  OrdLayer *layer = g_ptr_array_index (graph->layers, average);

  layer->aside = TRUE;
  layer->wants_gradient = FALSE;
  g_array_append_val (graph->described, average);
}

int
ord_graph_get_description_width (OrdGraph *graph)
{
  int width = 0;

  for (guint i = 0; i < graph->described->len; i++)
    width += ord_graph_get_channels (graph, g_array_index (graph->described,
                                                           OrdNode, i));
  return width;
}

GPtrArray *
ord_graph_get_parameters (OrdGraph *graph)
{
  return graph->parameters;
}

void
ord_graph_freeze_up_to (OrdGraph *graph,
                        OrdNode   node)
{
  g_ptr_array_set_size (graph->plans, 0);

  for (guint i = 0; i < graph->layers->len; i++)
    {
      OrdLayer *layer = g_ptr_array_index (graph->layers, i);
      gboolean  wanted = FALSE;

      /* Whether an input's gradient is wanted was said when it was added. */
      if (is_input (layer))
        continue;
      layer->frozen = (OrdNode) i <= node;
      for (guint k = 0; k < G_N_ELEMENTS (layer->parameters); k++)
        if (layer->trainable[k])
          {
            ord_parameter_set_trainable (layer->parameters[k], !layer->frozen);
            wanted |= !layer->frozen;
          }
      for (int k = 0; k < layer->n_inputs; k++)
        wanted |= ord_graph_get_layer (graph, layer->inputs[k])->wants_gradient;
      layer->wants_gradient = wanted && !layer->aside;
    }
}

void
ord_graph_parameters_changed (OrdGraph *graph)
{
  graph->version++;
}

/* Whether a layer takes no part in this plan. */
static gboolean
is_left_out (OrdPlan        *plan,
             const OrdLayer *layer)
{
  return layer->aside && plan->training;
}

/* -- planning --------------------------------------------------------------- */

OrdDnnl *
ord_plan_get_dnnl (OrdPlan *plan)
{
  return &plan->dnnl;
}

gboolean
ord_plan_is_training (OrdPlan *plan)
{
  return plan->training;
}

int
ord_plan_get_n (OrdPlan *plan)
{
  return plan->n;
}

dnnl_data_type_t
ord_plan_get_type (OrdPlan *plan)
{
  return plan->graph->precision == ORD_PRECISION_BFLOAT16 ? dnnl_bf16
                                                          : dnnl_f32;
}

guint
ord_plan_get_version (OrdPlan *plan)
{
  return plan->graph->version;
}

const OrdLayer *
ord_plan_get_layer (OrdPlan *plan,
                    OrdNode  node)
{
  return ord_graph_get_layer (plan->graph, node);
}

const OrdShape *
ord_plan_get_shape (OrdPlan *plan,
                    OrdNode  node)
{
  return &plan->nodes[node].shape;
}

int
ord_plan_get_dims (OrdPlan    *plan,
                   OrdNode     node,
                   dnnl_dim_t *dims)
{
  const OrdShape *shape = &plan->nodes[node].shape;

  dims[0] = plan->n;
  dims[1] = shape->channels;
  dims[2] = shape->height;
  dims[3] = shape->width;
  return shape->rank;
}

dnnl_memory_t
ord_plan_get_value (OrdPlan *plan,
                    OrdNode  node)
{
  return plan->nodes[node].value;
}

dnnl_memory_t
ord_plan_get_gradient (OrdPlan *plan,
                       OrdNode  node)
{
  return plan->nodes[node].gradient;
}

dnnl_memory_t
ord_plan_set_value (OrdPlan                  *plan,
                    const OrdLayer           *layer,
                    const_dnnl_memory_desc_t  desc)
{
  OrdPlanNode *node = &plan->nodes[layer->node];

  node->value = ord_dnnl_memory (&plan->dnnl, desc);
  if (plan->training && layer->wants_gradient)
    node->gradient = ord_dnnl_memory (&plan->dnnl, desc);
  return node->value;
}

const OrdLayer *
ord_plan_get_only_reader (OrdPlan *plan,
                          OrdNode  node)
{
  return plan->nodes[node].n_readers == 1
         ? ord_graph_get_layer (plan->graph, plan->nodes[node].last_reader)
         : NULL;
}

void
ord_plan_set_clipped (OrdPlan *plan,
                      OrdNode  node)
{
  plan->nodes[node].clipped = TRUE;
}

gboolean
ord_plan_is_clipped (OrdPlan *plan,
                     OrdNode  node)
{
  return plan->nodes[node].clipped;
}

void
ord_plan_share_value (OrdPlan        *plan,
                      const OrdLayer *layer)
{
  plan->nodes[layer->node].value = plan->nodes[layer->inputs[0]].value;
  plan->nodes[layer->node].gradient = plan->nodes[layer->inputs[0]].gradient;
}

gboolean
ord_plan_edge_wanted (OrdPlan        *plan,
                      const OrdLayer *layer,
                      int             slot)
{
  return plan->training &&
         ord_graph_get_layer (plan->graph, layer->inputs[slot])->wants_gradient;
}

/* The last reader of a node comes first in the backward pass and sets the
 * gradient; the readers before it add to it. A node read twice by one layer
 * counts its first slot as the last. */
static gboolean
edge_is_first (OrdPlan        *plan,
               const OrdLayer *layer,
               int             slot)
{
  OrdNode read = layer->inputs[slot];

  for (int i = 0; i < slot; i++)
    if (layer->inputs[i] == read)
      return FALSE;
  return plan->nodes[read].last_reader == layer->node;
}

dnnl_memory_t
ord_plan_edge (OrdPlan                  *plan,
               const OrdLayer           *layer,
               int                       slot,
               const_dnnl_memory_desc_t  desc)
{
  OrdEdge       *edge = &plan->nodes[layer->node].edges[slot];
  dnnl_memory_t  target = plan->nodes[layer->inputs[slot]].gradient;

  if (plan->dnnl.error)
    return NULL;

  if (edge_is_first (plan, layer, slot) &&
      dnnl_memory_desc_equal (desc, ord_dnnl_memory_desc (target)))
    {
      edge->memory = target;
      return target;
    }
  ord_plan_edge_from (plan, layer, slot, ord_dnnl_memory (&plan->dnnl, desc));
  return edge->memory;
}

void
ord_plan_edge_from (OrdPlan        *plan,
                    const OrdLayer *layer,
                    int             slot,
                    dnnl_memory_t   memory)
{
  OrdEdge *edge = &plan->nodes[layer->node].edges[slot];

  edge->memory = memory;
  edge->target = plan->nodes[layer->inputs[slot]].gradient;
  edge->finish = ord_dnnl_copy (&plan->dnnl, ord_dnnl_memory_desc (memory),
                                ord_dnnl_memory_desc (edge->target),
                                !edge_is_first (plan, layer, slot));
}

int
ord_graph_slide (int      size,
                 int      kernel,
                 int      stride,
                 int      dilation,
                 int      pad_before,
                 int      pad_after,
                 gboolean ceil)
{
  int left = size + pad_before + pad_after - (kernel - 1) * dilation - 1;
  int steps;

  if (!ceil || size < 1)
    return left < 0 ? -1 : left / stride + 1;
  steps = MAX (left + stride - 1, 0) / stride + 1;
  return (steps - 1) * stride >= size + pad_before ? steps - 1 : steps;
}

static gboolean
plan_sizes (OrdPlan *plan,
            GError **error)
{
  for (guint i = 0; i < plan->graph->layers->len; i++)
    {
      const OrdLayer      *layer = g_ptr_array_index (plan->graph->layers, i);
      OrdShape            *shape = &plan->nodes[i].shape;
      g_autofree OrdShape *inputs = g_new0 (OrdShape, layer->n_inputs + 1);
      g_autoptr (GError)   wrong = NULL;
      gboolean             fits = TRUE;

      for (int k = 0; k < layer->n_inputs; k++)
        inputs[k] = plan->nodes[layer->inputs[k]].shape;

      *shape = (OrdShape) { layer->rank, layer->channels, 1, 1 };
      if (is_input (layer) && layer->rank == 4)
        {
          shape->height = plan->height;
          shape->width = plan->width;
        }
      else if (layer->klass->size)
        fits = layer->klass->size (layer, inputs, shape, &wrong);
      else if (layer->n_inputs > 0)
        {
          shape->height = inputs[0].height;
          shape->width = inputs[0].width;
        }

      if (wrong)
        {
          g_propagate_error (error, g_steal_pointer (&wrong));
          return FALSE;
        }
      if (!fits || shape->height < 1 || shape->width < 1)
        {
          g_set_error (error, ORD_ERROR, ORD_ERROR_LIBRARY,
                       "Layer %s does not fit an image of %d × %d; use a "
                       "larger input size", layer->name,
                       plan->width, plan->height);
          return FALSE;
        }
    }

  return TRUE;
}

static void
plan_readers (OrdPlan *plan)
{
  for (guint i = 0; i < plan->graph->layers->len; i++)
    {
      const OrdLayer *layer = g_ptr_array_index (plan->graph->layers, i);

      plan->nodes[i].last_reader = -1;
      plan->nodes[i].edges = g_new0 (OrdEdge, layer->n_inputs + 1);
      if (is_left_out (plan, layer))
        continue;
      for (int k = 0; k < layer->n_inputs; k++)
        {
          plan->nodes[layer->inputs[k]].last_reader = (OrdNode) i;
          plan->nodes[layer->inputs[k]].n_readers++;
        }
    }
}

static dnnl_memory_desc_t
plain_desc (OrdPlan *plan,
            OrdNode  node)
{
  dnnl_dim_t dims[4];
  int        rank = ord_plan_get_dims (plan, node, dims);

  return ord_dnnl_desc (&plan->dnnl, rank, dims,
                        rank == 4 ? dnnl_nchw : dnnl_nc);
}

static OrdPlan *
plan_new (OrdGraph  *graph,
          gboolean   training,
          int        n,
          int        height,
          int        width,
          GError   **error)
{
  OrdPlan            *plan = g_new0 (OrdPlan, 1);
  OrdNode             last = (OrdNode) graph->layers->len - 1;
  dnnl_memory_desc_t  plain;

  plan->graph = graph;
  plan->training = training;
  plan->n = n;
  plan->height = height;
  plan->width = width;
  plan->nodes = g_new0 (OrdPlanNode, graph->layers->len);
  plan->input_gradients = g_new0 (OrdReorder, graph->layers->len);
  ord_dnnl_init (&plan->dnnl, graph->engine, graph->stream);
  plan_readers (plan);

  if (!plan_sizes (plan, error))
    {
      plan_free (plan);
      return NULL;
    }

  for (guint i = 0; i < graph->layers->len && !plan->dnnl.error; i++)
    {
      const OrdLayer *layer = g_ptr_array_index (graph->layers, i);

      if (!is_left_out (plan, layer))
        plan->nodes[i].state = layer->klass->plan (layer, plan);
    }

  if (!plan->dnnl.error)
    {
      plain = plain_desc (plan, last);
      plan->output =
        ord_dnnl_reorder_to (&plan->dnnl, plan->nodes[last].value, plain);
      if (plan->nodes[last].gradient)
        plan->d_output = ord_dnnl_reorder_from (&plan->dnnl, plain,
                                                plan->nodes[last].gradient);
    }
  for (guint i = 0; i < graph->layers->len && !plan->dnnl.error; i++)
    if (is_input (g_ptr_array_index (graph->layers, i)) &&
        plan->nodes[i].gradient)
      plan->input_gradients[i] =
        ord_dnnl_reorder_to (&plan->dnnl, plan->nodes[i].gradient,
                             plain_desc (plan, (OrdNode) i));

  if (plan->dnnl.error)
    {
      g_propagate_error (error, g_steal_pointer (&plan->dnnl.error));
      plan_free (plan);
      return NULL;
    }

  return plan;
}

static OrdPlan *
graph_get_plan (OrdGraph  *graph,
                gboolean   training,
                int        n,
                int        height,
                int        width,
                GError   **error)
{
  OrdPlan *plan;

  for (guint i = 0; i < graph->plans->len; i++)
    {
      plan = g_ptr_array_index (graph->plans, i);
      if (plan->training == training && plan->n == n &&
          plan->height == height && plan->width == width)
        {
          if (i > 0)
            {
              g_ptr_array_steal_index (graph->plans, i);
              g_ptr_array_insert (graph->plans, 0, plan);
            }
          return plan;
        }
    }

  if (graph->plans->len == MAX_PLANS)
    g_ptr_array_set_size (graph->plans, MAX_PLANS - 1);
  plan = plan_new (graph, training, n, height, width, error);
  if (plan)
    g_ptr_array_insert (graph->plans, 0, plan);

  return plan;
}

/* -- the two passes --------------------------------------------------------- */

static gboolean
plan_finish (OrdPlan  *plan,
             GError  **error)
{
  if (!plan->dnnl.error)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&plan->dnnl.error));
  return FALSE;
}

const float *
ord_graph_forward (OrdGraph            *graph,
                   gboolean             training,
                   int                  n,
                   int                  height,
                   int                  width,
                   const float * const *inputs,
                   GError             **error)
{
  OrdPlan *plan;
  int      input = 0;

  g_return_val_if_fail (n > 0, NULL);

  plan = graph_get_plan (graph, training, n, height, width, error);
  if (!plan)
    return NULL;

  for (guint i = 0; i < graph->layers->len; i++)
    {
      const OrdLayer *layer = g_ptr_array_index (graph->layers, i);

      if (is_input (layer))
        dnnl_memory_set_data_handle (plan->nodes[i].caller,
                                     (void *) inputs[input++]);
      if (!is_left_out (plan, layer))
        layer->klass->forward (layer, plan, plan->nodes[i].state);
    }
  ord_dnnl_run_reorder (&plan->dnnl, &plan->output);

  return plan_finish (plan, error) ? ord_dnnl_data (plan->output.to) : NULL;
}

const float *
ord_graph_get_description (OrdGraph *graph)
{
  gsize    width = (gsize) ord_graph_get_description_width (graph);
  gsize    column = 0;
  OrdPlan *plan;

  g_return_val_if_fail (graph->plans->len > 0, NULL);
  plan = g_ptr_array_index (graph->plans, 0);
  if (width == 0 || plan->training)
    return NULL;

  graph->description = g_renew (float, graph->description,
                                (gsize) plan->n * width);
  for (guint i = 0; i < graph->described->len; i++)
    {
      OrdNode      node = g_array_index (graph->described, OrdNode, i);
      gsize        channels = (gsize) ord_graph_get_channels (graph, node);
      const float *values = ord_dnnl_data (plan->nodes[node].value);

      /* A global average is (n, channels) in plain order. */
      for (gsize k = 0; k < (gsize) plan->n; k++)
        memcpy (graph->description + k * width + column, values + k * channels,
                sizeof (float) * channels);
      column += channels;
    }

  return graph->description;
}

gboolean
ord_graph_backward (OrdGraph     *graph,
                    const float  *d_output,
                    GError      **error)
{
  OrdPlan *plan;
  float   *plain;

  g_return_val_if_fail (graph->plans->len > 0, FALSE);
  plan = g_ptr_array_index (graph->plans, 0);
  g_return_val_if_fail (plan->training, FALSE);
  /* Everything is frozen. */
  if (!plan->d_output.to)
    return TRUE;

  plain = ord_dnnl_data (plan->d_output.from);
  memcpy (plain, d_output,
          sizeof (float) * (gsize) plan->n * ord_graph_get_output_size (graph));
  ord_dnnl_run_reorder (&plan->dnnl, &plan->d_output);

  for (guint i = graph->layers->len; i-- > 0;)
    {
      const OrdLayer *layer = g_ptr_array_index (graph->layers, i);
      OrdPlanNode    *node = &plan->nodes[i];

      if (!node->gradient)
        continue;
      if (layer->klass->backward)
        layer->klass->backward (layer, plan, node->state);
      for (int k = 0; k < layer->n_inputs; k++)
        if (node->edges[k].finish)
          ord_dnnl_run_copy (&plan->dnnl, node->edges[k].finish,
                             node->edges[k].memory, node->edges[k].target);
      if (plan->input_gradients[i].to)
        ord_dnnl_run_reorder (&plan->dnnl, &plan->input_gradients[i]);
    }

  return plan_finish (plan, error);
}

const float *
ord_graph_get_input_gradient (OrdGraph *graph,
                              OrdNode   input)
{
  OrdPlan *plan;

  g_return_val_if_fail (graph->plans->len > 0, NULL);
  plan = g_ptr_array_index (graph->plans, 0);
  return ord_dnnl_data (plan->input_gradients[input].to);
}

gsize
ord_graph_get_output_size (OrdGraph *graph)
{
  OrdPlan        *plan;
  const OrdShape *shape;

  g_return_val_if_fail (graph->plans->len > 0, 0);
  plan = g_ptr_array_index (graph->plans, 0);
  shape = &plan->nodes[graph->layers->len - 1].shape;
  return (gsize) shape->channels * (gsize) shape->height *
         (gsize) shape->width;
}
