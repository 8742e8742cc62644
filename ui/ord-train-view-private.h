/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the tests and the preview need of the training view.
 */
#pragma once

#include "ord-error.h"
#include "ord-train-view.h"

G_BEGIN_DECLS

/* Shows a report as if a training were under way. */
void       ord_train_view_show_progress (OrdTrainView      *view,
                                         const OrdProgress *progress);

/* A widget of the template by its id: "start_button", "message_label"… */
GtkWidget *ord_train_view_get_part      (OrdTrainView      *view,
                                         const char        *id);

G_END_DECLS
