/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Seeded numbers for the tests of this folder. tests/golden/space.py draws the
 * same ones.
 */
#pragma once

#include <math.h>

#include "ord-random.h"

static inline guint64
draw (guint64 *state)
{
  OrdRandom random = { *state };
  guint64   drawn = ord_random_next (&random);

  *state = random.state;
  return drawn;
}

static inline double
draw_uniform (guint64 *state)
{
  return (draw (state) >> 11) * 0x1p-53;
}

static inline double
draw_normal (guint64 *state)
{
  double u = draw_uniform (state);
  double v = draw_uniform (state);

  return sqrt (-2.0 * log (u + 1e-300)) * cos (2.0 * G_PI * v);
}
