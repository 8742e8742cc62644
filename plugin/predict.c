/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * plug-in-ordinate-predict: a number for the open image, and the reasons for
 * it. Interactive runs open the window (window.c); scripts get the answer as
 * return values.
 */
#include <glib/gi18n.h>
#include <libgimp/gimp.h>

#include "model/ord-predictor.h"
#include "pixels.h"
#include "procedures.h"
#include "window.h"

/* Places of the return values; 0 is the status. */
enum
{
  RETURN_VALUES = 1,
  RETURN_LOWS,
  RETURN_HIGHS,
  RETURN_UNIT,
  RETURN_IN_RANGE,
  RETURN_NEIGHBOUR_LABELS,
  RETURN_NEIGHBOUR_DISTANCES,
  RETURN_NEIGHBOUR_FILES,
};

static OrdPrediction *
predict (GimpImage   *image,
         OrdModel    *model,
         const char  *covariates_text,
         GError     **error)
{
  const OrdModelParts     *parts       = ord_model_get_parts (model);
  g_autoptr (OrdPredictor) predictor   = NULL;
  g_autoptr (OrdImage)     pixels      = NULL;
  g_autofree double       *covariates  = NULL;
  g_auto (GStrv)           assignments = NULL;

  covariates  = g_new (double,
                       ord_dataset_get_n_covariates (parts->dataset) + 1);
  assignments = ord_dataset_split_assignments (covariates_text);
  if (! ord_dataset_parse_covariates (parts->dataset,
                                      (const char * const *) assignments,
                                      covariates, error))
    return NULL;

  predictor = ord_predictor_new (model, error);
  if (predictor == NULL)
    return NULL;

  pixels = pixels_read (image, &parts->preparation, error);
  if (pixels == NULL)
    return NULL;

  gimp_progress_update (0.7);

  return ord_predictor_predict (predictor, pixels, covariates, NULL, error);
}

static void
set_neighbours (GimpValueArray      *values,
                OrdDataset          *dataset,
                const OrdPrediction *prediction)
{
  guint              n         = prediction->neighbours->len;
  guint              n_labels  = prediction->n_labels;
  g_autofree double *labels    = g_new (double, n * n_labels + 1);
  g_autofree double *distances = g_new (double, n + 1);
  g_autoptr (GStrvBuilder) files = g_strv_builder_new ();

  for (guint i = 0; i < n; i++)
    {
      const OrdPredictionNeighbour *neighbour =
        &g_array_index (prediction->neighbours, OrdPredictionNeighbour, i);
      const OrdSample *sample = ord_dataset_get_sample (dataset,
                                                        neighbour->sample);

      for (guint c = 0; c < n_labels; c++)
        labels[i * n_labels + c] = sample->labels[c];
      distances[i] = neighbour->distance;
      g_strv_builder_add (files, sample->path);
    }

  GIMP_VALUES_SET_DOUBLE_ARRAY (values, RETURN_NEIGHBOUR_LABELS,
                                labels, n * n_labels);
  GIMP_VALUES_SET_DOUBLE_ARRAY (values, RETURN_NEIGHBOUR_DISTANCES,
                                distances, n);
  GIMP_VALUES_TAKE_STRV (values, RETURN_NEIGHBOUR_FILES,
                         g_strv_builder_end (files));
}

static GimpValueArray *
answer (GimpProcedure       *procedure,
        OrdModel            *model,
        const OrdPrediction *prediction)
{
  OrdDataset     *dataset = ord_model_get_parts (model)->dataset;
  GimpValueArray *values;

  values = gimp_procedure_new_return_values (procedure, GIMP_PDB_SUCCESS, NULL);
  GIMP_VALUES_SET_DOUBLE_ARRAY (values, RETURN_VALUES,
                                prediction->values, prediction->n_labels);
  GIMP_VALUES_SET_DOUBLE_ARRAY (values, RETURN_LOWS,
                                prediction->lows, prediction->n_labels);
  GIMP_VALUES_SET_DOUBLE_ARRAY (values, RETURN_HIGHS,
                                prediction->highs, prediction->n_labels);
  GIMP_VALUES_SET_STRING (values, RETURN_UNIT, ord_dataset_get_unit (dataset));
  GIMP_VALUES_SET_BOOLEAN (values, RETURN_IN_RANGE, prediction->in_range);
  set_neighbours (values, dataset, prediction);

  return values;
}

