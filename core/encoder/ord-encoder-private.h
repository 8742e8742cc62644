/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a kind of encoder provides.
 */
#pragma once

#include "../network/ord-graph.h"
#include "../onnx/ord-onnx-session.h"
#include "../onnx/ord-onnx.h"
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
} OrdEncoderClass;

/**
 * OrdEncoder:
 * @pretrained: as a model is to keep it
 * @graph: %NULL where the frozen part's rows are the features
 * @session, @frozen_width: of the frozen part, where there is one
 * @rows, @n_rows: room for what the frozen part makes
 * @flips: see ord_encoder_set_flips()
 * @mean: room for the mean of a picture and its mirror images
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
  guint                  flips;
  float                 *mean;
};

extern const OrdEncoderClass ord_encoder_compact;
extern const OrdEncoderClass ord_encoder_frozen;
extern const OrdEncoderClass ord_encoder_finetuned;

/* (transfer full) (nullable): the network itself, whole or without its weights. */
OrdOnnx *ord_pretrained_parse (const OrdPretrained  *pretrained,
                               GError              **error);

/* -- the head: fully connected layers that make the feature ------------------ */

/* The options of a head on a pretrained network, for a table of them. */
#define ORD_ENCODER_HEAD_OPTIONS                                             \
  { "head", "what makes the feature of the network's output: layers, or "    \
    "none", 1, 0, 1, TRUE, ord_encoder_heads },                              \
  { "hidden", "width of the layer before the feature", 512, 8, 4096, TRUE,   \
    NULL },                                                                  \
  { "width", "numbers in a feature", 128, 2, 4096, TRUE, NULL }

extern const char * const ord_encoder_heads[];

/* Adds it after @node, and where @covariate_width is not 0 the input of the
 * covariates with it. */
void  ord_encoder_add_head   (OrdGraph         *graph,
                              OrdNode           node,
                              guint             covariate_width,
                              const OrdOptions *options);

/* Numbers it learns over @in. */
gsize ord_encoder_count_head (gsize             in,
                              guint             covariate_width,
                              const OrdOptions *options);

G_END_DECLS
