/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Before a head is trained: what the frozen network makes of every picture, and
 * of augmented copies of the training pictures. What the cache knows from
 * earlier trainings is not computed again.
 */
#include "ord-run-private.h"

#include <math.h>
#include <string.h>

#include "../encoder/ord-feature-cache.h"
#include "../ord-random.h"

/* Pictures that the network sees at once: always as many, since the last bits
 * of what it makes of one may depend on that. */
#define BATCH 32

/* A row to be computed. */
typedef struct
{
  guint         sample;
  guint64       draw;
  OrdFeatureKey key;
} Wanted;

typedef struct
{
  OrdRun          *run;
  OrdFeatureCache *cache;    /* NULL for none */
  OrdFeatureKey    network;
  gsize            width;
  GArray         **wanted;   /* (1 + n_copies) of Wanted */
  guint            n_copies;
  char            *stage;
  guint            n;
  guint            done;
} Freezing;

static void
freezing_clear (Freezing *freezing)
{
  ord_feature_cache_free (freezing->cache);
  for (guint copy = 0; copy <= freezing->n_copies; copy++)
    g_clear_pointer (&freezing->wanted[copy], g_array_unref);
  g_free (freezing->wanted);
  g_free (freezing->stage);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Freezing, freezing_clear)

static void
report (Freezing *freezing)
{
  g_autofree char *note =
    freezing->cache ? ord_feature_cache_take_note (freezing->cache) : NULL;
  OrdProgress      progress = {
    .stage = freezing->stage,
    .fraction = (double) freezing->done / freezing->n,
    .seconds_left = -1.0,
    .loss = NAN,
    .validation_mae = NAN,
    .best_mae = NAN,
    .warning = note,
  };

  ord_run_report_reading (&progress, freezing->run);
}

/* -- what is known ------------------------------------------------------------ */

/* Of a copy of a picture: by its content, so that it is the same one in a
 * training with more or fewer pictures. */
static guint64
draw_of (const Freezing  *freezing,
         const OrdSample *sample,
         guint            copy)
{
  g_autofree char *start = g_strndup (sample->hash, 16);

  return ord_random_derive (ord_random_derive (freezing->run->seed, copy),
                            g_ascii_strtoull (start, NULL, 16));
}

/* Rows of the cache into their places; what it does not have is wanted. */
static gboolean
look_up (Freezing      *freezing,
         guint          copy,
         GCancellable  *cancellable,
         GError       **error)
{
  OrdRun *run = freezing->run;
  guint   n = copy == 0 ? ord_dataset_get_n_samples (run->dataset)
                        : run->n_train;
  float  *rows = ord_frozen_get_rows (run->frozen, copy);

  freezing->wanted[copy] = g_array_new (FALSE, FALSE, sizeof (Wanted));
  for (guint i = 0; i < n; i++)
    {
      Wanted           wanted = { .sample = run->order[i] };
      const OrdSample *sample =
        ord_dataset_get_sample (run->trainer->dataset, wanted.sample);

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      if (copy > 0)
        wanted.draw = draw_of (freezing, sample, copy);
      ord_feature_key_picture (&wanted.key, &freezing->network, sample->hash,
                               copy > 0 ? &run->augmentation : NULL,
                               wanted.draw);
      if (freezing->cache &&
          ord_feature_cache_find (freezing->cache, &wanted.key,
                                  (guint) freezing->width,
                                  rows + wanted.sample * freezing->width))
        freezing->done++;
      else
        g_array_append_val (freezing->wanted[copy], wanted);
      freezing->n++;
    }
  return TRUE;
}

static char *
name_stage (const Freezing *freezing)
{
  if (freezing->done == 0)
    return g_strdup ("Computing features");
  if (freezing->done == freezing->n)
    return g_strdup_printf ("%u features are from the cache", freezing->n);
  return g_strdup_printf ("Computing features (%u of %u are from the cache)",
                          freezing->done, freezing->n);
}

/* -- what is not ---------------------------------------------------------------- */

/* Where a file has changed since its hash became known, nobody knows what the
 * row is of. */
