/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The two procedures that the plug-in offers, one file each.
 */
#pragma once

#include <libgimp/gimp.h>

G_BEGIN_DECLS

#define PREDICT_PROCEDURE "plug-in-ordinate-predict"
#define TRAIN_PROCEDURE   "plug-in-ordinate-train"
#define PLUG_IN_BINARY    "ordinate"

GimpProcedure  *predict_procedure_new (GimpPlugIn    *plug_in);
GimpProcedure  *train_procedure_new   (GimpPlugIn    *plug_in);

/* What both have in common: menus, attribution. */
void            procedure_describe    (GimpProcedure *procedure,
                                       const char    *menu_label,
                                       const char    *blurb,
                                       const char    *help);

G_END_DECLS
