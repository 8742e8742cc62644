/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The three layouts of a dataset, and everything a table can have wrong.
 */
#include "fixture.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

/* A table of @n rows "0.png,0"… after @head, then @more. */
static void
write_table (const Folder *folder,
             const char   *head,
             guint         n,
             const char   *row_tail,
             const char   *more)
{
  g_autoptr (GString) text = g_string_new (head);

  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "%u.png,%u%s\n", i, i, row_tail);
  g_string_append (text, more);
  folder_write (folder, "labels.csv", text->str, text->len);
}

static void
test_table (void)
{
  g_auto (Folder) folder = folder_new ();
  g_autoptr (OrdDataset) dataset = NULL;
  const OrdSample *sample;
  g_autofree char *path = folder_path (&folder, "sub dir/ünï.png");

  write_table (&folder, "# unit: bar\nfile,value\n", 12, "",
               "sub dir/ünï.png,-3.5e1\n");
  dataset = read_dataset (&folder, NULL);

  g_assert_cmpuint (ord_dataset_get_n_samples (dataset), ==, 13);
  g_assert_cmpuint (ord_dataset_get_n_labels (dataset), ==, 1);
  g_assert_cmpuint (ord_dataset_get_n_covariates (dataset), ==, 0);
  g_assert_cmpstr (ord_dataset_get_unit (dataset), ==, "bar");
  g_assert_cmpstr (ord_dataset_get_folder (dataset), ==, folder.path);
  g_assert_cmpstr (ord_dataset_get_label_name (dataset, 0), ==, "value");

  sample = ord_dataset_get_sample (dataset, 12);
  g_assert_cmpstr (sample->file, ==, "sub dir/ünï.png");
  g_assert_cmpstr (sample->path, ==, path);
  g_assert_cmpfloat (sample->labels[0], ==, -35.0);
  g_assert_null (sample->hash);
}

/* As a model file gives it back. */
static void
test_minus_zero (void)
{
  g_auto (Folder) folder = folder_new ();
  g_autoptr (OrdDataset) dataset = NULL;

  write_table (&folder, "file,value\n", 12, "", "more.png,-0.0\n");
  dataset = read_dataset (&folder, NULL);
  g_assert_cmpfloat (ord_dataset_get_sample (dataset, 12)->labels[0], ==, 0.0);
  g_assert_false (signbit (ord_dataset_get_sample (dataset, 12)->labels[0]));
}

static void
test_unit_option (void)
{
  g_auto (Folder) folder = folder_new ();
  OrdDatasetOptions options = { .unit = "psi" };
  g_autoptr (OrdDataset) dataset = NULL;

  write_table (&folder, "# unit: bar\nfile,value\n", 12, "", "");
  dataset = read_dataset (&folder, &options);
  g_assert_cmpstr (ord_dataset_get_unit (dataset), ==, "psi");
}

static void
test_vectors (void)
{
  static const struct { const char *head, *names; } cases[] = {
    { "file,value_10,value_2,value_1\n", "value_1 value_2 value_10" },
    { "file,y,x,note\n", "x y" },
    { "file,x,value,y\n", "value" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Folder) folder = folder_new ();
      g_autoptr (OrdDataset) dataset = NULL;
      g_autoptr (GString) text = g_string_new (cases[i].head);
      g_autoptr (GString) names = g_string_new (NULL);

      for (guint j = 0; j < 12; j++)
        g_string_append_printf (text, "%u.png,%u,%u,%u\n", j, j, 100 + j,
                                200 + j);
      folder_write (&folder, "labels.csv", text->str, text->len);
      dataset = read_dataset (&folder, NULL);

      for (guint j = 0; j < ord_dataset_get_n_labels (dataset); j++)
        g_string_append_printf (names, "%s%s", j > 0 ? " " : "",
                                ord_dataset_get_label_name (dataset, j));
      g_assert_cmpstr (names->str, ==, cases[i].names);

      if (i == 0)
        {
          const OrdSample *sample = ord_dataset_get_sample (dataset, 3);

          g_assert_cmpfloat (sample->labels[0], ==, 203.0);
          g_assert_cmpfloat (sample->labels[1], ==, 103.0);
          g_assert_cmpfloat (sample->labels[2], ==, 3.0);
        }
    }
}

static void
write_two_labels (const Folder *folder,
                  const char   *comment)
{
  g_autoptr (GString) text = g_string_new (comment);

  g_string_append (text, "file,red,black,age\n");
  for (guint i = 0; i < 12; i++)
    g_string_append_printf (text, "%u.png,%u,%u,%u\n", i, i, 100 + i, 200 + i);
  folder_write (folder, "labels.csv", text->str, text->len);
}

