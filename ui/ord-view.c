/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The whole content of the Ordinate window: what is shown when, and which job
 * is under way. Each part draws itself; this file connects them.
 */
#include "ord-view.h"

#include <glib/gi18n-lib.h>

#include "ord-job.h"
#include "ord-recent.h"
#include "ord-resources.h"
#include "ord-text.h"
#include "ord-view-private.h"

struct _OrdView
{
  GtkBox          parent;

  OrdModelButton *model_button;
  GtkWidget      *train_button;
  GtkWidget      *update_button;
  GtkSpinner     *spinner;
  GtkLabel       *busy_label;
  GtkWidget      *error_bar;
  GtkLabel       *error_label;
  GtkWidget      *warning_bar;
  GtkLabel       *warning_label;
  GtkStack       *stack;
  GtkWidget      *empty_title;
  GtkWidget      *empty_open_button;
  GtkWidget      *empty_train_button;
  GtkLabel       *picture_label;
  OrdValuePanel  *value_panel;
  OrdCovariates  *covariates;
  GtkLabel       *strip_label;
  OrdStrip       *strip;
  GtkWidget      *component_box;
  GtkComboBox    *component_combo;
  GtkWidget      *pca_label;
  OrdMapView     *map_view;
  GtkLabel       *detail_label;
  GtkWidget      *open_button;

  OrdPixelsFunc   pixels_func;
  gpointer        pixels_data;
  GDestroyNotify  pixels_destroy;

  OrdModel       *model;
  OrdPredictor   *predictor;
  char           *model_path;
  char           *loading_path;
  OrdImage       *image;         /* what was predicted last */
  OrdPrediction  *prediction;
  int             selected;
  gboolean        stale;

  GCancellable   *loading;       /* each set while its job is under way */
  GCancellable   *predicting;
};

G_DEFINE_FINAL_TYPE (OrdView, ord_view, GTK_TYPE_BOX)

