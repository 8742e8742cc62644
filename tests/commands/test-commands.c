/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The command line as a person or a script meets it: the real program, its
 * output, its messages, its exit codes.
 */
#include "calls.h"

#include <glib/gstdio.h>
#include <math.h>
#include <signal.h>
#include <string.h>

#include "../onnx/net-fixture.h"
#include "network/ord-graph.h"

#define N_PICTURES "60"

static char *gauges;   /* sample pictures */
static char *model;    /* trained on them */
static char *duplex;   /* gauges of two needles */
static char *pair;     /* a model of them */

/* A folder of n copies of one sample picture with this labels.csv. */
static char *
make_dataset (const char *name,
              guint       n,
              const char *table)
{
  char            *path = in_folder (name);
  g_autofree char *csv = g_build_filename (path, "labels.csv", NULL);
  g_autofree char *source =
    g_build_filename (gauges, "gauge-0001.png", NULL);

  g_assert_cmpint (g_mkdir (path, 0700), ==, 0);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char  *picture = g_strdup_printf ("%s/%u.png", path, i);
      g_autoptr (GFile) from = g_file_new_for_path (source);
      g_autoptr (GFile) to = g_file_new_for_path (picture);

      g_assert_true (g_file_copy (from, to, 0, NULL, NULL, NULL, NULL));
    }
  if (table)
    g_assert_true (g_file_set_contents (csv, table, -1, NULL));
  return path;
}

/* -- what works --------------------------------------------------------------- */

static void
test_predict_json (void)
{
  g_autofree char        *first = g_build_filename (gauges, "gauge-0001.png", NULL);
  g_autofree char        *second = g_build_filename (gauges, "gauge-0002.png", NULL);
  g_auto (Said)           said = CALL ("predict", model, "--json", first, second);
  g_auto (GStrv)          lines = g_strsplit (g_strchomp (said.out), "\n", -1);
  g_autoptr (JsonParser)  parser = json_parser_new ();
  JsonObject             *object;
  double                  value;

  g_assert_cmpint (said.code, ==, 0);
  g_assert_cmpuint (g_strv_length (lines), ==, 2);
  object = parse (parser, lines[0]);
  g_assert_cmpstr (json_object_get_string_member (object, "file"), ==, first);
  g_assert_cmpstr (json_object_get_string_member (object, "unit"), ==, "bar");
  value = json_object_get_double_member (object, "value");
  g_assert_cmpfloat (json_object_get_double_member (object, "low"), <, value);
  g_assert_cmpfloat (json_object_get_double_member (object, "high"), >, value);
  g_assert_true (json_object_get_boolean_member (object, "in_range"));
  g_assert_cmpuint (json_array_get_length (
                      json_object_get_array_member (object, "neighbours")),
                    >=, 12);
}

static void
test_evaluate_json (void)
{
  g_auto (Said)           said = CALL ("evaluate", model, "--json");
  g_autoptr (JsonParser)  parser = json_parser_new ();
  JsonObject             *object;

  g_assert_cmpint (said.code, ==, 0);
  object = parse (parser, said.out);
  g_assert_cmpint (json_object_get_int_member (object, "n"), ==, 9);
  g_assert_cmpfloat (json_object_get_double_member (object, "mae"), >, 0.0);
  g_assert_cmpfloat (json_object_get_double_member (object, "rmse"), >=,
                     json_object_get_double_member (object, "mae"));
  g_assert_cmpfloat (json_object_get_double_member (object, "r2"), <, 1.0);
  g_assert_cmpfloat (json_object_get_double_member (object, "coverage"), <=,
                     1.0);
  g_assert_cmpstr (json_object_get_string_member (object, "unit"), ==, "bar");
  g_assert_cmpfloat_with_epsilon (
    json_object_get_double_member (object, "flagged") +
    json_object_get_double_member (object, "in_range"), 1.0, 1e-12);
}

/* The distance between label and answer is at least each component's error,
 * and at most their sum. */
