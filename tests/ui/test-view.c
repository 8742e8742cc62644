/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The view: that its parts agree with each other, and that mouse, keyboard and
 * assistive technology reach all of it.
 */
#include <math.h>
#include <string.h>

#include <gdk/gdkkeysyms.h>

#include "events.h"
#include "space/ord-colour-map.h"
#include "ord-text.h"
#include "ord-view-private.h"
#include "synthetic.h"

typedef struct
{
  GtkWidget     *window;
  OrdView       *view;
  OrdStrip      *strip;
  OrdMapView    *map;
  OrdModel      *model;
  OrdPrediction *prediction;     /* of the view */
  char          *opened;         /* by open-sample */
} Fixture;

static void
on_open_sample (OrdView    *view,
                const char *path,
                Fixture    *fixture)
{
  g_free (fixture->opened);
  fixture->opened = g_strdup (path);
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  static const SyntheticOptions plain = { .n = 120, .n_labels = 1,
                                          .unit = "bar" };
  const SyntheticOptions *options = data ? data : &plain;

  fixture->view = ORD_VIEW (ord_view_new ());
  fixture->strip = ord_view_get_strip (fixture->view);
  fixture->map = ord_view_get_map (fixture->view);
  fixture->model = synthetic_model (options);
  fixture->prediction = synthetic_prediction (fixture->model, 0.4);
  ord_view_show (fixture->view, fixture->model, fixture->prediction);
  g_signal_connect (fixture->view, "open-sample",
                    G_CALLBACK (on_open_sample), fixture);
  fixture->window = show_in_window (GTK_WIDGET (fixture->view), 760, 640);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  gtk_widget_destroy (fixture->window);
  g_object_unref (fixture->model);
  g_free (fixture->opened);
}

static GtkWidget *
part (Fixture    *fixture,
      const char *id)
{
  return ord_view_get_part (fixture->view, id);
}

static guint
neighbour (Fixture *fixture,
           guint    position)
{
  return g_array_index (fixture->prediction->neighbours,
                        OrdPredictionNeighbour, position).sample;
}

static gboolean
is_neighbour (Fixture *fixture,
              guint    sample)
{
  for (guint i = 0; i < fixture->prediction->neighbours->len; i++)
    if (neighbour (fixture, i) == sample)
      return TRUE;

  return FALSE;
}

/* The item of the strip, as a click on it selects it. */
static void
select_item (Fixture *fixture,
             guint    position)
{
  GtkWidget *item = ord_strip_get_item (fixture->strip, position);

  gtk_flow_box_select_child (GTK_FLOW_BOX (gtk_widget_get_parent (item)),
                             GTK_FLOW_BOX_CHILD (item));
}

/* Without a model ********************************************************* */

static void
test_empty (void)
{
  GtkWidget *view   = ord_view_new ();
  GtkWidget *window = show_in_window (view, 760, 640);

  g_assert_cmpstr (gtk_stack_get_visible_child_name (
                     GTK_STACK (ord_view_get_part (ORD_VIEW (view), "stack"))),
                   ==, "empty");
  g_assert_true (gtk_widget_get_mapped (
                   ord_view_get_part (ORD_VIEW (view), "empty_title")));
  g_assert_false (gtk_widget_get_sensitive (
                    ord_view_get_part (ORD_VIEW (view), "update_button")));
  g_assert_null (ord_view_get_prediction (ORD_VIEW (view)));
  g_assert_null (ord_view_get_model_path (ORD_VIEW (view)));
  /* Nothing to do, and nothing bad happens. */
  ord_view_update (ORD_VIEW (view));

  gtk_widget_destroy (window);
}

static void
count_request (guint *n)
{
  (*n)++;
}

static void
test_train_requested (void)
{
  GtkWidget *view   = ord_view_new ();
  GtkWidget *window = show_in_window (view, 760, 640);
  guint      n      = 0;

  g_signal_connect_swapped (view, "train-requested",
                            G_CALLBACK (count_request), &n);
  gtk_button_clicked (GTK_BUTTON (ord_view_get_part (ORD_VIEW (view),
                                                     "train_button")));
  gtk_button_clicked (GTK_BUTTON (ord_view_get_part (ORD_VIEW (view),
                                                     "empty_train_button")));
  g_assert_cmpuint (n, ==, 2);

  gtk_widget_destroy (window);
}

