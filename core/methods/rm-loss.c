/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * RM-Loss: regression metric loss (Chao, Zhang & Yan, MICCAI 2022).
 *
 * The idea: learn a space in which geodesic distance is proportional to label
 * distance. Near by, a geodesic is a straight line; so every pair of a batch
 * is asked to lie as far apart as its labels do, D = | s·d − δ |, and near
 * pairs are asked most, w = exp (−δ² / 2σ²) + α. Pairs that are already good
 * are passed over: only those above a running mean of w·D count.
 *
 * Where this departs from the paper: it starts from a network that knows
 * ImageNet, and this one may start from nothing. There the loss as published
 * collapses: while the encoder is weak, near pairs (weight 1 + α) are best
 * served by distance 0, and far pairs (weight α) hardly object.
 *
 * So s is not learnt: each batch is made as wide as its labels, s² = Σ |y − ȳ|² /
 * Σ |f − f̄|², and the gradient knows that s depends on f. A space cannot shrink
 * then; and where all features of a batch are wider than those of another, as batch
 * norms make them, that is not counted as an error of its pairs: it would be most of
 * the error of far ones. Answers take a running mean of log s. (Of a batch of two
 * pictures nothing is left to learn; there are eight or more unless --batch tells.)
 *
 * And a linear head looks at the same features. It takes no part in the answer. It
 * leads while the encoder is weak, and tells by its mean absolute error E how much can
 * be asked of the space:
 *
 * - A tenth (--guide) of its mean squared error is added to the loss, whose gradients
 *   fade, so that it steps back, unasked, as the answers come right. (It need not be
 *   robust as the metric loss is: where pictures cannot be read exactly, the mean that a
 *   squared error asks for is what can be known.)
 * - The metric loss counts with the head's skill, 1 − E / mean |y| by running
 *   means, 0 for a head that knows nothing and 1 for one that knows all: pairs
 *   of features that mean nothing yet would be pushed apart in any direction,
 *   and drawn in again later.
 * - The neighbourhood is three times as wide as its error, σ = 3 E: labels that the
 *   features cannot tell apart are all alike, and to weigh the nearest of them more
 *   is to learn noise.
 *
 * The running mean of w·D, by which pairs are passed over, decides two more things:
 *
 * - Far pairs keep the square of six times it, α = (6 · mean)², at most 1. While the
 *   space is off by much, which for hard pictures is to the end, far pairs count as
 *   near ones do and hold the space together. Where it comes right the loss becomes a
 *   local one: with mining, far pairs are then passed over. (Squared, because α makes
 *   up a part of the mean: in proportion to it, it would keep itself up. The head's
 *   skill says less: labels may be read exactly off features whose distances are still
 *   wrong.)
 * - A pair costs u = w·D up to k, at first twice the mean (--knee), and (u² + k²) / 2k
 *   beyond. Pictures that are badly off, as blurred ones among sharp ones, are few; an
 *   absolute error leaves them where they are for a little more exactness of the
 *   many, and a squared one throughout does not care for that exactness. But in a
 *   space that never comes right they are off by what cannot be read off them, and to
 *   square that is to learn noise: with the share t of the training that is done, the
 *   knee moves out to k = 2 · mean / (1 − α t).
 *
 * docs/rm-loss.md tells what was measured, and what made no difference.
 */
#include "ord-head-private.h"
#include "ord-method-private.h"
#include "ord-pairs-private.h"
#include "rm-loss-private.h"

#include <math.h>
#include <string.h>

#include "../ord-clones-private.h"

/* Share of the latest batch in running means (the paper's 0.1). */
#define RUNNING_STEP 0.1

/* Of the head's error: how far a neighbourhood reaches unless --sigma tells. */
#define REACH        3.0

/* For a label of one component, the weight that far pairs keep is the square of so many
 * running means of w·D, unless --alpha tells. */
#define LEAK         6.0

/* Below it σ counts as this, for 1 / σ² to stay a number. */
#define SIGMA_MIN    0.01

/* Below it there is none, for 1 / knee to stay a number. */
#define KNEE_MIN     1e-30

/* Of the labels' scatter: below it features count as equal. */
#define WIDTH_MIN    1e-12

