/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The loop of a run: epochs of steps.
 */
#include "ord-run-private.h"

#include <math.h>
#include <string.h>

#include "../ord-random.h"
#include "../network/ord-one-cycle.h"

/* Steps that are timed, after one that warms the caches, to fit the budget. */
#define TIMED_STEPS     12

/* How long the pace is measured, where an epoch has that many steps. */
#define TIMED_SECONDS   6

/* How often progress is told, at most. */
#define TOLD_PER_SECOND 4

/* Of the time, what writing checkpoints may take from the second on: those of
 * large networks are large. */
#define SAVING_SHARE    0.02

/* Gradients that are not finite, in a row, before the run is given up. */
#define MAX_BAD_STEPS   20

static double
share_done (const OrdRun *run)
{
  return (double) run->step / (double) run->n_steps;
}

/* Beside the learning rate, decay grows with what is done of the run. Before a
 * batch norm the size of weights is arbitrary, so that decay does not bind what
 * they express; it keeps steps large beside them, and the later part of the run
 * from learning the pictures by heart. From the beginning on, it would keep hard
 * pictures from being learnt for long. docs/weight-decay.md has what was
 * measured. */
static gboolean
step (OrdRun *run)
{
  double done = share_done (run);
  double peak = ord_run_option (run, "rate");
  double decay = ord_run_option (run, "decay");

  return ord_optimiser_step (run->optimiser, ord_one_cycle (peak, done),
                             ord_one_cycle_decay (decay, peak, done,
                                                  run->n_steps));
}

static gboolean
train_batch (OrdRun          *run,
             const OrdBatch  *batch,
             GError         **error)
{
  OrdEmbedder       *embedder = run->embedder;
  gsize              c_width = embedder->covariate_width;
  g_autofree float  *labels = g_new (float, (gsize) batch->n * run->n_labels);
  g_autofree float  *covariates = g_new (float, batch->n * (c_width + 1));
  g_autofree float  *d_features = g_new (float, (gsize) batch->n * embedder->width);
  OrdMethodBatch     judged = { .n = batch->n, .done = share_done (run) };
  double             loss;

  for (guint i = 0; i < batch->n; i++)
    {
      gsize sample = batch->samples[i];

      memcpy (labels + (gsize) i * run->n_labels,
              run->targets + sample * run->n_labels,
              sizeof (float) * run->n_labels);
      if (run->covariates)
        memcpy (covariates + i * c_width, run->covariates + sample * c_width,
                sizeof (float) * c_width);
    }

  judged.features =
    run->frozen
    ? ord_encoder_forward_frozen (embedder->encoder, TRUE, batch->n,
                                  batch->inputs, covariates, error)
    : ord_encoder_forward (embedder->encoder, TRUE, batch->n, batch->inputs,
                           covariates, error);
  if (!judged.features)
    return FALSE;
  judged.labels = labels;
  loss = ord_method_loss (embedder->method, &judged, d_features);
  if (!ord_encoder_backward (embedder->encoder, d_features, error))
    return FALSE;

  if (isfinite (loss) && step (run))
    run->n_bad = 0;
  else if (++run->n_bad >= MAX_BAD_STEPS)
    {
      g_set_error (error, ORD_ERROR, ORD_ERROR_TRAINING,
                   "The loss is no longer a finite number; train with a lower "
                   "--rate than %g", ord_run_option (run, "rate"));
      return FALSE;
    }
  ord_encoder_parameters_changed (embedder->encoder);
  if (isfinite (loss))
    run->loss = isnan (run->loss) ? loss : run->loss + 0.05 * (loss - run->loss);

  return TRUE;
}

/* A pass: pictures from the loader, or rows of the encoder's frozen part. */
static void
start_pass (OrdRun      *run,
            const guint *order,
            guint        n,
            guint64      seed)
{
  OrdAugmentation augmentation;

  ord_run_get_augmentation (run, &augmentation);
  if (run->frozen)
    ord_frozen_start (run->frozen, order, n, run->batch, seed);
  else
    ord_loader_start (run->loader, order, n, run->batch, &augmentation, seed);
}

static const OrdBatch *
next_batch (OrdRun  *run,
            GError **error)
{
  return run->frozen ? ord_frozen_next (run->frozen)
                     : ord_loader_next (run->loader, error);
}

/* A shuffled pass, filled up to whole batches from its own beginning. */
static guint *
shuffle_epoch (OrdRun *run,
               guint  *n)
{
  OrdRandom  random =
    ord_random_init (ord_random_derive (run->seed, run->epoch));
  guint     *order;

  *n = run->steps_per_epoch * run->batch;
  order = g_new (guint, *n);
  for (guint i = 0; i < run->n_train; i++)
    order[i] = run->order[i];
  ord_random_shuffle (&random, order, run->n_train);
  for (guint i = run->n_train; i < *n; i++)
    order[i] = order[i - run->n_train];

  return order;
}

/* The steps of an epoch that have been timed so far. */
typedef struct
{
  gint64 from;
  guint  n;
} Pace;

static void
keep_pace (OrdRun   *run,
           Pace     *pace,
           gint64    now,
           gboolean  epoch_ends)
{
  gboolean correctable = 2 * run->step < run->n_steps;

  /* The very first step also makes the plans and warms the caches. */
  if (run->step == run->first_step + 1)
    *pace = (Pace) { now, 0 };
  else
    pace->n++;
  if (pace->n > 0 && ((!run->fitted && pace->n == TIMED_STEPS) ||
                      (epoch_ends && (!run->fitted || correctable))))
    ord_run_fit (run, (double) (now - pace->from) / G_USEC_PER_SEC / pace->n);
}

