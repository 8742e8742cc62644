/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Layers read back: what is common to all; each kind adds its own.
 */
#include "ord-layer-private.h"

OrdLayerView
ord_graph_visit (OrdGraph *graph,
                 OrdNode   node)
{
  const OrdLayer *layer = ord_graph_get_layer (graph, node);
  OrdLayerView    view = {
    .kind = layer->klass->kind,
    .name = layer->name,
    .n_inputs = layer->n_inputs,
    .inputs = layer->inputs,
    .rank = layer->rank,
    .channels = layer->channels,
    .description = layer->aside,
    .parameters = layer->parameters,
  };

  while (view.n_parameters < G_N_ELEMENTS (layer->parameters) &&
         layer->parameters[view.n_parameters])
    view.n_parameters++;
  if (layer->klass->view)
    layer->klass->view (layer, &view);

  return view;
}
