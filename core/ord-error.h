/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The error domain of the engine, and how long calls report their progress.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define ORD_ERROR (ord_error_quark ())

/**
 * OrdError:
 * @ORD_ERROR_IMAGE: a picture cannot be read
 * @ORD_ERROR_DATASET: a table, a label or a folder of pictures is not usable
 * @ORD_ERROR_MODEL: a file is no model, is damaged, or is from a newer version
 * @ORD_ERROR_OPTION: an option is unknown or its value is out of range
 * @ORD_ERROR_COVARIATE: a covariate that the model needs is missing or unknown
 * @ORD_ERROR_TRAINING: training cannot go on
 * @ORD_ERROR_LIBRARY: a library below the engine has failed
 *
 * Every message names what is wrong, where, and the way out.
 * Cancelling is G_IO_ERROR_CANCELLED, as everywhere in GIO.
 */
typedef enum
{
  ORD_ERROR_IMAGE,
  ORD_ERROR_DATASET,
  ORD_ERROR_MODEL,
  ORD_ERROR_OPTION,
  ORD_ERROR_COVARIATE,
  ORD_ERROR_TRAINING,
  ORD_ERROR_LIBRARY,
} OrdError;

GQuark ord_error_quark (void);

/* ORD_ERROR_OPTION: there is no @kind ("method") of that name; lists @known,
 * which is %NULL-terminated. */
void   ord_set_unknown_error (GError             **error,
                              const char          *kind,
                              const char          *name,
                              const char * const  *known);

/**
 * OrdProgress:
 * @stage: what is being done, for people ("Reading pictures")
 * @fraction: 0–1 over the whole call
 * @seconds_left: an estimate, or negative where there is none yet
 * @epoch: passes over the training images so far; 0 outside training
 * @n_epochs: passes that are planned
 * @loss: mean training loss of the running epoch; NaN outside training
 * @validation_mae: latest mean absolute error on the validation images, in
 *   label units; NaN before the first
 * @best_mae: the lowest one so far; NaN before the first
 * @warning: (nullable): something the person should know now, such as a space
 *   that collapses; told once
 *
 * A report of a long call. It lives only as long as the callback runs, which
 * is on the thread of the call.
 */
typedef struct
{
  const char *stage;
  double      fraction;
  double      seconds_left;
  guint       epoch;
  guint       n_epochs;
  double      loss;
  double      validation_mae;
  double      best_mae;
  const char *warning;
} OrdProgress;

typedef void (*OrdProgressFunc) (const OrdProgress *progress,
                                 gpointer           user_data);

G_END_DECLS
