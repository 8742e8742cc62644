/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Augmentation that fades out where it makes held-out pictures harder, and mirror
 * images that are taken up where their value is the same.
 */
#include <math.h>
#include <string.h>

#include "../folder.h"
#include "data/ord-image.h"
#include "ord-random.h"
#include "model/ord-checkpoint.h"
#include "model/ord-predictor.h"
#include "model/ord-run-private.h"
#include "model/ord-trainer.h"

/* -- the decision ----------------------------------------------------------- */

#define N_ERRORS 60

/* Whether augmentation fades where changed pictures have errors that are, on
 * average, @factor times the others. */
static gboolean
weigh (double factor,
       guint  n)
{
  OrdRun    run = { .fades = FALSE };
  OrdRandom random = ord_random_init (4);
  double    errors[N_ERRORS], changed[N_ERRORS];

  for (guint i = 0; i < n; i++)
    {
      errors[i] = ord_random_range (&random, 0.0, 2.0);
      changed[i] = factor * errors[i] + ord_random_range (&random, -0.3, 0.3);
    }
  ord_run_weigh_augmentation (&run, errors, changed, n);
  return run.fades;
}

static void
test_harder (void)
{
  g_assert_true (weigh (1.5, N_ERRORS));
}

static void
test_not_harder (void)
{
  g_assert_false (weigh (1.0, N_ERRORS));
  g_assert_false (weigh (0.5, N_ERRORS));
}

static void
test_little_harder (void)
{
  g_assert_false (weigh (1.05, N_ERRORS));
}

static void
test_too_few (void)
{
  g_assert_true (weigh (1.5, 20));
  g_assert_false (weigh (1.5, 19));
  g_assert_false (weigh (1.5, 1));
  g_assert_false (weigh (1.5, 0));
}

/* -- mirror images ---------------------------------------------------------- */

/* Whether training images are mirrored once the second component of mirrored
 * pictures' labels has errors that are, on average, @factor times the others, which
 * are @share of the mean's. The first is much larger, and borne. */
static gboolean
weigh_flip (double factor,
            double share,
            guint  n)
{
  double    mean[] = { 0.0, 0.0 };
  OrdRun    run = { .n_labels = 2, .label_mean = mean };
  OrdRandom random = ord_random_init (4);
  double    labels[2 * N_ERRORS], values[2 * N_ERRORS], mirrored[2 * N_ERRORS];

  for (guint i = 0; i < n; i++)
    {
      double error = share * ord_random_range (&random, 0.8, 1.2);

      labels[2 * i] = i % 2 == 0 ? 1000.0 : -1000.0;
      values[2 * i] = mirrored[2 * i] = labels[2 * i] + 1.0;
      labels[2 * i + 1] = i % 2 == 0 ? 1.0 : -1.0;
      values[2 * i + 1] = labels[2 * i + 1] + error;
      mirrored[2 * i + 1] = labels[2 * i + 1] -
                            factor * error * ord_random_range (&random, 0.9, 1.1);
    }
  ord_run_weigh_flip (&run, ORD_FLIP_VERTICAL, labels, values, mirrored, n);
  g_assert_cmpfloat (run.augmentation.flips[ORD_FLIP_HORIZONTAL], ==, 0.0);
  return run.augmentation.flips[ORD_FLIP_VERTICAL] > 0.0;
}

static void
test_same_value (void)
{
  g_assert_true (weigh_flip (1.0, 0.1, N_ERRORS));
  g_assert_true (weigh_flip (1.15, 0.1, N_ERRORS));
}

static void
test_other_value (void)
{
  g_assert_false (weigh_flip (1.35, 0.1, N_ERRORS));
  g_assert_false (weigh_flip (20.0, 0.1, N_ERRORS));
}

/* It reads all pictures alike, the mirrored ones too. */
static void
test_cannot_read_yet (void)
{
  g_assert_false (weigh_flip (1.0, 0.15, N_ERRORS));
}

