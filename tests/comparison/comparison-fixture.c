/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A comparison made by hand, with names that markup has to escape.
 */
#include "comparison-fixture.h"

#include <math.h>
#include <string.h>

#define WIDTH 3
#define BEST 1

static OrdDataset *
make_dataset (guint n_train,
              guint n_test,
              guint n_labels)
{
  static const char * const names[] = { "x <evil>", "y & z", NULL };
  const char * const        one[] = { "value", NULL };
  OrdDataset               *dataset =
    ord_dataset_new ("/data/" FIXTURE_FOLDER, FIXTURE_UNIT,
                     n_labels > 1 ? names : one, NULL, 0);

  for (guint i = 0; i < n_train + n_test; i++)
    {
      gboolean         is_test = i >= n_train;
      guint            place = is_test ? i - n_train : i;
      double           share = (place + 0.5) / (is_test ? n_test : n_train);
      double           labels[2] = { 100.0 * share, 50.0 - 20.0 * share };
      g_autofree char *file = g_strdup_printf ("a<evil>&\"'-%u.png", i);
      OrdSample        sample = { .file = file, .path = file,
                                  .labels = labels, .split = ORD_SPLIT_TRAIN };

      if (is_test)
        sample.split = ORD_SPLIT_TEST;
      ord_dataset_append (dataset, &sample);
    }
  return dataset;
}

static void
unref_bytes (gpointer bytes)
{
  if (bytes)
    g_bytes_unref (bytes);
}

/* Only the first bytes are true. Some images have none. */
static GPtrArray *
make_thumbnails (guint n)
{
  static const guint8 jpeg[] = { 0xFF, 0xD8, 0xFF, 0xE0, '?', 0xFF, '>', '<' };
  static const guint8 png[] = { 0x89, 'P', 'N', 'G', 13, 10, 26, 10 };
  GPtrArray          *thumbnails =
    g_ptr_array_new_with_free_func (unref_bytes);

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (thumbnails,
                     i % 7 == 3 ? NULL
                     : i % 7 == 5 ? g_bytes_new ("text", 4)
                     : i % 2 ? g_bytes_new (jpeg, sizeof jpeg)
                             : g_bytes_new (png, sizeof png));
  return thumbnails;
}

static GArray *
make_history (guint row)
{
  GArray *history = g_array_new (FALSE, FALSE, sizeof (OrdEpoch));

  for (guint i = 1; i <= 10; i++)
    {
      OrdEpoch epoch = { i, 30.0 * i * (row + 1), 1.0 / i,
                         i == 4 ? NAN : 3.0 + row + 40.0 / (i * i), 0.5 };

      g_array_append_val (history, epoch);
    }
  return history;
}

static OrdModel *
make_model (const char *method,
            guint       row,
            guint       n_train,
            guint       n_test,
            guint       n_labels)
{
  OrdModelParts     *parts = g_new0 (OrdModelParts, 1);
  guint              n = n_train + n_test;
  g_autofree double *labels = g_new (double, (gsize) n_train * n_labels);
  g_autoptr (GError) error = NULL;

  parts->title = g_strdup (method);
  parts->method = g_strdup (method);
  parts->encoder = g_strdup ("compact");
  parts->options = g_strdup ("");
  parts->dataset = make_dataset (n_train, n_test, n_labels);
  parts->n_reference = n_train;
  parts->width = WIDTH;
  parts->features = g_new (float, (gsize) n * WIDTH);
  for (guint i = 0; i < n; i++)
    {
      const double *own = ord_dataset_get_sample (parts->dataset, i)->labels;
      float        *feature = parts->features + (gsize) i * WIDTH;

      feature[0] = (float) (own[0] / 10.0 * (row + 1));
      feature[1] = feature[0] * feature[0] / 10.0f;
      feature[2] = sinf ((float) i * i);
      if (i < n_train)
        memcpy (labels + (gsize) i * n_labels, own, sizeof (double) * n_labels);
    }
  parts->thumbnails = make_thumbnails (n);
  parts->label_mean = g_new0 (double, n_labels);
  parts->label_sd = g_new0 (double, n_labels);
  parts->intervals = g_new0 (OrdInterval, n_labels);
  for (guint k = 0; k < n_labels; k++)
    {
      parts->label_mean[k] = 50.0;
      parts->label_sd[k] = 29.0;
      parts->intervals[k] = (OrdInterval) { 0.9, 1.5, 0.5 };
    }
  parts->radius = 1.0;
  parts->map = ord_map_new (parts->features, n_train, WIDTH, labels, n_labels,
                            NULL, &error);
  g_assert_no_error (error);
  parts->history = make_history (row);
  return ord_model_new (parts);
}

