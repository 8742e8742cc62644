/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * `ordinate compare` as a person or a script meets it.
 */
#include "calls.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <utime.h>

#include "commands/commands.h"

#define N_PICTURES "60"

static char *gauges;

static JsonObject *
row (JsonParser *parser,
     const Said *said,
     guint       index)
{
  JsonObject *object = parse (parser, said->out);

  g_assert_cmpint (said->code, ==, 0);
  return json_array_get_object_element (
    json_object_get_array_member (object, "methods"), index);
}

/* (transfer full) (nullable): a file of a run, by start and end of its name. */
static char *
find_file (const char *work,
           const char *start,
           const char *end)
{
  g_autoptr (GDir) dir = g_dir_open (work, 0, NULL);
  const char      *name;

  while (dir && (name = g_dir_read_name (dir)))
    if (g_str_has_prefix (name, start) && g_str_has_suffix (name, end))
      return g_build_filename (work, name, NULL);
  return NULL;
}

static char *
find_model (const char *work,
            const char *start)
{
  return find_file (work, start, ".ordinate");
}

static guint
count_models (const char *work)
{
  g_autoptr (GDir) dir = g_dir_open (work, 0, NULL);
  const char      *name;
  guint            n = 0;

  while (dir && (name = g_dir_read_name (dir)))
    n += g_str_has_suffix (name, ".ordinate");
  return n;
}

static void
test_finished_runs_are_not_repeated (void)
{
  g_autofree char        *work = in_folder ("kept");
  g_autofree char        *kept = NULL;
  g_autoptr (JsonParser)  parser = json_parser_new ();
  g_auto (Said)           first = { 0 }, second = { 0 }, other = { 0 };
  g_auto (Said)           again = { 0 };
  GStatBuf                before, after;
  JsonObject             *l1;

  first = CALL ("compare", gauges, "--methods", "rm-loss,l1", "--epochs", "1",
                "-w", work, "--json", "-q", QUICK);
  l1 = row (parser, &first, 1);
  g_assert_cmpstr (json_object_get_string_member (l1, "method"), ==, "l1");
  g_assert_cmpfloat (json_object_get_double_member (l1, "mae"), >, 0.0);
  g_assert_cmpfloat (json_object_get_double_member (l1, "d5"), >, 0.0);
  kept = find_model (work, "l1-1-");
  g_assert_cmpint (g_stat (kept, &before), ==, 0);

  second = CALL ("compare", gauges, "--methods", "rm-loss,l1", "--epochs", "1",
                 "-w", work, "--json", "-q", QUICK);
  g_assert_cmpstr (first.out, ==, second.out);
  g_assert_cmpint (g_stat (kept, &after), ==, 0);
  g_assert_cmpint (before.st_ino, ==, after.st_ino);

  /* Another option makes other runs, and does not take these ones' place. */
  other = CALL ("compare", gauges, "--methods", "rm-loss,l1", "--epochs", "2",
                "-w", work, "--json", "-q", QUICK);
  g_assert_cmpint (other.code, ==, 0);
  g_assert_cmpstr (other.out, !=, first.out);
  g_assert_cmpuint (count_models (work), ==, 4);
  again = CALL ("compare", gauges, "--methods", "rm-loss,l1", "--epochs", "1",
                "--memory", "64", "-w", work, "--json", "-q", QUICK);
  g_assert_cmpstr (again.out, ==, first.out);
  g_assert_cmpuint (count_models (work), ==, 4);
}

/* A picture that cannot be read is left out of a model; the run is known as
 * finished all the same. */
static void
test_a_broken_picture_repeats_nothing (void)
{
  g_autofree char *folder = in_folder ("one-broken");
  g_autofree char *broken = g_build_filename (folder, "gauge-0003.png", NULL);
  g_autofree char *work = in_folder ("one-broken-runs");
  g_autofree char *kept = NULL;
  g_auto (Said)    drawn = CALL ("sample", folder, "--count", N_PICTURES, "-q");
  g_auto (Said)    first = { 0 }, second = { 0 };
  GStatBuf         before, after;

  g_assert_cmpint (drawn.code, ==, 0);
  g_assert_true (g_file_set_contents (broken, "not a picture", -1, NULL));
  first = CALL ("compare", folder, "--methods", "l1", "--epochs", "1", "-w",
                work, "-q", QUICK);
  g_assert_cmpint (first.code, ==, 0);
  /* It is named, even when nothing else is told. */
  assert_contains (first.err, "gauge-0003.png");
  kept = find_model (work, "l1-1-");
  g_assert_cmpint (g_stat (kept, &before), ==, 0);
  second = CALL ("compare", folder, "--methods", "l1", "--epochs", "1", "-w",
                 work, "-q", QUICK);
  g_assert_cmpstr (first.out, ==, second.out);
  g_assert_cmpint (g_stat (kept, &after), ==, 0);
  g_assert_cmpint (before.st_ino, ==, after.st_ino);
}

