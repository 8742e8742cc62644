/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A small model with something of everything.
 */
#include "model-fixture.h"

#include <glib/gstdio.h>
#include <math.h>
#include <sqlite3.h>
#include <string.h>

void
place_set_up (Place         *place,
              gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  place->folder = g_dir_make_tmp ("ordinate-XXXXXX", &error);
  g_assert_no_error (error);
  place->path = g_build_filename (place->folder, "händ.ordinate", NULL);
}

void
place_tear_down (Place         *place,
                 gconstpointer  data)
{
  g_autoptr (GDir) dir = g_dir_open (place->folder, 0, NULL);
  const char      *name;

  while ((name = g_dir_read_name (dir)))
    {
      g_autofree char *path = g_build_filename (place->folder, name, NULL);

      g_assert_cmpint (g_remove (path), ==, 0);
    }
  g_assert_cmpint (g_rmdir (place->folder), ==, 0);
  g_free (place->folder);
  g_free (place->path);
}

guint
place_count_files (Place *place)
{
  g_autoptr (GDir) dir = g_dir_open (place->folder, 0, NULL);
  guint            n = 0;

  while (g_dir_read_name (dir))
    n++;
  return n;
}

static OrdDataset *
fixture_dataset (void)
{
  static const char * const label_names[] = { "x", "größe", NULL };
  char        *sexes[] = { (char *) "female", (char *) "male", NULL };
  OrdCovariate covariates[] = {
    { .name = (char *) "age", .mean = 7.25, .sd = 3.5 },
    { .name = (char *) "sex", .categories = sexes },
  };
  OrdDataset  *dataset;

  dataset = ord_dataset_new ("/home/jörg/hands", "months", label_names,
                             covariates, G_N_ELEMENTS (covariates));
  for (int i = 0; i < FIXTURE_SAMPLES; i++)
    {
      double           labels[] = { i / 3.0 - 2.0, 1e9 * sin (i) };
      double           values[] = { i % 5 ? 0.1 * i : NAN,
                                    i % 7 ? i % 2 : NAN };
      g_autofree char *file = g_strdup_printf ("bilder/händ-%d.png", i);
      g_autofree char *path = NULL;
      OrdSample        sample = { .file = file };

      path = i == 3 ? g_strdup ("/elsewhere/3.png")
                    : g_strdup_printf ("/home/jörg/hands/%s", file);
      sample.path = path;
      sample.group = i % 3 ? NULL : (char *) "patient 1";
      sample.hash = i % 4 ? (char *) "0123456789abcdef" : NULL;
      sample.labels = labels;
      sample.covariates = values;
      sample.split = i < FIXTURE_REFERENCES ? ORD_SPLIT_TRAIN
                     : i < 20 ? ORD_SPLIT_VALIDATION : ORD_SPLIT_TEST;
      ord_dataset_append (dataset, &sample);
    }
  return dataset;
}

static void
unref_bytes (gpointer bytes)
{
  if (bytes)
    g_bytes_unref (bytes);
}

static GPtrArray *
fixture_thumbnails (void)
{
  GPtrArray *thumbnails = g_ptr_array_new_with_free_func (unref_bytes);

  for (int i = 0; i < FIXTURE_SAMPLES; i++)
    {
      guint8 data[600];

      for (gsize j = 0; j < sizeof data; j++)
        data[j] = (guint8) (i * 31 + j * 7);
      g_ptr_array_add (thumbnails, i % 6 == 2
                       ? NULL : g_bytes_new (data, sizeof data - i));
    }
  return thumbnails;
}

static GPtrArray *
fixture_tensors (void)
{
  GPtrArray   *tensors = ord_tensors_new ();
  const gsize  dims[4] = { 3, 2, 5, 4 };
  float        values[120];

  for (int i = 0; i < 120; i++)
    values[i] = expf (i - 60.0f) * (i % 2 ? 1 : -1);
  g_ptr_array_add (tensors, ord_tensor_new ("stem/weight", 4, dims, values));
  g_ptr_array_add (tensors, ord_tensor_new ("stem/bias", 1, dims, values));
  g_ptr_array_add (tensors, ord_tensor_new ("scale", 0, NULL, values + 60));
  return tensors;
}

static GArray *
fixture_history (void)
{
  GArray  *history = g_array_new (FALSE, FALSE, sizeof (OrdEpoch));
  OrdEpoch first = { 1, 2.5, 0.75, NAN, 0.5 };
  OrdEpoch second = { 2, 5.25, 0.5, 12.125, 0.625 };

  g_array_append_val (history, first);
  g_array_append_val (history, second);
  return history;
}

