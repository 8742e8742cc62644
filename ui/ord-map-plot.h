/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The geometry and the drawing of the map: which part of it is in view, where
 * its points fall on the screen, which lies under the pointer or next in a
 * direction, and the dots themselves on a cached surface. Knows no widget.
 */
#pragma once

#include <gdk/gdk.h>

G_BEGIN_DECLS

typedef struct _OrdMapPlot OrdMapPlot;

OrdMapPlot *ord_map_plot_new        (void);
void        ord_map_plot_free       (OrdMapPlot    *plot);

/**
 * ord_map_plot_set_points:
 * @points: (n, 2), x to the right, y upwards; copied
 * @n: may be 0
 */
void        ord_map_plot_set_points (OrdMapPlot    *plot,
                                     const float   *points,
                                     guint          n);

/* @shares: (n), 0–1 along the colour map; copied */
void        ord_map_plot_set_shares (OrdMapPlot    *plot,
                                     const double  *shares);

/* Takes another place into the view that ord_map_plot_reset() gives; far
 * outliers only halfway, so that the points do not shrink to a dot. */
void        ord_map_plot_include    (OrdMapPlot    *plot,
                                     const float   *point);

/* The rectangle on the screen; the part of the map in view stays. */
void        ord_map_plot_set_area   (OrdMapPlot    *plot,
                                     double         x,
                                     double         y,
                                     double         width,
                                     double         height);

guint       ord_map_plot_get_n      (OrdMapPlot    *plot);

/* All of it in view again. */
void        ord_map_plot_reset      (OrdMapPlot    *plot);
/* Around the screen point (@x, @y), which keeps its place on the map. */
void        ord_map_plot_zoom       (OrdMapPlot    *plot,
                                     double         factor,
                                     double         x,
                                     double         y);
void        ord_map_plot_pan        (OrdMapPlot    *plot,
                                     double         dx,
                                     double         dy);
double      ord_map_plot_get_zoom   (OrdMapPlot    *plot);
/* Pans as little as brings a point into the area. */
void        ord_map_plot_reveal     (OrdMapPlot    *plot,
                                     guint          index);

/* Screen position of any place on the map, and of a point. */
void        ord_map_plot_project    (OrdMapPlot    *plot,
                                     const float   *point,
                                     double        *x,
                                     double        *y);
void        ord_map_plot_locate     (OrdMapPlot    *plot,
                                     guint          index,
                                     double        *x,
                                     double        *y);

/* The nearest point within @reach pixels, or -1. */
int         ord_map_plot_pick       (OrdMapPlot    *plot,
                                     double         x,
                                     double         y,
                                     double         reach);

/* The nearest point that lies in a direction (@dx, @dy: −1, 0 or 1, y
 * downwards) of the screen point, or -1. */
int         ord_map_plot_next       (OrdMapPlot    *plot,
                                     double         x,
                                     double         y,
                                     int            dx,
                                     int            dy);

/**
 * ord_map_plot_draw:
 * @ink: of the dots' outline
 * @scale: device pixels per application pixel
 *
 * Draws the dots. They are kept on a surface until something changes.
 */
void        ord_map_plot_draw       (OrdMapPlot    *plot,
                                     cairo_t       *cr,
                                     const GdkRGBA *ink,
                                     int            scale);

G_END_DECLS
