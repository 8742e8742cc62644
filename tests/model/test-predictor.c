/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Prediction with a model that was really trained, if briefly.
 */
#include <math.h>
#include <string.h>

#include "data/ord-preparation.h"
#include "model/ord-predictor.h"
#include "training-fixture.h"

typedef struct
{
  Training      training;
  OrdModel     *model;
  OrdPredictor *predictor;
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  method)
{
  g_autoptr (OrdTrainer) trainer = NULL;
  g_autoptr (GError)     error = NULL;

  training_init (&fixture->training, method);
  trainer = training_trainer (&fixture->training, method, FALSE);
  fixture->model = ord_trainer_run (trainer, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  fixture->predictor = ord_predictor_new (fixture->model, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  method)
{
  g_object_unref (fixture->predictor);
  g_object_unref (fixture->model);
  training_clear (&fixture->training);
}

static OrdPrediction *
predict (Fixture *fixture,
         guint    sample)
{
  const OrdModelParts      *parts = ord_model_get_parts (fixture->model);
  g_autoptr (GError)        error = NULL;
  g_autoptr (OrdImage)      image = NULL;
  OrdPrediction            *prediction;

  image = ord_preparation_load (&parts->preparation,
                                ord_dataset_get_sample (parts->dataset, sample)
                                ->path, &error);
  g_assert_no_error (error);
  prediction = ord_predictor_predict (fixture->predictor, image, NULL, NULL,
                                      &error);
  g_assert_no_error (error);
  return prediction;
}

static OrdPredictionNeighbour *
neighbour (OrdPrediction *prediction,
           guint          i)
{
  return &g_array_index (prediction->neighbours, OrdPredictionNeighbour, i);
}

static void
test_training_image_is_its_own_neighbour (Fixture       *fixture,
                                          gconstpointer  method)
{
  const OrdModelParts       *parts = ord_model_get_parts (fixture->model);
  g_autoptr (OrdPrediction)  prediction = predict (fixture, 2);
  const float               *place = ord_map_get_points (parts->map) + 2 * 2;

  g_assert_cmpuint (neighbour (prediction, 0)->sample, ==, 2);
  g_assert_cmpfloat (neighbour (prediction, 0)->distance, <, 1e-3);
  g_assert_true (prediction->in_range);
  g_assert_cmpfloat_with_epsilon (prediction->point[0], place[0], 1e-2);
  g_assert_cmpfloat_with_epsilon (prediction->point[1], place[1], 1e-2);
}

static void
test_neighbours_are_sorted_and_weights_sum_to_one (Fixture       *fixture,
                                                   gconstpointer  method)
{
  guint                     n = ord_model_get_parts (fixture->model)->n_reference;
  g_autoptr (OrdPrediction) prediction = predict (fixture, n);
  double                    sum = 0.0, answer = 0.0;

  g_assert_cmpuint (prediction->neighbours->len, >=, ORD_PREDICTION_SHOWN);
  for (guint i = 0; i < prediction->neighbours->len; i++)
    {
      const OrdPredictionNeighbour *one = neighbour (prediction, i);

      if (i > 0)
        g_assert_cmpfloat (one->distance, >=,
                           neighbour (prediction, i - 1)->distance);
      sum += one->weight;
      answer += one->weight *
                ord_dataset_get_sample (ord_model_get_parts (fixture->model)
                                        ->dataset, one->sample)->labels[0];
    }
  g_assert_cmpfloat_with_epsilon (sum, 1.0, 1e-9);
  g_assert_cmpfloat_with_epsilon (answer, prediction->values[0], 1e-9);
  g_assert_cmpfloat (prediction->lows[0], <, prediction->values[0]);
  g_assert_cmpfloat (prediction->highs[0], >, prediction->values[0]);
}

static void
test_a_head_answers_without_weights (Fixture       *fixture,
                                     gconstpointer  method)
{
  g_autoptr (OrdPrediction) prediction = predict (fixture, 0);

  g_assert_cmpuint (prediction->neighbours->len, >=, ORD_PREDICTION_SHOWN);
  for (guint i = 0; i < prediction->neighbours->len; i++)
    g_assert_cmpfloat (neighbour (prediction, i)->weight, ==, 0.0);
}

static void
test_many_agree_with_one (Fixture       *fixture,
                          gconstpointer  method)
{
  const OrdModelParts   *parts = ord_model_get_parts (fixture->model);
  g_autoptr (GArray)     samples =
    ord_dataset_get_split (parts->dataset, ORD_SPLIT_TEST);
  g_autoptr (GPtrArray)  failures = g_ptr_array_new_with_free_func (g_free);
  g_autofree OrdPrediction **many = g_new0 (OrdPrediction *, samples->len);
  g_autoptr (GError)     error = NULL;

  g_assert_true (ord_predictor_predict_many (fixture->predictor, parts->dataset,
                                             (const guint *) samples->data,
                                             samples->len, many, failures, NULL,
                                             NULL, NULL, &error));
  g_assert_cmpuint (failures->len, ==, 0);
  for (guint i = 0; i < samples->len; i++)
    {
      g_autoptr (OrdPrediction) one =
        predict (fixture, g_array_index (samples, guint, i));

      /* Not the values: a neighbour that stands on the radius to the last digit
       * may fall on either side of it. */
      for (guint k = 0; k < parts->width; k++)
        g_assert_cmpfloat_with_epsilon (one->feature[k], many[i]->feature[k],
                                        1e-4);
      ord_prediction_free (many[i]);
    }
}

typedef enum
{
  WHITE,
  GREY,
  BLACK,
  NOISE,
  STRIPES,
  CELLS,
  N_STRANGERS
} Stranger;

/* No gauges: blank ones, noise, stripes, and bright spots on a dark ground. */
static OrdImage *
draw_stranger (const OrdPreparation *preparation,
               Stranger              stranger)
{
  int       width = preparation->width, height = preparation->height;
  int       channels = preparation->channels;
  OrdImage *image = ord_image_new (width, height, channels);
  GRand    *random = g_rand_new_with_seed (3);

  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      {
        double spot = hypot (x % 8 - 4, y % 8 - 4);
        double values[N_STRANGERS] = {
          1.0, 0.5, 0.0, g_rand_double (random), y % 2,
          spot < 2.0 ? 0.8 : 0.05
        };

        for (int c = 0; c < channels; c++)
          image->pixels[(y * width + x) * channels + c] =
            (float) values[stranger];
      }
  g_rand_free (random);
  return image;
}

static gboolean
is_in_range (OrdPredictor   *predictor,
             const OrdImage *image)
{
  g_autoptr (GError)        error = NULL;
  g_autoptr (OrdPrediction) prediction =
    ord_predictor_predict (predictor, image, NULL, NULL, &error);

  g_assert_no_error (error);
  return prediction->in_range;
}

static void
test_strangers_are_out_of_range (Fixture       *fixture,
                                 gconstpointer  method)
{
  const OrdPreparation *preparation =
    &ord_model_get_parts (fixture->model)->preparation;

  for (int i = 0; i < N_STRANGERS; i++)
    {
      g_autoptr (OrdImage) image = draw_stranger (preparation, (Stranger) i);

      g_test_message ("stranger %d", i);
      g_assert_false (is_in_range (fixture->predictor, image));
    }
}

/* As many as the model itself says. */
static void
test_ordinary_pictures_are_in_range (Fixture       *fixture,
                                     gconstpointer  method)
{
  const OrdModelParts *parts = ord_model_get_parts (fixture->model);
  g_autoptr (GArray)   samples =
    ord_dataset_get_split (parts->dataset, ORD_SPLIT_TEST);
  guint                n_flagged = 0;

  for (guint i = 0; i < samples->len; i++)
    {
      g_autoptr (OrdPrediction) prediction =
        predict (fixture, g_array_index (samples, guint, i));

      n_flagged += !prediction->in_range;
    }
  g_assert_cmpuint (n_flagged, <=, samples->len / 8);
  g_assert_cmpfloat_with_epsilon (parts->test.flagged,
                                  n_flagged / (double) samples->len, 1e-9);
  g_assert_cmpfloat (parts->validation.flagged, <=, 0.05);
}

/* The model's tensors, to be damaged. */
static GPtrArray *
tensors_of (Fixture *fixture)
{
  return ord_model_get_parts (fixture->model)->tensors;
}

static guint
find_tensor (Fixture    *fixture,
             const char *name)
{
  GPtrArray *tensors = tensors_of (fixture);
  guint      i = 0;

  while (!g_str_equal (((OrdTensor *) g_ptr_array_index (tensors, i))->name,
                       name))
    i++;
  return i;
}

static void
test_a_damaged_novelty_is_refused (Fixture       *fixture,
                                   gconstpointer  method)
{
  const gsize         dims[2] = { 3, 3 };
  guint               index = find_tensor (fixture, "novelty/whitening");
  g_autofree char    *path = g_build_filename (fixture->training.folder,
                                               "damaged.ordinate", NULL);
  OrdTensor          *tensor = g_ptr_array_index (tensors_of (fixture), index);
  float               value = tensor->values[0];
  g_autoptr (GError)  error = NULL;

  /* Never saved, */
  tensor->values[0] = NAN;
  g_assert_false (ord_model_save (fixture->model, path, &error));
  g_assert_error (error, ORD_ERROR, ORD_ERROR_MODEL);
  g_assert_nonnull (strstr (error->message, "novelty/whitening"));
  g_clear_error (&error);
  tensor->values[0] = value;

  /* of another shape, */
  g_ptr_array_remove_index (tensors_of (fixture), index);
  g_ptr_array_add (tensors_of (fixture),
                   ord_tensor_new ("novelty/whitening", 2, dims, NULL));
  g_assert_null (ord_predictor_new (fixture->model, &error));
  g_assert_error (error, ORD_ERROR, ORD_ERROR_MODEL);
  g_assert_nonnull (strstr (error->message, "damaged"));
  g_assert_nonnull (strstr (error->message, "novelty/whitening"));
  g_clear_error (&error);

  /* and missing. */
  g_ptr_array_remove_index (tensors_of (fixture),
                            tensors_of (fixture)->len - 1);
  g_assert_null (ord_predictor_new (fixture->model, &error));
  g_assert_error (error, ORD_ERROR, ORD_ERROR_MODEL);
  g_assert_nonnull (strstr (error->message, "missing"));
}

/* As a file from before there was novelty. */
static void
test_a_model_without_novelty_still_answers (Fixture       *fixture,
                                            gconstpointer  method)
{
  const OrdModelParts       *parts = ord_model_get_parts (fixture->model);
  GPtrArray                 *tensors = tensors_of (fixture);
  g_autofree char           *path =
    g_build_filename (fixture->training.folder, "old.ordinate", NULL);
  g_autoptr (OrdModel)       loaded = NULL;
  g_autoptr (OrdPredictor)   old = NULL;
  g_autoptr (GError)         error = NULL;

  for (guint i = tensors->len; i-- > 0;)
    if (g_str_has_prefix (((OrdTensor *) g_ptr_array_index (tensors, i))->name,
                          "novelty/"))
      g_ptr_array_remove_index (tensors, i);
  ord_model_save (fixture->model, path, &error);
  g_assert_no_error (error);
  loaded = ord_model_load (path, NULL, &error);
  g_assert_no_error (error);
  old = ord_predictor_new (loaded, &error);
  g_assert_no_error (error);

  for (int i = 0; i < N_STRANGERS; i++)
    {
      g_autoptr (OrdImage)      image = draw_stranger (&parts->preparation,
                                                       (Stranger) i);
      g_autoptr (OrdPrediction) prediction =
        ord_predictor_predict (old, image, NULL, NULL, &error);

      g_assert_no_error (error);
      g_assert_true (prediction->in_range ==
                     (neighbour (prediction, 0)->distance <= parts->novelty));
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, method, function) \
  g_test_add (path, Fixture, method, set_up, function, tear_down)
  ADD ("/predictor/a-training-image-is-its-own-nearest-neighbour", NULL,
       test_training_image_is_its_own_neighbour);
  ADD ("/predictor/the-answer-is-the-weighted-mean-of-its-neighbours", NULL,
       test_neighbours_are_sorted_and_weights_sum_to_one);
  ADD ("/predictor/where-a-head-answers-neighbours-have-no-weight", "l1",
       test_a_head_answers_without_weights);
  ADD ("/predictor/many-at-once-agree-with-one-by-one", NULL,
       test_many_agree_with_one);
  ADD ("/predictor/strangers-are-out-of-range", NULL,
       test_strangers_are_out_of_range);
  ADD ("/predictor/ordinary-pictures-are-in-range", NULL,
       test_ordinary_pictures_are_in_range);
  ADD ("/predictor/a-damaged-novelty-is-refused", NULL,
       test_a_damaged_novelty_is_refused);
  ADD ("/predictor/a-model-from-before-novelty-still-answers", NULL,
       test_a_model_without_novelty_still_answers);

  return g_test_run ();
}
