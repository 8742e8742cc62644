/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A small folder of drawn pictures, a small ONNX network, and trainings on
 * both that take a second. Uses the cache folder of the process: g_test_init()
 * is to be called with G_TEST_OPTION_ISOLATE_DIRS.
 */
#pragma once

#include "model/ord-trainer.h"

/**
 * Pretraining:
 * @encoder: "frozen" or "finetuned"
 * @height, @width: of the network's input; −1 is free
 * @options: may be changed before pretraining_run()
 * @stages: (element-type utf8): what the latest run told, each once in turn
 * @warnings: (element-type utf8): of the latest run
 * @cancel_in: (nullable): stage in which the next run is cancelled, when it is
 *   told a second time
 */
typedef struct
{
  char          *folder;
  const char    *encoder;
  OrdPretrained *network;
  OrdOptions    *options;
  GPtrArray     *stages;
  GPtrArray     *warnings;
  const char    *cancel_in;
  guint          n_told;
  GCancellable  *cancellable;
} Pretraining;

void      pretraining_init  (Pretraining  *training,
                             const char   *encoder,
                             gint64        height,
                             gint64        width);
void      pretraining_clear (Pretraining  *training);

/* (transfer full) (nullable) */
OrdModel *pretraining_run   (Pretraining  *training,
                             GError      **error);

/* Whether the latest run told just this stage. */
gboolean  pretraining_told  (Pretraining  *training,
                             const char   *stage);
