/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The map as a widget: input, marks on top of the dots, legend, tooltip. The
 * dots and all geometry are OrdMapPlot's.
 */
#include "ord-map-view.h"

#include <math.h>

#include <glib/gi18n-lib.h>
#include <gdk/gdkkeysyms.h>

#include "ord-map-plot.h"
#include "ord-text.h"
#include "ord-theme.h"
#include "ord-thumbnail.h"
#include "space/ord-colour-map.h"

#define REACH         9.0    /* of the pointer, pixels */
#define DRAG_START    4.0    /* a shorter way is a click */
#define WHEEL_FACTOR  1.2
#define KEY_FACTOR    1.4
#define LEGEND_WIDTH  12
#define LEGEND_GAP    8
#define TIP_SIZE      112

struct _OrdMapView
{
  GtkDrawingArea  parent;

  OrdModel       *model;
  OrdMapPlot     *plot;
  guint           component;
  double          minimum, maximum;   /* of the component's labels */

  gboolean        has_prediction;
  float           place[2];           /* of the open picture */
  double          value;              /* of the open picture, the component */
  double         *values;             /* (n_labels) */
  GArray         *neighbours;         /* OrdPredictionNeighbour */

  int             selected;
  int             hovered;

  gboolean        pressed;
  gboolean        dragging;
  double          press_x, press_y;
  double          last_x, last_y;
};

G_DEFINE_FINAL_TYPE (OrdMapView, ord_map_view, GTK_TYPE_DRAWING_AREA)