static const OrdOptionSpec options[] = {
  { "sigma", "size of the neighbourhood, in standard deviations of the label; 0: "
    "three times the head's error (all alike without a head)",
    0.0, 0.0, 1000.0, FALSE, NULL },
  { "alpha", "weight that far pairs keep; below 0: the square of six times the running "
    "mean of what pairs are off by, but not above 1", -1.0, -1.0, 100.0, FALSE, NULL },
  { "mining", "count only pairs that are worse than the running mean",
    1, 0, 1, TRUE, NULL },
  { "knee", "times that mean: pairs that are off by more cost its square, joined "
    "smoothly; with a large alpha it moves out in the course of training; 0: none do, "
    "as published",
    2.0, 0.0, 1000.0, FALSE, NULL },
  { "guide", "weight of the mean squared error of a linear head that leads until it "
    "explains the labels; 0 for none", 0.1, 0.0, 100.0, FALSE, NULL },
  { NULL }
};

typedef struct
{
  OrdMethod     base;
  OrdRmPairs    pairs;
  OrdHead       head;
  OrdParameter *log_scale;  /* the running mean; not trained */
  gboolean      scaled;     /* whether a batch told it, or a file */
  double        told_sigma; /* 0: by the head's error */
  double        told_alpha; /* negative: by the running mean of w·D */
  double        told_knee;
  double        guide;
  /* As exact as files keep them, so that a resumed training is the same. */
  float         error;     /* running mean of the head's; NaN before a batch */
  float         deviation; /* the same of a head that knows nothing: of |y| */
} RmLoss;

/* Moves @running, NaN before the first, a step towards @latest. A batch that went
 * wrong, which training passes over, tells nothing. */
static double
follow (double running,
        double latest)
{
  if (!isfinite (latest))
    return running;
  return isnan (running) ? latest
                         : running + RUNNING_STEP * (latest - running);
}

/* -- the loss --------------------------------------------------------------- */

/* Pairs that are judged at once. */
#define STRIP 256

/* Where pairs are walked twice, their distances are kept in between: of so many
 * images, for which they take a megabyte. */
#define KEPT_BATCH 512

/* What the pairs of a batch are judged by.
 * @labels: (n_labels, n): transposed, so that partners stand side by side */
typedef struct
{
  const float *labels;
  gsize        n;
  gsize        n_labels;
  float        near;      /* −1 / 2σ² */
  float        alpha;
  float        scale;
  float        threshold; /* below every w·D where all pairs count */
  float        knee;      /* infinite where all cost what they are off by */
} Judge;

/* What is summed over all pairs that count. */
enum { WEIGHT, COST, SCALE_SLOPE };

/* exp (x) for x ≤ 0 to the last digit or two, in a form that compiles to
 * vectors: 2^n · exp (r) with |r| ≤ ln 2 / 2, the latter by its series. */
static inline float
exp_of_negative (float x)
{
  const float to_integer = 0x1.8p23f; /* added, it leaves no fraction */
  float       within = x < -87.0f ? -87.0f : x;
  float       n = within * 1.44269504f + to_integer - to_integer;
  float       r = (within - n * 0x1.62ep-1f) - n * 0x1.0bfbe8p-15f;
  float       series = 1.0f / 5040.0f;
  guint32     bits = (guint32) ((int) n + 127) << 23;
  float       power;

  series = series * r + 1.0f / 720.0f;
  series = series * r + 1.0f / 120.0f;
  series = series * r + 1.0f / 24.0f;
  series = series * r + 1.0f / 6.0f;
  series = series * r + 0.5f;
  series = series * r + 1.0f;
  series = series * r + 1.0f;
  memcpy (&power, &bits, sizeof power);

  return x < -87.0f ? 0.0f : power * series;
}

/* δ² of image @i and the images from @first on. */
static inline void
squared_label_distances (const Judge *judge,
                         gsize        i,
                         gsize        first,
                         gsize        n_pairs,
                         float       *squared)
{
  memset (squared, 0, sizeof (float) * n_pairs);
  for (gsize l = 0; l < judge->n_labels; l++)
    {
      const float *labels = judge->labels + l * judge->n;

#pragma omp simd
      for (gsize j = 0; j < n_pairs; j++)
        squared[j] += (labels[i] - labels[first + j]) *
                      (labels[i] - labels[first + j]);
    }
}

