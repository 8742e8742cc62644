/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A small network with every operator that can be trained on, and encoders made
 * from it.
 */
#pragma once

#include "../onnx/net-fixture.h"
#include "encoder/ord-encoder.h"

/* "image" (n, 3, h, w) to "features" (n, 5). */
GBytes        *every_operator        (void);

/* @from: (nullable) */
OrdPretrained *pretrained_from_bytes (GBytes         *bytes,
                                      const char     *from);

/* @text: options. */
OrdEncoder    *open_encoder          (const char     *kind,
                                      OrdPretrained  *network,
                                      const char     *text,
                                      int             height,
                                      int             width,
                                      int             channels,
                                      GError        **error);

float         *random_images         (gsize           count);