static void
keep (Freezing       *freezing,
      const Wanted   *wanted,
      const OrdBatch *batch,
      const float    *made)
{
  OrdFeatureKey     keys[BATCH];
  g_autofree float *rows = g_new (float, BATCH * freezing->width);
  guint             n = 0;

  if (!freezing->cache)
    return;
  for (guint i = 0; i < batch->n; i++)
    {
      if (!ord_loader_is_unchanged (freezing->run->loader, batch->samples[i]))
        continue;
      keys[n] = wanted[i].key;
      memcpy (rows + n * freezing->width, made + i * freezing->width,
              sizeof (float) * freezing->width);
      n++;
    }
  ord_feature_cache_keep (freezing->cache, n, keys, (guint) freezing->width,
                          rows);
}

/* A batch that is too small is filled with its first picture. */
static gboolean
freeze_batch (Freezing        *freezing,
              const OrdBatch  *batch,
              float           *made,
              GError         **error)
{
  const OrdPreparation *preparation = &freezing->run->preparation;
  OrdEncoder           *encoder = freezing->run->embedder->encoder;
  gsize                 size = (gsize) preparation->channels *
                               (gsize) preparation->height *
                               (gsize) preparation->width;
  g_autofree float     *filled = NULL;

  if (batch->n == BATCH)
    return ord_encoder_freeze (encoder, BATCH, batch->inputs, made, error);
  filled = g_new (float, BATCH * size);
  for (guint i = 0; i < BATCH; i++)
    memcpy (filled + i * size, batch->inputs + (i < batch->n ? i * size : 0),
            sizeof (float) * size);
  return ord_encoder_freeze (encoder, BATCH, filled, made, error);
}

static void
start (Freezing *freezing,
       guint     copy)
{
  OrdRun             *run = freezing->run;
  GArray             *wanted = freezing->wanted[copy];
  g_autofree guint   *order = g_new (guint, wanted->len + 1);
  g_autofree guint64 *draws = g_new (guint64, wanted->len + 1);

  for (guint i = 0; i < wanted->len; i++)
    {
      order[i] = g_array_index (wanted, Wanted, i).sample;
      draws[i] = g_array_index (wanted, Wanted, i).draw;
    }
  if (copy == 0)
    ord_loader_start (run->loader, order, wanted->len, BATCH, NULL, 0);
  else
    ord_loader_start_draws (run->loader, order, wanted->len, BATCH,
                            &run->augmentation, draws);
}

static gboolean
compute (Freezing      *freezing,
         guint          copy,
         GCancellable  *cancellable,
         GError       **error)
{
  OrdRun           *run = freezing->run;
  GArray           *wanted = freezing->wanted[copy];
  float            *rows = ord_frozen_get_rows (run->frozen, copy);
  gsize             width = freezing->width;
  g_autofree float *made = g_new (float, BATCH * width);

  start (freezing, copy);
  for (guint done = 0; done < wanted->len;)
    {
      const OrdBatch *batch;

      /* Those that are made stay in the cache, if there is one. */
      if (ord_run_is_stopped (run))
        return ord_run_refuse_to_keep (error);
      batch = ord_loader_next (run->loader, error);
      if (!batch || g_cancellable_set_error_if_cancelled (cancellable, error) ||
          !freeze_batch (freezing, batch, made, error))
        return FALSE;
      for (guint i = 0; i < batch->n; i++)
        memcpy (rows + batch->samples[i] * width, made + i * width,
                sizeof (float) * width);
      keep (freezing, &g_array_index (wanted, Wanted, done), batch, made);
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
  guint             n_copies = (guint) ord_run_option (run, "copies");
  guint64           limit = (guint64) ord_run_option (run, "feature-cache") << 20;
  g_autofree char  *folder = ord_feature_cache_get_folder ();
  g_auto (Freezing) freezing = {
    .run = run,
    .width = ord_encoder_get_frozen_width (run->embedder->encoder),
    .wanted = g_new0 (GArray *, n_copies + 1),
    .n_copies = n_copies,
  };

  run->frozen = ord_frozen_new (ord_dataset_get_n_samples (run->trainer->dataset),
                                (guint) freezing.width, n_copies);
  ord_feature_key_network (&freezing.network, run->trainer->pretrained,
                           &run->preparation);
  if (limit > 0)
    freezing.cache = ord_feature_cache_open (folder, limit);
  for (guint copy = 0; copy <= n_copies; copy++)
    if (!look_up (&freezing, copy, cancellable, error))
      return FALSE;
  freezing.stage = name_stage (&freezing);
  report (&freezing);
  for (guint copy = 0; copy <= n_copies; copy++)
    if (!compute (&freezing, copy, cancellable, error))
      return FALSE;
  run->embedder->known = ord_frozen_get_rows (run->frozen, 0);

  return TRUE;
}
