/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The training window: from a folder to a model file, and everything that can
 * go wrong on the way.
 */
#include <math.h>
#include <string.h>

#include "../folder.h"
#include "events.h"
#include "model/ord-model.h"
#include "ord-curve.h"
#include "ord-job.h"
#include "ord-train-options.h"
#include "ord-train-view-private.h"
#include "synthetic.h"

typedef struct
{
  GtkWidget    *window;
  OrdTrainView *view;
  char         *folder;
  char         *path;
  char         *trained;
} Fixture;

static void
on_trained (OrdTrainView *view,
            const char   *path,
            Fixture      *fixture)
{
  g_free (fixture->trained);
  fixture->trained = g_strdup (path);
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  fixture->folder = synthetic_folder (40);
  fixture->path = g_build_filename (fixture->folder, "deep", "my.ordinate",
                                    NULL);
  fixture->view = ORD_TRAIN_VIEW (ord_train_view_new ());
  g_signal_connect (fixture->view, "trained", G_CALLBACK (on_trained),
                    fixture);
  fixture->window = show_in_window (GTK_WIDGET (fixture->view), 560, 500);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  if (fixture->window)
    gtk_widget_destroy (fixture->window);
  ord_jobs_drain ();
  folder_remove (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->path);
  g_free (fixture->trained);
}

static GtkWidget *
part (Fixture    *fixture,
      const char *id)
{
  return ord_train_view_get_part (fixture->view, id);
}

static void
press (Fixture    *fixture,
       const char *id)
{
  gtk_button_clicked (GTK_BUTTON (part (fixture, id)));
}

static const char *
message (Fixture *fixture)
{
  if (! gtk_widget_get_visible (part (fixture, "message_bar")))
    return "";

  return gtk_label_get_text (GTK_LABEL (part (fixture, "message_label")));
}

static void
set_option (Fixture    *fixture,
            const char *name,
            double      value)
{
  GtkWidget *editor = ord_train_options_get_editor (
    ORD_TRAIN_OPTIONS (part (fixture, "options")), name);

  g_assert_nonnull (editor);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (editor), value);
}

static void
fill_in (Fixture *fixture,
         int      epochs)
{
  ord_train_view_set_folder (fixture->view, fixture->folder);
  gtk_entry_set_text (GTK_ENTRY (part (fixture, "title_entry")), "My gauges");
  gtk_entry_set_text (GTK_ENTRY (part (fixture, "path_entry")), fixture->path);
  set_option (fixture, "epochs", epochs);
  set_option (fixture, "size", 16);
}

static gboolean
is_idle (gpointer view)
{
  return ! ord_train_view_is_running (view);
}

static gboolean
has_epochs (gpointer curve)
{
  return ord_curve_get_n (curve) > 0;
}

static void
test_gaps (Fixture       *fixture,
           gconstpointer  data)
{
  press (fixture, "start_button");
  g_assert_nonnull (strstr (message (fixture), "folder"));
  g_assert_false (ord_train_view_is_running (fixture->view));

  fill_in (fixture, 1);
  gtk_entry_set_text (GTK_ENTRY (part (fixture, "title_entry")), "");
  press (fixture, "start_button");
  g_assert_nonnull (strstr (message (fixture), "name"));
}

static void
test_default_path (Fixture       *fixture,
                   gconstpointer  data)
{
  GtkEntry *title = GTK_ENTRY (part (fixture, "title_entry"));
  GtkEntry *path  = GTK_ENTRY (part (fixture, "path_entry"));

  gtk_entry_set_text (title, "Bone age / Köln 2");
  g_assert_true (g_str_has_suffix (gtk_entry_get_text (path),
                                   "/ordinate/bone-age-köln-2.ordinate"));
  g_assert_true (g_str_has_prefix (gtk_entry_get_text (path),
                                   g_get_user_data_dir ()));

  gtk_entry_set_text (path, "/elsewhere/x.ordinate");
  gtk_entry_set_text (title, "Another");
  g_assert_cmpstr (gtk_entry_get_text (path), ==, "/elsewhere/x.ordinate");
}

