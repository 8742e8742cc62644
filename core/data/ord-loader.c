/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Batches prepared ahead.
 *
 * A pass is a list of places. Workers take the next place under the lock,
 * prepare its image without it, and put it into the batch it belongs to, which
 * is one of a ring of slots; none works further ahead than the ring is long.
 * What a place gets depends on its sample, the seed and the place alone, so the
 * number of threads and what the cache holds change nothing: images pass
 * through the cache's 16-bit values even where they are not kept.
 */
#include "ord-loader.h"

#include "ord-image-file.h"
#include "../ord-random.h"

#include <math.h>

#define THUMBNAIL_SIDE 112

/* Prepared ahead, besides the one that is in use. */
#define N_AHEAD 3
#define N_SLOTS (N_AHEAD + 1)

typedef struct
{
  OrdBatch batch;
  guint    n_missing; /* images still to come */
  guint    failed_at; /* place of the first that failed, or G_MAXUINT */
  GError  *error;
} Slot;

/* What one worker works with. */
typedef struct
{
  OrdImage *decoded;
  OrdImage *augmented;
} Scratch;

struct _OrdLoader
{
  GObject parent_instance;

  OrdDataset    *dataset;
  OrdPreparation preparation;
  guint          n_workers;
  gsize          memory_limit;

  GPtrArray     *threads;

  GMutex         lock;
  GCond          work;      /* places to take, or stop */
  GCond          done;      /* a batch is whole, or a worker is idle */
  gboolean       stop;
  guint          n_busy;
  gsize          memory_used;

  /* Under the lock, but for the content: a pointer that is set stays. */
  guint16      **cache;     /* (n_samples) of (height, width, channels) */

  GBytes       **thumbnails;
  char         **stamps;    /* (n_samples) of the files, NULL for one that
                             * changed while it was read */
  GPtrArray     *failures;

  /* The pass; changes only while no worker is busy. */
  guint         *order;
  guint          n_order;
  guint          batch_size;
  gboolean       augments;
  OrdAugmentation augmentation;
  guint64        seed;
  guint64       *draws;     /* (n_order), or NULL: by @seed and place */
  guint          n_batches;
  guint          next_place;
  guint          next_batch; /* to be handed out */
  Slot           slots[N_SLOTS];
};

G_DEFINE_FINAL_TYPE (OrdLoader, ord_loader, G_TYPE_OBJECT)

static gsize
values_per_image (OrdLoader *loader)
{
  return (gsize) loader->preparation.width * loader->preparation.height
         * loader->preparation.channels;
}

/*
 * Images and the cache
 */

static void
pack (const float *pixels,
      guint16     *packed,
      gsize        n)
{
  for (gsize i = 0; i < n; i++)
    packed[i] = CLAMP (pixels[i], 0.0f, 1.0f) * 65535.0f + 0.5f;
}

static void
unpack (const guint16 *packed,
        float         *pixels,
        gsize          n)
{
  #pragma omp simd
  for (gsize i = 0; i < n; i++)
    pixels[i] = packed[i] * (1.0f / 65535.0f);
}

/* Takes over @packed; %FALSE where it is not kept and thus not taken. */
static gboolean
keep (OrdLoader *loader,
      guint      sample,
      guint16   *packed)
{
  gsize    size = values_per_image (loader) * sizeof (guint16);
  gboolean kept = FALSE;

  g_mutex_lock (&loader->lock);
  if (loader->cache[sample] == NULL
      && size <= loader->memory_limit - loader->memory_used)
    {
      loader->memory_used += size;
      loader->cache[sample] = packed;
      kept = TRUE;
    }
  g_mutex_unlock (&loader->lock);

  return kept;
}

static guint16 *
look_up (OrdLoader *loader,
         guint      sample)
{
  guint16 *packed;

  g_mutex_lock (&loader->lock);
  packed = loader->cache[sample];
  g_mutex_unlock (&loader->lock);

  return packed;
}

