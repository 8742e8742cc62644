/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Files that are no model, or no longer one, or mean harm: each is a message
 * and never more than that.
 */
#include "model-fixture.h"

#include <math.h>
#include <string.h>

static void
assert_load_error (const char *path,
                   const char *words)
{
  g_autofree char *message = fixture_load_error (path);

  if (!strstr (message, words))
    g_error ("“%s” does not say “%s”", message, words);
}

static void
test_cut_short (Place         *place,
                gconstpointer  data)
{
  g_autoptr (GBytes) whole = NULL;
  const guint8      *bytes;
  gsize              size;

  fixture_save (place->path, "Model");
  whole = fixture_read (place->path);
  bytes = g_bytes_get_data (whole, &size);

  for (gsize i = 0; i < 110; i++)
    {
      fixture_write (place->path, bytes, i);
      assert_load_error (place->path, "damaged or cut short");
    }
  for (gsize page = 4096; page < size; page += 4096)
    for (int off = -1; off <= 1; off++)
      {
        fixture_write (place->path, bytes, page + off);
        assert_load_error (place->path, "damaged or cut short");
      }
  fixture_write (place->path, bytes, size - 1);
  assert_load_error (place->path, "train it again or get a fresh copy");
}

static void
test_too_long (Place         *place,
               gconstpointer  data)
{
  g_autoptr (GBytes) whole = NULL;
  g_autofree guint8 *longer = NULL;
  gsize              size;

  fixture_save (place->path, "Model");
  whole = fixture_read (place->path);
  size = g_bytes_get_size (whole);
  longer = g_malloc0 (size + 16384);
  memcpy (longer, g_bytes_get_data (whole, NULL), size);
  fixture_write (place->path, longer, size + 16384);
  assert_load_error (place->path, "damaged");
}

static void
test_other_files (Place         *place,
                  gconstpointer  data)
{
  fixture_write (place->path, "file,value\na.png,3\n", 19);
  assert_load_error (place->path, "is not an Ordinate model");

  fixture_write (place->path, "", 0);
  fixture_sql (place->path, "CREATE TABLE a (b); INSERT INTO a VALUES (1)");
  assert_load_error (place->path,
                     "is an SQLite database, but not an Ordinate model");
}

static void
test_a_newer_version (Place         *place,
                      gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  fixture_save (place->path, "Model");
  fixture_sql (place->path, "PRAGMA user_version = 7");
  assert_load_error (place->path, "(format 7; this one reads up to 1): update "
                                  "Ordinate");
  g_assert_null (ord_model_peek_title (place->path, &error));
  g_assert_error (error, ORD_ERROR, ORD_ERROR_MODEL);

  fixture_sql (place->path, "PRAGMA user_version = 0");
  assert_load_error (place->path, "no version");
}

static void
test_write_ahead_log (Place         *place,
                      gconstpointer  data)
{
  fixture_save (place->path, "Model");
  fixture_sql (place->path, "PRAGMA journal_mode = WAL");
  g_assert_cmpuint (place_count_files (place), ==, 1);
  assert_load_error (place->path, "plain");
  g_assert_cmpuint (place_count_files (place), ==, 1);
}

/* What a program leaves that died while it changed the file: SQLite would roll
 * it back into the model, which is for reading only. */
static void
test_a_hot_journal (Place         *place,
                    gconstpointer  data)
{
  g_autofree char   *journal = g_strconcat (place->path, "-journal", NULL);
  g_autoptr (GBytes) before = NULL;
  g_autoptr (GBytes) after = NULL;
  guint8             bytes[16384 + 512] = {
    0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7
  };

  fixture_save (place->path, "Model");
  before = fixture_read (place->path);
  fixture_write (journal, bytes, sizeof bytes);
  assert_load_error (place->path, "journal");
  after = fixture_read (place->path);
  g_assert_true (g_bytes_equal (before, after));
  g_assert_true (g_file_test (journal, G_FILE_TEST_EXISTS));
}

typedef struct
{
  const char *sql;
  const char *words;
} Change;