static void
test_trains (Fixture       *fixture,
             gconstpointer  data)
{
  g_autoptr (OrdModel) model = NULL;
  GError *error = NULL;

  fill_in (fixture, 2);
  press (fixture, "start_button");
  g_assert_true (ord_train_view_is_running (fixture->view));
  g_assert_false (gtk_widget_get_sensitive (part (fixture, "settings")));
  g_assert_true (gtk_widget_get_visible (part (fixture, "stop_button")));

  wait_until (is_idle, fixture->view);
  g_assert_cmpstr (fixture->trained, ==, fixture->path);
  g_assert_nonnull (strstr (message (fixture), "R²"));
  g_assert_nonnull (strstr (message (fixture), "bar"));
  g_assert_true (has_epochs (part (fixture, "curve")));
  /* The unit is the table's. */
  g_assert_nonnull (strstr (gtk_label_get_text (GTK_LABEL (
                              part (fixture, "error_label"))),
                            "bar"));
  g_assert_true (gtk_widget_get_visible (part (fixture, "start_button")));
  g_assert_true (gtk_widget_get_visible (part (fixture, "replace_label")));

  model = ord_model_load (fixture->path, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (ord_model_get_parts (model)->title, ==, "My gauges");
}

static void
test_stop_keeps (Fixture       *fixture,
                 gconstpointer  data)
{
  OrdProgress late = { "Training", 0.5, 90.0, 3, 6, 0.2, NAN, NAN, NULL };

  fill_in (fixture, 5000);
  press (fixture, "start_button");
  wait_until (has_epochs, part (fixture, "curve"));
  press (fixture, "stop_button");
  g_assert_false (gtk_widget_get_sensitive (part (fixture, "stop_button")));
  ord_train_view_show_progress (fixture->view, &late);
  g_assert_cmpstr (gtk_label_get_text (GTK_LABEL (part (fixture,
                                                        "time_label"))),
                   ==, "Stopping…");
  wait_until (is_idle, fixture->view);

  g_assert_cmpstr (fixture->trained, ==, fixture->path);
  g_assert_true (g_file_test (fixture->path, G_FILE_TEST_EXISTS));
}

static void
test_bad_label (Fixture       *fixture,
                gconstpointer  data)
{
  g_autofree char *table = g_build_filename (fixture->folder, "labels.csv",
                                             NULL);
  g_autofree char *text  = NULL;

  g_assert_true (g_file_get_contents (table, &text, NULL, NULL));
  memcpy (strstr (text, ",0.00"), ",many", 5);
  g_assert_true (g_file_set_contents (table, text, -1, NULL));

  fill_in (fixture, 1);
  press (fixture, "start_button");
  wait_until (is_idle, fixture->view);
  g_assert_nonnull (strstr (message (fixture), "labels.csv"));
  g_assert_nonnull (strstr (message (fixture), "3"));
  g_assert_null (fixture->trained);
  g_assert_true (gtk_widget_get_sensitive (part (fixture, "settings")));
}

static void
test_bad_place (Fixture       *fixture,
                gconstpointer  data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "labels.csv",
                                            "x.ordinate", NULL);

  fill_in (fixture, 1);
  gtk_entry_set_text (GTK_ENTRY (part (fixture, "path_entry")), path);
  press (fixture, "start_button");
  wait_until (is_idle, fixture->view);
  g_assert_nonnull (strstr (message (fixture), "labels.csv"));
  g_assert_null (fixture->trained);
}

