/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The window's parts, each alone: texts, colours, geometry, recent models.
 */
#include <math.h>
#include <string.h>

#include <gtk/gtk.h>

#include "events.h"
#include "ord-map-plot.h"
#include "ord-range-bar.h"
#include "ord-recent.h"
#include "ord-text.h"
#include "space/ord-colour-map.h"

#define assert_text(text, expected)              \
  G_STMT_START                                   \
    {                                            \
      g_autofree char *text_ = (text);           \
      g_assert_cmpstr (text_, ==, (expected));   \
    }                                            \
  G_STMT_END

/* Texts ******************************************************************* */

static void
test_decimals (void)
{
  g_assert_cmpint (ord_text_decimals (2.9), ==, 2);
  g_assert_cmpint (ord_text_decimals (41.0), ==, 1);
  g_assert_cmpint (ord_text_decimals (250000.0), ==, 0);
  g_assert_cmpint (ord_text_decimals (1e-12), ==, 6);
  g_assert_cmpint (ord_text_decimals (0.0), ==, 2);
  g_assert_cmpint (ord_text_decimals (NAN), ==, 2);
}

static void
test_numbers (void)
{
  assert_text (ord_text_number (6.2, 2), "6.20");
  assert_text (ord_text_number (-3.14159, 1), "−3.1");
  assert_text (ord_text_number (-0.0001, 2), "0.00");
  assert_text (ord_text_number (NAN, 2), "–");
  assert_text (ord_text_number (2.5e12, 0), "2.5e+12");
  assert_text (ord_text_label (120.0, 1), "120");
  assert_text (ord_text_label (-6.50, 2), "−6.5");
  assert_text (ord_text_label (100.0, 0), "100");
  assert_text (ord_text_with_unit ("5", "%"), "5%");
  assert_text (ord_text_with_unit ("5", ""), "5");
  assert_text (ord_text_with_unit ("5", "bar"), "5\u00a0bar");
}

static void
test_durations (void)
{
  assert_text (ord_text_duration (3.0), "a few seconds");
  assert_text (ord_text_duration (41.0), "45 seconds");
  assert_text (ord_text_duration (61.0), "1 minute");
  assert_text (ord_text_duration (200.0), "3 minutes");
  assert_text (ord_text_duration (4830.0), "1 h 21 min");
}

/* Range bar *************************************************************** */

static OrdRangeBar *
make_bar (double minimum,
          double maximum)
{
  OrdRangeBar *bar = ORD_RANGE_BAR (g_object_ref_sink (ord_range_bar_new ()));

  ord_range_bar_set_range (bar, minimum, maximum, 1, "bar");

  return bar;
}

static void
test_bar_places (void)
{
  g_autoptr (OrdRangeBar) bar = make_bar (10.0, 20.0);
  double left  = ord_range_bar_place (bar, 10.0, 200.0);
  double right = ord_range_bar_place (bar, 20.0, 200.0);

  g_assert_cmpfloat (left, >, 0.0);
  g_assert_cmpfloat_with_epsilon (left, 200.0 - right, 1e-9);
  g_assert_cmpfloat_with_epsilon (ord_range_bar_place (bar, 15.0, 200.0),
                                  100.0, 1e-9);
  g_assert_cmpfloat_with_epsilon (ord_range_bar_place (bar, 12.5, 200.0),
                                  left + 0.25 * (right - left), 1e-9);
}

static void
test_bar_outside (void)
{
  g_autoptr (OrdRangeBar) bar = make_bar (10.0, 20.0);

  g_assert_cmpfloat (ord_range_bar_place (bar, 9.9, 200.0), <,
                     ord_range_bar_place (bar, 10.0, 200.0));
  g_assert_cmpfloat (ord_range_bar_place (bar, -1e6, 200.0), ==, 0.0);
  g_assert_cmpfloat (ord_range_bar_place (bar, 1e6, 200.0), ==, 200.0);
}

static void
test_bar_empty_range (void)
{
  g_autoptr (OrdRangeBar) bar = make_bar (3.0, 3.0);

  g_assert_cmpfloat (ord_range_bar_place (bar, 3.0, 100.0), ==, 50.0);
  g_assert_cmpfloat (ord_range_bar_place (bar, 2.0, 100.0), <, 50.0);
}

static void
test_bar_spoken (void)
{
  g_autoptr (OrdRangeBar) bar = make_bar (10.0, 20.0);
  AtkObject *accessible = gtk_widget_get_accessible (GTK_WIDGET (bar));

  ord_range_bar_set_value (bar, 12.0, 11.0, 13.5);
  g_assert_cmpstr (atk_object_get_description (accessible), ==,
                   "12.0, interval 11.0 to 13.5; the training labels run from "
                   "10 to 20");
}

/* Map geometry ************************************************************ */

static OrdMapPlot *
make_plot (guint n)
{
  OrdMapPlot *plot = ord_map_plot_new ();
  g_autoptr (GRand)  rand   = g_rand_new_with_seed (3);
  g_autofree float  *points = g_new (float, 2 * n);

  for (guint i = 0; i < 2 * n; i++)
    points[i] = (float) g_rand_double_range (rand, -5.0, 5.0);
  ord_map_plot_set_points (plot, points, n);
  ord_map_plot_set_area (plot, 20.0, 10.0, 400.0, 300.0);

  return plot;
}

