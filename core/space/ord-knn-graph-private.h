/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The neighbour graph of the reference images, and ways through it.
 */
#pragma once

#include "ord-neighbours.h"

G_BEGIN_DECLS

/**
 * OrdSpaceGraph:
 * @starts: (n + 1), where each node's edges begin
 * @ends: (n_edges), neighbour and length; every edge is there both ways
 */
typedef struct
{
  gsize         n;
  gsize        *starts;
  OrdNeighbour *ends;
} OrdSpaceGraph;

void           ord_space_graph_free (OrdSpaceGraph *graph);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OrdSpaceGraph, ord_space_graph_free)

/**
 * ord_neighbours_of_references:
 * @k: at most n − 1
 *
 * Returns: (transfer full): (n, k), every reference image's nearest others,
 *   or %NULL on cancellation
 */
OrdNeighbour  *ord_neighbours_of_references (const OrdNeighbours *neighbours,
                                             gsize                k,
                                             GCancellable        *cancellable,
                                             GError             **error);

/**
 * ord_space_graph_new:
 * @nearest: (n, stride); the first @k of each row become edges
 * @links: (n_links, 2) (nullable): more edges, as pairs of nodes
 * @lengths: (n_links)
 */
OrdSpaceGraph *ord_space_graph_new (const OrdNeighbour *nearest,
                                    gsize               n,
                                    gsize               stride,
                                    gsize               k,
                                    const guint        *links,
                                    const float        *lengths,
                                    gsize               n_links);

/**
 * ord_space_graph_pieces:
 * @pieces: (out): (n), the number of the piece each node is in
 * @largest: (out): the number of the largest piece
 *
 * Returns: the number of nodes in the largest piece
 */
gsize          ord_space_graph_pieces (const OrdSpaceGraph *graph,
                                       guint               *pieces,
                                       guint               *largest);

/* @distances: (out): (n); infinite where there is no way. */
void           ord_space_graph_distances (const OrdSpaceGraph *graph,
                                          guint                from,
                                          float               *distances);

G_END_DECLS
