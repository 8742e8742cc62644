/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How a picture becomes the network's input, chosen from the training images.
 */
#include "ord-preparation.h"

#include <math.h>
#include <stdlib.h>

/* Headers looked at, and how much of the pixels: large photographs take long
 * to decode, and some of them tell as much as all. */
#define MAX_PROBED 256
#define MAX_READ_PIXELS 200e6
#define MIN_READ 16

/* A channel difference up to this is rounding, not colour. */
#define GREY_TOLERANCE (2.0f / 255.0f)

#define MAX_ASPECT 8.0
#define MAX_ENLARGEMENT 1.25
#define MIN_SD 1e-3

typedef struct
{
  guint  sample;
  int    channels;
  double aspect; /* width / height */
  double side;   /* of the square of the same area */
} Probe;

static GArray *
probe_samples (OrdDataset *dataset,
               GArray     *members,
               GError    **error)
{
  GArray *probes = g_array_new (FALSE, FALSE, sizeof (Probe));
  guint   n = MIN (members->len, MAX_PROBED);

  for (guint i = 0; i < n; i++)
    {
      guint       at = (guint64) i * members->len / n;
      Probe       probe = { g_array_index (members, guint, at), 0, 0.0, 0.0 };
      const char *path = ord_dataset_get_sample (dataset, probe.sample)->path;
      int         width, height;

      if (!ord_image_probe (path, &width, &height, &probe.channels,
                            error != NULL && *error == NULL ? error : NULL))
        continue;

      probe.aspect = (double) width / height;
      probe.side = sqrt ((double) width * height);
      g_array_append_val (probes, probe);
    }

  return probes;
}

static int
compare_doubles (const void *a,
                 const void *b)
{
  double first = *(const double *) a;
  double second = *(const double *) b;

  return (first > second) - (first < second);
}

static double
median (double *values,
        guint   n)
{
  qsort (values, n, sizeof *values, compare_doubles);

  return values[n / 2];
}

static int
multiple_of_four (double side)
{
  return MAX (4, 4 * (int) floor (side / 4.0 + 0.5));
}

static void
choose_size (OrdPreparation *preparation,
             GArray         *probes,
             int             size)
{
  g_autofree double *aspects = g_new (double, probes->len);
  g_autofree double *sides = g_new (double, probes->len);
  double aspect, side;

  for (guint i = 0; i < probes->len; i++)
    {
      aspects[i] = g_array_index (probes, Probe, i).aspect;
      sides[i] = g_array_index (probes, Probe, i).side;
    }

  aspect = CLAMP (median (aspects, probes->len), 1.0 / MAX_ASPECT, MAX_ASPECT);
  side = MIN (size, MAX_ENLARGEMENT * median (sides, probes->len));

  preparation->width = multiple_of_four (side * sqrt (aspect));
  preparation->height = multiple_of_four (side / sqrt (aspect));
}

/* Sums over the pixels read, for colour and for the grey of it. */
typedef struct
{
  double   sum[4];     /* R', G', B', luma */
  double   squares[4];
  double   n;
  gboolean grey;
} Tally;

static void
tally_image (Tally          *tally,
             const OrdImage *image)
{
  const gsize n = (gsize) image->width * image->height;

  for (gsize i = 0; i < n; i++)
    {
      const float *p = image->pixels + 3 * i;
      const float  values[4] = {
        p[0], p[1], p[2],
        p[1] + 0.2126f * (p[0] - p[1]) + 0.0722f * (p[2] - p[1])
      };

      for (int c = 0; c < 4; c++)
        {
          tally->sum[c] += values[c];
          tally->squares[c] += (double) values[c] * values[c];
        }

      if (fabsf (p[0] - p[1]) > GREY_TOLERANCE
          || fabsf (p[2] - p[1]) > GREY_TOLERANCE)
        tally->grey = FALSE;
    }

  tally->n += n;
}

static void
measure_images (OrdPreparation *preparation,
                OrdDataset     *dataset,
                GArray         *probes,
                Tally          *tally,
                GError        **error)
{
  double pixels = 0.0;
  guint  n_read;

  for (guint i = 0; i < probes->len; i++)
    pixels += pow (g_array_index (probes, Probe, i).side, 2.0);

  n_read = MIN (MAX (probes->len * MAX_READ_PIXELS / pixels, MIN_READ),
                probes->len);

  for (guint i = 0; i < n_read; i++)
    {
      guint        at = (guint64) i * probes->len / n_read;
      const Probe *probe = &g_array_index (probes, Probe, at);
      const char  *path = ord_dataset_get_sample (dataset, probe->sample)->path;
      g_autoptr (OrdImage) image =
        ord_image_load (path, preparation->width, preparation->height, 3,
                        ORD_FIT_PAD,
                        error != NULL && *error == NULL ? error : NULL);

      if (image != NULL)
        tally_image (tally, image);
    }
}

