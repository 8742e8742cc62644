/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Before a head is trained: what the frozen network makes of every picture, and
 * of augmented copies of the training pictures.
 */
#include "ord-run-private.h"

#include <math.h>
#include <string.h>

#include "../data/ord-random.h"

/* Pictures that the network sees at once. */
#define BATCH 32

typedef struct
{
  OrdRun *run;
  guint   done;
  guint   n;
} Freezing;

static void
report (Freezing *freezing)
{
  OrdProgress progress = {
    .stage = "Computing features",
    .fraction = (double) freezing->done / freezing->n,
    .seconds_left = -1.0,
    .loss = NAN,
    .validation_mae = NAN,
    .best_mae = NAN,
  };

  ord_run_report_reading (&progress, freezing->run);
}

static gboolean
freeze_pass (Freezing               *freezing,
             const guint            *order,
             guint                   n,
             const OrdAugmentation  *augmentation,
             guint64                 seed,
             float                  *rows,
             GCancellable           *cancellable,
             GError                **error)
{
  OrdRun           *run = freezing->run;
  OrdEncoder       *encoder = run->embedder->encoder;
  gsize             width = ord_encoder_get_frozen_width (encoder);
  g_autofree float *made = g_new (float, BATCH * width);

  ord_loader_start (run->loader, order, n, BATCH, augmentation, seed);
  for (guint done = 0; done < n;)
    {
      const OrdBatch *batch = ord_loader_next (run->loader, error);

      if (!batch || g_cancellable_set_error_if_cancelled (cancellable, error) ||
          !ord_encoder_freeze (encoder, batch->n, batch->inputs, made, error))
        return FALSE;
      for (guint i = 0; i < batch->n; i++)
        memcpy (rows + batch->samples[i] * width, made + i * width,
                sizeof (float) * width);
      done += batch->n;
      freezing->done += batch->n;
      report (freezing);
    }
  return TRUE;
}

gboolean
ord_run_freeze (OrdRun        *run,
                GCancellable  *cancellable,
                GError       **error)
{
  guint     n = ord_dataset_get_n_samples (run->dataset);
  guint     n_copies = (guint) ord_run_option (run, "copies");
  Freezing  freezing = { run, 0, n + n_copies * run->n_train };

  run->frozen =
    ord_frozen_new (ord_dataset_get_n_samples (run->trainer->dataset),
                    ord_encoder_get_frozen_width (run->embedder->encoder),
                    n_copies);
  if (!freeze_pass (&freezing, run->order, n, NULL, 0,
                    ord_frozen_get_rows (run->frozen, 0), cancellable, error))
    return FALSE;
  for (guint copy = 1; copy <= n_copies; copy++)
    if (!freeze_pass (&freezing, run->order, run->n_train, &run->augmentation,
                      ord_random_derive (run->seed, copy),
                      ord_frozen_get_rows (run->frozen, copy), cancellable,
                      error))
      return FALSE;
  run->embedder->known = ord_frozen_get_rows (run->frozen, 0);

  return TRUE;
}
