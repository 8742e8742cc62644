/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The streaming scaler against a plain two-dimensional sum in double precision.
 */
#include "data/ord-image.h"
#include "ord-random.h"

#include <math.h>
#include <string.h>

static float *
random_rows (int     width,
             int     height,
             int     channels,
             guint64 seed)
{
  OrdRandom random = ord_random_init (seed);
  gsize     n = (gsize) width * height * channels;
  float    *rows = g_new (float, n);

  for (gsize i = 0; i < n; i++)
    rows[i] = ord_random_uniform (&random);

  return rows;
}

/* In strips of changing height, as a file gives them. */
static OrdImage *
scale (const float *rows,
       int          source_width,
       int          source_height,
       int          source_channels,
       int          width,
       int          height,
       int          channels,
       OrdFit       fit)
{
  OrdScaler *scaler = ord_scaler_new (source_width, source_height,
                                      source_channels, width, height, channels,
                                      fit);

  for (int y = 0, n = 1; y < source_height; y += n, n = n % 5 + 1)
    {
      n = MIN (n, source_height - y);
      ord_scaler_push (scaler, rows + (gsize) y * source_width
                                      * source_channels, n);
    }

  return ord_scaler_finish (scaler);
}

/* One channel of one source pixel, on white. */
static double
source_value (const float *pixel,
              int          source_channels,
              int          channels,
              int          channel)
{
  double alpha = source_channels % 2 == 0 ? pixel[source_channels - 1] : 1.0;
  double v[3];

  for (int c = 0; c < 3; c++)
    v[c] = pixel[source_channels <= 2 ? 0 : c] * alpha + 1.0 - alpha;

  return channels == 3 ? v[channel]
                       : 0.2126 * v[0] + 0.7152 * v[1] + 0.0722 * v[2];
}

static double
weight (int source,
        int n_source,
        int out,
        int n_out)
{
  double ratio = (double) n_source / n_out;
  double centre = (out + 0.5) * ratio - 0.5;

  return MAX (0.0, 1.0 - fabs (source - centre) / MAX (ratio, 1.0));
}

/* The slow twin, for pixel (x, y) of the picture itself. */
static double
twin (const float *rows,
      int          source_width,
      int          source_height,
      int          source_channels,
      int          inner_width,
      int          inner_height,
      int          channels,
      int          x,
      int          y,
      int          channel)
{
  double sum = 0.0, weights = 0.0;

  for (int j = 0; j < source_height; j++)
    for (int i = 0; i < source_width; i++)
      {
        double w = weight (i, source_width, x, inner_width)
                   * weight (j, source_height, y, inner_height);

        if (w > 0.0)
          sum += w * source_value (rows + ((gsize) j * source_width + i)
                                          * source_channels,
                                   source_channels, channels, channel);
        weights += w;
      }

  return sum / weights;
}

static void
check_case (int source_width,
            int source_height,
            int source_channels,
            int width,
            int height,
            int channels)
{
  g_autofree float *rows = random_rows (source_width, source_height,
                                        source_channels, 7);
  g_autoptr (OrdImage) image = scale (rows, source_width, source_height,
                                      source_channels, width, height, channels,
                                      ORD_FIT_PAD);
  double share = MIN ((double) width / source_width,
                      (double) height / source_height);
  int    inner_width = CLAMP (floor (source_width * share + 0.5), 1, width);
  int    inner_height = CLAMP (floor (source_height * share + 0.5), 1, height);
  int    left = (width - inner_width) / 2;
  int    top = (height - inner_height) / 2;

  g_assert_cmpint (image->width, ==, width);
  g_assert_cmpint (image->height, ==, height);
  g_assert_cmpint (image->channels, ==, channels);

  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      for (int c = 0; c < channels; c++)
        {
          double expected = twin (rows, source_width, source_height,
                                  source_channels, inner_width, inner_height,
                                  channels,
                                  CLAMP (x - left, 0, inner_width - 1),
                                  CLAMP (y - top, 0, inner_height - 1), c);

          g_assert_cmpfloat_with_epsilon (
            image->pixels[(y * width + x) * channels + c], expected, 1e-5);
        }
}

