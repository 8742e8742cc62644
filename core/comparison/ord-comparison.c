/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The memory of a comparison.
 */
#include "ord-comparison.h"

void
ord_comparison_row_free (OrdComparisonRow *row)
{
  if (!row)
    return;
  g_free (row->name);
  g_free (row->method);
  g_clear_object (&row->model);
  g_free (row->values);
  g_free (row->half_widths);
  g_free (row->errors);
  g_free (row->near_distances);
  g_free (row->component_mae);
  g_free (row);
}

void
ord_comparison_free (OrdComparison *comparison)
{
  if (!comparison)
    return;
  g_ptr_array_unref (comparison->rows);
  g_free (comparison->first);
  g_free (comparison->truths);
  g_free (comparison->subjects);
  g_free (comparison->subject_sizes);
  g_free (comparison);
}
