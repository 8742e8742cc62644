/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Layers put together: nodes with several readers, changing batch shapes,
 * changed parameters, and errors.
 */
#include <math.h>
#include <string.h>

#include "network/ord-graph-visit.h"
#include "probe.h"

static OrdNode
convolve (Probe      *probe,
          const char *name,
          OrdNode     input,
          int         channels,
          int         stride)
{
  return ord_graph_convolution (probe->graph, name, input, &(OrdConvolution) {
    .channels = channels,
    .kernel = { 3, 3 },
    .stride = { stride, stride },
    .pad = { 1, 1, 1, 1 },
  });
}

/* Two residual blocks, one of them strided, a joined vector, two linear layers:
 * every way a gradient can take in the embedded encoder. */
static void
build_network (Probe    *probe,
               gboolean  described)
{
  OrdGraph *graph = probe->graph;
  OrdNode   image = probe_image (probe, 2);
  OrdNode   vector = probe_vector (probe, 3);
  OrdNode   x = convolve (probe, "stem", image, 4, 1);
  OrdNode   active, joined[2];

  active = ord_graph_batch_norm (graph, "n1", x, TRUE);
  if (described)
    ord_graph_describe (graph, "d1", active);
  x = ord_graph_add (graph, "s1", convolve (probe, "c1", active, 4, 1), x);
  active = ord_graph_batch_norm (graph, "n2", x, TRUE);
  x = ord_graph_add (graph, "s2", convolve (probe, "c2", active, 6, 2),
                     convolve (probe, "short", active, 6, 2));
  if (described)
    ord_graph_describe (graph, "d2", x);
  joined[0] = ord_graph_global_average (graph, "g", x);
  joined[1] = vector;
  x = ord_graph_concat (graph, "j", joined, 2);
  x = ord_graph_relu (graph, "r", ord_graph_linear (graph, "l1", x, 5));
  ord_graph_linear (graph, "l2", x, 3);
}

/* A description changes neither the output nor a gradient. */
static void
test_described_network (void)
{
  Probe             plain, described;
  const float       slopes[4 * 3] = { 1.0f, -2.0f, 0.5f, 3.0f };
  g_autofree float *output = NULL;
  GPtrArray        *of_plain, *of_described;

  probe_init (&plain, 4, 6, 6);
  build_network (&plain, FALSE);
  probe_init (&described, 4, 6, 6);
  build_network (&described, TRUE);

  output = g_memdup2 (probe_forward (&plain, TRUE), sizeof (float) * 4 * 3);
  g_assert_cmpmem (probe_forward (&described, TRUE), sizeof (float) * 4 * 3,
                   output, sizeof (float) * 4 * 3);
  g_assert_null (ord_graph_get_description (described.graph));

  g_assert_true (ord_graph_backward (plain.graph, slopes, NULL));
  g_assert_true (ord_graph_backward (described.graph, slopes, NULL));
  of_plain = ord_graph_get_parameters (plain.graph);
  of_described = ord_graph_get_parameters (described.graph);
  g_assert_cmpuint (of_plain->len, ==, of_described->len);
  for (guint i = 0; i < of_plain->len; i++)
    {
      OrdParameter *one = g_ptr_array_index (of_plain, i);
      OrdParameter *other = g_ptr_array_index (of_described, i);

      if (one->gradient)
        g_assert_cmpmem (one->gradient, sizeof (float) * one->count,
                         other->gradient, sizeof (float) * other->count);
    }

  g_assert_cmpint (ord_graph_get_description_width (plain.graph), ==, 0);
  probe_forward (&plain, FALSE);
  g_assert_null (ord_graph_get_description (plain.graph));
  probe_clear (&plain);
  probe_clear (&described);
}

/* One channel of its own and one that is twice it. */
static void
test_description (void)
{
  Probe        probe;
  OrdNode      image;
  const float *description;

  probe_init (&probe, 3, 5, 4);
  image = probe_image (&probe, 2);
  ord_graph_describe (probe.graph, "one", image);
  ord_graph_describe (probe.graph, "two",
                      ord_graph_add (probe.graph, "twice", image, image));
  convolve (&probe, "rest", image, 2, 1);

  g_assert_cmpint (ord_graph_get_description_width (probe.graph), ==, 4);
  probe_forward (&probe, FALSE);
  description = ord_graph_get_description (probe.graph);
  for (int k = 0; k < 3; k++)
    for (int c = 0; c < 2; c++)
      {
        double mean = 0.0;

        for (int i = 0; i < 20; i++)
          mean += probe.inputs[0][(k * 2 + c) * 20 + i] / 20.0;
        g_assert_cmpfloat_with_epsilon (description[k * 4 + c], mean, 1e-5);
        g_assert_cmpfloat_with_epsilon (description[k * 4 + 2 + c], 2.0 * mean,
                                        1e-5);
      }
  probe_clear (&probe);
}

