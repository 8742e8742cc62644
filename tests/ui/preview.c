/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Opens the window's content in a plain GTK window, for developers: with a
 * synthetic model, or with MODEL and IMAGE. Not installed.
 */
#include <stdlib.h>

#include <gtk/gtk.h>

#include "ord-job.h"
#include "ord-train-options.h"
#include "ord-train-view-private.h"
#include "ord-view-private.h"
#include "synthetic.h"

static struct
{
  gboolean  dark, vector, covariates, pieces, outside, alone, select;
  gboolean  stale, empty, train, options;
  char     *size;
  char     *screenshot;
  char     *folder;
  char     *network;
  int       n;
  int       component;
  double    share;
  char    **files;
} opt = { .n = 300, .share = 0.62 };

static const GOptionEntry entries[] =
{
  { "dark", 0, 0, G_OPTION_ARG_NONE, &opt.dark, "Dark theme", NULL },
  { "vector", 0, 0, G_OPTION_ARG_NONE, &opt.vector, "Vector labels", NULL },
  { "covariates", 0, 0, G_OPTION_ARG_NONE, &opt.covariates,
    "A model with covariates", NULL },
  { "pieces", 0, 0, G_OPTION_ARG_NONE, &opt.pieces, "A PCA map", NULL },
  { "outside", 0, 0, G_OPTION_ARG_NONE, &opt.outside,
    "A picture outside what the model knows", NULL },
  { "alone", 0, 0, G_OPTION_ARG_NONE, &opt.alone,
    "A picture with nothing within the radius", NULL },
  { "select", 0, 0, G_OPTION_ARG_NONE, &opt.select, "Select a neighbour",
    NULL },
  { "stale", 0, 0, G_OPTION_ARG_NONE, &opt.stale, "A picture that changed",
    NULL },
  { "empty", 0, 0, G_OPTION_ARG_NONE, &opt.empty, "No model", NULL },
  { "train", 0, 0, G_OPTION_ARG_NONE, &opt.train, "The training window", NULL },
  { "options", 0, 0, G_OPTION_ARG_NONE, &opt.options, "Its options unfolded",
    NULL },
  { "folder", 0, 0, G_OPTION_ARG_FILENAME, &opt.folder,
    "Train on this folder", "DIR" },
  { "network", 0, 0, G_OPTION_ARG_FILENAME, &opt.network,
    "Train this network further", "FILE" },
  { "samples", 'n', 0, G_OPTION_ARG_INT, &opt.n, "Training images", "N" },
  { "component", 0, 0, G_OPTION_ARG_INT, &opt.component,
    "What the map's colours show, from 0", "K" },
  { "share", 0, 0, G_OPTION_ARG_DOUBLE, &opt.share,
    "The picture's value, 0–1 of the range", "S" },
  { "size", 0, 0, G_OPTION_ARG_STRING, &opt.size, "Window size", "WxH" },
  { "screenshot", 0, 0, G_OPTION_ARG_FILENAME, &opt.screenshot,
    "Write the window to a PNG and quit", "FILE" },
  { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &opt.files, NULL,
    "[MODEL IMAGE]" },
  { NULL }
};

static OrdImage *
load_pixels (const OrdPreparation  *preparation,
             gpointer               user_data,
             GError               **error)
{
  return ord_preparation_load (preparation, user_data, error);
}

static void
print_sample (OrdView    *view,
              const char *path)
{
  g_print ("open %s\n", path);
}

static void
show_synthetic (OrdView *view)
{
  SyntheticOptions options =
  {
    .n = opt.n,
    .n_labels = opt.vector ? 3 : 1,
    .covariates = opt.covariates,
    .in_pieces = opt.pieces,
    .unit = opt.vector ? "px" : "bar",
  };
  g_autoptr (OrdModel) model      = synthetic_model (&options);
  OrdPrediction       *prediction = synthetic_prediction (model, opt.share);

  if (opt.outside)
    prediction->in_range = FALSE;
  if (opt.alone)
    prediction->within_radius = FALSE;

  ord_view_set_picture_name (view, "boiler room, north wall.jpg");
  ord_view_show (view, model, prediction);
  ord_view_set_stale (view, opt.stale);
  if (opt.stale)
    gtk_widget_set_sensitive (ord_view_get_part (view, "update_button"), TRUE);
  if (opt.select)
    {
      GtkWidget *item = ord_strip_get_item (ord_view_get_strip (view), 2);

      gtk_flow_box_select_child (GTK_FLOW_BOX (gtk_widget_get_parent (item)),
                                 GTK_FLOW_BOX_CHILD (item));
    }
}