/* What is shown *********************************************************** */

static void
test_values (Fixture       *fixture,
             gconstpointer  data)
{
  OrdValuePanel   *panel    = ord_view_get_values (fixture->view);
  g_autofree char *expected =
    g_strdup_printf ("%.2f\u00a0bar", fixture->prediction->values[0]);

  g_assert_cmpstr (ord_value_panel_get_text (panel, 0), ==, expected);
  g_assert_cmpuint (ord_strip_get_n_shown (fixture->strip), ==,
                    MIN (fixture->prediction->neighbours->len, ORD_STRIP_MAX));
  g_assert_true (ord_view_get_prediction (fixture->view)
                 == fixture->prediction);
}

static void
look_for_heading (GtkWidget *widget,
                  gpointer   found)
{
  if (GTK_IS_LABEL (widget)
      && g_str_equal (gtk_label_get_text (GTK_LABEL (widget)),
                      "90 % interval"))
    *(gboolean *) found = TRUE;
}

static void
test_vector (Fixture       *fixture,
             gconstpointer  data)
{
  OrdValuePanel   *panel = ord_view_get_values (fixture->view);
  gboolean         is_named = FALSE;
  g_autofree char *y =
    g_strdup_printf ("%.1f\u00a0bar", fixture->prediction->values[1]);
  g_autofree char *interval =
    g_strdup_printf ("%.1f to %.1f", fixture->prediction->lows[1],
                     fixture->prediction->highs[1]);

  g_assert_cmpstr (ord_value_panel_get_text (panel, 1), ==, y);
  g_assert_cmpstr (ord_value_panel_get_interval (panel, 1), ==, interval);
  for_each_visible (GTK_WIDGET (panel), look_for_heading, &is_named);
  g_assert_true (is_named);
}

/* The drawn colour of a sample's dot. */
static guint32
dot_colour (Fixture *fixture,
            guint    sample)
{
  GtkWidget       *map     = GTK_WIDGET (fixture->map);
  cairo_surface_t *surface = cairo_image_surface_create (
                               CAIRO_FORMAT_RGB24,
                               gtk_widget_get_allocated_width (map),
                               gtk_widget_get_allocated_height (map));
  cairo_t         *cr      = cairo_create (surface);
  double           x, y;
  guint32          colour;

  gtk_widget_draw (map, cr);
  cairo_surface_flush (surface);
  ord_map_view_locate (fixture->map, sample, &x, &y);
  colour = *(guint32 *) (cairo_image_surface_get_data (surface)
                         + (int) y * cairo_image_surface_get_stride (surface)
                         + (int) x * 4) & 0xffffff;
  cairo_destroy (cr);
  cairo_surface_destroy (surface);

  return colour;
}

static guint32
expected_colour (Fixture *fixture,
                 guint    sample,
                 guint    component)
{
  const OrdModelParts *parts = ord_model_get_parts (fixture->model);
  double    low = INFINITY, high = -INFINITY;
  OrdColour colour;

  for (guint i = 0; i < parts->n_reference; i++)
    {
      double label = ord_dataset_get_sample (parts->dataset,
                                             i)->labels[component];

      low = MIN (low, label);
      high = MAX (high, label);
    }
  ord_colour_map ((ord_dataset_get_sample (parts->dataset,
                                           sample)->labels[component] - low)
                  / (high - low), &colour);

  return (guint32) (colour.red * 255.0 + 0.5) << 16
         | (guint32) (colour.green * 255.0 + 0.5) << 8
         | (guint32) (colour.blue * 255.0 + 0.5);
}

static void
assert_like (guint32 drawn,
             guint32 expected)
{
  for (int shift = 0; shift <= 16; shift += 8)
    g_assert_cmpint (ABS ((int) (drawn >> shift & 255)
                          - (int) (expected >> shift & 255)), <=, 5);
}

