/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What decides a comparison: means over the seeds, the best row, the stars, and
 * whose the test images are.
 */
#include <math.h>
#include <string.h>

#include "comparison/ord-comparison-private.h"

#define N 3

/* P (T ≤ @t) of Student's distribution with two degrees of freedom, in closed
 * form. */
static double
student_of_two (double t)
{
  return 0.5 + t / (2.0 * sqrt (2.0 + t * t));
}

static OrdComparisonRow *
add_row (OrdComparison *comparison,
         const double  *errors)
{
  OrdComparisonRow *row = g_new0 (OrdComparisonRow, 1);

  row->errors = g_memdup2 (errors, sizeof (double) * comparison->n);
  row->near_distances = g_memdup2 (errors, sizeof (double) * comparison->n);
  row->component_mae = g_new0 (double, comparison->n_labels);
  g_ptr_array_add (comparison->rows, row);
  return row;
}

/* @groups: of each test image, the place of the last one told by %NULL */
static OrdComparison *
new_comparison (guint               n,
                const char * const *groups)
{
  static const char * const one[] = { "value", NULL };
  OrdComparison            *comparison = g_new0 (OrdComparison, 1);
  g_autoptr (OrdDataset)    dataset = ord_dataset_new ("/x", "", one, NULL, 0);
  g_autoptr (GArray)        tests = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint i = 0; i < n; i++)
    {
      double    label = i;
      OrdSample sample = { .file = (char *) "x", .path = (char *) "x",
                           .labels = &label, .split = ORD_SPLIT_TEST,
                           .group = groups ? (char *) groups[i] : NULL };

      ord_dataset_append (dataset, &sample);
      g_array_append_val (tests, i);
    }
  comparison->rows =
    g_ptr_array_new_with_free_func ((GDestroyNotify) ord_comparison_row_free);
  comparison->n = n;
  comparison->n_labels = 1;
  comparison->n_seeds = 1;
  ord_comparison_set_subjects (comparison, dataset, tests);
  return comparison;
}

static void
test_sums_become_means (void)
{
  g_autoptr (OrdComparison) comparison = new_comparison (N, NULL);
  const double              sums[N] = { 2.0, 4.0, 9.0 };
  const double              maes[] = { 2.0, 3.0 };
  OrdComparisonRow         *row;

  comparison->n_seeds = 2;
  row = add_row (comparison, sums);
  row->component_mae[0] = 5.0;
  row->r2 = 1.5;
  row->d5 = 8.0;
  row->rv = 0.3;
  row->coverage = 1.8;
  ord_comparison_finish_row (comparison, row, maes);

  g_assert_cmpfloat (row->errors[2], ==, 4.5);
  g_assert_cmpfloat (row->near_distances[2], ==, 4.5);
  g_assert_cmpfloat (row->mae, ==, 2.5);
  g_assert_cmpfloat_with_epsilon (row->mae_sd, sqrt (0.5), 1e-12);
  g_assert_cmpfloat (row->component_mae[0], ==, 2.5);
  g_assert_cmpfloat (row->r2, ==, 0.75);
  g_assert_cmpfloat (row->d5, ==, 4.0);
  g_assert_cmpfloat (row->rv, ==, 0.15);
  g_assert_cmpfloat (row->coverage, ==, 0.9);
  /* Of three errors from 1 to 4.5. */
  g_assert_cmpfloat (row->mae_low, >=, 1.0);
  g_assert_cmpfloat (row->mae_low, <, 2.5);
  g_assert_cmpfloat (row->mae_high, >, 2.5);
  g_assert_cmpfloat (row->mae_high, <=, 4.5);
}

static void
test_worse_rows_get_the_low_p (void)
{
  g_autoptr (OrdComparison) comparison = new_comparison (N, NULL);
  const double              worse[N] = { 2.0, 3.0, 4.1 };
  const double              best[N] = { 1.0, 2.0, 3.0 };
  const double              close[N] = { 1.1, 1.9, 3.1 };
  /* Differences of −1, −1, −1.1 and −.1, .1, −.1. */
  double                    t_worse = -31.0, t_close = -0.5;

  add_row (comparison, worse)->mae = 9.1 / 3.0;
  add_row (comparison, best)->mae = 2.0;
  add_row (comparison, close)->mae = 6.1 / 3.0;
  ord_comparison_find_best (comparison);

  g_assert_cmpuint (comparison->best, ==, 1);
  g_assert_cmpfloat_with_epsilon (
    ((OrdComparisonRow *) comparison->rows->pdata[0])->p,
    student_of_two (t_worse), 1e-9);
  g_assert_true (isnan (((OrdComparisonRow *) comparison->rows->pdata[1])->p));
  g_assert_cmpfloat_with_epsilon (
    ((OrdComparisonRow *) comparison->rows->pdata[2])->p,
    student_of_two (t_close), 1e-9);
}

