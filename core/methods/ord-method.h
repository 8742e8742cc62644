/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What training minimises and how a feature becomes an answer. A method is one
 * file behind the private vtable of ord-method-private.h.
 */
#pragma once

#include "../ord-options.h"

G_BEGIN_DECLS

/* (transfer none) (array zero-terminated): names, the default first. */
const char * const  *ord_method_list        (void);

/* One line for people; %NULL for an unknown name. */
const char          *ord_method_summary     (const char *name);

/* (transfer none) (nullable): the method's option table. */
const OrdOptionSpec *ord_method_get_options (const char *name);

G_END_DECLS
