/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The model chooser.
 */
#include "ord-model-button.h"

#include <glib/gi18n-lib.h>

#include "ord-recent.h"

struct _OrdModelButton
{
  GtkMenuButton         parent;

  GtkLabel             *label;
  char                 *path;
  GtkFileChooserNative *dialog;
};

G_DEFINE_FINAL_TYPE (OrdModelButton, ord_model_button, GTK_TYPE_MENU_BUTTON)

enum
{
  CHOSEN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* Underscores in a menu label would be mnemonics. */
static char *
escape_mnemonics (const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, "_", -1);

  return g_strjoinv ("__", parts);
}

static gboolean
is_ambiguous (GPtrArray       *list,
              const OrdRecent *recent)
{
  for (guint i = 0; i < list->len; i++)
    {
      const OrdRecent *other = g_ptr_array_index (list, i);

      if (other != recent && g_str_equal (other->title, recent->title))
        return TRUE;
    }

  return FALSE;
}

static GMenu *
recent_section (void)
{
  g_autoptr (GPtrArray) list = ord_recent_list ();
  GMenu *section = g_menu_new ();

  for (guint i = 0; i < list->len; i++)
    {
      const OrdRecent *recent = g_ptr_array_index (list, i);
      g_autoptr (GMenuItem) item = NULL;
      g_autofree char *title = escape_mnemonics (recent->title);
      g_autofree char *label = NULL;

      if (is_ambiguous (list, recent))
        {
          g_autofree char *name = g_path_get_basename (recent->path);
          g_autofree char *safe = escape_mnemonics (name);

          label = g_strdup_printf ("%s – %s", title, safe);
        }
      else
        {
          label = g_steal_pointer (&title);
        }

      item = g_menu_item_new (label, NULL);
      g_menu_item_set_action_and_target (item, "model.open", "s",
                                         recent->path);
      g_menu_append_item (section, item);
    }

  return section;
}

/* Made anew whenever it opens: another window may have added a model. */
static void
fill_menu (OrdModelButton *button)
{
  g_autoptr (GMenu) menu   = g_menu_new ();
  g_autoptr (GMenu) recent = recent_section ();
  g_autoptr (GMenu) other  = g_menu_new ();

  if (g_menu_model_get_n_items (G_MENU_MODEL (recent)) > 0)
    g_menu_append_section (menu, _("Recent Models"), G_MENU_MODEL (recent));
  g_menu_append (other, _("_Open Model…"), "model.choose");
  g_menu_append_section (menu, NULL, G_MENU_MODEL (other));

  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (button),
                                  G_MENU_MODEL (menu));
}

static void
ord_model_button_toggled (GtkToggleButton *toggle)
{
  if (gtk_toggle_button_get_active (toggle))
    fill_menu (ORD_MODEL_BUTTON (toggle));

  GTK_TOGGLE_BUTTON_CLASS (ord_model_button_parent_class)->toggled (toggle);
}

static void
on_open (GSimpleAction *action,
         GVariant      *parameter,
         gpointer       user_data)
{
  g_signal_emit (user_data, signals[CHOSEN], 0,
                 g_variant_get_string (parameter, NULL));
}

static void
on_response (OrdModelButton *button,
             int             response)
{
  g_autofree char *path = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    path = gtk_file_chooser_get_filename (GTK_FILE_CHOOSER (button->dialog));

  g_clear_object (&button->dialog);

  if (path)
    g_signal_emit (button, signals[CHOSEN], 0, path);
}

static void
add_filters (GtkFileChooser *chooser)
{
  GtkFileFilter *models = gtk_file_filter_new ();
  GtkFileFilter *all    = gtk_file_filter_new ();

  gtk_file_filter_set_name (models, _("Ordinate models"));
  gtk_file_filter_add_pattern (models, "*.ordinate");
  gtk_file_chooser_add_filter (chooser, models);

  gtk_file_filter_set_name (all, _("All files"));
  gtk_file_filter_add_pattern (all, "*");
  gtk_file_chooser_add_filter (chooser, all);
}

