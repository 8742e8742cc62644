/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How strongly training pictures are changed. The changes ought to leave the
 * label true and the picture as hard as before, and where there are few pictures
 * they are what keeps the network from learning them by heart. But a cell that is
 * moved out of the picture is still counted in the label, and a gauge that is
 * shrunk is read less exactly than any that will be asked for. That shows in
 * held-out pictures: changed alike, they are answered worse than as they are, and
 * the more so the better the network becomes. From the validation on that finds
 * it so, the changes are as strong as the share of the run that is left; the last
 * of them stay, for pictures that never change are learnt by heart. Where the
 * network has more trouble with pictures it does not know than with changes, that
 * never happens. docs/augmentation.md has what was measured.
 */
#include "ord-run-private.h"

#include "../space/ord-statistics.h"

/* The share by which changes may make held-out pictures harder, and the p-value
 * at which it is believed that they do by more: a fade too late costs as much as
 * one too many. Every validation asks, so a few pictures would say so once. */
#define TOLERATED     0.1
#define SIGNIFICANCE  0.1

/* Of their strength, what changes never fall below. */
#define REMAINING     0.1

/* Of what is frozen the changed pictures are already computed. */
gboolean
ord_run_can_fade (OrdRun *run)
{
  const OrdAugmentation *full = &run->augmentation;

  return !ord_encoder_is_frozen (run->trainer->encoder) &&
         (full->rotation > 0.0 || full->shift > 0.0 || full->scale > 0.0 ||
          full->contrast > 0.0);
}

gboolean
ord_run_weighs_augmentation (OrdRun *run)
{
  return ord_run_can_fade (run) && ord_run_option (run, "fade") != 0.0 &&
         !run->fades && !ord_run_is_over (run);
}

void
ord_run_weigh_augmentation (OrdRun       *run,
                            const double *errors,
                            const double *changed_errors,
                            guint         n)
{
  g_autofree double *tolerated = g_new (double, n);

  if (n < ORD_RUN_VALIDATION_FEWEST)
    return;
  for (guint i = 0; i < n; i++)
    tolerated[i] = (1.0 + TOLERATED) * errors[i];
  run->fades = ord_statistics_paired_t (tolerated, changed_errors, n, NULL) <
               SIGNIFICANCE;
}

void
ord_run_get_augmentation (OrdRun          *run,
                          OrdAugmentation *augmentation)
{
  double done = (double) run->epoch * run->steps_per_epoch;

  *augmentation = run->augmentation;
  if (run->fades)
    ord_augmentation_weaken (augmentation,
                             MAX (REMAINING, 1.0 - done / (double) run->n_steps));
}