static void
test_component (Fixture       *fixture,
                gconstpointer  data)
{
  GtkComboBox *combo = GTK_COMBO_BOX (part (fixture, "component_combo"));
  AtkObject   *spoken =
    gtk_widget_get_accessible (GTK_WIDGET (fixture->map));
  guint        last  = ord_model_get_parts (fixture->model)->n_reference - 1;

  g_assert_true (gtk_widget_get_mapped (GTK_WIDGET (combo)));
  g_assert_cmpint (gtk_tree_model_iter_n_children (
                     gtk_combo_box_get_model (combo), NULL), ==, 3);

  /* The last dot is drawn over all others; the picture's mark would be over
   * it. */
  ord_map_view_set_prediction (fixture->map, NULL);
  for (guint i = 0; i < 3; i++)
    {
      const char      *name  = ord_dataset_get_label_name (
        ord_model_get_parts (fixture->model)->dataset, i);
      g_autofree char *says  = g_strdup_printf ("Coloured by %s.", name);

      gtk_combo_box_set_active (combo, i);
      g_assert_cmpuint (ord_map_view_get_component (fixture->map), ==, i);
      assert_like (dot_colour (fixture, last),
                   expected_colour (fixture, last, i));
      g_assert_nonnull (strstr (atk_object_get_description (spoken), says));
    }

  /* A new answer leaves the choice. */
  ord_map_view_set_prediction (fixture->map, fixture->prediction);
  g_assert_cmpuint (ord_map_view_get_component (fixture->map), ==, 2);
}

static void
test_no_component (Fixture       *fixture,
                   gconstpointer  data)
{
  g_assert_false (gtk_widget_get_mapped (part (fixture, "component_combo")));
}

static void
add_text (GtkWidget *widget,
          gpointer   text)
{
  if (GTK_IS_LABEL (widget))
    g_string_append_printf (text, "%s\n",
                            gtk_label_get_text (GTK_LABEL (widget)));
}

static void
test_vector_strip (Fixture       *fixture,
                   gconstpointer  data)
{
  const OrdModelParts *parts  = ord_model_get_parts (fixture->model);
  GtkWidget           *item   = ord_strip_get_item (fixture->strip, 0);
  const double        *labels =
    ord_dataset_get_sample (parts->dataset, neighbour (fixture, 0))->labels;
  g_autofree char     *compact = ord_text_compact (parts, labels);
  g_autofree char     *named   = ord_text_labels (parts, labels);
  g_autofree char     *tip     = gtk_widget_get_tooltip_text (item);
  GString             *shown   = g_string_new (NULL);

  for_each_visible (item, add_text, shown);
  g_assert_nonnull (strstr (shown->str, compact));
  g_assert_nonnull (strstr (tip, named));
  for (guint i = 0; i < 3; i++)
    g_assert_nonnull (strstr (named, ord_dataset_get_label_name (parts->dataset,
                                                                 i)));
  g_string_free (shown, TRUE);
}

static void
test_accessible_names (GtkWidget *widget,
                       gpointer   n_checked)
{
  gboolean wants_name = gtk_widget_get_can_focus (widget)
                        || GTK_IS_DRAWING_AREA (widget);

  /* Containers that only pass the focus on, and parts of other widgets. */
  if (! wants_name || GTK_IS_SCROLLED_WINDOW (widget)
      || GTK_IS_VIEWPORT (widget) || GTK_IS_LABEL (widget)
      || GTK_IS_TOGGLE_BUTTON (widget) || GTK_IS_SCROLLBAR (widget))
    return;

  if (! has_accessible_name (widget))
    g_error ("%s has no accessible name", G_OBJECT_TYPE_NAME (widget));
  (*(guint *) n_checked)++;
}

static void
test_names (Fixture       *fixture,
            gconstpointer  data)
{
  guint n_checked = 0;

  for_each_visible (fixture->window, test_accessible_names, &n_checked);
  g_assert_cmpuint (n_checked, >=, 3 + ord_strip_get_n_shown (fixture->strip));
  g_assert_true (has_accessible_name (part (fixture, "model_button")));
}

static void
test_spoken_map (Fixture       *fixture,
                 gconstpointer  data)
{
  AtkObject  *accessible =
    gtk_widget_get_accessible (GTK_WIDGET (fixture->map));
  const char *text;

  ord_map_view_select (fixture->map, 5);
  text = atk_object_get_description (accessible);
  g_assert_nonnull (strstr (text, "120 training images."));
  g_assert_nonnull (strstr (text, "Open picture: "));
  g_assert_nonnull (strstr (text, "gauge-0005.png"));
}

