/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The size, channels and normalisation that are chosen from training images.
 */
#include "data/ord-preparation.h"
#include "fixture.h"

#include <math.h>
#include <string.h>

static void
draw_colour (const Folder *folder,
             const char   *name,
             int           width,
             int           height,
             float         r,
             float         g,
             float         b)
{
  g_autofree char *path = folder_path (folder, name);
  g_autoptr (OrdImage) image = ord_image_new (width, height, 3);
  g_autoptr (GError) error = NULL;
  const float colour[] = { r, g, b };

  for (int i = 0; i < width * height * 3; i++)
    image->pixels[i] = colour[i % 3];
  ord_image_save (image, path, &error);
  g_assert_no_error (error);
}

static OrdPreparation
choose (const Folder *folder,
        int           size)
{
  g_autoptr (OrdDataset) dataset = read_dataset (folder, NULL);
  g_autoptr (GError) error = NULL;
  OrdPreparation preparation;

  ord_preparation_choose (&preparation, dataset, size, &error);
  g_assert_no_error (error);

  return preparation;
}

static void
test_size (void)
{
  static const struct { int source[2], size, chosen[2]; } cases[] = {
    { { 100, 100 }, 96, { 96, 96 } },
    { { 348, 260 }, 96, { 112, 84 } },
    { { 260, 348 }, 96, { 84, 112 } },
    { { 40, 40 }, 96, { 52, 52 } },  /* enlarged by a quarter, to fours */
    { { 1, 1 }, 96, { 4, 4 } },
    { { 900, 1 }, 96, { 108, 12 } }, /* aspect held at eight */
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Folder) folder = folder_new ();
      OrdPreparation preparation;

      folder_draw_set (&folder, 12);
      for (guint j = 0; j < 12; j++)
        {
          g_autofree char *name = g_strdup_printf ("%u.png", j);

          folder_draw (&folder, name, cases[i].source[0], cases[i].source[1],
                       j / 12.0f);
        }

      preparation = choose (&folder, cases[i].size);
      g_assert_cmpint (preparation.width, ==, cases[i].chosen[0]);
      g_assert_cmpint (preparation.height, ==, cases[i].chosen[1]);
      g_assert_cmpint (preparation.channels, ==, 1);
    }
}

static void
test_statistics (void)
{
  g_auto (Folder) folder = folder_new ();
  g_autoptr (OrdDataset) dataset = NULL;
  g_autoptr (GArray) train = NULL;
  OrdPreparation preparation;
  double mean = 0.0, squares = 0.0;

  folder_draw_set (&folder, 51);
  dataset = read_dataset (&folder, NULL);
  train = ord_dataset_get_split (dataset, ORD_SPLIT_TRAIN);
  for (guint i = 0; i < train->len; i++)
    {
      double value = round (g_array_index (train, guint, i) / 51.0 * 255.0)
                     / 255.0;

      mean += value / train->len;
      squares += value * value / train->len;
    }

  preparation = choose (&folder, 96);
  g_assert_cmpfloat_with_epsilon (preparation.mean[0], mean, 1e-5);
  g_assert_cmpfloat_with_epsilon (preparation.sd[0],
                                  sqrt (squares - mean * mean), 1e-5);
}

static void
test_grey_colour_files (void)
{
  g_auto (Folder) folder = folder_new ();

  folder_draw_set (&folder, 12);
  for (guint j = 0; j < 12; j++)
    {
      g_autofree char *name = g_strdup_printf ("%u.png", j);

      draw_colour (&folder, name, 30, 30, j / 12.0f, j / 12.0f, j / 12.0f);
    }
  g_assert_cmpint (choose (&folder, 96).channels, ==, 1);

  for (guint j = 0; j < 12; j++)
    {
      g_autofree char *name = g_strdup_printf ("%u.png", j);

      draw_colour (&folder, name, 30, 30, j / 12.0f, j / 12.0f, 0.5f);
    }
  g_assert_cmpint (choose (&folder, 96).channels, ==, 3);
}

static void
test_even_images (void)
{
  g_auto (Folder) folder = folder_new ();
  OrdPreparation preparation;

  folder_draw_set (&folder, 12);
  for (guint j = 0; j < 12; j++)
    {
      g_autofree char *name = g_strdup_printf ("%u.png", j);

      folder_draw (&folder, name, 20, 20, 0.5f);
    }

  preparation = choose (&folder, 20);
  g_assert_cmpfloat (preparation.sd[0], >, 0.0f);
}

