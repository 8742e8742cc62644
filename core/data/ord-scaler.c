/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Streaming resampling with a separable triangle filter: as wide as two result
 * pixels when shrinking, as two source pixels when enlarging (bilinear). Taps
 * beyond the border are left out and the others weighted up.
 *
 * A source row is added, weighted, to the few result rows that it reaches,
 * still at full width; a finished row is then filtered across. This order does
 * nearly all the work in long straight loops.
 */
#include "ord-image.h"

#include <math.h>
#include <string.h>

#include "../ord-clones-private.h"

/* The filter along one side. */
typedef struct
{
  int   *first;   /* (n_out): first source index */
  int   *count;   /* (n_out) */
  gsize *offset;  /* (n_out): into @weights */
  float *weights; /* sum of @count */
} Taps;

struct _OrdScaler
{
  int    source_width;
  int    source_height;
  int    source_channels;
  int    width;       /* of the result */
  int    height;
  int    channels;
  int    inner_width; /* of the picture in the result */
  int    inner_height;
  int    left;        /* of the picture in the result */
  int    top;
  int    depth;       /* channels that are filtered: 1 or 3 */

  Taps   across;
  Taps   down;
  int    n_active;    /* result rows that may be open at once */
  float *sums;        /* (n_active, source_width, depth), a ring */
  float *row;         /* (source_width, depth) */

  int    next_source; /* row */
  int    open;        /* first result row not finished yet */
  int    opened;      /* first result row not begun yet */

  OrdImage *image;
};

static void
taps_init (Taps *taps,
           int   n_source,
           int   n_out)
{
  double ratio = (double) n_source / n_out;
  double support = MAX (ratio, 1.0);
  gsize  n_most = (gsize) n_out * ((gsize) ceil (2.0 * support) + 1);
  gsize  offset = 0;

  taps->first = g_new (int, n_out);
  taps->count = g_new (int, n_out);
  taps->offset = g_new (gsize, n_out);
  taps->weights = g_new (float, n_most);

  for (int i = 0; i < n_out; i++)
    {
      double centre = (i + 0.5) * ratio - 0.5;
      int    low = MAX (0, (int) floor (centre - support) + 1);
      int    high = MIN (n_source - 1, (int) ceil (centre + support) - 1);
      double sum = 0.0;

      for (int j = low; j <= high; j++)
        sum += 1.0 - fabs (j - centre) / support;

      taps->first[i] = low;
      taps->count[i] = high - low + 1;
      taps->offset[i] = offset;
      for (int j = low; j <= high; j++)
        taps->weights[offset++] = (1.0 - fabs (j - centre) / support) / sum;
    }
}

static void
taps_clear (Taps *taps)
{
  g_free (taps->first);
  g_free (taps->count);
  g_free (taps->offset);
  g_free (taps->weights);
}

/* How many result rows one source row can reach. */
static int
taps_max_active (const Taps *taps,
                 int         n_out)
{
  int most = 1;
  int end = 0;

  for (int i = 0; i < n_out; i++)
    {
      int last = taps->first[i] + taps->count[i] - 1;

      while (end < n_out && taps->first[end] <= last)
        end++;
      most = MAX (most, end - i);
    }

  return most;
}

static int
fit_side (int    source,
          double scale,
          int    most)
{
  return CLAMP ((int) floor (source * scale + 0.5), 1, most);
}

