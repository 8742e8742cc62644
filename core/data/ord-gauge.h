/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Drawing one analogue pressure gauge, and taking a picture of it.
 */
#pragma once

#include "ord-image.h"
#include "../ord-random.h"

#include <cairo.h>

G_BEGIN_DECLS

#define ORD_GAUGE_MAXIMUM 10.0 /* bar */
#define ORD_GAUGE_MAX_NEEDLES 2

/**
 * ord_gauge_draw:
 * @values: (n_needles): where they stand, bar
 * @n_needles: 1, or 2: a duplex gauge, its red needle first, then the black one
 *
 * Returns: (transfer full): a square drawing in colour, of a design drawn from
 *   @random
 */
OrdImage *ord_gauge_draw       (const double   *values,
                                guint           n_needles,
                                int             side,
                                OrdRandom      *random);

/* (transfer full): the drawing as a camera would see it: tilted, unevenly lit,
 * blurred, noisy. */
OrdImage *ord_gauge_photograph (const OrdImage *drawing,
                                int             side,
                                OrdRandom      *random);

/* Strokes digits and the letters of "bar" with the current line and colour,
 * centred on (x, y); @size is their height. */
void      ord_gauge_show_text  (cairo_t        *cr,
                                const char     *text,
                                double          x,
                                double          y,
                                double          size);

G_END_DECLS
