/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Seeded draws that are the same on every machine (SplitMix64: Steele, Lea,
 * Flood 2014).
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

static inline guint64
ord_random_next (guint64 *state)
{
  guint64 z = (*state += G_GUINT64_CONSTANT (0x9e3779b97f4a7c15));

  z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);

  return z ^ (z >> 31);
}

/* Below @n, which is at least 1; draws from the uneven end are repeated. */
static inline guint64
ord_random_below (guint64 *state,
                  guint64  n)
{
  guint64 uneven = (G_MAXUINT64 % n + 1) % n;
  guint64 draw;

  do
    draw = ord_random_next (state);
  while (uneven != 0 && draw > G_MAXUINT64 - uneven);

  return draw % n;
}

G_END_DECLS
