/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a kind of encoder provides.
 */
#pragma once

#include "../network/ord-graph.h"
#include "ord-encoder.h"

G_BEGIN_DECLS

/**
 * OrdEncoderClass:
 * @build: the graph from images (first input) and, where @covariate_width is
 *   not 0, covariates (second input) to features (last layer)
 */
typedef struct
{
  const char          *name;
  const char          *summary;
  const OrdOptionSpec *options;
  OrdGraph           *(*build) (const OrdOptions *options,
                                guint             channels,
                                guint             covariate_width,
                                guint64           seed);
} OrdEncoderClass;

extern const OrdEncoderClass ord_encoder_compact;

G_END_DECLS
