/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How much of a space lies along the labels.
 */
#include <math.h>

#include "draws.h"
#include "space/ord-spread.h"

#define WIDTH 5

/* Labels of two components that are correlated, and features in which they lie along
 * straight lines, @stretch times as long, far from the origin; and @noise beside. */
static double
spread_of (double stretch,
           double noise,
           gsize  n)
{
  g_autofree float  *features = g_new (float, n * WIDTH);
  g_autofree double *labels = g_new (double, n * 2);
  guint64            seed = 12;

  for (gsize i = 0; i < n; i++)
    {
      float *feature = features + i * WIDTH;

      labels[2 * i] = 3.0 + draw_normal (&seed);
      labels[2 * i + 1] = 0.8 * labels[2 * i] + 0.6 * draw_normal (&seed);
      for (gsize k = 0; k < WIDTH; k++)
        feature[k] = (float) (100.0 + noise * draw_normal (&seed));
      feature[0] += (float) (0.6 * stretch * labels[2 * i]);
      feature[1] += (float) (0.8 * stretch * labels[2 * i]);
      feature[2] += (float) (stretch * labels[2 * i + 1]);
    }
  return ord_spread_along_labels (features, n, WIDTH, labels, 2);
}

static void
test_spread (void)
{
  g_assert_cmpfloat_with_epsilon (spread_of (1.0, 0.0, 400), 1.0, 1e-5);
  g_assert_cmpfloat_with_epsilon (spread_of (0.2, 0.0, 400), 0.2, 1e-5);
  g_assert_cmpfloat_with_epsilon (spread_of (1.0, 0.3, 400), 1.0, 0.05);
}

static void
test_spread_of_the_collapsed (void)
{
  g_assert_cmpfloat (spread_of (0.0, 0.0, 400), <, 1e-6);
}

/* Wider than the labels, of which it knows nothing. */
static void
test_spread_of_noise (void)
{
  double of_few = 0.0;

  g_assert_cmpfloat (spread_of (0.0, 1.0, 400), <, 0.1);
  for (gsize n = 20; n < 60; n++)
    of_few += spread_of (0.0, 1.0, n) / 40.0;
  g_assert_cmpfloat (of_few, <, 0.25);
}

static void
test_spread_of_one_component_twice (void)
{
  const float  features[] = { 1.0f, 3.0f, 5.0f, 11.0f };
  const double labels[] = { 1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 6.0, 6.0 };

  /* 2 of √2 */
  g_assert_cmpfloat_with_epsilon (ord_spread_along_labels (features, 4, 1, labels,
                                                           2), sqrt (2.0), 1e-9);
}

static void
test_spread_of_equal_labels (void)
{
  const float  features[] = { 1.0f, 2.0f };
  const double labels[] = { 3.0, 3.0 };

  g_assert_true (isnan (ord_spread_along_labels (features, 2, 1, labels, 1)));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/spread/is-that-along-the-labels", test_spread);
  g_test_add_func ("/spread/of-a-collapsed-space-is-none",
                   test_spread_of_the_collapsed);
  g_test_add_func ("/spread/of-noise-is-hardly-any",
                   test_spread_of_noise);
  g_test_add_func ("/spread/of-one-component-twice-is-that-of-one",
                   test_spread_of_one_component_twice);
  g_test_add_func ("/spread/of-equal-labels-is-not-a-number",
                   test_spread_of_equal_labels);

  return g_test_run ();
}
