/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Answers and errors on the test images: each kind of drawing for all methods
 * side by side, with the same axes, and for each component of the label.
 */
#include "ord-report-private.h"

#include <math.h>

#include "ord-markup.h"
#include "ord-plot.h"

#define MAX_POINTS 2000
#define N_STEPS 5
#define N_BINS 7
#define AREA 195.0         /* pixels */
#define NARROW_AREA 180.0  /* leaves room for values beside it */
#define LOW_AREA 155.0
#define WIDE_AREA 260.0
#define DIGIT_WIDTH 5.6    /* of the counts */
#define LIMITS 1.96        /* standard deviations that hold 95 % */
#define HEADROOM 1.15      /* for the counts above the errors */

/* Of one row and one component. */
typedef struct
{
  double *truths;          /* (n) */
  double *values;          /* (n) */
  double *means;           /* (n), of the two */
  double *differences;     /* (n), value − truth */
  gsize   n;
  double  mae;
  double  bias;            /* mean difference */
  double  sd;              /* of the differences; NaN with one */
} Answers;

static void
answers_free (Answers *answers)
{
  g_free (answers->truths);
  g_free (answers->values);
  g_free (answers->means);
  g_free (answers->differences);
  g_free (answers);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Answers, answers_free)

/* Leaves out what is not a number. */
static Answers *
answers_new (const OrdComparison    *comparison,
             const OrdComparisonRow *row,
             guint                   component)
{
  Answers *answers = g_new0 (Answers, 1);
  double   squares = 0.0;

  answers->truths = g_new (double, comparison->n);
  answers->values = g_new (double, comparison->n);
  answers->means = g_new (double, comparison->n);
  answers->differences = g_new (double, comparison->n);

  for (gsize i = 0; i < comparison->n; i++)
    {
      gsize  at = i * comparison->n_labels + component;
      double truth = comparison->truths[at];
      double value = row->values[at];

      if (!isfinite (truth) || !isfinite (value))
        continue;
      answers->truths[answers->n] = truth;
      answers->values[answers->n] = value;
      answers->means[answers->n] = 0.5 * truth + 0.5 * value;
      answers->differences[answers->n] = value - truth;
      answers->n++;
    }

  for (gsize i = 0; i < answers->n; i++)
    {
      answers->bias += answers->differences[i] / answers->n;
      answers->mae += fabs (answers->differences[i]) / answers->n;
    }
  for (gsize i = 0; i < answers->n; i++)
    squares += pow (answers->differences[i] - answers->bias, 2.0);
  answers->sd = answers->n > 1 ? sqrt (squares / (answers->n - 1)) : NAN;
  return answers;
}

/* (element-type Answers) of all rows. */
static GPtrArray *
collect (const OrdComparison *comparison,
         guint                component)
{
  GPtrArray *all =
    g_ptr_array_new_with_free_func ((GDestroyNotify) answers_free);

  for (guint i = 0; i < comparison->rows->len; i++)
    g_ptr_array_add (all, answers_new (comparison,
                                       ord_report_row (comparison, i),
                                       component));
  return all;
}

static void
add_points (OrdPlot      *plot,
            const double *xs,
            const double *ys,
            gsize         n)
{
  gsize              n_drawn = MIN (n, (gsize) MAX_POINTS);
  g_autofree double *thin_xs = g_new (double, n_drawn);
  g_autofree double *thin_ys = g_new (double, n_drawn);

  for (gsize i = 0; i < n_drawn; i++)
    {
      thin_xs[i] = xs[i * n / n_drawn];
      thin_ys[i] = ys[i * n / n_drawn];
    }
  ord_plot_points (plot, thin_xs, thin_ys, n_drawn);
}

/* "Each dot is a test image", and how many of them. */
static char *
explain (const OrdComparison *comparison,
         const char          *text)
{
  GString *explanation = g_string_new ("Each dot is a test image");

  if (comparison->n > MAX_POINTS)
    {
      g_string_append (explanation, " (");
      ord_markup_count (explanation, MAX_POINTS);
      g_string_append (explanation, " of ");
      ord_markup_count (explanation, comparison->n);
      g_string_append (explanation, " are drawn, evenly picked; numbers are of "
                                    "all)");
    }
  g_string_append (explanation, text);
  return g_string_free (explanation, FALSE);
}

