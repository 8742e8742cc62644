/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Random changes of training images.
 */
#include "data/ord-augmentation.h"
#include "ord-random.h"

#include <math.h>
#include <string.h>

static OrdImage *
random_image (int width,
              int height,
              int channels)
{
  OrdImage *image = ord_image_new (width, height, channels);
  OrdRandom random = ord_random_init (11);

  for (int i = 0; i < width * height * channels; i++)
    image->pixels[i] = ord_random_uniform (&random);

  return image;
}

/* A smooth bright spot of this width in the middle of a dark image, moved by
 * (dx, dy) from it. */
static OrdImage *
spot_image (int    side,
            double dx,
            double dy)
{
  OrdImage *image = ord_image_new (side, side, 1);
  double    middle = (side - 1) / 2.0;

  for (int y = 0; y < side; y++)
    for (int x = 0; x < side; x++)
      image->pixels[y * side + x] =
        exp (-(pow (x - middle - dx, 2) + pow (y - middle - dy, 2)) / 18.0);

  return image;
}

static gsize
n_bytes (const OrdImage *image)
{
  return sizeof (float) * image->width * image->height * image->channels;
}

static gboolean
same (const OrdImage *first,
      const OrdImage *second)
{
  return memcmp (first->pixels, second->pixels, n_bytes (first)) == 0;
}

static void
find_spot (const OrdImage *image,
           double         *dx,
           double         *dy)
{
  double sum = 0.0, x_sum = 0.0, y_sum = 0.0;

  for (int y = 0; y < image->height; y++)
    for (int x = 0; x < image->width; x++)
      {
        double value = image->pixels[y * image->width + x];

        sum += value;
        x_sum += value * x;
        y_sum += value * y;
      }

  *dx = x_sum / sum - (image->width - 1) / 2.0;
  *dy = y_sum / sum - (image->height - 1) / 2.0;
}

static void
test_off (void)
{
  const OrdAugmentation none = { 0 };

  for (int channels = 1; channels <= 3; channels += 2)
    for (guint64 seed = 0; seed < 20; seed++)
      {
        g_autoptr (OrdImage) image = random_image (17, 12, channels);
        g_autoptr (OrdImage) out = ord_image_new (17, 12, channels);

        ord_augmentation_apply (&none, seed, image, out);
        g_assert_true (same (image, out));
      }
}

static void
test_deterministic (void)
{
  const OrdAugmentation all = { 20.0, 0.1, 0.2, 0.3, { 0.5, 0.5 } };
  g_autoptr (OrdImage) image = random_image (24, 20, 3);
  g_autoptr (OrdImage) first = ord_image_new (24, 20, 3);
  g_autoptr (OrdImage) again = ord_image_new (24, 20, 3);
  g_autoptr (OrdImage) other = ord_image_new (24, 20, 3);

  for (guint64 seed = 0; seed < 20; seed++)
    {
      ord_augmentation_apply (&all, seed, image, first);
      ord_augmentation_apply (&all, seed, image, again);
      ord_augmentation_apply (&all, seed + 1, image, other);
      g_assert_true (same (first, again));
      g_assert_false (same (first, other));
    }
}

static void
test_rotation (void)
{
  const OrdAugmentation rotation = { .rotation = 90.0 };
  g_autoptr (OrdImage) image = spot_image (64, 15.0, 0.0);
  g_autoptr (OrdImage) out = ord_image_new (64, 64, 1);
  double least = 90.0, most = -90.0;

  for (guint64 seed = 0; seed < 200; seed++)
    {
      double dx, dy, angle;

      ord_augmentation_apply (&rotation, seed, image, out);
      find_spot (out, &dx, &dy);
      angle = atan2 (dy, dx) * 180.0 / G_PI;

      /* The draw: the first number of the seed's sequence. */
      {
        OrdRandom random = ord_random_init (seed);
        double    drawn = 90.0 * ord_random_range (&random, -1.0, 1.0);

        g_assert_cmpfloat_with_epsilon (hypot (dx, dy), 15.0, 0.1);
        /* Counter-clockwise as seen: y points down. */
        g_assert_cmpfloat_with_epsilon (angle, -drawn, 0.5);
      }

      least = MIN (least, angle);
      most = MAX (most, angle);
    }

  g_assert_cmpfloat (least, <, -80.0);
  g_assert_cmpfloat (most, >, 80.0);
}

static void
test_shift (void)
{
  const OrdAugmentation shift = { .shift = 0.25 };
  g_autoptr (OrdImage) image = spot_image (64, 0.0, 0.0);
  g_autoptr (OrdImage) out = ord_image_new (64, 64, 1);
  double most = 0.0;

  for (guint64 seed = 0; seed < 200; seed++)
    {
      double dx, dy;

      ord_augmentation_apply (&shift, seed, image, out);
      find_spot (out, &dx, &dy);
      g_assert_cmpfloat (MAX (fabs (dx), fabs (dy)), <, 16.1);
      most = MAX (most, dx);
    }

  g_assert_cmpfloat (most, >, 14.0);
}

