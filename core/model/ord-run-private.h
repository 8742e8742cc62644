/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One training from start to end: what its parts share. In the order they come:
 * prepare, resume, then epochs of steps with validation and checkpoints, under
 * a schedule.
 */
#pragma once

#include "../network/ord-optimiser.h"
#include "ord-checkpoint.h"
#include "ord-frozen-private.h"
#include "ord-model-build-private.h"
#include "ord-trainer.h"

G_BEGIN_DECLS

/* Validation looks at no more than this many pictures, and finds neighbours
 * among no more than this many references, to stay a small part of an epoch. */
#define ORD_RUN_VALIDATION_LIMIT 1024

/* Fewer held-out pictures than this decide nothing by what they have in common. */
#define ORD_RUN_VALIDATION_FEWEST 20

/* The option "precision" is one of OrdPrecision, or whichever is faster. */
#define ORD_PRECISION_AUTO 2

struct _OrdTrainer
{
  GObject     parent_instance;
  OrdDataset *dataset;
  char       *title;
  char       *method;
  char       *encoder;
  OrdPretrained *pretrained;
  OrdOptions *options;
  char       *checkpoint;
  gboolean    fresh;
  GPtrArray  *failures;
  int         stopped;       /* atomic */
};

/* A run, from start to end. */
typedef struct
{
  OrdTrainer      *trainer;
  OrdProgressFunc  progress;
  gpointer         user_data;

  OrdPreparation   preparation;
  OrdLoader       *loader;     /* over the trainer's dataset */
  OrdDataset      *dataset;    /* what can be read, by split */
  guint           *order;      /* (n_samples), the loader's index of each */
  guint            n_train;
  guint            n_validation;
  guint            n_labels;
  double          *label_mean;
  double          *label_sd;
  float           *targets;    /* (loader's n_samples, n_labels), standardised */
  float           *covariates; /* (loader's n_samples, width), or NULL */

  OrdCheckpoint   *checkpoint; /* to go on from, or NULL */
  OrdPrecision     precision;
  OrdEmbedder     *embedder;
  OrdFrozen       *frozen;     /* where a part of the encoder is not trained */
  OrdOptimiser    *optimiser;
  OrdAugmentation  augmentation;
  guint64          seed;
  guint            batch;
  guint            steps_per_epoch;
  guint            validate_every; /* epochs */
  guint64          wanted_steps;   /* what the schedule is without a clock */
  guint64          n_steps;        /* what it is now */
  guint64          step;       /* done */
  guint64          first_step; /* done before this process */
  gboolean         fades;      /* whether augmentation weakens */
  gboolean         fitted;     /* whether n_steps knows the clock */
  guint            epoch;
  double           earlier;    /* seconds of training before this process */
  gint64           started;    /* monotonic time */

  GArray          *history;
  GPtrArray       *best;       /* tensors, ORD_RUN_FLIPS among them */
  double           best_mae;   /* the lowest */
  double          *best_errors; /* (ord_run_n_validated()) */
  guint64          best_step;
  double           last_mae;
  double           loss;       /* mean of the running epoch */
  gboolean         warned;
  gint64           saved;      /* when the last checkpoint was written */
  double           save_seconds; /* what that took */
  gboolean         told_unsaved; /* that it could not be */
  guint            n_bad;
} OrdRun;

/* Beside the best parameters: the share of each flip when they were found, as later
 * flips are not theirs. */
#define ORD_RUN_FLIPS "trainer/flips"

void   ord_run_clear   (OrdRun *run);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (OrdRun, ord_run_clear)

double ord_run_option  (OrdRun     *run,
                        const char *name);

/* Of training, those of earlier processes included. */
double ord_run_seconds (OrdRun     *run);

/* Progress, of training and of what comes before and after it. */
void   ord_run_report           (OrdRun            *run,
                                 const char        *stage,
                                 const char        *warning);
void   ord_run_report_training  (OrdRun            *run,
                                 const char        *warning);
