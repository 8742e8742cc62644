/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Training on a frozen network: what is known from earlier trainings is not
 * computed again, and changes nothing.
 */
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "../folder.h"
#include "data/ord-image.h"
#include "encoder/ord-feature-cache.h"
#include "frozen-fixture.h"

static void
set_up (Pretraining   *training,
        gconstpointer  data)
{
  pretraining_init (training, "frozen", -1, -1);
  g_assert_true (ord_options_parse (training->options, "size=24 copies=2",
                                    NULL));
}

/* The tests of a process share its cache folder. */
static void
tear_down (Pretraining   *training,
           gconstpointer  data)
{
  g_autofree char *folder = ord_feature_cache_get_folder ();

  pretraining_clear (training);
  folder_remove (folder);
}

static OrdModel *
run (Pretraining *training)
{
  g_autoptr (GError) error = NULL;
  OrdModel          *model = pretraining_run (training, &error);

  g_assert_no_error (error);
  return model;
}

static void
assert_told (Pretraining *training,
             guint        known,
             guint        all)
{
  g_autofree char *stage =
    known == 0 ? g_strdup ("Computing features")
    : known == all ? g_strdup_printf ("%u features are from the cache", all)
    : g_strdup_printf ("Computing features (%u of %u are from the cache)",
                       known, all);

  g_assert_true (pretraining_told (training, stage));
  g_assert_cmpuint (training->warnings->len, ==, 0);
}

/* All pictures, and two copies of each that is trained on. */
static guint
count_all (OrdModel *model)
{
  const OrdModelParts *parts = ord_model_get_parts (model);

  return ord_dataset_get_n_samples (parts->dataset) + 2 * parts->n_reference;
}

static void
assert_same (OrdModel *a,
             OrdModel *b)
{
  const OrdModelParts *one = ord_model_get_parts (a);
  const OrdModelParts *other = ord_model_get_parts (b);
  guint                n = ord_dataset_get_n_samples (one->dataset);
  gsize                size = sizeof (float) * n * one->width;

  g_assert_cmpuint (ord_dataset_get_n_samples (other->dataset), ==, n);
  g_assert_cmpmem (one->features, size, other->features, size);
  g_assert_cmpuint (one->tensors->len, ==, other->tensors->len);
  for (guint i = 0; i < one->tensors->len; i++)
    {
      const OrdTensor *first = g_ptr_array_index (one->tensors, i);
      const OrdTensor *second = g_ptr_array_index (other->tensors, i);
      gsize            bytes = sizeof (float) * ord_tensor_count (first);

      g_assert_cmpstr (first->name, ==, second->name);
      g_assert_cmpuint (ord_tensor_count (second), ==,
                        ord_tensor_count (first));
      g_assert_cmpmem (first->values, bytes, second->values, bytes);
    }
}

static void
set (Pretraining *training,
     const char  *options)
{
  g_assert_true (ord_options_parse (training->options, options, NULL));
}

static void
test_same (Pretraining   *training,
           gconstpointer  data)
{
  g_autofree char     *folder = ord_feature_cache_get_folder ();
  g_autoptr (OrdModel) without = NULL;
  g_autoptr (OrdModel) first = NULL;
  g_autoptr (OrdModel) second = NULL;

  set (training, "feature-cache=0");
  without = run (training);
  assert_told (training, 0, 0);
  g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));

  set (training, "feature-cache=64");
  first = run (training);
  assert_told (training, 0, 0);
  second = run (training);
  assert_told (training, count_all (second), count_all (second));
  assert_same (first, without);
  assert_same (second, without);
}

static void
test_renamed (Pretraining   *training,
              gconstpointer  data)
{
  g_autofree char     *elsewhere = g_strconcat (training->folder, "-b", NULL);
  g_autoptr (OrdModel) first = run (training);
  g_autoptr (OrdModel) second = NULL;

  g_assert_cmpint (g_rename (training->folder, elsewhere), ==, 0);
  g_set_str (&training->folder, elsewhere);
  second = run (training);
  assert_told (training, count_all (first), count_all (first));
  assert_same (first, second);
}

