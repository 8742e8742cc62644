/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Finishing a model. The validation images, which no gradient has seen, choose
 * the radius and calibrate the intervals; the test images only measure.
 */
#include "ord-model-build-private.h"

#include <math.h>
#include <string.h>

#include "../space/ord-novelty.h"
#include "../space/ord-quality.h"

/* Stated by the intervals. */
#define COVERAGE 0.9

/* A larger radius, with more reasons for an answer, may be worse by this share of the
 * error: less than chance decides. */
#define RADIUS_TOLERANCE 0.005

/* A picture is outside what the model knows when its nearest reference is
 * farther than this share of the validation images have theirs, and a margin;
 * or when its description says so, see ord-novelty.h. */
#define NOVELTY_QUANTILE 0.99
#define NOVELTY_MARGIN   1.25

typedef struct
{
  const OrdModelSource *source;
  OrdProgressFunc       progress;
  gpointer              user_data;
  guint                 n;
} Build;

static void
report (Build      *build,
        const char *stage,
        double      fraction)
{
  OrdProgress progress = {
    .stage = stage,
    .fraction = fraction,
    .seconds_left = -1.0,
    .loss = NAN,
    .validation_mae = NAN,
    .best_mae = NAN,
  };

  if (build->progress)
    build->progress (&progress, build->user_data);
}

static void
report_features (guint    n_done,
                 gpointer data)
{
  Build *build = data;

  report (build, "Computing features", 0.85 * n_done / build->n);
}

double *
ord_model_build_labels (OrdDataset *dataset,
                        guint       first,
                        guint       n)
{
  guint   n_labels = ord_dataset_get_n_labels (dataset);
  double *labels = g_new (double, (gsize) n * n_labels + 1);

  for (guint i = 0; i < n; i++)
    memcpy (labels + (gsize) i * n_labels,
            ord_dataset_get_sample (dataset, first + i)->labels,
            sizeof (double) * n_labels);
  return labels;
}

static gboolean
compute_features (Build         *build,
                  OrdModelParts *parts,
                  float         *descriptions,
                  GCancellable  *cancellable,
                  GError       **error)
{
  const OrdModelSource *source = build->source;
  OrdEmbedder          *embedder = source->embedder;
  guint                 n = ord_dataset_get_n_samples (source->dataset);
  guint                 n_loader = 0;
  g_autofree float     *encoded = NULL;
  g_autofree float     *covariates = NULL;

  /* The loader counts unreadable pictures too; covariates follow its count. */
  encoded = ord_embedder_encode_covariates (embedder, source->dataset);
  if (encoded)
    {
      gsize width = embedder->covariate_width;

      for (guint i = 0; i < n; i++)
        n_loader = MAX (n_loader, source->order[i] + 1);
      covariates = g_new0 (float, n_loader * width);
      for (guint i = 0; i < n; i++)
        memcpy (covariates + source->order[i] * width, encoded + i * width,
                sizeof (float) * width);
    }

  build->n = n;
  parts->width = embedder->width;
  parts->features = g_new (float, (gsize) n * embedder->width);
  return ord_embedder_embed_samples (embedder, source->loader, source->order, n,
                                     covariates, parts->features, descriptions,
                                     report_features, build, cancellable,
                                     error);
}

static int
compare_floats (gconstpointer a,
                gconstpointer b)
{
  float x = *(const float *) a, y = *(const float *) b;

  return (x > y) - (x < y);
}

static double
novelty_threshold (const float *nearest,
                   gsize        n)
{
  g_autofree float *sorted = g_memdup2 (nearest, sizeof (float) * n);
  gsize             rank = (gsize) ceil (NOVELTY_QUANTILE * (double) n);

  qsort (sorted, n, sizeof (float), compare_floats);
  return NOVELTY_MARGIN * sorted[MIN (MAX (rank, 1), n) - 1];
}

/* Values, spreads and errors of the samples [first, first + n). */
typedef struct
{
  gsize        n;
  double      *truths;
  double      *values;
  double      *spreads;
  float       *nearest;
  const float *descriptions; /* borrowed */
} Answers;