OrdScaler *
ord_scaler_new (int    source_width,
                int    source_height,
                int    source_channels,
                int    width,
                int    height,
                int    channels,
                OrdFit fit)
{
  OrdScaler *scaler;
  double     scale;

  g_return_val_if_fail (source_width > 0 && source_height > 0, NULL);
  g_return_val_if_fail (source_channels >= 1 && source_channels <= 4, NULL);
  g_return_val_if_fail (width > 0 && height > 0, NULL);
  g_return_val_if_fail (channels == 1 || channels == 3, NULL);

  scale = MIN ((double) width / source_width, (double) height / source_height);

  scaler = g_new0 (OrdScaler, 1);
  scaler->source_width = source_width;
  scaler->source_height = source_height;
  scaler->source_channels = source_channels;
  scaler->inner_width = fit_side (source_width, scale, width);
  scaler->inner_height = fit_side (source_height, scale, height);
  scaler->channels = channels;
  scaler->depth = source_channels <= 2 ? 1 : channels;

  if (fit == ORD_FIT_PAD)
    {
      scaler->width = width;
      scaler->height = height;
      scaler->left = (width - scaler->inner_width) / 2;
      scaler->top = (height - scaler->inner_height) / 2;
    }
  else
    {
      scaler->width = scaler->inner_width;
      scaler->height = scaler->inner_height;
    }

  taps_init (&scaler->across, source_width, scaler->inner_width);
  taps_init (&scaler->down, source_height, scaler->inner_height);
  scaler->n_active = taps_max_active (&scaler->down, scaler->inner_height);
  scaler->sums = g_new (float, (gsize) scaler->n_active * source_width
                               * scaler->depth);
  scaler->row = g_new (float, (gsize) source_width * scaler->depth);
  scaler->image = ord_image_new (scaler->width, scaler->height, channels);

  return scaler;
}

void
ord_scaler_free (OrdScaler *scaler)
{
  if (scaler == NULL)
    return;

  taps_clear (&scaler->across);
  taps_clear (&scaler->down);
  g_free (scaler->sums);
  g_free (scaler->row);
  g_clear_pointer (&scaler->image, ord_image_unref);
  g_free (scaler);
}

/* Rec. 709 luma, in the one form that is exact for grey: R' = G' = B' gives
 * that value and no other, so a grey picture stored as colour gives the same
 * numbers as one stored as grey. */
static inline float
luma (float r,
      float g,
      float b)
{
  return g + 0.2126f * (r - g) + 0.0722f * (b - g);
}

/* Exact for an opaque pixel. */
static inline float
on_white (float value,
          float alpha)
{
  return value * alpha + (1.0f - alpha);
}

/* The row in the channels that are filtered; @row itself where it has them. */
static const float *
convert_row (OrdScaler   *scaler,
             const float *row)
{
  const int n = scaler->source_width;
  float    *out = scaler->row;

  switch (scaler->source_channels)
    {
    case 1:
      return row;

    case 2:
      #pragma omp simd
      for (int i = 0; i < n; i++)
        out[i] = on_white (row[2 * i], row[2 * i + 1]);
      return out;

    case 3:
      if (scaler->depth == 3)
        return row;

      #pragma omp simd
      for (int i = 0; i < n; i++)
        out[i] = luma (row[3 * i], row[3 * i + 1], row[3 * i + 2]);
      return out;

    default:
      for (int i = 0; i < n; i++)
        {
          const float *pixel = row + 4 * i;
          float        r = on_white (pixel[0], pixel[3]);
          float        g = on_white (pixel[1], pixel[3]);
          float        b = on_white (pixel[2], pixel[3]);

          if (scaler->depth == 1)
            {
              out[i] = luma (r, g, b);
            }
          else
            {
              out[3 * i] = r;
              out[3 * i + 1] = g;
              out[3 * i + 2] = b;
            }
        }
      return out;
    }
}

static inline float *
sums_of (OrdScaler *scaler,
         int        out)
{
  return scaler->sums + (gsize) (out % scaler->n_active)
                        * scaler->source_width * scaler->depth;
}

ORD_CLONES static void
add_row (float       *sums,
         const float *row,
         float        weight,
         gboolean     begins,
         gsize        n)
{
  if (begins)
    {
      #pragma omp simd
      for (gsize i = 0; i < n; i++)
        sums[i] = weight * row[i];
    }
  else
    {
      #pragma omp simd
      for (gsize i = 0; i < n; i++)
        sums[i] += weight * row[i];
    }
}

