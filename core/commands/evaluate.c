/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * `ordinate evaluate MODEL [DIR]`: reads the test pictures again and measures.
 */
#include "commands.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "../space/ord-quality.h"

typedef struct
{
  OrdQuality quality;
  double     coverage;
  double     in_range;   /* share of the pictures */
  double     mean_width; /* first component */
} Result;

static Result
measure (OrdDataset           *dataset,
         const GArray         *samples,
         OrdPrediction * const *predictions)
{
  guint              n_labels = ord_dataset_get_n_labels (dataset);
  g_autofree double *truths = g_new (double, (gsize) samples->len * n_labels);
  g_autofree double *values = g_new (double, (gsize) samples->len * n_labels);
  Result             result = { 0 };
  gsize              n = 0;

  for (guint i = 0; i < samples->len; i++)
    {
      const OrdPrediction *prediction = predictions[i];
      const OrdSample     *sample =
        ord_dataset_get_sample (dataset, g_array_index (samples, guint, i));

      if (!prediction)
        continue;
      for (guint k = 0; k < n_labels; k++)
        {
          double truth = sample->labels[k];

          truths[n * n_labels + k] = truth;
          values[n * n_labels + k] = prediction->values[k];
          result.coverage += (prediction->lows[k] <= truth &&
                              truth <= prediction->highs[k]) / (double) n_labels;
        }
      result.in_range += prediction->in_range;
      result.mean_width += prediction->highs[0] - prediction->lows[0];
      n++;
    }
  if (n > 0)
    ord_quality_measure (&result.quality, truths, values, n, n_labels);
  result.coverage /= (double) n;
  result.in_range /= (double) n;
  result.mean_width /= (double) n;

  return result;
}

static void
print_result (const Result *result,
              OrdDataset   *dataset,
              const char   *split,
              guint         n_failures,
              gboolean      json)
{
  const char *unit = ord_dataset_get_unit (dataset);

  if (json)
    {
      g_autoptr (JsonBuilder) builder = json_builder_new ();

      json_builder_begin_object (builder);
      json_builder_set_member_name (builder, "split");
      json_builder_add_string_value (builder, split);
      json_builder_set_member_name (builder, "n");
      json_builder_add_int_value (builder, (gint64) result->quality.n);
      ord_command_add_number (builder, "mae", result->quality.mae);
      ord_command_add_number (builder, "rmse", result->quality.rmse);
      ord_command_add_number (builder, "r2", result->quality.r2);
      ord_command_add_number (builder, "pearson", result->quality.pearson);
      ord_command_add_number (builder, "coverage", result->coverage);
      ord_command_add_number (builder, "mean_width", result->mean_width);
      ord_command_add_number (builder, "in_range", result->in_range);
      json_builder_set_member_name (builder, "unit");
      json_builder_add_string_value (builder, unit);
      json_builder_set_member_name (builder, "skipped");
      json_builder_add_int_value (builder, n_failures);
      json_builder_end_object (builder);
      ord_command_print_json (builder);
      return;
    }
  printf ("%" G_GSIZE_FORMAT " %s images\n"
          "MAE       %.4g %s\n"
          "RMSE      %.4g %s\n"
          "R²        %.4f\n"
          "Pearson   %.4f\n"
          "coverage  %.1f %% of the labels lie in their 90 %% interval "
          "(mean width %.4g %s)\n"
          "in range  %.1f %% of the images\n",
          result->quality.n, split, result->quality.mae, unit,
          result->quality.rmse, unit, result->quality.r2,
          result->quality.pearson, 100.0 * result->coverage,
          result->mean_width, unit, 100.0 * result->in_range);
}

static gboolean
is_same_folder (const char *a,
                const char *b)
{
  g_autofree char *real_a = realpath (a, NULL);
  g_autofree char *real_b = realpath (b, NULL);

  return real_a && g_strcmp0 (real_a, real_b) == 0;
}

/* The dataset to measure on: another folder's, or the model's own, which knows
 * what was trained on. */
