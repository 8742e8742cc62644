/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Training under way, in a file: what an interrupted training resumes from.
 */
#pragma once

#include "../network/ord-graph.h"
#include "ord-model.h"

G_BEGIN_DECLS

/**
 * OrdCheckpoint:
 * @fingerprint: of dataset and options; a checkpoint of other ones is not used
 * @precision: that the run calculates in
 * @epoch: epochs done; the next may have begun
 * @seconds: of training done
 * @history: (element-type OrdEpoch)
 * @tensors: (element-type OrdTensor): parameters, optimiser moments, the best
 *   parameters so far, the method's state, the trainer's counters
 */
typedef struct
{
  char         *fingerprint;
  OrdPrecision  precision;
  guint         epoch;
  double        seconds;
  GArray       *history;
  GPtrArray    *tensors;
} OrdCheckpoint;

void           ord_checkpoint_free (OrdCheckpoint       *checkpoint);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OrdCheckpoint, ord_checkpoint_free)

/* Atomic, as ord_model_save(). */
gboolean       ord_checkpoint_save (const OrdCheckpoint *checkpoint,
                                    const char          *path,
                                    GError             **error);

/* (transfer full) (nullable): G_IO_ERROR_NOT_FOUND where there is none. */
OrdCheckpoint *ord_checkpoint_load (const char          *path,
                                    GError             **error);

G_END_DECLS