static void
test_too_few_mirrored (void)
{
  g_assert_true (weigh_flip (1.0, 0.1, 20));
  g_assert_false (weigh_flip (1.0, 0.1, 19));
  g_assert_false (weigh_flip (1.0, 0.1, 0));
}

/* -- the strength ----------------------------------------------------------- */

static double
rotation_at (guint    epoch,
             gboolean fades)
{
  OrdRun          run = { .augmentation = { .rotation = 20.0 }, .epoch = epoch,
                          .steps_per_epoch = 10, .n_steps = 200,
                          .fades = fades };
  OrdAugmentation augmentation;

  ord_run_get_augmentation (&run, &augmentation);
  return augmentation.rotation;
}

static void
test_line (void)
{
  g_assert_cmpfloat (rotation_at (19, FALSE), ==, 20.0);
  g_assert_cmpfloat (rotation_at (0, TRUE), ==, 20.0);
  g_assert_cmpfloat (rotation_at (10, TRUE), ==, 10.0);
  g_assert_cmpfloat_with_epsilon (rotation_at (17, TRUE), 3.0, 1e-9);
  g_assert_cmpfloat (rotation_at (19, TRUE), ==, 2.0);
}

/* -- a training ------------------------------------------------------------- */

#define SIDE       16
#define N_PICTURES 400

typedef struct
{
  char       *folder;
  OrdDataset *dataset;
  OrdOptions *options;
} Spots;

static void
set (OrdOptions *options,
     const char *name,
     double      value)
{
  g_assert_true (ord_options_set (options, name, value, NULL));
}

/* A bright spot in each picture; its value is how far right it is. */
static void
set_up (Spots         *spots,
        gconstpointer  data)
{
  g_autoptr (OrdImage) image = ord_image_new (SIDE, SIDE, 1);
  g_autoptr (GError)   error = NULL;
  OrdRandom            random = ord_random_init (8);

  spots->folder = g_dir_make_tmp ("ordinate-test-XXXXXX", &error);
  g_assert_no_error (error);
  for (guint i = 0; i < N_PICTURES; i++)
    {
      double           across = ord_random_range (&random, 0.25, 0.75) * (SIDE - 1);
      double           down = ord_random_range (&random, 0.25, 0.75) * (SIDE - 1);
      g_autofree char *name = g_strdup_printf ("%03u_%.2fpx.png", i, across);
      g_autofree char *path = g_build_filename (spots->folder, name, NULL);

      for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++)
          image->pixels[y * SIDE + x] =
            (float) exp (-(pow (x - across, 2) + pow (y - down, 2)) / 8.0);
      g_assert_true (ord_image_save (image, path, &error));
    }
  spots->dataset =
    ord_dataset_read (spots->folder,
                      &(OrdDatasetOptions) { .pattern = "(?<value>[0-9.]+)px" },
                      &error);
  g_assert_no_error (error);

  spots->options = ord_trainer_options_new ("rm-loss", "compact", &error);
  g_assert_no_error (error);
  set (spots->options, "size", SIDE);
  set (spots->options, "channels", 4);
  set (spots->options, "stages", 2);
  set (spots->options, "hidden", 16);
  set (spots->options, "width", 8);
  set (spots->options, "epochs", 16);
  set (spots->options, "validate", 2);
  set (spots->options, "checkpoint", 0);
  set (spots->options, "threads", 1);
  set (spots->options, "precision", 0);
  set (spots->options, "rotation", 0);
  set (spots->options, "scale", 0);
  set (spots->options, "shift", 0.4);
}

static void
tear_down (Spots         *spots,
           gconstpointer  data)
{
  folder_remove (spots->folder);
  g_free (spots->folder);
  g_clear_object (&spots->dataset);
  ord_options_free (spots->options);
}

