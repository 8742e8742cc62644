/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A model's thumbnails as surfaces.
 */
#include "ord-thumbnail.h"

static guint8
to_byte (float value)
{
  return CLAMP (value, 0.0f, 1.0f) * 255.0f + 0.5f;
}

/* By the engine's decoder, which refuses pictures of forged sizes. */
static GdkPixbuf *
decode (GBytes *bytes)
{
  g_autoptr (OrdImage) image = ord_image_decode (bytes, NULL);
  GdkPixbuf *pixbuf;

  if (! image)
    return NULL;

  pixbuf = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, image->width,
                           image->height);
  for (int y = 0; pixbuf && y < image->height; y++)
    {
      const float *from = image->pixels +
                          (gsize) y * image->width * image->channels;
      guint8      *to   = gdk_pixbuf_get_pixels (pixbuf) +
                          (gsize) y * gdk_pixbuf_get_rowstride (pixbuf);

      for (int x = 0; x < image->width; x++, from += image->channels)
        for (int c = 0; c < 3; c++)
          *to++ = to_byte (from[image->channels == 1 ? 0 : c]);
    }

  return pixbuf;
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
