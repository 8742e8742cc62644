/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The plug-in's procedures in a real GIMP without a screen. One GIMP answers
 * all questions in a report (its start takes seconds), and each test looks at
 * its line.
 */
#include <math.h>

#include <json-glib/json-glib.h>

#include "colour-profiles.h"
#include "gimp-fixture.h"

/* In label units, between GIMP and the command line; and where a profile is
 * converted, which two libraries do, one of them in 16 bits. */
#define TOLERANCE         1e-4
#define PROFILE_TOLERANCE 1e-3

static GimpFixture  fixture;
static char        *picture; /* the sample picture that all others come from */
static GHashTable  *report;  /* (element-type utf8 utf8): what GIMP answered */

/* Pictures, made from the sample picture by another program. */
static const struct
{
  const char *name;
  const char *how;   /* ImageMagick's operations */
  const char *format;
} variants[] = {
  { "rgb",         "-strip", "PNG24" },
  { "grey",        "-strip -colorspace gray", "PNG" },
  { "indexed",     "-strip -colors 40", "PNG8" },
  { "deep",        "-strip -blur 0x2 -depth 16", "PNG48" },
  { "transparent", "-strip -alpha set -channel A -evaluate multiply 0.6",
    "PNG32" },
  { "dot",         "-strip -crop 1x1+40+40 +repage", "PNG24" },
  { "gamma",       "-modulate 90", "PNG24" },
  { "matrix",      "-profile matrix.icc", "PNG24" },
  { "table",       "-profile table.icc", "PNG24" },
  { "cut",         "-strip -crop 60x50+20+30 +repage", "PNG24" },
  { "corner",      "-strip -crop 80x70+0+0 +repage", "PNG24" },
};

/* Of these, those that GIMP also answers for in linear precision. */
static const char * const made_linear[] = { "rgb", "matrix", "table" };

static char *
variant_path (const char *name)
{
  g_autofree char *file = g_strconcat (name, ".png", NULL);

  return gimp_fixture_path (&fixture, file);
}

static void
make_variants (void)
{
  g_autofree char *matrix = gimp_fixture_path (&fixture, "matrix.icc");
  g_autofree char *table  = gimp_fixture_path (&fixture, "table.icc");

  colour_profile_write_matrix (matrix);
  colour_profile_write_table (table);
  for (guint i = 0; i < G_N_ELEMENTS (variants); i++)
    {
      g_autofree char *path = variant_path (variants[i].name);
      g_autofree char *command = g_strdup_printf (
        "cd '%s' && magick '%s' %s %s:'%s'", fixture.folder, picture,
        variants[i].how, variants[i].format, path);
      g_autofree char *output = gimp_fixture_run ("sh", "-c", command, NULL);
    }
}

static char *
make_script (const char *report_path)
{
  g_autofree char *folder = gimp_fixture_path (&fixture, "nothing");
  g_autofree char *trained = gimp_fixture_path (&fixture, "gimp.ordinate");
  GString *script = g_string_new (NULL);

  g_mkdir_with_parents (folder, 0700);

  g_string_append_printf (
    script, "(begin (load \"%s/headless.scm\") (with-report \"%s\" (lambda ()",
    g_getenv ("ORDINATE_TEST_SOURCES"), report_path);
  for (guint i = 0; i < G_N_ELEMENTS (variants); i++)
    g_string_append_printf (script, " (ask-about \"%s\" \"%s\" \"%s\")",
                            fixture.folder, variants[i].name, fixture.model);
  for (guint i = 0; i < G_N_ELEMENTS (made_linear); i++)
    g_string_append_printf (script, " (ask-about-linear \"%s\" \"%s\" \"%s\")",
                            fixture.folder, made_linear[i], fixture.model);
  g_string_append_printf (script, " (ask-about-selection \"%s\" \"%s\")",
                          picture, fixture.model);
  g_string_append_printf (script, " (ask-about-layers \"%s\" \"%s\")",
                          picture, fixture.model);
  g_string_append_printf (script, " (tell-errors \"%s\" \"%s\" \"%s\" \"%s\")",
                          picture, fixture.model, picture, folder);
  g_string_append_printf (script, " (train \"%s\" \"%s\"))))",
                          fixture.pictures, trained);

  return g_string_free (script, FALSE);
}

