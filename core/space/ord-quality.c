/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Error measures over a split.
 */
#include <math.h>

#include "ord-quality.h"

static double
column_mean (const double *values,
             gsize         n,
             guint         n_labels,
             guint         label)
{
  double sum = 0.0;

  for (gsize i = 0; i < n; i++)
    sum += values[i * n_labels + label];

  return sum / n;
}

/* Its deviations from a rounded mean would not be exactly 0. */
static gboolean
is_constant (const double *values,
             gsize         n,
             guint         n_labels,
             guint         label)
{
  for (gsize i = 1; i < n; i++)
    if (values[i * n_labels + label] != values[label])
      return FALSE;

  return TRUE;
}

static double
column_pearson (const double *truths,
                const double *values,
                gsize         n,
                guint         n_labels,
                guint         label)
{
  double truth_mean = column_mean (truths, n, n_labels, label);
  double value_mean = column_mean (values, n, n_labels, label);
  double truth_squares = 0.0;
  double value_squares = 0.0;
  double products = 0.0;

  if (is_constant (truths, n, n_labels, label)
      || is_constant (values, n, n_labels, label))
    return NAN;

  for (gsize i = 0; i < n; i++)
    {
      double truth = truths[i * n_labels + label] - truth_mean;
      double value = values[i * n_labels + label] - value_mean;

      truth_squares += truth * truth;
      value_squares += value * value;
      products += truth * value;
    }
  if (!(truth_squares > 0.0) || !(value_squares > 0.0))
    return NAN;

  return CLAMP (products / sqrt (truth_squares) / sqrt (value_squares),
                -1.0, 1.0);
}

static double
total_squares (const double *truths,
               gsize         n,
               guint         n_labels)
{
  double sum = 0.0;

  for (guint l = 0; l < n_labels; l++)
    {
      double mean = column_mean (truths, n, n_labels, l);

      if (is_constant (truths, n, n_labels, l))
        continue;
      for (gsize i = 0; i < n; i++)
        {
          double off = truths[i * n_labels + l] - mean;

          sum += off * off;
        }
    }

  return sum;
}

double
ord_quality_error (const double *truth,
                   const double *value,
                   guint         n_labels)
{
  double sum = 0.0;

  for (guint k = 0; k < n_labels; k++)
    sum += (truth[k] - value[k]) * (truth[k] - value[k]);
  return sqrt (sum);
}

void
ord_quality_measure (OrdQuality   *quality,
                     const double *truths,
                     const double *values,
                     gsize         n,
                     guint         n_labels)
{
  double distances = 0.0;
  double residual = 0.0;
  double total;
  double pearson = 0.0;

  g_return_if_fail (quality != NULL);
  g_return_if_fail (n == 0 || (truths != NULL && values != NULL));
  g_return_if_fail (n_labels > 0);

  *quality = (OrdQuality){ n, NAN, NAN, NAN, NAN };
  if (n == 0)
    return;

  for (gsize i = 0; i < n; i++)
    {
      double squares = 0.0;

      for (guint l = 0; l < n_labels; l++)
        {
          double off = truths[i * n_labels + l] - values[i * n_labels + l];

          squares += off * off;
        }
      distances += sqrt (squares);
      residual += squares;
    }
  for (guint l = 0; l < n_labels; l++)
    pearson += column_pearson (truths, values, n, n_labels, l);
  total = total_squares (truths, n, n_labels);

  quality->mae = distances / n;
  quality->rmse = sqrt (residual / n);
  quality->r2 = total > 0.0 ? 1.0 - residual / total : NAN;
  quality->pearson = pearson / n_labels;
}

void
ord_quality_measure_components (OrdQuality   *qualities,
                                const double *truths,
                                const double *values,
                                gsize         n,
                                guint         n_labels)
{
  g_autofree double *column = g_new (double, 2 * n);

  g_return_if_fail (qualities != NULL);
  g_return_if_fail (n == 0 || (truths != NULL && values != NULL));

  for (guint l = 0; l < n_labels; l++)
    {
      for (gsize i = 0; i < n; i++)
        {
          column[i] = truths[i * n_labels + l];
          column[n + i] = values[i * n_labels + l];
        }
      ord_quality_measure (&qualities[l], column, n > 0 ? column + n : NULL, n,
                           1);
    }
}