static GtkWidget *
make_view (void)
{
  GtkWidget *view = ord_view_new ();

  g_signal_connect (view, "open-sample", G_CALLBACK (print_sample), NULL);
  if (opt.files && opt.files[0])
    {
      if (opt.files[1])
        {
          ord_view_set_pixels (ORD_VIEW (view), load_pixels, opt.files[1],
                               NULL);
          ord_view_set_picture_name (ORD_VIEW (view), opt.files[1]);
        }
      ord_view_open_model (ORD_VIEW (view), opt.files[0]);
    }
  else if (! opt.empty)
    {
      show_synthetic (ORD_VIEW (view));
    }

  return view;
}

static GtkWidget *
make_train_view (void)
{
  GtkWidget *view = ord_train_view_new ();

  if (opt.folder)
    ord_train_view_set_folder (ORD_TRAIN_VIEW (view), opt.folder);
  if (opt.options)
    gtk_expander_set_expanded (
      GTK_EXPANDER (ord_train_view_get_part (ORD_TRAIN_VIEW (view),
                                             "options_expander")), TRUE);
  if (opt.network)
    ord_train_options_set_encoder (
      ORD_TRAIN_OPTIONS (ord_train_view_get_part (ORD_TRAIN_VIEW (view),
                                                  "options")),
      "finetuned", opt.network);
  if (opt.select)
    for (guint epoch = 1; epoch <= 14; epoch++)
      {
        double error = 2.6 / (1.0 + 0.5 * epoch) + (epoch % 3) * 0.06;
        OrdProgress progress = { "Training, mirrored, changes fade", epoch / 40.0,
                                 200.0 - epoch, epoch, 40, 0.3, error, 0.325,
                                 NULL };

        ord_train_view_show_progress (ORD_TRAIN_VIEW (view), &progress);
      }

  return view;
}

static void
show_component (OrdView *view)
{
  GtkWidget *combo = ord_view_get_part (view, "component_combo");

  gtk_combo_box_set_active (GTK_COMBO_BOX (combo), opt.component);
}

static gboolean
take_screenshot (gpointer data)
{
  GtkWidget *view   = data;
  GtkWidget *window = gtk_widget_get_toplevel (view);
  GdkWindow *gdk    = gtk_widget_get_window (window);
  GdkPixbuf *pixbuf;

  if ((ORD_IS_VIEW (view) && ord_view_is_busy (ORD_VIEW (view)))
      || gtk_widget_get_allocated_width (window) < 2)
    return G_SOURCE_CONTINUE;

  if (ORD_IS_VIEW (view) && opt.component > 0)
    show_component (ORD_VIEW (view));
  while (gtk_events_pending ())
    gtk_main_iteration ();

  pixbuf = gdk_pixbuf_get_from_window (gdk, 0, 0, gdk_window_get_width (gdk),
                                       gdk_window_get_height (gdk));
  if (! pixbuf || ! gdk_pixbuf_save (pixbuf, opt.screenshot, "png", NULL, NULL))
    g_printerr ("cannot write %s\n", opt.screenshot);
  g_clear_object (&pixbuf);
  gtk_widget_destroy (window);

  return G_SOURCE_REMOVE;
}

int
main (int    argc,
      char **argv)
{
  GtkWidget *window, *view;
  GError    *error  = NULL;
  int        width  = opt.train ? 560 : 760;
  int        height = 640;

  if (! gtk_init_with_args (&argc, &argv, NULL, entries, NULL, &error))
    {
      g_printerr ("%s\n", error ? error->message : "no display");
      return EXIT_FAILURE;
    }

  /* It would rule over --dark. */
  g_unsetenv ("GTK_THEME");
  g_object_set (gtk_settings_get_default (),
                "gtk-application-prefer-dark-theme", opt.dark,
                "gtk-enable-animations", FALSE, NULL);
  view = opt.train ? make_train_view () : make_view ();
  if (opt.train)
    width = 560, height = -1;
  if (opt.size)
    sscanf (opt.size, "%dx%d", &width, &height);

  window = gtk_window_new (GTK_WINDOW_TOPLEVEL);
  gtk_window_set_title (GTK_WINDOW (window), "Ordinate");
  gtk_window_set_icon_name (GTK_WINDOW (window), "ordinate");
  gtk_window_set_default_size (GTK_WINDOW (window), width, height);
  gtk_container_add (GTK_CONTAINER (window), view);
  g_signal_connect (window, "destroy", G_CALLBACK (gtk_main_quit), NULL);
  gtk_widget_show (window);

  if (opt.screenshot)
    g_timeout_add (500, take_screenshot, view);
  gtk_main ();
  ord_jobs_drain ();

  return EXIT_SUCCESS;
}
