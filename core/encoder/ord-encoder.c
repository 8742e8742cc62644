/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The registry of encoders, and what they have in common.
 */
#include "ord-encoder-private.h"

#include <string.h>

/* One line per kind; the first is the default. */
static const OrdEncoderClass * const classes[] = {
  &ord_encoder_compact,
  &ord_encoder_frozen,
  &ord_encoder_finetuned,
};

static const char * const names[] = {
  "compact",
  "frozen",
  "finetuned",
  NULL
};

G_STATIC_ASSERT (G_N_ELEMENTS (names) == G_N_ELEMENTS (classes) + 1);

static const OrdEncoderClass *
find_class (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (classes); i++)
    if (g_strcmp0 (classes[i]->name, name) == 0)
      return classes[i];
  return NULL;
}

const char * const *
ord_encoder_list (void)
{
  return names;
}

const char *
ord_encoder_summary (const char *name)
{
  const OrdEncoderClass *klass = find_class (name);

  return klass ? klass->summary : NULL;
}

const OrdOptionSpec *
ord_encoder_get_options (const char *name)
{
  const OrdEncoderClass *klass = find_class (name);

  return klass ? klass->options : NULL;
}

gboolean
ord_encoder_is_pretrained (const char *name)
{
  const OrdEncoderClass *klass = find_class (name);

  return klass && klass->pretrained;
}

const char *
ord_encoder_of_network (gboolean trained)
{
  return trained ? ord_encoder_finetuned.name : ord_encoder_frozen.name;
}

gboolean
ord_encoder_is_frozen (const char *name)
{
  const OrdEncoderClass *klass = find_class (name);

  return klass && klass->freeze;
}

gsize
ord_encoder_count (const OrdEncoderSpec *spec)
{
  const OrdEncoderClass *klass = find_class (spec->kind);

  return klass && klass->count ? klass->count (spec) : 0;
}

OrdEncoder *
ord_encoder_new (const OrdEncoderSpec  *spec,
                 GError               **error)
{
  const OrdEncoderClass *klass = find_class (spec->kind);
  g_autoptr (OrdEncoder) encoder = NULL;

  if (!klass)
    {
      ord_set_unknown_error (error, "encoder", spec->kind, names);
      return NULL;
    }
  if (klass->pretrained != (spec->pretrained != NULL))
    {
      g_set_error (error, ORD_ERROR, ORD_ERROR_OPTION,
                   klass->pretrained
                   ? "The encoder “%s” needs a network: --encoder FILE.onnx"
                   : "The encoder “%s” takes no network from a file",
                   spec->kind);
      return NULL;
    }

  encoder = g_new0 (OrdEncoder, 1);
  encoder->klass = klass;
  encoder->preparation = *spec->preparation;
  if (spec->pretrained)
    encoder->pretrained = ord_pretrained_ref (spec->pretrained);
  if (!klass->build (encoder, spec, error))
    return NULL;
  if (encoder->graph && ord_precision_is_supported (spec->precision))
    ord_graph_set_precision (encoder->graph, spec->precision);

  return g_steal_pointer (&encoder);
}

void
ord_encoder_free (OrdEncoder *encoder)
{
  if (!encoder)
    return;
  g_clear_pointer (&encoder->graph, ord_graph_free);
  g_clear_pointer (&encoder->session, ord_onnx_session_free);
  g_clear_pointer (&encoder->pretrained, ord_pretrained_unref);
  g_free (encoder->rows);
  g_free (encoder->mean);
  g_free (encoder);
}

guint
ord_encoder_get_width (OrdEncoder *encoder)
{
  return encoder->graph ? (guint) ord_graph_get_width (encoder->graph)
                        : encoder->frozen_width;
}

GPtrArray *
ord_encoder_get_parameters (OrdEncoder *encoder)
{
  return encoder->graph
         ? g_ptr_array_ref (ord_graph_get_parameters (encoder->graph))
         : g_ptr_array_new ();
}

void
ord_encoder_parameters_changed (OrdEncoder *encoder)
{
  if (encoder->graph)
    ord_graph_parameters_changed (encoder->graph);
}

guint
ord_encoder_get_frozen_width (OrdEncoder *encoder)
{
  return encoder->frozen_width;
}

gboolean
ord_encoder_freeze (OrdEncoder   *encoder,
                    guint         n,
                    const float  *images,
                    float        *rows,
                    GError      **error)
{
  g_return_val_if_fail (encoder->klass->freeze, FALSE);
  return encoder->klass->freeze (encoder, n, images, rows, error);
}

