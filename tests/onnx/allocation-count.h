/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How much memory the program holds, and the most that it has held.
 */
#pragma once

#include <glib.h>

void  allocation_count_init  (void);

/* Bytes now; from here on the peak starts anew. */
gsize allocation_count_reset (void);

/* Bytes at most since then. */
gsize allocation_count_peak  (void);
