/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The training images nearest to the picture, side by side: thumbnail, label,
 * distance and weight.
 */
#pragma once

#include <gtk/gtk.h>

#include "model/ord-predictor.h"

G_BEGIN_DECLS

/* More would not be looked at; the nearest ones are shown. */
#define ORD_STRIP_MAX 48

#define ORD_TYPE_STRIP (ord_strip_get_type ())
G_DECLARE_FINAL_TYPE (OrdStrip, ord_strip, ORD, STRIP, GtkScrolledWindow)

/**
 * OrdStrip::selected: (int sample): a person selected a neighbour, or -1: none
 * OrdStrip::activated: (guint sample): double-click, or Enter
 */
GtkWidget *ord_strip_new            (void);

/* @model, @prediction: (nullable); @prediction is not kept */
void       ord_strip_set            (OrdStrip            *strip,
                                     OrdModel            *model,
                                     const OrdPrediction *prediction);

/* Selects a sample and brings it into view; without a signal. FALSE, and
 * nothing selected, where it is not among the neighbours shown. */
gboolean   ord_strip_select         (OrdStrip            *strip,
                                     int                  sample);
int        ord_strip_get_selected   (OrdStrip            *strip);
guint      ord_strip_get_n_shown    (OrdStrip            *strip);

/* Whether neighbours answer; where a head does, none has a weight, and none is
 * shown. */
gboolean   ord_strip_has_weights    (OrdStrip            *strip);

/* (transfer none) (nullable): the widget of a neighbour, counted from the
 * nearest. */
GtkWidget *ord_strip_get_item       (OrdStrip            *strip,
                                     guint                position);

G_END_DECLS
