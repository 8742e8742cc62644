/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A pass of the loader over all pictures below a folder: decoded, resized,
 * augmented and normalised, nothing kept.
 *
 *   prepare FOLDER SIZE CHANNELS BATCH WORKERS
 */
#include "bench.h"

#include "data/ord-loader.h"

static struct
{
  OrdDataset     *dataset;
  OrdLoader      *loader;
  OrdAugmentation augmentation;
  guint          *order;
  gsize           batch;
} work;

static gboolean
prepare (char  **words,
         GError **error)
{
  g_autofree char       *path = bench_path (words[0]);
  g_autoptr (OrdOptions) options = ord_options_new ();
  OrdPreparation         preparation = { .mean = { 0.5f, 0.5f, 0.5f },
                                         .sd = { 0.25f, 0.25f, 0.25f } };
  gsize                  size, channels, workers;

  g_clear_object (&work.loader);
  g_clear_object (&work.dataset);
  g_clear_pointer (&work.order, g_free);
  if (!bench_number (words, 1, &size, error)
      || !bench_number (words, 2, &channels, error)
      || !bench_number (words, 3, &work.batch, error)
      || !bench_number (words, 4, &workers, error))
    return FALSE;
  preparation.width = preparation.height = (int) size;
  preparation.channels = (int) channels;

  work.dataset = ord_dataset_list (path, error);
  if (work.dataset == NULL)
    return FALSE;
  work.loader = ord_loader_new (work.dataset, &preparation, workers, 0);
  work.order = g_new (guint, ord_dataset_get_n_samples (work.dataset));
  for (guint i = 0; i < ord_dataset_get_n_samples (work.dataset); i++)
    work.order[i] = i;
  ord_options_add (options, ord_augmentation_options);
  ord_augmentation_from_options (&work.augmentation, options);

  return TRUE;
}

/* The answer: how many pictures there were. */
static gboolean
run (GArray  *answer,
     GError **error)
{
  const OrdBatch *batch;
  guint           n = 0;
  GError         *local = NULL;

  ord_loader_start (work.loader, work.order,
                    ord_dataset_get_n_samples (work.dataset), work.batch,
                    &work.augmentation, 1);
  while ((batch = ord_loader_next (work.loader, &local)) != NULL)
    n += batch->n;
  if (local != NULL)
    {
      g_propagate_error (error, local);
      return FALSE;
    }
  bench_answer (answer, n);

  return TRUE;
}

int
main (int    argc,
      char **argv)
{
  return bench_main (argc, argv, &(Bench) { prepare, run });
}
