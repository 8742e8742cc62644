/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a picture was read as: the value, its interval, and where both lie in
 * the range of the training labels.
 */
#include "ord-value-panel.h"

#include <math.h>

#include <glib/gi18n-lib.h>

#include "ord-range-bar.h"
#include "ord-text.h"

#define LINES_HEIGHT 150   /* of a vector's lines before they scroll */

typedef struct
{
  GtkLabel    *value;
  GtkLabel    *interval;
  OrdRangeBar *bar;
  int          decimals;
} Line;

struct _OrdValuePanel
{
  GtkBin    parent;

  OrdModel *model;
  GArray   *lines;      /* Line, one per component */
};

G_DEFINE_FINAL_TYPE (OrdValuePanel, ord_value_panel, GTK_TYPE_BIN)

static GtkWidget *
make_label (double scale,
            gboolean bold)
{
  GtkWidget     *label      = gtk_label_new (NULL);
  PangoAttrList *attributes = pango_attr_list_new ();

  pango_attr_list_insert (attributes, pango_attr_scale_new (scale));
  if (bold)
    pango_attr_list_insert (attributes,
                            pango_attr_weight_new (PANGO_WEIGHT_BOLD));
  pango_attr_list_insert (attributes,
                          pango_attr_font_features_new ("tnum=1"));
  gtk_label_set_attributes (GTK_LABEL (label), attributes);
  pango_attr_list_unref (attributes);

  gtk_label_set_xalign (GTK_LABEL (label), 0.0);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  gtk_widget_set_can_focus (label, FALSE);

  return label;
}

static void
training_range (const OrdModelParts *parts,
                guint                component,
                double              *minimum,
                double              *maximum)
{
  *minimum = INFINITY;
  *maximum = -INFINITY;

  for (guint i = 0; i < parts->n_reference; i++)
    {
      double label =
        ord_dataset_get_sample (parts->dataset, i)->labels[component];

      *minimum = MIN (*minimum, label);
      *maximum = MAX (*maximum, label);
    }

  if (*minimum > *maximum)
    *minimum = *maximum = 0.0;
}

static void
make_line (OrdValuePanel       *panel,
           const OrdModelParts *parts,
           guint                component,
           GtkGrid             *grid)
{
  gboolean scalar = ord_dataset_get_n_labels (parts->dataset) == 1;
  const char *unit = ord_dataset_get_unit (parts->dataset);
  Line     line;
  double   minimum, maximum;

  line.value = GTK_LABEL (make_label (scalar ? 2.4 : 1.3, TRUE));
  line.interval = GTK_LABEL (make_label (1.0, FALSE));
  line.bar = ORD_RANGE_BAR (ord_range_bar_new ());
  line.decimals = ord_text_decimals (parts->label_sd[component]);
  gtk_style_context_add_class (
    gtk_widget_get_style_context (GTK_WIDGET (line.interval)), "dim-label");

  training_range (parts, component, &minimum, &maximum);
  ord_range_bar_set_range (line.bar, minimum, maximum, line.decimals, unit);
  gtk_widget_set_hexpand (GTK_WIDGET (line.bar), TRUE);
  gtk_widget_set_valign (GTK_WIDGET (line.bar), GTK_ALIGN_CENTER);

  if (scalar)
    {
      gtk_grid_attach (grid, GTK_WIDGET (line.value), 0, 0, 1, 1);
      gtk_grid_attach (grid, GTK_WIDGET (line.interval), 0, 1, 1, 1);
      gtk_grid_attach (grid, GTK_WIDGET (line.bar), 1, 0, 1, 2);
    }
  else
    {
      GtkWidget *name = gtk_label_new (
        ord_dataset_get_label_name (parts->dataset, component));

      gtk_label_set_xalign (GTK_LABEL (name), 0.0);
      /* The numbers stand beside the bar, not beside the scale under it. */
      gtk_widget_set_valign (name, GTK_ALIGN_BASELINE);
      gtk_widget_set_valign (GTK_WIDGET (line.value), GTK_ALIGN_BASELINE);
      gtk_widget_set_valign (GTK_WIDGET (line.interval), GTK_ALIGN_BASELINE);
      gtk_grid_set_row_baseline_position (grid, component + 1,
                                          GTK_BASELINE_POSITION_TOP);
      gtk_grid_attach (grid, name, 0, component + 1, 1, 1);
      gtk_grid_attach (grid, GTK_WIDGET (line.value), 1, component + 1, 1, 1);
      gtk_grid_attach (grid, GTK_WIDGET (line.interval), 2, component + 1, 1, 1);
      gtk_grid_attach (grid, GTK_WIDGET (line.bar), 3, component + 1, 1, 1);
    }

  g_array_append_val (panel->lines, line);
}

/* Over the intervals of a vector, which have no room to say what they are. */
static void
make_heading (const OrdModelParts *parts,
              GtkGrid             *grid)
{
  GtkWidget       *label = make_label (PANGO_SCALE_SMALL, FALSE);
  g_autofree char *text  =
    g_strdup_printf (_("%.0f %% interval"),
                     parts->intervals[0].coverage * 100.0);

  gtk_label_set_text (GTK_LABEL (label), text);
  gtk_style_context_add_class (gtk_widget_get_style_context (label),
                               "dim-label");
  gtk_grid_attach (grid, label, 2, 0, 1, 1);
}