static void
test_no_pca_note (Fixture       *fixture,
                  gconstpointer  data)
{
  g_assert_cmpint (ord_map_get_kind (
                     ord_model_get_parts (fixture->model)->map),
                   ==, ORD_MAP_ISOMAP);
  g_assert_false (gtk_widget_get_visible (part (fixture, "pca_label")));
}

static void
test_pca_note (Fixture       *fixture,
               gconstpointer  data)
{
  g_assert_cmpint (ord_map_get_kind (
                     ord_model_get_parts (fixture->model)->map),
                   ==, ORD_MAP_PCA);
  g_assert_true (gtk_widget_get_mapped (part (fixture, "pca_label")));
}

static void
show_with (Fixture  *fixture,
           gboolean  in_range,
           gboolean  within_radius)
{
  fixture->prediction = synthetic_prediction (fixture->model, 0.7);
  fixture->prediction->in_range = in_range;
  fixture->prediction->within_radius = within_radius;
  ord_view_show (fixture->view, fixture->model, fixture->prediction);
}

static void
test_warnings (Fixture       *fixture,
               gconstpointer  data)
{
  GtkWidget *bar   = part (fixture, "warning_bar");
  GtkLabel  *label = GTK_LABEL (part (fixture, "warning_label"));

  show_with (fixture, TRUE, TRUE);
  g_assert_false (gtk_widget_get_visible (bar));

  show_with (fixture, TRUE, FALSE);
  g_assert_true (gtk_widget_get_visible (bar));
  g_assert_nonnull (strstr (gtk_label_get_text (label), "answers alone"));

  show_with (fixture, FALSE, FALSE);
  g_assert_true (gtk_widget_get_visible (bar));
  g_assert_nonnull (strstr (gtk_label_get_text (label),
                            "outside what the model knows"));
}

static void
count_bars (GtkWidget *widget,
            gpointer   n)
{
  if (GTK_IS_LEVEL_BAR (widget))
    (*(guint *) n)++;
}

static void
test_head (Fixture       *fixture,
           gconstpointer  data)
{
  OrdPrediction *prediction = synthetic_prediction (fixture->model, 0.7);
  GtkLabel      *label      = GTK_LABEL (part (fixture, "strip_label"));
  guint          n_bars     = 0;

  for_each_visible (GTK_WIDGET (fixture->strip), count_bars, &n_bars);
  g_assert_cmpuint (n_bars, ==, ord_strip_get_n_shown (fixture->strip));

  /* More than are shown, as where neighbours answer. */
  while (prediction->neighbours->len <= ORD_STRIP_MAX)
    {
      OrdPredictionNeighbour again =
        g_array_index (prediction->neighbours, OrdPredictionNeighbour, 0);

      g_array_append_val (prediction->neighbours, again);
    }
  for (guint i = 0; i < prediction->neighbours->len; i++)
    g_array_index (prediction->neighbours, OrdPredictionNeighbour,
                   i).weight = 0.0;
  fixture->prediction = prediction;
  ord_view_show (fixture->view, fixture->model, prediction);

  n_bars = 0;
  for_each_visible (GTK_WIDGET (fixture->strip), count_bars, &n_bars);
  g_assert_cmpuint (n_bars, ==, 0);
  g_assert_cmpstr (gtk_label_get_text (label), ==, "Nearest training images");
}

static void
test_errors (Fixture       *fixture,
             gconstpointer  data)
{
  GtkWidget *bar = part (fixture, "error_bar");

  g_assert_false (gtk_widget_get_visible (bar));
  ord_view_show_error (fixture->view, "The picture has moved.");
  g_assert_true (gtk_widget_get_visible (bar));
  g_assert_cmpstr (gtk_label_get_text (GTK_LABEL (part (fixture,
                                                        "error_label"))),
                   ==, "The picture has moved.");
  gtk_info_bar_response (GTK_INFO_BAR (bar), GTK_RESPONSE_CLOSE);
  g_assert_false (gtk_widget_get_visible (bar));
}

