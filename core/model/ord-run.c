/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A run: its memory and what it tells of itself.
 */
#include "ord-run-private.h"

#include <math.h>

/* Parts of the whole call: reading, training, finishing. */
#define READING  0.05
#define TRAINING 0.90

void
ord_run_clear (OrdRun *run)
{
  g_clear_object (&run->loader);
  g_clear_object (&run->dataset);
  g_free (run->order);
  g_free (run->label_mean);
  g_free (run->label_sd);
  g_free (run->targets);
  g_free (run->covariates);
  g_clear_pointer (&run->checkpoint, ord_checkpoint_free);
  g_clear_pointer (&run->optimiser, ord_optimiser_free);
  g_clear_pointer (&run->embedder, ord_embedder_free);
  g_clear_pointer (&run->frozen, ord_frozen_free);
  g_clear_pointer (&run->history, g_array_unref);
  g_clear_pointer (&run->best, g_ptr_array_unref);
  g_free (run->best_errors);
}

double
ord_run_option (OrdRun     *run,
                const char *name)
{
  return ord_options_get (run->trainer->options, name);
}

static double
seconds_here (OrdRun *run)
{
  return (double) (g_get_monotonic_time () - run->started) / G_USEC_PER_SEC;
}

double
ord_run_seconds (OrdRun *run)
{
  return run->earlier + seconds_here (run);
}

void
ord_run_report (OrdRun     *run,
                const char *stage,
                const char *warning)
{
  double      done = (double) run->step / (double) MAX (run->n_steps, 1);
  OrdProgress progress = {
    .stage = stage,
    .fraction = READING + (TRAINING - READING) * done,
    .seconds_left = run->fitted && run->step > 0
                    ? ord_run_seconds (run) * (1.0 - done) / done : -1.0,
    .epoch = run->epoch,
    .n_epochs = (guint) ((run->n_steps + run->steps_per_epoch - 1) /
                         run->steps_per_epoch),
    .loss = run->loss,
    .validation_mae = run->last_mae,
    .best_mae = run->best_mae,
    .warning = warning,
  };

  if (run->progress)
    run->progress (&progress, run->user_data);
}

void
ord_run_report_training (OrdRun     *run,
                         const char *warning)
{
  const double    *flips = run->augmentation.flips;
  gboolean         mirrored = flips[ORD_FLIP_HORIZONTAL] > 0.0 ||
                              flips[ORD_FLIP_VERTICAL] > 0.0;
  g_autofree char *stage = g_strconcat ("Training",
                                        mirrored ? ", mirrored" : "",
                                        run->fades ? ", changes fade" : "", NULL);

  ord_run_report (run, stage, warning);
}

void
ord_run_report_reading (const OrdProgress *progress,
                        gpointer           data)
{
  OrdRun         *run = data;
  OrdProgress  part = *progress;

  part.fraction *= READING;
  if (run->progress)
    run->progress (&part, run->user_data);
}

void
ord_run_report_finishing (const OrdProgress *progress,
                          gpointer           data)
{
  OrdRun         *run = data;
  OrdProgress  part = *progress;

  part.fraction = TRAINING + (1.0 - TRAINING) * part.fraction;
  part.epoch = run->epoch;
  part.n_epochs = run->epoch;
  part.validation_mae = run->last_mae;
  part.best_mae = run->best_mae;
  if (run->progress)
    run->progress (&part, run->user_data);
}