static void
test_evaluate_components (void)
{
  g_auto (Said)           text = CALL ("evaluate", pair);
  g_auto (Said)           said = CALL ("evaluate", pair, "--json");
  g_autoptr (JsonParser)  parser = json_parser_new ();
  JsonObject             *object;
  JsonArray              *components;
  double                  sum = 0.0, coverage = 0.0;

  g_assert_cmpint (said.code, ==, 0);
  object = parse (parser, said.out);
  components = json_object_get_array_member (object, "components");
  g_assert_cmpuint (json_array_get_length (components), ==, 2);
  for (guint k = 0; k < 2; k++)
    {
      JsonObject *component = json_array_get_object_element (components, k);
      double      mae = json_object_get_double_member (component, "mae");

      g_assert_cmpstr (json_object_get_string_member (component, "name"), ==,
                       k == 0 ? "red" : "black");
      g_assert_cmpfloat (mae, <=, json_object_get_double_member (object, "mae"));
      g_assert_cmpfloat (json_object_get_double_member (component, "map_r2"),
                         <, 1.0);
      sum += mae;
      coverage += json_object_get_double_member (component, "coverage") / 2.0;
    }
  g_assert_cmpfloat (json_object_get_double_member (object, "mae"), <=, sum);
  g_assert_cmpfloat_with_epsilon (
    json_object_get_double_member (object, "coverage"), coverage, 1e-12);

  assert_contains (text.out, "\n  red    MAE ");
  assert_contains (text.out, "\n  black  MAE ");
}

static void
test_one_label_has_no_components (void)
{
  g_auto (Said)           text = CALL ("evaluate", model);
  g_auto (Said)           said = CALL ("evaluate", model, "--json");
  g_autoptr (JsonParser)  parser = json_parser_new ();

  g_assert_false (json_object_has_member (parse (parser, said.out),
                                          "components"));
  g_assert_null (strstr (text.out, "component"));
}

static void
test_predict_vector (void)
{
  g_autofree char        *picture =
    g_build_filename (duplex, "gauge-0001.png", NULL);
  g_auto (Said)           text = CALL ("predict", pair, picture);
  g_auto (Said)           said = CALL ("predict", pair, "--json", picture);
  g_autoptr (JsonParser)  parser = json_parser_new ();
  g_autoptr (GRegex)      line =
    g_regex_new ("^\\S+: red [-.0-9]+, black [-.0-9]+ bar \\(90 % intervals "
                 "red [-.0-9]+ – [-.0-9]+, black [-.0-9]+ – [-.0-9]+\\)\\n"
                 "(  no training image .*\\n|  outside .*\\n)?"
                 "  neighbour gauge-[0-9]+\\.png: red [.0-9]+, "
                 "black [.0-9]+ bar, distance ", 0, 0, NULL);
  JsonObject             *object;
  JsonArray              *names;

  g_assert_cmpint (said.code, ==, 0);
  if (!g_regex_match (line, text.out, 0, NULL))
    g_error ("not as a vector is told: %s", text.out);

  object = parse (parser, said.out);
  names = json_object_get_array_member (object, "labels");
  g_assert_cmpstr (json_array_get_string_element (names, 0), ==, "red");
  g_assert_cmpstr (json_array_get_string_element (names, 1), ==, "black");
  for (guint k = 0; k < 2; k++)
    {
      double value = json_array_get_double_element (
        json_object_get_array_member (object, "value"), k);

      g_assert_cmpfloat (json_array_get_double_element (
                           json_object_get_array_member (object, "low"), k),
                         <, value);
      g_assert_cmpfloat (json_array_get_double_element (
                           json_object_get_array_member (object, "high"), k),
                         >, value);
    }
}

/* With the covariate predict asks for it, without it does not. */
static void
test_train_without (void)
{
  g_autoptr (GString) table = g_string_new ("file,value,sex,weight\n");
  g_autofree char    *output = in_folder ("without.ordinate");
  g_autofree char    *path = NULL;
  g_auto (Said)       trained = { 0 }, unknown = { 0 }, info = { 0 };

  for (guint i = 0; i < 30; i++)
    g_string_append_printf (table, "%u.png,%u,%s,%u\n", i, i,
                            i % 2 ? "M" : "F", i % 7);
  path = make_dataset ("with-covariates", 30, table->str);

  unknown = CALL ("train", path, "-o", output, "--without", "gender", QUICK);
  g_assert_cmpint (unknown.code, ==, 1);
  assert_contains (unknown.err, "“gender”");
  assert_contains (unknown.err, "sex, weight");

  trained = CALL ("train", path, "-o", output, "--without", "sex", "--epochs",
                  "1", QUICK);
  g_assert_cmpint (trained.code, ==, 0);
  info = CALL ("info", output);
  assert_contains (info.out, "weight: a number");
  g_assert_null (strstr (info.out, "sex"));
}

