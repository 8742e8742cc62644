/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The error domain of the engine, and the error that several registries share.
 */
#include "ord-error.h"

G_DEFINE_QUARK (ord-error-quark, ord_error)

void
ord_set_unknown_error (GError             **error,
                       const char          *kind,
                       const char          *name,
                       const char * const  *known)
{
  g_autofree char *list = g_strjoinv (", ", (char **) known);

  g_set_error (error, ORD_ERROR, ORD_ERROR_OPTION,
               "There is no %s “%s”; known ones: %s", kind, name, list);
}
