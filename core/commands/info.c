/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * `ordinate info MODEL`: what is in a model.
 */
#include "commands.h"

#include <math.h>
#include <stdio.h>

#include "../space/ord-novelty.h"

static void
count_splits (OrdDataset *dataset,
              guint       counts[ORD_N_SPLITS])
{
  for (int split = 0; split < ORD_N_SPLITS; split++)
    {
      g_autoptr (GArray) samples =
        ord_dataset_get_split (dataset, (OrdSplit) split);

      counts[split] = samples->len;
    }
}

static gsize
count_parameters (GPtrArray *tensors)
{
  gsize count = 0;

  /* Those of the novelty are measured, not learnt. */
  for (guint i = 0; i < tensors->len; i++)
    if (!ord_novelty_owns (g_ptr_array_index (tensors, i)))
      count += ord_tensor_count (g_ptr_array_index (tensors, i));
  return count;
}

static void
print_evaluation (const char          *name,
                  const OrdEvaluation *evaluation,
                  const char          *unit)
{
  if (evaluation->quality.n == 0)
    return;
  printf ("%-12s MAE %.4g %s, RMSE %.4g, R² %.4f, coverage %.1f %%", name,
          evaluation->quality.mae, unit, evaluation->quality.rmse,
          evaluation->quality.r2, 100.0 * evaluation->coverage);
  if (isfinite (evaluation->flagged))
    printf (", out of range %.1f %%", 100.0 * evaluation->flagged);
  printf (" (%" G_GSIZE_FORMAT " images)\n", evaluation->quality.n);
}

static void
print_info (const OrdModelParts *parts)
{
  OrdDataset *dataset = parts->dataset;
  const char *unit = ord_dataset_get_unit (dataset);
  guint       counts[ORD_N_SPLITS];

  count_splits (dataset, counts);
  printf ("title        %s\n", parts->title);
  printf ("labels       ");
  for (guint k = 0; k < ord_dataset_get_n_labels (dataset); k++)
    printf ("%s%s (mean %.4g, s.d. %.4g)", k ? ", " : "",
            ord_dataset_get_label_name (dataset, k), parts->label_mean[k],
            parts->label_sd[k]);
  printf ("%s%s\n", *unit ? ", in " : "", unit);
  for (guint i = 0; i < ord_dataset_get_n_covariates (dataset); i++)
    {
      const OrdCovariate *covariate = ord_dataset_get_covariate (dataset, i);
      g_autofree char    *known = covariate->categories
                                  ? g_strjoinv (", ", covariate->categories)
                                  : g_strdup ("a number");

      printf ("covariate    %s: %s\n", covariate->name, known);
    }
  printf ("images       %u to train on, %u to validate with, %u to test\n",
          counts[ORD_SPLIT_TRAIN], counts[ORD_SPLIT_VALIDATION],
          counts[ORD_SPLIT_TEST]);
  printf ("folder       %s\n", ord_dataset_get_folder (dataset));
  printf ("input        %d × %d, %s\n", parts->preparation.width,
          parts->preparation.height,
          parts->preparation.channels == 1 ? "grey" : "colour");
  printf ("method       %s\n", parts->method);
  printf ("encoder      %s, %" G_GSIZE_FORMAT " numbers learnt\n",
          parts->encoder, count_parameters (parts->tensors));
  printf ("options      %s\n", parts->options);
  printf ("space        %u dimensions, radius %.4g, map by %s\n", parts->width,
          parts->radius, ord_map_kind_name (ord_map_get_kind (parts->map)));
  print_evaluation ("validation", &parts->validation, unit);
  print_evaluation ("test", &parts->test, unit);
}

