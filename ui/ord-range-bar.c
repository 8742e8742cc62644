/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A bar that places a value and its interval in the range of the training
 * labels: a trough for the range, a band for the interval, a line for the
 * value. All colours are the theme's.
 */
#include "ord-range-bar.h"

#include <math.h>

#include <glib/gi18n-lib.h>

#include "ord-text.h"
#include "ord-theme.h"

#define BAR_HEIGHT    14
#define OVERHANG      3      /* of the value's line, above and below */
#define GAP           3      /* between the bar and its labels */
#define MARGIN_SHARE  0.05   /* of the width, for values outside the range */

struct _OrdRangeBar
{
  GtkDrawingArea  parent;

  double          minimum, maximum;
  double          value, low, high;
  int             decimals;
  char           *unit;
};

G_DEFINE_FINAL_TYPE (OrdRangeBar, ord_range_bar, GTK_TYPE_DRAWING_AREA)

double
ord_range_bar_place (OrdRangeBar *bar,
                     double       value,
                     double       width)
{
  double margin = width * MARGIN_SHARE;
  double span   = bar->maximum - bar->minimum;
  double share;

  g_return_val_if_fail (ORD_IS_RANGE_BAR (bar), 0.0);

  if (! (span > 0.0))
    share = value < bar->minimum ? 0.0 : value > bar->minimum ? 1.0 : 0.5;
  else
    share = (value - bar->minimum) / span;

  return CLAMP (margin + share * (width - 2.0 * margin), 0.0, width);
}

static PangoLayout *
make_label (OrdRangeBar *bar,
            double       value)
{
  g_autofree char *number = ord_text_label (value, bar->decimals);
  g_autofree char *text   = ord_text_with_unit (number, bar->unit);
  PangoLayout     *layout;
  PangoAttrList   *attributes = pango_attr_list_new ();

  layout = gtk_widget_create_pango_layout (GTK_WIDGET (bar), text);
  pango_attr_list_insert (attributes, pango_attr_scale_new (PANGO_SCALE_SMALL));
  pango_layout_set_attributes (layout, attributes);
  pango_attr_list_unref (attributes);

  return layout;
}

static void
update_accessible (OrdRangeBar *bar)
{
  AtkObject *accessible = gtk_widget_get_accessible (GTK_WIDGET (bar));
  g_autofree char *minimum = ord_text_label (bar->minimum, bar->decimals);
  g_autofree char *maximum = ord_text_label (bar->maximum, bar->decimals);
  g_autofree char *text    = NULL;

  if (isnan (bar->value))
    {
      text = g_strdup_printf (_("The training labels run from %s to %s"),
                              minimum, maximum);
    }
  else
    {
      g_autofree char *value = ord_text_number (bar->value, bar->decimals);
      g_autofree char *low   = ord_text_number (bar->low, bar->decimals);
      g_autofree char *high  = ord_text_number (bar->high, bar->decimals);

      text = g_strdup_printf (_("%s, interval %s to %s; the training labels "
                                "run from %s to %s"),
                              value, low, high, minimum, maximum);
    }

  atk_object_set_description (accessible, text);
}

static void
rounded (cairo_t *cr,
         double   x,
         double   y,
         double   width,
         double   height)
{
  double r = MIN (height / 2.0, width / 2.0);

  cairo_new_sub_path (cr);
  cairo_arc (cr, x + width - r, y + r, r, - G_PI_2, 0.0);
  cairo_arc (cr, x + width - r, y + height - r, r, 0.0, G_PI_2);
  cairo_arc (cr, x + r, y + height - r, r, G_PI_2, G_PI);
  cairo_arc (cr, x + r, y + r, r, G_PI, 1.5 * G_PI);
  cairo_close_path (cr);
}

static void
draw_range (OrdRangeBar   *bar,
            cairo_t       *cr,
            const GdkRGBA *ink,
            double         width,
            double         y)
{
  double left  = ord_range_bar_place (bar, bar->minimum, width);
  double right = ord_range_bar_place (bar, bar->maximum, width);

  if (! (right > left))
    {
      left = width * MARGIN_SHARE;
      right = width - left;
    }

  cairo_set_source_rgba (cr, ink->red, ink->green, ink->blue, 0.25);
  cairo_rectangle (cr, 0.0, y + BAR_HEIGHT / 2.0 - 0.5, width, 1.0);
  cairo_fill (cr);

  cairo_set_source_rgba (cr, ink->red, ink->green, ink->blue, 0.18);
  rounded (cr, left, y, right - left, BAR_HEIGHT);
  cairo_fill (cr);
}

