/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The arithmetic of batch normalisation: passes over a batch that treat every
 * number by the values of its channel. Arrays of those have n_channels numbers;
 * where a memory format pads the channels, the padding's are 0.
 */
#pragma once

#include "ord-dnnl-private.h"

G_BEGIN_DECLS

/**
 * OrdChannels:
 * @lanes: channels side by side in a group, all but for the last group
 * @rows: places in an image
 * @pitch, @group, @image: from one to the next, in numbers
 *
 * A batch of images or vectors, in any of the formats that convolutions use.
 */
typedef struct
{
  gboolean bfloat16;
  guint    n;
  guint    n_channels; /* with the padding */
  guint    n_groups;
  guint    lanes;
  gsize    rows;
  gsize    pitch;
  gsize    group;
  gsize    image;
} OrdChannels;

/* FALSE where the format is none of those. */
gboolean ord_channels_init      (OrdChannels              *channels,
                                 const_dnnl_memory_desc_t  desc);

/**
 * OrdChannelStep:
 * y = (x − mean) · factor + shift, and with @relu not less than 0.
 */
typedef struct
{
  const float *mean;
  const float *factor;
  const float *shift;
  gboolean     relu;
} OrdChannelStep;

/* Mean and (biased) variance over the batch. */
void     ord_channels_moments   (const OrdChannels        *channels,
                                 const void               *x,
                                 float                    *mean,
                                 float                    *variance);
void     ord_channels_apply     (const OrdChannels        *channels,
                                 const OrdChannelStep     *step,
                                 const void               *x,
                                 void                     *y);

/* Sums over the batch of the slopes by (x − mean) · factor + shift, and of
 * their products with x − mean, from those by y. */
void     ord_channels_slopes    (const OrdChannels        *channels,
                                 const OrdChannelStep     *step,
                                 const void               *x,
                                 const void               *d_y,
                                 float                    *sum,
                                 float                    *product);
/* d_x = factor · (the slope + constant + (x − mean) · by_x). */
void     ord_channels_backward  (const OrdChannels        *channels,
                                 const OrdChannelStep     *step,
                                 const float              *constant,
                                 const float              *by_x,
                                 const void               *x,
                                 const void               *d_y,
                                 void                     *d_x);

G_END_DECLS
