/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The t-test and its distributions against SciPy's numbers
 * (tests/golden/space.py), and what the bootstrap promises.
 */
#include "draws.h"
#include "space/ord-statistics.h"

static void
assert_close (double value,
              double expected)
{
  g_assert_cmpfloat_with_epsilon (value, expected, 1e-11 * fabs (expected));
}

static void
test_student (void)
{
  assert_close (ord_statistics_student (0.3, 1), 0.592773579077742);
  assert_close (ord_statistics_student (-2, 3), 0.0696629842794216);
  assert_close (ord_statistics_student (-1.7, 10), 0.0599846729545102);
  assert_close (ord_statistics_student (2.5, 30), 0.990942175465967);
  assert_close (ord_statistics_student (-4, 2473), 3.26007532472264e-05);
  assert_close (ord_statistics_student (-8, 20), 5.82831413574425e-08);
  assert_close (ord_statistics_student (-40, 5), 9.20598108588648e-08);
  assert_close (ord_statistics_student (1e-3, 7), 0.500384991377501);
  g_assert_true (ord_statistics_student (0.0, 7) == 0.5);
  g_assert_true (ord_statistics_student (-INFINITY, 7) == 0.0);
  g_assert_true (ord_statistics_student (INFINITY, 7) == 1.0);
  g_assert_true (isnan (ord_statistics_student (NAN, 7)));
}

static void
test_beta (void)
{
  assert_close (ord_statistics_beta (0.1, 0.5, 0.5), 0.204832764699133);
  assert_close (ord_statistics_beta (0.5, 2, 3), 0.6875);
  assert_close (ord_statistics_beta (0.9, 10, 2), 0.6973568802);
  assert_close (ord_statistics_beta (0.3, 100, 250), 0.726541474143315);
  assert_close (ord_statistics_beta (0.999, 0.5, 40), 1.0);
  assert_close (ord_statistics_beta (1e-6, 1.5, 0.5), 4.2441330890241e-10);
  g_assert_true (ord_statistics_beta (0.0, 2, 3) == 0.0);
  g_assert_true (ord_statistics_beta (1.0, 2, 3) == 1.0);

  /* I_x (a, b) = 1 − I_1−x (b, a), and a uniform distribution is itself. */
  for (double x = 0.05; x < 1.0; x += 0.05)
    {
      assert_close (ord_statistics_beta (x, 1, 1), x);
      assert_close (ord_statistics_beta (x, 3.5, 0.7),
                    1.0 - ord_statistics_beta (1.0 - x, 0.7, 3.5));
    }
}

static void
test_paired (void)
{
  guint64 seed = 5;
  double  a[50];
  double  b[50];
  double  t;
  double  p;

  for (int i = 0; i < 50; i++)
    a[i] = fabs (draw_normal (&seed));
  for (int i = 0; i < 50; i++)
    b[i] = a[i] + 0.3 + 0.6 * draw_normal (&seed);

  p = ord_statistics_paired_t (a, b, 50, &t);
  g_assert_cmpfloat_with_epsilon (t, -2.477344871343987, 1e-9);
  g_assert_cmpfloat_with_epsilon (p, 0.008366677237601221, 1e-9);
  g_assert_cmpfloat_with_epsilon (ord_statistics_paired_t (b, a, 50, &t),
                                  1.0 - 0.008366677237601221, 1e-9);
  g_assert_cmpfloat (t, >, 0.0);
}

static void
test_paired_degenerate (void)
{
  const double a[] = { 1, 2, 3 };
  const double b[] = { 2, 3, 4 };
  double       t;

  g_assert_true (isnan (ord_statistics_paired_t (a, b, 1, NULL)));
  g_assert_true (isnan (ord_statistics_paired_t (NULL, NULL, 0, NULL)));
  g_assert_true (ord_statistics_paired_t (a, a, 3, &t) == 0.5);
  g_assert_true (t == 0.0);
  /* Always better by the same. */
  g_assert_true (ord_statistics_paired_t (a, b, 3, NULL) == 0.0);
  g_assert_true (ord_statistics_paired_t (b, a, 3, NULL) == 1.0);
}

