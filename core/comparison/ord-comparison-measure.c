/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is measured of a model on its test images, and over the seeds.
 */
#include "ord-comparison-private.h"

#include <math.h>
#include <string.h>

#include "../model/ord-predictor.h"
#include "../model/ord-trainer.h"
#include "../space/ord-geometry.h"
#include "../space/ord-quality.h"

/* The test images of a model. */
typedef struct
{
  GArray *samples;  /* (element-type guint) (n) */
  gsize   n;
  float  *features; /* (n, width) */
  double *truths;   /* (n, n_labels) */
} Tests;

static void
tests_clear (Tests *tests)
{
  g_clear_pointer (&tests->samples, g_array_unref);
  g_free (tests->features);
  g_free (tests->truths);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Tests, tests_clear)

static Tests
collect_tests (const OrdModelParts *parts)
{
  guint   n_labels = ord_dataset_get_n_labels (parts->dataset);
  GArray *split = ord_dataset_get_split (parts->dataset, ORD_SPLIT_TEST);
  Tests   tests = {
    .samples = split,
    .n = split->len,
    .features = g_new (float, (gsize) split->len * parts->width + 1),
    .truths = g_new (double, (gsize) split->len * n_labels + 1),
  };

  for (gsize i = 0; i < tests.n; i++)
    {
      guint sample = g_array_index (split, guint, i);

      memcpy (tests.features + i * parts->width,
              parts->features + (gsize) sample * parts->width,
              sizeof (float) * parts->width);
      memcpy (tests.truths + i * n_labels,
              ord_dataset_get_sample (parts->dataset, sample)->labels,
              sizeof (double) * n_labels);
    }
  return tests;
}

/* The first model's test images become the comparison's. */
static void
take_tests (OrdComparison       *comparison,
            const OrdModelParts *parts,
            const Tests         *tests,
            const char          *path)
{
  comparison->n = tests->n;
  comparison->n_labels = ord_dataset_get_n_labels (parts->dataset);
  comparison->n_train = parts->n_reference;
  comparison->n_images = ord_dataset_get_n_samples (parts->dataset);
  comparison->truths =
    g_memdup2 (tests->truths,
               sizeof (double) * tests->n * comparison->n_labels);
  ord_comparison_set_subjects (comparison, parts->dataset, tests->samples);
  comparison->first = g_strdup (path);
}

/* Pictures that one training could not read, and another could, would be held
 * against a method. */
static gboolean
agree_on_pictures (OrdComparison        *comparison,
                   const OrdModelParts  *parts,
                   const Tests          *tests,
                   const char           *path,
                   GError              **error)
{
  if (tests->n < 2)
    {
      g_set_error (error, ORD_ERROR, ORD_ERROR_DATASET,
                   "A comparison needs two or more test images, and %"
                   G_GSIZE_FORMAT " could be read of those in %s", tests->n,
                   ord_dataset_get_folder (parts->dataset));
      return FALSE;
    }
  if (!comparison->truths)
    take_tests (comparison, parts, tests, path);
  if (tests->n == comparison->n &&
      parts->n_reference == comparison->n_train &&
      ord_dataset_get_n_samples (parts->dataset) == comparison->n_images &&
      memcmp (tests->truths, comparison->truths,
              sizeof (double) * tests->n * comparison->n_labels) == 0)
    return TRUE;
  g_set_error (error, ORD_ERROR, ORD_ERROR_DATASET,
               "Not all runs could read the same pictures: %s was made of %u "
               "training and %" G_GSIZE_FORMAT " test images, and %s of %u and %"
               G_GSIZE_FORMAT ". Remove the one that lacks some, or both; the "
               "same command makes it again", comparison->first,
               comparison->n_train, comparison->n, path, parts->n_reference,
               tests->n);
  return FALSE;
}

