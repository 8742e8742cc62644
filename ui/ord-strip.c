/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The training images nearest to the picture, side by side.
 */
#include "ord-strip.h"

#include <math.h>

#include <gdk/gdkkeysyms.h>
#include <glib/gi18n-lib.h>

#include "ord-text.h"
#include "ord-thumbnail.h"

#define THUMBNAIL_SIZE 72

struct _OrdStrip
{
  GtkScrolledWindow  parent;

  GtkFlowBox        *box;
  GArray            *samples;   /* guint, in the order shown */
  gboolean           weighted;
  gulong             selection_handler;
};

G_DEFINE_FINAL_TYPE (OrdStrip, ord_strip, GTK_TYPE_SCROLLED_WINDOW)

enum
{
  SELECTED,
  ACTIVATED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static GtkWidget *
small_label (const char *text)
{
  GtkWidget     *label      = gtk_label_new (text);
  PangoAttrList *attributes = pango_attr_list_new ();

  pango_attr_list_insert (attributes, pango_attr_scale_new (PANGO_SCALE_SMALL));
  gtk_label_set_attributes (GTK_LABEL (label), attributes);
  pango_attr_list_unref (attributes);

  return label;
}

static char *
weight_text (double weight)
{
  if (weight <= 0.0)
    return g_strdup (_("no weight"));
  if (weight < 0.01)
    return g_strdup ("< 1 %");

  return g_strdup_printf ("%.0f %%", weight * 100.0);
}

/* Of a picture that was trained on, only rounding is left. */
static char *
distance_text (double distance)
{
  return distance < 5e-4 ? g_strdup ("0")
                         : g_strdup_printf ("%.3g", distance);
}

static GtkWidget *
make_share (double      weight,
            const char *text)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);
  GtkWidget *bar = gtk_level_bar_new ();

  /* Neither a low nor a high weight is good or bad. */
  gtk_level_bar_remove_offset_value (GTK_LEVEL_BAR (bar),
                                     GTK_LEVEL_BAR_OFFSET_LOW);
  gtk_level_bar_remove_offset_value (GTK_LEVEL_BAR (bar),
                                     GTK_LEVEL_BAR_OFFSET_HIGH);
  gtk_level_bar_remove_offset_value (GTK_LEVEL_BAR (bar),
                                     GTK_LEVEL_BAR_OFFSET_FULL);
  gtk_level_bar_set_value (GTK_LEVEL_BAR (bar), CLAMP (weight, 0.0, 1.0));
  gtk_widget_set_valign (bar, GTK_ALIGN_CENTER);
  gtk_widget_set_size_request (bar, 40, -1);
  gtk_box_pack_start (GTK_BOX (box), bar, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (box), small_label (text), FALSE, FALSE, 0);

  return box;
}

static GtkWidget *
make_item (OrdStrip                     *strip,
           const OrdModelParts          *parts,
           const OrdPredictionNeighbour *neighbour)
{
  const OrdSample *sample = ord_dataset_get_sample (parts->dataset,
                                                    neighbour->sample);
  g_autofree char *labels   = ord_text_labels (parts, sample->labels);
  g_autofree char *compact  = ord_text_compact (parts, sample->labels);
  g_autofree char *distance = distance_text (neighbour->distance);
  g_autofree char *weight   = NULL;
  g_autofree char *far      = NULL;
  g_autofree char *name     = NULL;
  g_autofree char *tip      = NULL;
  GtkWidget *child = gtk_flow_box_child_new ();
  GtkWidget *box   = gtk_box_new (GTK_ORIENTATION_VERTICAL, 1);
  GtkWidget *value = gtk_label_new (compact);

  gtk_label_set_ellipsize (GTK_LABEL (value), PANGO_ELLIPSIZE_END);
  gtk_label_set_width_chars (GTK_LABEL (value),
                             MIN (g_utf8_strlen (compact, -1), 18));

  far = g_strdup_printf (_("distance %s"), distance);

  gtk_container_add (GTK_CONTAINER (box),
                     ord_thumbnail_image (parts, neighbour->sample,
                                          THUMBNAIL_SIZE,
                                          gtk_widget_get_scale_factor (
                                            GTK_WIDGET (strip))));
  gtk_container_add (GTK_CONTAINER (box), value);
  if (strip->weighted)
    {
      weight = weight_text (neighbour->weight);
      gtk_container_add (GTK_CONTAINER (box),
                         make_share (neighbour->weight, weight));
    }
  gtk_container_add (GTK_CONTAINER (box), small_label (far));
  gtk_container_add (GTK_CONTAINER (child), box);

  if (weight)
    {
      tip = g_strdup_printf (_("%s\nLabel: %s\nDistance: %s\nWeight: %s"),
                             sample->file, labels, distance, weight);
      name = g_strdup_printf (_("%s, distance %s, weight %s, %s"),
                              labels, distance, weight, sample->file);
    }
  else
    {
      tip = g_strdup_printf (_("%s\nLabel: %s\nDistance: %s"),
                             sample->file, labels, distance);
      name = g_strdup_printf (_("%s, distance %s, %s"),
                              labels, distance, sample->file);
    }
  gtk_widget_set_tooltip_text (child, tip);
  atk_object_set_name (gtk_widget_get_accessible (child), name);

  gtk_widget_show_all (child);

  return child;
}