static const Change changes[] = {
  { "UPDATE setting SET value = 0 WHERE name = 'samples'", "samples" },
  { "UPDATE setting SET value = 23 WHERE name = 'samples'", "too many rows" },
  { "UPDATE setting SET value = 25 WHERE name = 'samples'", "rows" },
  { "UPDATE setting SET value = 2147483647 WHERE name = 'samples'",
    "too small" },
  { "UPDATE setting SET value = -1 WHERE name = 'samples'", "samples" },
  { "UPDATE setting SET value = 'many' WHERE name = 'samples'", "samples" },
  { "UPDATE setting SET value = 15 WHERE name = 'reference_samples'", "map" },
  { "UPDATE setting SET value = 25 WHERE name = 'reference_samples'",
    "reference_samples" },
  { "UPDATE setting SET value = 3 WHERE name = 'labels'", "label" },
  { "UPDATE setting SET value = 1 WHERE name = 'labels'", "too many rows" },
  { "UPDATE setting SET value = 4097 WHERE name = 'labels'", "labels" },
  { "UPDATE setting SET value = 1 WHERE name = 'covariates'",
    "too many rows" },
  { "UPDATE setting SET value = 6 WHERE name = 'feature_width'", "vector" },
  { "UPDATE setting SET value = 65536 WHERE name = 'feature_width'",
    "too small" },
  { "UPDATE setting SET value = 65537 WHERE name = 'feature_width'",
    "feature_width" },
  { "UPDATE setting SET value = 3 WHERE name = 'input_width'", "input_width" },
  { "UPDATE setting SET value = 4097 WHERE name = 'input_height'",
    "input_height" },
  { "UPDATE setting SET value = 2 WHERE name = 'input_channels'",
    "too many rows" },
  { "UPDATE setting SET value = 0.0 WHERE name = 'radius'", "radius" },
  { "UPDATE setting SET value = 9e999 WHERE name = 'radius'", "finite" },
  { "UPDATE setting SET value = -1.0 WHERE name = 'novelty'", "novelty" },
  { "UPDATE setting SET value = 1.5 WHERE name = 'flagged_validation'",
    "flagged" },
  { "UPDATE setting SET value = 'all' WHERE name = 'flagged_validation'",
    "number" },
  { "UPDATE setting SET value = x'00' WHERE name = 'title'", "text" },
  { "UPDATE setting SET value = 'a' || char(0) || 'b' WHERE name = 'title'",
    "zero" },
  { "UPDATE setting SET value = CAST (x'ff' AS TEXT) WHERE name = 'title'",
    "UTF-8" },
  { "UPDATE setting SET value = hex (zeroblob (40000)) WHERE name = 'options'",
    "too long" },
  { "UPDATE setting SET value = '' WHERE name = 'method'", "method" },
  { "DELETE FROM setting WHERE name = 'encoder'", "encoder" },
  { "UPDATE channel SET sd = 0 WHERE channel = 1", "channel 1" },
  { "UPDATE channel SET mean = 1e300 WHERE channel = 1", "channel 1" },
  { "UPDATE label SET sd = 0", "label 0" },
  { "UPDATE label SET coverage = 1", "interval" },
  { "UPDATE label SET quantile = -1", "interval" },
  { "UPDATE covariate SET categories = 3 WHERE covariate = 1", "category" },
  { "UPDATE covariate SET categories = NULL WHERE covariate = 1", "category" },
  { "UPDATE covariate SET sd = -1 WHERE covariate = 0", "age" },
  { "DELETE FROM category WHERE category = 0", "category" },
  { "UPDATE sample SET split = 'tset' WHERE sample = 5", "tset" },
  { "UPDATE sample SET split = 'test' WHERE sample = 5", "out of its place" },
  { "UPDATE sample SET split = 'train' WHERE sample = 20",
    "out of its place" },
  { "UPDATE sample SET split = 'test' WHERE sample = 16", "out of its place" },
  { "UPDATE sample SET file = '' WHERE sample = 5", "picture" },
  { "UPDATE sample SET file = 'a' || char(0) || 'b' WHERE sample = 5",
    "zero" },
  { "DELETE FROM sample WHERE sample = 5", "sample" },
  { "UPDATE sample_label SET value = 9e999 WHERE sample = 7", "finite" },
  { "DELETE FROM sample_label WHERE sample = 7 AND label = 1",
    "sample_label" },
  { "UPDATE sample_covariate SET value = 2 WHERE covariate = 1", "sex" },
  { "UPDATE sample_covariate SET value = 0.5 WHERE covariate = 1", "sex" },
  { "DELETE FROM feature WHERE sample = 23", "feature" },
  { "UPDATE feature SET vector = x'00' WHERE sample = 3", "vector" },
  { "UPDATE feature SET vector = x'0000c07f0000c07f0000c07f0000c07f0000c07f'"
    " WHERE sample = 3", "finite" },
  { "UPDATE feature SET vector = zeroblob (20) WHERE sample = 3",
    "checksum" },
  { "UPDATE sample_label SET value = value + 1 WHERE sample = 3",
    "checksum" },
  { "UPDATE thumbnail SET sample = 24 WHERE sample = 23", "thumbnail" },
  { "UPDATE thumbnail SET picture = zeroblob (1048577) WHERE sample = 23",
    "too large" },
  { "DELETE FROM map", "map" },
  { "UPDATE map SET data = zeroblob (100)", "damaged" },
  { "UPDATE map SET data = x''", "damaged" },
  { "UPDATE tensor SET dims = '3x2x5x5' WHERE tensor = 0", "3x2x5x5" },
  { "UPDATE tensor SET dims = '4294967295x4294967295x4294967295x4294967295'",
    "shape" },
  { "UPDATE tensor SET dims = '120x1x1x1x1' WHERE tensor = 0", "shape" },
  { "UPDATE tensor SET dims = '-3x-40' WHERE tensor = 0", "shape" },
  { "UPDATE tensor SET dims = '120 ' WHERE tensor = 0", "shape" },
  { "UPDATE tensor SET dims = '' WHERE tensor = 0", "size" },
  { "UPDATE tensor SET name = 'scale'", "name" },
  { "UPDATE tensor SET data = x'0000807f' WHERE tensor = 2", "finite" },
  { "UPDATE tensor SET data = x'0000803f' WHERE tensor = 2", "checksum" },
  { "UPDATE history SET row = 7 WHERE row = 1", "history" },
  { "UPDATE evaluation SET n = 5 WHERE split = 'validation'", "validation" },
  { "DELETE FROM evaluation", "evaluation" },
  { "DROP TABLE sample", "no table “sample”" },
  { "DROP TABLE feature; CREATE TABLE feature (sample, vector)",
    "not as Ordinate makes it" },
  { "ALTER TABLE sample ADD COLUMN note TEXT", "not as Ordinate makes it" },
};

