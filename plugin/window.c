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

/* The pause between two looks is at least this many times as long as one. */
#define FOLLOW_PATIENCE 10
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

/* @close: (nullable): label of the dialog's own button */
static GtkWidget *
dialog_new (const char *title,
            const char *procedure,
            const char *close,
            GtkWidget  *content)
{
  GtkWidget *dialog = gimp_dialog_new (title, procedure, NULL, 0,
                                       gimp_standard_help_func, procedure,
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

/* Returns: (transfer full) (nullable): the model that was made. */
static char *
training_dialog_run (GtkWindow *parent,
                     GFile     *folder)
{
  GtkWidget *view   = ord_train_view_new ();
  GtkWidget *dialog = dialog_new (_("Train a Model"), TRAIN_PROCEDURE, NULL,
                                  view);
  char      *path   = NULL;

  g_signal_connect (view, "trained", G_CALLBACK (keep_path), &path);
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

  /* Cancels training that is under way, which ends within a batch and is kept. */
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
  pause = MAX (FOLLOW_INTERVAL,
               FOLLOW_PATIENCE * (g_get_monotonic_time () - started) / 1000);
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
  GFile *file = gimp_image_get_file (image);

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

GFile *
window_run (GimpImage *image,
            GFile     *model)
{
  Window  window = { .image = image };
  GFile  *last   = NULL;

  start_ui ();
  make_dialog (&window);
  gtk_widget_show (window.dialog);

  if (model != NULL)
    open_model (window.view, model);

  window.follow = g_timeout_add (FOLLOW_INTERVAL, follow_image, &window);
  gimp_dialog_run (GIMP_DIALOG (window.dialog));
  g_clear_handle_id (&window.follow, g_source_remove);

  if (ord_view_get_model_path (window.view) != NULL)
    last = g_file_new_for_path (ord_view_get_model_path (window.view));

  /* Cancels what is under way; its threads must end before the process does. */
  gtk_widget_destroy (window.dialog);
  ord_jobs_drain ();

  return last;
}

void
window_run_training (GFile *folder)
{
  g_autofree char *path = NULL;

  start_ui ();
  path = training_dialog_run (NULL, folder);
}
