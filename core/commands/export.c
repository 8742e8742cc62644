/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * `ordinate export MODEL …`: what a model has learnt, for other programs.
 */
#include "commands.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#include "../model/ord-export.h"

/* What may be asked for, each a file of its own. */
enum
{
  ENCODER,
  FEATURES_TABLE,
  SAMPLES_TABLE,
  FEATURES_ARRAY,
  LABELS_ARRAY,
  N_EXPORTS
};

/**
 * Settings:
 * @alone: whether the network is to make features of pictures without their mirror
 *   images
 */
typedef struct
{
  char     *paths[N_EXPORTS];
  gboolean  alone;
} Settings;

static void
settings_clear (Settings *settings)
{
  for (guint i = 0; i < N_EXPORTS; i++)
    g_free (settings->paths[i]);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Settings, settings_clear)

/* Of messages. */
static const char * const nouns[N_EXPORTS] = {
  "network", "table of features", "table of samples", "array of features",
  "array of labels",
};

typedef struct
{
  OrdOutput *outputs[N_EXPORTS];
} Outputs;

static void
outputs_clear (Outputs *outputs)
{
  for (guint i = 0; i < N_EXPORTS; i++)
    ord_output_free (outputs->outputs[i]);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Outputs, outputs_clear)

static const char description[] =
  "ENCODER.onnx takes “image” (n, channels, height, width) and, where the model\n"
  "knows of any, “covariates” (n, numbers); it gives “features” (n, width), by\n"
  "which neighbours are searched. Its metadata say how pictures are prepared:\n"
  "  height, width  with the aspect kept, the picture in the middle, and its\n"
  "                 border going on over what is left (“resize”: pad)\n"
  "  mean, sd       by which values from 0 to 1 are normalised, (value − mean) /\n"
  "                 sd in each channel, before they go into the network; so\n"
  "                 `ordinate train --encoder ENCODER.onnx` reads it too\n"
  "  covariates     a JSON list in the order of the numbers: {name, mean, sd}\n"
  "                 is (value − mean) / sd, {name, categories} is 1 for what is\n"
  "                 so, else 0; what is not known is 0 throughout\n"
  "and what the model is: title, labels, unit, method, radius. Its features are\n"
  "the model’s to 1e-4; those of a model that calculates in bfloat16 (`info`:\n"
  "precision=bf16), to some thousandths of their size. “views” tells whether\n"
  "they are of a picture alone, or means with those of its mirror images.\n\n"
  "A file that is there is replaced when the new one is complete.\n";

/* "--table A B": takes both out of the arguments. FALSE where one is missing. */
static gboolean
take_table (int       *argc,
            char     **argv,
            Settings  *settings)
{
  for (int i = 1; i < *argc; i++)
    {
      gboolean joined = g_str_has_prefix (argv[i], "--table=");
      int      n = joined ? 2 : 3;

      if (!joined && !g_str_equal (argv[i], "--table"))
        continue;
      if (i + n > *argc || *argv[i + n - 1] == '-' || *argv[i + n - 2] == '\0' ||
          (!joined && *argv[i + 1] == '-'))
        return FALSE;
      g_set_str (&settings->paths[FEATURES_TABLE],
                 joined ? argv[i] + strlen ("--table=") : argv[i + 1]);
      g_set_str (&settings->paths[SAMPLES_TABLE], argv[i + n - 1]);
      memmove (argv + i, argv + i + n,
               sizeof *argv * (gsize) (*argc - i - n + 1));
      *argc -= n;
      i--;
    }
  return TRUE;
}

/* Whether two names are of one file, even where it is not there yet. */
static gboolean
is_same (const char *first,
         const char *second)
{
  g_autofree char *a = g_canonicalize_filename (first, NULL);
  g_autofree char *b = g_canonicalize_filename (second, NULL);
  GStatBuf         of_a, of_b;

  if (g_str_equal (a, b))
    return TRUE;
  return g_stat (first, &of_a) == 0 && g_stat (second, &of_b) == 0 &&
         of_a.st_dev == of_b.st_dev && of_a.st_ino == of_b.st_ino;
}

/* (nullable): a path that is named twice, be it that of the model. */
static const char *
find_twice (const char     *model,
            const Settings *settings)
{
  for (guint i = 0; i < N_EXPORTS; i++)
    {
      const char *path = settings->paths[i];

      if (!path)
        continue;
      if (is_same (path, model))
        return path;
      for (guint k = 0; k < i; k++)
        if (settings->paths[k] && is_same (path, settings->paths[k]))
          return path;
    }
  return NULL;
}

/* All places before any work. */
static gboolean
open_outputs (const Settings  *settings,
              Outputs         *outputs,
              GError         **error)
{
  for (guint i = 0; i < N_EXPORTS; i++)
    if (settings->paths[i] &&
        !(outputs->outputs[i] = ord_output_new (settings->paths[i], nouns[i], 0,
                                                error)))
      return FALSE;
  return TRUE;
}

static gboolean
write_encoder (OrdModel   *model,
               gboolean    alone,
               OrdOutput  *output,
               GError    **error)
{
  g_autoptr (OrdPredictor) predictor = ord_predictor_new (model, error);

  return predictor && ord_export_encoder (predictor, alone, output, error);
}

