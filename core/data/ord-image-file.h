/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Decoding one file to several sizes at once, for those inside the room who
 * need both a network's input and a thumbnail.
 */
#pragma once

#include "ord-image-reader.h"

G_BEGIN_DECLS

/**
 * OrdImageRequest:
 * @enlarge: whether a smaller source may grow to the size
 * @image: (out): the result
 */
typedef struct
{
  int       width;
  int       height;
  int       channels;
  OrdFit    fit;
  gboolean  enlarge;
  OrdImage *image;
} OrdImageRequest;

/* @channels: 0 takes the source's. On failure no request has an image. */
gboolean ord_image_load_many (const char      *path,
                              OrdImageRequest *requests,
                              guint            n_requests,
                              GError         **error);

/* (transfer none): the version of the library that decodes: another one
 * may give slightly other pixels. */
const char   *ord_image_library   (void);

G_END_DECLS
