/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Encoder and method together.
 */
#include "ord-embedder-private.h"

#include <math.h>
#include <string.h>

#include "../data/ord-picture-statistics.h"

/* Prediction works in batches of so many pixels, and at most so many pictures:
 * memory grows with them, speed hardly does. */
#define BATCH_PIXELS (64 * 128 * 128)
#define BATCH        64

OrdEmbedder *
ord_embedder_new (const char            *method,
                  const OrdEncoderSpec  *spec,
                  OrdDataset            *schema,
                  GError               **error)
{
  g_autoptr (OrdEmbedder)  embedder = g_new0 (OrdEmbedder, 1);
  const OrdPreparation    *preparation = spec->preparation;
  OrdEncoderSpec           whole = *spec;

  embedder->preparation = *preparation;
  embedder->schema = g_object_ref (schema);
  embedder->covariate_width = ord_dataset_get_covariate_width (schema);
  whole.covariate_width = embedder->covariate_width;
  embedder->encoder = ord_encoder_new (&whole, error);
  if (!embedder->encoder)
    return NULL;
  embedder->width = ord_encoder_get_width (embedder->encoder);
  embedder->method = ord_method_new (method, spec->options, embedder->width,
                                     ord_dataset_get_n_labels (schema),
                                     spec->seed, error);
  if (!embedder->method)
    return NULL;
  embedder->description_width =
    ord_encoder_get_pooled_width (embedder->encoder) +
    ord_picture_appearance_width (preparation) +
    ord_picture_layout_width (preparation);

  return g_steal_pointer (&embedder);
}

void
ord_embedder_free (OrdEmbedder *embedder)
{
  if (!embedder)
    return;
  g_clear_object (&embedder->schema);
  g_clear_pointer (&embedder->encoder, ord_encoder_free);
  g_clear_pointer (&embedder->method, ord_method_free);
  g_free (embedder);
}

GPtrArray *
ord_embedder_get_parameters (OrdEmbedder *embedder)
{
  GPtrArray             *all = g_ptr_array_new ();
  g_autoptr (GPtrArray)  of_encoder =
    ord_encoder_get_parameters (embedder->encoder);

  g_ptr_array_extend (all, of_encoder, NULL, NULL);
  g_ptr_array_extend (all, embedder->method->parameters, NULL, NULL);

  return all;
}

void
ord_embedder_store (OrdEmbedder *embedder,
                    GPtrArray   *tensors)
{
  g_autoptr (GPtrArray) parameters =
    ord_encoder_get_parameters (embedder->encoder);

  ord_parameters_store (parameters, "encoder/", tensors);
  ord_method_store (embedder->method, tensors);
}

gboolean
ord_embedder_load (OrdEmbedder  *embedder,
                   GPtrArray    *tensors,
                   GError      **error)
{
  g_autoptr (GPtrArray) parameters =
    ord_encoder_get_parameters (embedder->encoder);

  if (!ord_parameters_load (parameters, "encoder/", tensors, error) ||
      !ord_method_load (embedder->method, tensors, error))
    return FALSE;
  ord_encoder_parameters_changed (embedder->encoder);
  return TRUE;
}

/* Averages of activations that are never negative have long tails above; their
 * roots are closer to the normal distribution that novelty takes them for. */
static float
signed_root (float value)
{
  return copysignf (sqrtf (fabsf (value)), value);
}

/* @inputs: of the latest forward pass */
static void
describe (OrdEmbedder *embedder,
          guint        n,
          const float *inputs,
          float       *descriptions)
{
  const OrdPreparation *preparation = &embedder->preparation;
  gsize                 size = (gsize) preparation->channels *
                               (gsize) preparation->height *
                               (gsize) preparation->width;
  gsize                 n_pooled =
    ord_encoder_get_pooled_width (embedder->encoder);
  gsize                 n_appearance =
    ord_picture_appearance_width (preparation);
  const float          *pooled =
    n_pooled > 0 ? ord_encoder_get_pooled (embedder->encoder) : NULL;

  for (guint i = 0; i < n; i++)
    {
      float *row = descriptions + i * embedder->description_width;

      for (gsize k = 0; k < n_pooled; k++)
        row[k] = signed_root (pooled[i * n_pooled + k]);
      ord_picture_appearance (preparation, inputs + i * size, row + n_pooled);
      ord_picture_layout (preparation, inputs + i * size,
                          row + n_pooled + n_appearance);
    }
}

