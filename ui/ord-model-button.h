/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The model chooser: shows the title of the model in use; its menu holds the
 * recent ones and "Open Model…".
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define ORD_TYPE_MODEL_BUTTON (ord_model_button_get_type ())
G_DECLARE_FINAL_TYPE (OrdModelButton, ord_model_button, ORD, MODEL_BUTTON,
                      GtkMenuButton)

/**
 * OrdModelButton::chosen: (const char *path): a person chose a model
 */
GtkWidget *ord_model_button_new       (void);

/* Both (nullable). */
void       ord_model_button_set_model (OrdModelButton *button,
                                       const char     *path,
                                       const char     *title);

G_END_DECLS