/* The best space need not be that of the best answers. */
static void
test_spaces_are_tested_by_themselves (void)
{
  g_autoptr (OrdComparison) comparison = new_comparison (N, NULL);
  const double              best[N] = { 1.0, 2.0, 3.0 };
  const double              close[N] = { 1.1, 1.9, 3.1 };
  OrdComparisonRow         *answers = add_row (comparison, best);
  OrdComparisonRow         *space = add_row (comparison, close);

  answers->mae = space->d5 = 2.0;
  space->mae = answers->d5 = 6.1 / 3.0;
  memcpy (answers->near_distances, close, sizeof close);
  memcpy (space->near_distances, best, sizeof best);
  ord_comparison_find_best (comparison);

  g_assert_cmpuint (comparison->best, ==, 0);
  g_assert_true (isnan (answers->p));
  g_assert_cmpfloat_with_epsilon (space->p, student_of_two (-0.5), 1e-9);
  g_assert_true (isnan (space->p_d5));
  g_assert_cmpfloat_with_epsilon (answers->p_d5, student_of_two (-0.5), 1e-9);
}

/* Images of one subject count as one; those without a group each as their own. */
static void
test_groups_are_subjects (void)
{
  static const char * const groups[] = { "a", NULL, "b", "a", NULL, "b", "a" };
  g_autoptr (OrdComparison) comparison = new_comparison (7, groups);
  const guint               subjects[] = { 0, 1, 2, 0, 3, 2, 0 };
  const guint               sizes[] = { 3, 1, 2, 1 };

  g_assert_cmpuint (comparison->n_subjects, ==, 4);
  for (guint i = 0; i < 7; i++)
    g_assert_cmpuint (comparison->subjects[i], ==, subjects[i]);
  for (guint s = 0; s < 4; s++)
    g_assert_cmpuint (comparison->subject_sizes[s], ==, sizes[s]);
}

/* Three subjects of 20 images each that are alike: no more than three images. */
static void
test_more_images_of_a_subject_prove_nothing (void)
{
  enum { COPIES = 20 };
  const char               *groups[N * COPIES];
  const double              a[N] = { 1.0, 2.0, 3.0 }, b[N] = { 1.1, 1.9, 3.1 };
  double                    many_a[N * COPIES], many_b[N * COPIES];
  g_autoptr (OrdComparison) few = new_comparison (N, NULL);
  g_autoptr (OrdComparison) many = NULL;
  double                    low[2], high[2];

  for (guint i = 0; i < N * COPIES; i++)
    {
      groups[i] = i % N == 0 ? "x" : i % N == 1 ? "y" : "z";
      many_a[i] = a[i % N];
      many_b[i] = b[i % N];
    }
  many = new_comparison (N * COPIES, groups);

  ord_comparison_interval (few, a, &low[0], &high[0]);
  ord_comparison_interval (many, many_a, &low[1], &high[1]);
  g_assert_cmpfloat_with_epsilon (low[1], low[0], 1e-12);
  g_assert_cmpfloat_with_epsilon (high[1], high[0], 1e-12);
  g_assert_cmpfloat_with_epsilon (ord_comparison_paired_t (few, a, b),
                                  student_of_two (-0.5), 1e-9);
  g_assert_cmpfloat_with_epsilon (ord_comparison_paired_t (many, many_a, many_b),
                                  student_of_two (-0.5), 1e-9);
}

/* One subject's only image lies at 10, the nine of the other at 0: the mean of
 * what is drawn is that of its images, 10, 1 or 0. */
static void
test_the_mean_is_of_images (void)
{
  static const char * const groups[] = { "b", "b", "b", "b", NULL, "b", "b", "b",
                                         "b", "b" };
  const double              values[] = { 0, 0, 0, 0, 10, 0, 0, 0, 0, 0 };
  g_autoptr (OrdComparison) comparison = new_comparison (10, groups);
  double                    low, high;

  ord_comparison_interval (comparison, values, &low, &high);
  g_assert_cmpfloat (low, ==, 0.0);
  g_assert_cmpfloat (high, ==, 10.0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/comparison/sums-become-means", test_sums_become_means);
  g_test_add_func ("/comparison/worse-rows-get-the-low-p",
                   test_worse_rows_get_the_low_p);
  g_test_add_func ("/comparison/spaces-are-tested-by-themselves",
                   test_spaces_are_tested_by_themselves);
  g_test_add_func ("/comparison/groups-are-subjects", test_groups_are_subjects);
  g_test_add_func ("/comparison/more-images-of-a-subject-prove-nothing",
                   test_more_images_of_a_subject_prove_nothing);
  g_test_add_func ("/comparison/the-mean-is-of-images", test_the_mean_is_of_images);

  return g_test_run ();
}
