/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A pressure gauge of random design: a dial of 0–10 bar over 270°, zero at the
 * lower left, with one needle or two. Drawn flat and clean, in units of the
 * dial's radius around its centre; what a camera adds is in ord-gauge-photo.c.
 */
#include "ord-gauge.h"

#define SWEEP (1.5 * G_PI)
#define ZERO_ANGLE (0.75 * G_PI) /* clockwise from the right, as cairo counts */

typedef struct { double r, g, b; } Colour;

typedef enum { NEEDLE_TAPERED, NEEDLE_ARROW, NEEDLE_LANCE, NEEDLE_BAR } Shape;
#define N_SHAPES 4

typedef struct
{
  Shape  shape;
  Colour colour;
  double length;
  double width;
  double tail_length;
} Needle;

typedef struct
{
  Colour   wall;
  Colour   bezel;
  Colour   face;
  Colour   ink;
  Colour   hub_colour;
  Colour   zone;
  gboolean has_stem;
  gboolean has_scale_line;
  gboolean has_numerals;
  gboolean has_unit;
  gboolean has_reflection;
  double   zone_from;    /* bar */
  double   zone_to;      /* bar; not above zone_from: none */
  double   bezel_width;
  int      step;         /* bar between major ticks */
  int      n_minor;      /* parts of a major step */
  double   tick_outer;   /* radius where ticks begin */
  double   tick_length;
  double   tick_width;
  double   numeral_size;
  double   text_weight;
  Needle   needles[ORD_GAUGE_MAX_NEEDLES];
  guint    n_needles;
  guint    lowest;       /* the needle that is nearest to the dial */
  double   hub_radius;
  double   size;         /* dial radius in half sides of the picture */
  double   offset_x;
  double   offset_y;
  double   turn;         /* radians */
} Design;

/* Face, ink, and the needle colours that stand out on it. */
static const struct { Colour face, ink, needles[3]; } faces[] = {
  { { .97, .97, .96 }, { .08, .08, .09 },
    { { .06, .06, .07 }, { .80, .08, .06 }, { .05, .15, .50 } } },
  { { .96, .93, .83 }, { .14, .10, .06 },
    { { .10, .07, .05 }, { .70, .10, .05 }, { .10, .10, .12 } } },
  { { .83, .85, .86 }, { .07, .08, .10 },
    { { .05, .05, .06 }, { .82, .12, .05 }, { .85, .35, .02 } } },
  { { .09, .09, .10 }, { .94, .94, .92 },
    { { .96, .96, .94 }, { .95, .25, .10 }, { .98, .75, .10 } } },
  { { .09, .15, .29 }, { .93, .94, .96 },
    { { .96, .96, .95 }, { .98, .62, .10 }, { .95, .30, .20 } } },
  { { .88, .94, .88 }, { .05, .17, .10 },
    { { .05, .09, .07 }, { .72, .08, .10 }, { .05, .10, .40 } } },
};

/* Only the faces on which a black needle stands out. */
static const guint light_faces[] = { 0, 1, 2, 5 };

static const Colour reds[] = {
  { .80, .08, .06 }, { .72, .06, .08 }, { .88, .16, .10 },
};

static const Colour blacks[] = {
  { .05, .05, .06 }, { .09, .08, .08 }, { .12, .12, .14 },
};

static const Colour bezels[] = {
  { .72, .73, .75 }, { .10, .10, .11 }, { .70, .55, .26 }, { .46, .48, .50 },
  { .62, .11, .10 }, { .13, .25, .45 },
};

static const Colour walls[] = {
  { .62, .63, .64 }, { .42, .44, .47 }, { .72, .68, .61 }, { .36, .42, .40 },
  { .55, .47, .40 }, { .80, .81, .82 }, { .28, .30, .34 },
};

static const Colour zones[] = {
  { .80, .12, .10 }, { .16, .55, .22 }, { .93, .70, .10 },
};

static gboolean
chance (OrdRandom *random,
        double     probability)
{
  return ord_random_uniform (random) < probability;
}