ORD_CLONES static void
judge_strip (const Judge *judge,
             gsize        i,
             gsize        first,
             gsize        n_pairs,
             const float *distances,
             float       *slopes,
             double      *sums)
{
  const float per_knee = 1.0f / judge->knee;
  float       delta_2[STRIP];
  float       weight = 0.0f, cost = 0.0f, by_scale = 0.0f;

  squared_label_distances (judge, i, first, n_pairs, delta_2);
#pragma omp simd reduction(+ : weight, cost, by_scale)
  for (gsize j = 0; j < n_pairs; j++)
    {
      float w = exp_of_negative (judge->near * delta_2[j]) + judge->alpha;
      float error = judge->scale * distances[j] - sqrtf (delta_2[j]);
      float size = fabsf (error);
      float steep = w * size * per_knee;
      float slope;

      /* Written so that an error that is no number stays in the sum. */
      w = w * size <= judge->threshold ? 0.0f : w;
      steep = steep < 1.0f ? 1.0f : steep;
      slope = error > 0.0f ? w * steep : 0.0f;
      slope = error < 0.0f ? -w * steep : slope;
      weight += w;
      /* u below the knee, (u² + knee²) / 2 knee above. */
      cost += w * size * 0.5f * (steep + 1.0f / steep);
      by_scale += slope * distances[j];
      slopes[j] = slope;
    }
  sums[WEIGHT] += weight;
  sums[COST] += cost;
  sums[SCALE_SLOPE] += by_scale;
}

static void
judge_pairs (gsize         i,
             gsize         first,
             gsize         n_pairs,
             const float  *distances,
             float        *slopes,
             double       *sums,
             gconstpointer data)
{
  for (gsize at = 0; at < n_pairs; at += STRIP)
    judge_strip (data, i, first + at, MIN (STRIP, n_pairs - at),
                 distances + at, slopes + at, sums);
}

/* (transfer full): (n_labels, n) */
static float *
transpose (const float *labels,
           gsize        n,
           gsize        n_labels)
{
  float *transposed = g_new (float, n * n_labels);

  for (gsize i = 0; i < n; i++)
    for (gsize l = 0; l < n_labels; l++)
      transposed[l * n + i] = labels[i * n_labels + l];

  return transposed;
}

/* As exact as files keep it. */
static void
follow_mean (OrdRmPairs *pairs,
             double      latest)
{
  pairs->mean = (float) follow (pairs->mean, latest);
}

double
ord_rm_pairs_loss (OrdRmPairs  *pairs,
                   const float *features,
                   const float *labels,
                   gsize        n,
                   gsize        width,
                   gsize        n_labels,
                   double       scale,
                   float       *d_features,
                   double      *d_scale)
{
  const gboolean    by_mean = pairs->mining || pairs->knee > 0.0;
  g_autofree float *f = ord_pairs_centre (features, n, width);
  g_autofree float *transposed = transpose (labels, n, n_labels);
  g_autofree float *distances =
    by_mean && n <= KEPT_BATCH ? g_new (float, n * n) : NULL;
  OrdPairsBatch     batch = {
    .centred = f,
    .n = n,
    .width = width,
    .distances = distances,
  };
  const double      n_pairs = (double) n * (double) (n - 1);
  double            sums[ORD_PAIRS_SUMS];
  Judge             judge = {
    .labels = transposed,
    .n = n,
    .n_labels = n_labels,
    .near = (float) (-0.5 / (pairs->sigma * pairs->sigma)),
    .alpha = (float) pairs->alpha,
    .scale = (float) scale,
    .threshold = -1.0f,
    .knee = INFINITY,
  };

  *d_scale = 0.0;
  memset (d_features, 0, sizeof (float) * n * width);
  if (n < 2)
    return 0.0;

  /* What the mean decides must be known before pairs are judged by it: a walk of
   * its own, that tells the mean. */
  if (by_mean)
    {
      ord_pairs_walk (&batch, judge_pairs, &judge, sums, NULL);
      follow_mean (pairs, sums[COST] / n_pairs);
    }
  if (pairs->mining)
    judge.threshold = (float) pairs->mean;
  if (pairs->knee * pairs->mean >= KNEE_MIN)
    judge.knee = (float) (pairs->knee * pairs->mean);
  ord_pairs_walk (&batch, judge_pairs, &judge, sums, d_features);
  if (!by_mean)
    follow_mean (pairs, sums[COST] / n_pairs);

  if (!(sums[WEIGHT] > 0.0))
    {
      memset (d_features, 0, sizeof (float) * n * width);
      return 0.0;
    }

  /* The slope by d_ij is that of the sum over ordered pairs: twice what one
   * order gives. */
  for (gsize k = 0; k < n * width; k++)
    d_features[k] *= (float) (2.0 * scale / sums[WEIGHT]);
  *d_scale = sums[SCALE_SLOPE] / sums[WEIGHT];

  return sums[COST] / sums[WEIGHT];
}

