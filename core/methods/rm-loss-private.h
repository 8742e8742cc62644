/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The regression metric loss as a function of its own, so that it can be held
 * against the formula without a network around it.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * OrdRmPairs:
 * @sigma: size of the neighbourhood, standardised label units; may be infinite
 * @alpha: leak; the weight that far pairs keep
 * @mining: whether only pairs above the running mean count
 * @knee: times the running mean: where pairs begin to cost the square of what they
 *   are off by; 0: nowhere, as published
 * @mean: (inout): the running mean of w·D, NaN before the first batch
 */
typedef struct
{
  double   sigma;
  double   alpha;
  gboolean mining;
  double   knee;
  double   mean;
} OrdRmPairs;

/**
 * ord_rm_pairs_loss:
 * @features: (n, width)
 * @labels: (n, n_labels), standardised
 * @scale: s, positive
 * @d_features: (n, width): overwritten
 * @d_scale: (out): gradient by s
 *
 * L = Σ m φ (w D) / Σ m w over the ordered pairs of the batch, with
 * D = | s·d − δ |, w = exp (−δ² / 2σ²) + α, m = [w D > mean]; the running
 * mean moves a tenth of the way to this batch's mean of w D first. A batch of
 * one image, or one whose pairs all lie below the mean, has loss 0.
 * Source: Chao, Zhang & Yan 2022, equations 3–6, where φ (u) = u. With a knee
 * at k, φ (u) = u up to k and (u² + k²) / 2k beyond, the reverse of Huber's
 * (Owen 2007, "A robust hybrid of lasso and ridge regression").
 */
double ord_rm_pairs_loss (OrdRmPairs  *pairs,
                          const float *features,
                          const float *labels,
                          gsize        n,
                          gsize        width,
                          gsize        n_labels,
                          double       scale,
                          float       *d_features,
                          double      *d_scale);

G_END_DECLS