static void
on_selection (OrdStrip *strip)
{
  g_signal_emit (strip, signals[SELECTED], 0, ord_strip_get_selected (strip));
}

static void
on_activated (OrdStrip        *strip,
              GtkFlowBoxChild *child)
{
  int index = gtk_flow_box_child_get_index (child);

  if (index >= 0 && (guint) index < strip->samples->len)
    g_signal_emit (strip, signals[ACTIVATED], 0,
                   g_array_index (strip->samples, guint, index));
}

/* Vertical wheels move the strip sideways: there is no other way to go. */
static gboolean
on_scroll (OrdStrip       *strip,
           GdkEventScroll *event)
{
  GtkAdjustment *adjustment =
    gtk_scrolled_window_get_hadjustment (GTK_SCROLLED_WINDOW (strip));
  double dx = 0.0, dy = 0.0;

  if (event->direction == GDK_SCROLL_UP)
    dy = -1.0;
  else if (event->direction == GDK_SCROLL_DOWN)
    dy = 1.0;
  else if (event->direction == GDK_SCROLL_SMOOTH)
    gdk_event_get_scroll_deltas ((GdkEvent *) event, &dx, &dy);

  if (dy == 0.0 || dx != 0.0)
    return GDK_EVENT_PROPAGATE;

  gtk_adjustment_set_value (adjustment,
                            gtk_adjustment_get_value (adjustment)
                            + dy * THUMBNAIL_SIZE);

  return GDK_EVENT_STOP;
}

static void
scroll_to (OrdStrip  *strip,
           GtkWidget *child)
{
  GtkAdjustment *adjustment =
    gtk_scrolled_window_get_hadjustment (GTK_SCROLLED_WINDOW (strip));
  GtkAllocation  place;

  gtk_widget_get_allocation (child, &place);
  gtk_adjustment_clamp_page (adjustment, place.x, place.x + place.width);
}

/* Its mnemonic leads to the neighbour that is selected, or to the nearest. */
static void
ord_strip_grab_focus (GtkWidget *widget)
{
  OrdStrip *strip = ORD_STRIP (widget);
  g_autoptr (GList) selected =
    gtk_flow_box_get_selected_children (strip->box);
  GtkWidget *child = selected ? selected->data : ord_strip_get_item (strip, 0);

  if (child)
    gtk_widget_grab_focus (child);
}

static int
focused_position (OrdStrip *strip)
{
  GtkWidget *child = gtk_container_get_focus_child (GTK_CONTAINER (strip->box));

  return child ? gtk_flow_box_child_get_index (GTK_FLOW_BOX_CHILD (child)) : -1;
}

/* The flow box has a cursor of its own that does not follow a selection made
 * elsewhere, such as on the map; here the arrows go on from what is focused. */
