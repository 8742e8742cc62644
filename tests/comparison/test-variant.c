/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a command line of methods and values becomes.
 */
#include "comparison/ord-variant.h"

static OrdDataset *
make_table (const char *folder)
{
  const char * const labels[] = { "value", NULL };

  return ord_dataset_new (folder, "", labels, NULL, 0);
}

static const OrdVariant *
get (GPtrArray *variants,
     guint      i)
{
  g_assert_cmpuint (i, <, variants->len);
  return g_ptr_array_index (variants, i);
}

static void
test_values_multiply_what_has_the_option (void)
{
  const char * const     methods[] = { "rm-loss", "l1", NULL };
  g_autoptr (OrdDataset) table = make_table ("/pictures");
  g_autoptr (GError)     error = NULL;
  g_autoptr (GPtrArray)  variants = ord_variants_new (methods, "compact", NULL, table, &error);

  g_assert_no_error (error);
  g_assert_true (ord_variants_set (variants, "sigma", "0.5,1", &error));
  g_assert_true (ord_variants_set (variants, "alpha", "0,0.1,0.2", &error));
  g_assert_cmpuint (variants->len, ==, 7);
  g_assert_cmpstr (get (variants, 0)->name, ==, "rm-loss sigma=0.5 alpha=0");
  g_assert_cmpstr (get (variants, 5)->name, ==, "rm-loss sigma=1 alpha=0.2");
  g_assert_cmpfloat (ord_options_get (get (variants, 5)->options, "sigma"), ==,
                     1.0);
  g_assert_cmpfloat (ord_options_get (get (variants, 5)->options, "alpha"), ==,
                     0.2);
  g_assert_cmpstr (get (variants, 6)->name, ==, "l1");
}

static void
test_one_value_leaves_the_name_alone (void)
{
  const char * const     methods[] = { "rm-loss", "l1", NULL };
  g_autoptr (OrdDataset) table = make_table ("/pictures");
  g_autoptr (GError)     error = NULL;
  g_autoptr (GPtrArray)  variants = ord_variants_new (methods, "compact", NULL, table, &error);

  g_assert_true (ord_variants_set (variants, "size", "64", &error));
  g_assert_cmpuint (variants->len, ==, 2);
  for (guint i = 0; i < variants->len; i++)
    {
      g_assert_cmpstr (get (variants, i)->name, ==, methods[i]);
      g_assert_cmpfloat (ord_options_get (get (variants, i)->options, "size"),
                         ==, 64.0);
    }
}

static void
test_other_pictures_stand_beside (void)
{
  const char * const     methods[] = { "rm-loss", "l1", NULL };
  g_autoptr (OrdDataset) table = make_table ("/pictures");
  g_autoptr (OrdDataset) bare = make_table ("/bare");
  g_autoptr (GError)     error = NULL;
  g_autoptr (GPtrArray)  variants = ord_variants_new (methods, "compact", NULL, table, &error);

  ord_variants_also_on (variants, bare, "without sex");
  g_assert_cmpuint (variants->len, ==, 4);
  g_assert_cmpstr (get (variants, 1)->name, ==, "rm-loss without sex");
  g_assert_true (get (variants, 1)->dataset == bare);
  g_assert_true (get (variants, 2)->dataset == table);
  g_assert_cmpstr (get (variants, 3)->name, ==, "l1 without sex");
}

static void
test_shared_options_are_not_for_variants (void)
{
  const char * const      methods[] = { "l1", "rm-loss", "ordreg", NULL };
  g_autoptr (GError)      error = NULL;
  g_autoptr (OrdOptions)  known = ord_variants_known_options (methods, "compact", &error);

  g_assert_no_error (error);
  g_assert_nonnull (ord_options_find (known, "sigma"));
  g_assert_nonnull (ord_options_find (known, "ranks"));
  g_assert_nonnull (ord_options_find (known, "rotation"));
  g_assert_null (ord_options_find (known, "seed"));
  g_assert_null (ord_options_find (known, "epochs"));
}

static void
test_values_out_of_range_are_refused (void)
{
  const char * const     methods[] = { "rm-loss", NULL };
  g_autoptr (OrdDataset) table = make_table ("/pictures");
  g_autoptr (GError)     error = NULL;
  g_autoptr (GPtrArray)  variants = ord_variants_new (methods, "compact", NULL, table, &error);

  g_assert_false (ord_variants_set (variants, "sigma", "1,-3", &error));
  g_assert_error (error, ORD_ERROR, ORD_ERROR_OPTION);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/variant/values-multiply-what-has-the-option",
                   test_values_multiply_what_has_the_option);
  g_test_add_func ("/variant/one-value-leaves-the-name-alone",
                   test_one_value_leaves_the_name_alone);
  g_test_add_func ("/variant/other-pictures-stand-beside",
                   test_other_pictures_stand_beside);
  g_test_add_func ("/variant/shared-options-are-not-for-variants",
                   test_shared_options_are_not_for_variants);
  g_test_add_func ("/variant/values-out-of-range-are-refused",
                   test_values_out_of_range_are_refused);
  return g_test_run ();
}
