/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Muon for matrices, which are the kernels of convolutions of our own, and Adam
 * for all else, both with decoupled weight decay. A gradient of such a kernel is
 * mostly a few directions that the network already uses; Adam, which scales number
 * by number, leaves the others as small as they are, so that what is hard to see
 * is learnt late. Muon makes a step of all directions of the momentum alike.
 * docs/optimiser.md has what was measured.
 */
#include "ord-optimiser.h"

#include <math.h>

#include "ord-orthogonal.h"
#include "../ord-clones-private.h"

/* Adam's. */
#define BETA_1   0.9f
#define BETA_2   0.999f
#define EPSILON  1e-8f

/* Muon's. */
#define MOMENTUM 0.95f

/* Root of the mean square of what a step of Muon takes from a matrix, as a
 * multiple of the rate: about that of Adam's, so that one rate and one decay fit
 * both, after Liu et al. (2025), who take .2. */
#define MATRIX_SIZE 0.4

/* Of the gradient over all parameters; longer ones are shortened to it. */
#define MAX_NORM 5.0

/* Adam reads and writes several numbers for each that is learnt and calculates
 * little, so memory bounds it. All parameters are cut into pieces, which the threads
 * share; what is summed is summed piece by piece in order, so the number of threads
 * changes nothing. Numbers of a piece: their moments and gradients fit in a core's own cache. */
#define PIECE      16384
/* With fewer pieces, other threads are not worth waking. */
#define FEW_PIECES 4

typedef struct
{
  guint parameter;
  gsize first;
  gsize n;
} Piece;

/* Matrices come last, among parameters and among pieces. */
struct _OrdOptimiser
{
  GPtrArray *parameters;   /* OrdParameter, trainable ones */
  GPtrArray *first;        /* OrdParameter: moments, named as the parameter */
  GPtrArray *second;       /* only of those that are no matrices */
  GArray    *pieces;       /* of Piece */
  guint      n_adam;       /* pieces that are of no matrix */
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

static OrdParameter *
make_moments (const OrdParameter *parameter)
{
  return ord_parameter_new (parameter->name, parameter->n_dims, parameter->dims,
                            FALSE, FALSE);
}

static void
add (OrdOptimiser *optimiser,
     OrdParameter *parameter)
{
  cut (optimiser->pieces, optimiser->parameters->len, parameter->count);
  g_ptr_array_add (optimiser->parameters, parameter);
  g_ptr_array_add (optimiser->first, make_moments (parameter));
  if (!parameter->matrix)
    g_ptr_array_add (optimiser->second, make_moments (parameter));
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

  for (int matrices = FALSE; matrices <= TRUE; matrices++)
    {
      optimiser->n_adam = matrices ? optimiser->pieces->len : 0;
      for (guint i = 0; i < parameters->len; i++)
        {
          OrdParameter *p = g_ptr_array_index (parameters, i);

          if (p->gradient && !p->matrix == !matrices)
            add (optimiser, p);
        }
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

static void
step_by_adam (OrdOptimiser *optimiser,
              float         shorten,
              double        rate,
              double        decay)
{
  const Piece *pieces = (const Piece *) (void *) optimiser->pieces->data;
  double       unbias_1 = 1.0 / (1.0 - pow (BETA_1, (double) optimiser->step));
  double       unbias_2 = 1.0 / (1.0 - pow (BETA_2, (double) optimiser->step));

#pragma omp parallel for if (optimiser->n_adam > FEW_PIECES)
  for (guint i = 0; i < optimiser->n_adam; i++)
    {
      guint         which = pieces[i].parameter;
      gsize         first = pieces[i].first;
      OrdParameter *p = g_ptr_array_index (optimiser->parameters, which);
      OrdParameter *m = g_ptr_array_index (optimiser->first, which);
      OrdParameter *v = g_ptr_array_index (optimiser->second, which);
      Stride        stride = {
        .shorten = shorten,
        .rate = (float) (rate * p->rate * unbias_1),
        .decay = p->decay ? (float) (p->rate * decay) : 0.0f,
        .unbias_2 = (float) unbias_2,
      };

      step_numbers (&stride, p->gradient + first, m->value + first,
                    v->value + first, p->value + first, pieces[i].n);
    }
}

/* Nesterov's momentum: the gradient counts once more. */
ORD_CLONES static void
follow_gradient (const float *restrict gradient,
                 float        shorten,
                 float       *restrict m,
                 float       *restrict direction,
                 gsize        n)
{
#pragma omp simd
  for (gsize k = 0; k < n; k++)
    {
      float g = gradient[k] * shorten;

      m[k] += (1.0f - MOMENTUM) * (g - m[k]);
      direction[k] = m[k] + (1.0f - MOMENTUM) * (g - m[k]);
    }
}

static void
step_matrix (OrdParameter *p,
             float        *m,
             float         shorten,
             double        rate,
             double        decay)
{
  gsize             rows = p->dims[0];
  gsize             columns = p->count / rows;
  g_autofree float *direction = g_new (float, p->count);
  float             left = p->decay ? (float) (1.0 - p->rate * decay) : 1.0f;
  float             size = (float) (p->rate * rate * MATRIX_SIZE *
                                    sqrt ((double) MAX (rows, columns)));

  follow_gradient (p->gradient, shorten, m, direction, p->count);
  ord_orthogonalise (direction, rows, columns);
  for (gsize k = 0; k < p->count; k++)
    p->value[k] = left * p->value[k] - size * direction[k];
}

/* A matrix for each thread, whose products are then of one thread (OpenBLAS built
 * for OpenMP sees to it): they are too small to share, and the number of threads
 * changes nothing. The last ones, which are the largest, come first. */
static void
step_by_muon (OrdOptimiser *optimiser,
              float         shorten,
              double        rate,
              double        decay)
{
  guint n = optimiser->parameters->len - optimiser->second->len;

#pragma omp parallel for schedule (dynamic) if (n > 0)
  for (guint i = 1; i <= n; i++)
    {
      guint         which = optimiser->parameters->len - i;
      OrdParameter *m = g_ptr_array_index (optimiser->first, which);

      step_matrix (g_ptr_array_index (optimiser->parameters, which), m->value,
                   shorten, rate, decay);
    }
}

gboolean
ord_optimiser_step (OrdOptimiser *optimiser,
                    double        rate,
                    double        decay)
{
  double norm = gradient_norm (optimiser);
  float  shorten = (float) (norm > MAX_NORM ? MAX_NORM / norm : 1.0);

  if (!isfinite (norm))
    return FALSE;

  optimiser->step++;
  step_by_adam (optimiser, shorten, rate, decay);
  step_by_muon (optimiser, shorten, rate, decay);

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

  ord_parameters_store (optimiser->first, "optimiser/first/", tensors);
  ord_parameters_store (optimiser->second, "optimiser/second/", tensors);
  g_ptr_array_add (tensors, ord_tensor_new ("optimiser/step", 1, dims, step));
}

gboolean
ord_optimiser_load (OrdOptimiser  *optimiser,
                    GPtrArray     *tensors,
                    GError       **error)
{
  const gsize  dims[] = { 2 };
  OrdTensor   *step =
    ord_tensors_expect (tensors, "optimiser/step", 1, dims, error);

  if (!step ||
      !ord_parameters_load (optimiser->first, "optimiser/first/", tensors,
                            error) ||
      !ord_parameters_load (optimiser->second, "optimiser/second/", tensors,
                            error))
    return FALSE;
  optimiser->step =
    (guint64) step->values[0] + ((guint64) step->values[1] << 20);

  return TRUE;
}