static void
test_plot_shows_all (void)
{
  OrdMapPlot *plot = make_plot (200);

  for (guint i = 0; i < 200; i++)
    {
      double x, y;

      ord_map_plot_locate (plot, i, &x, &y);
      g_assert_true (x >= 20.0 && x <= 420.0 && y >= 10.0 && y <= 310.0);
    }
  ord_map_plot_free (plot);
}

static void
test_plot_picks (void)
{
  OrdMapPlot *plot = make_plot (200);
  double x, y;

  ord_map_plot_locate (plot, 77, &x, &y);
  g_assert_cmpint (ord_map_plot_pick (plot, x + 0.1, y - 0.1, 3.0), ==, 77);
  g_assert_cmpint (ord_map_plot_pick (plot, -500.0, -500.0, 9.0), ==, -1);
  ord_map_plot_free (plot);
}

static void
test_plot_zoom_keeps_pointer (void)
{
  OrdMapPlot *plot = make_plot (50);
  double x, y, after_x, after_y, other_x, other_y, moved_x, moved_y;

  ord_map_plot_locate (plot, 7, &x, &y);
  ord_map_plot_locate (plot, 8, &other_x, &other_y);
  ord_map_plot_zoom (plot, 2.0, x, y);
  ord_map_plot_locate (plot, 7, &after_x, &after_y);
  ord_map_plot_locate (plot, 8, &moved_x, &moved_y);

  g_assert_cmpfloat_with_epsilon (x, after_x, 1e-3);
  g_assert_cmpfloat_with_epsilon (y, after_y, 1e-3);
  g_assert_cmpfloat_with_epsilon (moved_x - x, 2.0 * (other_x - x), 1e-3);
  g_assert_cmpfloat_with_epsilon (moved_y - y, 2.0 * (other_y - y), 1e-3);
  ord_map_plot_free (plot);
}

/* The slow way to say it: no other point in the quadrant is nearer by the
 * same measure, and the answer lies in that quadrant. */
static void
test_plot_next (void)
{
  static const int directions[4][2] = { { 1, 0 }, { -1, 0 }, { 0, 1 },
                                        { 0, -1 } };
  OrdMapPlot *plot = make_plot (120);

  for (guint from = 0; from < 120; from++)
    for (int d = 0; d < 4; d++)
      {
        int    dx = directions[d][0], dy = directions[d][1];
        double x, y, px, py, along, aside;
        int    next;

        ord_map_plot_locate (plot, from, &x, &y);
        next = ord_map_plot_next (plot, x, y, dx, dy);
        g_assert_cmpint (next, !=, (int) from);
        if (next < 0)
          continue;

        ord_map_plot_locate (plot, next, &px, &py);
        along = (px - x) * dx + (py - y) * dy;
        aside = dx ? fabs (py - y) : fabs (px - x);
        g_assert_cmpfloat (along, >, 0.0);
        g_assert_cmpfloat (aside, <=, along);

        for (guint i = 0; i < 120; i++)
          {
            double qx, qy, far, wide;

            ord_map_plot_locate (plot, i, &qx, &qy);
            far = (qx - x) * dx + (qy - y) * dy;
            wide = dx ? fabs (qy - y) : fabs (qx - x);
            if (far >= 0.5 && wide <= far)
              g_assert_cmpfloat (far + 2.0 * wide, >=,
                                 along + 2.0 * aside - 1e-9);
          }
      }

  ord_map_plot_free (plot);
}

static void
test_plot_reveals (void)
{
  OrdMapPlot *plot = make_plot (50);
  double x, y;

  ord_map_plot_zoom (plot, 40.0, 20.0, 10.0);
  ord_map_plot_reveal (plot, 31);
  ord_map_plot_locate (plot, 31, &x, &y);
  g_assert_true (x >= 20.0 && x <= 420.0 && y >= 10.0 && y <= 310.0);
  ord_map_plot_free (plot);
}

static void
test_plot_one_point (void)
{
  OrdMapPlot *plot = ord_map_plot_new ();
  float  place[2] = { 4.0f, -2.0f };
  double x, y;

  ord_map_plot_set_points (plot, place, 1);
  ord_map_plot_set_area (plot, 0.0, 0.0, 100.0, 60.0);
  ord_map_plot_locate (plot, 0, &x, &y);
  g_assert_cmpfloat (x, ==, 50.0);
  g_assert_cmpfloat (y, ==, 30.0);
  g_assert_cmpint (ord_map_plot_next (plot, x, y, 1, 0), ==, -1);
  ord_map_plot_free (plot);
}

static void
test_plot_outlier (void)
{
  OrdMapPlot *plot = make_plot (50);
  float  far[2] = { 1e6f, 0.0f };
  double x1, y1, x2, y2;

  ord_map_plot_include (plot, far);
  ord_map_plot_reset (plot);
  ord_map_plot_locate (plot, 0, &x1, &y1);
  ord_map_plot_locate (plot, 1, &x2, &y2);
  g_assert_cmpfloat (hypot (x1 - x2, y1 - y2), >, 5.0);
  ord_map_plot_free (plot);
}

