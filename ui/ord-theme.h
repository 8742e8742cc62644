/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The theme's colours for what is drawn by hand.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * ord_theme_colours:
 * @ink: of text
 * @paper: (out) (optional): what the widget is painted on
 * @accent: (out) (optional): of the selection, moved towards the ink, because
 *   in dark themes it may be nearly as dark as the paper
 */
void ord_theme_colours (GtkWidget *widget,
                        GdkRGBA   *ink,
                        GdkRGBA   *paper,
                        GdkRGBA   *accent);

G_END_DECLS
