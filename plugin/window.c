/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Puts ui's views into dialogs of GIMP's and follows the image: takes its
 * pixels when the view asks, tells the view when the image or the selection is
 * no longer what was read, and opens training pictures in GIMP.
 */
#include <glib/gi18n.h>
#include <libgimp/gimpui.h>

#include "ord-job.h"
#include "ord-resources.h"
#include "ord-train-view.h"
#include "ord-view.h"
#include "pixels.h"
#include "procedures.h"
#include "window.h"

#define FOLLOW_INTERVAL 250 /* ms */

/* The pause between two looks is this many times as long as one, within limits:
 * a look also takes long where GIMP is busy, which will not last. */
#define FOLLOW_PATIENCE 10
#define FOLLOW_AT_LEAST 5000 /* ms: as often it is looked in any case */
#define WIDTH  820          /* px, where the person has not chosen a size */
#define HEIGHT 760
#define ICON_SIZE 64

/**
 * Window:
 * @read: what the image was when its pixels were taken last
 * @has_read: whether they were taken yet
 * @follow: source of the follower; 0 once the image has been closed
 */
typedef struct
{
  GimpImage   *image;
  GtkWidget   *dialog;
  OrdView     *view;
  PixelsState  read;
  gboolean     has_read;
  guint        follow;
} Window;

static void
start_ui (void)
{
  g_autoptr (GdkPixbuf) icon  = NULL;
  g_autoptr (GError)    error = NULL;

  gimp_ui_init (PLUG_IN_BINARY);
  ord_resources_add_icons ();
  icon = gdk_pixbuf_new_from_resource_at_scale (
    ORD_RESOURCES "/icons/scalable/apps/ordinate.svg",
    ICON_SIZE, ICON_SIZE, TRUE, &error);
  if (icon != NULL)
    gtk_window_set_default_icon (icon);
  else
    g_debug ("no icon: %s", error->message);
}

/* There is no help page to lead to. @close: (nullable): label of the dialog's own
 * button */
static GtkWidget *
dialog_new (const char *title,
            const char *procedure,
            const char *close,
            GtkWidget  *content)
{
  GtkWidget *dialog = gimp_dialog_new (title, procedure, NULL, 0, NULL, NULL,
                                       close, GTK_RESPONSE_CLOSE, NULL);

  gtk_box_pack_start (GTK_BOX (gtk_dialog_get_content_area
                                 (GTK_DIALOG (dialog))),
                      content, TRUE, TRUE, 0);
  gtk_widget_show (content);

  return dialog;
}

/* Training **************************************************************** */

static void
keep_path (OrdTrainView  *view,
           const char    *path,
           char         **kept)
{
  g_free (*kept);
  *kept = g_strdup (path);
}

/* Whether a training that is under way is to be given up with its window. */
static gboolean
confirm_closing (GtkWindow *dialog)
{
  GtkWidget *question =
    gtk_message_dialog_new (dialog, GTK_DIALOG_MODAL, GTK_MESSAGE_QUESTION,
                            GTK_BUTTONS_NONE, "%s",
                            _("Give up this training?"));
  int        response;

  gtk_window_set_title (GTK_WINDOW (question), _("Unfinished Training"));
  gtk_message_dialog_format_secondary_text (
    GTK_MESSAGE_DIALOG (question), "%s",
    _("It is not finished, and there is no model yet. To have one of what has "
      "been learnt so far, go on and press “Stop and Keep the Best”. A training "
      "that is given up goes on where it was once it is started with the same "
      "folder, settings and file name."));
  gtk_dialog_add_buttons (GTK_DIALOG (question),
                          _("_Give Up"), GTK_RESPONSE_YES,
                          _("Go _On Training"), GTK_RESPONSE_NO, NULL);
  gtk_dialog_set_default_response (GTK_DIALOG (question), GTK_RESPONSE_NO);
  response = gtk_dialog_run (GTK_DIALOG (question));
  gtk_widget_destroy (question);

  return response == GTK_RESPONSE_YES;
}

