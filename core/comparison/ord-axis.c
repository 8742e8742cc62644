/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The range of an axis and its ticks: round numbers that cover the data.
 */
#include "ord-axis.h"

#include <math.h>

#include "ord-markup.h"

/* Beyond this, differences of two numbers are no numbers any more. */
#define HUGEST 1e300

/* A range narrower than this share of its numbers is rounding noise, and its
 * ticks would not differ. */
#define NARROW 1e-9

/* Numbers from here on, and steps below the other, are told by a power. */
#define LONG 1e5
#define FINE 1e-3

/* A tick at the very end is on the axis, whatever the rounding. */
#define SLACK 1e-6

void
ord_range_add (OrdRange *range,
               double    value)
{
  if (!isfinite (value) || fabs (value) > HUGEST)
    return;
  range->low = MIN (range->low, value);
  range->high = MAX (range->high, value);
}

static double
round_step (double step)
{
  double power = pow (10.0, floor (log10 (step)));
  double share = step / power;

  return power * (share < 1.5 ? 1.0 : share < 3.5 ? 2.0 : share < 7.5 ? 5.0
                                                                      : 10.0);
}

static void
choose_labels (OrdAxis *axis)
{
  double size = MAX (fabs (axis->low), fabs (axis->high));

  axis->exponent = 0;
  if (size >= LONG || axis->step < FINE)
    axis->exponent = (int) (3.0 * floor (log10 (size) / 3.0));
  axis->decimals = (int) CLAMP (axis->exponent - floor (log10 (axis->step) +
                                                        SLACK), 0, 9);
}

void
ord_axis_cover (OrdAxis        *axis,
                const OrdRange *range,
                guint           n_steps)
{
  double low = range->low, high = range->high;
  double size = MAX (fabs (low), fabs (high));

  g_return_if_fail (n_steps > 0);

  if (low > high)
    {
      low = 0.0;
      high = 1.0;
    }
  else if (high - low <= NARROW * size || high - low < 1.0 / HUGEST)
    {
      double half = size > 1.0 / HUGEST ? 0.1 * size : 0.5;

      low -= half;
      high += half;
    }

  axis->step = round_step ((high - low) / n_steps);
  axis->low = axis->step * floor (low / axis->step + SLACK);
  axis->high = axis->step * ceil (high / axis->step - SLACK);
  choose_labels (axis);
}

static void
lengthen (OrdAxis *axis,
          double   length,
          double   step)
{
  double middle = 0.5 * (axis->low + axis->high);

  axis->low = middle - 0.5 * length;
  axis->high = middle + 0.5 * length;
  axis->step = step;
  choose_labels (axis);
}

void
ord_axis_equalise (OrdAxis *x,
                   OrdAxis *y,
                   double   aspect)
{
  double height = MAX ((x->high - x->low) / aspect, y->high - y->low);
  double step = MAX (x->step, y->step);

  lengthen (x, height * aspect, step);
  lengthen (y, height, step);
}

static double
first_tick (const OrdAxis *axis)
{
  return ceil (axis->low / axis->step - SLACK);
}

guint
ord_axis_get_n_ticks (const OrdAxis *axis)
{
  double last = floor (axis->high / axis->step + SLACK);

  return (guint) MAX (last - first_tick (axis) + 1.0, 0.0);
}

double
ord_axis_get_tick (const OrdAxis *axis,
                   guint          i)
{
  return (first_tick (axis) + i) * axis->step;
}

char *
ord_axis_get_label (const OrdAxis *axis,
                    guint          i)
{
  return ord_markup_number_new (ord_axis_get_tick (axis, i) /
                                pow (10.0, axis->exponent), axis->decimals);
}

double
ord_axis_place (const OrdAxis *axis,
                double         value)
{
  return (value - axis->low) / (axis->high - axis->low);
}

gboolean
ord_axis_holds (const OrdAxis *axis,
                double         value)
{
  double place = ord_axis_place (axis, value);

  return place >= -SLACK && place <= 1.0 + SLACK;
}