static OrdTrainer *
new_trainer (Spots *spots)
{
  g_autofree char *path = g_build_filename (spots->folder, "model.ordinate",
                                            NULL);
  OrdTrainer      *trainer = ord_trainer_new (spots->dataset, "Spots",
                                              "rm-loss", "compact",
                                              spots->options);

  ord_trainer_set_path (trainer, path);
  return trainer;
}

/* What a training tells of itself. */
static void
listen (const OrdProgress *progress,
        gpointer           faded)
{
  if (g_str_has_prefix (progress->stage, "Training"))
    *(gboolean *) faded = strstr (progress->stage, "fade") != NULL;
}

/* Whether a model was trained with that option on. */
static gboolean
model_has (OrdModel   *model,
           const char *option)
{
  g_autofree char *on = g_strdup_printf ("%s=1", option);

  return strstr (ord_model_get_parts (model)->options, on) != NULL;
}

/* @faded: (out): whether augmentation had become weaker at the end */
static OrdModel *
run (Spots    *spots,
     gboolean *faded)
{
  g_autoptr (OrdTrainer) trainer = new_trainer (spots);
  g_autoptr (GError)     error = NULL;
  OrdModel              *model;

  model = ord_trainer_run (trainer, listen, faded, NULL, &error);
  g_assert_no_error (error);
  ord_trainer_discard_checkpoint (trainer);

  return model;
}

static double
test_error (OrdModel *model)
{
  return ord_model_get_parts (model)->test.quality.mae;
}

/* One training proves little. Of ten seeds all came out better, together by more
 * than two fifths. */
#define N_SEEDS 4

static void
test_untrue_changes_fade (Spots         *spots,
                          gconstpointer  data)
{
  double of_weaker = 0.0, of_constant = 0.0;

  for (guint seed = 1; seed <= N_SEEDS; seed++)
    {
      g_autoptr (OrdModel) weaker = NULL, constant = NULL;
      gboolean             faded;

      set (spots->options, "seed", seed);
      set (spots->options, "fade", 1);
      weaker = run (spots, &faded);
      g_assert_true (faded);
      set (spots->options, "fade", 0);
      constant = run (spots, &faded);
      g_assert_false (faded);
      of_weaker += test_error (weaker);
      of_constant += test_error (constant);
    }
  g_assert_cmpfloat (of_weaker, <, of_constant);
}

/* A little brighter or darker, and upside down, the spots lie as far right as
 * before. Chance may find otherwise once. */
static void
test_true_changes_stay (Spots         *spots,
                        gconstpointer  data)
{
  guint n_faded = 0;

  set (spots->options, "shift", 0);
  set (spots->options, "contrast", 0.01);
  set (spots->options, "flip-vertical", 1);
  for (guint seed = 1; seed <= N_SEEDS; seed++)
    {
      g_autoptr (OrdModel) model = NULL;
      gboolean             faded;

      set (spots->options, "seed", seed);
      model = run (spots, &faded);
      n_faded += faded;
    }
  g_assert_cmpuint (n_faded, <=, 1);
}

/* Mirrored left to right, the spots lie elsewhere. */
static void
test_flips_are_found (Spots         *spots,
                      gconstpointer  data)
{
  g_autoptr (OrdModel) told_not_to = NULL;
  gboolean             unused;

  for (guint seed = 1; seed <= N_SEEDS; seed++)
    {
      g_autoptr (OrdModel) model = NULL;

      set (spots->options, "seed", seed);
      model = run (spots, &unused);
      g_assert_false (model_has (model, "flip-horizontal"));
      g_assert_true (model_has (model, "flip-vertical"));
    }
  set (spots->options, "find-flips", 0);
  told_not_to = run (spots, &unused);
  g_assert_false (model_has (told_not_to, "flip-vertical"));
}

