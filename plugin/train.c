/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * plug-in-ordinate-train: a folder of labelled pictures becomes a model file.
 * Interactive runs open the training window; scripts wait for the model and
 * get its error on held-out pictures.
 */
#include <glib/gi18n.h>
#include <libgimp/gimp.h>

#include "encoder/ord-encoder.h"
#include "methods/ord-method.h"
#include "model/ord-trainer.h"
#include "procedures.h"
#include "window.h"

/* How many unreadable pictures are named one by one. */
#define FAILURES_SHOWN 5

/* Places of the return values; 0 is the status. */
enum
{
  RETURN_MAE = 1,
  RETURN_R2,
};

/* What a script asks for. */
typedef struct
{
  char     *folder;
  char     *path;
  char     *title;
  char     *unit;
  char     *method;
  char     *options;
  char     *network;
  gboolean  finetune;
  double    minutes;
} Request;

static void
request_clear (Request *request)
{
  g_free (request->folder);
  g_free (request->path);
  g_free (request->title);
  g_free (request->unit);
  g_free (request->method);
  g_free (request->options);
  g_free (request->network);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Request, request_clear)

/* %FALSE with an error where something that is needed was not given. */
static gboolean
request_init (Request              *request,
              GimpProcedureConfig  *config,
              GError              **error)
{
  g_autoptr (GFile) folder  = NULL;
  g_autoptr (GFile) model   = NULL;
  g_autoptr (GFile) network = NULL;

  g_object_get (config,
                "folder",   &folder,
                "model",    &model,
                "title",    &request->title,
                "unit",     &request->unit,
                "method",   &request->method,
                "minutes",  &request->minutes,
                "options",  &request->options,
                "network",  &network,
                "finetune", &request->finetune,
                NULL);
  request->folder  = folder != NULL ? g_file_get_path (folder) : NULL;
  request->path    = model != NULL ? g_file_get_path (model) : NULL;
  request->network = network != NULL ? g_file_get_path (network) : NULL;

  if (request->folder == NULL || request->path == NULL)
    {
      g_set_error_literal (error, ORD_ERROR, ORD_ERROR_OPTION,
                           _("Training needs a folder of labelled pictures "
                             "(“folder”) and the name of the model file to "
                             "write (“model”)."));
      return FALSE;
    }
  if (request->finetune && request->network == NULL)
    {
      g_set_error_literal (error, ORD_ERROR, ORD_ERROR_OPTION,
                           _("There is no pretrained network to train further "
                             "(“finetune”): name its file (“network”)."));
      return FALSE;
    }

  return TRUE;
}

static const char *
choose_encoder (const Request *request)
{
  if (request->network == NULL)
    return ord_encoder_list ()[0];

  return ord_encoder_of_network (request->finetune);
}

static OrdTrainer *
make_trainer (const Request  *request,
              GError        **error)
{
  g_autoptr (OrdOptions)    options = NULL;
  g_autoptr (OrdPretrained) network = NULL;
  g_autoptr (OrdDataset)    dataset = NULL;
  g_autofree char          *title   = NULL;
  OrdTrainer               *trainer;
  OrdDatasetOptions         reading = { 0, };
  const char               *encoder = choose_encoder (request);
  const char               *method  = request->method;

  if (method == NULL || *method == '\0')
    method = ord_method_list ()[0];

  options = ord_trainer_options_new (method, encoder, error);
  if (options == NULL)
    return NULL;
  if (request->minutes > 0.0 &&
      ! ord_options_set (options, "minutes", request->minutes, error))
    return NULL;
  if (request->options != NULL &&
      ! ord_options_parse (options, request->options, error))
    return NULL;

  if (request->network != NULL)
    {
      network = ord_pretrained_open (request->network, NULL, NULL, NULL, NULL,
                                     error);
      if (network == NULL)
        return NULL;
    }

  if (request->unit != NULL && *request->unit != '\0')
    reading.unit = request->unit;
  reading.seed = ord_options_get (options, "seed");
  dataset = ord_dataset_read (request->folder, &reading, error);
  if (dataset == NULL)
    return NULL;

  if (request->title != NULL && *request->title != '\0')
    title = g_strdup (request->title);
  else
    title = g_filename_display_basename (request->folder);

  trainer = ord_trainer_new (dataset, title, method, encoder, options);
  ord_trainer_set_pretrained (trainer, network);
  ord_trainer_set_path (trainer, request->path);

  return trainer;
}

