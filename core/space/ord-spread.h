/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whether a feature space has anything to do with the labels at all.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * ord_spread_along_labels:
 * @features: (n, width)
 * @labels: (n, n_labels)
 *
 * The standard deviation of what the labels explain of the features, by linear
 * regression of each coordinate on all components, less what chance explains, over
 * that of the labels. Near zero where all features are alike, and where their
 * differences have nothing to do with the labels; 1 where the labels lie along
 * straight lines in their own units.
 *
 * Returns: NaN where the labels are all equal, or hardly more images than
 *   components
 */
double ord_spread_along_labels (const float  *features,
                                gsize         n,
                                gsize         width,
                                const double *labels,
                                guint         n_labels);

G_END_DECLS
