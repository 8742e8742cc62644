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

/* What the widget is painted on: the background of the first of it and what it
 * lies in that has an opaque one. */
static gboolean
find_paper (GtkWidget *widget,
            GdkRGBA   *paper)
{
  for (; widget; widget = gtk_widget_get_parent (widget))
    {
      GtkStyleContext      *style  = gtk_widget_get_style_context (widget);
      g_autoptr (GdkRGBA)   colour = NULL;

      gtk_style_context_get (style, gtk_style_context_get_state (style),
                             GTK_STYLE_PROPERTY_BACKGROUND_COLOR, &colour, NULL);
      if (colour && colour->alpha > 0.99)
        {
          *paper = *colour;
          return TRUE;
        }
    }

  return FALSE;
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

  /* The named colours are those of GTK's theme, which GIMP's own paints over; so
   * they come second. Where there are none, the ink's opposite and the ink will
   * do. */
  if (! find_paper (widget, &base) &&
      ! gtk_style_context_lookup_color (style, "theme_base_color", &base))
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