static GimpValueArray *
run_non_interactive (GimpProcedure       *procedure,
                     GimpImage           *image,
                     GimpProcedureConfig *config)
{
  g_autoptr (GFile)         file       = NULL;
  g_autofree char          *path       = NULL;
  g_autofree char          *covariates = NULL;
  g_autoptr (OrdModel)      model      = NULL;
  g_autoptr (OrdPrediction) prediction = NULL;
  GError                   *error      = NULL;

  g_object_get (config, "model", &file, "covariates", &covariates, NULL);
  path = file != NULL ? g_file_get_path (file) : NULL;
  if (path == NULL)
    {
      g_set_error_literal (&error, ORD_ERROR, ORD_ERROR_MODEL,
                           file != NULL
                           ? _("Only models on this machine can be opened.")
                           : _("Which model? Give a model file (*.ordinate) in "
                               "the argument “model”; “Train…” makes one."));
      return gimp_procedure_new_return_values (procedure,
                                               GIMP_PDB_CALLING_ERROR, error);
    }

  gimp_progress_init (_("Predicting a value"));

  model = ord_model_load (path, NULL, &error);
  if (model != NULL)
    {
      gimp_progress_update (0.2);
      prediction = predict (image, model, covariates, &error);
    }
  if (prediction == NULL)
    return gimp_procedure_new_return_values (procedure,
                                             GIMP_PDB_EXECUTION_ERROR, error);

  gimp_progress_update (1.0);

  return answer (procedure, model, prediction);
}

/**
 * Interactive:
 * @values: (nullable): the answer that was shown last
 */
typedef struct
{
  GimpProcedure       *procedure;
  GimpProcedureConfig *config;
  GimpValueArray      *values;
} Interactive;

static void
take_answer (OrdView  *view,
             gpointer  user_data)
{
  Interactive         *interactive = user_data;
  const char          *path        = ord_view_get_model_path (view);
  const OrdPrediction *prediction  = ord_view_get_prediction (view);

  if (path != NULL)
    {
      g_autoptr (GFile) last = g_file_new_for_path (path);

      g_object_set (interactive->config, "last-model", last, NULL);
    }
  if (prediction != NULL)
    interactive->values = answer (interactive->procedure,
                                  ord_view_get_model (view), prediction);
}

static GimpValueArray *
run (GimpProcedure        *procedure,
     GimpRunMode           run_mode,
     GimpImage            *image,
     GimpDrawable        **drawables,
     GimpProcedureConfig  *config,
     gpointer              run_data)
{
  Interactive       interactive = { procedure, config, NULL };
  g_autoptr (GFile) model       = NULL;
  g_autoptr (GFile) last        = NULL;

  gegl_init (NULL, NULL);

  if (run_mode == GIMP_RUN_NONINTERACTIVE)
    return run_non_interactive (procedure, image, config);

  /* GIMP puts the settings of the last run over the arguments of this one,
   * so the remembered model is an auxiliary argument and "model" is not
   * saved: a model that a script names is the one that is opened. */
  g_object_get (config, "model", &model, "last-model", &last, NULL);
  window_run (image, model != NULL ? model : last, take_answer, &interactive);

  /* Settings are saved after a success, with the image too. */
  if (interactive.values != NULL && gimp_image_is_valid (image))
    return interactive.values;

  g_clear_pointer (&interactive.values, gimp_value_array_unref);

  return gimp_procedure_new_return_values (procedure, GIMP_PDB_CANCEL, NULL);
}

