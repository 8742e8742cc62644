/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The linear algebra of the map: leading eigenvectors, principal components.
 */
#pragma once

#include "../ord-error.h"

G_BEGIN_DECLS

/**
 * ord_projection_eigen:
 * @matrix: (n, n), symmetric; destroyed
 * @values: (out): (2), the two largest eigenvalues, largest first; 0 for what
 *   a matrix of one row has not
 * @vectors: (out): (2, n), unit length
 */
gboolean ord_projection_eigen      (double       *matrix,
                                    gsize         n,
                                    double       *values,
                                    double       *vectors,
                                    GError      **error);

/**
 * ord_projection_components:
 * @features: (n, width)
 * @mean: (out): (width)
 * @axes: (out): (2, width), unit length
 */
gboolean ord_projection_components (const float  *features,
                                    gsize         n,
                                    gsize         width,
                                    double       *mean,
                                    double       *axes,
                                    GError      **error);

G_END_DECLS
