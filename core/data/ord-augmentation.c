/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Random changes of a training image: one bilinear warp and a contrast change.
 * This runs once per image and epoch, so the part of a row whose four
 * neighbours all lie inside the image is found beforehand and read without
 * checks.
 */
#include "ord-augmentation.h"

#include "../ord-random.h"

#include <math.h>
#include <string.h>

const OrdOptionSpec ord_augmentation_options[] = {
  { "rotation", "turn training images by up to ± this many degrees",
    10.0, 0.0, 180.0, FALSE, NULL },
  { "shift", "move training images by up to ± this share of their side",
    0.1, 0.0, 1.0, FALSE, NULL },
  { "scale", "enlarge or shrink training images by up to ± this share",
    0.1, 0.0, 0.9, FALSE, NULL },
  { "contrast", "change the contrast of training images by up to ± this share",
    0.2, 0.0, 0.9, FALSE, NULL },
  { "flip-horizontal", "mirror half of the training images left to right "
    "(only where the mirrored picture has the same value)",
    0.0, 0.0, 1.0, TRUE, NULL },
  { "flip-vertical", "mirror half of the training images top to bottom "
    "(only where the mirrored picture has the same value)",
    0.0, 0.0, 1.0, TRUE, NULL },
  { "find-flips", "mirror training images too once held-out images show that mirror "
    "images have the same value", 1.0, 0.0, 1.0, TRUE, NULL },
  { "average-flips", "answer by the mean of a picture and its mirror images, where "
    "training mirrored pictures (not of a network that is not trained)",
    1.0, 0.0, 1.0, TRUE, NULL },
  { "fade", "weaken these changes, but for mirror images, towards the end where "
    "they make held-out images clearly harder to read", 1.0, 0.0, 1.0, TRUE, NULL },
  { NULL }
};

void
ord_augmentation_from_options (OrdAugmentation  *augmentation,
                               const OrdOptions *options)
{
  g_return_if_fail (augmentation != NULL && options != NULL);

  *augmentation = (OrdAugmentation) {
    .rotation = ord_options_get (options, "rotation"),
    .shift = ord_options_get (options, "shift"),
    .scale = ord_options_get (options, "scale"),
    .contrast = ord_options_get (options, "contrast"),
    .flips = {
      ORD_FLIP_SHARE * ord_options_get (options, "flip-horizontal"),
      ORD_FLIP_SHARE * ord_options_get (options, "flip-vertical"),
    },
  };
}

guint
ord_augmentation_averaged_flips (const OrdOptions *options)
{
  OrdAugmentation augmentation;
  guint           flips = 0;

  g_return_val_if_fail (options != NULL, 0);

  if (ord_options_get (options, "average-flips") == 0.0)
    return 0;
  ord_augmentation_from_options (&augmentation, options);
  for (guint flip = 0; flip < ORD_N_FLIPS; flip++)
    if (augmentation.flips[flip] > 0.0)
      flips |= 1u << flip;
  return flips;
}

void
ord_augmentation_weaken (OrdAugmentation *augmentation,
                         double           strength)
{
  g_return_if_fail (augmentation != NULL);
  g_return_if_fail (strength >= 0.0 && strength <= 1.0);

  augmentation->rotation *= strength;
  augmentation->shift *= strength;
  augmentation->scale *= strength;
  augmentation->contrast *= strength;
}

/* One draw. */
typedef struct
{
  double   angle; /* radians, counter-clockwise as seen */
  double   dx;    /* pixels */
  double   dy;
  double   scale;
  float    contrast;
  gboolean flip_x;
  gboolean flip_y;
} Draw;

/* All numbers are drawn whatever is switched on, so that switching one change
 * on or off leaves the others as they were. */
