/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The search for the radius of the weighted answer. The error over the
 * validation images is not convex in the radius, so a geometric grid covers
 * everything from "the nearest image alone" to "all images", and a finer one
 * the surroundings of its best place. Every distance is computed once and kept,
 * sorted, so that a candidate costs no more than the pairs within it.
 *
 * Often the error is nearly the same over a wide range of radii, and which is the
 * lowest is chance. Then a large radius is worth more: it answers with several
 * images, which are several reasons, and whose spread tells something (docs/radius.md).
 *
 * The pairs that are kept are bounded (KEPT_PAIRS). Where all pairs are more,
 * the grid ends at the radius that about half as many lie within; the answer at
 * every radius that is tried is exact all the same.
 */
#include "ord-answer-private.h"
#include "ord-answer.h"
#include "ord-neighbours-private.h"

#define KEPT_PAIRS   (16 * 1024 * 1024)
#define PROBES       64     /* queries that the scale is measured with */
#define COARSE_STEP  1.41421356237309515
#define COARSE_MAX   64
#define FINE_STEPS   16     /* between two coarse ones */

typedef struct
{
  const double  *labels;       /* (n, n_labels) */
  const double  *query_labels; /* (n_queries, n_labels) */
  guint          n_labels;
  gsize          n_queries;
  OrdNeighbour **found;        /* (n_queries), nearest first */
  gsize         *n_found;      /* (n_queries) */
  double        *errors;       /* (n_queries), at the latest radius */
} Search;

typedef struct
{
  double smallest;
  double largest;
} Range;

typedef struct
{
  double radius;
  double error;
} Candidate;

static int
compare_floats (const void *a,
                const void *b)
{
  float x = *(const float *) a;
  float y = *(const float *) b;

  return (x > y) - (x < y);
}

/* The first at or after @share of the sorted values that is not 0. */
static double
positive_quantile (const float *sorted,
                   gsize        n,
                   double       share)
{
  for (gsize i = share * (n - 1); i < n; i++)
    if (sorted[i] > 0.0f && isfinite (sorted[i]))
      return sorted[i];

  return 0.0;
}

static double
largest_finite (const float *sorted,
                gsize        n)
{
  while (n > 0 && !isfinite (sorted[n - 1]))
    n--;

  return n > 0 ? sorted[n - 1] : 0.0;
}

/* From distances of evenly spaced queries to all references. */
static Range
measure_range (const OrdNeighbours *neighbours,
               const float         *queries,
               gsize                n_queries)
{
  const float       *features = ord_neighbours_get_features (neighbours);
  gsize              width = ord_neighbours_get_width (neighbours);
  gsize              n = ord_neighbours_get_n (neighbours);
  gsize              n_probes = MIN (n_queries, PROBES);
  double             share = KEPT_PAIRS / ((double) n * n_queries);
  g_autofree float  *pairs = g_new (float, n_probes * n);
  g_autofree float  *nearest = g_new (float, n_probes);
  Range              range;

#pragma omp parallel for
  for (gsize p = 0; p < n_probes; p++)
    {
      const float *query = queries + p * n_queries / n_probes * width;

      nearest[p] = INFINITY;
      for (gsize i = 0; i < n; i++)
        {
          float distance = ord_feature_distance (query, features + i * width,
                                                 width);

          pairs[p * n + i] = distance;
          nearest[p] = MIN (nearest[p], distance);
        }
    }

  qsort (nearest, n_probes, sizeof (float), compare_floats);
  qsort (pairs, n_probes * n, sizeof (float), compare_floats);

  range.smallest = positive_quantile (nearest, n_probes, 0.05);
  if (range.smallest == 0.0)
    range.smallest = positive_quantile (pairs, n_probes * n, 0.0);
  range.largest = share < 1.0
                    ? positive_quantile (pairs, n_probes * n, share / 2.0)
                    : largest_finite (pairs, n_probes * n);
  range.largest = MAX (range.largest, range.smallest);

  return range;
}

static void
keep_found (gsize               query,
            const OrdNeighbour *found,
            gsize               n_found,
            gpointer            user_data)
{
  Search *search = user_data;

  search->found[query] = g_memdup2 (found, n_found * sizeof *found);
  search->n_found[query] = n_found;
  ord_neighbours_sort (search->found[query], n_found);
}