static void
add_evaluation (JsonBuilder         *builder,
                const char          *name,
                const OrdEvaluation *evaluation)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "n");
  json_builder_add_int_value (builder, (gint64) evaluation->quality.n);
  ord_command_add_number (builder, "mae", evaluation->quality.mae);
  ord_command_add_number (builder, "rmse", evaluation->quality.rmse);
  ord_command_add_number (builder, "r2", evaluation->quality.r2);
  ord_command_add_number (builder, "coverage", evaluation->coverage);
  ord_command_add_number (builder, "flagged", evaluation->flagged);
  json_builder_end_object (builder);
}

static void
add_text (JsonBuilder *builder,
          const char  *name,
          const char  *text)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, text);
}

static void
add_integer (JsonBuilder *builder,
             const char  *name,
             gint64       value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, value);
}

static void
add_names (JsonBuilder *builder,
           OrdDataset  *dataset)
{
  json_builder_set_member_name (builder, "labels");
  json_builder_begin_array (builder);
  for (guint k = 0; k < ord_dataset_get_n_labels (dataset); k++)
    json_builder_add_string_value (builder,
                                   ord_dataset_get_label_name (dataset, k));
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "covariates");
  json_builder_begin_array (builder);
  for (guint i = 0; i < ord_dataset_get_n_covariates (dataset); i++)
    json_builder_add_string_value (builder,
                                   ord_dataset_get_covariate (dataset, i)->name);
  json_builder_end_array (builder);
}

static void
add_history (JsonBuilder *builder,
             GArray      *history)
{
  json_builder_set_member_name (builder, "history");
  json_builder_begin_array (builder);
  for (guint i = 0; i < history->len; i++)
    {
      const OrdEpoch *epoch = &g_array_index (history, OrdEpoch, i);

      json_builder_begin_object (builder);
      add_integer (builder, "epoch", epoch->epoch);
      ord_command_add_number (builder, "seconds", epoch->seconds);
      ord_command_add_number (builder, "loss", epoch->loss);
      ord_command_add_number (builder, "validation_mae", epoch->validation_mae);
      ord_command_add_number (builder, "spread", epoch->spread);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
print_json (const OrdModelParts *parts)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  add_text (builder, "title", parts->title);
  add_text (builder, "unit", ord_dataset_get_unit (parts->dataset));
  add_names (builder, parts->dataset);
  add_text (builder, "folder", ord_dataset_get_folder (parts->dataset));
  add_integer (builder, "n_samples",
               ord_dataset_get_n_samples (parts->dataset));
  add_integer (builder, "n_reference", parts->n_reference);
  add_integer (builder, "width", parts->preparation.width);
  add_integer (builder, "height", parts->preparation.height);
  add_integer (builder, "channels", parts->preparation.channels);
  add_text (builder, "method", parts->method);
  add_text (builder, "encoder", parts->encoder);
  add_text (builder, "options", parts->options);
  ord_command_add_number (builder, "radius", parts->radius);
  add_text (builder, "map", ord_map_kind_name (ord_map_get_kind (parts->map)));
  add_evaluation (builder, "validation", &parts->validation);
  add_evaluation (builder, "test", &parts->test);
  add_history (builder, parts->history);
  json_builder_end_object (builder);
  ord_command_print_json (builder);
}

int
ord_command_info (int    argc,
                  char **argv)
{
  gboolean              json = FALSE;
  const GOptionEntry    entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, "print a JSON object", NULL },
    { NULL }
  };
  g_autoptr (GError)    error = NULL;
  g_autoptr (OrdModel)  model = NULL;

  if (!ord_command_parse (&argc, &argv, entries, "MODEL",
                          "Tells what a model was trained on, how, and how "
                          "good it is.", NULL))
    return ORD_EXIT_USAGE;
  if (argc != 2)
    return ord_command_usage ("name one model");

  model = ord_model_load (argv[1], NULL, &error);
  if (!model)
    return ord_command_fail (error);
  if (json)
    print_json (ord_model_get_parts (model));
  else
    print_info (ord_model_get_parts (model));

  return ORD_EXIT_OK;
}
