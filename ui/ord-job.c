/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Long work off the main thread: the only place where the engine's synchronous
 * calls become GTasks.
 */
#include "ord-job.h"

#include <errno.h>
#include <math.h>

#include <glib/gi18n-lib.h>

/* Jobs whose task still exists. GTask's thread pool is the process's, so its
 * count is too. */
static int n_jobs;

static void
job_ended (gpointer count)
{
  g_atomic_int_add ((int *) count, -1);
  g_main_context_wakeup (NULL);
}

/* Its thread and its callback on the way hold the task: what is attached to it
 * goes when the one has returned and the other has been called. */
static void
start (GTask           *task,
       GTaskThreadFunc  func)
{
  g_atomic_int_inc (&n_jobs);
  g_object_set_data_full (G_OBJECT (task), "ord-job", &n_jobs, job_ended);
  g_task_run_in_thread (task, func);
}

void
ord_jobs_drain (void)
{
  while (g_atomic_int_get (&n_jobs) > 0)
    g_main_context_iteration (NULL, TRUE);

  /* What they sent last. */
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

/* Load ******************************************************************** */

static void
load_thread (GTask        *task,
             gpointer      source_object,
             gpointer      task_data,
             GCancellable *cancellable)
{
  g_autoptr (OrdModel) model = NULL;
  OrdPredictor *predictor = NULL;
  GError       *error     = NULL;

  model = ord_model_load (task_data, cancellable, &error);
  if (model)
    predictor = ord_predictor_new (model, &error);

  if (predictor)
    g_task_return_pointer (task, predictor, g_object_unref);
  else
    g_task_return_error (task, error);
}

void
ord_job_load_async (const char          *path,
                    GCancellable        *cancellable,
                    GAsyncReadyCallback  callback,
                    gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (path != NULL);

  task = g_task_new (NULL, cancellable, callback, user_data);
  g_task_set_source_tag (task, ord_job_load_async);
  g_task_set_task_data (task, g_strdup (path), g_free);
  start (task, load_thread);
}

OrdPredictor *
ord_job_load_finish (GAsyncResult  *result,
                     GError       **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, ord_job_load_async),
                        NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Predict ***************************************************************** */

typedef struct
{
  OrdPredictor *predictor;
  OrdImage     *image;
  double       *covariates;
} PredictData;

static void
predict_data_free (gpointer data)
{
  PredictData *predict = data;

  g_object_unref (predict->predictor);
  ord_image_unref (predict->image);
  g_free (predict->covariates);
  g_free (predict);
}

static void
prediction_destroy (gpointer data)
{
  ord_prediction_free (data);
}

static void
predict_thread (GTask        *task,
                gpointer      source_object,
                gpointer      task_data,
                GCancellable *cancellable)
{
  PredictData   *predict = task_data;
  OrdPrediction *prediction;
  GError        *error = NULL;

  /* Calls take turns, so one that is no longer wanted need not wait for its
   * own. */
  if (g_task_return_error_if_cancelled (task))
    return;

  prediction = ord_predictor_predict (predict->predictor, predict->image,
                                      predict->covariates, cancellable, &error);
  if (prediction)
    g_task_return_pointer (task, prediction, prediction_destroy);
  else
    g_task_return_error (task, error);
}

void
ord_job_predict_async (OrdPredictor        *predictor,
                       OrdImage            *image,
                       const double        *covariates,
                       guint                n_covariates,
                       GCancellable        *cancellable,
                       GAsyncReadyCallback  callback,
                       gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;
  PredictData *predict;

  g_return_if_fail (ORD_IS_PREDICTOR (predictor));
  g_return_if_fail (image != NULL);

  predict = g_new0 (PredictData, 1);
  predict->predictor = g_object_ref (predictor);
  predict->image = ord_image_ref (image);
  if (covariates)
    predict->covariates = g_memdup2 (covariates,
                                     sizeof (double) * n_covariates);

  task = g_task_new (NULL, cancellable, callback, user_data);
  g_task_set_source_tag (task, ord_job_predict_async);
  g_task_set_task_data (task, predict, predict_data_free);
  start (task, predict_thread);
}

OrdPrediction *
ord_job_predict_finish (GAsyncResult  *result,
                        GError       **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result,
                                                  ord_job_predict_async),
                        NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Train ******************************************************************* */

struct _OrdTraining
{
  char       *folder;
  char       *title;
  char       *method;
  char       *encoder;
  char       *network;
  char       *path;
  OrdOptions *options;

  GMutex      lock;      /* of what follows */
  char       *unit;
  OrdTrainer *trainer;   /* while it runs */
  gboolean    stop;
};

static void
training_clear (gpointer data)
{
  OrdTraining *training = data;

  g_free (training->folder);
  g_free (training->title);
  g_free (training->unit);
  g_free (training->method);
  g_free (training->encoder);
  g_free (training->network);
  g_free (training->path);
  ord_options_free (training->options);
  g_clear_object (&training->trainer);
  g_mutex_clear (&training->lock);
}

OrdTraining *
ord_training_new (const char       *folder,
                  const char       *title,
                  const char       *unit,
                  const char       *method,
                  const char       *encoder,
                  const char       *network,
                  const OrdOptions *options,
                  const char       *path)
{
  OrdTraining *training;

  g_return_val_if_fail (folder && title && method && encoder && path, NULL);

  training = g_atomic_rc_box_new0 (OrdTraining);
  training->folder = g_strdup (folder);
  training->title = g_strdup (title);
  training->unit = unit && *unit ? g_strdup (unit) : NULL;
  training->method = g_strdup (method);
  training->encoder = g_strdup (encoder);
  training->network = g_strdup (network);
  training->path = g_strdup (path);
  training->options = ord_options_copy (options);
  g_mutex_init (&training->lock);

  return training;
}

OrdTraining *
ord_training_ref (OrdTraining *training)
{
  return g_atomic_rc_box_acquire (training);
}

void
ord_training_unref (OrdTraining *training)
{
  g_atomic_rc_box_release_full (training, training_clear);
}

void
ord_training_stop (OrdTraining *training)
{
  g_mutex_lock (&training->lock);
  training->stop = TRUE;
  if (training->trainer)
    ord_trainer_stop (training->trainer);
  g_mutex_unlock (&training->lock);
}

static void
training_set_unit (OrdTraining *training,
                   const char  *unit)
{
  g_mutex_lock (&training->lock);
  g_free (training->unit);
  training->unit = g_strdup (unit);
  g_mutex_unlock (&training->lock);
}

char *
ord_training_dup_unit (OrdTraining *training)
{
  char *unit;

  g_mutex_lock (&training->lock);
  unit = g_strdup (training->unit);
  g_mutex_unlock (&training->lock);

  return unit;
}

static void
training_set_trainer (OrdTraining *training,
                      OrdTrainer  *trainer)
{
  g_mutex_lock (&training->lock);
  g_set_object (&training->trainer, trainer);
  if (trainer && training->stop)
    ord_trainer_stop (trainer);
  g_mutex_unlock (&training->lock);
}

/* Reports on their way from the training thread to the main loop. */
typedef struct
{
  OrdProgressFunc  func;
  gpointer         user_data;
  GCancellable    *cancellable;

  GMutex           lock;
  GQueue           reports;   /* OrdProgress */
  gboolean         closed;
} Mailbox;

static void
report_free (gpointer data)
{
  OrdProgress *report = data;

  g_free ((char *) report->stage);
  g_free ((char *) report->warning);
  g_free (report);
}

static OrdProgress *
report_copy (const OrdProgress *progress)
{
  OrdProgress *report = g_memdup2 (progress, sizeof *progress);

  report->stage = g_strdup (progress->stage);
  report->warning = g_strdup (progress->warning);

  return report;
}

static void
mailbox_clear (gpointer data)
{
  Mailbox *mailbox = data;

  g_queue_clear_full (&mailbox->reports, report_free);
  g_clear_object (&mailbox->cancellable);
  g_mutex_clear (&mailbox->lock);
}

static void
mailbox_unref (gpointer data)
{
  g_atomic_rc_box_release_full (data, mailbox_clear);
}

static void
mailbox_close (Mailbox *mailbox)
{
  g_mutex_lock (&mailbox->lock);
  mailbox->closed = TRUE;
  g_mutex_unlock (&mailbox->lock);
}

static gboolean
mailbox_deliver (gpointer data)
{
  Mailbox *mailbox = data;

  while (TRUE)
    {
      OrdProgress *report;
      gboolean     closed;

      g_mutex_lock (&mailbox->lock);
      report = g_queue_pop_head (&mailbox->reports);
      closed = mailbox->closed;
      g_mutex_unlock (&mailbox->lock);

      if (! report)
        break;

      if (! closed && ! g_cancellable_is_cancelled (mailbox->cancellable))
        mailbox->func (report, mailbox->user_data);
      report_free (report);
    }

  return G_SOURCE_REMOVE;
}

static gboolean
same_number (double a,
             double b)
{
  return a == b || (isnan (a) && isnan (b));
}

/* Whether @later says all that @earlier says that a person must not miss. */
static gboolean
report_covers (const OrdProgress *earlier,
               const OrdProgress *later)
{
  return earlier->warning == NULL
         && earlier->epoch == later->epoch
         && same_number (earlier->validation_mae, later->validation_mae);
}

/* On the training thread. */
static void
mailbox_post (const OrdProgress *progress,
              gpointer           user_data)
{
  Mailbox     *mailbox = user_data;
  OrdProgress *last;
  gboolean     idle;

  g_mutex_lock (&mailbox->lock);
  idle = g_queue_is_empty (&mailbox->reports);
  last = g_queue_peek_tail (&mailbox->reports);
  if (last && report_covers (last, progress))
    report_free (g_queue_pop_tail (&mailbox->reports));
  g_queue_push_tail (&mailbox->reports, report_copy (progress));
  g_mutex_unlock (&mailbox->lock);

  if (idle)
    g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, mailbox_deliver,
                     g_atomic_rc_box_acquire (mailbox), mailbox_unref);
}

