/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The nearest of many features.
 *
 *   prepare nearest N WIDTH QUERIES K  references.f32 (N, WIDTH), queries.f32
 *   prepare read N WIDTH               a plain sum over the references, with all
 *                                      threads: the least that any search costs
 */
#include "bench.h"

#include "space/ord-neighbours.h"

static struct
{
  float         *references;
  float         *queries;
  OrdNeighbours *neighbours;
  OrdNeighbour  *found;
  gsize          n;
  gsize          width;
  gsize          n_queries;
  gsize          k;
} work;

/* The references stay while they are the same: half a gigabyte. */
static gboolean
load_references (gsize    n,
                 gsize    width,
                 GError **error)
{
  if (work.references != NULL && n == work.n && width == work.width)
    return TRUE;

  g_clear_pointer (&work.neighbours, ord_neighbours_free);
  g_clear_pointer (&work.references, g_free);
  work.references = bench_floats ("references.f32", n * width, error);
  if (work.references == NULL)
    return FALSE;
  work.neighbours = ord_neighbours_new (work.references, n, width);
  work.n = n;
  work.width = width;

  return TRUE;
}

static gboolean
prepare (char  **words,
         GError **error)
{
  gsize n, width;

  g_clear_pointer (&work.queries, g_free);
  g_clear_pointer (&work.found, g_free);
  if (!bench_number (words, 1, &n, error)
      || !bench_number (words, 2, &width, error)
      || !load_references (n, width, error))
    return FALSE;
  if (g_str_equal (words[0], "read"))
    return TRUE;

  if (!bench_number (words, 3, &work.n_queries, error)
      || !bench_number (words, 4, &work.k, error))
    return FALSE;
  work.queries = bench_floats ("queries.f32", work.n_queries * width, error);
  if (work.queries == NULL)
    return FALSE;
  work.found = g_new (OrdNeighbour, work.n_queries * work.k);

  return TRUE;
}

static double
read_all (void)
{
  const float *values = work.references;
  const gsize  n = work.n * work.width;
  double       total = 0.0;

#pragma omp parallel for reduction(+ : total) schedule(static)
  for (gsize first = 0; first < n; first += 4096)
    {
      gsize end = MIN (first + 4096, n);
      float sum = 0.0f;

#pragma omp simd reduction(+ : sum)
      for (gsize i = first; i < end; i++)
        sum += values[i];
      total += sum;
    }

  return total;
}

/* The answer: indices and distances of the first query and the last. */
static gboolean
run (GArray  *answer,
     GError **error)
{
  static volatile double sink;

  if (work.queries == NULL)
    {
      sink = read_all ();
      (void) sink;
      return TRUE;
    }

  ord_neighbours_nearest (work.neighbours, work.queries, work.n_queries, work.k,
                          work.found);
  for (gsize q = 0; q < work.n_queries; q += MAX (work.n_queries - 1, 1))
    for (gsize i = 0; i < work.k; i++)
      {
        bench_answer (answer, work.found[q * work.k + i].index);
        bench_answer (answer, work.found[q * work.k + i].distance);
      }

  return TRUE;
}

int
main (int    argc,
      char **argv)
{
  return bench_main (argc, argv, &(Bench) { prepare, run });
}
