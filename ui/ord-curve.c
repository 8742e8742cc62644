/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A small curve of the validation error while a model is trained. The scale
 * starts at zero, so that its height says how much of the error is gone.
 */
#include "ord-curve.h"

#include <math.h>

#include <glib/gi18n-lib.h>

#include "ord-text.h"
#include "ord-theme.h"

#define MARGIN 8.0

typedef struct
{
  guint  epoch;
  double error;
} Point;

struct _OrdCurve
{
  GtkDrawingArea  parent;

  GArray         *points;
  char           *unit;
};

G_DEFINE_FINAL_TYPE (OrdCurve, ord_curve, GTK_TYPE_DRAWING_AREA)

static const Point *
best_point (OrdCurve *curve)
{
  const Point *best = NULL;

  for (guint i = 0; i < curve->points->len; i++)
    {
      const Point *point = &g_array_index (curve->points, Point, i);

      if (! best || point->error < best->error)
        best = point;
    }

  return best;
}

static char *
error_text (OrdCurve *curve,
            double    error)
{
  g_autofree char *number = g_strdup_printf ("%.3g", error);

  return ord_text_with_unit (number, curve->unit);
}

static PangoLayout *
make_label (OrdCurve   *curve,
            const char *text)
{
  PangoLayout   *layout     = gtk_widget_create_pango_layout (
                                GTK_WIDGET (curve), text);
  PangoAttrList *attributes = pango_attr_list_new ();

  pango_attr_list_insert (attributes, pango_attr_scale_new (PANGO_SCALE_SMALL));
  pango_layout_set_attributes (layout, attributes);
  pango_attr_list_unref (attributes);

  return layout;
}

static void
draw_curve (OrdCurve        *curve,
            cairo_t         *cr,
            GtkStyleContext *style,
            double           width,
            double           height)
{
  const Point *first = &g_array_index (curve->points, Point, 0);
  const Point *last  = &g_array_index (curve->points, Point,
                                       curve->points->len - 1);
  const Point *best  = best_point (curve);
  double       highest = 0.0, span;
  GdkRGBA      ink, accent;
  g_autofree char *top_text = NULL;
  g_autoptr (PangoLayout) top = NULL;
  double       left = MARGIN, upper, lower = height - MARGIN;
  int          label_height;

  for (guint i = 0; i < curve->points->len; i++)
    highest = MAX (highest, g_array_index (curve->points, Point, i).error);
  if (! (highest > 0.0))
    highest = 1.0;

  ord_theme_colours (GTK_WIDGET (curve), &ink, NULL, &accent);

  top_text = error_text (curve, highest);
  top = make_label (curve, top_text);
  pango_layout_get_pixel_size (top, NULL, &label_height);
  gtk_render_layout (style, cr, left, MARGIN / 2, top);
  upper = MARGIN + label_height;

  cairo_set_source_rgba (cr, ink.red, ink.green, ink.blue, 0.3);
  cairo_set_line_width (cr, 1.0);
  for (int i = 0; i < 2; i++)
    {
      double y = floor (i == 0 ? upper : lower) + 0.5;

      cairo_move_to (cr, left, y);
      cairo_line_to (cr, width - MARGIN, y);
    }
  cairo_stroke (cr);

  span = MAX (last->epoch - first->epoch, 1);
  for (guint i = 0; i < curve->points->len; i++)
    {
      const Point *point = &g_array_index (curve->points, Point, i);

      cairo_line_to (cr,
                     left + (point->epoch - first->epoch) / span
                            * (width - MARGIN - left),
                     lower - point->error / highest * (lower - upper));
    }
  gdk_cairo_set_source_rgba (cr, &accent);
  cairo_set_line_width (cr, 2.0);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  cairo_stroke (cr);

  cairo_arc (cr,
             left + (best->epoch - first->epoch) / span
                    * (width - MARGIN - left),
             lower - best->error / highest * (lower - upper),
             4.0, 0.0, 2.0 * G_PI);
  gdk_cairo_set_source_rgba (cr, &accent);
  cairo_fill_preserve (cr);
  gdk_cairo_set_source_rgba (cr, &ink);
  cairo_set_line_width (cr, 1.0);
  cairo_stroke (cr);
}

