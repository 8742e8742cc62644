/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * `ordinate train DIR -o MODEL`.
 */
#include "commands.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#include "../encoder/ord-feature-cache.h"
#include "../methods/ord-method.h"
#include "../model/ord-trainer.h"
#include "network-options.h"

/* How many unreadable pictures are named one by one. */
#define FAILURES_SHOWN 10

typedef struct
{
  char     *output;
  char     *method;
  char     *title;
  char     *unit;
  char     *pattern;
  char    **labels;
  char    **without;
  gboolean  fresh;
  gboolean  json;
  gboolean  quiet;
  OrdCommandNetwork network;
} Settings;

static void
settings_clear (Settings *settings)
{
  g_free (settings->output);
  g_free (settings->method);
  g_free (settings->title);
  g_free (settings->unit);
  g_free (settings->pattern);
  g_strfreev (settings->labels);
  g_strfreev (settings->without);
  ord_command_network_clear (&settings->network);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Settings, settings_clear)

static gboolean
apply_settings (OrdOptions  *options,
                GPtrArray   *settings,
                GError     **error)
{
  for (guint i = 0; i < settings->len; i++)
    {
      const OrdCommandSetting *setting = g_ptr_array_index (settings, i);

      if (!ord_options_set_text (options, setting->name, setting->text, error))
        return FALSE;
    }
  return TRUE;
}

/* "hand-bones" from ".../hand-bones/" or ".../hand-bones.ordinate". */
static char *
title_from_path (const char *path)
{
  g_autofree char *name = g_filename_display_basename (path);
  char            *dot = g_strrstr (name, ".ordinate");

  if (dot)
    *dot = '\0';
  return g_steal_pointer (&name);
}

static void
print_failures (GPtrArray *failures)
{
  for (guint i = 0; i < MIN (failures->len, FAILURES_SHOWN); i++)
    fprintf (stderr, "Skipped: %s\n",
             (const char *) g_ptr_array_index (failures, i));
  if (failures->len > FAILURES_SHOWN)
    fprintf (stderr, "… and %u more\n", failures->len - FAILURES_SHOWN);
  if (failures->len > 0)
    fprintf (stderr, "%u pictures could not be read and were left out.\n",
             failures->len);
}

static void
print_result (OrdModel   *model,
              const char *path,
              gboolean    json,
              guint       n_failures)
{
  const OrdModelParts *parts = ord_model_get_parts (model);
  const char          *unit = ord_dataset_get_unit (parts->dataset);
  gboolean             tested = parts->test.quality.n > 0;
  const OrdEvaluation *held_out = tested ? &parts->test : &parts->validation;

  if (json)
    {
      g_autoptr (JsonBuilder) builder = json_builder_new ();

      json_builder_begin_object (builder);
      json_builder_set_member_name (builder, "model");
      json_builder_add_string_value (builder, path);
      json_builder_set_member_name (builder, "split");
      json_builder_add_string_value (builder, tested ? "test" : "validation");
      json_builder_set_member_name (builder, "n");
      json_builder_add_int_value (builder, (gint64) held_out->quality.n);
      ord_command_add_number (builder, "mae", held_out->quality.mae);
      ord_command_add_number (builder, "rmse", held_out->quality.rmse);
      ord_command_add_number (builder, "r2", held_out->quality.r2);
      ord_command_add_number (builder, "coverage", held_out->coverage);
      ord_command_add_number (builder, "flagged", held_out->flagged);
      json_builder_set_member_name (builder, "unit");
      json_builder_add_string_value (builder, unit);
      json_builder_set_member_name (builder, "skipped");
      json_builder_add_int_value (builder, n_failures);
      json_builder_end_object (builder);
      ord_command_print_json (builder);
      return;
    }
  printf ("On %" G_GSIZE_FORMAT " held-out %s images: MAE %.4g%s%s, R² %.3f, "
          "%.0f %% within the 90 %% interval\n%s is written.\n",
          held_out->quality.n, tested ? "test" : "validation",
          held_out->quality.mae, *unit ? " " : "", unit, held_out->quality.r2,
          100.0 * held_out->coverage, path);
}

