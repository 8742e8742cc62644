/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A folder of gauges with its table of labels.
 */
#include "ord-sample-pictures.h"

#include "ord-gauge.h"
#include "../ord-random.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#define SIDE 160
#define DRAWING_SIDE 240 /* shrunk after tilting, which softens it */

/* What the head of the table says after its first line. */
typedef struct
{
  const char *name;
  guint       n_needles;
  const char *head;
} Kind;

static const Kind kinds[] = {
  [ORD_SAMPLE_GAUGE] = { "gauge", 1, "file,value,split\n" },
  [ORD_SAMPLE_DUPLEX] = { "duplex", 2, "# labels: red, black\n"
                                       "file,red,black,split\n" },
};

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
begin_table (const Kind *kind)
{
  GString *table = g_string_new (MARKER "\n# unit: bar\n");

  return g_string_append (table, kind->head);
}

/* The needles stand at exactly what the row says, which is appended to
 * @table. */
static gboolean
write_picture (const char *folder,
               const Kind *kind,
               guint       index,
               const char *split,
               OrdRandom  *random,
               GString    *table,
               GError    **error)
{
  g_autofree char *name = g_strdup_printf ("gauge-%04u.png", index + 1);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (OrdImage) drawing = NULL;
  g_autoptr (OrdImage) picture = NULL;
  double values[ORD_GAUGE_MAX_NEEDLES];

  g_string_append (table, name);
  for (guint i = 0; i < kind->n_needles; i++)
    {
      char text[G_ASCII_DTOSTR_BUF_SIZE];

      g_ascii_formatd (text, sizeof text, "%.2f",
                       ord_random_range (random, 0.0, ORD_GAUGE_MAXIMUM));
      values[i] = g_ascii_strtod (text, NULL);
      g_string_append_printf (table, ",%s", text);
    }
  g_string_append_printf (table, ",%s\n", split);

  drawing = ord_gauge_draw (values, kind->n_needles, DRAWING_SIDE, random);
  picture = ord_gauge_photograph (drawing, SIDE, random);

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
ord_sample_kind_from_name (const char     *name,
                           OrdSampleKind  *kind,
                           GError        **error)
{
  const char *known[G_N_ELEMENTS (kinds) + 1] = { NULL };

  g_return_val_if_fail (name != NULL && kind != NULL, FALSE);

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      known[i] = kinds[i].name;
      if (g_str_equal (kinds[i].name, name))
        {
          *kind = i;
          return TRUE;
        }
    }

  ord_set_unknown_error (error, "kind of sample pictures", name, known);

  return FALSE;
}

gboolean
ord_sample_pictures_write (const char      *folder,
                           OrdSampleKind    kind,
                           guint            n,
                           guint64          seed,
                           OrdProgressFunc  progress,
                           gpointer         user_data,
                           GCancellable    *cancellable,
                           GError         **error)
{
  g_autoptr (GString) table = NULL;
  g_autofree const char **splits = NULL;
  gint64 began = g_get_monotonic_time ();

  g_return_val_if_fail (folder != NULL, FALSE);
  g_return_val_if_fail ((guint) kind < G_N_ELEMENTS (kinds), FALSE);
  g_return_val_if_fail (n > 0, FALSE);

  table = begin_table (&kinds[kind]);
  /* The table is written first as well, without rows: a folder left by an
   * interrupted run is known as ours by it. */
  if (!prepare_folder (folder, error) || !write_table (folder, table, error))
    return FALSE;

  splits = deal_splits (n, seed);

  for (guint i = 0; i < n; i++)
    {
      OrdRandom random = ord_random_init (ord_random_derive (seed, i));

      if (g_cancellable_set_error_if_cancelled (cancellable, error)
          || !write_picture (folder, &kinds[kind], i, splits[i], &random, table,
                             error))
        return FALSE;

      report (progress, user_data, i + 1, n, began);
    }

  return write_table (folder, table, error);
}
