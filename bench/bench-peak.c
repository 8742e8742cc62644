/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the processor can do: single-precision matrix products, through the same
 * library that the engine uses.
 *
 *   prepare product M N K    C (M, N) = A (M, K) Bᵀ (N, K)
 */
#include "bench.h"

#include <cblas.h>

static struct
{
  float *a;
  float *b;
  float *c;
  gsize  m;
  gsize  n;
  gsize  k;
} work;

static float *
fill (gsize n)
{
  float *values = g_new (float, n);

  for (gsize i = 0; i < n; i++)
    values[i] = (float) (i * 2654435761u % 1024) / 1024.0f - 0.5f;

  return values;
}

static gboolean
prepare (char  **words,
         GError **error)
{
  if (!bench_number (words, 1, &work.m, error)
      || !bench_number (words, 2, &work.n, error)
      || !bench_number (words, 3, &work.k, error))
    return FALSE;

  g_free (work.a);
  g_free (work.b);
  g_free (work.c);
  work.a = fill (work.m * work.k);
  work.b = fill (work.n * work.k);
  work.c = fill (work.m * work.n);

  return TRUE;
}

static gboolean
run (GArray  *answer,
     GError **error)
{
  cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasTrans, (int) work.m,
               (int) work.n, (int) work.k, 1.0f, work.a, (int) work.k, work.b,
               (int) work.k, 0.0f, work.c, (int) work.n);

  return TRUE;
}

int
main (int    argc,
      char **argv)
{
  return bench_main (argc, argv, &(Bench) { prepare, run });
}
