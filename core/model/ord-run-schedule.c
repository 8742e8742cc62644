/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How long a run takes. The schedule is a number of steps, decided at the
 * start, so that a run with the same seed takes the same path. Without options
 * it grows with the root of the number of training images. Where the budget of
 * minutes does not allow that many, the first steps are timed and the schedule
 * is cut to fit; until half of it is done, every epoch corrects it where the
 * machine has become clearly slower or faster.
 */
#include "ord-run-private.h"

#include <math.h>

/* Pictures shown in all = this × √(training images): 20 epochs of 8,700. */
#define SHOWN_PER_ROOT    1900.0

/* A new pace changes the schedule only where it differs by this share. */
#define REFIT_SHARE       0.15

/* Unless told otherwise, epochs are validated as often as keeps this below a
 * share of the training time, and at least every fifth. */
#define VALIDATION_SHARE  0.1
#define VALIDATE_AT_LEAST 5

/* Of a step's time, the forward pass, which is all that validation does. */
#define FORWARD_SHARE     (1.0 / 3.0)

static guint
choose_batch (OrdRun *run)
{
  guint batch = (guint) ord_run_option (run, "batch");

  if (batch == 0)
    batch = CLAMP (run->n_train / 16, 8, 64);
  return MIN (batch, run->n_train);
}

/* Of a training pass's time, what a validation takes. */
static double
validation_cost (OrdRun *run)
{
  guint held_out = ord_run_n_validated (run);
  /* Again to weigh augmentation; without --fade and --find-flips too, so that all
   * take turns alike. */
  guint looked_at = MIN (run->n_train, ORD_RUN_VALIDATION_LIMIT) + held_out +
                    (ord_run_can_fade (run) ? held_out : 0) +
                    (ord_run_can_find_flips (run) ? ORD_N_FLIPS * held_out : 0);

  return FORWARD_SHARE * looked_at / run->n_train;
}

/* The clock shows more than the steps: validations stand between them. */
static double
overhead (OrdRun *run)
{
  return 1.0 + validation_cost (run) / run->validate_every;
}

double
ord_run_epoch_seconds (OrdRun *run,
                       double  seconds_per_step)
{
  return seconds_per_step * run->steps_per_epoch * overhead (run);
}

void
ord_run_plan (OrdRun *run)
{
  double epochs = ord_run_option (run, "epochs");

  run->validate_every = (guint) ord_run_option (run, "validate");
  if (run->validate_every == 0)
    run->validate_every = (guint) CLAMP (ceil (validation_cost (run) /
                                               VALIDATION_SHARE),
                                         1.0, VALIDATE_AT_LEAST);
  run->batch = choose_batch (run);
  run->steps_per_epoch = (run->n_train + run->batch - 1) / run->batch;
  if (epochs < 1.0)
    epochs = CLAMP (SHOWN_PER_ROOT / sqrt (run->n_train), 8.0, 400.0);
  run->wanted_steps = (guint64) ceil (epochs) * run->steps_per_epoch;
  run->n_steps = run->wanted_steps;
}

/* Cuts the schedule to what the budget allows at this pace, or gives back what
 * an earlier, slower pace had cut. */
void
ord_run_fit (OrdRun *run,
             double  seconds_per_step)
{
  double  left = 60.0 * ord_run_option (run, "minutes") - ord_run_seconds (run);
  double  allowed = (double) run->step +
                    MAX (left, 0.0) / (seconds_per_step * overhead (run));
  guint64 fitting;

  run->fitted = TRUE;
  /* Whole epochs where there are several: the same plan comes out when the
   * clock wavers a little. */
  if (allowed > 3.0 * run->steps_per_epoch)
    allowed = floor (allowed / run->steps_per_epoch) * run->steps_per_epoch;
  fitting = CLAMP ((guint64) allowed, 1, run->wanted_steps);
  if (fabs ((double) fitting - (double) run->n_steps) >
      REFIT_SHARE * (double) run->n_steps)
    run->n_steps = fitting;
}

gboolean
ord_run_is_stopped (OrdRun *run)
{
  return g_atomic_int_get (&run->trainer->stopped);
}

gboolean
ord_run_refuse_to_keep (GError **error)
{
  g_set_error_literal (error, ORD_ERROR, ORD_ERROR_TRAINING,
                       "Training was stopped before its first step: there is "
                       "nothing to keep");
  return FALSE;
}

gboolean
ord_run_is_over (OrdRun *run)
{
  return run->step >= run->n_steps ||
         ord_run_is_stopped (run) ||
         ord_run_seconds (run) > 1.15 * 60.0 * ord_run_option (run, "minutes");
}

gboolean
ord_run_has_stalled (OrdRun *run)
{
  return run->history->len >= 6 &&
         (double) (run->step - run->best_step) >
         ord_run_option (run, "patience") * (double) run->n_steps;
}
