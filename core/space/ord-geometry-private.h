/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The measures with samples of another size, so that sampling can be tested on
 * few images.
 */
#pragma once

#include "ord-geometry.h"

G_BEGIN_DECLS

/* As ord_geometry_measure(), with ten samples of @size where there are more
 * images than that. */
gboolean ord_geometry_measure_sampled (OrdGeometry   *geometry,
                                       const float   *features,
                                       gsize          n,
                                       gsize          width,
                                       const double  *labels,
                                       guint          n_labels,
                                       gsize          size,
                                       guint64        seed,
                                       double        *near_distances,
                                       GCancellable  *cancellable,
                                       GError       **error);

G_END_DECLS
