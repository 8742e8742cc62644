/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which parameters of a training become the model: the newest that are not worse
 * than the best by more than chance.
 */
#include <math.h>

#include "data/ord-random.h"
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
test_better_ones_are_kept (void)
{
  g_auto (OrdRun) run = { .best_mae = NAN };

  g_assert_true (take (&run, 1.0, 0.0, 1));
  g_assert_true (take (&run, 0.9, 0.0, 1));
  g_assert_cmpuint (run.best_step, ==, 2);
  g_assert_cmpfloat_with_epsilon (run.best_mae, 0.9, 0.1);
}

static void
test_as_good_ones_are_kept_as_they_are_newer (void)
{
  g_auto (OrdRun) run = { .best_mae = NAN };

  take (&run, 1.0, 0.4, 0);
  g_assert_true (take (&run, 1.02, 0.4, 1));
  g_assert_cmpuint (run.best_step, ==, 1);
  g_assert_true (take (&run, 1.02, 0.4, 2));
}

static void
test_worse_ones_are_not_kept (void)
{
  g_auto (OrdRun) run = { .best_mae = NAN };

  take (&run, 1.0, 0.4, 0);
  g_assert_false (take (&run, 1.3, 0.4, 1));
  g_assert_cmpuint (run.best_step, ==, 1);
}

/* Each is hardly worse than the one before it, but the last are than the best. */
static void
test_a_slow_decline_is_noticed (void)
{
  g_auto (OrdRun) run = { .best_mae = NAN };
  double          factor = 1.0;
  guint           kept = 0;

  for (guint i = 0; i < 20; i++, factor += 0.02)
    kept += take (&run, factor, 0.4, i % 5);
  g_assert_cmpuint (kept, >=, 2);
  g_assert_false (take (&run, factor, 0.4, 5));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/run-validate/better-ones-are-kept",
                   test_better_ones_are_kept);
  g_test_add_func ("/run-validate/as-good-ones-are-kept-as-they-are-newer",
                   test_as_good_ones_are_kept_as_they_are_newer);
  g_test_add_func ("/run-validate/worse-ones-are-not-kept",
                   test_worse_ones_are_not_kept);
  g_test_add_func ("/run-validate/a-slow-decline-is-noticed",
                   test_a_slow_decline_is_noticed);

  return g_test_run ();
}
