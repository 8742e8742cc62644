/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A linear head: standardised labels from features, v = f Wᵀ + b, with the
 * loss of the head's residuals. Several methods use one.
 */
#pragma once

#include "../network/ord-parameter.h"

G_BEGIN_DECLS

/**
 * OrdHeadLoss:
 * @ORD_HEAD_L1: mean |v − y| over images and components
 * @ORD_HEAD_SQUARED: mean (v − y)²
 */
typedef enum
{
  ORD_HEAD_L1,
  ORD_HEAD_SQUARED,
} OrdHeadLoss;

typedef struct
{
  OrdParameter *weight; /* (n_labels, width) */
  OrdParameter *bias;   /* (n_labels) */
} OrdHead;

/* The parameters are added to @parameters, which owns them. */
void   ord_head_init   (OrdHead     *head,
                        GPtrArray   *parameters,
                        guint        width,
                        guint        n_labels,
                        guint64      seed);

/* @values: (out): (n, n_labels) */
void   ord_head_answer (const OrdHead *head,
                        const float   *features,
                        gsize          n,
                        double        *values);

/**
 * ord_head_loss:
 * @share: factor on the loss and all its gradients
 * @d_features: (n, width): added to
 * @error: (out) (nullable): mean |v − y|, whatever the loss
 *
 * Overwrites the gradients of the head's parameters.
 */
double ord_head_loss   (const OrdHead *head,
                        OrdHeadLoss    kind,
                        const float   *features,
                        const float   *labels,
                        gsize          n,
                        double         share,
                        float         *d_features,
                        double        *error);

G_END_DECLS
