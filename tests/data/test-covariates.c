/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is known beside the picture.
 */
#include "fixture.h"

#include <math.h>
#include <string.h>

/* sex is categorical, weight numeric with gaps, note free text, site constant. */
static void
write_table (const Folder *folder)
{
  g_autoptr (GString) text =
    g_string_new (",file,value,sex,weight,note,site,split\n");
  static const char * const weights[] = { "1", "3", "", "NaN", "NA", "5" };

  for (guint i = 0; i < 24; i++)
    g_string_append_printf (text, "%u,%u.png,%u,%s,%s,text %u,here,%s\n", i, i,
                            i, i == 7 ? "" : i % 2 ? "M" : "F",
                            i < 6 ? weights[i] : i < 12 ? "3" : "99", i,
                            i < 12 ? "train" : "validation");
  folder_write (folder, "labels.csv", text->str, text->len);
}

static OrdDataset *
make_dataset (void)
{
  g_auto (Folder) folder = folder_new ();

  write_table (&folder);

  return read_dataset (&folder, NULL);
}

static void
test_kinds (void)
{
  g_autoptr (OrdDataset) dataset = make_dataset ();
  const OrdCovariate *sex, *weight;

  g_assert_cmpuint (ord_dataset_get_n_covariates (dataset), ==, 2);
  sex = ord_dataset_get_covariate (dataset, 0);
  weight = ord_dataset_get_covariate (dataset, 1);

  g_assert_cmpstr (sex->name, ==, "sex");
  g_assert_cmpuint (g_strv_length (sex->categories), ==, 2);
  g_assert_cmpstr (sex->categories[0], ==, "F");
  g_assert_cmpstr (weight->name, ==, "weight");
  g_assert_null (weight->categories);

  /* Of the training images that have one: 1, 3, 5 and six times 3. */
  g_assert_cmpfloat_with_epsilon (weight->mean, 3.0, 1e-12);
  g_assert_cmpfloat_with_epsilon (weight->sd, sqrt (8.0 / 9.0), 1e-12);
}

static void
test_unknown_cells (void)
{
  g_autoptr (OrdDataset) dataset = make_dataset ();

  g_assert_cmpfloat (ord_dataset_get_sample (dataset, 0)->covariates[0], ==, 0);
  g_assert_cmpfloat (ord_dataset_get_sample (dataset, 1)->covariates[0], ==, 1);
  g_assert_true (isnan (ord_dataset_get_sample (dataset, 7)->covariates[0]));
  for (guint i = 2; i < 5; i++)
    g_assert_true (isnan (ord_dataset_get_sample (dataset, i)->covariates[1]));
}

static void
test_encoding (void)
{
  g_autoptr (OrdDataset) dataset = make_dataset ();
  const double known[] = { 1.0, 5.0 };
  const double unknown[] = { NAN, NAN };
  float        out[3];

  g_assert_cmpuint (ord_dataset_get_covariate_width (dataset), ==, 3);

  ord_dataset_encode_covariates (dataset, known, out);
  g_assert_cmpfloat (out[0], ==, 0.0f);
  g_assert_cmpfloat (out[1], ==, 1.0f);
  g_assert_cmpfloat_with_epsilon (out[2], 2.0 / sqrt (8.0 / 9.0), 1e-6);

  ord_dataset_encode_covariates (dataset, unknown, out);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpfloat (out[i], ==, 0.0f);
}

static void
test_assignments (void)
{
  g_autoptr (OrdDataset) dataset = make_dataset ();
  const char * const good[] = { "weight = 4.5", "sex=M", NULL };
  double values[2];

  g_assert_true (ord_dataset_parse_covariates (dataset, good, values, NULL));
  g_assert_cmpfloat (values[0], ==, 1.0);
  g_assert_cmpfloat (values[1], ==, 4.5);
}

static void
test_not_known (void)
{
  g_autoptr (OrdDataset) dataset = make_dataset ();
  const char * const unknown[] = { "weight=nan", "sex=", NULL };
  double values[2] = { 0.0, 0.0 };

  g_assert_true (ord_dataset_parse_covariates (dataset, unknown, values, NULL));
  g_assert_true (isnan (values[0]));
  g_assert_true (isnan (values[1]));
}

static void
test_bad_assignments (void)
{
  static const struct { const char *texts[4], *says; } bad[] = {
    { { "sex=M", NULL }, "“weight” is missing" },
    { { NULL }, "“sex” is missing" },
    { { "sex=X", "weight=1", NULL }, "“X” does not suit “sex”" },
    { { "sex=M", "weight=inf", NULL }, "“inf” does not suit “weight”" },
    { { "sex=M", "weight=heavy", NULL }, "“heavy” does not suit" },
    { { "sex=M", "weight", NULL }, "“weight” is not of the form" },
    { { "sex=M", "sex=F", NULL }, "“sex” is given twice" },
    { { "age=3", NULL }, "“age” is not known" },
    { { "age=3", NULL }, "sex (F, M), weight (a number)" },
  };
  g_autoptr (OrdDataset) dataset = make_dataset ();
  double values[2];

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (ord_dataset_parse_covariates (dataset, bad[i].texts,
                                                    values, &error));
      assert_error_says (error, ORD_ERROR, ORD_ERROR_COVARIATE, bad[i].says);
    }
}