static void
test_stale (Fixture       *fixture,
            gconstpointer  data)
{
  GtkStyleContext *style =
    gtk_widget_get_style_context (part (fixture, "update_button"));

  g_assert_false (gtk_style_context_has_class (style, "suggested-action"));
  ord_view_set_stale (fixture->view, TRUE);
  g_assert_true (gtk_style_context_has_class (style, "suggested-action"));
  ord_view_set_stale (fixture->view, FALSE);
  g_assert_false (gtk_style_context_has_class (style, "suggested-action"));
}

/* Selecting *************************************************************** */

static void
test_strip_to_map (Fixture       *fixture,
                   gconstpointer  data)
{
  select_item (fixture, 3);
  g_assert_cmpint (ord_map_view_get_selected (fixture->map), ==,
                   neighbour (fixture, 3));
  g_assert_true (gtk_widget_get_sensitive (part (fixture, "open_button")));
}

static void
test_map_to_strip (Fixture       *fixture,
                   gconstpointer  data)
{
  double x, y;
  int    selected;

  ord_map_view_locate (fixture->map, neighbour (fixture, 5), &x, &y);
  send_click (GTK_WIDGET (fixture->map), x, y);
  selected = ord_map_view_get_selected (fixture->map);

  g_assert_cmpint (selected, >=, 0);
  g_assert_true (is_neighbour (fixture, selected));
  g_assert_cmpint (ord_strip_get_selected (fixture->strip), ==, selected);
}

static void
test_map_elsewhere (Fixture       *fixture,
                    gconstpointer  data)
{
  GtkLabel *detail = GTK_LABEL (part (fixture, "detail_label"));
  guint     sample = 0;
  double    x, y;

  while (is_neighbour (fixture, sample))
    sample++;

  select_item (fixture, 0);
  ord_map_view_locate (fixture->map, sample, &x, &y);
  send_click (GTK_WIDGET (fixture->map), x, y);

  g_assert_cmpint (ord_strip_get_selected (fixture->strip), ==, -1);
  g_assert_nonnull (strstr (gtk_label_get_text (detail), ".png"));

  /* A click beside all dots selects none. */
  send_click (GTK_WIDGET (fixture->map), 1.0, 1.0);
  g_assert_cmpint (ord_map_view_get_selected (fixture->map), ==, -1);
  g_assert_false (gtk_widget_get_sensitive (part (fixture, "open_button")));
}

static void
test_hover (Fixture       *fixture,
            gconstpointer  data)
{
  GtkWidget *map = GTK_WIDGET (fixture->map);

  for (guint sample = 0; sample < 120; sample += 13)
    {
      double x, y, found_x, found_y;
      int    hovered;

      ord_map_view_locate (fixture->map, sample, &x, &y);
      send_motion (map, x, y);
      hovered = ord_map_view_get_hovered (fixture->map);
      g_assert_cmpint (hovered, >=, 0);

      /* The sample itself, or one drawn at the very same place. */
      ord_map_view_locate (fixture->map, hovered, &found_x, &found_y);
      g_assert_cmpfloat_with_epsilon (x, found_x, 1e-6);
      g_assert_cmpfloat_with_epsilon (y, found_y, 1e-6);
    }

  send_motion (map, 1.0, 1.0);
  g_assert_cmpint (ord_map_view_get_hovered (fixture->map), ==, -1);
  ord_map_view_locate (fixture->map, 9, &(double) { 0 }, &(double) { 0 });
  send_leave (map);
  g_assert_cmpint (ord_map_view_get_hovered (fixture->map), ==, -1);
}

static void
test_tooltip (Fixture       *fixture,
              gconstpointer  data)
{
  GtkTooltip *tooltip = g_object_new (GTK_TYPE_TOOLTIP, NULL);
  gboolean    shown   = FALSE;
  double      x, y;

  g_signal_emit_by_name (fixture->map, "query-tooltip", 1, 1, FALSE, tooltip,
                         &shown);
  g_assert_false (shown);

  ord_map_view_locate (fixture->map, 40, &x, &y);
  send_motion (GTK_WIDGET (fixture->map), x, y);
  g_signal_emit_by_name (fixture->map, "query-tooltip", (int) x, (int) y,
                         FALSE, tooltip, &shown);
  g_assert_true (shown);
  g_object_unref (tooltip);
}

