/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A picture file or its bytes, row by row at full size: the one place that
 * knows libvips' ways with formats, profiles and errors.
 */
#pragma once

#include "ord-image.h"

G_BEGIN_DECLS

/**
 * OrdImageInfo:
 * @width, @height: after EXIF turning
 * @channels: as the reader delivers them: 1 grey, 2 grey + alpha, 3 R'G'B',
 *   4 R'G'B' + alpha
 */
typedef struct
{
  int width;
  int height;
  int channels;
} OrdImageInfo;

/**
 * OrdImageSinkFunc:
 * @info: nothing but @user_data is called between the first and the last row
 * @rows: (n_rows, width, channels), 0–1, from the top
 * @y: of the first row; 0 starts anew, also after an earlier attempt
 */
typedef void (*OrdImageSinkFunc) (const OrdImageInfo *info,
                                  const float        *rows,
                                  int                 y,
                                  int                 n_rows,
                                  gpointer            user_data);

/* libvips, set up once and silently; for those who call it themselves. */
gboolean ord_image_library_init (GError **error);

/* Brackets a call into libvips whose failure is taken from its error buffer,
 * see ord-image-reader.c. */
void     ord_image_library_enter (void);
void     ord_image_library_leave (void);

/**
 * ord_image_read:
 * @path: (nullable): the file
 * @bytes: (nullable): its content instead
 * @max_pixels: more than this is refused
 * @sink: (nullable): none reads the header alone
 * @info: (out) (optional)
 *
 * Where this fails, the sink may have been given rows already.
 */
gboolean ord_image_read (const char       *path,
                         GBytes           *bytes,
                         gint64            max_pixels,
                         OrdImageSinkFunc  sink,
                         gpointer          user_data,
                         OrdImageInfo     *info,
                         GError          **error);

/* The most pixels that a picture file may have. */
#define ORD_IMAGE_MAX_PIXELS (G_GINT64_CONSTANT (1) << 31)

G_END_DECLS
