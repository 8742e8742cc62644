/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The templates and icons that are built into the program.
 */
#include "ord-resources.h"

#include <gtk/gtk.h>

#include "ord-bundle.h"

void
ord_resources_ensure (void)
{
  /* The bundle registers itself, but from a static library it is linked only
   * where something asks for it. */
  ord_bundle_get_resource ();
}

void
ord_resources_add_icons (void)
{
  GtkIconTheme *theme = gtk_icon_theme_get_default ();

  if (g_object_get_data (G_OBJECT (theme), "ordinate-icons"))
    return;

  ord_resources_ensure ();
  gtk_icon_theme_add_resource_path (theme, ORD_RESOURCES "/icons");
  g_object_set_data (G_OBJECT (theme), "ordinate-icons", GINT_TO_POINTER (1));
}
