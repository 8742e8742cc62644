/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Making a comparison: every variant is trained with every seed, and measured.
 */
#pragma once

#include "ord-comparison.h"
#include "ord-variant.h"

G_BEGIN_DECLS

/* Foreign pictures that are looked at, at most. */
#define ORD_COMPARISON_FOREIGN 300

/**
 * OrdComparisonPlan:
 * @variants: (element-type OrdVariant); at least one
 * @n_seeds: runs of each, with seeds 1, 2…
 * @epochs: of every run, whatever the clock says
 * @work: folder for the models of finished runs, and of one under way
 * @foreign: (nullable): pictures that do not belong, to be told apart
 */
typedef struct
{
  GPtrArray  *variants;
  guint       n_seeds;
  guint       epochs;
  const char *work;
  OrdDataset *foreign;
} OrdComparisonPlan;

/* What would fail only after the first training, such as too few test images or
 * a folder that cannot be written to; ord_comparison_run() asks it, too. */
gboolean       ord_comparison_check (const OrdComparisonPlan  *plan,
                                     GError                  **error);

/**
 * ord_comparison_run:
 *
 * A run whose model lies in the folder, made from the same pictures with the
 * same options, is not repeated; one that was interrupted goes on. The same
 * plan gives the same comparison.
 *
 * Progress is over all runs; its stage names the variant and the seed.
 */
OrdComparison *ord_comparison_run (const OrdComparisonPlan  *plan,
                                   OrdProgressFunc           progress,
                                   gpointer                  user_data,
                                   GCancellable             *cancellable,
                                   GError                  **error);

G_END_DECLS