static void
show_line (OrdValuePanel       *panel,
           const OrdModelParts *parts,
           const OrdPrediction *prediction,
           guint                component)
{
  Line       *line = &g_array_index (panel->lines, Line, component);
  const char *unit = ord_dataset_get_unit (parts->dataset);
  double      value, low, high;
  g_autofree char *number     = NULL;
  g_autofree char *with_unit  = NULL;
  g_autofree char *low_text   = NULL;
  g_autofree char *high_text  = NULL;
  g_autofree char *interval   = NULL;

  if (! prediction)
    {
      gtk_label_set_text (line->value, "–");
      gtk_label_set_text (line->interval, "");
      ord_range_bar_set_value (line->bar, NAN, NAN, NAN);
      return;
    }

  value = prediction->values[component];
  low = prediction->lows[component];
  high = prediction->highs[component];

  number = ord_text_number (value, line->decimals);
  with_unit = ord_text_with_unit (number, unit);
  low_text = ord_text_number (low, line->decimals);
  high_text = ord_text_number (high, line->decimals);

  if (panel->lines->len == 1)
    /* Translators: "90 % interval: 3.1 to 3.6" */
    interval = g_strdup_printf (_("%.0f %% interval: %s to %s"),
                                parts->intervals[component].coverage * 100.0,
                                low_text, high_text);
  else
    interval = g_strdup_printf (_("%s to %s"), low_text, high_text);

  gtk_label_set_text (line->value, with_unit);
  gtk_label_set_text (line->interval, interval);
  ord_range_bar_set_value (line->bar, value, low, high);
}

static void
ord_value_panel_dispose (GObject *object)
{
  OrdValuePanel *panel = ORD_VALUE_PANEL (object);

  g_array_set_size (panel->lines, 0);
  g_clear_object (&panel->model);

  G_OBJECT_CLASS (ord_value_panel_parent_class)->dispose (object);
}

static void
ord_value_panel_finalize (GObject *object)
{
  g_array_unref (ORD_VALUE_PANEL (object)->lines);

  G_OBJECT_CLASS (ord_value_panel_parent_class)->finalize (object);
}

static void
ord_value_panel_class_init (OrdValuePanelClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = ord_value_panel_dispose;
  G_OBJECT_CLASS (klass)->finalize = ord_value_panel_finalize;
}

static void
ord_value_panel_init (OrdValuePanel *panel)
{
  panel->lines = g_array_new (FALSE, FALSE, sizeof (Line));
}

GtkWidget *
ord_value_panel_new (void)
{
  return g_object_new (ORD_TYPE_VALUE_PANEL, NULL);
}

/* Vectors may have many components: their lines scroll. */
static GtkWidget *
wrap_lines (GtkWidget *grid,
            guint      n_lines)
{
  GtkWidget *scroller;

  if (n_lines <= 3)
    return grid;

  scroller = gtk_scrolled_window_new (NULL, NULL);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller),
                                  GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height (
    GTK_SCROLLED_WINDOW (scroller), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scroller),
                                              LINES_HEIGHT);
  gtk_scrolled_window_set_min_content_height (GTK_SCROLLED_WINDOW (scroller),
                                              LINES_HEIGHT / 2);
  gtk_container_add (GTK_CONTAINER (scroller), grid);

  return scroller;
}

void
ord_value_panel_set_model (OrdValuePanel *panel,
                           OrdModel      *model)
{
  const OrdModelParts *parts;
  GtkWidget           *child, *grid;
  guint                n_labels;

  g_return_if_fail (ORD_IS_VALUE_PANEL (panel));

  g_array_set_size (panel->lines, 0);
  child = gtk_bin_get_child (GTK_BIN (panel));
  if (child)
    gtk_container_remove (GTK_CONTAINER (panel), child);

  g_set_object (&panel->model, model);
  if (! model)
    return;

  parts = ord_model_get_parts (model);
  n_labels = ord_dataset_get_n_labels (parts->dataset);

  grid = gtk_grid_new ();
  gtk_grid_set_column_spacing (GTK_GRID (grid), 12);
  gtk_grid_set_row_spacing (GTK_GRID (grid), n_labels == 1 ? 0 : 3);
  if (n_labels > 1)
    make_heading (parts, GTK_GRID (grid));
  for (guint i = 0; i < n_labels; i++)
    make_line (panel, parts, i, GTK_GRID (grid));

  child = wrap_lines (grid, n_labels);
  gtk_container_add (GTK_CONTAINER (panel), child);
  gtk_widget_show_all (child);

  ord_value_panel_set_prediction (panel, NULL);
}

void
ord_value_panel_set_prediction (OrdValuePanel       *panel,
                                const OrdPrediction *prediction)
{
  g_return_if_fail (ORD_IS_VALUE_PANEL (panel));

  if (! panel->model)
    return;

  g_return_if_fail (! prediction
                    || prediction->n_labels == panel->lines->len);

  for (guint i = 0; i < panel->lines->len; i++)
    show_line (panel, ord_model_get_parts (panel->model), prediction, i);
}

const char *
ord_value_panel_get_interval (OrdValuePanel *panel,
                              guint          component)
{
  g_return_val_if_fail (ORD_IS_VALUE_PANEL (panel), NULL);
  g_return_val_if_fail (component < panel->lines->len, NULL);

  return gtk_label_get_text (
    g_array_index (panel->lines, Line, component).interval);
}

const char *
ord_value_panel_get_text (OrdValuePanel *panel,
                          guint          component)
{
  g_return_val_if_fail (ORD_IS_VALUE_PANEL (panel), NULL);
  g_return_val_if_fail (component < panel->lines->len, NULL);

  return gtk_label_get_text (
    g_array_index (panel->lines, Line, component).value);
}
