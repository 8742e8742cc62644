/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Training: what it promises of seeds, stopping, cancelling, resuming and bad
 * pictures.
 */
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "methods/ord-method.h"
#include "model/ord-checkpoint.h"
#include "model/ord-predictor.h"
#include "training-fixture.h"

static void
set_up (Training      *training,
        gconstpointer  method)
{
  training_init (training, method);
}

static void
tear_down (Training      *training,
           gconstpointer  method)
{
  training_clear (training);
}

static OrdModel *
run (Training   *training,
     const char *method)
{
  g_autoptr (OrdTrainer) trainer = training_trainer (training, method, FALSE);
  g_autoptr (GError)     error = NULL;
  OrdModel              *model = ord_trainer_run (trainer, NULL, NULL, NULL,
                                                  &error);

  g_assert_no_error (error);
  g_assert_cmpuint (ord_trainer_get_failures (trainer)->len, ==, 0);
  return model;
}

static void
assert_same_features (OrdModel *first,
                      OrdModel *second)
{
  const OrdModelParts *a = ord_model_get_parts (first);
  const OrdModelParts *b = ord_model_get_parts (second);
  gsize                size = sizeof (float) * a->width *
                              ord_dataset_get_n_samples (a->dataset);

  g_assert_cmpuint (a->width, ==, b->width);
  g_assert_cmpmem (a->features, size, b->features, size);
}

static void
test_every_method_makes_a_whole_model (Training      *training,
                                       gconstpointer  method)
{
  g_autoptr (OrdModel)     model = run (training, method);
  const OrdModelParts     *parts = ord_model_get_parts (model);
  g_autofree char         *path =
    g_build_filename (training->folder, "m.ordinate", NULL);
  g_autoptr (OrdModel)     loaded = NULL;
  g_autoptr (OrdPredictor) predictor = NULL;
  g_autoptr (GError)       error = NULL;

  g_assert_cmpuint (parts->history->len, ==, 4);
  g_assert_cmpuint (parts->test.quality.n, >, 0);
  g_assert_cmpfloat (parts->radius, >, 0.0);
  g_assert_cmpfloat (parts->novelty, >, 0.0);
  g_assert_cmpuint (parts->thumbnails->len, ==,
                    ord_dataset_get_n_samples (parts->dataset));
  /* Better than nothing at all: the dial is 10 bar. */
  g_assert_cmpfloat (parts->validation.quality.mae, <, 5.0);

  g_assert_true (ord_model_save (model, path, &error));
  loaded = ord_model_load (path, NULL, &error);
  g_assert_no_error (error);
  predictor = ord_predictor_new (loaded, &error);
  g_assert_no_error (error);
}

static void
test_same_seed_same_model (Training      *training,
                           gconstpointer  method)
{
  g_autoptr (OrdModel) first = run (training, NULL);
  g_autoptr (OrdModel) second = run (training, NULL);

  assert_same_features (first, second);
}

static void
test_other_seed_other_model (Training      *training,
                             gconstpointer  method)
{
  g_autoptr (OrdModel)  first = run (training, NULL);
  g_autoptr (OrdModel)  second = NULL;

  g_assert_true (ord_options_set (training->options, "seed", 2.0, NULL));
  second = run (training, NULL);
  g_assert_cmpfloat (ord_model_get_parts (first)->features[0], !=,
                     ord_model_get_parts (second)->features[0]);
}

/* Of convolutions, fully connected layers and heads. */
static double
weight_norm (OrdModel *model)
{
  GPtrArray *tensors = ord_model_get_parts (model)->tensors;
  double     square = 0.0;

  for (guint i = 0; i < tensors->len; i++)
    {
      const OrdTensor *tensor = g_ptr_array_index (tensors, i);

      for (gsize k = 0; tensor->n_dims > 1 && k < ord_tensor_count (tensor); k++)
        square += (double) tensor->values[k] * tensor->values[k];
    }
  return sqrt (square);
}