static void
test_info (void)
{
  g_auto (Said)           text = CALL ("info", model);
  g_auto (Said)           json = CALL ("info", model, "--json");
  g_autoptr (JsonParser)  parser = json_parser_new ();

  g_assert_cmpint (text.code, ==, 0);
  assert_contains (text.out, "rm-loss");
  g_assert_cmpstr (json_object_get_string_member (parse (parser, json.out),
                                                  "method"), ==, "rm-loss");
}

static void
test_one_bad_picture_does_not_stop_the_others (void)
{
  g_autofree char *good = g_build_filename (gauges, "gauge-0001.png", NULL);
  g_auto (Said)    said = CALL ("predict", model, "/nowhere/a.png", good);

  g_assert_cmpint (said.code, ==, 1);
  assert_contains (said.err, "/nowhere/a.png");
  assert_contains (said.out, good);
}

static void
test_values_in_folder_names (void)
{
  g_autofree char *path = in_folder ("by-value");
  g_autofree char *output = in_folder ("by-value.ordinate");
  g_auto (Said)    said = { 0 };

  g_assert_cmpint (g_mkdir (path, 0700), ==, 0);
  for (guint value = 1; value <= 3; value++)
    {
      g_autofree char *name = g_strdup_printf ("by-value/%u.5", value);

      g_free (make_dataset (name, 8, NULL));
    }
  said = CALL ("train", path, "-o", output, "--epochs", "1", QUICK);
  g_assert_cmpint (said.code, ==, 0);
  assert_contains (said.out, "MAE");
}

static void
test_evaluate_another_folder (void)
{
  g_autofree char        *other = make_dataset ("other", 3,
                                                "file,value\n0.png,1\n"
                                                "1.png,1\n2.png,1\n");
  g_auto (Said)           said = CALL ("evaluate", model, other, "--json");
  g_auto (Said)           same = CALL ("evaluate", model, gauges, "--json");
  g_autoptr (JsonParser)  parser = json_parser_new ();

  /* Few pictures of one label will do to measure, and all of them count. */
  g_assert_cmpint (said.code, ==, 0);
  g_assert_cmpint (json_object_get_int_member (parse (parser, said.out), "n"),
                   ==, 3);
  /* The folder that was trained on keeps its split. */
  g_assert_cmpint (json_object_get_int_member (parse (parser, same.out), "n"),
                   ==, 9);
}

static void
test_unwritable_model_is_told_before_training (void)
{
  g_auto (Said) said = CALL ("train", gauges, "-o", "/nowhere/m.ordinate",
                             "--epochs", "4000", QUICK);

  g_assert_cmpint (said.code, ==, 1);
  assert_contains (said.err, "/nowhere/m.ordinate");
}

static double
predicted_value (const char *path,
                 const char *picture)
{
  g_auto (Said)           said = CALL ("predict", path, "--json", picture);
  g_autoptr (JsonParser)  parser = json_parser_new ();

  g_assert_cmpint (said.code, ==, 0);
  return json_object_get_double_member (parse (parser, said.out), "value");
}

#define ASKED 8

static void
predict_some (const char *path,
              double     *values)
{
  for (guint i = 0; i < ASKED; i++)
    {
      g_autofree char *name = g_strdup_printf ("gauge-%04u.png", i + 1);
      g_autofree char *picture = g_build_filename (gauges, name, NULL);

      values[i] = predicted_value (path, picture);
    }
}

/* A processor without the instructions is one that oneDNN is told to take for
 * such. */