static void
design_dial (Design    *design,
             OrdRandom *random)
{
  guint face = design->n_needles == 1
               ? ord_random_below (random, G_N_ELEMENTS (faces))
               : light_faces[ord_random_below (random,
                                               G_N_ELEMENTS (light_faces))];

  design->wall = walls[ord_random_below (random, G_N_ELEMENTS (walls))];
  design->bezel = bezels[ord_random_below (random, G_N_ELEMENTS (bezels))];
  design->face = faces[face].face;
  design->ink = faces[face].ink;
  design->needles[0].colour = faces[face].needles[ord_random_below (random, 3)];
  design->zone = zones[ord_random_below (random, G_N_ELEMENTS (zones))];

  design->bezel_width = ord_random_range (random, 0.07, 0.15);
  design->step = chance (random, 0.5) ? 1 : 2;
  design->n_minor = design->step == 1 ? (chance (random, 0.5) ? 2 : 5)
                                      : (chance (random, 0.5) ? 4 : 10);
  design->tick_outer = ord_random_range (random, 0.86, 0.94);
  design->tick_length = ord_random_range (random, 0.11, 0.17);
  design->tick_width = ord_random_range (random, 0.024, 0.042);
  design->numeral_size = ord_random_range (random, 0.135, 0.175);
  design->text_weight = ord_random_range (random, 0.024, 0.036);

  design->has_stem = chance (random, 0.6);
  design->has_scale_line = chance (random, 0.5);
  design->has_numerals = chance (random, 0.8);
  design->has_unit = chance (random, 0.75);
  design->has_reflection = chance (random, 0.6);

  if (chance (random, 0.4))
    {
      design->zone_to = ORD_GAUGE_MAXIMUM;
      design->zone_from = ord_random_range (random, 7.0, 9.0);
      if (chance (random, 0.4))
        {
          design->zone_from = ord_random_range (random, 2.0, 4.5);
          design->zone_to = design->zone_from + ord_random_range (random, 2., 3.);
        }
    }
}

static void
design_needle (Design    *design,
               OrdRandom *random)
{
  Needle *needle = &design->needles[0];

  needle->shape = ord_random_below (random, N_SHAPES);
  needle->length = design->tick_outer - ord_random_range (random, 0.02, 0.18);
  needle->width = ord_random_range (random, 0.055, 0.095);
  needle->tail_length = chance (random, 0.75)
                        ? ord_random_range (random, 0.14, 0.30) : 0.0;
  design->hub_radius = ord_random_range (random, 0.08, 0.14);
  design->hub_colour = chance (random, 0.5)
                       ? needle->colour : (Colour) { .55, .56, .58 };
}

/* Wherever the two stand, both can be read: the lower one is longer and its tip
 * broad, so that it shows where they cover each other, and neither has a tail
 * that could be taken for a needle. */
static void
design_two_needles (Design    *design,
                    OrdRandom *random)
{
  Needle *lower, *upper;

  design->lowest = ord_random_below (random, 2);
  lower = &design->needles[design->lowest];
  upper = &design->needles[1 - design->lowest];

  design->needles[0].colour = reds[ord_random_below (random,
                                                     G_N_ELEMENTS (reds))];
  design->needles[1].colour = blacks[ord_random_below (random,
                                                       G_N_ELEMENTS (blacks))];

  lower->shape = NEEDLE_ARROW + ord_random_below (random, N_SHAPES - 1);
  lower->length = design->tick_outer - ord_random_range (random, 0.0, 0.08);
  lower->width = ord_random_range (random, 0.080, 0.110);
  lower->tail_length = ord_random_range (random, 0.10, 0.20);
  upper->shape = (lower->shape + 1 + ord_random_below (random, N_SHAPES - 1))
                 % N_SHAPES;
  upper->length = lower->length - ord_random_range (random, 0.20, 0.30);
  upper->width = ord_random_range (random, 0.080, 0.110);
  upper->tail_length = ord_random_range (random, 0.10, 0.20);

  design->hub_radius = ord_random_range (random, 0.09, 0.14);
  design->hub_colour = chance (random, 0.5)
                       ? upper->colour : (Colour) { .55, .56, .58 };
}

static Design
design_gauge (guint      n_needles,
              OrdRandom *random)
{
  Design design = { .n_needles = n_needles };

  design_dial (&design, random);
  if (n_needles == 1)
    design_needle (&design, random);
  else
    design_two_needles (&design, random);
  design.size = ord_random_range (random, 0.74, 0.86);
  design.offset_x = ord_random_range (random, -0.05, 0.05);
  design.offset_y = ord_random_range (random, -0.05, 0.05);
  design.turn = ord_random_range (random, -4.0, 4.0) * G_PI / 180.0;

  return design;
}

