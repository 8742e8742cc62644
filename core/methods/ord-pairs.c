/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Distances of pairs by matrix products, and their gradient.
 */
#include "ord-pairs-private.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

#include "../ord-clones-private.h"

/* Squared distances below this share of the norms are taken from differences:
 * the product form has lost their digits. */
#define CANCELLED 1e-3f

/* A walk's share of a thread: the pairs of so many images with as many others
 * stay in the processor's cache. Small batches are cut finer, for each thread
 * to have some. */
#define SMALL_BATCH 256
#define SMALL_ROWS  32
#define ROWS        128
#define COLUMNS     256

ORD_CLONES static void
add_row (const float *row,
         gsize        width,
         double      *sums)
{
#pragma omp simd
  for (gsize k = 0; k < width; k++)
    sums[k] += row[k];
}

ORD_CLONES static void
subtract_row (const float  *row,
              gsize         width,
              const double *mean,
              float        *out)
{
#pragma omp simd
  for (gsize k = 0; k < width; k++)
    out[k] = (float) (row[k] - mean[k]);
}

float *
ord_pairs_centre (const float *features,
                  gsize        n,
                  gsize        width)
{
  float             *centred = g_new (float, n * width);
  g_autofree double *mean = g_new0 (double, width);

  for (gsize i = 0; i < n; i++)
    add_row (features + i * width, width, mean);
  for (gsize k = 0; k < width; k++)
    mean[k] /= (double) n;
#pragma omp parallel for if (n * width > 65536)
  for (gsize i = 0; i < n; i++)
    subtract_row (features + i * width, width, mean, centred + i * width);

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

/* -- the walk --------------------------------------------------------------- */

typedef struct
{
  const OrdPairsBatch *batch;
  const float         *squares; /* (n), squared norms */
  OrdPairsFunc         judge;
  gconstpointer        data;
} Walk;

ORD_CLONES static float
squared_norm (const float *row,
              gsize        width)
{
  float sum = 0.0f;

#pragma omp simd reduction(+ : sum)
  for (gsize k = 0; k < width; k++)
    sum += row[k] * row[k];

  return sum;
}

/* @row: (n): products in, distances out
 * @squares: (n), the norms of the row's partners
 *
 * Returns: whether a distance must be measured again, being short beside the
 *   norms; it is then negative */
ORD_CLONES static gboolean
distances_from_products (float       *row,
                         gsize        n,
                         float        square,
                         const float *squares)
{
  int n_cancelled = 0;

#pragma omp simd reduction(+ : n_cancelled)
  for (gsize j = 0; j < n; j++)
    {
      float norms = square + squares[j];
      float squared = norms - 2.0f * row[j];
      int   cancelled = squared < CANCELLED * norms;

      n_cancelled += cancelled;
      row[j] = sqrtf (cancelled ? 0.0f : squared);
      row[j] = cancelled ? -1.0f : row[j];
    }

  return n_cancelled > 0;
}

/* Slopes by the distance become factors on the difference of two features.
 *
 * Returns: their sum */
ORD_CLONES static float
factors_from_slopes (float       *slopes,
                     const float *distances,
                     gsize        n)
{
  float sum = 0.0f;

#pragma omp simd reduction(+ : sum)
  for (gsize j = 0; j < n; j++)
    {
      slopes[j] /= distances[j] > 0.0f ? distances[j] : INFINITY;
      sum += slopes[j];
    }

  return sum;
}

/* @products: (n), of image @i and the images from @first on */
static void
measure_row (const Walk  *walk,
             gsize        i,
             gsize        first,
             gsize        n,
             const float *products,
             float       *distances)
{
  const gsize  width = walk->batch->width;
  const float *centred = walk->batch->centred;

  memcpy (distances, products, sizeof (float) * n);
  if (distances_from_products (distances, n, walk->squares[i],
                               walk->squares + first))
    for (gsize j = 0; j < n; j++)
      if (distances[j] < 0.0f)
        distances[j] = sqrtf (ord_pairs_squared_difference (
          centred + i * width, centred + (first + j) * width, width));
}

/* The pairs of image @i with the images from @first on, itself left out.
 * @row: (n): factors out
 *
 * Returns: the factors' sum */
static float
judge_row (const Walk  *walk,
           gsize        i,
           gsize        first,
           gsize        n,
           const float *distances,
           float       *row,
           double      *sums)
{
  gsize before = CLAMP (i, first, first + n) - first;
  gsize after = MIN (CLAMP (i + 1, first, first + n) - first, n);

  if (before > 0)
    walk->judge (i, first, before, distances, row, sums, walk->data);
  if (before < after)
    row[before] = 0.0f;
  if (after < n)
    walk->judge (i, first + after, n - after, distances + after, row + after,
                 sums, walk->data);

  return factors_from_slopes (row, distances, n);
}

/* All pairs of the images @from … @from + @n_rows − 1.
 * @pairs: (n_rows, COLUMNS): to work in
 * @d_features: (nullable): (n_rows, width) */
static void
walk_rows (const Walk *walk,
           gsize       from,
           gsize       n_rows,
           float      *pairs,
           double     *sums,
           float      *d_features)
{
  const OrdPairsBatch *batch = walk->batch;
  const gsize          width = batch->width;
  const float         *rows = batch->centred + from * width;
  float                factors[ROWS] = { 0.0f };
  float                own[COLUMNS];

  for (gsize first = 0; first < batch->n; first += COLUMNS)
    {
      gsize        n = MIN (COLUMNS, batch->n - first);
      const float *columns = batch->centred + first * width;

      if (!batch->known)
        cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasTrans, (int) n_rows,
                     (int) n, (int) width, 1.0f, rows, (int) width, columns,
                     (int) width, 0.0f, pairs, COLUMNS);
      for (gsize i = 0; i < n_rows; i++)
        {
          float *row = pairs + i * COLUMNS;
          float *distances = batch->distances
                             ? batch->distances + (from + i) * batch->n + first
                             : own;

          if (!batch->known)
            measure_row (walk, from + i, first, n, row, distances);
          factors[i] += judge_row (walk, from + i, first, n, distances, row,
                                   sums);
        }
      /* Σ_j c_ij (f_i − f_j) = (Σ_j c_ij) f_i − (C f)_i */
      if (d_features != NULL)
        cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, (int) n_rows,
                     (int) width, (int) n, -1.0f, pairs, COLUMNS, columns,
                     (int) width, first > 0 ? 1.0f : 0.0f, d_features,
                     (int) width);
    }

  if (d_features != NULL)
    for (gsize i = 0; i < n_rows; i++)
      cblas_saxpy ((int) width, factors[i], rows + i * width, 1,
                   d_features + i * width, 1);
}

