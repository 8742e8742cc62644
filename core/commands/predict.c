/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * `ordinate predict MODEL PICTURE…`
 */
#include "commands.h"

#include <stdio.h>

/* Neighbours listed for a person; --json has them all. */
#define SHOWN 5

/* "5.6", or "red 5.6, black 8.1" where there are several. */
static void
print_labels (OrdDataset   *dataset,
              const double *values)
{
  guint n = ord_dataset_get_n_labels (dataset);

  for (guint k = 0; k < n; k++)
    {
      if (n > 1)
        printf ("%s%s ", k ? ", " : "", ord_dataset_get_label_name (dataset, k));
      printf ("%.6g", values[k]);
    }
}

/* The same of the intervals. */
static void
print_intervals (OrdDataset          *dataset,
                 const OrdPrediction *prediction)
{
  for (guint k = 0; k < prediction->n_labels; k++)
    {
      if (prediction->n_labels > 1)
        printf ("%s%s ", k ? ", " : "", ord_dataset_get_label_name (dataset, k));
      printf ("%.6g – %.6g", prediction->lows[k], prediction->highs[k]);
    }
}

static void
print_prediction (const OrdModelParts *parts,
                  const char          *file,
                  const OrdPrediction *prediction)
{
  const char *unit = ord_dataset_get_unit (parts->dataset);

  printf ("%s: ", file);
  print_labels (parts->dataset, prediction->values);
  printf ("%s%s (%.0f %% interval%s ", *unit ? " " : "", unit,
          100.0 * parts->intervals[0].coverage,
          prediction->n_labels > 1 ? "s" : "");
  print_intervals (parts->dataset, prediction);
  printf (")\n");
  if (!prediction->in_range)
    printf ("  outside what the model knows: neither value nor interval can be "
            "trusted\n");
  else if (!prediction->within_radius)
    printf ("  no training image lies within the radius: the nearest one "
            "answers alone\n");
  for (guint i = 0; i < MIN (prediction->neighbours->len, SHOWN); i++)
    {
      const OrdPredictionNeighbour *neighbour =
        &g_array_index (prediction->neighbours, OrdPredictionNeighbour, i);
      const OrdSample *sample =
        ord_dataset_get_sample (parts->dataset, neighbour->sample);

      printf ("  neighbour %s: ", sample->file);
      print_labels (parts->dataset, sample->labels);
      printf ("%s%s, distance %.4g, weight %.1f %%\n", *unit ? " " : "", unit,
              neighbour->distance, 100.0 * neighbour->weight);
    }
}

/* What the numbers of the arrays are, as `info` calls them. */
static void
add_label_names (JsonBuilder *builder,
                 OrdDataset  *dataset)
{
  guint n = ord_dataset_get_n_labels (dataset);

  if (n == 1)
    return;

  json_builder_set_member_name (builder, "labels");
  json_builder_begin_array (builder);
  for (guint k = 0; k < n; k++)
    json_builder_add_string_value (builder,
                                   ord_dataset_get_label_name (dataset, k));
  json_builder_end_array (builder);
}

static void
print_json_prediction (const OrdModelParts *parts,
                       const char          *file,
                       const OrdPrediction *prediction)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  guint                   n = prediction->n_labels;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "file");
  json_builder_add_string_value (builder, file);
  add_label_names (builder, parts->dataset);
  ord_command_add_numbers (builder, "value", prediction->values, n);
  ord_command_add_numbers (builder, "low", prediction->lows, n);
  ord_command_add_numbers (builder, "high", prediction->highs, n);
  json_builder_set_member_name (builder, "unit");
  json_builder_add_string_value (builder,
                                 ord_dataset_get_unit (parts->dataset));
  json_builder_set_member_name (builder, "in_range");
  json_builder_add_boolean_value (builder, prediction->in_range);
  json_builder_set_member_name (builder, "within_radius");
  json_builder_add_boolean_value (builder, prediction->within_radius);
  json_builder_set_member_name (builder, "neighbours");
  json_builder_begin_array (builder);
  for (guint i = 0; i < prediction->neighbours->len; i++)
    {
      const OrdPredictionNeighbour *neighbour =
        &g_array_index (prediction->neighbours, OrdPredictionNeighbour, i);
      const OrdSample *sample =
        ord_dataset_get_sample (parts->dataset, neighbour->sample);

      json_builder_begin_object (builder);
      json_builder_set_member_name (builder, "file");
      json_builder_add_string_value (builder, sample->file);
      ord_command_add_numbers (builder, "label", sample->labels, n);
      ord_command_add_number (builder, "distance", neighbour->distance);
      ord_command_add_number (builder, "weight", neighbour->weight);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  ord_command_print_json (builder);
}

static void
print_json_failure (const char *file,
                    const char *message)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "file");
  json_builder_add_string_value (builder, file);
  json_builder_set_member_name (builder, "error");
  json_builder_add_string_value (builder, message);
  json_builder_end_object (builder);
  ord_command_print_json (builder);
}

/* One picture after the other; one that cannot be read does not stop the
 * others. */
static int
predict_files (OrdPredictor *predictor,
               char        **files,
               const double *covariates,
               gboolean      json)
{
  const OrdModelParts *parts =
    ord_model_get_parts (ord_predictor_get_model (predictor));
  GCancellable        *cancellable = ord_command_cancellable ();
  int                  code = ORD_EXIT_OK;

  for (; *files; files++)
    {
      g_autoptr (GError)        error = NULL;
      g_autoptr (OrdImage)      image = NULL;
      g_autoptr (OrdPrediction) prediction = NULL;

      image = ord_preparation_load (&parts->preparation, *files, &error);
      if (image)
        prediction = ord_predictor_predict (predictor, image, covariates,
                                            cancellable, &error);
      if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return ord_command_fail (error);
      if (!prediction)
        code = ord_command_fail (error);
      if (!prediction && json)
        print_json_failure (*files, error->message);
      else if (prediction && json)
        print_json_prediction (parts, *files, prediction);
      else if (prediction)
        print_prediction (parts, *files, prediction);
    }

  return code;
}

int
ord_command_predict (int    argc,
                     char **argv)
{
  gboolean                  json = FALSE;
  g_auto (GStrv)            assignments = NULL;
  const GOptionEntry        entries[] = {
    { "covariate", 'c', 0, G_OPTION_ARG_STRING_ARRAY, &assignments,
      "what is known beside the picture, such as sex=F; again for each",
      "NAME=VALUE" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &json,
      "print one JSON object per picture, each on a line", NULL },
    { NULL }
  };
  g_autoptr (GError)        error = NULL;
  g_autoptr (OrdModel)      model = NULL;
  g_autoptr (OrdPredictor)  predictor = NULL;
  g_autofree double        *covariates = NULL;
  OrdDataset               *dataset;

  if (!ord_command_parse (&argc, &argv, entries, "MODEL PICTURE…",
                          "Reads the value of pictures and lists the training "
                          "images they resemble.", NULL))
    return ORD_EXIT_USAGE;
  if (argc < 3)
    return ord_command_usage ("name a model and one or more pictures");

  model = ord_model_load (argv[1], NULL, &error);
  if (model)
    predictor = ord_predictor_new (model, &error);
  if (!predictor)
    return ord_command_fail (error);

  dataset = ord_model_get_parts (model)->dataset;
  covariates = g_new (double, ord_dataset_get_n_covariates (dataset) + 1);
  if (!ord_dataset_parse_covariates (dataset,
                                     (const char * const *) assignments,
                                     covariates, &error))
    return ord_command_fail (error);

  return predict_files (predictor, argv + 2, covariates, json);
}
