/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The content of the training window: what to train on, then how it goes.
 */
#include "ord-train-view.h"

#include <math.h>

#include <glib/gi18n-lib.h>

#include "ord-curve.h"
#include "ord-job.h"
#include "ord-resources.h"
#include "ord-text.h"
#include "ord-train-options.h"
#include "ord-train-view-private.h"

struct _OrdTrainView
{
  GtkBox           parent;

  GtkWidget       *message_bar;
  GtkLabel        *message_label;
  GtkWidget       *settings;
  GtkFileChooser  *folder_button;
  GtkEntry        *title_entry;
  GtkEntry        *unit_entry;
  GtkEntry        *path_entry;
  GtkWidget       *browse_button;
  GtkWidget       *replace_label;
  GtkWidget       *options_expander;
  OrdTrainOptions *options;
  GtkWidget       *progress_box;
  GtkProgressBar  *progress_bar;
  GtkLabel        *stage_label;
  GtkLabel        *time_label;
  GtkLabel        *error_label;
  GtkLabel        *notice_label;
  OrdCurve        *curve;
  GtkWidget       *close_button;
  GtkWidget       *stop_button;
  GtkWidget       *start_button;

  char            *folder;
  gboolean         filling;      /* an entry is filled by us, not a person */
  gboolean         own_title;    /* a person wrote it: it is left alone */
  gboolean         own_path;

  GtkFileChooserNative *dialog;
  OrdTraining     *training;     /* both while it runs */
  GCancellable    *cancellable;
  gboolean         stopping;     /* a person has asked for it */
  char            *path;         /* of the model being made */
  char            *unit;
};

G_DEFINE_FINAL_TYPE (OrdTrainView, ord_train_view, GTK_TYPE_BOX)

enum
{
  TRAINED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* Messages **************************************************************** */

static void
show_message (OrdTrainView   *view,
              GtkMessageType  type,
              const char     *text)
{
  gtk_info_bar_set_message_type (GTK_INFO_BAR (view->message_bar), type);
  gtk_label_set_text (view->message_label, text);
  gtk_widget_show (view->message_bar);
}

static void
show_notice (OrdTrainView *view,
             const char   *text)
{
  gtk_label_set_text (view->notice_label, text);
  gtk_widget_set_visible (GTK_WIDGET (view->notice_label), text && *text);
}

/* Beside what has been told of this training; nothing is told twice. */
static void
add_notice (OrdTrainView *view,
            const char   *text)
{
  const char      *told  = gtk_label_get_text (view->notice_label);
  g_auto (GStrv)   lines = g_strsplit (told, "\n", -1);
  g_autofree char *all   = g_strconcat (told, *told ? "\n" : "", text, NULL);

  if (! g_strv_contains ((const char * const *) lines, text))
    show_notice (view, all);
}

static void
update_buttons (OrdTrainView *view)
{
  gboolean running = view->training != NULL;

  gtk_widget_set_sensitive (view->settings, ! running);
  gtk_widget_set_visible (view->start_button, ! running);
  gtk_widget_set_visible (view->stop_button, running);
  gtk_widget_set_sensitive (view->stop_button, running);
  gtk_widget_set_tooltip_text (view->close_button,
                               running ? _("Abandons the training; the same "
                                           "training started again goes on "
                                           "from there")
                                       : NULL);
}

/* Settings **************************************************************** */

/* A file name that is safe everywhere. */
static char *
file_name_for (const char *title)
{
  GString *name = g_string_new (NULL);

  for (const char *at = title; *at; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);

      if (g_unichar_isalnum (c) || c == '-' || c == '.')
        g_string_append_unichar (name, g_unichar_tolower (c));
      else if (name->len > 0 && name->str[name->len - 1] != '-')
        g_string_append_c (name, '-');
    }
  while (name->len > 0 && strchr ("-.", name->str[name->len - 1]))
    g_string_truncate (name, name->len - 1);
  if (name->len == 0)
    g_string_append (name, "model");
  g_string_append (name, ".ordinate");

  return g_string_free (name, FALSE);
}

