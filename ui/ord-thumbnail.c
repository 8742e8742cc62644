/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A model's thumbnails as surfaces.
 */
#include "ord-thumbnail.h"

static GdkPixbuf *
decode (GBytes *bytes)
{
  g_autoptr (GInputStream) stream = g_memory_input_stream_new_from_bytes (bytes);

  return gdk_pixbuf_new_from_stream (stream, NULL, NULL);
}

cairo_surface_t *
ord_thumbnail (const OrdModelParts *parts,
               guint                sample,
               int                  size,
               int                  scale)
{
  g_autoptr (GdkPixbuf) stored = NULL;
  g_autoptr (GdkPixbuf) shown  = NULL;
  GBytes *bytes;
  double  factor;
  int     width, height;

  g_return_val_if_fail (size > 0 && scale > 0, NULL);

  if (! parts->thumbnails || sample >= parts->thumbnails->len)
    return NULL;

  bytes = g_ptr_array_index (parts->thumbnails, sample);
  stored = bytes ? decode (bytes) : NULL;
  if (! stored)
    return NULL;

  width = gdk_pixbuf_get_width (stored);
  height = gdk_pixbuf_get_height (stored);
  factor = MIN ((double) size * scale / MAX (width, height), 2.0 * scale);
  shown = gdk_pixbuf_scale_simple (stored,
                                   MAX (1, (int) (width * factor + 0.5)),
                                   MAX (1, (int) (height * factor + 0.5)),
                                   GDK_INTERP_BILINEAR);

  return shown ? gdk_cairo_surface_create_from_pixbuf (shown, scale, NULL)
               : NULL;
}

GtkWidget *
ord_thumbnail_image (const OrdModelParts *parts,
                     guint                sample,
                     int                  size,
                     int                  scale)
{
  cairo_surface_t *surface = ord_thumbnail (parts, sample, size, scale);
  GtkWidget       *image;

  if (surface)
    {
      image = gtk_image_new_from_surface (surface);
      cairo_surface_destroy (surface);
    }
  else
    {
      image = gtk_image_new_from_icon_name ("image-missing-symbolic",
                                            GTK_ICON_SIZE_DIALOG);
    }

  gtk_widget_set_size_request (image, size, size);

  return image;
}