enum
{
  SELECTED,
  ACTIVATED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static const OrdModelParts *
get_parts (OrdMapView *view)
{
  return ord_model_get_parts (view->model);
}

/* Accessibility *********************************************************** */

static void
update_accessible (OrdMapView *view)
{
  AtkObject *accessible = gtk_widget_get_accessible (GTK_WIDGET (view));
  GString   *text;

  if (! view->model)
    {
      atk_object_set_description (accessible, _("No model"));
      return;
    }

  text = g_string_new (NULL);
  g_string_append_printf (text,
                          g_dngettext (GETTEXT_PACKAGE, "%u training image.",
                                       "%u training images.",
                                       ord_map_plot_get_n (view->plot)),
                          ord_map_plot_get_n (view->plot));
  if (ord_dataset_get_n_labels (get_parts (view)->dataset) > 1)
    {
      g_string_append_c (text, ' ');
      g_string_append_printf (text, _("Coloured by %s."),
                              ord_dataset_get_label_name (
                                get_parts (view)->dataset, view->component));
    }
  if (view->has_prediction)
    {
      g_autofree char *labels = ord_text_labels (get_parts (view),
                                                 view->values);

      g_string_append_c (text, ' ');
      g_string_append_printf (text, _("Open picture: %s."), labels);
    }
  if (view->selected >= 0)
    {
      const OrdSample *sample =
        ord_dataset_get_sample (get_parts (view)->dataset, view->selected);
      g_autofree char *labels = ord_text_labels (get_parts (view),
                                                 sample->labels);

      g_string_append_c (text, ' ');
      g_string_append_printf (text, _("Selected: %s, %s."), labels,
                              sample->file);
    }

  atk_object_set_description (accessible, text->str);
  g_string_free (text, TRUE);
}

/* Colours ***************************************************************** */

static double
share_of (OrdMapView *view,
          double      value)
{
  double span = view->maximum - view->minimum;

  return span > 0.0 ? (value - view->minimum) / span : 0.5;
}

static void
update_colours (OrdMapView *view)
{
  const OrdModelParts *parts = get_parts (view);
  guint                n     = ord_map_plot_get_n (view->plot);
  g_autofree double   *shares = g_new (double, n);

  view->minimum = INFINITY;
  view->maximum = -INFINITY;
  for (guint i = 0; i < n; i++)
    {
      shares[i] = ord_dataset_get_sample (parts->dataset,
                                          i)->labels[view->component];
      view->minimum = MIN (view->minimum, shares[i]);
      view->maximum = MAX (view->maximum, shares[i]);
    }
  if (n == 0)
    view->minimum = view->maximum = 0.0;

  for (guint i = 0; i < n; i++)
    shares[i] = share_of (view, shares[i]);

  ord_map_plot_set_shares (view->plot, shares);
}

/* Drawing ***************************************************************** */

static PangoLayout *
make_label (OrdMapView *view,
            const char *text)
{
  PangoLayout   *layout     = gtk_widget_create_pango_layout (GTK_WIDGET (view),
                                                              text);
  PangoAttrList *attributes = pango_attr_list_new ();

  pango_attr_list_insert (attributes, pango_attr_scale_new (PANGO_SCALE_SMALL));
  pango_layout_set_attributes (layout, attributes);
  pango_attr_list_unref (attributes);

  return layout;
}

static PangoLayout *
make_legend_label (OrdMapView *view,
                   double      share)
{
  const OrdModelParts *parts = get_parts (view);
  int    decimals = ord_text_decimals (parts->label_sd[view->component]);
  double value    = view->minimum + share * (view->maximum - view->minimum);
  g_autofree char *text = ord_text_label (value, decimals);

  return make_label (view, text);
}

static int
legend_space (OrdMapView *view)
{
  int width = 0;

  if (! view->model)
    return 0;

  for (int i = 0; i < 3; i++)
    {
      g_autoptr (PangoLayout) label = make_legend_label (view, i / 2.0);
      int label_width;

      pango_layout_get_pixel_size (label, &label_width, NULL);
      width = MAX (width, label_width);
    }

  if (*ord_dataset_get_unit (get_parts (view)->dataset))
    {
      g_autoptr (PangoLayout) label =
        make_label (view, ord_dataset_get_unit (get_parts (view)->dataset));
      int label_width;

      /* The unit stands over bar and numbers. */
      pango_layout_get_pixel_size (label, &label_width, NULL);
      width = MAX (width, label_width - LEGEND_WIDTH - 4);
    }

  return width + LEGEND_WIDTH + 4 + 2 * LEGEND_GAP;
}

static void
update_area (OrdMapView *view)
{
  GtkWidget *widget = GTK_WIDGET (view);
  int        width  = gtk_widget_get_allocated_width (widget);
  int        height = gtk_widget_get_allocated_height (widget);

  ord_map_plot_set_area (view->plot, 0.0, 0.0,
                         MAX (width - legend_space (view), 1), height);
}

static void
draw_legend (OrdMapView      *view,
             cairo_t         *cr,
             GtkStyleContext *style,
             const GdkRGBA   *ink)
{
  GtkWidget  *widget = GTK_WIDGET (view);
  const char *unit   = ord_dataset_get_unit (get_parts (view)->dataset);
  double      x      = gtk_widget_get_allocated_width (widget)
                       - legend_space (view) + LEGEND_GAP;
  double      top    = LEGEND_GAP;
  double      bottom = gtk_widget_get_allocated_height (widget) - LEGEND_GAP;
  cairo_pattern_t *ramp;

  if (*unit)
    {
      g_autoptr (PangoLayout) label = make_label (view, unit);
      int label_height;

      pango_layout_get_pixel_size (label, NULL, &label_height);
      gtk_render_layout (style, cr, x, top, label);
      top += label_height + 6;
    }

  if (bottom - top < 20.0)
    return;

  ramp = cairo_pattern_create_linear (0.0, bottom, 0.0, top);
  for (int i = 0; i <= 16; i++)
    {
      OrdColour colour;

      ord_colour_map (i / 16.0, &colour);
      cairo_pattern_add_color_stop_rgb (ramp, i / 16.0, colour.red,
                                        colour.green, colour.blue);
    }
  cairo_rectangle (cr, x + 0.5, top + 0.5, LEGEND_WIDTH - 1, bottom - top - 1);
  cairo_set_source (cr, ramp);
  cairo_fill_preserve (cr);
  cairo_set_source_rgba (cr, ink->red, ink->green, ink->blue, 0.4);
  cairo_set_line_width (cr, 1.0);
  cairo_stroke (cr);
  cairo_pattern_destroy (ramp);

  for (int i = 0; i < 3; i++)
    {
      g_autoptr (PangoLayout) label = make_legend_label (view, i / 2.0);
      double y;
      int    height;

      pango_layout_get_pixel_size (label, NULL, &height);
      y = bottom - i / 2.0 * (bottom - top) - height / 2.0;
      y = CLAMP (y, top, bottom - height);
      gtk_render_layout (style, cr, x + LEGEND_WIDTH + 4, y, label);
    }

  if (view->has_prediction && isfinite (view->value))
    {
      double share = CLAMP (share_of (view, view->value), 0.0, 1.0);
      double y     = bottom - share * (bottom - top);

      gdk_cairo_set_source_rgba (cr, ink);
      cairo_move_to (cr, x, y);
      cairo_rel_line_to (cr, -6.0, -4.0);
      cairo_rel_line_to (cr, 0.0, 8.0);
      cairo_close_path (cr);
      cairo_fill (cr);
    }
}

/* Of hundreds of neighbours only the nearest: the others would be a blot. */
static guint
n_linked (OrdMapView *view)
{
  return view->has_prediction
         ? MIN (view->neighbours->len, ORD_PREDICTION_SHOWN) : 0;
}

static void
draw_links (OrdMapView    *view,
            cairo_t       *cr,
            const GdkRGBA *ink,
            double         x,
            double         y)
{
  double heaviest = 0.0;

  for (guint i = 0; i < n_linked (view); i++)
    heaviest = MAX (heaviest,
                    g_array_index (view->neighbours, OrdPredictionNeighbour,
                                   i).weight);

  for (guint i = 0; i < n_linked (view); i++)
    {
      const OrdPredictionNeighbour *neighbour =
        &g_array_index (view->neighbours, OrdPredictionNeighbour, i);
      double share = heaviest > 0.0 ? neighbour->weight / heaviest : 0.5;
      double nx, ny;

      if (neighbour->sample >= ord_map_plot_get_n (view->plot))
        continue;

      ord_map_plot_locate (view->plot, neighbour->sample, &nx, &ny);
      cairo_set_source_rgba (cr, ink->red, ink->green, ink->blue,
                             0.25 + 0.5 * share);
      cairo_set_line_width (cr, 1.0);
      cairo_move_to (cr, x, y);
      cairo_line_to (cr, nx, ny);
      cairo_stroke (cr);

      cairo_set_line_width (cr, 1.0 + share);
      cairo_arc (cr, nx, ny, 5.5, 0.0, 2.0 * G_PI);
      cairo_stroke (cr);
    }
}

/* A diamond in the theme's accent: no dot looks like it. */
static void
draw_mark (cairo_t       *cr,
           const GdkRGBA *ink,
           const GdkRGBA *paper,
           const GdkRGBA *accent,
           double         x,
           double         y)
{
  const double size = 8.0;

  cairo_move_to (cr, x, y - size);
  cairo_line_to (cr, x + size, y);
  cairo_line_to (cr, x, y + size);
  cairo_line_to (cr, x - size, y);
  cairo_close_path (cr);
  gdk_cairo_set_source_rgba (cr, paper);
  cairo_set_line_width (cr, 5.0);
  cairo_stroke_preserve (cr);
  gdk_cairo_set_source_rgba (cr, accent);
  cairo_fill_preserve (cr);
  gdk_cairo_set_source_rgba (cr, ink);
  cairo_set_line_width (cr, 1.5);
  cairo_stroke (cr);
}

static void
draw_ring (OrdMapView    *view,
           cairo_t       *cr,
           const GdkRGBA *paper,
           const GdkRGBA *colour,
           int            sample,
           double         radius)
{
  double x, y;

  if (sample < 0 || (guint) sample >= ord_map_plot_get_n (view->plot))
    return;

  ord_map_plot_locate (view->plot, sample, &x, &y);
  cairo_arc (cr, x, y, radius, 0.0, 2.0 * G_PI);
  gdk_cairo_set_source_rgba (cr, paper);
  cairo_set_line_width (cr, 5.0);
  cairo_stroke_preserve (cr);
  gdk_cairo_set_source_rgba (cr, colour);
  cairo_set_line_width (cr, 2.5);
  cairo_stroke (cr);
}

static void
draw_marks (OrdMapView *view,
            cairo_t    *cr)
{
  GdkRGBA ink, paper, accent;
  double  x = 0.0, y = 0.0;

  ord_theme_colours (GTK_WIDGET (view), &ink, &paper, &accent);

  if (view->has_prediction)
    {
      ord_map_plot_project (view->plot, view->place, &x, &y);
      draw_links (view, cr, &ink, x, y);
    }
  draw_ring (view, cr, &paper, &ink, view->hovered, 7.0);
  draw_ring (view, cr, &paper, &accent, view->selected, 8.0);
  if (view->has_prediction)
    draw_mark (cr, &ink, &paper, &accent, x, y);
}

static gboolean
ord_map_view_draw (GtkWidget *widget,
                   cairo_t   *cr)
{
  OrdMapView      *view   = ORD_MAP_VIEW (widget);
  GtkStyleContext *style  = gtk_widget_get_style_context (widget);
  int              width  = gtk_widget_get_allocated_width (widget);
  int              height = gtk_widget_get_allocated_height (widget);
  GdkRGBA          ink;

  gtk_render_background (style, cr, 0, 0, width, height);
  ord_theme_colours (widget, &ink, NULL, NULL);

  if (view->model)
    {
      update_area (view);

      cairo_save (cr);
      cairo_rectangle (cr, 0, 0, width - legend_space (view), height);
      cairo_clip (cr);
      ord_map_plot_draw (view->plot, cr, &ink,
                         gtk_widget_get_scale_factor (widget));
      draw_marks (view, cr);
      cairo_restore (cr);

      draw_legend (view, cr, style, &ink);
    }

  gtk_render_frame (style, cr, 0, 0, width, height);
  if (gtk_widget_has_visible_focus (widget))
    gtk_render_focus (style, cr, 1, 1, width - 2, height - 2);

  return FALSE;
}

/* Selecting *************************************************************** */

static void
set_selected (OrdMapView *view,
              int         sample,
              gboolean    by_person)
{
  if (view->selected == sample)
    return;

  view->selected = sample;
  if (sample >= 0)
    {
      update_area (view);
      ord_map_plot_reveal (view->plot, sample);
    }
  update_accessible (view);
  gtk_widget_queue_draw (GTK_WIDGET (view));

  if (by_person)
    g_signal_emit (view, signals[SELECTED], 0, sample);
}

static int
pick (OrdMapView *view,
      double      x,
      double      y)
{
  if (! view->model)
    return -1;

  update_area (view);
  if (x > gtk_widget_get_allocated_width (GTK_WIDGET (view))
          - legend_space (view))
    return -1;

  return ord_map_plot_pick (view->plot, x, y, REACH);
}

static void
set_hovered (OrdMapView *view,
             int         sample)
{
  if (view->hovered == sample)
    return;

  view->hovered = sample;
  gtk_widget_queue_draw (GTK_WIDGET (view));
  gtk_widget_trigger_tooltip_query (GTK_WIDGET (view));
}

/* Pointer ***************************************************************** */

static gboolean
ord_map_view_button_press (GtkWidget      *widget,
                           GdkEventButton *event)
{
  OrdMapView *view = ORD_MAP_VIEW (widget);
  int         sample;

  if (event->button != GDK_BUTTON_PRIMARY)
    return GDK_EVENT_PROPAGATE;

  gtk_widget_grab_focus (widget);

  if (event->type == GDK_2BUTTON_PRESS)
    {
      sample = pick (view, event->x, event->y);
      view->pressed = FALSE;
      if (sample >= 0)
        g_signal_emit (view, signals[ACTIVATED], 0, sample);
    }
  else if (event->type == GDK_BUTTON_PRESS)
    {
      view->pressed = TRUE;
      view->dragging = FALSE;
      view->press_x = view->last_x = event->x;
      view->press_y = view->last_y = event->y;
    }

  return GDK_EVENT_STOP;
}

static gboolean
ord_map_view_button_release (GtkWidget      *widget,
                             GdkEventButton *event)
{
  OrdMapView *view = ORD_MAP_VIEW (widget);

  if (event->button != GDK_BUTTON_PRIMARY || ! view->pressed)
    return GDK_EVENT_PROPAGATE;

  if (! view->dragging)
    set_selected (view, pick (view, event->x, event->y), TRUE);
  view->pressed = view->dragging = FALSE;

  return GDK_EVENT_STOP;
}

static gboolean
ord_map_view_motion (GtkWidget      *widget,
                     GdkEventMotion *event)
{
  OrdMapView *view = ORD_MAP_VIEW (widget);

  if (view->pressed
      && hypot (event->x - view->press_x, event->y - view->press_y)
         > DRAG_START)
    view->dragging = TRUE;

  if (view->dragging)
    {
      update_area (view);
      ord_map_plot_pan (view->plot, event->x - view->last_x,
                        event->y - view->last_y);
      view->last_x = event->x;
      view->last_y = event->y;
      set_hovered (view, -1);
      gtk_widget_queue_draw (widget);
    }
  else
    {
      set_hovered (view, pick (view, event->x, event->y));
    }

  return GDK_EVENT_STOP;
}

static gboolean
ord_map_view_leave (GtkWidget        *widget,
                    GdkEventCrossing *event)
{
  set_hovered (ORD_MAP_VIEW (widget), -1);

  return GDK_EVENT_PROPAGATE;
}

static void
zoom_at (OrdMapView *view,
         double      factor,
         double      x,
         double      y)
{
  update_area (view);
  ord_map_plot_zoom (view->plot, factor, x, y);
  gtk_widget_queue_draw (GTK_WIDGET (view));
}

static gboolean
ord_map_view_scroll (GtkWidget      *widget,
                     GdkEventScroll *event)
{
  double dx = 0.0, dy = 0.0;

  if (event->direction == GDK_SCROLL_UP)
    dy = -1.0;
  else if (event->direction == GDK_SCROLL_DOWN)
    dy = 1.0;
  else if (event->direction == GDK_SCROLL_SMOOTH)
    gdk_event_get_scroll_deltas ((GdkEvent *) event, &dx, &dy);

  if (dy != 0.0)
    zoom_at (ORD_MAP_VIEW (widget), pow (WHEEL_FACTOR, - dy), event->x,
             event->y);

  return GDK_EVENT_STOP;
}

/* Keyboard **************************************************************** */

static void
move_selection (OrdMapView *view,
                int         dx,
                int         dy)
{
  double x, y;
  int    next;

  update_area (view);

  if (view->selected >= 0)
    ord_map_plot_locate (view->plot, view->selected, &x, &y);
  else if (view->has_prediction)
    ord_map_plot_project (view->plot, view->place, &x, &y);
  else if (ord_map_plot_get_n (view->plot) > 0)
    ord_map_plot_locate (view->plot, 0, &x, &y);
  else
    return;

  next = ord_map_plot_next (view->plot, x, y, dx, dy);
  if (next >= 0)
    set_selected (view, next, TRUE);
}

static void
zoom_by_key (OrdMapView *view,
             double      factor)
{
  double x = (gtk_widget_get_allocated_width (GTK_WIDGET (view))
              - legend_space (view)) / 2.0;
  double y = gtk_widget_get_allocated_height (GTK_WIDGET (view)) / 2.0;

  if (view->selected >= 0)
    ord_map_plot_locate (view->plot, view->selected, &x, &y);

  zoom_at (view, factor, x, y);
}

static gboolean
ord_map_view_key_press (GtkWidget   *widget,
                        GdkEventKey *event)
{
  OrdMapView *view = ORD_MAP_VIEW (widget);

  if (! view->model || (event->state & (GDK_CONTROL_MASK | GDK_MOD1_MASK)))
    return GTK_WIDGET_CLASS (ord_map_view_parent_class)
           ->key_press_event (widget, event);

  switch (event->keyval)
    {
    case GDK_KEY_Left:
    case GDK_KEY_KP_Left:
      move_selection (view, -1, 0);
      return GDK_EVENT_STOP;

    case GDK_KEY_Right:
    case GDK_KEY_KP_Right:
      move_selection (view, 1, 0);
      return GDK_EVENT_STOP;

    case GDK_KEY_Up:
    case GDK_KEY_KP_Up:
      move_selection (view, 0, -1);
      return GDK_EVENT_STOP;

    case GDK_KEY_Down:
    case GDK_KEY_KP_Down:
      move_selection (view, 0, 1);
      return GDK_EVENT_STOP;

    case GDK_KEY_plus:
    case GDK_KEY_equal:
    case GDK_KEY_KP_Add:
      zoom_by_key (view, KEY_FACTOR);
      return GDK_EVENT_STOP;

    case GDK_KEY_minus:
    case GDK_KEY_KP_Subtract:
      zoom_by_key (view, 1.0 / KEY_FACTOR);
      return GDK_EVENT_STOP;

    case GDK_KEY_Home:
    case GDK_KEY_KP_Home:
      ord_map_plot_reset (view->plot);
      gtk_widget_queue_draw (widget);
      return GDK_EVENT_STOP;

    case GDK_KEY_Return:
    case GDK_KEY_KP_Enter:
    case GDK_KEY_ISO_Enter:
      if (view->selected >= 0)
        g_signal_emit (view, signals[ACTIVATED], 0, view->selected);
      return GDK_EVENT_STOP;

    default:
      return GTK_WIDGET_CLASS (ord_map_view_parent_class)
             ->key_press_event (widget, event);
    }
}

/* Tooltip ***************************************************************** */

static gboolean
ord_map_view_query_tooltip (GtkWidget  *widget,
                            int         x,
                            int         y,
                            gboolean    keyboard,
                            GtkTooltip *tooltip)
{
  OrdMapView *view   = ORD_MAP_VIEW (widget);
  int         sample = keyboard ? view->selected : view->hovered;
  const OrdSample *about;
  g_autofree char *labels = NULL;
  g_autofree char *markup = NULL;
  GtkWidget *box, *text;
  double     px, py;
  GdkRectangle dot;

  if (! view->model || sample < 0)
    return FALSE;

  about = ord_dataset_get_sample (get_parts (view)->dataset, sample);
  labels = ord_text_labels (get_parts (view), about->labels);
  markup = g_markup_printf_escaped ("<b>%s</b>\n%s", labels, about->file);

  text = gtk_label_new (NULL);
  gtk_label_set_markup (GTK_LABEL (text), markup);
  gtk_label_set_xalign (GTK_LABEL (text), 0.0);
  gtk_label_set_ellipsize (GTK_LABEL (text), PANGO_ELLIPSIZE_MIDDLE);
  gtk_label_set_max_width_chars (GTK_LABEL (text), 40);

  box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);
  gtk_container_add (GTK_CONTAINER (box),
                     ord_thumbnail_image (get_parts (view), sample, TIP_SIZE,
                                          gtk_widget_get_scale_factor (
                                            widget)));
  gtk_container_add (GTK_CONTAINER (box), text);
  gtk_widget_show_all (box);
  gtk_tooltip_set_custom (tooltip, box);

