/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How a picture becomes the network's input: size, channels and normalisation.
 * Decided once from the training images, kept in the model, and used on every
 * path to a prediction.
 */
#pragma once

#include "ord-augmentation.h"
#include "ord-image.h"
#include "ord-dataset.h"

G_BEGIN_DECLS

/**
 * OrdPreparation:
 * @width, @height: input size in pixels
 * @channels: 1 or 3
 * @mean, @sd: per channel, of the training images' values (0–1)
 */
typedef struct
{
  int   width;
  int   height;
  int   channels;
  float mean[3];
  float sd[3];
} OrdPreparation;

/**
 * ord_preparation_choose:
 * @size: the side of the square that has the area of the input, in pixels; the
 *   aspect is the median one of the training images, and both sides are
 *   multiples of 4. Small pictures are never enlarged by more than a quarter.
 *
 * Looks at up to 256 training images. Grey where all of these are grey pixel
 * by pixel. @mean and @sd come from the same images. Images that cannot be
 * read are passed over; none readable is an ORD_ERROR_DATASET.
 */
gboolean ord_preparation_choose (OrdPreparation *preparation,
                                 OrdDataset     *dataset,
                                 int             size,
                                 GError        **error);

/* As above, at a size that is given: the pictures are brought to it whatever
 * theirs is. @width, @height: at least 1 */
gboolean ord_preparation_choose_fixed (OrdPreparation *preparation,
                                       OrdDataset     *dataset,
                                       int             width,
                                       int             height,
                                       GError        **error);

/* The scaler that brings a source to this preparation's size and channels. */
OrdScaler *ord_preparation_scaler (const OrdPreparation *preparation,
                                   int                   source_width,
                                   int                   source_height,
                                   int                   source_channels);

/* ord_image_load() at this preparation's size; not yet normalised. */
OrdImage  *ord_preparation_load (const OrdPreparation *preparation,
                                 const char           *path,
                                 GError              **error);

/* Writes (channels, height, width) = (pixel − mean) / sd, the network's input;
 * @image must have the preparation's size and channels. */
void       ord_preparation_normalise (const OrdPreparation *preparation,
                                      const OrdImage       *image,
                                      float                *out);

/**
 * ord_preparation_mirror:
 * @inputs: (n, channels, height, width)
 * @flips: bits 1 << %OrdFlip
 * @out: (out): as @inputs, each mirrored so; not @inputs itself
 */
void       ord_preparation_mirror (const OrdPreparation *preparation,
                                   guint                 n,
                                   const float          *inputs,
                                   guint                 flips,
                                   float                *out);

G_END_DECLS
