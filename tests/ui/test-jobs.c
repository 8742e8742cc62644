/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Loading and predicting in jobs, with a model that was really trained; and
 * that a view may go at any moment.
 */
#include <math.h>
#include <string.h>

#include "../folder.h"
#include "events.h"
#include "ord-job.h"
#include "ord-recent.h"
#include "ord-view-private.h"
#include "synthetic.h"

static char *folder;
static char *model_path;
static char *picture;

static void
make_model (void)
{
  g_autoptr (OrdDataset) dataset = NULL;
  g_autoptr (OrdOptions) options = NULL;
  g_autoptr (OrdTrainer) trainer = NULL;
  g_autoptr (OrdModel)   model   = NULL;
  GError *error = NULL;

  folder = synthetic_folder (40);
  model_path = g_build_filename (folder, "small.ordinate", NULL);
  picture = g_build_filename (folder, "gauge-012.png", NULL);

  dataset = ord_dataset_read (folder, NULL, &error);
  g_assert_no_error (error);
  options = ord_trainer_options_new ("rm-loss", "compact", &error);
  g_assert_no_error (error);
  g_assert_true (ord_options_set (options, "epochs", 1, NULL));
  g_assert_true (ord_options_set (options, "size", 16, NULL));
  trainer = ord_trainer_new (dataset, "Small gauges", "rm-loss", "compact",
                             options);
  model = ord_trainer_run (trainer, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  ord_model_save (model, model_path, &error);
  g_assert_no_error (error);
}

static OrdImage *
load_pixels (const OrdPreparation  *preparation,
             gpointer               user_data,
             GError               **error)
{
  return ord_preparation_load (preparation, user_data, error);
}

static gboolean
is_idle (gpointer view)
{
  return ! ord_view_is_busy (view);
}

static OrdView *
make_view (GtkWidget **window)
{
  OrdView *view = ORD_VIEW (ord_view_new ());

  ord_view_set_pixels (view, load_pixels, picture, NULL);
  *window = show_in_window (GTK_WIDGET (view), 760, 640);

  return view;
}

static OrdView *
make_loaded_view (GtkWidget **window)
{
  OrdView *view = make_view (window);

  ord_view_open_model (view, model_path);
  wait_until (is_idle, view);
  g_assert_nonnull (ord_view_get_prediction (view));

  return view;
}

static void
count (guint *n)
{
  (*n)++;
}

static void
test_predicts (void)
{
  g_autoptr (OrdModel)      model      = NULL;
  g_autoptr (OrdPredictor)  predictor  = NULL;
  g_autoptr (OrdImage)      image      = NULL;
  g_autoptr (OrdPrediction) expected   = NULL;
  g_autoptr (GPtrArray)     recent     = NULL;
  const OrdPrediction *shown;
  GtkWidget *window;
  OrdView   *view        = make_view (&window);
  guint      n_predicted = 0, n_models = 0;

  g_signal_connect_swapped (view, "predicted", G_CALLBACK (count),
                            &n_predicted);
  g_signal_connect_swapped (view, "model-changed", G_CALLBACK (count),
                            &n_models);
  ord_view_open_model (view, model_path);
  g_assert_true (ord_view_is_busy (view));
  wait_until (is_idle, view);
  g_assert_cmpuint (n_predicted, ==, 1);
  g_assert_cmpuint (n_models, ==, 1);
  g_assert_cmpstr (ord_view_get_model_path (view), ==, model_path);

  model = ord_model_load (model_path, NULL, NULL);
  predictor = ord_predictor_new (model, NULL);
  image = ord_preparation_load (&ord_model_get_parts (model)->preparation,
                                picture, NULL);
  expected = ord_predictor_predict (predictor, image, NULL, NULL, NULL);
  shown = ord_view_get_prediction (view);
  g_assert_cmpfloat_with_epsilon (shown->values[0], expected->values[0], 1e-4);
  g_assert_cmpfloat_with_epsilon (shown->lows[0], expected->lows[0], 1e-4);

  recent = ord_recent_list ();
  g_assert_cmpstr (((OrdRecent *) recent->pdata[0])->title, ==,
                   "Small gauges");

  gtk_widget_destroy (window);
  ord_jobs_drain ();
}

static void
test_update (void)
{
  GtkWidget *window;
  OrdView   *view        = make_loaded_view (&window);
  GtkWidget *button      = ord_view_get_part (view, "update_button");
  guint      n_predicted = 0;

  g_signal_connect_swapped (view, "predicted", G_CALLBACK (count),
                            &n_predicted);
  ord_view_set_stale (view, TRUE);
  g_assert_true (gtk_widget_get_sensitive (button));
  gtk_button_clicked (GTK_BUTTON (button));
  g_assert_false (gtk_style_context_has_class (
                    gtk_widget_get_style_context (button),
                    "suggested-action"));
  /* Asked again at once: one answer comes, that of the last. */
  gtk_button_clicked (GTK_BUTTON (button));
  wait_until (is_idle, view);
  g_assert_cmpuint (n_predicted, ==, 1);

  gtk_widget_destroy (window);
  ord_jobs_drain ();
}

static void
test_bad_model (void)
{
  GtkWidget       *window;
  OrdView         *view = make_loaded_view (&window);
  g_autofree char *none = g_build_filename (folder, "none.ordinate", NULL);
  guint            n_predicted = 0;

  /* An answer on its way is called off, and asked for again. */
  g_signal_connect_swapped (view, "predicted", G_CALLBACK (count),
                            &n_predicted);
  ord_view_update (view);
  ord_view_open_model (view, none);
  wait_until (is_idle, view);
  g_assert_cmpuint (n_predicted, ==, 1);
  g_assert_true (gtk_widget_get_visible (ord_view_get_part (view,
                                                            "error_bar")));
  g_assert_nonnull (strstr (gtk_label_get_text (GTK_LABEL (
                              ord_view_get_part (view, "error_label"))),
                            "none.ordinate"));
  /* The model in use stays in use. */
  g_assert_cmpstr (ord_view_get_model_path (view), ==, model_path);
  g_assert_nonnull (ord_view_get_prediction (view));

  gtk_widget_destroy (window);
  ord_jobs_drain ();
}

static void
test_bad_picture (void)
{
  GtkWidget       *window;
  OrdView         *view = make_loaded_view (&window);
  g_autofree char *none = g_build_filename (folder, "none.png", NULL);

  ord_view_set_pixels (view, load_pixels, none, NULL);
  ord_view_update (view);
  g_assert_true (gtk_widget_get_visible (ord_view_get_part (view,
                                                            "error_bar")));
  g_assert_null (ord_view_get_prediction (view));
  g_assert_cmpstr (ord_value_panel_get_text (ord_view_get_values (view), 0),
                   ==, "–");

  ord_view_set_pixels (view, load_pixels, picture, NULL);
  ord_view_update (view);
  wait_until (is_idle, view);
  g_assert_false (gtk_widget_get_visible (ord_view_get_part (view,
                                                             "error_bar")));
  g_assert_nonnull (ord_view_get_prediction (view));

  gtk_widget_destroy (window);
  ord_jobs_drain ();
}

static OrdImage *
tell_closed (const OrdPreparation  *preparation,
             gpointer               user_data,
             GError               **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CLOSED, "It is closed.");

  return NULL;
}