static void
set_statistics (OrdPreparation *preparation,
                const Tally    *tally)
{
  preparation->channels = tally->grey ? 1 : 3;

  for (int c = 0; c < 3; c++)
    {
      int    from = tally->grey ? 3 : c;
      double mean = tally->sum[from] / tally->n;
      double variance = tally->squares[from] / tally->n - mean * mean;

      preparation->mean[c] = mean;
      preparation->sd[c] = MAX (sqrt (MAX (variance, 0.0)), MIN_SD);
    }
}

/* @size: 0 where width and height are given already */
static gboolean
choose (OrdPreparation *preparation,
        OrdDataset     *dataset,
        int             size,
        GError        **error)
{
  g_autoptr (GArray) members = NULL;
  g_autoptr (GArray) probes = NULL;
  g_autoptr (GError) first = NULL;
  Tally tally = { .grey = TRUE };

  members = ord_dataset_get_split (dataset, ORD_SPLIT_TRAIN);
  probes = probe_samples (dataset, members, &first);

  if (probes->len > 0)
    {
      if (size > 0)
        choose_size (preparation, probes, size);
      measure_images (preparation, dataset, probes, &tally, &first);
    }

  if (tally.n == 0.0)
    {
      g_set_error (error, ORD_ERROR, ORD_ERROR_DATASET,
                   "None of the training pictures in %s can be read%s%s",
                   ord_dataset_get_folder (dataset),
                   first != NULL ? ". The first: " : "",
                   first != NULL ? first->message : "");
      return FALSE;
    }

  set_statistics (preparation, &tally);

  return TRUE;
}

gboolean
ord_preparation_choose (OrdPreparation *preparation,
                        OrdDataset     *dataset,
                        int             size,
                        GError        **error)
{
  g_return_val_if_fail (preparation != NULL, FALSE);
  g_return_val_if_fail (ORD_IS_DATASET (dataset), FALSE);
  g_return_val_if_fail (size >= 4, FALSE);

  return choose (preparation, dataset, size, error);
}

gboolean
ord_preparation_choose_fixed (OrdPreparation *preparation,
                              OrdDataset     *dataset,
                              int             width,
                              int             height,
                              GError        **error)
{
  g_return_val_if_fail (preparation != NULL, FALSE);
  g_return_val_if_fail (ORD_IS_DATASET (dataset), FALSE);
  g_return_val_if_fail (width >= 1 && height >= 1, FALSE);

  preparation->width = width;
  preparation->height = height;

  return choose (preparation, dataset, 0, error);
}

OrdScaler *
ord_preparation_scaler (const OrdPreparation *preparation,
                        int                   source_width,
                        int                   source_height,
                        int                   source_channels)
{
  g_return_val_if_fail (preparation != NULL, NULL);

  return ord_scaler_new (source_width, source_height, source_channels,
                         preparation->width, preparation->height,
                         preparation->channels, ORD_FIT_PAD);
}

OrdImage *
ord_preparation_load (const OrdPreparation *preparation,
                      const char           *path,
                      GError              **error)
{
  g_return_val_if_fail (preparation != NULL, NULL);

  return ord_image_load (path, preparation->width, preparation->height,
                         preparation->channels, ORD_FIT_PAD, error);
}

void
ord_preparation_normalise (const OrdPreparation *preparation,
                           const OrdImage       *image,
                           float                *out)
{
  gsize n;

  g_return_if_fail (preparation != NULL && image != NULL && out != NULL);
  g_return_if_fail (image->width == preparation->width
                    && image->height == preparation->height
                    && image->channels == preparation->channels);

  n = (gsize) image->width * image->height;

  for (int c = 0; c < image->channels; c++)
    {
      const float *pixels = image->pixels + c;
      const int    step = image->channels;
      const float  mean = preparation->mean[c];
      const float  scale = 1.0f / preparation->sd[c];

      #pragma omp simd
      for (gsize i = 0; i < n; i++)
        out[i] = (pixels[i * step] - mean) * scale;

      out += n;
    }
}

void
ord_preparation_mirror (const OrdPreparation *preparation,
                        guint                 n,
                        const float          *inputs,
                        guint                 flips,
                        float                *out)
{
  const gboolean by_column = (flips & 1u << ORD_FLIP_HORIZONTAL) != 0;
  const gboolean by_row = (flips & 1u << ORD_FLIP_VERTICAL) != 0;
  const gsize    height = (gsize) preparation->height;
  const gsize    width = (gsize) preparation->width;
  const gsize    n_planes = (gsize) n * (gsize) preparation->channels;

  g_return_if_fail (inputs != out);

  for (gsize p = 0; p < n_planes; p++)
    for (gsize y = 0; y < height; y++)
      {
        const float *from =
          inputs + (p * height + (by_row ? height - 1 - y : y)) * width;
        float       *to = out + (p * height + y) * width;

        for (gsize x = 0; x < width; x++)
          to[x] = from[by_column ? width - 1 - x : x];
      }
}
