/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the rest of this folder needs of the neighbour index.
 */
#pragma once

#include "ord-neighbours.h"

G_BEGIN_DECLS

const float *ord_neighbours_get_features (const OrdNeighbours *neighbours);
gsize        ord_neighbours_get_width    (const OrdNeighbours *neighbours);

/* Euclidean, from differences, in double precision; one that is not a number
 * is infinite, so that every order is a total one. */
float        ord_feature_distance        (const float         *a,
                                          const float         *b,
                                          gsize                width);

/* Nearest first, ties by index. */
void         ord_neighbours_sort         (OrdNeighbour        *items,
                                          gsize                n);

/**
 * OrdFoundFunc:
 * @query: its number
 * @found: (n_found): all within the radius, by index; where there are none,
 *   the nearest one alone
 *
 * Called from several threads at once, once for every query.
 */
typedef void (*OrdFoundFunc) (gsize               query,
                              const OrdNeighbour *found,
                              gsize               n_found,
                              gpointer            user_data);

void         ord_neighbours_foreach      (const OrdNeighbours *neighbours,
                                          const float         *queries,
                                          gsize                n_queries,
                                          double               radius,
                                          OrdFoundFunc         func,
                                          gpointer             user_data);

G_END_DECLS