/* The least change of a picture: one pixel, by one of 255. */
static void
change_pixel (const char *path)
{
  g_autoptr (GError)   error = NULL;
  g_autoptr (OrdImage) image = NULL;
  int                  width, height, channels;

  g_assert_true (ord_image_probe (path, &width, &height, &channels, &error));
  image = ord_image_load (path, width, height, channels, ORD_FIT_PAD, &error);
  g_assert_no_error (error);
  image->pixels[0] += image->pixels[0] < 0.5f ? 1.0f / 255.0f : -1.0f / 255.0f;
  g_assert_true (ord_image_save (image, path, &error));
}

static void
test_changed (Pretraining   *training,
              gconstpointer  data)
{
  g_autoptr (OrdModel) first = run (training);
  g_autoptr (OrdModel) second = NULL;
  g_autoptr (OrdModel) without = NULL;
  OrdDataset          *dataset = ord_model_get_parts (first)->dataset;

  /* The first sample is one that is trained on, so its copies change too. */
  change_pixel (ord_dataset_get_sample (dataset, 0)->path);
  second = run (training);
  assert_told (training, count_all (first) - 3, count_all (first));
  set (training, "feature-cache=0");
  without = run (training);
  assert_same (second, without);
}

/* The size makes other rows of all pictures, augmentation of the copies; how the
 * head is trained, of none. */
static void
test_options (Pretraining   *training,
              gconstpointer  data)
{
  g_autoptr (OrdModel) first = run (training);
  guint                all = count_all (first);
  guint n = ord_dataset_get_n_samples (ord_model_get_parts (first)->dataset);

  g_clear_object (&first);
  set (training, "rotation=3");
  first = run (training);
  assert_told (training, n, all);
  set (training, "rotation=10 rate=0.001 epochs=2 hidden=24");
  g_clear_object (&first);
  first = run (training);
  assert_told (training, all, all);
  set (training, "size=32");
  g_clear_object (&first);
  first = run (training);
  assert_told (training, 0, all);
}

static void
test_seed (Pretraining   *training,
           gconstpointer  data)
{
  g_autoptr (OrdModel) first = run (training);
  g_autoptr (OrdModel) second = NULL;
  guint n = ord_dataset_get_n_samples (ord_model_get_parts (first)->dataset);

  set (training, "seed=2");
  second = run (training);
  assert_told (training, n, count_all (first));
}

/* What was computed by then is kept. */
static void
test_cancelled (Pretraining   *training,
                gconstpointer  data)
{
  g_autoptr (GError)   error = NULL;
  g_autoptr (OrdModel) model = NULL;
  g_autoptr (OrdModel) without = NULL;

  training->cancel_in = "Computing features";
  g_assert_null (pretraining_run (training, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  training->cancel_in = NULL;
  model = run (training);
  assert_told (training, 32, count_all (model));
  set (training, "feature-cache=0");
  without = run (training);
  assert_same (model, without);
}

static void
test_unusable (Pretraining   *training,
               gconstpointer  data)
{
  g_autofree char     *folder = ord_feature_cache_get_folder ();
  g_autofree char     *parent = g_path_get_dirname (folder);
  g_autoptr (OrdModel) model = NULL;
  g_autoptr (OrdModel) without = NULL;

  g_assert_cmpint (g_mkdir_with_parents (parent, 0700), ==, 0);
  g_assert_true (g_file_set_contents (folder, "in the way", -1, NULL));
  model = run (training);
  g_assert_cmpuint (training->warnings->len, ==, 1);
  g_assert_nonnull (strstr (g_ptr_array_index (training->warnings, 0), folder));
  g_unlink (folder);
  set (training, "feature-cache=0");
  without = run (training);
  assert_same (model, without);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

#define ADD(claim, func) g_test_add ("/frozen/" claim, Pretraining, NULL, \
                                     set_up, func, tear_down)
  ADD ("a-model-is-the-same-with-the-cache-and-without", test_same);
  ADD ("a-renamed-folder-is-known", test_renamed);
  ADD ("a-pixel-makes-another-picture", test_changed);
  ADD ("what-changes-the-pictures-is-computed-anew", test_options);
  ADD ("another-seed-makes-other-copies", test_seed);
  ADD ("a-cancelled-training-keeps-what-it-computed", test_cancelled);
  ADD ("a-cache-that-cannot-be-used-is-one-note", test_unusable);

  return g_test_run ();
}
