/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the tests and the preview need of the view beside its public calls.
 */
#pragma once

#include "ord-covariates.h"
#include "ord-map-view.h"
#include "ord-model-button.h"
#include "ord-strip.h"
#include "ord-value-panel.h"
#include "ord-view.h"

G_BEGIN_DECLS

/* Shows a model and an answer without loading and predicting. @prediction:
 * (transfer full) (nullable) */
void           ord_view_show           (OrdView       *view,
                                        OrdModel      *model,
                                        OrdPrediction *prediction);

gboolean       ord_view_is_busy        (OrdView       *view);

OrdStrip      *ord_view_get_strip      (OrdView       *view);
OrdMapView    *ord_view_get_map        (OrdView       *view);
OrdCovariates *ord_view_get_covariates (OrdView       *view);
OrdValuePanel *ord_view_get_values     (OrdView       *view);

/* A widget of the template by its id: "update_button", "error_bar"… */
GtkWidget     *ord_view_get_part       (OrdView       *view,
                                        const char    *id);

G_END_DECLS
