/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The parts of the page; each appends its section to it.
 */
#pragma once

#include "ord-report-section.h"

G_BEGIN_DECLS

/* The page's style sheet, but for that of the drawings. */
const char *ord_report_get_style      (void);

void        ord_report_add_table      (GString             *page,
                                       const OrdComparison *comparison);

/* Answers and errors on the test images. */
void        ord_report_add_answers    (GString             *page,
                                       const OrdComparison *comparison);

/* How the models learned, and the maps of their spaces. */
void        ord_report_add_curves     (GString             *page,
                                       const OrdComparison *comparison);
void        ord_report_add_maps       (GString             *page,
                                       const OrdComparison *comparison);

void        ord_report_add_neighbours (GString             *page,
                                       const OrdComparison *comparison);

G_END_DECLS
