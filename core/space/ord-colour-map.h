/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Values as colours, from violet over teal to yellow.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* sRGB, 0–1. */
typedef struct
{
  double red;
  double green;
  double blue;
} OrdColour;

/* @share: 0–1 along the map; what lies beyond takes the end's colour, and NaN
 * the middle's. */
void ord_colour_map (double     share,
                     OrdColour *colour);

G_END_DECLS
