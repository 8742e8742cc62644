/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The linear head.
 */
#include "ord-head-private.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

void
ord_head_init (OrdHead   *head,
               GPtrArray *parameters,
               guint      width,
               guint      n_labels,
               guint64    seed)
{
  const gsize dims[2] = { n_labels, width };

  head->weight = ord_parameter_new ("head/weight", 2, dims, TRUE, TRUE);
  head->bias = ord_parameter_new ("head/bias", 1, dims, TRUE, FALSE);
  ord_parameter_fill_normal (head->weight, sqrt (1.0 / width), seed);
  g_ptr_array_add (parameters, head->weight);
  g_ptr_array_add (parameters, head->bias);
}

/* (n, n_labels), (transfer full) */
static float *
head_values (const OrdHead *head,
             const float   *features,
             gsize          n)
{
  int    n_labels = (int) head->weight->dims[0];
  int    width = (int) head->weight->dims[1];
  float *values = g_new (float, n * (gsize) n_labels);

  for (gsize i = 0; i < n; i++)
    memcpy (values + i * (gsize) n_labels, head->bias->value,
            sizeof (float) * (gsize) n_labels);
  cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasTrans, (int) n, n_labels,
               width, 1.0f, features, width, head->weight->value, width, 1.0f,
               values, n_labels);

  return values;
}

void
ord_head_answer (const OrdHead *head,
                 const float   *features,
                 gsize          n,
                 double        *values)
{
  g_autofree float *v = head_values (head, features, n);

  for (gsize i = 0; i < n * head->weight->dims[0]; i++)
    values[i] = v[i];
}

/* Residuals (n, n_labels) become the slopes of the loss by the values.
 * @absolute: (out): the mean of their sizes
 *
 * Returns: the loss */
static double
judge (OrdHeadLoss  kind,
       double       share,
       float       *residuals,
       gsize        count,
       double      *absolute)
{
  const double step = share / (double) count;
  double       squared = 0.0;

  *absolute = 0.0;
  for (gsize i = 0; i < count; i++)
    {
      *absolute += fabs (residuals[i]) / (double) count;
      squared += (double) residuals[i] * residuals[i] / (double) count;
      residuals[i] = (float) step *
                     (kind == ORD_HEAD_SQUARED
                      ? 2.0f * residuals[i]
                      : (float) ((residuals[i] > 0) - (residuals[i] < 0)));
    }

  return share * (kind == ORD_HEAD_SQUARED ? squared : *absolute);
}

double
ord_head_loss (const OrdHead *head,
               OrdHeadLoss    kind,
               const float   *features,
               const float   *labels,
               gsize          n,
               double         share,
               float         *d_features,
               double        *error)
{
  int               n_labels = (int) head->weight->dims[0];
  int               width = (int) head->weight->dims[1];
  gsize             count = n * (gsize) n_labels;
  g_autofree float *d_values = head_values (head, features, n);
  double            loss, absolute;

  for (gsize i = 0; i < count; i++)
    d_values[i] -= labels[i];
  loss = judge (kind, share, d_values, count, &absolute);
  if (error)
    *error = absolute;

  cblas_sgemm (CblasRowMajor, CblasTrans, CblasNoTrans, n_labels, width,
               (int) n, 1.0f, d_values, n_labels, features, width, 0.0f,
               head->weight->gradient, width);
  memset (head->bias->gradient, 0, sizeof (float) * (gsize) n_labels);
  for (gsize i = 0; i < count; i++)
    head->bias->gradient[i % (gsize) n_labels] += d_values[i];
  cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, (int) n, width,
               n_labels, 1.0f, d_values, n_labels, head->weight->value, width,
               1.0f, d_features, width);

  return loss;
}