/* Minutes are turned into epochs by a pace that is measured once. */
static void
test_the_same_seed_gives_the_same_table (void)
{
  g_autofree char *one = in_folder ("table-one");
  g_autofree char *two = in_folder ("table-two");
  g_auto (Said)    first = CALL ("compare", gauges, "--methods", "rm-loss,ordreg",
                                 "--minutes", "0.02", "-w", one, "-q", QUICK);
  g_auto (Said)    second = CALL ("compare", gauges, "--methods",
                                  "rm-loss,ordreg", "--minutes", "0.02", "-w",
                                  two, "-q", QUICK);

  g_assert_cmpint (first.code, ==, 0);
  g_assert_cmpstr (first.out, ==, second.out);
}

static void
test_a_list_of_values_makes_rows (void)
{
  g_autofree char        *work = in_folder ("list");
  g_autoptr (JsonParser)  parser = json_parser_new ();
  g_auto (Said)           said =
    CALL ("compare", gauges, "--methods", "rm-loss,l1", "--sigma", "0.5,2",
          "--alpha", "0", "--no-mining", "--guide", "0", "--epochs", "1", "-w",
          work, "--json", "-q", QUICK);
  const char * const      names[] = { "rm-loss sigma=0.5", "rm-loss sigma=2",
                                      "l1" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_assert_cmpstr (json_object_get_string_member (row (parser, &said, i),
                                                    "name"), ==, names[i]);
  /* Without a head to lead, pairs count from the first step on, and far ones, which
   * σ does not weigh, not at all. */
  g_assert_cmpfloat (json_object_get_double_member (row (parser, &said, 0),
                                                    "mae"), !=,
                     json_object_get_double_member (row (parser, &said, 1),
                                                    "mae"));
}

/* As each training may find out for itself whether pictures bear it. */
static void
test_mirrored_trainings_are_named (void)
{
  g_autofree char        *work = in_folder ("mirrored");
  g_autoptr (JsonParser)  parser = json_parser_new ();
  g_auto (Said)           table = { 0 }, json = { 0 };

  table = CALL ("compare", gauges, "--methods", "l1", "--flip-vertical", "0,1",
                "--no-find-flips", "--epochs", "1", "-w", work, "-q", QUICK);
  assert_contains (table.out, "mirrored top to bottom: l1 flip-vertical=1; their "
                              "mirror images take part in answers.");
  json = CALL ("compare", gauges, "--methods", "l1", "--flip-vertical", "0,1",
               "--no-find-flips", "--epochs", "1", "-w", work, "--json", "-q",
               QUICK);
  for (guint i = 0; i < 2; i++)
    {
      JsonObject *of_row = row (parser, &json, i);

      g_assert_cmpint (json_object_get_int_member (of_row, "flip_vertical"),
                       ==, i);
      g_assert_cmpint (json_object_get_int_member (of_row, "flip_horizontal"),
                       ==, 0);
    }
}

static void
test_a_fraction_trains_on_fewer (void)
{
  g_autofree char        *work = in_folder ("fraction");
  g_autoptr (JsonParser)  parser = json_parser_new ();
  g_auto (Said)           said =
    CALL ("compare", gauges, "--methods", "l1", "--fraction", "0.5", "--epochs",
          "1", "-w", work, "--json", "-q", QUICK);
  JsonObject             *all;

  g_assert_cmpint (said.code, ==, 0);
  all = parse (parser, said.out);
  /* Of 60 pictures 42 are for training and 9 for tests. */
  g_assert_cmpint (json_object_get_int_member (all, "n_train"), ==, 21);
  g_assert_cmpint (json_object_get_int_member (all, "n"), ==, 9);
}

/* An interruption within the second run leaves the first one finished, and the same
 * command ends with the table of a comparison that was never interrupted. */
static void
test_an_interrupted_comparison_goes_on (void)
{
  g_autofree char         *work = in_folder ("interrupted");
  g_autofree char         *whole = in_folder ("whole");
  g_autofree char         *kept = NULL, *begun = NULL, *second = NULL;
  g_autoptr (GSubprocess)  process = NULL;
  g_auto (Said)            resumed = { 0 }, straight = { 0 };
  GStatBuf                 before, after;
  const char * const       arguments[] = {
    "compare", gauges, "--methods", "l1,mse", "--epochs", "40", "--checkpoint",
    "0", "--rotation", "0", "-w", work, "-q", QUICK, NULL
  };

  process = start (G_SUBPROCESS_FLAGS_STDOUT_SILENCE |
                   G_SUBPROCESS_FLAGS_STDERR_SILENCE, arguments);
  while (!(begun = find_file (work, "mse-1-", "-resume")))
    {
      g_assert_nonnull (g_subprocess_get_identifier (process));
      g_usleep (1000);
    }
  g_subprocess_send_signal (process, SIGINT);
  g_assert_true (g_subprocess_wait (process, NULL, NULL));
  g_assert_cmpint (g_subprocess_get_exit_status (process), ==,
                   ORD_EXIT_CANCELLED);
  second = find_model (work, "mse-1-");
  g_assert_null (second);
  kept = find_model (work, "l1-1-");
  g_assert_cmpint (g_stat (kept, &before), ==, 0);

  resumed = call (arguments);
  g_assert_cmpint (resumed.code, ==, 0);
  g_assert_cmpint (g_stat (kept, &after), ==, 0);
  g_assert_cmpint (before.st_ino, ==, after.st_ino);

  straight = CALL ("compare", gauges, "--methods", "l1,mse", "--epochs", "40",
                   "--checkpoint", "0", "--rotation", "0", "-w", whole, "-q",
                   QUICK);
  g_assert_cmpstr (resumed.out, ==, straight.out);
}

/* Two labels, a covariate and groups, over two seeds. */
static void
test_vectors_covariates_and_seeds (void)
{
  g_autofree char        *folder = in_folder ("pairs");
  g_autofree char        *table = g_build_filename (folder, "labels.csv", NULL);
  g_autofree char        *work = in_folder ("pairs-runs");
  g_autoptr (GString)     lines =
    g_string_new ("file,value_1,value_2,sex,group\n");
  g_autoptr (JsonParser)  parser = json_parser_new ();
  g_auto (Said)           drawn = CALL ("sample", folder, "--count", N_PICTURES,
                                        "-q");
  g_auto (Said)           json = { 0 }, text = { 0 };
  g_autofree char        *difference = NULL;
  JsonObject             *l1, *found;
  double                  mae;

  g_assert_cmpint (drawn.code, ==, 0);
  for (guint i = 1; i <= 60; i++)
    g_string_append_printf (lines, "gauge-%04u.png,%u,%u,%c,%u\n", i, i,
                            (i * 37) % 60, i % 2 ? 'F' : 'M', i / 2);
  g_assert_true (g_file_set_contents (table, lines->str, -1, NULL));
  json = CALL ("compare", folder, "--methods", "l1", "--seeds", "2", "--without",
               "sex", "--epochs", "1", "-w", work, "--json", "-q", QUICK);
  l1 = row (parser, &json, 0);
  g_assert_cmpuint (
    json_array_get_length (json_object_get_array_member (l1, "component_mae")), ==,
    2);
  g_assert_cmpfloat (json_object_get_double_member (l1, "mae_sd"), >, 0.0);
  mae = json_object_get_double_member (l1, "mae");
  l1 = row (parser, &json, 1);
  g_assert_cmpstr (json_object_get_string_member (l1, "name"), ==,
                   "l1 without sex");
  g_assert_cmpuint (count_models (work), ==, 4);
  found = json_array_get_object_element (
    json_object_get_array_member (json_node_get_object (
                                    json_parser_get_root (parser)),
                                  "differences"), 0);
  mae = json_object_get_double_member (l1, "mae") - mae;
  g_assert_cmpfloat_with_epsilon (json_object_get_double_member (found, "mae"),
                                  mae, 1e-9);
  g_assert_cmpfloat (json_object_get_double_member (found, "mae_low"), <, mae);
  g_assert_cmpfloat (json_object_get_double_member (found, "mae_high"), >, mae);

  text = CALL ("compare", folder, "--methods", "l1", "--seeds", "2", "--without",
               "sex", "--epochs", "1", "-w", work, "-q", QUICK);
  difference = g_strdup_printf ("l1 without sex: MAE %+.2f against l1 ", mae);
  assert_contains (text.out, difference);
  assert_contains (text.out, " test images, of ");
}

/* Rows are named by what differs between them; a run is known by what it is. */
static void
test_a_run_is_found_under_another_name (void)
{
  g_autofree char *work = in_folder ("renamed");
  g_auto (Said)    plain = CALL ("compare", gauges, "--methods", "rm-loss",
                                 "--epochs", "1", "-w", work, "-q", QUICK);
  g_auto (Said)    listed = CALL ("compare", gauges, "--methods", "rm-loss",
                                  "--knee", "2,0", "--epochs", "1", "-w", work,
                                  "-q", QUICK);

  g_assert_cmpint (plain.code, ==, 0);
  assert_contains (listed.out, "rm-loss knee=2");
  g_assert_cmpuint (count_models (work), ==, 2);
}

/* A picture that one run alone could not read. */
static void
test_runs_of_other_pictures_are_not_compared (void)
{
  g_autofree char *folder = in_folder ("for-a-while");
  g_autofree char *lost = g_build_filename (folder, "gauge-0003.png", NULL);
  g_autofree char *work = in_folder ("for-a-while-runs");
  g_autofree char *picture = NULL, *short_of_one = NULL;
  g_auto (Said)    drawn = CALL ("sample", folder, "--count", N_PICTURES, "-q");
  g_auto (Said)    first = { 0 }, second = { 0 }, third = { 0 };
  struct utimbuf   then;
  GStatBuf         facts;
  gsize            size;

  g_assert_cmpint (drawn.code, ==, 0);
  g_assert_true (g_file_get_contents (lost, &picture, &size, NULL));
  g_assert_cmpint (g_stat (lost, &facts), ==, 0);
  then.actime = then.modtime = facts.st_mtime;

  /* Of the same size and date, as nothing tells that it is another one. */
  picture[0] ^= 1;
  g_assert_true (g_file_set_contents (lost, picture, (gssize) size, NULL));
  g_assert_cmpint (g_utime (lost, &then), ==, 0);
  first = CALL ("compare", folder, "--methods", "l1", "--epochs", "1", "-w", work,
                "-q", QUICK);
  g_assert_cmpint (first.code, ==, 0);
  short_of_one = find_model (work, "l1-1-");
  picture[0] ^= 1;
  g_assert_true (g_file_set_contents (lost, picture, (gssize) size, NULL));
  g_assert_cmpint (g_utime (lost, &then), ==, 0);

  second = CALL ("compare", folder, "--methods", "l1,mse", "--epochs", "1", "-w",
                 work, "-q", QUICK);
  g_assert_cmpint (second.code, ==, 1);
  assert_contains (second.err, short_of_one);
  g_assert_cmpint (g_unlink (short_of_one), ==, 0);
  third = CALL ("compare", folder, "--methods", "l1,mse", "--epochs", "1", "-w",
                work, "-q", QUICK);
  g_assert_cmpint (third.code, ==, 0);
}

static void
test_the_report_is_written (void)
{
  g_autofree char *work = in_folder ("reported");
  g_autofree char *report = in_folder ("report");
  g_autofree char *page = g_build_filename (report, "index.html", NULL);
  g_autofree char *text = NULL;
  g_auto (Said)    said =
    CALL ("compare", gauges, "--methods", "rm-loss,l1", "--epochs", "1", "-w",
          work, "--report", report, "-q", QUICK);

  g_assert_cmpint (said.code, ==, 0);
  g_assert_true (g_file_get_contents (page, &text, NULL, NULL));
  assert_contains (text, "rm-loss");
  assert_contains (text, "<svg");
  /* The command that made it. */
  assert_contains (text, "--methods rm-loss,l1");
}

/* A plain folder of pictures, without labels. */
static char *
draw_strangers (void)
{
  char *folder = in_folder ("strangers");

  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  for (guint i = 0; i < 4; i++)
    {
      g_autofree char   *path = g_strdup_printf ("%s/%c.pgm", folder, 'a' + i);
      g_autoptr (GString) text = g_string_new ("P2\n32 32\n255\n");

      for (guint p = 0; p < 32 * 32; p++)
        g_string_append_printf (text, "%u ", (p * (i + 7)) % 256);
      g_assert_true (g_file_set_contents (path, text->str, -1, NULL));
    }
  return folder;
}

static void
spoil (const char *folder,
       const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents (path, "not a picture", -1, NULL));
}

