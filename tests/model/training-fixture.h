/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A small folder of real (drawn) pictures and a training that takes a second.
 */
#pragma once

#include "model/ord-trainer.h"

typedef struct
{
  char       *folder;
  OrdDataset *dataset;
  OrdOptions *options;
  char       *checkpoint;
} Training;

/* @method: (nullable): the default. */
void        training_init    (Training   *training,
                              const char *method);
void        training_clear   (Training   *training);

/* With a checkpoint where @resumable. */
OrdTrainer *training_trainer (Training   *training,
                              const char *method,
                              gboolean    resumable);
