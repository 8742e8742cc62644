/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a kind of layer provides, one file per kind, and what the graph lends
 * it. A layer (OrdLayer) is built once and owns parameters; a plan (OrdPlan) is
 * the graph made ready for one batch shape and owns memory and primitives.
 */
#pragma once

#include "ord-dnnl-private.h"
#include "ord-graph-visit.h"

G_BEGIN_DECLS

typedef struct _OrdLayer OrdLayer;
typedef struct _OrdPlan OrdPlan;

/* rank 4: images; rank 2: vectors (height and width are 1). */
typedef struct
{
  int rank;
  int channels;
  int height;
  int width;
} OrdShape;

/**
 * OrdLayerClass:
 * @size: sets height and width of @output from the inputs' (its rank and
 *   channels are set); %NULL keeps those of the first input. FALSE where an
 *   input does not fit; the graph words the error where the kind does not
 * @plan: makes the primitives; must call ord_plan_set_value(), and in training
 *   ord_plan_edge() for each input that wants a gradient. Returns its state
 * @forward, @backward: run them
 * @view: adds the kind's settings, and the kind where the class has several;
 *   %NULL: there are none
 */
typedef struct
{
  OrdLayerKind kind;
  gboolean (*size)       (const OrdLayer  *layer,
                          const OrdShape  *inputs,
                          OrdShape        *output,
                          GError         **error);
  gpointer (*plan)       (const OrdLayer *layer,
                          OrdPlan        *plan);
  void     (*forward)    (const OrdLayer *layer,
                          OrdPlan        *plan,
                          gpointer        state);
  void     (*backward)   (const OrdLayer *layer,
                          OrdPlan        *plan,
                          gpointer        state);
  void     (*free_state) (gpointer        state);
  void     (*view)       (const OrdLayer *layer,
                          OrdLayerView   *view);
} OrdLayerClass;

/**
 * OrdLayer:
 * @inputs: (n_inputs)
 * @settings: of the kind, owned
 * @parameters: borrowed from the graph's list, in the kind's own order
 */
struct _OrdLayer
{
  const OrdLayerClass *klass;
  char                *name;
  OrdNode              node;
  int                  n_inputs;
  OrdNode             *inputs;
  int                  rank;
  int                  channels;
  gpointer             settings;
  OrdParameter        *parameters[4];
  gboolean             trainable[4];   /* whether each may have a gradient */
  gboolean             frozen;
  gboolean             wants_gradient; /* by what lies at or above it */
  gboolean             aside;          /* not in training plans */
};

/* -- for kinds: while building ------------------------------------------- */

OrdLayer     *ord_graph_add_layer     (OrdGraph            *graph,
                                       const OrdLayerClass *klass,
                                       const char          *name,
                                       const OrdNode       *inputs,
                                       int                  n_inputs,
                                       int                  rank,
                                       int                  channels);
OrdParameter *ord_graph_add_parameter (OrdGraph            *graph,
                                       OrdLayer            *layer,
                                       const char          *name,
                                       guint                n_dims,
                                       const gsize         *dims,
                                       gboolean             trainable,
                                       gboolean             decay);
const OrdLayer *ord_graph_get_layer   (OrdGraph            *graph,
                                       OrdNode              node);
guint64       ord_graph_get_seed      (OrdGraph            *graph);

/* -- for kinds: while planning -------------------------------------------- */

OrdDnnl       *ord_plan_get_dnnl      (OrdPlan        *plan);
gboolean       ord_plan_is_training   (OrdPlan        *plan);
int            ord_plan_get_n         (OrdPlan        *plan);
/* The type of numbers in images; vectors are floats. */
dnnl_data_type_t ord_plan_get_type    (OrdPlan        *plan);
/* Counts parameter changes; a converted copy made at an older count is old. */
guint          ord_plan_get_version   (OrdPlan        *plan);

const OrdLayer *ord_plan_get_layer    (OrdPlan        *plan,
                                       OrdNode         node);
const OrdShape *ord_plan_get_shape    (OrdPlan        *plan,
                                       OrdNode         node);
/* Dimensions (n, channels[, height, width]); returns how many. */
int            ord_plan_get_dims      (OrdPlan        *plan,
                                       OrdNode         node,
                                       dnnl_dim_t     *dims);
/* (nullable): the layer that alone reads @node, once. */
const OrdLayer *ord_plan_get_only_reader (OrdPlan     *plan,
                                          OrdNode      node);
/* Tells that the values of @node are already those of its only reader, a clip;
 * and whether that was told. */
void           ord_plan_set_clipped   (OrdPlan        *plan,
                                       OrdNode         node);
gboolean       ord_plan_is_clipped    (OrdPlan        *plan,
                                       OrdNode         node);
/* Values of a planned node, and the gradient by them (NULL when not wanted). */
dnnl_memory_t  ord_plan_get_value     (OrdPlan        *plan,
                                       OrdNode         node);
dnnl_memory_t  ord_plan_get_gradient  (OrdPlan        *plan,
                                       OrdNode         node);

/* Gives the layer's output memory in the format the kind prefers; its gradient
 * takes the same format. */
dnnl_memory_t  ord_plan_set_value     (OrdPlan                  *plan,
                                       const OrdLayer           *layer,
                                       const_dnnl_memory_desc_t  desc);

/* The layer's output, and its gradient, stand where those of its only input
 * stand, which nobody else reads. */
void           ord_plan_share_value   (OrdPlan                  *plan,
                                       const OrdLayer           *layer);

/* Whether the layer owes input @slot a gradient. */
gboolean       ord_plan_edge_wanted   (OrdPlan                  *plan,
                                       const OrdLayer           *layer,
                                       int                       slot);

/* Where the backward pass writes its gradient by input @slot, in format @desc;
 * the graph adds up what several readers of a node write. */
dnnl_memory_t  ord_plan_edge          (OrdPlan                  *plan,
                                       const OrdLayer           *layer,
                                       int                       slot,
                                       const_dnnl_memory_desc_t  desc);

/* The same for a gradient that already stands in @memory. */
void           ord_plan_edge_from     (OrdPlan                  *plan,
                                       const OrdLayer           *layer,
                                       int                       slot,
                                       dnnl_memory_t             memory);

/* Whether @layer is a clip, and oneDNN's name for it. */
gboolean       ord_layer_get_clip     (const OrdLayer  *layer,
                                       dnnl_alg_kind_t *algorithm,
                                       float           *alpha,
                                       float           *beta);

G_END_DECLS
