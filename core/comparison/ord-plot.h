/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A drawing with two axes, as inline SVG; knows nothing of what is drawn.
 */
#pragma once

#include "ord-axis.h"

G_BEGIN_DECLS

/**
 * OrdPlotFrame:
 * @name: what the drawing shows, for those who cannot see it
 * @x_title, @y_title: with units
 * @width, @height: of the area between the axes, pixels
 * @right: room beside it, for labels and a colour bar; pixels
 *
 * All texts are plain, and escaped here.
 */
typedef struct
{
  const char *name;
  const char *x_title;
  const char *y_title;
  OrdAxis     x;
  OrdAxis     y;
  double      width;
  double      height;
  double      right;
} OrdPlotFrame;

/* One drawing on its way to a text. What is not a number, or lies outside the
 * axes, is left out, except that lines are cut at the frame. */
typedef struct _OrdPlot OrdPlot;

/* Colours, strokes and fonts of every drawing, as CSS; they use the custom
 * properties --ink, --soft, --faint, --paper, --mark, --rim and --s0 … --s7 of the
 * page. */
const char *ord_plot_get_style    (void);

/* @out and @frame are borrowed until ord_plot_end(). Draws the axes. */
OrdPlot    *ord_plot_begin        (GString            *out,
                                   const OrdPlotFrame *frame);
void        ord_plot_end          (OrdPlot            *plot);

/* @xs, @ys: (n). Dots that darken where they lie on each other. */
void        ord_plot_points       (OrdPlot            *plot,
                                   const double       *xs,
                                   const double       *ys,
                                   gsize               n);

/* @shares: (n), 0–1 along the colour map; NaN is left out. */
void        ord_plot_shaded       (OrdPlot            *plot,
                                   const double       *xs,
                                   const double       *ys,
                                   const double       *shares,
                                   gsize               n);

/* @style: a class of the style sheet: "guide" (thin), "rule" (dashed). */
void        ord_plot_line         (OrdPlot            *plot,
                                   double              x1,
                                   double              y1,
                                   double              x2,
                                   double              y2,
                                   const char         *style);

/* A curve and its markers, which differ from those of other @series in colour,
 * dashes and shape; cut where a number is missing. */
void        ord_plot_series       (OrdPlot            *plot,
                                   const double       *xs,
                                   const double       *ys,
                                   gsize               n,
                                   guint               series);

/* @errors: (n), half the length of the bars. */
void        ord_plot_bars         (OrdPlot            *plot,
                                   const double       *xs,
                                   const double       *ys,
                                   const double       *errors,
                                   gsize               n);

/* Small text below a place, about its middle. */
void        ord_plot_note         (OrdPlot            *plot,
                                   double              x,
                                   double              y,
                                   const char         *text);

/* @text beside the right edge, at the height of @y or as near as other labels
 * let it; a line leads to it. @series: as above, or -1. */
void        ord_plot_edge_label   (OrdPlot            *plot,
                                   double              y,
                                   const char         *text,
                                   int                 series);

/* At the right: what the shades mean. */
void        ord_plot_colour_bar   (OrdPlot            *plot,
                                   const OrdAxis      *axis,
                                   const char         *title);

G_END_DECLS