static void
add_answers (const OrdComparison *comparison,
             OrdComparisonRow    *row,
             const double        *values,
             const double        *halves)
{
  guint  n_labels = comparison->n_labels;
  gsize  count = comparison->n * n_labels;
  double share = 1.0 / (double) count;

  for (gsize i = 0; i < comparison->n; i++)
    row->errors[i] += ord_quality_error (comparison->truths + i * n_labels,
                                         values + i * n_labels, n_labels);
  for (gsize i = 0; i < count; i++)
    {
      double off = fabs (comparison->truths[i] - values[i]);

      row->coverage += share * (off <= halves[i]);
      row->width += share * 2.0 * halves[i];
    }
}

/* Share of the foreign pictures that are told to lie out of range. @failures: of
 * those that cannot be read. */
static gboolean
measure_foreign (OrdPredictor  *predictor,
                 OrdDataset    *foreign,
                 GPtrArray     *failures,
                 double        *flagged,
                 GCancellable  *cancellable,
                 GError       **error)
{
  guint                 n_all = ord_dataset_get_n_samples (foreign);
  guint                 n = MIN (n_all, ORD_COMPARISON_FOREIGN);
  g_autofree guint     *samples = g_new (guint, n + 1);
  g_autoptr (GPtrArray) predictions =
    g_ptr_array_new_with_free_func ((GDestroyNotify) ord_prediction_free);
  guint                 n_read = 0, n_flagged = 0;

  for (guint i = 0; i < n; i++)
    samples[i] = (guint) ((guint64) i * n_all / n);
  g_ptr_array_set_size (predictions, (int) n);
  if (!ord_predictor_predict_many (predictor, foreign, samples, n,
                                   (OrdPrediction **) predictions->pdata,
                                   failures, NULL, NULL, cancellable, error))
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      const OrdPrediction *prediction = g_ptr_array_index (predictions, i);

      n_read += prediction != NULL;
      n_flagged += prediction && !prediction->in_range;
    }
  if (n_read == 0)
    {
      g_set_error (error, ORD_ERROR, ORD_ERROR_DATASET,
                   "None of the foreign pictures in %s can be read: %s",
                   ord_dataset_get_folder (foreign),
                   (const char *) g_ptr_array_index (failures, 0));
      return FALSE;
    }
  *flagged = (double) n_flagged / n_read;
  return TRUE;
}

static gboolean
count_mirrored (OrdComparisonRow     *row,
                const OrdModelParts  *parts,
                GError              **error)
{
  g_autoptr (OrdOptions) options = ord_trainer_options_of (parts, error);
  OrdAugmentation        augmentation;

  if (!options)
    return FALSE;
  ord_augmentation_from_options (&augmentation, options);
  for (guint f = 0; f < ORD_N_FLIPS; f++)
    row->mirrored[f] += augmentation.flips[f] > 0.0;
  row->averaged += ord_augmentation_averaged_flips (options) != 0;
  return TRUE;
}