static gboolean
fetch (OrdLoader *loader,
       guint      sample,
       OrdImage  *out,
       GError   **error)
{
  const OrdSample   *row = ord_dataset_get_sample (loader->dataset, sample);
  const gsize        n = values_per_image (loader);
  const guint16     *kept = look_up (loader, sample);
  g_autofree guint16 *packed = NULL;
  g_autoptr (OrdImage) image = NULL;

  if (kept != NULL)
    {
      unpack (kept, out->pixels, n);
      return TRUE;
    }

  image = ord_preparation_load (&loader->preparation, row->path, error);
  if (image == NULL)
    return FALSE;

  packed = g_new (guint16, n);
  pack (image->pixels, packed, n);
  unpack (packed, out->pixels, n);
  if (keep (loader, sample, packed))
    packed = NULL;

  return TRUE;
}

/*
 * Workers
 */

static Slot *
slot_of (OrdLoader *loader,
         guint      place)
{
  return &loader->slots[place / loader->batch_size % N_SLOTS];
}

static gboolean
prepare_place (OrdLoader *loader,
               Scratch   *scratch,
               guint      place,
               GError   **error)
{
  const Slot *slot = slot_of (loader, place);
  guint       sample = loader->order[place];
  OrdImage   *image = scratch->decoded;

  if (!fetch (loader, sample, scratch->decoded, error))
    return FALSE;

  if (loader->augments)
    {
      ord_augmentation_apply (&loader->augmentation,
                              loader->draws
                              ? loader->draws[place]
                              : ord_random_derive (loader->seed, place),
                              scratch->decoded, scratch->augmented);
      image = scratch->augmented;
    }

  ord_preparation_normalise (&loader->preparation, image,
                             slot->batch.inputs
                             + place % loader->batch_size
                               * values_per_image (loader));
  return TRUE;
}

/* Under the lock: whether the next place's batch has a slot. */
static gboolean
has_work (OrdLoader *loader)
{
  return loader->next_place < loader->n_order
         && loader->next_place / loader->batch_size
            < loader->next_batch + N_AHEAD;
}

static void
note_failure (Slot   *slot,
              guint   place,
              GError *error)
{
  /* The first in order, whichever thread meets it. */
  if (place < slot->failed_at)
    {
      g_clear_error (&slot->error);
      slot->error = error;
      slot->failed_at = place;
    }
  else
    {
      g_error_free (error);
    }
}

static gpointer
work (gpointer data)
{
  OrdLoader *loader = data;
  const OrdPreparation *p = &loader->preparation;
  Scratch scratch = { ord_image_new (p->width, p->height, p->channels),
                      ord_image_new (p->width, p->height, p->channels) };

  g_mutex_lock (&loader->lock);
  for (;;)
    {
      GError *error = NULL;
      Slot   *slot;
      guint   place;

      while (!loader->stop && !has_work (loader))
        g_cond_wait (&loader->work, &loader->lock);
      if (loader->stop)
        break;

      place = loader->next_place++;
      loader->n_busy++;
      g_mutex_unlock (&loader->lock);

      prepare_place (loader, &scratch, place, &error);

      g_mutex_lock (&loader->lock);
      loader->n_busy--;
      slot = slot_of (loader, place);
      if (error != NULL)
        note_failure (slot, place, error);
      if (--slot->n_missing == 0 || loader->n_busy == 0)
        g_cond_broadcast (&loader->done);
    }
  g_mutex_unlock (&loader->lock);

  ord_image_unref (scratch.decoded);
  ord_image_unref (scratch.augmented);

  return NULL;
}

/* Started late: many loaders never run a pass. */
static void
ensure_threads (OrdLoader *loader)
{
  while (loader->threads->len < loader->n_workers)
    g_ptr_array_add (loader->threads,
                     g_thread_new ("ord-loader", work, loader));
}

/* Under the lock. Nothing new is taken, and what is under way is waited for. */
static void
abandon_pass (OrdLoader *loader)
{
  loader->next_place = loader->n_order;
  while (loader->n_busy > 0)
    g_cond_wait (&loader->done, &loader->lock);
}