static void
fill_path (OrdTrainView *view)
{
  g_autofree char *name = NULL;
  g_autofree char *path = NULL;

  if (view->own_path)
    return;

  name = file_name_for (gtk_entry_get_text (view->title_entry));
  path = g_build_filename (g_get_user_data_dir (), "ordinate", name, NULL);

  view->filling = TRUE;
  gtk_entry_set_text (view->path_entry, path);
  view->filling = FALSE;
}

static void
on_title_changed (OrdTrainView *view)
{
  if (! view->filling)
    view->own_title = *gtk_entry_get_text (view->title_entry) != '\0';

  fill_path (view);
}

/* "~" as everywhere where people type paths; the ending that the file chooser
 * looks for. */
static char *
get_path (OrdTrainView *view)
{
  const char      *text = gtk_entry_get_text (view->path_entry);
  g_autofree char *path = NULL;

  if (! *text)
    return NULL;

  if (g_str_has_prefix (text, "~/"))
    path = g_build_filename (g_get_home_dir (), text + 2, NULL);
  else
    path = g_canonicalize_filename (text, g_get_home_dir ());

  if (! g_str_has_suffix (path, ".ordinate"))
    return g_strconcat (path, ".ordinate", NULL);

  return g_steal_pointer (&path);
}

static void
on_path_changed (OrdTrainView *view)
{
  g_autofree char *path = get_path (view);

  if (! view->filling)
    view->own_path = *gtk_entry_get_text (view->path_entry) != '\0';

  gtk_widget_set_visible (view->replace_label,
                          path && g_file_test (path, G_FILE_TEST_EXISTS));
}

static void
take_folder (OrdTrainView *view,
             const char   *folder)
{
  g_free (view->folder);
  view->folder = g_strdup (folder);

  if (! view->own_title && folder)
    {
      g_autofree char *name = g_filename_display_basename (folder);

      view->filling = TRUE;
      gtk_entry_set_text (view->title_entry, name);
      view->filling = FALSE;
    }
}

static void
on_folder_set (OrdTrainView *view)
{
  g_autofree char *folder = gtk_file_chooser_get_filename (view->folder_button);

  take_folder (view, folder);
}

static void
on_browse_response (OrdTrainView *view,
                    int           response)
{
  g_autofree char *path = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    path = gtk_file_chooser_get_filename (GTK_FILE_CHOOSER (view->dialog));
  g_clear_object (&view->dialog);

  if (path)
    gtk_entry_set_text (view->path_entry, path);
}

static void
on_browse (OrdTrainView *view)
{
  GtkWidget      *window  = gtk_widget_get_toplevel (GTK_WIDGET (view));
  g_autofree char *path   = get_path (view);
  GtkFileChooser *chooser;

  if (view->dialog)
    return;

  view->dialog =
    gtk_file_chooser_native_new (_("Save the Model As"),
                                 GTK_IS_WINDOW (window) ? GTK_WINDOW (window)
                                                        : NULL,
                                 GTK_FILE_CHOOSER_ACTION_SAVE,
                                 _("_Choose"), _("_Cancel"));
  chooser = GTK_FILE_CHOOSER (view->dialog);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (view->dialog), TRUE);
  gtk_file_chooser_set_do_overwrite_confirmation (chooser, TRUE);
  if (path)
    {
      g_autofree char *folder = g_path_get_dirname (path);
      g_autofree char *name   = g_filename_display_basename (path);

      gtk_file_chooser_set_current_folder (chooser, folder);
      gtk_file_chooser_set_current_name (chooser, name);
    }
  g_signal_connect_swapped (view->dialog, "response",
                            G_CALLBACK (on_browse_response), view);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (view->dialog));
}

/* Training **************************************************************** */

static char *
error_text (OrdTrainView *view,
            double        error)
{
  g_autofree char *number = g_strdup_printf ("%.3g", error);

  return ord_text_with_unit (number, view->unit);
}

static void
show_errors (OrdTrainView      *view,
             const OrdProgress *progress)
{
  g_autofree char *now  = NULL;
  g_autofree char *best = NULL;
  g_autofree char *text = NULL;

  if (isnan (progress->validation_mae))
    return;

  now = error_text (view, progress->validation_mae);
  best = error_text (view, isnan (progress->best_mae)
                           ? progress->validation_mae : progress->best_mae);
  text = g_strdup_printf (_("Error on validation images: %s · best so far: %s"),
                          now, best);
  gtk_label_set_text (view->error_label, text);
  ord_curve_add (view->curve, progress->epoch, progress->validation_mae);
}