static void
test_foreign_pictures_are_counted (void)
{
  g_autofree char        *work = in_folder ("with-foreign");
  g_autofree char        *strangers = draw_strangers ();
  g_autoptr (JsonParser)  parser = json_parser_new ();
  g_auto (Said)           own =
    CALL ("compare", gauges, "--methods", "l1", "--epochs", "1", "-w", work,
          "--foreign", gauges, "--json", "-q", QUICK);
  g_auto (Said)           others =
    CALL ("compare", gauges, "--methods", "l1", "--epochs", "1", "-w", work,
          "--foreign", strangers, "--json", "-q", QUICK);
  g_auto (Said)           one_less = { 0 }, none = { 0 };
  JsonObject             *l1 = row (parser, &own, 0);

  /* Pictures of the same kind are no strangers. */
  g_assert_cmpfloat (json_object_get_double_member (l1, "foreign"), <, 0.5);
  g_assert_cmpfloat (json_object_get_double_member (l1, "flagged"), <, 0.5);
  l1 = row (parser, &others, 0);
  g_assert_cmpfloat (json_object_get_double_member (l1, "foreign"), ==, 1.0);

  /* One that cannot be read is named; none that can is an error. */
  spoil (strangers, "a.pgm");
  one_less = CALL ("compare", gauges, "--methods", "l1", "--epochs", "1", "-w",
                   work, "--foreign", strangers, "-q", QUICK);
  g_assert_cmpint (one_less.code, ==, 0);
  assert_contains (one_less.err, "a.pgm");
  spoil (strangers, "b.pgm");
  spoil (strangers, "c.pgm");
  spoil (strangers, "d.pgm");
  none = CALL ("compare", gauges, "--methods", "l1", "--epochs", "1", "-w", work,
               "--foreign", strangers, "-q", QUICK);
  g_assert_cmpint (none.code, ==, 1);
  assert_contains (none.err, strangers);
}

