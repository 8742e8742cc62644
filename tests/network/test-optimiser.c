/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Adam and Muon with decoupled weight decay against their definitions.
 */
#include <math.h>

#include "network/ord-optimiser.h"
#include "network/ord-orthogonal.h"

static OrdParameter *
make_parameter (gboolean decay)
{
  const gsize   dims[] = { 2 };
  OrdParameter *parameter =
    ord_parameter_new (decay ? "p" : "steady", 1, dims, TRUE, decay);

  parameter->value[0] = 1.0f;
  parameter->value[1] = -2.0f;
  return parameter;
}

static void
test_steps_follow_the_definition (void)
{
  g_autoptr (GPtrArray)    list =
    g_ptr_array_new_with_free_func ((GDestroyNotify) ord_parameter_free);
  g_autoptr (OrdOptimiser) optimiser = NULL;
  OrdParameter            *p = make_parameter (TRUE);
  double                   m = 0.0, v = 0.0, x = 1.0;

  g_ptr_array_add (list, p);
  optimiser = ord_optimiser_new (list);
  for (int t = 1; t <= 5; t++)
    {
      double g = 0.3 * t - 0.5;

      p->gradient[0] = (float) g;
      p->gradient[1] = 0.0f;
      g_assert_true (ord_optimiser_step (optimiser, 0.01, 0.001));
      m = 0.9 * m + 0.1 * g;
      v = 0.999 * v + 0.001 * g * g;
      x -= 0.001 * x + 0.01 * (m / (1.0 - pow (0.9, t))) /
                       (sqrt (v / (1.0 - pow (0.999, t))) + 1e-8);
      g_assert_cmpfloat_with_epsilon (p->value[0], x, 1e-5);
    }
  /* Without a gradient only the decay moves it. */
  g_assert_cmpfloat_with_epsilon (p->value[1], -2.0 * pow (1.0 - 0.001, 5),
                                  1e-5);
}

/* Threads share it, and its gradient is longer than one may be. */
static void
test_a_long_parameter_moves_as_a_whole (void)
{
  const gsize              dims[] = { 100003 };
  g_autoptr (GPtrArray)    list =
    g_ptr_array_new_with_free_func ((GDestroyNotify) ord_parameter_free);
  g_autoptr (OrdOptimiser) optimiser = NULL;
  OrdParameter            *p = ord_parameter_new ("p", 1, dims, TRUE, FALSE);
  double                   x = 1.0, m = 0.0, v = 0.0;

  g_ptr_array_add (list, p);
  ord_parameter_fill (p, 1.0f);
  optimiser = ord_optimiser_new (list);
  for (int t = 1; t <= 3; t++)
    {
      double g = t == 1 ? 1e-3 : -0.3;
      double norm = fabs (g) * sqrt ((double) p->count);

      for (gsize k = 0; k < p->count; k++)
        p->gradient[k] = (float) g;
      g_assert_true (ord_optimiser_step (optimiser, 0.01, 0.0));
      g *= fmin (1.0, 5.0 / norm);
      m = 0.9 * m + 0.1 * g;
      v = 0.999 * v + 0.001 * g * g;
      x -= 0.01 * (m / (1.0 - pow (0.9, t))) /
           (sqrt (v / (1.0 - pow (0.999, t))) + 1e-8);
      for (gsize k = 0; k < p->count; k++)
        g_assert_cmpfloat_with_epsilon (p->value[k], x, 1e-5);
    }
}

/* (transfer full): a wide matrix that decays and a tall one that does not, at half
 * the rate, all 1, with others around them that are no matrices. */
static GPtrArray *
make_list_with_matrices (OrdParameter *matrices[2])
{
  const gsize  wide[] = { 3, 1, 2, 2 }, tall[] = { 5, 2, 1, 1 };
  GPtrArray   *list =
    g_ptr_array_new_with_free_func ((GDestroyNotify) ord_parameter_free);

  matrices[0] = ord_parameter_new ("wide", 4, wide, TRUE, TRUE);
  matrices[1] = ord_parameter_new ("tall", 4, tall, TRUE, FALSE);
  matrices[1]->rate = 0.5;
  for (int i = 0; i < 2; i++)
    {
      matrices[i]->matrix = TRUE;
      ord_parameter_fill (matrices[i], 1.0f);
    }
  g_ptr_array_add (list, make_parameter (TRUE));
  g_ptr_array_add (list, matrices[0]);
  g_ptr_array_add (list, make_parameter (FALSE));
  g_ptr_array_add (list, matrices[1]);

  return list;
}

