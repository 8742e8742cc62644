/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * `ordinate compare DIR --methods a,b,…`: trains each method with the same
 * encoder, budget, augmentation and seeds, and prints error and quality of the
 * space side by side. Every finished run is a model in the working folder, so
 * that an interrupted comparison repeats none of them.
 */
#include "commands.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../encoder/ord-encoder.h"
#include "../methods/ord-method.h"
#include "../model/ord-trainer.h"
#include "../space/ord-geometry.h"
#include "../space/ord-statistics.h"

/* Below it a difference to the best is marked (the paper's level). */
#define SIGNIFICANT 0.05

/**
 * Settings:
 * @minutes: 0 leaves the trainer's default
 * @fraction: of the training images that are used
 */
typedef struct
{
  char     *work;
  char    **methods;
  int       n_seeds;
  double    minutes;
  int       epochs;
  int       size;
  double    fraction;
  gboolean  json;
  gboolean  quiet;
} Settings;

/**
 * Row:
 * @errors: (n), each test image's absolute error, the mean over the seeds; of
 *   vector labels the Euclidean error
 *
 * One method, its measures the mean over the seeds.
 */
typedef struct
{
  const char *method;
  gsize       n;
  double     *errors;
  double      mae;
  double      mae_sd;   /* over the seeds; NaN with one */
  double      r2;
  double      d5;
  double      rv;
  double      coverage;
  double      width;
} Row;

static void
row_clear (gpointer data)
{
  g_free (((Row *) data)->errors);
}

/* -- runs --------------------------------------------------------------------- */

/* Keeps the first share of the training images in an order of its own, so that
 * every method and seed sees the same ones. */
static OrdDataset *
take_fraction (OrdDataset *dataset,
               double      fraction)
{
  guint              n = ord_dataset_get_n_samples (dataset);
  g_autoptr (GArray) kept = g_array_new (FALSE, FALSE, sizeof (guint));
  double             owed = 0.0;

  if (fraction >= 1.0)
    return g_object_ref (dataset);

  for (guint i = 0; i < n; i++)
    {
      if (ord_dataset_get_sample (dataset, i)->split == ORD_SPLIT_TRAIN)
        {
          /* Evenly along the table. */
          owed += fraction;
          if (owed < 1.0)
            continue;
          owed -= 1.0;
        }
      g_array_append_val (kept, i);
    }
  return ord_dataset_subset (dataset, (const guint *) kept->data, kept->len);
}

static OrdOptions *
make_options (const Settings  *settings,
              const char      *method,
              int              seed,
              GError         **error)
{
  g_autoptr (OrdOptions) options =
    ord_trainer_options_new (method, ord_encoder_list ()[0], error);

  if (!options || !ord_options_set (options, "seed", seed, error) ||
      (settings->minutes > 0.0 &&
       !ord_options_set (options, "minutes", settings->minutes, error)) ||
      (settings->size > 0 &&
       !ord_options_set (options, "size", settings->size, error)) ||
      !ord_options_set (options, "epochs", settings->epochs, error))
    return NULL;
  return g_steal_pointer (&options);
}

/* The finished run's model, where its options and pictures are these. */
static OrdModel *
load_finished (const char       *path,
               OrdDataset       *dataset,
               const OrdOptions *options)
{
  g_autoptr (OrdModel)  model = ord_model_load (path, NULL, NULL);
  g_autofree char      *wanted = ord_options_to_string (options);

  if (!model ||
      g_strcmp0 (ord_model_get_parts (model)->options, wanted) != 0 ||
      ord_dataset_get_n_samples (ord_model_get_parts (model)->dataset) !=
        ord_dataset_get_n_samples (dataset))
    return NULL;
  return g_steal_pointer (&model);
}

static OrdModel *
run (const Settings  *settings,
     OrdDataset      *dataset,
     const char      *method,
     int              seed,
     GError         **error)
{
  g_autofree char        *name = g_strdup_printf ("%s-%d.ordinate", method, seed);
  g_autofree char        *path = g_build_filename (settings->work, name, NULL);
  g_autofree char        *checkpoint = g_strconcat (path, "-resume", NULL);
  OrdCommandProgress      progress = { .quiet = settings->quiet };
  g_autoptr (OrdOptions)  options = make_options (settings, method, seed, error);
  g_autoptr (OrdTrainer)  trainer = NULL;
  OrdModel               *model;

  if (!options)
    return NULL;
  model = load_finished (path, dataset, options);
  if (model)
    return model;

  if (!settings->quiet)
    fprintf (stderr, "%s, seed %d\n", method, seed);
  progress.unit = ord_dataset_get_unit (dataset);
  trainer = ord_trainer_new (dataset, method, method, ord_encoder_list ()[0],
                             options);
  ord_trainer_set_checkpoint (trainer, checkpoint);
  model = ord_trainer_run (trainer, ord_command_progress, &progress,
                           ord_command_cancellable (), error);
  ord_command_progress_close (&progress);
  if (!model || !ord_model_save (model, path, error))
    {
      g_clear_object (&model);
      return NULL;
    }
  ord_trainer_discard_checkpoint (trainer);
  return model;
}