/**
 * Closing:
 * @stays: whether the latest attempt to close the dialog was taken back
 */
typedef struct
{
  OrdTrainView *view;
  gboolean      stays;
} Closing;

/* Escape and the window's button end here, too. */
static void
on_training_response (GtkDialog *dialog,
                      int        response,
                      Closing   *closing)
{
  closing->stays = ord_train_view_is_running (closing->view) &&
                   ! confirm_closing (GTK_WINDOW (dialog));
  if (closing->stays)
    g_signal_stop_emission_by_name (dialog, "response");
}

/* Comes after the response that it causes. */
static gboolean
on_training_delete (GtkWidget *dialog,
                    GdkEvent  *event,
                    Closing   *closing)
{
  return closing->stays;
}

/* Returns: (transfer full) (nullable): the model that was made. */
static char *
training_dialog_run (GtkWindow *parent,
                     GFile     *folder)
{
  GtkWidget *view   = ord_train_view_new ();
  GtkWidget *dialog = dialog_new (_("Train a Model"), TRAIN_PROCEDURE, NULL,
                                  view);
  Closing    closing = { .view = ORD_TRAIN_VIEW (view) };
  char      *path   = NULL;

  g_signal_connect (view, "trained", G_CALLBACK (keep_path), &path);
  /* Before those of gimp_dialog_run, which end it. */
  g_signal_connect (dialog, "response", G_CALLBACK (on_training_response),
                    &closing);
  g_signal_connect (dialog, "delete-event", G_CALLBACK (on_training_delete),
                    &closing);
  if (folder != NULL && g_file_peek_path (folder) != NULL)
    ord_train_view_set_folder (ORD_TRAIN_VIEW (view),
                               g_file_peek_path (folder));
  else if (folder != NULL)
    ord_train_view_show_error (ORD_TRAIN_VIEW (view),
                               _("Only folders on this machine can be trained "
                                 "on."));

  if (parent != NULL)
    {
      gtk_window_set_transient_for (GTK_WINDOW (dialog), parent);
      /* Its loop runs inside the parent's: closing that one must wait. */
      gtk_window_set_modal (GTK_WINDOW (dialog), TRUE);
    }
  else
    gimp_window_set_transient (GTK_WINDOW (dialog));
  gtk_widget_show (dialog);
  gimp_dialog_run (GIMP_DIALOG (dialog));

  /* Cancels training that is under way, which is kept. */
  gtk_widget_destroy (dialog);
  ord_jobs_drain ();

  return path;
}

/* The answer ************************************************************** */

static OrdImage *
take_pixels (const OrdPreparation  *preparation,
             gpointer               user_data,
             GError               **error)
{
  Window *window = user_data;

  /* Before the pixels, so that an edit in between shows as one. */
  window->has_read = pixels_get_state (window->image, &window->read);

  return pixels_read (window->image, preparation, error);
}

static gboolean
follow_image (gpointer user_data)
{
  Window      *window  = user_data;
  gint64       started = g_get_monotonic_time ();
  gint64       pause;
  PixelsState  now;

  if (! pixels_get_state (window->image, &now))
    {
      ord_view_show_error (window->view,
                           _("The picture has been closed in GIMP. What is "
                             "shown is the last answer for it."));
      window->follow = 0;
      return G_SOURCE_REMOVE;
    }

  if (window->has_read)
    ord_view_set_stale (window->view,
                        ! pixels_state_equal (&now, &window->read));

  /* A huge image takes GIMP long to look at: then it is looked at seldom. */
  pause = FOLLOW_PATIENCE * (g_get_monotonic_time () - started) / 1000;
  pause = CLAMP (pause, FOLLOW_INTERVAL, FOLLOW_AT_LEAST);
  window->follow = g_timeout_add ((guint) pause, follow_image, window);

  return G_SOURCE_REMOVE;
}

