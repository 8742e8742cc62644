/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Adam with decoupled weight decay.
 */
#include "ord-optimiser.h"

#include <math.h>

#define BETA_1   0.9f
#define BETA_2   0.999f
#define EPSILON  1e-8f

/* Of the gradient over all parameters; longer ones are shortened to it. */
#define MAX_NORM 5.0

#define RISE     0.2
#define START    0.1
#define END      1e-3

struct _OrdOptimiser
{
  GPtrArray *parameters;   /* OrdParameter, trainable ones */
  GPtrArray *first;        /* OrdParameter: moments, named as the parameter */
  GPtrArray *second;
  double     weight_decay;
  guint64    step;
};

OrdOptimiser *
ord_optimiser_new (GPtrArray *parameters,
                   double     weight_decay)
{
  OrdOptimiser *optimiser = g_new0 (OrdOptimiser, 1);

  optimiser->parameters = g_ptr_array_new ();
  optimiser->first =
    g_ptr_array_new_with_free_func ((GDestroyNotify) ord_parameter_free);
  optimiser->second =
    g_ptr_array_new_with_free_func ((GDestroyNotify) ord_parameter_free);
  optimiser->weight_decay = weight_decay;

  for (guint i = 0; i < parameters->len; i++)
    {
      OrdParameter *p = g_ptr_array_index (parameters, i);

      if (!p->gradient)
        continue;
      g_ptr_array_add (optimiser->parameters, p);
      g_ptr_array_add (optimiser->first,
                       ord_parameter_new (p->name, p->n_dims, p->dims, FALSE,
                                          FALSE));
      g_ptr_array_add (optimiser->second,
                       ord_parameter_new (p->name, p->n_dims, p->dims, FALSE,
                                          FALSE));
    }

  return optimiser;
}

void
ord_optimiser_free (OrdOptimiser *optimiser)
{
  if (!optimiser)
    return;
  g_ptr_array_unref (optimiser->parameters);
  g_ptr_array_unref (optimiser->first);
  g_ptr_array_unref (optimiser->second);
  g_free (optimiser);
}

static double
gradient_norm (OrdOptimiser *optimiser)
{
  double sum = 0.0;

  for (guint i = 0; i < optimiser->parameters->len; i++)
    {
      const OrdParameter *p = g_ptr_array_index (optimiser->parameters, i);
      double              part = 0.0;

      for (gsize k = 0; k < p->count; k++)
        part += (double) p->gradient[k] * p->gradient[k];
      sum += part;
    }

  return sqrt (sum);
}

static void
step_parameter (OrdParameter *p,
                float        *restrict m,
                float        *restrict v,
                float         shorten,
                float         rate,
                float         decay,
                float         unbias_2)
{
  float       *restrict value = p->value;
  const float *restrict gradient = p->gradient;

  for (gsize k = 0; k < p->count; k++)
    {
      float g = gradient[k] * shorten;

      m[k] += (1.0f - BETA_1) * (g - m[k]);
      v[k] += (1.0f - BETA_2) * (g * g - v[k]);
      value[k] -= decay * value[k] +
                  rate * m[k] / (sqrtf (v[k] * unbias_2) + EPSILON);
    }
}

gboolean
ord_optimiser_step (OrdOptimiser *optimiser,
                    double        rate)
{
  double norm = gradient_norm (optimiser);
  double unbias_1, unbias_2;

  if (!isfinite (norm))
    return FALSE;

  optimiser->step++;
  unbias_1 = 1.0 / (1.0 - pow (BETA_1, (double) optimiser->step));
  unbias_2 = 1.0 / (1.0 - pow (BETA_2, (double) optimiser->step));
  for (guint i = 0; i < optimiser->parameters->len; i++)
    {
      OrdParameter *p = g_ptr_array_index (optimiser->parameters, i);
      OrdParameter *m = g_ptr_array_index (optimiser->first, i);
      OrdParameter *v = g_ptr_array_index (optimiser->second, i);

      step_parameter (p, m->value, v->value,
                      (float) (norm > MAX_NORM ? MAX_NORM / norm : 1.0),
                      (float) (rate * p->rate * unbias_1),
                      p->decay ? (float) (rate * p->rate *
                                          optimiser->weight_decay) : 0.0f,
                      (float) unbias_2);
    }

  return TRUE;
}

void
ord_optimiser_store (OrdOptimiser *optimiser,
                     GPtrArray    *tensors)
{
  /* Two halves, as a float holds whole numbers up to 2²⁴ only. */
  float       step[2] = { (float) (optimiser->step & 0xfffff),
                          (float) (optimiser->step >> 20) };
  const gsize dims[] = { 2 };

  ord_parameters_store (optimiser->first, "adam/first/", tensors);
  ord_parameters_store (optimiser->second, "adam/second/", tensors);
  g_ptr_array_add (tensors, ord_tensor_new ("adam/step", 1, dims, step));
}

gboolean
ord_optimiser_load (OrdOptimiser  *optimiser,
                    GPtrArray     *tensors,
                    GError       **error)
{
  const gsize  dims[] = { 2 };
  OrdTensor   *step = ord_tensors_expect (tensors, "adam/step", 1, dims, error);

  if (!step ||
      !ord_parameters_load (optimiser->first, "adam/first/", tensors, error) ||
      !ord_parameters_load (optimiser->second, "adam/second/", tensors, error))
    return FALSE;
  optimiser->step =
    (guint64) step->values[0] + ((guint64) step->values[1] << 20);

  return TRUE;
}

double
ord_one_cycle (double peak,
               double fraction)
{
  fraction = CLAMP (fraction, 0.0, 1.0);
  if (fraction < RISE)
    return peak * (START + (1.0 - START) *
                           0.5 * (1.0 - cos (G_PI * fraction / RISE)));

  return peak * (END + (1.0 - END) *
                       0.5 * (1.0 + cos (G_PI * (fraction - RISE) /
                                         (1.0 - RISE))));
}
