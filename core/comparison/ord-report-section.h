/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the sections of the page are made of.
 */
#pragma once

#include "ord-comparison.h"

G_BEGIN_DECLS

static inline const OrdComparisonRow *
ord_report_row (const OrdComparison *comparison,
                guint                i)
{
  return g_ptr_array_index (comparison->rows, i);
}

static inline const OrdModelParts *
ord_report_parts (const OrdComparisonRow *row)
{
  return ord_model_get_parts (row->model);
}

/* All rows were trained on the same pictures. */
static inline OrdDataset *
ord_report_dataset (const OrdComparison *comparison)
{
  return ord_report_parts (ord_report_row (comparison, 0))->dataset;
}

/* (transfer full): "predicted (months)", or "predicted x (px)" of a component
 * of vector labels; plain text. */
char *ord_report_title      (const OrdComparison *comparison,
                             const char          *what,
                             guint                component);

/* " months" as markup; nothing where there is no unit. */
void  ord_report_add_unit   (GString             *page,
                             const OrdComparison *comparison);

/* <section> with its heading and a paragraph that explains it, as markup. */
void  ord_report_open       (GString             *page,
                             const char          *heading,
                             const char          *explanation);
void  ord_report_close      (GString             *page);

/* Where labels are vectors: a heading with the component's name. */
void  ord_report_component  (GString             *page,
                             const OrdComparison *comparison,
                             guint                component);

G_END_DECLS
