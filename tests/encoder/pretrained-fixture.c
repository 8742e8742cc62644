/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A network with every operator that can be trained on; see
 * pretrained-fixture.h.
 */
#include "pretrained-fixture.h"

#include "data/ord-random.h"

void
add_floats (Net          *net,
            const char   *name,
            gsize         n_dims,
            const gint64 *dims,
            double        low,
            double        high)
{
  OrdRandom         random = ord_random_init (g_str_hash (name));
  g_autofree float *values = NULL;
  gsize             count = 1;

  for (gsize i = 0; i < n_dims; i++)
    count *= (gsize) dims[i];
  values = g_new (float, count);
  for (gsize i = 0; i < count; i++)
    values[i] = (float) ord_random_range (&random, low, high);
  net_add_floats (net, name, n_dims, dims, values);
}

static void
add_batch_norm (Net        *net,
                const char *input,
                const char *output,
                gint64      channels)
{
  g_autofree char *inputs = g_strdup_printf ("%s scale shift mean var", input);

  add_floats (net, "scale", 1, &channels, 0.5, 1.5);
  add_floats (net, "shift", 1, &channels, -0.5, 0.5);
  add_floats (net, "mean", 1, &channels, -0.5, 0.5);
  add_floats (net, "var", 1, &channels, 0.5, 2.0);
  net_add_node (net, "BatchNormalization", inputs, output);
}

GBytes *
every_operator (void)
{
  const gint64     image[] = { -1, 3, -1, -1 }, features[] = { -1, 5 };
  const gint64     first[] = { 6, 3, 3, 2 }, first_bias[] = { 6 };
  const gint64     grouped[] = { 6, 3, 3, 3 }, deep[] = { 6, 1, 3, 3 };
  const gint64     gemm[] = { 8, 12 }, gemm_bias[] = { 8 };
  const gint64     matmul[] = { 8, 5 }, matmul_bias[] = { 5 };
  const gint64     pads[] = { 1, 0, 2, 1 }, even[] = { 1, 1, 1, 1 };
  const gint64     two[] = { 2, 2 }, three[] = { 3, 3 };
  const float      low = -0.4f, high = 1.1f;
  Onnx__NodeProto *node;
  Net              net;
  GBytes          *bytes;

  net_init (&net);
  net_add_input (&net, "image", 4, image);
  add_floats (&net, "w1", 4, first, -0.4, 0.4);
  add_floats (&net, "b1", 1, first_bias, -0.2, 0.2);
  node = net_add_node (&net, "Conv", "image w1 b1", "c1");
  net_set_ints (&net, node, "pads", 4, pads);
  add_batch_norm (&net, "c1", "n1", 6);
  net_add_node (&net, "Relu", "n1", "r1");
  node = net_add_node (&net, "MaxPool", "r1", "m1");
  net_set_ints (&net, node, "kernel_shape", 2, three);
  net_set_ints (&net, node, "strides", 2, two);
  net_set_int (&net, node, "ceil_mode", 1);
  add_floats (&net, "w2", 4, grouped, -0.4, 0.4);
  node = net_add_node (&net, "Conv", "m1 w2", "c2");
  net_set_int (&net, node, "group", 2);
  net_set_ints (&net, node, "dilations", 2, two);
  net_set_ints (&net, node, "pads", 4, (const gint64[]) { 2, 2, 2, 2 });
  net_add_floats (&net, "low", 0, NULL, &low);
  net_add_floats (&net, "high", 0, NULL, &high);
  net_add_node (&net, "Clip", "c2 low high", "k2");
  node = net_add_node (&net, "AveragePool", "m1", "a1");
  net_set_ints (&net, node, "kernel_shape", 2, three);
  net_set_ints (&net, node, "pads", 4, even);
  net_set_int (&net, node, "count_include_pad", 1);
  node = net_add_node (&net, "AveragePool", "k2", "a2");
  net_set_ints (&net, node, "kernel_shape", 2, three);
  net_set_ints (&net, node, "pads", 4, even);
  net_add_node (&net, "Add", "a1 a2", "s1");
  add_floats (&net, "w3", 4, deep, -0.4, 0.4);
  node = net_add_node (&net, "Conv", "s1 w3", "c3");
  net_set_int (&net, node, "group", 6);
  net_set_ints (&net, node, "pads", 4, even);
  node = net_add_node (&net, "Concat", "c3 s1", "j1");
  net_set_int (&net, node, "axis", 1);
  net_add_node (&net, "GlobalAveragePool", "j1", "g1");
  node = net_add_node (&net, "Flatten", "g1", "f1");
  net_set_int (&net, node, "axis", 1);
  add_floats (&net, "w4", 2, gemm, -0.6, 0.6);
  add_floats (&net, "b4", 1, gemm_bias, -0.2, 0.2);
  node = net_add_node (&net, "Gemm", "f1 w4 b4", "l1");
  net_set_int (&net, node, "transB", 1);
  net_add_node (&net, "Identity", "l1", "i1");
  net_add_node (&net, "Dropout", "i1", "d1");
  add_floats (&net, "w5", 2, matmul, -0.6, 0.6);
  add_floats (&net, "b5", 1, matmul_bias, -0.2, 0.2);
  net_add_node (&net, "MatMul", "d1 w5", "l2");
  net_add_node (&net, "Add", "l2 b5", "features");
  net_add_output (&net, "features", 2, features);
  bytes = net_to_bytes (&net);
  net_clear (&net);

  return bytes;
}

/* -- encoders ---------------------------------------------------------------- */

OrdPretrained *
pretrained_from_bytes (GBytes     *bytes,
                       const char *from)
{
  OrdPretrained like = {
    .name = (char *) "small.onnx",
    .from = (char *) from,
    .mean = { 0.4f, 0.5f, 0.6f },
    .sd = { 0.2f, 0.25f, 0.3f },
  };

  return ord_pretrained_with (&like, bytes, FALSE);
}

OrdEncoder *
open_encoder (const char     *kind,
              OrdPretrained  *network,
              const char     *text,
              int             height,
              int             width,
              int             channels,
              GError        **error)
{
  g_autoptr (OrdOptions) options = ord_options_new ();
  OrdPreparation         preparation = { .width = width, .height = height,
                                         .channels = channels };
  OrdEncoderSpec         spec = {
    .kind = kind,
    .options = options,
    .pretrained = network,
    .preparation = &preparation,
    .seed = 1,
  };

  ord_pretrained_normalise (network, &preparation);
  ord_options_add (options, ord_encoder_get_options (kind));
  g_assert_true (ord_options_parse (options, text, NULL));
  return ord_encoder_new (&spec, error);
}

float *
random_images (gsize count)
{
  OrdRandom  random = ord_random_init (7);
  float     *images = g_new (float, count);

  for (gsize i = 0; i < count; i++)
    images[i] = (float) ord_random_normal (&random);
  return images;
}