static Draw
draw_changes (const OrdAugmentation *augmentation,
              const OrdImage        *image,
              guint64                seed)
{
  OrdRandom random = ord_random_init (seed);
  double    angle = ord_random_range (&random, -1.0, 1.0);
  double    dx = ord_random_range (&random, -1.0, 1.0);
  double    dy = ord_random_range (&random, -1.0, 1.0);
  double    scale = ord_random_range (&random, -1.0, 1.0);
  double    contrast = ord_random_range (&random, -1.0, 1.0);
  double    flip_x = ord_random_uniform (&random);
  double    flip_y = ord_random_uniform (&random);

  return (Draw) {
    .angle = angle * augmentation->rotation * G_PI / 180.0,
    .dx = dx * augmentation->shift * image->width,
    .dy = dy * augmentation->shift * image->height,
    .scale = 1.0 + scale * augmentation->scale,
    .contrast = 1.0 + contrast * augmentation->contrast,
    .flip_x = flip_x < augmentation->flips[ORD_FLIP_HORIZONTAL],
    .flip_y = flip_y < augmentation->flips[ORD_FLIP_VERTICAL],
  };
}

/* Where a result pixel comes from: (ax x + bx y + cx, ay x + by y + cy). */
typedef struct
{
  float ax, bx, cx;
  float ay, by, cy;
} Warp;

static Warp
invert_changes (const Draw     *draw,
                const OrdImage *image)
{
  double middle_x = (image->width - 1) / 2.0;
  double middle_y = (image->height - 1) / 2.0;
  double cosine = cos (draw->angle) / draw->scale;
  double sine = sin (draw->angle) / draw->scale;
  double sign_x = draw->flip_x ? -1.0 : 1.0;
  double sign_y = draw->flip_y ? -1.0 : 1.0;
  double from_x = -middle_x - draw->dx;
  double from_y = -middle_y - draw->dy;

  return (Warp) {
    .ax = sign_x * cosine,
    .bx = -sign_x * sine,
    .cx = middle_x + sign_x * (cosine * from_x - sine * from_y),
    .ay = sign_y * sine,
    .by = sign_y * cosine,
    .cy = middle_y + sign_y * (sine * from_x + cosine * from_y),
  };
}

static inline void
blend (const float *top,
       const float *bottom,
       int          right, /* floats to the right neighbour */
       float        fx,
       float        fy,
       int          channels,
       float       *out)
{
  for (int c = 0; c < channels; c++)
    {
      float upper = top[c] + fx * (top[c + right] - top[c]);
      float lower = bottom[c] + fx * (bottom[c + right] - bottom[c]);

      out[c] = upper + fy * (lower - upper);
    }
}

static inline void
warp_border (const OrdImage *image,
             float           x,
             float           y,
             int             channels,
             float          *out)
{
  float        within_x = CLAMP (x, 0.0f, image->width - 1.0f);
  float        within_y = CLAMP (y, 0.0f, image->height - 1.0f);
  int          left = within_x;
  int          top = within_y;
  int          right = left < image->width - 1 ? channels : 0;
  gsize        stride = (gsize) image->width * channels;
  const float *row = image->pixels + top * stride + left * channels;

  blend (row, top < image->height - 1 ? row + stride : row, right,
         within_x - left, within_y - top, channels, out);
}

/* Narrows [first, last] to where start + step · i lies in [0, limit), a little
 * less so that rounding cannot lead out. */
static void
narrow (float start,
        float step,
        float limit,
        int  *first,
        int  *last)
{
  const float margin = 1e-3f;
  float       low = margin - start;
  float       high = limit - margin - start;

  if (fabsf (step) < 1e-9f)
    {
      if (low > 0.0f || high < 0.0f)
        *last = *first - 1;
      return;
    }

  if (step < 0.0f)
    {
      float kept = low;

      low = high;
      high = kept;
    }

  /* Clamped before the conversion: a nearly level line meets the border far
   * outside what an int holds. */
  low = CLAMP (ceilf (low / step), -1e6f, 1e6f);
  high = CLAMP (floorf (high / step), -1e6f, 1e6f);
  *first = MAX (*first, (int) low);
  *last = MIN (*last, (int) high);
}