static void
free_pass (OrdLoader *loader)
{
  g_clear_pointer (&loader->order, g_free);
  g_clear_pointer (&loader->draws, g_free);
  loader->n_order = 0;
  loader->next_place = 0;

  for (guint i = 0; i < N_SLOTS; i++)
    {
      g_clear_pointer (&loader->slots[i].batch.inputs, g_free);
      g_clear_error (&loader->slots[i].error);
    }
}

/* Under the lock: makes the slot ready for batch @index. */
static void
open_batch (OrdLoader *loader,
            guint      index)
{
  Slot *slot = &loader->slots[index % N_SLOTS];
  guint first = index * loader->batch_size;

  if (index >= loader->n_batches)
    return;

  slot->batch.n = MIN (loader->batch_size, loader->n_order - first);
  slot->batch.samples = loader->order + first;
  if (slot->batch.inputs == NULL)
    slot->batch.inputs = g_new (float, loader->batch_size
                                       * values_per_image (loader));
  slot->n_missing = slot->batch.n;
  slot->failed_at = G_MAXUINT;
  g_clear_error (&slot->error);
}

/* @draws: (nullable) */
static void
start (OrdLoader             *loader,
       const guint           *order,
       guint                  n_samples,
       guint                  batch_size,
       const OrdAugmentation *augmentation,
       guint64                seed,
       const guint64         *draws)
{
  guint n_all;

  g_return_if_fail (ORD_IS_LOADER (loader));
  g_return_if_fail (order != NULL || n_samples == 0);
  g_return_if_fail (batch_size > 0);

  n_all = ord_dataset_get_n_samples (loader->dataset);
  for (guint i = 0; i < n_samples; i++)
    g_return_if_fail (order[i] < n_all);

  g_mutex_lock (&loader->lock);
  abandon_pass (loader);
  free_pass (loader);

  loader->order = g_memdup2 (order, n_samples * sizeof (guint));
  loader->n_order = n_samples;
  loader->batch_size = batch_size;
  loader->augments = augmentation != NULL;
  if (augmentation != NULL)
    loader->augmentation = *augmentation;
  loader->seed = seed;
  loader->draws = draws ? g_memdup2 (draws, n_samples * sizeof *draws) : NULL;
  loader->n_batches = n_samples / batch_size + (n_samples % batch_size > 0);
  loader->next_batch = 0;
  for (guint i = 0; i < N_AHEAD; i++)
    open_batch (loader, i);

  g_cond_broadcast (&loader->work);
  g_mutex_unlock (&loader->lock);

  ensure_threads (loader);
}

void
ord_loader_start (OrdLoader             *loader,
                  const guint           *order,
                  guint                  n_samples,
                  guint                  batch_size,
                  const OrdAugmentation *augmentation,
                  guint64                seed)
{
  start (loader, order, n_samples, batch_size, augmentation, seed, NULL);
}

void
ord_loader_start_draws (OrdLoader             *loader,
                        const guint           *order,
                        guint                  n_samples,
                        guint                  batch_size,
                        const OrdAugmentation *augmentation,
                        const guint64         *draws)
{
  g_return_if_fail (augmentation != NULL);
  g_return_if_fail (draws != NULL || n_samples == 0);

  start (loader, order, n_samples, batch_size, augmentation, 0, draws);
}

