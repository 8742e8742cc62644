/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the map tells of a label of two components: both where the features lie
 * on a surface, one where they lie on a line. New images are read, not those
 * that the map was made of.
 */
#include "draws.h"
#include "space/ord-map-reading.h"
#include "space/ord-quality.h"

#define WIDTH 16
#define N_REFERENCE 900
#define N_NEW 300
#define N (N_REFERENCE + N_NEW)

/* Whether the second component shows in the features. */
typedef enum { SURFACE, LINE } Shape;

typedef struct
{
  float  features[N * WIDTH];
  double labels[N * 2];       /* 0–10, each for itself */
  double read[N_NEW * 2];     /* off the map */
} Space;

/* A needle's angle over a dial is a curve, and two angles are a bent surface:
 * what a network learns of them is not flat either. */
static void
draw_space (Space *space,
            Shape  shape,
            double noise)
{
  guint64 seed = 11;

  for (gsize i = 0; i < N; i++)
    {
      double *label = space->labels + 2 * i;
      float  *feature = space->features + WIDTH * i;
      double  first, second;

      label[0] = 10.0 * draw_uniform (&seed);
      label[1] = 10.0 * draw_uniform (&seed);
      first = 0.3 * label[0];
      second = shape == SURFACE ? 0.3 * label[1] : 0.0;

      for (int w = 0; w < WIDTH; w++)
        feature[w] = noise * draw_normal (&seed);
      feature[2] += 3.0 * cos (first);
      feature[5] += 3.0 * sin (first);
      feature[6] += 3.0 * cos (second);
      feature[11] += 3.0 * sin (second);
    }
}

static void
read_space (Space *space)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OrdMap) map
      = ord_map_new (space->features, N_REFERENCE, WIDTH, space->labels, 2,
                     NULL, &error);
  g_autoptr (OrdNeighbours) neighbours
      = ord_neighbours_new (space->features, N_REFERENCE, WIDTH);
  float places[N_NEW * 2];

  g_assert_no_error (error);
  for (gsize i = 0; i < N_NEW; i++)
    ord_map_place (map, neighbours, space->features + WIDTH * (N_REFERENCE + i),
                   places + 2 * i);
  ord_map_read_labels (map, space->labels, 2, places, N_NEW, space->read);
}

static void
measure (const Space *space,
         OrdQuality   qualities[2])
{
  ord_quality_measure_components (qualities, space->labels + 2 * N_REFERENCE,
                                  space->read, N_NEW, 2);
}

static void
test_surface (void)
{
  g_autofree Space *space = g_new (Space, 1);
  OrdQuality        qualities[2];

  draw_space (space, SURFACE, 0.1);
  read_space (space);
  measure (space, qualities);
  g_assert_cmpfloat (qualities[0].r2, >, 0.97);
  g_assert_cmpfloat (qualities[1].r2, >, 0.97);
}

/* The claim above can fail: of a component that the features do not know, the
 * map tells nothing. */
static void
test_line (void)
{
  g_autofree Space *space = g_new (Space, 1);
  OrdQuality        qualities[2];

  draw_space (space, LINE, 0.1);
  read_space (space);
  measure (space, qualities);
  g_assert_cmpfloat (qualities[0].r2, >, 0.97);
  g_assert_cmpfloat (qualities[1].r2, <, 0.1);
}

/* On a map of fewer images than are looked at, all of them answer. */
static void
test_few (void)
{
  const float  features[] = { 0, 0, 1, 0, 0, 2 };
  const double labels[] = { 1, 10, 2, 20, 6, 60 };
  const float  places[] = { 0, 0, 100, -3 };
  double       values[4];
  g_autoptr (OrdMap) map = ord_map_new (features, 3, 2, NULL, 0, NULL, NULL);

  ord_map_read_labels (map, labels, 2, places, 2, values);
  for (int i = 0; i < 2; i++)
    {
      g_assert_cmpfloat_with_epsilon (values[2 * i], 3.0, 1e-12);
      g_assert_cmpfloat_with_epsilon (values[2 * i + 1], 30.0, 1e-12);
    }
}

/* An image answers where fewer than ORD_MAP_READING_NEAREST are nearer. */
static double
read_slowly (const float  *points,
             gsize         n,
             const float  *place,
             const double *labels)
{
  double sum = 0.0;

  for (gsize i = 0; i < n; i++)
    {
      double own = hypot (points[2 * i] - place[0], points[2 * i + 1] - place[1]);
      int    nearer = 0;

      for (gsize j = 0; j < n; j++)
        nearer += hypot (points[2 * j] - place[0], points[2 * j + 1] - place[1])
                  < own;
      if (nearer < ORD_MAP_READING_NEAREST)
        sum += labels[i];
    }

  return sum / ORD_MAP_READING_NEAREST;
}

static void
test_mean (void)
{
  g_autofree Space  *space = g_new (Space, 1);
  g_autofree double *first = g_new (double, 200);
  g_autoptr (OrdMap) map = NULL;

  draw_space (space, SURFACE, 0.1);
  for (gsize i = 0; i < 200; i++)
    first[i] = space->labels[2 * i];
  map = ord_map_new (space->features, 200, WIDTH, NULL, 0, NULL, NULL);

  for (int i = 0; i < 40; i++)
    {
      /* Between the dots, and beside all of them. */
      const float *points = ord_map_get_points (map);
      float  place[] = { points[2 * i] * 1.5f, points[2 * i + 3] * 0.5f };
      double value;

      ord_map_read_labels (map, first, 1, place, 1, &value);
      g_assert_cmpfloat_with_epsilon (value,
                                      read_slowly (points, 200, place, first),
                                      1e-9);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/map-reading/is-the-mean-of-the-nearest", test_mean);
  g_test_add_func ("/map-reading/of-few-images-all-answer", test_few);
  g_test_add_func ("/map-reading/of-a-surface-tells-both-components",
                   test_surface);
  g_test_add_func ("/map-reading/of-a-line-tells-one-component", test_line);

  return g_test_run ();
}