enum
{
  OPEN_SAMPLE,
  PREDICTED,
  MODEL_CHANGED,
  TRAIN_REQUESTED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* Jobs ******************************************************************** */

static void
cancel (GCancellable **job)
{
  if (*job)
    g_cancellable_cancel (*job);
  g_clear_object (job);
}

static void
update_busy (OrdView *view)
{
  gboolean busy = view->loading || view->predicting;

  if (busy)
    gtk_spinner_start (view->spinner);
  else
    gtk_spinner_stop (view->spinner);
  gtk_label_set_text (view->busy_label,
                      view->loading    ? _("Loading the model…")
                      : view->predicting ? _("Reading the picture…") : "");
  gtk_widget_set_sensitive (view->update_button,
                            view->predictor && view->pixels_func
                            && ! view->loading);
}

static void
hide_error (OrdView *view)
{
  gtk_widget_hide (view->error_bar);
}

/* What is shown *********************************************************** */

static void
show_warnings (OrdView *view)
{
  const OrdPrediction *prediction = view->prediction;
  const char          *text = NULL;

  if (prediction && ! prediction->in_range)
    text = _("This picture lies outside what the model knows: neither the "
             "value nor its interval can be trusted.");
  else if (prediction && ! prediction->within_radius)
    text = _("No training image lies within the radius: the nearest one "
             "answers alone.");

  if (text)
    gtk_label_set_text (view->warning_label, text);
  gtk_widget_set_visible (view->warning_bar, text != NULL);
}

static void
show_detail (OrdView *view)
{
  g_autofree char *text = NULL;

  if (view->model && view->selected >= 0)
    {
      const OrdModelParts *parts = ord_model_get_parts (view->model);
      const OrdSample *sample = ord_dataset_get_sample (parts->dataset,
                                                        view->selected);
      g_autofree char *labels = ord_text_labels (parts, sample->labels);

      text = g_strdup_printf ("%s · %s", labels, sample->file);
    }

  gtk_label_set_text (view->detail_label,
                      text ? text : _("Select a training image to see what "
                                      "it is"));
  gtk_widget_set_sensitive (GTK_WIDGET (view->detail_label), text != NULL);
  gtk_widget_set_sensitive (view->open_button, text != NULL);
}

static void
show_strip_label (OrdView *view)
{
  guint n     = view->prediction ? view->prediction->neighbours->len : 0;
  guint shown = ord_strip_get_n_shown (view->strip);
  g_autofree char *text = NULL;

  if (n > shown && ord_strip_has_weights (view->strip))
    text = g_strdup_printf (_("_Nearest training images (%u of the %u that "
                              "answer)"), shown, n);

  gtk_label_set_text_with_mnemonic (view->strip_label,
                                    text ? text
                                         : _("_Nearest training images"));
}

static void
select_sample (OrdView *view,
               int      sample)
{
  view->selected = sample;
  ord_strip_select (view->strip, sample);
  ord_map_view_select (view->map_view, sample);
  show_detail (view);
}

static void
take_prediction (OrdView       *view,
                 OrdPrediction *prediction)
{
  int selected = view->selected;

  g_clear_pointer (&view->prediction, ord_prediction_free);
  view->prediction = prediction;

  ord_value_panel_set_prediction (view->value_panel, prediction);
  ord_strip_set (view->strip, view->model, prediction);
  ord_map_view_set_prediction (view->map_view, prediction);
  select_sample (view, selected);
  show_strip_label (view);
  show_warnings (view);

  if (prediction)
    g_signal_emit (view, signals[PREDICTED], 0);
}

static void
fill_components (OrdView             *view,
                 const OrdModelParts *parts)
{
  GtkComboBoxText *combo = GTK_COMBO_BOX_TEXT (view->component_combo);
  guint            n     = ord_dataset_get_n_labels (parts->dataset);

  gtk_combo_box_text_remove_all (combo);
  for (guint i = 0; i < n; i++)
    gtk_combo_box_text_append_text (combo, ord_dataset_get_label_name (
                                             parts->dataset, i));
  gtk_combo_box_set_active (view->component_combo, 0);
  gtk_widget_set_visible (view->component_box, n > 1);
}

static void
take_model (OrdView  *view,
            OrdModel *model)
{
  const OrdModelParts *parts = ord_model_get_parts (model);

  take_prediction (view, NULL);
  g_clear_pointer (&view->image, ord_image_unref);
  g_set_object (&view->model, model);

  view->selected = -1;
  ord_value_panel_set_model (view->value_panel, model);
  ord_map_view_set_model (view->map_view, model);
  ord_covariates_set_dataset (view->covariates, parts->dataset);
  fill_components (view, parts);
  gtk_widget_set_visible (view->pca_label,
                          ord_map_get_kind (parts->map) == ORD_MAP_PCA);
  gtk_stack_set_visible_child_name (view->stack, "answer");
  select_sample (view, -1);
}

/* Predicting ************************************************************** */

static void
on_predicted (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (OrdView) view  = user_data;
  g_autoptr (GError)  error = NULL;
  OrdPrediction *prediction = ord_job_predict_finish (result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  g_clear_object (&view->predicting);
  update_busy (view);

  if (prediction)
    {
      take_prediction (view, prediction);
    }
  else
    {
      take_prediction (view, NULL);
      ord_view_show_error (view, error->message);
    }
}

static void
predict (OrdView *view)
{
  cancel (&view->predicting);
  view->predicting = g_cancellable_new ();
  hide_error (view);

  ord_job_predict_async (view->predictor, view->image,
                         ord_covariates_get_values (view->covariates),
                         ord_covariates_get_n (view->covariates),
                         view->predicting, on_predicted, g_object_ref (view));
  update_busy (view);
}

void
ord_view_update (OrdView *view)
{
  g_autoptr (GError) error = NULL;
  OrdImage *image;

  g_return_if_fail (ORD_IS_VIEW (view));

  if (! view->predictor || ! view->pixels_func || view->loading)
    return;

  /* What is typed counts, whether the entry has been left or not. */
  ord_covariates_commit (view->covariates);
  image = view->pixels_func (
    &ord_model_get_parts (view->model)->preparation, view->pixels_data, &error);
  if (! image)
    {
      cancel (&view->predicting);
      update_busy (view);
      /* Of one that is gone, the last answer stays true. */
      if (! g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED))
        take_prediction (view, NULL);
      ord_view_show_error (view, error ? error->message
                                       : _("The picture cannot be read."));
      return;
    }

  g_clear_pointer (&view->image, ord_image_unref);
  view->image = image;
  ord_view_set_stale (view, FALSE);
  predict (view);
}

/* The picture that was read stands, and so does the model. */
static void
predict_again (OrdView *view)
{
  if (view->predictor && view->image)
    predict (view);
}

static void
on_covariates_changed (OrdView *view)
{
  /* The end of loading predicts, whichever model is then in use. */
  if (! view->loading)
    predict_again (view);
}

/* Loading ***************************************************************** */

/* Whether trying again would end the same way. */
static gboolean
is_no_model (const GError *error)
{
  return g_error_matches (error, ORD_ERROR, ORD_ERROR_MODEL)
         || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

static void
on_loaded (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (OrdView)      view      = user_data;
  g_autoptr (GError)       error     = NULL;
  g_autoptr (OrdPredictor) predictor = ord_job_load_finish (result, &error);
  g_autofree char         *path      = NULL;
  const char              *title;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  g_clear_object (&view->loading);
  path = g_steal_pointer (&view->loading_path);
  update_busy (view);

  if (! predictor)
    {
      if (is_no_model (error))
        ord_recent_remove (path);
      /* What was in use stays in use. Its answer was called off when loading
       * began; asking for it hides the bar, so the error comes after. */
      predict_again (view);
      ord_view_show_error (view, error->message);
      return;
    }

  g_set_object (&view->predictor, predictor);
  g_free (view->model_path);
  view->model_path = g_steal_pointer (&path);
  take_model (view, ord_predictor_get_model (predictor));

  title = ord_model_get_parts (view->model)->title;
  ord_recent_add (view->model_path, title);
  ord_model_button_set_model (view->model_button, view->model_path, title);

  update_busy (view);
  g_signal_emit (view, signals[MODEL_CHANGED], 0, view->model_path);
  ord_view_update (view);
}

void
ord_view_open_model (OrdView    *view,
                     const char *path)
{
  g_return_if_fail (ORD_IS_VIEW (view));
  g_return_if_fail (path != NULL);

  cancel (&view->loading);
  cancel (&view->predicting);
  hide_error (view);

  g_free (view->loading_path);
  view->loading_path = g_canonicalize_filename (path, NULL);
  view->loading = g_cancellable_new ();
  ord_job_load_async (view->loading_path, view->loading, on_loaded,
                      g_object_ref (view));
  update_busy (view);
}

/* What a person does ****************************************************** */

static void
on_model_chosen (OrdView    *view,
                 const char *path)
{
  ord_view_open_model (view, path);
}

static void
on_train_clicked (OrdView *view)
{
  g_signal_emit (view, signals[TRAIN_REQUESTED], 0);
}

static void
on_open_clicked (OrdView *view)
{
  GActionGroup *group =
    gtk_widget_get_action_group (GTK_WIDGET (view->model_button), "model");

  g_action_group_activate_action (group, "choose", NULL);
}

static void
on_strip_selected (OrdView *view,
                   int      sample)
{
  view->selected = sample;
  ord_map_view_select (view->map_view, sample);
  show_detail (view);
}

static void
on_map_selected (OrdView *view,
                 int      sample)
{
  view->selected = sample;
  ord_strip_select (view->strip, sample);
  show_detail (view);
}

static void
on_component_changed (OrdView *view)
{
  int component = gtk_combo_box_get_active (view->component_combo);

  if (component >= 0 && view->model)
    ord_map_view_set_component (view->map_view, component);
}

static void
open_sample (OrdView *view,
             guint    sample)
{
  const OrdModelParts *parts = ord_model_get_parts (view->model);
  const OrdSample     *about = ord_dataset_get_sample (parts->dataset, sample);

  hide_error (view);
  g_signal_emit (view, signals[OPEN_SAMPLE], 0, about->path);
}

static void
on_open_sample_clicked (OrdView *view)
{
  if (view->model && view->selected >= 0)
    open_sample (view, view->selected);
}

/* The widget ************************************************************** */

static void
forget_pixels (OrdView *view)
{
  GDestroyNotify destroy = view->pixels_destroy;
  gpointer       data    = view->pixels_data;

  view->pixels_func = NULL;
  view->pixels_data = NULL;
  view->pixels_destroy = NULL;
  if (destroy)
    destroy (data);
}

static void
ord_view_dispose (GObject *object)
{
  OrdView *view = ORD_VIEW (object);

  /* A job holds a reference until it comes back, cancelled: nothing of the
   * template may be touched from here on. */
  cancel (&view->loading);
  cancel (&view->predicting);
  forget_pixels (view);
  g_clear_object (&view->predictor);
  g_clear_object (&view->model);

  G_OBJECT_CLASS (ord_view_parent_class)->dispose (object);
}

static void
ord_view_finalize (GObject *object)
{
  OrdView *view = ORD_VIEW (object);

  g_clear_pointer (&view->prediction, ord_prediction_free);
  g_clear_pointer (&view->image, ord_image_unref);
  g_free (view->model_path);
  g_free (view->loading_path);

  G_OBJECT_CLASS (ord_view_parent_class)->finalize (object);
}

#define BIND(name) gtk_widget_class_bind_template_child (widget_class, \
                                                         OrdView, name)
#define CALLBACK(name) gtk_widget_class_bind_template_callback (widget_class, \
                                                                name)

