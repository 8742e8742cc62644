/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The table of measures, one row per method, as papers print it, and what each
 * measure means.
 */
#include "ord-report-private.h"

#include <math.h>
#include <string.h>

#include "ord-markup.h"
#include "ord-measures.h"


static gboolean
is_shown (const OrdComparison *comparison,
          const OrdMeasure    *measure)
{
  return measure->offset != G_STRUCT_OFFSET (OrdComparisonRow, foreign) ||
         ord_measure_is_known (measure, comparison);
}

static double
component_best (const OrdComparison *comparison,
                guint                component)
{
  double best = NAN;

  for (guint i = 0; i < comparison->rows->len; i++)
    best = fmin (best,
                 ord_report_row (comparison, i)->component_mae[component]);
  return best;
}

/* Bold where it reads like the best: nobody can see that they differ. */
static void
add_number (GString *page,
            double   value,
            double   best,
            int      decimals)
{
  g_autofree char *text = ord_markup_number_new (value, decimals);
  g_autofree char *other = ord_markup_number_new (best, decimals);
  gboolean         bold = isfinite (best) && strcmp (text, other) == 0;

  g_string_append_printf (page, bold ? "<b>%s</b>" : "%s", text);
}

static void
add_mae (GString                *page,
         const OrdComparison    *comparison,
         const OrdComparisonRow *row,
         int                     decimals)
{
  g_string_append (page, "<td>");
  add_number (page, row->mae, ord_report_row (comparison, comparison->best)->mae,
              decimals);
  if (row->p < ORD_SIGNIFICANT)
    g_string_append (page, "*");
  if (isfinite (row->mae_sd))
    {
      g_string_append (page, "\u00a0±\u00a0");
      ord_markup_number (page, row->mae_sd, decimals);
    }
  if (isfinite (row->mae_low) && isfinite (row->mae_high))
    {
      g_string_append (page, "<small>");
      ord_markup_number (page, row->mae_low, decimals);
      g_string_append (page, " to ");
      ord_markup_number (page, row->mae_high, decimals);
      g_string_append (page, "</small>");
    }
  g_string_append (page, "</td>");
}

static void
add_row (GString                *page,
         const OrdComparison    *comparison,
         const OrdComparisonRow *row)
{
  int decimals = ord_measure_error_decimals (comparison);

  g_string_append (page, "<tr><th scope=\"row\">");
  ord_markup_text (page, row->name);
  g_string_append (page, "</th>");
  add_mae (page, comparison, row, decimals);

  for (guint k = 0; comparison->n_labels > 1 && k < comparison->n_labels; k++)
    {
      double best = component_best (comparison, k);

      g_string_append (page, "<td>");
      add_number (page, row->component_mae[k], best,
                  ord_markup_decimals (best, ORD_ERROR_DIGITS));
      g_string_append (page, "</td>");
    }
  for (guint m = 0; m < ORD_N_MEASURES; m++)
    {
      const OrdMeasure *measure = &ord_measures[m];
      double            value = ord_measure_show (measure, row);

      if (!is_shown (comparison, measure))
        continue;
      g_string_append (page, "<td>");
      add_number (page, value, ord_measure_best (measure, comparison),
                  measure->decimals < 0 ? decimals : measure->decimals);
      if (ord_measure_is_beaten (measure, row))
        g_string_append (page, "*");
      if (measure->is_share && isfinite (value))
        g_string_append (page, "\u00a0%");
      g_string_append (page, "</td>");
    }
  g_string_append (page, "</tr>\n");
}

static void
add_heading (GString    *page,
             const char *title,
             const char *unit)
{
  g_string_append (page, "<th scope=\"col\">");
  ord_markup_text (page, title);
  if (unit && *unit)
    {
      g_string_append (page, "<small>");
      ord_markup_text (page, unit);
      g_string_append (page, "</small>");
    }
  g_string_append (page, "</th>");
}

