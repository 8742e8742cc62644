/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Split-conformal intervals. Scores are errors in units of the local spread, so
 * that widths follow it: wide where the neighbours disagree, narrow where they
 * agree. The floor is the root mean square of the calibration images' errors, the
 * scale of what even an answer from unanimous neighbours may be off by. A smaller
 * one, as their median, follows the spread more closely, but where labels are few
 * and most answers are exact it is so small that the interval of the few whose
 * neighbours disagree is made many times as wide as they ever are off.
 */
#include <math.h>

#include "ord-interval.h"

static int
compare_doubles (const void *a,
                 const void *b)
{
  double x = *(const double *) a;
  double y = *(const double *) b;

  return (x > y) - (x < y);
}

static double
clean_spread (double spread)
{
  return spread > 0.0 && isfinite (spread) ? spread : 0.0;
}

/* An answer that is no number is as wrong as any can be. */
static double
error_of (double truth,
          double value)
{
  double error = fabs (truth - value);

  return isfinite (error) ? error : G_MAXDOUBLE;
}

/* Of answers that are numbers. Where all are exact any floor does, because the
 * quantile is 0. */
static double
root_mean_square (const double *truths,
                  const double *values,
                  gsize         n)
{
  double root = 0.0;
  gsize  counted = 0;

  for (gsize i = 0; i < n; i++)
    if (isfinite (truths[i] - values[i]))
      {
        root = hypot (root, truths[i] - values[i]);
        counted++;
      }
  root /= sqrt (MAX (counted, 1));

  return root > 0.0 && isfinite (root) ? root : 1.0;
}

void
ord_interval_calibrate (OrdInterval  *interval,
                        double        coverage,
                        const double *truths,
                        const double *values,
                        const double *spreads,
                        gsize         n)
{
  g_autofree double *scores = NULL;
  gsize              rank;

  g_return_if_fail (interval != NULL);
  g_return_if_fail (coverage > 0.0 && coverage < 1.0);
  g_return_if_fail (truths != NULL && values != NULL && spreads != NULL);
  g_return_if_fail (n > 0);

  scores = g_new (double, n);
  interval->coverage = coverage;
  interval->floor = root_mean_square (truths, values, n);
  for (gsize i = 0; i < n; i++)
    scores[i] = error_of (truths[i], values[i]) /
                (clean_spread (spreads[i]) + interval->floor);
  qsort (scores, n, sizeof (double), compare_doubles);

  /* 10 × 0.9 may come out a hair above 9. */
  rank = ceil ((n + 1) * coverage - 1e-9);
  interval->quantile = MIN (scores[CLAMP (rank, 1, n) - 1], G_MAXDOUBLE);
}

/* Where labels are few, many errors are equal, and the width is one of them. It must
 * not leave them all out for the rounding of a quotient that is multiplied back. */
#define ROUNDING 1e-9

double
ord_interval_half_width (const OrdInterval *interval,
                         double             spread)
{
  double width;

  g_return_val_if_fail (interval != NULL, 0.0);

  width = interval->quantile * (clean_spread (spread) + interval->floor);
  width += ROUNDING * width;

  return isfinite (width) ? MAX (width, 0.0) : G_MAXDOUBLE;
}
