/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The geometry and the drawing of the map. Ten thousand dots are drawn in some
 * milliseconds by painting one small picture per colour instead of as many
 * paths, and only when the view changes.
 */
#include "ord-map-plot.h"

#include <math.h>

#include "space/ord-colour-map.h"

#define PADDING    14.0   /* between the outermost points and the area's edge */
#define MAX_ZOOM   200.0
#define MIN_ZOOM   0.5
#define N_COLOURS  64

struct _OrdMapPlot
{
  guint            n;
  float           *points;        /* (n, 2) */
  guint8          *colours;       /* (n), of N_COLOURS */
  float            box[4];        /* left, bottom, right, top of the map */

  cairo_rectangle_t area;
  double           zoom;          /* 1: all in view */
  double           centre[2];     /* map place in the middle of the area */

  cairo_surface_t *dots;
  int              dots_scale;
  GdkRGBA          dots_ink;
};

static void
invalidate (OrdMapPlot *plot)
{
  g_clear_pointer (&plot->dots, cairo_surface_destroy);
}

OrdMapPlot *
ord_map_plot_new (void)
{
  OrdMapPlot *plot = g_new0 (OrdMapPlot, 1);

  plot->zoom = 1.0;
  plot->area.width = plot->area.height = 1.0;

  return plot;
}

void
ord_map_plot_free (OrdMapPlot *plot)
{
  invalidate (plot);
  g_free (plot->points);
  g_free (plot->colours);
  g_free (plot);
}

guint
ord_map_plot_get_n (OrdMapPlot *plot)
{
  return plot->n;
}

static void
fit_box (OrdMapPlot *plot)
{
  float *box = plot->box;

  box[0] = box[1] = INFINITY;
  box[2] = box[3] = -INFINITY;
  for (guint i = 0; i < plot->n; i++)
    {
      const float *point = plot->points + 2 * i;

      box[0] = MIN (box[0], point[0]);
      box[1] = MIN (box[1], point[1]);
      box[2] = MAX (box[2], point[0]);
      box[3] = MAX (box[3], point[1]);
    }

  if (plot->n == 0)
    box[0] = box[1] = box[2] = box[3] = 0.0f;
}

void
ord_map_plot_set_points (OrdMapPlot  *plot,
                         const float *points,
                         guint        n)
{
  g_free (plot->points);
  g_free (plot->colours);
  plot->n = n;
  plot->points = g_memdup2 (points, sizeof (float) * 2 * n);
  plot->colours = g_new0 (guint8, n);

  fit_box (plot);
  ord_map_plot_reset (plot);
}

void
ord_map_plot_set_shares (OrdMapPlot   *plot,
                         const double *shares)
{
  for (guint i = 0; i < plot->n; i++)
    {
      double share = isnan (shares[i]) ? 0.5 : CLAMP (shares[i], 0.0, 1.0);

      plot->colours[i] = (guint8) (share * (N_COLOURS - 1) + 0.5);
    }

  invalidate (plot);
}

void
ord_map_plot_include (OrdMapPlot  *plot,
                      const float *point)
{
  float side;

  fit_box (plot);
  invalidate (plot);
  if (! isfinite (point[0]) || ! isfinite (point[1]))
    return;

  side = 0.5f * MAX (plot->box[2] - plot->box[0], plot->box[3] - plot->box[1]);
  for (int axis = 0; axis < 2; axis++)
    {
      float *low  = &plot->box[axis];
      float *high = &plot->box[axis + 2];

      if (point[axis] < *low)
        *low = MAX (point[axis], *low - side);
      if (point[axis] > *high)
        *high = MIN (point[axis], *high + side);
    }
}

void
ord_map_plot_set_area (OrdMapPlot *plot,
                       double      x,
                       double      y,
                       double      width,
                       double      height)
{
  if (plot->area.x == x && plot->area.y == y
      && plot->area.width == width && plot->area.height == height)
    return;

  plot->area.x = x;
  plot->area.y = y;
  plot->area.width = MAX (width, 1.0);
  plot->area.height = MAX (height, 1.0);
  invalidate (plot);
}

void
ord_map_plot_reset (OrdMapPlot *plot)
{
  plot->zoom = 1.0;
  plot->centre[0] = 0.5 * (plot->box[0] + plot->box[2]);
  plot->centre[1] = 0.5 * (plot->box[1] + plot->box[3]);
  invalidate (plot);
}

