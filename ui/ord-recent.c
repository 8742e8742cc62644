/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The models used last: groups "model-0", "model-1"… of a key file. Titles are
 * kept beside the paths, so that showing the list opens no model.
 */
#include "ord-recent.h"

static char *
file_name (void)
{
  return g_build_filename (g_get_user_config_dir (), "ordinate",
                           "recent-models", NULL);
}

static void
recent_free (gpointer data)
{
  OrdRecent *recent = data;

  g_free (recent->path);
  g_free (recent->title);
  g_free (recent);
}

static void
append (GPtrArray  *list,
        const char *path,
        const char *title)
{
  OrdRecent *recent = g_new0 (OrdRecent, 1);

  recent->path = g_strdup (path);
  recent->title = g_strdup (title);
  g_ptr_array_add (list, recent);
}

GPtrArray *
ord_recent_list (void)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (recent_free);
  g_autoptr (GKeyFile) keys = g_key_file_new ();
  g_autofree char *file = file_name ();

  if (! g_key_file_load_from_file (keys, file, G_KEY_FILE_NONE, NULL))
    return list;

  for (int i = 0; i < ORD_RECENT_MAX; i++)
    {
      g_autofree char *group = g_strdup_printf ("model-%d", i);
      g_autofree char *path  = g_key_file_get_string (keys, group, "path",
                                                      NULL);
      g_autofree char *title = g_key_file_get_string (keys, group, "title",
                                                      NULL);

      if (path && title && g_path_is_absolute (path))
        append (list, path, title);
    }

  return list;
}

static void
save (GPtrArray *list)
{
  g_autoptr (GKeyFile) keys = g_key_file_new ();
  g_autofree char *file   = file_name ();
  g_autofree char *folder = g_path_get_dirname (file);

  for (guint i = 0; i < MIN (list->len, ORD_RECENT_MAX); i++)
    {
      const OrdRecent *recent = g_ptr_array_index (list, i);
      g_autofree char *group  = g_strdup_printf ("model-%u", i);

      g_key_file_set_string (keys, group, "path", recent->path);
      g_key_file_set_string (keys, group, "title", recent->title);
    }

  g_mkdir_with_parents (folder, 0700);
  g_key_file_save_to_file (keys, file, NULL);
}

static void
drop (GPtrArray  *list,
      const char *path)
{
  for (guint i = list->len; i > 0; i--)
    {
      const OrdRecent *recent = g_ptr_array_index (list, i - 1);

      if (g_str_equal (recent->path, path))
        g_ptr_array_remove_index (list, i - 1);
    }
}

void
ord_recent_add (const char *path,
                const char *title)
{
  g_autoptr (GPtrArray) list = ord_recent_list ();
  g_autofree char *absolute  = g_canonicalize_filename (path, NULL);
  OrdRecent *recent = g_new0 (OrdRecent, 1);

  drop (list, absolute);
  recent->path = g_steal_pointer (&absolute);
  recent->title = g_strdup (title);
  g_ptr_array_insert (list, 0, recent);

  save (list);
}

void
ord_recent_remove (const char *path)
{
  g_autoptr (GPtrArray) list = ord_recent_list ();
  g_autofree char *absolute  = g_canonicalize_filename (path, NULL);

  drop (list, absolute);
  save (list);
}