static OrdDataset *
choose_dataset (OrdModel    *model,
                const char  *folder,
                const char  *pattern,
                GError     **error)
{
  OrdDataset             *own = ord_model_get_parts (model)->dataset;
  guint                   n_labels = ord_dataset_get_n_labels (own);
  g_autofree const char **labels = g_new0 (const char *, n_labels + 1);
  OrdDatasetOptions       options = { .pattern = pattern, .to_measure = TRUE };
  g_autoptr (OrdDataset)  other = NULL;

  if (!folder || is_same_folder (folder, ord_dataset_get_folder (own)))
    return g_object_ref (own);

  for (guint k = 0; k < n_labels; k++)
    labels[k] = ord_dataset_get_label_name (own, k);
  options.label_columns = labels;
  other = ord_dataset_read (folder, &options, error);
  if (!other)
    return NULL;
  if (ord_dataset_get_n_labels (other) != ord_dataset_get_n_labels (own))
    {
      g_set_error (error, ORD_ERROR, ORD_ERROR_DATASET,
                   "%s has %u label columns, and the model was trained on %u",
                   folder, ord_dataset_get_n_labels (other),
                   ord_dataset_get_n_labels (own));
      return NULL;
    }
  return g_steal_pointer (&other);
}

int
ord_command_evaluate (int    argc,
                      char **argv)
{
  gboolean                   json = FALSE, quiet = FALSE;
  g_autofree char           *split_name = g_strdup ("test");
  g_autofree char           *pattern = NULL;
  const GOptionEntry         entries[] = {
    { "split", 0, 0, G_OPTION_ARG_STRING, &split_name,
      "train, validation or test (test)", "NAME" },
    { "pattern", 0, 0, G_OPTION_ARG_STRING, &pattern,
      "values are in the file names of DIR, as in `train`", "REGEX" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, "print a JSON object", NULL },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &quiet, "no progress", NULL },
    { NULL }
  };
  g_autoptr (GError)         error = NULL;
  g_autoptr (OrdModel)       model = NULL;
  g_autoptr (OrdPredictor)   predictor = NULL;
  g_autoptr (OrdDataset)     dataset = NULL;
  g_autoptr (GArray)         samples = NULL;
  g_autoptr (GPtrArray)      predictions = NULL;
  g_autoptr (GPtrArray)      failures = g_ptr_array_new_with_free_func (g_free);
  OrdCommandProgress         progress = { 0 };
  int                        split = 0;
  gboolean                   predicted;
  Result                     result;

  if (!ord_command_parse (&argc, &argv, entries, "MODEL [DIR]",
                          "Measures a model on the test images it was not "
                          "trained on, or on another folder (all of its\n"
                          "images, or those its table calls test).", NULL))
    return ORD_EXIT_USAGE;
  if (argc != 2 && argc != 3)
    return ord_command_usage ("name a model, and perhaps a folder");
  while (split < ORD_N_SPLITS &&
         !g_str_equal (ord_split_name ((OrdSplit) split), split_name))
    split++;
  if (split == ORD_N_SPLITS)
    return ord_command_usage ("--split is train, validation or test");

  model = ord_model_load (argv[1], NULL, &error);
  if (model)
    predictor = ord_predictor_new (model, &error);
  if (predictor)
    dataset = choose_dataset (model, argc == 3 ? argv[2] : NULL, pattern,
                              &error);
  if (!dataset)
    return ord_command_fail (error);

  samples = ord_dataset_get_split (dataset, (OrdSplit) split);
  predictions =
    g_ptr_array_new_with_free_func ((GDestroyNotify) ord_prediction_free);
  g_ptr_array_set_size (predictions, (int) samples->len);
  progress.quiet = quiet;
  progress.unit = ord_dataset_get_unit (dataset);
  predicted = samples->len == 0 ||
              ord_predictor_predict_many (predictor, dataset,
                                          (const guint *) samples->data,
                                          samples->len,
                                          (OrdPrediction **) predictions->pdata,
                                          failures, ord_command_progress,
                                          &progress, ord_command_cancellable (),
                                          &error);
  ord_command_progress_close (&progress);
  for (guint i = 0; i < failures->len; i++)
    fprintf (stderr, "Skipped: %s\n",
             (const char *) g_ptr_array_index (failures, i));
  if (!predicted)
    return ord_command_fail (error);

  result = measure (dataset, samples,
                    (OrdPrediction * const *) predictions->pdata);
  if (result.quality.n == 0)
    {
      fprintf (stderr, "%s: there are no readable %s images in %s\n",
               g_get_prgname (), split_name, ord_dataset_get_folder (dataset));
      return ORD_EXIT_FAILED;
    }
  print_result (&result, dataset, split_name, failures->len, json);

  return ORD_EXIT_OK;
}