static gboolean
on_key_press (OrdStrip    *strip,
              GdkEventKey *event)
{
  int        at   = focused_position (strip);
  int        last = (int) strip->samples->len - 1;
  gboolean   rtl  = gtk_widget_get_direction (GTK_WIDGET (strip))
                    == GTK_TEXT_DIR_RTL;
  GtkWidget *child;

  switch (event->keyval)
    {
    case GDK_KEY_Left:
    case GDK_KEY_KP_Left:
      at += rtl ? 1 : -1;
      break;

    case GDK_KEY_Right:
    case GDK_KEY_KP_Right:
      at += rtl ? -1 : 1;
      break;

    case GDK_KEY_Home:
    case GDK_KEY_KP_Home:
      at = 0;
      break;

    case GDK_KEY_End:
    case GDK_KEY_KP_End:
      at = last;
      break;

    case GDK_KEY_Return:
    case GDK_KEY_KP_Enter:
    case GDK_KEY_ISO_Enter:
      if (at >= 0)
        g_signal_emit (strip, signals[ACTIVATED], 0,
                       g_array_index (strip->samples, guint, at));
      return GDK_EVENT_STOP;

    default:
      return GDK_EVENT_PROPAGATE;
    }

  if (last < 0)
    return GDK_EVENT_STOP;

  child = ord_strip_get_item (strip, CLAMP (at, 0, last));
  gtk_flow_box_select_child (strip->box, GTK_FLOW_BOX_CHILD (child));
  gtk_widget_grab_focus (child);
  scroll_to (strip, child);

  return GDK_EVENT_STOP;
}

static void
ord_strip_dispose (GObject *object)
{
  OrdStrip *strip = ORD_STRIP (object);

  /* A selected child that is destroyed changes the selection once more. */
  if (strip->box)
    g_signal_handlers_disconnect_by_data (strip->box, strip);
  strip->box = NULL;

  G_OBJECT_CLASS (ord_strip_parent_class)->dispose (object);
}

static void
ord_strip_finalize (GObject *object)
{
  g_array_unref (ORD_STRIP (object)->samples);

  G_OBJECT_CLASS (ord_strip_parent_class)->finalize (object);
}

