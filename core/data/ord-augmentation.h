/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Random changes of a training image that leave its label true.
 */
#pragma once

#include "../ord-options.h"
#include "ord-image.h"

G_BEGIN_DECLS

/* Mirror images, left to right and top to bottom. */
typedef enum
{
  ORD_FLIP_HORIZONTAL,
  ORD_FLIP_VERTICAL,
  ORD_N_FLIPS
} OrdFlip;

/* The share of the draws that training mirrors. */
#define ORD_FLIP_SHARE 0.5

/**
 * OrdAugmentation:
 * @rotation: up to ± degrees
 * @shift: up to ± this share of the side
 * @scale: by up to ± this share (0.2: 0.8–1.2)
 * @contrast: by up to ± this share, about the image's mean
 * @flips: the share of the draws that are mirrored so
 *
 * Zero switches one off.
 */
typedef struct
{
  double rotation;
  double shift;
  double scale;
  double contrast;
  double flips[ORD_N_FLIPS];
} OrdAugmentation;

/* Option table: rotation, shift, scale, contrast, flip-horizontal,
 * flip-vertical, and for a trainer fade, find-flips and average-flips. */
extern const OrdOptionSpec ord_augmentation_options[];

void ord_augmentation_from_options (OrdAugmentation  *augmentation,
                                    const OrdOptions *options);

/* Of a training that is done: the mirror images that take part in answers, as bits
 * 1 << %OrdFlip. */
guint ord_augmentation_averaged_flips (const OrdOptions *options);

/* To @strength (0–1) of each change; mirror images have no degrees. */
void ord_augmentation_weaken (OrdAugmentation *augmentation,
                              double           strength);

/**
 * ord_augmentation_apply:
 * @seed: the draw; the same seed gives the same image
 * @out: same size and channels as @image
 *
 * One bilinear warp; outside the image its border pixels continue.
 */
void ord_augmentation_apply (const OrdAugmentation *augmentation,
                             guint64                seed,
                             const OrdImage        *image,
                             OrdImage              *out);

G_END_DECLS
