/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Split-conformal intervals. Scores are errors in units of the local spread, so
 * that widths follow it: wide where the neighbours disagree, narrow where they
 * agree. The floor is the median absolute error of the calibration images, the
 * scale of what even an answer from unanimous neighbours is off by, and at least
 * half their mean error: where labels are few and most answers are exact, up to
 * rounding, the median says nothing. (A floor fitted for the narrowest intervals
 * would be narrower on the calibration images and would break its promise on new
 * ones where there are few.)
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

/* @most: stands for an answer that is no number, and is left out */
static double
mean_below (const double *values,
            gsize         n,
            double        most)
{
  double sum = 0.0;
  gsize  counted = 0;

  for (gsize i = 0; i < n; i++)
    if (values[i] < most)
      {
        sum += values[i];
        counted++;
      }

  return counted > 0 ? sum / counted : 0.0;
}

/* @errors: (n), sorted. Where all answers are exact any floor does, because the
 * quantile is 0. */
static double
choose_floor (const double *errors,
              gsize         n)
{
  double floor = errors[n / 2];

  if (n % 2 == 0)
    floor = 0.5 * (errors[n / 2 - 1] + errors[n / 2]);
  floor = MAX (floor, 0.5 * mean_below (errors, n, G_MAXDOUBLE / n));

  return floor > 0.0 ? floor : 1.0;
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
  for (gsize i = 0; i < n; i++)
    {
      double error = fabs (truths[i] - values[i]);

      /* An answer that is no number is as wrong as any can be. */
      scores[i] = isfinite (error) ? error : G_MAXDOUBLE / n;
    }

  qsort (scores, n, sizeof (double), compare_doubles);
  interval->coverage = coverage;
  interval->floor = choose_floor (scores, n);

  for (gsize i = 0; i < n; i++)
    {
      double error = fabs (truths[i] - values[i]);

      if (!isfinite (error))
        error = G_MAXDOUBLE / n;
      scores[i] = error / (clean_spread (spreads[i]) + interval->floor);
    }
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
