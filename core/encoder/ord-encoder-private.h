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
 * @count: numbers learnt by what @build would build with the same arguments,
 *   told without building it
 * @build: the graph from images (first input) and, where @covariate_width is
 *   not 0, covariates (second input) to features (last layer). What it
 *   describes (ord_graph_describe()) is told by ord_encoder_get_pooled()
 */
typedef struct
{
  const char          *name;
  const char          *summary;
  const OrdOptionSpec *options;
  gsize               (*count) (const OrdOptions *options,
                                guint             channels,
                                guint             covariate_width);
  OrdGraph           *(*build) (const OrdOptions *options,
                                guint             channels,
                                guint             covariate_width,
                                guint64           seed);
} OrdEncoderClass;

extern const OrdEncoderClass ord_encoder_compact;

G_END_DECLS
