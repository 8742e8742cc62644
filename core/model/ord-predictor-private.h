/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What else in the room works with a model's encoder.
 */
#pragma once

#include "ord-embedder-private.h"
#include "ord-predictor.h"

G_BEGIN_DECLS

/* (transfer none): works on one batch at a time. */
OrdEmbedder *ord_predictor_get_embedder (OrdPredictor *predictor);

G_END_DECLS
