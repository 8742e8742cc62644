/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The sample gauges.
 */
#include "data/ord-gauge.h"
#include "data/ord-sample-pictures.h"
#include "fixture.h"

#include <math.h>
#include <string.h>

static void
write_samples (const Folder *folder,
               guint         n,
               guint64       seed)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (ord_sample_pictures_write (folder->path, n, seed, NULL, NULL,
                                            NULL, &error));
  g_assert_no_error (error);
}

static char *
content_of (const Folder *folder,
            const char   *name,
            gsize        *length)
{
  g_autofree char *path = folder_path (folder, name);
  char *content = NULL;

  g_assert_true (g_file_get_contents (path, &content, length, NULL));

  return content;
}

static void
test_dataset (void)
{
  g_auto (Folder) folder = folder_new ();
  g_autoptr (OrdDataset) dataset = NULL;
  guint sizes[ORD_N_SPLITS] = { 0 };

  write_samples (&folder, 40, 1);
  dataset = read_dataset (&folder, NULL);
  g_assert_cmpuint (ord_dataset_get_n_samples (dataset), ==, 40);
  g_assert_cmpstr (ord_dataset_get_unit (dataset), ==, "bar");

  for (guint i = 0; i < 40; i++)
    {
      const OrdSample *sample = ord_dataset_get_sample (dataset, i);
      int width, height, channels;

      g_assert_cmpfloat (sample->labels[0], >=, 0.0);
      g_assert_cmpfloat (sample->labels[0], <=, 10.0);
      sizes[sample->split]++;
      g_assert_true (ord_image_probe (sample->path, &width, &height, &channels,
                                      NULL));
      g_assert_cmpint (width, ==, 160);
      g_assert_cmpint (height, ==, 160);
      g_assert_cmpint (channels, ==, 3);
    }

  g_assert_cmpuint (sizes[ORD_SPLIT_TRAIN], ==, 28);
  g_assert_cmpuint (sizes[ORD_SPLIT_VALIDATION], ==, 6);
  g_assert_cmpuint (sizes[ORD_SPLIT_TEST], ==, 6);
}

static void
test_seeded (void)
{
  g_auto (Folder) first = folder_new ();
  g_auto (Folder) same = folder_new ();
  g_auto (Folder) other = folder_new ();
  static const char * const names[] = { "labels.csv", "gauge-0003.png" };

  write_samples (&first, 3, 5);
  write_samples (&same, 3, 5);
  write_samples (&other, 3, 6);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      gsize a_length, b_length, c_length;
      g_autofree char *a = content_of (&first, names[i], &a_length);
      g_autofree char *b = content_of (&same, names[i], &b_length);
      g_autofree char *c = content_of (&other, names[i], &c_length);

      g_assert_cmpmem (a, a_length, b, b_length);
      g_assert_true (a_length != c_length || memcmp (a, c, a_length) != 0);
    }
}

static void
test_earlier (void)
{
  g_auto (Folder) folder = folder_new ();
  g_autofree char *beyond = folder_path (&folder, "gauge-0004.png");

  write_samples (&folder, 5, 1);
  write_samples (&folder, 3, 2);
  g_assert_false (g_file_test (beyond, G_FILE_TEST_EXISTS));
}

static void
assert_refused (const Folder *folder,
                const char   *kept)
{
  g_autoptr (GError) error = NULL;
  gsize length;
  g_autofree char *before = content_of (folder, kept, &length);
  g_autofree char *after = NULL;

  g_assert_false (ord_sample_pictures_write (folder->path, 3, 1, NULL, NULL,
                                             NULL, &error));
  assert_error_says (error, ORD_ERROR, ORD_ERROR_DATASET, "is not empty");
  after = content_of (folder, kept, &length);
  g_assert_cmpstr (before, ==, after);
}

static void
test_foreign (void)
{
  g_auto (Folder) folder = folder_new ();
  g_auto (Folder) labelled = folder_new ();
  g_auto (Folder) mixed = folder_new ();

  folder_write (&folder, "gauge-0001.png", "somebody's", -1);
  assert_refused (&folder, "gauge-0001.png");

  folder_write (&labelled, "labels.csv", "file,value\n", -1);
  assert_refused (&labelled, "labels.csv");

  write_samples (&mixed, 3, 1);
  folder_write (&mixed, "gauge-0001.png.bak", "somebody's", -1);
  assert_refused (&mixed, "labels.csv");
}

static void
test_no_folder (void)
{
  g_auto (Folder) folder = folder_new ();
  g_autofree char *path = folder_path (&folder, "file/below");
  g_autoptr (GError) error = NULL;

  folder_write (&folder, "file", "", 0);
  g_assert_false (ord_sample_pictures_write (path, 3, 1, NULL, NULL, NULL,
                                             &error));
  g_assert_nonnull (strstr (error->message, "Cannot make the folder"));
}

static void
cancel (const OrdProgress *progress,
        gpointer           cancellable)
{
  if (progress->fraction > 0.5)
    g_cancellable_cancel (cancellable);
}

static void
test_cancelled (void)
{
  g_auto (Folder) folder = folder_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_assert_false (ord_sample_pictures_write (folder.path, 6, 1, cancel,
                                             cancellable, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  /* What is left may be drawn over. */
  write_samples (&folder, 3, 1);
}

/* How much two drawings differ around the hub in this direction: in a sector
 * wide enough for the dial's random offset and turn. */
static double
difference_towards (const OrdImage *first,
                    const OrdImage *second,
                    double          angle)
{
  const int side = first->width;
  double    sum = 0.0;

  for (double r = 0.25; r < 0.42; r += 0.01)
    for (double turn = -0.3; turn <= 0.3; turn += 0.03)
      {
        int x = side / 2.0 * (1.0 + r * cos (angle + turn));
        int y = side / 2.0 * (1.0 + r * sin (angle + turn));

        for (int c = 0; c < 3; c++)
          sum += fabsf (first->pixels[(y * side + x) * 3 + c]
                        - second->pixels[(y * side + x) * 3 + c]);
      }

  return sum;
}

/* Half the dial apart, the same design differs where the needle stands and not
 * half way in between. */
static void
test_needle (void)
{
  for (guint64 seed = 0; seed < 20; seed++)
    for (int value = 0; value <= 10; value++)
      {
        OrdRandom random = ord_random_init (seed);
        OrdRandom again = ord_random_init (seed);
        int       away = value < 5 ? 1 : -1;
        g_autoptr (OrdImage) here = ord_gauge_draw (value, 200, &random);
        g_autoptr (OrdImage) there = ord_gauge_draw (value + 5 * away, 200,
                                                     &again);
        double degree = G_PI / 180.0;
        double angle = (135.0 + 27.0 * value) * degree;

        g_assert_cmpfloat (difference_towards (here, there, angle), >,
                           4.0 * difference_towards (here, there,
                                                     angle + away * 67.5
                                                             * degree));
      }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sample-pictures/are-a-dataset", test_dataset);
  g_test_add_func ("/sample-pictures/are-the-seed-s", test_seeded);
  g_test_add_func ("/sample-pictures/replace-earlier-ones", test_earlier);
  g_test_add_func ("/sample-pictures/overwrite-nothing-else", test_foreign);
  g_test_add_func ("/sample-pictures/an-impossible-folder-is-an-error",
                   test_no_folder);
  g_test_add_func ("/sample-pictures/can-be-cancelled", test_cancelled);
  g_test_add_func ("/sample-pictures/the-needle-stands-at-the-value",
                   test_needle);

  return g_test_run ();
}
