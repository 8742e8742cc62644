/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Eigenvectors by LAPACK (which OpenBLAS carries), and principal components
 * from the covariance, summed over blocks of rows so that no second copy of the
 * features is made.
 */
#include <string.h>

#include <cblas.h>

#include "ord-projection-private.h"

#define ROWS 1024

/* Debian's OpenBLAS comes without the C declarations of LAPACK. The last three
 * are the lengths of the texts, as Fortran passes them. */
void dsyevr_ (const char *jobz, const char *range, const char *uplo,
              const int *n, double *a, const int *lda,
              const double *vl, const double *vu,
              const int *il, const int *iu, const double *abstol,
              int *m, double *w, double *z, const int *ldz, int *isuppz,
              double *work, const int *lwork, int *iwork, const int *liwork,
              int *info, gsize jobz_length, gsize range_length,
              gsize uplo_length);

gboolean
ord_projection_eigen (double  *matrix,
                      gsize    n,
                      double  *values,
                      double  *vectors,
                      GError **error)
{
  g_autofree double *all_values = g_new (double, n);
  g_autofree double *work = g_new (double, n * 32);
  g_autofree int    *int_work = g_new (int, n * 10);
  g_autofree double *found = g_new (double, n * 2);
  int                order = n;
  int                first = MAX (order - 1, 1);
  int                n_work = order * 32;
  int                n_int_work = order * 10;
  int                support[4];
  int                n_found = 0;
  int                info = 0;
  double             zero = 0.0;

  memset (values, 0, 2 * sizeof (double));
  memset (vectors, 0, 2 * n * sizeof (double));

  dsyevr_ ("V", "I", "U", &order, matrix, &order, &zero, &zero, &first, &order,
           &zero, &n_found, all_values, found, &order, support, work, &n_work,
           int_work, &n_int_work, &info, 1, 1, 1);
  if (info != 0 || n_found != order - first + 1)
    {
      g_set_error (error, ORD_ERROR, ORD_ERROR_LIBRARY,
                   "LAPACK found no eigenvectors of a %d × %d matrix "
                   "(dsyevr: %d).", order, order, info);
      return FALSE;
    }

  /* LAPACK's order is ascending. */
  for (int i = 0; i < n_found; i++)
    {
      values[i] = all_values[n_found - 1 - i];
      memcpy (vectors + i * n, found + (n_found - 1 - i) * n,
              n * sizeof (double));
    }

  return TRUE;
}

static void
measure_mean (const float *features,
              gsize        n,
              gsize        width,
              double      *mean)
{
  memset (mean, 0, width * sizeof (double));
  for (gsize i = 0; i < n; i++)
    for (gsize j = 0; j < width; j++)
      mean[j] += features[i * width + j];
  for (gsize j = 0; j < width; j++)
    mean[j] /= n;
}

gboolean
ord_projection_components (const float  *features,
                           gsize         n,
                           gsize         width,
                           double       *mean,
                           double       *axes,
                           GError      **error)
{
  gsize              block = MIN (n, ROWS);
  g_autofree double *rows = g_new (double, block * width);
  g_autofree double *covariance = g_new0 (double, width * width);
  double             values[2];

  measure_mean (features, n, width, mean);
  for (gsize first = 0; first < n; first += block)
    {
      gsize n_rows = MIN (block, n - first);

      for (gsize i = 0; i < n_rows; i++)
        for (gsize j = 0; j < width; j++)
          rows[i * width + j] = features[(first + i) * width + j] - mean[j];
      cblas_dsyrk (CblasColMajor, CblasUpper, CblasNoTrans, width, n_rows,
                   1.0 / n, rows, width, 1.0, covariance, width);
    }

  return ord_projection_eigen (covariance, width, values, axes, error);
}