static void
ord_view_class_init (OrdViewClass *klass)
{
  GObjectClass   *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = ord_view_dispose;
  object_class->finalize = ord_view_finalize;

  signals[OPEN_SAMPLE] =
    g_signal_new ("open-sample", ORD_TYPE_VIEW, G_SIGNAL_RUN_LAST, 0, NULL,
                  NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[PREDICTED] =
    g_signal_new ("predicted", ORD_TYPE_VIEW, G_SIGNAL_RUN_LAST, 0, NULL,
                  NULL, NULL, G_TYPE_NONE, 0);
  signals[MODEL_CHANGED] =
    g_signal_new ("model-changed", ORD_TYPE_VIEW, G_SIGNAL_RUN_LAST, 0, NULL,
                  NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[TRAIN_REQUESTED] =
    g_signal_new ("train-requested", ORD_TYPE_VIEW, G_SIGNAL_RUN_LAST, 0, NULL,
                  NULL, NULL, G_TYPE_NONE, 0);

  ord_resources_ensure ();
  g_type_ensure (ORD_TYPE_MODEL_BUTTON);
  g_type_ensure (ORD_TYPE_VALUE_PANEL);
  g_type_ensure (ORD_TYPE_COVARIATES);
  g_type_ensure (ORD_TYPE_STRIP);
  g_type_ensure (ORD_TYPE_MAP_VIEW);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               ORD_RESOURCES "/ord-view.ui");
  BIND (model_button);
  BIND (train_button);
  BIND (update_button);
  BIND (spinner);
  BIND (busy_label);
  BIND (error_bar);
  BIND (error_label);
  BIND (warning_bar);
  BIND (warning_label);
  BIND (stack);
  BIND (empty_title);
  BIND (empty_open_button);
  BIND (empty_train_button);
  BIND (picture_label);
  BIND (value_panel);
  BIND (covariates);
  BIND (strip_label);
  BIND (strip);
  BIND (component_box);
  BIND (component_combo);
  BIND (pca_label);
  BIND (map_view);
  BIND (detail_label);
  BIND (open_button);
  CALLBACK (gtk_widget_hide);
  CALLBACK (on_model_chosen);
  CALLBACK (on_train_clicked);
  CALLBACK (on_open_clicked);
  CALLBACK (on_strip_selected);
  CALLBACK (on_map_selected);
  CALLBACK (on_component_changed);
  CALLBACK (on_covariates_changed);
  CALLBACK (on_open_sample_clicked);
  CALLBACK (open_sample);
  CALLBACK (ord_view_update);
}

#undef BIND
#undef CALLBACK

static void
ord_view_init (OrdView *view)
{
  view->selected = -1;

  ord_resources_add_icons ();
  gtk_widget_init_template (GTK_WIDGET (view));
  show_detail (view);
}

GtkWidget *
ord_view_new (void)
{
  return g_object_new (ORD_TYPE_VIEW, NULL);
}

void
ord_view_set_pixels (OrdView        *view,
                     OrdPixelsFunc   func,
                     gpointer        user_data,
                     GDestroyNotify  destroy)
{
  g_return_if_fail (ORD_IS_VIEW (view));

  forget_pixels (view);
  view->pixels_func = func;
  view->pixels_data = user_data;
  view->pixels_destroy = destroy;
  update_busy (view);
}

void
ord_view_set_picture_name (OrdView    *view,
                           const char *name)
{
  g_return_if_fail (ORD_IS_VIEW (view));

  gtk_label_set_text (view->picture_label, name ? name : "");
}

const char *
ord_view_get_model_path (OrdView *view)
{
  g_return_val_if_fail (ORD_IS_VIEW (view), NULL);

  return view->model_path;
}

void
ord_view_set_stale (OrdView  *view,
                    gboolean  stale)
{
  GtkStyleContext *style;

  g_return_if_fail (ORD_IS_VIEW (view));

  if (view->stale == stale)
    return;

  view->stale = stale;
  style = gtk_widget_get_style_context (view->update_button);
  if (stale)
    gtk_style_context_add_class (style, "suggested-action");
  else
    gtk_style_context_remove_class (style, "suggested-action");
  gtk_widget_set_tooltip_text (view->update_button,
                               stale ? _("The picture or its selection has "
                                         "changed since it was read")
                                     : NULL);
}

OrdModel *
ord_view_get_model (OrdView *view)
{
  g_return_val_if_fail (ORD_IS_VIEW (view), NULL);

  return view->model;
}

const OrdPrediction *
ord_view_get_prediction (OrdView *view)
{
  g_return_val_if_fail (ORD_IS_VIEW (view), NULL);

  return view->prediction;
}

void
ord_view_show_error (OrdView    *view,
                     const char *message)
{
  g_return_if_fail (ORD_IS_VIEW (view));
  g_return_if_fail (message != NULL);

  gtk_label_set_text (view->error_label, message);
  gtk_widget_show (view->error_bar);
}

/* For tests and the preview *********************************************** */

void
ord_view_show (OrdView       *view,
               OrdModel      *model,
               OrdPrediction *prediction)
{
  g_return_if_fail (ORD_IS_VIEW (view));
  g_return_if_fail (ORD_IS_MODEL (model));

  take_model (view, model);
  ord_model_button_set_model (view->model_button, NULL,
                              ord_model_get_parts (model)->title);
  take_prediction (view, prediction);
}

gboolean
ord_view_is_busy (OrdView *view)
{
  return view->loading || view->predicting;
}

OrdStrip *
ord_view_get_strip (OrdView *view)
{
  return view->strip;
}

OrdMapView *
ord_view_get_map (OrdView *view)
{
  return view->map_view;
}

OrdCovariates *
ord_view_get_covariates (OrdView *view)
{
  return view->covariates;
}

OrdValuePanel *
ord_view_get_values (OrdView *view)
{
  return view->value_panel;
}

GtkWidget *
ord_view_get_part (OrdView    *view,
                   const char *id)
{
  return GTK_WIDGET (gtk_widget_get_template_child (GTK_WIDGET (view),
                                                    ORD_TYPE_VIEW, id));
}
