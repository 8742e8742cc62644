/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * D5 and the residual variance against a slow twin (all distances sorted,
 * Bellman and Ford's relaxation until nothing changes) and against SciPy's
 * numbers (tests/golden/space.py).
 */
#include <stdlib.h>

#include "draws.h"
#include "space/ord-geometry-private.h"
#include "space/ord-shortest-paths-private.h"

#define WIDTH 5

typedef struct
{
  gsize   n;
  guint   n_labels;
  float  *features;
  double *labels;
} Ribbon;

static void
ribbon_clear (Ribbon *ribbon)
{
  g_free (ribbon->features);
  g_free (ribbon->labels);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Ribbon, ribbon_clear)

static Ribbon
draw_ribbon (gsize   n,
             guint   n_labels,
             double  noise,
             guint64 seed)
{
  Ribbon ribbon = { n, n_labels, g_new (float, n * WIDTH),
                    g_new (double, n * n_labels) };

  for (gsize i = 0; i < n; i++)
    {
      double t = 4.0 * draw_uniform (&seed);
      double s = draw_uniform (&seed);
      double point[WIDTH] = { cos (t), sin (t), t / 4.0, s, 0.0 };
      double label[2] = { 10.0 * t, 20.0 * s };

      for (gsize j = 0; j < WIDTH; j++)
        ribbon.features[i * WIDTH + j] = point[j] + noise * draw_normal (&seed);
      for (guint l = 0; l < n_labels; l++)
        ribbon.labels[i * n_labels + l] = label[l];
    }

  return ribbon;
}

typedef struct
{
  double distance;
  gsize  index;
} Other;

static int
compare (const void *a,
         const void *b)
{
  const Other *x = a;
  const Other *y = b;

  if (x->distance != y->distance)
    return x->distance < y->distance ? -1 : 1;

  return (x->index > y->index) - (x->index < y->index);
}

static double
slow_label_distance (const Ribbon *ribbon,
                     gsize         a,
                     gsize         b)
{
  double squares = 0.0;

  for (guint l = 0; l < ribbon->n_labels; l++)
    squares += pow (ribbon->labels[a * ribbon->n_labels + l]
                      - ribbon->labels[b * ribbon->n_labels + l], 2.0);

  return sqrt (squares);
}

/* (n, n − 1), nearest first */
static Other *
slow_others (const Ribbon *ribbon)
{
  gsize  n = ribbon->n;
  Other *others = g_new (Other, n * (n - 1));

  for (gsize i = 0; i < n; i++)
    {
      Other *row = others + i * (n - 1);
      gsize  at = 0;

      for (gsize j = 0; j < n; j++)
        {
          double squares = 0.0;

          if (j == i)
            continue;
          for (gsize c = 0; c < WIDTH; c++)
            squares += pow ((double) ribbon->features[i * WIDTH + c]
                              - ribbon->features[j * WIDTH + c], 2.0);
          row[at++] = (Other){ sqrt (squares), j };
        }
      qsort (row, n - 1, sizeof *row, compare);
    }

  return others;
}

static double
slow_d5 (const Ribbon *ribbon,
         const Other  *others)
{
  gsize  k = MIN (5, ribbon->n - 1);
  double sum = 0.0;

  for (gsize i = 0; i < ribbon->n; i++)
    for (gsize j = 0; j < k; j++)
      sum += slow_label_distance (ribbon, i,
                                  others[i * (ribbon->n - 1) + j].index);

  return sum / (ribbon->n * k);
}

static void
slow_paths (const Ribbon *ribbon,
            const Other  *others,
            gsize         from,
            gsize         k,
            double       *ways)
{
  gboolean changed = TRUE;

  for (gsize i = 0; i < ribbon->n; i++)
    ways[i] = 1e10;
  ways[from] = 0.0;
  while (changed)
    {
      changed = FALSE;
      for (gsize i = 0; i < ribbon->n; i++)
        for (gsize j = 0; j < k; j++)
          {
            const Other *edge = &others[i * (ribbon->n - 1) + j];

            if (ways[i] + edge->distance < ways[edge->index])
              {
                ways[edge->index] = ways[i] + edge->distance;
                changed = TRUE;
              }
            if (ways[edge->index] + edge->distance < ways[i])
              {
                ways[i] = ways[edge->index] + edge->distance;
                changed = TRUE;
              }
          }
    }
}

static double
slow_residual (const Ribbon *ribbon,
               const Other  *others,
               gsize         k)
{
  gsize                   n = ribbon->n;
  g_autofree double      *ways = g_new (double, n);
  g_autofree double      *x = g_new (double, n * n);
  g_autofree double      *y = g_new (double, n * n);
  gsize                   n_pairs = 0;
  double                  mx = 0, my = 0, xx = 0, yy = 0, xy = 0;

  for (gsize i = 0; i < n; i++)
    {
      slow_paths (ribbon, others, i, k, ways);
      for (gsize j = 0; j < i; j++)
        {
          x[n_pairs] = ways[j];
          y[n_pairs++] = slow_label_distance (ribbon, i, j);
        }
    }
  for (gsize p = 0; p < n_pairs; p++)
    {
      mx += x[p] / n_pairs;
      my += y[p] / n_pairs;
    }
  for (gsize p = 0; p < n_pairs; p++)
    {
      xx += (x[p] - mx) * (x[p] - mx);
      yy += (y[p] - my) * (y[p] - my);
      xy += (x[p] - mx) * (y[p] - my);
    }

  return 1.0 - xy / sqrt (xx * yy);
}

static OrdGeometry
measure_sampled (const Ribbon *ribbon,
                 gsize         size)
{
  g_autofree double *near_distances = g_new (double, ribbon->n);
  double             sum = 0.0;
  OrdGeometry        geometry;
  g_autoptr (GError) error = NULL;

  g_assert_true (ord_geometry_measure_sampled (&geometry, ribbon->features,
                                               ribbon->n, WIDTH, ribbon->labels,
                                               ribbon->n_labels, size, 1,
                                               near_distances, NULL, &error));
  g_assert_no_error (error);
  for (gsize i = 0; i < ribbon->n && ribbon->n > 1; i++)
    sum += near_distances[i];
  if (ribbon->n > 1)
    g_assert_cmpfloat_with_epsilon (sum / ribbon->n, geometry.d5, 1e-9);

  return geometry;
}

static OrdGeometry
measure (const Ribbon *ribbon)
{
  return measure_sampled (ribbon, 1000);
}

static void
check_slow_twin (const Ribbon *ribbon)
{
  OrdGeometry       geometry = measure (ribbon);
  g_autofree Other *others = slow_others (ribbon);
  gsize             most = MIN (200, ribbon->n - 1);
  double            best = INFINITY;

  for (gsize k = 5; k < most + 5; k += 5)
    best = MIN (best, slow_residual (ribbon, others, MIN (k, most)));

  g_assert_cmpfloat_with_epsilon (geometry.d5, slow_d5 (ribbon, others), 1e-9);
  g_assert_cmpfloat_with_epsilon (geometry.rv, best, 1e-6);
}

static void
test_slow_twin (void)
{
  static const struct { gsize n; guint n_labels; double noise; } cases[]
      = { { 300, 1, 0.05 }, { 90, 2, 0.4 }, { 33, 1, 0.1 }, { 7, 1, 0.1 },
          { 4, 1, 0.1 } };

  for (gsize c = 0; c < G_N_ELEMENTS (cases); c++)
    {
      g_auto (Ribbon) ribbon = draw_ribbon (cases[c].n, cases[c].n_labels,
                                            cases[c].noise, 60 + c);

      check_slow_twin (&ribbon);
    }
}

/* Two ribbons that no graph of 200 neighbours joins. */
static void
test_pieces (void)
{
  g_auto (Ribbon) ribbon = draw_ribbon (410, 1, 0.05, 71);

  for (gsize i = 0; i < ribbon.n; i += 2)
    ribbon.features[i * WIDTH] += 100.0f;
  g_assert_cmpfloat (measure (&ribbon).rv, >, 0.9);
  check_slow_twin (&ribbon);
}

static void
test_golden (void)
{
  static const struct { guint n_labels; double noise, d5, rv; guint k; }
  cases[] = {
    { 1, 0.05, 0.921998189757, 0.0128343114565, 40 },
    { 2, 0.05, 2.084218729, 0.0295553800497, 120 },
    { 1, 0.6, 6.70975015995, 0.541705259959, 15 },
  };

  for (gsize c = 0; c < G_N_ELEMENTS (cases); c++)
    {
      g_auto (Ribbon) ribbon = draw_ribbon (300, cases[c].n_labels,
                                            cases[c].noise, 41);
      OrdGeometry     geometry = measure (&ribbon);

      g_assert_cmpfloat_with_epsilon (geometry.d5, cases[c].d5, 1e-6);
      g_assert_cmpfloat_with_epsilon (geometry.rv, cases[c].rv, 1e-6);
      g_assert_cmpuint (geometry.rv_nearest, ==, cases[c].k);
    }
}

/* Samples of a large set tell what the whole would, and the seed decides. */
static void
test_samples (void)
{
  g_auto (Ribbon) ribbon = draw_ribbon (400, 1, 0.1, 81);
  OrdGeometry     first = measure_sampled (&ribbon, 250);
  OrdGeometry     again = measure_sampled (&ribbon, 250);
  g_auto (Ribbon) part = draw_ribbon (250, 1, 0.1, 82);
  OrdGeometry     other = measure (&part);

  g_assert_true (first.rv == again.rv && first.d5 == again.d5);
  g_assert_cmpfloat_with_epsilon (first.rv, other.rv, 0.2 * other.rv);
}

static void
test_degenerate (void)
{
  g_auto (Ribbon) one = draw_ribbon (1, 1, 0.1, 91);
  g_auto (Ribbon) two = draw_ribbon (2, 1, 0.1, 92);
  g_auto (Ribbon) same = draw_ribbon (40, 1, 0.1, 93);
  g_auto (Ribbon) flat = draw_ribbon (40, 1, 0.1, 94);
  OrdGeometry     geometry;

  geometry = measure (&one);
  g_assert_true (isnan (geometry.d5) && isnan (geometry.rv));
  geometry = measure (&two);
  g_assert_cmpfloat_with_epsilon (geometry.d5,
                                  fabs (two.labels[0] - two.labels[1]), 1e-12);
  g_assert_true (isnan (geometry.rv));

  for (gsize i = 0; i < same.n * WIDTH; i++)
    same.features[i] = 1.0f;
  geometry = measure (&same);
  g_assert_true (isnan (geometry.rv) && isfinite (geometry.d5));
  g_assert_cmpuint (geometry.rv_nearest, ==, 0);

  for (gsize i = 0; i < flat.n; i++)
    flat.labels[i] = 0.1;
  geometry = measure (&flat);
  g_assert_true (isnan (geometry.rv) && geometry.d5 == 0.0);
}

static void
test_cancel (void)
{
  g_auto (Ribbon)          ribbon = draw_ribbon (100, 1, 0.1, 95);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError)       error = NULL;
  OrdGeometry              geometry;

  g_cancellable_cancel (cancellable);
  g_assert_false (ord_geometry_measure (&geometry, ribbon.features, ribbon.n,
                                        WIDTH, ribbon.labels, 1, 1, NULL,
                                        cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* On every number of nodes around whole tiles. */
static void
test_paths (void)
{
  static const gsize sizes[] = { 1, 2, 31, 32, 33, 63, 64, 65, 130 };
  guint64            seed = 99;

  for (gsize s = 0; s < G_N_ELEMENTS (sizes); s++)
    {
      gsize              n = sizes[s];
      gsize              stride = ord_shortest_paths_stride (n);
      g_autofree float  *fast = g_new (float, n * stride);
      g_autofree double *slow = g_new (double, n * n);

      for (gsize i = 0; i < n * stride; i++)
        fast[i] = ORD_UNREACHABLE;
      for (gsize i = 0; i < n; i++)
        for (gsize j = 0; j <= i; j++)
          {
            float length = i == j ? 0.0f
                           : draw_uniform (&seed) < 4.0 / n
                             ? 1.0f + draw_uniform (&seed)
                             : ORD_UNREACHABLE;

            fast[i * stride + j] = fast[j * stride + i] = length;
            slow[i * n + j] = slow[j * n + i] = length;
          }

      for (gsize k = 0; k < n; k++)
        for (gsize i = 0; i < n; i++)
          for (gsize j = 0; j < n; j++)
            slow[i * n + j] = MIN (slow[i * n + j],
                                   slow[i * n + k] + slow[k * n + j]);

      ord_shortest_paths (fast, n);
      for (gsize i = 0; i < n; i++)
        for (gsize j = 0; j < n; j++)
          g_assert_cmpfloat_with_epsilon (fast[i * stride + j],
                                          slow[i * n + j],
                                          1e-6 * slow[i * n + j] + 1e-30);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/paths/are-the-shortest", test_paths);
  g_test_add_func ("/geometry/is-that-of-the-slow-twin", test_slow_twin);
  g_test_add_func ("/geometry/pieces-score-badly", test_pieces);
  g_test_add_func ("/geometry/is-that-of-scipy", test_golden);
  g_test_add_func ("/geometry/samples-stand-for-the-whole", test_samples);
  g_test_add_func ("/geometry/is-not-a-number-where-undefined",
                   test_degenerate);
  g_test_add_func ("/geometry/can-be-cancelled", test_cancel);

  return g_test_run ();
}
