/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The one-cycle schedule of the learning rate (Smith & Topin 2018) and of weight
 * decay.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * ord_one_cycle:
 * @fraction: of the training that is done, 0–1
 *
 * Rises from a tenth of @peak along a cosine over the first fifth, then falls
 * to nearly nothing.
 */
double        ord_one_cycle      (double        peak,
                                  double        fraction);

/**
 * ord_one_cycle_decay:
 * @total: what all steps of a run take together: weights without gradients would
 *   come to exp (−@total) of what they were
 * @peak: of the cycle's rate
 * @fraction: of the training that is done, 0–1
 * @n_steps: of the whole run, 1 at least
 *
 * The share that a step takes from the weights: in proportion to the rate of the
 * cycle and to @fraction, most at about half-time. It is no more than learning
 * can make up for, four times the rate: runs of fewer than @total / (.76 @peak)
 * steps come to less than @total. So does, or to more, one whose number of steps
 * changes on the way.
 */
double        ord_one_cycle_decay (double       total,
                                   double       peak,
                                   double       fraction,
                                   guint64      n_steps);

G_END_DECLS
