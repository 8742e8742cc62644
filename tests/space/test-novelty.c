/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Novelty: against a slow twin that follows the definitions, against numbers of
 * NumPy, and what holds for a user: the known pass, strangers do not.
 */
#include <string.h>

#include "draws.h"
#include "space/ord-novelty.h"

#define WIDTH 11

/* Correlated columns of very different scales, the last one constant.
 * tests/golden/novelty.py draws the same numbers. */
static float *
draw_rows (gsize   n,
           gsize   width,
           double  shift,
           guint64 seed)
{
  float   *rows = g_new (float, n * width);
  guint64  state = seed;

  for (gsize i = 0; i < n; i++)
    {
      double common = draw_normal (&state);

      for (gsize j = 0; j < width; j++)
        {
          double scale = j % 3 == 0 ? 0.01 : j % 3 == 1 ? 1.0 : 30.0;
          double value = 5.0 + scale * (common + 0.3 * draw_normal (&state) +
                                        shift);

          rows[i * width + j] = (float) (j == width - 1 ? 2.0 : value);
        }
    }
  return rows;
}

static OrdNovelty *
fit (const float *training,
     gsize        n_training,
     const float *validation,
     gsize        n_validation)
{
  g_autoptr (GError)  error = NULL;
  OrdNovelty         *novelty;

  novelty = ord_novelty_fit (training, n_training, validation, n_validation,
                             WIDTH, &error);
  g_assert_no_error (error);
  return novelty;
}

/* -- the twin ---------------------------------------------------------------- */

/* x in matrix x = b, by Gauss. Both are destroyed; x is in @b. */
static void
solve (double *matrix,
       double *b,
       gsize   n)
{
  for (gsize i = 0; i < n; i++)
    for (gsize k = i + 1; k < n; k++)
      {
        double factor = matrix[k * n + i] / matrix[i * n + i];

        for (gsize j = i; j < n; j++)
          matrix[k * n + j] -= factor * matrix[i * n + j];
        b[k] -= factor * b[i];
      }
  for (gsize i = n; i-- > 0;)
    {
      for (gsize j = i + 1; j < n; j++)
        b[i] -= matrix[i * n + j] * b[j];
      b[i] /= matrix[i * n + i];
    }
}

static double
slow_distance (const float *training,
               gsize        n,
               const float *row)
{
  gsize              w = WIDTH;
  g_autofree double *mean = g_new0 (double, w);
  g_autofree double *sd = g_new0 (double, w);
  g_autofree double *z = g_new (double, n * w);
  g_autofree double *s = g_new0 (double, w * w);
  g_autofree double *off = g_new (double, w);
  g_autofree double *solved = g_new (double, w);
  double             rms = 0.0, m = 0.0, d2 = 0.0, b2 = 0.0, rho, square = 0.0;

  for (gsize j = 0; j < w; j++)
    {
      for (gsize i = 0; i < n; i++)
        mean[j] += training[i * w + j] / (double) n;
      for (gsize i = 0; i < n; i++)
        sd[j] += pow (training[i * w + j] - mean[j], 2.0) /
                 (double) n;
      rms += sd[j] / (double) w;
    }
  for (gsize j = 0; j < w; j++)
    sd[j] = MAX (sqrt (sd[j]), 1e-2 * sqrt (rms));
  for (gsize i = 0; i < n; i++)
    for (gsize j = 0; j < w; j++)
      z[i * w + j] = (training[i * w + j] - mean[j]) / sd[j];

  for (gsize a = 0; a < w; a++)
    for (gsize b = 0; b < w; b++)
      for (gsize i = 0; i < n; i++)
        s[a * w + b] += z[i * w + a] * z[i * w + b] / (double) n;

  /* Ledoit & Wolf's definitions; norms are divided by the width. */
  for (gsize a = 0; a < w; a++)
    m += s[a * w + a] / (double) w;
  for (gsize a = 0; a < w; a++)
    for (gsize b = 0; b < w; b++)
      {
        d2 += pow (s[a * w + b] - (a == b ? m : 0.0), 2.0) / (double) w;
        for (gsize i = 0; i < n; i++)
          b2 += pow (z[i * w + a] * z[i * w + b] - s[a * w + b], 2.0) /
                (double) (n * n * w);
      }
  rho = CLAMP (b2 / d2, 1e-3, 1.0);
  for (gsize a = 0; a < w; a++)
    for (gsize b = 0; b < w; b++)
      s[a * w + b] = (1.0 - rho) * s[a * w + b] + (a == b ? rho * m : 0.0);

  for (gsize j = 0; j < w; j++)
    solved[j] = off[j] = (row[j] - mean[j]) / sd[j];
  solve (s, solved, w);
  for (gsize j = 0; j < w; j++)
    square += off[j] * solved[j];
  return sqrt (square);
}

