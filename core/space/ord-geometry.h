/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How well a feature space is ordered by the label: the two measures of the
 * RM-Loss paper.
 */
#pragma once

#include "../ord-error.h"

G_BEGIN_DECLS

/**
 * OrdGeometry:
 * @d5: mean label distance between an image and its 5 nearest others, label
 *   units; lower is better. NaN with one image
 * @rv: residual variance, 1 − the correlation of geodesic and label distance;
 *   lower is better. NaN where it is not defined: fewer than three images, or
 *   labels all equal
 * @rv_nearest: neighbours per image in the graph that gave @rv; 0 with NaN
 */
typedef struct
{
  double d5;
  double rv;
  guint  rv_nearest;
} OrdGeometry;

/**
 * ord_geometry_measure:
 * @features: (n, width)
 * @labels: (n, n_labels); the distance of vector labels is Euclidean
 * @seed: of the samples that stand for more than 1,000 images
 * @near_distances: (out) (nullable): (n), of each image the mean label distance to
 *   its 5 nearest others, of which D5 is the mean; with one image it is not set
 *
 * Returns: %FALSE on cancellation
 */
gboolean ord_geometry_measure (OrdGeometry   *geometry,
                               const float   *features,
                               gsize          n,
                               gsize          width,
                               const double  *labels,
                               guint          n_labels,
                               guint64        seed,
                               double        *near_distances,
                               GCancellable  *cancellable,
                               GError       **error);

G_END_DECLS