static void
test_whole_network (void)
{
  Probe probe;

  probe_init (&probe, 4, 6, 6);
  build_network (&probe, FALSE);
  probe_check_gradients (&probe, 5e-2);
  probe_clear (&probe);
}

/* Weights are packed in blocks of 8 or 16 channels; 24 leave one half empty. */
static void
test_channels_that_fill_no_block (void)
{
  const int channels[] = { 3, 24, 40 };

  for (guint i = 0; i < G_N_ELEMENTS (channels); i++)
    {
      Probe probe;

      probe_init (&probe, 2, 5, 5);
      convolve (&probe, "c", probe_image (&probe, channels[i]), channels[i], 1);
      probe_check_gradients (&probe, 5e-3);
      probe_clear (&probe);
    }
}

static void
test_node_read_twice_by_one_layer (void)
{
  Probe   probe;
  OrdNode node;

  probe_init (&probe, 2, 3, 3);
  node = convolve (&probe, "c", probe_image (&probe, 2), 3, 1);
  ord_graph_add (probe.graph, "twice", node, node);
  probe_check_gradients (&probe, 5e-3);
  probe_clear (&probe);
}

static void
test_batch_shapes_change (void)
{
  Probe             probe;
  g_autofree float *alone = NULL;
  const float      *output;

  probe_init (&probe, 4, 6, 6);
  build_network (&probe, FALSE);
  alone = g_memdup2 (probe_forward (&probe, FALSE), sizeof (float) * 3);
  /* More shapes than plans are kept, and back again. */
  for (int n = 1; n <= 6; n++)
    {
      probe.n = MIN (n, 4);
      probe_forward (&probe, n % 2);
    }
  probe.n = 1;
  output = probe_forward (&probe, FALSE);
  for (int i = 0; i < 3; i++)
    g_assert_true (isfinite (output[i]));
  g_assert_cmpuint (ord_graph_get_output_size (probe.graph), ==, 3);
  probe_clear (&probe);
}

static void
test_prediction_does_not_depend_on_the_batch (void)
{
  Probe             probe;
  g_autofree float *together = NULL;
  const float      *alone;

  probe_init (&probe, 4, 6, 6);
  build_network (&probe, FALSE);
  together = g_memdup2 (probe_forward (&probe, FALSE), sizeof (float) * 12);
  probe.n = 1;
  alone = probe_forward (&probe, FALSE);
  for (int i = 0; i < 3; i++)
    g_assert_cmpfloat_with_epsilon (alone[i], together[i], 1e-5);
  probe_clear (&probe);
}

static void
test_same_seed_same_network (void)
{
  Probe             first, second;
  g_autofree float *output = NULL;

  probe_init (&first, 2, 6, 6);
  build_network (&first, FALSE);
  probe_init (&second, 2, 6, 6);
  build_network (&second, FALSE);
  output = g_memdup2 (probe_forward (&first, TRUE), sizeof (float) * 6);
  g_assert_cmpmem (output, sizeof (float) * 6, probe_forward (&second, TRUE),
                   sizeof (float) * 6);
  probe_clear (&first);
  probe_clear (&second);
}

static void
test_changed_parameters_are_seen (void)
{
  Probe             probe;
  OrdParameter     *weight;
  g_autofree float *before = NULL;
  const float      *after;

  probe_init (&probe, 1, 6, 6);
  /* Sixteen channels, so that the weights stand in a converted copy. */
  convolve (&probe, "c", probe_image (&probe, 16), 16, 1);
  before = g_memdup2 (probe_forward (&probe, FALSE), sizeof (float) * 36);
  weight = g_ptr_array_index (ord_graph_get_parameters (probe.graph), 0);
  for (gsize i = 0; i < weight->count; i++)
    weight->value[i] *= 2.0f;
  ord_graph_parameters_changed (probe.graph);
  after = probe_forward (&probe, FALSE);
  for (int i = 0; i < 36; i++)
    g_assert_cmpfloat_with_epsilon (after[i], 2.0f * before[i], 1e-4);
  probe_clear (&probe);
}

static OrdParameter *
find_parameter (OrdGraph   *graph,
                const char *name)
{
  GPtrArray *parameters = ord_graph_get_parameters (graph);

  for (guint i = 0; i < parameters->len; i++)
    {
      OrdParameter *p = g_ptr_array_index (parameters, i);

      if (g_str_equal (p->name, name))
        return p;
    }
  g_assert_not_reached ();
}