static void
test_double_click (Fixture       *fixture,
                   gconstpointer  data)
{
  double x, y;
  int    selected;

  ord_map_view_locate (fixture->map, 40, &x, &y);
  send_click (GTK_WIDGET (fixture->map), x, y);
  send_button (GTK_WIDGET (fixture->map), GDK_BUTTON_PRESS, x, y);
  send_button (GTK_WIDGET (fixture->map), GDK_2BUTTON_PRESS, x, y);
  send_button (GTK_WIDGET (fixture->map), GDK_BUTTON_RELEASE, x, y);

  selected = ord_map_view_get_selected (fixture->map);
  g_assert_cmpint (selected, >=, 0);
  g_assert_cmpstr (fixture->opened, ==,
                   ord_dataset_get_sample (
                     ord_model_get_parts (fixture->model)->dataset,
                     selected)->path);
}

static void
test_drag (Fixture       *fixture,
           gconstpointer  data)
{
  GtkWidget *map = GTK_WIDGET (fixture->map);
  double     x, y, after_x, after_y;

  ord_map_view_locate (fixture->map, 40, &x, &y);
  send_button (map, GDK_BUTTON_PRESS, x, y);
  send_motion (map, x + 30.0, y + 5.0);
  send_button (map, GDK_BUTTON_RELEASE, x + 30.0, y + 5.0);
  ord_map_view_locate (fixture->map, 40, &after_x, &after_y);

  g_assert_cmpfloat_with_epsilon (after_x, x + 30.0, 0.01);
  g_assert_cmpfloat_with_epsilon (after_y, y + 5.0, 0.01);
  g_assert_cmpint (ord_map_view_get_selected (fixture->map), ==, -1);
}

static void
test_wheel (Fixture       *fixture,
            gconstpointer  data)
{
  double x, y, after_x, after_y;

  ord_map_view_locate (fixture->map, 40, &x, &y);
  send_wheel (GTK_WIDGET (fixture->map), GDK_SCROLL_UP, x, y);
  g_assert_cmpfloat (ord_map_view_get_zoom (fixture->map), >, 1.0);
  ord_map_view_locate (fixture->map, 40, &after_x, &after_y);
  g_assert_cmpfloat_with_epsilon (x, after_x, 0.01);
  g_assert_cmpfloat_with_epsilon (y, after_y, 0.01);
  send_wheel (GTK_WIDGET (fixture->map), GDK_SCROLL_DOWN, x, y);
  g_assert_cmpfloat_with_epsilon (ord_map_view_get_zoom (fixture->map), 1.0,
                                  1e-6);
}

/* Keyboard **************************************************************** */

static void
test_map_keys (Fixture       *fixture,
               gconstpointer  data)
{
  GtkWidget *map = GTK_WIDGET (fixture->map);
  double     x, y, next_x, next_y;
  int        first;

  g_assert_true (gtk_widget_get_can_focus (map));

  send_key (map, GDK_KEY_Right);
  first = ord_map_view_get_selected (fixture->map);
  g_assert_cmpint (first, >=, 0);

  ord_map_view_locate (fixture->map, first, &x, &y);
  send_key (map, GDK_KEY_Left);
  g_assert_cmpint (ord_map_view_get_selected (fixture->map), !=, first);
  ord_map_view_locate (fixture->map,
                       ord_map_view_get_selected (fixture->map),
                       &next_x, &next_y);
  g_assert_cmpfloat (next_x, <, x);

  send_key (map, GDK_KEY_plus);
  send_key (map, GDK_KEY_plus);
  g_assert_cmpfloat (ord_map_view_get_zoom (fixture->map), >, 1.5);
  send_key (map, GDK_KEY_minus);
  send_key (map, GDK_KEY_Home);
  g_assert_cmpfloat (ord_map_view_get_zoom (fixture->map), ==, 1.0);

  g_assert_null (fixture->opened);
  send_key (map, GDK_KEY_Return);
  g_assert_nonnull (fixture->opened);
}