static int
compare_doubles (const void *a,
                 const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

static double
slow_quantile (double *values,
               gsize   n,
               double  share)
{
  gsize rank = (gsize) ceil ((double) (n + 1) * share - 1e-9);

  qsort (values, n, sizeof (double), compare_doubles);
  return values[MIN (rank, n) - 1];
}

static void
check_against_twin (gsize n_training,
                    gsize n_validation)
{
  g_autofree float        *training = draw_rows (n_training, WIDTH, 0.0, 1);
  g_autofree float        *validation = draw_rows (n_validation, WIDTH, 0.0, 2);
  g_autofree float        *queries = draw_rows (20, WIDTH, 0.7, 3);
  g_autofree double       *held_out = g_new (double, n_validation);
  g_autoptr (OrdNovelty)   novelty = fit (training, n_training, validation,
                                          n_validation);
  double                   limit;

  /* A constant column met with another value. */
  queries[WIDTH - 1] = 2.5f;

  for (gsize i = 0; i < n_validation; i++)
    held_out[i] = slow_distance (training, n_training, validation + i * WIDTH);
  limit = slow_quantile (held_out, n_validation, 0.97) *
          (1.0 + 4.0 / (double) n_validation);
  for (gsize i = 0; i < 20; i++)
    {
      const float *row = queries + i * WIDTH;

      g_assert_cmpfloat_with_epsilon (ord_novelty_measure (novelty, row) *
                                      limit / slow_distance (training,
                                                             n_training, row),
                                      1.0, 2e-4);
    }
}

static void
test_twin (void)
{
  check_against_twin (300, 120);
}

static void
test_twin_with_few (void)
{
  check_against_twin (6, 10);
}

/* From tests/golden/novelty.py. */
static void
test_golden (void)
{
  static const double      golden[] = {
    0.62402509, 0.49279291, 0.51607067, 0.15291444,
    0.30234213
  };
  g_autofree float        *training = draw_rows (40, WIDTH, 0.0, 1);
  g_autofree float        *validation = draw_rows (30, WIDTH, 0.0, 2);
  g_autofree float        *queries = draw_rows (5, WIDTH, 0.7, 3);
  g_autoptr (OrdNovelty)   novelty = fit (training, 40, validation, 30);

  for (gsize i = 0; i < G_N_ELEMENTS (golden); i++)
    g_assert_cmpfloat_with_epsilon (ord_novelty_measure (novelty,
                                                         queries + i * WIDTH) /
                                    golden[i], 1.0, 2e-4);
}

/* -- what a user sees -------------------------------------------------------- */

/* Over many small sets, because one alone may be unlucky. */
static void
test_the_known_pass (void)
{
  const struct
  {
    gsize n_training, n_validation;
  } sets[] = { { 8, 5 }, { 30, 12 }, { 60, 24 }, { 150, 60 }, { 600, 200 } };

  for (gsize k = 0; k < G_N_ELEMENTS (sets); k++)
    {
      gsize n_flagged = 0, n = 0;

      for (guint64 seed = 0; seed < 40; seed++)
        {
          g_autofree float       *training =
            draw_rows (sets[k].n_training, WIDTH, 0.0, 10 + 3 * seed);
          g_autofree float       *validation =
            draw_rows (sets[k].n_validation, WIDTH, 0.0, 11 + 3 * seed);
          g_autofree float       *fresh =
            draw_rows (100, WIDTH, 0.0, 12 + 3 * seed);
          g_autoptr (OrdNovelty)  novelty =
            fit (training, sets[k].n_training, validation,
                 sets[k].n_validation);

          for (gsize i = 0; i < 100; i++, n++)
            n_flagged += ord_novelty_measure (novelty, fresh + i * WIDTH) > 1.0;
        }
      g_test_message ("%" G_GSIZE_FORMAT " and %" G_GSIZE_FORMAT ": %.1f %%",
                      sets[k].n_training, sets[k].n_validation,
                      100.0 * (double) n_flagged / (double) n);
      g_assert_cmpfloat ((double) n_flagged, <=, 0.05 * (double) n);
    }
}

/* Each column alone is as usual; only together they are not. */
static void
test_broken_correlation (void)
{
  g_autofree float       *training = draw_rows (200, WIDTH, 0.0, 1);
  g_autofree float       *validation = draw_rows (60, WIDTH, 0.0, 2);
  g_autoptr (OrdNovelty)  novelty = fit (training, 200, validation, 60);
  float                   row[WIDTH];

  for (gsize j = 0; j < WIDTH; j++)
    {
      double scale = j % 3 == 0 ? 0.01 : j % 3 == 1 ? 1.0 : 30.0;

      row[j] = (float) (5.0 + scale * (j % 2 ? 1.0 : -1.0));
    }
  row[WIDTH - 1] = 2.0f;
  g_assert_cmpfloat (ord_novelty_measure (novelty, row), >, 1.0);
}

static void
test_one_odd_number_is_enough (void)
{
  g_autofree float       *training = draw_rows (200, WIDTH, 0.0, 1);
  g_autofree float       *validation = draw_rows (60, WIDTH, 0.0, 2);
  g_autoptr (OrdNovelty)  novelty = fit (training, 200, validation, 60);
  float                   row[WIDTH];

  memcpy (row, training, sizeof row);
  g_assert_cmpfloat (ord_novelty_measure (novelty, row), <, 1.0);
  row[0] += 1.0f;
  g_assert_cmpfloat (ord_novelty_measure (novelty, row), >, 1.0);
  memcpy (row, training, sizeof row);
  row[5] += 1000.0f;
  g_assert_cmpfloat (ord_novelty_measure (novelty, row), >, 1.0);
}

static void
test_pictures_that_are_all_alike (void)
{
  float                   training[3 * WIDTH] = { 0.0f };
  float                   row[WIDTH] = { 0.0f };
  g_autoptr (OrdNovelty)  novelty = fit (training, 3, training, 1);

  g_assert_cmpfloat (ord_novelty_measure (novelty, row), ==, 0.0);
  row[2] = 1e6f;
  g_assert_cmpfloat (ord_novelty_measure (novelty, row), >, 1.0);
  row[2] = NAN;
  g_assert_cmpfloat (ord_novelty_measure (novelty, row), >, 1.0);
}

/* -- in a model -------------------------------------------------------------- */

static GPtrArray *
store_one (OrdNovelty **novelty)
{
  g_autofree float *training = draw_rows (50, WIDTH, 0.0, 1);
  GPtrArray        *tensors = ord_tensors_new ();

  *novelty = fit (training, 40, training + 40 * WIDTH, 10);
  ord_novelty_store (*novelty, tensors);
  return tensors;
}

static void
test_stored_and_loaded (void)
{
  g_autoptr (OrdNovelty) saved = NULL;
  g_autoptr (OrdNovelty) loaded = NULL;
  g_autoptr (GPtrArray)  tensors = store_one (&saved);
  g_autofree float      *queries = draw_rows (5, WIDTH, 0.7, 3);
  g_autoptr (GError)     error = NULL;

  g_assert_true (ord_novelty_load (tensors, WIDTH, &loaded, &error));
  g_assert_no_error (error);
  for (gsize i = 0; i < 5; i++)
    g_assert_cmpfloat (ord_novelty_measure (saved, queries + i * WIDTH), ==,
                       ord_novelty_measure (loaded, queries + i * WIDTH));
}

static void
test_a_model_without_it (void)
{
  g_autoptr (GPtrArray)  tensors = ord_tensors_new ();
  g_autoptr (OrdNovelty) loaded = NULL;
  g_autoptr (GError)     error = NULL;

  g_ptr_array_add (tensors, ord_tensor_new ("encoder/bias", 0, NULL, NULL));
  g_assert_true (ord_novelty_load (tensors, WIDTH, &loaded, &error));
  g_assert_no_error (error);
  g_assert_null (loaded);
}

static void
test_a_part_is_missing (void)
{
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (OrdNovelty)  saved = NULL;
      g_autoptr (OrdNovelty)  loaded = NULL;
      g_autoptr (GPtrArray)   tensors = store_one (&saved);
      g_autofree char        *name = NULL;
      g_autoptr (GError)      error = NULL;

      name = g_strdup (((OrdTensor *) g_ptr_array_index (tensors, i))->name);
      g_ptr_array_remove_index (tensors, i);
      g_assert_false (ord_novelty_load (tensors, WIDTH, &loaded, &error));
      g_assert_error (error, ORD_ERROR, ORD_ERROR_MODEL);
      g_assert_nonnull (strstr (error->message, name));
      g_assert_null (loaded);
    }
}