static double
angle_of (double value)
{
  return ZERO_ANGLE + SWEEP * value / ORD_GAUGE_MAXIMUM;
}

static void
set_colour (cairo_t *cr,
            Colour   colour)
{
  cairo_set_source_rgb (cr, colour.r, colour.g, colour.b);
}

static void
add_stop (cairo_pattern_t *pattern,
          double           at,
          Colour           colour,
          double           light)
{
  cairo_pattern_add_color_stop_rgb (pattern, at,
                                    MIN (colour.r * light, 1.0),
                                    MIN (colour.g * light, 1.0),
                                    MIN (colour.b * light, 1.0));
}

static void
fill_with (cairo_t         *cr,
           cairo_pattern_t *pattern)
{
  cairo_set_source (cr, pattern);
  cairo_fill (cr);
  cairo_pattern_destroy (pattern);
}

static void
disc (cairo_t *cr,
      double   x,
      double   y,
      double   radius)
{
  cairo_new_path (cr);
  cairo_arc (cr, x, y, radius, 0.0, 2.0 * G_PI);
}

static void
draw_wall (cairo_t      *cr,
           const Design *design)
{
  cairo_pattern_t *light = cairo_pattern_create_linear (-1.5, -1.5, 1.5, 1.5);

  add_stop (light, 0.0, design->wall, 1.12);
  add_stop (light, 1.0, design->wall, 0.82);
  cairo_rectangle (cr, -3.0, -3.0, 6.0, 6.0);
  fill_with (cr, light);
}

static void
draw_stem (cairo_t *cr)
{
  cairo_pattern_t *metal = cairo_pattern_create_linear (-0.17, 0.0, 0.17, 0.0);
  Colour           brass = { .66, .57, .36 };

  add_stop (metal, 0.0, brass, 0.45);
  add_stop (metal, 0.35, brass, 1.25);
  add_stop (metal, 1.0, brass, 0.40);
  cairo_rectangle (cr, -0.17, 0.8, 0.34, 2.0);
  fill_with (cr, metal);
}

/* The shadow on the wall and the ring, lit from the upper left. */
static void
draw_case (cairo_t      *cr,
           const Design *design)
{
  cairo_pattern_t *shadow = cairo_pattern_create_radial (0.05, 0.08, 0.9,
                                                         0.05, 0.08, 1.12);
  cairo_pattern_t *outer = cairo_pattern_create_linear (-0.7, -0.7, 0.7, 0.7);
  cairo_pattern_t *inner = cairo_pattern_create_linear (-0.7, -0.7, 0.7, 0.7);

  cairo_pattern_add_color_stop_rgba (shadow, 0.0, 0.0, 0.0, 0.0, 0.45);
  cairo_pattern_add_color_stop_rgba (shadow, 1.0, 0.0, 0.0, 0.0, 0.0);
  disc (cr, 0.05, 0.08, 1.12);
  fill_with (cr, shadow);

  add_stop (outer, 0.0, design->bezel, 1.5);
  add_stop (outer, 0.5, design->bezel, 0.85);
  add_stop (outer, 1.0, design->bezel, 0.5);
  disc (cr, 0.0, 0.0, 1.0);
  fill_with (cr, outer);

  add_stop (inner, 0.0, design->bezel, 0.45);
  add_stop (inner, 1.0, design->bezel, 1.35);
  disc (cr, 0.0, 0.0, 1.0 - 0.55 * design->bezel_width);
  fill_with (cr, inner);
}

static void
draw_face (cairo_t      *cr,
           const Design *design)
{
  cairo_pattern_t *light = cairo_pattern_create_radial (-0.2, -0.25, 0.1,
                                                        0.0, 0.0, 1.0);

  add_stop (light, 0.0, design->face, 1.04);
  add_stop (light, 0.8, design->face, 0.95);
  add_stop (light, 1.0, design->face, 0.80);
  disc (cr, 0.0, 0.0, 1.0);
  fill_with (cr, light);

  if (design->zone_to > design->zone_from)
    {
      set_colour (cr, design->zone);
      cairo_set_line_cap (cr, CAIRO_LINE_CAP_BUTT);
      cairo_set_line_width (cr, 0.055);
      cairo_arc (cr, 0.0, 0.0, design->tick_outer - 0.03,
                 angle_of (design->zone_from), angle_of (design->zone_to));
      cairo_stroke (cr);
    }
}

