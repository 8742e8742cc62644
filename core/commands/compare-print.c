/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A comparison as a table for people, and as JSON.
 */
#include "compare.h"

#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "../comparison/ord-measures.h"

#define NAME_WIDTH_AT_LEAST 12

static const OrdComparisonRow *
get_row (const OrdComparison *comparison,
         guint                i)
{
  return g_ptr_array_index (comparison->rows, i);
}

/* In a column of @width letters, bold on a terminal where it is @bold. */
static void
print_cell (const char *text,
            int         width,
            gboolean    bold)
{
  int blanks = width - (int) g_utf8_strlen (text, -1);

  bold = bold && isatty (STDOUT_FILENO);
  printf ("%*s%s%s%s", MAX (blanks, 1), "", bold ? "\033[1m" : "", text,
          bold ? "\033[0m" : "");
}

static void
print_number (double   value,
              int      digits,
              int      width,
              gboolean bold)
{
  g_autofree char *text = isfinite (value)
                          ? g_strdup_printf ("%.*f", digits, value)
                          : g_strdup ("–");

  print_cell (text, width, bold);
}

static void
print_row (const OrdComparison *comparison,
           guint                index,
           int                  name_width)
{
  const OrdComparisonRow *row = get_row (comparison, index);
  int                     decimals = ord_measure_error_decimals (comparison);
  g_autofree char        *interval =
    g_strdup_printf ("%.*f–%.*f", decimals, row->mae_low, decimals,
                     row->mae_high);

  printf ("%s%*s", row->name,
          name_width - (int) g_utf8_strlen (row->name, -1), "");
  print_number (row->mae, decimals, 9, index == comparison->best);
  printf ("%c", row->p < ORD_SIGNIFICANT ? '*' : ' ');
  print_cell (interval, 16, FALSE);
  if (comparison->n_seeds > 1)
    print_number (row->mae_sd, decimals, 9, FALSE);
  for (guint k = 0; k < comparison->n_labels && comparison->n_labels > 1; k++)
    print_number (row->component_mae[k], decimals, 12, FALSE);
  for (guint m = 0; m < ORD_N_MEASURES; m++)
    {
      const OrdMeasure *measure = &ord_measures[m];
      double            value = ord_measure_show (measure, row);

      /* Without a number in any row it is left out of the table. */
      if (!ord_measure_is_known (measure, comparison))
        continue;
      print_number (value,
                    measure->decimals < 0 ? decimals : measure->decimals,
                    measure->is_share ? 9 : 10,
                    value == ord_measure_best (measure, comparison));
      if (measure->p_offset)
        putchar (ord_measure_is_beaten (measure, row) ? '*' : ' ');
      fputs (measure->is_share ? "%" : "", stdout);
    }
  putchar ('\n');
}

static void
print_headings (const OrdComparison *comparison,
                OrdDataset          *dataset,
                int                  name_width)
{
  printf ("%-*s", name_width, "method");
  print_cell ("MAE", 9, FALSE);
  print_cell ("95 % interval", 17, FALSE);
  if (comparison->n_seeds > 1)
    print_cell ("± seeds", 9, FALSE);
  for (guint k = 0; k < comparison->n_labels && comparison->n_labels > 1; k++)
    print_cell (ord_dataset_get_label_name (dataset, k), 12, FALSE);
  for (guint m = 0; m < ORD_N_MEASURES; m++)
    if (ord_measure_is_known (&ord_measures[m], comparison))
      {
        print_cell (ord_measures[m].title, 10, FALSE);
        fputs (ord_measures[m].p_offset ? " " : "", stdout);
      }
  putchar ('\n');
}

/* What rows that come in pairs, with a covariate and without, differ by on the same
 * images. */
typedef struct
{
  const OrdComparisonRow *with;
  const OrdComparisonRow *without;
  double                  mae;
  double                  low; /* 95 % interval */
  double                  high;
} Difference;

static Difference
get_difference (const OrdComparison *comparison,
                guint                pair)
{
  Difference         found = { .with = get_row (comparison, 2 * pair),
                               .without = get_row (comparison, 2 * pair + 1) };
  g_autofree double *more = g_new (double, comparison->n);

  for (gsize i = 0; i < comparison->n; i++)
    more[i] = found.without->errors[i] - found.with->errors[i];
  found.mae = found.without->mae - found.with->mae;
  ord_comparison_interval (comparison, more, &found.low, &found.high);

  return found;
}

static void
print_difference (const OrdComparison *comparison,
                  guint                pair)
{
  Difference found = get_difference (comparison, pair);
  int        decimals = ord_measure_error_decimals (comparison);

  printf ("%s: MAE %+.*f against %s (95 %% interval %+.*f to %+.*f)\n",
          found.without->name, decimals, found.mae, found.with->name, decimals,
          found.low, decimals, found.high);
}

