/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Adam with decoupled weight decay (Loshchilov & Hutter 2019, "AdamW"), and
 * the one-cycle schedule (Smith & Topin 2018).
 */
#pragma once

#include "ord-parameter.h"

G_BEGIN_DECLS

typedef struct _OrdOptimiser OrdOptimiser;

/* @parameters: (element-type OrdParameter): kept by reference; those without a
 * gradient are passed over. */
OrdOptimiser *ord_optimiser_new  (GPtrArray    *parameters);
void          ord_optimiser_free (OrdOptimiser *optimiser);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OrdOptimiser, ord_optimiser_free)

/* One step from the parameters' gradients; those that decay also lose the share
 * @decay (times their own rate). Returns FALSE, and changes nothing, where a gradient is not finite. */
gboolean      ord_optimiser_step (OrdOptimiser *optimiser,
                                  double        rate,
                                  double        decay);

/* The moments and the count of steps, for resuming. */
void          ord_optimiser_store (OrdOptimiser  *optimiser,
                                   GPtrArray     *tensors);
gboolean      ord_optimiser_load  (OrdOptimiser  *optimiser,
                                   GPtrArray     *tensors,
                                   GError       **error);

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
