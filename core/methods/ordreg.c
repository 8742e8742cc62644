/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OrdReg: ordinal regression (Niu et al., CVPR 2016), kept to compare with. The
 * range of the training labels is cut into K ranks; K − 1 outputs say "is y
 * above threshold k?", each a logistic regression on one shared direction with
 * a bias of its own (CORAL, Cao et al. 2020), which keeps them consistent. The
 * answer is the expectation over the ranks. Every component of a vector label
 * has its own direction and thresholds.
 */
#include "ord-method-private.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

/* A logistic function of this slope looks like a normal distribution of one
 * standard deviation: where the biases start. */
#define LOGISTIC_SLOPE 1.702f

static const OrdOptionSpec options[] = {
  { "ranks", "ranks that the range of the labels is cut into",
    50, 2, 1000, TRUE, NULL },
  { NULL }
};

/**
 * Ordreg:
 * @low, @high: (n_labels), range of the standardised training labels
 */
typedef struct
{
  OrdMethod     base;
  guint         ranks;
  OrdParameter *weight;   /* (n_labels, width) */
  OrdParameter *bias;     /* (n_labels, ranks − 1) */
  float        *low;
  float        *high;
} Ordreg;

static float
rank_step (const Ordreg *self,
           guint         label)
{
  return (self->high[label] - self->low[label]) / (float) self->ranks;
}

/* The k-th threshold, k = 0 … ranks − 2. */
static float
threshold (const Ordreg *self,
           guint         label,
           guint         k)
{
  return self->low[label] + rank_step (self, label) * (float) (k + 1);
}

static void
set_biases (Ordreg *self)
{
  guint n_thresholds = self->ranks - 1;

  for (guint m = 0; m < self->base.n_labels; m++)
    for (guint k = 0; k < n_thresholds; k++)
      self->bias->value[m * n_thresholds + k] =
        -LOGISTIC_SLOPE * threshold (self, m, k);
}

static OrdMethod *
ordreg_new (const OrdOptions *values,
            guint             width,
            guint             n_labels,
            guint64           seed)
{
  Ordreg      *self = g_new0 (Ordreg, 1);
  gsize        of_weight[2] = { n_labels, width };
  gsize        of_bias[2] = { n_labels, 0 };

  ord_method_init (&self->base, &ord_method_ordreg, width, n_labels);
  self->ranks = (guint) ord_options_get (values, "ranks");
  of_bias[1] = self->ranks - 1;
  self->weight = ord_parameter_new ("weight", 2, of_weight, TRUE, TRUE);
  ord_parameter_fill_normal (self->weight, sqrt (1.0 / width), seed);
  self->bias = ord_parameter_new ("bias", 2, of_bias, TRUE, FALSE);
  g_ptr_array_add (self->base.parameters, self->weight);
  g_ptr_array_add (self->base.parameters, self->bias);

  self->low = g_new (float, n_labels);
  self->high = g_new (float, n_labels);
  for (guint m = 0; m < n_labels; m++)
    {
      self->low[m] = -2.0f;
      self->high[m] = 2.0f;
    }
  set_biases (self);

  return &self->base;
}

static void
ordreg_free (OrdMethod *method)
{
  Ordreg *self = (Ordreg *) method;

  g_free (self->low);
  g_free (self->high);
  g_free (self);
}

static void
ordreg_prepare (OrdMethod   *method,
                const float *labels,
                gsize        n)
{
  Ordreg *self = (Ordreg *) method;

  for (guint m = 0; m < method->n_labels; m++)
    {
      self->low[m] = self->high[m] = labels[m];
      for (gsize i = 1; i < n; i++)
        {
          self->low[m] = fminf (self->low[m], labels[i * method->n_labels + m]);
          self->high[m] = fmaxf (self->high[m],
                                 labels[i * method->n_labels + m]);
        }
    }
  set_biases (self);
}

/* (n, n_labels), (transfer full): features along each label's direction. */
static float *
project (const Ordreg *self,
         const float  *features,
         gsize         n)
{
  int    width = (int) self->base.width;
  int    n_labels = (int) self->base.n_labels;
  float *along = g_new (float, n * (gsize) n_labels);

  cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasTrans, (int) n, n_labels,
               width, 1.0f, features, width, self->weight->value, width, 0.0f,
               along, n_labels);
  return along;
}