static void
test_precision (void)
{
  g_autofree char *rounded = in_folder ("rounded.ordinate");
  g_autofree char *other = in_folder ("other.ordinate");
  double           values[ASKED], of_floats[ASKED];
  double           apart = 0.0;

  if (!ord_precision_is_supported (ORD_PRECISION_BFLOAT16))
    {
      g_test_skip ("this processor has no instructions for bfloat16");
      return;
    }

  {
    g_auto (Said) trained = CALL ("train", gauges, "-o", rounded, "--epochs",
                                  "2", "--precision", "bf16", QUICK);
    g_auto (Said) info = CALL ("info", rounded);

    g_assert_cmpint (trained.code, ==, 0);
    assert_contains (info.out, "precision=bf16");
  }
  predict_some (rounded, values);

  g_setenv ("ONEDNN_MAX_CPU_ISA", "AVX2", TRUE);
  predict_some (rounded, of_floats);
  {
    g_auto (Said) refused = CALL ("train", gauges, "-o", other, "--epochs", "2",
                                  "--precision", "bf16", QUICK);
    g_auto (Said) chosen = CALL ("train", gauges, "-o", other, "--epochs", "2",
                                 QUICK);
    g_auto (Said) info = CALL ("info", other);

    g_assert_cmpint (refused.code, ==, 1);
    assert_contains (refused.err, "--precision float");
    g_assert_cmpint (chosen.code, ==, 0);
    assert_contains (info.out, "precision=float");
  }
  g_unsetenv ("ONEDNN_MAX_CPU_ISA");

  /* Of the dial's 10 bar, two per cent. */
  for (guint i = 0; i < ASKED; i++)
    apart += fabs (values[i] - of_floats[i]) / ASKED;
  g_assert_cmpfloat (apart, >, 0.0);
  g_assert_cmpfloat (apart, <, 0.2);
}

/* -- mistakes ----------------------------------------------------------------- */

static void
test_usage (void)
{
  g_auto (Said) nothing = CALL ("predict");
  g_auto (Said) unknown = CALL ("divine");
  g_auto (Said) option = CALL ("train", gauges, "-o", "x", "--sigma", "much");
  g_auto (Said) range = CALL ("train", gauges, "-o", "x", "--rotation=400");
  g_auto (Said) method = CALL ("train", gauges, "-o", "x", "--method", "voodoo");
  g_auto (Said) output = CALL ("train", gauges);
  g_auto (Said) kind = CALL ("sample", "x", "--kind", "triplex");

  g_assert_cmpint (nothing.code, ==, 2);
  g_assert_cmpint (unknown.code, ==, 2);
  assert_contains (unknown.err, "divine");
  g_assert_cmpint (option.code, ==, 2);
  assert_contains (option.err, "sigma");
  g_assert_cmpint (range.code, ==, 2);
  assert_contains (range.err, "180");
  g_assert_cmpint (method.code, ==, 2);
  assert_contains (method.err, "rm-loss");
  g_assert_cmpint (output.code, ==, 2);
  assert_contains (output.err, "-o MODEL");
  g_assert_cmpint (kind.code, ==, 2);
  assert_contains (kind.err, "gauge, duplex");
}

typedef struct
{
  const char *name;
  guint       n;
  const char *table;
  const char *says;
} BadDataset;

static const BadDataset bad_datasets[] = {
  { "label-is-no-number", 12,
    "file,value\n0.png,1\n1.png,two\n", "labels.csv:3" },
  { "folder-is-empty", 0, NULL, "folder-is-empty" },
  { "labels-are-all-equal", 12,
    "file,value\n0.png,1\n1.png,1\n2.png,1\n3.png,1\n4.png,1\n5.png,1\n"
    "6.png,1\n7.png,1\n8.png,1\n9.png,1\n10.png,1\n11.png,1\n", "labels" },
  { "fewer-than-ten", 4,
    "file,value\n0.png,1\n1.png,2\n2.png,3\n3.png,4\n", "10" },
};

static void
test_bad_dataset (gconstpointer data)
{
  const BadDataset *bad = data;
  g_autofree char  *path = make_dataset (bad->name, bad->n, bad->table);
  g_autofree char  *output = in_folder ("bad.ordinate");
  g_auto (Said)     said = CALL ("train", path, "-o", output, QUICK);

  g_assert_cmpint (said.code, ==, 1);
  assert_contains (said.err, bad->says);
  g_assert_false (g_file_test (output, G_FILE_TEST_EXISTS));
}

static void
test_foreign_model (void)
{
  g_autofree char *picture = g_build_filename (gauges, "gauge-0001.png", NULL);
  g_auto (Said)    said = CALL ("predict", picture, picture);

  g_assert_cmpint (said.code, ==, 1);
  assert_contains (said.err, picture);
  assert_contains (said.err, "not an Ordinate model");
}

/* -- interruptions ------------------------------------------------------------ */

/* Starts a training that would take minutes, waits for its first checkpoint,
 * and ends it by @signal. */