static void
test_unreadable (void)
{
  g_auto (Folder) folder = folder_new ();
  g_autoptr (OrdDataset) dataset = NULL;
  g_autoptr (GError) error = NULL;
  OrdPreparation preparation;

  folder_draw_set (&folder, 12);
  dataset = read_dataset (&folder, NULL);
  for (guint j = 0; j < 12; j++)
    {
      g_autofree char *name = g_strdup_printf ("%u.png", j);

      folder_write (&folder, name, "no picture", -1);
    }
  g_assert_false (ord_preparation_choose (&preparation, dataset, 96, &error));
  assert_error_says (error, ORD_ERROR, ORD_ERROR_DATASET,
                     "None of the training pictures");
  g_clear_error (&error);

  /* One that can be read is enough. */
  {
    g_autoptr (GArray) train = ord_dataset_get_split (dataset, ORD_SPLIT_TRAIN);
    g_autofree char *name =
      g_strdup_printf ("%u.png", g_array_index (train, guint, 3));

    folder_draw (&folder, name, 40, 20, 0.5f);
  }
  g_assert_true (ord_preparation_choose (&preparation, dataset, 16, &error));
  g_assert_no_error (error);
  g_assert_cmpint (preparation.width, ==, 24);
  g_assert_cmpint (preparation.height, ==, 12);
}

static void
test_normalise (void)
{
  const OrdPreparation preparation = { 3, 2, 3, { 0.1f, 0.2f, 0.3f },
                                       { 0.5f, 0.25f, 0.125f } };
  g_autoptr (OrdImage) image = ord_image_new (3, 2, 3);
  float out[18];

  for (int i = 0; i < 18; i++)
    image->pixels[i] = i / 18.0f;
  ord_preparation_normalise (&preparation, image, out);

  for (int c = 0; c < 3; c++)
    for (int i = 0; i < 6; i++)
      g_assert_cmpfloat_with_epsilon (
        out[c * 6 + i], (image->pixels[i * 3 + c] - preparation.mean[c])
                        / preparation.sd[c], 1e-6);
}

/* What GIMP does: it pushes the rows it got into the preparation's scaler. */
static void
test_one_preparation (void)
{
  g_auto (Folder) folder = folder_new ();
  const OrdPreparation preparation = { 20, 16, 1, { 0.5f }, { 0.2f } };
  g_autofree char *path = folder_path (&folder, "c.png");
  g_autofree float *rows = g_new (float, 57 * 43 * 3);
  g_autoptr (OrdImage) source = ord_image_new (57, 43, 3);
  g_autoptr (OrdImage) from_file = NULL;
  g_autoptr (OrdImage) from_rows = NULL;
  g_autoptr (GError) error = NULL;
  OrdScaler *scaler;

  for (int i = 0; i < 57 * 43 * 3; i++)
    {
      rows[i] = (i * 31 % 256) / 255.0f;
      source->pixels[i] = rows[i];
    }
  ord_image_save (source, path, &error);
  g_assert_no_error (error);

  from_file = ord_preparation_load (&preparation, path, &error);
  g_assert_no_error (error);
  scaler = ord_preparation_scaler (&preparation, 57, 43, 3);
  ord_scaler_push (scaler, rows, 43);
  from_rows = ord_scaler_finish (scaler);

  g_assert_cmpmem (from_file->pixels, sizeof (float) * 320,
                   from_rows->pixels, sizeof (float) * 320);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  allow_library_warnings ();
  g_test_add_func ("/preparation/size-follows-the-images", test_size);
  g_test_add_func ("/preparation/mean-and-sd-are-the-training-images",
                   test_statistics);
  g_test_add_func ("/preparation/grey-in-colour-files-is-grey",
                   test_grey_colour_files);
  g_test_add_func ("/preparation/even-images-do-not-divide-by-zero",
                   test_even_images);
  g_test_add_func ("/preparation/unreadable-images-are-passed-over",
                   test_unreadable);
  g_test_add_func ("/preparation/normalises-into-planes", test_normalise);
  g_test_add_func ("/preparation/a-file-and-its-rows-give-the-same",
                   test_one_preparation);

  return g_test_run ();
}
