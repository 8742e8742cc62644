/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Colour profiles of a scanner that is far from sRGB, for test pictures.
 */
#pragma once

/* By primaries and curves. */
void colour_profile_write_matrix (const char *path);

/* Nearly the same by a table alone, as scanners' profiles often are: babl, and so
 * GIMP's buffers, have no space for it. */
void colour_profile_write_table  (const char *path);
