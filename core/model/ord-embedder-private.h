/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An encoder and a method put together for one preparation and one set of
 * covariates: what the trainer trains and the predictor asks.
 */
#pragma once

#include "../data/ord-loader.h"
#include "../encoder/ord-encoder.h"
#include "../methods/ord-method-private.h"
#include "../space/ord-answer.h"

G_BEGIN_DECLS

/**
 * OrdEmbedder:
 * @schema: whose covariates the encoder takes
 * @description_width: of what a picture is described by beside its feature, to
 *   tell whether it is of a known kind: the encoder's pooled activations, where
 *   it tells any, and the appearance and layout of the picture itself
 * @known: (nullable) (borrowed): rows of the encoder's frozen part, by the
 *   loader's index of a picture, so that they are not computed again
 */
typedef struct
{
  OrdEncoder     *encoder;
  OrdMethod      *method;
  OrdPreparation  preparation;
  OrdDataset     *schema;
  guint           width;
  guint           covariate_width;
  gsize           description_width;
  const float    *known;
} OrdEmbedder;

/* @spec: its covariate_width is that of @schema, whatever it says. */
OrdEmbedder *ord_embedder_new  (const char            *method,
                                const OrdEncoderSpec  *spec,
                                OrdDataset            *schema,
                                GError               **error);
void         ord_embedder_free (OrdEmbedder           *embedder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OrdEmbedder, ord_embedder_free)

/* (transfer container) (element-type OrdParameter): the encoder's and the
 * method's. */
GPtrArray *ord_embedder_get_parameters (OrdEmbedder  *embedder);

void       ord_embedder_store  (OrdEmbedder  *embedder,
                                GPtrArray    *tensors);
gboolean   ord_embedder_load   (OrdEmbedder  *embedder,
                                GPtrArray    *tensors,
                                GError      **error);

/**
 * ord_embedder_embed:
 * @inputs: (n, channels, height, width), normalised
 * @covariates: (n, covariate_width); %NULL where that is 0
 * @features: (out): (n, width), in the space that neighbours are found in
 * @descriptions: (out) (nullable): (n, description_width)
 */
gboolean   ord_embedder_embed  (OrdEmbedder  *embedder,
                                guint         n,
                                const float  *inputs,
                                const float  *covariates,
                                float        *features,
                                float        *descriptions,
                                GError      **error);

/* Called after each batch with how many samples are done. */
typedef void (*OrdEmbedderProgress) (guint    n_done,
                                     gpointer user_data);

/**
 * ord_embedder_embed_samples:
 * @loader: over @dataset
 * @samples: (n), indices into @dataset
 * @covariates: (nullable): (dataset's n_samples, covariate_width)
 * @features: (out): (n, width)
 * @descriptions: (out) (nullable): (n, description_width)
 */
gboolean   ord_embedder_embed_samples (OrdEmbedder          *embedder,
                                       OrdLoader            *loader,
                                       const guint          *samples,
                                       guint                 n,
                                       const float          *covariates,
                                       float                *features,
                                       float                *descriptions,
                                       OrdEmbedderProgress   progress,
                                       gpointer              user_data,
                                       GCancellable         *cancellable,
                                       GError              **error);

/* As above, of pictures that are changed, with the draws of @seed; the encoder
 * has no frozen part. */
gboolean   ord_embedder_embed_augmented (OrdEmbedder           *embedder,
                                         OrdLoader             *loader,
                                         const guint           *samples,
                                         guint                  n,
                                         const float           *covariates,
                                         const OrdAugmentation *augmentation,
                                         guint64                seed,
                                         float                 *features,
                                         GCancellable          *cancellable,
                                         GError               **error);

/* (transfer full) (nullable): (n_samples, covariate_width), encoded as the
 * embedder's schema says from what @dataset knows under the same names; NULL
 * where the schema has no covariates. */
float     *ord_embedder_encode_covariates (OrdEmbedder *embedder,
                                           OrdDataset  *dataset);

/**
 * ord_embedder_answer:
 * @neighbours: over the reference images
 * @labels: (n_reference, n_labels), label units
 * @label_mean, @label_sd: (n_labels)
 * @values, @spreads, @nearest: as in ord_answer_many()
 *
 * The method's answer to features of the space, in label units: of its head,
 * or of the neighbours within @radius. The spread is always the neighbours'.
 */
void       ord_embedder_answer (OrdEmbedder         *embedder,
                                const OrdNeighbours *neighbours,
                                const double        *labels,
                                const double        *label_mean,
                                const double        *label_sd,
                                double               radius,
                                const float         *features,
                                gsize                n,
                                double              *values,
                                double              *spreads,
                                float               *nearest);

G_END_DECLS