gboolean
ord_comparison_measure (OrdComparison     *comparison,
                        OrdComparisonRow  *row,
                        OrdModel          *model,
                        const char        *path,
                        OrdDataset        *foreign,
                        GPtrArray         *failures,
                        double            *mae,
                        GCancellable      *cancellable,
                        GError           **error)
{
  const OrdModelParts      *parts = ord_model_get_parts (model);
  g_autoptr (OrdPredictor)  predictor = ord_predictor_new (model, error);
  g_auto (Tests)            tests = { 0 };
  g_autofree double        *values = NULL, *halves = NULL;
  OrdGeometry               geometry;
  OrdQuality                quality;
  g_autofree OrdQuality    *components = NULL;
  g_autofree double        *near_distances = NULL;
  double                    flagged = NAN;
  gsize                     count;

  if (!predictor)
    return FALSE;
  tests = collect_tests (parts);
  if (!agree_on_pictures (comparison, parts, &tests, path, error))
    return FALSE;

  count = comparison->n * comparison->n_labels;
  values = g_new (double, count);
  halves = g_new (double, count);
  ord_predictor_answer (predictor, tests.features, tests.n, values, halves);
  ord_quality_measure (&quality, tests.truths, values, tests.n,
                       comparison->n_labels);
  components = g_new (OrdQuality, comparison->n_labels);
  ord_quality_measure_components (components, tests.truths, values, tests.n,
                                  comparison->n_labels);
  near_distances = g_new (double, comparison->n);
  if (!ord_geometry_measure (&geometry, tests.features, tests.n, parts->width,
                             tests.truths, comparison->n_labels, 1,
                             near_distances, cancellable, error))
    return FALSE;
  if (!count_mirrored (row, parts, error))
    return FALSE;
  if (foreign &&
      !measure_foreign (predictor, foreign, failures, &flagged, cancellable,
                        error))
    return FALSE;

  if (!row->model)
    {
      row->model = g_object_ref (model);
      row->errors = g_new0 (double, comparison->n);
      row->near_distances = g_new0 (double, comparison->n);
      row->component_mae = g_new0 (double, comparison->n_labels);
      row->values = g_memdup2 (values, sizeof (double) * count);
      row->half_widths = g_memdup2 (halves, sizeof (double) * count);
    }
  add_answers (comparison, row, values, halves);
  for (gsize i = 0; i < comparison->n; i++)
    row->near_distances[i] += near_distances[i];
  for (guint k = 0; k < comparison->n_labels; k++)
    row->component_mae[k] += components[k].mae;
  *mae = quality.mae;
  row->rmse += quality.rmse;
  row->r2 += quality.r2;
  row->pearson += quality.pearson;
  row->d5 += geometry.d5;
  row->rv += geometry.rv;
  row->flagged += parts->test.flagged;
  row->foreign += flagged;

  return TRUE;
}

void
ord_comparison_finish_row (OrdComparison    *comparison,
                           OrdComparisonRow *row,
                           const double     *maes)
{
  double  share = 1.0 / comparison->n_seeds;
  double *sums[] = { &row->rmse, &row->r2, &row->pearson, &row->d5, &row->rv,
                     &row->coverage, &row->width, &row->flagged, &row->foreign };
  double  squares = 0.0;

  for (guint i = 0; i < G_N_ELEMENTS (sums); i++)
    *sums[i] *= share;
  for (guint k = 0; k < comparison->n_labels; k++)
    row->component_mae[k] *= share;
  for (gsize i = 0; i < comparison->n; i++)
    {
      row->errors[i] *= share;
      row->near_distances[i] *= share;
    }

  row->mae = 0.0;
  for (guint s = 0; s < comparison->n_seeds; s++)
    row->mae += share * maes[s];
  for (guint s = 0; s < comparison->n_seeds; s++)
    squares += (maes[s] - row->mae) * (maes[s] - row->mae);
  row->mae_sd = comparison->n_seeds > 1
                ? sqrt (squares / (comparison->n_seeds - 1)) : NAN;
  ord_comparison_interval (comparison, row->errors, &row->mae_low,
                           &row->mae_high);
}

/* The row with the lowest number at @offset. */
static guint
find_lowest (const OrdComparison *comparison,
             gsize                offset)
{
  double lowest = NAN;
  guint  found = 0;

  for (guint i = 0; i < comparison->rows->len; i++)
    {
      double value = G_STRUCT_MEMBER (double, comparison->rows->pdata[i], offset);

      if (value < lowest || (isnan (lowest) && !isnan (value)))
        {
          lowest = value;
          found = i;
        }
    }
  return found;
}

void
ord_comparison_find_best (OrdComparison *comparison)
{
  const OrdComparisonRow *best, *nearest;

  comparison->best = find_lowest (comparison,
                                  G_STRUCT_OFFSET (OrdComparisonRow, mae));
  best = comparison->rows->pdata[comparison->best];
  nearest = comparison->rows->pdata[find_lowest (
    comparison, G_STRUCT_OFFSET (OrdComparisonRow, d5))];
  for (guint i = 0; i < comparison->rows->len; i++)
    {
      OrdComparisonRow *row = comparison->rows->pdata[i];

      row->p = row == best
               ? NAN : ord_comparison_paired_t (comparison, best->errors,
                                                row->errors);
      row->p_d5 = row == nearest
                  ? NAN : ord_comparison_paired_t (comparison,
                                                   nearest->near_distances,
                                                   row->near_distances);
    }
}
