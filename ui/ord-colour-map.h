/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Values as colours, from violet over teal to yellow.
 */
#pragma once

#include <gdk/gdk.h>

G_BEGIN_DECLS

/* @share: 0–1 along the map; what lies beyond takes the end's colour, and NaN
 * the middle's. */
void ord_colour_map (double   share,
                     GdkRGBA *colour);

G_END_DECLS