static double
answer_error (const Search *search,
              gsize         query,
              double        radius)
{
  const OrdNeighbour *found = search->found[query];
  gsize               n_found = search->n_found[query];
  double              squares = 0.0;
  double              total = 0.0;
  double              value[8];
  g_autofree double  *more = NULL;
  double             *sums = value;

  if (search->n_labels > G_N_ELEMENTS (value))
    sums = more = g_new (double, search->n_labels);
  for (guint l = 0; l < search->n_labels; l++)
    sums[l] = 0.0;

  for (gsize i = 0; i < n_found; i++)
    {
      const double *labels
          = search->labels + (gsize) found[i].index * search->n_labels;
      gboolean      within = found[i].distance <= radius;
      double        weight;

      if (!within && i > 0)
        break;
      weight = within ? ord_answer_weight (found[i].distance, radius) : 1.0;
      total += weight;
      for (guint l = 0; l < search->n_labels; l++)
        sums[l] += weight * labels[l];
    }

  for (guint l = 0; l < search->n_labels; l++)
    {
      double off = sums[l] / total
                   - search->query_labels[query * search->n_labels + l];

      squares += off * off;
    }

  return sqrt (squares);
}

static double
mean_error (Search *search,
            double  radius)
{
  double sum = 0.0;

#pragma omp parallel for schedule(dynamic, 16)
  for (gsize q = 0; q < search->n_queries; q++)
    search->errors[q] = answer_error (search, q, radius);

  /* In order, so that the threads leave no trace in the last digits. */
  for (gsize q = 0; q < search->n_queries; q++)
    sum += search->errors[q];

  return sum / search->n_queries;
}

static void
try_radius (Search *search,
            double  radius,
            GArray *tried)
{
  Candidate candidate = { radius, mean_error (search, radius) };

  g_array_append_val (tried, candidate);
}

/* The first with the lowest error; or the largest radius that is worse by less than
 * that share. */
static Candidate
choose (GArray *tried,
        double  tolerance)
{
  Candidate chosen = g_array_index (tried, Candidate, 0);
  double    limit;

  for (guint i = 1; i < tried->len; i++)
    if (g_array_index (tried, Candidate, i).error < chosen.error)
      chosen = g_array_index (tried, Candidate, i);

  limit = (1.0 + tolerance) * chosen.error;
  for (guint i = 0; i < tried->len; i++)
    {
      Candidate candidate = g_array_index (tried, Candidate, i);

      if (candidate.error < limit && candidate.radius > chosen.radius)
        chosen = candidate;
    }

  return chosen;
}

/* (transfer full) (element-type Candidate): what was tried, in that order. */
static GArray *
search_grids (Search *search,
              Range   range)
{
  GArray   *tried = g_array_new (FALSE, FALSE, sizeof (Candidate));
  double    step = COARSE_STEP;
  double    steps = log (range.largest / range.smallest) / log (step);
  gint      n_steps;
  Candidate coarse;

  if (steps > COARSE_MAX)
    step = pow (range.largest / range.smallest, 1.0 / COARSE_MAX);
  n_steps = MIN (ceil (steps), COARSE_MAX);

  for (gint i = 0; i <= n_steps; i++)
    try_radius (search, MIN (range.smallest * pow (step, i), range.largest),
                tried);

  coarse = choose (tried, 0.0);
  for (gint i = -FINE_STEPS + 1; i < FINE_STEPS; i++)
    {
      double radius = coarse.radius * pow (step, (double) i / FINE_STEPS);

      if (i != 0 && radius <= range.largest)
        try_radius (search, radius, tried);
    }

  return tried;
}

double
ord_radius_search (const OrdNeighbours *neighbours,
                   const double        *labels,
                   guint                n_labels,
                   const float         *queries,
                   const double        *query_labels,
                   gsize                n_queries,
                   double               tolerance,
                   double              *mae)
{
  g_autoptr (GArray) tried = NULL;
  Search             search;
  Range              range;
  Candidate          chosen;

  g_return_val_if_fail (neighbours != NULL, 1.0);
  g_return_val_if_fail (labels != NULL && n_labels > 0, 1.0);
  g_return_val_if_fail (queries != NULL && query_labels != NULL, 1.0);
  g_return_val_if_fail (n_queries > 0, 1.0);
  g_return_val_if_fail (tolerance >= 0.0, 1.0);

  range = measure_range (neighbours, queries, n_queries);
  /* Everything lies in one point: any radius holds all of it. */
  if (range.smallest == 0.0)
    range = (Range){ 1.0, 1.0 };

  search = (Search){
    .labels = labels,
    .query_labels = query_labels,
    .n_labels = n_labels,
    .n_queries = n_queries,
    .found = g_new0 (OrdNeighbour *, n_queries),
    .n_found = g_new0 (gsize, n_queries),
    .errors = g_new0 (double, n_queries),
  };
  ord_neighbours_foreach (neighbours, queries, n_queries, range.largest,
                          keep_found, &search);
  tried = search_grids (&search, range);
  chosen = choose (tried, tolerance);
  if (mae != NULL)
    *mae = chosen.error;

  for (gsize q = 0; q < n_queries; q++)
    g_free (search.found[q]);
  g_free (search.found);
  g_free (search.n_found);
  g_free (search.errors);

  return chosen.radius;
}