static void
show_stage (OrdTrainView      *view,
            const OrdProgress *progress)
{
  g_autofree char *stage = NULL;
  g_autofree char *left  = NULL;

  if (progress->epoch > 0 && progress->n_epochs > 0)
    stage = g_strdup_printf (_("%s, epoch %u of %u"), progress->stage,
                             progress->epoch, progress->n_epochs);
  else if (progress->epoch > 0)
    stage = g_strdup_printf (_("%s, epoch %u"), progress->stage,
                             progress->epoch);

  if (progress->seconds_left >= 0.0)
    {
      g_autofree char *duration = ord_text_duration (progress->seconds_left);

      left = g_strdup_printf (_("%s left"), duration);
    }

  gtk_label_set_text (view->stage_label,
                      stage ? stage : progress->stage ? progress->stage : "");
  gtk_label_set_text (view->time_label, view->stopping ? _("Stopping…")
                                        : left ? left : "");
}

void
ord_train_view_show_progress (OrdTrainView      *view,
                              const OrdProgress *progress)
{
  gtk_widget_show (view->progress_box);
  gtk_progress_bar_set_fraction (view->progress_bar,
                                 CLAMP (progress->fraction, 0.0, 1.0));
  show_stage (view, progress);
  show_errors (view, progress);
  if (progress->warning)
    add_notice (view, progress->warning);
}

static void
on_progress (const OrdProgress *progress,
             gpointer           user_data)
{
  OrdTrainView *view = user_data;

  if (ord_curve_get_n (view->curve) == 0 && ! isnan (progress->validation_mae))
    {
      g_free (view->unit);
      view->unit = ord_training_dup_unit (view->training);
      ord_curve_clear (view->curve, view->unit);
    }

  ord_train_view_show_progress (view, progress);
}

static char *
result_text (OrdTrainView        *view,
             const OrdModelParts *parts,
             GPtrArray           *failures)
{
  const OrdQuality *quality = parts->test.quality.n > 0
                              ? &parts->test.quality
                              : &parts->validation.quality;
  const char       *unit    = ord_dataset_get_unit (parts->dataset);
  GString          *text    = g_string_new (NULL);

  if (quality->n > 0)
    {
      g_autofree char *number = g_strdup_printf ("%.3g", quality->mae);
      g_autofree char *mae    = ord_text_with_unit (number, unit);

      g_string_append_printf (text,
                              g_dngettext (GETTEXT_PACKAGE,
                                           "The model is ready. On %u held-out "
                                           "image its error is %s (mean "
                                           "absolute), R² %.3f.",
                                           "The model is ready. On %u held-out "
                                           "images its error is %s (mean "
                                           "absolute), R² %.3f.",
                                           quality->n),
                              (guint) quality->n, mae, quality->r2);
    }
  else
    {
      g_string_append (text, _("The model is ready. There were no held-out "
                               "images to measure its error on."));
    }

  g_string_append_c (text, '\n');
  g_string_append_printf (text, _("Saved as %s"), view->path);

  if (failures && failures->len > 0)
    {
      g_string_append_c (text, '\n');
      g_string_append_printf (text,
                              g_dngettext (GETTEXT_PACKAGE,
                                           "%u picture could not be read and "
                                           "was left out: %s",
                                           "%u pictures could not be read and "
                                           "were left out. The first: %s",
                                           failures->len),
                              failures->len,
                              (char *) g_ptr_array_index (failures, 0));
    }

  return g_string_free (text, FALSE);
}

static void
on_trained (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (OrdTrainView) view     = user_data;
  g_autoptr (GError)       error    = NULL;
  g_autoptr (GPtrArray)    failures = NULL;
  g_autoptr (OrdModel)     model    = ord_job_train_finish (result, &failures,
                                                            &error);
  g_autofree char         *text     = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  g_clear_pointer (&view->training, ord_training_unref);
  g_clear_object (&view->cancellable);
  update_buttons (view);

  if (! model)
    {
      gtk_widget_hide (view->progress_box);
      show_message (view, GTK_MESSAGE_ERROR, error->message);
      return;
    }

  gtk_progress_bar_set_fraction (view->progress_bar, 1.0);
  gtk_label_set_text (view->stage_label, _("Done"));
  gtk_label_set_text (view->time_label, "");
  text = result_text (view, ord_model_get_parts (model), failures);
  show_message (view, GTK_MESSAGE_INFO, text);
  on_path_changed (view);

  g_signal_emit (view, signals[TRAINED], 0, view->path);
}