/* -- measures ----------------------------------------------------------------- */

static double
euclidean_error (const double *truth,
                 const double *value,
                 guint         n_labels)
{
  double sum = 0.0;

  for (guint k = 0; k < n_labels; k++)
    sum += (truth[k] - value[k]) * (truth[k] - value[k]);
  return sqrt (sum);
}

/* Adds a model's measures on its test images to the row, as one of n_seeds. */
static gboolean
measure (Row       *row,
         OrdModel  *model,
         int        n_seeds,
         double    *mae,
         GError   **error)
{
  const OrdModelParts       *parts = ord_model_get_parts (model);
  guint                      n_labels = ord_dataset_get_n_labels (parts->dataset);
  g_autoptr (GArray)         test =
    ord_dataset_get_split (parts->dataset, ORD_SPLIT_TEST);
  gsize                      n = test->len;
  g_autofree float          *features = NULL;
  g_autofree double         *truths = NULL, *values = NULL, *halves = NULL;
  g_autoptr (OrdPredictor)   predictor = ord_predictor_new (model, error);
  OrdGeometry                geometry;
  OrdQuality                 quality;
  double                     share = 1.0 / n_seeds;

  if (!predictor)
    return FALSE;
  if (n < 2 || (row->errors && row->n != n))
    {
      g_set_error (error, ORD_ERROR, ORD_ERROR_DATASET,
                   "A comparison needs two or more readable test images, the "
                   "same in every run; %" G_GSIZE_FORMAT " are there", n);
      return FALSE;
    }

  features = g_new (float, n * parts->width);
  truths = g_new (double, n * n_labels);
  values = g_new (double, n * n_labels);
  halves = g_new (double, n * n_labels);
  for (gsize i = 0; i < n; i++)
    {
      guint sample = g_array_index (test, guint, i);

      memcpy (features + i * parts->width,
              parts->features + (gsize) sample * parts->width,
              sizeof (float) * parts->width);
      memcpy (truths + i * n_labels,
              ord_dataset_get_sample (parts->dataset, sample)->labels,
              sizeof (double) * n_labels);
    }
  ord_predictor_answer (predictor, features, n, values, halves);
  ord_quality_measure (&quality, truths, values, n, n_labels);
  if (!ord_geometry_measure (&geometry, features, n, parts->width, truths,
                             n_labels, 1, ord_command_cancellable (), error))
    return FALSE;

  if (!row->errors)
    row->errors = g_new0 (double, n);
  row->n = n;
  for (gsize i = 0; i < n; i++)
    row->errors[i] += share * euclidean_error (truths + i * n_labels,
                                               values + i * n_labels, n_labels);
  for (gsize i = 0; i < n * n_labels; i++)
    {
      row->coverage += share / (double) (n * n_labels) *
                       (fabs (truths[i] - values[i]) <= halves[i]);
      row->width += share / (double) (n * n_labels) * 2.0 * halves[i];
    }
  *mae = quality.mae;
  row->mae += share * quality.mae;
  row->r2 += share * quality.r2;
  row->d5 += share * geometry.d5;
  row->rv += share * geometry.rv;
  return TRUE;
}

static double
standard_deviation (const double *values,
                    int           n)
{
  double mean = 0.0, sum = 0.0;

  for (int i = 0; i < n; i++)
    mean += values[i] / n;
  for (int i = 0; i < n; i++)
    sum += (values[i] - mean) * (values[i] - mean);
  return n > 1 ? sqrt (sum / (n - 1)) : NAN;
}

