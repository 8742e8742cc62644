/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Batches for training: decoded once, kept within a memory limit, augmented
 * and normalised ahead of time by worker threads.
 */
#pragma once

#include "ord-augmentation.h"
#include "ord-dataset.h"
#include "ord-preparation.h"

G_BEGIN_DECLS

/**
 * OrdBatch:
 * @inputs: (n, channels, height, width), normalised
 * @samples: (n), indices into the dataset
 */
typedef struct
{
  guint  n;
  float *inputs;
  guint *samples;
} OrdBatch;

#define ORD_TYPE_LOADER (ord_loader_get_type ())
G_DECLARE_FINAL_TYPE (OrdLoader, ord_loader, ORD, LOADER, GObject)

/**
 * ord_loader_new:
 * @n_workers: threads that decode; at least 1
 * @memory_limit: bytes of decoded images kept (as 16-bit values); what does
 *   not fit is decoded again in every pass
 */
OrdLoader *ord_loader_new (OrdDataset           *dataset,
                           const OrdPreparation *preparation,
                           guint                 n_workers,
                           gsize                 memory_limit);

/**
 * ord_loader_check:
 *
 * Reads every picture once (filling the cache, and the content hashes and
 * thumbnails), with progress.
 *
 * Returns: (transfer full) (element-type guint) (nullable): indices of the
 *   samples that can be read, in order, or %NULL on cancellation. What cannot
 *   be read is listed by ord_loader_get_failures().
 */
GArray    *ord_loader_check (OrdLoader       *loader,
                             OrdProgressFunc  progress,
                             gpointer         user_data,
                             GCancellable    *cancellable,
                             GError         **error);

/* (transfer none) (element-type utf8): a message per unreadable picture, each
 * naming file and reason. */
GPtrArray *ord_loader_get_failures (OrdLoader *loader);

/* Whether the file is still the one whose content hash became known in
 * ord_loader_check(), so that what was read of it since belongs to that hash. */
gboolean   ord_loader_is_unchanged (OrdLoader *loader,
                                    guint      sample);

/* (transfer none) (nullable): encoded thumbnail, longest side at most 112
 * pixels, aspect kept; known after ord_loader_check(). */
GBytes    *ord_loader_get_thumbnail (OrdLoader *loader,
                                     guint      sample);

/**
 * ord_loader_start:
 * @order: (n_samples): indices in the order they are wanted; copied
 * @augmentation: (nullable): none for evaluation; copied
 * @seed: of this pass; an image's draw depends on it and the image's place in
 *   @order only, never on the threads
 *
 * Starts a pass; a pass under way is abandoned.
 */
void       ord_loader_start (OrdLoader             *loader,
                             const guint           *order,
                             guint                  n_samples,
                             guint                  batch_size,
                             const OrdAugmentation *augmentation,
                             guint64                seed);

/* As above, augmented, with the draw of each picture told: @draws (n_samples),
 * copied. What a picture becomes depends on nothing else. */
void       ord_loader_start_draws (OrdLoader             *loader,
                                   const guint           *order,
                                   guint                  n_samples,
                                   guint                  batch_size,
                                   const OrdAugmentation *augmentation,
                                   const guint64         *draws);

/**
 * ord_loader_next:
 *
 * Returns: (transfer none) (nullable): the next batch, valid until the next
 *   call; the last may be smaller. %NULL at the end, or with @error where a
 *   picture that could be read before no longer can.
 */
const OrdBatch *ord_loader_next (OrdLoader  *loader,
                                 GError    **error);

G_END_DECLS