static void
draw_value (OrdRangeBar   *bar,
            cairo_t       *cr,
            const GdkRGBA *ink,
            const GdkRGBA *accent,
            double         width,
            double         y)
{
  double low  = ord_range_bar_place (bar, bar->low, width);
  double high = ord_range_bar_place (bar, bar->high, width);
  double at   = ord_range_bar_place (bar, bar->value, width);

  gdk_cairo_set_source_rgba (cr, accent);
  rounded (cr, low, y + 3, MAX (high - low, 2.0), BAR_HEIGHT - 6);
  cairo_fill (cr);

  at = CLAMP (at, 1.5, width - 1.5);
  gdk_cairo_set_source_rgba (cr, ink);
  rounded (cr, at - 1.5, y - OVERHANG, 3.0, BAR_HEIGHT + 2 * OVERHANG);
  cairo_fill (cr);
}

static void
draw_ends (OrdRangeBar     *bar,
           cairo_t         *cr,
           GtkStyleContext *style,
           double           width,
           double           y)
{
  g_autoptr (PangoLayout) minimum = make_label (bar, bar->minimum);
  g_autoptr (PangoLayout) maximum = make_label (bar, bar->maximum);
  double left  = width * MARGIN_SHARE;
  int    label_width;

  gtk_render_layout (style, cr, left, y, minimum);
  pango_layout_get_pixel_size (maximum, &label_width, NULL);
  gtk_render_layout (style, cr, width - left - label_width, y, maximum);
}

static gboolean
ord_range_bar_draw (GtkWidget *widget,
                    cairo_t   *cr)
{
  OrdRangeBar     *bar   = ORD_RANGE_BAR (widget);
  GtkStyleContext *style = gtk_widget_get_style_context (widget);
  double           width = gtk_widget_get_allocated_width (widget);
  double           y     = OVERHANG;
  GdkRGBA          ink, accent;

  ord_theme_colours (widget, &ink, NULL, &accent);

  draw_range (bar, cr, &ink, width, y);
  if (! isnan (bar->value))
    draw_value (bar, cr, &ink, &accent, width, y);
  draw_ends (bar, cr, style, width, y + BAR_HEIGHT + OVERHANG + GAP);

  return FALSE;
}

static void
ord_range_bar_get_preferred_width (GtkWidget *widget,
                                   int       *minimum,
                                   int       *natural)
{
  *minimum = 120;
  *natural = 240;
}

static void
ord_range_bar_get_preferred_height (GtkWidget *widget,
                                    int       *minimum,
                                    int       *natural)
{
  g_autoptr (PangoLayout) label = make_label (ORD_RANGE_BAR (widget), 0.0);
  int height;

  pango_layout_get_pixel_size (label, NULL, &height);
  *minimum = *natural = 2 * OVERHANG + BAR_HEIGHT + GAP + height;
}

static void
ord_range_bar_finalize (GObject *object)
{
  g_free (ORD_RANGE_BAR (object)->unit);

  G_OBJECT_CLASS (ord_range_bar_parent_class)->finalize (object);
}

static void
ord_range_bar_class_init (OrdRangeBarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = ord_range_bar_finalize;
  widget_class->draw = ord_range_bar_draw;
  widget_class->get_preferred_width = ord_range_bar_get_preferred_width;
  widget_class->get_preferred_height = ord_range_bar_get_preferred_height;

  gtk_widget_class_set_accessible_role (widget_class, ATK_ROLE_LEVEL_BAR);
}

static void
ord_range_bar_init (OrdRangeBar *bar)
{
  bar->maximum = 1.0;
  bar->value = bar->low = bar->high = NAN;

  atk_object_set_name (gtk_widget_get_accessible (GTK_WIDGET (bar)),
                       _("Value in the range of the training labels"));
}

GtkWidget *
ord_range_bar_new (void)
{
  return g_object_new (ORD_TYPE_RANGE_BAR, NULL);
}

void
ord_range_bar_set_range (OrdRangeBar *bar,
                         double       minimum,
                         double       maximum,
                         int          decimals,
                         const char  *unit)
{
  g_return_if_fail (ORD_IS_RANGE_BAR (bar));
  g_return_if_fail (minimum <= maximum);

  bar->minimum = minimum;
  bar->maximum = maximum;
  bar->decimals = decimals;
  g_free (bar->unit);
  bar->unit = g_strdup (unit);

  update_accessible (bar);
  gtk_widget_queue_resize (GTK_WIDGET (bar));
}

void
ord_range_bar_set_value (OrdRangeBar *bar,
                         double       value,
                         double       low,
                         double       high)
{
  g_return_if_fail (ORD_IS_RANGE_BAR (bar));

  bar->value = value;
  bar->low = low;
  bar->high = high;

  update_accessible (bar);
  gtk_widget_queue_draw (GTK_WIDGET (bar));
}