/* As build_network(), with inputs whose gradient nobody wants. */
static OrdNode
build_tuned (OrdGraph *graph)
{
  OrdNode x = ord_graph_image_input (graph, "image", 2, FALSE);
  OrdNode cut;

  x = ord_graph_convolution (graph, "c1", x, &(OrdConvolution) {
    .channels = 4, .kernel = { 3, 3 }, .bias = TRUE });
  cut = x = ord_graph_batch_norm (graph, "n1", x, TRUE);
  x = ord_graph_convolution (graph, "c2", x, &(OrdConvolution) {
    .channels = 5, .kernel = { 3, 3 }, .bias = TRUE });
  x = ord_graph_batch_norm (graph, "n2", x, TRUE);
  ord_graph_linear (graph, "l", ord_graph_global_average (graph, "g", x), 3);
  return cut;
}

/* What is trained gets the gradient it would get if the frozen layers were
 * constants; what is frozen has none, nor moves its statistics. */
static void
test_frozen_layers (void)
{
  g_autoptr (OrdGraph) graph = ord_graph_new (3);
  OrdNode              cut = build_tuned (graph);
  g_autofree float    *image = g_new (float, 3 * 2 * 8 * 8);
  const float         *inputs[] = { image };
  const float          slopes[9] = { 1.0f, -2.0f, 0.5f, 3.0f };
  OrdParameter        *weight = find_parameter (graph, "c2/weight");
  OrdParameter        *mean = find_parameter (graph, "n1/running-mean");
  double               sum[2] = { 0.0 };
  const float         *output;

  for (int i = 0; i < 3 * 2 * 8 * 8; i++)
    image[i] = sinf ((float) i);
  ord_graph_freeze_up_to (graph, cut);
  g_assert_null (find_parameter (graph, "c1/weight")->gradient);
  g_assert_null (find_parameter (graph, "n1/scale")->gradient);
  g_assert_nonnull (weight->gradient);

  g_assert_nonnull (ord_graph_forward (graph, TRUE, 3, 8, 8, inputs, NULL));
  g_assert_true (ord_graph_backward (graph, slopes, NULL));
  g_assert_cmpfloat (mean->value[0], ==, 0.0f);
  g_assert_cmpfloat (find_parameter (graph, "n2/running-mean")->value[0], !=,
                     0.0f);
  for (int side = 0; side < 2; side++)
    {
      weight->value[5] += side ? -4e-3f : 2e-3f;
      ord_graph_parameters_changed (graph);
      output = ord_graph_forward (graph, TRUE, 3, 8, 8, inputs, NULL);
      for (int i = 0; i < 9; i++)
        sum[side] += (double) output[i] * slopes[i];
    }
  g_assert_cmpfloat_with_epsilon ((sum[0] - sum[1]) / 4e-3, weight->gradient[5],
                                  2e-2);

  /* And back. */
  ord_graph_freeze_up_to (graph, -1);
  g_assert_nonnull (ord_graph_forward (graph, TRUE, 3, 8, 8, inputs, NULL));
  g_assert_true (ord_graph_backward (graph, slopes, NULL));
  g_assert_cmpfloat (find_parameter (graph, "c1/weight")->gradient[0], !=,
                     0.0f);
  g_assert_cmpfloat (mean->value[0], !=, 0.0f);
}

/* The gradient by an input passes through frozen layers. */
static void
test_frozen_below_an_input_gradient (void)
{
  Probe probe;

  probe_init (&probe, 4, 6, 6);
  build_network (&probe, FALSE);
  ord_graph_freeze_up_to (probe.graph, 8);
  probe_check_gradients (&probe, 5e-2);
  probe_clear (&probe);
}

