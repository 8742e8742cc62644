/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Taking away what a test has written.
 */
#pragma once

#include <glib.h>
#include <glib/gstdio.h>

/* The folder with everything in it; nothing where there is none. */
static inline void
folder_remove (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char      *name;

  while (dir && (name = g_dir_read_name (dir)))
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        folder_remove (path);
      else
        g_remove (path);
    }
  g_rmdir (folder);
}