/* Of a mean of normal draws: ± 1.96 standard errors, nearly. */
static void
test_bootstrap_width (void)
{
  const gsize        n = 400;
  g_autofree double *values = g_new (double, n);
  guint64            seed = 12;
  double             mean = 0.0;
  double             low;
  double             high;

  for (gsize i = 0; i < n; i++)
    mean += (values[i] = 5.0 + 2.0 * draw_normal (&seed)) / n;
  ord_statistics_bootstrap_mean (values, NULL, n, 4000, 0.95, 1, &low, &high);
  g_assert_cmpfloat (low, <, mean);
  g_assert_cmpfloat (high, >, mean);
  g_assert_cmpfloat_with_epsilon (high - low, 2.0 * 1.96 * 2.0 / 20.0, 0.04);
}

static void
test_bootstrap_covers (void)
{
  int    hits = 0;
  guint64 seed = 13;

  for (int round = 0; round < 300; round++)
    {
      double values[60];
      double low;
      double high;

      for (int i = 0; i < 60; i++)
        values[i] = draw_normal (&seed);
      ord_statistics_bootstrap_mean (values, NULL, 60, 400, 0.95, round, &low,
                                     &high);
      hits += low <= 0.0 && high >= 0.0;
    }
  g_assert_cmpint (hits, >=, 270);
  g_assert_cmpint (hits, <=, 296);
}

static void
test_bootstrap_repeats (void)
{
  const double values[] = { 1, 5.1, 2.3, 8.7, 4, 4.6, 9 };
  double       low[3];
  double       high[3];

  for (int i = 0; i < 3; i++)
    ord_statistics_bootstrap_mean (values, NULL, 7, 500, 0.95, i / 2, &low[i],
                                   &high[i]);
  g_assert_true (low[0] == low[1] && high[0] == high[1]);
  g_assert_true (low[0] != low[2] || high[0] != high[2]);
  g_assert_cmpfloat (low[0], >=, 1.0);
  g_assert_cmpfloat (high[0], <=, 9.0);

  ord_statistics_bootstrap_mean (values, NULL, 1, 10, 0.95, 1, &low[0],
                                 &high[0]);
  g_assert_true (low[0] == 1.0 && high[0] == 1.0);
}

/* Undefined where the first row was not drawn. */
static double
sometimes (const guint *rows,
           gsize        n,
           gpointer     user_data)
{
  const double *fixed = user_data;

  for (gsize i = 0; i < n; i++)
    if (rows[i] == 0)
      return *fixed;

  return NAN;
}

static void
test_bootstrap_undefined (void)
{
  double fixed = 3.0;
  double low;
  double high;

  ord_statistics_bootstrap (sometimes, &fixed, 4, 200, 0.9, 1, &low, &high);
  g_assert_true (low == 3.0 && high == 3.0);
  fixed = NAN;
  ord_statistics_bootstrap (sometimes, &fixed, 4, 200, 0.9, 1, &low, &high);
  g_assert_true (isnan (low) && isnan (high));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/statistics/student-is-that-of-scipy", test_student);
  g_test_add_func ("/statistics/beta-is-that-of-scipy", test_beta);
  g_test_add_func ("/statistics/paired-t-is-that-of-scipy", test_paired);
  g_test_add_func ("/statistics/paired-t-of-odd-pairs", test_paired_degenerate);
  g_test_add_func ("/statistics/bootstrap-is-as-wide-as-theory",
                   test_bootstrap_width);
  g_test_add_func ("/statistics/bootstrap-covers", test_bootstrap_covers);
  g_test_add_func ("/statistics/bootstrap-is-the-same-twice",
                   test_bootstrap_repeats);
  g_test_add_func ("/statistics/bootstrap-leaves-out-what-is-undefined",
                   test_bootstrap_undefined);

  return g_test_run ();
}