/* Pixels per map unit; the same in both directions, because distances on the
 * map mean something. */
static double
pixels_per_unit (OrdMapPlot *plot)
{
  double width  = MAX (plot->area.width - 2.0 * PADDING, 1.0);
  double height = MAX (plot->area.height - 2.0 * PADDING, 1.0);
  double across = plot->box[2] - plot->box[0];
  double up     = plot->box[3] - plot->box[1];
  double fit    = MIN (across > 0.0 ? width / across : INFINITY,
                       up > 0.0 ? height / up : INFINITY);

  return plot->zoom * (isfinite (fit) ? fit : 1.0);
}

void
ord_map_plot_project (OrdMapPlot  *plot,
                      const float *point,
                      double      *x,
                      double      *y)
{
  double unit = pixels_per_unit (plot);

  *x = plot->area.x + 0.5 * plot->area.width
       + (point[0] - plot->centre[0]) * unit;
  *y = plot->area.y + 0.5 * plot->area.height
       - (point[1] - plot->centre[1]) * unit;
}

void
ord_map_plot_locate (OrdMapPlot *plot,
                     guint       index,
                     double     *x,
                     double     *y)
{
  g_return_if_fail (index < plot->n);

  ord_map_plot_project (plot, plot->points + 2 * index, x, y);
}

double
ord_map_plot_get_zoom (OrdMapPlot *plot)
{
  return plot->zoom;
}

void
ord_map_plot_zoom (OrdMapPlot *plot,
                   double      factor,
                   double      x,
                   double      y)
{
  double before = pixels_per_unit (plot);
  double dx     = x - plot->area.x - 0.5 * plot->area.width;
  double dy     = y - plot->area.y - 0.5 * plot->area.height;
  double after;

  plot->zoom = CLAMP (plot->zoom * factor, MIN_ZOOM, MAX_ZOOM);
  after = pixels_per_unit (plot);
  plot->centre[0] += dx / before - dx / after;
  plot->centre[1] -= dy / before - dy / after;
  invalidate (plot);
}

void
ord_map_plot_pan (OrdMapPlot *plot,
                  double      dx,
                  double      dy)
{
  double unit = pixels_per_unit (plot);

  plot->centre[0] -= dx / unit;
  plot->centre[1] += dy / unit;

  /* Something always stays in view. */
  plot->centre[0] = CLAMP (plot->centre[0], plot->box[0], plot->box[2]);
  plot->centre[1] = CLAMP (plot->centre[1], plot->box[1], plot->box[3]);
  invalidate (plot);
}

void
ord_map_plot_reveal (OrdMapPlot *plot,
                     guint       index)
{
  double x, y, inside_x, inside_y;
  double left   = plot->area.x + PADDING;
  double top    = plot->area.y + PADDING;
  double right  = MAX (left, plot->area.x + plot->area.width - PADDING);
  double bottom = MAX (top, plot->area.y + plot->area.height - PADDING);

  /* Not on the screen yet: what will be shown is everything. */
  if (plot->area.width < 4.0 * PADDING || plot->area.height < 4.0 * PADDING)
    return;

  ord_map_plot_locate (plot, index, &x, &y);
  inside_x = CLAMP (x, left, right);
  inside_y = CLAMP (y, top, bottom);
  if (fabs (inside_x - x) > 0.5 || fabs (inside_y - y) > 0.5)
    ord_map_plot_pan (plot, inside_x - x, inside_y - y);
}

int
ord_map_plot_pick (OrdMapPlot *plot,
                   double      x,
                   double      y,
                   double      reach)
{
  double nearest = reach * reach;
  int    found   = -1;

  for (guint i = 0; i < plot->n; i++)
    {
      double px, py, distance;

      ord_map_plot_locate (plot, i, &px, &py);
      distance = (px - x) * (px - x) + (py - y) * (py - y);
      /* Of two in the same place the later one is drawn on top. */
      if (distance <= nearest)
        {
          nearest = distance;
          found = i;
        }
    }

  return found;
}