static int
train_and_signal (const char *output,
                  int         number)
{
  const char * const      arguments[] = { "train", gauges, "-o", output,
                                          "--epochs", "4000", "--checkpoint",
                                          "0", QUICK, NULL };
  g_autofree char        *checkpoint = g_strconcat (output, "-resume", NULL);
  g_autoptr (GSubprocess) process =
    start (G_SUBPROCESS_FLAGS_STDERR_SILENCE, arguments);

  while (!g_file_test (checkpoint, G_FILE_TEST_EXISTS))
    g_usleep (10000);
  g_subprocess_send_signal (process, number);
  g_assert_true (g_subprocess_wait (process, NULL, NULL));
  g_assert_true (g_file_test (checkpoint, G_FILE_TEST_EXISTS));
  return g_subprocess_get_if_exited (process)
         ? g_subprocess_get_exit_status (process) : -1;
}

static void
test_killed_training_leaves_the_old_model (void)
{
  g_autofree char *output = in_folder ("killed.ordinate");
  g_autofree char *old = NULL, *kept = NULL;
  gsize            old_size, kept_size;
  g_auto (Said)    other = { 0 }, resumed = { 0 }, fresh = { 0 };

  g_assert_true (g_file_get_contents (model, &old, &old_size, NULL));
  g_assert_true (g_file_set_contents (output, old, (gssize) old_size, NULL));
  g_assert_cmpint (train_and_signal (output, SIGKILL), ==, -1);
  g_assert_true (g_file_get_contents (output, &kept, &kept_size, NULL));
  g_assert_cmpmem (old, old_size, kept, kept_size);

  /* Another command sets it aside, and ends; the same one finds it again. It
   * would take minutes, and is given seconds. */
  other = CALL ("train", gauges, "-o", output, "--epochs", "2", "--checkpoint",
                "0", QUICK);
  g_assert_cmpint (other.code, ==, 0);
  assert_contains (other.err, "other pictures or options");
  resumed = CALL ("train", gauges, "-o", output, "--epochs", "4000",
                  "--minutes", "0.03", "--checkpoint", "0", QUICK);
  g_assert_cmpint (resumed.code, ==, 0);
  assert_contains (resumed.err, "interrupted training");

  g_assert_cmpint (train_and_signal (output, SIGKILL), ==, -1);
  fresh = CALL ("train", gauges, "-o", output, "--epochs", "4000", "--minutes",
                "0.03", "--checkpoint", "0", "--fresh", QUICK);
  g_assert_cmpint (fresh.code, ==, 0);
  g_assert_null (strstr (fresh.err, "interrupted training"));
}

static void
test_interrupted_training_says_how_to_go_on (void)
{
  g_autofree char *output = in_folder ("interrupted.ordinate");

  g_assert_cmpint (train_and_signal (output, SIGINT), ==, 130);
  g_assert_false (g_file_test (output, G_FILE_TEST_EXISTS));
}

/* -- pretrained networks ------------------------------------------------------ */

/* (transfer full): the file of one with this size of pictures; −1 is free. */
static char *
write_network (const char *name,
               gint64      height,
               gint64      width)
{
  char               *path = in_folder (name);
  g_autoptr (GBytes)  bytes = NULL;
  Net                 net;

  net_every_operator (&net, height, width);
  bytes = net_to_bytes (&net);
  net_clear (&net);
  g_assert_true (g_file_set_contents (path, g_bytes_get_data (bytes, NULL),
                                      (gssize) g_bytes_get_size (bytes), NULL));
  return path;
}

#define QUICK_HEAD "--hidden", "16", "--width", "8", "--threads", "1", \
                   "--epochs", "1"

static void
test_feature_cache (void)
{
  g_autofree char *network = write_network ("free.onnx", -1, -1);
  g_autofree char *output = in_folder ("frozen.ordinate");
  g_autofree char *cache = in_folder ("cache/ordinate/features");
  g_auto (Said)    first = CALL ("train", gauges, "-o", output, "--encoder",
                                 network, "--size", "24", "--feature-cache",
                                 "0", QUICK_HEAD);
  g_auto (Said)    second = { 0 }, third = { 0 }, help = { 0 };

  g_assert_cmpint (first.code, ==, 0);
  g_assert_false (g_file_test (cache, G_FILE_TEST_EXISTS));
  second = CALL ("train", gauges, "-o", output, "--encoder", network, "--size",
                 "24", QUICK_HEAD);
  assert_contains (second.err, "Computing features ");
  third = CALL ("train", gauges, "-o", output, "--encoder", network, "--size",
                "24", QUICK_HEAD);
  g_assert_cmpint (third.code, ==, 0);
  assert_contains (third.err, "features are from the cache");
  /* What was measured is the same to all digits that are told. */
  g_assert_cmpstr (third.out, ==, first.out);
  g_assert_cmpstr (third.out, ==, second.out);

  help = CALL ("train", "--help");
  g_assert_cmpint (help.code, ==, 0);
  assert_contains (help.out, "--feature-cache");
  assert_contains (help.out, cache);
}

