/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Newton–Schulz steps, all of them in the smaller of the matrix's dimensions: a
 * step X ← Q X has Q = A I + B G + C G², a polynomial of the Gram matrix G = XXᵀ,
 * and after it G is Q G Q. So the steps need G alone. They are multiplied up to one
 * factor, and X is read twice, for its Gram matrix and by that factor; a kernel of
 * 256 × 2304 takes a third of the work that way. A matrix with more rows than
 * columns has the Gram matrix XᵀX, and the factor on its right.
 */
#include "ord-orthogonal.h"

#include <math.h>
#include <string.h>

#include <cblas.h>

#define STEPS 5

/* Chosen by Jordan et al. for the slope at 0, as small singular values take
 * longest: they do not settle at 1, but between .68 and 1.2. */
#define A 3.4445f
#define B -4.7750f
#define C 2.0315f

/* @left and @right, (n, n), commute and are symmetric, and so is the product. */
static void
multiply (const float *left,
          const float *right,
          float       *product,
          gsize        n)
{
  cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, (int) n, (int) n,
               (int) n, 1.0f, left, (int) n, right, (int) n, 0.0f, product,
               (int) n);
}

/* @gram: (n, n) with n = MIN (rows, columns). Returns its trace: the square of
 * the matrix's norm. */
static double
make_gram (const float *matrix,
           gsize        rows,
           gsize        columns,
           float       *gram)
{
  gboolean wide = rows <= columns;
  gsize    n = MIN (rows, columns);
  double   trace = 0.0;

  cblas_ssyrk (CblasRowMajor, CblasUpper, wide ? CblasNoTrans : CblasTrans,
               (int) n, (int) MAX (rows, columns), 1.0f, matrix, (int) columns,
               0.0f, gram, (int) n);
  for (gsize i = 0; i < n; i++)
    {
      trace += gram[i * n + i];
      for (gsize j = 0; j < i; j++)
        gram[i * n + j] = gram[j * n + i];
    }

  return trace;
}

/* @step ← A I + B @gram + C @gram² */
static void
make_step (const float *gram,
           float       *step,
           gsize        n)
{
  multiply (gram, gram, step, n);
  for (gsize k = 0; k < n * n; k++)
    step[k] = B * gram[k] + C * step[k];
  for (gsize i = 0; i < n; i++)
    step[i * n + i] += A;
}

static inline void
swap (float **x,
      float **y)
{
  float *kept = *x;

  *x = *y;
  *y = kept;
}

void
ord_orthogonalise (float *matrix,
                   gsize  rows,
                   gsize  columns)
{
  gsize             n = MIN (rows, columns);
  g_autofree float *squares = g_new (float, 4 * n * n);
  g_autofree float *copy = g_new (float, rows * columns);
  float            *gram = squares;
  float            *step = squares + n * n;
  float            *factor = squares + 2 * n * n;
  float            *spare = squares + 3 * n * n;
  double            norm_2 = make_gram (matrix, rows, columns, gram);

  if (!(norm_2 > 0.0) || !isfinite (norm_2))
    {
      memset (matrix, 0, sizeof (float) * rows * columns);
      return;
    }

  for (gsize k = 0; k < n * n; k++)
    gram[k] = (float) (gram[k] / norm_2);
  make_step (gram, factor, n);
  memcpy (step, factor, sizeof (float) * n * n);
  for (guint i = 1; i < STEPS; i++)
    {
      multiply (gram, step, spare, n);
      multiply (spare, step, gram, n);
      make_step (gram, step, n);
      multiply (factor, step, spare, n);
      swap (&factor, &spare);
    }

  memcpy (copy, matrix, sizeof (float) * rows * columns);
  if (rows <= columns)
    cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, (int) rows,
                 (int) columns, (int) n, (float) (1.0 / sqrt (norm_2)), factor,
                 (int) n, copy, (int) columns, 0.0f, matrix, (int) columns);
  else
    cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, (int) rows,
                 (int) columns, (int) n, (float) (1.0 / sqrt (norm_2)), copy,
                 (int) columns, factor, (int) n, 0.0f, matrix, (int) columns);
}
