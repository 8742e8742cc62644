/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reads the composite of an open image at full scale, a strip at a time, into
 * the engine's own scaler. GEGL could scale while reading, but chooses its
 * filter by the scale, and a prediction would then differ from that of the
 * same picture read from a file.
 */
#include <glib/gi18n.h>

#include "pixels.h"

#define STRIP_ROWS 64
#define LOOK_SIZE 128 /* pixels; side of the thumbnail that edits are seen on */

/* The selection's bounding box, or the whole image. */
static gboolean
get_bounds (GimpImage     *image,
            GeglRectangle *bounds)
{
  gboolean has_selection;
  int      x1, y1, x2, y2;

  if (! gimp_image_is_valid (image) ||
      ! gimp_selection_bounds (image, &has_selection, &x1, &y1, &x2, &y2))
    return FALSE;

  /* Without a selection GIMP gives the whole image. */
  gegl_rectangle_set (bounds, x1, y1, x2 - x1, y2 - y1);

  return TRUE;
}

gboolean
pixels_get_state (GimpImage   *image,
                  PixelsState *state)
{
  g_autoptr (GBytes) thumbnail = NULL;
  GeglRectangle      bounds;
  int                width  = LOOK_SIZE;
  int                height = LOOK_SIZE;
  int                bpp;

  if (! get_bounds (image, &bounds))
    return FALSE;

  /* GIMP has no signal or counter for edits that a plug-in could follow. */
  thumbnail = gimp_image_get_thumbnail_data (image, &width, &height, &bpp);

  *state = (PixelsState) {
    .x      = bounds.x,
    .y      = bounds.y,
    .width  = bounds.width,
    .height = bounds.height,
    .look   = thumbnail != NULL ? g_bytes_hash (thumbnail) : 0,
  };

  return TRUE;
}

gboolean
pixels_state_equal (const PixelsState *a,
                    const PixelsState *b)
{
  return a->x == b->x && a->y == b->y &&
         a->width == b->width && a->height == b->height &&
         a->look == b->look;
}

static OrdImage *
read_buffer (GeglBuffer           *buffer,
             const GeglRectangle  *bounds,
             const OrdPreparation *preparation)
{
  g_autoptr (OrdScaler) scaler = NULL;
  g_autofree float     *strip  = NULL; /* (STRIP_ROWS, width, 4) */
  const Babl           *format = babl_format ("R'G'B'A float");

  scaler = ord_preparation_scaler (preparation,
                                   bounds->width, bounds->height, 4);
  strip  = g_new (float, (gsize) STRIP_ROWS * bounds->width * 4);

  for (int y = 0; y < bounds->height; y += STRIP_ROWS)
    {
      int           n_rows = MIN (STRIP_ROWS, bounds->height - y);
      GeglRectangle rows   = { bounds->x, bounds->y + y,
                               bounds->width, n_rows };

      gegl_buffer_get (buffer, &rows, 1.0, format, strip,
                       GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      ord_scaler_push (scaler, strip, n_rows);
    }

  return ord_scaler_finish (g_steal_pointer (&scaler));
}

OrdImage *
pixels_read (GimpImage             *image,
             const OrdPreparation  *preparation,
             GError               **error)
{
  g_autoptr (GeglBuffer) buffer = NULL;
  OrdImage              *result;
  GimpLayer             *composite;
  GeglRectangle          bounds;

  if (! get_bounds (image, &bounds))
    {
      g_set_error_literal (error, ORD_ERROR, ORD_ERROR_IMAGE,
                           _("The picture has been closed in GIMP."));
      return NULL;
    }

  /* A layer of its own, which the image never gets to see. */
  composite = gimp_layer_new_from_visible (image, image, "Ordinate");
  if (composite == NULL)
    {
      g_set_error (error, ORD_ERROR, ORD_ERROR_IMAGE,
                   _("GIMP could not give the picture's pixels: %s"),
                   gimp_pdb_get_last_error (gimp_get_pdb ()));
      return NULL;
    }

  buffer = gimp_drawable_get_buffer (GIMP_DRAWABLE (composite));
  result = read_buffer (buffer, &bounds, preparation);
  gimp_item_delete (GIMP_ITEM (composite));

  return result;
}