/* -- the method ------------------------------------------------------------- */

static OrdMethod *
rm_loss_new (const OrdOptions *values,
             guint             width,
             guint             n_labels,
             guint64           seed)
{
  RmLoss      *self = g_new0 (RmLoss, 1);
  const gsize  one[] = { 1 };

  ord_method_init (&self->base, &ord_method_rm_loss, width, n_labels);
  self->told_sigma = ord_options_get (values, "sigma");
  self->told_alpha = ord_options_get (values, "alpha");
  self->pairs.mining = ord_options_get (values, "mining") > 0.5;
  self->told_knee = ord_options_get (values, "knee");
  self->pairs.mean = NAN;
  self->guide = ord_options_get (values, "guide");
  self->error = NAN;
  self->deviation = NAN;
  ord_head_init (&self->head, self->base.parameters, width, n_labels, seed);
  self->log_scale = ord_parameter_new ("log-scale", 1, one, FALSE, FALSE);
  g_ptr_array_add (self->base.parameters, self->log_scale);

  return &self->base;
}

static void
rm_loss_free (OrdMethod *method)
{
  g_free (method);
}

/* What the head explains of the labels, from 0 to 1. */
static double
skill (const RmLoss *self)
{
  if (self->guide == 0.0)
    return 1.0;
  if (!(self->error < self->deviation))
    return 0.0;
  return 1.0 - (double) self->error / self->deviation;
}

/* σ. The head's error is the mean of the label's components, as each has its own
 * standard deviation; distances of labels, and what pairs are off by, grow with the
 * root of their number. */
static double
neighbourhood (const RmLoss *self)
{
  double sigma = self->told_sigma;

  if (sigma == 0.0 && isnan (self->error))
    return INFINITY;
  if (sigma == 0.0)
    sigma = REACH * (double) self->error * sqrt (self->base.n_labels);
  return MAX (sigma, SIGMA_MIN);
}

/* α */
static double
leak (const RmLoss *self)
{
  if (self->told_alpha >= 0.0)
    return self->told_alpha;
  if (isnan (self->pairs.mean))
    return 1.0;
  return MIN (pow (LEAK * self->pairs.mean, 2.0) / self->base.n_labels, 1.0);
}

/* In running means of w·D. */
static double
knee (const RmLoss *self,
      double        alpha,
      double        done)
{
  return self->told_knee / (1.0 - MIN (alpha, 1.0) * done);
}

static double
mean_size (const float *labels,
           gsize        count)
{
  double sum = 0.0;

  for (gsize i = 0; i < count; i++)
    sum += fabsf (labels[i]);
  return sum / (double) count;
}

static double
sum_of_squares (const float *values,
                gsize        count)
{
  double sum = 0.0;

  for (gsize k = 0; k < count; k++)
    sum += (double) values[k] * values[k];
  return sum;
}

/* A batch of labels that are nearly equal tells as little as they differ. */
static void
follow_scale (RmLoss               *self,
              const OrdMethodBatch *batch,
              double                of_labels,
              double                scale)
{
  float  *running = self->log_scale->value;
  double  usual = (double) batch->n * self->base.n_labels;
  double  share = self->scaled ? RUNNING_STEP * MIN (of_labels / usual, 1.0) : 1.0;

  *running = (float) (*running + share * (log (scale) - *running));
  self->scaled = TRUE;
}