static void
test_wrong_rows (Place         *place,
                 gconstpointer  data)
{
  g_autoptr (GBytes) whole = NULL;

  fixture_save (place->path, "Model");
  whole = fixture_read (place->path);
  for (gsize i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      g_test_message ("%s", changes[i].sql);
      fixture_write (place->path, g_bytes_get_data (whole, NULL),
                     g_bytes_get_size (whole));
      fixture_sql (place->path, changes[i].sql);
      assert_load_error (place->path, changes[i].words);
    }
}

/* Views and computed columns that would count for ever. */
static void
test_programs_in_place_of_tables (Place         *place,
                                  gconstpointer  data)
{
  static const char * const attacks[] = {
    "DROP TABLE setting; CREATE VIEW setting AS WITH RECURSIVE c (x) AS "
    "(SELECT 1 UNION ALL SELECT x + 1 FROM c) "
    "SELECT 'title' AS name, count (*) AS value FROM c",

    "DROP TABLE sample; CREATE VIEW sample AS WITH RECURSIVE c (sample) AS "
    "(SELECT 0 UNION ALL SELECT sample + 1 FROM c) SELECT sample, 'f' AS "
    "file, NULL AS path, NULL AS subject, NULL AS hash, 'train' AS split "
    "FROM c",

    "DROP TABLE tensor; CREATE TABLE tensor (tensor INTEGER PRIMARY KEY, "
    "name TEXT, dims TEXT, data BLOB AS (zeroblob (1000000000)))",

    "DROP TABLE history; CREATE VIRTUAL TABLE history USING "
    "fts5 (row, epoch, seconds, loss, validation_mae, spread)",

    /* The text of a table, with a view's name in front of it. */
    "PRAGMA writable_schema = ON; "
    "UPDATE sqlite_schema SET type = 'view' WHERE name = 'sample'",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (attacks); i++)
    {
      fixture_save (place->path, "Model");
      fixture_sql (place->path, attacks[i]);
      assert_load_error (place->path, "damaged");
    }
}