const OrdBatch *
ord_loader_next (OrdLoader *loader,
                 GError   **error)
{
  const OrdBatch *batch = NULL;
  Slot           *slot;

  g_return_val_if_fail (ORD_IS_LOADER (loader), NULL);

  g_mutex_lock (&loader->lock);
  if (loader->order != NULL && loader->next_batch < loader->n_batches)
    {
      slot = &loader->slots[loader->next_batch % N_SLOTS];
      while (slot->n_missing > 0)
        g_cond_wait (&loader->done, &loader->lock);

      if (slot->error != NULL)
        {
          abandon_pass (loader);
          loader->next_batch = loader->n_batches;
          g_propagate_error (error, g_steal_pointer (&slot->error));
        }
      else
        {
          /* Of the ring, the slot handed out before is the one that is free
           * again. */
          batch = &slot->batch;
          loader->next_batch++;
          open_batch (loader, loader->next_batch + N_AHEAD - 1);
          g_cond_broadcast (&loader->work);
        }
    }
  g_mutex_unlock (&loader->lock);

  return batch;
}

/*
 * The check
 */

typedef struct
{
  OrdLoader *loader;
  guint      n;
  int        next;      /* atomic */
  int        cancelled; /* atomic */
  char     **messages;  /* (n), NULL where it could be read */
  char     **hashes;    /* (n) */

  GMutex     lock;
  GCond      progressed;
  guint      n_done;
  guint      n_running;
} Check;

/* (transfer full) (nullable) */
static char *
hash_file (const char *path,
           GError    **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) stream = g_file_read (file, NULL, error);
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree guint8 *buffer = NULL;
  const gsize size = 1 << 16;
  gssize      n;

  if (stream == NULL)
    return NULL;

  buffer = g_malloc (size);
  while ((n = g_input_stream_read (G_INPUT_STREAM (stream), buffer, size, NULL,
                                   error)) > 0)
    g_checksum_update (checksum, buffer, n);

  return n < 0 ? NULL : g_strdup (g_checksum_get_string (checksum));
}

/* (transfer full) (nullable): of the file, another one after it was written. */
static char *
stamp_file (const char *path)
{
  g_autoptr (GFile)     file = g_file_new_for_path (path);
  g_autoptr (GFileInfo) info =
    g_file_query_info (file, G_FILE_ATTRIBUTE_ETAG_VALUE,
                       G_FILE_QUERY_INFO_NONE, NULL, NULL);

  return info ? g_strdup (g_file_info_get_etag (info)) : NULL;
}

static gboolean
check_sample (Check   *check,
              guint    sample,
              GError **error)
{
  OrdLoader            *loader = check->loader;
  const OrdPreparation *p = &loader->preparation;
  const char           *path =
    ord_dataset_get_sample (loader->dataset, sample)->path;
  const gsize           n = values_per_image (loader);
  OrdImageRequest       requests[2] = {
    { p->width, p->height, p->channels, ORD_FIT_PAD, TRUE, NULL },
    { THUMBNAIL_SIDE, THUMBNAIL_SIDE, 0, ORD_FIT_INSIDE, FALSE, NULL },
  };
  g_autoptr (OrdImage)  image = NULL;
  g_autoptr (OrdImage)  thumbnail = NULL;
  g_autofree guint16   *packed = NULL;
  g_autofree char      *before = stamp_file (path);
  g_autofree char      *after = NULL;

  if (!ord_image_load_many (path, requests, 2, error))
    return FALSE;

  image = requests[0].image;
  thumbnail = requests[1].image;

  check->hashes[sample] = hash_file (path, error);
  if (check->hashes[sample] == NULL)
    return FALSE;

  after = stamp_file (path);
  g_free (loader->stamps[sample]);
  loader->stamps[sample] = g_strcmp0 (before, after) == 0
                           ? g_steal_pointer (&after) : NULL;

  g_clear_pointer (&loader->thumbnails[sample], g_bytes_unref);
  loader->thumbnails[sample] = ord_image_encode (thumbnail, error);
  if (loader->thumbnails[sample] == NULL)
    return FALSE;

  packed = g_new (guint16, n);
  pack (image->pixels, packed, n);
  if (keep (loader, sample, packed))
    packed = NULL;

  return TRUE;
}

