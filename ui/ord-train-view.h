/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The content of the training window: folder, name, unit, options; then a
 * progress bar with the error on held-out images and the time left. Stopping
 * keeps the best so far; closing abandons, and the run can be resumed.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define ORD_TYPE_TRAIN_VIEW (ord_train_view_get_type ())
G_DECLARE_FINAL_TYPE (OrdTrainView, ord_train_view, ORD, TRAIN_VIEW, GtkBox)

/**
 * OrdTrainView::trained:
 * @path: the model file that was written
 */
GtkWidget *ord_train_view_new        (void);
void       ord_train_view_set_folder (OrdTrainView *view,
                                      const char   *folder);

/* An error from outside the view (a folder that it cannot be given), shown in
 * its bar. */
void       ord_train_view_show_error (OrdTrainView *view,
                                      const char   *message);
gboolean   ord_train_view_is_running (OrdTrainView *view);

G_END_DECLS