/* What is missing, and the field that wants it. */
static const char *
find_gap (OrdTrainView  *view,
          GtkWidget    **field)
{
  if (! view->folder)
    {
      *field = GTK_WIDGET (view->folder_button);
      return _("Choose the folder that holds the labelled pictures.");
    }
  if (! *gtk_entry_get_text (view->title_entry))
    {
      *field = GTK_WIDGET (view->title_entry);
      return _("Give the model a name.");
    }
  if (! *gtk_entry_get_text (view->path_entry))
    {
      *field = GTK_WIDGET (view->path_entry);
      return _("Say where to save the model.");
    }

  return NULL;
}

static void
on_start (OrdTrainView *view)
{
  g_autoptr (GError)     error   = NULL;
  g_autoptr (OrdOptions) options = NULL;
  g_autofree char       *network = NULL;
  GtkWidget  *field = NULL;
  const char *gap;

  if (view->training)
    return;

  gap = find_gap (view, &field);
  if (gap)
    {
      show_message (view, GTK_MESSAGE_WARNING, gap);
      gtk_widget_grab_focus (field);
      return;
    }

  options = ord_train_options_get (view->options, &error);
  if (! options)
    {
      show_message (view, GTK_MESSAGE_ERROR, error->message);
      gtk_expander_set_expanded (GTK_EXPANDER (view->options_expander), TRUE);
      return;
    }

  g_free (view->path);
  view->path = get_path (view);
  g_free (view->unit);
  view->unit = g_strdup (gtk_entry_get_text (view->unit_entry));

  view->stopping = FALSE;
  gtk_widget_hide (view->message_bar);
  show_notice (view, "");
  gtk_label_set_text (view->error_label, "");
  gtk_label_set_text (view->stage_label, _("Reading the table"));
  gtk_label_set_text (view->time_label, "");
  gtk_progress_bar_set_fraction (view->progress_bar, 0.0);
  ord_curve_clear (view->curve, view->unit);
  gtk_widget_show (view->progress_box);

  network = ord_train_options_get_network (view->options);
  view->cancellable = g_cancellable_new ();
  view->training =
    ord_training_new (view->folder, gtk_entry_get_text (view->title_entry),
                      view->unit,
                      ord_train_options_get_method (view->options),
                      ord_train_options_get_encoder (view->options), network,
                      options, view->path);
  ord_job_train_async (view->training, on_progress, view, view->cancellable,
                       on_trained, g_object_ref (view));
  update_buttons (view);
}

static void
on_stop (OrdTrainView *view)
{
  if (! view->training)
    return;

  view->stopping = TRUE;
  ord_training_stop (view->training);
  gtk_widget_set_sensitive (view->stop_button, FALSE);
  gtk_label_set_text (view->time_label, _("Stopping…"));
}

static void
on_close (OrdTrainView *view)
{
  GtkWidget *window = gtk_widget_get_toplevel (GTK_WIDGET (view));

  if (GTK_IS_WINDOW (window))
    gtk_window_close (GTK_WINDOW (window));
}

/* The widget ************************************************************** */

/* Enter starts, wherever the view has been put. */
static void
ord_train_view_hierarchy_changed (GtkWidget *widget,
                                  GtkWidget *previous)
{
  OrdTrainView *view   = ORD_TRAIN_VIEW (widget);
  GtkWidget    *window = gtk_widget_get_toplevel (widget);

  if (GTK_IS_WINDOW (window) && view->start_button)
    gtk_window_set_default (GTK_WINDOW (window), view->start_button);
}

static void
ord_train_view_dispose (GObject *object)
{
  OrdTrainView *view = ORD_TRAIN_VIEW (object);

  if (view->cancellable)
    g_cancellable_cancel (view->cancellable);
  g_clear_object (&view->cancellable);
  g_clear_pointer (&view->training, ord_training_unref);
  if (view->dialog)
    {
      g_signal_handlers_disconnect_by_data (view->dialog, view);
      gtk_native_dialog_destroy (GTK_NATIVE_DIALOG (view->dialog));
      g_clear_object (&view->dialog);
    }

  G_OBJECT_CLASS (ord_train_view_parent_class)->dispose (object);
}

