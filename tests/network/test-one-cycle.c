/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The schedule of the learning rate, and of the decay that goes with it.
 */
#include "network/ord-one-cycle.h"

static void
test_it_rises_and_falls (void)
{
  g_assert_cmpfloat_with_epsilon (ord_one_cycle (1.0, 0.0), 0.1, 1e-9);
  g_assert_cmpfloat_with_epsilon (ord_one_cycle (1.0, 0.2), 1.0, 1e-9);
  g_assert_cmpfloat (ord_one_cycle (1.0, 1.0), <, 0.01);
  g_assert_cmpfloat (ord_one_cycle (1.0, 1.0), >, 0.0);
  for (double f = 0.2; f < 0.99; f += 0.01)
    g_assert_cmpfloat (ord_one_cycle (1.0, f + 0.01), <, ord_one_cycle (1.0, f));
}

/* However many steps: from nothing, in all what was asked for. */
static void
test_decay_adds_up_over_a_run (void)
{
  const guint64 lengths[] = { 1000, 1200, 10000 };

  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      guint64 n = lengths[i];
      double  sum = 0.0, early = 0.0;

      for (guint64 k = 0; k < n; k++)
        {
          double share = ord_one_cycle_decay (2.5, 0.004,
                                              (double) k / (double) n, n);

          g_assert_cmpfloat (share, >=, 0.0);
          sum += share;
          if (k < n / 5)
            early += share;
        }
      g_assert_cmpfloat_with_epsilon (sum, 2.5, 0.01);
      g_assert_cmpfloat (early, <, 0.1 * sum);
    }
  g_assert_cmpfloat (ord_one_cycle_decay (2.5, 0.004, 0.0, 1000), ==, 0.0);
}

/* Four times the rate at the end, and so in proportion. */
static void
test_decay_is_what_few_steps_can_make_up_for (void)
{
  double sum = 0.0;

  for (guint k = 0; k < 10; k++)
    {
      double fraction = k / 10.0;
      double share = ord_one_cycle_decay (2.5, 0.004, fraction, 10);

      g_assert_cmpfloat_with_epsilon (share, 4.0 * fraction *
                                             ord_one_cycle (0.004, fraction),
                                      1e-12);
      sum += share;
    }
  g_assert_cmpfloat (sum, >, 0.02);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/one-cycle/it-rises-and-falls", test_it_rises_and_falls);
  g_test_add_func ("/one-cycle/decay-adds-up-over-a-run",
                   test_decay_adds_up_over_a_run);
  g_test_add_func ("/one-cycle/decay-is-what-few-steps-can-make-up-for",
                   test_decay_is_what_few_steps_can_make_up_for);

  return g_test_run ();
}
