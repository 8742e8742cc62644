/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Printing a comparison on standard output.
 */
#pragma once

#include "../comparison/ord-comparison.h"
#include "commands.h"

G_BEGIN_DECLS

/* @in_pairs: whether each second row is the one before without a covariate; how much
 * worse it is on the same images is printed too. */
void ord_compare_print_table (const OrdComparison *comparison,
                              gboolean             in_pairs);
void ord_compare_print_json  (const OrdComparison *comparison,
                              gboolean             in_pairs);

G_END_DECLS
