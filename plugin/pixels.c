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
#define FORMAT "R'G'B'A float" /* as the engine takes it */
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

/* Buffers convert to sRGB themselves where babl has a space for the profile. Of one
 * that is a table, as scanners' often are, they give the stored values; these go
 * through the transform, as those of files do. (transfer full) (nullable) */
static GimpColorTransform *
make_transform (GimpImage  *image,
                const Babl *from,
                const Babl *to)
{
  const GimpColorRenderingIntent intent =
    GIMP_COLOR_RENDERING_INTENT_RELATIVE_COLORIMETRIC;
  g_autoptr (GimpColorProfile) own  = NULL;
  g_autoptr (GimpColorProfile) srgb = gimp_color_profile_new_rgb_srgb ();

  own = gimp_image_get_effective_color_profile (image);
  if (own == NULL || gimp_color_profile_get_space (own, intent, NULL) != NULL)
    return NULL;

  return gimp_color_transform_new (own, from, srgb, to, intent, 0);
}

static OrdImage *
read_buffer (GeglBuffer           *buffer,
             const GeglRectangle  *bounds,
             const OrdPreparation *preparation,
             const Babl           *stored,
             GimpColorTransform   *transform)
{
  g_autoptr (OrdScaler) scaler = NULL;
  g_autofree float     *strip  = NULL; /* (STRIP_ROWS, width, 4) */
  g_autofree float     *raw    = NULL; /* (STRIP_ROWS, width, 2 or 4) */
  const Babl           *format = babl_format (FORMAT);

  scaler = ord_preparation_scaler (preparation,
                                   bounds->width, bounds->height, 4);
  strip  = g_new (float, (gsize) STRIP_ROWS * bounds->width * 4);
  if (transform != NULL)
    raw = g_new (float, (gsize) STRIP_ROWS * bounds->width * 4);

  for (int y = 0; y < bounds->height; y += STRIP_ROWS)
    {
      int           n_rows = MIN (STRIP_ROWS, bounds->height - y);
      GeglRectangle rows   = { bounds->x, bounds->y + y,
                               bounds->width, n_rows };

      gegl_buffer_get (buffer, &rows, 1.0, transform != NULL ? stored : format,
                       transform != NULL ? raw : strip,
                       GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      if (transform != NULL)
        gimp_color_transform_process_pixels (transform, stored, raw, format,
                                             strip, (gsize) rows.width * n_rows);
      ord_scaler_push (scaler, strip, n_rows);
    }

  return ord_scaler_finish (g_steal_pointer (&scaler));
}

OrdImage *
pixels_read (GimpImage             *image,
             const OrdPreparation  *preparation,
             GError               **error)
{
  g_autoptr (GimpColorTransform) transform = NULL;
  g_autoptr (GeglBuffer)         buffer    = NULL;
  const Babl            *stored;
  OrdImage              *result;
  GimpLayer             *composite;
  GeglRectangle          bounds;

  if (! get_bounds (image, &bounds))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CLOSED,
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
  stored = babl_format (gimp_drawable_is_gray (GIMP_DRAWABLE (composite))
                        ? "Y'A float" : FORMAT);
  transform = make_transform (image, stored, babl_format (FORMAT));
  result = read_buffer (buffer, &bounds, preparation, stored, transform);
  gimp_item_delete (GIMP_ITEM (composite));

  return result;
}
