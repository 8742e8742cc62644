/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pixels in memory.
 */
#include "ord-image.h"

static void
image_clear (gpointer data)
{
  OrdImage *image = data;

  g_free (image->pixels);
}

OrdImage *
ord_image_new (int width,
               int height,
               int channels)
{
  OrdImage *image;

  g_return_val_if_fail (width > 0 && height > 0, NULL);
  g_return_val_if_fail (channels == 1 || channels == 3, NULL);

  image = g_atomic_rc_box_new0 (OrdImage);
  image->width = width;
  image->height = height;
  image->channels = channels;
  image->pixels = g_new0 (float, (gsize) width * height * channels);

  return image;
}

OrdImage *
ord_image_ref (OrdImage *image)
{
  g_return_val_if_fail (image != NULL, NULL);

  return g_atomic_rc_box_acquire (image);
}

void
ord_image_unref (OrdImage *image)
{
  if (image != NULL)
    g_atomic_rc_box_release_full (image, image_clear);
}