static void
test_decay (Training      *training,
            gconstpointer  method)
{
  const double decays[] = { 0.0, 0.5, 1.0 };
  double       norms[G_N_ELEMENTS (decays)];

  g_assert_true (ord_options_set (training->options, "epochs", 60.0, NULL));
  g_assert_true (ord_options_set (training->options, "validate", 60.0, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (decays); i++)
    {
      g_autoptr (OrdModel) model = NULL;

      g_assert_true (ord_options_set (training->options, "decay", decays[i],
                                      NULL));
      model = run (training, NULL);
      norms[i] = weight_norm (model);
    }
  g_test_message ("norms %g, %g, %g", norms[0], norms[1], norms[2]);
  g_assert_cmpfloat (norms[1], <, 0.9 * norms[0]);
  g_assert_cmpfloat (norms[2], <, 0.9 * norms[1]);
}

/* At such a rate nothing changes but batch norm's statistics, soon no longer. */
static void
test_patience (Training      *training,
               gconstpointer  method)
{
  g_autoptr (OrdModel) patient = NULL, impatient = NULL;

  g_assert_true (ord_options_set (training->options, "rate", 1e-6, NULL));
  g_assert_true (ord_options_set (training->options, "epochs", 20.0, NULL));
  patient = run (training, NULL);
  g_assert_cmpuint (ord_model_get_parts (patient)->history->len, ==, 20);

  g_assert_true (ord_options_set (training->options, "patience", 0.4, NULL));
  impatient = run (training, NULL);
  g_assert_cmpuint (ord_model_get_parts (impatient)->history->len, <, 20);
}

/* Cancels, or stops, once the second epoch is over. */
typedef struct
{
  OrdTrainer   *trainer;      /* to be stopped, or NULL */
  GCancellable *cancellable;  /* to be cancelled, or NULL */
} Interruption;

static void
interrupt (const OrdProgress *progress,
           gpointer           data)
{
  Interruption *interruption = data;

  if (progress->epoch < 2)
    return;
  if (interruption->trainer)
    ord_trainer_stop (interruption->trainer);
  if (interruption->cancellable)
    g_cancellable_cancel (interruption->cancellable);
}

static void
test_stopping_keeps_the_best (Training      *training,
                              gconstpointer  method)
{
  g_autoptr (OrdTrainer) trainer = training_trainer (training, NULL, FALSE);
  g_autoptr (OrdModel)   model = NULL;
  g_autoptr (GError)     error = NULL;
  Interruption           interruption = { trainer, NULL };
  const OrdModelParts   *parts;
  double                 best = INFINITY;

  model = ord_trainer_run (trainer, interrupt, &interruption, NULL, &error);
  g_assert_no_error (error);
  parts = ord_model_get_parts (model);
  g_assert_cmpuint (parts->history->len, <, 4);
  for (guint i = 0; i < parts->history->len; i++)
    best = fmin (best, g_array_index (parts->history, OrdEpoch, i)
                       .validation_mae);
  /* So few pictures are all looked at by each validation. */
  g_assert_cmpfloat_with_epsilon (parts->validation.quality.mae, best, 1e-4);
}

/* @canceller, which sees its progress, cancels it: it leaves its checkpoint. */
static void
run_cancelled (Training        *training,
               OrdProgressFunc  canceller,
               gpointer         data,
               GCancellable    *cancellable)
{
  g_autoptr (OrdTrainer) trainer = training_trainer (training, NULL, TRUE);
  g_autoptr (GError)     error = NULL;

  g_assert_null (ord_trainer_run (trainer, canceller, data, cancellable,
                                  &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_true (g_file_test (training->checkpoint, G_FILE_TEST_EXISTS));
}

static void
test_cancelled_training_resumes (Training      *training,
                                 gconstpointer  method)
{
  g_autoptr (OrdModel)     whole = run (training, NULL);
  g_autoptr (OrdTrainer)   second = training_trainer (training, NULL, TRUE);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (OrdModel)     resumed = NULL;
  g_autoptr (GError)       error = NULL;
  Interruption             interruption = { NULL, cancellable };

  run_cancelled (training, interrupt, &interruption, cancellable);
  resumed = ord_trainer_run (second, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  assert_same_features (whole, resumed);
  ord_trainer_discard_checkpoint (second);
  g_assert_false (g_file_test (training->checkpoint, G_FILE_TEST_EXISTS));
}

/* Cancels after the first step of the third epoch: the loss is its own then. */
typedef struct
{
  GCancellable *cancellable;
  double        loss;        /* of the second epoch */
} InsideAnEpoch;

static void
interrupt_inside (const OrdProgress *progress,
                  gpointer           data)
{
  InsideAnEpoch *inside = data;

  if (progress->epoch == 2 && isnan (inside->loss))
    inside->loss = progress->loss;
  else if (progress->epoch == 2 && progress->loss != inside->loss)
    g_cancellable_cancel (inside->cancellable);
}

static void
test_inside_an_epoch (Training      *training,
                      gconstpointer  method)
{
  g_autoptr (OrdModel)      whole = run (training, NULL);
  g_autoptr (OrdTrainer)    second = training_trainer (training, NULL, TRUE);
  g_autoptr (GCancellable)  cancellable = g_cancellable_new ();
  g_autoptr (OrdCheckpoint) checkpoint = NULL;
  g_autoptr (OrdModel)      resumed = NULL;
  g_autoptr (GError)        error = NULL;
  InsideAnEpoch             inside = { cancellable, NAN };
  const float              *counters;
  double                    lowest = INFINITY, mean = 0.0;
  OrdTensor                *errors;

  run_cancelled (training, interrupt_inside, &inside, cancellable);
  checkpoint = ord_checkpoint_load (training->checkpoint, &error);
  g_assert_no_error (error);
  counters = ord_tensors_find (checkpoint->tensors, "trainer/counters")->values;
  g_assert_cmpuint (checkpoint->epoch, ==, 2);
  g_assert_cmpfloat (counters[1], >, counters[0] / 2.0f);

  /* What the last parameters will be held against. */
  errors = ord_tensors_find (checkpoint->tensors, "trainer/best-errors");
  for (guint i = 0; i < checkpoint->history->len; i++)
    lowest = fmin (lowest, g_array_index (checkpoint->history, OrdEpoch, i)
                           .validation_mae);
  for (gsize i = 0; i < ord_tensor_count (errors); i++)
    mean += errors->values[i] / (double) ord_tensor_count (errors);
  g_assert_cmpfloat_with_epsilon (mean, lowest, 1e-5);

  resumed = ord_trainer_run (second, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  assert_same_features (whole, resumed);
  for (guint i = 0; i < 4; i++)
    g_assert_cmpfloat_with_epsilon (
      g_array_index (ord_model_get_parts (whole)->history, OrdEpoch, i).loss,
      g_array_index (ord_model_get_parts (resumed)->history, OrdEpoch, i).loss,
      1e-6);
}

/* Cancels after the last step, before its epoch is validated. */
static void
interrupt_at_the_end (const OrdProgress *progress,
                      gpointer           cancellable)
{
  if (progress->epoch == 3 && progress->fraction > 0.85)
    g_cancellable_cancel (cancellable);
}

static void
test_before_the_last_validation (Training      *training,
                                 gconstpointer  method)
{
  g_autoptr (OrdModel)     whole = NULL;
  g_autoptr (OrdTrainer)   second = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (OrdModel)     again = NULL;
  g_autoptr (GError)       error = NULL;

  /* A step for each epoch. */
  g_assert_true (ord_options_set (training->options, "batch", 1000.0, NULL));
  whole = run (training, NULL);
  second = training_trainer (training, NULL, TRUE);
  run_cancelled (training, interrupt_at_the_end, cancellable, cancellable);
  again = ord_trainer_run (second, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  assert_same_features (whole, again);
  g_assert_cmpuint (ord_model_get_parts (again)->history->len, ==, 4);
}

static void
test_foreign_checkpoint_is_not_used (Training      *training,
                                     gconstpointer  method)
{
  g_autoptr (OrdModel)   whole = run (training, NULL);
  g_autoptr (OrdTrainer) other = NULL;
  g_autoptr (OrdTrainer) trainer = NULL;
  g_autoptr (OrdModel)   model = NULL;

  g_assert_true (ord_options_set (training->options, "seed", 9.0, NULL));
  other = training_trainer (training, NULL, TRUE);
  g_object_unref (ord_trainer_run (other, NULL, NULL, NULL, NULL));
  g_assert_true (g_file_test (training->checkpoint, G_FILE_TEST_EXISTS));

  g_assert_true (ord_options_set (training->options, "seed", 1.0, NULL));
  trainer = training_trainer (training, NULL, TRUE);
  model = ord_trainer_run (trainer, NULL, NULL, NULL, NULL);
  assert_same_features (whole, model);
}

static void
test_damaged_checkpoint_is_not_used (Training      *training,
                                     gconstpointer  method)
{
  g_autoptr (OrdTrainer) trainer = training_trainer (training, NULL, TRUE);
  g_autoptr (OrdModel)   model = NULL;
  g_autoptr (GError)     error = NULL;

  g_assert_true (g_file_set_contents (training->checkpoint, "not a database",
                                      -1, NULL));
  model = ord_trainer_run (trainer, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (model);
}

/* The best parameters, the errors that go with them, the counters: without one of
 * these it is told at once, not after the hours that are left. */
static void
test_incomplete_checkpoint_is_refused (Training      *training,
                                       gconstpointer  method)
{
  const char   *dropped[] = { "best/", "trainer/best-errors",
                              "trainer/counters" };
  Interruption  interruption = { 0 };

  for (guint d = 0; d < G_N_ELEMENTS (dropped); d++)
    {
      g_autoptr (GCancellable)  cancellable = g_cancellable_new ();
      g_autoptr (OrdCheckpoint) checkpoint = NULL;
      g_autoptr (OrdTrainer)    trainer = NULL;
      g_autoptr (GError)        error = NULL;

      interruption.cancellable = cancellable;
      g_unlink (training->checkpoint);
      run_cancelled (training, interrupt, &interruption, cancellable);
      checkpoint = ord_checkpoint_load (training->checkpoint, &error);
      g_assert_no_error (error);
      for (guint i = checkpoint->tensors->len; i > 0; i--)
        if (g_str_has_prefix (((OrdTensor *)
                               g_ptr_array_index (checkpoint->tensors, i - 1))
                              ->name, dropped[d]))
          g_ptr_array_remove_index (checkpoint->tensors, i - 1);
      g_assert_true (ord_checkpoint_save (checkpoint, training->checkpoint,
                                          &error));

      trainer = training_trainer (training, NULL, TRUE);
      g_assert_null (ord_trainer_run (trainer, NULL, NULL, NULL, &error));
      g_assert_error (error, ORD_ERROR, ORD_ERROR_MODEL);
      g_assert_nonnull (strstr (error->message, "remove it to start anew"));
    }
}

static void
test_bad_pictures_are_skipped_and_named (Training      *training,
                                         gconstpointer  method)
{
  const OrdSample       *missing = ord_dataset_get_sample (training->dataset, 3);
  const OrdSample       *corrupt = ord_dataset_get_sample (training->dataset, 8);
  g_autoptr (OrdTrainer) trainer = training_trainer (training, NULL, FALSE);
  g_autoptr (OrdModel)   model = NULL;
  g_autoptr (GError)     error = NULL;
  GPtrArray             *failures;

  g_assert_cmpint (g_unlink (missing->path), ==, 0);
  g_assert_true (g_file_set_contents (corrupt->path, "\211PNG, nearly", -1,
                                      NULL));
  model = ord_trainer_run (trainer, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  failures = ord_trainer_get_failures (trainer);
  g_assert_cmpuint (failures->len, ==, 2);
  g_assert_nonnull (strstr (g_ptr_array_index (failures, 0), missing->file));
  g_assert_nonnull (strstr (g_ptr_array_index (failures, 1), corrupt->file));
  g_assert_cmpuint (ord_dataset_get_n_samples
                    (ord_model_get_parts (model)->dataset), ==, 58);
}

static void
test_no_readable_pictures (Training      *training,
                           gconstpointer  method)
{
  g_autoptr (OrdTrainer) trainer = training_trainer (training, NULL, FALSE);
  g_autoptr (GError)     error = NULL;

  for (guint i = 0; i < ord_dataset_get_n_samples (training->dataset); i++)
    g_unlink (ord_dataset_get_sample (training->dataset, i)->path);
  g_assert_null (ord_trainer_run (trainer, NULL, NULL, NULL, &error));
  g_assert_error (error, ORD_ERROR, ORD_ERROR_DATASET);
  g_assert_nonnull (strstr (error->message, training->folder));
}

static void
test_unknown_names (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (ord_trainer_options_new ("voodoo", "compact", &error));
  g_assert_error (error, ORD_ERROR, ORD_ERROR_OPTION);
  g_clear_error (&error);
  g_assert_null (ord_trainer_options_new ("rm-loss", "huge", &error));
  g_assert_error (error, ORD_ERROR, ORD_ERROR_OPTION);
}

int
main (int    argc,
      char **argv)
{
  const char * const *methods = ord_method_list ();

  g_test_init (&argc, &argv, NULL);
  /* libvips warns of the damaged pictures that are meant to be damaged. */
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);

  for (guint i = 0; methods[i]; i++)
    {
      g_autofree char *path =
        g_strdup_printf ("/trainer/%s-makes-a-whole-model", methods[i]);

      g_test_add (path, Training, methods[i], set_up,
                  test_every_method_makes_a_whole_model, tear_down);
    }
#define ADD(path, function) \
  g_test_add (path, Training, NULL, set_up, function, tear_down)
  ADD ("/trainer/the-same-seed-gives-the-same-model",
       test_same_seed_same_model);
  ADD ("/trainer/another-seed-gives-another-model",
       test_other_seed_other_model);
  ADD ("/trainer/stopping-keeps-the-best", test_stopping_keeps_the_best);
  ADD ("/trainer/a-cancelled-training-resumes-as-if-it-had-not-been",
       test_cancelled_training_resumes);
  ADD ("/trainer/one-that-is-cancelled-inside-an-epoch-loses-no-step",
       test_inside_an_epoch);
  ADD ("/trainer/one-that-is-cancelled-before-its-last-validation-is-validated",
       test_before_the_last_validation);
  ADD ("/trainer/weights-decay-as-much-as-is-asked-for", test_decay);
  ADD ("/trainer/without-progress-it-ends-early-only-if-asked-to",
       test_patience);
  ADD ("/trainer/a-checkpoint-of-other-options-is-not-used",
       test_foreign_checkpoint_is_not_used);
  ADD ("/trainer/a-damaged-checkpoint-is-not-used",
       test_damaged_checkpoint_is_not_used);
  ADD ("/trainer/an-incomplete-checkpoint-is-refused",
       test_incomplete_checkpoint_is_refused);
  ADD ("/trainer/bad-pictures-are-skipped-and-named",
       test_bad_pictures_are_skipped_and_named);
  ADD ("/trainer/no-readable-picture-is-an-error", test_no_readable_pictures);
  g_test_add_func ("/trainer/unknown-method-or-encoder-is-an-error",
                   test_unknown_names);

  return g_test_run ();
}
