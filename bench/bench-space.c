/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The measures of a space, and its map.
 *
 *   prepare measures N WIDTH   features.f32 (N, WIDTH), labels.f32 (N)
 *   prepare map N WIDTH
 */
#include "bench.h"

#include <math.h>

#include "space/ord-geometry.h"
#include "space/ord-map.h"

static struct
{
  float   *features;
  double  *labels;
  gsize    n;
  gsize    width;
  gboolean map;
} work;

static gboolean
prepare (char  **words,
         GError **error)
{
  g_autofree float *labels = NULL;

  g_clear_pointer (&work.features, g_free);
  g_clear_pointer (&work.labels, g_free);
  work.map = g_str_equal (words[0], "map");
  if (!bench_number (words, 1, &work.n, error)
      || !bench_number (words, 2, &work.width, error))
    return FALSE;
  work.features = bench_floats ("features.f32", work.n * work.width, error);
  if (work.features == NULL)
    return FALSE;
  labels = bench_floats ("labels.f32", work.n, error);
  if (labels == NULL)
    return FALSE;
  work.labels = g_new (double, work.n);
  for (gsize i = 0; i < work.n; i++)
    work.labels[i] = labels[i];

  return TRUE;
}

/* How far a point of the map is from the first, on average: a number that
 * neither mirroring nor turning changes. */
static double
mean_distance (const float *points,
               gsize        n)
{
  double sum = 0.0;

  for (gsize i = 1; i < n; i++)
    sum += hypot (points[2 * i] - points[0], points[2 * i + 1] - points[1]);

  return sum / (n - 1);
}

/* The answer: D5 and RV; or what the map looks like. */
static gboolean
run (GArray  *answer,
     GError **error)
{
  OrdGeometry geometry;

  if (work.map)
    {
      g_autoptr (OrdMap) map = ord_map_new (work.features, work.n, work.width,
                                            work.labels, 1, NULL, error);

      if (map == NULL)
        return FALSE;
      bench_answer (answer, mean_distance (ord_map_get_points (map), work.n));
      return TRUE;
    }

  if (!ord_geometry_measure (&geometry, work.features, work.n, work.width,
                             work.labels, 1, 1, NULL, NULL, error))
    return FALSE;
  bench_answer (answer, geometry.d5);
  bench_answer (answer, geometry.rv);

  return TRUE;
}

int
main (int    argc,
      char **argv)
{
  return bench_main (argc, argv, &(Bench) { prepare, run });
}
