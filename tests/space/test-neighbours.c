/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Neighbour search against a slow twin that sorts all distances.
 */
#include <glib.h>

#include "draws.h"
#include "space/ord-neighbours.h"

static int
compare (const void *a,
         const void *b)
{
  const OrdNeighbour *x = a;
  const OrdNeighbour *y = b;

  if (x->distance != y->distance)
    return x->distance < y->distance ? -1 : 1;

  return (x->index > y->index) - (x->index < y->index);
}

/* (transfer full): (n), nearest first */
static OrdNeighbour *
slow_sorted (const float *features,
             gsize        n,
             gsize        width,
             const float *query)
{
  OrdNeighbour *all = g_new (OrdNeighbour, n);

  for (gsize i = 0; i < n; i++)
    {
      long double sum = 0.0L;

      for (gsize j = 0; j < width; j++)
        {
          long double off = (long double) features[i * width + j] - query[j];

          sum += off * off;
        }
      all[i] = (OrdNeighbour){ i, sqrtl (sum) };
    }
  qsort (all, n, sizeof *all, compare);

  return all;
}

static float *
draw_features (gsize   n,
               gsize   width,
               double  offset,
               guint64 seed)
{
  float *features = g_new (float, n * width);

  for (gsize i = 0; i < n * width; i++)
    features[i] = offset + draw_normal (&seed);

  return features;
}

/* The last digit may be summed differently, and two such distances may then
 * swap; nothing more. */
static void
assert_same (const OrdNeighbour *fast,
             const OrdNeighbour *slow,
             gsize               k)
{
  for (gsize i = 0; i < k; i++)
    {
      g_assert_cmpfloat_with_epsilon (fast[i].distance, slow[i].distance,
                                      2e-7 * slow[i].distance + 1e-30);
      if (fast[i].distance == slow[i].distance)
        g_assert_cmpuint (fast[i].index, ==, slow[i].index);
    }
}

static void
check (const float *features,
       gsize        n,
       gsize        width,
       const float *queries,
       gsize        n_queries,
       gsize        k)
{
  g_autoptr (OrdNeighbours) neighbours
      = ord_neighbours_new (features, n, width);
  g_autofree OrdNeighbour  *many = g_new (OrdNeighbour, n_queries * k);
  g_autofree OrdNeighbour  *one = g_new (OrdNeighbour, k);

  ord_neighbours_nearest (neighbours, queries, n_queries, k, many);
  for (gsize q = 0; q < n_queries; q++)
    {
      g_autofree OrdNeighbour *slow
          = slow_sorted (features, n, width, queries + q * width);

      assert_same (many + q * k, slow, k);
      ord_neighbours_nearest (neighbours, queries + q * width, 1, k, one);
      for (gsize i = 0; i < k; i++)
        {
          g_assert_cmpuint (one[i].index, ==, many[q * k + i].index);
          g_assert_true (one[i].distance == many[q * k + i].distance);
        }
    }
}

static void
test_slow_twin (void)
{
  static const struct { gsize n, width, n_queries, k; double offset; } cases[]
      = {
          { 1, 1, 1, 1, 0 },        { 1, 3, 20, 1, 0 },
          { 2, 1, 9, 2, 0 },        { 300, 1, 40, 7, 0 },
          { 500, 16, 40, 500, 0 },  { 2500, 16, 300, 12, 0 },
          { 400, 1000, 20, 5, 0 },  { 1100, 128, 257, 60, 0 },
          { 600, 40, 40, 10, 1e4 }, { 600, 3, 40, 10, -1e6 },
        };

  for (gsize c = 0; c < G_N_ELEMENTS (cases); c++)
    {
      g_autofree float *features
          = draw_features (cases[c].n, cases[c].width, cases[c].offset, 3 + c);
      g_autofree float *queries
          = draw_features (cases[c].n_queries, cases[c].width, cases[c].offset,
                           300 + c);

      check (features, cases[c].n, cases[c].width, queries, cases[c].n_queries,
             cases[c].k);
    }
}

/* Clusters far tighter than the rounding of a product of norms. */
static void
test_tight_clusters (void)
{
  const gsize       n = 900;
  const gsize       width = 24;
  guint64           seed = 11;
  g_autofree float *features = g_new (float, n * width);

  for (gsize i = 0; i < n; i++)
    for (gsize j = 0; j < width; j++)
      features[i * width + j]
          = (i % 3 == 0 ? 100.0 : -50.0) + 1e-3 * draw_normal (&seed);

  check (features, n, width, features, 60, 15);
}