static gboolean
ord_curve_draw (GtkWidget *widget,
                cairo_t   *cr)
{
  OrdCurve        *curve  = ORD_CURVE (widget);
  GtkStyleContext *style  = gtk_widget_get_style_context (widget);
  double           width  = gtk_widget_get_allocated_width (widget);
  double           height = gtk_widget_get_allocated_height (widget);

  gtk_render_background (style, cr, 0, 0, width, height);
  if (curve->points->len > 0)
    draw_curve (curve, cr, style, width, height);
  else
    {
      g_autoptr (PangoLayout) label =
        make_label (curve, _("The error on held-out images appears here"));
      int label_width, label_height;

      pango_layout_get_pixel_size (label, &label_width, &label_height);
      gtk_render_layout (style, cr, (width - label_width) / 2.0,
                         (height - label_height) / 2.0, label);
    }
  gtk_render_frame (style, cr, 0, 0, width, height);

  return FALSE;
}

static void
ord_curve_finalize (GObject *object)
{
  OrdCurve *curve = ORD_CURVE (object);

  g_array_unref (curve->points);
  g_free (curve->unit);

  G_OBJECT_CLASS (ord_curve_parent_class)->finalize (object);
}

static void
ord_curve_class_init (OrdCurveClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ord_curve_finalize;
  GTK_WIDGET_CLASS (klass)->draw = ord_curve_draw;

  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (klass),
                                        ATK_ROLE_CHART);
}

static void
ord_curve_init (OrdCurve *curve)
{
  GtkWidget       *widget = GTK_WIDGET (curve);
  GtkStyleContext *style  = gtk_widget_get_style_context (widget);

  curve->points = g_array_new (FALSE, FALSE, sizeof (Point));
  gtk_style_context_add_class (style, GTK_STYLE_CLASS_VIEW);
  gtk_style_context_add_class (style, GTK_STYLE_CLASS_FRAME);
  gtk_widget_set_size_request (widget, -1, 110);
  atk_object_set_name (gtk_widget_get_accessible (widget),
                       _("Error on held-out images, by epoch"));
}

GtkWidget *
ord_curve_new (void)
{
  return g_object_new (ORD_TYPE_CURVE, NULL);
}

void
ord_curve_clear (OrdCurve   *curve,
                 const char *unit)
{
  g_return_if_fail (ORD_IS_CURVE (curve));

  g_array_set_size (curve->points, 0);
  g_free (curve->unit);
  curve->unit = g_strdup (unit);
  gtk_widget_queue_draw (GTK_WIDGET (curve));
}

void
ord_curve_add (OrdCurve *curve,
               guint     epoch,
               double    error)
{
  Point point = { epoch, error };
  g_autofree char *text     = NULL;
  g_autofree char *sentence = NULL;

  g_return_if_fail (ORD_IS_CURVE (curve));

  if (! isfinite (error))
    return;

  if (curve->points->len > 0
      && g_array_index (curve->points, Point,
                        curve->points->len - 1).epoch >= epoch)
    {
      if (g_array_index (curve->points, Point,
                         curve->points->len - 1).error == error)
        return;
      g_array_set_size (curve->points, curve->points->len - 1);
    }
  g_array_append_val (curve->points, point);

  text = error_text (curve, best_point (curve)->error);
  sentence = g_strdup_printf (_("Best so far: %s"), text);
  atk_object_set_description (gtk_widget_get_accessible (GTK_WIDGET (curve)),
                              sentence);
  gtk_widget_queue_draw (GTK_WIDGET (curve));
}

guint
ord_curve_get_n (OrdCurve *curve)
{
  g_return_val_if_fail (ORD_IS_CURVE (curve), 0);

  return curve->points->len;
}