const float *
ord_encoder_forward_frozen (OrdEncoder   *encoder,
                            gboolean      training,
                            guint         n,
                            const float  *rows,
                            const float  *covariates,
                            GError      **error)
{
  const float * const inputs[] = { rows, covariates };

  return encoder->graph
         ? ord_graph_forward (encoder->graph, training, (int) n, 0, 0, inputs,
                              error)
         : rows;
}

void
ord_encoder_set_flips (OrdEncoder *encoder,
                       guint       flips)
{
  g_return_if_fail (flips < 1u << ORD_N_FLIPS);
  encoder->flips = encoder->klass->freeze ? 0 : flips;
}

/* Of the pictures as they are. */
static const float *
forward_plain (OrdEncoder   *encoder,
               gboolean      training,
               guint         n,
               const float  *images,
               const float  *covariates,
               GError      **error)
{
  const float * const inputs[] = { images, covariates };

  if (!encoder->klass->freeze)
    return ord_graph_forward (encoder->graph, training, (int) n,
                              encoder->preparation.height,
                              encoder->preparation.width, inputs, error);
  if (n > encoder->n_rows)
    {
      encoder->rows = g_renew (float, encoder->rows,
                               (gsize) n * encoder->frozen_width);
      encoder->n_rows = n;
    }
  return ord_encoder_freeze (encoder, n, images, encoder->rows, error)
         ? ord_encoder_forward_frozen (encoder, training, n, encoder->rows,
                                       covariates, error)
         : NULL;
}

static gboolean
add_features (OrdEncoder   *encoder,
              guint         n,
              const float  *images,
              const float  *covariates,
              GError      **error)
{
  gsize        count = (gsize) n * ord_encoder_get_width (encoder);
  const float *features = forward_plain (encoder, FALSE, n, images, covariates,
                                         error);

  for (gsize i = 0; i < count && features; i++)
    encoder->mean[i] += features[i];
  return features != NULL;
}

static const float *
forward_mirrored (OrdEncoder   *encoder,
                  guint         n,
                  const float  *images,
                  const float  *covariates,
                  GError      **error)
{
  const OrdPreparation *preparation = &encoder->preparation;
  gsize                 count = (gsize) n * ord_encoder_get_width (encoder);
  gsize                 n_planes = (gsize) n * (gsize) preparation->channels;
  gsize                 plane = (gsize) preparation->height *
                                (gsize) preparation->width;
  g_autofree float     *mirrored = g_new (float, n_planes * plane);
  guint                 n_views = 1;

  encoder->mean = g_renew (float, encoder->mean, count);
  memset (encoder->mean, 0, sizeof (float) * count);
  for (guint view = 1; view <= encoder->flips; view++)
    {
      if ((view & ~encoder->flips) != 0)
        continue;
      ord_preparation_mirror (preparation, n, images, view, mirrored);
      if (!add_features (encoder, n, mirrored, covariates, error))
        return NULL;
      n_views++;
    }
  /* Itself comes last, so that what was pooled is of the picture as it is. */
  if (!add_features (encoder, n, images, covariates, error))
    return NULL;
  for (gsize i = 0; i < count; i++)
    encoder->mean[i] /= (float) n_views;

  return encoder->mean;
}

const float *
ord_encoder_forward (OrdEncoder   *encoder,
                     gboolean      training,
                     guint         n,
                     const float  *images,
                     const float  *covariates,
                     GError      **error)
{
  return training || encoder->flips == 0
         ? forward_plain (encoder, training, n, images, covariates, error)
         : forward_mirrored (encoder, n, images, covariates, error);
}

OrdPretrained *
ord_encoder_get_pretrained (OrdEncoder *encoder)
{
  return encoder->pretrained;
}

guint
ord_encoder_get_pooled_width (OrdEncoder *encoder)
{
  return encoder->graph
         ? (guint) ord_graph_get_description_width (encoder->graph) : 0;
}

const float *
ord_encoder_get_pooled (OrdEncoder *encoder)
{
  return encoder->graph ? ord_graph_get_description (encoder->graph) : NULL;
}

gboolean
ord_encoder_backward (OrdEncoder   *encoder,
                      const float  *d_features,
                      GError      **error)
{
  return !encoder->graph ||
         ord_graph_backward (encoder->graph, d_features, error);
}