static void
add_caption (GString                *page,
             const OrdComparison    *comparison,
             const OrdComparisonRow *row,
             const Answers          *answers)
{
  g_string_append (page, "<figcaption><b>");
  ord_markup_text (page, row->name);
  g_string_append (page, "</b> <span>MAE ");
  ord_markup_number (page, answers->mae,
                     ord_markup_decimals (answers->mae, 3));
  ord_report_add_unit (page, comparison);
  g_string_append (page, "</span></figcaption>\n");
}

/* A figure of one row: its caption, and the plot that ord_plot_end() and
 * end_figure() close. @what names it for those who cannot see it. */
static OrdPlot *
begin_figure (GString             *page,
              OrdPlotFrame        *frame,
              const OrdComparison *comparison,
              GPtrArray           *all,
              guint                r,
              const char          *what)
{
  const OrdComparisonRow *row = ord_report_row (comparison, r);
  g_autofree char        *name = g_strdup_printf ("%s, %s", what, row->name);
  OrdPlot                *plot;

  g_string_append (page, "<figure>\n");
  add_caption (page, comparison, row, g_ptr_array_index (all, r));
  frame->name = name;
  plot = ord_plot_begin (page, frame);
  /* It has been written; the text goes. */
  frame->name = NULL;
  return plot;
}

static void
end_figure (GString *page,
            OrdPlot *plot)
{
  ord_plot_end (plot);
  g_string_append (page, "</figure>\n");
}

/* -- predicted against actual ------------------------------------------------- */

static void
add_scatters (GString             *page,
              const OrdComparison *comparison,
              guint                component)
{
  g_autoptr (GPtrArray) all = collect (comparison, component);
  g_autofree char      *x_title = ord_report_title (comparison, "actual",
                                                    component);
  g_autofree char      *y_title = ord_report_title (comparison, "predicted",
                                                    component);
  OrdPlotFrame          frame = { .x_title = x_title, .y_title = y_title,
                                  .width = AREA, .height = AREA, .right = 10 };
  OrdRange              range = ORD_RANGE_EMPTY;

  for (guint r = 0; r < all->len; r++)
    {
      const Answers *answers = g_ptr_array_index (all, r);

      for (gsize i = 0; i < answers->n; i++)
        {
          ord_range_add (&range, answers->truths[i]);
          ord_range_add (&range, answers->values[i]);
        }
    }
  ord_axis_cover (&frame.x, &range, N_STEPS);
  frame.y = frame.x;

  g_string_append (page, "<div class=\"plots\">\n");
  for (guint r = 0; r < all->len; r++)
    {
      const Answers *answers = g_ptr_array_index (all, r);
      OrdPlot       *plot = begin_figure (page, &frame, comparison, all, r,
                                          "Predicted against actual");

      add_points (plot, answers->truths, answers->values, answers->n);
      ord_plot_line (plot, frame.x.low, frame.y.low, frame.x.high, frame.y.high,
                     "guide");
      end_figure (page, plot);
    }
  g_string_append (page, "</div>\n");
}

/* -- Bland and Altman --------------------------------------------------------- */

static void
add_limit (OrdPlot       *plot,
           const OrdAxis *x,
           double         y,
           const char    *style,
           int            decimals)
{
  g_autofree char *text = ord_markup_number_new (y, decimals);

  if (!isfinite (y))
    return;
  ord_plot_line (plot, x->low, y, x->high, y, style);
  ord_plot_edge_label (plot, y, text, -1);
}

