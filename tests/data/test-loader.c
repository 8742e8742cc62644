/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Batches prepared by worker threads.
 */
#include "data/ord-loader.h"
#include "ord-random.h"
#include "fixture.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#define N 23
#define SIDE 12

static const OrdPreparation preparation = { SIDE, SIDE, 1, { 0.5f }, { 0.25f } };
static const OrdAugmentation augmentation = { 20.0, 0.1, 0.1, 0.2,
                                              { 0.5, 0.5 } };

static void
fill_order (guint *order)
{
  OrdRandom random = ord_random_init (3);

  for (guint i = 0; i < N; i++)
    order[i] = i;
  ord_random_shuffle (&random, order, N);
}

/* All inputs of a pass, in order (transfer full). */
static float *
run_pass (OrdLoader             *loader,
          const guint           *order,
          guint                  batch_size,
          const OrdAugmentation *changes,
          guint64                seed)
{
  const gsize     per_image = SIDE * SIDE;
  float          *all = g_new0 (float, N * per_image);
  guint           n = 0;
  const OrdBatch *batch;
  g_autoptr (GError) error = NULL;

  ord_loader_start (loader, order, N, batch_size, changes, seed);
  while ((batch = ord_loader_next (loader, &error)) != NULL)
    {
      g_assert_cmpuint (batch->n, ==, MIN (batch_size, N - n));
      g_assert_cmpmem (batch->samples, batch->n * sizeof (guint), order + n,
                       batch->n * sizeof (guint));
      memcpy (all + n * per_image, batch->inputs,
              batch->n * per_image * sizeof (float));
      n += batch->n;
    }
  g_assert_no_error (error);
  g_assert_cmpuint (n, ==, N);
  g_assert_null (ord_loader_next (loader, &error));
  g_assert_no_error (error);

  return all;
}

static void
test_plain (void)
{
  g_auto (Folder) folder = folder_new ();
  g_autoptr (OrdDataset) dataset = NULL;
  g_autoptr (OrdLoader) loader = NULL;
  g_autofree float *all = NULL;
  guint order[N];

  folder_draw_set (&folder, N);
  dataset = read_dataset (&folder, NULL);
  loader = ord_loader_new (dataset, &preparation, 2, 1 << 20);
  fill_order (order);
  all = run_pass (loader, order, 5, NULL, 0);

  for (guint i = 0; i < N; i++)
    for (guint j = 0; j < SIDE * SIDE; j++)
      {
        double value = round (order[i] * 255.0 / N) / 255.0;

        g_assert_cmpfloat_with_epsilon (all[i * SIDE * SIDE + j],
                                        (value - 0.5) / 0.25, 1e-4);
      }
}

static void
test_deterministic (void)
{
  g_auto (Folder) folder = folder_new ();
  g_autoptr (OrdDataset) dataset = NULL;
  g_autofree float *expected = NULL;
  guint order[N];
  const gsize per_image = SIDE * SIDE * sizeof (guint16);
  const gsize limits[] = { 0, per_image * 7 + 1, 1 << 20 };

  folder_draw_set (&folder, N);
  for (guint i = 0; i < N; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u.png", i);
      g_autofree char *path = folder_path (&folder, name);
      g_autoptr (OrdImage) image = ord_image_new (19, 14, 1);

      for (guint j = 0; j < 19 * 14; j++)
        image->pixels[j] = (j * 37 + i * 11) % 101 / 101.0f;
      g_assert_true (ord_image_save (image, path, NULL));
    }
  dataset = read_dataset (&folder, NULL);
  fill_order (order);

  for (guint n_workers = 1; n_workers <= 5; n_workers += 2)
    for (guint l = 0; l < G_N_ELEMENTS (limits); l++)
      {
        g_autoptr (OrdLoader) loader = ord_loader_new (dataset, &preparation,
                                                       n_workers, limits[l]);

        /* Twice: from the files, then as far as may be from the cache. */
        for (guint pass = 0; pass < 2; pass++)
          {
            g_autofree float *all = run_pass (loader, order, 4, &augmentation,
                                              77);

            if (expected == NULL)
              expected = g_steal_pointer (&all);
            else
              g_assert_cmpmem (all, N * SIDE * SIDE * sizeof (float), expected,
                               N * SIDE * SIDE * sizeof (float));
          }
      }
}