/* A network of our own stands for one from elsewhere. */
static void
test_methods_may_share_a_pretrained_network (void)
{
  g_autofree char        *model = in_folder ("donor.ordinate");
  g_autofree char        *network = in_folder ("donor.onnx");
  g_autofree char        *work = in_folder ("pretrained");
  g_auto (Said)           trained = CALL ("train", gauges, "-o", model,
                                          "--epochs", "1", "-q", QUICK);
  g_auto (Said)           exported = CALL ("export", model, network);
  g_auto (Said)           frozen =
    CALL ("compare", gauges, "--methods", "rm-loss,l1", "--encoder", network,
          "--width", "4,6", "--size", "24", "--epochs", "1", "-w", work, "-q",
          "--json");
  g_auto (Said)           scratch =
    CALL ("compare", gauges, "--methods", "l1", "--finetune");
  g_autoptr (JsonParser)  parser = json_parser_new ();
  JsonObject             *last;

  g_assert_cmpint (trained.code, ==, 0);
  g_assert_cmpint (exported.code, ==, 0);
  last = row (parser, &frozen, 3);
  g_assert_cmpstr (json_object_get_string_member (last, "name"), ==,
                   "l1 width=6");
  g_assert_cmpuint (count_models (work), ==, 4);
  g_assert_cmpint (scratch.code, ==, 2);
  assert_contains (scratch.err, "--encoder FILE.onnx");
}