  ord_map_plot_locate (view->plot, sample, &px, &py);
  dot = (GdkRectangle) { px - 8, py - 8, 16, 16 };
  gtk_tooltip_set_tip_area (tooltip, &dot);

  return TRUE;
}

/* The widget ************************************************************** */

static void
ord_map_view_size_allocate (GtkWidget     *widget,
                            GtkAllocation *allocation)
{
  GTK_WIDGET_CLASS (ord_map_view_parent_class)->size_allocate (widget,
                                                               allocation);
  update_area (ORD_MAP_VIEW (widget));
}

static void
ord_map_view_get_preferred_width (GtkWidget *widget,
                                  int       *minimum,
                                  int       *natural)
{
  *minimum = 240;
  *natural = 480;
}

static void
ord_map_view_get_preferred_height (GtkWidget *widget,
                                   int       *minimum,
                                   int       *natural)
{
  *minimum = 90;
  *natural = 260;
}

static void
ord_map_view_dispose (GObject *object)
{
  g_clear_object (&ORD_MAP_VIEW (object)->model);

  G_OBJECT_CLASS (ord_map_view_parent_class)->dispose (object);
}

static void
ord_map_view_finalize (GObject *object)
{
  OrdMapView *view = ORD_MAP_VIEW (object);

  ord_map_plot_free (view->plot);
  g_array_unref (view->neighbours);
  g_free (view->values);

  G_OBJECT_CLASS (ord_map_view_parent_class)->finalize (object);
}

