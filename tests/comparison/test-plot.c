/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Axes and drawings: round ticks, and nothing on the page that is no place.
 */
#include <math.h>
#include <string.h>

#include "comparison/ord-plot.h"

static OrdAxis
cover (double low,
       double high,
       guint  n_steps)
{
  OrdRange range = ORD_RANGE_EMPTY;
  OrdAxis  axis;

  ord_range_add (&range, low);
  ord_range_add (&range, high);
  ord_axis_cover (&axis, &range, n_steps);
  return axis;
}

/* Whether it is 1, 2 or 5 times a power of ten. */
static gboolean
is_round (double step)
{
  double digit = step / pow (10.0, floor (log10 (step) + 1e-9));

  return fabs (digit - 1.0) < 1e-6 || fabs (digit - 2.0) < 1e-6 ||
         fabs (digit - 5.0) < 1e-6;
}

static void
assert_axis (const OrdAxis *axis,
             double         low,
             double         high,
             guint          n_steps)
{
  guint n = ord_axis_get_n_ticks (axis);

  g_assert_true (isfinite (axis->low) && isfinite (axis->high));
  g_assert_cmpfloat (axis->low, <, axis->high);
  g_assert_true (is_round (axis->step));
  g_assert_true (ord_axis_holds (axis, low));
  g_assert_true (ord_axis_holds (axis, high));
  g_assert_cmpuint (n, >=, 2);
  g_assert_cmpuint (n, <=, 2 * n_steps + 3);

  for (guint i = 0; i < n; i++)
    {
      double           tick = ord_axis_get_tick (axis, i);
      g_autofree char *label = ord_axis_get_label (axis, i);

      g_assert_true (ord_axis_holds (axis, tick));
      if (i > 0)
        {
          g_autofree char *before = ord_axis_get_label (axis, i - 1);

          g_assert_cmpstr (label, !=, before);
        }
    }
}

static void
test_ticks (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  OrdAxis           axis = cover (3.0, 97.0, 5);

  g_assert_cmpfloat (axis.low, ==, 0.0);
  g_assert_cmpfloat (axis.high, ==, 100.0);
  g_assert_cmpfloat (axis.step, ==, 20.0);

  for (int i = 0; i < 2000; i++)
    {
      double size = pow (10.0, g_rand_double_range (rand, -12.0, 12.0));
      double low = size * g_rand_double_range (rand, -1.0, 1.0);
      double high = low + size * pow (10.0, g_rand_double_range (rand, -3.0,
                                                                 1.0));
      guint  n_steps = (guint) g_rand_int_range (rand, 2, 10);

      axis = cover (low, high, n_steps);
      assert_axis (&axis, low, high, n_steps);
    }
}

static void
test_one_number (void)
{
  const double numbers[] = { 0.0, 5.0, -3e9, 1e-200, 1e299, 1e-310 };

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      OrdAxis axis = cover (numbers[i], numbers[i], 5);

      assert_axis (&axis, numbers[i], numbers[i], 5);
    }
}

static void
test_no_numbers (void)
{
  OrdAxis axis = cover (NAN, INFINITY, 5);

  assert_axis (&axis, 0.0, 1.0, 5);
}

static void
test_long_numbers (void)
{
  OrdAxis          axis = cover (0.0, 3.1e7, 5);
  g_autofree char *last =
    ord_axis_get_label (&axis, ord_axis_get_n_ticks (&axis) - 1);

  g_assert_cmpint (axis.exponent, ==, 6);
  g_assert_cmpstr (last, ==, "35");
}

static void
test_equal (void)
{
  OrdAxis x = cover (-1.0, 1.0, 4), y = cover (0.0, 30.0, 4);

  ord_axis_equalise (&x, &y, 2.0);
  g_assert_cmpfloat_with_epsilon (x.high - x.low, 2.0 * (y.high - y.low), 1e-9);
  assert_axis (&x, -1.0, 1.0, 8);
  assert_axis (&y, 0.0, 30.0, 8);
}

/* -- drawings ----------------------------------------------------------------- */

static OrdPlotFrame
make_frame (void)
{
  return (OrdPlotFrame) {
    .name = "<name>", .x_title = "x & more", .y_title = "y",
    .x = cover (0.0, 10.0, 5), .y = cover (0.0, 10.0, 5),
    .width = 100.0, .height = 100.0, .right = 50.0,
  };
}

static guint
count (const char *text,
       const char *what)
{
  guint n = 0;

  for (; (text = strstr (text, what)); text += strlen (what))
    n++;
  return n;
}

