/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A folder of gauges with its table of labels.
 */
#include "ord-sample-pictures.h"

#include "ord-gauge.h"
#include "ord-random.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#define SIDE 160
#define DRAWING_SIDE 240 /* shrunk after tilting, which softens it */

/* By this line an earlier sample folder is known. */
#define MARKER "# sample pictures drawn by Ordinate"

static gboolean
is_sample_folder (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "labels.csv", NULL);
  g_autofree char *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL)
         && g_str_has_prefix (text, MARKER "\n");
}

static gboolean
is_ours (const char *name)
{
  guint index;
  int   end = 0;

  return g_str_equal (name, "labels.csv")
         || (sscanf (name, "gauge-%u.png%n", &index, &end) == 1
             && (gsize) end == strlen (name));
}

/* Lists what lies in the folder; %FALSE where it may not be used. */
static gboolean
check_folder (const char *folder,
              GPtrArray  *names,
              GError    **error)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, error);
  gboolean    ours;
  const char *name;

  if (dir == NULL)
    return FALSE;

  ours = is_sample_folder (folder);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      if (!ours || !is_ours (name))
        {
          g_autofree char *shown = g_filename_display_name (name);

          g_set_error (error, ORD_ERROR, ORD_ERROR_DATASET,
                       "%s is not empty: it holds “%s”, which is no sample "
                       "picture. Name an empty or a new folder", folder, shown);
          return FALSE;
        }

      g_ptr_array_add (names, g_strdup (name));
    }

  return TRUE;
}

static gboolean
clear_folder (const char *folder,
              GPtrArray  *names,
              GError    **error)
{
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *path = g_build_filename (folder, names->pdata[i], NULL);

      if (g_unlink (path) != 0)
        {
          int code = errno;

          g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (code),
                       "Cannot remove the earlier %s: %s", path,
                       g_strerror (code));
          return FALSE;
        }
    }

  return TRUE;
}

static gboolean
prepare_folder (const char *folder,
                GError    **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  if (g_mkdir_with_parents (folder, 0777) != 0)
    {
      int code = errno;

      g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (code),
                   "Cannot make the folder %s: %s", folder, g_strerror (code));
      return FALSE;
    }

  return check_folder (folder, names, error)
         && clear_folder (folder, names, error);
}

static gboolean
write_table (const char *folder,
             GString    *table,
             GError    **error)
{
  g_autofree char *path = g_build_filename (folder, "labels.csv", NULL);

  return g_file_set_contents (path, table->str, table->len, error);
}

static GString *
begin_table (void)
{
  return g_string_new (MARKER "\n# unit: bar\nfile,value,split\n");
}

static gboolean
write_picture (const char *folder,
               const char *name,
               double      value,
               OrdRandom  *random,
               GError    **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (OrdImage) drawing = ord_gauge_draw (value, DRAWING_SIDE, random);
  g_autoptr (OrdImage) picture = ord_gauge_photograph (drawing, SIDE, random);

  return ord_image_save (picture, path, error);
}

/* (transfer full): which picture is of which split, 70 / 15 / 15 %. */
static const char **
deal_splits (guint   n,
             guint64 seed)
{
  OrdRandom          random = ord_random_init (ord_random_derive (seed, n));
  g_autofree guint  *order = g_new (guint, n);
  const char       **splits = g_new (const char *, n);

  for (guint i = 0; i < n; i++)
    order[i] = i;
  ord_random_shuffle (&random, order, n);

  for (guint i = 0; i < n; i++)
    splits[order[i]] = i < 0.15 * n ? "test"
                       : i < 0.30 * n ? "validation" : "train";

  return splits;
}

static void
report (OrdProgressFunc progress,
        gpointer        user_data,
        guint           done,
        guint           n,
        gint64          began)
{
  double seconds = (g_get_monotonic_time () - began) * 1e-6;
  OrdProgress report = {
    .stage = "Drawing sample pictures",
    .fraction = (double) done / n,
    .seconds_left = done > 0 ? seconds / done * (n - done) : -1.0,
    .loss = NAN,
    .validation_mae = NAN,
    .best_mae = NAN,
  };

  if (progress != NULL)
    progress (&report, user_data);
}

gboolean
ord_sample_pictures_write (const char      *folder,
                           guint            n,
                           guint64          seed,
                           OrdProgressFunc  progress,
                           gpointer         user_data,
                           GCancellable    *cancellable,
                           GError         **error)
{
  g_autoptr (GString) table = begin_table ();
  g_autofree const char **splits = NULL;
  gint64 began = g_get_monotonic_time ();

  g_return_val_if_fail (folder != NULL, FALSE);
  g_return_val_if_fail (n > 0, FALSE);

  /* The table is written first as well, without rows: a folder left by an
   * interrupted run is known as ours by it. */
  if (!prepare_folder (folder, error) || !write_table (folder, table, error))
    return FALSE;

  splits = deal_splits (n, seed);

  for (guint i = 0; i < n; i++)
    {
      OrdRandom random = ord_random_init (ord_random_derive (seed, i));
      char      name[32];
      char      value[G_ASCII_DTOSTR_BUF_SIZE];

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;

      /* The needle stands at exactly what the table says. */
      g_ascii_formatd (value, sizeof value, "%.2f",
                       ord_random_range (&random, 0.0, ORD_GAUGE_MAXIMUM));
      g_snprintf (name, sizeof name, "gauge-%04u.png", i + 1);
      if (!write_picture (folder, name, g_ascii_strtod (value, NULL), &random,
                          error))
        return FALSE;

      g_string_append_printf (table, "%s,%s,%s\n", name, value, splits[i]);
      report (progress, user_data, i + 1, n, began);
    }

  return write_table (folder, table, error);
}