static void
test_scale (void)
{
  const OrdAugmentation scale = { .scale = 0.5 };
  g_autoptr (OrdImage) image = spot_image (64, 12.0, 0.0);
  g_autoptr (OrdImage) out = ord_image_new (64, 64, 1);
  double least = 64.0, most = 0.0;

  for (guint64 seed = 0; seed < 200; seed++)
    {
      double dx, dy;

      ord_augmentation_apply (&scale, seed, image, out);
      find_spot (out, &dx, &dy);
      g_assert_cmpfloat_with_epsilon (dy, 0.0, 0.05);
      least = MIN (least, dx);
      most = MAX (most, dx);
    }

  g_assert_cmpfloat (least, >, 5.9);
  g_assert_cmpfloat (least, <, 6.6);
  g_assert_cmpfloat (most, <, 18.1);
  g_assert_cmpfloat (most, >, 17.4);
}

static void
test_flips (void)
{
  const OrdAugmentation flips = { .flips = { 0.5, 0.5 } };
  g_autoptr (OrdImage) image = random_image (9, 6, 3);
  g_autoptr (OrdImage) out = ord_image_new (9, 6, 3);
  guint seen[4] = { 0 };

  for (guint64 seed = 0; seed < 400; seed++)
    {
      gboolean matches[4] = { TRUE, TRUE, TRUE, TRUE };

      ord_augmentation_apply (&flips, seed, image, out);
      for (int kind = 0; kind < 4; kind++)
        for (int y = 0; y < 6; y++)
          for (int x = 0; x < 9; x++)
            for (int c = 0; c < 3; c++)
              matches[kind] &=
                out->pixels[(y * 9 + x) * 3 + c]
                == image->pixels[((kind & 2 ? 5 - y : y) * 9
                                  + (kind & 1 ? 8 - x : x)) * 3 + c];

      g_assert_cmpint (matches[0] + matches[1] + matches[2] + matches[3], ==,
                       1);
      for (int kind = 0; kind < 4; kind++)
        seen[kind] += matches[kind];
    }

  for (int kind = 0; kind < 4; kind++)
    g_assert_cmpuint (seen[kind], >, 60);
}

static void
test_contrast (void)
{
  const OrdAugmentation contrast = { .contrast = 0.2 };
  g_autoptr (OrdImage) image = random_image (20, 20, 1);
  g_autoptr (OrdImage) out = ord_image_new (20, 20, 1);
  double mean = 0.0;

  /* Far enough from black and white not to be cut off. */
  for (int i = 0; i < 400; i++)
    {
      image->pixels[i] = 0.3f + 0.4f * image->pixels[i];
      mean += image->pixels[i] / 400.0;
    }

  for (guint64 seed = 0; seed < 50; seed++)
    {
      double factor;

      ord_augmentation_apply (&contrast, seed, image, out);
      factor = (out->pixels[0] - mean) / (image->pixels[0] - mean);
      g_assert_cmpfloat (factor, >, 0.79);
      g_assert_cmpfloat (factor, <, 1.21);
      for (int i = 0; i < 400; i++)
        g_assert_cmpfloat_with_epsilon (
          out->pixels[i], mean + factor * (image->pixels[i] - mean), 1e-5);
    }
}

/* The plain form of the warp, every pixel with its border checks. */
static void
test_twin (void)
{
  const OrdAugmentation all = { 180.0, 0.5, 0.5, 0.0, { 0.5, 0.5 } };
  g_autoptr (OrdImage) image = random_image (31, 22, 3);
  g_autoptr (OrdImage) out = ord_image_new (31, 22, 3);

  for (guint64 seed = 0; seed < 100; seed++)
    {
      OrdRandom random = ord_random_init (seed);
      double    angle = ord_random_range (&random, -1.0, 1.0) * G_PI;
      double    dx = ord_random_range (&random, -1.0, 1.0) * 0.5 * 31;
      double    dy = ord_random_range (&random, -1.0, 1.0) * 0.5 * 22;
      double    scale = 1.0 + ord_random_range (&random, -1.0, 1.0) * 0.5;
      gboolean  flip_x, flip_y;

      ord_random_uniform (&random);
      flip_x = ord_random_uniform (&random) < 0.5;
      flip_y = ord_random_uniform (&random) < 0.5;
      ord_augmentation_apply (&all, seed, image, out);

      for (int y = 0; y < 22; y++)
        for (int x = 0; x < 31; x++)
          {
            double px = x - 15.0 - dx, py = y - 10.5 - dy;
            double qx = (px * cos (angle) - py * sin (angle)) / scale;
            double qy = (px * sin (angle) + py * cos (angle)) / scale;
            double sx = CLAMP (15.0 + (flip_x ? -qx : qx), 0.0, 30.0);
            double sy = CLAMP (10.5 + (flip_y ? -qy : qy), 0.0, 21.0);

            for (int c = 0; c < 3; c++)
              {
                double sum = 0.0;

                for (int j = 0; j < 22; j++)
                  for (int i = 0; i < 31; i++)
                    sum += image->pixels[(j * 31 + i) * 3 + c]
                           * MAX (0.0, 1.0 - fabs (i - sx))
                           * MAX (0.0, 1.0 - fabs (j - sy));

                g_assert_cmpfloat_with_epsilon (
                  out->pixels[(y * 31 + x) * 3 + c], sum, 1e-4);
              }
          }
    }
}

