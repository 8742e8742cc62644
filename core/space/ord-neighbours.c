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
 */
#include <math.h>
#include <string.h>

#include <cblas.h>

#include "ord-neighbours-private.h"

#define QUERY_BLOCK     256
#define REFERENCE_BLOCK 1024

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

float
ord_feature_distance (const float *a,
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
  if (is_before (&item, &found->nearest))
    {
      found->nearest = item;
      found->limit = square_rounded_up (MAX (found->radius, item.distance));
    }
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

/* (n): from one query to every reference. Called from a parallel region it
 * runs on that thread alone. */
static void
measure_all (const OrdNeighbours *neighbours,
             const float         *query,
             float               *distances)
{
  gsize width = neighbours->width;

#pragma omp parallel for if (neighbours->n * width > 65536)
  for (gsize i = 0; i < neighbours->n; i++)
    distances[i] = ord_feature_distance (query,
                                         neighbours->features + i * width,
                                         width);
}

static void
search_directly (const OrdNeighbours *neighbours,
                 const float         *query,
                 Found               *found)
{
  g_autofree float *distances = g_new (float, neighbours->n);

  measure_all (neighbours, query, distances);
  for (gsize i = 0; i < neighbours->n; i++)
    found_offer (found, (OrdNeighbour){ i, distances[i] });
}

static void
centre_rows (const OrdNeighbours *neighbours,
             const float         *rows,
             gsize                n_rows,
             float               *out)
{
  gsize width = neighbours->width;

#pragma omp parallel for
  for (gsize i = 0; i < n_rows; i++)
    for (gsize j = 0; j < width; j++)
      out[i * width + j] = rows[i * width + j] - neighbours->centre[j];
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

/* @products: (n_rows) of this query and the references from @first on */
static void
scan_row (const OrdNeighbours *neighbours,
          const float         *query,
          double               query_square,
          const float         *products,
          gsize                first,
          gsize                n_rows,
          Found               *found)
{
  gsize        width = neighbours->width;
  const float *squares = neighbours->squares + first;
  double       largest = 0.0;
  double       slack;
  float        limit;

  for (gsize i = 0; i < n_rows; i++)
    largest = MAX (largest, squares[i]);
  slack = rounding_bound (neighbours, query_square, largest);
  limit = found->limit + slack - query_square;

  for (gsize i = 0; i < n_rows; i++)
    {
      OrdNeighbour item = { .index = first + i };

      /* Written so that NaN is measured and not ruled out. */
      if (squares[i] - 2.0f * products[i] > limit)
        continue;

      item.distance = ord_feature_distance (
          query, neighbours->features + (first + i) * width, width);
      found_offer (found, item);
      limit = found->limit + slack - query_square;
    }
}

static void
search_block (const OrdNeighbours *neighbours,
              const float         *queries,
              gsize                n_queries,
              Found               *found)
{
  gsize              width = neighbours->width;
  gsize              block = MIN (REFERENCE_BLOCK, neighbours->n);
  g_autofree float  *centred = g_new (float, n_queries * width);
  g_autofree float  *references = g_new (float, block * width);
  g_autofree float  *products = g_new (float, n_queries * block);
  g_autofree double *query_squares = g_new (double, n_queries);

  centre_rows (neighbours, queries, n_queries, centred);
  for (gsize q = 0; q < n_queries; q++)
    {
      double norm = ord_feature_distance (queries + q * width,
                                          neighbours->centre, width);

      query_squares[q] = norm * norm;
    }

  for (gsize first = 0; first < neighbours->n; first += block)
    {
      gsize n_rows = MIN (block, neighbours->n - first);

      centre_rows (neighbours, neighbours->features + first * width, n_rows,
                   references);
      cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasTrans,
                   n_queries, n_rows, width,
                   1.0f, centred, width, references, width,
                   0.0f, products, n_rows);

#pragma omp parallel for schedule(dynamic, 8)
      for (gsize q = 0; q < n_queries; q++)
        scan_row (neighbours, queries + q * width, query_squares[q],
                  products + q * n_rows, first, n_rows, &found[q]);
    }
}

/* @found: (n_queries). A product that rules out little is no help. */
static void
search (const OrdNeighbours *neighbours,
        const float         *queries,
        gsize                n_queries,
        gboolean             rules_out,
        Found               *found)
{
  if (n_queries < FEW_QUERIES)
    {
      for (gsize q = 0; q < n_queries; q++)
        search_directly (neighbours, queries + q * neighbours->width,
                         &found[q]);
    }
  else if (!rules_out)
    {
#pragma omp parallel for schedule(dynamic, 1)
      for (gsize q = 0; q < n_queries; q++)
        search_directly (neighbours, queries + q * neighbours->width,
                         &found[q]);
    }
  else
    {
      search_block (neighbours, queries, n_queries, found);
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
  search_directly (neighbours, query, &found);
  ord_neighbours_sort (found.items, found.n);

  within = g_array_sized_new (FALSE, FALSE, sizeof (OrdNeighbour), found.n);
  if (found.n > 0)
    g_array_append_vals (within, found.items, found.n);
  g_free (found.items);

  return within;
}
