/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A model's encoder as an ONNX network, and in its metadata what a person needs
 * to use it elsewhere.
 */
#include "ord-export.h"

#include <json-glib/json-glib.h>
#include <math.h>

#include "../encoder/ord-encoder-export.h"
#include "ord-predictor-private.h"
#include "ord-trainer.h"

/* What a method makes of the encoder's output is a function of its own. All
 * that is written of it is a factor for each number, as rm-loss has one for all;
 * whether that is what the method does is tried, not assumed. */
static gboolean
find_factors (OrdEmbedder  *embedder,
              float        *factors,
              gboolean     *needed,
              GError      **error)
{
  guint             width = embedder->width;
  g_autofree float *rows = g_new (float, 2 * width);

  *needed = FALSE;
  for (guint k = 0; k < width; k++)
    {
      factors[k] = 1.0f;
      rows[k] = 0.0f;
      rows[width + k] = (float) (k % 7) - 2.5f;
    }
  ord_method_embed (embedder->method, factors, 1);
  ord_method_embed (embedder->method, rows, 2);
  for (guint k = 0; k < width; k++)
    {
      double expected = factors[k] * ((double) (k % 7) - 2.5);

      *needed |= factors[k] != 1.0f;
      if (rows[k] == 0.0f && isfinite (factors[k]) &&
          fabs (rows[width + k] - expected) <= 1e-5 * fabs (expected))
        continue;
      g_set_error (error, ORD_ERROR, ORD_ERROR_MODEL,
                   "The method %s does more to a feature than multiply its "
                   "numbers, which cannot be written as a network: train with "
                   "another method", embedder->method->klass->name);
      return FALSE;
    }
  return TRUE;
}

/* (transfer full) */
static char *
print_json (JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);

  return json_to_string (root, FALSE);
}

static char *
list_labels (OrdDataset *dataset)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_array (builder);
  for (guint k = 0; k < ord_dataset_get_n_labels (dataset); k++)
    json_builder_add_string_value (builder,
                                   ord_dataset_get_label_name (dataset, k));
  json_builder_end_array (builder);
  return print_json (builder);
}

static void
add_covariate (JsonBuilder        *builder,
               const OrdCovariate *covariate)
{
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "name");
  json_builder_add_string_value (builder, covariate->name);
  if (covariate->categories)
    {
      json_builder_set_member_name (builder, "categories");
      json_builder_begin_array (builder);
      for (char **category = covariate->categories; *category; category++)
        json_builder_add_string_value (builder, *category);
      json_builder_end_array (builder);
    }
  else
    {
      json_builder_set_member_name (builder, "mean");
      json_builder_add_double_value (builder, covariate->mean);
      json_builder_set_member_name (builder, "sd");
      json_builder_add_double_value (builder, covariate->sd > 0.0
                                              ? covariate->sd : 1.0);
    }
  json_builder_end_object (builder);
}

static char *
list_covariates (OrdDataset *dataset)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_array (builder);
  for (guint i = 0; i < ord_dataset_get_n_covariates (dataset); i++)
    add_covariate (builder, ord_dataset_get_covariate (dataset, i));
  json_builder_end_array (builder);
  return print_json (builder);
}

/* How a picture becomes the input, in words. */
static char *
describe (const OrdModelParts *parts)
{
  const OrdPreparation *preparation = &parts->preparation;

  return g_strdup_printf (
    "The encoder of the model “%s”, by Ordinate. Pictures: turned as EXIF says, "
    "sRGB, transparent parts on white%s; made %d wide and %d high with their "
    "aspect kept (averaged over areas where they shrink), in the middle, and "
    "where something is left over, their border goes on; values from 0 to 1, "
    "minus “mean”, divided by “sd”.", parts->title,
    preparation->channels == 1
    ? ", grey (.2126 red + .7152 green + .0722 blue)" : "",
    preparation->width, preparation->height);
}

static void
tell_model (OrdOnnxWriter       *writer,
            const OrdModelParts *parts)
{
  g_autofree char *words = describe (parts);
  g_autofree char *labels = list_labels (parts->dataset);
  char             radius[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (radius, sizeof radius, "%.9g", parts->radius);
  ord_onnx_writer_set_words (writer, words);
  ord_onnx_writer_set_metadata (writer, "resize", "pad");
  ord_onnx_writer_set_metadata (writer, "title", parts->title);
  ord_onnx_writer_set_metadata (writer, "labels", labels);
  ord_onnx_writer_set_metadata (writer, "unit",
                                ord_dataset_get_unit (parts->dataset));
  ord_onnx_writer_set_metadata (writer, "method", parts->method);
  ord_onnx_writer_set_metadata (writer, "radius", radius);
}

gboolean
ord_export_is_rounded (OrdModel *model)
{
  g_autoptr (OrdOptions) options =
    ord_trainer_options_of (ord_model_get_parts (model), NULL);

  return options &&
         ord_options_get (options, "precision") == ORD_PRECISION_BFLOAT16;
}

gboolean
ord_export_is_averaged (OrdModel *model)
{
  const OrdModelParts    *parts = ord_model_get_parts (model);
  g_autoptr (OrdOptions)  options = ord_trainer_options_of (parts, NULL);

  return options && ord_augmentation_averaged_flips (options) != 0;
}

gboolean
ord_export_encoder (OrdPredictor  *predictor,
                    gboolean       alone,
                    OrdOutput     *output,
                    GError       **error)
{
  OrdModel                  *model = ord_predictor_get_model (predictor);
  const OrdModelParts       *parts = ord_model_get_parts (model);
  OrdEmbedder               *embedder = ord_predictor_get_embedder (predictor);
  g_autoptr (OrdOnnxWriter)  writer = NULL;
  g_autofree float          *factors = g_new (float, embedder->width);
  g_autofree char           *covariates = list_covariates (parts->dataset);
  gboolean                   needed;

  if (!find_factors (embedder, factors, &needed, error))
    return FALSE;
  writer = ord_encoder_export (embedder->encoder, alone,
                               needed ? factors : NULL, error);
  if (!writer)
    return FALSE;
  tell_model (writer, parts);
  ord_onnx_writer_set_metadata (writer, "covariates", covariates);
  return ord_onnx_writer_save (writer, output, error);
}
