/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What intervals promise: their coverage, and widths that follow the spread.
 */
#include <glib.h>
#include <math.h>

#include "draws.h"
#include "space/ord-interval.h"

/* Noise that grows with x; the spread is a rough estimate of it. */
static void
draw_case (guint64 *seed,
           double  *truth,
           double  *value,
           double  *spread)
{
  double x = draw_uniform (seed);
  double sigma = 0.5 + 4.0 * x;

  *value = 100.0 * x;
  *truth = *value + sigma * draw_normal (seed);
  *spread = sigma * (0.7 + 0.6 * draw_uniform (seed));
}

static OrdInterval
calibrate (gsize    n,
           double   coverage,
           guint64 *seed)
{
  g_autofree double *truths = g_new (double, n);
  g_autofree double *values = g_new (double, n);
  g_autofree double *spreads = g_new (double, n);
  OrdInterval        interval;

  for (gsize i = 0; i < n; i++)
    draw_case (seed, &truths[i], &values[i], &spreads[i]);
  ord_interval_calibrate (&interval, coverage, truths, values, spreads, n);

  return interval;
}

static double
measure_coverage (const OrdInterval *interval,
                  guint64           *seed)
{
  gsize hits = 0;

  for (gsize i = 0; i < 5000; i++)
    {
      double truth;
      double value;
      double spread;

      draw_case (seed, &truth, &value, &spread);
      hits += fabs (truth - value)
              <= ord_interval_half_width (interval, spread);
    }

  return hits / 5000.0;
}

static void
test_coverage (void)
{
  for (guint64 seed = 1; seed <= 10; seed++)
    {
      guint64     state = seed * 1000;
      OrdInterval interval = calibrate (1000, 0.9, &state);
      double      coverage = measure_coverage (&interval, &state);

      g_assert_cmpfloat (coverage, >, 0.87);
      g_assert_cmpfloat (coverage, <, 0.93);
    }
}

/* The mean over many calibrations is what is promised, with few images too. */
static void
test_mean_coverage (void)
{
  static const gsize sizes[] = { 20, 200, 1000 };

  for (gsize s = 0; s < G_N_ELEMENTS (sizes); s++)
    {
      guint64 state = 4;
      double  sum = 0.0;

      for (int i = 0; i < 60; i++)
        {
          OrdInterval interval = calibrate (sizes[s], 0.9, &state);

          sum += measure_coverage (&interval, &state) / 60.0;
        }
      g_assert_cmpfloat (sum, >, 0.88);
      g_assert_cmpfloat (sum, <, 0.92);
    }
}

static void
test_widths_follow (void)
{
  guint64     state = 8;
  OrdInterval interval = calibrate (1000, 0.9, &state);
  double      narrow = ord_interval_half_width (&interval, 0.5);
  double      wide = ord_interval_half_width (&interval, 4.5);

  g_assert_cmpfloat (narrow, >, 0.0);
  g_assert_cmpfloat (wide, >, 2.0 * narrow);
  g_assert_cmpfloat (ord_interval_half_width (&interval, 0.0), >, 0.0);
}

/* Nine images at 80 %: the eighth smallest of the scores. */
static void
test_rank (void)
{
  const double truths[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9 };
  const double zeros[9] = { 0 };
  OrdInterval  interval;

  ord_interval_calibrate (&interval, 0.8, truths, zeros, zeros, 9);
  g_assert_cmpfloat_with_epsilon (interval.floor, sqrt (285.0 / 9.0),
                                  1e-6);
  g_assert_cmpfloat_with_epsilon (ord_interval_half_width (&interval, 0.0),
                                  8.0, 1e-6);
  ord_interval_calibrate (&interval, 0.99, truths, zeros, zeros, 9);
  g_assert_cmpfloat_with_epsilon (ord_interval_half_width (&interval, 0.0),
                                  9.0, 1e-6);
}

/* Labels of few values: unanimous neighbours are right but for rounding, and
 * the others must not be measured by that rounding. */
