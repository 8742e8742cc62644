/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The weight of a neighbour, for the answer and for the search of the radius.
 */
#pragma once

#include <math.h>

#include <glib.h>

G_BEGIN_DECLS

/* exp (−d² / (2 (r/3)²)) for d within r. The ratio is taken first, so that
 * neither a tiny nor a huge radius over- or underflows; with a radius of 0
 * only exact matches are within, and count 1. */
static inline double
ord_answer_weight (double distance,
                   double radius)
{
  double ratio = distance > 0.0 ? 3.0 * (distance / radius) : 0.0;

  return exp (-0.5 * ratio * ratio);
}

G_END_DECLS
