/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The adaptive triplet loss as a function of its own, so that it can be held
 * against the formula without a network around it.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * ord_atriplet_loss:
 * @features: (n, width)
 * @labels: (n, n_labels), standardised
 * @d_features: (n, width): overwritten
 *
 * The mean of max (0, d_an − d_ae + δ_ae − δ_an) over all triplets of different
 * images with δ_an < δ_ae; 0 where there is none. Source: Zheng et al.,
 * MICCAI 2021.
 */
double ord_atriplet_loss (const float *features,
                          const float *labels,
                          gsize        n,
                          gsize        width,
                          gsize        n_labels,
                          float       *d_features);

G_END_DECLS