static void
test_another_shape (void)
{
  g_autoptr (OrdNovelty)  saved = NULL;
  g_autoptr (OrdNovelty)  loaded = NULL;
  g_autoptr (GPtrArray)   tensors = store_one (&saved);
  g_autoptr (GError)      error = NULL;

  g_assert_false (ord_novelty_load (tensors, WIDTH + 1, &loaded, &error));
  g_assert_error (error, ORD_ERROR, ORD_ERROR_MODEL);
  g_assert_nonnull (strstr (error->message, "novelty/mean"));
}

static void
test_numbers_that_are_not_finite (void)
{
  g_autofree float   *training = draw_rows (50, WIDTH, 0.0, 1);
  g_autoptr (GError)  error = NULL;

  training[7] = NAN;
  g_assert_null (ord_novelty_fit (training, 40, training + 40 * WIDTH, 10,
                                  WIDTH, &error));
  g_assert_error (error, ORD_ERROR, ORD_ERROR_LIBRARY);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/novelty/equals-a-plain-twin", test_twin);
  g_test_add_func ("/novelty/equals-a-plain-twin-with-fewer-rows-than-columns",
                   test_twin_with_few);
  g_test_add_func ("/novelty/equals-numpy", test_golden);
  g_test_add_func ("/novelty/at-most-5-percent-of-the-known-are-flagged",
                   test_the_known_pass);
  g_test_add_func ("/novelty/a-broken-correlation-is-novel",
                   test_broken_correlation);
  g_test_add_func ("/novelty/one-odd-number-is-enough",
                   test_one_odd_number_is_enough);
  g_test_add_func ("/novelty/pictures-that-are-all-alike-give-numbers",
                   test_pictures_that_are_all_alike);
  g_test_add_func ("/novelty/stored-and-loaded-measures-the-same",
                   test_stored_and_loaded);
  g_test_add_func ("/novelty/a-model-may-have-none", test_a_model_without_it);
  g_test_add_func ("/novelty/a-missing-part-is-named", test_a_part_is_missing);
  g_test_add_func ("/novelty/another-shape-is-an-error", test_another_shape);
  g_test_add_func ("/novelty/numbers-that-are-not-finite-are-an-error",
                   test_numbers_that_are_not_finite);

  return g_test_run ();
}
