/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Exact nearest neighbours in feature space, by blocks of matrix products.
 */
#pragma once

#include "../ord-error.h"

G_BEGIN_DECLS

/**
 * OrdNeighbour:
 * @index: row of the reference features
 * @distance: Euclidean
 */
typedef struct
{
  guint  index;
  float  distance;
} OrdNeighbour;

/* An index over reference features. Immutable, so usable from any thread. */
typedef struct _OrdNeighbours OrdNeighbours;

/**
 * ord_neighbours_new:
 * @features: (n, width), row-major; borrowed, must outlive the index
 */
OrdNeighbours *ord_neighbours_new     (const float   *features,
                                       gsize          n,
                                       gsize          width);
void           ord_neighbours_free    (OrdNeighbours *neighbours);
gsize          ord_neighbours_get_n   (const OrdNeighbours *neighbours);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OrdNeighbours, ord_neighbours_free)

/**
 * ord_neighbours_nearest:
 * @queries: (n_queries, width)
 * @k: how many; at most n
 * @out: (n_queries, k), nearest first, ties by index
 *
 * Distances of the result are computed from differences, not from products,
 * so that an exact match has distance 0.
 */
void           ord_neighbours_nearest (const OrdNeighbours *neighbours,
                                       const float         *queries,
                                       gsize                n_queries,
                                       gsize                k,
                                       OrdNeighbour        *out);

/* (transfer full) (element-type OrdNeighbour): all within @radius of one
 * query, nearest first; may be empty. */
GArray        *ord_neighbours_within  (const OrdNeighbours *neighbours,
                                       const float         *query,
                                       double               radius);

G_END_DECLS