static void
add_arguments (GimpProcedure *procedure)
{
  /* Any file name will do for GIMP: what is wrong with it, we say better. */
  gimp_procedure_add_file_argument (procedure, "model", _("_Model"),
                                    _("Model file (*.ordinate)"),
                                    GIMP_FILE_CHOOSER_ACTION_ANY, TRUE, NULL,
                                    G_PARAM_READWRITE |
                                    GIMP_PARAM_DONT_SERIALIZE);
  gimp_procedure_add_string_argument (procedure, "covariates",
                                      _("_Covariates"),
                                      _("What the model wants to know beside "
                                        "the picture: “sex=F, age=3” (the "
                                        "window asks for it itself)"),
                                      "",
                                      G_PARAM_READWRITE |
                                      GIMP_PARAM_DONT_SERIALIZE);
  gimp_procedure_add_file_aux_argument (procedure, "last-model",
                                        _("Last model"),
                                        _("The model that was open last"),
                                        GIMP_FILE_CHOOSER_ACTION_ANY, TRUE,
                                        NULL, G_PARAM_READWRITE);
}

/* In the order of the RETURN_ enumeration. */
static void
add_return_values (GimpProcedure *procedure)
{
  gimp_procedure_add_double_array_return_value (
    procedure, "values", _("Values"),
    _("The predicted value, one number per component of the label"),
    G_PARAM_READWRITE);
  gimp_procedure_add_double_array_return_value (
    procedure, "lows", _("Lows"),
    _("Lower ends of the 90 % interval"), G_PARAM_READWRITE);
  gimp_procedure_add_double_array_return_value (
    procedure, "highs", _("Highs"),
    _("Upper ends of the 90 % interval"), G_PARAM_READWRITE);
  gimp_procedure_add_string_return_value (
    procedure, "unit", _("Unit"),
    _("Unit of the values; empty where the model has none"), "",
    G_PARAM_READWRITE);
  gimp_procedure_add_boolean_return_value (
    procedure, "in-range", _("In range"),
    _("Whether the picture resembles what the model was trained on; where "
      "not, the value cannot be trusted"),
    TRUE, G_PARAM_READWRITE);
  gimp_procedure_add_double_array_return_value (
    procedure, "neighbour-labels", _("Neighbours’ labels"),
    _("Labels of the nearest training pictures, nearest first; all components "
      "of one picture before the next"), G_PARAM_READWRITE);
  gimp_procedure_add_double_array_return_value (
    procedure, "neighbour-distances", _("Neighbours’ distances"),
    _("Their distances in the learnt space"), G_PARAM_READWRITE);
  gimp_procedure_add_string_array_return_value (
    procedure, "neighbour-files", _("Neighbours’ files"),
    _("Their file names"), G_PARAM_READWRITE);
}

GimpProcedure *
predict_procedure_new (GimpPlugIn *plug_in)
{
  GimpProcedure *procedure =
    gimp_image_procedure_new (plug_in, PREDICT_PROCEDURE,
                              GIMP_PDB_PROC_TYPE_PLUGIN, run, NULL, NULL);

  procedure_describe (procedure, _("_Predict Value…"),
                      _("Read a number off the picture, and see why"),
                      _("Predicts a value for the picture, or for the "
                        "selection's bounding box, with a model that was "
                        "trained on labelled pictures; shows its uncertainty, "
                        "the nearest training pictures and its place among "
                        "all of them."));
  gimp_procedure_set_image_types (procedure, "*");
  gimp_procedure_set_sensitivity_mask (procedure,
                                       GIMP_PROCEDURE_SENSITIVE_DRAWABLE |
                                       GIMP_PROCEDURE_SENSITIVE_DRAWABLES |
                                       GIMP_PROCEDURE_SENSITIVE_NO_DRAWABLES);
  add_arguments (procedure);
  add_return_values (procedure);

  return procedure;
}
