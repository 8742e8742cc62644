/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A model's thumbnails as surfaces.
 */
#pragma once

#include <gtk/gtk.h>

#include "model/ord-model.h"

G_BEGIN_DECLS

/**
 * ord_thumbnail:
 * @size: the longest side, in application pixels; pictures are enlarged at
 *   most twice
 * @scale: device pixels per application pixel
 *
 * Returns: (transfer full) (nullable): %NULL where the model has no thumbnail
 *   of the sample, or one that cannot be read
 */
cairo_surface_t *ord_thumbnail (const OrdModelParts *parts,
                                guint                sample,
                                int                  size,
                                int                  scale);

/* (transfer full): as above in a GtkImage; an icon where there is none. */
GtkWidget       *ord_thumbnail_image (const OrdModelParts *parts,
                                      guint                sample,
                                      int                  size,
                                      int                  scale);

G_END_DECLS
