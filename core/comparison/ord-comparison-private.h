/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How the runs of a variant become a row of the comparison.
 */
#pragma once

#include "ord-comparison.h"

G_BEGIN_DECLS

/**
 * ord_comparison_measure:
 * @row: its measures become those of @model and of the models before it, as
 *   sums; the first model also gives its answers
 * @foreign: (nullable)
 * @mae: (out): of this model
 *
 * All models must have the same test images.
 */
gboolean ord_comparison_measure    (OrdComparison     *comparison,
                                    OrdComparisonRow  *row,
                                    OrdModel          *model,
                                    OrdDataset        *foreign,
                                    double            *mae,
                                    GCancellable      *cancellable,
                                    GError           **error);

/* Sums become means, and what needs all seeds is measured. @maes: (n_seeds) */
void     ord_comparison_finish_row (OrdComparison     *comparison,
                                    OrdComparisonRow  *row,
                                    const double      *maes);

/* The best row, and the others held against it. */
void     ord_comparison_find_best  (OrdComparison     *comparison);

G_END_DECLS
