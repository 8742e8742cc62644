/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From a trained embedder to a finished model: features of every picture, the
 * radius, intervals, the map and the evaluation.
 */
#pragma once

#include "ord-embedder-private.h"
#include "ord-model.h"

G_BEGIN_DECLS

/**
 * OrdModelSource:
 * @title, @method, @encoder, @options: as of OrdModelParts
 * @loader: over all pictures
 * @order: (dataset's n_samples): the loader's index of each sample
 * @dataset: the readable samples; training split first, then validation, then
 *   test
 * @history: (element-type OrdEpoch)
 *
 * Nothing of it is taken over.
 */
typedef struct
{
  const char   *title;
  const char   *method;
  const char   *encoder;
  const char   *options;
  OrdEmbedder  *embedder;
  OrdLoader    *loader;
  const guint  *order;
  OrdDataset   *dataset;
  const double *label_mean;
  const double *label_sd;
  GArray       *history;
} OrdModelSource;

/* (n_samples, n_labels) of the samples from @first on, (transfer full). */
double   *ord_model_build_labels (OrdDataset            *dataset,
                                  guint                  first,
                                  guint                  n);

OrdModel *ord_model_build        (const OrdModelSource  *source,
                                  OrdProgressFunc        progress,
                                  gpointer               user_data,
                                  GCancellable          *cancellable,
                                  GError               **error);

G_END_DECLS