static void
test_strip_keys (Fixture       *fixture,
                 gconstpointer  data)
{
  GtkWidget *first = ord_strip_get_item (fixture->strip, 0);
  GtkWidget *box   = gtk_widget_get_parent (first);

  gtk_widget_grab_focus (GTK_WIDGET (fixture->strip));
  send_key (box, GDK_KEY_Right);
  g_assert_cmpint (ord_strip_get_selected (fixture->strip), ==,
                   neighbour (fixture, 1));
  g_assert_cmpint (ord_map_view_get_selected (fixture->map), ==,
                   neighbour (fixture, 1));

  send_key (box, GDK_KEY_Return);
  g_assert_cmpstr (fixture->opened, ==,
                   ord_dataset_get_sample (
                     ord_model_get_parts (fixture->model)->dataset,
                     neighbour (fixture, 1))->path);

  send_key (box, GDK_KEY_End);
  g_assert_cmpint (ord_strip_get_selected (fixture->strip), ==,
                   neighbour (fixture,
                              ord_strip_get_n_shown (fixture->strip) - 1));
  send_key (box, GDK_KEY_Right);
  send_key (box, GDK_KEY_Home);
  send_key (box, GDK_KEY_Left);
  g_assert_cmpint (ord_strip_get_selected (fixture->strip), ==,
                   neighbour (fixture, 0));
}

/* The strip's mnemonic leads to what was selected on the map. */
static void
test_strip_goes_on (Fixture       *fixture,
                    gconstpointer  data)
{
  GtkWidget *box = gtk_widget_get_parent (ord_strip_get_item (fixture->strip,
                                                              0));

  ord_strip_select (fixture->strip, neighbour (fixture, 4));
  gtk_widget_mnemonic_activate (GTK_WIDGET (fixture->strip), FALSE);
  send_key (box, GDK_KEY_Right);
  g_assert_cmpint (ord_strip_get_selected (fixture->strip), ==,
                   neighbour (fixture, 5));
}

static void
test_open_button (Fixture       *fixture,
                  gconstpointer  data)
{
  select_item (fixture, 2);
  gtk_button_clicked (GTK_BUTTON (part (fixture, "open_button")));
  g_assert_nonnull (fixture->opened);
}

/* Covariates ************************************************************** */

static void
test_no_covariates (Fixture       *fixture,
                    gconstpointer  data)
{
  g_assert_false (gtk_widget_get_visible (part (fixture, "covariates")));
}

static void
test_covariates (Fixture       *fixture,
                 gconstpointer  data)
{
  OrdCovariates *covariates = ord_view_get_covariates (fixture->view);
  GtkWidget     *sex        = ord_covariates_get_editor (covariates, 0);
  GtkWidget     *height     = ord_covariates_get_editor (covariates, 1);
  guint          n_changes  = 0;

  g_signal_connect_swapped (covariates, "changed",
                            G_CALLBACK (count_request), &n_changes);
  g_assert_true (gtk_widget_get_mapped (sex));
  g_assert_cmpuint (ord_covariates_get_n (covariates), ==, 2);
  g_assert_true (isnan (ord_covariates_get_values (covariates)[0]));
  g_assert_true (isnan (ord_covariates_get_values (covariates)[1]));

  gtk_combo_box_set_active (GTK_COMBO_BOX (sex), 2);
  g_assert_cmpfloat (ord_covariates_get_values (covariates)[0], ==, 1.0);
  g_assert_cmpuint (n_changes, ==, 1);

  gtk_entry_set_text (GTK_ENTRY (height), "151,5");
  gtk_widget_activate (height);
  g_assert_cmpfloat (ord_covariates_get_values (covariates)[1], ==, 151.5);
  g_assert_cmpuint (n_changes, ==, 2);

  /* Typed, and neither finished nor left. */
  gtk_entry_set_text (GTK_ENTRY (height), "160");
  g_assert_cmpfloat (ord_covariates_get_values (covariates)[1], ==, 151.5);
  ord_covariates_commit (covariates);
  g_assert_cmpfloat (ord_covariates_get_values (covariates)[1], ==, 160.0);
  g_assert_cmpfloat (ord_covariates_get_values (covariates)[0], ==, 1.0);
  g_assert_cmpuint (n_changes, ==, 3);

  gtk_combo_box_set_active (GTK_COMBO_BOX (sex), 0);
  g_assert_true (isnan (ord_covariates_get_values (covariates)[0]));
}