static GArray *
compare (const Settings  *settings,
         OrdDataset      *dataset,
         GError         **error)
{
  g_autoptr (GArray)  rows = g_array_new (FALSE, TRUE, sizeof (Row));
  g_autofree double  *maes = g_new (double, settings->n_seeds);

  g_array_set_clear_func (rows, row_clear);
  for (guint m = 0; settings->methods[m]; m++)
    {
      Row *row;

      g_array_set_size (rows, m + 1);
      row = &g_array_index (rows, Row, m);
      row->method = settings->methods[m];
      for (int s = 0; s < settings->n_seeds; s++)
        {
          g_autoptr (OrdModel) model =
            run (settings, dataset, row->method, s + 1, error);

          if (!model || !measure (row, model, settings->n_seeds, &maes[s],
                                  error))
            return NULL;
        }
      row->mae_sd = standard_deviation (maes, settings->n_seeds);
    }

  return g_steal_pointer (&rows);
}

/* -- the table ---------------------------------------------------------------- */

typedef enum
{
  LOWER_IS_BETTER,
  HIGHER_IS_BETTER,
} Better;

static double
column_best (GArray *rows,
             gsize   offset,
             Better  better)
{
  double best = NAN;

  for (guint i = 0; i < rows->len; i++)
    {
      double value = G_STRUCT_MEMBER (double, &g_array_index (rows, Row, i),
                                      offset);

      best = better == LOWER_IS_BETTER ? fmin (best, value) : fmax (best, value);
    }
  return best;
}

/* A number in its column, bold on a terminal where it is the best. */
static void
print_cell (double value,
            double best,
            int    digits)
{
  gboolean bold = value == best && isatty (STDOUT_FILENO);

  printf ("%s%10.*f%s", bold ? "\033[1m" : "", digits, value,
          bold ? "\033[0m" : "");
}

/* Of the one-tailed paired t-test that @best has the lower errors. */
static double
p_value (const Row *best,
         const Row *row)
{
  return row == best ? NAN
                     : ord_statistics_paired_t (best->errors, row->errors,
                                                row->n, NULL);
}

static const Row *
best_row (GArray *rows)
{
  double mae = column_best (rows, G_STRUCT_OFFSET (Row, mae), LOWER_IS_BETTER);

  for (guint i = 0; i < rows->len; i++)
    if (g_array_index (rows, Row, i).mae == mae)
      return &g_array_index (rows, Row, i);
  return &g_array_index (rows, Row, 0);
}

static void
print_table (GArray     *rows,
             OrdDataset *dataset,
             int         n_seeds)
{
  const Row  *best = best_row (rows);
  const char *unit = ord_dataset_get_unit (dataset);

  printf ("%-14s%10s %9s%10s%10s%10s%10s%10s\n", "method", "MAE", "± seeds",
          "R²", "  D5", "RV", "coverage", "width");
  for (guint i = 0; i < rows->len; i++)
    {
      const Row *row = &g_array_index (rows, Row, i);

      printf ("%-14s", row->method);
      print_cell (row->mae, best->mae, 3);
      printf ("%c", p_value (best, row) < SIGNIFICANT ? '*' : ' ');
      if (isfinite (row->mae_sd))
        printf ("%9.3f", row->mae_sd);
      else
        printf ("%9s", "–");
      print_cell (row->r2, column_best (rows, G_STRUCT_OFFSET (Row, r2),
                                        HIGHER_IS_BETTER), 4);
      print_cell (row->d5, column_best (rows, G_STRUCT_OFFSET (Row, d5),
                                        LOWER_IS_BETTER), 3);
      print_cell (row->rv, column_best (rows, G_STRUCT_OFFSET (Row, rv),
                                        LOWER_IS_BETTER), 4);
      printf ("%9.1f%%%10.3f\n", 100.0 * row->coverage, row->width);
    }
  printf ("\n%" G_GSIZE_FORMAT " test images, %d seed%s%s%s. * the best row's "
          "errors are lower at p < %g (one-tailed paired t-test).\n", best->n,
          n_seeds, n_seeds == 1 ? "" : "s", *unit ? ", in " : "", unit,
          SIGNIFICANT);
}

static void
print_json (GArray     *rows,
            OrdDataset *dataset)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  const Row              *best = best_row (rows);

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "unit");
  json_builder_add_string_value (builder, ord_dataset_get_unit (dataset));
  json_builder_set_member_name (builder, "n");
  json_builder_add_int_value (builder, (gint64) best->n);
  json_builder_set_member_name (builder, "methods");
  json_builder_begin_array (builder);
  for (guint i = 0; i < rows->len; i++)
    {
      const Row *row = &g_array_index (rows, Row, i);

      json_builder_begin_object (builder);
      json_builder_set_member_name (builder, "method");
      json_builder_add_string_value (builder, row->method);
      ord_command_add_number (builder, "mae", row->mae);
      ord_command_add_number (builder, "mae_sd", row->mae_sd);
      ord_command_add_number (builder, "r2", row->r2);
      ord_command_add_number (builder, "d5", row->d5);
      ord_command_add_number (builder, "rv", row->rv);
      ord_command_add_number (builder, "coverage", row->coverage);
      ord_command_add_number (builder, "mean_width", row->width);
      ord_command_add_number (builder, "p", p_value (best, row));
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  ord_command_print_json (builder);
}

