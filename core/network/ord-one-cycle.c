/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Two cosines, and the decay that goes with them.
 */
#include "ord-one-cycle.h"

#include <math.h>

#define RISE  0.2
#define START 0.1
#define END   1e-3

/* ∫ f × ord_one_cycle (1, f) df from 0 to 1, by the three above. */
#define CYCLE_MOMENT 0.19010685

/* What a step takes from a weight, at most, as a multiple of the rate. */
#define MAX_DECAY 4.0

double
ord_one_cycle (double peak,
               double fraction)
{
  fraction = CLAMP (fraction, 0.0, 1.0);
  if (fraction < RISE)
    return peak * (START + (1.0 - START) *
                           0.5 * (1.0 - cos (G_PI * fraction / RISE)));

  return peak * (END + (1.0 - END) *
                       0.5 * (1.0 + cos (G_PI * (fraction - RISE) /
                                         (1.0 - RISE))));
}

double
ord_one_cycle_decay (double  total,
                     double  peak,
                     double  fraction,
                     guint64 n_steps)
{
  double at_end;

  g_return_val_if_fail (n_steps > 0, 0.0);

  at_end = MIN (total / (CYCLE_MOMENT * (double) n_steps), MAX_DECAY * peak);
  return at_end * CLAMP (fraction, 0.0, 1.0) * ord_one_cycle (1.0, fraction);
}