static void
test_mistakes_are_told (void)
{
  g_auto (Said) twice = CALL ("compare", gauges, "--methods", "l1,l1");
  g_auto (Said) none = CALL ("compare", gauges, "--methods", "");
  g_auto (Said) unknown = CALL ("compare", gauges, "--methods", "l1,voodoo");
  g_auto (Said) value = CALL ("compare", gauges, "--methods", "rm-loss",
                              "--sigma", "0.5,much");
  g_auto (Said) empty = CALL ("compare", gauges, "--methods", "rm-loss",
                              "--sigma", "0.5,,1");
  g_auto (Said) same = CALL ("compare", gauges, "--methods", "rm-loss",
                             "--sigma", ".5,0.50");
  g_auto (Said) again = CALL ("compare", gauges, "--methods", "rm-loss",
                              "--sigma", "1,2", "--sigma", "3");
  g_auto (Said) few = CALL ("compare", gauges, "--methods", "l1", "--fraction",
                            "0.01");
  g_auto (Said) both = CALL ("compare", gauges, "--minutes", "1", "--epochs",
                             "1");
  g_auto (Said) covariate = CALL ("compare", gauges, "--methods", "l1",
                                  "--without", "shoe-size");
  g_auto (Said) folder = CALL ("compare", gauges, "--methods", "l1", "--epochs",
                               "1", "--work", "/proc/nowhere");

  g_assert_cmpint (twice.code, ==, 2);
  assert_contains (twice.err, "twice");
  g_assert_cmpint (none.code, ==, 2);
  g_assert_cmpint (unknown.code, ==, 2);
  assert_contains (unknown.err, "voodoo");
  assert_contains (unknown.err, "atriplet-nn");
  g_assert_cmpint (value.code, ==, 2);
  assert_contains (value.err, "much");
  g_assert_cmpint (empty.code, ==, 2);
  g_assert_cmpint (same.code, ==, 2);
  assert_contains (same.err, "twice");
  g_assert_cmpint (again.code, ==, 2);
  assert_contains (again.err, "--sigma is given twice");
  g_assert_cmpint (few.code, ==, 1);
  assert_contains (few.err, "--fraction");
  g_assert_cmpint (both.code, ==, 2);
  g_assert_cmpint (covariate.code, !=, 0);
  assert_contains (covariate.err, "shoe-size");
  g_assert_cmpint (folder.code, ==, 1);
  assert_contains (folder.err, "/proc/nowhere");
}