static void
answers_clear (Answers *answers)
{
  g_free (answers->truths);
  g_free (answers->values);
  g_free (answers->spreads);
  g_free (answers->nearest);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Answers, answers_clear)

static Answers
answer_samples (const OrdModelSource *source,
                const OrdModelParts  *parts,
                const OrdNeighbours  *neighbours,
                const double         *labels,
                const float          *descriptions,
                guint                 first,
                guint                 n)
{
  guint   n_labels = ord_dataset_get_n_labels (source->dataset);
  Answers answers = {
    .n = n,
    .truths = ord_model_build_labels (source->dataset, first, n),
    .values = g_new (double, (gsize) n * n_labels + 1),
    .spreads = g_new (double, (gsize) n * n_labels + 1),
    .nearest = g_new (float, (gsize) n + 1),
    .descriptions = descriptions +
                    first * source->embedder->description_width,
  };

  if (n > 0)
    ord_embedder_answer (source->embedder, neighbours, labels,
                         source->label_mean, source->label_sd, parts->radius,
                         parts->features + (gsize) first * parts->width, n,
                         answers.values, answers.spreads, answers.nearest);
  return answers;
}

static void
calibrate (OrdModelParts *parts,
           const Answers *answers,
           guint          n_labels)
{
  g_autofree double *truths = g_new (double, answers->n + 1);
  g_autofree double *values = g_new (double, answers->n + 1);
  g_autofree double *spreads = g_new (double, answers->n + 1);

  parts->intervals = g_new0 (OrdInterval, n_labels);
  for (guint k = 0; k < n_labels; k++)
    {
      for (gsize i = 0; i < answers->n; i++)
        {
          truths[i] = answers->truths[i * n_labels + k];
          values[i] = answers->values[i * n_labels + k];
          spreads[i] = answers->spreads[i * n_labels + k];
        }
      ord_interval_calibrate (&parts->intervals[k], COVERAGE, truths, values,
                              spreads, answers->n);
    }
}

/* As the predictor tells it. */
static double
share_flagged (const OrdModelParts *parts,
               const OrdNovelty    *novelty,
               gsize                description_width,
               const Answers       *answers)
{
  gsize n_flagged = 0;

  for (gsize i = 0; i < answers->n; i++)
    n_flagged += !(answers->nearest[i] <= parts->novelty) ||
                 ord_novelty_measure (novelty, answers->descriptions +
                                               i * description_width) > 1.0;
  return (double) n_flagged / (double) answers->n;
}

static OrdEvaluation
evaluate (const OrdModelParts *parts,
          const OrdNovelty    *novelty,
          gsize                description_width,
          const Answers       *answers,
          guint                n_labels)
{
  OrdEvaluation evaluation = { .flagged = NAN };
  gsize         n = answers->n;

  if (n == 0)
    return evaluation;

  ord_quality_measure (&evaluation.quality, answers->truths, answers->values, n,
                       n_labels);
  for (gsize i = 0; i < n * n_labels; i++)
    {
      guint  k = (guint) (i % n_labels);
      double half = ord_interval_half_width (&parts->intervals[k],
                                             answers->spreads[i]);

      if (fabs (answers->truths[i] - answers->values[i]) <= half)
        evaluation.coverage += 1.0 / (double) (n * n_labels);
      if (k == 0)
        evaluation.mean_width += 2.0 * half / (double) n;
    }

  evaluation.flagged = share_flagged (parts, novelty, description_width,
                                      answers);

  return evaluation;
}

static GPtrArray *
collect_thumbnails (const OrdModelSource *source)
{
  guint      n = ord_dataset_get_n_samples (source->dataset);
  GPtrArray *thumbnails =
    g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);

  for (guint i = 0; i < n; i++)
    {
      GBytes *thumbnail =
        ord_loader_get_thumbnail (source->loader, source->order[i]);

      g_ptr_array_add (thumbnails, thumbnail ? g_bytes_ref (thumbnail) : NULL);
    }
  return thumbnails;
}

