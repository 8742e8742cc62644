/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * `ordinate evaluate MODEL [DIR]`: reads the test pictures again and measures.
 */
#include "commands.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../space/ord-geometry.h"
#include "../space/ord-map-reading.h"
#include "../space/ord-quality.h"

/* Of one component, or of all of them together. */
typedef struct
{
  OrdQuality quality;
  double     coverage; /* share of the labels within their interval */
  double     width;    /* mean of the intervals, label units */
  double     map_r2;   /* of what the map alone tells */
} Measures;

typedef struct
{
  Measures    all;
  Measures   *components; /* (n_labels) */
  OrdGeometry geometry;   /* of the pictures' features */
  double      in_range;   /* share of the pictures */
} Result;

static void
result_clear (Result *result)
{
  g_free (result->components);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Result, result_clear)

/* What was asked of n pictures: truths, answers and what is read off the map
 * are (n, n_labels). */
typedef struct
{
  gsize   n;
  guint   n_labels;
  double *truths;
  double *values;
  double *read;
} Answers;

static void
answers_clear (Answers *answers)
{
  g_free (answers->truths);
  g_free (answers->values);
  g_free (answers->read);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Answers, answers_clear)

static void
read_map (const OrdModelParts *parts,
          const float         *places,
          Answers             *answers)
{
  guint              n_labels = answers->n_labels;
  g_autofree double *labels =
    g_new (double, (gsize) parts->n_reference * n_labels);

  for (guint i = 0; i < parts->n_reference; i++)
    for (guint k = 0; k < n_labels; k++)
      labels[(gsize) i * n_labels + k] =
        ord_dataset_get_sample (parts->dataset, i)->labels[k];
  ord_map_read_labels (parts->map, labels, n_labels, places, answers->n,
                       answers->read);
}

static void
measure_answers (Result        *result,
                 const Answers *answers)
{
  gsize                  n = answers->n;
  guint                  n_labels = answers->n_labels;
  g_autofree OrdQuality *qualities = g_new (OrdQuality, n_labels);
  OrdQuality             quality;

  ord_quality_measure (&result->all.quality, answers->truths, answers->values,
                       n, n_labels);
  ord_quality_measure_components (qualities, answers->truths, answers->values,
                                  n, n_labels);
  for (guint k = 0; k < n_labels; k++)
    result->components[k].quality = qualities[k];

  ord_quality_measure (&quality, answers->truths, answers->read, n, n_labels);
  result->all.map_r2 = quality.r2;
  ord_quality_measure_components (qualities, answers->truths, answers->read, n,
                                  n_labels);
  for (guint k = 0; k < n_labels; k++)
    result->components[k].map_r2 = qualities[k].r2;
}

static gboolean
measure (Result                *result,
         const OrdModelParts   *parts,
         OrdDataset            *dataset,
         const GArray          *samples,
         OrdPrediction * const *predictions,
         GError               **error)
{
  guint             n_labels = ord_dataset_get_n_labels (dataset);
  gsize             n_numbers = (gsize) samples->len * n_labels;
  g_auto (Answers)  answers = {
    .n_labels = n_labels,
    .truths = g_new (double, n_numbers),
    .values = g_new (double, n_numbers),
    .read = g_new (double, n_numbers),
  };
  g_autofree float *places = g_new (float, 2 * (gsize) samples->len + 1);
  g_autofree float *features =
    g_new (float, (gsize) samples->len * parts->width + 1);
  gsize             n = 0;

  result->components = g_new0 (Measures, n_labels);
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

          answers.truths[n * n_labels + k] = truth;
          answers.values[n * n_labels + k] = prediction->values[k];
          result->components[k].coverage += prediction->lows[k] <= truth &&
                                           truth <= prediction->highs[k];
          result->components[k].width += prediction->highs[k] -
                                        prediction->lows[k];
        }
      memcpy (features + n * parts->width, prediction->feature,
              sizeof (float) * parts->width);
      places[2 * n] = prediction->point[0];
      places[2 * n + 1] = prediction->point[1];
      result->in_range += prediction->in_range;
      n++;
    }

  answers.n = n;
  read_map (parts, places, &answers);
  measure_answers (result, &answers);
  result->in_range /= (double) n;
  for (guint k = 0; k < n_labels; k++)
    {
      result->components[k].coverage /= (double) n;
      result->components[k].width /= (double) n;
      result->all.coverage += result->components[k].coverage / n_labels;
      result->all.width += result->components[k].width / n_labels;
    }

  return ord_geometry_measure (&result->geometry, features, n, parts->width,
                               answers.truths, n_labels, 1, NULL,
                               ord_command_cancellable (), error);
}

static void
add_measures (JsonBuilder    *builder,
              const Measures *measures)
{
  ord_command_add_number (builder, "mae", measures->quality.mae);
  ord_command_add_number (builder, "rmse", measures->quality.rmse);
  ord_command_add_number (builder, "r2", measures->quality.r2);
  ord_command_add_number (builder, "pearson", measures->quality.pearson);
  ord_command_add_number (builder, "coverage", measures->coverage);
  ord_command_add_number (builder, "mean_width", measures->width);
  ord_command_add_number (builder, "map_r2", measures->map_r2);
}

