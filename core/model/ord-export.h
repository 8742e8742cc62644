/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A model's parts for other programs: its encoder as an ONNX network, its space
 * as tables and arrays.
 *
 * All of these write into an OrdOutput, which the caller commits. They fail
 * where writing fails.
 */
#pragma once

#include "../ord-output.h"
#include "ord-predictor.h"

G_BEGIN_DECLS

/**
 * ord_export_encoder:
 * @alone: without mirror images, where these take part in the model's features
 *
 * From pictures (and covariates) to features of the space that neighbours are
 * found in, by an ONNX network as of ord_encoder_export(). Its metadata also
 * say how a picture is brought to size ("resize"), what the model is ("title",
 * "method", "radius", in feature-space distance), what it was trained on
 * ("labels", a JSON array of names, and "unit") and how the numbers of
 * "covariates" are coded: a JSON array in their order of {"name", "mean",
 * "sd"}, one number, (value − mean) / sd, or {"name", "categories"}, one number
 * for each, 1 for what is so and 0 else. What is not known is 0 throughout.
 *
 * The network calculates in floats. So does the model, unless
 * ord_export_is_rounded().
 *
 * ORD_ERROR_MODEL: the model's network cannot be written so
 */
gboolean ord_export_encoder  (OrdPredictor  *predictor,
                              gboolean       alone,
                              OrdOutput     *output,
                              GError       **error);

/* Whether the model calculates in bfloat16, where the processor does: its own
 * features are then some thousandths of their size from those of the network. */
gboolean ord_export_is_rounded (OrdModel     *model);

/* Whether the model's features are means with those of mirror images. */
gboolean ord_export_is_averaged (OrdModel    *model);

/* (n_samples, width) numbers, tabs between, a line each; without a header. */
gboolean ord_export_features_table (OrdModel   *model,
                                    OrdOutput  *output,
                                    GError    **error);

/* A header, and for each sample in the same order: file, labels by name, split,
 * covariates by name; with tabs between. A tab or an end of line in a text
 * becomes a space; what is not known is empty. */
gboolean ord_export_samples_table  (OrdModel   *model,
                                    OrdOutput  *output,
                                    GError    **error);

/* NumPy's format 1.0, little-endian, row-major: features (n_samples, width) of
 * 32 bits; labels (n_samples, n_labels) of 64 bits, in the label's unit. */
gboolean ord_export_features_array (OrdModel   *model,
                                    OrdOutput  *output,
                                    GError    **error);
gboolean ord_export_labels_array   (OrdModel   *model,
                                    OrdOutput  *output,
                                    GError    **error);

G_END_DECLS