static void
add_bland_altmans (GString             *page,
                   const OrdComparison *comparison,
                   guint                component)
{
  g_autoptr (GPtrArray) all = collect (comparison, component);
  g_autofree char      *x_title =
    ord_report_title (comparison, "mean of predicted and actual", component);
  g_autofree char      *y_title =
    ord_report_title (comparison, "predicted − actual", component);
  OrdPlotFrame          frame = { .x_title = x_title, .y_title = y_title,
                                  .width = NARROW_AREA, .height = LOW_AREA };
  OrdRange              means = ORD_RANGE_EMPTY;
  OrdRange              differences = ORD_RANGE_EMPTY;
  int                   decimals = 0;
  gsize                 longest = 0;

  for (guint r = 0; r < all->len; r++)
    {
      const Answers   *answers = g_ptr_array_index (all, r);
      g_autofree char *text = NULL;

      for (gsize i = 0; i < answers->n; i++)
        {
          ord_range_add (&means, answers->means[i]);
          ord_range_add (&differences, answers->differences[i]);
        }
      ord_range_add (&differences, answers->bias - LIMITS * answers->sd);
      ord_range_add (&differences, answers->bias + LIMITS * answers->sd);
      decimals = MAX (decimals, ord_markup_decimals (answers->sd, 3));
      text = ord_markup_number_new (-LIMITS * answers->sd, decimals);
      longest = MAX (longest, (gsize) g_utf8_strlen (text, -1));
    }
  ord_axis_cover (&frame.x, &means, N_STEPS);
  ord_axis_cover (&frame.y, &differences, N_STEPS);
  frame.right = 16.0 + 6.5 * longest;

  g_string_append (page, "<div class=\"plots\">\n");
  for (guint r = 0; r < all->len; r++)
    {
      const Answers *answers = g_ptr_array_index (all, r);
      OrdPlot       *plot = begin_figure (page, &frame, comparison, all, r,
                                          "Difference against mean");

      add_points (plot, answers->means, answers->differences, answers->n);
      if (answers->n > 0)
        add_limit (plot, &frame.x, answers->bias, "guide", decimals);
      add_limit (plot, &frame.x, answers->bias + LIMITS * answers->sd, "rule",
                 decimals);
      add_limit (plot, &frame.x, answers->bias - LIMITS * answers->sd, "rule",
                 decimals);
      end_figure (page, plot);
    }
  g_string_append (page, "</div>\n");
}

/* -- error by value ----------------------------------------------------------- */

typedef struct
{
  guint  n;
  double mean;
  double error;            /* standard error of the mean; NaN with one */
} Bin;

/* (n_bins): the absolute errors between one tick of @axis and the next. */
static void
fill_bins (const Answers *answers,
           const OrdAxis *axis,
           Bin           *bins,
           guint          n_bins)
{
  g_autofree double *squares = g_new0 (double, n_bins);
  g_autofree guint  *places = g_new (guint, answers->n);

  for (guint b = 0; b < n_bins; b++)
    bins[b] = (Bin) { 0 };
  for (gsize i = 0; i < answers->n; i++)
    {
      double place = floor ((answers->truths[i] - axis->low) / axis->step);

      places[i] = (guint) CLAMP (place, 0.0, n_bins - 1.0);
      bins[places[i]].n++;
    }
  for (gsize i = 0; i < answers->n; i++)
    bins[places[i]].mean +=
      fabs (answers->differences[i]) / bins[places[i]].n;
  for (gsize i = 0; i < answers->n; i++)
    squares[places[i]] +=
      pow (fabs (answers->differences[i]) - bins[places[i]].mean, 2.0);
  for (guint b = 0; b < n_bins; b++)
    bins[b].error = bins[b].n > 1
                    ? sqrt (squares[b] / (bins[b].n - 1) / bins[b].n) : NAN;
}

/* As many as leave room for their counts. Returns their number. */
static guint
choose_bins (const OrdComparison *comparison,
             const Answers       *answers,
             guint                component,
             OrdAxis             *axis)
{
  OrdRange truths = ORD_RANGE_EMPTY;
  guint    n_bins = 1;

  for (gsize i = 0; i < comparison->n; i++)
    ord_range_add (&truths,
                   comparison->truths[i * comparison->n_labels + component]);

  for (guint n_steps = N_BINS; n_steps >= 2; n_steps--)
    {
      g_autofree Bin *bins = NULL;
      guint           most = 1;

      ord_axis_cover (axis, &truths, n_steps);
      n_bins = MAX (ord_axis_get_n_ticks (axis), 2) - 1;
      bins = g_new (Bin, n_bins);
      fill_bins (answers, axis, bins, n_bins);
      for (guint b = 0; b < n_bins; b++)
        most = MAX (most, bins[b].n);
      if (DIGIT_WIDTH * (floor (log10 (most)) + 1.5) < WIDE_AREA / n_bins)
        break;
    }
  return n_bins;
}