/* A vector's components, by name; a single label has none. */
static void
add_components (JsonBuilder  *builder,
                const Result *result,
                OrdDataset   *dataset)
{
  guint n_labels = ord_dataset_get_n_labels (dataset);

  if (n_labels == 1)
    return;

  json_builder_set_member_name (builder, "components");
  json_builder_begin_array (builder);
  for (guint k = 0; k < n_labels; k++)
    {
      json_builder_begin_object (builder);
      json_builder_set_member_name (builder, "name");
      json_builder_add_string_value (builder,
                                     ord_dataset_get_label_name (dataset, k));
      add_measures (builder, &result->components[k]);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
print_json (const Result *result,
            OrdDataset   *dataset,
            const char   *split,
            guint         n_failures)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "split");
  json_builder_add_string_value (builder, split);
  json_builder_set_member_name (builder, "n");
  json_builder_add_int_value (builder, (gint64) result->all.quality.n);
  add_measures (builder, &result->all);
  ord_command_add_number (builder, "d5", result->geometry.d5);
  ord_command_add_number (builder, "rv", result->geometry.rv);
  ord_command_add_number (builder, "in_range", result->in_range);
  ord_command_add_number (builder, "flagged", 1.0 - result->in_range);
  json_builder_set_member_name (builder, "unit");
  json_builder_add_string_value (builder, ord_dataset_get_unit (dataset));
  json_builder_set_member_name (builder, "skipped");
  json_builder_add_int_value (builder, n_failures);
  add_components (builder, result, dataset);
  json_builder_end_object (builder);
  ord_command_print_json (builder);
}

static void
print_components (const Result *result,
                  OrdDataset   *dataset)
{
  guint n_labels = ord_dataset_get_n_labels (dataset);
  int   width = 0;

  if (n_labels == 1)
    return;

  for (guint k = 0; k < n_labels; k++)
    width = MAX (width, (int) strlen (ord_dataset_get_label_name (dataset, k)));

  printf ("by component (MAE and RMSE above are of the distance between label "
          "and answer)\n");
  for (guint k = 0; k < n_labels; k++)
    {
      const Measures *measures = &result->components[k];

      printf ("  %-*s  MAE %.4g %s, RMSE %.4g, R² %.4f, coverage %.1f %% "
              "(mean width %.4g), map R² %.4f\n", width,
              ord_dataset_get_label_name (dataset, k), measures->quality.mae,
              ord_dataset_get_unit (dataset), measures->quality.rmse,
              measures->quality.r2, 100.0 * measures->coverage, measures->width,
              measures->map_r2);
    }
}

static void
print_text (const Result *result,
            OrdDataset   *dataset,
            const char   *split)
{
  const OrdQuality *quality = &result->all.quality;
  const char       *unit = ord_dataset_get_unit (dataset);

  printf ("%" G_GSIZE_FORMAT " %s images\n"
          "MAE       %.4g %s\n"
          "RMSE      %.4g %s\n"
          "R²        %.4f\n"
          "Pearson   %.4f\n"
          "coverage  %.1f %% of the labels lie in their 90 %% interval "
          "(mean width %.4g %s)\n"
          "in range  %.1f %% of the images\n"
          "D5        %.4g %s between an image's label and those of its 5 nearest "
          "others\n"
          "RV        %.4f, one minus the correlation of geodesic and label "
          "distance\n"
          "map       R² %.4f of what is read off the map alone (the mean of the "
          "%d nearest on it)\n",
          quality->n, split, quality->mae, unit, quality->rmse, unit,
          quality->r2, quality->pearson, 100.0 * result->all.coverage,
          result->all.width, unit, 100.0 * result->in_range,
          result->geometry.d5, unit, result->geometry.rv, result->all.map_r2, ORD_MAP_READING_NEAREST);
  print_components (result, dataset);
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
  g_autofree char           *split_name = NULL;
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
  g_auto (Result)            result = { 0 };
  guint                      n_read = 0;

  if (!ord_command_parse (&argc, &argv, entries, "MODEL [DIR]",
                          "Measures a model on the test images it was not "
                          "trained on, or on another folder (all of its\n"
                          "images, or those its table calls test).", NULL))
    return ORD_EXIT_USAGE;
  if (argc != 2 && argc != 3)
    return ord_command_usage ("name a model, and perhaps a folder");
  if (!split_name)
    split_name = g_strdup (ord_split_name (ORD_SPLIT_TEST));
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

  for (guint i = 0; i < predictions->len; i++)
    n_read += predictions->pdata[i] != NULL;
  if (n_read == 0)
    {
      fprintf (stderr, "%s: there are no readable %s images in %s\n",
               g_get_prgname (), split_name, ord_dataset_get_folder (dataset));
      return ORD_EXIT_FAILED;
    }

  if (!measure (&result, ord_model_get_parts (model), dataset, samples,
                (OrdPrediction * const *) predictions->pdata, &error))
    return ord_command_fail (error);
  if (json)
    print_json (&result, dataset, split_name, failures->len);
  else
    print_text (&result, dataset, split_name);

  return ORD_EXIT_OK;
}
