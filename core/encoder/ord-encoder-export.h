/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An encoder as an ONNX network, for others to use.
 */
#pragma once

#include "../onnx/ord-onnx-writer.h"
#include "ord-encoder.h"

G_BEGIN_DECLS

/* What its ports are called, whatever it is made from. */
#define ORD_ENCODER_EXPORT_IMAGE      "image"
#define ORD_ENCODER_EXPORT_COVARIATES "covariates"
#define ORD_ENCODER_EXPORT_FEATURES   "features"

/* What of a picture a feature is made from, by the metadata: "picture", or its mirror
 * images too. */
#define ORD_ENCODER_EXPORT_VIEWS    "views"
#define ORD_ENCODER_EXPORT_MIRRORED "picture and mirror images"

/**
 * ord_encoder_export:
 * @alone: of a picture without its mirror images
 * @factors: (nullable): (width): what each number of a feature is to be
 *   multiplied by
 *
 * The network takes "image" (n, channels, height, width), normalised as its
 * metadata "mean" and "sd" say, so that ord_pretrained_open() reads them, and
 * where the encoder takes covariates, "covariates" (n, covariate_width); it
 * gives "features" (n, width), which are what ord_encoder_forward() gives, times
 * @factors. The metadata also tell "channels", "height" and "width" of the
 * pictures, and whether they were "grey" or in "colour" ("pictures"); a colour
 * network that was trained on grey ones takes the grey three times.
 *
 * Where mirror images take part in a feature (ord_encoder_set_flips()), they do so in
 * the network too, unless it is to be of a picture @alone: only that can be rebuilt as
 * layers, and so be trained on.
 *
 * The size of the pictures is free where the network leaves it free.
 *
 * Returns: (transfer full) (nullable): to be saved while @encoder lives; %NULL
 *   with an ORD_ERROR_MODEL of ord_onnx_writer_new_from()
 */
OrdOnnxWriter *ord_encoder_export (OrdEncoder   *encoder,
                                   gboolean      alone,
                                   const float  *factors,
                                   GError      **error);

G_END_DECLS
