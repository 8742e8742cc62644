/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Steps of training as the trainer takes them: forward, loss, backward,
 * optimiser. Of the compact network with its default options, or of a
 * pretrained one.
 *
 *   prepare compact SIZE BATCH STEPS PRECISION    labels.f32, pictures.f32
 *                                                 (n, 1, SIZE, SIZE)
 *   prepare loading SIZE BATCH STEPS PRECISION    decoded and augmented anew,
 *                                                 from those below dataset/
 *   prepare finetune SIZE BATCH STEPS PRECISION   network.onnx, pictures.f32
 *                                                 (n, 3, SIZE, SIZE)
 *
 * PRECISION is float or bfloat16.
 */
#include "bench.h"

#include <omp.h>

#include "data/ord-loader.h"
#include "encoder/ord-encoder.h"
#include "methods/ord-method-private.h"
#include "network/ord-optimiser.h"

static struct
{
  OrdPreparation  preparation;
  OrdOptions     *options;
  OrdEncoder     *encoder;
  OrdMethod      *method;
  OrdOptimiser   *optimiser;
  GPtrArray      *parameters;
  float          *pictures;
  float          *labels;
  float          *d_features;
  OrdDataset     *dataset;
  OrdLoader      *loader;
  guint          *order;
  gsize           size;
  gsize           batch;
  gsize           steps;
} work;

static void
clear (void)
{
  g_clear_pointer (&work.optimiser, ord_optimiser_free);
  g_clear_pointer (&work.parameters, g_ptr_array_unref);
  g_clear_pointer (&work.encoder, ord_encoder_free);
  g_clear_pointer (&work.method, ord_method_free);
  g_clear_pointer (&work.options, ord_options_free);
  g_clear_pointer (&work.pictures, g_free);
  g_clear_pointer (&work.labels, g_free);
  g_clear_pointer (&work.d_features, g_free);
  g_clear_object (&work.loader);
  g_clear_object (&work.dataset);
  g_clear_pointer (&work.order, g_free);
}

static gboolean
read_precision (const char   *word,
                OrdPrecision *precision,
                GError      **error)
{
  *precision = g_strcmp0 (word, "bfloat16") == 0 ? ORD_PRECISION_BFLOAT16
                                                 : ORD_PRECISION_FLOAT;
  if (ord_precision_is_supported (*precision))
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
               "This processor does not calculate in %s", word);
  return FALSE;
}

static gboolean
make_network (const char   *kind,
              OrdPrecision  precision,
              GError      **error)
{
  g_autoptr (OrdPretrained) pretrained = NULL;
  g_autoptr (GPtrArray)     own = NULL;
  OrdEncoderSpec            spec = {
    .kind = kind,
    .preparation = &work.preparation,
    .seed = 1,
    .precision = precision,
  };

  work.options = ord_options_new ();
  ord_options_add (work.options, ord_encoder_get_options (kind));
  ord_options_add (work.options, ord_method_get_options ("rm-loss"));
  ord_options_add (work.options, ord_augmentation_options);
  if (ord_encoder_is_pretrained (kind))
    {
      g_autofree char *path = bench_path ("network.onnx");

      pretrained = ord_pretrained_open (path, NULL, NULL, NULL, NULL, error);
      if (pretrained == NULL)
        return FALSE;
    }
  spec.options = work.options;
  spec.pretrained = pretrained;

  work.encoder = ord_encoder_new (&spec, error);
  if (work.encoder == NULL)
    return FALSE;
  work.method = ord_method_new ("rm-loss", work.options,
                                ord_encoder_get_width (work.encoder), 1, 1,
                                error);
  if (work.method == NULL)
    return FALSE;

  own = ord_encoder_get_parameters (work.encoder);
  work.parameters = g_ptr_array_new ();
  g_ptr_array_extend (work.parameters, own, NULL, NULL);
  g_ptr_array_extend (work.parameters, work.method->parameters, NULL, NULL);
  work.optimiser = ord_optimiser_new (work.parameters);

  return TRUE;
}

