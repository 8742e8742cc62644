/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How the runs of a variant become a row of the comparison.
 */
#pragma once

#include "ord-comparison-run.h"

G_BEGIN_DECLS

/**
 * ord_comparison_measure:
 * @row: its measures become those of @model and of the models before it, as
 *   sums; the first model also gives its answers
 * @path: the file of @model, which errors name
 * @foreign: (nullable)
 * @failures: (element-type utf8): gets what is told of those of them that cannot
 *   be read
 * @mae: (out): of this model
 *
 * All models must have the same pictures.
 */
gboolean ord_comparison_measure    (OrdComparison     *comparison,
                                    OrdComparisonRow  *row,
                                    OrdModel          *model,
                                    const char        *path,
                                    OrdDataset        *foreign,
                                    GPtrArray         *failures,
                                    double            *mae,
                                    GCancellable      *cancellable,
                                    GError           **error);

/* @tests: (element-type guint): the test images among the samples of @dataset */
void     ord_comparison_set_subjects (OrdComparison     *comparison,
                                      OrdDataset        *dataset,
                                      GArray            *tests);

/* The probability, one-tailed and paired by subject, of errors @a (n) that are so
 * far below @b (n) where in truth they are not. */
double   ord_comparison_paired_t   (const OrdComparison *comparison,
                                    const double        *a,
                                    const double        *b);

/* Sums become means, and what needs all seeds is measured. @maes: (n_seeds) */
void     ord_comparison_finish_row (OrdComparison     *comparison,
                                    OrdComparisonRow  *row,
                                    const double      *maes);

/* The best row, and the others held against it. */
void     ord_comparison_find_best  (OrdComparison     *comparison);

G_END_DECLS