static void
test_fixed_size (void)
{
  g_autofree char *network = write_network ("fixed.onnx", 32, 18);
  g_autofree char *output = in_folder ("fixed.ordinate");
  g_auto (Said)    wrong = CALL ("train", gauges, "-o", output, "--encoder",
                                 network, "--size", "96", QUICK_HEAD);
  g_auto (Said)    right = CALL ("train", gauges, "-o", output, "--encoder",
                                 network, QUICK_HEAD);

  g_assert_cmpint (wrong.code, ==, 1);
  assert_contains (wrong.err, "fixed.onnx reads pictures of 18 × 32 only");
  assert_contains (wrong.err, "leave --size out");
  g_assert_cmpint (right.code, ==, 0);
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
  duplex = in_folder ("duplex");
  pair = in_folder ("duplex.ordinate");
  {
    g_auto (Said) drawn = CALL ("sample", gauges, "--count", N_PICTURES, "-q");
    g_auto (Said) trained = CALL ("train", gauges, "-o", model, "--epochs", "2",
                                  QUICK);

    g_auto (Said) two = CALL ("sample", duplex, "--kind", "duplex", "--count",
                              N_PICTURES, "-q");
    g_auto (Said) both = CALL ("train", duplex, "-o", pair, "--epochs", "2",
                               QUICK);

    g_assert_cmpint (drawn.code, ==, 0);
    g_assert_cmpint (trained.code, ==, 0);
    g_assert_cmpint (two.code, ==, 0);
    g_assert_cmpint (both.code, ==, 0);
  }

  g_test_add_func ("/commands/predict-prints-an-object-per-picture",
                   test_predict_json);
  g_test_add_func ("/commands/evaluate-prints-one-object", test_evaluate_json);
  g_test_add_func ("/commands/evaluate-tells-components-by-name",
                   test_evaluate_components);
  g_test_add_func ("/commands/evaluate-of-one-label-has-no-components",
                   test_one_label_has_no_components);
  g_test_add_func ("/commands/predict-names-the-components",
                   test_predict_vector);
  g_test_add_func ("/commands/train-leaves-a-covariate-out", test_train_without);
  g_test_add_func ("/commands/evaluate-measures-another-folder-whole",
                   test_evaluate_another_folder);
  g_test_add_func ("/commands/an-unwritable-model-is-told-before-training",
                   test_unwritable_model_is_told_before_training);
  g_test_add_func ("/commands/info-tells-the-method", test_info);
  g_test_add_func ("/commands/precision-is-chosen-kept-and-checked",
                   test_precision);
  g_test_add_func ("/commands/one-bad-picture-does-not-stop-the-others",
                   test_one_bad_picture_does_not_stop_the_others);
  g_test_add_func ("/commands/values-may-be-folder-names",
                   test_values_in_folder_names);
  g_test_add_func ("/commands/features-are-kept-for-the-next-training",
                   test_feature_cache);
  g_test_add_func ("/commands/a-network-of-one-size-needs-no-size",
                   test_fixed_size);
  g_test_add_func ("/commands/mistakes-are-told-with-the-way-out", test_usage);
  g_test_add_func ("/commands/a-picture-is-no-model", test_foreign_model);
  for (guint i = 0; i < G_N_ELEMENTS (bad_datasets); i++)
    {
      g_autofree char *path = g_strdup_printf ("/commands/bad-dataset/%s",
                                               bad_datasets[i].name);

      g_test_add_data_func (path, &bad_datasets[i], test_bad_dataset);
    }
  g_test_add_func ("/commands/a-killed-training-leaves-the-old-model-whole",
                   test_killed_training_leaves_the_old_model);
  g_test_add_func ("/commands/an-interrupted-training-keeps-its-checkpoint",
                   test_interrupted_training_says_how_to_go_on);
  result = g_test_run ();

  remove_folder ();
  g_free (pair);
  g_free (duplex);
  g_free (model);
  g_free (gauges);
  return result;
}
