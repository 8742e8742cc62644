/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From a picture to a value and its reasons.
 */
#include "ord-predictor-private.h"

#include <math.h>

#include "../space/ord-novelty.h"
#include "ord-trainer.h"

/* Decoded pictures kept while a list of files is read. */
#define MEMORY_LIMIT ((gsize) 1 << 30)

struct _OrdPredictor
{
  GObject        parent_instance;
  OrdModel      *model;
  OrdEmbedder   *embedder;
  OrdNeighbours *neighbours;   /* over the reference images */
  OrdNovelty    *novelty;      /* NULL in a model from before there was it */
  double        *labels;       /* (n_reference, n_labels) */
  GMutex         lock;         /* the encoder works on one batch at a time */
};

G_DEFINE_FINAL_TYPE (OrdPredictor, ord_predictor, G_TYPE_OBJECT)

void
ord_prediction_free (OrdPrediction *prediction)
{
  if (!prediction)
    return;
  g_free (prediction->values);
  g_free (prediction->lows);
  g_free (prediction->highs);
  g_free (prediction->feature);
  g_clear_pointer (&prediction->neighbours, g_array_unref);
  g_free (prediction);
}

static void
ord_predictor_finalize (GObject *object)
{
  OrdPredictor *self = ORD_PREDICTOR (object);

  g_clear_pointer (&self->neighbours, ord_neighbours_free);
  g_clear_pointer (&self->novelty, ord_novelty_free);
  g_clear_pointer (&self->embedder, ord_embedder_free);
  g_clear_pointer (&self->labels, g_free);
  g_clear_object (&self->model);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (ord_predictor_parent_class)->finalize (object);
}

static void
ord_predictor_class_init (OrdPredictorClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ord_predictor_finalize;
}

static void
ord_predictor_init (OrdPredictor *self)
{
  g_mutex_init (&self->lock);
}

/* A file may name any network; memory is taken only for one whose numbers it
 * has. */
static gboolean
check_encoder (const OrdModelParts   *parts,
               const OrdEncoderSpec  *spec,
               gsize                  has,
               GError               **error)
{
  gsize wanted = ord_encoder_count (spec);

  if (has == wanted || ord_encoder_is_pretrained (spec->kind))
    return TRUE;
  g_set_error (error, ORD_ERROR, ORD_ERROR_MODEL,
               "its network should have %" G_GSIZE_FORMAT " numbers and has %"
               G_GSIZE_FORMAT "; train it again or get a fresh copy", wanted,
               has);
  return FALSE;
}

static gsize
count_encoder (const OrdModelParts *parts)
{
  gsize has = 0;

  for (guint i = 0; i < parts->tensors->len; i++)
    {
      const OrdTensor *tensor = g_ptr_array_index (parts->tensors, i);

      if (g_str_has_prefix (tensor->name, "encoder/"))
        has += ord_tensor_count (tensor);
    }
  return has;
}

OrdPredictor *
ord_predictor_new (OrdModel  *model,
                   GError   **error)
{
  const OrdModelParts      *parts = ord_model_get_parts (model);
  guint                     n_labels = ord_dataset_get_n_labels (parts->dataset);
  g_autoptr (OrdPredictor)  self = g_object_new (ORD_TYPE_PREDICTOR, NULL);
  g_autoptr (OrdOptions)    options = NULL;
  gsize                     has = count_encoder (parts);
  OrdEncoderSpec            spec = {
    .kind = parts->encoder,
    .pretrained = parts->pretrained,
    .preparation = &parts->preparation,
    .covariate_width = ord_dataset_get_covariate_width (parts->dataset),
    .limit = has + 1,
  };

  options = ord_trainer_options_of (parts, error);
  spec.options = options;
  if (!options || !check_encoder (parts, &spec, has, error))
    {
      g_prefix_error (error, "The model “%s” does not suit this version of "
                      "Ordinate, or is damaged: ", parts->title);
      return NULL;
    }
  if (ord_options_get (options, "precision") == ORD_PRECISION_BFLOAT16)
    spec.precision = ORD_PRECISION_BFLOAT16;
  self->model = g_object_ref (model);
  self->embedder = ord_embedder_new (parts->method, &spec, parts->dataset,
                                     error);
  if (!self->embedder)
    {
      g_prefix_error (error, "The model “%s” cannot be used: ", parts->title);
      return NULL;
    }
  ord_encoder_set_flips (self->embedder->encoder,
                         ord_augmentation_averaged_flips (options));
  if (self->embedder->width != parts->width)
    {
      g_set_error (error, ORD_ERROR, ORD_ERROR_MODEL,
                   "The model “%s” is damaged: its features have %u numbers "
                   "and its encoder makes %u; train it again or get a fresh "
                   "copy", parts->title, parts->width, self->embedder->width);
      return NULL;
    }
  if (!ord_embedder_load (self->embedder, parts->tensors, error) ||
      !ord_novelty_load (parts->tensors, self->embedder->description_width,
                         &self->novelty, error))
    {
      g_prefix_error (error, "The model “%s” is damaged: ", parts->title);
      return NULL;
    }

  self->neighbours = ord_neighbours_new (parts->features, parts->n_reference,
                                         parts->width);
  self->labels = g_new (double, (gsize) parts->n_reference * n_labels);
  for (guint i = 0; i < parts->n_reference; i++)
    for (guint k = 0; k < n_labels; k++)
      self->labels[i * n_labels + k] =
        ord_dataset_get_sample (parts->dataset, i)->labels[k];

  return g_steal_pointer (&self);
}