static void
show_progress (const OrdProgress *progress,
               gpointer           user_data)
{
  double *shown = user_data;

  if (progress->warning != NULL)
    gimp_message (progress->warning);

  /* Each update is a round trip to GIMP. */
  if (progress->fraction < *shown + 0.01)
    return;

  gimp_progress_set_text (progress->stage);
  gimp_progress_update (progress->fraction);
  *shown = progress->fraction;
}

static void
tell_failures (GPtrArray *failures)
{
  g_autoptr (GString) text = NULL;

  if (failures == NULL || failures->len == 0)
    return;

  text = g_string_new (NULL);
  g_string_printf (text,
                   ngettext ("%u picture could not be read and was left out:",
                             "%u pictures could not be read and were left out:",
                             failures->len),
                   failures->len);
  for (guint i = 0; i < MIN (failures->len, FAILURES_SHOWN); i++)
    g_string_append_printf (text, "\n%s",
                            (char *) g_ptr_array_index (failures, i));
  if (failures->len > FAILURES_SHOWN)
    g_string_append (text, "\n…");
  gimp_message (text->str);
}

static OrdModel *
train (const Request  *request,
       GError        **error)
{
  g_autoptr (OrdTrainer) trainer = make_trainer (request, error);
  g_autoptr (OrdModel)   model   = NULL;
  double                 shown   = 0.0;

  /* Before the hours of training, not after them. */
  if (trainer == NULL || ! ord_model_can_save (request->path, error))
    return NULL;

  model = ord_trainer_run (trainer, show_progress, &shown, NULL, error);
  tell_failures (ord_trainer_get_failures (trainer));
  if (model == NULL || ! ord_model_save (model, request->path, error))
    return NULL;
  ord_trainer_discard_checkpoint (trainer);

  return g_steal_pointer (&model);
}

static GimpValueArray *
answer (GimpProcedure *procedure,
        OrdModel      *model)
{
  const OrdModelParts *parts   = ord_model_get_parts (model);
  const OrdQuality    *quality = parts->test.quality.n > 0
                                 ? &parts->test.quality
                                 : &parts->validation.quality;
  GimpValueArray      *values;

  values = gimp_procedure_new_return_values (procedure, GIMP_PDB_SUCCESS, NULL);
  GIMP_VALUES_SET_DOUBLE (values, RETURN_MAE, quality->mae);
  GIMP_VALUES_SET_DOUBLE (values, RETURN_R2, quality->r2);

  return values;
}

static GimpValueArray *
run_non_interactive (GimpProcedure       *procedure,
                     GimpProcedureConfig *config)
{
  g_auto (Request)      request = { 0, };
  g_autoptr (OrdModel)  model   = NULL;
  GError               *error   = NULL;

  if (! request_init (&request, config, &error))
    return gimp_procedure_new_return_values (procedure,
                                             GIMP_PDB_CALLING_ERROR, error);

  gimp_progress_init (_("Training"));

  model = train (&request, &error);
  if (model == NULL)
    return gimp_procedure_new_return_values (procedure,
                                             GIMP_PDB_EXECUTION_ERROR, error);

  gimp_progress_update (1.0);

  return answer (procedure, model);
}

static GimpValueArray *
run (GimpProcedure       *procedure,
     GimpProcedureConfig *config,
     gpointer             run_data)
{
  g_autoptr (GFile)    folder = NULL;
  g_autofree char     *path   = NULL;
  g_autoptr (OrdModel) model  = NULL;
  GimpRunMode          run_mode;

  g_object_get (config, "run-mode", &run_mode, "folder", &folder, NULL);
  if (run_mode == GIMP_RUN_NONINTERACTIVE)
    return run_non_interactive (procedure, config);

  path = window_run_training (folder);
  model = path != NULL ? ord_model_load (path, NULL, NULL) : NULL;
  if (model != NULL)
    return answer (procedure, model);

  return gimp_procedure_new_return_values (procedure, GIMP_PDB_CANCEL, NULL);
}

