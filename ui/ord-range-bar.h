/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A bar that places a value and its interval in the range of the training
 * labels.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define ORD_TYPE_RANGE_BAR (ord_range_bar_get_type ())
G_DECLARE_FINAL_TYPE (OrdRangeBar, ord_range_bar, ORD, RANGE_BAR,
                      GtkDrawingArea)

GtkWidget *ord_range_bar_new       (void);

/* The training labels' range, and how many decimals its ends are shown with.
 * @unit: (nullable) */
void       ord_range_bar_set_range (OrdRangeBar *bar,
                                    double       minimum,
                                    double       maximum,
                                    int          decimals,
                                    const char  *unit);

/* NaN shows the range alone. */
void       ord_range_bar_set_value (OrdRangeBar *bar,
                                    double       value,
                                    double       low,
                                    double       high);

/**
 * ord_range_bar_place:
 * @width: of the whole bar
 *
 * Where @value stands, in pixels from the bar's left end. The range of the
 * labels takes the middle; a margin at both ends shows what lies outside, and
 * what lies far outside stands at the end.
 */
double     ord_range_bar_place     (OrdRangeBar *bar,
                                    double       value,
                                    double       width);

G_END_DECLS
