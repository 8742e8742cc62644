/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Exact nearest neighbours. Many queries go by blocks through a matrix product,
 * ‖a − b‖² = ‖a‖² + ‖b‖² − 2 a·b, which is fast but loses digits where a and b
 * are close. So the product only rules out: whatever it places within its own
 * rounding error of the current limit is measured again from differences, and
 * only those distances decide. The centre of the reference features is taken
 * off both sides first; otherwise a common offset would make the rounding
 * error so large that nothing is ruled out.
 *
 * A few queries are measured from differences at once: one pass over the
 * features, as fast as memory delivers them.
 *
 * Each thread searches a slice of the references for all queries, so that what
 * it works with stays in its own cache; at the end the finds are joined.
 */
#include <math.h>
#include <string.h>

#include <cblas.h>
#include <omp.h>

#include "../ord-clones-private.h"
#include "ord-neighbours-private.h"

#define QUERY_BLOCK     256
#define REFERENCE_BLOCK 256

/* Products that are ruled out together. */
#define STRIP           64

/* Slices smaller than this, in references, are not worth a thread. */
#define SMALLEST_SLICE  512

/* Fewer queries than this do not repay the preparation of a product. */
#define FEW_QUERIES     8

/* Bytes of neighbour lists that one block of queries may need. */
#define LIST_LIMIT      (64 * 1024 * 1024)

struct _OrdNeighbours
{
  const float *features; /* (n, width), borrowed */
  gsize        n;
  gsize        width;
  float       *centre;   /* (width) */
  float       *squares;  /* (n), squared norm after centring */
};

/* What a query has found so far. Nearest search keeps a heap of the best k with
 * the farthest on top; a search by radius keeps everything within it, and the
 * best one beside. */
typedef struct
{
  OrdNeighbour *items;
  gsize         n;
  gsize         capacity;
  gboolean      bounded;
  OrdNeighbour  nearest;
  double        limit;   /* squared distance beyond which nothing is wanted */
  double        radius;
} Found;

static inline float
distance_of (const float *a,
             const float *b,
             gsize        width)
{
  double sum = 0.0;

#pragma omp simd reduction(+ : sum)
  for (gsize i = 0; i < width; i++)
    {
      double difference = (double) a[i] - (double) b[i];

      sum += difference * difference;
    }

  return isnan (sum) ? INFINITY : (float) sqrt (sum);
}

ORD_CLONES float
ord_feature_distance (const float *a,
                      const float *b,
                      gsize        width)
{
  return distance_of (a, b, width);
}

/* @rows: (n_rows, width)
 * @distances: (out): (n_rows) */
ORD_CLONES static void
measure_rows (const float *query,
              const float *rows,
              gsize        n_rows,
              gsize        width,
              float       *distances)
{
  for (gsize i = 0; i < n_rows; i++)
    distances[i] = distance_of (query, rows + i * width, width);
}

static gboolean
is_before (const OrdNeighbour *a,
           const OrdNeighbour *b)
{
  return a->distance < b->distance
         || (a->distance == b->distance && a->index < b->index);
}

static int
compare (const void *a,
         const void *b)
{
  return is_before (a, b) ? -1 : is_before (b, a) ? 1 : 0;
}

void
ord_neighbours_sort (OrdNeighbour *items,
                     gsize         n)
{
  if (n > 1)
    qsort (items, n, sizeof *items, compare);
}

static void
sift_down (OrdNeighbour *heap,
           gsize         n,
           OrdNeighbour  item)
{
  gsize at = 0;

  for (;;)
    {
      gsize child = 2 * at + 1;

      if (child >= n)
        break;
      if (child + 1 < n && is_before (&heap[child], &heap[child + 1]))
        child++;
      if (!is_before (&item, &heap[child]))
        break;
      heap[at] = heap[child];
      at = child;
    }
  heap[at] = item;
}

static void
sift_up (OrdNeighbour *heap,
         gsize         at,
         OrdNeighbour  item)
{
  while (at > 0 && is_before (&heap[(at - 1) / 2], &item))
    {
      heap[at] = heap[(at - 1) / 2];
      at = (at - 1) / 2;
    }
  heap[at] = item;
}

/* The distance is a rounded float; its square must not rule out a neighbour
 * that ties with it. */
static double
square_rounded_up (double distance)
{
  return distance * distance * (1.0 + 1e-6);
}

static void
found_init (Found        *found,
            OrdNeighbour *items,
            gsize         capacity,
            gboolean      bounded,
            double        radius)
{
  *found = (Found){
    .items = items,
    .capacity = capacity,
    .bounded = bounded,
    .nearest = { G_MAXUINT, INFINITY },
    .limit = INFINITY,
    .radius = radius,
  };
}