/* @rows: (nullable): of the frozen part, where they are known */
static gboolean
embed (OrdEmbedder  *embedder,
       guint         n,
       const float  *inputs,
       const float  *rows,
       const float  *covariates,
       float        *features,
       float        *descriptions,
       GError      **error)
{
  const float *output;

  output = rows ? ord_encoder_forward_frozen (embedder->encoder, FALSE, n, rows,
                                              covariates, error)
                : ord_encoder_forward (embedder->encoder, FALSE, n, inputs,
                                       covariates, error);
  if (!output)
    return FALSE;
  memcpy (features, output, sizeof (float) * n * embedder->width);
  ord_method_embed (embedder->method, features, n);
  if (descriptions)
    describe (embedder, n, inputs, descriptions);
  return TRUE;
}

gboolean
ord_embedder_embed (OrdEmbedder  *embedder,
                    guint         n,
                    const float  *inputs,
                    const float  *covariates,
                    float        *features,
                    float        *descriptions,
                    GError      **error)
{
  return embed (embedder, n, inputs, NULL, covariates, features, descriptions,
                error);
}

static guint
batch_size (const OrdPreparation *preparation)
{
  return (guint) CLAMP (BATCH_PIXELS / (preparation->width *
                                        preparation->height), 1, BATCH);
}

/* @covariates, @features, @descriptions: of the batch's samples, of the batch */
static gboolean
embed_batch (OrdEmbedder     *embedder,
             const OrdBatch  *batch,
             const float     *covariates,
             float           *features,
             float           *descriptions,
             GError         **error)
{
  guint             width = embedder->covariate_width;
  guint             row_width = ord_encoder_get_frozen_width (embedder->encoder);
  g_autofree float *of_batch = g_new (float, (gsize) batch->n * (width + 1));
  g_autofree float *rows = g_new (float, (gsize) batch->n * (row_width + 1));

  for (guint i = 0; i < batch->n && embedder->known; i++)
    memcpy (rows + (gsize) i * row_width,
            embedder->known + (gsize) batch->samples[i] * row_width,
            sizeof (float) * row_width);
  for (guint i = 0; i < batch->n && covariates; i++)
    memcpy (of_batch + (gsize) i * width,
            covariates + (gsize) batch->samples[i] * width,
            sizeof (float) * width);
  return embed (embedder, batch->n, batch->inputs,
                embedder->known ? rows : NULL, of_batch, features,
                descriptions, error);
}

gboolean
ord_embedder_embed_samples (OrdEmbedder          *embedder,
                            OrdLoader            *loader,
                            const guint          *samples,
                            guint                 n,
                            const float          *covariates,
                            float                *features,
                            float                *descriptions,
                            OrdEmbedderProgress   progress,
                            gpointer              user_data,
                            GCancellable         *cancellable,
                            GError              **error)
{
  guint    size = batch_size (&embedder->preparation);
  /* Known rows spare the pictures, unless they are to be described. */
  gboolean looks = !embedder->known || descriptions;
  guint    done = 0;

  if (looks)
    ord_loader_start (loader, samples, n, size, NULL, 0);
  while (done < n)
    {
      OrdBatch        known = { MIN (size, n - done), NULL,
                                (guint *) samples + done };
      const OrdBatch *batch = looks ? ord_loader_next (loader, error) : &known;

      if (!batch || g_cancellable_set_error_if_cancelled (cancellable, error) ||
          !embed_batch (embedder, batch, covariates,
                        features + (gsize) done * embedder->width,
                        descriptions
                        ? descriptions + done * embedder->description_width
                        : NULL, error))
        return FALSE;
      done += batch->n;
      if (progress)
        progress (done, user_data);
    }

  return TRUE;
}