static void
ord_map_view_class_init (OrdMapViewClass *klass)
{
  GObjectClass   *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = ord_map_view_dispose;
  object_class->finalize = ord_map_view_finalize;
  widget_class->draw = ord_map_view_draw;
  widget_class->size_allocate = ord_map_view_size_allocate;
  widget_class->get_preferred_width = ord_map_view_get_preferred_width;
  widget_class->get_preferred_height = ord_map_view_get_preferred_height;
  widget_class->button_press_event = ord_map_view_button_press;
  widget_class->button_release_event = ord_map_view_button_release;
  widget_class->motion_notify_event = ord_map_view_motion;
  widget_class->leave_notify_event = ord_map_view_leave;
  widget_class->scroll_event = ord_map_view_scroll;
  widget_class->key_press_event = ord_map_view_key_press;
  widget_class->query_tooltip = ord_map_view_query_tooltip;

  gtk_widget_class_set_accessible_role (widget_class, ATK_ROLE_CHART);

  signals[SELECTED] =
    g_signal_new ("selected", ORD_TYPE_MAP_VIEW, G_SIGNAL_RUN_LAST, 0, NULL,
                  NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT);
  signals[ACTIVATED] =
    g_signal_new ("activated", ORD_TYPE_MAP_VIEW, G_SIGNAL_RUN_LAST, 0, NULL,
                  NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
}

static void
ord_map_view_init (OrdMapView *view)
{
  GtkWidget       *widget = GTK_WIDGET (view);
  GtkStyleContext *style  = gtk_widget_get_style_context (widget);

  view->plot = ord_map_plot_new ();
  view->neighbours = g_array_new (FALSE, FALSE,
                                  sizeof (OrdPredictionNeighbour));
  view->selected = view->hovered = -1;

  gtk_style_context_add_class (style, GTK_STYLE_CLASS_VIEW);
  gtk_style_context_add_class (style, GTK_STYLE_CLASS_FRAME);
  gtk_widget_set_can_focus (widget, TRUE);
  gtk_widget_set_has_tooltip (widget, TRUE);
  gtk_widget_add_events (widget,
                         GDK_BUTTON_PRESS_MASK | GDK_BUTTON_RELEASE_MASK
                         | GDK_POINTER_MOTION_MASK | GDK_LEAVE_NOTIFY_MASK
                         | GDK_SCROLL_MASK | GDK_SMOOTH_SCROLL_MASK);

  atk_object_set_name (gtk_widget_get_accessible (widget),
                       _("Map of the training images"));
  update_accessible (view);
}

GtkWidget *
ord_map_view_new (void)
{
  return g_object_new (ORD_TYPE_MAP_VIEW, NULL);
}

void
ord_map_view_set_model (OrdMapView *view,
                        OrdModel   *model)
{
  g_return_if_fail (ORD_IS_MAP_VIEW (view));

  view->has_prediction = FALSE;
  view->selected = view->hovered = -1;
  view->component = 0;
  g_array_set_size (view->neighbours, 0);
  g_clear_pointer (&view->values, g_free);
  g_set_object (&view->model, model);

  if (model)
    {
      const OrdModelParts *parts = get_parts (view);

      ord_map_plot_set_points (view->plot, ord_map_get_points (parts->map),
                               ord_map_get_n (parts->map));
      update_colours (view);
    }
  else
    {
      ord_map_plot_set_points (view->plot, NULL, 0);
    }

  update_accessible (view);
  gtk_widget_queue_draw (GTK_WIDGET (view));
}

void
ord_map_view_set_prediction (OrdMapView          *view,
                             const OrdPrediction *prediction)
{
  g_return_if_fail (ORD_IS_MAP_VIEW (view));
  g_return_if_fail (! prediction || view->model);

  g_array_set_size (view->neighbours, 0);
  g_clear_pointer (&view->values, g_free);

  view->has_prediction = prediction && isfinite (prediction->point[0])
                         && isfinite (prediction->point[1]);
  if (view->has_prediction)
    {
      memcpy (view->place, prediction->point, sizeof view->place);
      view->values = g_memdup2 (prediction->values,
                                sizeof (double) * prediction->n_labels);
      view->value = prediction->values[view->component];
      g_array_append_vals (view->neighbours, prediction->neighbours->data,
                           prediction->neighbours->len);
      ord_map_plot_include (view->plot, view->place);

      /* A view that a person has chosen stays. */
      if (ord_map_plot_get_zoom (view->plot) == 1.0)
        ord_map_plot_reset (view->plot);
    }

  update_accessible (view);
  gtk_widget_queue_draw (GTK_WIDGET (view));
}

void
ord_map_view_set_component (OrdMapView *view,
                            guint       component)
{
  g_return_if_fail (ORD_IS_MAP_VIEW (view));
  g_return_if_fail (view->model);
  g_return_if_fail (component < ord_dataset_get_n_labels (
                                  get_parts (view)->dataset));

  view->component = component;
  if (view->values)
    view->value = view->values[component];
  update_colours (view);
  update_accessible (view);
  gtk_widget_queue_draw (GTK_WIDGET (view));
}

guint
ord_map_view_get_component (OrdMapView *view)
{
  g_return_val_if_fail (ORD_IS_MAP_VIEW (view), 0);

  return view->component;
}

void
ord_map_view_select (OrdMapView *view,
                     int         sample)
{
  g_return_if_fail (ORD_IS_MAP_VIEW (view));

  if (sample >= 0 && (guint) sample >= ord_map_plot_get_n (view->plot))
    sample = -1;

  set_selected (view, sample, FALSE);
}

int
ord_map_view_get_selected (OrdMapView *view)
{
  g_return_val_if_fail (ORD_IS_MAP_VIEW (view), -1);

  return view->selected;
}

int
ord_map_view_get_hovered (OrdMapView *view)
{
  g_return_val_if_fail (ORD_IS_MAP_VIEW (view), -1);

  return view->hovered;
}

void
ord_map_view_locate (OrdMapView *view,
                     guint       sample,
                     double     *x,
                     double     *y)
{
  g_return_if_fail (ORD_IS_MAP_VIEW (view));

  update_area (view);
  ord_map_plot_locate (view->plot, sample, x, y);
}

double
ord_map_view_get_zoom (OrdMapView *view)
{
  g_return_val_if_fail (ORD_IS_MAP_VIEW (view), 1.0);

  return ord_map_plot_get_zoom (view->plot);
}