static void
test_labels_comment (void)
{
  g_auto (Folder) folder = folder_new ();
  const char * const red[] = { "red", NULL };
  OrdDatasetOptions options = { .label_columns = red };
  g_autoptr (OrdDataset) both = NULL;
  g_autoptr (OrdDataset) one = NULL;

  write_two_labels (&folder, "#Labels: Black ,red\n");
  both = read_dataset (&folder, NULL);
  g_assert_cmpuint (ord_dataset_get_n_labels (both), ==, 2);
  g_assert_cmpstr (ord_dataset_get_label_name (both, 0), ==, "black");
  g_assert_cmpstr (ord_dataset_get_label_name (both, 1), ==, "red");
  g_assert_cmpfloat (ord_dataset_get_sample (both, 3)->labels[0], ==, 103.0);
  g_assert_cmpuint (ord_dataset_get_n_covariates (both), ==, 1);

  /* The other label would give it away. */
  one = read_dataset (&folder, &options);
  g_assert_cmpuint (ord_dataset_get_n_labels (one), ==, 1);
  g_assert_cmpuint (ord_dataset_get_n_covariates (one), ==, 1);

  write_two_labels (&folder, "# labels: red, blue\n");
  assert_dataset_error (&folder, NULL, "no column “blue”");
  write_two_labels (&folder, "# labels: red, red\n");
  assert_dataset_error (&folder, NULL, "“red” is asked for twice");
  write_two_labels (&folder, "# labels: red,\n");
  assert_dataset_error (&folder, NULL, "no column “”");
  write_two_labels (&folder, "# labels:\n");
  assert_dataset_error (&folder, NULL, "no column “value”");
}

static void
test_label_columns (void)
{
  g_auto (Folder) folder = folder_new ();
  const char * const age[] = { "age", NULL };
  const char * const wrong[] = { "weight", NULL };
  const char * const twice[] = { "age", "age", NULL };
  g_autoptr (OrdDataset) dataset = NULL;
  OrdDatasetOptions options = { .label_columns = age };

  write_table (&folder, "file,value,age\n", 0, "", "");
  {
    g_autoptr (GString) text = g_string_new ("file,value,age\n");

    for (guint i = 0; i < 12; i++)
      g_string_append_printf (text, "%u.png,%u,%u\n", i, i, 100 - i);
    folder_write (&folder, "labels.csv", text->str, text->len);
  }

  dataset = read_dataset (&folder, &options);
  g_assert_cmpfloat (ord_dataset_get_sample (dataset, 2)->labels[0], ==, 98.0);
  /* The other label is no covariate. */
  g_assert_cmpuint (ord_dataset_get_n_covariates (dataset), ==, 0);

  options.label_columns = wrong;
  assert_dataset_error (&folder, &options, "it has: value, age");
  options.label_columns = twice;
  assert_dataset_error (&folder, &options, "twice");
}