static guint
count_split (OrdDataset *dataset,
             OrdSplit    split)
{
  g_autoptr (GArray) samples = ord_dataset_get_split (dataset, split);

  return samples->len;
}

OrdModel *
ord_model_build (const OrdModelSource  *source,
                 OrdProgressFunc        progress,
                 gpointer               user_data,
                 GCancellable          *cancellable,
                 GError               **error)
{
  g_autoptr (OrdModelParts)  parts = g_new0 (OrdModelParts, 1);
  g_autoptr (OrdNeighbours)  neighbours = NULL;
  g_autofree double         *labels = NULL;
  g_autofree double         *held_out = NULL;
  g_autofree float          *descriptions = NULL;
  g_autoptr (OrdNovelty)     novelty = NULL;
  gsize                      description_width =
    source->embedder->description_width;
  Build                      build = { source, progress, user_data, 0 };
  guint                      n_labels = ord_dataset_get_n_labels (source->dataset);
  guint                      n_train, n_validation, n_test;

  n_train = count_split (source->dataset, ORD_SPLIT_TRAIN);
  n_validation = count_split (source->dataset, ORD_SPLIT_VALIDATION);
  n_test = count_split (source->dataset, ORD_SPLIT_TEST);

  parts->title = g_strdup (source->title);
  parts->method = g_strdup (source->method);
  parts->encoder = g_strdup (source->encoder);
  parts->options = g_strdup (source->options);
  parts->preparation = source->embedder->preparation;
  parts->dataset = g_object_ref (source->dataset);
  parts->n_reference = n_train;
  parts->label_mean = g_memdup2 (source->label_mean, sizeof (double) * n_labels);
  parts->label_sd = g_memdup2 (source->label_sd, sizeof (double) * n_labels);
  parts->history = g_array_copy (source->history);
  parts->thumbnails = collect_thumbnails (source);
  parts->tensors = ord_tensors_new ();
  ord_embedder_store (source->embedder, parts->tensors);
  if (ord_encoder_is_pretrained (source->encoder))
    parts->pretrained = ord_pretrained_ref (
      ord_encoder_get_pretrained (source->embedder->encoder));
  descriptions = g_new (float, (n_train + n_validation + n_test) *
                               description_width);
  if (!compute_features (&build, parts, descriptions, cancellable, error))
    return NULL;
  novelty = ord_novelty_fit (descriptions, n_train,
                             descriptions + n_train * description_width,
                             n_validation, description_width, error);
  if (!novelty)
    return NULL;
  ord_novelty_store (novelty, parts->tensors);

  report (&build, "Choosing the radius", 0.85);
  labels = ord_model_build_labels (source->dataset, 0, n_train);
  neighbours = ord_neighbours_new (parts->features, n_train, parts->width);
  held_out = ord_model_build_labels (source->dataset, n_train, n_validation);
  parts->radius =
    ord_radius_search (neighbours, labels, n_labels,
                       parts->features + (gsize) n_train * parts->width,
                       held_out, n_validation, RADIUS_TOLERANCE, NULL);

  {
    g_auto (Answers) validation =
      answer_samples (source, parts, neighbours, labels, descriptions, n_train,
                      n_validation);
    g_auto (Answers) test =
      answer_samples (source, parts, neighbours, labels, descriptions,
                      n_train + n_validation, n_test);

    parts->novelty = novelty_threshold (validation.nearest, n_validation);
    calibrate (parts, &validation, n_labels);
    parts->validation = evaluate (parts, novelty, description_width, &validation,
                                  n_labels);
    parts->test = evaluate (parts, novelty, description_width, &test, n_labels);
  }

  report (&build, "Drawing the map", 0.9);
  parts->map = ord_map_new (parts->features, n_train, parts->width, labels,
                            n_labels, cancellable, error);
  if (!parts->map)
    return NULL;
  report (&build, "Done", 1.0);

  return ord_model_new (g_steal_pointer (&parts));
}