static void
test_twin (void)
{
  static const int sizes[][4] = {
    { 40, 30, 12, 12 }, { 30, 40, 12, 12 }, { 37, 41, 10, 9 },
    { 7, 5, 20, 16 }, { 13, 9, 13, 12 }, { 1, 1, 6, 4 }, { 2, 1, 8, 8 },
    { 60, 2, 8, 8 }, { 2, 60, 8, 8 }, { 100, 1, 16, 16 }, { 1, 100, 16, 16 },
    { 33, 33, 32, 32 }, { 31, 31, 32, 32 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (int source_channels = 1; source_channels <= 4; source_channels++)
      for (int channels = 1; channels <= 3; channels += 2)
        check_case (sizes[i][0], sizes[i][1], source_channels, sizes[i][2],
                    sizes[i][3], channels);
}

static void
test_identity (void)
{
  for (int channels = 1; channels <= 3; channels += 2)
    {
      g_autofree float *rows = random_rows (23, 17, channels, 3);
      g_autoptr (OrdImage) image = scale (rows, 23, 17, channels, 23, 17,
                                          channels, ORD_FIT_PAD);

      g_assert_cmpmem (image->pixels, sizeof (float) * 23 * 17 * channels,
                       rows, sizeof (float) * 23 * 17 * channels);
    }
}

static void
test_grey_as_colour (void)
{
  g_autofree float *grey = random_rows (50, 40, 1, 5);
  g_autofree float *colour = g_new (float, 50 * 40 * 4);
  g_autoptr (OrdImage) expected = scale (grey, 50, 40, 1, 16, 16, 1,
                                         ORD_FIT_PAD);
  g_autoptr (OrdImage) image = NULL;

  for (int i = 0; i < 50 * 40; i++)
    {
      for (int c = 0; c < 3; c++)
        colour[4 * i + c] = grey[i];
      colour[4 * i + 3] = 1.0f;
    }

  image = scale (colour, 50, 40, 4, 16, 16, 1, ORD_FIT_PAD);
  g_assert_cmpmem (image->pixels, sizeof (float) * 256, expected->pixels,
                   sizeof (float) * 256);
}

static void
test_constant (void)
{
  g_autofree float *rows = g_new (float, 997 * 13);
  g_autoptr (OrdImage) image = NULL;

  for (int i = 0; i < 997 * 13; i++)
    rows[i] = 0.7f;

  image = scale (rows, 997, 13, 1, 64, 64, 1, ORD_FIT_PAD);
  for (int i = 0; i < 64 * 64; i++)
    g_assert_cmpfloat_with_epsilon (image->pixels[i], 0.7f, 1e-6);
}

static void
test_inside (void)
{
  static const struct { int source[2], out[2]; } cases[] = {
    { { 400, 200 }, { 112, 56 } }, { { 200, 400 }, { 56, 112 } },
    { { 112, 112 }, { 112, 112 } }, { { 3000, 1 }, { 112, 1 } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      int width = cases[i].source[0], height = cases[i].source[1];
      g_autofree float *rows = random_rows (width, height, 1, 1);
      g_autoptr (OrdImage) image = scale (rows, width, height, 1, 112, 112, 1,
                                          ORD_FIT_INSIDE);

      g_assert_cmpint (image->width, ==, cases[i].out[0]);
      g_assert_cmpint (image->height, ==, cases[i].out[1]);
    }
}

static void
test_extreme (void)
{
  for (int turned = 0; turned < 2; turned++)
    {
      int width = turned ? 1 : 20000, height = turned ? 20000 : 1;
      g_autofree float *rows = random_rows (width, height, 3, 9);
      g_autoptr (OrdImage) image = scale (rows, width, height, 3, 96, 96, 3,
                                          ORD_FIT_PAD);

      for (int i = 0; i < 96 * 96 * 3; i++)
        g_assert_true (image->pixels[i] > 0.3f && image->pixels[i] < 0.7f);
    }
}

static void
test_transparent (void)
{
  const float rows[] = { 0.0f, 0.0f, 0.2f, 1.0f, 0.5f, 0.5f };
  g_autoptr (OrdImage) image = scale (rows, 3, 1, 2, 3, 1, 1, ORD_FIT_PAD);

  g_assert_cmpfloat (image->pixels[0], ==, 1.0f);
  g_assert_cmpfloat (image->pixels[1], ==, 0.2f);
  g_assert_cmpfloat (image->pixels[2], ==, 0.75f);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/scaler/agrees-with-its-slow-twin", test_twin);
  g_test_add_func ("/scaler/own-size-is-exact", test_identity);
  g_test_add_func ("/scaler/grey-stored-as-colour-is-exactly-the-same",
                   test_grey_as_colour);
  g_test_add_func ("/scaler/an-even-picture-stays-even", test_constant);
  g_test_add_func ("/scaler/inside-keeps-the-aspect", test_inside);
  g_test_add_func ("/scaler/extreme-aspects-work", test_extreme);
  g_test_add_func ("/scaler/transparent-parts-are-white", test_transparent);

  return g_test_run ();
}
