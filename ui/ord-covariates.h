/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Asks for what a model wants to know beside the picture, such as the sex of a
 * patient. Each can be left as not known.
 */
#pragma once

#include <gtk/gtk.h>

#include "data/ord-dataset.h"

G_BEGIN_DECLS

#define ORD_TYPE_COVARIATES (ord_covariates_get_type ())
G_DECLARE_FINAL_TYPE (OrdCovariates, ord_covariates, ORD, COVARIATES,
                      GtkFlowBox)

/**
 * OrdCovariates::changed: a person gave another value
 */
GtkWidget    *ord_covariates_new         (void);

/* @dataset: (nullable): whose covariates are asked for; all not known. The
 * widget hides itself where there are none. */
void          ord_covariates_set_dataset (OrdCovariates *covariates,
                                          OrdDataset    *dataset);

/* Takes what stands in the entries, left or not. */
void          ord_covariates_commit      (OrdCovariates *covariates);

/* (n_covariates), (transfer none) (nullable): a category's index or a number,
 * NaN for one that is not known; %NULL where there are none. */
const double *ord_covariates_get_values  (OrdCovariates *covariates);
guint         ord_covariates_get_n       (OrdCovariates *covariates);

/* (transfer none): the combo box or entry of one. */
GtkWidget    *ord_covariates_get_editor  (OrdCovariates *covariates,
                                          guint          index);

G_END_DECLS