static gboolean
write_outputs (OrdModel        *model,
               const Settings  *settings,
               Outputs         *outputs,
               GError         **error)
{
  static gboolean (* const write[N_EXPORTS]) (OrdModel   *model,
                                              OrdOutput  *output,
                                              GError    **error) = {
    NULL, ord_export_features_table, ord_export_samples_table,
    ord_export_features_array, ord_export_labels_array,
  };

  if (outputs->outputs[ENCODER] &&
      !write_encoder (model, settings->alone, outputs->outputs[ENCODER], error))
    return FALSE;
  for (guint i = ENCODER + 1; i < N_EXPORTS; i++)
    if (outputs->outputs[i] && !write[i] (model, outputs->outputs[i], error))
      return FALSE;

  /* All of them are complete before the first takes its place. */
  for (guint i = 0; i < N_EXPORTS; i++)
    if (outputs->outputs[i] && !ord_output_commit (outputs->outputs[i], error))
      return FALSE;
  return TRUE;
}

static void
print_outputs (OrdModel       *model,
               const Settings *settings)
{
  const OrdModelParts *parts = ord_model_get_parts (model);
  guint n = ord_dataset_get_n_samples (parts->dataset);
  guint n_covariates = ord_dataset_get_covariate_width (parts->dataset);

  if (settings->paths[ENCODER])
    printf ("%s: pictures of %d × %d%s to %u numbers\n",
            settings->paths[ENCODER], parts->preparation.width,
            parts->preparation.height, n_covariates > 0 ? " and covariates" : "",
            parts->width);
  if (settings->paths[ENCODER] && ord_export_is_rounded (model))
    printf ("It calculates in floats, and the model in bfloat16: their features "
            "are some\nthousandths apart. A model that was trained with "
            "--precision float agrees.\n");
  if (settings->paths[ENCODER] && ord_export_is_averaged (model))
    printf (settings->alone
            ? "Its features are of pictures alone, and the model’s are means with "
              "their mirror\nimages.\n"
            : "It makes the mean of a picture and its mirror images, as the model "
              "does; to train it\non, export it with --no-average-flips.\n");
  for (guint i = ENCODER + 1; i < N_EXPORTS; i++)
    if (settings->paths[i])
      printf ("%s: %s of %u images\n", settings->paths[i], nouns[i], n);
}

int
ord_command_export (int    argc,
                    char **argv)
{
  g_auto (Settings)     settings = { 0 };
  g_autofree char      *table = NULL;
  const GOptionEntry    entries[] = {
    /* Taken before: GOption knows no option with two values. */
    { "table", 0, 0, G_OPTION_ARG_FILENAME, &table,
      "the features of all images, and what they are: for the Embedding "
      "Projector", "FEATURES.tsv METADATA.tsv" },
    { "npy", 0, 0, G_OPTION_ARG_FILENAME, &settings.paths[FEATURES_ARRAY],
      "the features of all images, for NumPy", "FEATURES.npy" },
    { "npy-labels", 0, 0, G_OPTION_ARG_FILENAME, &settings.paths[LABELS_ARRAY],
      "their labels", "LABELS.npy" },
    { "no-average-flips", 0, 0, G_OPTION_ARG_NONE, &settings.alone,
      "a network for pictures without their mirror images, which can be trained on",
      NULL },
    { NULL }
  };
  g_auto (Outputs)      outputs = { 0 };
  g_autoptr (GError)    error = NULL;
  g_autoptr (OrdModel)  model = NULL;
  gboolean              asked = FALSE;

  g_set_prgname ("ordinate export");
  if (!take_table (&argc, argv, &settings))
    return ord_command_usage ("--table wants two files: --table FEATURES.tsv "
                              "METADATA.tsv");
  if (!ord_command_parse (&argc, &argv, entries, "MODEL [ENCODER.onnx]",
                          "Writes what a model has learnt for other programs: "
                          "its encoder as an ONNX\nnetwork, the features of its "
                          "images as tables or arrays.", description))
    return ORD_EXIT_USAGE;
  if (argc < 2 || argc > 3)
    return ord_command_usage ("name one model, and one file for its encoder or "
                              "none");
  g_set_str (&settings.paths[ENCODER], argc == 3 ? argv[2] : NULL);
  for (guint i = 0; i < N_EXPORTS; i++)
    asked |= settings.paths[i] != NULL;
  if (!asked)
    return ord_command_usage ("say what to write: ENCODER.onnx, --table, --npy "
                              "or --npy-labels");
  if (settings.alone && !settings.paths[ENCODER])
    return ord_command_usage ("--no-average-flips is of ENCODER.onnx: name a file "
                              "for it");
  if (find_twice (argv[1], &settings))
    return ord_command_usage ("“%s” is named twice; each file needs a name of "
                              "its own", find_twice (argv[1], &settings));

  model = ord_model_load (argv[1], ord_command_cancellable (), &error);
  if (!model || !open_outputs (&settings, &outputs, &error) ||
      !write_outputs (model, &settings, &outputs, &error))
    return ord_command_fail (error);
  print_outputs (model, &settings);

  return ORD_EXIT_OK;
}