static inline void
warp_row (const OrdImage *image,
          const Warp     *warp,
          int             y,
          int             channels,
          float          *out)
{
  const int    width = image->width;
  const int    stride = width * channels;
  const float  x0 = warp->bx * y + warp->cx;
  const float  y0 = warp->by * y + warp->cy;
  const float *pixels = image->pixels;
  int          first = 0;
  int          last = width - 1;
  int          x;

  narrow (x0, warp->ax, image->width - 1.0f, &first, &last);
  narrow (y0, warp->ay, image->height - 1.0f, &first, &last);
  if (last < first)
    {
      first = width;
      last = width - 1;
    }

  for (x = 0; x < first; x++)
    warp_border (image, x0 + warp->ax * x, y0 + warp->ay * x, channels,
                 out + x * channels);

  for (; x <= last; x++)
    {
      float        from_x = x0 + warp->ax * x;
      float        from_y = y0 + warp->ay * x;
      int          left = from_x;
      int          top = from_y;
      const float *at = pixels + top * stride + left * channels;

      blend (at, at + stride, channels, from_x - left, from_y - top, channels,
             out + x * channels);
    }

  for (; x < width; x++)
    warp_border (image, x0 + warp->ax * x, y0 + warp->ay * x, channels,
                 out + x * channels);
}

static void
warp_image (const OrdImage *image,
            const Warp     *warp,
            OrdImage       *out)
{
  const gsize stride = (gsize) image->width * image->channels;

  /* The number of channels as a constant unrolls the inner loop. */
  for (int y = 0; y < image->height; y++)
    if (image->channels == 1)
      warp_row (image, warp, y, 1, out->pixels + y * stride);
    else
      warp_row (image, warp, y, 3, out->pixels + y * stride);
}

/* Exact, where nothing but mirroring is asked for. */
static void
mirror_image (const OrdImage *image,
              gboolean        flip_x,
              gboolean        flip_y,
              OrdImage       *out)
{
  const int   channels = image->channels;
  const gsize stride = (gsize) image->width * channels;

  for (int y = 0; y < image->height; y++)
    {
      const float *from = image->pixels
                          + (flip_y ? image->height - 1 - y : y) * stride;
      float       *to = out->pixels + y * stride;

      if (!flip_x)
        {
          memcpy (to, from, stride * sizeof (float));
          continue;
        }

      for (int x = 0; x < image->width; x++)
        for (int c = 0; c < channels; c++)
          to[x * channels + c] = from[(image->width - 1 - x) * channels + c];
    }
}

static void
change_contrast (OrdImage *image,
                 float     contrast)
{
  const gsize n = (gsize) image->width * image->height * image->channels;
  float      *pixels = image->pixels;
  float       sum = 0.0f;
  float       offset;

  #pragma omp simd reduction(+:sum)
  for (gsize i = 0; i < n; i++)
    sum += pixels[i];

  offset = sum / n * (1.0f - contrast);

  #pragma omp simd
  for (gsize i = 0; i < n; i++)
    {
      float value = pixels[i] * contrast + offset;

      value = value < 0.0f ? 0.0f : value;
      pixels[i] = value > 1.0f ? 1.0f : value;
    }
}

void
ord_augmentation_apply (const OrdAugmentation *augmentation,
                        guint64                seed,
                        const OrdImage        *image,
                        OrdImage              *out)
{
  Draw draw;

  g_return_if_fail (augmentation != NULL && image != NULL && out != NULL);
  g_return_if_fail (image != out && image->width == out->width
                    && image->height == out->height
                    && image->channels == out->channels);

  draw = draw_changes (augmentation, image, seed);

  if (augmentation->rotation == 0.0 && augmentation->shift == 0.0
      && augmentation->scale == 0.0)
    {
      mirror_image (image, draw.flip_x, draw.flip_y, out);
    }
  else
    {
      Warp warp = invert_changes (&draw, image);

      warp_image (image, &warp, out);
    }

  if (augmentation->contrast > 0.0)
    change_contrast (out, draw.contrast);
}
