/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Distances between all pairs of a batch, and the way back from a loss of
 * distances to a gradient of features. What metric losses have in common.
 *
 * There are two ways. A loss of single pairs is best asked row by row
 * (ord_pairs_walk()), which need not hold all of them. A loss of triplets wants
 * them all: pairs then stand in the upper triangle (i < j) of an (n, n) matrix.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* (transfer full): (n, width), features less their mean, so that products of
 * them keep their digits. Distances and differences are the same. */
float *ord_pairs_centre    (const float *features,
                            gsize        n,
                            gsize        width);

/* Sums that a walk keeps. */
#define ORD_PAIRS_SUMS 3

/**
 * OrdPairsFunc:
 * @i: an image; its pairs with @first, @first + 1, … are judged
 * @distances: (n_pairs)
 * @slopes: (n_pairs): to be set: ∂L/∂d, up to a common factor
 * @sums: to be added to
 *
 * Called from several threads at once.
 */
typedef void (*OrdPairsFunc) (gsize         i,
                              gsize         first,
                              gsize         n_pairs,
                              const float  *distances,
                              float        *slopes,
                              double       *sums,
                              gconstpointer data);

/**
 * OrdPairsBatch:
 * @centred: (n, width), from ord_pairs_centre()
 * @distances: (nullable): (n, n): where the first walk keeps what it finds, for
 *   the next one
 * @known: whether it has: %FALSE at first
 */
typedef struct
{
  const float *centred;
  gsize        n;
  gsize        width;
  float       *distances;
  gboolean     known;
} OrdPairsBatch;

/**
 * ord_pairs_walk:
 * @batch: (inout)
 * @judge: sees every pair of different images in both orders
 * @sums: (out): the sums over all calls
 * @d_features: (nullable): (n, width): overwritten with
 *   Σ_j slope_ij (f_i − f_j) / d_ij, each pair counted once
 *
 * The number of threads changes nothing. Where two features coincide, distance
 * has no slope: 0 is one of its subgradients.
 */
void   ord_pairs_walk      (OrdPairsBatch *batch,
                            OrdPairsFunc   judge,
                            gconstpointer  data,
                            double         sums[ORD_PAIRS_SUMS],
                            float         *d_features);

/* (transfer full): (n, n), Euclidean distances between rows of @centred. */
float *ord_pairs_distances (const float *centred,
                            gsize        n,
                            gsize        width);

/* |a − b|² */
float  ord_pairs_squared_difference (const float *a,
                                     const float *b,
                                     gsize        width);

/**
 * ord_pairs_gradient:
 * @slopes: (n, n): ∂L/∂d_ij; overwritten
 * @distances: (n, n), from ord_pairs_distances()
 * @factor: on the whole gradient
 * @d_features: (n, width): overwritten with
 *   factor · Σ_j slope_ij (f_i − f_j) / d_ij
 *
 * Where two features coincide, distance has no slope: 0 is one of its
 * subgradients.
 */
void   ord_pairs_gradient  (float       *slopes,
                            const float *distances,
                            const float *centred,
                            gsize        n,
                            gsize        width,
                            double       factor,
                            float       *d_features);

G_END_DECLS
