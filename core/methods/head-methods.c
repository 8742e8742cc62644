/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The ordinary regressors, kept to compare with: a linear head on the feature,
 * judged by its absolute (l1) or squared error (mse). The head answers; the
 * features make the space that neighbours and map are read from.
 */
#include "ord-head-private.h"
#include "ord-method-private.h"

#include <string.h>

typedef struct
{
  OrdMethod   base;
  OrdHead     head;
  OrdHeadLoss kind;
} HeadMethod;

static OrdMethod *
head_method_new (const OrdMethodClass *klass,
                 OrdHeadLoss           kind,
                 guint                 width,
                 guint                 n_labels,
                 guint64               seed)
{
  HeadMethod *self = g_new0 (HeadMethod, 1);

  ord_method_init (&self->base, klass, width, n_labels);
  ord_head_init (&self->head, self->base.parameters, width, n_labels, seed);
  self->kind = kind;

  return &self->base;
}

static OrdMethod *
l1_new (const OrdOptions *options,
        guint             width,
        guint             n_labels,
        guint64           seed)
{
  return head_method_new (&ord_method_l1, ORD_HEAD_L1, width, n_labels, seed);
}

static OrdMethod *
mse_new (const OrdOptions *options,
         guint             width,
         guint             n_labels,
         guint64           seed)
{
  return head_method_new (&ord_method_mse, ORD_HEAD_SQUARED, width, n_labels,
                          seed);
}

static void
head_method_free (OrdMethod *method)
{
  g_free (method);
}

static double
head_method_loss (OrdMethod            *method,
                  const OrdMethodBatch *batch,
                  float                *d_features)
{
  HeadMethod *self = (HeadMethod *) method;

  memset (d_features, 0, sizeof (float) * batch->n * method->width);
  return ord_head_loss (&self->head, self->kind, batch->features,
                        batch->labels, batch->n, 1.0, d_features, NULL);
}

static void
head_method_answer (OrdMethod   *method,
                    const float *features,
                    gsize        n,
                    double      *values)
{
  ord_head_answer (&((HeadMethod *) method)->head, features, n, values);
}

static const OrdOptionSpec no_options[] = { { NULL } };

const OrdMethodClass ord_method_l1 = {
  .name = "l1",
  .summary = "a linear head trained by the absolute error",
  .options = no_options,
  .new = l1_new,
  .free = head_method_free,
  .loss = head_method_loss,
  .answer = head_method_answer,
};

const OrdMethodClass ord_method_mse = {
  .name = "mse",
  .summary = "a linear head trained by the squared error",
  .options = no_options,
  .new = mse_new,
  .free = head_method_free,
  .loss = head_method_loss,
  .answer = head_method_answer,
};
