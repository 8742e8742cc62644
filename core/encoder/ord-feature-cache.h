/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What frozen networks made of pictures, kept on disk for the next training: a
 * network that is large takes most of the time, and always finds the same.
 *
 * A cache can be missing, foreign, damaged, full or taken away at any moment;
 * then rows are not found or not kept, and no more than a note is made of it.
 * A row that is found is the one that was kept, to the last bit.
 */
#pragma once

#include "../data/ord-augmentation.h"
#include "ord-pretrained.h"

G_BEGIN_DECLS

/* -- keys --------------------------------------------------------------------- */

/* SHA-256 of all that decides a row. */
typedef struct
{
  guint8 bytes[32];
} OrdFeatureKey;

/* The part that all pictures of a training have in common: the network, how it
 * wants its pictures, what decodes them and what runs it. */
void ord_feature_key_network (OrdFeatureKey        *key,
                              const OrdPretrained  *network,
                              const OrdPreparation *preparation);

/**
 * ord_feature_key_picture:
 * @network: from ord_feature_key_network()
 * @hash: of the file's content; neither its name nor its time counts
 * @augmentation: (nullable): of an augmented copy
 * @draw: of the copy
 */
void ord_feature_key_picture (OrdFeatureKey         *key,
                              const OrdFeatureKey   *network,
                              const char            *hash,
                              const OrdAugmentation *augmentation,
                              guint64                draw);

/* -- the cache ------------------------------------------------------------------ */

/* To be used from one thread; several of them, and several processes, may use
 * one folder. */
typedef struct _OrdFeatureCache OrdFeatureCache;

/* (transfer full): where the user's is. It may be removed at any time. */
char            *ord_feature_cache_get_folder (void);

/**
 * ord_feature_cache_open:
 * @folder: made where there is none
 * @limit: bytes; beyond it, rows that were not used for longest make room. What
 *   was used since this opening does not: when all room is taken by it, no more
 *   is kept
 *
 * Returns: (transfer full): always a cache, and see ord_feature_cache_take_note()
 */
OrdFeatureCache *ord_feature_cache_open (const char            *folder,
                                         guint64                limit);
void             ord_feature_cache_free (OrdFeatureCache       *cache);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OrdFeatureCache, ord_feature_cache_free)

/* @row: (out): (width); written only where the row is there and sound. */
gboolean         ord_feature_cache_find (OrdFeatureCache       *cache,
                                         const OrdFeatureKey   *key,
                                         guint                  width,
                                         float                 *row);

/* @keys: (n); @rows: (n, width). All or none; a kill after it loses none. */
void             ord_feature_cache_keep (OrdFeatureCache       *cache,
                                         guint                  n,
                                         const OrdFeatureKey   *keys,
                                         guint                  width,
                                         const float           *rows);

/* (transfer full) (nullable): what a person should know of the cache since the
 * last time, such as that there is no room on the disk. */
char            *ord_feature_cache_take_note (OrdFeatureCache  *cache);

G_END_DECLS
