/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Adam with decoupled weight decay.
 *
 * A step reads and writes several numbers for each that is learnt and
 * calculates little, so memory bounds it. All parameters are cut into pieces,
 * which the threads share; what is summed is summed piece by piece in order, so
 * the number of threads changes nothing.
 */
#include "ord-optimiser.h"

#include <math.h>

#include "../ord-clones-private.h"

#define BETA_1   0.9f
#define BETA_2   0.999f
#define EPSILON  1e-8f

/* Of the gradient over all parameters; longer ones are shortened to it. */
#define MAX_NORM 5.0

/* Numbers of a piece: their moments and gradients fit in a core's own cache. */
#define PIECE      16384
/* With fewer pieces, other threads are not worth waking. */
#define FEW_PIECES 4

typedef struct
{
  guint parameter;
  gsize first;
  gsize n;
} Piece;

struct _OrdOptimiser
{
  GPtrArray *parameters;   /* OrdParameter, trainable ones */
  GPtrArray *first;        /* OrdParameter: moments, named as the parameter */
  GPtrArray *second;
  GArray    *pieces;       /* of Piece */
  double    *sums;         /* (pieces) */
  guint64    step;
};

static void
cut (GArray *pieces,
     guint   parameter,
     gsize   count)
{
  for (gsize first = 0; first < count; first += PIECE)
    {
      Piece piece = { parameter, first, MIN (PIECE, count - first) };

      g_array_append_val (pieces, piece);
    }
}

OrdOptimiser *
ord_optimiser_new (GPtrArray *parameters)
{
  OrdOptimiser *optimiser = g_new0 (OrdOptimiser, 1);

  optimiser->parameters = g_ptr_array_new ();
  optimiser->first =
    g_ptr_array_new_with_free_func ((GDestroyNotify) ord_parameter_free);
  optimiser->second =
    g_ptr_array_new_with_free_func ((GDestroyNotify) ord_parameter_free);
  optimiser->pieces = g_array_new (FALSE, FALSE, sizeof (Piece));

  for (guint i = 0; i < parameters->len; i++)
    {
      OrdParameter *p = g_ptr_array_index (parameters, i);

      if (!p->gradient)
        continue;
      cut (optimiser->pieces, optimiser->parameters->len, p->count);
      g_ptr_array_add (optimiser->parameters, p);
      g_ptr_array_add (optimiser->first,
                       ord_parameter_new (p->name, p->n_dims, p->dims, FALSE,
                                          FALSE));
      g_ptr_array_add (optimiser->second,
                       ord_parameter_new (p->name, p->n_dims, p->dims, FALSE,
                                          FALSE));
    }
  optimiser->sums = g_new0 (double, optimiser->pieces->len);

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
  g_array_unref (optimiser->pieces);
  g_free (optimiser->sums);
  g_free (optimiser);
}

ORD_CLONES static double
sum_squares (const float *gradient,
             gsize        n)
{
  double sum = 0.0;

#pragma omp simd reduction(+ : sum)
  for (gsize k = 0; k < n; k++)
    sum += (double) gradient[k] * gradient[k];

  return sum;
}

static double
gradient_norm (OrdOptimiser *optimiser)
{
  const Piece *pieces = (const Piece *) (void *) optimiser->pieces->data;
  guint        n_pieces = optimiser->pieces->len;
  double       sum = 0.0;

#pragma omp parallel for if (n_pieces > FEW_PIECES)
  for (guint i = 0; i < n_pieces; i++)
    {
      const OrdParameter *p =
        g_ptr_array_index (optimiser->parameters, pieces[i].parameter);

      optimiser->sums[i] = sum_squares (p->gradient + pieces[i].first,
                                        pieces[i].n);
    }
  for (guint i = 0; i < n_pieces; i++)
    sum += optimiser->sums[i];

  return sqrt (sum);
}

/* What is the same for all numbers of a parameter. */
typedef struct
{
  float shorten;
  float rate;
  float decay;
  float unbias_2;
} Stride;

ORD_CLONES static void
step_numbers (const Stride *stride,
              const float  *restrict gradient,
              float        *restrict m,
              float        *restrict v,
              float        *restrict value,
              gsize         n)
{
  const Stride s = *stride;

#pragma omp simd
  for (gsize k = 0; k < n; k++)
    {
      float g = gradient[k] * s.shorten;

      m[k] += (1.0f - BETA_1) * (g - m[k]);
      v[k] += (1.0f - BETA_2) * (g * g - v[k]);
      value[k] -= s.decay * value[k] +
                  s.rate * m[k] / (sqrtf (v[k] * s.unbias_2) + EPSILON);
    }
}

gboolean
ord_optimiser_step (OrdOptimiser *optimiser,
                    double        rate,
                    double        decay)
{
  const Piece *pieces = (const Piece *) (void *) optimiser->pieces->data;
  guint        n_pieces = optimiser->pieces->len;
  double       norm = gradient_norm (optimiser);
  double       unbias_1, unbias_2;

  if (!isfinite (norm))
    return FALSE;

  optimiser->step++;
  unbias_1 = 1.0 / (1.0 - pow (BETA_1, (double) optimiser->step));
  unbias_2 = 1.0 / (1.0 - pow (BETA_2, (double) optimiser->step));
#pragma omp parallel for if (n_pieces > FEW_PIECES)
  for (guint i = 0; i < n_pieces; i++)
    {
      guint         which = pieces[i].parameter;
      gsize         first = pieces[i].first;
      OrdParameter *p = g_ptr_array_index (optimiser->parameters, which);
      OrdParameter *m = g_ptr_array_index (optimiser->first, which);
      OrdParameter *v = g_ptr_array_index (optimiser->second, which);
      Stride        stride = {
        .shorten = (float) (norm > MAX_NORM ? MAX_NORM / norm : 1.0),
        .rate = (float) (rate * p->rate * unbias_1),
        .decay = p->decay ? (float) (p->rate * decay) : 0.0f,
        .unbias_2 = (float) unbias_2,
      };

      step_numbers (&stride, p->gradient + first, m->value + first,
                    v->value + first, p->value + first, pieces[i].n);
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
