/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The whole content of the Ordinate window: value, interval and range bar,
 * neighbours, map, model chooser, covariates. A GtkBox from a template. It
 * runs loading and prediction as jobs and never blocks; it knows nothing of
 * GIMP: pixels come from a callback, and opening a picture is a signal.
 */
#pragma once

#include <gtk/gtk.h>

#include "model/ord-predictor.h"

G_BEGIN_DECLS

#define ORD_TYPE_VIEW (ord_view_get_type ())
G_DECLARE_FINAL_TYPE (OrdView, ord_view, ORD, VIEW, GtkBox)

/**
 * OrdPixelsFunc:
 * @preparation: size and channels wanted
 *
 * Takes the open picture's pixels (of the selection, where there is one),
 * through ord_preparation_scaler(). Called on the main thread.
 *
 * Returns: (transfer full): the image, or %NULL with an error, which the view
 *   shows in place of the answer; beside it where the picture is gone
 *   (G_IO_ERROR_CLOSED)
 */
typedef OrdImage *(*OrdPixelsFunc) (const OrdPreparation *preparation,
                                    gpointer              user_data,
                                    GError              **error);

/**
 * OrdView::open-sample:
 * @path: the training picture a person double-clicked
 *
 * OrdView::predicted: a prediction (boxed as a pointer, ord_view_get_prediction)
 *   is shown. OrdView::model-changed (path): another model was chosen.
 *   OrdView::train-requested: a person wants to train a model.
 *
 * Jobs may outlive the widget, never its process: call ord_jobs_drain()
 * (ord-job.h) before that ends.
 */
GtkWidget   *ord_view_new            (void);

void         ord_view_set_pixels     (OrdView        *view,
                                      OrdPixelsFunc   func,
                                      gpointer        user_data,
                                      GDestroyNotify  destroy);

/* What the picture is called, for the header. */
void         ord_view_set_picture_name (OrdView      *view,
                                        const char   *name);

/* Loads a model in a job, remembers it among the recent ones, and predicts. */
void         ord_view_open_model     (OrdView        *view,
                                      const char     *path);
const char  *ord_view_get_model_path (OrdView        *view);

/* Takes the pixels again and predicts; as the button Update does. */
void         ord_view_update         (OrdView        *view);

/* Tells that the open picture or its selection is not what was read: Update
 * is emphasised. */
void         ord_view_set_stale      (OrdView        *view,
                                      gboolean        stale);

/* (transfer none) (nullable): what is in use, and what is shown now. */
OrdModel    *ord_view_get_model      (OrdView        *view);
const OrdPrediction *
             ord_view_get_prediction (OrdView        *view);

/* An error from outside the view (a picture that could not be opened), shown
 * in its bar. */
void         ord_view_show_error     (OrdView        *view,
                                      const char     *message);

G_END_DECLS
