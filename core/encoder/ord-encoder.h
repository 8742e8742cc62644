/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From a batch of pictures (and covariates) to features. An encoder is one
 * file behind the private vtable of ord-encoder-private.h.
 */
#pragma once

#include "../network/ord-parameter.h"
#include "../ord-options.h"

G_BEGIN_DECLS

typedef struct _OrdEncoder OrdEncoder;

/* (transfer none) (array zero-terminated): names, the default first. */
const char * const  *ord_encoder_list        (void);
/* One line for people; %NULL for an unknown name. */
const char          *ord_encoder_summary     (const char *name);
/* (transfer none) (nullable): the encoder's option table. */
const OrdOptionSpec *ord_encoder_get_options (const char *name);

/* How many numbers such an encoder would learn; 0 for an unknown name. To be
 * held against what a file has before it is believed. */
gsize       ord_encoder_count          (const char        *name,
                                        const OrdOptions  *options,
                                        guint              channels,
                                        guint              covariate_width);

/**
 * ord_encoder_new:
 * @channels: of the pictures, 1 or 3
 * @covariate_width: 0 for none
 * @seed: of the initial parameters
 *
 * Returns: (transfer full) (nullable): an encoder with fresh parameters, or
 *   %NULL with ORD_ERROR_OPTION for an unknown name
 */
OrdEncoder *ord_encoder_new            (const char        *name,
                                        const OrdOptions  *options,
                                        guint              channels,
                                        guint              covariate_width,
                                        guint64            seed,
                                        GError           **error);
void        ord_encoder_free           (OrdEncoder        *encoder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OrdEncoder, ord_encoder_free)

/* Numbers in a feature. */
guint       ord_encoder_get_width      (OrdEncoder        *encoder);

/* (transfer none) (element-type OrdParameter) */
GPtrArray  *ord_encoder_get_parameters (OrdEncoder        *encoder);
/* To be called after parameters were changed. */
void        ord_encoder_parameters_changed (OrdEncoder    *encoder);

/**
 * ord_encoder_forward:
 * @training: a backward pass may follow
 * @images: (n, channels, height, width), normalised
 * @covariates: (nullable): (n, covariate_width); %NULL where that is 0
 *
 * Returns: (transfer none) (nullable): (n, width), valid until the next call
 */
const float *ord_encoder_forward       (OrdEncoder        *encoder,
                                        gboolean           training,
                                        guint              n,
                                        guint              height,
                                        guint              width,
                                        const float       *images,
                                        const float       *covariates,
                                        GError           **error);

/* Numbers of the pooled activations; 0 for an encoder that tells none. */
guint        ord_encoder_get_pooled_width (OrdEncoder     *encoder);

/**
 * ord_encoder_get_pooled:
 *
 * What the layers before the feature saw of each picture in the latest forward
 * pass, averaged over the picture. A feature tells what a picture means; these
 * tell whether it is a picture of a known kind.
 *
 * Returns: (transfer none) (nullable): (n, pooled_width), valid until the next
 *   forward pass; %NULL for an encoder that tells none, and after a training
 *   pass
 */
const float *ord_encoder_get_pooled    (OrdEncoder        *encoder);

/* @d_features: (n, width); overwrites the parameters' gradients. */
gboolean     ord_encoder_backward      (OrdEncoder        *encoder,
                                        const float       *d_features,
                                        GError           **error);

G_END_DECLS
