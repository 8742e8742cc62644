/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From a batch of pictures (and covariates) to features. An encoder is one
 * file behind the private vtable of ord-encoder-private.h.
 */
#pragma once

#include "../network/ord-graph.h"
#include "../ord-options.h"
#include "ord-pretrained.h"

G_BEGIN_DECLS

typedef struct _OrdEncoder OrdEncoder;

/* (transfer none) (array zero-terminated): names, the default first. */
const char * const  *ord_encoder_list        (void);
/* One line for people; %NULL for an unknown name. */
const char          *ord_encoder_summary     (const char *name);
/* (transfer none) (nullable): the encoder's option table. */
const OrdOptionSpec *ord_encoder_get_options (const char *name);

/* Whether the kind is made from a network that was trained elsewhere. */
gboolean             ord_encoder_is_pretrained (const char *name);
/* The kind that is made from one: as it is, or to be trained on. */
const char          *ord_encoder_of_network    (gboolean    trained);
/* Whether only a head is trained, on what the network makes. */
gboolean             ord_encoder_is_frozen     (const char *name);

/**
 * OrdEncoderSpec:
 * @kind: a registered name
 * @options: with the kind's own
 * @pretrained: for a kind that is made from one; otherwise %NULL
 * @preparation: of the pictures
 * @covariate_width: 0 for none
 * @seed: of the initial parameters
 * @precision: of what is trained; one that this processor does not calculate in
 *   becomes float
 * @limit: numbers that it may learn at most, where a file that is not trusted
 *   asks for it; 0 for no limit
 *
 * What an encoder is made from; borrowed.
 */
typedef struct
{
  const char           *kind;
  const OrdOptions     *options;
  OrdPretrained        *pretrained;
  const OrdPreparation *preparation;
  guint                 covariate_width;
  guint64               seed;
  OrdPrecision          precision;
  gsize                 limit;
} OrdEncoderSpec;

/* How many numbers such an encoder would learn; 0 where only making it tells.
 * To be held against what a file has before it is believed. */
gsize       ord_encoder_count          (const OrdEncoderSpec  *spec);

/**
 * ord_encoder_new:
 *
 * Returns: (transfer full) (nullable): an encoder with fresh parameters (those
 *   of a pretrained network where it has them), or %NULL with ORD_ERROR_OPTION
 *   for an unknown kind or a network that it cannot be made from
 */
OrdEncoder *ord_encoder_new            (const OrdEncoderSpec  *spec,
                                        GError               **error);
void        ord_encoder_free           (OrdEncoder        *encoder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OrdEncoder, ord_encoder_free)

/* Numbers in a feature. */
guint       ord_encoder_get_width      (OrdEncoder        *encoder);

/* (transfer container) (element-type OrdParameter) */
GPtrArray  *ord_encoder_get_parameters (OrdEncoder        *encoder);
/* To be called after parameters were changed. */
void        ord_encoder_parameters_changed (OrdEncoder    *encoder);

/**
 * ord_encoder_forward:
 * @training: a backward pass may follow
 * @images: (n, channels, height, width) of the preparation, normalised
 * @covariates: (nullable): (n, covariate_width); %NULL where that is 0
 *
 * Returns: (transfer none) (nullable): (n, width), valid until the next call
 */
const float *ord_encoder_forward       (OrdEncoder        *encoder,
                                        gboolean           training,
                                        guint              n,
                                        const float       *images,
                                        const float       *covariates,
                                        GError           **error);

/**
 * ord_encoder_set_flips:
 * @flips: the mirror images that have the value of their picture, as bits
 *   1 << %OrdFlip; 0 for none
 *
 * From now on a picture's feature, but in training, is the mean of those of the
 * picture and of its mirror images: with both flips, of all four. An encoder with a
 * part that is not trained stays as it is, as the rows of that part are known of
 * the picture alone.
 */
void         ord_encoder_set_flips        (OrdEncoder     *encoder,
                                           guint           flips);

/* Numbers that the part which is not trained makes of a picture; 0 where there
 * is no such part. */
guint        ord_encoder_get_frozen_width (OrdEncoder     *encoder);

/**
 * ord_encoder_freeze:
 * @images: (n, channels, height, width), normalised
 * @rows: (out): (n, frozen_width)
 *
 * The part that is not trained, alone: its rows may be kept and given to
 * ord_encoder_forward_frozen() again and again.
 */
gboolean     ord_encoder_freeze           (OrdEncoder     *encoder,
                                           guint           n,
                                           const float    *images,
                                           float          *rows,
                                           GError        **error);

/* As ord_encoder_forward(), from rows (n, frozen_width). */
const float *ord_encoder_forward_frozen   (OrdEncoder     *encoder,
                                           gboolean        training,
                                           guint           n,
                                           const float    *rows,
                                           const float    *covariates,
                                           GError        **error);

/* (transfer none) (nullable): the pretrained network, as a model is to keep it
 * beside the tensors. */
OrdPretrained *ord_encoder_get_pretrained (OrdEncoder     *encoder);

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

/* Whether a pretrained network gets a head; only that takes covariates. */
gboolean     ord_encoder_wants_head (const OrdOptions *options);

G_END_DECLS
