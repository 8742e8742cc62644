/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The narrow waist to GIMP: an open image's pixels on their way into the
 * engine. All calls belong on the main thread, as all calls into GIMP do.
 */
#pragma once

#include <libgimp/gimp.h>

#include "data/ord-preparation.h"

G_BEGIN_DECLS

/**
 * PixelsState:
 * @x, @y, @width, @height: the part that is read, in image pixels
 * @look: a hash of what the image looks like from afar
 *
 * Tells whether an image is still what it was when it was read.
 */
typedef struct
{
  int   x;
  int   y;
  int   width;
  int   height;
  guint look;
} PixelsState;

/* %FALSE where the image has been closed. Takes a few milliseconds. */
gboolean  pixels_get_state   (GimpImage            *image,
                              PixelsState          *state);
gboolean  pixels_state_equal (const PixelsState    *a,
                              const PixelsState    *b);

/**
 * pixels_read:
 *
 * What the person sees of @image (of the selection's bounding box, where there
 * is a selection), in the size and channels of @preparation.
 *
 * Returns: (transfer full) (nullable): G_IO_ERROR_CLOSED where it has been closed,
 *   else ORD_ERROR_IMAGE where it cannot be had
 */
OrdImage *pixels_read        (GimpImage            *image,
                              const OrdPreparation *preparation,
                              GError              **error);

G_END_DECLS