static void
test_none (void)
{
  const char * const names[] = { "value", NULL };
  const char * const texts[] = { "sex=M", NULL };
  g_autoptr (OrdDataset) dataset = ord_dataset_new ("", NULL, names, NULL, 0);
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (ord_dataset_get_covariate_width (dataset), ==, 0);
  g_assert_true (ord_dataset_parse_covariates (dataset, NULL, NULL, NULL));
  g_assert_false (ord_dataset_parse_covariates (dataset, texts, NULL, &error));
  g_assert_error (error, ORD_ERROR, ORD_ERROR_COVARIATE);
}

static void
test_without (void)
{
  g_auto (Folder) folder = folder_new ();
  const char * const sex[] = { "sex", NULL };
  const char * const all[] = { "weight", "sex", "sex", "note", NULL };
  const char * const none[] = { NULL };
  OrdDatasetOptions options = { .without = sex };
  g_autoptr (OrdDataset) less = NULL;
  g_autoptr (OrdDataset) bare = NULL;
  g_autoptr (OrdDataset) whole = NULL;

  write_table (&folder);
  less = read_dataset (&folder, &options);
  g_assert_cmpuint (ord_dataset_get_n_covariates (less), ==, 1);
  g_assert_cmpstr (ord_dataset_get_covariate (less, 0)->name, ==, "weight");
  g_assert_cmpfloat (ord_dataset_get_sample (less, 5)->covariates[0], ==, 5.0);

  /* A column that tells nothing may be named as well. */
  options.without = all;
  bare = read_dataset (&folder, &options);
  g_assert_cmpuint (ord_dataset_get_n_covariates (bare), ==, 0);
  g_assert_cmpuint (ord_dataset_get_n_samples (bare), ==, 24);

  options.without = none;
  whole = read_dataset (&folder, &options);
  g_assert_cmpuint (ord_dataset_get_n_covariates (whole), ==, 2);
}

static void
test_without_unknown (void)
{
  static const char * const unknown[] = { "Sex", "age", "value", "split",
                                          "file", "" };
  g_auto (Folder) folder = folder_new ();

  write_table (&folder);
  for (guint i = 0; i < G_N_ELEMENTS (unknown); i++)
    {
      const char * const names[] = { "sex", unknown[i], NULL };
      OrdDatasetOptions options = { .without = names };
      g_autofree char *says = g_strdup_printf ("no covariate “%s”", unknown[i]);

      assert_dataset_error (&folder, &options, says);
      assert_dataset_error (&folder, &options, "it has: sex, weight");
    }
}

static void
test_without_any (void)
{
  g_auto (Folder) folder = folder_new ();
  const char * const names[] = { "sex", NULL };
  OrdDatasetOptions options = { .without = names };

  folder_draw_set (&folder, 12);
  assert_dataset_error (&folder, &options, "it has: none");
}

static void
assert_split (const char *text,
              const char *joined)
{
  g_auto (GStrv)   parts = ord_dataset_split_assignments (text);
  g_autofree char *found = g_strjoinv ("|", parts);

  g_assert_cmpstr (found, ==, joined);
}

static void
test_a_comma_may_be_in_a_value (void)
{
  assert_split (NULL, "");
  assert_split (" ,", "");
  assert_split ("sex=F", "sex=F");
  assert_split ("sex=F,weight=3,", "sex=F|weight=3");
  assert_split ("side=left, upper,sex=F", "side=left, upper|sex=F");
  /* Nothing is lost that the reader of assignments would object to. */
  assert_split ("F, sex=M", "F| sex=M");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/covariates/kinds-are-told-apart", test_kinds);
  g_test_add_func ("/covariates/empty-cells-are-unknown", test_unknown_cells);
  g_test_add_func ("/covariates/are-encoded-for-the-network", test_encoding);
  g_test_add_func ("/covariates/assignments-are-understood", test_assignments);
  g_test_add_func ("/covariates/an-empty-assignment-is-not-known",
                   test_not_known);
  g_test_add_func ("/covariates/a-bad-assignment-lists-the-known",
                   test_bad_assignments);
  g_test_add_func ("/covariates/there-may-be-none", test_none);
  g_test_add_func ("/covariates/can-be-left-out", test_without);
  g_test_add_func ("/covariates/leaving-out-an-unknown-one-lists-the-known",
                   test_without_unknown);
  g_test_add_func ("/covariates/none-can-be-left-out-of-none",
                   test_without_any);
  g_test_add_func ("/covariates/a-comma-may-be-in-a-value",
                   test_a_comma_may_be_in_a_value);

  return g_test_run ();
}