static void
add_bins (OrdPlot            *plot,
          const OrdPlotFrame *frame,
          const Bin          *bins,
          guint               n_bins)
{
  for (guint b = 0; b < n_bins; b++)
    {
      double           x = frame->x.low + (b + 0.5) * frame->x.step;
      g_autofree char *count = g_strdup_printf ("%u", bins[b].n);

      ord_plot_note (plot, x, frame->y.high, count);
      if (bins[b].n > 0)
        ord_plot_bars (plot, &x, &bins[b].mean, &bins[b].error, 1);
    }
}

static void
add_errors_by_value (GString             *page,
                     const OrdComparison *comparison,
                     guint                component)
{
  g_autoptr (GPtrArray) all = collect (comparison, component);
  g_autofree char      *x_title = ord_report_title (comparison, "actual",
                                                    component);
  g_autofree char      *y_title =
    ord_report_title (comparison, "mean absolute error", component);
  OrdPlotFrame          frame = { .x_title = x_title, .y_title = y_title,
                                  .width = WIDE_AREA, .height = LOW_AREA,
                                  .right = 10 };
  OrdRange              errors = ORD_RANGE_EMPTY;
  g_autofree Bin       *bins = NULL;
  guint                 n_bins;

  n_bins = choose_bins (comparison, g_ptr_array_index (all, 0), component,
                        &frame.x);
  bins = g_new (Bin, (gsize) all->len * n_bins);
  ord_range_add (&errors, 0.0);
  for (guint r = 0; r < all->len; r++)
    {
      Bin *own = bins + (gsize) r * n_bins;

      fill_bins (g_ptr_array_index (all, r), &frame.x, own, n_bins);
      for (guint b = 0; b < n_bins; b++)
        if (own[b].n > 0)
          ord_range_add (&errors,
                         HEADROOM * (own[b].mean + (own[b].n > 1 ? own[b].error
                                                                 : 0.0)));
    }
  ord_axis_cover (&frame.y, &errors, N_STEPS);

  g_string_append (page, "<div class=\"plots wide\">\n");
  for (guint r = 0; r < all->len; r++)
    {
      OrdPlot *plot = begin_figure (page, &frame, comparison, all, r,
                                    "Error by value");

      add_bins (plot, &frame, bins + (gsize) r * n_bins, n_bins);
      end_figure (page, plot);
    }
  g_string_append (page, "</div>\n");
}

/* -- the sections ------------------------------------------------------------- */

void
ord_report_add_answers (GString             *page,
                        const OrdComparison *comparison)
{
  static const struct
  {
    const char *heading;
    const char *explanation;
    gboolean    has_dots;
    void      (*add) (GString             *page,
                      const OrdComparison *comparison,
                      guint                component);
  } kinds[] = {
    { "Predicted against actual",
      ". On the line, both values are the same.", TRUE, add_scatters },
    { "Difference against mean",
      ": the difference of its predicted and actual value against their mean, "
      "as Bland and Altman draw it. The line is the mean difference; between "
      "the dashed ones, 1.96 standard deviations from it, lie about 95\u00a0% "
      "of the differences.", TRUE, add_bland_altmans },
    { "Error by value",
      "Test images by their actual value, and the mean absolute error in each "
      "bin, with its standard error. The numbers at the top count the images.",
      FALSE, add_errors_by_value },
  };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char *explanation =
        kinds[i].has_dots ? explain (comparison, kinds[i].explanation)
                          : g_strdup (kinds[i].explanation);

      ord_report_open (page, kinds[i].heading, explanation);
      for (guint k = 0; k < comparison->n_labels; k++)
        {
          ord_report_component (page, comparison, k);
          kinds[i].add (page, comparison, k);
        }
      ord_report_close (page);
    }
}
