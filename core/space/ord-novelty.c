/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A normal distribution over descriptions of the training pictures, as a mean
 * and a whitening matrix whose scale makes the limit 1.
 */
#include "ord-novelty.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

#define MEAN      "novelty/mean"
#define WHITENING "novelty/whitening"
#define ROWS      1024

/* Of pictures like the validation pictures, this share shall pass. */
#define LIMIT_SHARE 0.97

/* The largest of n distances is passed by one in n + 1 new ones, which is too
 * many where n is small. Distances have long tails: the limit is raised by
 * SMALL_SET / n of itself. */
#define SMALL_SET 4.0

/* Of a column against the root mean square of all. Below it, a column that is
 * constant over the training pictures would make a stranger of every other
 * value. */
#define MIN_SD 1e-2

/* Keeps the matrix positive definite when there are many pictures. */
#define MIN_SHRINKAGE 1e-3

struct _OrdNovelty
{
  gsize  width;
  float *mean;       /* (width) */
  float *whitening;  /* (width, width), lower triangular, row-major */
};

/* Debian's OpenBLAS comes without the C declarations of LAPACK. The last ones
 * are the lengths of the texts, as Fortran passes them. */
void dpotrf_ (const char *uplo, const int *n, double *a, const int *lda,
              int *info, gsize uplo_length);
void dtrtri_ (const char *uplo, const char *diag, const int *n, double *a,
              const int *lda, int *info, gsize uplo_length, gsize diag_length);

void
ord_novelty_free (OrdNovelty *novelty)
{
  if (!novelty)
    return;
  g_free (novelty->mean);
  g_free (novelty->whitening);
  g_free (novelty);
}

/* -- fitting ---------------------------------------------------------------- */

static void
measure_columns (const float *rows,
                 gsize        n,
                 gsize        width,
                 double      *mean,
                 double      *sd)
{
  double total = 0.0, least;

  memset (mean, 0, sizeof (double) * width);
  memset (sd, 0, sizeof (double) * width);
  for (gsize i = 0; i < n; i++)
    for (gsize j = 0; j < width; j++)
      mean[j] += rows[i * width + j] / (double) n;
  for (gsize i = 0; i < n; i++)
    for (gsize j = 0; j < width; j++)
      {
        double off = rows[i * width + j] - mean[j];

        sd[j] += off * off / (double) n;
      }
  for (gsize j = 0; j < width; j++)
    total += sd[j];

  /* Where nothing varies, any positive scale will do. */
  least = total > 0.0 ? MIN_SD * sqrt (total / (double) width) : 1.0;
  for (gsize j = 0; j < width; j++)
    sd[j] = MAX (sqrt (sd[j]), least);
}

/* The shrunk covariance of the standardised rows, in the lower triangle of
 * @matrix (width, width), row-major. */
static void
estimate_covariance (const float  *rows,
                     gsize         n,
                     gsize         width,
                     const double *mean,
                     const double *sd,
                     double       *matrix)
{
  gsize              block = MIN (n, ROWS);
  g_autofree double *standard = g_new (double, block * width);
  double             fourth = 0.0, squares = 0.0, trace = 0.0;
  double             scale, dispersion, error, shrinkage;

  memset (matrix, 0, sizeof (double) * width * width);
  for (gsize first = 0; first < n; first += block)
    {
      gsize n_rows = MIN (block, n - first);

      for (gsize i = 0; i < n_rows; i++)
        {
          const float *row = rows + (first + i) * width;
          double       square = 0.0;

          for (gsize j = 0; j < width; j++)
            {
              double value = (row[j] - mean[j]) / sd[j];

              standard[i * width + j] = value;
              square += value * value;
            }
          fourth += square * square;
        }
      cblas_dsyrk (CblasRowMajor, CblasLower, CblasTrans, (int) width,
                   (int) n_rows, 1.0 / (double) n, standard, (int) width, 1.0,
                   matrix, (int) width);
    }

  for (gsize i = 0; i < width; i++)
    {
      trace += matrix[i * width + i];
      for (gsize j = 0; j <= i; j++)
        squares += (i == j ? 1.0 : 2.0) * matrix[i * width + j] *
                   matrix[i * width + j];
    }

  /* Ledoit & Wolf's m, d² and b²: what the matrix is shrunk to, how far it is
   * from that, and how much of that distance is chance. */
  scale = trace / (double) width;
  dispersion = squares / (double) width - scale * scale;
  error = (fourth / (double) n - squares) /
          ((double) n * (double) width);
  shrinkage = dispersion > 0.0 ? CLAMP (error / dispersion, MIN_SHRINKAGE, 1.0)
                               : 1.0;
  if (!(scale > 0.0))
    scale = 1.0;
  for (gsize i = 0; i < width; i++)
    {
      for (gsize j = 0; j <= i; j++)
        matrix[i * width + j] *= 1.0 - shrinkage;
      matrix[i * width + i] += shrinkage * scale;
    }
}