static gboolean
open_folder (GError **error)
{
  g_autofree char *path = bench_path ("dataset");
  gsize            n = work.batch * work.steps;

  work.dataset = ord_dataset_list (path, error);
  if (work.dataset == NULL)
    return FALSE;
  work.loader = ord_loader_new (work.dataset, &work.preparation,
                                (guint) omp_get_max_threads (), 0);
  work.order = g_new (guint, n);
  for (gsize i = 0; i < n; i++)
    work.order[i] = i % ord_dataset_get_n_samples (work.dataset);

  return TRUE;
}

static gboolean
prepare (char  **words,
         GError **error)
{
  gboolean     finetune = g_str_equal (words[0], "finetune");
  int          channels = finetune ? 3 : 1;
  OrdPrecision precision;

  clear ();
  if (!bench_number (words, 1, &work.size, error)
      || !bench_number (words, 2, &work.batch, error)
      || !bench_number (words, 3, &work.steps, error)
      || !read_precision (words[4], &precision, error))
    return FALSE;
  work.preparation = (OrdPreparation) {
    (int) work.size, (int) work.size, channels,
    { 0.5f, 0.5f, 0.5f }, { 0.25f, 0.25f, 0.25f }
  };
  if (!make_network (finetune ? "finetuned" : "compact", precision, error))
    return FALSE;

  work.labels = bench_floats ("labels.f32", work.batch * work.steps, error);
  if (work.labels == NULL)
    return FALSE;
  work.d_features = g_new (float, work.batch
                                  * ord_encoder_get_width (work.encoder));
  if (g_str_equal (words[0], "loading"))
    return open_folder (error);
  work.pictures = bench_floats ("pictures.f32",
                                work.batch * work.steps * channels
                                * work.size * work.size, error);

  return work.pictures != NULL;
}

static gboolean
step (const float *pictures,
      const float *labels,
      GError     **error)
{
  OrdMethodBatch judged = { .n = work.batch, .labels = labels };

  judged.features = ord_encoder_forward (work.encoder, TRUE, work.batch,
                                         pictures, NULL, error);
  if (judged.features == NULL)
    return FALSE;
  ord_method_loss (work.method, &judged, work.d_features);
  if (!ord_encoder_backward (work.encoder, work.d_features, error))
    return FALSE;
  /* Decay as the peer's AdamW has it, .01 of the rate. Kernels are moved by Muon. */
  ord_optimiser_step (work.optimiser, 1e-4, 1e-6);
  ord_encoder_parameters_changed (work.encoder);

  return TRUE;
}

/* The answer: how many numbers are learnt. */
static gboolean
run (GArray  *answer,
     GError **error)
{
  gsize           per_batch = work.batch * work.preparation.channels
                              * work.size * work.size;
  gsize           count = 0;
  OrdAugmentation augmentation;

  ord_augmentation_from_options (&augmentation, work.options);
  if (work.loader != NULL)
    ord_loader_start (work.loader, work.order, work.batch * work.steps,
                      work.batch, &augmentation, 1);
  for (gsize i = 0; i < work.steps; i++)
    {
      const float *pictures = work.pictures + i * per_batch;

      if (work.loader != NULL)
        {
          const OrdBatch *batch = ord_loader_next (work.loader, error);

          if (batch == NULL)
            return FALSE;
          pictures = batch->inputs;
        }
      if (!step (pictures, work.labels + i * work.batch, error))
        return FALSE;
    }

  for (guint i = 0; i < work.parameters->len; i++)
    {
      const OrdParameter *parameter = work.parameters->pdata[i];

      if (parameter->gradient != NULL)
        count += parameter->count;
    }
  bench_answer (answer, count);

  return TRUE;
}

int
main (int    argc,
      char **argv)
{
  return bench_main (argc, argv, &(Bench) { prepare, run });
}
