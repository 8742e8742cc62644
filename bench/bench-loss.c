/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * RM-Loss of a batch: value and gradient.
 *
 *   prepare loss N WIDTH MINING    features.f32 (N, WIDTH), labels.f32 (N)
 */
#include "bench.h"

#include <math.h>

#include "methods/rm-loss-private.h"

static struct
{
  float *features;
  float *labels;
  float *d_features;
  gsize  n;
  gsize  width;
  gsize  mining;
} work;

static gboolean
prepare (char  **words,
         GError **error)
{
  g_clear_pointer (&work.features, g_free);
  g_clear_pointer (&work.labels, g_free);
  g_clear_pointer (&work.d_features, g_free);

  if (!bench_number (words, 1, &work.n, error)
      || !bench_number (words, 2, &work.width, error)
      || !bench_number (words, 3, &work.mining, error))
    return FALSE;
  work.features = bench_floats ("features.f32", work.n * work.width, error);
  if (work.features == NULL)
    return FALSE;
  work.labels = bench_floats ("labels.f32", work.n, error);
  if (work.labels == NULL)
    return FALSE;
  work.d_features = g_new (float, work.n * work.width);

  return TRUE;
}

/* The answer: the loss, its slope by the scale, and the norm of the
 * first feature's gradient. */
static gboolean
run (GArray  *answer,
     GError **error)
{
  OrdRmPairs pairs = { .sigma = 1.0, .alpha = 0.1, .mining = work.mining != 0,
                       .mean = NAN };
  double     d_scale, loss;
  double     squares = 0.0;

  loss = ord_rm_pairs_loss (&pairs, work.features, work.labels, work.n,
                            work.width, 1, 0.1, work.d_features, &d_scale);
  for (gsize i = 0; i < work.width; i++)
    squares += work.d_features[i] * work.d_features[i];

  bench_answer (answer, loss);
  bench_answer (answer, d_scale);
  bench_answer (answer, sqrt (squares));

  return TRUE;
}

int
main (int    argc,
      char **argv)
{
  return bench_main (argc, argv, &(Bench) { prepare, run });
}
