/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The frame of a section, its headings and titles.
 */
#include "ord-report-section.h"

#include <string.h>

#include "ord-markup.h"

char *
ord_report_title (const OrdComparison *comparison,
                  const char          *what,
                  guint                component)
{
  OrdDataset *dataset = ord_report_dataset (comparison);
  const char *unit = ord_dataset_get_unit (dataset);
  GString    *title = g_string_new (what);

  if (comparison->n_labels > 1)
    g_string_append_printf (title, " %s",
                            ord_dataset_get_label_name (dataset, component));
  if (*unit)
    g_string_append_printf (title, " (%s)", unit);
  return g_string_free (title, FALSE);
}

void
ord_report_add_unit (GString             *page,
                     const OrdComparison *comparison)
{
  const char *unit = ord_dataset_get_unit (ord_report_dataset (comparison));

  if (!*unit)
    return;
  if (strcmp (unit, "%") != 0)
    g_string_append (page, "\u00a0");
  ord_markup_text (page, unit);
}

void
ord_report_open (GString    *page,
                 const char *heading,
                 const char *explanation)
{
  g_string_append_printf (page, "<section>\n<h2>%s</h2>\n<p>%s</p>\n", heading,
                          explanation);
}

void
ord_report_close (GString *page)
{
  g_string_append (page, "</section>\n");
}

void
ord_report_component (GString             *page,
                      const OrdComparison *comparison,
                      guint                component)
{
  if (comparison->n_labels < 2)
    return;
  g_string_append (page, "<h3>");
  ord_markup_text (page,
                   ord_dataset_get_label_name (ord_report_dataset (comparison),
                                               component));
  g_string_append (page, "</h3>\n");
}
