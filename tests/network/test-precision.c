/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Networks in bfloat16 against themselves in floats: outputs agree to a few per
 * cent, gradients point the same way.
 */
#include <math.h>
#include <string.h>

#include "probe.h"

static OrdNode
convolve (Probe      *probe,
          const char *name,
          OrdNode     input,
          int         channels,
          int         groups)
{
  return ord_graph_convolution (probe->graph, name, input, &(OrdConvolution) {
    .channels = channels,
    .kernel = { 3, 3 },
    .pad = { 1, 1, 1, 1 },
    .groups = groups,
    .bias = TRUE,
  });
}

/* One convolution between channels that fill blocks, and that do not. */
static void
build_convolution (Probe         *probe,
                   gconstpointer  data)
{
  const int *c = data; /* in, out, groups */

  convolve (probe, "c", probe_image (probe, c[0]), c[1], c[2]);
}

/* Every kind of layer. */
static void
build_network (Probe         *probe,
               gconstpointer  data)
{
  OrdGraph *graph = probe->graph;
  OrdNode   image = probe_image (probe, 3);
  OrdNode   vector = probe_vector (probe, 3);
  OrdNode   x, branches[3], joined[2];

  /* A bias before batch norm has no gradient but rounding. */
  x = ord_graph_convolution (graph, "stem", image, &(OrdConvolution) {
    .channels = 24, .kernel = { 3, 3 }, .pad = { 1, 1, 1, 1 } });
  x = ord_graph_batch_norm (graph, "n1", x, TRUE);
  branches[0] = ord_graph_relu (graph, "r1", convolve (probe, "c1", x, 16, 1));
  branches[1] = ord_graph_clip (graph, "k", convolve (probe, "c2", x, 24, 24),
                                -1.0, 6.0);
  branches[2] = ord_graph_average_pool (graph, "a", x, &(OrdPooling) {
    .kernel = { 3, 3 }, .pad = { 1, 1, 1, 1 }, .include_padding = TRUE });
  x = ord_graph_concat (graph, "j", branches, 3);
  x = ord_graph_max_pool (graph, "m", x, &(OrdPooling) {
    .kernel = { 3, 3 }, .stride = { 2, 2 }, .ceil = TRUE });
  x = ord_graph_average_pool (graph, "b", x, &(OrdPooling) {
    .kernel = { 2, 2 }, .stride = { 2, 2 }, .ceil = TRUE,
    .include_padding = TRUE });
  x = ord_graph_add (graph, "s", convolve (probe, "c3", x, 20, 1),
                     convolve (probe, "c4", x, 20, 1));
  joined[0] = ord_graph_flatten (graph, "f", x, 3, 3);
  joined[1] = vector;
  x = ord_graph_concat (graph, "v", joined, 2);
  joined[0] = ord_graph_linear (graph, "l1", x, 16);
  joined[1] = ord_graph_global_average (graph, "g", branches[0]);
  x = ord_graph_add (graph, "t", joined[0], joined[1]);
  x = ord_graph_relu (graph, "r2", x);
  ord_graph_linear (graph, "l2", x, 4);
}

typedef struct
{
  const char    *name;
  void         (*build) (Probe *probe, gconstpointer data);
  int            numbers[3];
} Case;

static const Case cases[] = {
  { "a-convolution-of-16-to-32-channels", build_convolution, { 16, 32, 1 } },
  { "a-convolution-of-24-channels", build_convolution, { 24, 24, 1 } },
  { "a-convolution-of-3-to-5-channels", build_convolution, { 3, 5, 1 } },
  { "a-convolution-of-5-to-33-channels", build_convolution, { 5, 33, 1 } },
  { "a-convolution-of-40-to-17-channels", build_convolution, { 40, 17, 1 } },
  { "a-convolution-of-1-to-16-channels", build_convolution, { 1, 16, 1 } },
  { "a-convolution-of-20-channels-in-2-groups", build_convolution,
    { 20, 30, 2 } },
  { "a-depth-wise-convolution-of-24", build_convolution, { 24, 24, 24 } },
  { "a-depth-wise-convolution-of-7", build_convolution, { 7, 7, 7 } },
  { "a-network-of-every-layer", build_network, { 0 } },
};

/* Cosine between two arrays, and how far apart they are relative to the first
 * one's length. */
