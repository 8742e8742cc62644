/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Features held against those that they should be.
 */
#pragma once

#include <glib.h>
#include <math.h>

static inline void
assert_close (const float *features,
              const float *expected,
              gsize        count,
              double       within)
{
  double largest = 0.0;

  for (gsize i = 0; i < count; i++)
    {
      largest = fmax (largest, fabs (expected[i]));
      g_assert_cmpfloat_with_epsilon (features[i], expected[i], within);
    }
  /* Zeros would agree too. */
  g_assert_cmpfloat (largest, >, 1e-2);
}