static void
test_bad_rows (void)
{
  static const struct { const char *head, *more, *says; } bad[] = {
    { "file,value\n", "x.png,abc\n", "labels.csv:14: the label “abc”" },
    { "file,value\n", "x.png,\n", "labels.csv:14: the label “value” is empty" },
    { "file,value\n", "x.png,nan\n", "labels.csv:14: the label “nan”" },
    { "file,value\n", "x.png,inf\n", "labels.csv:14: the label “inf”" },
    { "file,value\n", "x.png,1e999\n", "labels.csv:14: the label “1e999”" },
    { "file,value\n", "x.png,0x10\n", "labels.csv:14: the label “0x10”" },
    { "file,value\n", "x.png,12 cm\n", "labels.csv:14: the label “12 cm”" },
    { "file,value\n", "x.png,\"3,5\"\n", "labels.csv:14: the label “3,5”" },
    { "file,value\n", "x.png,\"3,5\"\n", "decimal point, such as 3.5" },
    { "file,value\n", "x.png,3,5\n", "labels.csv:14: 3 cells" },
    { "file,value\n", "x.png\n", "labels.csv:14: 1 cells" },
    { "file,value\n", "3.png,5\n", "labels.csv:14: “3.png” stands in the table "
      "already, at" },
    { "file,value\n", "3.png,5\n", "labels.csv:5; take one out" },
    { "file,value\n", "./sub/../3.png,5\n", "labels.csv:14: “./sub/../3.png” "
      "stands" },
    { "file,value\n", "/etc/x.png,5\n", "labels.csv:14: “/etc/x.png” is an "
      "absolute" },
    { "file,value\n", "../x.png,5\n", "labels.csv:14: “../x.png” lies outside" },
    { "file,value\n", "a/../../x.png,5\n", "labels.csv:14: “a/../../x.png” lies "
      "outside" },
    { "file,value\n", ".,5\n", "labels.csv:14: “.” lies outside" },
    { "file,value\n", ",5\n", "labels.csv:14: the file name is empty" },
    { "name,value\n", "", "labels.csv:1: there is no column “file”" },
    { "file,number\n", "", "no column “value”" },
    { "file,number\n", "", "it has: number" },
    { "file,file\n", "", "labels.csv:1: two columns are named “file”" },
    { "file;value\n", "", "labels.csv:2: 1 cells" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_auto (Folder) folder = folder_new ();

      write_table (&folder, bad[i].head, 12, "", bad[i].more);
      assert_dataset_error (&folder, NULL, bad[i].says);
    }
}

static void
test_separators (void)
{
  static const char separators[] = ";\t";

  for (guint i = 0; i < 2; i++)
    {
      g_auto (Folder) folder = folder_new ();
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (OrdDataset) dataset = NULL;

      g_string_printf (text, "file%cvalue\n", separators[i]);
      for (guint j = 0; j < 12; j++)
        g_string_append_printf (text, "%u.png%c%u.5\n", j, separators[i], j);
      folder_write (&folder, "labels.csv", text->str, text->len);
      dataset = read_dataset (&folder, NULL);
      g_assert_cmpfloat (ord_dataset_get_sample (dataset, 4)->labels[0], ==,
                         4.5);

      g_string_append_printf (text, "x.png%c4,5\n", separators[i]);
      folder_write (&folder, "labels.csv", text->str, text->len);
      assert_dataset_error (&folder, NULL, "labels.csv:14: the label “4,5”");
    }
}

static void
test_too_little (void)
{
  g_auto (Folder) folder = folder_new ();
  g_autofree char *missing = folder_path (&folder, "missing");
  g_autofree char *table = NULL;
  g_autoptr (GError) error = NULL;

  assert_dataset_error (&folder, NULL, "There are no pictures in");

  write_table (&folder, "file,value\n", 9, "", "");
  assert_dataset_error (&folder, NULL, "9 pictures; at least 10");
  write_table (&folder, "file,value\n", 0, "", "");
  assert_dataset_error (&folder, NULL, "0 pictures; at least 10");

  g_assert_null (ord_dataset_read (missing, NULL, &error));
  assert_error_says (error, ORD_ERROR, ORD_ERROR_DATASET,
                     "There is no folder");
  g_clear_error (&error);

  table = folder_path (&folder, "labels.csv");
  g_assert_null (ord_dataset_read (table, NULL, &error));
  assert_error_says (error, ORD_ERROR, ORD_ERROR_DATASET, "is no folder");
}

static void
test_all_equal (void)
{
  g_auto (Folder) folder = folder_new ();
  g_autoptr (GString) text = g_string_new ("file,value_1,value_2\n");

  for (guint i = 0; i < 12; i++)
    g_string_append_printf (text, "%u.png,%u,7\n", i, i);
  folder_write (&folder, "labels.csv", text->str, text->len);

  assert_dataset_error (&folder, NULL, "“value_2” of all");
}

static void
test_value_folders (void)
{
  g_auto (Folder) folder = folder_new ();
  g_autoptr (OrdDataset) dataset = NULL;
  static const char * const values[] = { "12", "3.5", "-2" };

  for (guint i = 0; i < 12; i++)
    {
      g_autofree char *name = g_strdup_printf ("%s/%spic %u.PNG",
                                               values[i % 3],
                                               i < 3 ? "deeper/" : "", i);

      folder_write (&folder, name, "", 0);
    }
  folder_write (&folder, "12/notes.txt", "", 0);
  folder_write (&folder, ".hidden/x.png", "", 0);
  folder_write (&folder, "notes/readme.txt", "", 0);

  dataset = read_dataset (&folder, NULL);
  g_assert_cmpuint (ord_dataset_get_n_samples (dataset), ==, 12);
  for (guint i = 0; i < 12; i++)
    {
      const OrdSample *sample = ord_dataset_get_sample (dataset, i);

      g_assert_cmpfloat (sample->labels[0], ==,
                         g_ascii_strtod (sample->file, NULL));
    }

  folder_write (&folder, "twelve/x.png", "", 0);
  assert_dataset_error (&folder, NULL, "“twelve”");
}

static void
test_loose_picture (void)
{
  g_auto (Folder) folder = folder_new ();

  folder_write (&folder, "1/a.png", "", 0);
  folder_write (&folder, "b.png", "", 0);
  assert_dataset_error (&folder, NULL, "beside them “b.png”");
}

static void
test_circular_links (void)
{
  g_auto (Folder) folder = folder_new ();
  g_autofree char *link = folder_path (&folder, "sub/loop");

  folder_write (&folder, "sub/a_1.png", "", 0);
  g_assert_cmpint (symlink (folder.path, link), ==, 0);
  assert_dataset_error (&folder, NULL, "names 1 pictures");
}

static void
assert_values_from_names (const char        *format,
                          OrdDatasetOptions *options)
{
  g_auto (Folder) folder = folder_new ();
  g_autoptr (OrdDataset) dataset = NULL;

  for (guint i = 0; i < 12; i++)
    {
      g_autofree char *name = g_strdup_printf (format, i);

      folder_write (&folder, name, "", 0);
    }

  dataset = read_dataset (&folder, options);
  g_assert_cmpuint (ord_dataset_get_n_samples (dataset), ==, 12);
  for (guint i = 0; i < 12; i++)
    {
      const OrdSample *sample = ord_dataset_get_sample (dataset, i);
      g_autofree char *name = g_strdup_printf (
        format, (guint) ABS (sample->labels[0]));

      g_assert_cmpstr (sample->file, ==, name);
    }
}

static void
test_default_patterns (void)
{
  assert_values_from_names ("gauge_%u.png", NULL);
  assert_values_from_names ("sub_3/gauge 7_-%u.00.jpeg", NULL);
  assert_values_from_names ("a_9 value=%u, b_4.png", NULL);
  assert_values_from_names ("value=%u.png", NULL);
  assert_values_from_names ("value=%u.5.png", NULL);
}

static void
test_pattern (void)
{
  OrdDatasetOptions options = { .pattern = "^p(?<value>[0-9.]+)m" };

  assert_values_from_names ("p%um_1.png", &options);
}

static void
test_pattern_columns (void)
{
  g_auto (Folder) folder = folder_new ();
  OrdDatasetOptions options = {
    .pattern = "^(?<split>train|test)/(?<group>s[0-9]+)_(?<sex>[MF])_"
               "(?P<value_2>[0-9]+)_(?<value_1>[0-9]+)\\."
  };
  g_autoptr (OrdDataset) dataset = NULL;
  const OrdSample *sample;

  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *name =
        g_strdup_printf ("%s/s%u_%c_%u_%u.png", i < 15 ? "train" : "test",
                         i / 2, i % 4 < 2 ? 'M' : 'F', i, 50 + i);

      folder_write (&folder, name, "", 0);
    }
  /* The pattern goes before the table. */
  folder_write (&folder, "labels.csv", "nonsense", -1);

  dataset = read_dataset (&folder, &options);
  g_assert_cmpuint (ord_dataset_get_n_labels (dataset), ==, 2);
  g_assert_cmpuint (ord_dataset_get_n_covariates (dataset), ==, 1);
  g_assert_cmpstr (ord_dataset_get_covariate (dataset, 0)->name, ==, "sex");

  sample = ord_dataset_get_sample (dataset, 0);
  g_assert_cmpstr (sample->file, ==, "test/s7_F_15_65.png");
  g_assert_cmpstr (sample->group, ==, "s7");
  g_assert_cmpint (sample->split, ==, ORD_SPLIT_TEST);
  g_assert_cmpfloat (sample->labels[0], ==, 65.0);
  g_assert_cmpfloat (sample->labels[1], ==, 15.0);
}