static void
read_report (const char *path)
{
  g_autofree char *text  = NULL;
  g_auto (GStrv)   lines = NULL;

  report = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  if (! g_file_get_contents (path, &text, NULL, NULL))
    return;

  /* A message may have several lines; keys are what starts the others. */
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      char *blank = strchr (g_strchomp (lines[i]), ' ');

      if (blank != NULL)
        g_hash_table_insert (report,
                             g_strndup (lines[i], blank - lines[i]),
                             g_strdup (blank + 1));
    }
}

static void
ask_gimp (void)
{
  g_autofree char *log     = gimp_fixture_path (&fixture, "gimp.log");
  g_autofree char *path    = gimp_fixture_path (&fixture, "report.txt");
  g_autofree char *script  = make_script (path);
  g_autofree char *said    = NULL;
  g_autoptr (GSubprocess) gimp =
    gimp_fixture_start_gimp (&fixture, log, NULL, script, NULL);

  g_subprocess_wait (gimp, NULL, NULL);
  read_report (path);

  if (! g_subprocess_get_successful (gimp) &&
      g_file_get_contents (log, &said, NULL, NULL))
    g_test_message ("GIMP failed and said: %s", said);
}

static const char *
answer (const char *key)
{
  const char *line = g_hash_table_lookup (report, key);

  if (line == NULL)
    {
      g_test_message ("GIMP gave no answer about “%s”", key);
      g_test_fail ();
      return "";
    }

  return line;
}

/* What the command line says about the same picture. */
static void
command_line_answer (const char *path,
                     double     *value,
                     double     *low,
                     double     *high)
{
  g_autofree char *text = gimp_fixture_run (gimp_fixture_ordinate (),
                                            "predict", fixture.model, path,
                                            "--json", NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError)     error  = NULL;
  JsonObject *prediction;

  json_parser_load_from_data (parser, text, -1, &error);
  g_assert_no_error (error);
  prediction = json_node_get_object (json_parser_get_root (parser));
  *value = json_object_get_double_member (prediction, "value");
  *low   = json_object_get_double_member (prediction, "low");
  *high  = json_object_get_double_member (prediction, "high");
}

static void
assert_same (const char *key,
             const char *path,
             double      tolerance)
{
  g_auto (GStrv) words = g_strsplit (answer (key), " ", -1);
  double value, low, high;

  if (g_strv_length (words) < 7)
    return;

  command_line_answer (path, &value, &low, &high);
  g_assert_cmpfloat_with_epsilon (g_ascii_strtod (words[0], NULL), value,
                                  tolerance);
  g_assert_cmpfloat_with_epsilon (g_ascii_strtod (words[1], NULL), low,
                                  tolerance);
  g_assert_cmpfloat_with_epsilon (g_ascii_strtod (words[2], NULL), high,
                                  tolerance);
}

static void
test_variant (gconstpointer data)
{
  g_autofree char *path = variant_path (data);

  assert_same (data, path, TOLERANCE);
}

static void
test_profile (gconstpointer data)
{
  g_autofree char *path = variant_path (data);

  assert_same (data, path, PROFILE_TOLERANCE);
}

static void
test_linear (gconstpointer data)
{
  g_autofree char *path = variant_path (data);
  g_autofree char *key  = g_strconcat (data, "-linear", NULL);

  assert_same (key, path, PROFILE_TOLERANCE);
}

/* Else agreement would show nothing. */
static void
test_sensitivity (void)
{
  static const char * const others[] = { "grey", "deep", "transparent",
                                         "matrix", "table" };
  double value = g_ascii_strtod (answer ("rgb"), NULL);

  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    g_assert_cmpfloat (fabs (g_ascii_strtod (answer (others[i]), NULL) - value),
                       >, 20 * TOLERANCE);
}

static void
test_selection (void)
{
  g_autofree char *path = variant_path ("cut");

  assert_same ("selection", path, TOLERANCE);
}

static void
test_selection_beyond (void)
{
  g_autofree char *path = variant_path ("corner");

  assert_same ("selection-beyond", path, TOLERANCE);
}

static void
test_layers (void)
{
  assert_same ("layers", picture, TOLERANCE);
}

static void
test_neighbours (void)
{
  g_auto (GStrv) words = g_strsplit (answer ("rgb"), " ", -1);

  if (g_strv_length (words) < 7)
    return;

  /* As many labels as files; the nearest has a distance; the unit. */
  g_assert_cmpint (atoi (words[3]), >=, 12);
  g_assert_cmpstr (words[3], ==, words[5]);
  g_assert_cmpfloat (g_ascii_strtod (words[4], NULL), >=, 0.0);
  g_assert_cmpstr (words[6], ==, "bar");
}