static void
filter_across (OrdScaler   *scaler,
               const float *sums,
               float       *out)
{
  const Taps *taps = &scaler->across;

  for (int x = 0; x < scaler->inner_width; x++)
    {
      const float *weights = taps->weights + taps->offset[x];
      const int    n = taps->count[x];

      if (scaler->depth == 1)
        {
          const float *source = sums + taps->first[x];
          float        sum = 0.0f;

          for (int j = 0; j < n; j++)
            sum += weights[j] * source[j];

          for (int c = 0; c < scaler->channels; c++)
            *out++ = sum;
        }
      else
        {
          const float *source = sums + (gsize) taps->first[x] * 3;
          float        r = 0.0f, g = 0.0f, b = 0.0f;

          for (int j = 0; j < n; j++, source += 3)
            {
              r += weights[j] * source[0];
              g += weights[j] * source[1];
              b += weights[j] * source[2];
            }

          *out++ = r;
          *out++ = g;
          *out++ = b;
        }
    }
}

static inline float *
image_row (OrdScaler *scaler,
           int        y)
{
  return scaler->image->pixels
         + (gsize) y * scaler->width * scaler->channels;
}

static void
push_row (OrdScaler   *scaler,
          const float *row)
{
  const Taps  *down = &scaler->down;
  const int    y = scaler->next_source++;
  const float *converted = convert_row (scaler, row);
  const gsize  n = (gsize) scaler->source_width * scaler->depth;

  for (int out = scaler->open;
       out < scaler->inner_height && down->first[out] <= y;
       out++)
    {
      int      tap = y - down->first[out];
      gboolean begins = out == scaler->opened;

      if (tap >= down->count[out])
        continue;

      if (begins)
        scaler->opened++;

      add_row (sums_of (scaler, out), converted,
               down->weights[down->offset[out] + tap], begins, n);

      if (tap == down->count[out] - 1)
        {
          filter_across (scaler, sums_of (scaler, out),
                         image_row (scaler, scaler->top + out)
                         + scaler->left * scaler->channels);
          scaler->open = out + 1;
        }
    }
}

void
ord_scaler_push (OrdScaler   *scaler,
                 const float *rows,
                 int          n_rows)
{
  g_return_if_fail (scaler != NULL);
  g_return_if_fail (rows != NULL || n_rows == 0);
  g_return_if_fail (n_rows >= 0
                    && n_rows <= scaler->source_height - scaler->next_source);

  for (int i = 0; i < n_rows; i++)
    push_row (scaler, rows + (gsize) i * scaler->source_width
                             * scaler->source_channels);
}

static void
continue_border (OrdScaler *scaler)
{
  const int   channels = scaler->channels;
  const gsize bytes = sizeof (float) * scaler->width * channels;
  const int   right = scaler->left + scaler->inner_width;
  const int   bottom = scaler->top + scaler->inner_height;

  for (int y = scaler->top; y < bottom; y++)
    {
      float *row = image_row (scaler, y);

      for (int x = 0; x < scaler->left; x++)
        memcpy (row + x * channels, row + scaler->left * channels,
                sizeof (float) * channels);
      for (int x = right; x < scaler->width; x++)
        memcpy (row + x * channels, row + (right - 1) * channels,
                sizeof (float) * channels);
    }

  for (int y = 0; y < scaler->top; y++)
    memcpy (image_row (scaler, y), image_row (scaler, scaler->top), bytes);
  for (int y = bottom; y < scaler->height; y++)
    memcpy (image_row (scaler, y), image_row (scaler, bottom - 1), bytes);
}

OrdImage *
ord_scaler_finish (OrdScaler *scaler)
{
  OrdImage *image;

  g_return_val_if_fail (scaler != NULL, NULL);
  g_return_val_if_fail (scaler->next_source == scaler->source_height, NULL);

  continue_border (scaler);
  image = g_steal_pointer (&scaler->image);
  ord_scaler_free (scaler);

  return image;
}
