/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Ordinate's plug-in for GIMP 3: tells GIMP which procedures there are. The
 * plug-in is thin: the engine (core) predicts and trains, the widgets (ui)
 * show; here are only what GIMP calls and what is asked of GIMP.
 */
#include <glib/gi18n.h>
#include <libgimp/gimp.h>

#include "procedures.h"

#define ORD_TYPE_PLUG_IN (ord_plug_in_get_type ())
G_DECLARE_FINAL_TYPE (OrdPlugIn, ord_plug_in, ORD, PLUG_IN, GimpPlugIn)

struct _OrdPlugIn
{
  GimpPlugIn parent_instance;
};

G_DEFINE_FINAL_TYPE (OrdPlugIn, ord_plug_in, GIMP_TYPE_PLUG_IN)

static GList *
query_procedures (GimpPlugIn *plug_in)
{
  GList *names = NULL;

  names = g_list_append (names, g_strdup (PREDICT_PROCEDURE));
  names = g_list_append (names, g_strdup (TRAIN_PROCEDURE));

  return names;
}

static GimpProcedure *
create_procedure (GimpPlugIn *plug_in,
                  const char *name)
{
  if (g_str_equal (name, PREDICT_PROCEDURE))
    return predict_procedure_new (plug_in);

  if (g_str_equal (name, TRAIN_PROCEDURE))
    return train_procedure_new (plug_in);

  return NULL;
}

static gboolean
set_i18n (GimpPlugIn  *plug_in,
          const char  *procedure_name,
          char       **gettext_domain,
          char       **catalog_dir)
{
  *gettext_domain = g_strdup ("ordinate");

  return TRUE;
}

void
procedure_describe (GimpProcedure *procedure,
                    const char    *menu_label,
                    const char    *blurb,
                    const char    *help)
{
  gimp_procedure_set_menu_label (procedure, menu_label);
  gimp_procedure_add_menu_path (procedure, "<Image>/Colors/Info");
  gimp_procedure_add_menu_path (procedure, "<Image>/Tools/Ordinate");
  gimp_procedure_set_documentation (procedure, blurb, help,
                                    gimp_procedure_get_name (procedure));
  gimp_procedure_set_attribution (procedure, "The Ordinate authors",
                                  "The Ordinate authors", "2026");
}

static void
ord_plug_in_class_init (OrdPlugInClass *klass)
{
  GimpPlugInClass *plug_in_class = GIMP_PLUG_IN_CLASS (klass);

  plug_in_class->query_procedures = query_procedures;
  plug_in_class->create_procedure = create_procedure;
  plug_in_class->set_i18n         = set_i18n;
}

static void
ord_plug_in_init (OrdPlugIn *self)
{
}

GIMP_MAIN (ORD_TYPE_PLUG_IN)
