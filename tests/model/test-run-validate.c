/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which parameters of a training become the model: those of the lowest error, or
 * the last of its schedule where these are not worse by more than chance.
 */
#include <math.h>

#include "ord-random.h"
#include "model/ord-run-private.h"

#define N_ERRORS 64

/* Whether parameters are kept whose errors are @factor times those of others,
 * but for noise whose mean is 0 and that is another for each @pattern, 0–5. */
static gboolean
take (OrdRun *run,
      double  factor,
      double  noise,
      guint   pattern)
{
  OrdRandom random = ord_random_init (1);
  double    errors[N_ERRORS], mae = 0.0;

  for (guint i = 0; i < N_ERRORS; i++)
    {
      errors[i] = factor * ord_random_range (&random, 0.5, 1.5) +
                  (i >> pattern & 1 ? noise : -noise);
      mae += errors[i] / N_ERRORS;
    }
  run->step++;
  return ord_run_take_errors (run, errors, N_ERRORS, mae);
}

static void
test_the_lowest_are_kept (void)
{
  g_auto (OrdRun) run = { .best_mae = NAN, .n_steps = 100 };

  g_assert_true (take (&run, 1.0, 0.4, 0));
  g_assert_false (take (&run, 1.02, 0.4, 1));
  g_assert_true (take (&run, 0.98, 0.4, 2));
  g_assert_cmpuint (run.best_step, ==, 3);
  g_assert_cmpfloat_with_epsilon (run.best_mae, 0.98, 0.1);
}

static void
test_the_last_are_where_they_are_as_good (void)
{
  g_auto (OrdRun) run = { .best_mae = NAN, .n_steps = 2 };

  take (&run, 1.0, 0.4, 0);
  g_assert_true (take (&run, 1.02, 0.4, 1));
  g_assert_cmpuint (run.best_step, ==, 1);
}

static void
test_the_last_are_not_where_they_are_worse (void)
{
  g_auto (OrdRun) run = { .best_mae = NAN, .n_steps = 2 };

  take (&run, 1.0, 0.4, 0);
  g_assert_false (take (&run, 1.3, 0.4, 1));
  g_assert_cmpuint (run.best_step, ==, 1);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/run-validate/the-lowest-are-kept",
                   test_the_lowest_are_kept);
  g_test_add_func ("/run-validate/the-last-are-where-they-are-as-good",
                   test_the_last_are_where_they_are_as_good);
  g_test_add_func ("/run-validate/the-last-are-not-where-they-are-worse",
                   test_the_last_are_not_where_they_are_worse);

  return g_test_run ();
}
