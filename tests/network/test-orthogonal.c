/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Matrices made orthogonal, against the definition and by what they should be.
 */
#include <math.h>
#include <string.h>

#include "ord-random.h"
#include "network/ord-orthogonal.h"

/* (transfer full): (rows, columns) */
static float *
random_matrix (gsize   rows,
               gsize   columns,
               double  size,
               guint64 seed)
{
  OrdRandom  random = ord_random_init (seed);
  float     *matrix = g_new (float, rows * columns);

  for (gsize k = 0; k < rows * columns; k++)
    matrix[k] = (float) (size * ord_random_normal (&random));

  return matrix;
}

/* (transfer full): of (rows, inner) and (inner, columns). */
static double *
product (const double *left,
         const double *right,
         gsize         rows,
         gsize         inner,
         gsize         columns)
{
  double *p = g_new0 (double, rows * columns);

  for (gsize i = 0; i < rows; i++)
    for (gsize k = 0; k < inner; k++)
      for (gsize j = 0; j < columns; j++)
        p[i * columns + j] += left[i * inner + k] * right[k * columns + j];

  return p;
}

static double *
transpose (const double *x,
           gsize         rows,
           gsize         columns)
{
  double *t = g_new (double, rows * columns);

  for (gsize i = 0; i < rows; i++)
    for (gsize j = 0; j < columns; j++)
      t[j * rows + i] = x[i * columns + j];

  return t;
}

/* X ← aX + b(XXᵀ)X + c(XXᵀ)²X, five times, from X / |X|: word by word. */
static double *
slow_twin (const float *matrix,
           gsize        rows,
           gsize        columns)
{
  gsize   count = rows * columns;
  double *x = g_new (double, count);
  double  norm = 0.0;

  for (gsize k = 0; k < count; k++)
    norm += (double) matrix[k] * matrix[k];
  for (gsize k = 0; k < count; k++)
    x[k] = matrix[k] / sqrt (norm);
  for (int step = 0; step < 5; step++)
    {
      g_autofree double *transposed = transpose (x, rows, columns);
      g_autofree double *gram = product (x, transposed, rows, columns, rows);
      g_autofree double *once = product (gram, x, rows, rows, columns);
      g_autofree double *twice = product (gram, once, rows, rows, columns);

      for (gsize k = 0; k < count; k++)
        x[k] = 3.4445 * x[k] - 4.7750 * once[k] + 2.0315 * twice[k];
    }

  return x;
}

static const gsize shapes[][2] = {
  { 1, 1 }, { 1, 7 }, { 7, 1 }, { 5, 5 }, { 8, 72 }, { 72, 8 }, { 33, 40 },
  { 64, 576 },
};

static void
test_it_follows_the_definition (void)
{
  for (guint s = 0; s < G_N_ELEMENTS (shapes); s++)
    {
      gsize              rows = shapes[s][0], columns = shapes[s][1];
      g_autofree float  *matrix = random_matrix (rows, columns, 0.02, s);
      g_autofree double *expected = slow_twin (matrix, rows, columns);

      ord_orthogonalise (matrix, rows, columns);
      for (gsize k = 0; k < rows * columns; k++)
        g_assert_cmpfloat_with_epsilon (matrix[k], expected[k], 1e-4);
    }
}

/* Outputs of all sizes down to a tenth of a thousandth, where Gram matrices in
 * floats see little. */
static void
test_it_does_so_with_outputs_of_all_sizes (void)
{
  const gsize        rows = 24, columns = 90;
  g_autofree float  *matrix = random_matrix (rows, columns, 1.0, 9);
  g_autofree double *expected = NULL;

  for (gsize i = 0; i < rows; i++)
    for (gsize j = 0; j < columns; j++)
      matrix[i * columns + j] *= powf (10.0f, -4.0f * (float) i / (float) rows);
  expected = slow_twin (matrix, rows, columns);
  ord_orthogonalise (matrix, rows, columns);
  for (gsize k = 0; k < rows * columns; k++)
    g_assert_cmpfloat_with_epsilon (matrix[k], expected[k], 2e-3);
}

/* The length of @vectorᵀ @matrix over that of @vector. */
static double
stretch (const float *vector,
         const float *matrix,
         gsize        rows,
         gsize        columns)
{
  double before = 0.0, after = 0.0;

  for (gsize i = 0; i < rows; i++)
    before += (double) vector[i] * vector[i];
  for (gsize j = 0; j < columns; j++)
    {
      double sum = 0.0;

      for (gsize i = 0; i < rows; i++)
        sum += (double) vector[i] * matrix[i * columns + j];
      after += sum * sum;
    }

  return sqrt (after / before);
}

static void
test_weak_directions_count_as_much_as_strong_ones (void)
{
  const gsize       rows = 16, columns = 144;
  g_autofree float *matrix = random_matrix (rows, columns, 0.01, 1);
  g_autofree float *right = random_matrix (1, columns, 1.0, 2);

  /* The first output has a hundred times the size of all others. */
  memcpy (matrix, right, sizeof (float) * columns);
  ord_orthogonalise (matrix, rows, columns);

  for (gsize i = 0; i < rows; i++)
    {
      g_autofree float *one_output = g_new0 (float, rows);

      one_output[i] = 1.0f;
      g_assert_cmpfloat (stretch (one_output, matrix, rows, columns), >, 0.68);
      g_assert_cmpfloat (stretch (one_output, matrix, rows, columns), <, 1.21);
    }
}

static void
test_the_scale_makes_no_difference (void)
{
  const double scales[] = { 1e-12, 1e-3, 1e6 };

  for (guint s = 0; s < G_N_ELEMENTS (scales); s++)
    {
      g_autofree float *one = random_matrix (12, 30, 1.0, 5);
      g_autofree float *other = random_matrix (12, 30, scales[s], 5);

      ord_orthogonalise (one, 12, 30);
      ord_orthogonalise (other, 12, 30);
      for (gsize k = 0; k < 12 * 30; k++)
        g_assert_cmpfloat_with_epsilon (one[k], other[k], 1e-5);
    }
}

/* Nothing was learnt of an output that no picture reached. */
static void
test_zeros_stay_zeros (void)
{
  g_autofree float *nothing = g_new0 (float, 6 * 9);
  g_autofree float *some = random_matrix (6, 9, 1.0, 6);

  ord_orthogonalise (nothing, 6, 9);
  memset (some + 2 * 9, 0, sizeof (float) * 9);
  ord_orthogonalise (some, 6, 9);
  for (gsize k = 0; k < 6 * 9; k++)
    {
      g_assert_cmpfloat (nothing[k], ==, 0.0f);
      g_assert_true (isfinite (some[k]));
      if (k / 9 == 2)
        g_assert_cmpfloat_with_epsilon (some[k], 0.0f, 1e-6);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/orthogonal/it-follows-the-definition",
                   test_it_follows_the_definition);
  g_test_add_func ("/orthogonal/it-does-so-with-outputs-of-all-sizes",
                   test_it_does_so_with_outputs_of_all_sizes);
  g_test_add_func ("/orthogonal/weak-directions-count-as-much-as-strong-ones",
                   test_weak_directions_count_as_much_as_strong_ones);
  g_test_add_func ("/orthogonal/the-scale-makes-no-difference",
                   test_the_scale_makes_no_difference);
  g_test_add_func ("/orthogonal/zeros-stay-zeros", test_zeros_stay_zeros);

  return g_test_run ();
}
