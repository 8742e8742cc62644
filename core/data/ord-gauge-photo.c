/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a hand-held camera makes of a clean drawing: a slight perspective, light
 * from one side, blur, noise.
 */
#include "ord-gauge.h"

/* A view turned a little away: the picture's plane through a projective map,
 * in units of half sides about the middle. */
static OrdImage *
tilt (const OrdImage *image,
      double          tilt_x,
      double          tilt_y)
{
  const int side = image->width;
  OrdImage *out = ord_image_new (side, side, 3);

  for (int y = 0; y < side; y++)
    for (int x = 0; x < side; x++)
      {
        float u = 2.0f * x / (side - 1) - 1.0f;
        float v = 2.0f * y / (side - 1) - 1.0f;
        float depth = 1.0f + (float) tilt_x * u + (float) tilt_y * v;
        float from_x = (u / depth + 1.0f) * (side - 1) / 2.0f;
        float from_y = (v / depth + 1.0f) * (side - 1) / 2.0f;
        float *to = out->pixels + 3 * ((gsize) y * side + x);
        const float *at;
        int   left, top;

        from_x = CLAMP (from_x, 0.0f, side - 1.001f);
        from_y = CLAMP (from_y, 0.0f, side - 1.001f);
        left = from_x;
        top = from_y;
        from_x -= left;
        from_y -= top;
        at = image->pixels + 3 * ((gsize) top * side + left);

        for (int c = 0; c < 3; c++)
          {
            float upper = at[c] + from_x * (at[c + 3] - at[c]);
            const float *below = at + 3 * side;
            float lower = below[c] + from_x * (below[c + 3] - below[c]);

            to[c] = upper + from_y * (lower - upper);
          }
      }

  return out;
}

static OrdImage *
shrink (const OrdImage *image,
        int             side)
{
  OrdScaler *scaler = ord_scaler_new (image->width, image->height, 3, side,
                                      side, 3, ORD_FIT_PAD);

  ord_scaler_push (scaler, image->pixels, image->height);

  return ord_scaler_finish (scaler);
}

/* One direction of a three-tap blur: (amount, 1 - 2 amount, amount). */
static void
blur_lines (float *pixels,
            int    side,
            int    step,   /* floats between neighbours on a line */
            int    stride, /* floats between lines */
            float  amount)
{
  for (int line = 0; line < side; line++)
    for (int c = 0; c < 3; c++)
      {
        float *at = pixels + (gsize) line * stride + c;
        float  before = *at;

        for (int i = 0; i < side; i++, at += step)
          {
            float here = *at;
            float after = i < side - 1 ? at[step] : here;

            *at = here + amount * (before - 2.0f * here + after);
            before = here;
          }
      }
}

static void
blur (OrdImage *image,
      double    variance) /* square pixels */
{
  const int side = image->width;

  while (variance > 0.0)
    {
      /* A pass of (a, 1 - 2a, a) has the variance 2a. */
      float amount = MIN (variance, 0.5) / 2.0;

      blur_lines (image->pixels, side, 3, 3 * side, amount);
      blur_lines (image->pixels, side, 3 * side, 3, amount);
      variance -= 2.0 * amount;
    }
}

/* The sum of four 16-bit parts of one draw: near enough to normal, and far
 * cheaper per pixel than ord_random_normal(). Unit variance. */
static double
grain (OrdRandom *random)
{
  guint64 bits = ord_random_next (random);
  int     sum = (bits & 0xffff) + (bits >> 16 & 0xffff)
                + (bits >> 32 & 0xffff) + (bits >> 48);

  return (sum / 65536.0 - 2.0) * G_SQRT2 * 1.2247448713915890;
}

static void
light_and_noise (OrdImage  *image,
                 OrdRandom *random)
{
  const int side = image->width;
  double    exposure = ord_random_range (random, 0.78, 1.10);
  double    angle = ord_random_range (random, 0.0, 2.0 * G_PI);
  double    slope = ord_random_range (random, 0.0, 0.22);
  double    warmth = ord_random_range (random, -0.05, 0.05);
  double    noise = ord_random_range (random, 0.004, 0.030);
  double    per_channel[3] = { 1.0 + warmth, 1.0, 1.0 - warmth };
  float    *pixel = image->pixels;

  for (int y = 0; y < side; y++)
    for (int x = 0; x < side; x++, pixel += 3)
      {
        double along = ((2.0 * x / side - 1.0) * cos (angle)
                        + (2.0 * y / side - 1.0) * sin (angle));
        double light = exposure * (1.0 + slope * along);
        double  brightness = noise * grain (random);
        guint64 bits = ord_random_next (random);

        for (int c = 0; c < 3; c++, bits >>= 16)
          {
            /* Mostly of brightness, a little of colour. */
            double speck = noise * 0.8 * ((bits & 0xffff) / 65536.0 - 0.5);

            pixel[c] = CLAMP (pixel[c] * light * per_channel[c] + brightness
                              + speck, 0.0, 1.0);
          }
      }
}

OrdImage *
ord_gauge_photograph (const OrdImage *drawing,
                      int             side,
                      OrdRandom      *random)
{
  g_autoptr (OrdImage) tilted = NULL;
  OrdImage *picture;

  g_return_val_if_fail (drawing != NULL && drawing->channels == 3
                        && drawing->width == drawing->height, NULL);

  tilted = tilt (drawing, ord_random_range (random, -0.06, 0.06),
                 ord_random_range (random, -0.06, 0.06));
  picture = shrink (tilted, side);
  blur (picture, ord_random_range (random, 0.0, 0.8));
  light_and_noise (picture, random);

  return picture;
}