static gpointer
check_many (gpointer data)
{
  Check *check = data;
  guint  sample;

  while (!g_atomic_int_get (&check->cancelled)
         && (sample = g_atomic_int_add (&check->next, 1)) < check->n)
    {
      g_autoptr (GError) error = NULL;

      if (!check_sample (check, sample, &error))
        check->messages[sample] = g_strdup (error->message);

      g_mutex_lock (&check->lock);
      check->n_done++;
      g_cond_signal (&check->progressed);
      g_mutex_unlock (&check->lock);
    }

  g_mutex_lock (&check->lock);
  check->n_running--;
  g_cond_signal (&check->progressed);
  g_mutex_unlock (&check->lock);

  return NULL;
}

static void
report (OrdProgressFunc progress,
        gpointer        user_data,
        guint           n_done,
        guint           n,
        double          seconds)
{
  OrdProgress report = {
    .stage = "Reading pictures",
    .fraction = n > 0 ? (double) n_done / n : 1.0,
    .seconds_left = n_done > 0 ? seconds / n_done * (n - n_done) : -1.0,
    .loss = NAN,
    .validation_mae = NAN,
    .best_mae = NAN,
  };

  if (progress != NULL)
    progress (&report, user_data);
}

/* Reports about ten times a second until all threads have ended. */
static void
watch_check (Check          *check,
             OrdProgressFunc progress,
             gpointer        user_data,
             GCancellable   *cancellable)
{
  gint64 began = g_get_monotonic_time ();
  guint  n_done, n_running;

  do
    {
      gint64 until = g_get_monotonic_time () + 100 * G_TIME_SPAN_MILLISECOND;

      g_mutex_lock (&check->lock);
      while (check->n_running > 0
             && g_cond_wait_until (&check->progressed, &check->lock, until))
        ;
      n_done = check->n_done;
      n_running = check->n_running;
      g_mutex_unlock (&check->lock);

      if (g_cancellable_is_cancelled (cancellable))
        g_atomic_int_set (&check->cancelled, TRUE);
      else
        report (progress, user_data, n_done, check->n,
                (g_get_monotonic_time () - began) * 1e-6);
    }
  while (n_running > 0);
}

static void
run_check (Check          *check,
           OrdProgressFunc progress,
           gpointer        user_data,
           GCancellable   *cancellable)
{
  guint n_threads = check->loader->n_workers;
  g_autofree GThread **threads = g_new (GThread *, n_threads);

  check->n_running = n_threads;
  for (guint i = 0; i < n_threads; i++)
    threads[i] = g_thread_new ("ord-check", check_many, check);

  watch_check (check, progress, user_data, cancellable);

  for (guint i = 0; i < n_threads; i++)
    g_thread_join (threads[i]);
}

/* Takes what was found over into loader and dataset. */
static GArray *
conclude_check (Check *check)
{
  OrdLoader *loader = check->loader;
  GArray    *readable = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint i = 0; i < check->n; i++)
    {
      if (check->messages[i] != NULL)
        {
          g_ptr_array_add (loader->failures,
                           g_steal_pointer (&check->messages[i]));
          continue;
        }

      ord_dataset_set_hash (loader->dataset, i, check->hashes[i]);
      g_array_append_val (readable, i);
    }

  return readable;
}

GArray *
ord_loader_check (OrdLoader       *loader,
                  OrdProgressFunc  progress,
                  gpointer         user_data,
                  GCancellable    *cancellable,
                  GError         **error)
{
  Check   check = { .loader = loader };
  GArray *readable = NULL;

  g_return_val_if_fail (ORD_IS_LOADER (loader), NULL);

  g_mutex_lock (&loader->lock);
  abandon_pass (loader);
  free_pass (loader);
  g_mutex_unlock (&loader->lock);

  g_ptr_array_set_size (loader->failures, 0);
  check.n = ord_dataset_get_n_samples (loader->dataset);
  check.messages = g_new0 (char *, check.n);
  check.hashes = g_new0 (char *, check.n);
  g_mutex_init (&check.lock);
  g_cond_init (&check.progressed);

  run_check (&check, progress, user_data, cancellable);

  if (!g_cancellable_set_error_if_cancelled (cancellable, error))
    readable = conclude_check (&check);

  for (guint i = 0; i < check.n; i++)
    {
      g_free (check.messages[i]);
      g_free (check.hashes[i]);
    }
  g_free (check.messages);
  g_free (check.hashes);
  g_mutex_clear (&check.lock);
  g_cond_clear (&check.progressed);

  return readable;
}

