/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How good answers are: error measures over a split.
 */
#pragma once

#include "../ord-error.h"

G_BEGIN_DECLS

/**
 * OrdQuality:
 * @mae: mean absolute error, label units (of vector labels the mean Euclidean
 *   distance)
 * @rmse: root of the mean squared error
 * @r2: 1 − residual / total sum of squares (all components together); NaN
 *   where the truths are constant
 * @pearson: correlation of truth and answer (of vector labels the mean over
 *   components); NaN where one is constant
 */
typedef struct
{
  gsize  n;
  double mae;
  double rmse;
  double r2;
  double pearson;
} OrdQuality;

/* The Euclidean error of one image; @truth, @value: (n_labels). */
double ord_quality_error   (const double *truth,
                            const double *value,
                            guint         n_labels);

/* @truths, @values: (n, n_labels). With @n of 0 every measure is NaN. */
void ord_quality_measure (OrdQuality   *quality,
                          const double *truths,
                          const double *values,
                          gsize         n,
                          guint         n_labels);

/* @qualities: (out): (n_labels): each component by itself, as if it were the
 * only label. */
void ord_quality_measure_components (OrdQuality   *qualities,
                                     const double *truths,
                                     const double *values,
                                     gsize         n,
                                     guint         n_labels);

G_END_DECLS