static void
test_closed_picture (void)
{
  GtkWidget           *window;
  OrdView             *view   = make_loaded_view (&window);
  const OrdPrediction *before = ord_view_get_prediction (view);

  ord_view_set_pixels (view, tell_closed, NULL, NULL);
  ord_view_update (view);
  g_assert_true (gtk_widget_get_visible (ord_view_get_part (view,
                                                            "error_bar")));
  g_assert_nonnull (before);
  g_assert_true (ord_view_get_prediction (view) == before);

  gtk_widget_destroy (window);
  ord_jobs_drain ();
}

/* Goes ************************************************************* */

static void
destroy_and_check (OrdView   *view,
                   GtkWidget *window)
{
  gpointer alive = view;

  g_object_add_weak_pointer (G_OBJECT (view), &alive);
  gtk_widget_destroy (window);
  ord_jobs_drain ();
  g_assert_null (alive);
}

static void
test_destroy_while_loading (void)
{
  GtkWidget *window;
  OrdView   *view = make_view (&window);

  ord_view_open_model (view, model_path);
  g_assert_true (ord_view_is_busy (view));
  destroy_and_check (view, window);
}

static void
test_destroy_while_predicting (void)
{
  GtkWidget *window;
  OrdView   *view = make_loaded_view (&window);

  for (int i = 0; i < 5; i++)
    ord_view_update (view);
  g_assert_true (ord_view_is_busy (view));
  destroy_and_check (view, window);
}