static double
metric_loss (RmLoss               *self,
             const OrdMethodBatch *batch,
             float                *d_features)
{
  const guint       width = self->base.width, n_labels = self->base.n_labels;
  const gsize       n = batch->n;
  g_autofree float *labels = ord_pairs_centre (batch->labels, n, n_labels);
  g_autofree float *features = ord_pairs_centre (batch->features, n, width);
  double            of_labels = sum_of_squares (labels, n * n_labels);
  double            of_features = sum_of_squares (features, n * width);
  gboolean          told = of_labels > 0.0 && isfinite (of_features) &&
                           of_features > WIDTH_MIN * of_labels;
  double            scale, d_scale, loss;

  /* Of equal labels or features no width can be told. */
  scale = told ? sqrt (of_labels / of_features)
               : exp ((double) self->log_scale->value[0]);
  self->pairs.sigma = neighbourhood (self);
  self->pairs.alpha = leak (self);
  self->pairs.knee = knee (self, self->pairs.alpha, batch->done);
  loss = ord_rm_pairs_loss (&self->pairs, batch->features, batch->labels, n,
                            width, n_labels, scale, d_features, &d_scale);
  if (told)
    {
      double factor = d_scale * scale / of_features;

      /* ∂s/∂f_i = −s (f_i − f̄) / Σ |f − f̄|² */
      for (gsize k = 0; k < n * width; k++)
        d_features[k] -= (float) (factor * features[k]);
      follow_scale (self, batch, of_labels, scale);
    }

  return loss;
}

static double
rm_loss_loss (OrdMethod            *method,
              const OrdMethodBatch *batch,
              float                *d_features)
{
  RmLoss *self = (RmLoss *) method;
  double  share = skill (self);
  double  metric = metric_loss (self, batch, d_features);
  double  guide, error;

  for (gsize k = 0; k < batch->n * method->width; k++)
    d_features[k] *= (float) share;
  guide = ord_head_loss (&self->head, ORD_HEAD_SQUARED, batch->features,
                         batch->labels, batch->n, self->guide, d_features, &error);
  if (self->guide > 0.0)
    {
      self->error = (float) follow (self->error, error);
      self->deviation =
        (float) follow (self->deviation, mean_size (batch->labels, batch->n *
                                                    method->n_labels));
    }

  return share * metric + guide;
}

/* The space is s·f: its distances are in standardised label units. */
static void
rm_loss_embed (OrdMethod *method,
               float     *features,
               gsize      n)
{
  RmLoss *self = (RmLoss *) method;
  float   scale = expf (self->log_scale->value[0]);

  for (gsize i = 0; i < n * method->width; i++)
    features[i] *= scale;
}

/* Files hold finite numbers only: −1 is none yet. */
static float
to_file (double running)
{
  return isnan (running) ? -1.0f : (float) running;
}

static double
from_file (float running)
{
  return running < 0.0f ? NAN : running;
}

/* The running mean of w·D goes by the name of what it decided at first. */
static void
rm_loss_store (OrdMethod *method,
               GPtrArray *tensors)
{
  RmLoss      *self = (RmLoss *) method;
  const gsize  one[] = { 1 }, two[] = { 2 };
  float        mean = to_file (self->pairs.mean);
  float        head[] = { to_file (self->error), to_file (self->deviation) };

  g_ptr_array_add (tensors,
                   ord_tensor_new ("method/threshold", 1, one, &mean));
  g_ptr_array_add (tensors, ord_tensor_new ("method/head-error", 1, two, head));
}

static gboolean
rm_loss_load (OrdMethod  *method,
              GPtrArray  *tensors,
              GError    **error)
{
  RmLoss      *self = (RmLoss *) method;
  const gsize  one[] = { 1 }, two[] = { 2 };
  OrdTensor   *mean =
    ord_tensors_expect (tensors, "method/threshold", 1, one, error);
  OrdTensor   *head = NULL;

  if (!mean)
    return FALSE;
  self->pairs.mean = from_file (mean->values[0]);
  self->scaled = TRUE;
  /* Models from before the head led have none, and answer without. */
  if (ord_tensors_find (tensors, "method/head-error"))
    {
      head = ord_tensors_expect (tensors, "method/head-error", 1, two, error);
      if (!head)
        return FALSE;
      self->error = from_file (head->values[0]);
      self->deviation = from_file (head->values[1]);
    }
  return TRUE;
}

const OrdMethodClass ord_method_rm_loss = {
  .name = "rm-loss",
  .metric = TRUE,
  .summary = "regression metric loss: distance in the space is label distance",
  .options = options,
  .new = rm_loss_new,
  .free = rm_loss_free,
  .loss = rm_loss_loss,
  .embed = rm_loss_embed,
  .store = rm_loss_store,
  .load = rm_loss_load,
};
