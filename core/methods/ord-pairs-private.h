/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Distances between all pairs of a batch, and the way back from a loss of
 * distances to a gradient of features. What metric losses have in common.
 *
 * Pairs stand in the upper triangle (i < j) of an (n, n) matrix.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* (transfer full): (n, width), features less their mean, so that products of
 * them keep their digits. Distances and differences are the same. */
float *ord_pairs_centre    (const float *features,
                            gsize        n,
                            gsize        width);

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
