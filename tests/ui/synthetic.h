/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Models and answers for looking at the window without training: gauges drawn
 * in code, features on a bent sheet.
 */
#pragma once

#include "model/ord-predictor.h"

G_BEGIN_DECLS

/**
 * SyntheticOptions:
 * @n: reference images; at least 20
 * @n_labels: 1, or more for vectors
 * @covariates: whether the model wants to know something beside the picture
 * @in_pieces: two heaps far apart: their map is PCA
 * @unit: (nullable)
 */
typedef struct
{
  guint       n;
  guint       n_labels;
  gboolean    covariates;
  gboolean    in_pieces;
  const char *unit;
} SyntheticOptions;

OrdModel      *synthetic_model      (const SyntheticOptions *options);

/* What the model would answer for a picture whose value is @share (0–1) of the
 * range, by the engine's own neighbours. */
OrdPrediction *synthetic_prediction (OrdModel               *model,
                                     double                  share);

/* A folder of tiny labelled pictures to train on; its name is returned. */
char          *synthetic_folder     (guint                   n);

G_END_DECLS