OrdModel *
ord_predictor_get_model (OrdPredictor *predictor)
{
  g_return_val_if_fail (ORD_IS_PREDICTOR (predictor), NULL);
  return predictor->model;
}

OrdEmbedder *
ord_predictor_get_embedder (OrdPredictor *predictor)
{
  g_return_val_if_fail (ORD_IS_PREDICTOR (predictor), NULL);
  return predictor->embedder;
}

/* All that answered, filled up with the nearest others to the number shown. */
static GArray *
list_neighbours (OrdPredictor    *self,
                 const float     *feature,
                 const OrdAnswer *answer,
                 gboolean         weighted)
{
  gsize    n_reference = ord_neighbours_get_n (self->neighbours);
  gsize    n_answered = answer->neighbours->len;
  gsize    n = MIN (MAX (n_answered, ORD_PREDICTION_SHOWN), n_reference);
  GArray  *list = g_array_sized_new (FALSE, FALSE,
                                     sizeof (OrdPredictionNeighbour), (guint) n);
  g_autofree OrdNeighbour *nearest = g_new (OrdNeighbour, n);

  ord_neighbours_nearest (self->neighbours, feature, 1, n, nearest);
  for (guint i = 0; i < n; i++)
    {
      OrdPredictionNeighbour neighbour = {
        .sample = nearest[i].index,
        .distance = nearest[i].distance,
        /* Both lists run from the nearest on, so the first ones agree. */
        .weight = weighted && i < n_answered
                  ? g_array_index (answer->weights, double, i) : 0.0,
      };

      g_array_append_val (list, neighbour);
    }

  return list;
}

/* Two strangers look different: one lies far from all features, another is
 * taken for something known by the network but does not look like it. */
static gboolean
is_in_range (OrdPredictor *self,
             float         nearest,
             const float  *description)
{
  return nearest <= ord_model_get_parts (self->model)->novelty &&
         (!self->novelty ||
          ord_novelty_measure (self->novelty, description) <= 1.0);
}

/* From a feature and a description to the whole prediction. */
static OrdPrediction *
explain (OrdPredictor *self,
         const float  *feature,
         const float  *description)
{
  const OrdModelParts   *parts = ord_model_get_parts (self->model);
  guint                  n_labels = self->embedder->method->n_labels;
  OrdPrediction         *prediction = g_new0 (OrdPrediction, 1);
  g_autoptr (OrdAnswer)  answer = NULL;
  g_autofree double     *from_head = g_new (double, n_labels);
  gboolean               headed;

  answer = ord_answer_new (self->neighbours, feature, self->labels, n_labels,
                           parts->radius);
  headed = ord_method_answer (self->embedder->method, feature, 1, from_head);

  prediction->n_labels = n_labels;
  prediction->values = g_new (double, n_labels);
  prediction->lows = g_new (double, n_labels);
  prediction->highs = g_new (double, n_labels);
  for (guint k = 0; k < n_labels; k++)
    {
      double value = headed
                     ? parts->label_mean[k] + parts->label_sd[k] * from_head[k]
                     : answer->value[k];
      double half = ord_interval_half_width (&parts->intervals[k],
                                             answer->spread[k]);

      prediction->values[k] = value;
      prediction->lows[k] = value - half;
      prediction->highs[k] = value + half;
    }
  prediction->neighbours = list_neighbours (self, feature, answer, !headed);
  prediction->within_radius = headed || answer->within_radius;
  prediction->in_range =
    is_in_range (self, g_array_index (prediction->neighbours,
                                      OrdPredictionNeighbour, 0).distance,
                 description);
  prediction->feature =
    g_memdup2 (feature, sizeof (float) * self->embedder->width);
  ord_map_place (parts->map, self->neighbours, feature, prediction->point);

  return prediction;
}