void   ord_run_report_reading   (const OrdProgress *progress,
                                 gpointer           run);
void   ord_run_report_finishing (const OrdProgress *progress,
                                 gpointer           run);

/* Reads the pictures and builds network and optimiser. */
gboolean ord_run_prepare     (OrdRun        *run,
                              GCancellable  *cancellable,
                              GError       **error);

/* Of the network, as the option says or as is faster here. */
gboolean ord_run_choose_precision (OrdRun                *run,
                                   const OrdEncoderSpec  *spec,
                                   GCancellable          *cancellable,
                                   GError               **error);

/* What the part that is not trained makes of every picture. */
gboolean ord_run_freeze      (OrdRun        *run,
                              GCancellable  *cancellable,
                              GError       **error);

/* The schedule: planned from the counts, fitted to the clock. */
void     ord_run_plan        (OrdRun        *run);
void     ord_run_fit         (OrdRun        *run,
                              double         seconds_per_step);
gboolean ord_run_is_over     (OrdRun        *run);
gboolean ord_run_is_stopped  (OrdRun        *run); /* by ord_trainer_stop() */
/* FALSE: before the first step. */
gboolean ord_run_refuse_to_keep (GError   **error);
gboolean ord_run_has_stalled (OrdRun        *run);

/* Augmentation: of the running epoch; whether it has what can become weaker; and
 * whether its full strength is still to be weighed, by the errors of (n) held-out
 * pictures as they are and changed. */
void     ord_run_get_augmentation    (OrdRun          *run,
                                      OrdAugmentation *augmentation);
gboolean ord_run_can_fade            (OrdRun          *run);
gboolean ord_run_weighs_augmentation (OrdRun          *run);
void     ord_run_weigh_augmentation  (OrdRun          *run,
                                      const double    *errors,
                                      const double    *changed_errors,
                                      guint            n);

/* Mirror images: whether it can be found out if they keep their value, and still is
 * to be of one kind; and the finding, from the labels of held-out pictures, the
 * answers to these, and to their mirror images, (n, n_labels) each. */
gboolean ord_run_can_find_flips      (OrdRun          *run);
gboolean ord_run_weighs_flip         (OrdRun          *run,
                                      OrdFlip          flip);
void     ord_run_weigh_flip          (OrdRun          *run,
                                      OrdFlip          flip,
                                      const double    *labels,
                                      const double    *values,
                                      const double    *mirrored_values,
                                      guint            n);

/* The checkpoint: written; looked for, where another run's is set aside with a
 * warning, and this one's is taken up again; gone on from, if there is one. */
void     ord_run_save        (OrdRun        *run);
void     ord_run_find_checkpoint (OrdRun    *run);
gboolean ord_run_resume      (OrdRun        *run,
                              GError       **error);

/* How many validation images are looked at while training goes on. */
guint    ord_run_n_validated (OrdRun *run);

/* @errors: (n): of the present parameters on the validation images; @mae: their
 * mean. Returns whether the parameters are better than the best so far, or the last
 * of the schedule and not worse by more than chance. */
gboolean ord_run_take_errors (OrdRun       *run,
                              const double *errors,
                              guint         n,
                              double        mae);

/* Measures on the validation images; keeps the parameters that are to be. */
gboolean ord_run_validate    (OrdRun        *run,
                              GCancellable  *cancellable,
                              GError       **error);

/* All epochs that are left. */
gboolean ord_run_train       (OrdRun        *run,
                              GCancellable  *cancellable,
                              GError       **error);

/* Some steps of a run that is then thrown away: seconds of one. */
gboolean ord_run_time_step   (OrdRun        *run,
                              double        *seconds,
                              GCancellable  *cancellable,
                              GError       **error);

/* Seconds of an epoch with its share of validation, at this pace. */
double   ord_run_epoch_seconds (OrdRun      *run,
                                double       seconds_per_step);

G_END_DECLS
