/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Student's distribution through the incomplete beta function, whose continued
 * fraction (DLMF 8.17.22) is evaluated by Lentz's method; and the percentile
 * bootstrap (Efron 1979).
 */
#include <math.h>

#include "../ord-random.h"
#include "ord-statistics.h"

#define TINY       1e-300
#define MOST_TERMS 10000

/* lgamma() leaves the sign in a variable of the process. */
static double
log_gamma (double x)
{
  int sign;

  return lgamma_r (x, &sign);
}

static double
keep_off_zero (double x)
{
  return fabs (x) < TINY ? TINY : x;
}

/* Converges quickly for x below (a + 1) / (a + b + 2). */
static double
continued_fraction (double x,
                    double a,
                    double b)
{
  double c = 1.0;
  double d = 1.0 / keep_off_zero (1.0 - (a + b) * x / (a + 1.0));
  double fraction = d;

  for (int m = 1; m <= MOST_TERMS; m++)
    {
      double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
      double odd = -(a + m) * (a + b + m) * x
                   / ((a + 2 * m) * (a + 2 * m + 1));
      double step;

      d = 1.0 / keep_off_zero (1.0 + even * d);
      c = keep_off_zero (1.0 + even / c);
      fraction *= d * c;

      d = 1.0 / keep_off_zero (1.0 + odd * d);
      c = keep_off_zero (1.0 + odd / c);
      step = d * c;
      fraction *= step;
      if (fabs (step - 1.0) < 1e-16)
        break;
    }

  return fraction;
}

/* @y is 1 − @x, given beside it because the difference would lose it where x
 * is close to 1. */
static double
incomplete_beta (double x,
                 double y,
                 double a,
                 double b)
{
  double front;

  if (!(x > 0.0))
    return 0.0;
  if (!(y > 0.0))
    return 1.0;

  front = exp (log_gamma (a + b) - log_gamma (a) - log_gamma (b)
               + a * log (x) + b * log (y));
  if (x < (a + 1.0) / (a + b + 2.0))
    return front * continued_fraction (x, a, b) / a;

  return 1.0 - front * continued_fraction (y, b, a) / b;
}

double
ord_statistics_beta (double x,
                     double a,
                     double b)
{
  g_return_val_if_fail (a > 0.0 && b > 0.0, NAN);

  if (isnan (x))
    return NAN;

  return incomplete_beta (x, 1.0 - x, a, b);
}

double
ord_statistics_student (double t,
                        double degrees)
{
  double square = t * t;
  double tail;

  g_return_val_if_fail (degrees > 0.0, NAN);

  if (isnan (t))
    return NAN;
  if (isinf (square))
    return t < 0.0 ? 0.0 : 1.0;

  tail = 0.5 * incomplete_beta (degrees / (degrees + square),
                                square / (degrees + square),
                                0.5 * degrees, 0.5);

  return t < 0.0 ? tail : 1.0 - tail;
}

double
ord_statistics_paired_t (const double *a,
                         const double *b,
                         gsize         n,
                         double       *t)
{
  double mean = 0.0;
  double squares = 0.0;
  double statistic;

  g_return_val_if_fail (n == 0 || (a != NULL && b != NULL), NAN);

  if (t != NULL)
    *t = NAN;
  if (n < 2)
    return NAN;

  for (gsize i = 0; i < n; i++)
    mean += (a[i] - b[i]) / n;
  for (gsize i = 0; i < n; i++)
    {
      double off = a[i] - b[i] - mean;

      squares += off * off;
    }

  if (mean == 0.0)
    statistic = 0.0;
  else
    statistic = mean / sqrt (squares / (n - 1.0) / n);
  if (t != NULL)
    *t = statistic;

  return ord_statistics_student (statistic, n - 1.0);
}

static int
compare_doubles (const void *a,
                 const void *b)
{
  double x = *(const double *) a;
  double y = *(const double *) b;

  return (x > y) - (x < y);
}

/* Between the two values beside the place, as most statistics programs do. */
static double
quantile (const double *sorted,
          gsize         n,
          double        share)
{
  double place = share * (n - 1);
  gsize  below = floor (place);
  gsize  above = MIN (below + 1, n - 1);

  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}

static void
draw_statistics (OrdStatisticFunc  func,
                 gpointer          user_data,
                 gsize             n,
                 guint             n_draws,
                 guint64           seed,
                 double           *values)
{
  /* Neighbouring seeds must not share draws: mixed by a first one, once. */
  OrdRandom seeds = { seed };
  guint64   base = ord_random_next (&seeds);

#pragma omp parallel
  {
    g_autofree guint *rows = g_new (guint, n);

#pragma omp for schedule(dynamic, 16)
    for (guint d = 0; d < n_draws; d++)
      {
        /* A stream of its own for each draw, whichever thread makes it. */
        OrdRandom start = { base + d };
        OrdRandom random = { ord_random_next (&start) };

        for (gsize i = 0; i < n; i++)
          rows[i] = ord_random_index (&random, n);
        values[d] = func (rows, n, user_data);
      }
  }
}

void
ord_statistics_bootstrap (OrdStatisticFunc  func,
                          gpointer          user_data,
                          gsize             n,
                          guint             n_draws,
                          double            coverage,
                          guint64           seed,
                          double           *low,
                          double           *high)
{
  g_autofree double *values = NULL;
  guint              n_values = 0;

  g_return_if_fail (func != NULL);
  g_return_if_fail (n > 0 && n <= G_MAXUINT);
  g_return_if_fail (n_draws > 0);
  g_return_if_fail (coverage > 0.0 && coverage < 1.0);
  g_return_if_fail (low != NULL && high != NULL);

  values = g_new (double, n_draws);
  draw_statistics (func, user_data, n, n_draws, seed, values);
  for (guint d = 0; d < n_draws; d++)
    if (!isnan (values[d]))
      values[n_values++] = values[d];

  *low = *high = NAN;
  if (n_values == 0)
    return;

  qsort (values, n_values, sizeof (double), compare_doubles);
  *low = quantile (values, n_values, 0.5 * (1.0 - coverage));
  *high = quantile (values, n_values, 0.5 * (1.0 + coverage));
}

typedef struct
{
  const double *totals;
  const guint  *counts;
} Mean;

static double
mean_of_rows (const guint *rows,
              gsize        n,
              gpointer     user_data)
{
  const Mean *mean = user_data;
  double      sum = 0.0;
  double      count = 0.0;

  for (gsize i = 0; i < n; i++)
    {
      sum += mean->totals[rows[i]];
      count += mean->counts ? mean->counts[rows[i]] : 1;
    }

  return sum / count;
}

void
ord_statistics_bootstrap_mean (const double *totals,
                               const guint  *counts,
                               gsize         n,
                               guint         n_draws,
                               double        coverage,
                               guint64       seed,
                               double       *low,
                               double       *high)
{
  Mean mean = { totals, counts };

  g_return_if_fail (totals != NULL);

  ord_statistics_bootstrap (mean_of_rows, &mean, n, n_draws, coverage, seed, low,
                            high);
}
