/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Printing a comparison on standard output.
 */
#pragma once

#include "../comparison/ord-comparison.h"
#include "commands.h"

G_BEGIN_DECLS

void ord_compare_print_table      (const OrdComparison *comparison);
void ord_compare_print_json       (const OrdComparison *comparison);

/* How much worse row @without is than row @with, on the same images. */
void ord_compare_print_difference (const OrdComparison *comparison,
                                   guint                with,
                                   guint                without);

G_END_DECLS
