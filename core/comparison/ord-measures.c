/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The table of measures.
 */
#include "ord-measures.h"

#include <math.h>

#include "ord-markup.h"

#define OF(member) G_STRUCT_OFFSET (OrdComparisonRow, member)

const OrdMeasure ord_measures[ORD_N_MEASURES] = {
  { "R²", "r2", OF (r2), FALSE, FALSE, 4, ORD_HIGHER_IS_BETTER, 0 },
  { "D5", "d5", OF (d5), TRUE, FALSE, -1, ORD_LOWER_IS_BETTER, OF (p_d5) },
  { "RV", "rv", OF (rv), FALSE, FALSE, 4, ORD_LOWER_IS_BETTER, 0 },
  { "coverage", "coverage", OF (coverage), FALSE, TRUE, 1,
    ORD_NEITHER_IS_BETTER, 0 },
  { "width", "mean_width", OF (width), TRUE, FALSE, -1, ORD_NEITHER_IS_BETTER,
    0 },
  { "flagged", "flagged", OF (flagged), FALSE, TRUE, 1, ORD_NEITHER_IS_BETTER,
    0 },
  { "foreign", "foreign", OF (foreign), FALSE, TRUE, 1, ORD_NEITHER_IS_BETTER,
    0 },
};

double
ord_measure_get (const OrdMeasure       *measure,
                 const OrdComparisonRow *row)
{
  return G_STRUCT_MEMBER (double, row, measure->offset);
}

double
ord_measure_show (const OrdMeasure       *measure,
                  const OrdComparisonRow *row)
{
  double value = ord_measure_get (measure, row);

  return measure->is_share ? 100.0 * value : value;
}

gboolean
ord_measure_is_beaten (const OrdMeasure       *measure,
                       const OrdComparisonRow *row)
{
  return measure->p_offset != 0 &&
         G_STRUCT_MEMBER (double, row, measure->p_offset) < ORD_SIGNIFICANT;
}

gboolean
ord_measure_is_known (const OrdMeasure    *measure,
                      const OrdComparison *comparison)
{
  for (guint i = 0; i < comparison->rows->len; i++)
    if (isfinite (ord_measure_get (measure,
                                   g_ptr_array_index (comparison->rows, i))))
      return TRUE;
  return FALSE;
}

int
ord_measure_error_decimals (const OrdComparison *comparison)
{
  const OrdComparisonRow *best = g_ptr_array_index (comparison->rows,
                                                    comparison->best);

  return ord_markup_decimals (best->mae, ORD_ERROR_DIGITS);
}

double
ord_measure_best (const OrdMeasure    *measure,
                  const OrdComparison *comparison)
{
  double best = NAN;

  for (guint i = 0; i < comparison->rows->len; i++)
    {
      double value = ord_measure_show (measure,
                                       g_ptr_array_index (comparison->rows, i));

      if (measure->better == ORD_LOWER_IS_BETTER)
        best = fmin (best, value);
      else if (measure->better == ORD_HIGHER_IS_BETTER)
        best = fmax (best, value);
    }
  return best;
}