static void
ord_strip_class_init (OrdStripClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = ord_strip_dispose;
  G_OBJECT_CLASS (klass)->finalize = ord_strip_finalize;
  GTK_WIDGET_CLASS (klass)->grab_focus = ord_strip_grab_focus;

  signals[SELECTED] =
    g_signal_new ("selected", ORD_TYPE_STRIP, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                  NULL, G_TYPE_NONE, 1, G_TYPE_INT);
  signals[ACTIVATED] =
    g_signal_new ("activated", ORD_TYPE_STRIP, G_SIGNAL_RUN_LAST, 0, NULL,
                  NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
}

static void
ord_strip_init (OrdStrip *strip)
{
  GtkScrolledWindow *scroller = GTK_SCROLLED_WINDOW (strip);

  strip->samples = g_array_new (FALSE, FALSE, sizeof (guint));

  gtk_scrolled_window_set_policy (scroller, GTK_POLICY_AUTOMATIC,
                                  GTK_POLICY_NEVER);
  gtk_scrolled_window_set_overlay_scrolling (scroller, FALSE);
  gtk_scrolled_window_set_shadow_type (scroller, GTK_SHADOW_IN);

  strip->box = GTK_FLOW_BOX (gtk_flow_box_new ());
  gtk_flow_box_set_selection_mode (strip->box, GTK_SELECTION_SINGLE);
  gtk_flow_box_set_activate_on_single_click (strip->box, FALSE);
  gtk_flow_box_set_homogeneous (strip->box, TRUE);
  gtk_widget_set_valign (GTK_WIDGET (strip->box), GTK_ALIGN_START);
  gtk_widget_set_halign (GTK_WIDGET (strip->box), GTK_ALIGN_START);
  atk_object_set_name (gtk_widget_get_accessible (GTK_WIDGET (strip->box)),
                       _("Nearest training images"));
  gtk_container_add (GTK_CONTAINER (strip), GTK_WIDGET (strip->box));
  gtk_widget_show_all (gtk_bin_get_child (GTK_BIN (strip)));

  strip->selection_handler =
    g_signal_connect_swapped (strip->box, "selected-children-changed",
                              G_CALLBACK (on_selection), strip);
  g_signal_connect_swapped (strip->box, "child-activated",
                            G_CALLBACK (on_activated), strip);
  g_signal_connect_swapped (strip->box, "key-press-event",
                            G_CALLBACK (on_key_press), strip);
  g_signal_connect (strip, "scroll-event", G_CALLBACK (on_scroll), NULL);
}

GtkWidget *
ord_strip_new (void)
{
  return g_object_new (ORD_TYPE_STRIP, NULL);
}

static void
remove_items (OrdStrip *strip)
{
  g_autoptr (GList) children =
    gtk_container_get_children (GTK_CONTAINER (strip->box));

  for (GList *at = children; at; at = at->next)
    gtk_widget_destroy (at->data);
  g_array_set_size (strip->samples, 0);
}

static gboolean
any_weight (const OrdPrediction *prediction)
{
  for (guint i = 0; prediction && i < prediction->neighbours->len; i++)
    if (g_array_index (prediction->neighbours, OrdPredictionNeighbour,
                       i).weight > 0.0)
      return TRUE;

  return FALSE;
}

void
ord_strip_set (OrdStrip            *strip,
               OrdModel            *model,
               const OrdPrediction *prediction)
{
  guint n = 0;

  g_return_if_fail (ORD_IS_STRIP (strip));
  g_return_if_fail (! prediction || model);

  g_signal_handler_block (strip->box, strip->selection_handler);
  remove_items (strip);

  strip->weighted = any_weight (prediction);
  if (prediction)
    n = MIN (prediction->neighbours->len, ORD_STRIP_MAX);

  /* One row, however many there are. */
  gtk_flow_box_set_max_children_per_line (strip->box, MAX (n, 1));
  gtk_flow_box_set_min_children_per_line (strip->box, MAX (n, 1));

  for (guint i = 0; i < n; i++)
    {
      const OrdPredictionNeighbour *neighbour =
        &g_array_index (prediction->neighbours, OrdPredictionNeighbour, i);

      gtk_container_add (GTK_CONTAINER (strip->box),
                         make_item (strip, ord_model_get_parts (model),
                                    neighbour));
      g_array_append_val (strip->samples, neighbour->sample);
    }

  g_signal_handler_unblock (strip->box, strip->selection_handler);
}

gboolean
ord_strip_select (OrdStrip *strip,
                  int       sample)
{
  gboolean found = FALSE;

  g_return_val_if_fail (ORD_IS_STRIP (strip), FALSE);

  g_signal_handler_block (strip->box, strip->selection_handler);
  gtk_flow_box_unselect_all (strip->box);

  for (guint i = 0; ! found && i < strip->samples->len; i++)
    if (sample >= 0
        && g_array_index (strip->samples, guint, i) == (guint) sample)
      {
        GtkFlowBoxChild *child =
          gtk_flow_box_get_child_at_index (strip->box, i);

        gtk_flow_box_select_child (strip->box, child);
        scroll_to (strip, GTK_WIDGET (child));
        found = TRUE;
      }

  g_signal_handler_unblock (strip->box, strip->selection_handler);

  return found;
}

int
ord_strip_get_selected (OrdStrip *strip)
{
  g_autoptr (GList) selected = NULL;
  int index;

  g_return_val_if_fail (ORD_IS_STRIP (strip), -1);

  selected = gtk_flow_box_get_selected_children (strip->box);
  if (! selected)
    return -1;

  index = gtk_flow_box_child_get_index (selected->data);

  return index >= 0 && (guint) index < strip->samples->len
         ? (int) g_array_index (strip->samples, guint, index) : -1;
}

guint
ord_strip_get_n_shown (OrdStrip *strip)
{
  g_return_val_if_fail (ORD_IS_STRIP (strip), 0);

  return strip->samples->len;
}

gboolean
ord_strip_has_weights (OrdStrip *strip)
{
  g_return_val_if_fail (ORD_IS_STRIP (strip), FALSE);

  return strip->weighted;
}

GtkWidget *
ord_strip_get_item (OrdStrip *strip,
                    guint     position)
{
  g_return_val_if_fail (ORD_IS_STRIP (strip), NULL);

  return GTK_WIDGET (gtk_flow_box_get_child_at_index (strip->box, position));
}
