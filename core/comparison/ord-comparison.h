/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Methods side by side: what was measured of each on the same test images,
 * after training them alike.
 */
#pragma once

#include "../data/ord-augmentation.h"
#include "../model/ord-model.h"

G_BEGIN_DECLS

/**
 * OrdComparisonRow:
 * @name: for people, and unique ("rm-loss", "rm-loss sigma=0.5")
 * @method: its registered name
 * @model: of the first seed
 * @values, @half_widths: (n, n_labels), label units, the first seed's answers
 *   to the test images and half of their intervals
 * @errors: (n), each test image's absolute error, the mean over the seeds; of
 *   vector labels the Euclidean error
 * @mae: the mean of @errors
 * @mae_low, @mae_high: its bootstrap 95 % interval, ord_comparison_interval()
 * @mae_sd: over the seeds; NaN with one
 * @near_distances: (n), of each test image the mean label distance to the 5 test
 *   images nearest to it, the mean over the seeds; their mean is D5
 * @component_mae: (n_labels), of each component of the label alone
 * @coverage: share of the labels inside their interval
 * @width: mean width of the interval, label units, all components
 * @flagged: share of the test images told to lie out of range
 * @foreign: the same of the foreign pictures; NaN without any
 * @p: of a one-tailed paired t-test that the best row has lower errors; NaN
 *   for the best row itself
 * @p_d5: the same of @near_distances and the row with the lowest D5
 * @mirrored: how many of the seeds' trainings mirrored pictures so, told to or
 *   by what they found out
 * @averaged: how many of these answer with mirror images
 *
 * One method with its settings. Measures without an explanation are those of
 * OrdQuality and OrdGeometry, on the test images, the mean over the seeds.
 */
typedef struct
{
  char     *name;
  char     *method;
  OrdModel *model;
  double   *values;
  double   *half_widths;
  double   *errors;
  double   *near_distances;
  double    mae;
  double    mae_low;
  double    mae_high;
  double    mae_sd;
  double   *component_mae;
  double    rmse;
  double    r2;
  double    pearson;
  double    d5;
  double    rv;
  double    coverage;
  double    width;
  double    flagged;
  double    foreign;
  double    p;
  double    p_d5;
  guint     mirrored[ORD_N_FLIPS];
  guint     averaged;
} OrdComparisonRow;

/**
 * OrdComparison:
 * @rows: (element-type OrdComparisonRow), in the order they were asked for; all
 *   have the same test images, in the same order: the i-th of them is the i-th
 *   sample of the test split of every row's model
 * @truths: (n, n_labels), label units
 * @n: test images
 * @n_subjects: whose they are: images of one group are of one subject, and an
 *   image without a group is a subject of its own
 * @subjects: (n), the subject of each, from 0
 * @subject_sizes: (n_subjects), test images of each
 * @n_train: training images
 * @n_images: of all splits, in every row's model
 * @epochs: passes over them that every run was given
 * @best: index of the row with the lowest @mae
 * @first: (nullable): the file of the first run's model
 */
typedef struct
{
  GPtrArray *rows;
  double    *truths;
  gsize      n;
  guint      n_subjects;
  guint     *subjects;
  guint     *subject_sizes;
  guint      n_labels;
  guint      n_train;
  guint      n_images;
  guint      n_seeds;
  guint      epochs;
  guint      best;
  char      *first;
} OrdComparison;

void ord_comparison_free (OrdComparison *comparison);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OrdComparison, ord_comparison_free)

void ord_comparison_row_free (OrdComparisonRow *row);

/**
 * ord_comparison_interval:
 * @values: (n), of the test images, such as a row's errors
 *
 * The bootstrap 95 % interval of their mean, by drawing subjects.
 */
void ord_comparison_interval (const OrdComparison *comparison,
                              const double        *values,
                              double              *low,
                              double              *high);

/* (transfer full) (nullable): which trainings mirrored pictures, in a sentence,
 * as each may find out for itself; %NULL where none did. */
char *ord_comparison_describe_mirrored (const OrdComparison *comparison);

G_END_DECLS
