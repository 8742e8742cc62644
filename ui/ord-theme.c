/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The theme's colours for what is drawn by hand.
 */
#include "ord-theme.h"

#include <math.h>

#define CONTRAST 0.35   /* wanted between accent and paper, in luma */

static double
luma (const GdkRGBA *colour)
{
  return 0.2126 * colour->red + 0.7152 * colour->green + 0.0722 * colour->blue;
}

static void
move_towards (GdkRGBA       *colour,
              const GdkRGBA *target,
              double         share)
{
  colour->red += share * (target->red - colour->red);
  colour->green += share * (target->green - colour->green);
  colour->blue += share * (target->blue - colour->blue);
}

void
ord_theme_colours (GtkWidget *widget,
                   GdkRGBA   *ink,
                   GdkRGBA   *paper,
                   GdkRGBA   *accent)
{
  GtkStyleContext *style = gtk_widget_get_style_context (widget);
  GdkRGBA          base, selected;
  double           missing;

  gtk_style_context_get_color (style, gtk_style_context_get_state (style), ink);

  /* Names that every GTK 3 theme defines; where one does not, the ink's
   * opposite and the ink will do. */
  if (! gtk_style_context_lookup_color (style, "theme_base_color", &base))
    {
      double grey = luma (ink) > 0.5 ? 0.15 : 1.0;

      base = (GdkRGBA) { grey, grey, grey, 1.0 };
    }
  if (! gtk_style_context_lookup_color (style, "theme_selected_bg_color",
                                        &selected))
    selected = *ink;

  missing = CONTRAST - fabs (luma (&selected) - luma (&base));
  if (missing > 0.0)
    move_towards (&selected, ink, MIN (missing / 0.6, 0.6));

  if (paper)
    *paper = base;
  if (accent)
    *accent = selected;
}