static void
draw_tick (cairo_t *cr,
           double   value,
           double   outer,
           double   length,
           double   width)
{
  double angle = angle_of (value);

  cairo_set_line_width (cr, width);
  cairo_move_to (cr, outer * cos (angle), outer * sin (angle));
  cairo_line_to (cr, (outer - length) * cos (angle),
                 (outer - length) * sin (angle));
  cairo_stroke (cr);
}

static void
draw_scale (cairo_t      *cr,
            const Design *design)
{
  int n = (int) ORD_GAUGE_MAXIMUM / design->step * design->n_minor;

  set_colour (cr, design->ink);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_BUTT);

  for (int i = 0; i <= n; i++)
    {
      gboolean major = i % design->n_minor == 0;

      draw_tick (cr, ORD_GAUGE_MAXIMUM * i / n, design->tick_outer,
                 design->tick_length * (major ? 1.0 : 0.55),
                 design->tick_width * (major ? 1.0 : 0.5));
    }

  if (design->has_scale_line)
    {
      cairo_set_line_width (cr, design->tick_width * 0.6);
      cairo_arc (cr, 0.0, 0.0, design->tick_outer, angle_of (0.0),
                 angle_of (ORD_GAUGE_MAXIMUM));
      cairo_stroke (cr);
    }
}

static void
draw_texts (cairo_t      *cr,
            const Design *design)
{
  double radius = design->tick_outer - design->tick_length
                  - 0.75 * design->numeral_size;

  set_colour (cr, design->ink);
  cairo_set_line_width (cr, design->text_weight);

  for (int value = 0; design->has_numerals && value <= ORD_GAUGE_MAXIMUM;
       value += design->step == 1 && design->numeral_size < 0.16 ? 1 : 2)
    {
      double angle = angle_of (value);
      char   text[4];

      g_snprintf (text, sizeof text, "%d", value);
      ord_gauge_show_text (cr, text, radius * cos (angle),
                           radius * sin (angle), design->numeral_size);
    }

  if (design->has_unit)
    ord_gauge_show_text (cr, "bar", 0.0, 0.36, 0.16);
}

/* Along the x axis, which is turned to the value. */
static void
trace_needle (cairo_t      *cr,
              const Needle *needle)
{
  double tip = needle->length;
  double tail = -needle->tail_length;
  double half = needle->width / 2.0;

  switch (needle->shape)
    {
    case NEEDLE_TAPERED:
      cairo_move_to (cr, tail, -half);
      cairo_line_to (cr, tip, -0.008);
      cairo_line_to (cr, tip, 0.008);
      cairo_line_to (cr, tail, half);
      break;

    case NEEDLE_ARROW:
      cairo_move_to (cr, tail, -half * 0.5);
      cairo_line_to (cr, tip - 0.22, -half * 0.5);
      cairo_line_to (cr, tip - 0.22, -half * 1.5);
      cairo_line_to (cr, tip, 0.0);
      cairo_line_to (cr, tip - 0.22, half * 1.5);
      cairo_line_to (cr, tip - 0.22, half * 0.5);
      cairo_line_to (cr, tail, half * 0.5);
      break;

    case NEEDLE_LANCE:
      cairo_move_to (cr, tail, -half * 0.9);
      cairo_line_to (cr, 0.0, -half * 0.5);
      cairo_line_to (cr, tip * 0.55, -half);
      cairo_line_to (cr, tip, 0.0);
      cairo_line_to (cr, tip * 0.55, half);
      cairo_line_to (cr, 0.0, half * 0.5);
      cairo_line_to (cr, tail, half * 0.9);
      break;

    case NEEDLE_BAR:
      cairo_move_to (cr, tail, -half * 0.6);
      cairo_line_to (cr, tip - 0.06, -half * 0.6);
      cairo_line_to (cr, tip, 0.0);
      cairo_line_to (cr, tip - 0.06, half * 0.6);
      cairo_line_to (cr, tail, half * 0.6);
      break;
    }

  cairo_close_path (cr);
}