/* So long a training would not end within the wait. */
static void
test_unwritable (Fixture       *fixture,
                 gconstpointer  data)
{
  fill_in (fixture, 5000);
  /* Not even root writes there. */
  gtk_entry_set_text (GTK_ENTRY (part (fixture, "path_entry")),
                      "/proc/my.ordinate");
  press (fixture, "start_button");
  wait_until (is_idle, fixture->view);
  g_assert_nonnull (strstr (message (fixture), "my.ordinate"));
  g_assert_cmpuint (ord_curve_get_n (ORD_CURVE (part (fixture, "curve"))), ==,
                    0);
  g_assert_null (fixture->trained);
}

static void
test_destroy (Fixture       *fixture,
              gconstpointer  data)
{
  gpointer alive = fixture->view;

  fill_in (fixture, 5000);
  press (fixture, "start_button");
  wait_until (has_epochs, part (fixture, "curve"));

  g_object_add_weak_pointer (G_OBJECT (fixture->view), &alive);
  gtk_widget_destroy (g_steal_pointer (&fixture->window));
  ord_jobs_drain ();
  g_assert_null (alive);
  g_assert_null (fixture->trained);
  g_assert_false (g_file_test (fixture->path, G_FILE_TEST_EXISTS));
}

static void
test_method_options (Fixture       *fixture,
                     gconstpointer  data)
{
  OrdTrainOptions *options = ORD_TRAIN_OPTIONS (part (fixture, "options"));
  g_autoptr (OrdOptions) values = NULL;
  GError *error = NULL;

  set_option (fixture, "seed", 77);
  gtk_switch_set_active (GTK_SWITCH (ord_train_options_get_editor (
                           options, "flip-horizontal")), TRUE);
  values = ord_train_options_get (options, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (ord_options_get (values, "seed"), ==, 77.0);
  g_assert_cmpfloat (ord_options_get (values, "flip-horizontal"), ==, 1.0);
  g_assert_cmpfloat (ord_options_get (values, "flip-vertical"), ==, 0.0);
}

/* What is not touched is what the engine would have taken. */
static void
test_defaults (Fixture       *fixture,
               gconstpointer  data)
{
  OrdTrainOptions *options = ORD_TRAIN_OPTIONS (part (fixture, "options"));
  g_autoptr (OrdOptions) values   = ord_train_options_get (options, NULL);
  g_autoptr (OrdOptions) defaults =
    ord_trainer_options_new (ord_train_options_get_method (options),
                             ord_train_options_get_encoder (options), NULL);
  g_autofree char *shown    = ord_options_to_string (values);
  g_autofree char *expected = ord_options_to_string (defaults);

  g_assert_cmpstr (shown, ==, expected);
  /* Nor does it say so as if a person had: a network may have its own size. */
  g_assert_false (ord_options_is_set (values, "size"));
  set_option (fixture, "size", 64);
  g_clear_pointer (&values, ord_options_free);
  values = ord_train_options_get (options, NULL);
  g_assert_true (ord_options_is_set (values, "size"));
}

static void
test_network (Fixture       *fixture,
              gconstpointer  data)
{
  OrdTrainOptions *options = ORD_TRAIN_OPTIONS (part (fixture, "options"));
  g_autofree char *network = g_build_filename (fixture->folder, "net.onnx",
                                               NULL);

  fill_in (fixture, 1);
  ord_train_options_set_encoder (options, "finetuned", NULL);
  press (fixture, "start_button");
  g_assert_false (ord_train_view_is_running (fixture->view));
  g_assert_nonnull (strstr (message (fixture), "*.onnx"));

  g_assert_true (g_file_set_contents (network, "no network", -1, NULL));
  ord_train_options_set_encoder (options, "frozen", network);
  press (fixture, "start_button");
  wait_until (is_idle, fixture->view);
  g_assert_nonnull (strstr (message (fixture), "net.onnx"));
  g_assert_null (fixture->trained);

  /* What was chosen does not count for a network from scratch. */
  ord_train_options_set_encoder (options, "compact", NULL);
  g_assert_null (ord_train_options_get_network (options));
}

static void
check_name (GtkWidget *widget,
            gpointer   unused)
{
  gboolean wants_name = GTK_IS_ENTRY (widget) || GTK_IS_BUTTON (widget)
                        || GTK_IS_SWITCH (widget) || GTK_IS_COMBO_BOX (widget)
                        || GTK_IS_DRAWING_AREA (widget)
                        || GTK_IS_PROGRESS_BAR (widget);

  /* Parts of a combo box and of a chooser button. */
  if (! wants_name || GTK_IS_TOGGLE_BUTTON (widget)
      || gtk_widget_get_ancestor (widget, GTK_TYPE_FILE_CHOOSER_BUTTON))
    return;

  if (! has_accessible_name (widget))
    g_error ("%s has no accessible name", G_OBJECT_TYPE_NAME (widget));
}

static void
test_names (Fixture       *fixture,
            gconstpointer  data)
{
  OrdProgress progress = { "Training", 0.5, 90.0, 3, 6, 0.2, 0.5, 0.4, "Odd" };

  gtk_expander_set_expanded (GTK_EXPANDER (part (fixture, "options_expander")),
                             TRUE);
  ord_train_view_show_progress (fixture->view, &progress);
  for_each_visible (GTK_WIDGET (fixture->view), check_name, NULL);
}

static void
test_progress (Fixture       *fixture,
               gconstpointer  data)
{
  OrdProgress progress = { "Training", 0.5, 90.0, 3, 6, 0.2, 0.5, 0.4,
                           "The space collapses" };

  gtk_entry_set_text (GTK_ENTRY (part (fixture, "unit_entry")), "bar");
  ord_train_view_show_progress (fixture->view, &progress);
  g_assert_cmpstr (gtk_label_get_text (GTK_LABEL (part (fixture,
                                                        "stage_label"))),
                   ==, "Training, epoch 3 of 6");
  g_assert_cmpstr (gtk_label_get_text (GTK_LABEL (part (fixture,
                                                        "time_label"))),
                   ==, "2 minutes left");
  g_assert_nonnull (strstr (gtk_label_get_text (GTK_LABEL (
                              part (fixture, "error_label"))),
                            "best so far: 0.4"));
  g_assert_true (gtk_widget_get_visible (part (fixture, "notice_label")));
  g_assert_cmpuint (ord_curve_get_n (ORD_CURVE (part (fixture, "curve"))), ==,
                    1);

  /* A warning stays when another one comes. */
  progress.warning = "The disk is full";
  ord_train_view_show_progress (fixture->view, &progress);
  ord_train_view_show_progress (fixture->view, &progress);
  g_assert_cmpstr (gtk_label_get_text (GTK_LABEL (part (fixture,
                                                        "notice_label"))),
                   ==, "The space collapses\nThe disk is full");

  /* The same epoch again is no second point. */
  ord_train_view_show_progress (fixture->view, &progress);
  g_assert_cmpuint (ord_curve_get_n (ORD_CURVE (part (fixture, "curve"))), ==,
                    1);
}

#define add(path, func) \
  g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int    argc,
      char **argv)
{
  ui_test_init (&argc, &argv);

  add ("/train/says-what-is-missing", test_gaps);
  add ("/train/the-file-follows-the-name-until-it-is-given",
       test_default_path);
  add ("/train/untouched-options-are-the-engines", test_defaults);
  add ("/train/options-reach-the-engine", test_method_options);
  add ("/train/everything-has-an-accessible-name", test_names);
  add ("/train/shows-progress", test_progress);
  add ("/train/makes-a-model", test_trains);
  add ("/train/stopping-keeps-the-best", test_stop_keeps);
  add ("/train/a-bad-label-names-file-and-line", test_bad_label);
  add ("/train/a-bad-place-is-told-before-training", test_bad_place);
  add ("/train/a-pretrained-network-needs-a-sound-file", test_network);
  add ("/train/a-place-that-cannot-be-written-is-told-first",
       test_unwritable);
  add ("/train/the-view-goes-while-training", test_destroy);

  return ui_test_run ();
}
