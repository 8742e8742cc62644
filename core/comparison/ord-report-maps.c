/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The maps of the learnt spaces, coloured by each component of the label.
 */
#include "ord-report-private.h"

#include "ord-markup.h"
#include "ord-plot.h"

#define MAX_POINTS 3000
#define AREA 170.0
#define N_STEPS 4
#define BAR_ROOM 44.0
#define DIGIT_WIDTH 6.2

/* The colours mean the same in all maps. */
static void
choose_shades (OrdAxis             *axis,
               const OrdComparison *comparison,
               guint                component)
{
  OrdRange range = ORD_RANGE_EMPTY;

  for (guint r = 0; r < comparison->rows->len; r++)
    {
      const OrdModelParts *parts =
        ord_report_parts (ord_report_row (comparison, r));

      for (guint i = 0; i < parts->n_reference; i++)
        ord_range_add (&range, ord_dataset_get_sample (parts->dataset,
                                                       i)->labels[component]);
    }
  ord_axis_cover (axis, &range, N_STEPS);
}

static double
bar_room (const OrdAxis *axis)
{
  glong longest = 0;

  for (guint i = 0; i < ord_axis_get_n_ticks (axis); i++)
    {
      g_autofree char *label = ord_axis_get_label (axis, i);

      longest = MAX (longest, g_utf8_strlen (label, -1));
    }
  return BAR_ROOM + DIGIT_WIDTH * longest;
}

static void
add_map (GString                *page,
         const OrdComparisonRow *row,
         guint                   component,
         const OrdAxis          *shades,
         const char             *shades_title)
{
  const OrdModelParts *parts = ord_report_parts (row);
  const float         *points = ord_map_get_points (parts->map);
  gsize                n = ord_map_get_n (parts->map);
  gsize                n_drawn = MIN (n, (gsize) MAX_POINTS);
  g_autofree double   *xs = g_new (double, n_drawn);
  g_autofree double   *ys = g_new (double, n_drawn);
  g_autofree double   *shares = g_new (double, n_drawn);
  g_autofree char     *name = g_strdup_printf ("Map of the space, %s",
                                               row->name);
  OrdPlotFrame         frame = {
    .name = name,
    .x_title = "first axis (feature distance)",
    .y_title = "second axis (feature distance)",
    .width = AREA, .height = AREA, .right = bar_room (shades),
  };
  OrdRange             x_range = ORD_RANGE_EMPTY, y_range = ORD_RANGE_EMPTY;
  OrdPlot             *plot;

  for (gsize i = 0; i < n_drawn; i++)
    {
      gsize at = i * n / n_drawn;

      xs[i] = points[2 * at];
      ys[i] = points[2 * at + 1];
      shares[i] = ord_axis_place (
        shades, ord_dataset_get_sample (parts->dataset,
                                        (guint) at)->labels[component]);
      ord_range_add (&x_range, xs[i]);
      ord_range_add (&y_range, ys[i]);
    }
  ord_axis_cover (&frame.x, &x_range, N_STEPS);
  ord_axis_cover (&frame.y, &y_range, N_STEPS);
  ord_axis_equalise (&frame.x, &frame.y, frame.width / frame.height);

  g_string_append (page, "<figure>\n<figcaption><b>");
  ord_markup_text (page, row->name);
  g_string_append_printf (page, "</b> <span>%s</span></figcaption>\n",
                          ord_map_get_kind (parts->map) == ORD_MAP_ISOMAP
                            ? "Isomap" : "PCA");
  plot = ord_plot_begin (page, &frame);
  ord_plot_shaded (plot, xs, ys, shares, n_drawn);
  ord_plot_colour_bar (plot, shades, shades_title);
  ord_plot_end (plot);
  g_string_append (page, "</figure>\n");
}

void
ord_report_add_maps (GString             *page,
                     const OrdComparison *comparison)
{
  ord_report_open (page, "Maps of the learnt spaces",
                   "Each dot is a training image, coloured by its value. Where "
                   "colours run evenly from one end to the other, the space is "
                   "ordered by the label. Each space has a size of its own, so "
                   "the axes differ; both axes of one map have the same scale. "
                   "Large sets are thinned evenly.");
  for (guint k = 0; k < comparison->n_labels; k++)
    {
      g_autofree char *title = ord_report_title (comparison, "actual", k);
      OrdAxis          shades;

      choose_shades (&shades, comparison, k);
      ord_report_component (page, comparison, k);
      g_string_append (page, "<div class=\"plots\">\n");
      for (guint r = 0; r < comparison->rows->len; r++)
        add_map (page, ord_report_row (comparison, r), k, &shades, title);
      g_string_append (page, "</div>\n");
    }
  ord_report_close (page);
}