static OrdComparisonRow *
make_row (const OrdComparison *comparison,
          guint                place)
{
  OrdComparisonRow *row = g_new0 (OrdComparisonRow, 1);
  guint             n_labels = comparison->n_labels;
  gsize             n = comparison->n;
  double            factor = 1.0 + abs ((int) place - BEST);

  row->name = place == 0 ? g_strdup ("rm-loss")
              : place == 1 ? g_strdup (FIXTURE_NAME)
                           : g_strdup_printf ("method %u", place);
  row->method = g_strdup (place == 0 ? "rm-loss" : "l1");
  row->model = make_model (row->method, place, comparison->n_train, (guint) n,
                           n_labels);
  row->values = g_new (double, n * n_labels);
  row->half_widths = g_new (double, n * n_labels);
  row->errors = g_new0 (double, n);
  row->component_mae = g_new0 (double, n_labels);
  for (gsize i = 0; i < n; i++)
    {
      double squares = 0.0;

      for (guint k = 0; k < n_labels; k++)
        {
          double error = factor * (i % 2 ? 2.0 : 4.0);

          row->values[i * n_labels + k] =
            comparison->truths[i * n_labels + k] + (i % 3 ? error : -error);
          row->half_widths[i * n_labels + k] = 3.0;
          row->component_mae[k] += error / (double) n;
          squares += error * error;
        }
      row->errors[i] = sqrt (squares);
      row->mae += row->errors[i] / (double) n;
    }
  row->mae_low = 0.9 * row->mae;
  row->mae_high = 1.1 * row->mae;
  row->mae_sd = NAN;
  row->r2 = 0.9 - 0.01 * factor;
  row->d5 = 8.0 + place;
  row->rv = 0.06 + 0.01 * place;
  row->coverage = 0.91;
  row->width = 6.0;
  row->flagged = 0.0125;
  row->foreign = NAN;
  row->p = place == BEST ? NAN : place == 0 ? 0.01 : 0.2;
  row->p_d5 = place == 0 ? NAN : place == 1 ? 0.2 : 0.01;
  return row;
}

OrdComparison *
fixture_comparison (guint n_rows,
                    guint n_train,
                    guint n_test,
                    guint n_labels)
{
  OrdComparison          *comparison = g_new0 (OrdComparison, 1);
  g_autoptr (OrdDataset)  dataset = make_dataset (n_train, n_test, n_labels);

  g_assert_cmpuint (n_rows, >, BEST);
  comparison->n = comparison->n_subjects = n_test;
  comparison->n_labels = n_labels;
  comparison->n_train = n_train;
  comparison->n_seeds = 1;
  comparison->epochs = 10;
  comparison->best = BEST;
  comparison->truths = g_new (double, (gsize) n_test * n_labels);
  for (guint i = 0; i < n_test; i++)
    memcpy (comparison->truths + (gsize) i * n_labels,
            ord_dataset_get_sample (dataset, n_train + i)->labels,
            sizeof (double) * n_labels);
  comparison->rows =
    g_ptr_array_new_with_free_func ((GDestroyNotify) ord_comparison_row_free);
  for (guint i = 0; i < n_rows; i++)
    g_ptr_array_add (comparison->rows, make_row (comparison, i));
  return comparison;
}
