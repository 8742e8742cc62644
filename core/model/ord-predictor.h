/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From a picture to a value and the reasons for it.
 */
#pragma once

#include "ord-model.h"

G_BEGIN_DECLS

/**
 * OrdPredictionNeighbour:
 * @sample: index into the model's dataset
 * @distance: in feature space
 * @weight: share in the answer; 0 for one that is shown but lies outside the
 *   radius, and for all where the method answers with a head
 */
typedef struct
{
  guint  sample;
  float  distance;
  double weight;
} OrdPredictionNeighbour;

/**
 * OrdPrediction:
 * @values, @lows, @highs: (n_labels), label units; the interval's coverage is
 *   the model's (90 %)
 * @in_range: whether the picture resembles the training images; where not,
 *   neither value nor interval can be trusted
 * @within_radius: %FALSE where neighbours answer, none lay within the radius, and
 *   the nearest one answers alone
 * @point: place on the map
 * @feature: (width)
 * @neighbours: (element-type OrdPredictionNeighbour): nearest first; all that
 *   have a weight, and at least ORD_PREDICTION_SHOWN where there are as many
 */
typedef struct
{
  guint     n_labels;
  double   *values;
  double   *lows;
  double   *highs;
  gboolean  in_range;
  gboolean  within_radius;
  float     point[2];
  float    *feature;
  GArray   *neighbours;
} OrdPrediction;

#define ORD_PREDICTION_SHOWN 12

void ord_prediction_free (OrdPrediction *prediction);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OrdPrediction, ord_prediction_free)

#define ORD_TYPE_PREDICTOR (ord_predictor_get_type ())
G_DECLARE_FINAL_TYPE (OrdPredictor, ord_predictor, ORD, PREDICTOR, GObject)

/* Builds the encoder from the model; its tensors are checked here. Calls may
 * come from any thread; they take turns. */
OrdPredictor  *ord_predictor_new       (OrdModel           *model,
                                        GError            **error);
OrdModel      *ord_predictor_get_model (OrdPredictor       *predictor);

/**
 * ord_predictor_predict:
 * @image: of the model's preparation, from ord_preparation_scaler()
 * @covariates: (nullable): (n_covariates), NaN for one that is not known
 */
OrdPrediction *ord_predictor_predict   (OrdPredictor       *predictor,
                                        const OrdImage     *image,
                                        const double       *covariates,
                                        GCancellable       *cancellable,
                                        GError            **error);

/**
 * ord_predictor_answer:
 * @features: (n, width), of the model's space
 * @values: (out): (n, n_labels), label units
 * @half_widths: (out): (n, n_labels), of the intervals about them
 *
 * Answers alone, from features that are known already, such as the model's own.
 */
void           ord_predictor_answer      (OrdPredictor      *predictor,
                                          const float       *features,
                                          gsize              n,
                                          double            *values,
                                          double            *half_widths);

/**
 * ord_predictor_predict_many:
 * @samples: (n), indices into @dataset, whose pictures are read from disk
 * @predictions: (out): (n), (transfer full); %NULL for a picture that cannot
 *   be read, which is then listed in @failures
 * @failures: (element-type utf8): messages are appended
 */
gboolean       ord_predictor_predict_many (OrdPredictor    *predictor,
                                           OrdDataset      *dataset,
                                           const guint     *samples,
                                           guint            n,
                                           OrdPrediction  **predictions,
                                           GPtrArray       *failures,
                                           OrdProgressFunc  progress,
                                           gpointer         user_data,
                                           GCancellable    *cancellable,
                                           GError         **error);

G_END_DECLS
