/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The registry of encoders, and what they have in common.
 */
#include "ord-encoder-private.h"

struct _OrdEncoder
{
  const OrdEncoderClass *klass;
  OrdGraph              *graph;
};

/* One line per kind; the first is the default. */
static const OrdEncoderClass * const classes[] = {
  &ord_encoder_compact,
};

static const char * const names[] = {
  "compact",
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

gsize
ord_encoder_count (const char       *name,
                   const OrdOptions *options,
                   guint             channels,
                   guint             covariate_width)
{
  const OrdEncoderClass *klass = find_class (name);

  return klass ? klass->count (options, channels, covariate_width) : 0;
}

OrdEncoder *
ord_encoder_new (const char        *name,
                 const OrdOptions  *options,
                 guint              channels,
                 guint              covariate_width,
                 guint64            seed,
                 GError           **error)
{
  const OrdEncoderClass *klass = find_class (name);
  OrdEncoder            *encoder;

  if (!klass)
    {
      ord_set_unknown_error (error, "encoder", name, names);
      return NULL;
    }

  encoder = g_new0 (OrdEncoder, 1);
  encoder->klass = klass;
  encoder->graph = klass->build (options, channels, covariate_width, seed);

  return encoder;
}

void
ord_encoder_free (OrdEncoder *encoder)
{
  if (!encoder)
    return;
  ord_graph_free (encoder->graph);
  g_free (encoder);
}

guint
ord_encoder_get_width (OrdEncoder *encoder)
{
  return (guint) ord_graph_get_width (encoder->graph);
}

GPtrArray *
ord_encoder_get_parameters (OrdEncoder *encoder)
{
  return ord_graph_get_parameters (encoder->graph);
}

void
ord_encoder_parameters_changed (OrdEncoder *encoder)
{
  ord_graph_parameters_changed (encoder->graph);
}

const float *
ord_encoder_forward (OrdEncoder   *encoder,
                     gboolean      training,
                     guint         n,
                     guint         height,
                     guint         width,
                     const float  *images,
                     const float  *covariates,
                     GError      **error)
{
  const float * const inputs[] = { images, covariates };

  return ord_graph_forward (encoder->graph, training, (int) n, (int) height,
                            (int) width, inputs, error);
}

guint
ord_encoder_get_pooled_width (OrdEncoder *encoder)
{
  return (guint) ord_graph_get_description_width (encoder->graph);
}

const float *
ord_encoder_get_pooled (OrdEncoder *encoder)
{
  return ord_graph_get_description (encoder->graph);
}

gboolean
ord_encoder_backward (OrdEncoder   *encoder,
                      const float  *d_features,
                      GError      **error)
{
  return ord_graph_backward (encoder->graph, d_features, error);
}
