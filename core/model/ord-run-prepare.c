/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The start of a run: what can be read, by split; standardised labels; a fresh
 * network and its optimiser.
 */
#include "ord-run-private.h"

#include <math.h>
#include <omp.h>
#include <string.h>

static gboolean
check_counts (OrdRun  *run,
              guint    n_readable,
              GError **error)
{
  const char *first = run->trainer->failures->len > 0
                      ? g_ptr_array_index (run->trainer->failures, 0) : NULL;

  if (run->n_train >= 4 && run->n_validation >= 2)
    return TRUE;
  g_set_error (error, ORD_ERROR, ORD_ERROR_DATASET,
               "Of the pictures in %s, %u can be read: %u to train on and %u to "
               "validate with. At least 4 and 2 are needed%s%s",
               ord_dataset_get_folder (run->trainer->dataset), n_readable,
               run->n_train, run->n_validation,
               first ? ". The first problem: " : "", first ? first : "");
  return FALSE;
}

/* Only a head takes covariates; the model then need not ask for them. */
static void
drop_what_is_not_used (OrdRun *run)
{
  if (!run->trainer->pretrained ||
      ord_encoder_wants_head (run->trainer->options) ||
      ord_dataset_get_n_covariates (run->dataset) == 0)
    return;
  ord_dataset_drop_covariates (run->dataset);
  ord_run_report (run, "Reading pictures",
                  "Covariates are not used: without a head (--head none) the "
                  "network's features are taken as they are");
}

/* Sorts what can be read by split. */
static gboolean
choose_samples (OrdRun  *run,
                GArray  *readable,
                GError **error)
{
  OrdDataset *all = run->trainer->dataset;
  guint       counts[ORD_N_SPLITS] = { 0 };
  guint       n = 0;

  run->order = g_new (guint, readable->len + 1);
  for (int split = 0; split < ORD_N_SPLITS; split++)
    for (guint i = 0; i < readable->len; i++)
      {
        guint sample = g_array_index (readable, guint, i);

        if (ord_dataset_get_sample (all, sample)->split != (OrdSplit) split)
          continue;
        run->order[n++] = sample;
        counts[split]++;
      }
  run->n_train = counts[ORD_SPLIT_TRAIN];
  run->n_validation = counts[ORD_SPLIT_VALIDATION];
  run->dataset = ord_dataset_subset (all, run->order, n);
  drop_what_is_not_used (run);

  return check_counts (run, n, error);
}

static gboolean
standardise_labels (OrdRun  *run,
                    GError **error)
{
  OrdDataset *all = run->trainer->dataset;
  guint       n_all = ord_dataset_get_n_samples (all);
  guint       n_labels = ord_dataset_get_n_labels (all);

  run->n_labels = n_labels;
  run->label_mean = g_new0 (double, n_labels);
  run->label_sd = g_new0 (double, n_labels);
  run->targets = g_new (float, (gsize) n_all * n_labels);

  for (guint k = 0; k < n_labels; k++)
    {
      double mean = 0.0, variance = 0.0;

      for (guint i = 0; i < run->n_train; i++)
        mean += ord_dataset_get_sample (run->dataset, i)->labels[k];
      mean /= run->n_train;
      for (guint i = 0; i < run->n_train; i++)
        {
          double d = ord_dataset_get_sample (run->dataset, i)->labels[k] - mean;

          variance += d * d / run->n_train;
        }
      if (!(variance > 0.0))
        {
          g_set_error (error, ORD_ERROR, ORD_ERROR_DATASET,
                       "All training images in %s have the same %s (%g): there "
                       "is nothing to learn from",
                       ord_dataset_get_folder (all),
                       ord_dataset_get_label_name (all, k), mean);
          return FALSE;
        }
      run->label_mean[k] = mean;
      run->label_sd[k] = sqrt (variance);
      for (guint i = 0; i < n_all; i++)
        run->targets[i * n_labels + k] =
          (float) ((ord_dataset_get_sample (all, i)->labels[k] - mean) /
                   run->label_sd[k]);
    }

  return TRUE;
}