/* A picture that augmentation changes. */
static void
draw_pattern (const Folder *folder,
              const char   *name)
{
  g_autofree char *path = folder_path (folder, name);
  g_autoptr (OrdImage) image = ord_image_new (SIDE, SIDE, 1);

  for (guint j = 0; j < SIDE * SIDE; j++)
    image->pixels[j] = j % 7 / 7.0f;
  g_assert_true (ord_image_save (image, path, NULL));
}

static void
test_seed (void)
{
  g_auto (Folder) folder = folder_new ();
  g_autoptr (OrdDataset) dataset = NULL;
  g_autoptr (OrdLoader) loader = NULL;
  g_autofree float *first = NULL;
  g_autofree float *second = NULL;
  guint order[N];

  folder_draw_set (&folder, N);
  draw_pattern (&folder, "0.png");
  dataset = read_dataset (&folder, NULL);
  loader = ord_loader_new (dataset, &preparation, 2, 1 << 20);
  fill_order (order);
  first = run_pass (loader, order, N, &augmentation, 1);
  second = run_pass (loader, order, N, &augmentation, 2);
  g_assert_true (memcmp (first, second, N * SIDE * SIDE * sizeof (float)) != 0);
}

/* Draws that are told make the picture, wherever it stands. */
static void
test_draws (void)
{
  g_auto (Folder) folder = folder_new ();
  g_autoptr (OrdDataset) dataset = NULL;
  g_autoptr (OrdLoader)  loader = NULL;
  const guint    some[] = { 7, 3 }, fewer[] = { 3 };
  const guint64  draws[] = { 11, 12 };
  const gsize    size = SIDE * SIDE * sizeof (float);
  g_autofree float *kept = NULL;
  const OrdBatch *batch;

  folder_draw_set (&folder, N);
  draw_pattern (&folder, "3.png");
  dataset = read_dataset (&folder, NULL);
  loader = ord_loader_new (dataset, &preparation, 2, 1 << 20);

  ord_loader_start_draws (loader, some, 2, 2, &augmentation, draws);
  batch = ord_loader_next (loader, NULL);
  kept = g_memdup2 (batch->inputs + SIDE * SIDE, size);
  ord_loader_start_draws (loader, fewer, 1, 1, &augmentation, draws + 1);
  batch = ord_loader_next (loader, NULL);
  g_assert_cmpmem (batch->inputs, size, kept, size);
  ord_loader_start_draws (loader, fewer, 1, 1, &augmentation, draws);
  batch = ord_loader_next (loader, NULL);
  g_assert_cmpint (memcmp (batch->inputs, kept, size), !=, 0);
}

static void
test_unchanged (void)
{
  g_auto (Folder) folder = folder_new ();
  g_autofree char *other = folder_path (&folder, "1.png");
  g_autoptr (OrdDataset) dataset = NULL;
  g_autoptr (OrdLoader)  loader = NULL;
  g_autoptr (GArray)     readable = NULL;

  folder_draw_set (&folder, N);
  dataset = read_dataset (&folder, NULL);
  loader = ord_loader_new (dataset, &preparation, 2, 1 << 20);
  g_assert_false (ord_loader_is_unchanged (loader, 0));
  readable = ord_loader_check (loader, NULL, NULL, NULL, NULL);
  for (guint i = 0; i < N; i++)
    g_assert_true (ord_loader_is_unchanged (loader, i));

  folder_draw (&folder, "0.png", SIDE + 1, SIDE, 0.8f);
  g_assert_cmpint (g_unlink (other), ==, 0);
  for (guint i = 0; i < N; i++)
    {
      const char *file = ord_dataset_get_sample (dataset, i)->file;

      g_assert_cmpint (ord_loader_is_unchanged (loader, i), ==,
                       !g_str_equal (file, "0.png") &&
                       !g_str_equal (file, "1.png"));
    }
}

