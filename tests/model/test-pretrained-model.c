/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Models made from pretrained networks: a model says the same after it was
 * saved and loaded, and a network that is made for one size gets it.
 */
#include <math.h>
#include <string.h>

#include "../folder.h"
#include "frozen-fixture.h"
#include "model/ord-predictor.h"

static OrdModel *
train (Pretraining *training)
{
  g_autoptr (GError) error = NULL;
  OrdModel          *model = pretraining_run (training, &error);

  g_assert_no_error (error);
  return model;
}

/* (transfer full): of every picture; the model's own features are what is
 * found. */
static GPtrArray *
predict_all (OrdModel *model)
{
  const OrdModelParts      *parts = ord_model_get_parts (model);
  g_autoptr (GError)        error = NULL;
  g_autoptr (OrdPredictor)  predictor = ord_predictor_new (model, &error);
  GPtrArray                *all =
    g_ptr_array_new_with_free_func ((GDestroyNotify) ord_prediction_free);

  g_assert_no_error (error);
  for (guint i = 0; i < ord_dataset_get_n_samples (parts->dataset); i++)
    {
      const char           *path =
        ord_dataset_get_sample (parts->dataset, i)->path;
      g_autoptr (OrdImage)  image = ord_preparation_load (&parts->preparation,
                                                          path, &error);
      OrdPrediction        *prediction;

      g_assert_no_error (error);
      prediction = ord_predictor_predict (predictor, image, NULL, NULL, &error);
      g_assert_no_error (error);
      for (guint k = 0; k < parts->width; k++)
        g_assert_cmpfloat_with_epsilon (prediction->feature[k],
                                        parts->features[i * parts->width + k],
                                        1e-4);
      g_ptr_array_add (all, prediction);
    }
  return all;
}

static OrdModel *
save_and_load (OrdModel   *model,
               const char *folder)
{
  g_autofree char    *path = g_build_filename (folder, "a.ordinate", NULL);
  g_autoptr (GError)  error = NULL;
  OrdModel           *loaded;

  g_assert_true (ord_model_save (model, path, &error));
  loaded = ord_model_load (path, NULL, &error);
  g_assert_no_error (error);
  return loaded;
}

typedef struct
{
  const char *name;
  const char *encoder;
  const char *options;
  const char *from;
} Case;

static const Case cases[] = {
  { "frozen", "frozen", "head=layers", NULL },
  { "frozen-without-a-head", "frozen", "head=none", NULL },
  { "finetuned", "finetuned", "head=layers", NULL },
  { "finetuned-without-a-head", "finetuned", "head=none", NULL },
  { "finetuned-from-a-node-on", "finetuned", "head=layers", "c2" },
};

static void
test_save_and_load (gconstpointer data)
{
  const Case            *how = data;
  Pretraining            training;
  g_autoptr (OrdModel)   model = NULL;
  g_autoptr (OrdModel)   loaded = NULL;
  g_autoptr (GPtrArray)  before = NULL;
  g_autoptr (GPtrArray)  after = NULL;
  gboolean               differ = FALSE;

  pretraining_init (&training, how->encoder, -1, -1);
  g_set_str (&training.network->from, how->from);
  g_assert_true (ord_options_parse (training.options, how->options, NULL));
  g_assert_true (ord_options_parse (training.options, "size=24", NULL));
  model = train (&training);
  loaded = save_and_load (model, training.folder);
  before = predict_all (model);
  after = predict_all (loaded);

  g_assert_cmpuint (after->len, ==, before->len);
  for (guint i = 0; i < before->len; i++)
    {
      const OrdPrediction *first = g_ptr_array_index (before, i);
      const OrdPrediction *second = g_ptr_array_index (after, i);

      g_assert_cmpfloat (second->values[0], ==, first->values[0]);
      g_assert_cmpfloat (second->lows[0], ==, first->lows[0]);
      g_assert_cmpfloat (second->highs[0], ==, first->highs[0]);
      g_assert_cmpint (second->in_range, ==, first->in_range);
      differ |= first->values[0] !=
                ((OrdPrediction *) g_ptr_array_index (before, 0))->values[0];
    }
  g_assert_true (differ);
  pretraining_clear (&training);
}

/* -- networks of one size ------------------------------------------------------- */

/* 24 is the side of the square with as many pixels. */
#define WIDTH 18
#define HEIGHT 32

static void
test_own_size (gconstpointer data)
{
  const char           *told[] = { "size=24", NULL };
  g_autoptr (GPtrArray) predictions = NULL;
  Pretraining           training;

  pretraining_init (&training, data, HEIGHT, WIDTH);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (OrdModel)  model = NULL;
      const OrdPreparation *preparation;

      if (told[1 - i])
        g_assert_true (ord_options_parse (training.options, told[1 - i], NULL));
      model = train (&training);
      preparation = &ord_model_get_parts (model)->preparation;
      g_assert_cmpint (preparation->width, ==, WIDTH);
      g_assert_cmpint (preparation->height, ==, HEIGHT);
      g_clear_pointer (&predictions, g_ptr_array_unref);
      predictions = predict_all (model);
    }
  pretraining_clear (&training);
}

static void
test_contradiction (gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  Pretraining        training;

  pretraining_init (&training, data, HEIGHT, WIDTH);
  g_assert_true (ord_options_parse (training.options, "size=96", NULL));
  g_assert_null (pretraining_run (&training, &error));
  g_assert_error (error, ORD_ERROR, ORD_ERROR_OPTION);
  g_assert_nonnull (strstr (error->message, "small.onnx"));
  g_assert_nonnull (strstr (error->message, "18 × 32"));
  g_assert_nonnull (strstr (error->message, "leave --size out"));
  pretraining_clear (&training);
}

static void
test_too_large (void)
{
  g_autoptr (GError) error = NULL;
  Pretraining        training;

  pretraining_init (&training, "frozen", 100000, 100000);
  g_assert_null (pretraining_run (&training, &error));
  g_assert_error (error, ORD_ERROR, ORD_ERROR_OPTION);
  g_assert_nonnull (strstr (error->message, "100000"));
  pretraining_clear (&training);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path =
        g_strconcat ("/pretrained-model/says-the-same-once-loaded/",
                     cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_save_and_load);
    }
  g_test_add_data_func ("/pretrained-model/pictures-have-the-network's-size/"
                        "frozen", "frozen", test_own_size);
  g_test_add_data_func ("/pretrained-model/pictures-have-the-network's-size/"
                        "finetuned", "finetuned", test_own_size);
  g_test_add_data_func ("/pretrained-model/another-size-is-refused/frozen",
                        "frozen", test_contradiction);
  g_test_add_data_func ("/pretrained-model/another-size-is-refused/finetuned",
                        "finetuned", test_contradiction);
  g_test_add_func ("/pretrained-model/a-size-beyond-reason-is-refused",
                   test_too_large);

  return g_test_run ();
}
