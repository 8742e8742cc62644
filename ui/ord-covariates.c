/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Asks for what a model wants to know beside the picture: a combo box for a
 * category, an entry for a number.
 */
#include "ord-covariates.h"

#include <math.h>

#include <glib/gi18n-lib.h>

struct _OrdCovariates
{
  GtkFlowBox  parent;

  guint       n;
  double     *values;    /* (n) */
  GtkWidget **editors;   /* (n) */
};

G_DEFINE_FINAL_TYPE (OrdCovariates, ord_covariates, GTK_TYPE_FLOW_BOX)

enum
{
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static guint
index_of (OrdCovariates *covariates,
          GtkWidget     *editor)
{
  for (guint i = 0; i < covariates->n; i++)
    if (covariates->editors[i] == editor)
      return i;

  g_return_val_if_reached (0);
}

static void
set_value (OrdCovariates *covariates,
           GtkWidget     *editor,
           double         value)
{
  double *old = &covariates->values[index_of (covariates, editor)];

  if (*old == value || (isnan (*old) && isnan (value)))
    return;

  *old = value;
  g_signal_emit (covariates, signals[CHANGED], 0);
}

static void
on_category (OrdCovariates *covariates,
             GtkComboBox   *combo)
{
  int active = gtk_combo_box_get_active (combo);

  /* The first entry says "not known". */
  set_value (covariates, GTK_WIDGET (combo), active > 0 ? active - 1 : NAN);
}

/* A text that is no number is marked and counts as not known: nothing may be
 * predicted from half a number without being seen. */
static gboolean
read_number (GtkEntry *entry,
             double   *value)
{
  g_autofree char *text = g_strstrip (g_strdup (gtk_entry_get_text (entry)));
  char *end;

  *value = NAN;
  if (! *text)
    return TRUE;

  g_strdelimit (text, ",", '.');
  *value = g_ascii_strtod (text, &end);
  if (*end != '\0' || ! isfinite (*value))
    {
      *value = NAN;
      return FALSE;
    }

  return TRUE;
}

static void
on_number (OrdCovariates *covariates,
           GtkEntry      *entry)
{
  GtkStyleContext *style = gtk_widget_get_style_context (GTK_WIDGET (entry));
  double           value;

  if (read_number (entry, &value))
    {
      gtk_style_context_remove_class (style, GTK_STYLE_CLASS_ERROR);
      gtk_entry_set_icon_from_icon_name (entry, GTK_ENTRY_ICON_SECONDARY, NULL);
    }
  else
    {
      gtk_style_context_add_class (style, GTK_STYLE_CLASS_ERROR);
      gtk_entry_set_icon_from_icon_name (entry, GTK_ENTRY_ICON_SECONDARY,
                                         "dialog-warning-symbolic");
      gtk_entry_set_icon_tooltip_text (entry, GTK_ENTRY_ICON_SECONDARY,
                                       _("This is not a number"));
    }

  set_value (covariates, GTK_WIDGET (entry), value);
}

static gboolean
on_entry_focus_out (OrdCovariates *covariates,
                    GdkEventFocus *event,
                    GtkEntry      *entry)
{
  on_number (covariates, entry);

  return GDK_EVENT_PROPAGATE;
}

static GtkWidget *
make_editor (OrdCovariates      *covariates,
             const OrdCovariate *covariate)
{
  GtkWidget *editor;

  if (covariate->categories)
    {
      GtkComboBoxText *combo;

      editor = gtk_combo_box_text_new ();
      combo = GTK_COMBO_BOX_TEXT (editor);
      gtk_combo_box_text_append_text (combo, _("not known"));
      for (char **name = covariate->categories; *name; name++)
        gtk_combo_box_text_append_text (combo, *name);
      gtk_combo_box_set_active (GTK_COMBO_BOX (combo), 0);
      g_signal_connect_swapped (combo, "changed", G_CALLBACK (on_category),
                                covariates);
    }
  else
    {
      editor = gtk_entry_new ();
      gtk_entry_set_width_chars (GTK_ENTRY (editor), 10);
      gtk_entry_set_placeholder_text (GTK_ENTRY (editor), _("not known"));
      gtk_entry_set_input_purpose (GTK_ENTRY (editor),
                                   GTK_INPUT_PURPOSE_NUMBER);
      /* When it is finished, not at every digit. */
      g_signal_connect_swapped (editor, "activate", G_CALLBACK (on_number),
                                covariates);
      g_signal_connect_swapped (editor, "focus-out-event",
                                G_CALLBACK (on_entry_focus_out), covariates);
    }

  return editor;
}

static void
add_editor (OrdCovariates      *covariates,
            const OrdCovariate *covariate,
            guint               index)
{
  GtkWidget *child = gtk_flow_box_child_new ();
  GtkWidget *box   = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *label = gtk_label_new (covariate->name);

  covariates->editors[index] = make_editor (covariates, covariate);
  gtk_label_set_mnemonic_widget (GTK_LABEL (label), covariates->editors[index]);
  atk_object_set_name (gtk_widget_get_accessible (covariates->editors[index]),
                       covariate->name);

  /* The child is only a place: Tab goes to the editor. */
  gtk_widget_set_can_focus (child, FALSE);
  gtk_box_pack_start (GTK_BOX (box), label, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), covariates->editors[index], FALSE, FALSE,
                      0);
  gtk_container_add (GTK_CONTAINER (child), box);
  gtk_container_add (GTK_CONTAINER (covariates), child);
  gtk_widget_show_all (child);
}