static void
add_arguments (GimpProcedure *procedure)
{
  gimp_procedure_add_enum_argument (procedure, "run-mode", _("Run mode"),
                                    _("The run mode"), GIMP_TYPE_RUN_MODE,
                                    GIMP_RUN_NONINTERACTIVE,
                                    G_PARAM_READWRITE);
  /* Any file name will do for GIMP: what is wrong with it, we say better. */
  gimp_procedure_add_file_argument (procedure, "folder", _("_Folder"),
                                    _("Folder of labelled pictures: with a "
                                      "labels.csv, or one folder per value"),
                                    GIMP_FILE_CHOOSER_ACTION_ANY,
                                    TRUE, NULL, G_PARAM_READWRITE);
  gimp_procedure_add_file_argument (procedure, "model", _("_Model"),
                                    _("Model file to write (*.ordinate)"),
                                    GIMP_FILE_CHOOSER_ACTION_ANY, TRUE, NULL,
                                    G_PARAM_READWRITE);
  gimp_procedure_add_string_argument (procedure, "title", _("_Name"),
                                      _("Name of the model for people; the "
                                        "folder's where it is empty"),
                                      "", G_PARAM_READWRITE);
  gimp_procedure_add_string_argument (procedure, "unit", _("_Unit"),
                                      _("Unit of the labels; the table's own "
                                        "where it is empty"),
                                      "", G_PARAM_READWRITE);
  gimp_procedure_add_string_argument (procedure, "method", _("M_ethod"),
                                      _("Training method, such as rm-loss; "
                                        "the default where it is empty"),
                                      "", G_PARAM_READWRITE);
  gimp_procedure_add_double_argument (procedure, "minutes", _("M_inutes"),
                                      _("Training time that the schedule fits "
                                        "itself to; 0: the engine's default"),
                                      0.0, 10080.0, 0.0, G_PARAM_READWRITE);
  gimp_procedure_add_string_argument (procedure, "options", _("_Options"),
                                      _("Further options by name: "
                                        "“seed=3 sigma=0.5”"),
                                      "", G_PARAM_READWRITE);
  gimp_procedure_add_file_argument (procedure, "network", _("Net_work"),
                                    _("Pretrained network (*.onnx) to start "
                                      "from; without one, a small network "
                                      "learns from scratch"),
                                    GIMP_FILE_CHOOSER_ACTION_ANY, TRUE, NULL,
                                    G_PARAM_READWRITE);
  gimp_procedure_add_boolean_argument (procedure, "finetune", _("_Fine-tune"),
                                       _("Train the pretrained network too, "
                                         "not only what reads its output"),
                                       FALSE, G_PARAM_READWRITE);
}

/* In the order of the RETURN_ enumeration. */
static void
add_return_values (GimpProcedure *procedure)
{
  gimp_procedure_add_double_return_value (
    procedure, "mae", _("Mean absolute error"),
    _("On the test pictures (on the validation pictures where there are "
      "none), in the unit of the labels"),
    -G_MAXDOUBLE, G_MAXDOUBLE, 0.0, G_PARAM_READWRITE);
  gimp_procedure_add_double_return_value (
    procedure, "r2", _("R²"), _("Share of the variance that is explained"),
    -G_MAXDOUBLE, G_MAXDOUBLE, 0.0, G_PARAM_READWRITE);
}

GimpProcedure *
train_procedure_new (GimpPlugIn *plug_in)
{
  GimpProcedure *procedure =
    gimp_procedure_new (plug_in, TRAIN_PROCEDURE, GIMP_PDB_PROC_TYPE_PLUGIN,
                        run, NULL, NULL);

  procedure_describe (procedure, _("_Train…"),
                      _("Train a model on a folder of labelled pictures"),
                      _("Learns to read a number off pictures such as those "
                        "in a folder, whose values are known, and writes a "
                        "model file for “Predict Value…”. Everything runs on "
                        "this machine. With a window, of the arguments only "
                        "the folder counts."));
  gimp_procedure_set_sensitivity_mask (procedure,
                                       GIMP_PROCEDURE_SENSITIVE_ALWAYS);
  add_arguments (procedure);
  add_return_values (procedure);

  return procedure;
}
