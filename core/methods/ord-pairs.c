/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Distances of pairs by matrix products, and their gradient.
 */
#include "ord-pairs-private.h"

#include <cblas.h>
#include <math.h>

/* Squared distances below this share of the norms are taken from differences:
 * the product form has lost their digits. */
#define CANCELLED 1e-3f

float *
ord_pairs_centre (const float *features,
                  gsize        n,
                  gsize        width)
{
  float             *centred = g_new (float, n * width);
  g_autofree double *mean = g_new0 (double, width);

  for (gsize i = 0; i < n; i++)
    for (gsize k = 0; k < width; k++)
      mean[k] += features[i * width + k] / (double) n;
  for (gsize i = 0; i < n; i++)
    for (gsize k = 0; k < width; k++)
      centred[i * width + k] = (float) (features[i * width + k] - mean[k]);

  return centred;
}

float
ord_pairs_squared_difference (const float *a,
                              const float *b,
                              gsize        width)
{
  float sum = 0.0f;

  for (gsize k = 0; k < width; k++)
    sum += (a[k] - b[k]) * (a[k] - b[k]);
  return sum;
}

float *
ord_pairs_distances (const float *centred,
                     gsize        n,
                     gsize        width)
{
  float *d = g_new0 (float, n * n);

  /* d holds the products first. */
  cblas_ssyrk (CblasRowMajor, CblasUpper, CblasNoTrans, (int) n, (int) width,
               1.0f, centred, (int) width, 0.0f, d, (int) n);
  for (gsize i = 0; i < n; i++)
    for (gsize j = i + 1; j < n; j++)
      {
        float norms = d[i * n + i] + d[j * n + j];
        float squared = norms - 2.0f * d[i * n + j];

        if (squared < CANCELLED * norms)
          squared = ord_pairs_squared_difference (centred + i * width,
                                                  centred + j * width, width);
        d[i * n + j] = sqrtf (squared);
      }

  return d;
}

void
ord_pairs_gradient (float       *slopes,
                    const float *distances,
                    const float *centred,
                    gsize        n,
                    gsize        width,
                    double       factor,
                    float       *d_features)
{
  g_autofree float *row_sums = g_new0 (float, n);

  for (gsize i = 0; i < n; i++)
    {
      slopes[i * n + i] = 0.0f;
      for (gsize j = i + 1; j < n; j++)
        {
          gsize ij = i * n + j;

          slopes[ij] =
            distances[ij] > 0.0f ? slopes[ij] / distances[ij] : 0.0f;
          row_sums[i] += slopes[ij];
          row_sums[j] += slopes[ij];
        }
    }

  /* Σ_j c_ij (f_i − f_j) = (Σ_j c_ij) f_i − (C f)_i */
  cblas_ssymm (CblasRowMajor, CblasLeft, CblasUpper, (int) n, (int) width,
               (float) -factor, slopes, (int) n, centred, (int) width, 0.0f,
               d_features, (int) width);
  for (gsize i = 0; i < n; i++)
    cblas_saxpy ((int) width, (float) factor * row_sums[i],
                 centred + i * width, 1, d_features + i * width, 1);
}