static gboolean
fit (OrdNovelty   *novelty,
     const float  *rows,
     gsize         n,
     GError      **error)
{
  gsize              width = novelty->width;
  g_autofree double *mean = g_new (double, width);
  g_autofree double *sd = g_new (double, width);
  g_autofree double *matrix = g_new (double, width * width);
  int                order = (int) width;
  int                info = 0;

  measure_columns (rows, n, width, mean, sd);
  estimate_covariance (rows, n, width, mean, sd, matrix);

  /* Fortran's upper triangle is our lower one: covariance = L Lᵀ, and then
   * L⁻¹ in its place. */
  dpotrf_ ("U", &order, matrix, &order, &info, 1);
  if (info == 0)
    dtrtri_ ("U", "N", &order, matrix, &order, &info, 1, 1);
  if (info != 0)
    {
      g_set_error (error, ORD_ERROR, ORD_ERROR_LIBRARY,
                   "LAPACK found no inverse of the %d × %d covariance of the "
                   "pictures' descriptions (%d)", order, order, info);
      return FALSE;
    }

  novelty->mean = g_new (float, width);
  novelty->whitening = g_new0 (float, width * width);
  for (gsize i = 0; i < width; i++)
    {
      novelty->mean[i] = (float) mean[i];
      for (gsize j = 0; j <= i; j++)
        novelty->whitening[i * width + j] =
          (float) (matrix[i * width + j] / sd[j]);
    }
  return TRUE;
}

static int
compare_doubles (gconstpointer a,
                 gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

/* What a new picture stays below with the probability LIMIT_SHARE, as in
 * conformal prediction: the ⌈(n + 1) share⌉-th smallest, or the largest. */
static double
choose_limit (const OrdNovelty *novelty,
              const float      *validation,
              gsize             n)
{
  g_autofree double *distances = g_new (double, n);
  gsize              rank = (gsize) ceil ((double) (n + 1) * LIMIT_SHARE - 1e-9);
  double             limit;

  for (gsize i = 0; i < n; i++)
    distances[i] = ord_novelty_measure (novelty, validation +
                                                 i * novelty->width);
  qsort (distances, n, sizeof (double), compare_doubles);
  limit = distances[CLAMP (rank, 1, n) - 1] * (1.0 + SMALL_SET / (double) n);

  /* Where all are the mean of the training pictures, there is no unit but the
   * distribution's own. */
  return limit > 0.0 ? limit : sqrt ((double) novelty->width);
}

static gboolean
are_finite (const float *values,
            gsize        n)
{
  gboolean finite = TRUE;

  for (gsize i = 0; i < n; i++)
    finite = finite & (isfinite (values[i]) != 0);
  return finite;
}

OrdNovelty *
ord_novelty_fit (const float  *training,
                 gsize         n_training,
                 const float  *validation,
                 gsize         n_validation,
                 gsize         width,
                 GError      **error)
{
  g_autoptr (OrdNovelty) novelty = NULL;
  double                 limit;

  g_return_val_if_fail (width > 0, NULL);
  g_return_val_if_fail (n_training > 0 && n_validation > 0, NULL);

  /* LAPACK does not see them. */
  if (!are_finite (training, n_training * width)
      || !are_finite (validation, n_validation * width))
    {
      g_set_error (error, ORD_ERROR, ORD_ERROR_LIBRARY,
                   "The network's activations are no finite numbers: train "
                   "with a lower rate");
      return NULL;
    }

  novelty = g_new0 (OrdNovelty, 1);
  novelty->width = width;
  if (!fit (novelty, training, n_training, error))
    return NULL;
  limit = choose_limit (novelty, validation, n_validation);
  for (gsize i = 0; i < width * width; i++)
    novelty->whitening[i] = (float) (novelty->whitening[i] / limit);

  return g_steal_pointer (&novelty);
}

double
ord_novelty_measure (const OrdNovelty *novelty,
                     const float      *description)
{
  gsize             width = novelty->width;
  g_autofree float *off = g_new (float, width);
  double            square = 0.0;

  for (gsize i = 0; i < width; i++)
    {
      const float *whitening = novelty->whitening + i * width;
      double       sum = 0.0;

      off[i] = description[i] - novelty->mean[i];
      for (gsize j = 0; j <= i; j++)
        sum += (double) whitening[j] * off[j];
      square += sum * sum;
    }

  /* What is no number is like nothing known. */
  return isnan (square) ? INFINITY : sqrt (square);
}

/* -- in a model ------------------------------------------------------------- */

gboolean
ord_novelty_owns (const OrdTensor *tensor)
{
  return g_str_has_prefix (tensor->name, "novelty/");
}

void
ord_novelty_store (const OrdNovelty *novelty,
                   GPtrArray        *tensors)
{
  const gsize dims[2] = { novelty->width, novelty->width };

  g_ptr_array_add (tensors, ord_tensor_new (MEAN, 1, dims, novelty->mean));
  g_ptr_array_add (tensors, ord_tensor_new (WHITENING, 2, dims,
                                            novelty->whitening));
}

gboolean
ord_novelty_load (GPtrArray   *tensors,
                  gsize        width,
                  OrdNovelty **novelty,
                  GError     **error)
{
  const gsize  dims[2] = { width, width };
  OrdTensor   *mean, *whitening;
  guint        n_own = 0;

  *novelty = NULL;
  for (guint i = 0; i < tensors->len; i++)
    n_own += ord_novelty_owns (g_ptr_array_index (tensors, i));
  if (n_own == 0)
    return TRUE;

  mean = ord_tensors_expect (tensors, MEAN, 1, dims, error);
  if (!mean)
    return FALSE;
  whitening = ord_tensors_expect (tensors, WHITENING, 2, dims, error);
  if (!whitening)
    return FALSE;

  *novelty = g_new0 (OrdNovelty, 1);
  (*novelty)->width = width;
  (*novelty)->mean = g_memdup2 (mean->values, sizeof (float) * width);
  (*novelty)->whitening = g_memdup2 (whitening->values,
                                     sizeof (float) * width * width);
  return TRUE;
}
