/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a difference between two methods is worth: a paired t-test, and
 * bootstrap intervals of any measure.
 */
#pragma once

#include "../ord-error.h"

G_BEGIN_DECLS

/**
 * ord_statistics_paired_t:
 * @a, @b: (n), paired, such as the absolute errors of two methods on the same
 *   images
 * @t: (out) (optional): the statistic, negative where @a is smaller
 *
 * One-tailed: the probability of a difference this far below zero, or farther,
 * where the mean of @a is in truth not below the mean of @b.
 *
 * Returns: the p-value; NaN with fewer than two pairs, 0.5 where @a and @b are
 *   the same
 */
double ord_statistics_paired_t  (const double *a,
                                 const double *b,
                                 gsize         n,
                                 double       *t);

/* P (T ≤ @t) of Student's distribution. */
double ord_statistics_student   (double        t,
                                 double        degrees);

/* The regularised incomplete beta function I_x (a, b); a, b > 0. */
double ord_statistics_beta      (double        x,
                                 double        a,
                                 double        b);

/**
 * OrdStatisticFunc:
 * @rows: (n): rows of the data, drawn with replacement
 *
 * Called from several threads at once.
 */
typedef double (*OrdStatisticFunc) (const guint *rows,
                                    gsize        n,
                                    gpointer     user_data);

/**
 * ord_statistics_bootstrap:
 * @n: rows of the data; at least 1
 * @n_draws: such as 2000; at least 1
 * @coverage: such as 0.95
 *
 * The percentile interval of a statistic. The same seed gives the same
 * interval with any number of threads. Draws on which the statistic is not a
 * number are left out; where all are, so are the ends.
 */
void   ord_statistics_bootstrap (OrdStatisticFunc  func,
                                 gpointer          user_data,
                                 gsize             n,
                                 guint             n_draws,
                                 double            coverage,
                                 guint64           seed,
                                 double           *low,
                                 double           *high);

/**
 * ord_statistics_bootstrap_mean:
 * @totals: (n), such as the sums of each subject's absolute errors
 * @counts: (n) (nullable): of how many values each total is; of one without it
 *
 * The same of the mean of all values, Σ totals / Σ counts of what is drawn.
 */
void   ord_statistics_bootstrap_mean (const double *totals,
                                      const guint  *counts,
                                      gsize         n,
                                      guint         n_draws,
                                      double        coverage,
                                      guint64       seed,
                                      double       *low,
                                      double       *high);

G_END_DECLS
