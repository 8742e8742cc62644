/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A trained model: everything that a prediction and its explanation need.
 * Immutable once made, so it may be used from any thread.
 */
#pragma once

#include "../data/ord-dataset.h"
#include "../data/ord-preparation.h"
#include "../encoder/ord-pretrained.h"
#include "../space/ord-interval.h"
#include "../space/ord-map.h"
#include "../space/ord-quality.h"
#include "../network/ord-tensor.h"

G_BEGIN_DECLS

/**
 * OrdEpoch:
 * @seconds: of training up to the end of this epoch
 * @loss: mean training loss
 * @validation_mae: label units
 * @spread: of the validation images' features along their labels
 *   (ord_spread_along_labels()); near zero is a collapsed space
 */
typedef struct
{
  guint  epoch;
  double seconds;
  double loss;
  double validation_mae;
  double spread;
} OrdEpoch;

/**
 * OrdEvaluation:
 * @coverage: share of the labels inside their interval
 * @mean_width: of the interval, label units, first component
 * @flagged: share of the images told to lie outside what the model knows; NaN
 *   where that was not measured, as in older files
 */
typedef struct
{
  OrdQuality quality;
  double     coverage;
  double     mean_width;
  double     flagged;
} OrdEvaluation;

/**
 * OrdModelParts:
 * @title: for people ("Hand bone age")
 * @method, @encoder: registered names
 * @options: all options as text, see ord_options_to_string()
 * @pretrained: (nullable): what a pretrained kind of encoder is made from
 * @dataset: the samples that could be read; those of the training split first,
 *   then validation, then test. The first @n_reference, the training split,
 *   are the reference images, whose labels answer
 * @features: (n_samples, width)
 * @thumbnails: (element-type GBytes) (n_samples), %NULL where there is none
 * @label_mean, @label_sd: (n_labels), of the training images; methods work on
 *   standardised labels
 * @tensors: (element-type OrdTensor): the encoder's, the method's and the
 *   novelty's (see ord-novelty.h; older files have none of the last)
 * @radius: feature-space distance
 * @novelty: an image farther than this from its nearest reference image lies
 *   outside what the model knows (feature-space distance), whatever its
 *   description says
 * @intervals: (n_labels)
 * @map: of the reference images
 * @history: (element-type OrdEpoch)
 * @validation, @test: measured with the finished model; n is 0 where the
 *   split is empty
 */
typedef struct
{
  char          *title;
  char          *method;
  char          *encoder;
  char          *options;
  OrdPretrained *pretrained;
  OrdPreparation preparation;
  OrdDataset    *dataset;
  guint          n_reference;
  guint          width;
  float         *features;
  GPtrArray     *thumbnails;
  double        *label_mean;
  double        *label_sd;
  GPtrArray     *tensors;
  double         radius;
  double         novelty;
  OrdInterval   *intervals;
  OrdMap        *map;
  GArray        *history;
  OrdEvaluation  validation;
  OrdEvaluation  test;
} OrdModelParts;

void ord_model_parts_free (OrdModelParts *parts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OrdModelParts, ord_model_parts_free)

#define ORD_TYPE_MODEL (ord_model_get_type ())
G_DECLARE_FINAL_TYPE (OrdModel, ord_model, ORD, MODEL, GObject)

/* (transfer full) @parts: allocated with g_new0(). */
OrdModel            *ord_model_new       (OrdModelParts *parts);
const OrdModelParts *ord_model_get_parts (OrdModel      *model);

/**
 * ord_model_save:
 *
 * One SQLite database, written in one transaction to a temporary file in the
 * same folder and renamed: an interrupted save leaves an old file whole. A
 * full disk is G_IO_ERROR_NO_SPACE, a folder that cannot be written to the
 * GIOError that fits. A model that could not be loaded again (numbers that are
 * not finite, counts that do not fit each other) is an ORD_ERROR_MODEL.
 */
gboolean  ord_model_save (OrdModel      *model,
                          const char    *path,
                          GError       **error);

/* Whether a file could be written there now: to be asked before the training
 * whose model is to be saved. Leaves what is there alone. */
gboolean  ord_model_can_save (const char *path,
                              GError    **error);

/**
 * ord_model_load:
 *
 * Checks everything before it is used: that the file is a model and of a
 * known version, sizes against the file, counts and shapes against each other,
 * numbers for being finite. ORD_ERROR_MODEL names the file and what is wrong;
 * a file that is missing or may not be read is the GIOError that fits.
 */
OrdModel *ord_model_load (const char    *path,
                          GCancellable  *cancellable,
                          GError       **error);

/**
 * ord_model_peek_title:
 *
 * The title alone (transfer full), without reading the model; for lists of
 * recent models.
 */
char     *ord_model_peek_title (const char  *path,
                                GError     **error);

G_END_DECLS
