/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A person's hands, for tests: pointer and keys, and waiting for what they
 * cause.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Readies tests and GTK, with folders of its own for what is remembered; then
 * ui_test_run() runs them and removes the folders. The system's icons and
 * types stay, which G_TEST_OPTION_ISOLATE_DIRS would hide. */
void ui_test_init (int    *argc,
                   char ***argv);
int  ui_test_run  (void);

void send_motion  (GtkWidget *widget,
                   double     x,
                   double     y);
void send_button  (GtkWidget    *widget,
                   GdkEventType  type,
                   double        x,
                   double        y);
/* Press and release. */
void send_click   (GtkWidget *widget,
                   double     x,
                   double     y);
void send_leave   (GtkWidget *widget);
void send_wheel   (GtkWidget          *widget,
                   GdkScrollDirection  direction,
                   double              x,
                   double              y);
void send_key     (GtkWidget *widget,
                   guint      keyval);

/* Shows the widget in a window of this size, and waits until it is there. */
GtkWidget *show_in_window (GtkWidget *widget,
                           int        width,
                           int        height);

/* Runs the main loop until @condition holds; fails the test where it does not
 * within a minute. */
typedef gboolean (*Condition) (gpointer data);
void wait_until   (Condition condition,
                   gpointer  data);

/* Whether assistive technology has a name for the widget. */
gboolean has_accessible_name (GtkWidget *widget);

/* Calls @check on a widget and everything visible below it. */
void for_each_visible (GtkWidget    *widget,
                       GtkCallback   check,
                       gpointer      data);

G_END_DECLS