static void
draw_needle (cairo_t      *cr,
             const Needle *needle,
             double        value)
{
  /* The shadow first: the needle stands off the dial. */
  cairo_save (cr);
  cairo_translate (cr, 0.02, 0.03);
  cairo_rotate (cr, angle_of (value));
  trace_needle (cr, needle);
  cairo_set_source_rgba (cr, 0.0, 0.0, 0.0, 0.28);
  cairo_fill (cr);
  cairo_restore (cr);

  cairo_save (cr);
  cairo_rotate (cr, angle_of (value));
  trace_needle (cr, needle);
  set_colour (cr, needle->colour);
  cairo_fill (cr);
  cairo_restore (cr);
}

static void
draw_hub (cairo_t      *cr,
          const Design *design)
{
  double           radius = design->hub_radius;
  cairo_pattern_t *light =
    cairo_pattern_create_radial (-0.4 * radius, -0.4 * radius, 0.1 * radius,
                                 0.0, 0.0, radius);

  add_stop (light, 0.0, design->hub_colour, 1.6);
  add_stop (light, 1.0, design->hub_colour, 0.7);
  disc (cr, 0.0, 0.0, radius);
  fill_with (cr, light);
}

/* A window mirrored in the glass. */
static void
draw_reflection (cairo_t *cr)
{
  cairo_pattern_t *glass = cairo_pattern_create_linear (-0.6, -0.9, 0.1, 0.2);

  cairo_pattern_add_color_stop_rgba (glass, 0.0, 1.0, 1.0, 1.0, 0.42);
  cairo_pattern_add_color_stop_rgba (glass, 1.0, 1.0, 1.0, 1.0, 0.0);

  cairo_save (cr);
  disc (cr, 0.0, 0.0, 0.97);
  cairo_clip (cr);
  cairo_move_to (cr, -1.0, -1.0);
  cairo_line_to (cr, 0.5, -1.0);
  cairo_curve_to (cr, 0.2, -0.3, -0.3, 0.1, -1.0, 0.3);
  cairo_close_path (cr);
  fill_with (cr, glass);
  cairo_restore (cr);
}

static OrdImage *
image_from_surface (cairo_surface_t *surface)
{
  int            side = cairo_image_surface_get_width (surface);
  int            stride;
  const guchar  *data;
  OrdImage      *image = ord_image_new (side, side, 3);

  cairo_surface_flush (surface);
  stride = cairo_image_surface_get_stride (surface);
  data = cairo_image_surface_get_data (surface);

  for (int y = 0; y < side; y++)
    for (int x = 0; x < side; x++)
      {
        guint32 pixel = ((const guint32 *) (data + (gsize) y * stride))[x];
        float  *out = image->pixels + 3 * ((gsize) y * side + x);

        out[0] = (pixel >> 16 & 0xff) / 255.0f;
        out[1] = (pixel >> 8 & 0xff) / 255.0f;
        out[2] = (pixel & 0xff) / 255.0f;
      }

  return image;
}

OrdImage *
ord_gauge_draw (const double *values,
                guint         n_needles,
                int           side,
                OrdRandom    *random)
{
  Design           design;
  cairo_surface_t *surface;
  cairo_t         *cr;
  OrdImage        *image;

  g_return_val_if_fail (values != NULL, NULL);
  g_return_val_if_fail (n_needles >= 1 && n_needles <= ORD_GAUGE_MAX_NEEDLES,
                        NULL);

  design = design_gauge (n_needles, random);
  surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, side, side);
  cr = cairo_create (surface);
  cairo_translate (cr, (1.0 + design.offset_x) * side / 2.0,
                   (1.0 + design.offset_y) * side / 2.0);
  cairo_scale (cr, design.size * side / 2.0, design.size * side / 2.0);
  draw_wall (cr, &design);

  cairo_rotate (cr, design.turn);
  if (design.has_stem)
    draw_stem (cr);
  draw_case (cr, &design);

  cairo_scale (cr, 1.0 - design.bezel_width, 1.0 - design.bezel_width);
  draw_face (cr, &design);
  draw_scale (cr, &design);
  draw_texts (cr, &design);
  for (guint i = 0; i < n_needles; i++)
    {
      guint needle = (design.lowest + i) % n_needles;

      draw_needle (cr, &design.needles[needle], values[needle]);
    }
  draw_hub (cr, &design);
  if (design.has_reflection)
    draw_reflection (cr);

  image = image_from_surface (surface);
  cairo_destroy (cr);
  cairo_surface_destroy (surface);

  return image;
}