static void
found_offer_nearest (Found        *found,
                     OrdNeighbour  item)
{
  if (found->n < found->capacity)
    sift_up (found->items, found->n++, item);
  else if (is_before (&item, &found->items[0]))
    sift_down (found->items, found->n, item);

  if (found->n == found->capacity)
    found->limit = square_rounded_up (found->items[0].distance);
}

static void
found_note_nearest (Found        *found,
                    OrdNeighbour  item)
{
  if (is_before (&item, &found->nearest))
    {
      found->nearest = item;
      found->limit = square_rounded_up (MAX (found->radius, item.distance));
    }
}

static void
found_offer_within (Found        *found,
                    OrdNeighbour  item)
{
  /* Infinitely far is never within, whatever the radius. */
  if (item.distance <= found->radius && isfinite (item.distance))
    {
      if (found->n == found->capacity)
        {
          found->capacity = MAX (64, found->capacity * 2);
          found->items = g_renew (OrdNeighbour, found->items, found->capacity);
        }
      found->items[found->n++] = item;
    }
  found_note_nearest (found, item);
}

static void
found_offer (Found        *found,
             OrdNeighbour  item)
{
  if (found->bounded)
    found_offer_nearest (found, item);
  else
    found_offer_within (found, item);
}

/* Distance beyond which nothing is wanted. */
static double
found_reach (const Found *found)
{
  if (!found->bounded)
    return MAX (found->radius, found->nearest.distance);

  return found->n < found->capacity ? INFINITY : found->items[0].distance;
}

/* Takes over what a slice found; slices come in order, so that what lies within
 * a radius stays in order of its index. */
static void
found_join (Found       *found,
            const Found *slice)
{
  for (gsize i = 0; i < slice->n; i++)
    found_offer (found, slice->items[i]);
  if (!found->bounded && slice->nearest.index != G_MAXUINT)
    found_note_nearest (found, slice->nearest);
}

OrdNeighbours *
ord_neighbours_new (const float *features,
                    gsize        n,
                    gsize        width)
{
  OrdNeighbours     *neighbours;
  g_autofree double *sums = NULL;

  g_return_val_if_fail (features != NULL, NULL);
  g_return_val_if_fail (n > 0 && n < G_MAXUINT, NULL);
  g_return_val_if_fail (width > 0 && width <= G_MAXINT, NULL);

  neighbours = g_new0 (OrdNeighbours, 1);
  neighbours->features = features;
  neighbours->n = n;
  neighbours->width = width;
  neighbours->centre = g_new (float, width);
  neighbours->squares = g_new (float, n);

  sums = g_new0 (double, width);
  for (gsize i = 0; i < n; i++)
    for (gsize j = 0; j < width; j++)
      sums[j] += features[i * width + j];
  for (gsize j = 0; j < width; j++)
    neighbours->centre[j] = sums[j] / n;

#pragma omp parallel for
  for (gsize i = 0; i < n; i++)
    {
      float distance = ord_feature_distance (features + i * width,
                                             neighbours->centre, width);

      neighbours->squares[i] = distance * distance;
    }

  return neighbours;
}

void
ord_neighbours_free (OrdNeighbours *neighbours)
{
  if (neighbours == NULL)
    return;

  g_free (neighbours->centre);
  g_free (neighbours->squares);
  g_free (neighbours);
}

gsize
ord_neighbours_get_n (const OrdNeighbours *neighbours)
{
  g_return_val_if_fail (neighbours != NULL, 0);

  return neighbours->n;
}

const float *
ord_neighbours_get_features (const OrdNeighbours *neighbours)
{
  return neighbours->features;
}

gsize
ord_neighbours_get_width (const OrdNeighbours *neighbours)
{
  return neighbours->width;
}

/* What lies between two references, for one query, from differences. */
static void
search_directly (const OrdNeighbours *neighbours,
                 const float         *query,
                 gsize                from,
                 gsize                to,
                 Found               *found)
{
  float distances[STRIP];
  gsize width = neighbours->width;

  for (gsize first = from; first < to; first += STRIP)
    {
      gsize n = MIN (STRIP, to - first);

      measure_rows (query, neighbours->features + first * width, n, width,
                    distances);
      for (gsize i = 0; i < n; i++)
        if (!(distances[i] > found_reach (found)))
          found_offer (found, (OrdNeighbour){ first + i, distances[i] });
    }
}

