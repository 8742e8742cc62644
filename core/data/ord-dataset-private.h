/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the readers of a dataset share: the raw table before labels, covariates
 * and splits are understood.
 */
#pragma once

#include "ord-dataset.h"

G_BEGIN_DECLS

/**
 * OrdRawTable:
 * @folder: absolute
 * @unit: (nullable)
 * @labels: (nullable): the columns that the table itself calls labels
 * @columns: (element-type utf8): names besides the file's
 * @files: (element-type utf8): relative to @folder
 * @cells: (element-type utf8): (n_files, n_columns), row-major; no %NULLs
 * @source: (nullable): the table file, for messages
 * @lines: (element-type guint): of @source, one per file, where there is one
 *
 * All three layouts come down to this.
 */
typedef struct
{
  char      *folder;
  char      *unit;
  char     **labels;
  char      *source;
  GPtrArray *columns;
  GPtrArray *files;
  GPtrArray *cells;
  GArray    *lines;
} OrdRawTable;

OrdRawTable *ord_raw_table_new  (const char  *folder);
void         ord_raw_table_free (OrdRawTable *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OrdRawTable, ord_raw_table_free)

const char  *ord_raw_table_cell  (const OrdRawTable *table,
                                  guint              row,
                                  guint              column);

/* (transfer full): "labels.csv:12", or the picture, for messages. */
char        *ord_raw_table_where (const OrdRawTable *table,
                                  guint              row);

/* The layouts without a table file, see ord-dataset-files.c. @pattern is
 * (nullable). */
OrdRawTable *ord_raw_table_find  (const char  *folder,
                                  const char  *pattern,
                                  GError     **error);

/* A finite decimal number and nothing else. */
gboolean     ord_parse_number    (const char *text,
                                  double     *value);

/* Category indices or numbers, NaN where a cell is empty; @covariate is filled
 * but for mean and sd. %FALSE for a column that can tell nothing: free text,
 * or the same in every row. */
gboolean     ord_covariate_from_cells (const OrdRawTable *table,
                                       guint              column,
                                       OrdCovariate      *covariate,
                                       double            *values);

void         ord_covariate_clear (OrdCovariate *covariate);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (OrdCovariate, ord_covariate_clear)

/* Standardisation from the training images. */
void         ord_dataset_measure_covariates (OrdDataset *dataset);

/* Mutable access for the readers. */
OrdSample    *ord_dataset_peek_sample    (OrdDataset *dataset,
                                          guint       sample);
OrdCovariate *ord_dataset_peek_covariate (OrdDataset *dataset,
                                          guint       covariate);

/**
 * ord_split_assign:
 * @samples: (n): indices into @dataset to be dealt out
 * @shares: (ORD_N_SPLITS): sum to 1; a split of share 0 gets none
 *
 * Seeded, stratified by the first label, whole groups together. Every split
 * with a share gets at least one group where there are enough.
 */
void          ord_split_assign (OrdDataset   *dataset,
                                const guint  *samples,
                                guint         n,
                                const double *shares,
                                guint64       seed);

G_END_DECLS
