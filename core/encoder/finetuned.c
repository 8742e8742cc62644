/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A pretrained convolutional network that is trained on, with a head that is
 * new: the network at a rate of its own, which is lower.
 */
#include "ord-encoder-export.h"
#include "ord-encoder-private.h"

#include "../onnx/ord-onnx-import.h"

static const OrdOptionSpec options[] = {
  ORD_ENCODER_HEAD_OPTIONS,
  { "encoder-rate", "of the learning rate, the share for the network", 0.05,
    0.0, 1.0, FALSE, NULL },
  { NULL }
};

static OrdOnnxImport
how_to_import (const OrdEncoderSpec *spec)
{
  const OrdPretrained  *network = spec->pretrained;
  const OrdPreparation *preparation = spec->preparation;
  gsize                 size = g_bytes_get_size (network->bytes);

  return (OrdOnnxImport) {
    /* Of a structure, the numbers are elsewhere. */
    .limit = network->structure ? spec->limit
             : spec->limit > 0 ? MIN (spec->limit, size) : size,
    .output = network->output,
    .from = network->from,
    .rate = ord_options_get (spec->options, "encoder-rate"),
    .height = preparation->height,
    .width = preparation->width,
    .channels = preparation->channels,
    .mean = { network->mean[0], network->mean[1], network->mean[2] },
    .sd = { network->sd[0], network->sd[1], network->sd[2] },
    .grey_mean = preparation->mean[0],
    .grey_sd = preparation->sd[0],
  };
}

/* A model keeps the weights among its tensors, as they were trained: of the file
 * only the structure is left. */
static gboolean
keep_structure (OrdEncoder     *encoder,
                const OrdOnnx  *onnx,
                GError        **error)
{
  g_autoptr (OrdPretrained) whole = NULL;
  g_autoptr (GBytes)        structure = NULL;

  if (encoder->pretrained->structure)
    return TRUE;
  structure = ord_onnx_strip_weights (onnx, error);
  if (!structure)
    return FALSE;
  whole = encoder->pretrained;
  encoder->pretrained = ord_pretrained_with (whole, structure, TRUE);
  return TRUE;
}

/* A network of ours may be more than layers. */
static gboolean
check_views (const OrdOnnx        *onnx,
             const OrdPretrained  *network,
             GError              **error)
{
  if (g_strcmp0 (ord_onnx_get_metadata (onnx, ORD_ENCODER_EXPORT_VIEWS),
                 ORD_ENCODER_EXPORT_MIRRORED) != 0)
    return TRUE;
  g_set_error (error, ORD_ERROR, ORD_ERROR_MODEL,
               "%s makes the mean of a picture and its mirror images, which cannot be "
               "trained on. Export it with --no-average-flips, or leave out "
               "--finetune", network->name);
  return FALSE;
}

static gboolean
finetuned_build (OrdEncoder            *encoder,
                 const OrdEncoderSpec  *spec,
                 GError               **error)
{
  g_autoptr (OrdOnnx) onnx = ord_pretrained_parse (spec->pretrained, error);
  OrdOnnxImport       how = how_to_import (spec);
  OrdNode             image, feature;

  if (!onnx || !check_views (onnx, spec->pretrained, error))
    return FALSE;
  encoder->graph = ord_graph_new (spec->seed);
  image = ord_graph_image_input (encoder->graph, "image",
                                 spec->preparation->channels, FALSE);
  if (!ord_onnx_import (onnx, &how, encoder->graph, image, &feature, error))
    return FALSE;
  if (ord_encoder_wants_head (spec->options))
    ord_encoder_add_head (encoder->graph, feature, spec->covariate_width,
                          spec->options);

  return keep_structure (encoder, onnx, error);
}

const OrdEncoderClass ord_encoder_finetuned = {
  .name = "finetuned",
  .summary = "a pretrained network that is trained on (--encoder FILE.onnx "
             "--finetune)",
  .options = options,
  .pretrained = TRUE,
  .build = finetuned_build,
};
