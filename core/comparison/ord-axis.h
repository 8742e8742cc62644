/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The range of an axis and its ticks: round numbers that cover the data.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * OrdAxis:
 * @low, @high: ends of the axis; finite, and @low below @high
 * @step: between ticks, which are its multiples: 1, 2 or 5 times a power of ten
 * @decimals: of the tick labels
 * @exponent: the tick labels are in units of 10 to this power; 0 unless the
 *   numbers are too long to be read otherwise
 */
typedef struct
{
  double low;
  double high;
  double step;
  int    decimals;
  int    exponent;
} OrdAxis;

/**
 * OrdRange:
 *
 * The lowest and the highest finite number of those that were added; until then
 * the range is empty, @low above @high.
 */
typedef struct
{
  double low;
  double high;
} OrdRange;

#define ORD_RANGE_EMPTY { G_MAXDOUBLE, -G_MAXDOUBLE }

void     ord_range_add        (OrdRange      *range,
                               double         value);

/* From @range (0–1 where it is empty), rounded outwards to ticks, about
 * @n_steps apart. A range of one number is widened. */
void     ord_axis_cover       (OrdAxis        *axis,
                               const OrdRange *range,
                               guint           n_steps);

/* Makes both axes as long, about the middle of each and with the same step, so
 * that a drawing with @aspect (width over height) keeps distances. */
void     ord_axis_equalise    (OrdAxis        *x,
                               OrdAxis        *y,
                               double          aspect);

/* The number of ticks, and the i-th of them, from the lowest. */
guint    ord_axis_get_n_ticks (const OrdAxis *axis);
double   ord_axis_get_tick    (const OrdAxis *axis,
                               guint          i);

/* (transfer full): the label of a tick, as markup. */
char    *ord_axis_get_label   (const OrdAxis *axis,
                               guint          i);

/* The place on the axis: 0 at its low end, 1 at its high one. */
double   ord_axis_place       (const OrdAxis *axis,
                               double         value);

/* Whether it can be drawn: a number, and on the axis. */
gboolean ord_axis_holds       (const OrdAxis *axis,
                               double         value);

G_END_DECLS