static void
test_bad_patterns (void)
{
  g_auto (Folder) folder = folder_new ();
  OrdDatasetOptions options = { .pattern = "(?<value>[0-9]+" };

  folder_write (&folder, "a_1.png", "", 0);
  folder_write (&folder, "b.png", "", 0);

  assert_dataset_error (&folder, &options, "is no regular expression");
  options.pattern = "_(?<value>[0-9]+)";
  assert_dataset_error (&folder, &options, "1 of 2 pictures");
  assert_dataset_error (&folder, &options, "the first is “b.png”");
  options.pattern = "[ab]";
  assert_dataset_error (&folder, &options, "no column “value”");
  options.pattern = "(?<value>[ab])";
  assert_dataset_error (&folder, &options, "a_1.png: the label “a”");

  assert_dataset_error (&folder, NULL, "labels.csv with the columns");
  assert_dataset_error (&folder, NULL, "folders whose names are the values");
  assert_dataset_error (&folder, NULL, "name_3.5.png");
}

static void
test_decimal_comma_in_name (void)
{
  g_auto (Folder) folder = folder_new ();

  for (guint i = 0; i < 12; i++)
    {
      g_autofree char *name = g_strdup_printf ("value=%u,5.png", i);

      folder_write (&folder, name, "", 0);
    }

  /* Not read as 0, 1, 2… */
  assert_dataset_error (&folder, NULL, "No labels found");
}