static void
test_duplicates (void)
{
  const gsize       n = 1200;
  const gsize       width = 8;
  g_autofree float *features = draw_features (n, width, 0.0, 5);

  for (gsize i = 0; i < n; i++)
    for (gsize j = 0; j < width; j++)
      features[i * width + j] = features[(i % 40) * width + j];

  check (features, n, width, features, 50, 100);
}

static void
test_exact_match (void)
{
  const gsize               n = 700;
  const gsize               width = 64;
  g_autofree float         *features = draw_features (n, width, 1e4, 9);
  g_autofree OrdNeighbour  *nearest = g_new (OrdNeighbour, n);
  g_autoptr (OrdNeighbours) neighbours
      = ord_neighbours_new (features, n, width);

  ord_neighbours_nearest (neighbours, features, n, 1, nearest);
  for (gsize i = 0; i < n; i++)
    {
      g_assert_cmpuint (nearest[i].index, ==, i);
      g_assert_true (nearest[i].distance == 0.0f);
    }
}

static void
test_ties (void)
{
  const float               features[] = { 1, -1, 3, 1, -3, -1 };
  const guint               expected[] = { 0, 1, 3, 5, 2, 4 };
  const float               query = 0.0f;
  OrdNeighbour              found[6];
  g_autoptr (OrdNeighbours) neighbours = ord_neighbours_new (features, 6, 1);

  ord_neighbours_nearest (neighbours, &query, 1, 6, found);
  for (gsize i = 0; i < 6; i++)
    g_assert_cmpuint (found[i].index, ==, expected[i]);
}

static void
test_within (void)
{
  const gsize               n = 800;
  const gsize               width = 6;
  g_autofree float         *features = draw_features (n, width, 0.0, 21);
  g_autofree float         *query = draw_features (1, width, 0.0, 22);
  g_autofree OrdNeighbour  *slow = slow_sorted (features, n, width, query);
  g_autoptr (OrdNeighbours) neighbours
      = ord_neighbours_new (features, n, width);

  for (gsize k = 0; k <= n; k += 100)
    {
      double radius = k == 0   ? 0.5 * slow[0].distance
                      : k == n ? 2.0 * slow[n - 1].distance
                               : 0.5 * (slow[k - 1].distance
                                        + slow[k].distance);
      g_autoptr (GArray) within
          = ord_neighbours_within (neighbours, query, radius);

      g_assert_cmpuint (within->len, ==, k);
      assert_same ((OrdNeighbour *) within->data, slow, k);
    }
}

static void
test_border (void)
{
  const float               features[] = { 0, 3, 5 };
  const float               query = 0.0f;
  g_autoptr (OrdNeighbours) neighbours = ord_neighbours_new (features, 3, 1);
  g_autoptr (GArray)        within
      = ord_neighbours_within (neighbours, &query, 3.0);

  g_assert_cmpuint (within->len, ==, 2);
}

/* Neither a crash nor fewer results than asked for. */
static void
test_not_numbers (void)
{
  const gsize               n = 200;
  const gsize               width = 4;
  const gsize               k = 20;
  g_autofree float         *features = draw_features (n, width, 0.0, 31);
  g_autofree OrdNeighbour  *found = g_new (OrdNeighbour, n * k);
  g_autoptr (OrdNeighbours) neighbours = NULL;

  features[5] = NAN;
  features[40] = INFINITY;
  features[80] = 3e38f;
  features[81] = -3e38f;
  neighbours = ord_neighbours_new (features, n, width);
  ord_neighbours_nearest (neighbours, features, n, k, found);
  for (gsize q = 0; q < n; q++)
    {
      g_autofree gboolean *seen = g_new0 (gboolean, n);

      for (gsize i = 0; i < k; i++)
        {
          const OrdNeighbour *item = &found[q * k + i];

          g_assert_cmpuint (item->index, <, n);
          g_assert_false (seen[item->index]);
          g_assert_false (isnan (item->distance));
          seen[item->index] = TRUE;
        }
    }
  g_assert_cmpuint (found[0].index, ==, 0);
  g_assert_true (found[0].distance == 0.0f);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/neighbours/are-those-of-the-slow-twin", test_slow_twin);
  g_test_add_func ("/neighbours/tight-clusters-keep-their-order",
                   test_tight_clusters);
  g_test_add_func ("/neighbours/duplicates-come-by-index", test_duplicates);
  g_test_add_func ("/neighbours/an-exact-match-has-distance-zero",
                   test_exact_match);
  g_test_add_func ("/neighbours/ties-come-by-index", test_ties);
  g_test_add_func ("/neighbours/within-finds-all-within", test_within);
  g_test_add_func ("/neighbours/the-border-is-within", test_border);
  g_test_add_func ("/neighbours/what-is-no-number-is-far-away",
                   test_not_numbers);

  return g_test_run ();
}
