/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Temporary folders with files and pictures in them.
 */
#include "fixture.h"

#include <glib/gstdio.h>
#include <string.h>

Folder
folder_new (void)
{
  g_autoptr (GError) error = NULL;
  Folder folder = { g_dir_make_tmp ("ordinate-test-XXXXXX", &error) };

  g_assert_no_error (error);

  return folder;
}

void
allow_library_warnings (void)
{
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
}

static void
remove_tree (const char *path)
{
  if (g_file_test (path, G_FILE_TEST_IS_DIR)
      && !g_file_test (path, G_FILE_TEST_IS_SYMLINK))
    {
      g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
      const char *name;

      while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
        {
          g_autofree char *below = g_build_filename (path, name, NULL);

          remove_tree (below);
        }
    }

  g_remove (path);
}

void
folder_clear (Folder *folder)
{
  if (folder->path != NULL)
    remove_tree (folder->path);
  g_clear_pointer (&folder->path, g_free);
}

char *
folder_path (const Folder *folder,
             const char   *name)
{
  return g_build_filename (folder->path, name, NULL);
}

static char *
path_with_parents (const Folder *folder,
                   const char   *name)
{
  char            *path = folder_path (folder, name);
  g_autofree char *parent = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (parent, 0700), ==, 0);

  return path;
}

void
folder_write (const Folder *folder,
              const char   *name,
              const char   *content,
              gssize        length)
{
  g_autofree char *path = path_with_parents (folder, name);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, content, length, &error);
  g_assert_no_error (error);
}

void
folder_draw (const Folder *folder,
             const char   *name,
             int           width,
             int           height,
             float         value)
{
  g_autofree char *path = path_with_parents (folder, name);
  g_autoptr (OrdImage) image = ord_image_new (width, height, 1);
  g_autoptr (GError) error = NULL;

  for (int i = 0; i < width * height; i++)
    image->pixels[i] = value;
  ord_image_save (image, path, &error);
  g_assert_no_error (error);
}

void
folder_draw_set (const Folder *folder,
                 guint         n)
{
  g_autoptr (GString) table = g_string_new ("file,value\n");

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u.png", i);

      folder_draw (folder, name, 12, 12, (float) i / n);
      g_string_append_printf (table, "%s,%u\n", name, i);
    }

  folder_write (folder, "labels.csv", table->str, table->len);
}

void
assert_dataset_error (const Folder            *folder,
                      const OrdDatasetOptions *options,
                      const char              *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OrdDataset) dataset = ord_dataset_read (folder->path, options,
                                                     &error);

  g_assert_null (dataset);
  assert_error_says (error, ORD_ERROR, ORD_ERROR_DATASET, text);
}

OrdDataset *
read_dataset (const Folder            *folder,
              const OrdDatasetOptions *options)
{
  g_autoptr (GError) error = NULL;
  OrdDataset *dataset = ord_dataset_read (folder->path, options, &error);

  g_assert_no_error (error);
  g_assert_nonnull (dataset);

  return dataset;
}