static void
test_tiny (void)
{
  const OrdAugmentation all = { 180.0, 1.0, 0.9, 0.9, { 0.5, 0.5 } };
  static const int sizes[][2] = { { 1, 1 }, { 1, 9 }, { 9, 1 }, { 2, 2 } };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (guint64 seed = 0; seed < 200; seed++)
      {
        g_autoptr (OrdImage) image = random_image (sizes[i][0], sizes[i][1], 1);
        g_autoptr (OrdImage) out = ord_image_new (sizes[i][0], sizes[i][1], 1);

        ord_augmentation_apply (&all, seed, image, out);
        for (int j = 0; j < sizes[i][0] * sizes[i][1]; j++)
          g_assert_true (out->pixels[j] >= 0.0f && out->pixels[j] <= 1.0f);
      }
}

/* Without degrees there is nothing to halve: mirror images stay. */
static void
test_weaken (void)
{
  OrdAugmentation half = { .rotation = 10.0, .shift = 0.2, .scale = 0.4,
                           .contrast = 0.6, .flips = { 0.0, 0.5 } };
  OrdAugmentation none = half;

  ord_augmentation_weaken (&half, 0.5);
  g_assert_cmpfloat (half.rotation, ==, 5.0);
  g_assert_cmpfloat (half.shift, ==, 0.1);
  g_assert_cmpfloat (half.scale, ==, 0.2);
  g_assert_cmpfloat (half.contrast, ==, 0.3);
  g_assert_cmpfloat (half.flips[ORD_FLIP_HORIZONTAL], ==, 0.0);
  g_assert_cmpfloat (half.flips[ORD_FLIP_VERTICAL], ==, 0.5);

  none.flips[ORD_FLIP_VERTICAL] = 0.0;
  ord_augmentation_weaken (&none, 0.0);
  for (guint64 seed = 0; seed < 8; seed++)
    {
      g_autoptr (OrdImage) image = random_image (9, 7, 1);
      g_autoptr (OrdImage) out = ord_image_new (9, 7, 1);

      ord_augmentation_apply (&none, seed, image, out);
      g_assert_true (same (image, out));
    }
}

static void
test_options (void)
{
  g_autoptr (OrdOptions) options = ord_options_new ();
  OrdAugmentation augmentation;

  ord_options_add (options, ord_augmentation_options);
  ord_augmentation_from_options (&augmentation, options);
  g_assert_cmpfloat (augmentation.rotation, ==, 10.0);
  g_assert_cmpfloat (augmentation.contrast, ==, 0.2);
  g_assert_cmpfloat (augmentation.flips[ORD_FLIP_HORIZONTAL], ==, 0.0);

  g_assert_true (ord_options_parse (options, "flip-vertical=on rotation=0",
                                    NULL));
  ord_augmentation_from_options (&augmentation, options);
  g_assert_cmpfloat (augmentation.rotation, ==, 0.0);
  g_assert_cmpfloat (augmentation.flips[ORD_FLIP_VERTICAL], ==, 0.5);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/augmentation/switched-off-changes-nothing", test_off);
  g_test_add_func ("/augmentation/is-the-seed-s", test_deterministic);
  g_test_add_func ("/augmentation/turns-by-the-angle", test_rotation);
  g_test_add_func ("/augmentation/moves-within-the-share", test_shift);
  g_test_add_func ("/augmentation/scales-within-the-share", test_scale);
  g_test_add_func ("/augmentation/mirrors-exactly", test_flips);
  g_test_add_func ("/augmentation/contrast-keeps-the-mean", test_contrast);
  g_test_add_func ("/augmentation/agrees-with-its-slow-twin", test_twin);
  g_test_add_func ("/augmentation/tiny-images-work", test_tiny);
  g_test_add_func ("/augmentation/weakens-all-but-mirror-images", test_weaken);
  g_test_add_func ("/augmentation/options-are-understood", test_options);

  return g_test_run ();
}