static void
test_subset (void)
{
  g_auto (Folder) folder = folder_new ();
  g_autoptr (OrdDataset) dataset = NULL;
  g_autoptr (OrdDataset) subset = NULL;
  const guint chosen[] = { 7, 2, 2 };

  write_table (&folder, "file,value\n", 12, "", "");
  dataset = read_dataset (&folder, NULL);
  ord_dataset_set_hash (dataset, 7, "abc");
  subset = ord_dataset_subset (dataset, chosen, 3);
  g_clear_object (&dataset);

  g_assert_cmpuint (ord_dataset_get_n_samples (subset), ==, 3);
  g_assert_cmpstr (ord_dataset_get_sample (subset, 0)->file, ==, "7.png");
  g_assert_cmpstr (ord_dataset_get_sample (subset, 0)->hash, ==, "abc");
  g_assert_cmpfloat (ord_dataset_get_sample (subset, 2)->labels[0], ==, 2.0);
}

static void
test_bone_ages (void)
{
  const char *folder = g_getenv ("ORD_TEST_DATA");
  g_autofree char *path = NULL;
  g_autoptr (OrdDataset) dataset = NULL;
  g_autoptr (GError) error = NULL;
  const guint sizes[] = { 8659, 1237, 2474 };

  path = g_build_filename (folder != NULL ? folder : ".",
                           "rsna-bone-age-100px", NULL);
  if (folder == NULL || !g_file_test (path, G_FILE_TEST_IS_DIR))
    {
      g_test_skip ("ORD_TEST_DATA does not name a folder that has "
                   "rsna-bone-age-100px");
      return;
    }

  dataset = ord_dataset_read (path, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (ord_dataset_get_n_covariates (dataset), ==, 1);
  g_assert_cmpstr (ord_dataset_get_covariate (dataset, 0)->categories[0], ==,
                   "F");
  for (guint i = 0; i < ORD_N_SPLITS; i++)
    {
      g_autoptr (GArray) members = ord_dataset_get_split (dataset, i);

      g_assert_cmpuint (members->len, ==, sizes[i]);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dataset/a-table-is-read", test_table);
  g_test_add_func ("/dataset/minus-zero-is-zero", test_minus_zero);
  g_test_add_func ("/dataset/a-unit-that-is-given-wins", test_unit_option);
  g_test_add_func ("/dataset/vector-labels-are-found", test_vectors);
  g_test_add_func ("/dataset/a-comment-names-the-labels", test_labels_comment);
  g_test_add_func ("/dataset/label-columns-can-be-named", test_label_columns);
  g_test_add_func ("/dataset/a-bad-row-is-named-with-its-line", test_bad_rows);
  g_test_add_func ("/dataset/semicolons-and-tabs-separate", test_separators);
  g_test_add_func ("/dataset/too-little-is-an-error", test_too_little);
  g_test_add_func ("/dataset/equal-labels-are-an-error", test_all_equal);
  g_test_add_func ("/dataset/folders-are-values", test_value_folders);
  g_test_add_func ("/dataset/a-picture-beside-value-folders-is-an-error",
                   test_loose_picture);
  g_test_add_func ("/dataset/links-do-not-lead-in-circles",
                   test_circular_links);
  g_test_add_func ("/dataset/names-have-values", test_default_patterns);
  g_test_add_func ("/dataset/a-pattern-finds-values", test_pattern);
  g_test_add_func ("/dataset/a-pattern-names-columns", test_pattern_columns);
  g_test_add_func ("/dataset/a-bad-pattern-is-an-error", test_bad_patterns);
  g_test_add_func ("/dataset/a-decimal-comma-in-names-is-an-error",
                   test_decimal_comma_in_name);
  g_test_add_func ("/dataset/a-subset-stands-alone", test_subset);
  g_test_add_func ("/dataset/bone-ages-are-understood", test_bone_ages);

  return g_test_run ();
}