int
main (int    argc,
      char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);

  make_folder ();
  gauges = in_folder ("gauges");
  {
    g_auto (Said) drawn = CALL ("sample", gauges, "--count", N_PICTURES, "-q");

    g_assert_cmpint (drawn.code, ==, 0);
  }

  g_test_add_func ("/compare/finished-runs-are-not-repeated",
                   test_finished_runs_are_not_repeated);
  g_test_add_func ("/compare/a-broken-picture-repeats-nothing",
                   test_a_broken_picture_repeats_nothing);
  g_test_add_func ("/compare/the-same-seed-gives-the-same-table",
                   test_the_same_seed_gives_the_same_table);
  g_test_add_func ("/compare/a-list-of-values-makes-rows",
                   test_a_list_of_values_makes_rows);
  g_test_add_func ("/compare/mirrored-trainings-are-named",
                   test_mirrored_trainings_are_named);
  g_test_add_func ("/compare/a-fraction-trains-on-fewer",
                   test_a_fraction_trains_on_fewer);
  g_test_add_func ("/compare/an-interrupted-comparison-goes-on",
                   test_an_interrupted_comparison_goes_on);
  g_test_add_func ("/compare/vectors-covariates-and-seeds",
                   test_vectors_covariates_and_seeds);
  g_test_add_func ("/compare/a-run-is-found-under-another-name",
                   test_a_run_is_found_under_another_name);
  g_test_add_func ("/compare/runs-of-other-pictures-are-not-compared",
                   test_runs_of_other_pictures_are_not_compared);
  g_test_add_func ("/compare/the-report-is-written", test_the_report_is_written);
  g_test_add_func ("/compare/foreign-pictures-are-counted",
                   test_foreign_pictures_are_counted);
  g_test_add_func ("/compare/methods-may-share-a-pretrained-network",
                   test_methods_may_share_a_pretrained_network);
  g_test_add_func ("/compare/mistakes-are-told-with-the-way-out",
                   test_mistakes_are_told);
  result = g_test_run ();

  remove_folder ();
  g_free (gauges);
  return result;
}
