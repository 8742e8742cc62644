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
OrdOptimiser *ord_optimiser_new  (GPtrArray    *parameters,
                                  double        weight_decay);
void          ord_optimiser_free (OrdOptimiser *optimiser);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OrdOptimiser, ord_optimiser_free)

/* One step from the parameters' gradients. Returns FALSE, and changes nothing,
 * where a gradient is not finite. */
gboolean      ord_optimiser_step (OrdOptimiser *optimiser,
                                  double        rate);

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

G_END_DECLS
