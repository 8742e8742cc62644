/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The learning curves of all methods in one drawing: by epochs, which are the
 * same work, and by time, which is what they cost.
 */
#include "ord-report-private.h"

#include <math.h>

#include "ord-plot.h"

#define WIDTH 370.0
#define HEIGHT 220.0
#define LABEL_HEIGHT 14.0  /* of a method's name beside its curve */
#define LABEL_WIDTH 6.6    /* of a letter */
#define N_STEPS 5

/* A first epoch can be so bad that the rest would be a flat line. */
#define TALLEST 3.0        /* times the worst last one */

typedef struct
{
  const char *title;
  double      seconds;     /* in its unit; 0 for epochs */
} Clock;

static double
when (const OrdEpoch *epoch,
      const Clock    *clock)
{
  return clock->seconds > 0.0 ? epoch->seconds / clock->seconds : epoch->epoch;
}

static const GArray *
history_of (const OrdComparison *comparison,
            guint                row)
{
  return ord_report_parts (ord_report_row (comparison, row))->history;
}

/* NaN where none was measured. */
static double
last_mae (const GArray *history)
{
  for (guint i = history->len; i-- > 0;)
    {
      double mae = g_array_index (history, OrdEpoch, i).validation_mae;

      if (isfinite (mae))
        return mae;
    }
  return NAN;
}

static Clock
choose_clock (const OrdComparison *comparison)
{
  double longest = 0.0;

  for (guint r = 0; r < comparison->rows->len; r++)
    {
      const GArray *history = history_of (comparison, r);

      if (history->len > 0)
        longest = fmax (longest, g_array_index (history, OrdEpoch,
                                                history->len - 1).seconds);
    }
  if (longest > 3.0 * 3600.0)
    return (Clock) { "time of training (hours)", 3600.0 };
  if (longest > 3.0 * 60.0)
    return (Clock) { "time of training (minutes)", 60.0 };
  return (Clock) { "time of training (seconds)", 1.0 };
}

/* Returns whether something is left out above. */
static gboolean
choose_axes (OrdPlotFrame        *frame,
             const OrdComparison *comparison,
             const Clock         *clock)
{
  OrdRange xs = ORD_RANGE_EMPTY, ys = ORD_RANGE_EMPTY;
  double   worst = NAN;
  gboolean is_cut = FALSE;

  ord_range_add (&xs, 0.0);
  for (guint r = 0; r < comparison->rows->len; r++)
    worst = fmax (worst, last_mae (history_of (comparison, r)));
  for (guint r = 0; r < comparison->rows->len; r++)
    {
      const GArray *history = history_of (comparison, r);

      for (guint i = 0; i < history->len; i++)
        {
          const OrdEpoch *epoch = &g_array_index (history, OrdEpoch, i);

          ord_range_add (&xs, when (epoch, clock));
          if (epoch->validation_mae > TALLEST * worst)
            is_cut = TRUE;
          else
            ord_range_add (&ys, epoch->validation_mae);
        }
    }
  if (is_cut)
    ord_range_add (&ys, TALLEST * worst);

  /* There is no half an epoch. */
  ord_axis_cover (&frame->x, &xs,
                  clock->seconds > 0.0
                    ? N_STEPS : (guint) CLAMP (xs.high, 1.0, N_STEPS));
  ord_axis_cover (&frame->y, &ys, N_STEPS);
  return is_cut;
}

static gboolean
add_plot (GString             *page,
          const OrdComparison *comparison,
          const Clock         *clock)
{
  const char         *unit =
    ord_dataset_get_unit (ord_report_dataset (comparison));
  g_autofree char    *y_title =
    *unit ? g_strdup_printf ("validation MAE (%s)", unit)
          : g_strdup ("validation MAE");
  OrdPlotFrame        frame = { .name = "Learning curves",
                                .x_title = clock->title, .y_title = y_title,
                                .width = WIDTH };
  glong               longest = 0;
  gboolean            is_cut = choose_axes (&frame, comparison, clock);
  OrdPlot            *plot;

  for (guint r = 0; r < comparison->rows->len; r++)
    longest = MAX (longest,
                   g_utf8_strlen (ord_report_row (comparison, r)->name, -1));
  frame.height = MAX (HEIGHT, LABEL_HEIGHT * comparison->rows->len);
  frame.right = 24.0 + LABEL_WIDTH * (double) CLAMP (longest, 8, 60);

  g_string_append (page, "<figure>\n");
  plot = ord_plot_begin (page, &frame);
  for (guint r = 0; r < comparison->rows->len; r++)
    {
      const GArray      *history = history_of (comparison, r);
      g_autofree double *xs = g_new (double, history->len);
      g_autofree double *ys = g_new (double, history->len);

      gsize              n = 0;

      /* Not every epoch is measured; the curve goes on over those that are. */
      for (guint i = 0; i < history->len; i++)
        {
          const OrdEpoch *epoch = &g_array_index (history, OrdEpoch, i);

          if (!isfinite (epoch->validation_mae))
            continue;
          xs[n] = when (epoch, clock);
          ys[n++] = epoch->validation_mae;
        }
      ord_plot_series (plot, xs, ys, n, r);
    }
  for (guint r = 0; r < comparison->rows->len; r++)
    ord_plot_edge_label (plot, last_mae (history_of (comparison, r)),
                         ord_report_row (comparison, r)->name, (int) r);
  ord_plot_end (plot);
  g_string_append (page, "</figure>\n");
  return is_cut;
}

void
ord_report_add_curves (GString             *page,
                       const OrdComparison *comparison)
{
  const Clock epochs = { "epochs", 0.0 };
  const Clock time = choose_clock (comparison);
  gboolean    is_cut;

  ord_report_open (page, "Learning curves",
                   "The mean absolute error on the validation images during "
                   "training, by epochs and by the time that they took. Names "
                   "stand at the height where the curves end.");
  g_string_append (page, "<div class=\"plots wide\">\n");
  is_cut = add_plot (page, comparison, &epochs);
  is_cut |= add_plot (page, comparison, &time);
  g_string_append (page, "</div>\n");
  if (is_cut)
    g_string_append (page, "<p>Early errors more than three times those at the "
                           "end lie above the drawing.</p>\n");
  ord_report_close (page);
}
