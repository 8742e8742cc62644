/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Small seeded random numbers (splitmix64, Steele et al. 2014). A draw depends
 * on the seed and its place in the sequence alone, so it is the same on every
 * machine, in every thread and with every C library.
 */
#pragma once

#include <glib.h>
#include <math.h>

G_BEGIN_DECLS

typedef struct
{
  guint64 state;
} OrdRandom;

static inline guint64
ord_random_mix (guint64 x)
{
  x = (x ^ (x >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  x = (x ^ (x >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);

  return x ^ (x >> 31);
}

static inline OrdRandom
ord_random_init (guint64 seed)
{
  /* Mixed, so that neighbouring seeds do not give shifted copies of one
   * sequence. */
  return (OrdRandom) { ord_random_mix (seed
                                       + G_GUINT64_CONSTANT (0x632be59bd9b4e019)) };
}

/* A seed of its own for part @index of what @seed governs. */
static inline guint64
ord_random_derive (guint64 seed,
                   guint64 index)
{
  return ord_random_mix (ord_random_mix (seed)
                         + (index + 1) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15));
}

static inline guint64
ord_random_next (OrdRandom *random)
{
  random->state += G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);

  return ord_random_mix (random->state);
}

/* In [0, 1). */
static inline double
ord_random_uniform (OrdRandom *random)
{
  return (double) (ord_random_next (random) >> 11) * 0x1p-53;
}

/* In [low, high). */
static inline double
ord_random_range (OrdRandom *random,
                  double     low,
                  double     high)
{
  return low + (high - low) * ord_random_uniform (random);
}

/* In [0, n); @n at least 1 and far below 2³², by which numbers are not equally
 * likely. */
static inline guint
ord_random_below (OrdRandom *random,
                  guint      n)
{
  return (guint) (((ord_random_next (random) >> 32) * (guint64) n) >> 32);
}

/* In [0, n), all equally likely whatever @n, which is at least 1: draws from the
 * uneven end are repeated. */
static inline gsize
ord_random_index (OrdRandom *random,
                  gsize      n)
{
  guint64 uneven = (G_MAXUINT64 % n + 1) % n;
  guint64 draw;

  do
    draw = ord_random_next (random);
  while (uneven != 0 && draw > G_MAXUINT64 - uneven);

  return draw % n;
}

/* Standard normal (Box and Muller). */
static inline double
ord_random_normal (OrdRandom *random)
{
  double radius = sqrt (-2.0 * log (1.0 - ord_random_uniform (random)));

  return radius * cos (2.0 * G_PI * ord_random_uniform (random));
}

/* Fisher and Yates. */
static inline void
ord_random_shuffle (OrdRandom *random,
                    guint     *items,
                    guint      n)
{
  for (guint i = n; i > 1; i--)
    {
      guint j = ord_random_below (random, i);
      guint kept = items[i - 1];

      items[i - 1] = items[j];
      items[j] = kept;
    }
}

G_END_DECLS
