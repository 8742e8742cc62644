/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A table of labelled pictures: what a person trains on, and what a model
 * remembers of it. Knows files, labels, covariates, unit and splits; knows no
 * pixels.
 */
#pragma once

#include "../ord-error.h"

G_BEGIN_DECLS

typedef enum
{
  ORD_SPLIT_TRAIN,
  ORD_SPLIT_VALIDATION,
  ORD_SPLIT_TEST,
} OrdSplit;
#define ORD_N_SPLITS 3

/* "train", "validation", "test" */
const char *ord_split_name (OrdSplit split);

/**
 * OrdCovariate:
 * @categories: (nullable): the names of a categorical covariate, sorted,
 *   %NULL-terminated; %NULL for a numeric one
 * @mean, @sd: of a numeric covariate over the training images
 *
 * Something known beside the picture, such as the sex of a patient.
 */
typedef struct
{
  char   *name;
  char  **categories;
  double  mean;
  double  sd;
} OrdCovariate;

/**
 * OrdSample:
 * @file: as the table names it, relative to the dataset's folder (UTF-8)
 * @path: absolute file name
 * @group: (nullable): images of one subject share a group, and a split
 * @labels: (n_labels), in the label's own unit
 * @covariates: (n_covariates); a category's index, or a number
 * @hash: (nullable): SHA-256 of the file's content in hex, once known
 */
typedef struct
{
  char     *file;
  char     *path;
  char     *group;
  char     *hash;
  double   *labels;
  double   *covariates;
  OrdSplit  split;
} OrdSample;

#define ORD_TYPE_DATASET (ord_dataset_get_type ())
G_DECLARE_FINAL_TYPE (OrdDataset, ord_dataset, ORD, DATASET, GObject)

/**
 * OrdDatasetOptions:
 * @pattern: (nullable): a regular expression over file names whose named
 *   groups are columns ("(?<value>[0-9.]+)"); overrides labels.csv
 * @label_columns: (nullable): the table's label columns, %NULL-terminated;
 *   without it those of a "# labels: red, black" comment at the table's head,
 *   else "value", or "value_1", "value_2"… / "x","y" for vectors
 * @without: (nullable): covariates that are left out, %NULL-terminated
 * @unit: (nullable): unit for people; else from a "# unit: …" comment at the
 *   table's head, else none
 * @seed: of the split that is made where no column gives one
 * @to_measure: the pictures are to measure a model on, not to train one:
 *   without a split column all of them are test images, and few of them, or
 *   equal labels, will do
 */
typedef struct
{
  const char         *pattern;
  const char * const *label_columns;
  const char * const *without;
  const char         *unit;
  guint64             seed;
  gboolean            to_measure;
} OrdDatasetOptions;

/**
 * ord_dataset_read:
 * @folder: holds labels.csv (`file,value` and more columns), or one folder per
 *   value, or pictures whose names match the pattern
 * @options: (nullable): all defaults
 *
 * Reads the table and nothing of the pictures. Special columns: `file`,
 * `value…` (labels), `split` (train, validation, test), `group`. Every other
 * column is a covariate: numeric where every entry is a number, else
 * categorical; an empty cell is not known. A column of free text (as many
 * categories as half the rows) or with one entry throughout is left out. Without `split`, 70 / 15 / 15 %, seeded, stratified by value, whole
 * groups together. A split column with no validation images takes an eighth of
 * the training images, in the same way.
 *
 * A label that is no number, a row with too few cells, a repeated file are
 * ORD_ERROR_DATASET with file and line; so are an empty folder, fewer than 10
 * images, labels all equal, and a covariate to be left out that is none, with
 * those that there are. Missing files are not looked for here.
 */
OrdDataset *ord_dataset_read (const char              *folder,
                              const OrdDatasetOptions *options,
                              GError                 **error);

/* (transfer full): all pictures in a folder and below, as test images whose
 * labels are not known (and 0 here). */
OrdDataset *ord_dataset_list (const char              *folder,
                              GError                 **error);

/* An empty table to be filled by hand (the model file does). @covariates is
 * copied. */
OrdDataset *ord_dataset_new  (const char         *folder,
                              const char         *unit,
                              const char * const *label_names,
                              const OrdCovariate *covariates,
                              guint               n_covariates);

/* Copies @sample; returns its index. */
guint       ord_dataset_append (OrdDataset      *dataset,
                                const OrdSample *sample);

const char *ord_dataset_get_folder       (OrdDataset *dataset);
const char *ord_dataset_get_unit         (OrdDataset *dataset); /* "" for none */
guint       ord_dataset_get_n_samples    (OrdDataset *dataset);
guint       ord_dataset_get_n_labels     (OrdDataset *dataset);
const char *ord_dataset_get_label_name   (OrdDataset *dataset,
                                          guint       label);
guint       ord_dataset_get_n_covariates (OrdDataset *dataset);
const OrdCovariate *
            ord_dataset_get_covariate    (OrdDataset *dataset,
                                          guint       covariate);
const OrdSample *
            ord_dataset_get_sample       (OrdDataset *dataset,
                                          guint       sample);
/* For what learns without them. */
void        ord_dataset_drop_covariates  (OrdDataset *dataset);

/* The content hash becomes known when the file is first read. */
void        ord_dataset_set_hash         (OrdDataset *dataset,
                                          guint       sample,
                                          const char *hash);

/* Add to @sum what a training depends on: the names of covariates and
 * categories; of a sample, its covariates, file name, labels and split. */
void        ord_dataset_sum_covariates   (OrdDataset *dataset,
                                          GChecksum  *sum);
void        ord_dataset_sum_sample       (OrdDataset *dataset,
                                          guint       sample,
                                          GChecksum  *sum);

/* (transfer full): a new table of these samples, in this order. */
OrdDataset *ord_dataset_subset           (OrdDataset  *dataset,
                                          const guint *samples,
                                          guint        n_samples);

/* (transfer full) (element-type guint): indices of the samples of a split. */
GArray     *ord_dataset_get_split        (OrdDataset *dataset,
                                          OrdSplit    split);

/* Width of the network's covariate input: one per numeric, one per category. */
guint       ord_dataset_get_covariate_width (OrdDataset *dataset);

/* @out: (covariate width); numbers standardised, categories one-hot. NaN in
 * @covariates (not known) becomes zeros. */
void        ord_dataset_encode_covariates   (OrdDataset   *dataset,
                                             const double *covariates,
                                             float        *out);

/**
 * ord_dataset_split_assignments:
 * @text: (nullable): "sex=F, age=3"
 *
 * What follows a comma without an equals sign goes on with the value before it, for
 * categories that have commas in their names.
 *
 * Returns: (transfer full): for ord_dataset_parse_covariates()
 */
char      **ord_dataset_split_assignments   (const char *text);

/**
 * ord_dataset_parse_covariates:
 * @assignments: (nullable): %NULL-terminated "name=value" texts
 * @covariates: (out): (n_covariates)
 *
 * "name=" says that the value is not known (NaN). A missing, unknown or
 * ill-formed one is an ORD_ERROR_COVARIATE that lists
 * what the dataset knows.
 */
gboolean    ord_dataset_parse_covariates    (OrdDataset         *dataset,
                                             const char * const *assignments,
                                             double             *covariates,
                                             GError            **error);

G_END_DECLS
