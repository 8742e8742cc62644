/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A colour map whose lightness grows evenly, so that equal steps of the value
 * look equal and the order survives in grey print and for colour-blind eyes.
 * The colours are stations in OKLCh (B. Ottosson 2020, "A perceptual color
 * space for image processing"); lightness keeps away from black and white,
 * because the map is drawn on dark and on light themes.
 */
#include "ord-colour-map.h"

#include <math.h>

typedef struct
{
  double lightness;
  double chroma;
  double hue;         /* degrees */
} Station;

/* Equally spaced; all inside the sRGB gamut. */
static const Station stations[] =
{
  { 0.42, 0.16, 305.0 },
  { 0.54, 0.13, 262.0 },
  { 0.66, 0.10, 205.0 },
  { 0.78, 0.15, 150.0 },
  { 0.90, 0.17, 105.0 },
};

static double
mix (double a,
     double b,
     double t)
{
  return a + (b - a) * t;
}

static double
encode (double linear)
{
  linear = CLAMP (linear, 0.0, 1.0);

  return linear <= 0.0031308 ? 12.92 * linear
                             : 1.055 * pow (linear, 1.0 / 2.4) - 0.055;
}

void
ord_colour_map (double     share,
                OrdColour *colour)
{
  guint   last = G_N_ELEMENTS (stations) - 1;
  double  at, t, lightness, chroma, hue, a, b, l, m, s;
  guint   i;

  at = isnan (share) ? 0.5 * last : CLAMP (share, 0.0, 1.0) * last;
  i = MIN ((guint) at, last - 1);
  t = at - i;

  lightness = mix (stations[i].lightness, stations[i + 1].lightness, t);
  chroma = mix (stations[i].chroma, stations[i + 1].chroma, t);
  hue = mix (stations[i].hue, stations[i + 1].hue, t) * G_PI / 180.0;

  a = chroma * cos (hue);
  b = chroma * sin (hue);

  /* OKLab to linear sRGB. */
  l = lightness + 0.3963377774 * a + 0.2158037573 * b;
  m = lightness - 0.1055613458 * a - 0.0638541728 * b;
  s = lightness - 0.0894841775 * a - 1.2914855480 * b;
  l = l * l * l;
  m = m * m * m;
  s = s * s * s;

  colour->red   = encode ( 4.0767416621 * l - 3.3077115913 * m
                          + 0.2309699292 * s);
  colour->green = encode (-1.2684380046 * l + 2.6097574011 * m
                          - 0.3413193965 * s);
  colour->blue  = encode (-0.0041960863 * l - 0.7034186147 * m
                          + 1.7076147010 * s);
}
