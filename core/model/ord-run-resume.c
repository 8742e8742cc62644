/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The checkpoint of a run, written between steps and read at the start of the
 * next run with the same data and options.
 */
#include "ord-run-private.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

/* Of the tensor of counters. */
#define N_COUNTERS 6

#define BEST_ERRORS "trainer/best-errors"

/* What a checkpoint must agree with: data, options, method, encoder. */
static char *
fingerprint (OrdRun *run)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char      *options =
    ord_trainer_options_of_consequence (run->trainer->options);

  g_checksum_update (sum, (const guchar *) run->trainer->method, -1);
  g_checksum_update (sum, (const guchar *) run->trainer->encoder, -1);
  g_checksum_update (sum, (const guchar *) options, -1);
  if (run->trainer->pretrained)
    {
      g_autofree char *hash = ord_pretrained_hash (run->trainer->pretrained);

      g_checksum_update (sum, (const guchar *) hash, -1);
    }
  ord_dataset_sum_covariates (run->dataset, sum);
  for (guint i = 0; i < ord_dataset_get_n_samples (run->dataset); i++)
    {
      const OrdSample *sample = ord_dataset_get_sample (run->dataset, i);

      ord_dataset_sum_sample (run->dataset, i, sum);
      if (sample->hash)
        g_checksum_update (sum, (const guchar *) sample->hash, -1);
    }

  return g_strdup (g_checksum_get_string (sum));
}

/* Counts as floats, which hold whole numbers up to 2²⁴. */
static OrdTensor *
counters_new (OrdRun *run)
{
  const gsize  dims[] = { N_COUNTERS };
  const double *flips = run->augmentation.flips;
  const float  values[] = { (float) run->n_steps, (float) run->step,
                            (float) run->best_step, (float) run->fades,
                            (float) flips[ORD_FLIP_HORIZONTAL],
                            (float) flips[ORD_FLIP_VERTICAL] };

  return ord_tensor_new ("trainer/counters", 1, dims, values);
}

static OrdTensor *
loss_new (OrdRun *run)
{
  const gsize dims[] = { 1 };
  const float loss = (float) run->loss;

  return ord_tensor_new ("trainer/loss", 1, dims, &loss);
}

static OrdTensor *
best_errors_new (OrdRun *run)
{
  const gsize  dims[] = { ord_run_n_validated (run) };
  OrdTensor   *tensor = ord_tensor_new (BEST_ERRORS, 1, dims, NULL);

  for (gsize i = 0; i < dims[0]; i++)
    tensor->values[i] = (float) run->best_errors[i];
  return tensor;
}

/* Of the running epoch; checkpoints from between epochs may have none. */
static double
loss_of (GPtrArray *tensors)
{
  OrdTensor *loss = ord_tensors_find (tensors, "trainer/loss");

  return loss && ord_tensor_count (loss) == 1 ? loss->values[0] : NAN;
}

/* Training goes on where a checkpoint cannot be written: it is worth more. */
void
ord_run_save (OrdRun *run)
{
  g_autoptr (OrdCheckpoint) checkpoint = NULL;
  g_autoptr (GError)        error = NULL;
  gint64                    began = g_get_monotonic_time ();

  if (!run->trainer->checkpoint)
    return;

  checkpoint = g_new0 (OrdCheckpoint, 1);
  checkpoint->fingerprint = fingerprint (run);
  checkpoint->precision = run->precision;
  checkpoint->epoch = run->epoch;
  checkpoint->seconds = ord_run_seconds (run);
  checkpoint->history = g_array_copy (run->history);
  checkpoint->tensors = ord_tensors_new ();
  ord_embedder_store (run->embedder, checkpoint->tensors);
  ord_optimiser_store (run->optimiser, checkpoint->tensors);
  g_ptr_array_add (checkpoint->tensors, counters_new (run));
  if (isfinite (run->loss))
    g_ptr_array_add (checkpoint->tensors, loss_new (run));
  for (guint i = 0; run->best && i < run->best->len; i++)
    {
      const OrdTensor *tensor = g_ptr_array_index (run->best, i);
      g_autofree char *name = g_strconcat ("best/", tensor->name, NULL);

      g_ptr_array_add (checkpoint->tensors,
                       ord_tensor_new (name, tensor->n_dims, tensor->dims,
                                       tensor->values));
    }

  if (run->best_errors)
    g_ptr_array_add (checkpoint->tensors, best_errors_new (run));

  if (!ord_checkpoint_save (checkpoint, run->trainer->checkpoint, &error) &&
      !run->told_unsaved)
    {
      g_autofree char *warning =
        g_strdup_printf ("This training could not be resumed: %s",
                         error->message);

      ord_run_report_training (run, warning);
      run->told_unsaved = TRUE;
    }
  run->saved = g_get_monotonic_time ();
  run->save_seconds = (double) (run->saved - began) / G_USEC_PER_SEC;
}

/* The best parameters under their own names again. */
static GPtrArray *
take_best (GPtrArray *tensors)
{
  GPtrArray *best = ord_tensors_new ();

  for (guint i = 0; i < tensors->len; i++)
    {
      const OrdTensor *tensor = g_ptr_array_index (tensors, i);

      if (g_str_has_prefix (tensor->name, "best/"))
        g_ptr_array_add (best, ord_tensor_new (tensor->name + strlen ("best/"),
                                               tensor->n_dims, tensor->dims,
                                               tensor->values));
    }
  return best;
}