static void
test_wrong_number (Fixture       *fixture,
                   gconstpointer  data)
{
  OrdCovariates   *covariates = ord_view_get_covariates (fixture->view);
  GtkWidget       *height     = ord_covariates_get_editor (covariates, 1);
  GtkStyleContext *style      = gtk_widget_get_style_context (height);

  gtk_entry_set_text (GTK_ENTRY (height), "12 or so");
  gtk_widget_activate (height);
  g_assert_true (isnan (ord_covariates_get_values (covariates)[1]));
  g_assert_true (gtk_style_context_has_class (style, GTK_STYLE_CLASS_ERROR));

  gtk_entry_set_text (GTK_ENTRY (height), " 12 ");
  gtk_widget_activate (height);
  g_assert_cmpfloat (ord_covariates_get_values (covariates)[1], ==, 12.0);
  g_assert_false (gtk_style_context_has_class (style, GTK_STYLE_CLASS_ERROR));
}

static const SyntheticOptions in_pieces =
  { .n = 120, .n_labels = 1, .in_pieces = TRUE };
static const SyntheticOptions vector =
  { .n = 60, .n_labels = 3, .unit = "bar" };
static const SyntheticOptions covariates =
  { .n = 60, .n_labels = 1, .covariates = TRUE };

#define add(path, data, func) \
  g_test_add (path, Fixture, data, set_up, func, tear_down)

int
main (int    argc,
      char **argv)
{
  ui_test_init (&argc, &argv);

  g_test_add_func ("/view/without-a-model-it-says-what-to-do", test_empty);
  g_test_add_func ("/view/train-asks-for-training", test_train_requested);
  add ("/view/shows-the-value-with-its-unit", NULL, test_values);
  add ("/view/shows-a-line-per-component", &vector, test_vector);
  add ("/view/one-label-has-no-choice-of-colours", NULL, test_no_component);
  add ("/view/the-map-is-coloured-by-the-component-chosen", &vector,
       test_component);
  add ("/view/neighbours-show-every-component", &vector, test_vector_strip);
  add ("/view/everything-has-an-accessible-name", NULL, test_names);
  add ("/view/everything-has-an-accessible-name/vector", &vector, test_names);
  add ("/view/everything-has-an-accessible-name/covariates", &covariates,
       test_names);
  add ("/view/the-map-says-what-it-shows", NULL, test_spoken_map);
  add ("/view/a-whole-map-needs-no-note", NULL, test_no_pca_note);
  add ("/view/a-map-in-pieces-says-so", &in_pieces, test_pca_note);
  add ("/view/warns-where-the-answer-is-weak", NULL, test_warnings);
  add ("/view/a-head-s-neighbours-have-no-weight", NULL, test_head);
  add ("/view/errors-are-shown-until-closed", NULL, test_errors);
  add ("/view/stale-emphasises-update", NULL, test_stale);
  add ("/view/a-neighbour-is-selected-on-the-map", NULL, test_strip_to_map);
  add ("/view/a-point-is-selected-in-the-strip", NULL, test_map_to_strip);
  add ("/view/a-point-that-is-no-neighbour-has-its-details", NULL,
       test_map_elsewhere);
  add ("/map/hover-finds-the-point", NULL, test_hover);
  add ("/map/hover-shows-the-image", NULL, test_tooltip);
  add ("/map/double-click-opens", NULL, test_double_click);
  add ("/map/dragging-pans-and-selects-nothing", NULL, test_drag);
  add ("/map/the-wheel-zooms-around-the-pointer", NULL, test_wheel);
  add ("/keyboard/the-map", NULL, test_map_keys);
  add ("/keyboard/the-strip", NULL, test_strip_keys);
  add ("/keyboard/the-strip-goes-on-from-the-selection", NULL,
       test_strip_goes_on);
  add ("/view/open-picture-opens-the-selection", NULL, test_open_button);
  add ("/covariates/are-not-asked-without-need", NULL, test_no_covariates);
  add ("/covariates/become-numbers", &covariates, test_covariates);
  add ("/covariates/half-a-number-is-none", &covariates, test_wrong_number);

  return ui_test_run ();
}