static void
test_exact_answers_widen_nothing (void)
{
  enum { N = 200 };
  double      truths[N], values[N], spreads[N];
  OrdInterval interval;

  for (int i = 0; i < N; i++)
    {
      gboolean exact = i % 10 < 7;

      truths[i] = i % 24;
      values[i] = truths[i] + (exact ? 1e-14 : i % 2 ? 4.0 : -4.0);
      spreads[i] = exact ? 0.0 : 3.0;
    }
  ord_interval_calibrate (&interval, 0.9, truths, values, spreads, N);
  g_assert_cmpfloat (ord_interval_half_width (&interval, 3.0), >=, 4.0 - 1e-9);
  g_assert_cmpfloat (ord_interval_half_width (&interval, 3.0), <, 8.0);
}

/* Most answers are unanimous and right, some unanimous and wrong by one label, and a
 * few lie in between: they are not off by more than the others. */
static void
test_disagreement_is_not_blown_up (void)
{
  enum { N = 80 };
  double      truths[N] = { 0.0 }, values[N] = { 0.0 }, spreads[N] = { 0.0 };
  OrdInterval interval;

  for (int i = 0; i < 16; i++)
    values[i] = i % 2 ? 4.0 : 5.0;
  for (int i = 16; i < 22; i++)
    {
      values[i] = 1.0;
      spreads[i] = 2.0;
    }
  ord_interval_calibrate (&interval, 0.9, truths, values, spreads, N);
  g_assert_cmpfloat (ord_interval_half_width (&interval, 0.0), >=, 4.0);
  g_assert_cmpfloat (ord_interval_half_width (&interval, 2.0), <, 12.0);
}

/* Of counts most answers are right, and the others off by one, whatever one is. */
static void
test_equal_errors_are_inside (void)
{
  enum { N = 82 };
  guint64 seed = 7;

  for (guint draw = 0; draw < 100; draw++)
    {
      double      step = 0.1 + draw_uniform (&seed);
      double      truths[N], values[N], spreads[N] = { 0.0 };
      OrdInterval interval;

      for (gsize i = 0; i < N; i++)
        {
          truths[i] = step * (double) (i % 24);
          values[i] = truths[i] + (i % 4 == 0 ? step : 0.0);
        }
      ord_interval_calibrate (&interval, 0.9, truths, values, spreads, N);
      g_assert_cmpfloat (ord_interval_half_width (&interval, 0.0), >=,
                         step * (1.0 + 1e-12));
      g_assert_cmpfloat (ord_interval_half_width (&interval, 0.0), <,
                         step * 1.001);
    }
}

static void
test_degenerate (void)
{
  const double one = 3.0;
  const double zero = 0.0;
  const double exact[] = { 1, 2, 3, 4 };
  const double wrong[] = { 1, NAN, 3, INFINITY };
  const double spreads[] = { 0, NAN, -1, INFINITY };
  OrdInterval  interval;

  ord_interval_calibrate (&interval, 0.9, &one, &zero, &zero, 1);
  g_assert_cmpfloat_with_epsilon (ord_interval_half_width (&interval, 0.0),
                                  3.0, 1e-6);

  ord_interval_calibrate (&interval, 0.9, exact, exact, spreads, 4);
  g_assert_true (ord_interval_half_width (&interval, 2.0) == 0.0);
  g_assert_true (isfinite (interval.quantile) && interval.floor > 0.0);

  ord_interval_calibrate (&interval, 0.9, exact, wrong, spreads, 4);
  g_assert_true (isfinite (interval.quantile) && isfinite (interval.floor));
  for (int i = 0; i < 4; i++)
    {
      double width = ord_interval_half_width (&interval, spreads[i]);

      g_assert_true (isfinite (width) && width >= 0.0);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/interval/covers-what-it-states", test_coverage);
  g_test_add_func ("/interval/covers-with-few-images-on-average",
                   test_mean_coverage);
  g_test_add_func ("/interval/widths-follow-the-spread", test_widths_follow);
  g_test_add_func ("/interval/takes-the-rank-of-the-paper", test_rank);
  g_test_add_func ("/interval/exact-answers-widen-nothing",
                   test_exact_answers_widen_nothing);
  g_test_add_func ("/interval/disagreement-is-not-blown-up",
                   test_disagreement_is_not_blown_up);
  g_test_add_func ("/interval/equal-errors-are-inside",
                   test_equal_errors_are_inside);
  g_test_add_func ("/interval/is-a-number-on-odd-input", test_degenerate);

  return g_test_run ();
}