static void
set_gradients (OrdParameter *matrices[2],
               int           t,
               float         size)
{
  for (int i = 0; i < 2; i++)
    for (gsize k = 0; k < matrices[i]->count; k++)
      matrices[i]->gradient[k] =
        size * sinf ((float) ((3 + i) * (int) k + t * (int) (k % 5)));
}

/* One step of the definition, of a matrix whose gradient is set. */
static void
step_slowly (const OrdParameter *p,
             float              *x,
             float              *m)
{
  const float  longer_side = p->dims[0] == 3 ? 4.0f : 5.0f;
  const float  rate = p->dims[0] == 3 ? 0.01f : 0.005f;
  const float  decay = p->dims[0] == 3 ? 0.001f : 0.0f;
  float        direction[12];

  for (gsize k = 0; k < p->count; k++)
    {
      m[k] = 0.95f * m[k] + 0.05f * p->gradient[k];
      direction[k] = 0.95f * m[k] + 0.05f * p->gradient[k];
    }
  ord_orthogonalise (direction, p->dims[0], p->count / p->dims[0]);
  for (gsize k = 0; k < p->count; k++)
    x[k] -= decay * x[k] + rate * 0.4f * sqrtf (longer_side) * direction[k];
}

static void
test_matrices_move_by_their_orthogonal_momentum (void)
{
  OrdParameter            *matrices[2];
  g_autoptr (GPtrArray)    list = make_list_with_matrices (matrices);
  g_autoptr (OrdOptimiser) optimiser = ord_optimiser_new (list);
  OrdParameter            *other;
  float                    m[2][12] = { { 0 } }, x[2][12];

  for (int k = 0; k < 12; k++)
    x[0][k] = x[1][k] = 1.0f;
  for (int t = 1; t <= 4; t++)
    {
      set_gradients (matrices, t, 0.1f);
      g_assert_true (ord_optimiser_step (optimiser, 0.01, 0.001));
      for (int i = 0; i < 2; i++)
        {
          step_slowly (matrices[i], x[i], m[i]);
          for (gsize k = 0; k < matrices[i]->count; k++)
            g_assert_cmpfloat_with_epsilon (matrices[i]->value[k], x[i][k], 1e-5);
        }
    }
  /* Beside them, what is no matrix moves as ever: not at all but for decay. */
  other = g_ptr_array_index (list, 0);
  g_assert_cmpfloat_with_epsilon (other->value[0], pow (0.999, 4), 1e-5);
  other = g_ptr_array_index (list, 2);
  g_assert_cmpfloat (other->value[0], ==, 1.0f);
}

/* A gradient that is too long for Adam is shortened, and with it all others. */
static void
test_matrices_move_as_far_whatever_their_gradients_size (void)
{
  const float sizes[] = { 1e-6f, 1.0f, 1e6f };

  for (guint i = 1; i < G_N_ELEMENTS (sizes); i++)
    {
      OrdParameter            *p[2], *q[2];
      g_autoptr (GPtrArray)    small = make_list_with_matrices (p);
      g_autoptr (GPtrArray)    large = make_list_with_matrices (q);
      g_autoptr (OrdOptimiser) first = ord_optimiser_new (small);
      g_autoptr (OrdOptimiser) second = ord_optimiser_new (large);

      set_gradients (p, 1, sizes[0]);
      set_gradients (q, 1, sizes[i]);
      ord_optimiser_step (first, 0.01, 0.0);
      ord_optimiser_step (second, 0.01, 0.0);
      for (int w = 0; w < 2; w++)
        for (gsize k = 0; k < p[w]->count; k++)
          g_assert_cmpfloat_with_epsilon (p[w]->value[k], q[w]->value[k], 1e-5);
    }
}