static void
open_sample (OrdView    *view,
             const char *path,
             Window     *window)
{
  g_autoptr (GFile) file  = g_file_new_for_path (path);
  GimpImage        *image = NULL;

  if (! g_file_query_exists (file, NULL))
    {
      g_autofree char *message = g_strdup_printf (
        _("%s is no longer there. The model keeps a thumbnail of it; to see "
          "it at full size, put the training pictures back."), path);

      ord_view_show_error (view, message);
      return;
    }

  image = gimp_file_load (GIMP_RUN_NONINTERACTIVE, file);
  if (image != NULL && gimp_display_new (image) != NULL)
    {
      g_debug ("opened %s", path);
    }
  else
    {
      g_autofree char *message = g_strdup_printf (
        _("GIMP could not open %s: %s"), path,
        gimp_pdb_get_last_error (gimp_get_pdb ()));

      ord_view_show_error (view, message);
      /* Without a display, nobody else would. */
      if (image != NULL)
        gimp_image_delete (image);
    }
}

static void
train (OrdView *view,
       Window  *window)
{
  g_autofree char *path = training_dialog_run (GTK_WINDOW (window->dialog),
                                               NULL);

  if (path != NULL)
    ord_view_open_model (view, path);
}

/* For whoever looks on with G_MESSAGES_DEBUG, such as the tests. */
static void
tell_prediction (OrdView *view)
{
  const OrdPrediction *prediction = ord_view_get_prediction (view);

  if (prediction != NULL)
    g_debug ("predicted %.9g", prediction->values[0]);
}

/* The file's name; GIMP's own name for an imported one is in brackets. */
static char *
get_picture_name (GimpImage *image)
{
  g_autoptr (GFile) file = gimp_image_get_file (image);

  if (file == NULL)
    file = gimp_image_get_imported_file (image);

  return file != NULL ? g_file_get_basename (file)
                      : gimp_image_get_name (image);
}

/* @model may be on another machine, where the engine cannot read it. */
static void
open_model (OrdView *view,
            GFile   *model)
{
  if (g_file_peek_path (model) != NULL)
    ord_view_open_model (view, g_file_peek_path (model));
  else
    ord_view_show_error (view, _("Only models on this machine can be "
                                 "opened."));
}

static void
make_dialog (Window *window)
{
  g_autofree char *name = get_picture_name (window->image);

  window->view = ORD_VIEW (ord_view_new ());
  ord_view_set_picture_name (window->view, name);
  ord_view_set_pixels (window->view, take_pixels, window, NULL);
  g_signal_connect (window->view, "open-sample",
                    G_CALLBACK (open_sample), window);
  g_signal_connect (window->view, "train-requested",
                    G_CALLBACK (train), window);
  g_signal_connect (window->view, "predicted",
                    G_CALLBACK (tell_prediction), NULL);

  window->dialog = dialog_new (_("Ordinate"), PREDICT_PROCEDURE, _("_Close"),
                               GTK_WIDGET (window->view));
  gtk_window_set_default_size (GTK_WINDOW (window->dialog), WIDTH, HEIGHT);
  gimp_window_set_transient (GTK_WINDOW (window->dialog));
}

void
window_run (GimpImage   *image,
            GFile       *model,
            WindowClosed closed,
            gpointer     user_data)
{
  Window window = { .image = image };

  start_ui ();
  make_dialog (&window);
  gtk_widget_show (window.dialog);

  if (model != NULL)
    open_model (window.view, model);

  window.follow = g_timeout_add (FOLLOW_INTERVAL, follow_image, &window);
  gimp_dialog_run (GIMP_DIALOG (window.dialog));
  g_clear_handle_id (&window.follow, g_source_remove);

  closed (window.view, user_data);

  /* Cancels what is under way; its threads must end before the process does. */
  gtk_widget_destroy (window.dialog);
  ord_jobs_drain ();
}

char *
window_run_training (GFile *folder)
{
  start_ui ();

  return training_dialog_run (NULL, folder);
}
