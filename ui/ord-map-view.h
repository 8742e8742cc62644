/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The map: every training image a dot coloured by its value, the open picture
 * marked and linked to its neighbours. Hovering shows an image; dragging pans;
 * the wheel zooms; a click selects, a double-click opens. Keys: arrows move
 * the selection, + and − zoom, Home shows everything, Enter opens.
 */
#pragma once

#include <gtk/gtk.h>

#include "model/ord-predictor.h"

G_BEGIN_DECLS

#define ORD_TYPE_MAP_VIEW (ord_map_view_get_type ())
G_DECLARE_FINAL_TYPE (OrdMapView, ord_map_view, ORD, MAP_VIEW, GtkDrawingArea)

/**
 * OrdMapView::selected: (int sample): a person selected a point, or -1: none
 * OrdMapView::activated: (guint sample): double-click, or Enter
 */
GtkWidget *ord_map_view_new            (void);

/* @model: (nullable) */
void       ord_map_view_set_model      (OrdMapView          *view,
                                        OrdModel            *model);

/* @prediction: (nullable): of that model; not kept */
void       ord_map_view_set_prediction (OrdMapView          *view,
                                        const OrdPrediction *prediction);

/* Which component of the labels the colours show. */
void       ord_map_view_set_component  (OrdMapView          *view,
                                        guint                component);
guint      ord_map_view_get_component  (OrdMapView          *view);

/* Selects a sample and brings it into view, without a signal; -1: none. */
void       ord_map_view_select         (OrdMapView          *view,
                                        int                  sample);
int        ord_map_view_get_selected   (OrdMapView          *view);

/* The sample under the pointer, or -1. */
int        ord_map_view_get_hovered    (OrdMapView          *view);

/* Where a sample's dot is, in the widget. */
void       ord_map_view_locate         (OrdMapView          *view,
                                        guint                sample,
                                        double              *x,
                                        double              *y);
double     ord_map_view_get_zoom       (OrdMapView          *view);

G_END_DECLS