OrdPrediction *
ord_predictor_predict (OrdPredictor    *predictor,
                       const OrdImage  *image,
                       const double    *covariates,
                       GCancellable    *cancellable,
                       GError         **error)
{
  OrdEmbedder          *embedder;
  const OrdPreparation *preparation;
  g_autofree float     *input = NULL;
  g_autofree float     *encoded = NULL;
  g_autofree double    *unknown = NULL;
  g_autofree float     *feature = NULL;
  g_autofree float     *description = NULL;
  gboolean              embedded;
  guint                 n_covariates;

  g_return_val_if_fail (ORD_IS_PREDICTOR (predictor), NULL);

  embedder = predictor->embedder;
  preparation = &embedder->preparation;
  g_return_val_if_fail (image->width == preparation->width &&
                        image->height == preparation->height &&
                        image->channels == preparation->channels, NULL);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;

  input = g_new (float, (gsize) image->width * (gsize) image->height *
                        (gsize) image->channels);
  ord_preparation_normalise (preparation, image, input);
  n_covariates = ord_dataset_get_n_covariates (embedder->schema);
  if (n_covariates > 0)
    {
      unknown = g_new (double, n_covariates);
      for (guint i = 0; i < n_covariates; i++)
        unknown[i] = NAN;
      encoded = g_new (float, embedder->covariate_width);
      ord_dataset_encode_covariates (embedder->schema,
                                     covariates ? covariates : unknown, encoded);
    }

  feature = g_new (float, embedder->width);
  description = g_new (float, embedder->description_width);
  g_mutex_lock (&predictor->lock);
  embedded = ord_embedder_embed (embedder, 1, input, encoded, feature,
                                 description, error);
  g_mutex_unlock (&predictor->lock);

  return embedded ? explain (predictor, feature, description) : NULL;
}

void
ord_predictor_answer (OrdPredictor *predictor,
                      const float  *features,
                      gsize         n,
                      double       *values,
                      double       *half_widths)
{
  const OrdModelParts *parts = ord_model_get_parts (predictor->model);
  guint                n_labels = predictor->embedder->method->n_labels;

  /* The spreads come first where the half widths shall stand. */
  ord_embedder_answer (predictor->embedder, predictor->neighbours,
                       predictor->labels, parts->label_mean, parts->label_sd,
                       parts->radius, features, n, values, half_widths, NULL);
  for (gsize i = 0; i < n * n_labels; i++)
    half_widths[i] = ord_interval_half_width (&parts->intervals[i % n_labels],
                                              half_widths[i]);
}

typedef struct
{
  OrdProgressFunc progress;
  gpointer        user_data;
  guint           n;
} ManyProgress;

/* Reading is the first half, the network the second. */
static void
report_reading (const OrdProgress *progress,
                gpointer           data)
{
  ManyProgress *many = data;
  OrdProgress   half = *progress;

  half.fraction *= 0.5;
  if (many->progress)
    many->progress (&half, many->user_data);
}

static void
report_predicting (guint    n_done,
                   gpointer data)
{
  ManyProgress *many = data;
  OrdProgress   progress = {
    .stage = "Predicting",
    .fraction = 0.5 + 0.5 * n_done / many->n,
    .seconds_left = -1.0,
    .loss = NAN,
    .validation_mae = NAN,
    .best_mae = NAN,
  };

  if (many->progress)
    many->progress (&progress, many->user_data);
}

gboolean
ord_predictor_predict_many (OrdPredictor     *predictor,
                            OrdDataset       *dataset,
                            const guint      *samples,
                            guint             n,
                            OrdPrediction   **predictions,
                            GPtrArray        *failures,
                            OrdProgressFunc   progress,
                            gpointer          user_data,
                            GCancellable     *cancellable,
                            GError          **error)
{
  OrdEmbedder            *embedder = predictor->embedder;
  ManyProgress            many = { progress, user_data, n };
  g_autoptr (OrdDataset)  wanted = ord_dataset_subset (dataset, samples, n);
  g_autoptr (OrdLoader)   loader = NULL;
  g_autoptr (GArray)      readable = NULL;
  g_autofree float       *covariates = NULL;
  g_autofree float       *features = NULL;
  g_autofree float       *descriptions = NULL;
  GPtrArray              *unreadable;
  gboolean                embedded;

  loader = ord_loader_new (wanted, &embedder->preparation,
                           g_get_num_processors (), MEMORY_LIMIT);
  readable = ord_loader_check (loader, report_reading, &many, cancellable,
                               error);
  if (!readable)
    return FALSE;
  unreadable = ord_loader_get_failures (loader);
  for (guint i = 0; i < unreadable->len; i++)
    g_ptr_array_add (failures, g_strdup (g_ptr_array_index (unreadable, i)));

  many.n = MAX (readable->len, 1);
  covariates = ord_embedder_encode_covariates (embedder, wanted);
  features = g_new (float, (gsize) many.n * embedder->width);
  descriptions = g_new (float, many.n * embedder->description_width);
  g_mutex_lock (&predictor->lock);
  embedded = ord_embedder_embed_samples (embedder, loader,
                                         (const guint *) readable->data,
                                         readable->len, covariates, features,
                                         descriptions, report_predicting, &many, cancellable,
                                         error);
  g_mutex_unlock (&predictor->lock);
  if (!embedded)
    return FALSE;

  for (guint i = 0; i < n; i++)
    predictions[i] = NULL;
  for (guint i = 0; i < readable->len; i++)
    predictions[g_array_index (readable, guint, i)] =
      explain (predictor, features + (gsize) i * embedder->width,
               descriptions + i * embedder->description_width);

  return TRUE;
}