static guint32
pixel (cairo_surface_t *surface,
       int              x,
       int              y)
{
  return ((guint32 *) (cairo_image_surface_get_data (surface)
                       + y * cairo_image_surface_get_stride (surface)))[x]
         & 0xffffff;
}

static void
test_plot_colours (void)
{
  float            points[4] = { 0.0f, 0.0f, 1.0f, 0.0f };
  double           shares[2] = { 0.0, 1.0 };
  GdkRGBA          ink       = { 0.0, 0.0, 0.0, 1.0 };
  OrdMapPlot      *plot      = ord_map_plot_new ();
  cairo_surface_t *surface   = cairo_image_surface_create (
                                 CAIRO_FORMAT_ARGB32, 200, 100);
  cairo_t         *cr        = cairo_create (surface);

  ord_map_plot_set_points (plot, points, 2);
  ord_map_plot_set_shares (plot, shares);
  ord_map_plot_set_area (plot, 0.0, 0.0, 200.0, 100.0);
  ord_map_plot_draw (plot, cr, &ink, 1);
  cairo_surface_flush (surface);

  for (int i = 0; i < 2; i++)
    {
      OrdColour expected;
      double    x, y;
      guint32   drawn;

      ord_map_plot_locate (plot, i, &x, &y);
      ord_colour_map (shares[i], &expected);
      drawn = pixel (surface, (int) x, (int) y);
      g_assert_cmpfloat_with_epsilon ((drawn >> 16 & 255) / 255.0,
                                      expected.red, 0.02);
      g_assert_cmpfloat_with_epsilon ((drawn >> 8 & 255) / 255.0,
                                      expected.green, 0.02);
      g_assert_cmpfloat_with_epsilon ((drawn & 255) / 255.0, expected.blue,
                                      0.02);
    }

  cairo_destroy (cr);
  cairo_surface_destroy (surface);
  ord_map_plot_free (plot);
}

/* Recent models *********************************************************** */

static void
test_recent (void)
{
  g_autoptr (GPtrArray) list = NULL;

  ord_recent_add ("/models/a.ordinate", "Age [bone]");
  ord_recent_add ("/models/b.ordinate", "Cells");
  ord_recent_add ("/models/a.ordinate", "Age, again");

  list = ord_recent_list ();
  g_assert_cmpuint (list->len, ==, 2);
  g_assert_cmpstr (((OrdRecent *) list->pdata[0])->title, ==, "Age, again");
  g_assert_cmpstr (((OrdRecent *) list->pdata[1])->path, ==,
                   "/models/b.ordinate");

  g_ptr_array_unref (list);
  ord_recent_remove ("/models/a.ordinate");
  list = ord_recent_list ();
  g_assert_cmpuint (list->len, ==, 1);
}

static void
test_recent_limit (void)
{
  g_autoptr (GPtrArray) list = NULL;

  for (int i = 0; i < 2 * ORD_RECENT_MAX; i++)
    {
      g_autofree char *path = g_strdup_printf ("/models/%d.ordinate", i);

      ord_recent_add (path, "Model");
    }

  list = ord_recent_list ();
  g_assert_cmpuint (list->len, ==, ORD_RECENT_MAX);
}

int
main (int    argc,
      char **argv)
{
  ui_test_init (&argc, &argv);

  g_test_add_func ("/text/decimals-follow-the-spread", test_decimals);
  g_test_add_func ("/text/numbers-are-written-for-people", test_numbers);
  g_test_add_func ("/text/durations-are-rounded", test_durations);
  g_test_add_func ("/range-bar/places-values-evenly", test_bar_places);
  g_test_add_func ("/range-bar/values-outside-stay-on-the-bar",
                   test_bar_outside);
  g_test_add_func ("/range-bar/a-range-of-one-value-is-its-middle",
                   test_bar_empty_range);
  g_test_add_func ("/range-bar/says-what-it-shows", test_bar_spoken);
  g_test_add_func ("/map/everything-is-in-view-at-first", test_plot_shows_all);
  g_test_add_func ("/map/picks-the-point-under-the-pointer", test_plot_picks);
  g_test_add_func ("/map/zoom-keeps-what-is-under-the-pointer",
                   test_plot_zoom_keeps_pointer);
  g_test_add_func ("/map/arrows-find-the-nearest-in-their-direction",
                   test_plot_next);
  g_test_add_func ("/map/a-selected-point-comes-into-view", test_plot_reveals);
  g_test_add_func ("/map/one-point-is-in-the-middle", test_plot_one_point);
  g_test_add_func ("/map/an-outlier-does-not-shrink-the-rest",
                   test_plot_outlier);
  g_test_add_func ("/map/dots-have-their-values-colours", test_plot_colours);
  g_test_add_func ("/recent/the-last-one-is-first", test_recent);
  g_test_add_func ("/recent/old-ones-are-forgotten", test_recent_limit);

  return ui_test_run ();
}