static void
count_loaded (GObject      *source,
              GAsyncResult *result,
              gpointer      n)
{
  g_autoptr (OrdPredictor) predictor = ord_job_load_finish (result, NULL);

  count (n);
}

static void
test_drain (void)
{
  g_autofree char *none = g_build_filename (folder, "none.ordinate", NULL);
  guint            n    = 0;

  for (guint i = 1; i <= 50; i++)
    {
      ord_job_load_async (none, NULL, count_loaded, &n);
      ord_jobs_drain ();
      g_assert_cmpuint (n, ==, i);
    }
}

static gboolean
has_returned (gpointer unused)
{
  return g_main_context_pending (NULL);
}

/* The job is done and its callback is queued: the worst moment. */
static void
test_destroy_when_done (void)
{
  GtkWidget *window;
  OrdView   *view = make_loaded_view (&window);

  for (int i = 0; i < 20; i++)
    {
      ord_view_update (view);
      if (has_returned (NULL))
        break;
    }
  destroy_and_check (view, window);
}

static void
on_predicted_destroy (OrdView   *view,
                      GtkWidget *window)
{
  gtk_widget_destroy (window);
}

static void
test_destroy_in_signal (void)
{
  GtkWidget *window;
  OrdView   *view  = make_view (&window);
  gpointer   alive = view;

  g_object_add_weak_pointer (G_OBJECT (view), &alive);
  g_signal_connect (view, "predicted", G_CALLBACK (on_predicted_destroy),
                    window);
  ord_view_open_model (view, model_path);
  while (alive)
    g_main_context_iteration (NULL, TRUE);
  ord_jobs_drain ();
}

static void
test_destroy_when_model_changes (void)
{
  GtkWidget *window;
  OrdView   *view  = make_view (&window);
  gpointer   alive = view;

  g_object_add_weak_pointer (G_OBJECT (view), &alive);
  g_signal_connect_swapped (view, "model-changed",
                            G_CALLBACK (gtk_widget_destroy), window);
  ord_view_open_model (view, model_path);
  while (alive)
    g_main_context_iteration (NULL, TRUE);
  ord_jobs_drain ();
}

static void
test_pixels_are_let_go (void)
{
  GtkWidget *window;
  OrdView   *view    = make_view (&window);
  guint      n_freed = 0;

  ord_view_set_pixels (view, load_pixels, &n_freed, (GDestroyNotify) count);
  gtk_widget_destroy (window);
  g_assert_cmpuint (n_freed, ==, 1);
}

int
main (int    argc,
      char **argv)
{
  int status;

  ui_test_init (&argc, &argv);
  make_model ();

  g_test_add_func ("/job/a-model-is-loaded-and-answers", test_predicts);
  g_test_add_func ("/job/update-predicts-again", test_update);
  g_test_add_func ("/job/a-bad-model-leaves-the-one-in-use", test_bad_model);
  g_test_add_func ("/job/a-bad-picture-leaves-no-answer", test_bad_picture);
  g_test_add_func ("/job/a-closed-picture-keeps-its-answer",
                   test_closed_picture);
  g_test_add_func ("/job/draining-ends-after-the-last-callback", test_drain);
  g_test_add_func ("/job/the-view-goes-while-loading",
                   test_destroy_while_loading);
  g_test_add_func ("/job/the-view-goes-while-predicting",
                   test_destroy_while_predicting);
  g_test_add_func ("/job/the-view-goes-when-the-answer-is-there",
                   test_destroy_when_done);
  g_test_add_func ("/job/the-view-goes-in-its-own-signal",
                   test_destroy_in_signal);
  g_test_add_func ("/job/the-view-goes-when-its-model-changes",
                   test_destroy_when_model_changes);
  g_test_add_func ("/job/the-pixels-function-is-let-go",
                   test_pixels_are_let_go);

  status = ui_test_run ();
  folder_remove (folder);

  return status;
}
