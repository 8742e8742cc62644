/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Linear regression of features on labels, by components at right angles.
 */
#include "ord-spread.h"

#include <math.h>

/* A component of labels counts as explained by others when no more of it is left. */
#define EXPLAINED 1e-6

static void
centre (double *values,
        gsize   n)
{
  double mean = 0.0;

  for (gsize i = 0; i < n; i++)
    mean += values[i] / (double) n;
  for (gsize i = 0; i < n; i++)
    values[i] -= mean;
}

static double
product (const double *a,
         const double *b,
         gsize         n)
{
  double sum = 0.0;

  for (gsize i = 0; i < n; i++)
    sum += a[i] * b[i];
  return sum;
}

/* Turns the centred components of labels, (n_labels, n), into vectors of length 1
 * at right angles (Gram and Schmidt); one that the others explain becomes 0.
 *
 * Returns: how many are not 0 */
static guint
orthogonalise (double *components,
               gsize   n,
               guint   n_labels)
{
  guint rank = 0;

  for (guint l = 0; l < n_labels; l++)
    {
      double *own = components + l * n;
      double  before = product (own, own, n), length;

      for (guint other = 0; other < l; other++)
        {
          const double *vector = components + other * n;
          double        share = product (own, vector, n);

          for (gsize i = 0; i < n; i++)
            own[i] -= share * vector[i];
        }
      length = sqrt (product (own, own, n));
      rank += length > EXPLAINED * sqrt (before);
      for (gsize i = 0; i < n; i++)
        own[i] = length > EXPLAINED * sqrt (before) ? own[i] / length : 0.0;
    }

  return rank;
}

double
ord_spread_along_labels (const float  *features,
                         gsize         n,
                         gsize         width,
                         const double *labels,
                         guint         n_labels)
{
  g_autofree double *components = g_new (double, n * n_labels + 1);
  g_autofree double *column = g_new (double, n + 1);
  double             of_labels = 0.0, in_common = 0.0, beside = 0.0;
  guint              rank;

  for (guint l = 0; l < n_labels; l++)
    {
      double *component = components + l * n;

      for (gsize i = 0; i < n; i++)
        component[i] = labels[i * n_labels + l];
      centre (component, n);
      of_labels += product (component, component, n);
    }
  rank = orthogonalise (components, n, n_labels);
  if (rank == 0 || n < rank + 2)
    return NAN;

  for (gsize k = 0; k < width; k++)
    {
      double explained = 0.0;

      for (gsize i = 0; i < n; i++)
        column[i] = features[i * width + k];
      centre (column, n);
      for (guint l = 0; l < n_labels; l++)
        explained += pow (product (column, components + l * n, n), 2.0);
      in_common += explained;
      beside += product (column, column, n) - explained;
    }
  /* Of what lies beside the labels, chance puts a share along each. */
  in_common -= MAX (beside, 0.0) * rank / (double) (n - 1 - rank);

  return sqrt (MAX (in_common, 0.0) / of_labels);
}
