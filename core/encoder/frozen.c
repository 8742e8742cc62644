/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A pretrained network as it is, run by ONNX Runtime, and a small head that is
 * trained on what it finds; or no head, and what it finds is the feature.
 */
#include "ord-encoder-private.h"

#include <omp.h>

static const OrdOptionSpec options[] = {
  ORD_ENCODER_HEAD_OPTIONS,
  { "copies", "augmented copies of each training picture beside itself",
    1, 0, 100, TRUE, NULL },
  { "feature-cache", "MiB on disk for what the network makes of pictures, for "
    "later trainings; 0: none", 4096, 0, 1048576, TRUE, NULL },
  { NULL }
};

/* Told by the network itself: it is asked. */
static OrdOnnxSession *
open_session (const OrdEncoderSpec  *spec,
              guint                 *width,
              GError               **error)
{
  const OrdPretrained        *network = spec->pretrained;
  g_autoptr (OrdOnnxSession)  session = NULL;

  session = ord_onnx_session_new (network->bytes, network->name,
                                  network->output,
                                  (guint) omp_get_max_threads (), error);
  if (!session ||
      !ord_onnx_session_probe (session, (guint) spec->preparation->height,
                               (guint) spec->preparation->width, width, error))
    return NULL;
  return g_steal_pointer (&session);
}

static gboolean
frozen_build (OrdEncoder            *encoder,
              const OrdEncoderSpec  *spec,
              GError               **error)
{
  OrdNode rows;

  encoder->session = open_session (spec, &encoder->frozen_width, error);
  if (!encoder->session)
    return FALSE;
  if (!ord_encoder_wants_head (spec->options))
    return TRUE;

  encoder->graph = ord_graph_new (spec->seed);
  rows = ord_graph_vector_input (encoder->graph, "rows",
                                 (int) encoder->frozen_width, FALSE);
  ord_encoder_add_head (encoder->graph, rows, spec->covariate_width,
                        spec->options);

  return TRUE;
}

/* A grey picture in the three channels that the network wants, each with its
 * own normalisation. */
static float *
colour (const OrdEncoder *encoder,
        guint             n,
        const float      *images)
{
  const OrdPreparation *preparation = &encoder->preparation;
  const OrdPretrained  *network = encoder->pretrained;
  gsize                 size = (gsize) preparation->height *
                               (gsize) preparation->width;
  float                *coloured = g_new (float, n * 3 * size);

  for (guint i = 0; i < n; i++)
    for (guint c = 0; c < 3; c++)
      {
        float factor = preparation->sd[0] / network->sd[c];
        float shift = (preparation->mean[0] - network->mean[c]) / network->sd[c];

        for (gsize k = 0; k < size; k++)
          coloured[(i * 3 + c) * size + k] = images[i * size + k] * factor +
                                             shift;
      }
  return coloured;
}

static gboolean
frozen_freeze (OrdEncoder   *encoder,
               guint         n,
               const float  *images,
               float        *rows,
               GError      **error)
{
  guint             channels = ord_onnx_session_get_channels (encoder->session);
  g_autofree float *coloured = NULL;

  if (channels == 3 && encoder->preparation.channels == 1)
    images = coloured = colour (encoder, n, images);
  else if (channels != (guint) encoder->preparation.channels)
    {
      g_set_error (error, ORD_ERROR, ORD_ERROR_OPTION,
                   "%s reads grey pictures, and these are in colour",
                   encoder->pretrained->name);
      return FALSE;
    }
  return ord_onnx_session_run (encoder->session, n,
                               (guint) encoder->preparation.height,
                               (guint) encoder->preparation.width, images, rows,
                               error);
}

const OrdEncoderClass ord_encoder_frozen = {
  .name = "frozen",
  .summary = "a pretrained network as it is (--encoder FILE.onnx), and a head",
  .options = options,
  .pretrained = TRUE,
  .build = frozen_build,
  .freeze = frozen_freeze,
};
