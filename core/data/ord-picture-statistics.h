/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A picture in some dozen numbers that no training touches: how bright, how
 * coloured and how fine it is, and what lies where. They tell a blank picture,
 * noise or a stranger from pictures of the known kind, whatever the network
 * makes of it.
 */
#pragma once

#include "ord-preparation.h"

G_BEGIN_DECLS

/**
 * ord_picture_appearance_width, ord_picture_appearance:
 * @input: (channels, height, width), from ord_preparation_normalise()
 * @out: (out): (appearance_width)
 *
 * Mean and contrast of each channel and of the differences of neighbouring
 * channels, and the strength of detail from fine to coarse: horizontal,
 * vertical and diagonal Haar coefficients (Mallat 1989, "A theory for
 * multiresolution signal decomposition"). Strengths are logarithms, so that
 * the ratio counts.
 */
gsize ord_picture_appearance_width (const OrdPreparation *preparation);
void  ord_picture_appearance       (const OrdPreparation *preparation,
                                    const float          *input,
                                    float                *out);

/**
 * ord_picture_layout_width, ord_picture_layout:
 * @input: as above
 * @out: (out): (layout_width) = (channels, 8, 8), or less where the input has
 *   fewer pixels: means over the cells of a grid, less the picture's mean and
 *   in units of its contrast, so that light and dark pictures of the same thing
 *   have the same layout
 */
gsize ord_picture_layout_width     (const OrdPreparation *preparation);
void  ord_picture_layout           (const OrdPreparation *preparation,
                                    const float          *input,
                                    float                *out);

G_END_DECLS