void
ord_compare_print_table (const OrdComparison *comparison,
                         gboolean             in_pairs)
{
  OrdDataset      *dataset =
    ord_model_get_parts (get_row (comparison, 0)->model)->dataset;
  const char      *unit = ord_dataset_get_unit (dataset);
  int              name_width = NAME_WIDTH_AT_LEAST;
  g_autofree char *mirrored = ord_comparison_describe_mirrored (comparison);

  for (guint i = 0; i < comparison->rows->len; i++)
    name_width = MAX (name_width, (int) g_utf8_strlen
                                    (get_row (comparison, i)->name, -1));
  print_headings (comparison, dataset, name_width);
  for (guint i = 0; i < comparison->rows->len; i++)
    print_row (comparison, i, name_width);

  printf ("\n%" G_GSIZE_FORMAT " test images, ", comparison->n);
  /* Intervals and stars go by them. */
  if (comparison->n_subjects < comparison->n)
    printf ("of %u groups, ", comparison->n_subjects);
  printf ("%u training images, %u epoch%s, %u seed%s%s%s.%s\n",
          comparison->n_train, comparison->epochs,
          comparison->epochs == 1 ? "" : "s", comparison->n_seeds,
          comparison->n_seeds == 1 ? "" : "s", *unit ? "; in " : "", unit,
          comparison->rows->len > 1
          ? "\n* The best of the column is lower at p < .05 (one-tailed paired "
            "t-test)." : "");
  if (mirrored)
    printf ("%s\n", mirrored);
  for (guint pair = 0; in_pairs && pair < comparison->rows->len / 2; pair++)
    print_difference (comparison, pair);
}

static void
add_differences (JsonBuilder         *builder,
                 const OrdComparison *comparison)
{
  json_builder_set_member_name (builder, "differences");
  json_builder_begin_array (builder);
  for (guint pair = 0; pair < comparison->rows->len / 2; pair++)
    {
      Difference found = get_difference (comparison, pair);

      json_builder_begin_object (builder);
      json_builder_set_member_name (builder, "with");
      json_builder_add_string_value (builder, found.with->name);
      json_builder_set_member_name (builder, "without");
      json_builder_add_string_value (builder, found.without->name);
      ord_command_add_number (builder, "mae", found.mae);
      ord_command_add_number (builder, "mae_low", found.low);
      ord_command_add_number (builder, "mae_high", found.high);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

void
ord_compare_print_json (const OrdComparison *comparison,
                        gboolean             in_pairs)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  OrdDataset             *dataset =
    ord_model_get_parts (get_row (comparison, 0)->model)->dataset;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "unit");
  json_builder_add_string_value (builder, ord_dataset_get_unit (dataset));
  json_builder_set_member_name (builder, "n");
  json_builder_add_int_value (builder, (gint64) comparison->n);
  json_builder_set_member_name (builder, "n_train");
  json_builder_add_int_value (builder, comparison->n_train);
  json_builder_set_member_name (builder, "epochs");
  json_builder_add_int_value (builder, comparison->epochs);
  json_builder_set_member_name (builder, "seeds");
  json_builder_add_int_value (builder, comparison->n_seeds);
  json_builder_set_member_name (builder, "methods");
  json_builder_begin_array (builder);
  for (guint i = 0; i < comparison->rows->len; i++)
    {
      const OrdComparisonRow *row = get_row (comparison, i);

      json_builder_begin_object (builder);
      json_builder_set_member_name (builder, "name");
      json_builder_add_string_value (builder, row->name);
      json_builder_set_member_name (builder, "method");
      json_builder_add_string_value (builder, row->method);
      ord_command_add_number (builder, "mae", row->mae);
      ord_command_add_number (builder, "mae_low", row->mae_low);
      ord_command_add_number (builder, "mae_high", row->mae_high);
      ord_command_add_number (builder, "mae_sd", row->mae_sd);
      ord_command_add_number (builder, "rmse", row->rmse);
      ord_command_add_number (builder, "pearson", row->pearson);
      for (guint m = 0; m < ORD_N_MEASURES; m++)
        ord_command_add_number (builder, ord_measures[m].key,
                                ord_measure_get (&ord_measures[m], row));
      if (comparison->n_labels > 1)
        ord_command_add_numbers (builder, "component_mae", row->component_mae,
                                 comparison->n_labels);
      ord_command_add_number (builder, "p", row->p);
      ord_command_add_number (builder, "p_d5", row->p_d5);
      json_builder_set_member_name (builder, "flip_horizontal");
      json_builder_add_int_value (builder, row->mirrored[ORD_FLIP_HORIZONTAL]);
      json_builder_set_member_name (builder, "flip_vertical");
      json_builder_add_int_value (builder, row->mirrored[ORD_FLIP_VERTICAL]);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  if (in_pairs)
    add_differences (builder, comparison);
  json_builder_end_object (builder);
  ord_command_print_json (builder);
}