/* A parameter with a rate of a tenth moves as at a tenth of the step's. */
static void
test_a_parameter_has_its_own_rate (void)
{
  g_autoptr (GPtrArray)    slow =
    g_ptr_array_new_with_free_func ((GDestroyNotify) ord_parameter_free);
  g_autoptr (GPtrArray)    plain =
    g_ptr_array_new_with_free_func ((GDestroyNotify) ord_parameter_free);
  g_autoptr (OrdOptimiser) first = NULL;
  g_autoptr (OrdOptimiser) second = NULL;
  OrdParameter            *p = make_parameter (TRUE);
  OrdParameter            *q = make_parameter (TRUE);

  p->rate = 0.1;
  g_ptr_array_add (slow, p);
  g_ptr_array_add (plain, q);
  first = ord_optimiser_new (slow);
  second = ord_optimiser_new (plain);
  for (int t = 0; t < 4; t++)
    {
      p->gradient[0] = q->gradient[0] = 0.2f * (float) t - 0.1f;
      p->gradient[1] = q->gradient[1] = 1.0f;
      ord_optimiser_step (first, 0.02, 0.002);
      ord_optimiser_step (second, 0.002, 0.0002);
    }
  for (int i = 0; i < 2; i++)
    g_assert_cmpfloat_with_epsilon (p->value[i], q->value[i], 1e-6);
}

static void
test_gradients_that_are_not_finite_change_nothing (void)
{
  g_autoptr (GPtrArray)    list =
    g_ptr_array_new_with_free_func ((GDestroyNotify) ord_parameter_free);
  g_autoptr (OrdOptimiser) optimiser = NULL;
  OrdParameter            *p = make_parameter (TRUE);

  g_ptr_array_add (list, p);
  optimiser = ord_optimiser_new (list);
  p->gradient[0] = NAN;
  g_assert_false (ord_optimiser_step (optimiser, 0.01, 0.1));
  g_assert_cmpfloat (p->value[0], ==, 1.0f);
  g_assert_cmpfloat (p->value[1], ==, -2.0f);
}

static void
test_a_stored_run_goes_on_the_same (void)
{
  OrdParameter            *p, *matrices[2];
  g_autoptr (GPtrArray)    list = make_list_with_matrices (matrices);
  g_autoptr (GPtrArray)    tensors = ord_tensors_new ();
  g_autoptr (OrdOptimiser) first = ord_optimiser_new (list);
  g_autoptr (OrdOptimiser) second = ord_optimiser_new (list);
  float                    kept[2], expected[2];

  p = g_ptr_array_index (list, 2);
  for (int t = 0; t < 3; t++)
    {
      p->gradient[0] = 0.1f * (float) t;
      set_gradients (matrices, t, 0.1f);
      ord_optimiser_step (first, 0.01, 0.0);
    }
  ord_optimiser_store (first, tensors);
  kept[0] = p->value[0];
  kept[1] = matrices[0]->value[0];
  ord_optimiser_step (first, 0.01, 0.0);
  expected[0] = p->value[0];
  expected[1] = matrices[0]->value[0];

  p->value[0] = kept[0];
  matrices[0]->value[0] = kept[1];
  g_assert_true (ord_optimiser_load (second, tensors, NULL));
  ord_optimiser_step (second, 0.01, 0.0);
  g_assert_cmpfloat (p->value[0], ==, expected[0]);
  g_assert_cmpfloat (matrices[0]->value[0], ==, expected[1]);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/optimiser/steps-follow-the-definition",
                   test_steps_follow_the_definition);
  g_test_add_func ("/optimiser/a-long-parameter-moves-as-a-whole",
                   test_a_long_parameter_moves_as_a_whole);
  g_test_add_func ("/optimiser/matrices-move-by-their-orthogonal-momentum",
                   test_matrices_move_by_their_orthogonal_momentum);
  g_test_add_func ("/optimiser/matrices-move-as-far-whatever-their-gradients-size",
                   test_matrices_move_as_far_whatever_their_gradients_size);
  g_test_add_func ("/optimiser/a-parameter-has-its-own-rate",
                   test_a_parameter_has_its_own_rate);
  g_test_add_func ("/optimiser/gradients-that-are-not-finite-change-nothing",
                   test_gradients_that_are_not_finite_change_nothing);
  g_test_add_func ("/optimiser/a-stored-run-goes-on-the-same",
                   test_a_stored_run_goes_on_the_same);

  return g_test_run ();
}