static void
test_no_places (void)
{
  const double        xs[] = { 1.0, NAN, 3.0, INFINITY, 5.0, 1e300, 7.0 };
  const double        ys[] = { 1.0, 2.0, NAN, 4.0, 5.0, 6.0, -INFINITY };
  const double        errors[] = { 1.0, 1.0, 1.0, 1.0, NAN, 1.0, 1.0 };
  const gsize         n = G_N_ELEMENTS (xs);
  g_autoptr (GString) out = g_string_new (NULL);
  OrdPlotFrame        frame = make_frame ();
  OrdPlot            *plot = ord_plot_begin (out, &frame);

  ord_plot_points (plot, xs, ys, n);
  g_assert_cmpuint (count (out->str, "h0"), ==, 2);
  ord_plot_shaded (plot, xs, ys, errors, n);
  ord_plot_series (plot, xs, ys, n, 3);
  ord_plot_bars (plot, xs, ys, errors, n);
  ord_plot_line (plot, 0.0, NAN, 1.0, 1.0, "guide");
  ord_plot_line (plot, -1e308, -1e308, 1e308, 1e308, "guide");
  ord_plot_note (plot, NAN, 1.0, "note");
  ord_plot_edge_label (plot, NAN, "lost", 0);
  ord_plot_end (plot);

  g_assert_null (strstr (out->str, "nan"));
  g_assert_null (strstr (out->str, "inf"));
  g_assert_null (strstr (out->str, "lost"));
  g_assert_null (strstr (out->str, "<name>"));
  g_assert_null (strstr (out->str, "x & more"));
}

static void
test_outside (void)
{
  const double        xs[] = { -5.0, 5.0, 10.0, 15.0 };
  const double        ys[] = { 5.0, 5.0, 10.0, 5.0 };
  g_autoptr (GString) out = g_string_new (NULL);
  OrdPlotFrame        frame = make_frame ();
  OrdPlot            *plot = ord_plot_begin (out, &frame);

  ord_plot_points (plot, xs, ys, 4);
  ord_plot_end (plot);
  g_assert_nonnull (strstr (out->str, "M50 50h0M100 0h0"));
  g_assert_cmpuint (count (out->str, "h0"), ==, 2);
}

static void
test_labels_apart (void)
{
  const double        ys[] = { 5.0, 5.1, 0.0, 0.2, 5.05, 10.0 };
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GArray)  places = g_array_new (FALSE, FALSE, sizeof (double));
  OrdPlotFrame        frame = make_frame ();
  OrdPlot            *plot = ord_plot_begin (out, &frame);

  for (guint i = 0; i < G_N_ELEMENTS (ys); i++)
    ord_plot_edge_label (plot, ys[i], "label", i % 2 ? (int) i : -1);
  ord_plot_end (plot);

  for (const char *at = out->str; (at = strstr (at, "class=\"label\"")); at++)
    {
      double y = g_ascii_strtod (strstr (at, " y=\"") + 4, NULL);

      g_array_append_val (places, y);
    }
  g_assert_cmpuint (places->len, ==, G_N_ELEMENTS (ys));
  for (guint i = 1; i < places->len; i++)
    g_assert_cmpfloat (g_array_index (places, double, i) -
                         g_array_index (places, double, i - 1), >=, 11.0);
  g_assert_cmpfloat (g_array_index (places, double, places->len - 1), <, 105.0);
}

static void
test_series_differ (void)
{
  const double            xs[] = { 1.0, 2.0 }, ys[] = { 1.0, 2.0 };
  g_autoptr (GHashTable)  seen =
    g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  /* Colours, dashes and shapes alone repeat; together they do not. */
  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (GString) out = g_string_new (NULL);
      OrdPlotFrame        frame = make_frame ();
      OrdPlot            *plot = ord_plot_begin (out, &frame);

      ord_plot_series (plot, xs, ys, 2, i);
      ord_plot_end (plot);
      g_assert_true (g_hash_table_add (seen, g_strdup (out->str)));
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/axis/ticks-are-round-and-cover-the-data", test_ticks);
  g_test_add_func ("/axis/one-number-gets-a-range", test_one_number);
  g_test_add_func ("/axis/no-numbers-get-one-too", test_no_numbers);
  g_test_add_func ("/axis/long-numbers-are-told-by-a-power", test_long_numbers);
  g_test_add_func ("/axis/equal-axes-keep-distances", test_equal);
  g_test_add_func ("/plot/what-is-no-place-leaves-no-trace", test_no_places);
  g_test_add_func ("/plot/points-outside-are-left-out", test_outside);
  g_test_add_func ("/plot/labels-on-the-edge-do-not-overlap",
                   test_labels_apart);
  g_test_add_func ("/plot/series-can-be-told-apart", test_series_differ);

  return g_test_run ();
}