int
ord_map_plot_next (OrdMapPlot *plot,
                   double      x,
                   double      y,
                   int         dx,
                   int         dy)
{
  double nearest = INFINITY;
  int    found   = -1;

  for (guint i = 0; i < plot->n; i++)
    {
      double px, py, along, aside, distance;

      ord_map_plot_locate (plot, i, &px, &py);
      along = (px - x) * dx + (py - y) * dy;
      aside = fabs ((px - x) * dy) + fabs ((py - y) * dx);
      if (along < 0.5 || aside > along)
        continue;

      distance = along + 2.0 * aside;
      if (distance < nearest)
        {
          nearest = distance;
          found = i;
        }
    }

  return found;
}

/* Fewer points can be larger; and they grow a little with the zoom. */
static double
dot_radius (OrdMapPlot *plot)
{
  double radius = plot->n <= 500 ? 4.0 : plot->n <= 3000 ? 3.2 : 2.4;

  return MIN (radius * pow (plot->zoom, 0.25), 6.0);
}

static cairo_surface_t *
make_dot (const OrdColour *fill,
          const GdkRGBA   *ink,
          double           outline,
          double           radius,
          int              scale)
{
  int              side = (int) ceil (2.0 * radius) + 4;
  cairo_surface_t *dot  = cairo_image_surface_create (CAIRO_FORMAT_ARGB32,
                                                      side * scale,
                                                      side * scale);
  cairo_t         *cr;

  cairo_surface_set_device_scale (dot, scale, scale);
  cr = cairo_create (dot);
  cairo_arc (cr, side / 2.0, side / 2.0, radius, 0.0, 2.0 * G_PI);
  cairo_set_source_rgb (cr, fill->red, fill->green, fill->blue);
  cairo_fill_preserve (cr);
  cairo_set_source_rgba (cr, ink->red, ink->green, ink->blue, outline);
  cairo_set_line_width (cr, 0.75);
  cairo_stroke (cr);
  cairo_destroy (cr);

  return dot;
}

static void
draw_dots (OrdMapPlot    *plot,
           cairo_t       *cr,
           const GdkRGBA *ink,
           int            scale)
{
  cairo_surface_t *dots[N_COLOURS] = { NULL };
  double           radius = dot_radius (plot);
  double           half   = (ceil (2.0 * radius) + 4.0) / 2.0;
  double           outline = plot->n <= 3000 ? 0.35 : 0.15;

  for (guint i = 0; i < plot->n; i++)
    {
      guint     colour = plot->colours[i];
      OrdColour fill;
      double    x, y;

      ord_map_plot_locate (plot, i, &x, &y);
      x -= plot->area.x;
      y -= plot->area.y;
      if (x < - half || y < - half
          || x > plot->area.width + half || y > plot->area.height + half)
        continue;

      if (! dots[colour])
        {
          ord_colour_map (colour / (N_COLOURS - 1.0), &fill);
          dots[colour] = make_dot (&fill, ink, outline, radius, scale);
        }

      /* Whole device pixels: no resampling of the little picture. */
      cairo_set_source_surface (cr, dots[colour],
                                round ((x - half) * scale) / scale,
                                round ((y - half) * scale) / scale);
      cairo_paint (cr);
    }

  for (int i = 0; i < N_COLOURS; i++)
    g_clear_pointer (&dots[i], cairo_surface_destroy);
}

static void
make_surface (OrdMapPlot    *plot,
              const GdkRGBA *ink,
              int            scale)
{
  cairo_t *cr;

  plot->dots = cairo_image_surface_create (
    CAIRO_FORMAT_ARGB32,
    (int) ceil (plot->area.width * scale),
    (int) ceil (plot->area.height * scale));
  cairo_surface_set_device_scale (plot->dots, scale, scale);
  plot->dots_scale = scale;
  plot->dots_ink = *ink;

  cr = cairo_create (plot->dots);
  draw_dots (plot, cr, ink, scale);
  cairo_destroy (cr);
}

void
ord_map_plot_draw (OrdMapPlot    *plot,
                   cairo_t       *cr,
                   const GdkRGBA *ink,
                   int            scale)
{
  if (plot->dots && (plot->dots_scale != scale
                     || ! gdk_rgba_equal (&plot->dots_ink, ink)))
    invalidate (plot);
  if (! plot->dots)
    make_surface (plot, ink, scale);

  cairo_set_source_surface (cr, plot->dots, plot->area.x, plot->area.y);
  cairo_paint (cr);
}