typedef struct
{
  OrdTraining *training;
  Mailbox     *mailbox;
  GPtrArray   *failures;
} TrainData;

static void
train_data_free (gpointer data)
{
  TrainData *train = data;

  ord_training_unref (train->training);
  mailbox_unref (train->mailbox);
  g_clear_pointer (&train->failures, g_ptr_array_unref);
  g_free (train);
}

static GPtrArray *
copy_texts (GPtrArray *texts)
{
  GPtrArray *copy = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; texts && i < texts->len; i++)
    g_ptr_array_add (copy, g_strdup (g_ptr_array_index (texts, i)));

  return copy;
}

static OrdModel *
train (TrainData     *data,
       GCancellable  *cancellable,
       GError       **error)
{
  OrdTraining       *training = data->training;
  OrdDatasetOptions  how      = { .unit = training->unit };
  g_autoptr (OrdPretrained) network = NULL;
  g_autoptr (OrdDataset)    dataset = NULL;
  g_autoptr (OrdTrainer)    trainer = NULL;
  g_autoptr (OrdModel)      model   = NULL;
  g_autofree char *folder = g_path_get_dirname (training->path);

  /* Before the hours of training, not after them. */
  if (g_mkdir_with_parents (folder, 0777) != 0)
    {
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno),
                   _("The folder “%s” for the model cannot be made: %s. "
                     "Choose another place to save."),
                   folder, g_strerror (errno));
      return NULL;
    }
  if (! ord_model_can_save (training->path, error))
    return NULL;

  if (training->network
      && ! (network = ord_pretrained_open (training->network, NULL, NULL, NULL,
                                           NULL, error)))
    return NULL;

  how.seed = (guint64) ord_options_get (training->options, "seed");
  dataset = ord_dataset_read (training->folder, &how, error);
  if (! dataset)
    return NULL;

  training_set_unit (training, ord_dataset_get_unit (dataset));

  trainer = ord_trainer_new (dataset, training->title, training->method,
                             training->encoder, training->options);
  ord_trainer_set_pretrained (trainer, network);
  ord_trainer_set_path (trainer, training->path);

  training_set_trainer (training, trainer);
  model = ord_trainer_run (trainer, mailbox_post, data->mailbox, cancellable,
                           error);
  training_set_trainer (training, NULL);

  data->failures = copy_texts (ord_trainer_get_failures (trainer));

  if (! model || ! ord_model_save (model, training->path, error))
    return NULL;
  ord_trainer_discard_checkpoint (trainer);

  return g_steal_pointer (&model);
}

