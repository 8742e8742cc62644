/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pixels in memory, and the one way they are brought to a size: whatever reads
 * a picture (libvips from a file, GEGL from GIMP) pushes full-scale rows into
 * an OrdScaler, so that the same picture gives the same numbers on every path
 * and no picture is ever held whole at full size.
 */
#pragma once

#include "../ord-error.h"

G_BEGIN_DECLS

/**
 * OrdImage:
 * @channels: 1 (grey) or 3 (R'G'B')
 * @pixels: (height, width, channels), row-major; sRGB-encoded, 0–1
 *
 * Reference-counted; treat as read-only once shared.
 */
typedef struct
{
  int    width;
  int    height;
  int    channels;
  float *pixels;
} OrdImage;

OrdImage *ord_image_new   (int       width,
                           int       height,
                           int       channels);
OrdImage *ord_image_ref   (OrdImage *image);
void      ord_image_unref (OrdImage *image);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OrdImage, ord_image_unref)

/**
 * OrdFit:
 * @ORD_FIT_PAD: keep the aspect; what is left over continues the border pixels
 * @ORD_FIT_INSIDE: keep the aspect; the result is smaller than asked in one
 *   direction (thumbnails)
 */
typedef enum
{
  ORD_FIT_PAD,
  ORD_FIT_INSIDE,
} OrdFit;

/* Streams one picture to one size. */
typedef struct _OrdScaler OrdScaler;

/**
 * ord_scaler_new:
 * @source_channels: 1 grey, 2 grey + alpha, 3 R'G'B', 4 R'G'B' + alpha; alpha
 *   is not premultiplied, and transparent parts are laid on white
 * @width, @height: the size wanted
 * @channels: 1 or 3 of the result; colour becomes grey by Rec. 709 luma
 *
 * Area-weighted (triangle) filtering when shrinking, bilinear when enlarging.
 * Memory is that of the result and a row, never of the source.
 */
OrdScaler *ord_scaler_new    (int           source_width,
                              int           source_height,
                              int           source_channels,
                              int           width,
                              int           height,
                              int           channels,
                              OrdFit        fit);

/* @rows: (n_rows, source_width, source_channels), 0–1, in order from the top. */
void       ord_scaler_push   (OrdScaler    *scaler,
                              const float  *rows,
                              int           n_rows);

/* Frees the scaler; (transfer full) the image. All rows must be pushed. */
OrdImage  *ord_scaler_finish (OrdScaler    *scaler);
void       ord_scaler_free   (OrdScaler    *scaler);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OrdScaler, ord_scaler_free)

/**
 * ord_image_load:
 * @width, @height: the size wanted
 * @channels: 1 or 3
 *
 * Reads PNG, JPEG, TIFF and what else libvips knows: 8 and 16 bit, grey and
 * colour, an embedded profile brought to sRGB, turned as EXIF says.
 *
 * Returns: (transfer full) (nullable): the image, or %NULL with
 *   ORD_ERROR_IMAGE naming the file
 */
OrdImage  *ord_image_load    (const char   *path,
                              int           width,
                              int           height,
                              int           channels,
                              OrdFit        fit,
                              GError      **error);

/**
 * ord_image_probe:
 * @width, @height: (out): size after EXIF turning, from the header alone
 * @channels: (out): 1 or 3; a colour file whose pixels are grey counts as 3
 */
gboolean   ord_image_probe   (const char   *path,
                              int          *width,
                              int          *height,
                              int          *channels,
                              GError      **error);

/* The image as a JPEG (transfer full); thumbnails in the model file. */
GBytes    *ord_image_encode  (const OrdImage *image,
                              GError        **error);
OrdImage  *ord_image_decode  (GBytes         *bytes,
                              GError        **error);
/* By the suffix of @path a JPEG, else a PNG; 8 bits per channel. */
gboolean   ord_image_save    (const OrdImage *image,
                              const char     *path,
                              GError        **error);

G_END_DECLS