OrdModelParts *
fixture_parts (const char *title)
{
  OrdModelParts     *parts = g_new0 (OrdModelParts, 1);
  g_autoptr (GError) error = NULL;

  parts->title = g_strdup (title);
  parts->method = g_strdup ("rm-loss");
  parts->encoder = g_strdup ("compact");
  parts->options = g_strdup ("sigma=0.5 alpha=1");
  parts->preparation = (OrdPreparation) { 64, 48, 3, { 0.1f, 0.2f, 0.3f },
                                          { 0.4f, 0.5f, 0.6f } };
  parts->dataset = fixture_dataset ();
  parts->n_reference = FIXTURE_REFERENCES;
  parts->width = FIXTURE_WIDTH;
  parts->features = g_new (float, FIXTURE_SAMPLES * FIXTURE_WIDTH);
  for (int i = 0; i < FIXTURE_SAMPLES * FIXTURE_WIDTH; i++)
    parts->features[i] = sinf (i * i) + i / 30.0f;
  parts->thumbnails = fixture_thumbnails ();
  parts->label_mean = g_new (double, 2);
  parts->label_sd = g_new (double, 2);
  parts->intervals = g_new (OrdInterval, 2);
  for (int i = 0; i < 2; i++)
    {
      parts->label_mean[i] = 3.3 + i;
      parts->label_sd[i] = 1.1 + i;
      parts->intervals[i] = (OrdInterval) { 0.9, 1.7 + i, 0.01 + i };
    }
  parts->tensors = fixture_tensors ();
  parts->radius = 1.0 / 3.0;
  parts->novelty = 2.0 / 7.0;
  parts->map = ord_map_new (parts->features, FIXTURE_REFERENCES, FIXTURE_WIDTH,
                            NULL, 2, NULL, &error);
  g_assert_no_error (error);
  parts->history = fixture_history ();
  parts->validation = (OrdEvaluation) { { 4, 1.5, 2.5, 0.875, NAN }, 0.75,
                                        6.5, 0.25 };
  parts->test = (OrdEvaluation) { { 0, NAN, NAN, NAN, NAN }, NAN, NAN, NAN };
  return parts;
}

void
fixture_save (const char *path,
              const char *title)
{
  g_autoptr (OrdModel) model = ord_model_new (fixture_parts (title));
  g_autoptr (GError)   error = NULL;

  ord_model_save (model, path, &error);
  g_assert_no_error (error);
}

GBytes *
fixture_read (const char *path)
{
  g_autoptr (GError) error = NULL;
  char              *data;
  gsize              size;

  g_file_get_contents (path, &data, &size, &error);
  g_assert_no_error (error);
  return g_bytes_new_take (data, size);
}

/* In place and without a sync: g_file_set_contents() is slow, many times. */
void
fixture_write (const char    *path,
               gconstpointer  data,
               gsize          size)
{
  FILE *file = g_fopen (path, "wb");

  g_assert_nonnull (file);
  g_assert_cmpuint (fwrite (data, 1, size, file), ==, size);
  g_assert_cmpint (fclose (file), ==, 0);
}

void
fixture_sql (const char *path,
             const char *sql)
{
  sqlite3 *database;
  char    *message = NULL;

  g_assert_cmpint (sqlite3_open (path, &database), ==, SQLITE_OK);
  sqlite3_db_config (database, SQLITE_DBCONFIG_DEFENSIVE, 0, NULL);
  sqlite3_exec (database, sql, NULL, NULL, &message);
  g_assert_cmpstr (message, ==, NULL);
  g_assert_cmpint (sqlite3_close (database), ==, SQLITE_OK);
}

char *
fixture_tables (const char *path)
{
  sqlite3      *database;
  sqlite3_stmt *rows;
  GString      *tables = g_string_new (NULL);

  g_assert_cmpint (sqlite3_open (path, &database), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (database, "SELECT sql FROM sqlite_schema "
                                       "WHERE sql IS NOT NULL ORDER BY name", -1,
                                       &rows, NULL), ==, SQLITE_OK);
  while (sqlite3_step (rows) == SQLITE_ROW)
    g_string_append_printf (tables, "%s;\n",
                            (const char *) sqlite3_column_text (rows, 0));
  sqlite3_finalize (rows);
  g_assert_cmpint (sqlite3_close (database), ==, SQLITE_OK);

  return g_string_free (tables, FALSE);
}

char *
fixture_load_error (const char *path)
{
  g_autoptr (GError)   error = NULL;
  g_autoptr (OrdModel) model = ord_model_load (path, NULL, &error);
  g_autofree char     *name = g_path_get_basename (path);

  g_assert_null (model);
  g_assert_error (error, ORD_ERROR, ORD_ERROR_MODEL);
  g_assert_nonnull (strstr (error->message, name));
  return g_strdup (error->message);
}