static void
train_thread (GTask        *task,
              gpointer      source_object,
              gpointer      task_data,
              GCancellable *cancellable)
{
  GError   *error = NULL;
  OrdModel *model = train (task_data, cancellable, &error);

  if (model)
    g_task_return_pointer (task, model, g_object_unref);
  else
    g_task_return_error (task, error);
}

void
ord_job_train_async (OrdTraining         *training,
                     OrdProgressFunc      progress,
                     gpointer             progress_data,
                     GCancellable        *cancellable,
                     GAsyncReadyCallback  callback,
                     gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;
  TrainData *data;

  g_return_if_fail (training != NULL);
  g_return_if_fail (progress != NULL);

  data = g_new0 (TrainData, 1);
  data->training = ord_training_ref (training);
  data->mailbox = g_atomic_rc_box_new0 (Mailbox);
  data->mailbox->func = progress;
  data->mailbox->user_data = progress_data;
  if (cancellable)
    data->mailbox->cancellable = g_object_ref (cancellable);
  g_mutex_init (&data->mailbox->lock);
  g_queue_init (&data->mailbox->reports);

  task = g_task_new (NULL, cancellable, callback, user_data);
  g_task_set_source_tag (task, ord_job_train_async);
  g_task_set_task_data (task, data, train_data_free);
  start (task, train_thread);
}

OrdModel *
ord_job_train_finish (GAsyncResult  *result,
                      GPtrArray    **failures,
                      GError       **error)
{
  TrainData *data;

  g_return_val_if_fail (g_async_result_is_tagged (result, ord_job_train_async),
                        NULL);

  data = g_task_get_task_data (G_TASK (result));
  mailbox_deliver (data->mailbox);
  mailbox_close (data->mailbox);

  if (failures)
    *failures = g_steal_pointer (&data->failures);

  return g_task_propagate_pointer (G_TASK (result), error);
}
