/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whether training images may be mirrored. Unlike other changes of a picture a
 * mirror image has no degrees: most labels bear it, or are made wholly untrue.
 * That shows in held-out pictures as soon as the network reads them: mirrored ones
 * are read no worse, or quite wrongly. From the validation on that finds them read
 * no worse, training images are mirrored too. docs/augmentation.md has what was
 * measured.
 */
#include "ord-run-private.h"

#include "../space/ord-statistics.h"

/* The share by which mirror images may seem harder, as pictures do that a network
 * was not trained on, and the p-value at which it is believed that they are not by
 * more. */
#define TOLERATED    0.25
#define SIGNIFICANCE 0.1
#define FEWEST       20

/* Of the error of the training images' mean, the share below which the network is
 * asked: where all is read badly, mirror images are read no worse. */
#define READS        0.25

gboolean
ord_run_finds_flips (OrdRun *run)
{
  return !ord_encoder_is_frozen (run->trainer->encoder) &&
         ord_run_option (run, "find-flips") != 0.0;
}

gboolean
ord_run_weighs_flip (OrdRun  *run,
                     OrdFlip  flip)
{
  return ord_run_finds_flips (run) && run->augmentation.flips[flip] == 0.0 &&
         !ord_run_is_over (run);
}

void
ord_run_weigh_flip (OrdRun       *run,
                    OrdFlip       flip,
                    const double *errors,
                    const double *mirrored_errors,
                    const double *mean_errors,
                    guint         n)
{
  g_autofree double *tolerated = g_new (double, n + 1);
  double             of_network = 0.0, of_mean = 0.0;

  for (guint i = 0; i < n; i++)
    {
      tolerated[i] = (1.0 + TOLERATED) * errors[i];
      of_network += errors[i];
      of_mean += mean_errors[i];
    }
  if (n >= FEWEST && of_network < READS * of_mean &&
      ord_statistics_paired_t (mirrored_errors, tolerated, n, NULL) <
      SIGNIFICANCE)
    run->augmentation.flips[flip] = ORD_FLIP_SHARE;
}
