/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rows of the frozen part in memory, and a pass over them.
 */
#include "ord-frozen-private.h"

#include <string.h>

#include "../ord-random.h"

struct _OrdFrozen
{
  guint     n;
  guint     width;
  guint     n_copies;
  float   **rows;       /* (1 + n_copies), each (n, width) */
  guint    *order;      /* of the pass */
  guint     n_order;
  guint     done;
  guint     size;       /* of a batch */
  OrdRandom random;
  OrdBatch  batch;
};

OrdFrozen *
ord_frozen_new (guint n,
                guint width,
                guint n_copies)
{
  OrdFrozen *frozen = g_new0 (OrdFrozen, 1);

  frozen->n = n;
  frozen->width = width;
  frozen->n_copies = n_copies;
  frozen->rows = g_new0 (float *, n_copies + 1);
  for (guint i = 0; i <= n_copies; i++)
    frozen->rows[i] = g_new0 (float, (gsize) n * width);
  return frozen;
}

void
ord_frozen_free (OrdFrozen *frozen)
{
  if (!frozen)
    return;
  for (guint i = 0; i <= frozen->n_copies; i++)
    g_free (frozen->rows[i]);
  g_free (frozen->rows);
  g_free (frozen->order);
  g_free (frozen->batch.inputs);
  g_free (frozen);
}

float *
ord_frozen_get_rows (OrdFrozen *frozen,
                     guint      copy)
{
  g_return_val_if_fail (copy <= frozen->n_copies, NULL);
  return frozen->rows[copy];
}

void
ord_frozen_start (OrdFrozen   *frozen,
                  const guint *order,
                  guint        n,
                  guint        batch,
                  guint64      seed)
{
  g_free (frozen->order);
  frozen->order = g_memdup2 (order, sizeof (guint) * n);
  frozen->n_order = n;
  frozen->done = 0;
  frozen->size = batch;
  frozen->random = ord_random_init (seed);
  frozen->batch.inputs = g_renew (float, frozen->batch.inputs,
                                  (gsize) batch * frozen->width);
}

const OrdBatch *
ord_frozen_next (OrdFrozen *frozen)
{
  OrdBatch *batch = &frozen->batch;

  batch->n = MIN (frozen->size, frozen->n_order - frozen->done);
  batch->samples = frozen->order + frozen->done;
  for (guint i = 0; i < batch->n; i++)
    {
      guint copy = ord_random_below (&frozen->random, frozen->n_copies + 1);

      memcpy (batch->inputs + (gsize) i * frozen->width,
              frozen->rows[copy] + (gsize) batch->samples[i] * frozen->width,
              sizeof (float) * frozen->width);
    }
  frozen->done += batch->n;
  return batch;
}