static void
test_check (void)
{
  g_auto (Folder) folder = folder_new ();
  g_autoptr (OrdDataset) dataset = NULL;
  g_autoptr (OrdLoader) loader = NULL;
  g_autoptr (GArray) readable = NULL;
  g_autoptr (OrdImage) thumbnail = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *missing = folder_path (&folder, "4.png");
  g_autofree char *first = folder_path (&folder, "0.png");
  g_autofree char *content = NULL;
  g_autofree char *hash = NULL;
  GPtrArray *failures;
  gsize length;

  folder_draw_set (&folder, N);
  folder_draw (&folder, "0.png", 300, 150, 0.25f);
  g_assert_cmpint (g_remove (missing), ==, 0);
  folder_write (&folder, "11.png", "no picture", -1);
  dataset = read_dataset (&folder, NULL);
  loader = ord_loader_new (dataset, &preparation, 3, 1 << 20);
  readable = ord_loader_check (loader, NULL, NULL, NULL, &error);
  g_assert_no_error (error);

  g_assert_cmpuint (readable->len, ==, N - 2);
  for (guint i = 0, sample = 0; i < readable->len; i++, sample++)
    {
      while (sample == 4 || sample == 11)
        sample++;
      g_assert_cmpuint (g_array_index (readable, guint, i), ==, sample);
      g_assert_nonnull (ord_dataset_get_sample (dataset, sample)->hash);
      g_assert_nonnull (ord_loader_get_thumbnail (loader, sample));
    }
  g_assert_null (ord_loader_get_thumbnail (loader, 4));

  failures = ord_loader_get_failures (loader);
  g_assert_cmpuint (failures->len, ==, 2);
  g_assert_nonnull (strstr (failures->pdata[0], "4.png: there is no such"));
  g_assert_nonnull (strstr (failures->pdata[1], "11.png"));

  g_assert_true (g_file_get_contents (first, &content, &length, NULL));
  hash = g_compute_checksum_for_data (G_CHECKSUM_SHA256,
                                      (const guchar *) content, length);
  g_assert_cmpstr (ord_dataset_get_sample (dataset, 0)->hash, ==, hash);

  thumbnail = ord_image_decode (ord_loader_get_thumbnail (loader, 0), &error);
  g_assert_no_error (error);
  g_assert_cmpint (thumbnail->width, ==, 112);
  g_assert_cmpint (thumbnail->height, ==, 56);
  g_assert_cmpint (thumbnail->channels, ==, 1);
  g_assert_cmpfloat_with_epsilon (thumbnail->pixels[3000], 0.25f, 0.02);
}

static void
test_check_fills_cache (void)
{
  g_auto (Folder) folder = folder_new ();
  g_autoptr (OrdDataset) dataset = NULL;
  g_autoptr (OrdLoader) loader = NULL;
  g_autoptr (GArray) readable = NULL;
  g_autofree float *all = NULL;
  guint order[N];

  folder_draw_set (&folder, N);
  dataset = read_dataset (&folder, NULL);
  loader = ord_loader_new (dataset, &preparation, 2, 1 << 20);
  readable = ord_loader_check (loader, NULL, NULL, NULL, NULL);
  g_assert_cmpuint (readable->len, ==, N);

  /* Nothing is read again: the files may be gone. */
  for (guint i = 0; i < N; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u.png", i);
      g_autofree char *path = folder_path (&folder, name);

      g_assert_cmpint (g_remove (path), ==, 0);
    }
  fill_order (order);
  all = run_pass (loader, order, 5, NULL, 0);
}

static void
note_progress (const OrdProgress *progress,
               gpointer           user_data)
{
  double *latest = user_data;

  g_assert_cmpfloat (progress->fraction, >=, *latest);
  g_assert_cmpfloat (progress->fraction, <=, 1.0);
  g_assert_true (isnan (progress->loss));
  *latest = progress->fraction;
}

static void
test_progress (void)
{
  g_auto (Folder) folder = folder_new ();
  g_autoptr (OrdDataset) dataset = NULL;
  g_autoptr (OrdLoader) loader = NULL;
  g_autoptr (GArray) readable = NULL;
  double latest = -1.0;

  folder_draw_set (&folder, N);
  dataset = read_dataset (&folder, NULL);
  loader = ord_loader_new (dataset, &preparation, 2, 0);
  readable = ord_loader_check (loader, note_progress, &latest, NULL, NULL);
  g_assert_cmpfloat (latest, ==, 1.0);
}