/* -- the command -------------------------------------------------------------- */

static gboolean
check_methods (char   **methods,
               GError **error)
{
  for (; *methods; methods++)
    {
      g_autoptr (OrdOptions) options =
        ord_trainer_options_new (*methods, ord_encoder_list ()[0], error);

      if (!options)
        return FALSE;
    }
  return TRUE;
}

static void
settings_clear (Settings *settings)
{
  g_free (settings->work);
  g_strfreev (settings->methods);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Settings, settings_clear)

int
ord_command_compare (int    argc,
                     char **argv)
{
  g_autofree char         *methods = NULL;
  g_auto (Settings)        settings = { .n_seeds = 1, .fraction = 1.0 };
  const GOptionEntry       entries[] = {
    { "methods", 0, 0, G_OPTION_ARG_STRING, &methods,
      "which, with commas between (all)", "A,B,…" },
    { "seeds", 0, 0, G_OPTION_ARG_INT, &settings.n_seeds,
      "runs of each, with seeds 1, 2… (1)", "N" },
    { "minutes", 0, 0, G_OPTION_ARG_DOUBLE, &settings.minutes,
      "budget of training time of each run", "M" },
    { "epochs", 0, 0, G_OPTION_ARG_INT, &settings.epochs,
      "epochs of each run, instead of a choice by their number", "N" },
    { "size", 0, 0, G_OPTION_ARG_INT, &settings.size,
      "side of the network's input, in pixels", "PIXELS" },
    { "fraction", 0, 0, G_OPTION_ARG_DOUBLE, &settings.fraction,
      "of the training images that are used (1)", "F" },
    { "work", 'w', 0, G_OPTION_ARG_FILENAME, &settings.work,
      "folder that keeps finished runs (DIR-comparison here)", "FOLDER" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &settings.json, "print a JSON object",
      NULL },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &settings.quiet, "no progress", NULL },
    { NULL }
  };
  g_autoptr (GError)       error = NULL;
  g_autoptr (OrdDataset)   all = NULL;
  g_autoptr (OrdDataset)   dataset = NULL;
  g_autoptr (GArray)       rows = NULL;

  if (!ord_command_parse (&argc, &argv, entries, "DIR",
                          "Trains methods alike and prints their errors and "
                          "the quality of their spaces on the test images.",
                          NULL))
    return ORD_EXIT_USAGE;
  if (argc != 2)
    return ord_command_usage ("name one folder of pictures");
  if (settings.n_seeds < 1 || settings.n_seeds > 1000)
    return ord_command_usage ("--seeds must lie between 1 and 1000");
  if (!(settings.fraction > 0.0 && settings.fraction <= 1.0))
    return ord_command_usage ("--fraction must lie above 0 and not above 1");

  settings.methods = methods ? g_strsplit (methods, ",", -1)
                             : g_strdupv ((char **) ord_method_list ());
  if (!settings.methods[0])
    return ord_command_usage ("--methods names none");
  if (!check_methods (settings.methods, &error))
    return ord_command_usage ("%s", error->message);
  if (!settings.work)
    {
      g_autofree char *name = g_path_get_basename (argv[1]);

      settings.work = g_strconcat (name, "-comparison", NULL);
    }
  if (g_mkdir_with_parents (settings.work, 0777) != 0)
    {
      fprintf (stderr, "%s: cannot make %s: %s\n", g_get_prgname (),
               settings.work, g_strerror (errno));
      return ORD_EXIT_FAILED;
    }

  all = ord_dataset_read (argv[1], NULL, &error);
  if (!all)
    return ord_command_fail (error);
  dataset = take_fraction (all, settings.fraction);
  rows = compare (&settings, dataset, &error);
  if (!rows)
    return ord_command_fail (error);
  if (settings.json)
    print_json (rows, dataset);
  else
    print_table (rows, dataset, settings.n_seeds);

  return ORD_EXIT_OK;
}
