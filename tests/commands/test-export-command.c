/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * `ordinate export` as a person meets it: what it writes together, what it makes
 * of mistakes, and the way of a network out of one training and into the next.
 */
#include "calls.h"

#include <glib/gstdio.h>
#include <string.h>

static char *gauges; /* sample pictures */
static char *model;  /* trained on them */

static char *
read_text (const char *path)
{
  g_autoptr (GError) error = NULL;
  char              *text;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

static guint
count_lines (const char *path)
{
  g_autofree char *text = read_text (path);
  guint            n = 0;

  for (const char *c = text; *c; c++)
    n += *c == '\n';
  return n;
}

static guint
count_files (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint            n = 0;

  while (g_dir_read_name (dir))
    n++;
  return n;
}

/* -- what works ----------------------------------------------------------------- */

static void
test_all_at_once (void)
{
  g_autofree char *folder = in_folder ("all");
  g_autofree char *encoder = g_build_filename (folder, "e.onnx", NULL);
  g_autofree char *features = g_build_filename (folder, "f.tsv", NULL);
  g_autofree char *metadata = g_build_filename (folder, "m.tsv", NULL);
  g_autofree char *array = g_build_filename (folder, "f.npy", NULL);
  g_autofree char *labels = g_build_filename (folder, "l.npy", NULL);
  g_auto (Said)    said = { 0 };

  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  /* Options may stand anywhere. */
  said = CALL ("export", "--table", features, metadata, model, "--npy", array,
               encoder, "--npy-labels", labels);
  g_assert_cmpstr (said.err, ==, "");
  g_assert_cmpint (said.code, ==, 0);
  g_assert_cmpuint (count_files (folder), ==, 5);
  g_assert_cmpuint (count_lines (features), ==, 60);
  g_assert_cmpuint (count_lines (metadata), ==, 61);
  assert_contains (said.out, encoder);
  assert_contains (said.out, "60 images");
}

static void
test_one_alone (void)
{
  g_autofree char *folder = in_folder ("one");
  g_autofree char *array = g_build_filename (folder, "f.npy", NULL);
  g_auto (Said)    said = { 0 };

  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  said = CALL ("export", model, "--npy", array);
  g_assert_cmpint (said.code, ==, 0);
  g_assert_cmpuint (count_files (folder), ==, 1);
}

/* An exported network is one like any other: as it is, its space is that of the
 * model; and it can be trained on. */
static void
test_into_the_next_training (void)
{
  g_autofree char        *encoder = in_folder ("encoder.onnx");
  g_autofree char        *frozen = in_folder ("frozen.ordinate");
  g_autofree char        *tuned = in_folder ("tuned.ordinate");
  g_autofree char        *ours = in_folder ("ours.tsv");
  g_autofree char        *theirs = in_folder ("theirs.tsv");
  g_autofree char        *metadata = in_folder ("metadata.tsv");
  g_autofree char        *other = in_folder ("other.tsv");
  g_auto (Said)           written = CALL ("export", model, encoder, "--table",
                                          ours, metadata);
  g_auto (Said)           used = CALL ("train", gauges, "-o", frozen,
                                       "--encoder", encoder, "--head", "none",
                                       "--size", "24", "--threads", "1");
  g_auto (Said)           trained = CALL ("train", gauges, "-o", tuned,
                                          "--encoder", encoder, "--finetune",
                                          "--epochs", "1", "--size", "24",
                                          "--threads", "1");
  g_auto (Said)           again = { 0 };
  g_autofree char        *first = NULL;
  g_autofree char        *second = NULL;
  g_auto (GStrv)          numbers = NULL;
  g_auto (GStrv)          expected = NULL;

  g_assert_cmpint (written.code, ==, 0);
  g_assert_cmpint (used.code, ==, 0);
  g_assert_cmpint (trained.code, ==, 0);
  again = CALL ("export", frozen, "--table", theirs, other);
  g_assert_cmpint (again.code, ==, 0);
  first = read_text (ours);
  second = read_text (theirs);
  expected = g_strsplit_set (g_strchomp (first), "\t\n", -1);
  numbers = g_strsplit_set (g_strchomp (second), "\t\n", -1);
  g_assert_cmpuint (g_strv_length (numbers), ==, 60 * 8);
  for (guint i = 0; i < 60 * 8; i++)
    g_assert_cmpfloat_with_epsilon (g_ascii_strtod (numbers[i], NULL),
                                    g_ascii_strtod (expected[i], NULL), 1e-4);
}

/* Where mirror images answer too, a network that can be trained on is one without. */
static void
test_flips (void)
{
  g_autofree char *mirrored = in_folder ("mirrored.ordinate");
  g_autofree char *averaging = in_folder ("averaging.onnx");
  g_autofree char *alone = in_folder ("alone.onnx");
  g_autofree char *plain = in_folder ("plain.onnx");
  g_autofree char *tuned = in_folder ("tuned-alone.ordinate");
  g_auto (Said)    made = CALL ("train", gauges, "-o", mirrored, "--flip-vertical",
                                "--epochs", "1", "--size", "24", "--threads", "1",
                                "--channels", "4");
  g_auto (Said)    means = CALL ("export", mirrored, averaging);
  g_auto (Said)    single = CALL ("export", mirrored, alone, "--no-average-flips");
  g_auto (Said)    without = CALL ("export", model, plain);
  g_auto (Said)    refused = CALL ("train", gauges, "-o", tuned, "--encoder",
                                   averaging, "--finetune", "--epochs", "1",
                                   "--size", "24", "--threads", "1");
  g_auto (Said)    trained = CALL ("train", gauges, "-o", tuned, "--encoder",
                                   alone, "--finetune", "--epochs", "1", "--size",
                                   "24", "--threads", "1");

  g_assert_cmpint (made.code, ==, 0);
  g_assert_cmpint (means.code, ==, 0);
  assert_contains (means.out, "--no-average-flips");
  g_assert_cmpint (single.code, ==, 0);
  assert_contains (single.out, "pictures alone");
  g_assert_null (strstr (without.out, "mirror"));
  g_assert_cmpint (refused.code, !=, 0);
  assert_contains (refused.err, "--no-average-flips");
  g_assert_cmpint (trained.code, ==, 0);
}

/* Without a head they change nothing, and nobody is asked for them. */
static void
test_unused_covariates (void)
{
  g_autofree char *encoder = in_folder ("for-covariates.onnx");
  g_autofree char *pictures = in_folder ("with-covariates");
  g_autofree char *table = g_build_filename (pictures, "labels.csv", NULL);
  g_autofree char *frozen = in_folder ("without-head.ordinate");
  g_auto (Said)    drawn = CALL ("sample", pictures, "-n", "60", "-q");
  g_auto (Said)    written = CALL ("export", model, encoder);
  g_auto (Said)    used = { 0 };
  g_auto (Said)    info = { 0 };
  g_autofree char *text = read_text (table);
  g_auto (GStrv)   lines = g_strsplit (text, "\n", -1);
  GString         *changed = g_string_new (NULL);

  for (guint i = 0; lines[i] && *lines[i]; i++)
    g_string_append_printf (changed, "%s%s\n", lines[i],
                            lines[i][0] == '#' ? ""
                            : g_str_has_prefix (lines[i], "file") ? ",sex"
                            : i % 2 == 0 ? ",F" : ",M");
  g_assert_true (g_file_set_contents (table, changed->str, -1, NULL));
  g_string_free (changed, TRUE);

  used = CALL ("train", pictures, "-o", frozen, "--encoder", encoder, "--head",
               "none", "--size", "24", "--threads", "1");
  g_assert_cmpint (used.code, ==, 0);
  assert_contains (used.err, "Covariates are not used");
  info = CALL ("info", frozen, "--json");
  g_assert_cmpint (info.code, ==, 0);
  g_assert_null (strstr (info.out, "sex"));
}

/* Where the model calculates in bfloat16 and the network in floats, it is said. */
static void
test_bfloat16 (void)
{
  g_autofree char *rounded = in_folder ("rounded.ordinate");
  g_autofree char *encoder = in_folder ("rounded.onnx");
  g_autofree char *exact = in_folder ("exact.onnx");
  g_auto (Said)    trained = CALL ("train", gauges, "-o", rounded, "--epochs",
                                   "1", "--precision", "bf16", QUICK);
  g_auto (Said)    said = { 0 };
  g_auto (Said)    other = CALL ("export", model, exact);

  g_assert_null (strstr (other.out, "bfloat16"));
  if (trained.code != 0 && strstr (trained.err, "bfloat16"))
    {
      g_test_skip ("this processor does not calculate in bfloat16");
      return;
    }
  g_assert_cmpint (trained.code, ==, 0);
  said = CALL ("export", rounded, encoder);
  g_assert_cmpint (said.code, ==, 0);
  assert_contains (said.out, "bfloat16");
}

/* -- mistakes ------------------------------------------------------------------- */

static void
test_usage (void)
{
  g_auto (Said)    nothing = CALL ("export");
  g_auto (Said)    only_model = CALL ("export", model);
  g_auto (Said)    many = CALL ("export", model, "a.onnx", "b.onnx");
  g_auto (Said)    half = CALL ("export", model, "--table", "a.tsv");
  g_auto (Said)    option = CALL ("export", model, "--table", "a.tsv",
                                  "--npy", "b.npy");
  g_auto (Said)    twice = CALL ("export", model, "a.x", "--npy", "./a.x");
  g_auto (Said)    table = CALL ("export", model, "--table", "a.x", "a.x");
  g_auto (Said)    itself = CALL ("export", model, model);

  g_assert_cmpint (nothing.code, ==, 2);
  g_assert_cmpint (only_model.code, ==, 2);
  assert_contains (only_model.err, "--table");
  g_assert_cmpint (many.code, ==, 2);
  g_assert_cmpint (half.code, ==, 2);
  assert_contains (half.err, "two files");
  g_assert_cmpint (option.code, ==, 2);
  assert_contains (option.err, "two files");
  g_assert_cmpint (twice.code, ==, 2);
  assert_contains (twice.err, "named twice");
  g_assert_cmpint (table.code, ==, 2);
  assert_contains (table.err, "named twice");
  g_assert_cmpint (itself.code, ==, 2);
  assert_contains (itself.err, "named twice");
  g_assert_false (g_file_test ("a.x", G_FILE_TEST_EXISTS));
}

static void
test_no_model (void)
{
  g_autofree char *encoder = in_folder ("never.onnx");
  g_autofree char *picture = g_build_filename (gauges, "gauge-0001.png", NULL);
  g_auto (Said)    missing = CALL ("export", "/nowhere/m.ordinate", encoder);
  g_auto (Said)    foreign = CALL ("export", picture, encoder);

  g_assert_cmpint (missing.code, ==, 1);
  assert_contains (missing.err, "/nowhere/m.ordinate");
  g_assert_cmpint (foreign.code, ==, 1);
  assert_contains (foreign.err, "not an Ordinate model");
  g_assert_false (g_file_test (encoder, G_FILE_TEST_EXISTS));
}

/* Nothing of what could be written is, where something cannot. */
static void
test_unwritable (void)
{
  g_autofree char *folder = in_folder ("half");
  g_autofree char *encoder = g_build_filename (folder, "e.onnx", NULL);
  g_autofree char *array = g_build_filename (folder, "f.npy", NULL);
  g_auto (Said)    said = { 0 };
  g_auto (Said)    is_folder = { 0 };

  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  said = CALL ("export", model, encoder, "--npy", array, "--npy-labels",
               "/nowhere/l.npy");
  g_assert_cmpint (said.code, ==, 1);
  assert_contains (said.err, "/nowhere/l.npy");
  g_assert_cmpuint (count_files (folder), ==, 0);

  is_folder = CALL ("export", model, encoder, "--npy", gauges);
  g_assert_cmpint (is_folder.code, ==, 1);
  assert_contains (is_folder.err, "is a folder");
  g_assert_cmpuint (count_files (folder), ==, 0);
}

int
main (int    argc,
      char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);

  make_folder ();
  gauges = in_folder ("gauges");
  model = in_folder ("gauges.ordinate");
  {
    g_auto (Said) drawn = CALL ("sample", gauges, "--count", "60", "-q");
    g_auto (Said) trained = CALL ("train", gauges, "-o", model, "--epochs", "2",
                                  "--precision", "float", QUICK);

    g_assert_cmpint (drawn.code, ==, 0);
    g_assert_cmpint (trained.code, ==, 0);
  }

  g_test_add_func ("/export-command/all-at-once", test_all_at_once);
  g_test_add_func ("/export-command/one-alone", test_one_alone);
  g_test_add_func ("/export-command/into-the-next-training",
                   test_into_the_next_training);
  g_test_add_func ("/export-command/mirror-images-or-a-training", test_flips);
  g_test_add_func ("/export-command/no-head-no-covariates",
                   test_unused_covariates);
  g_test_add_func ("/export-command/bfloat16-is-told", test_bfloat16);
  g_test_add_func ("/export-command/mistakes-are-told-with-the-way-out",
                   test_usage);
  g_test_add_func ("/export-command/without-a-model-nothing-is-written",
                   test_no_model);
  g_test_add_func ("/export-command/all-or-nothing", test_unwritable);
  result = g_test_run ();

  remove_folder ();
  g_free (model);
  g_free (gauges);
  return result;
}