static void
test_cancelled (void)
{
  g_auto (Folder) folder = folder_new ();
  g_autoptr (OrdDataset) dataset = NULL;
  g_autoptr (OrdLoader) loader = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  folder_draw_set (&folder, N);
  dataset = read_dataset (&folder, NULL);
  loader = ord_loader_new (dataset, &preparation, 2, 1 << 20);
  g_cancellable_cancel (cancellable);
  g_assert_null (ord_loader_check (loader, NULL, NULL, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_vanished (void)
{
  g_auto (Folder) folder = folder_new ();
  g_autoptr (OrdDataset) dataset = NULL;
  guint order[N];

  folder_draw_set (&folder, N);
  dataset = read_dataset (&folder, NULL);
  for (guint i = 0; i < N; i++)
    order[i] = i;
  for (guint i = 9; i < N; i += 3)
    {
      g_autofree char *name = g_strdup_printf ("%u.png", i);
      g_autofree char *path = folder_path (&folder, name);

      g_assert_cmpint (g_remove (path), ==, 0);
    }

  for (guint n_workers = 1; n_workers <= 4; n_workers++)
    {
      g_autoptr (OrdLoader) loader = ord_loader_new (dataset, &preparation,
                                                     n_workers, 1 << 20);
      g_autoptr (GError) error = NULL;
      guint n = 0;

      ord_loader_start (loader, order, N, 4, NULL, 0);
      while (ord_loader_next (loader, &error) != NULL)
        n++;

      g_assert_cmpuint (n, ==, 2);
      assert_error_says (error, ORD_ERROR, ORD_ERROR_IMAGE, "/9.png");

      /* The pass is over, and the next works. */
      g_clear_error (&error);
      g_assert_null (ord_loader_next (loader, &error));
      g_assert_no_error (error);
      ord_loader_start (loader, order, 9, 4, NULL, 0);
      for (n = 0; ord_loader_next (loader, &error) != NULL; n++)
        ;
      g_assert_no_error (error);
      g_assert_cmpuint (n, ==, 3);
    }
}

static void
test_abandoned (void)
{
  g_auto (Folder) folder = folder_new ();
  g_autoptr (OrdDataset) dataset = NULL;
  guint order[N];

  folder_draw_set (&folder, N);
  dataset = read_dataset (&folder, NULL);
  fill_order (order);

  for (guint taken = 0; taken < 5; taken++)
    for (guint n_workers = 1; n_workers <= 4; n_workers += 3)
      {
        g_autoptr (OrdLoader) loader = ord_loader_new (dataset, &preparation,
                                                       n_workers, 0);
        g_autofree float *all = NULL;

        ord_loader_start (loader, order, N, 2, &augmentation, 5);
        for (guint i = 0; i < taken; i++)
          g_assert_nonnull (ord_loader_next (loader, NULL));

        all = run_pass (loader, order, 3, NULL, 0);
        ord_loader_start (loader, order, N, 2, &augmentation, 5);
        for (guint i = 0; i < taken; i++)
          g_assert_nonnull (ord_loader_next (loader, NULL));
        /* And destroyed in the middle of this one. */
      }
}

static void
test_nothing (void)
{
  g_auto (Folder) folder = folder_new ();
  g_autoptr (OrdDataset) dataset = NULL;
  g_autoptr (OrdLoader) loader = NULL;

  folder_draw_set (&folder, N);
  dataset = read_dataset (&folder, NULL);
  loader = ord_loader_new (dataset, &preparation, 2, 0);
  g_assert_null (ord_loader_next (loader, NULL));
  ord_loader_start (loader, NULL, 0, 4, NULL, 0);
  g_assert_null (ord_loader_next (loader, NULL));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  allow_library_warnings ();
  g_test_add_func ("/loader/delivers-in-order-and-normalised", test_plain);
  g_test_add_func ("/loader/is-the-same-for-any-threads-and-memory",
                   test_deterministic);
  g_test_add_func ("/loader/each-seed-draws-anew", test_seed);
  g_test_add_func ("/loader/draws-that-are-told-do-not-depend-on-place",
                   test_draws);
  g_test_add_func ("/loader/a-file-that-changes-is-noticed", test_unchanged);
  g_test_add_func ("/loader/the-check-lists-what-cannot-be-read", test_check);
  g_test_add_func ("/loader/the-check-fills-the-cache",
                   test_check_fills_cache);
  g_test_add_func ("/loader/the-check-reports-progress", test_progress);
  g_test_add_func ("/loader/the-check-can-be-cancelled", test_cancelled);
  g_test_add_func ("/loader/a-vanished-picture-is-an-error", test_vanished);
  g_test_add_func ("/loader/a-pass-can-be-abandoned", test_abandoned);
  g_test_add_func ("/loader/an-empty-pass-ends-at-once", test_nothing);

  return g_test_run ();
}
