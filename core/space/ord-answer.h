/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How neighbours answer: the weighted mean of the labels within a radius
 * (Chao, Zhang & Yan 2022, prediction), and the search for that radius.
 */
#pragma once

#include "ord-neighbours.h"

G_BEGIN_DECLS

/**
 * OrdAnswer:
 * @value: (n_labels), weighted mean, label units
 * @spread: (n_labels), weighted standard deviation of the neighbours' labels
 *   about @value; 0 with one neighbour
 * @neighbours: (element-type OrdNeighbour): those that took part, nearest first
 * @weights: (element-type double): their shares, summing to 1
 * @within_radius: %FALSE where nothing lay within the radius and the nearest
 *   image answers alone
 */
typedef struct
{
  double   *value;
  double   *spread;
  GArray   *neighbours;
  GArray   *weights;
  gboolean  within_radius;
} OrdAnswer;

void ord_answer_free (OrdAnswer *answer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OrdAnswer, ord_answer_free)

/**
 * ord_answer_new:
 * @query: (width)
 * @labels: (n, n_labels), of the reference images
 * @radius: feature-space distance
 *
 * ŷ = Σ a_i y_i / Σ a_i over the images within @radius, with
 * a_i = exp (−d_i² / (2 (r/3)²)); the nearest image always takes part.
 */
OrdAnswer *ord_answer_new (const OrdNeighbours *neighbours,
                           const float         *query,
                           const double        *labels,
                           guint                n_labels,
                           double               radius);

/**
 * ord_answer_many:
 * @values: (out): (n_queries, n_labels)
 * @spreads: (out) (optional): (n_queries, n_labels)
 * @nearest: (out) (optional): (n_queries), distance to the nearest image
 *
 * As ord_answer_new() for many queries, in parallel, values only.
 */
void       ord_answer_many (const OrdNeighbours *neighbours,
                            const float         *queries,
                            gsize                n_queries,
                            const double        *labels,
                            guint                n_labels,
                            double               radius,
                            double              *values,
                            double              *spreads,
                            float               *nearest);

/**
 * ord_radius_search:
 * @queries: (n_queries, width), validation features
 * @query_labels: (n_queries, n_labels)
 * @tolerance: the share by which the error may be above the lowest
 * @mae: (out) (optional): the mean absolute error at the radius (Euclidean
 *   error for vector labels)
 *
 * The radius with the lowest validation error: coarse, then fine; or of those that
 * were tried, the largest that is worse by less than @tolerance. Distances
 * are computed once; each candidate costs a weighted sum over the sorted
 * candidates.
 */
double     ord_radius_search (const OrdNeighbours *neighbours,
                              const double        *labels,
                              guint                n_labels,
                              const float         *queries,
                              const double        *query_labels,
                              gsize                n_queries,
                              double               tolerance,
                              double              *mae);

G_END_DECLS