static double
logistic (double logit)
{
  return 1.0 / (1.0 + exp (-logit));
}

/* −log P of the right answer, without overflow. */
static double
cross_entropy (double   logit,
               gboolean above)
{
  double wrong = above ? -logit : logit;

  return fmax (wrong, 0.0) + log1p (exp (-fabs (wrong)));
}

static double
ordreg_loss (OrdMethod            *method,
             const OrdMethodBatch *batch,
             float                *d_features)
{
  Ordreg           *self = (Ordreg *) method;
  guint             n_labels = method->n_labels;
  guint             n_thresholds = self->ranks - 1;
  g_autofree float *d_along = project (self, batch->features, batch->n);
  double            share = 1.0 / ((double) batch->n * n_labels * n_thresholds);
  double            loss = 0.0;

  memset (self->bias->gradient, 0, sizeof (float) * self->bias->count);
  for (gsize i = 0; i < (gsize) batch->n * n_labels; i++)
    {
      guint  m = (guint) (i % n_labels);
      double along = d_along[i];
      double slope = 0.0;

      for (guint k = 0; k < n_thresholds; k++)
        {
          gsize    at = (gsize) m * n_thresholds + k;
          double   logit = along + self->bias->value[at];
          gboolean above = batch->labels[i] > threshold (self, m, k);
          double   d_logit = share * (logistic (logit) - (above ? 1.0 : 0.0));

          loss += share * cross_entropy (logit, above);
          self->bias->gradient[at] += (float) d_logit;
          slope += d_logit;
        }
      d_along[i] = (float) slope;
    }

  cblas_sgemm (CblasRowMajor, CblasTrans, CblasNoTrans, (int) n_labels,
               (int) method->width, (int) batch->n, 1.0f, d_along,
               (int) n_labels, batch->features, (int) method->width, 0.0f,
               self->weight->gradient, (int) method->width);
  cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, (int) batch->n,
               (int) method->width, (int) n_labels, 1.0f, d_along,
               (int) n_labels, self->weight->value, (int) method->width, 0.0f,
               d_features, (int) method->width);

  return loss;
}

/* The first rank's middle, and a step for each threshold as far as y is
 * believed to lie above it. */
static void
ordreg_answer (OrdMethod   *method,
               const float *features,
               gsize        n,
               double      *values)
{
  Ordreg           *self = (Ordreg *) method;
  guint             n_thresholds = self->ranks - 1;
  g_autofree float *along = project (self, features, n);

  for (gsize i = 0; i < n * method->n_labels; i++)
    {
      guint  m = (guint) (i % method->n_labels);
      double step = rank_step (self, m);

      values[i] = self->low[m] + 0.5 * step;
      for (guint k = 0; k < n_thresholds; k++)
        values[i] +=
          step * logistic ((double) along[i] +
                           self->bias->value[(gsize) m * n_thresholds + k]);
    }
}

static void
ordreg_store (OrdMethod *method,
              GPtrArray *tensors)
{
  Ordreg      *self = (Ordreg *) method;
  const gsize  dims[] = { method->n_labels };

  g_ptr_array_add (tensors,
                   ord_tensor_new ("method/low", 1, dims, self->low));
  g_ptr_array_add (tensors,
                   ord_tensor_new ("method/high", 1, dims, self->high));
}

static gboolean
ordreg_load (OrdMethod  *method,
             GPtrArray  *tensors,
             GError    **error)
{
  Ordreg      *self = (Ordreg *) method;
  const gsize  dims[] = { method->n_labels };
  OrdTensor   *low = ord_tensors_expect (tensors, "method/low", 1, dims, error);
  OrdTensor   *high;

  if (!low)
    return FALSE;
  high = ord_tensors_expect (tensors, "method/high", 1, dims, error);
  if (!high)
    return FALSE;
  memcpy (self->low, low->values, sizeof (float) * method->n_labels);
  memcpy (self->high, high->values, sizeof (float) * method->n_labels);
  return TRUE;
}

const OrdMethodClass ord_method_ordreg = {
  .name = "ordreg",
  .summary = "ordered thresholds: “is it above?”, answered by the expectation",
  .options = options,
  .new = ordreg_new,
  .free = ordreg_free,
  .prepare = ordreg_prepare,
  .loss = ordreg_loss,
  .answer = ordreg_answer,
  .store = ordreg_store,
  .load = ordreg_load,
};