static void
add_headings (GString             *page,
              const OrdComparison *comparison)
{
  OrdDataset *dataset = ord_report_dataset (comparison);
  const char *unit = ord_dataset_get_unit (dataset);

  g_string_append (page, "<thead><tr>");
  add_heading (page, "method", NULL);
  add_heading (page, "MAE", unit);
  for (guint k = 0; comparison->n_labels > 1 && k < comparison->n_labels; k++)
    {
      g_autofree char *title =
        g_strdup_printf ("MAE %s", ord_dataset_get_label_name (dataset, k));

      add_heading (page, title, unit);
    }
  for (guint m = 0; m < ORD_N_MEASURES; m++)
    if (is_shown (comparison, &ord_measures[m]))
      add_heading (page, ord_measures[m].title,
                   ord_measures[m].has_unit ? unit : NULL);
  g_string_append (page, "</tr></thead>\n");
}

static void
add_term (GString    *page,
          const char *term,
          const char *explanation)
{
  g_string_append_printf (page, "<div><dt>%s</dt><dd>%s</dd></div>\n", term,
                          explanation);
}

static void
add_legend (GString             *page,
            const OrdComparison *comparison)
{
  const OrdComparisonRow *best = ord_report_row (comparison, comparison->best);
  double                  stated = ord_report_parts (best)->intervals->coverage;
  g_autofree char        *percent = ord_markup_number_new (100.0 * stated, 0);
  g_autofree char        *coverage =
    g_strdup_printf ("the share of the true values inside their interval; the "
                     "best is near the stated %s\u00a0%%.", percent);
  /* Images of one group are not independent of each other. */
  const char             *whole =
    comparison->n_subjects < comparison->n ? "groups of test images"
                                           : "test images";
  g_autoptr (GString)     mae = g_string_new (
    comparison->n_labels > 1
      ? "the mean distance between predicted and actual label; lower is better."
      : "the mean absolute error; lower is better.");

  g_string_append_printf (mae, " Below it, its 95\u00a0%% bootstrap interval over "
                               "the %s.", whole);
  if (comparison->n_seeds > 1)
    g_string_append (mae, " ±: its standard deviation over the seeds.");
  if (comparison->rows->len > 1)
    {
      g_string_append (mae, " *: the errors of ");
      ord_markup_text (mae, best->name);
      g_string_append_printf (mae, " are lower at p\u00a0&lt;\u00a0.05 (one-tailed "
                                   "t-test, paired by %s); beside D5 the same of "
                                   "the best there.",
                              whole);
    }

  g_string_append (page, "<dl>\n");
  add_term (page, "MAE", mae->str);
  if (comparison->n_labels > 1)
    add_term (page, "MAE of a component",
              "the mean absolute error of this component of the label alone.");
  add_term (page, "R²", "the share of the labels' variance that the answers "
                        "explain; 1 is perfect, 0 as good as always answering "
                        "the mean.");
  add_term (page, "D5", "the mean label distance between a test image and the "
                        "5 test images nearest to it in the space; lower is "
                        "better.");
  add_term (page, "RV", "residual variance: 1 − the correlation of geodesic "
                        "distance in the space with label distance; lower is "
                        "better.");
  add_term (page, "coverage", coverage);
  add_term (page, "width", "the mean width of the interval; of two that cover "
                           "alike, the narrower one tells more.");
  add_term (page, "flagged", "the share of the test images that the model "
                             "called out of range; they are not, so few should "
                             "be.");
  if (is_shown (comparison, &ord_measures[ORD_N_MEASURES - 1]))
    add_term (page, "foreign", "the same share of pictures of something else; "
                               "here all should be.");
  add_term (page, "Bold", "the best of a column, where one direction is "
                          "better.");
  g_string_append (page, "</dl>\n");
}

void
ord_report_add_table (GString             *page,
                      const OrdComparison *comparison)
{
  g_string_append (page, "<section>\n<h2>Measures</h2>\n"
                         "<div class=\"scroll\"><table>\n");
  add_headings (page, comparison);
  g_string_append (page, "<tbody>\n");
  for (guint i = 0; i < comparison->rows->len; i++)
    add_row (page, comparison, ord_report_row (comparison, i));
  g_string_append (page, "</tbody>\n</table></div>\n");
  add_legend (page, comparison);
  ord_report_close (page);
}