static void
assert_mentions (const char *key,
                 const char *what)
{
  const char *message = answer (key);

  if (strstr (message, what) == NULL)
    {
      g_test_message ("%s: “%s” does not mention “%s”", key, message, what);
      g_test_fail ();
    }
}

static void
test_errors (void)
{
  assert_mentions ("no-model", "Which model?");
  assert_mentions ("missing-model", "/does/not/exist.ordinate");
  assert_mentions ("foreign-model", picture);
  assert_mentions ("unknown-covariate", "sex");
}

static void
test_training_errors (void)
{
  assert_mentions ("empty-folder", "nothing");
  assert_mentions ("unknown-option", "colour");
}

static void
test_training (void)
{
  g_autofree char *trained = gimp_fixture_path (&fixture, "gimp.ordinate");
  g_auto (GStrv)   words   = g_strsplit (answer ("train"), " ", -1);
  g_autofree char *info    = NULL;

  if (g_strv_length (words) < 2)
    return;

  /* The dial ends at 10. */
  g_assert_cmpfloat (g_ascii_strtod (words[0], NULL), >, 0.0);
  g_assert_cmpfloat (g_ascii_strtod (words[0], NULL), <, 10.0);
  g_assert_cmpfloat (g_ascii_strtod (words[1], NULL), <=, 1.0);

  info = gimp_fixture_run (gimp_fixture_ordinate (), "info", trained, NULL);
  g_assert_nonnull (strstr (info, "From GIMP"));
  g_assert_nonnull (strstr (info, "psi"));
}

/* Of the first variants; the others are what selections are compared with. */
static const char * const claims[] = {
  "/gimp/an-8-bit-picture-gives-what-the-command-line-gives",
  "/gimp/a-grey-picture-gives-what-the-command-line-gives",
  "/gimp/an-indexed-picture-gives-what-the-command-line-gives",
  "/gimp/a-16-bit-picture-gives-what-the-command-line-gives",
  "/gimp/a-transparent-picture-gives-what-the-command-line-gives",
  "/gimp/a-single-pixel-gives-what-the-command-line-gives",
  "/gimp/a-picture-with-a-gamma-chunk-gives-what-the-command-line-gives",
};

int
main (int    argc,
      char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  g_test_set_nonfatal_assertions ();

  gimp_fixture_init (&fixture);
  picture = g_build_filename (fixture.pictures, "gauge-0001.png", NULL);
  make_variants ();
  ask_gimp ();

  for (guint i = 0; i < G_N_ELEMENTS (claims); i++)
    g_test_add_data_func (claims[i], variants[i].name, test_variant);
  g_test_add_data_func ("/gimp/a-picture-with-a-profile-gives-what-the-command-"
                        "line-gives", "matrix", test_profile);
  g_test_add_data_func ("/gimp/a-picture-whose-profile-is-a-table-gives-what-the-"
                        "command-line-gives", "table", test_profile);
  for (guint i = 0; i < G_N_ELEMENTS (made_linear); i++)
    {
      g_autofree char *claim =
        g_strconcat ("/gimp/a-picture-in-linear-precision-gives-what-the-command-"
                     "line-gives/", made_linear[i], NULL);

      g_test_add_data_func (claim, made_linear[i], test_linear);
    }
  g_test_add_func ("/gimp/different-pictures-give-different-values",
                   test_sensitivity);
  g_test_add_func ("/gimp/a-selection-is-what-is-read", test_selection);
  g_test_add_func ("/gimp/a-selection-is-cut-at-the-edge",
                   test_selection_beyond);
  g_test_add_func ("/gimp/what-the-layers-show-is-what-is-read", test_layers);
  g_test_add_func ("/gimp/neighbours-come-with-labels-distances-and-files",
                   test_neighbours);
  g_test_add_func ("/gimp/a-mistake-in-predicting-is-told-clearly",
                   test_errors);
  g_test_add_func ("/gimp/a-mistake-in-training-is-told-clearly",
                   test_training_errors);
  g_test_add_func ("/gimp/training-writes-a-model", test_training);

  status = g_test_run ();

  g_hash_table_unref (report);
  g_free (picture);
  gimp_fixture_clear (&fixture);

  return status;
}
