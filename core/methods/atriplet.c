/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * ATrip: adaptive triplet loss (Zheng et al., MICCAI 2021), kept to compare
 * with. For every triplet of a batch, an anchor a, a near image n and a far
 * image e with δ_an < δ_ae, the far one is asked to lie farther from the
 * anchor than the near one by the gap of their label distances:
 * max (0, d_an − d_ae + (δ_ae − δ_an)), the mean over all such triplets. Images
 * at the same gap on both sides of the anchor are none, whatever rounding left
 * between their δ.
 * It answers by neighbours (atriplet-nn), or with a linear head that is trained
 * by the absolute error beside it (atriplet-l1).
 */
#include "atriplet-private.h"
#include "ord-head-private.h"
#include "ord-method-private.h"
#include "ord-pairs-private.h"

#include <math.h>
#include <string.h>

typedef struct
{
  OrdMethod base;
  gboolean  headed;
  OrdHead   head;   /* where @headed */
} Triplet;

/* Of standardised labels: gaps that differ by less are equal. */
#define GAP_MIN 1e-5f

static const OrdOptionSpec no_options[] = { { NULL } };

/* Of the upper triangle. */
static gsize
pair_index (gsize i,
            gsize j,
            gsize n)
{
  return i < j ? i * n + j : j * n + i;
}

static float *
label_distances (const float *labels,
                 gsize        n,
                 gsize        n_labels)
{
  float *delta = g_new0 (float, n * n);

  for (gsize i = 0; i < n; i++)
    for (gsize j = i + 1; j < n; j++)
      delta[i * n + j] =
        sqrtf (ord_pairs_squared_difference (labels + i * n_labels,
                                             labels + j * n_labels, n_labels));
  return delta;
}

double
ord_atriplet_loss (const float *features,
                   const float *labels,
                   gsize        n,
                   gsize        width,
                   gsize        n_labels,
                   float       *d_features)
{
  g_autofree float *f = ord_pairs_centre (features, n, width);
  g_autofree float *d = ord_pairs_distances (f, n, width);
  g_autofree float *delta = label_distances (labels, n, n_labels);
  g_autofree float *slopes = g_new0 (float, n * n);
  double            sum = 0.0;
  gsize             n_triplets = 0;

  memset (d_features, 0, sizeof (float) * n * width);
  for (gsize a = 0; a < n; a++)
    for (gsize p = 0; p < n; p++)
      {
        gsize near = pair_index (a, p, n);

        for (gsize q = 0; q < n && p != a; q++)
          {
            gsize far = pair_index (a, q, n);
            float violation;

            if (q == a || !(delta[far] - delta[near] > GAP_MIN))
              continue;
            n_triplets++;
            violation = d[near] - d[far] + delta[far] - delta[near];
            if (violation <= 0.0f)
              continue;
            sum += violation;
            slopes[near] += 1.0f;
            slopes[far] -= 1.0f;
          }
      }
  if (n_triplets == 0)
    return 0.0;

  ord_pairs_gradient (slopes, d, f, n, width, 1.0 / (double) n_triplets,
                      d_features);
  return sum / (double) n_triplets;
}

static OrdMethod *
triplet_new (const OrdMethodClass *klass,
             gboolean              headed,
             guint                 width,
             guint                 n_labels,
             guint64               seed)
{
  Triplet *self = g_new0 (Triplet, 1);

  ord_method_init (&self->base, klass, width, n_labels);
  self->headed = headed;
  if (headed)
    ord_head_init (&self->head, self->base.parameters, width, n_labels, seed);

  return &self->base;
}

static OrdMethod *
triplet_nn_new (const OrdOptions *options,
                guint             width,
                guint             n_labels,
                guint64           seed)
{
  return triplet_new (&ord_method_atriplet_nn, FALSE, width, n_labels, seed);
}

static OrdMethod *
triplet_l1_new (const OrdOptions *options,
                guint             width,
                guint             n_labels,
                guint64           seed)
{
  return triplet_new (&ord_method_atriplet_l1, TRUE, width, n_labels, seed);
}

static void
triplet_free (OrdMethod *method)
{
  g_free (method);
}

static double
triplet_loss (OrdMethod            *method,
              const OrdMethodBatch *batch,
              float                *d_features)
{
  Triplet *self = (Triplet *) method;
  double   loss = ord_atriplet_loss (batch->features, batch->labels, batch->n,
                                     method->width, method->n_labels,
                                     d_features);

  if (self->headed)
    loss += ord_head_loss (&self->head, ORD_HEAD_L1, batch->features,
                           batch->labels, batch->n, 1.0, d_features, NULL);
  return loss;
}

static void
triplet_answer (OrdMethod   *method,
                const float *features,
                gsize        n,
                double      *values)
{
  ord_head_answer (&((Triplet *) method)->head, features, n, values);
}

const OrdMethodClass ord_method_atriplet_nn = {
  .name = "atriplet-nn",
  .summary = "adaptive triplet loss, answered by neighbours",
  .options = no_options,
  .new = triplet_nn_new,
  .free = triplet_free,
  .loss = triplet_loss,
};

const OrdMethodClass ord_method_atriplet_l1 = {
  .name = "atriplet-l1",
  .summary = "adaptive triplet loss beside a linear head, which answers",
  .options = no_options,
  .new = triplet_l1_new,
  .free = triplet_free,
  .loss = triplet_loss,
  .answer = triplet_answer,
};
