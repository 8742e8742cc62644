/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The templates and icons that are built into the program.
 */
#pragma once

#define ORD_RESOURCES "/org/ordinate/ui"

/* Before a template is used. */
void ord_resources_ensure    (void);

/* Makes the icons known to the theme of the default screen. */
void ord_resources_add_icons (void);
