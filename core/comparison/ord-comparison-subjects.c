/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whose the test images are. A model that reads one image of a subject well reads
 * the others well too: forty frames of one hand are not forty hands. So what is
 * tested and drawn with replacement are subjects, each with the sum of its images'
 * errors. Where every image is a subject of its own, this is the usual test.
 */
#include "ord-comparison-private.h"

#include "../space/ord-statistics.h"

#define BOOTSTRAP_DRAWS    2000
#define BOOTSTRAP_COVERAGE 0.95
#define BOOTSTRAP_SEED     1

void
ord_comparison_set_subjects (OrdComparison *comparison,
                             OrdDataset    *dataset,
                             GArray        *tests)
{
  g_autoptr (GHashTable) known = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GArray)     sizes = g_array_new (FALSE, TRUE, sizeof (guint));

  comparison->subjects = g_new (guint, tests->len + 1);
  for (guint i = 0; i < tests->len; i++)
    {
      const OrdSample *sample =
        ord_dataset_get_sample (dataset, g_array_index (tests, guint, i));
      gpointer         place = NULL;
      guint            subject = sizes->len;

      if (sample->group &&
          g_hash_table_lookup_extended (known, sample->group, NULL, &place))
        subject = GPOINTER_TO_UINT (place);
      else
        g_array_set_size (sizes, sizes->len + 1);
      if (sample->group)
        g_hash_table_insert (known, sample->group, GUINT_TO_POINTER (subject));
      g_array_index (sizes, guint, subject)++;
      comparison->subjects[i] = subject;
    }
  comparison->n_subjects = sizes->len;
  comparison->subject_sizes = (guint *) g_array_steal (sizes, NULL);
}

/* (transfer full): (n_subjects), of (n) @values of the test images */
static double *
totals (const OrdComparison *comparison,
        const double        *values)
{
  double *sums = g_new0 (double, comparison->n_subjects);

  for (gsize i = 0; i < comparison->n; i++)
    sums[comparison->subjects[i]] += values[i];
  return sums;
}

void
ord_comparison_interval (const OrdComparison *comparison,
                         const double        *values,
                         double              *low,
                         double              *high)
{
  g_autofree double *sums = totals (comparison, values);

  ord_statistics_bootstrap_mean (sums, comparison->subject_sizes,
                                 comparison->n_subjects, BOOTSTRAP_DRAWS,
                                 BOOTSTRAP_COVERAGE, BOOTSTRAP_SEED, low, high);
}

double
ord_comparison_paired_t (const OrdComparison *comparison,
                         const double        *a,
                         const double        *b)
{
  g_autofree double *of_a = totals (comparison, a);
  g_autofree double *of_b = totals (comparison, b);

  return ord_statistics_paired_t (of_a, of_b, comparison->n_subjects, NULL);
}