static void
compare (const char  *what,
         const float *exact,
         const float *rounded,
         gsize        count,
         double       distance)
{
  double dot = 0.0, a = 0.0, b = 0.0, apart = 0.0;

  for (gsize i = 0; i < count; i++)
    {
      g_assert_true (isfinite (rounded[i]));
      dot += (double) exact[i] * rounded[i];
      a += (double) exact[i] * exact[i];
      b += (double) rounded[i] * rounded[i];
      apart += pow ((double) exact[i] - rounded[i], 2);
    }
  g_test_message ("%s: cosine %.5f, apart %.4f", what, dot / sqrt (a * b),
                  sqrt (apart / a));
  if (a == 0.0)
    {
      g_assert_cmpfloat (b, ==, 0.0);
      return;
    }
  g_assert_cmpfloat (dot, >, 0.99 * sqrt (a * b));
  g_assert_cmpfloat (sqrt (apart / a), <, distance);
}

static void
test_bfloat16 (gconstpointer data)
{
  const Case       *k = data;
  Probe             exact, rounded;
  GPtrArray        *of_exact, *of_rounded;
  g_autofree float *slopes = NULL;
  gsize             count;

  if (!ord_precision_is_supported (ORD_PRECISION_BFLOAT16))
    {
      g_test_skip ("this processor has no instructions for bfloat16");
      return;
    }

  probe_init (&exact, 4, 10, 10);
  k->build (&exact, k->numbers);
  probe_init (&rounded, 4, 10, 10);
  k->build (&rounded, k->numbers);
  ord_graph_set_precision (rounded.graph, ORD_PRECISION_BFLOAT16);

  probe_forward (&exact, FALSE);
  count = 4 * ord_graph_get_output_size (exact.graph);
  compare ("prediction", probe_forward (&exact, FALSE),
           probe_forward (&rounded, FALSE), count, 0.03);
  compare ("training", probe_forward (&exact, TRUE),
           probe_forward (&rounded, TRUE), count, 0.03);

  slopes = g_new (float, count);
  for (gsize i = 0; i < count; i++)
    slopes[i] = sinf ((float) i);
  g_assert_true (ord_graph_backward (exact.graph, slopes, NULL));
  g_assert_true (ord_graph_backward (rounded.graph, slopes, NULL));
  for (guint i = 0; i < exact.n_inputs; i++)
    compare ("by an input",
             ord_graph_get_input_gradient (exact.graph, exact.nodes[i]),
             ord_graph_get_input_gradient (rounded.graph, exact.nodes[i]),
             exact.counts[i], 0.14);
  of_exact = ord_graph_get_parameters (exact.graph);
  of_rounded = ord_graph_get_parameters (rounded.graph);
  for (guint i = 0; i < of_exact->len; i++)
    {
      const OrdParameter *p = g_ptr_array_index (of_exact, i);
      const OrdParameter *q = g_ptr_array_index (of_rounded, i);

      if (p->gradient)
        compare (p->name, p->gradient, q->gradient, p->count, 0.14);
      else
        compare (p->name, p->value, q->value, p->count, 0.03);
    }
  probe_clear (&exact);
  probe_clear (&rounded);
}

static void
test_precision_may_change (void)
{
  Probe             probe;
  g_autofree float *before = NULL;

  if (!ord_precision_is_supported (ORD_PRECISION_BFLOAT16))
    {
      g_test_skip ("this processor has no instructions for bfloat16");
      return;
    }

  probe_init (&probe, 2, 10, 10);
  build_network (&probe, NULL);
  before = g_memdup2 (probe_forward (&probe, FALSE), sizeof (float) * 8);
  ord_graph_set_precision (probe.graph, ORD_PRECISION_BFLOAT16);
  g_assert_cmpfloat (probe_forward (&probe, FALSE)[0], !=, before[0]);
  ord_graph_set_precision (probe.graph, ORD_PRECISION_FLOAT);
  g_assert_cmpmem (probe_forward (&probe, FALSE), sizeof (float) * 8, before,
                   sizeof (float) * 8);
  probe_clear (&probe);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path =
        g_strdup_printf ("/precision/bfloat16/%s-is-near-the-float-one",
                         cases[i].name);

      g_test_add_data_func (path, &cases[i], test_bfloat16);
    }
  g_test_add_func ("/precision/may-change-between-passes",
                   test_precision_may_change);

  return g_test_run ();
}
