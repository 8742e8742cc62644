/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A pretrained convolutional network that is trained on, with a head that is
 * new: the network at a rate of its own, which is lower.
 */
#include "ord-encoder-private.h"

#include "../onnx/ord-onnx-import.h"

static const char * const heads[] = { "none", "layers", NULL };

static const OrdOptionSpec options[] = {
  { "head", "what makes the feature of the network's output: layers, or none",
    1, 0, 1, TRUE, heads },
  { "hidden", "width of the layer before the feature", 512, 8, 4096, TRUE, NULL },
  { "width", "numbers in a feature", 128, 2, 4096, TRUE, NULL },
  { "encoder-rate", "of the learning rate, the share for the network", 0.05,
    0.0, 1.0, FALSE, NULL },
  { NULL }
};

static OrdOnnx *
parse (const OrdEncoderSpec  *spec,
       GError               **error)
{
  const OrdPretrained *network = spec->pretrained;

  return network->structure
         ? ord_onnx_parse_structure (network->bytes, network->name, error)
         : ord_onnx_parse (network->bytes, network->name, error);
}

static OrdOnnxImport
how_to_import (const OrdEncoderSpec *spec)
{
  const OrdPretrained  *network = spec->pretrained;
  const OrdPreparation *preparation = spec->preparation;

  return (OrdOnnxImport) {
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

static gboolean
has_head (const OrdEncoderSpec *spec)
{
  return ord_options_get (spec->options, "head") > 0.5;
}

static gboolean
finetuned_build (OrdEncoder            *encoder,
                 const OrdEncoderSpec  *spec,
                 GError               **error)
{
  g_autoptr (OrdOnnx) onnx = parse (spec, error);
  OrdOnnxImport       how = how_to_import (spec);
  OrdNode             image, feature, covariates = -1;

  if (!onnx)
    return FALSE;
  if (spec->limit > 0 && ord_onnx_import_count (onnx, &how) > spec->limit)
    {
      g_set_error (error, ORD_ERROR, ORD_ERROR_MODEL,
                   "its network %s has more numbers than the file; train it "
                   "again or get a fresh copy", spec->pretrained->name);
      return FALSE;
    }
  encoder->graph = ord_graph_new (spec->seed);
  image = ord_graph_image_input (encoder->graph, "image",
                                 spec->preparation->channels, FALSE);
  if (spec->covariate_width > 0 && has_head (spec))
    covariates = ord_graph_vector_input (encoder->graph, "covariates",
                                         (int) spec->covariate_width, FALSE);
  if (!ord_onnx_import (onnx, &how, encoder->graph, image, &feature, error))
    return FALSE;
  if (has_head (spec))
    ord_encoder_add_head (encoder->graph, feature, covariates, spec->options);

  return TRUE;
}

static OrdPretrained *
finetuned_keep (OrdEncoder  *encoder,
                GError     **error)
{
  OrdPretrained       *network = encoder->pretrained;
  g_autoptr (OrdOnnx)  onnx = NULL;
  g_autoptr (GBytes)   structure = NULL;

  if (network->structure)
    return ord_pretrained_ref (network);
  onnx = ord_onnx_parse (network->bytes, network->name, error);
  structure = onnx ? ord_onnx_strip_weights (onnx, error) : NULL;
  return structure ? ord_pretrained_with (network, structure, TRUE) : NULL;
}

const OrdEncoderClass ord_encoder_finetuned = {
  .name = "finetuned",
  .summary = "a pretrained network that is trained on (--encoder FILE.onnx "
             "--finetune)",
  .options = options,
  .pretrained = TRUE,
  .build = finetuned_build,
  .keep = finetuned_keep,
};