static void
clear (OrdCovariates *covariates)
{
  /* A focused entry that goes reports once more. */
  for (guint i = 0; i < covariates->n; i++)
    g_signal_handlers_disconnect_by_data (covariates->editors[i], covariates);

  covariates->n = 0;
  g_clear_pointer (&covariates->values, g_free);
  g_clear_pointer (&covariates->editors, g_free);
}

static void
ord_covariates_dispose (GObject *object)
{
  clear (ORD_COVARIATES (object));

  G_OBJECT_CLASS (ord_covariates_parent_class)->dispose (object);
}

static void
ord_covariates_class_init (OrdCovariatesClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = ord_covariates_dispose;

  signals[CHANGED] =
    g_signal_new ("changed", ORD_TYPE_COVARIATES, G_SIGNAL_RUN_LAST, 0, NULL,
                  NULL, NULL, G_TYPE_NONE, 0);
}

static void
ord_covariates_init (OrdCovariates *covariates)
{
  GtkFlowBox *box = GTK_FLOW_BOX (covariates);

  gtk_flow_box_set_selection_mode (box, GTK_SELECTION_NONE);
  gtk_flow_box_set_column_spacing (box, 12);
  gtk_flow_box_set_max_children_per_line (box, 8);
  gtk_widget_set_halign (GTK_WIDGET (covariates), GTK_ALIGN_START);
  gtk_widget_set_no_show_all (GTK_WIDGET (covariates), TRUE);
}

GtkWidget *
ord_covariates_new (void)
{
  return g_object_new (ORD_TYPE_COVARIATES, NULL);
}

void
ord_covariates_set_dataset (OrdCovariates *covariates,
                            OrdDataset    *dataset)
{
  g_autoptr (GList) children = NULL;
  guint n;

  g_return_if_fail (ORD_IS_COVARIATES (covariates));

  clear (covariates);
  children = gtk_container_get_children (GTK_CONTAINER (covariates));
  for (GList *at = children; at; at = at->next)
    gtk_widget_destroy (at->data);

  n = dataset ? ord_dataset_get_n_covariates (dataset) : 0;
  covariates->values = g_new (double, n);
  covariates->editors = g_new0 (GtkWidget *, n);
  for (guint i = 0; i < n; i++)
    {
      covariates->values[i] = NAN;
      add_editor (covariates, ord_dataset_get_covariate (dataset, i), i);
    }
  covariates->n = n;
  /* Side by side, as far as that is likely to fit. */
  gtk_flow_box_set_min_children_per_line (GTK_FLOW_BOX (covariates),
                                          CLAMP (n, 1, 3));

  gtk_widget_set_visible (GTK_WIDGET (covariates), n > 0);
}

void
ord_covariates_commit (OrdCovariates *covariates)
{
  g_return_if_fail (ORD_IS_COVARIATES (covariates));

  for (guint i = 0; i < covariates->n; i++)
    if (GTK_IS_ENTRY (covariates->editors[i]))
      on_number (covariates, GTK_ENTRY (covariates->editors[i]));
}

const double *
ord_covariates_get_values (OrdCovariates *covariates)
{
  g_return_val_if_fail (ORD_IS_COVARIATES (covariates), NULL);

  return covariates->values;
}

guint
ord_covariates_get_n (OrdCovariates *covariates)
{
  g_return_val_if_fail (ORD_IS_COVARIATES (covariates), 0);

  return covariates->n;
}

GtkWidget *
ord_covariates_get_editor (OrdCovariates *covariates,
                           guint          index)
{
  g_return_val_if_fail (ORD_IS_COVARIATES (covariates), NULL);
  g_return_val_if_fail (index < covariates->n, NULL);

  return covariates->editors[index];
}
