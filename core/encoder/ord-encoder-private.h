/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a kind of encoder provides.
 */
#pragma once

#include "../network/ord-graph.h"
#include "../onnx/ord-onnx-session.h"
#include "ord-encoder.h"

G_BEGIN_DECLS

/**
 * OrdEncoderClass:
 * @pretrained: whether it is made from a network that was trained elsewhere
 * @count: (nullable): numbers learnt by what @build would build, told without building it
 * @build: sets the encoder's @graph, from images or rows of the frozen part
 *   (first input) and, where the spec's covariate_width is not 0, covariates
 *   (second input) to features (last layer). What the graph describes
 *   (ord_graph_describe()) is told by ord_encoder_get_pooled()
 * @freeze: (nullable): the part that is not trained, see ord_encoder_freeze()
 * @keep: (nullable): see ord_encoder_keep_pretrained()
 */
typedef struct
{
  const char          *name;
  const char          *summary;
  const OrdOptionSpec *options;
  gboolean             pretrained;
  gsize              (*count)  (const OrdEncoderSpec  *spec);
  gboolean           (*build)  (OrdEncoder            *encoder,
                                const OrdEncoderSpec  *spec,
                                GError               **error);
  gboolean           (*freeze) (OrdEncoder            *encoder,
                                guint                  n,
                                const float           *images,
                                float                 *rows,
                                GError               **error);
  OrdPretrained     *(*keep)   (OrdEncoder            *encoder,
                                GError               **error);
} OrdEncoderClass;

/**
 * OrdEncoder:
 * @graph: %NULL where the frozen part's rows are the features
 * @session, @frozen_width: of the frozen part, where there is one
 * @rows, @n_rows: room for what the frozen part makes
 */
struct _OrdEncoder
{
  const OrdEncoderClass *klass;
  OrdPreparation         preparation;
  OrdPretrained         *pretrained;
  OrdGraph              *graph;
  OrdOnnxSession        *session;
  guint                  frozen_width;
  float                 *rows;
  guint                  n_rows;
};

extern const OrdEncoderClass ord_encoder_compact;
extern const OrdEncoderClass ord_encoder_frozen;
extern const OrdEncoderClass ord_encoder_finetuned;

/* -- the head: fully connected layers that make the feature ------------------ */

/* Adds it after @node; @covariates: a vector input, or −1. */
void  ord_encoder_add_head   (OrdGraph         *graph,
                              OrdNode           node,
                              OrdNode           covariates,
                              const OrdOptions *options);

/* Numbers it learns over @in. */
gsize ord_encoder_count_head (gsize             in,
                              guint             covariate_width,
                              const OrdOptions *options);

G_END_DECLS
