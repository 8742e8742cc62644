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

static void
test_a_foreign_picture_is_out_of_range (Fixture       *fixture,
                                        gconstpointer  method)
{
  const OrdPreparation      *preparation =
    &ord_model_get_parts (fixture->model)->preparation;
  g_autoptr (OrdImage)       image =
    ord_image_new (preparation->width, preparation->height,
                   preparation->channels);
  g_autoptr (OrdPrediction)  prediction = NULL;

  /* Stripes of black and white are no gauge. */
  for (int i = 0; i < image->width * image->height * image->channels; i++)
    image->pixels[i] = (float) ((i / image->channels / image->width) % 2);
  prediction = ord_predictor_predict (fixture->predictor, image, NULL, NULL,
                                      NULL);
  g_assert_false (prediction->in_range);
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
  ADD ("/predictor/a-foreign-picture-is-out-of-range", NULL,
       test_a_foreign_picture_is_out_of_range);

  return g_test_run ();
}
