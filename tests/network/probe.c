/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Slopes of a graph by finite differences.
 */
#include "probe.h"

#include <math.h>
#include <string.h>

#include "ord-random.h"

/* Slopes looked at per array; they are spread over it. */
#define LOOKED_AT 24

static float *
draw (gsize   count,
      guint64 seed)
{
  OrdRandom  random = ord_random_init (seed);
  float     *values = g_new (float, count);

  for (gsize i = 0; i < count; i++)
    values[i] = (float) ord_random_normal (&random);
  return values;
}

void
probe_init (Probe *probe,
            int    n,
            int    height,
            int    width)
{
  memset (probe, 0, sizeof *probe);
  probe->graph = ord_graph_new (42);
  probe->n = n;
  probe->height = height;
  probe->width = width;
}

void
probe_clear (Probe *probe)
{
  ord_graph_free (probe->graph);
  for (guint i = 0; i < probe->n_inputs; i++)
    g_free (probe->inputs[i]);
  g_free (probe->weights);
}

static OrdNode
add_input (Probe   *probe,
           OrdNode  node,
           gsize    count)
{
  guint i = probe->n_inputs++;

  g_assert_cmpuint (i, <, PROBE_MAX_INPUTS);
  probe->nodes[i] = node;
  probe->counts[i] = count;
  probe->inputs[i] = draw (count, 100 + i);
  return node;
}

OrdNode
probe_image (Probe *probe,
             int    channels)
{
  return add_input (probe,
                    ord_graph_image_input (probe->graph, "image", channels,
                                           TRUE),
                    (gsize) (probe->n * channels * probe->height *
                             probe->width));
}

OrdNode
probe_vector (Probe *probe,
              int    width)
{
  return add_input (probe,
                    ord_graph_vector_input (probe->graph, "vector", width, TRUE),
                    (gsize) (probe->n * width));
}

const float *
probe_forward (Probe    *probe,
               gboolean  training)
{
  g_autoptr (GError)  error = NULL;
  const float        *output;

  output = ord_graph_forward (probe->graph, training, probe->n, probe->height,
                              probe->width,
                              (const float * const *) probe->inputs, &error);
  g_assert_no_error (error);
  return output;
}

static double
scalar (Probe *probe)
{
  const float *output = probe_forward (probe, TRUE);
  gsize        count =
    (gsize) probe->n * ord_graph_get_output_size (probe->graph);
  double       sum = 0.0;

  for (gsize i = 0; i < count; i++)
    sum += (double) output[i] * probe->weights[i];
  return sum;
}

/* The scalar with one number moved by @step. */
static double
scalar_at (Probe *probe,
           float *value,
           float  step)
{
  float  kept = *value;
  double sum;

  *value = kept + step;
  ord_graph_parameters_changed (probe->graph);
  sum = scalar (probe);
  *value = kept;
  ord_graph_parameters_changed (probe->graph);
  return sum;
}

/* Where ReLU or a maximum has a kink within the step, the slopes to both sides
 * differ and the gradient lies between them; a shorter step has fewer kinks
 * and more rounding. */
static gboolean
is_slope (Probe  *probe,
          float  *value,
          double  gradient,
          double  tolerance)
{
  const float steps[] = { 5e-3f, 2e-3f, 1e-3f };

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      double here = scalar_at (probe, value, 0.0f);
      double right = (scalar_at (probe, value, steps[i]) - here) / steps[i];
      double left = (here - scalar_at (probe, value, -steps[i])) / steps[i];
      double slack = tolerance * (1.0 + fabs (gradient));

      if (gradient > fmin (left, right) - slack &&
          gradient < fmax (left, right) + slack &&
          fabs (left - right) < 0.2 + 0.2 * fabs (gradient))
        return TRUE;
    }
  return FALSE;
}

static void
check_array (Probe       *probe,
             const char  *name,
             float       *values,
             const float *gradient,
             gsize        count,
             double       tolerance)
{
  for (gsize k = 0; k < MIN (count, LOOKED_AT); k++)
    {
      gsize i = k * count / MIN (count, LOOKED_AT);

      if (!is_slope (probe, &values[i], gradient[i], tolerance))
        g_error ("%s[%" G_GSIZE_FORMAT "]: gradient %g is not the slope %g",
                 name, i, gradient[i],
                 (scalar_at (probe, &values[i], 1e-3f) -
                  scalar_at (probe, &values[i], -1e-3f)) / 2e-3);
    }
}

void
probe_check_gradients (Probe  *probe,
                       double  tolerance)
{
  GPtrArray        *parameters = ord_graph_get_parameters (probe->graph);
  float            *of_inputs[PROBE_MAX_INPUTS] = { NULL };
  g_autoptr (GPtrArray) of_parameters = g_ptr_array_new_with_free_func (g_free);
  gsize             count;

  probe_forward (probe, TRUE);
  count = (gsize) probe->n * ord_graph_get_output_size (probe->graph);
  probe->weights = draw (count, 7);

  scalar (probe);
  g_assert_true (ord_graph_backward (probe->graph, probe->weights, NULL));
  for (guint i = 0; i < probe->n_inputs; i++)
    of_inputs[i] =
      g_memdup2 (ord_graph_get_input_gradient (probe->graph, probe->nodes[i]),
                 sizeof (float) * probe->counts[i]);
  for (guint i = 0; i < parameters->len; i++)
    {
      const OrdParameter *p = g_ptr_array_index (parameters, i);

      g_ptr_array_add (of_parameters,
                       p->gradient ? g_memdup2 (p->gradient,
                                                sizeof (float) * p->count)
                                   : NULL);
    }

  for (guint i = 0; i < probe->n_inputs; i++)
    {
      check_array (probe, "input", probe->inputs[i], of_inputs[i],
                   probe->counts[i], tolerance);
      g_free (of_inputs[i]);
    }
  for (guint i = 0; i < parameters->len; i++)
    {
      OrdParameter *p = g_ptr_array_index (parameters, i);

      if (p->gradient)
        check_array (probe, p->name, p->value,
                     g_ptr_array_index (of_parameters, i), p->count, tolerance);
    }
}