/* Of sample @i, as it is or upside down. */
static OrdPrediction *
predict (OrdPredictor *predictor,
         guint         i,
         gboolean      mirrored)
{
  const OrdModelParts       *parts =
    ord_model_get_parts (ord_predictor_get_model (predictor));
  g_autoptr (GError)         error = NULL;
  g_autoptr (OrdImage)       image =
    ord_preparation_load (&parts->preparation,
                          ord_dataset_get_sample (parts->dataset, i)->path, &error);
  g_autofree float          *upright = NULL;
  OrdPrediction             *prediction;

  g_assert_no_error (error);
  upright = g_memdup2 (image->pixels, sizeof (float) * SIDE * SIDE);
  for (guint y = 0; y < SIDE && mirrored; y++)
    memcpy (image->pixels + y * SIDE, upright + (SIDE - 1 - y) * SIDE,
            sizeof (float) * SIDE);
  prediction = ord_predictor_predict (predictor, image, NULL, NULL, &error);
  g_assert_no_error (error);
  return prediction;
}

/* How far features of pictures are from those that the model keeps, and from those
 * of the same upside down: the largest difference of a number. */
static void
measure_differences (OrdModel *model,
                     double   *from_kept,
                     double   *from_mirrored)
{
  g_autoptr (GError)       error = NULL;
  g_autoptr (OrdPredictor) predictor = ord_predictor_new (model, &error);
  const OrdModelParts     *parts = ord_model_get_parts (model);

  g_assert_no_error (error);
  *from_kept = *from_mirrored = 0.0;
  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (OrdPrediction) upright = predict (predictor, i, FALSE);
      g_autoptr (OrdPrediction) mirrored = predict (predictor, i, TRUE);

      for (guint k = 0; k < parts->width; k++)
        {
          float kept = parts->features[i * parts->width + k];

          *from_kept = fmax (*from_kept, fabs (upright->feature[k] - kept));
          *from_mirrored = fmax (*from_mirrored, fabs (upright->feature[k] -
                                                       mirrored->feature[k]));
        }
    }
}

/* Where training has found that upside down is the same, so are the answers. */
static void
test_flips_are_averaged (Spots         *spots,
                         gconstpointer  data)
{
  gboolean              unused;
  g_autoptr (OrdModel)  model = run (spots, &unused);
  g_autoptr (OrdModel)  plain = NULL;
  double                from_kept, from_mirrored;

  measure_differences (model, &from_kept, &from_mirrored);
  g_assert_cmpfloat (from_kept, <, 1e-4);
  g_assert_cmpfloat (from_mirrored, <, 1e-4);

  set (spots->options, "average-flips", 0);
  plain = run (spots, &unused);
  g_assert_true (model_has (plain, "flip-vertical"));
  measure_differences (plain, &from_kept, &from_mirrored);
  g_assert_cmpfloat (from_kept, <, 1e-4);
  g_assert_cmpfloat (from_mirrored, >, 1e-2);
}

/* A model from before there was the option answers as it did. */
static void
test_older_models (Spots         *spots,
                   gconstpointer  data)
{
  gboolean             unused;
  g_autoptr (OrdModel) model = NULL;
  OrdModelParts       *parts;
  g_auto (GStrv)       halves = NULL;
  double               from_kept, from_mirrored;

  set (spots->options, "average-flips", 0);
  model = run (spots, &unused);
  parts = (OrdModelParts *) ord_model_get_parts (model);
  halves = g_strsplit (parts->options, "average-flips=0 ", 2);
  g_assert_nonnull (halves[1]);
  g_free (parts->options);
  parts->options = g_strconcat (halves[0], halves[1], NULL);
  measure_differences (model, &from_kept, &from_mirrored);
  g_assert_cmpfloat (from_kept, <, 1e-4);
  g_assert_cmpfloat (from_mirrored, >, 1e-2);
}

typedef struct
{
  GCancellable *cancellable;
  guint         epoch;
} Interruption;

static void
interrupt (const OrdProgress *progress,
           gpointer           data)
{
  Interruption *interruption = data;

  if (progress->epoch == interruption->epoch)
    g_cancellable_cancel (interruption->cancellable);
}

