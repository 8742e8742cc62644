/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the part of an encoder that is not trained makes of every picture,
 * computed once and then given in batches as if it were the picture. Private
 * to the room.
 */
#pragma once

#include "../data/ord-loader.h"

G_BEGIN_DECLS

typedef struct _OrdFrozen OrdFrozen;

/* @n: pictures of the loader; @width: numbers of a row; @n_copies: augmented
 * ones of each picture, beside the plain one. */
OrdFrozen *ord_frozen_new  (guint      n,
                            guint      width,
                            guint      n_copies);
void       ord_frozen_free (OrdFrozen *frozen);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OrdFrozen, ord_frozen_free)

/* (n, width): rows of a copy, by the loader's index; copy 0 is the plain one. */
float     *ord_frozen_get_rows (OrdFrozen *frozen,
                                guint      copy);

/* A pass over training pictures, each as one of its copies, drawn from @seed. */
void            ord_frozen_start (OrdFrozen   *frozen,
                                  const guint *order,
                                  guint        n,
                                  guint        batch,
                                  guint64      seed);
/* (transfer none): the next batch, valid until the next call. */
const OrdBatch *ord_frozen_next  (OrdFrozen   *frozen);

G_END_DECLS
