/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Error measures against numbers worked out by hand.
 */
#include <math.h>

#include "space/ord-quality.h"

static void
test_scalar (void)
{
  const double truths[] = { 1, 2, 3, 6 };
  const double values[] = { 2, 2, 1, 7 };
  OrdQuality   quality;

  ord_quality_measure (&quality, truths, values, 4, 1);
  g_assert_cmpuint (quality.n, ==, 4);
  g_assert_cmpfloat_with_epsilon (quality.mae, 1.0, 1e-12);
  g_assert_cmpfloat_with_epsilon (quality.rmse, sqrt (1.5), 1e-12);
  g_assert_cmpfloat_with_epsilon (quality.r2, 1.0 - 6.0 / 14.0, 1e-12);
  /* Deviations −2 −1 0 3 and −1 −1 −2 4. */
  g_assert_cmpfloat_with_epsilon (quality.pearson, 15.0 / sqrt (14.0 * 22.0),
                                  1e-12);
}

static void
test_vector (void)
{
  const double truths[] = { 0, 0, 2, 0, 4, 6 };
  const double values[] = { 3, 4, 2, 0, 4, 6 };
  OrdQuality   quality;

  ord_quality_measure (&quality, truths, values, 3, 2);
  g_assert_cmpfloat_with_epsilon (quality.mae, 5.0 / 3.0, 1e-12);
  g_assert_cmpfloat_with_epsilon (quality.rmse, sqrt (25.0 / 3.0), 1e-12);
  /* Total squares 8 and 24. */
  g_assert_cmpfloat_with_epsilon (quality.r2, 1.0 - 25.0 / 32.0, 1e-12);
  /* −2 0 2 and 0 −1 1: 0.5 × 2 / √(8 · 2); −2 −2 4 and 2/3 −10/3 8/3. */
  g_assert_cmpfloat_with_epsilon (
      quality.pearson,
      0.5 * (2.0 / sqrt (16.0) + 16.0 / sqrt (24.0 * 168.0 / 9.0)), 1e-12);
}

static void
test_components (void)
{
  const double truths[] = { 0, 0, 2, 0, 4, 6 };
  const double values[] = { 3, 4, 2, 0, 4, 6 };
  OrdQuality   qualities[2];

  ord_quality_measure_components (qualities, truths, values, 3, 2);
  g_assert_cmpuint (qualities[0].n, ==, 3);
  g_assert_cmpfloat_with_epsilon (qualities[0].mae, 1.0, 1e-12);
  g_assert_cmpfloat_with_epsilon (qualities[0].rmse, sqrt (3.0), 1e-12);
  g_assert_cmpfloat_with_epsilon (qualities[0].r2, 1.0 - 9.0 / 8.0, 1e-12);
  g_assert_cmpfloat_with_epsilon (qualities[0].pearson, 0.5, 1e-12);
  g_assert_cmpfloat_with_epsilon (qualities[1].mae, 4.0 / 3.0, 1e-12);
  g_assert_cmpfloat_with_epsilon (qualities[1].rmse, sqrt (16.0 / 3.0), 1e-12);
  g_assert_cmpfloat_with_epsilon (qualities[1].r2, 1.0 - 16.0 / 24.0, 1e-12);
  g_assert_cmpfloat_with_epsilon (qualities[1].pearson,
                                  16.0 / sqrt (24.0 * 168.0 / 9.0), 1e-12);

  ord_quality_measure_components (qualities, NULL, NULL, 0, 2);
  g_assert_true (isnan (qualities[0].mae) && isnan (qualities[1].mae));
}

static void
test_perfect (void)
{
  const double truths[] = { 1e6 + 1, 1e6 + 2, 1e6 + 4 };
  OrdQuality   quality;

  ord_quality_measure (&quality, truths, truths, 3, 1);
  g_assert_true (quality.mae == 0.0 && quality.rmse == 0.0);
  g_assert_true (quality.r2 == 1.0);
  g_assert_cmpfloat_with_epsilon (quality.pearson, 1.0, 1e-12);
}

/* The mean of 0.1 thrice is not 0.1 in floating point. */
static void
test_constant (void)
{
  const double truths[] = { 1, 2, 3 };
  const double values[] = { 0.1, 0.1, 0.1 };
  OrdQuality   quality;

  ord_quality_measure (&quality, truths, values, 3, 1);
  g_assert_true (isnan (quality.pearson));
  g_assert_false (isnan (quality.r2));

  ord_quality_measure (&quality, values, truths, 3, 1);
  g_assert_true (isnan (quality.pearson) && isnan (quality.r2));
  g_assert_cmpfloat_with_epsilon (quality.mae, 1.9, 1e-12);

  ord_quality_measure (&quality, truths, values, 1, 1);
  g_assert_cmpfloat_with_epsilon (quality.mae, 0.9, 1e-12);
  g_assert_true (isnan (quality.pearson) && isnan (quality.r2));
}

static void
test_empty (void)
{
  OrdQuality quality;

  ord_quality_measure (&quality, NULL, NULL, 0, 1);
  g_assert_cmpuint (quality.n, ==, 0);
  g_assert_true (isnan (quality.mae) && isnan (quality.r2));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/quality/is-as-by-hand", test_scalar);
  g_test_add_func ("/quality/of-vectors-is-euclidean", test_vector);
  g_test_add_func ("/quality/of-each-component-is-its-own", test_components);
  g_test_add_func ("/quality/of-the-truth-is-perfect", test_perfect);
  g_test_add_func ("/quality/of-a-constant-has-no-correlation", test_constant);
  g_test_add_func ("/quality/of-nothing-is-not-a-number", test_empty);

  return g_test_run ();
}