ORD_CLONES static void
centre_rows (const OrdNeighbours *neighbours,
             const float         *rows,
             gsize                n_rows,
             float               *out)
{
  gsize        width = neighbours->width;
  const float *centre = neighbours->centre;

  for (gsize i = 0; i < n_rows; i++)
#pragma omp simd
    for (gsize j = 0; j < width; j++)
      out[i * width + j] = rows[i * width + j] - centre[j];
}

/* Twice the worst case of the rounding in a squared distance by products, in
 * single precision: the terms of the sum, the norms, and the centring. */
static double
rounding_bound (const OrdNeighbours *neighbours,
                double               query_square,
                double               reference_square)
{
  double reach = sqrt (query_square) + sqrt (reference_square);

  return 2.0 * (neighbours->width + 8) * 6e-8 * reach * reach;
}

/* Whether products leave any of these references in the running. Written so
 * that NaN is measured and not ruled out. */
ORD_CLONES static gboolean
any_within (const float *squares,
            const float *products,
            gsize        n,
            float        limit)
{
  int n_within = 0;

#pragma omp simd reduction(+ : n_within)
  for (gsize i = 0; i < n; i++)
    n_within += !(squares[i] - 2.0f * products[i] > limit);

  return n_within > 0;
}

/* @products: (n_rows) of this query and the references from @first on
 * @largest: of their squared norms */
static void
scan_row (const OrdNeighbours *neighbours,
          const float         *query,
          double               query_square,
          const float         *products,
          gsize                first,
          gsize                n_rows,
          double               largest,
          Found               *found)
{
  gsize        width = neighbours->width;
  const float *squares = neighbours->squares + first;
  double       slack = rounding_bound (neighbours, query_square, largest);
  float        limit = found->limit + slack - query_square;

  for (gsize strip = 0; strip < n_rows; strip += STRIP)
    {
      gsize end = MIN (strip + STRIP, n_rows);

      if (!any_within (squares + strip, products + strip, end - strip, limit))
        continue;

      for (gsize i = strip; i < end; i++)
        {
          OrdNeighbour item = { .index = first + i };

          if (squares[i] - 2.0f * products[i] > limit)
            continue;

          item.distance = ord_feature_distance (
              query, neighbours->features + (first + i) * width, width);
          found_offer (found, item);
          limit = found->limit + slack - query_square;
        }
    }
}

/* @centred: (n_queries, width), less the centre
 * @query_squares: (n_queries), their squared norms */
static void
search_by_products (const OrdNeighbours *neighbours,
                    const float         *queries,
                    const float         *centred,
                    const double        *query_squares,
                    gsize                n_queries,
                    gsize                from,
                    gsize                to,
                    Found               *found)
{
  gsize             width = neighbours->width;
  g_autofree float *references = g_new (float, REFERENCE_BLOCK * width);
  g_autofree float *products = g_new (float, n_queries * REFERENCE_BLOCK);

  for (gsize first = from; first < to; first += REFERENCE_BLOCK)
    {
      gsize  n_rows = MIN (REFERENCE_BLOCK, to - first);
      double largest = 0.0;

      for (gsize i = 0; i < n_rows; i++)
        largest = MAX (largest, neighbours->squares[first + i]);
      centre_rows (neighbours, neighbours->features + first * width, n_rows,
                   references);
      cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasTrans,
                   n_queries, n_rows, width,
                   1.0f, centred, width, references, width,
                   0.0f, products, n_rows);
      for (gsize q = 0; q < n_queries; q++)
        scan_row (neighbours, queries + q * width, query_squares[q],
                  products + q * n_rows, first, n_rows, largest, &found[q]);
    }
}

/* One slice of the references.
 * @rules_out: a product that rules out little is no help */
static void
search_slice (const OrdNeighbours *neighbours,
              const float         *queries,
              const float         *centred,
              const double        *query_squares,
              gsize                n_queries,
              gboolean             rules_out,
              gsize                from,
              gsize                to,
              Found               *found)
{
  if (n_queries >= FEW_QUERIES && rules_out)
    search_by_products (neighbours, queries, centred, query_squares, n_queries,
                        from, to, found);
  else
    for (gsize q = 0; q < n_queries; q++)
      search_directly (neighbours, queries + q * neighbours->width, from, to,
                       &found[q]);
}

/* As @found, with nothing in it yet. */
static void
found_init_like (Found       *slice,
                 const Found *found)
{
  found_init (slice,
              found->bounded ? g_new (OrdNeighbour, found->capacity) : NULL,
              found->bounded ? found->capacity : 0, found->bounded,
              found->radius);
}

