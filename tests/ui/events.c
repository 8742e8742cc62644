/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A person's hands, for tests.
 */
#include "events.h"

#include "../folder.h"
#include "synthetic.h"

#define LIMIT_SECONDS 60

static char *test_folder;

void
ui_test_init (int    *argc,
              char ***argv)
{
  static const char * const variables[] =
    { "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "HOME" };

  test_folder = g_dir_make_tmp ("ordinate-ui-XXXXXX", NULL);
  g_assert_nonnull (test_folder);
  for (guint i = 0; i < G_N_ELEMENTS (variables); i++)
    g_setenv (variables[i], test_folder, TRUE);

  g_test_init (argc, argv, NULL);
  gtk_init (argc, argv);
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE,
                NULL);
}

int
ui_test_run (void)
{
  int status = g_test_run ();

  folder_remove (test_folder);
  g_clear_pointer (&test_folder, g_free);

  return status;
}

static GdkEvent *
make_event (GtkWidget    *widget,
            GdkEventType  type)
{
  GdkEvent *event = gdk_event_new (type);
  GdkSeat  *seat  = gdk_display_get_default_seat (gdk_display_get_default ());

  event->any.window = g_object_ref (gtk_widget_get_window (widget));
  event->any.send_event = TRUE;
  gdk_event_set_device (event, type == GDK_KEY_PRESS
                               ? gdk_seat_get_keyboard (seat)
                               : gdk_seat_get_pointer (seat));

  return event;
}

static void
send (GtkWidget *widget,
      GdkEvent  *event)
{
  gtk_widget_event (widget, event);
  gdk_event_free (event);
}

void
send_motion (GtkWidget *widget,
             double     x,
             double     y)
{
  GdkEvent *event = make_event (widget, GDK_MOTION_NOTIFY);

  event->motion.x = x;
  event->motion.y = y;
  send (widget, event);
}

void
send_button (GtkWidget    *widget,
             GdkEventType  type,
             double        x,
             double        y)
{
  GdkEvent *event = make_event (widget, type);

  event->button.button = GDK_BUTTON_PRIMARY;
  event->button.x = x;
  event->button.y = y;
  send (widget, event);
}

void
send_click (GtkWidget *widget,
            double     x,
            double     y)
{
  send_button (widget, GDK_BUTTON_PRESS, x, y);
  send_button (widget, GDK_BUTTON_RELEASE, x, y);
}

void
send_leave (GtkWidget *widget)
{
  send (widget, make_event (widget, GDK_LEAVE_NOTIFY));
}

void
send_wheel (GtkWidget          *widget,
            GdkScrollDirection  direction,
            double              x,
            double              y)
{
  GdkEvent *event = make_event (widget, GDK_SCROLL);

  event->scroll.direction = direction;
  event->scroll.x = x;
  event->scroll.y = y;
  send (widget, event);
}

void
send_key (GtkWidget *widget,
          guint      keyval)
{
  GdkEvent *event = make_event (widget, GDK_KEY_PRESS);

  event->key.keyval = keyval;
  send (widget, event);
}

static gboolean
is_placed (gpointer data)
{
  return gtk_widget_get_mapped (data)
         && gtk_widget_get_allocated_width (data) > 1;
}

GtkWidget *
show_in_window (GtkWidget *widget,
                int        width,
                int        height)
{
  GtkWidget *window = gtk_window_new (GTK_WINDOW_TOPLEVEL);

  gtk_window_set_default_size (GTK_WINDOW (window), width, height);
  gtk_container_add (GTK_CONTAINER (window), widget);
  gtk_widget_show (widget);
  gtk_widget_show (window);
  wait_until (is_placed, widget);

  return window;
}

static gboolean
on_limit (gpointer data)
{
  g_error ("what the test waits for did not come");

  return G_SOURCE_REMOVE;
}

void
wait_until (Condition condition,
            gpointer  data)
{
  guint limit = g_timeout_add_seconds (LIMIT_SECONDS, on_limit, NULL);

  while (! condition (data))
    g_main_context_iteration (NULL, TRUE);

  g_source_remove (limit);
}

gboolean
has_accessible_name (GtkWidget *widget)
{
  AtkObject  *accessible = gtk_widget_get_accessible (widget);
  const char *name       = atk_object_get_name (accessible);
  g_autoptr (AtkRelationSet) relations = NULL;

  if (name && *name)
    return TRUE;

  relations = atk_object_ref_relation_set (accessible);

  return atk_relation_set_contains (relations, ATK_RELATION_LABELLED_BY);
}

typedef struct
{
  GtkCallback check;
  gpointer    data;
} Visit;

static void
visit (GtkWidget *widget,
       gpointer   data)
{
  Visit *how = data;

  if (! gtk_widget_get_visible (widget))
    return;

  how->check (widget, how->data);
  if (GTK_IS_CONTAINER (widget))
    gtk_container_forall (GTK_CONTAINER (widget), visit, how);
}

void
for_each_visible (GtkWidget   *widget,
                  GtkCallback  check,
                  gpointer     data)
{
  Visit how = { check, data };

  visit (widget, &how);
}
