/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a picture was read as: the value, its interval, and where both lie in
 * the range of the training labels. One large value for a scalar label, a line
 * per component for a vector.
 */
#pragma once

#include <gtk/gtk.h>

#include "model/ord-predictor.h"

G_BEGIN_DECLS

#define ORD_TYPE_VALUE_PANEL (ord_value_panel_get_type ())
G_DECLARE_FINAL_TYPE (OrdValuePanel, ord_value_panel, ORD, VALUE_PANEL, GtkBin)

GtkWidget  *ord_value_panel_new            (void);

/* @model: (nullable) */
void        ord_value_panel_set_model      (OrdValuePanel       *panel,
                                            OrdModel            *model);

/* @prediction: (nullable): of that model; not kept */
void        ord_value_panel_set_prediction (OrdValuePanel       *panel,
                                            const OrdPrediction *prediction);

/* The value of a component as it is shown, with its unit. */
const char *ord_value_panel_get_text       (OrdValuePanel       *panel,
                                            guint                component);

/* Its interval as it is shown. */
const char *ord_value_panel_get_interval   (OrdValuePanel       *panel,
                                            guint                component);

G_END_DECLS