static void
test_resumes (Spots         *spots,
              gconstpointer  data)
{
  g_autoptr (OrdTrainer)   first = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (OrdModel)     whole = NULL, resumed = NULL, none = NULL;
  g_autoptr (GError)       error = NULL;
  Interruption             interruption = { cancellable, 13 };
  g_autoptr (OrdCheckpoint) checkpoint = NULL;
  g_autofree char         *path =
    g_build_filename (spots->folder, "model.ordinate-resume", NULL);
  const OrdModelParts     *a, *b;
  gsize                    size;
  const float             *counters;
  const OrdTensor         *kept;
  gboolean                 faded, resumed_faded;

  whole = run (spots, &faded);
  g_assert_true (faded);

  first = new_trainer (spots);
  none = ord_trainer_run (first, interrupt, &interruption, cancellable, &error);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_null (none);
  g_clear_error (&error);
  checkpoint = ord_checkpoint_load (path, &error);
  g_assert_no_error (error);
  counters = ord_tensors_find (checkpoint->tensors, "trainer/counters")->values;
  g_assert_cmpfloat (counters[3], !=, 0.0);
  g_assert_cmpfloat (counters[4], ==, 0.0);
  g_assert_cmpfloat (counters[5], ==, ORD_FLIP_SHARE);
  kept = ord_tensors_find (checkpoint->tensors, "best/" ORD_RUN_FLIPS);
  g_assert_nonnull (kept);
  g_assert_cmpfloat (kept->values[ORD_FLIP_HORIZONTAL], ==, 0.0);
  resumed = run (spots, &resumed_faded);

  a = ord_model_get_parts (whole);
  b = ord_model_get_parts (resumed);
  g_assert_true (resumed_faded);
  g_assert_cmpuint (a->history->len, ==, b->history->len);
  for (guint i = 0; i < a->history->len; i++)
    g_assert_cmpfloat (
      g_array_index (a->history, OrdEpoch, i).validation_mae, ==,
      g_array_index (b->history, OrdEpoch, i).validation_mae);
  size = sizeof (float) * a->width * ord_dataset_get_n_samples (a->dataset);
  g_assert_cmpmem (a->features, size, b->features, size);
}

#define ADD(path, function) \
  g_test_add (path, Spots, NULL, set_up, function, tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/run-augment/clearly-harder-pictures-start-the-fade",
                   test_harder);
  g_test_add_func ("/run-augment/pictures-as-hard-as-before-do-not",
                   test_not_harder);
  g_test_add_func ("/run-augment/nor-do-those-a-little-harder",
                   test_little_harder);
  g_test_add_func ("/run-augment/few-pictures-prove-nothing", test_too_few);
  g_test_add_func ("/run-augment/its-strength-is-the-share-left-or-a-tenth",
                   test_line);
  g_test_add_func ("/run-augment/mirror-images-of-the-same-value-are-taken-up",
                   test_same_value);
  g_test_add_func ("/run-augment/those-of-another-are-not", test_other_value);
  g_test_add_func ("/run-augment/nor-before-the-network-reads-any",
                   test_cannot_read_yet);
  g_test_add_func ("/run-augment/few-mirror-images-prove-nothing",
                   test_too_few_mirrored);
  ADD ("/run-augment/flips-that-leave-values-true-are-found",
       test_flips_are_found);
  ADD ("/run-augment/and-their-mirror-images-answer-too", test_flips_are_averaged);
  ADD ("/run-augment/but-not-of-an-older-model", test_older_models);
  ADD ("/run-augment/what-makes-values-untrue-fades", test_untrue_changes_fade);
  ADD ("/run-augment/what-leaves-them-true-stays", test_true_changes_stay);
  ADD ("/run-augment/a-fading-run-resumes-the-same", test_resumes);

  return g_test_run ();
}
