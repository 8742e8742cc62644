/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Long work off the main thread: the only place where the engine's synchronous
 * calls become GTasks. Results and progress arrive on the main loop. Cancel the
 * GCancellable when a widget goes: its callback then runs once more, with
 * G_IO_ERROR_CANCELLED, whatever the work had come to.
 */
#pragma once

#include "model/ord-predictor.h"
#include "model/ord-trainer.h"

G_BEGIN_DECLS

/* Reads a model file and builds its predictor. */
void           ord_job_load_async     (const char           *path,
                                       GCancellable         *cancellable,
                                       GAsyncReadyCallback   callback,
                                       gpointer              user_data);
OrdPredictor  *ord_job_load_finish    (GAsyncResult         *result,
                                       GError              **error);

/* @covariates: (nullable): (n_covariates); copied */
void           ord_job_predict_async  (OrdPredictor         *predictor,
                                       OrdImage             *image,
                                       const double         *covariates,
                                       guint                 n_covariates,
                                       GCancellable         *cancellable,
                                       GAsyncReadyCallback   callback,
                                       gpointer              user_data);
OrdPrediction *ord_job_predict_finish (GAsyncResult         *result,
                                       GError              **error);

/**
 * OrdTraining:
 *
 * One training: what to train on, and the handle that stops it. Counted.
 */
typedef struct _OrdTraining OrdTraining;

/**
 * ord_training_new:
 * @folder: the labelled pictures
 * @title: for people
 * @unit: (nullable): else the table's own
 * @network: (nullable): the ONNX file that a pretrained @encoder is made from
 * @path: the model file to write
 */
OrdTraining   *ord_training_new       (const char           *folder,
                                       const char           *title,
                                       const char           *unit,
                                       const char           *method,
                                       const char           *encoder,
                                       const char           *network,
                                       const OrdOptions     *options,
                                       const char           *path);
OrdTraining   *ord_training_ref       (OrdTraining          *training);
void           ord_training_unref     (OrdTraining          *training);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OrdTraining, ord_training_unref)

/* (transfer full): the unit of the errors that are reported: the one given, or
 * the table's once that has been read. */
char          *ord_training_dup_unit  (OrdTraining          *training);

/* Ends training early, keeping the best so far. From any thread. */
void           ord_training_stop      (OrdTraining          *training);

/**
 * ord_job_train_async:
 * @progress: on the main loop, in order; reports that nothing hangs on may be
 *   merged, epochs and warnings never are. Not called once @callback has run,
 *   nor after @cancellable is cancelled
 *
 * Reads the table, trains, and saves the model. Where a training under way is
 * kept for resuming: beside the model, as NAME.ordinate-resume.
 */
void           ord_job_train_async    (OrdTraining          *training,
                                       OrdProgressFunc       progress,
                                       gpointer              progress_data,
                                       GCancellable         *cancellable,
                                       GAsyncReadyCallback   callback,
                                       gpointer              user_data);

/* @failures: (out) (optional) (transfer full) (element-type utf8): pictures
 * that could not be read. */
OrdModel      *ord_job_train_finish   (GAsyncResult         *result,
                                       GPtrArray           **failures,
                                       GError              **error);

/* Runs the main loop until no job is under way and all callbacks have run.
 * Call it before the process ends: libraries must not be torn down below a
 * running thread. */
void           ord_jobs_drain         (void);

G_END_DECLS