static int
train_dataset (const Settings   *settings,
               const char       *folder,
               const OrdOptions *options)
{
  OrdDatasetOptions       how = {
    .pattern = settings->pattern,
    .label_columns = (const char * const *) settings->labels,
    .without = (const char * const *) settings->without,
    .unit = settings->unit,
    .seed = (guint64) ord_options_get (options, "seed"),
  };
  OrdCommandProgress      progress = { .quiet = settings->quiet };
  g_autofree char        *title = NULL;
  g_autoptr (OrdDataset)  dataset = NULL;
  g_autoptr (OrdTrainer)  trainer = NULL;
  g_autoptr (OrdModel)    model = NULL;
  g_autoptr (OrdPretrained) network = NULL;
  g_autoptr (GError)      error = NULL;

  if (!ord_command_network_open (&settings->network, &network, &error))
    return ord_command_fail (error);
  dataset = ord_dataset_read (folder, &how, &error);
  if (!dataset)
    return ord_command_fail (error);

  if (!ord_model_can_save (settings->output, &error))
    return ord_command_fail (error);

  title = settings->title ? g_strdup (settings->title)
                          : title_from_path (settings->output);
  trainer = ord_trainer_new (dataset, title, settings->method,
                             settings->network.kind, options);
  ord_trainer_set_pretrained (trainer, network);
  ord_trainer_set_path (trainer, settings->output);
  if (settings->fresh)
    ord_trainer_start_anew (trainer);
  progress.unit = ord_dataset_get_unit (dataset);
  model = ord_trainer_run (trainer, ord_command_progress, &progress,
                           ord_command_cancellable (), &error);
  ord_command_progress_close (&progress);
  print_failures (ord_trainer_get_failures (trainer));
  if (!model || !ord_model_save (model, settings->output, &error))
    {
      int         code = ord_command_fail (error);
      const char *checkpoint = ord_trainer_get_checkpoint (trainer);

      if (g_file_test (checkpoint, G_FILE_TEST_EXISTS))
        fprintf (stderr, "The training so far is kept in %s; the same command "
                 "goes on from there.\n", checkpoint);
      return code;
    }
  ord_trainer_discard_checkpoint (trainer);
  print_result (model, settings->output, settings->json,
                ord_trainer_get_failures (trainer)->len);

  return ORD_EXIT_OK;
}

/* (transfer full): what stands after the options in the help. */
static char *
describe (void)
{
  g_autofree char *settings = ord_command_describe_settings (NULL);
  g_autofree char *folder = ord_feature_cache_get_folder ();

  return g_strdup_printf ("%sWhat a pretrained network makes of pictures is "
                          "kept in %s\nfor later trainings (--feature-cache). "
                          "The folder may be removed at any time.\n",
                          settings, folder);
}

int
ord_command_train (int    argc,
                   char **argv)
{
  g_auto (Settings)       settings = { 0 };
  const GOptionEntry      entries[] = {
    { "model", 'o', 0, G_OPTION_ARG_FILENAME, &settings.output,
      "the model file to write", "MODEL" },
    { "method", 0, 0, G_OPTION_ARG_STRING, &settings.method,
      "what training minimises (rm-loss)", "NAME" },
    ORD_COMMAND_NETWORK_ENTRIES (settings.network),
    { "title", 0, 0, G_OPTION_ARG_STRING, &settings.title,
      "name of the model for people", "TEXT" },
    { "unit", 0, 0, G_OPTION_ARG_STRING, &settings.unit,
      "unit of the value", "TEXT" },
    { "pattern", 0, 0, G_OPTION_ARG_STRING, &settings.pattern,
      "values are in file names: a regular expression with the group "
      "(?<value>…)", "REGEX" },
    { "label", 0, 0, G_OPTION_ARG_STRING_ARRAY, &settings.labels,
      "a label column of labels.csv (value); again for a vector", "COLUMN" },
    { "without", 0, 0, G_OPTION_ARG_STRING_ARRAY, &settings.without,
      "a covariate of labels.csv to leave out; again for more", "COLUMN" },
    { "fresh", 0, 0, G_OPTION_ARG_NONE, &settings.fresh,
      "do not resume an interrupted training", NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &settings.json,
      "print the result as a JSON object", NULL },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &settings.quiet, "no progress", NULL },
    { NULL }
  };
  g_autoptr (OrdOptions)  options = NULL;
  g_autoptr (GPtrArray)   numbers = NULL;
  g_autoptr (GError)      error = NULL;
  g_autofree char        *method = NULL;
  g_autofree char        *description = NULL;
  g_autofree char        *mistake = NULL;

  g_set_prgname ("ordinate train");
  method = ord_command_peek_option (argc, argv, "method", ord_method_list ()[0]);
  ord_command_network_peek (&settings.network, argc, argv);
  options = ord_trainer_options_new (method, settings.network.kind, &error);
  if (options)
    numbers = ord_command_take_settings (options, &argc, argv, &error);
  if (!numbers || !apply_settings (options, numbers, &error))
    return ord_command_usage ("%s", error->message);

  description = describe ();
  if (!ord_command_parse (&argc, &argv, entries, "DIR -o MODEL",
                          "Trains a model on a folder of labelled pictures: "
                          "with labels.csv (file,value,…), with one folder\n"
                          "per value, or with values in file names.",
                          description))
    return ORD_EXIT_USAGE;
  mistake = ord_command_network_find_mistake (&settings.network);
  if (mistake)
    return ord_command_usage ("%s (the model file is told by -o)", mistake);
  if (argc != 2)
    return ord_command_usage ("name one folder of pictures");
  if (!settings.output)
    return ord_command_usage ("name the model file to write: -o MODEL");
  g_set_str (&settings.method, method);

  return train_dataset (&settings, argv[1], options);
}