/* Within epochs too: fine-tuning takes minutes for one. */
static void
save_now_and_then (OrdRun *run)
{
  double since =
    (double) (g_get_monotonic_time () - run->saved) / G_USEC_PER_SEC;

  if (since > MAX (ord_run_option (run, "checkpoint"),
                   run->save_seconds / SAVING_SHARE))
    ord_run_save (run);
}

/* Of the running epoch, how many steps an earlier process has done. */
static guint
steps_done (OrdRun *run)
{
  guint64 before = (guint64) run->epoch * run->steps_per_epoch;

  return run->step > before ? (guint) (run->step - before) : 0;
}

static gboolean
train_epoch (OrdRun        *run,
             GCancellable  *cancellable,
             GError       **error)
{
  guint             n;
  g_autofree guint *order = shuffle_epoch (run, &n);
  guint             done = steps_done (run);
  Pace              pace = { g_get_monotonic_time (), 0 };
  gint64            told = 0;

  /* Only its validation is missing. */
  if (done == run->steps_per_epoch)
    return TRUE;
  if (done == 0)
    run->loss = NAN;
  start_pass (run, order, n, ord_random_derive (run->seed,
                                                ~(guint64) run->epoch));
  for (guint i = 0; i < run->steps_per_epoch && !ord_run_is_over (run); i++)
    {
      const OrdBatch *batch = next_batch (run, error);
      gint64          now;

      if (!batch || g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      if (i < done)
        continue;
      if (!train_batch (run, batch, error))
        return FALSE;
      run->step++;

      now = g_get_monotonic_time ();
      keep_pace (run, &pace, now, i == run->steps_per_epoch - 1);
      if (now - told > G_USEC_PER_SEC / TOLD_PER_SECOND)
        {
          ord_run_report_training (run, NULL);
          told = now;
        }
      if (i < run->steps_per_epoch - 1)
        save_now_and_then (run);
    }

  return TRUE;
}

static gboolean
end_epoch (OrdRun        *run,
           GCancellable  *cancellable,
           GError       **error)
{
  run->epoch++;
  if ((run->epoch % run->validate_every == 0 || ord_run_is_over (run)) &&
      !ord_run_validate (run, cancellable, error))
    {
      run->epoch--;
      return FALSE;
    }
  save_now_and_then (run);

  return TRUE;
}

/* Features that are given, answered by their neighbours, are what they are. */
static gboolean
has_something_to_learn (OrdRun *run)
{
  g_autoptr (GPtrArray) parameters =
    ord_encoder_get_parameters (run->embedder->encoder);

  return parameters->len > 0 || run->embedder->method->klass->answer;
}

gboolean
ord_run_train (OrdRun        *run,
               GCancellable  *cancellable,
               GError       **error)
{
  if (!has_something_to_learn (run))
    return ord_run_validate (run, cancellable, error);
  /* An epoch that was begun is ended, were it by its validation alone. */
  while (steps_done (run) > 0 ||
         (!ord_run_is_over (run) && !ord_run_has_stalled (run)))
    if (!train_epoch (run, cancellable, error) ||
        !end_epoch (run, cancellable, error))
      {
        if (run->step > 0 && g_cancellable_is_cancelled (cancellable))
          ord_run_save (run);
        return FALSE;
      }
  if (run->step == 0)
    return ord_run_refuse_to_keep (error);
  if (!run->best && !ord_run_validate (run, cancellable, error))
    return FALSE;
  /* Over, whatever ended it: a second run only finishes the model again. */
  run->n_steps = run->step;
  ord_run_save (run);

  return TRUE;
}

static int
compare_times (gconstpointer a,
               gconstpointer b)
{
  gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;

  return (x > y) - (x < y);
}

/* Of the times of steps, the lower quartile: pictures are decoded during the
 * first epoch only, and other work on the machine passes. */
gboolean
ord_run_time_step (OrdRun        *run,
                   double        *seconds,
                   GCancellable  *cancellable,
                   GError       **error)
{
  g_autoptr (GArray)  times = g_array_new (FALSE, FALSE, sizeof (gint64));
  guint               n;
  g_autofree guint   *order = shuffle_epoch (run, &n);
  gint64              began = g_get_monotonic_time ();
  gint64              from = began;

  ord_run_report (run, "Measuring the pace", NULL);
  start_pass (run, order, n, 0);
  for (guint i = 0; times->len < TIMED_STEPS || i < run->steps_per_epoch; i++)
    {
      const OrdBatch *batch;
      gint64          now, time;

      /* A short epoch is gone through again. */
      if (i == run->steps_per_epoch)
        {
          start_pass (run, order, n, 0);
          i = 0;
        }
      batch = next_batch (run, error);

      if (!batch || g_cancellable_set_error_if_cancelled (cancellable, error) ||
          !train_batch (run, batch, error))
        return FALSE;
      now = g_get_monotonic_time ();
      time = now - from;
      from = now;
      g_array_append_val (times, time);
      if (times->len >= TIMED_STEPS &&
          now - began > TIMED_SECONDS * G_USEC_PER_SEC)
        break;
    }
  g_array_sort (times, compare_times);
  *seconds = (double) g_array_index (times, gint64, times->len / 4) /
             G_USEC_PER_SEC;

  return TRUE;
}