static double
history_best (GArray *history)
{
  double best = NAN;

  for (guint i = 0; i < history->len; i++)
    best = fmin (best, g_array_index (history, OrdEpoch, i).validation_mae);
  return best;
}

/* (transfer full) (nullable): what lies at @path, if it is of this training. */
static OrdCheckpoint *
load_own (const char  *path,
          const char  *wanted,
          char       **found)
{
  g_autoptr (OrdCheckpoint) checkpoint = ord_checkpoint_load (path, NULL);

  *found = g_strdup (checkpoint ? checkpoint->fingerprint : "unreadable");
  return g_strcmp0 (*found, wanted) == 0 ? g_steal_pointer (&checkpoint) : NULL;
}

/* (transfer full): its name says whose it is, so that none takes another's
 * place and each is found again. */
static char *
path_aside (const char *path,
            const char *fingerprint)
{
  return g_strdup_printf ("%s-%.10s", path, fingerprint);
}

static void
set_aside (OrdRun     *run,
           const char *found)
{
  const char      *path = run->trainer->checkpoint;
  g_autofree char *aside = path_aside (path, found);
  g_autofree char *from = g_filename_display_name (path);
  g_autofree char *to = g_filename_display_name (aside);
  g_autofree char *warning =
    g_strdup_printf ("%s holds a training with other pictures or options, or "
                     "of another version; it is now %s. The same command as "
                     "then goes on with it", from, to);

  if (g_rename (path, aside) == 0)
    ord_run_report_training (run, warning);
}

void
ord_run_find_checkpoint (OrdRun *run)
{
  const char      *path = run->trainer->checkpoint;
  g_autofree char *wanted = NULL, *found = NULL, *aside = NULL;

  if (!path)
    return;
  wanted = fingerprint (run);
  aside = path_aside (path, wanted);
  if (run->trainer->fresh)
    {
      g_unlink (path);
      g_unlink (aside);
      return;
    }
  if (g_file_test (path, G_FILE_TEST_EXISTS))
    {
      run->checkpoint = load_own (path, wanted, &found);
      if (run->checkpoint)
        return;
      set_aside (run, found);
      g_clear_pointer (&found, g_free);
    }
  if (g_rename (aside, path) == 0)
    run->checkpoint = load_own (path, wanted, &found);
}

/* The best parameters are also tried on, as they are not to fail at the end. */
static gboolean
resume_best (OrdRun     *run,
             GPtrArray  *tensors,
             GError    **error)
{
  const gsize            dims[] = { ord_run_n_validated (run) };
  const gsize            n_flips[] = { ORD_N_FLIPS };
  g_autoptr (GPtrArray)  best = take_best (tensors);
  OrdTensor             *errors =
    ord_tensors_expect (tensors, BEST_ERRORS, 1, dims, error);

  if (!errors || !ord_tensors_expect (best, ORD_RUN_FLIPS, 1, n_flips, error) ||
      !ord_embedder_load (run->embedder, best, error))
    return FALSE;
  run->best = g_steal_pointer (&best);
  run->best_errors = g_new (double, dims[0]);
  for (gsize i = 0; i < dims[0]; i++)
    run->best_errors[i] = errors->values[i];

  return TRUE;
}

gboolean
ord_run_resume (OrdRun  *run,
                GError **error)
{
  OrdCheckpoint *checkpoint = run->checkpoint;
  const gsize    dims[] = { N_COUNTERS };
  OrdTensor     *counters;

  if (!checkpoint)
    return TRUE;
  counters = ord_tensors_expect (checkpoint->tensors, "trainer/counters", 1,
                                 dims, error);
  if (!counters ||
      (checkpoint->history->len > 0 &&
       !resume_best (run, checkpoint->tensors, error)) ||
      !ord_embedder_load (run->embedder, checkpoint->tensors, error) ||
      !ord_optimiser_load (run->optimiser, checkpoint->tensors, error))
    {
      g_prefix_error (error, "The training kept in %s cannot be resumed; remove "
                      "it to start anew. ", run->trainer->checkpoint);
      return FALSE;
    }

  run->n_steps = (guint64) counters->values[0];
  run->step = (guint64) counters->values[1];
  run->best_step = (guint64) counters->values[2];
  run->fades = counters->values[3] != 0.0f;
  run->augmentation.flips[ORD_FLIP_HORIZONTAL] = counters->values[4];
  run->augmentation.flips[ORD_FLIP_VERTICAL] = counters->values[5];
  run->first_step = run->step;
  run->epoch = checkpoint->epoch;
  run->loss = loss_of (checkpoint->tensors);
  run->earlier = checkpoint->seconds;
  g_array_unref (run->history);
  run->history = g_array_copy (checkpoint->history);
  /* Another clock than the one the schedule was fitted to may hold now. */
  run->fitted = FALSE;
  ord_run_report (run, "Going on with an interrupted training", NULL);
  run->best_mae = history_best (run->history);
  if (run->history->len > 0)
    run->last_mae = g_array_index (run->history, OrdEpoch,
                                   run->history->len - 1).validation_mae;
  g_clear_pointer (&run->checkpoint, ord_checkpoint_free);

  return TRUE;
}