gboolean
ord_embedder_embed_augmented (OrdEmbedder           *embedder,
                              OrdLoader             *loader,
                              const guint           *samples,
                              guint                  n,
                              const float           *covariates,
                              const OrdAugmentation *augmentation,
                              guint64                seed,
                              float                 *features,
                              GCancellable          *cancellable,
                              GError               **error)
{
  g_return_val_if_fail (!embedder->known, FALSE);

  ord_loader_start (loader, samples, n, batch_size (&embedder->preparation),
                    augmentation, seed);
  for (guint done = 0; done < n;)
    {
      const OrdBatch *batch = ord_loader_next (loader, error);

      if (!batch || g_cancellable_set_error_if_cancelled (cancellable, error) ||
          !embed_batch (embedder, batch, covariates,
                        features + (gsize) done * embedder->width, NULL, error))
        return FALSE;
      done += batch->n;
    }

  return TRUE;
}

/* Index of the category of that name, or −1. */
static int
find_category (const OrdCovariate *covariate,
               const char         *name)
{
  for (int i = 0; covariate->categories[i]; i++)
    if (g_str_equal (covariate->categories[i], name))
      return i;
  return -1;
}

static double
translate (const OrdCovariate *to,
           const OrdCovariate *from,
           double              value)
{
  int category;

  if (isnan (value) || (to->categories == NULL) != (from->categories == NULL))
    return NAN;
  if (!to->categories)
    return value;
  category = find_category (to, from->categories[(guint) value]);
  return category < 0 ? NAN : category;
}

float *
ord_embedder_encode_covariates (OrdEmbedder *embedder,
                                OrdDataset  *dataset)
{
  OrdDataset        *schema = embedder->schema;
  guint              n_to = ord_dataset_get_n_covariates (schema);
  guint              n_from = ord_dataset_get_n_covariates (dataset);
  guint              n = ord_dataset_get_n_samples (dataset);
  g_autofree double *values = g_new (double, n_to + 1);
  float             *encoded;

  if (embedder->covariate_width == 0)
    return NULL;

  encoded = g_new (float, (gsize) n * embedder->covariate_width);
  for (guint i = 0; i < n; i++)
    {
      const OrdSample *sample = ord_dataset_get_sample (dataset, i);

      for (guint to = 0; to < n_to; to++)
        {
          const OrdCovariate *wanted = ord_dataset_get_covariate (schema, to);

          values[to] = NAN;
          for (guint from = 0; from < n_from; from++)
            {
              const OrdCovariate *known =
                ord_dataset_get_covariate (dataset, from);

              if (g_str_equal (known->name, wanted->name))
                values[to] = translate (wanted, known, sample->covariates[from]);
            }
        }
      ord_dataset_encode_covariates (schema, values,
                                     encoded +
                                     (gsize) i * embedder->covariate_width);
    }

  return encoded;
}

void
ord_embedder_answer (OrdEmbedder         *embedder,
                     const OrdNeighbours *neighbours,
                     const double        *labels,
                     const double        *label_mean,
                     const double        *label_sd,
                     double               radius,
                     const float         *features,
                     gsize                n,
                     double              *values,
                     double              *spreads,
                     float               *nearest)
{
  guint n_labels = embedder->method->n_labels;

  ord_answer_many (neighbours, features, n, labels, n_labels, radius, values,
                   spreads, nearest);
  if (ord_method_answer (embedder->method, features, n, values))
    for (gsize i = 0; i < n * n_labels; i++)
      values[i] = label_mean[i % n_labels] + label_sd[i % n_labels] * values[i];
}
