/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A comparison as a page: the table and the plots behind it, in one HTML file
 * that needs nothing else and prints well.
 */
#pragma once

#include "ord-comparison.h"

G_BEGIN_DECLS

/**
 * ord_report_write:
 * @command: the command line that made the comparison, for people
 * @folder: made if missing; index.html is written there, whole or not at all
 */
gboolean ord_report_write (const OrdComparison  *comparison,
                           const char           *command,
                           const char           *folder,
                           GError              **error);

G_END_DECLS
