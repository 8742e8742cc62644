/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Muon (Jordan et al. 2024) for matrices, Adam for all else, with decoupled
 * weight decay (Loshchilov & Hutter 2019, "AdamW").
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
 * @decay (times their own rate). A matrix moves by @rate × .4 √(its longer side)
 * times its momentum made orthogonal, so that its numbers move about as far as
 * Adam's do (Liu et al. 2025, "Muon is scalable for LLM training", whose factor is
 * .2). Returns FALSE, and changes nothing, where a gradient is not finite. */
gboolean      ord_optimiser_step (OrdOptimiser *optimiser,
                                  double        rate,
                                  double        decay);

/* The moments and the count of steps, for resuming. */
void          ord_optimiser_store (OrdOptimiser  *optimiser,
                                   GPtrArray     *tensors);
gboolean      ord_optimiser_load  (OrdOptimiser  *optimiser,
                                   GPtrArray     *tensors,
                                   GError       **error);

G_END_DECLS