GPtrArray *
ord_loader_get_failures (OrdLoader *loader)
{
  g_return_val_if_fail (ORD_IS_LOADER (loader), NULL);

  return loader->failures;
}

gboolean
ord_loader_is_unchanged (OrdLoader *loader,
                         guint      sample)
{
  g_autofree char *now = NULL;

  g_return_val_if_fail (ORD_IS_LOADER (loader), FALSE);
  g_return_val_if_fail (sample < ord_dataset_get_n_samples (loader->dataset),
                        FALSE);

  if (!loader->stamps[sample])
    return FALSE;
  now = stamp_file (ord_dataset_get_sample (loader->dataset, sample)->path);

  return g_strcmp0 (now, loader->stamps[sample]) == 0;
}

GBytes *
ord_loader_get_thumbnail (OrdLoader *loader,
                          guint      sample)
{
  g_return_val_if_fail (ORD_IS_LOADER (loader), NULL);
  g_return_val_if_fail (sample < ord_dataset_get_n_samples (loader->dataset),
                        NULL);

  return loader->thumbnails[sample];
}

/*
 * The object
 */

static void
ord_loader_finalize (GObject *object)
{
  OrdLoader *loader = ORD_LOADER (object);
  guint      n = ord_dataset_get_n_samples (loader->dataset);

  g_mutex_lock (&loader->lock);
  loader->stop = TRUE;
  g_cond_broadcast (&loader->work);
  g_mutex_unlock (&loader->lock);

  for (guint i = 0; i < loader->threads->len; i++)
    g_thread_join (loader->threads->pdata[i]);
  g_ptr_array_unref (loader->threads);

  free_pass (loader);
  for (guint i = 0; i < n; i++)
    {
      g_free (loader->cache[i]);
      g_free (loader->stamps[i]);
      g_clear_pointer (&loader->thumbnails[i], g_bytes_unref);
    }
  g_free (loader->cache);
  g_free (loader->thumbnails);
  g_free (loader->stamps);
  g_ptr_array_unref (loader->failures);
  g_object_unref (loader->dataset);
  g_mutex_clear (&loader->lock);
  g_cond_clear (&loader->work);
  g_cond_clear (&loader->done);

  G_OBJECT_CLASS (ord_loader_parent_class)->finalize (object);
}

static void
ord_loader_class_init (OrdLoaderClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ord_loader_finalize;
}

static void
ord_loader_init (OrdLoader *loader)
{
  g_mutex_init (&loader->lock);
  g_cond_init (&loader->work);
  g_cond_init (&loader->done);
  loader->threads = g_ptr_array_new ();
  loader->failures = g_ptr_array_new_with_free_func (g_free);
  loader->batch_size = 1;
}

OrdLoader *
ord_loader_new (OrdDataset           *dataset,
                const OrdPreparation *preparation,
                guint                 n_workers,
                gsize                 memory_limit)
{
  OrdLoader *loader;
  guint      n;

  g_return_val_if_fail (ORD_IS_DATASET (dataset), NULL);
  g_return_val_if_fail (preparation != NULL, NULL);

  n = ord_dataset_get_n_samples (dataset);
  loader = g_object_new (ORD_TYPE_LOADER, NULL);
  loader->dataset = g_object_ref (dataset);
  loader->preparation = *preparation;
  loader->n_workers = MAX (n_workers, 1);
  loader->memory_limit = memory_limit;
  loader->cache = g_new0 (guint16 *, n);
  loader->thumbnails = g_new0 (GBytes *, n);
  loader->stamps = g_new0 (char *, n);

  return loader;
}