static void
on_choose (GSimpleAction *action,
           GVariant      *parameter,
           gpointer       user_data)
{
  OrdModelButton *button = user_data;
  GtkWidget      *window = gtk_widget_get_toplevel (GTK_WIDGET (button));

  if (button->dialog)
    return;

  button->dialog =
    gtk_file_chooser_native_new (_("Open Model"),
                                 GTK_IS_WINDOW (window) ? GTK_WINDOW (window)
                                                        : NULL,
                                 GTK_FILE_CHOOSER_ACTION_OPEN,
                                 _("_Open"), _("_Cancel"));
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (button->dialog), TRUE);
  add_filters (GTK_FILE_CHOOSER (button->dialog));
  if (button->path)
    {
      g_autofree char *folder = g_path_get_dirname (button->path);

      gtk_file_chooser_set_current_folder (GTK_FILE_CHOOSER (button->dialog),
                                           folder);
    }
  g_signal_connect_swapped (button->dialog, "response",
                            G_CALLBACK (on_response), button);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (button->dialog));
}

static const GActionEntry actions[] =
{
  { .name = "open", .activate = on_open, .parameter_type = "s" },
  { .name = "choose", .activate = on_choose },
};

static void
ord_model_button_dispose (GObject *object)
{
  OrdModelButton *button = ORD_MODEL_BUTTON (object);

  if (button->dialog)
    {
      g_signal_handlers_disconnect_by_data (button->dialog, button);
      gtk_native_dialog_destroy (GTK_NATIVE_DIALOG (button->dialog));
      g_clear_object (&button->dialog);
    }
  gtk_widget_insert_action_group (GTK_WIDGET (button), "model", NULL);

  G_OBJECT_CLASS (ord_model_button_parent_class)->dispose (object);
}

static void
ord_model_button_finalize (GObject *object)
{
  g_free (ORD_MODEL_BUTTON (object)->path);

  G_OBJECT_CLASS (ord_model_button_parent_class)->finalize (object);
}

static void
ord_model_button_class_init (OrdModelButtonClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = ord_model_button_dispose;
  object_class->finalize = ord_model_button_finalize;
  GTK_TOGGLE_BUTTON_CLASS (klass)->toggled = ord_model_button_toggled;

  signals[CHOSEN] =
    g_signal_new ("chosen", ORD_TYPE_MODEL_BUTTON, G_SIGNAL_RUN_LAST, 0, NULL,
                  NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
ord_model_button_init (OrdModelButton *button)
{
  g_autoptr (GSimpleActionGroup) group = g_simple_action_group_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *arrow;

  g_action_map_add_action_entries (G_ACTION_MAP (group), actions,
                                   G_N_ELEMENTS (actions), button);
  gtk_widget_insert_action_group (GTK_WIDGET (button), "model",
                                  G_ACTION_GROUP (group));

  button->label = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_ellipsize (button->label, PANGO_ELLIPSIZE_END);
  gtk_label_set_max_width_chars (button->label, 32);
  arrow = gtk_image_new_from_icon_name ("pan-down-symbolic",
                                        GTK_ICON_SIZE_BUTTON);
  gtk_box_pack_start (GTK_BOX (box), GTK_WIDGET (button->label), TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (box), arrow, FALSE, FALSE, 0);
  gtk_container_add (GTK_CONTAINER (button), box);
  gtk_widget_show_all (box);

  gtk_menu_button_set_use_popover (GTK_MENU_BUTTON (button), TRUE);
  ord_model_button_set_model (button, NULL, NULL);
  fill_menu (button);
}

GtkWidget *
ord_model_button_new (void)
{
  return g_object_new (ORD_TYPE_MODEL_BUTTON, NULL);
}

void
ord_model_button_set_model (OrdModelButton *button,
                            const char     *path,
                            const char     *title)
{
  g_autofree char *name = NULL;

  g_return_if_fail (ORD_IS_MODEL_BUTTON (button));

  g_free (button->path);
  button->path = g_strdup (path);

  gtk_label_set_text (button->label, title ? title : _("Choose a model"));
  gtk_widget_set_tooltip_text (GTK_WIDGET (button),
                               path ? path : _("Choose a model"));
  name = title ? g_strdup_printf (_("Model: %s"), title)
               : g_strdup (_("Choose a model"));
  atk_object_set_name (gtk_widget_get_accessible (GTK_WIDGET (button)), name);
}