static void
ord_train_view_finalize (GObject *object)
{
  OrdTrainView *view = ORD_TRAIN_VIEW (object);

  g_free (view->folder);
  g_free (view->path);
  g_free (view->unit);

  G_OBJECT_CLASS (ord_train_view_parent_class)->finalize (object);
}

#define BIND(name) gtk_widget_class_bind_template_child (widget_class, \
                                                         OrdTrainView, name)
#define CALLBACK(name) gtk_widget_class_bind_template_callback (widget_class, \
                                                                name)

static void
ord_train_view_class_init (OrdTrainViewClass *klass)
{
  GObjectClass   *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = ord_train_view_dispose;
  object_class->finalize = ord_train_view_finalize;
  widget_class->hierarchy_changed = ord_train_view_hierarchy_changed;

  signals[TRAINED] =
    g_signal_new ("trained", ORD_TYPE_TRAIN_VIEW, G_SIGNAL_RUN_LAST, 0, NULL,
                  NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);

  ord_resources_ensure ();
  g_type_ensure (ORD_TYPE_CURVE);
  g_type_ensure (ORD_TYPE_TRAIN_OPTIONS);

  gtk_widget_class_set_template_from_resource (
    widget_class, ORD_RESOURCES "/ord-train-view.ui");
  BIND (message_bar);
  BIND (message_label);
  BIND (settings);
  BIND (folder_button);
  BIND (title_entry);
  BIND (unit_entry);
  BIND (path_entry);
  BIND (browse_button);
  BIND (replace_label);
  BIND (options_expander);
  BIND (options);
  BIND (progress_box);
  BIND (progress_bar);
  BIND (stage_label);
  BIND (time_label);
  BIND (error_label);
  BIND (notice_label);
  BIND (curve);
  BIND (close_button);
  BIND (stop_button);
  BIND (start_button);
  CALLBACK (gtk_widget_hide);
  CALLBACK (on_folder_set);
  CALLBACK (on_title_changed);
  CALLBACK (on_path_changed);
  CALLBACK (on_browse);
  CALLBACK (on_start);
  CALLBACK (on_stop);
  CALLBACK (on_close);
}

#undef BIND
#undef CALLBACK

static void
ord_train_view_init (OrdTrainView *view)
{
  ord_resources_add_icons ();
  gtk_widget_init_template (GTK_WIDGET (view));
  fill_path (view);
  update_buttons (view);
}

GtkWidget *
ord_train_view_new (void)
{
  return g_object_new (ORD_TYPE_TRAIN_VIEW, NULL);
}

void
ord_train_view_set_folder (OrdTrainView *view,
                           const char   *folder)
{
  g_autofree char *absolute = NULL;

  g_return_if_fail (ORD_IS_TRAIN_VIEW (view));
  g_return_if_fail (folder != NULL);

  absolute = g_canonicalize_filename (folder, NULL);
  gtk_file_chooser_set_filename (view->folder_button, absolute);
  take_folder (view, absolute);
  /* All that is needed is there. */
  if (GTK_IS_WINDOW (gtk_widget_get_toplevel (GTK_WIDGET (view))))
    gtk_widget_grab_focus (view->start_button);
}

void
ord_train_view_show_error (OrdTrainView *view,
                           const char   *message)
{
  g_return_if_fail (ORD_IS_TRAIN_VIEW (view));
  g_return_if_fail (message != NULL);

  show_message (view, GTK_MESSAGE_ERROR, message);
}

gboolean
ord_train_view_is_running (OrdTrainView *view)
{
  g_return_val_if_fail (ORD_IS_TRAIN_VIEW (view), FALSE);

  return view->training != NULL;
}

GtkWidget *
ord_train_view_get_part (OrdTrainView *view,
                         const char   *id)
{
  return GTK_WIDGET (gtk_widget_get_template_child (GTK_WIDGET (view),
                                                    ORD_TYPE_TRAIN_VIEW, id));
}