/* Standardised labels of the training images, for methods that look at all. */
static void
show_labels (OrdRun *run)
{
  g_autofree float *labels = g_new (float, (gsize) run->n_train * run->n_labels);

  for (guint i = 0; i < run->n_train; i++)
    memcpy (labels + (gsize) i * run->n_labels,
            run->targets + (gsize) run->order[i] * run->n_labels,
            sizeof (float) * run->n_labels);
  ord_method_prepare (run->embedder->method, labels, run->n_train);
}

/* A pretrained network may be made for one size alone. */
static gboolean
choose_preparation (OrdRun  *run,
                    GError **error)
{
  OrdTrainer *trainer = run->trainer;
  int         size = (int) ord_run_option (run, "size");
  int         width = 0, height = 0, side;

  if (trainer->pretrained &&
      !ord_pretrained_get_size (trainer->pretrained, &width, &height, error))
    return FALSE;
  if (width == 0)
    return ord_preparation_choose (&run->preparation, trainer->dataset, size,
                                   error);
  side = (int) round (sqrt ((double) width * height));
  if (ord_options_is_set (trainer->options, "size") && size != side)
    {
      g_set_error (error, ORD_ERROR, ORD_ERROR_OPTION,
                   "%s reads pictures of %d × %d only, and --size asks for %d: "
                   "leave --size out, or export the network with height and "
                   "width free", trainer->pretrained->name, width, height, size);
      return FALSE;
    }
  return ord_preparation_choose_fixed (&run->preparation, trainer->dataset,
                                       width, height, error);
}

gboolean
ord_run_prepare (OrdRun        *run,
                 GCancellable  *cancellable,
                 GError       **error)
{
  OrdTrainer         *trainer = run->trainer;
  g_autoptr (GArray)  readable = NULL;
  g_autoptr (GPtrArray) parameters = NULL;
  GPtrArray          *failures;
  int                 threads = (int) ord_run_option (run, "threads");
  OrdEncoderSpec      spec;

  /* This thread's own count of workers; other threads keep theirs. */
  omp_set_num_threads (threads > 0 ? threads : (int) g_get_num_processors ());

  if (!choose_preparation (run, error))
    return FALSE;
  if (trainer->pretrained)
    ord_pretrained_normalise (trainer->pretrained, &run->preparation);
  run->loader = ord_loader_new (trainer->dataset, &run->preparation,
                                threads > 0 ? (guint) threads
                                            : g_get_num_processors (),
                                (gsize) ord_run_option (run, "memory") << 20);
  readable = ord_loader_check (run->loader, ord_run_report_reading, run, cancellable,
                               error);
  if (!readable)
    return FALSE;
  failures = ord_loader_get_failures (run->loader);
  for (guint i = 0; i < failures->len; i++)
    g_ptr_array_add (trainer->failures,
                     g_strdup (g_ptr_array_index (failures, i)));
  if (!choose_samples (run, readable, error) ||
      !standardise_labels (run, error))
    return FALSE;

  ord_augmentation_from_options (&run->augmentation, trainer->options);
  ord_run_plan (run);
  ord_run_find_checkpoint (run);
  spec = (OrdEncoderSpec) {
    .kind = trainer->encoder,
    .options = trainer->options,
    .pretrained = trainer->pretrained,
    .preparation = &run->preparation,
    .covariate_width = ord_dataset_get_covariate_width (run->dataset),
    .seed = run->seed,
  };
  if (!ord_run_choose_precision (run, &spec, cancellable, error))
    return FALSE;
  spec.precision = run->precision;
  run->embedder = ord_embedder_new (trainer->method, &spec, run->dataset, error);
  if (!run->embedder)
    return FALSE;
  show_labels (run);
  run->covariates =
    ord_embedder_encode_covariates (run->embedder, trainer->dataset);
  parameters = ord_embedder_get_parameters (run->embedder);
  run->optimiser = ord_optimiser_new (parameters);
  if (ord_encoder_get_frozen_width (run->embedder->encoder) > 0 &&
      !ord_run_freeze (run, cancellable, error))
    return FALSE;

  return TRUE;
}
