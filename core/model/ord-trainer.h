/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From a dataset to a model.
 */
#pragma once

#include "../encoder/ord-pretrained.h"
#include "../network/ord-graph.h"
#include "../ord-options.h"
#include "ord-model.h"

G_BEGIN_DECLS

#define ORD_TYPE_TRAINER (ord_trainer_get_type ())
G_DECLARE_FINAL_TYPE (OrdTrainer, ord_trainer, ORD, TRAINER, GObject)

/**
 * ord_trainer_options_new:
 * @method: "rm-loss"…; see ord_method_list()
 * @encoder: "compact"…; see ord_encoder_list()
 *
 * Every option of training with these: the trainer's own (minutes, epochs,
 * seed, threads, batch, size…), augmentation, encoder and method, with their
 * defaults. An unknown name is an ORD_ERROR_OPTION that lists the known ones.
 */
OrdOptions *ord_trainer_options_new (const char  *method,
                                     const char  *encoder,
                                     GError     **error);

/* (transfer full) (nullable): those that a model was trained with; where it is older
 * than average-flips, without these. */
OrdOptions *ord_trainer_options_of  (const OrdModelParts  *parts,
                                     GError              **error);

/* (transfer none): the trainer's own table. */
const OrdOptionSpec *ord_trainer_get_options (void);

/* (transfer full): the options and the engine's version as text, without those
 * that change how fast or how long it goes and not what is learnt. */
char        *ord_trainer_options_of_consequence (const OrdOptions *options);

/**
 * ord_trainer_new:
 * @title: for people
 * @options: copied
 */
OrdTrainer *ord_trainer_new  (OrdDataset        *dataset,
                              const char        *title,
                              const char        *method,
                              const char        *encoder,
                              const OrdOptions  *options);

/* The network that a pretrained kind of encoder is made from. */
void        ord_trainer_set_pretrained     (OrdTrainer    *trainer,
                                            OrdPretrained *pretrained);

/* Where the model is to be saved. Training under way is kept beside it, in
 * PATH-resume: every some seconds (the option "checkpoint"; less often where that
 * takes long), and when the run is cancelled. An interrupted run with the same
 * data and options goes on from there; that of another one is renamed, and found
 * again by its own. To be discarded once the model is saved: should saving fail,
 * a second run only finishes the model again. */
void        ord_trainer_set_path           (OrdTrainer *trainer,
                                            const char *path);
/* (transfer none) (nullable) */
const char *ord_trainer_get_checkpoint     (OrdTrainer *trainer);
void        ord_trainer_discard_checkpoint (OrdTrainer *trainer);
/* The next run removes what an earlier one of its kind has left. */
void        ord_trainer_start_anew         (OrdTrainer *trainer);

/**
 * ord_trainer_run:
 *
 * Reads the pictures, trains, and finishes the model with the parameters that
 * had the lowest validation error. Cancelling abandons the run and leaves its
 * checkpoint; ord_trainer_stop() ends training early and keeps the best so far.
 */
OrdModel   *ord_trainer_run  (OrdTrainer        *trainer,
                              OrdProgressFunc    progress,
                              gpointer           user_data,
                              GCancellable      *cancellable,
                              GError           **error);

/* Whether such a training chooses its precision by the clock. */
gboolean    ord_trainer_times_precisions (const OrdOptions *options,
                                          const char       *encoder);

/**
 * OrdPace:
 * @seconds: of an epoch with its share of validation
 * @epochs: that training plans of itself, without a clock
 * @precision: that it calculates in
 *
 * How a training goes on this machine.
 */
typedef struct
{
  double       seconds;
  guint        epochs;
  OrdPrecision precision;
} OrdPace;

/**
 * ord_trainer_time_epoch:
 * @pace: (out):
 *
 * Reads the pictures and trains for some seconds; nothing of it is kept.
 */
gboolean    ord_trainer_time_epoch (OrdTrainer      *trainer,
                                    OrdPace         *pace,
                                    OrdProgressFunc  progress,
                                    gpointer         user_data,
                                    GCancellable    *cancellable,
                                    GError         **error);

/* From any thread. */
void        ord_trainer_stop (OrdTrainer        *trainer);

/* (transfer none) (element-type utf8): pictures that could not be read. */
GPtrArray  *ord_trainer_get_failures (OrdTrainer *trainer);

G_END_DECLS
