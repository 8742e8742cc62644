/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Numbers that describe a picture as such.
 */
#include "ord-picture-statistics.h"

#include <math.h>

#define MAX_LEVELS 4
#define GRID       8

/* Below this strength, in standard deviations of the training images' pixels,
 * differences are rounding. */
#define FAINT 0.02

/* Added to the contrast that a layout is measured in, so that a nearly blank
 * picture has none. */
#define LEAST_CONTRAST 0.1f

static int
count_levels (const OrdPreparation *preparation)
{
  int side = MIN (preparation->width, preparation->height);
  int levels = 0;

  while (side >= 2 && levels < MAX_LEVELS)
    {
      side /= 2;
      levels++;
    }
  return levels;
}

static float
strength (double sum_of_squares,
          double n)
{
  return (float) log (sqrt (MAX (sum_of_squares / n, 0.0)) + FAINT);
}

/* Mean and strength of @a, or of @a − @b. */
static void
measure (const float *a,
         const float *b,
         gsize        n,
         float       *out)
{
  double mean = 0.0, square = 0.0;

  for (gsize i = 0; i < n; i++)
    mean += a[i] - (b ? b[i] : 0.0f);
  mean /= (double) n;
  for (gsize i = 0; i < n; i++)
    {
      double off = a[i] - (b ? b[i] : 0.0f) - mean;

      square += off * off;
    }
  out[0] = (float) mean;
  out[1] = strength (square, (double) n);
}

/* One step of the Haar transform of a plane whose rows are @stride apart; the
 * averages replace the plane. An odd last row or column is left out. */
static void
halve (float *plane,
       int    width,
       int    height,
       gsize  stride,
       float *out)
{
  double horizontal = 0.0, vertical = 0.0, diagonal = 0.0;
  double n = (double) (width / 2) * (height / 2);

  for (gsize y = 0; y < (gsize) height / 2; y++)
    for (gsize x = 0; x < (gsize) width / 2; x++)
      {
        const float *upper = plane + 2 * y * stride + 2 * x;
        const float *lower = upper + stride;
        double       a = upper[0], b = upper[1], c = lower[0], d = lower[1];

        horizontal += (a - b + c - d) * (a - b + c - d) / 16.0;
        vertical += (a + b - c - d) * (a + b - c - d) / 16.0;
        diagonal += (a - b - c + d) * (a - b - c + d) / 16.0;
        plane[y * stride + x] = (float) ((a + b + c + d) / 4.0);
      }
  out[0] = strength (horizontal, n);
  out[1] = strength (vertical, n);
  out[2] = strength (diagonal, n);
}

gsize
ord_picture_appearance_width (const OrdPreparation *preparation)
{
  gsize channels = (gsize) preparation->channels;

  return 2 * channels + 2 * (channels - 1) +
         3 * channels * (gsize) count_levels (preparation);
}

void
ord_picture_appearance (const OrdPreparation *preparation,
                        const float          *input,
                        float                *out)
{
  int               levels = count_levels (preparation);
  gsize             stride = (gsize) preparation->width;
  gsize             n = stride * (gsize) preparation->height;
  g_autofree float *plane = NULL;

  for (int c = 0; c < preparation->channels; c++, out += 2)
    measure (input + (gsize) c * n, NULL, n, out);
  for (int c = 1; c < preparation->channels; c++, out += 2)
    measure (input + (gsize) (c - 1) * n, input + (gsize) c * n, n, out);

  for (int c = 0; c < preparation->channels; c++)
    {
      int width = preparation->width, height = preparation->height;

      g_free (plane);
      plane = g_memdup2 (input + (gsize) c * n, sizeof (float) * n);
      for (int level = 0; level < levels; level++, out += 3)
        {
          halve (plane, width, height, stride, out);
          width /= 2;
          height /= 2;
        }
    }
}

gsize
ord_picture_layout_width (const OrdPreparation *preparation)
{
  return (gsize) preparation->channels *
         (gsize) MIN (preparation->width, GRID) *
         (gsize) MIN (preparation->height, GRID);
}

void
ord_picture_layout (const OrdPreparation *preparation,
                    const float          *input,
                    float                *out)
{
  int    width = preparation->width, height = preparation->height;
  int    columns = MIN (width, GRID), rows = MIN (height, GRID);
  gsize  n = (gsize) preparation->channels * (gsize) width * (gsize) height;
  double mean = 0.0, square = 0.0, unit;

  for (gsize i = 0; i < n; i++)
    mean += input[i] / (double) n;
  for (gsize i = 0; i < n; i++)
    square += (input[i] - mean) * (input[i] - mean) / (double) n;
  unit = sqrt (square) + LEAST_CONTRAST;

  for (int c = 0; c < preparation->channels; c++)
    for (int row = 0; row < rows; row++)
      for (int column = 0; column < columns; column++)
        {
          int    top = row * height / rows, bottom = (row + 1) * height / rows;
          int    left = column * width / columns;
          int    right = (column + 1) * width / columns;
          double sum = 0.0;

          for (int y = top; y < bottom; y++)
            for (int x = left; x < right; x++)
              sum += input[((gsize) c * (gsize) height + (gsize) y) *
                           (gsize) width + (gsize) x];
          sum /= (bottom - top) * (right - left);
          *out++ = (float) ((sum - mean) / unit);
        }
}