/* @found: (n_queries)
 *
 * Called from a parallel region it runs on that thread alone. */
static void
search (const OrdNeighbours *neighbours,
        const float         *queries,
        gsize                n_queries,
        gboolean             rules_out,
        Found               *found)
{
  gsize              n = neighbours->n;
  gsize              width = neighbours->width;
  gsize              most = omp_in_parallel () ? 1 : omp_get_max_threads ();
  gsize              n_slices = CLAMP (n / SMALLEST_SLICE, 1, most);
  g_autofree float  *centred = g_new (float, n_queries * width);
  g_autofree double *query_squares = g_new (double, n_queries);
  g_autofree Found  *slices = g_new (Found, n_slices * n_queries);

  centre_rows (neighbours, queries, n_queries, centred);
  for (gsize q = 0; q < n_queries; q++)
    {
      double norm = ord_feature_distance (queries + q * width,
                                          neighbours->centre, width);

      query_squares[q] = norm * norm;
    }
  for (gsize s = 1; s < n_slices; s++)
    for (gsize q = 0; q < n_queries; q++)
      found_init_like (&slices[s * n_queries + q], &found[q]);

#pragma omp parallel for schedule(static, 1) num_threads (n_slices)
  for (gsize s = 0; s < n_slices; s++)
    search_slice (neighbours, queries, centred, query_squares, n_queries,
                  rules_out, n * s / n_slices, n * (s + 1) / n_slices,
                  s > 0 ? slices + s * n_queries : found);

  for (gsize s = 1; s < n_slices; s++)
    for (gsize q = 0; q < n_queries; q++)
      {
        found_join (&found[q], &slices[s * n_queries + q]);
        g_free (slices[s * n_queries + q].items);
      }
}

void
ord_neighbours_nearest (const OrdNeighbours *neighbours,
                        const float         *queries,
                        gsize                n_queries,
                        gsize                k,
                        OrdNeighbour        *out)
{
  Found found[QUERY_BLOCK];

  g_return_if_fail (neighbours != NULL);
  g_return_if_fail (queries != NULL || n_queries == 0);
  g_return_if_fail (k > 0 && k <= neighbours->n);
  g_return_if_fail (out != NULL || n_queries == 0);

  for (gsize first = 0; first < n_queries; first += QUERY_BLOCK)
    {
      gsize n = MIN (QUERY_BLOCK, n_queries - first);

      for (gsize q = 0; q < n; q++)
        found_init (&found[q], out + (first + q) * k, k, TRUE, 0.0);
      search (neighbours, queries + first * neighbours->width, n,
              k < neighbours->n / 4, found);

#pragma omp parallel for schedule(dynamic, 8)
      for (gsize q = 0; q < n; q++)
        ord_neighbours_sort (found[q].items, k);
    }
}

void
ord_neighbours_foreach (const OrdNeighbours *neighbours,
                        const float         *queries,
                        gsize                n_queries,
                        double               radius,
                        OrdFoundFunc         func,
                        gpointer             user_data)
{
  Found found[QUERY_BLOCK];
  gsize block = LIST_LIMIT / sizeof (OrdNeighbour) / neighbours->n;

  block = CLAMP (block, 1, QUERY_BLOCK);
  for (gsize first = 0; first < n_queries; first += block)
    {
      gsize n = MIN (block, n_queries - first);

      for (gsize q = 0; q < n; q++)
        found_init (&found[q], NULL, 0, FALSE, radius);
      search (neighbours, queries + first * neighbours->width, n,
              isfinite (radius), found);

#pragma omp parallel for schedule(dynamic, 1)
      for (gsize q = 0; q < n; q++)
        {
          if (found[q].n > 0)
            func (first + q, found[q].items, found[q].n, user_data);
          else
            func (first + q, &found[q].nearest, 1, user_data);
          g_free (found[q].items);
        }
    }
}

GArray *
ord_neighbours_within (const OrdNeighbours *neighbours,
                       const float         *query,
                       double               radius)
{
  Found   found;
  GArray *within;

  g_return_val_if_fail (neighbours != NULL, NULL);
  g_return_val_if_fail (query != NULL, NULL);

  found_init (&found, NULL, 0, FALSE, radius);
  search (neighbours, query, 1, FALSE, &found);
  ord_neighbours_sort (found.items, found.n);

  within = g_array_sized_new (FALSE, FALSE, sizeof (OrdNeighbour), found.n);
  if (found.n > 0)
    g_array_append_vals (within, found.items, found.n);
  g_free (found.items);

  return within;
}
