/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How unlike the training pictures a picture is. The distance to the nearest
 * reference cannot tell alone: a space that was shaped by the labels sends
 * strangers among the known. So each picture is described beside its feature,
 * and a picture is as novel as the Mahalanobis distance of its description from
 * those of the training pictures (Lee et al. 2018, "A simple unified framework
 * for detecting out-of-distribution samples and adversarial attacks").
 *
 * Departures: one distribution for all labels, because there are no classes;
 * columns are standardised and their correlations shrunk (Ledoit & Wolf 2004,
 * "A well-conditioned estimator for large-dimensional covariance matrices"), so
 * that fewer pictures than columns will do.
 */
#pragma once

#include "../network/ord-tensor.h"

G_BEGIN_DECLS

/* Immutable, so usable from any thread. */
typedef struct _OrdNovelty OrdNovelty;

/**
 * ord_novelty_fit:
 * @training: (n_training, width), descriptions
 * @validation: (n_validation, width), not trained on, at least one
 *
 * The limit lets the share that ord-novelty.c states of pictures like the
 * validation pictures pass, and more where those are few.
 *
 * Returns: (transfer full) (nullable): %NULL with ORD_ERROR_LIBRARY for numbers
 *   that are not finite
 */
OrdNovelty *ord_novelty_fit     (const float       *training,
                                 gsize              n_training,
                                 const float       *validation,
                                 gsize              n_validation,
                                 gsize              width,
                                 GError           **error);
void        ord_novelty_free    (OrdNovelty        *novelty);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OrdNovelty, ord_novelty_free)

/**
 * ord_novelty_measure:
 * @description: (width)
 *
 * Returns: the distance in units of the limit: above 1 the picture lies outside
 *   what the model knows
 */
double      ord_novelty_measure (const OrdNovelty  *novelty,
                                 const float       *description);

/* Adds the tensors novelty/mean (width) and novelty/whitening (width, width),
 * lower triangular: the measure is the length of whitening · (x − mean). */
void        ord_novelty_store   (const OrdNovelty  *novelty,
                                 GPtrArray         *tensors);

/**
 * ord_novelty_load:
 * @width: that descriptions will have
 * @novelty: (out) (nullable): %NULL where @tensors have nothing of it, as those
 *   of models from before there was novelty
 *
 * Returns: %FALSE with ORD_ERROR_MODEL where they have a part of it, or other
 *   shapes
 */
gboolean    ord_novelty_load    (GPtrArray         *tensors,
                                 gsize              width,
                                 OrdNovelty       **novelty,
                                 GError           **error);

/* Whether a tensor is a part of it. */
gboolean    ord_novelty_owns    (const OrdTensor   *tensor);

G_END_DECLS