/* Tables that share their pages: every row is sound, and all are read from the
 * same few bytes. */
static void
test_shared_pages (Place         *place,
                   gconstpointer  data)
{
  static const char sql[] =
    "PRAGMA writable_schema = ON;"
    "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema "
    "WHERE name = 'thumbnail') WHERE name = 'feature'";

  fixture_save (place->path, "Model");
  fixture_sql (place->path, sql);
  assert_load_error (place->path, "damaged");
}

/* Either an error or a model; with the sanitizers on, nothing else. */
static void
load_whatever_it_is (const char *path)
{
  g_autoptr (GError)   error = NULL;
  g_autoptr (OrdModel) model = ord_model_load (path, NULL, &error);

  g_assert_true ((model == NULL) == (error != NULL));
  g_assert_true (!error || error->domain == ORD_ERROR
                 || error->domain == G_IO_ERROR);
}

static void
test_flipped_bytes (Place         *place,
                    gconstpointer  data)
{
  g_autoptr (GBytes) whole = NULL;
  g_autofree guint8 *bytes = NULL;
  GRand             *random = g_rand_new_with_seed (1);
  gsize              size;

  fixture_save (place->path, "Model");
  whole = fixture_read (place->path);
  size = g_bytes_get_size (whole);
  bytes = g_memdup2 (g_bytes_get_data (whole, NULL), size);

  for (int i = 0; i < 600; i++)
    {
      /* The header byte by byte; then heads of pages, where the trees are
       * described, as often as anything else. */
      gsize  where = i < 100 ? (gsize) i
                     : i % 2 ? (gsize) g_rand_int_range (random, 0, size)
                     : (gsize) g_rand_int_range (random, 0, size / 16384)
                       * 16384 + g_rand_int_range (random, 0, 64);
      guint8 before = bytes[where];

      bytes[where] ^= (guint8) g_rand_int_range (random, 1, 256);
      fixture_write (place->path, bytes, size);
      load_whatever_it_is (place->path);
      bytes[where] = before;
    }
  g_rand_free (random);
}

static void
test_swapped_pages (Place         *place,
                    gconstpointer  data)
{
  g_autoptr (GBytes) whole = NULL;
  const guint8      *source;
  gsize              size;

  fixture_save (place->path, "Model");
  whole = fixture_read (place->path);
  source = g_bytes_get_data (whole, &size);

  for (gsize page = 16384; page < size; page += 16384)
    {
      g_autofree guint8 *bytes = g_memdup2 (source, size);
      gsize              other = page + 16384 < size ? page + 16384 : 16384;

      memcpy (bytes + page, source + other, 16384);
      fixture_write (place->path, bytes, size);
      load_whatever_it_is (place->path);
    }
}

#define ADD(name, function) \
  g_test_add ("/model-file/" name, Place, NULL, place_set_up, function, \
              place_tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("cut-short-anywhere-is-an-error", test_cut_short);
  ADD ("something-appended-is-an-error", test_too_long);
  ADD ("other-files-are-told-apart", test_other_files);
  ADD ("a-newer-version-asks-for-an-update", test_a_newer_version);
  ADD ("a-write-ahead-log-is-not-made", test_write_ahead_log);
  ADD ("a-journal-is-not-rolled-back", test_a_hot_journal);
  ADD ("wrong-rows-are-named", test_wrong_rows);
  ADD ("programs-in-place-of-tables-do-not-run",
       test_programs_in_place_of_tables);
  ADD ("tables-cannot-share-pages", test_shared_pages);
  ADD ("a-changed-byte-is-an-error-or-harmless", test_flipped_bytes);
  ADD ("a-page-in-anothers-place-is-an-error-or-harmless",
       test_swapped_pages);
  return g_test_run ();
}