void
ord_pairs_walk (OrdPairsBatch *batch,
                OrdPairsFunc   judge,
                gconstpointer  data,
                double         sums[ORD_PAIRS_SUMS],
                float         *d_features)
{
  const gsize        n = batch->n, width = batch->width;
  gsize              block = n <= SMALL_BATCH ? SMALL_ROWS : ROWS;
  gsize              n_blocks = (n + block - 1) / block;
  g_autofree float  *squares = g_new (float, n);
  g_autofree double *shares = g_new0 (double, n_blocks * ORD_PAIRS_SUMS);
  Walk               walk = { batch, squares, judge, data };

  for (gsize i = 0; i < n && !batch->known; i++)
    squares[i] = squared_norm (batch->centred + i * width, width);

#pragma omp parallel if (n_blocks > 1)
  {
    g_autofree float *pairs = g_new (float, block * COLUMNS);

#pragma omp for schedule(dynamic, 1)
    for (gsize b = 0; b < n_blocks; b++)
      walk_rows (&walk, b * block, MIN (block, n - b * block), pairs,
                 shares + b * ORD_PAIRS_SUMS,
                 d_features ? d_features + b * block * width : NULL);
  }

  memset (sums, 0, sizeof (double) * ORD_PAIRS_SUMS);
  for (gsize b = 0; b < n_blocks; b++)
    for (guint s = 0; s < ORD_PAIRS_SUMS; s++)
      sums[s] += shares[b * ORD_PAIRS_SUMS + s];
  batch->known = batch->distances != NULL;
}
