/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whether training images may be mirrored. Unlike other changes of a picture a
 * mirror image has no degrees: most labels bear it, or are made quite untrue.
 * That shows in held-out pictures as soon as the network reads them: mirrored ones
 * are read hardly worse, or quite wrongly. From the validation on that finds them
 * read hardly worse, training images are mirrored too. docs/augmentation.md has
 * what was measured, and how untrue a mirror image may be and pass.
 */
#include "ord-run-private.h"

#include <math.h>

#include "../space/ord-statistics.h"

/* How much worse mirror images may be read, as any picture is that a network was
 * not trained on, and the p-value at which it is believed that it is not more. */
#define TOLERATED    0.25
#define SIGNIFICANCE 0.1

/* Of the error of the training images' mean, the share below which the network is
 * asked: where all is read badly, mirror images are read no worse. The lower, the
 * smaller an untruth is seen. */
#define READS        0.125

gboolean
ord_run_can_find_flips (OrdRun *run)
{
  return !ord_encoder_is_frozen (run->trainer->encoder);
}

gboolean
ord_run_weighs_flip (OrdRun  *run,
                     OrdFlip  flip)
{
  return ord_run_can_find_flips (run) &&
         ord_run_option (run, "find-flips") != 0.0 &&
         run->augmentation.flips[flip] == 0.0 && !ord_run_is_over (run);
}

/* Of one component of the label, whose errors a larger one's would hide. */
static gboolean
bears_flip (OrdRun       *run,
            guint         label,
            const double *labels,
            const double *values,
            const double *mirrored_values,
            guint         n)
{
  g_autofree double *tolerated = g_new (double, n);
  g_autofree double *mirrored = g_new (double, n);
  double             of_network = 0.0, of_mean = 0.0;

  for (guint i = 0; i < n; i++)
    {
      gsize  at = (gsize) i * run->n_labels + label;
      double error = fabs (values[at] - labels[at]);

      tolerated[i] = (1.0 + TOLERATED) * error;
      mirrored[i] = fabs (mirrored_values[at] - labels[at]);
      of_network += error;
      of_mean += fabs (run->label_mean[label] - labels[at]);
    }

  return of_network < READS * of_mean &&
         ord_statistics_paired_t (mirrored, tolerated, n, NULL) < SIGNIFICANCE;
}

void
ord_run_weigh_flip (OrdRun       *run,
                    OrdFlip       flip,
                    const double *labels,
                    const double *values,
                    const double *mirrored_values,
                    guint         n)
{
  if (n < ORD_RUN_VALIDATION_FEWEST)
    return;
  for (guint l = 0; l < run->n_labels; l++)
    if (!bears_flip (run, l, labels, values, mirrored_values, n))
      return;
  run->augmentation.flips[flip] = ORD_FLIP_SHARE;
}
