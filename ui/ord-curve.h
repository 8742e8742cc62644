/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A small curve of the validation error while a model is trained.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define ORD_TYPE_CURVE (ord_curve_get_type ())
G_DECLARE_FINAL_TYPE (OrdCurve, ord_curve, ORD, CURVE, GtkDrawingArea)

GtkWidget *ord_curve_new   (void);
/* @unit: (nullable) */
void       ord_curve_clear (OrdCurve   *curve,
                            const char *unit);
/* The error after an epoch; a second one for the same epoch replaces it. */
void       ord_curve_add   (OrdCurve   *curve,
                            guint       epoch,
                            double      error);
guint      ord_curve_get_n (OrdCurve   *curve);

G_END_DECLS