static void
test_visit (void)
{
  g_autoptr (OrdGraph) graph = ord_graph_new (1);
  OrdNode              image = ord_graph_image_input (graph, "i", 3, FALSE);
  OrdNode              x, pair[2];
  OrdLayerView         view;
  const OrdLayerKind   kinds[] = {
    ORD_LAYER_INPUT, ORD_LAYER_CONVOLUTION, ORD_LAYER_BATCH_NORM,
    ORD_LAYER_RELU, ORD_LAYER_GLOBAL_AVERAGE, ORD_LAYER_CLIP,
    ORD_LAYER_MAX_POOL, ORD_LAYER_AVERAGE_POOL, ORD_LAYER_CONCAT,
    ORD_LAYER_ADD, ORD_LAYER_FLATTEN, ORD_LAYER_LINEAR,
  };

  x = ord_graph_convolution (graph, "c", image, &(OrdConvolution) {
    .channels = 4, .pad = { 1, 2, 3, 4 }, .bias = TRUE });
  x = ord_graph_batch_norm_full (graph, "b", x,
                                 &(OrdBatchNorm) { .epsilon = 1e-3f });
  x = ord_graph_relu (graph, "r", x);
  ord_graph_describe (graph, "d", x);
  x = ord_graph_clip (graph, "k", x, 0.0, 6.0);
  pair[0] = ord_graph_max_pool (graph, "m", x,
                                &(OrdPooling) { .stride = { 2, 2 } });
  pair[1] = ord_graph_average_pool (graph, "a", x, &(OrdPooling) {
    .stride = { 2, 2 }, .include_padding = TRUE });
  x = ord_graph_concat (graph, "j", pair, 2);
  x = ord_graph_add (graph, "s", x, x);
  x = ord_graph_flatten (graph, "f", x, 2, 5);
  ord_graph_linear (graph, "l", x, 7);

  g_assert_cmpint (ord_graph_get_n_nodes (graph), ==, G_N_ELEMENTS (kinds));
  for (int i = 0; i < (int) G_N_ELEMENTS (kinds); i++)
    {
      view = ord_graph_visit (graph, i);
      g_assert_cmpint (view.kind, ==, kinds[i]);
      g_assert_cmpint (view.description, ==, i == 4);
      g_assert_cmpint (view.channels, ==, ord_graph_get_channels (graph, i));
    }

  view = ord_graph_visit (graph, 1);
  g_assert_cmpstr (view.name, ==, "c");
  g_assert_cmpint (view.convolution->kernel[1], ==, 1);
  g_assert_cmpint (view.convolution->pad[3], ==, 4);
  g_assert_cmpuint (view.n_parameters, ==, 2);
  g_assert_cmpstr (view.parameters[1]->name, ==, "c/bias");
  view = ord_graph_visit (graph, 2);
  g_assert_cmpuint (view.n_parameters, ==, 4);
  g_assert_cmpfloat (view.batch_norm->epsilon, ==, 1e-3f);
  view = ord_graph_visit (graph, 5);
  g_assert_cmpfloat (view.high, ==, 6.0);
  view = ord_graph_visit (graph, 7);
  g_assert_true (view.pooling->include_padding);
  view = ord_graph_visit (graph, 8);
  g_assert_cmpint (view.n_inputs, ==, 2);
  g_assert_cmpint (view.inputs[1], ==, pair[1]);
  view = ord_graph_visit (graph, 10);
  g_assert_cmpint (view.rank, ==, 2);
  g_assert_cmpint (view.width, ==, 5);
  view = ord_graph_visit (graph, 11);
  g_assert_cmpuint (view.parameters[0]->dims[1], ==, 80);
}

static void
test_too_small_an_image (void)
{
  Probe              probe;
  g_autoptr (GError) error = NULL;

  probe_init (&probe, 1, 2, 2);
  ord_graph_convolution (probe.graph, "wide", probe_image (&probe, 1),
                         &(OrdConvolution) { .channels = 1,
                                             .kernel = { 5, 5 } });
  g_assert_null (ord_graph_forward (probe.graph, FALSE, 1, 2, 2,
                                    (const float * const *) probe.inputs,
                                    &error));
  g_assert_error (error, ORD_ERROR, ORD_ERROR_LIBRARY);
  g_assert_nonnull (strstr (error->message, "wide"));
  probe_clear (&probe);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/graph/a-description-is-the-average-of-a-node",
                   test_description);
  g_test_add_func ("/graph/a-description-changes-no-output-and-no-gradient",
                   test_described_network);
  g_test_add_func ("/graph/gradients-of-a-whole-network-are-slopes",
                   test_whole_network);
  g_test_add_func ("/graph/channels-that-fill-no-block-lose-nothing",
                   test_channels_that_fill_no_block);
  g_test_add_func ("/graph/a-node-read-twice-by-one-layer-gets-both-gradients",
                   test_node_read_twice_by_one_layer);
  g_test_add_func ("/graph/batch-shapes-may-change",
                   test_batch_shapes_change);
  g_test_add_func ("/graph/a-prediction-does-not-depend-on-its-batch",
                   test_prediction_does_not_depend_on_the_batch);
  g_test_add_func ("/graph/the-same-seed-gives-the-same-network",
                   test_same_seed_same_network);
  g_test_add_func ("/graph/changed-parameters-are-seen",
                   test_changed_parameters_are_seen);
  g_test_add_func ("/graph/frozen-layers-have-no-gradient-and-stay",
                   test_frozen_layers);
  g_test_add_func ("/graph/an-input-gradient-passes-through-frozen-layers",
                   test_frozen_below_an_input_gradient);
  g_test_add_func ("/graph/layers-are-read-back-as-they-were-added", test_visit);
  g_test_add_func ("/graph/an-image-too-small-for-a-layer-is-an-error",
                   test_too_small_an_image);

  return g_test_run ();
}
