/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The options of training as rows of a grid: the method, the budget, how
 * pictures are varied, and the method's own parameters, from the engine's
 * option tables.
 */
#pragma once

#include <gtk/gtk.h>

#include "ord-options.h"

G_BEGIN_DECLS

#define ORD_TYPE_TRAIN_OPTIONS (ord_train_options_get_type ())
G_DECLARE_FINAL_TYPE (OrdTrainOptions, ord_train_options, ORD, TRAIN_OPTIONS,
                      GtkGrid)

GtkWidget  *ord_train_options_new         (void);

const char *ord_train_options_get_method  (OrdTrainOptions  *options);
const char *ord_train_options_get_encoder (OrdTrainOptions  *options);

/* (transfer full) (nullable): the ONNX file of a pretrained encoder. */
char       *ord_train_options_get_network (OrdTrainOptions  *options);

/* @network: (nullable): the file to choose; what is chosen stays */
void        ord_train_options_set_encoder (OrdTrainOptions  *options,
                                           const char       *encoder,
                                           const char       *network);

/* (transfer full): what is set now; an error where something is missing. */
OrdOptions *ord_train_options_get         (OrdTrainOptions  *options,
                                           GError          **error);

/* (transfer none) (nullable): the switch or spin button of an option. */
GtkWidget  *ord_train_options_get_editor  (OrdTrainOptions  *options,
                                           const char       *name);

G_END_DECLS
