/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Networks that claim more than they have, on their way to layers: each is
 * refused by name, before memory is taken on the file's word. What agrees with
 * ONNX Runtime is in tests/encoder/test-pretrained.c.
 */
#include "net-fixture.h"

#include <string.h>

#include "onnx/ord-onnx-import.h"

static const gint64 image_dims[] = { -1, 3, -1, -1 };

static OrdOnnxImport
how_to_import (gsize limit)
{
  return (OrdOnnxImport) {
    .rate = 1.0,
    .height = 16,
    .width = 16,
    .channels = 3,
    .mean = { 0.5f, 0.5f, 0.5f },
    .sd = { 0.5f, 0.5f, 0.5f },
    .limit = limit,
  };
}

/* Clears @net, whose size is the limit. */
static void
assert_refused (Net        *net,
                gboolean    structure,
                int         code,
                const char *words)
{
  g_autoptr (GBytes)  bytes = net_to_bytes (net);
  OrdOnnxImport       how = how_to_import (g_bytes_get_size (bytes));
  g_autoptr (GError)  error = NULL;
  g_autoptr (OrdOnnx) onnx =
    structure ? ord_onnx_parse_structure (bytes, "net.onnx", &error)
              : ord_onnx_parse (bytes, "net.onnx", &error);
  OrdGraph           *graph = ord_graph_new (1);
  OrdNode             image, feature;

  g_assert_no_error (error);
  net_clear (net);
  image = ord_graph_image_input (graph, "image", 3, FALSE);
  g_assert_false (ord_onnx_import (onnx, &how, graph, image, &feature, &error));
  g_assert_error (error, ORD_ERROR, code);
  if (!strstr (error->message, words) || !strstr (error->message, "net.onnx"))
    g_error ("“%s” does not say “%s”", error->message, words);
  ord_graph_free (graph);
}

/* a → b = a with a → c = b with b …: sixty nodes would have 3 · 2⁶⁰ channels. */
static void
test_doubling (gconstpointer flat)
{
  Net  net;
  char last[8] = "image";

  net_init (&net);
  net_add_input (&net, "image", 4, image_dims);
  if (flat)
    {
      net_add_node (&net, "GlobalAveragePool", "image", "means");
      net_add_node (&net, "Flatten", "means", "flat");
      g_strlcpy (last, "flat", sizeof last);
    }
  for (guint i = 0; i < 60; i++)
    {
      g_autofree char *inputs = g_strdup_printf ("%s %s", last, last);
      Onnx__NodeProto *node;

      g_snprintf (last, sizeof last, "x%u", i);
      node = net_add_node (&net, "Concat", inputs, last);
      net_set_int (&net, node, "axis", 1);
    }
  net_add_output (&net, last, 4, image_dims);
  assert_refused (&net, FALSE, ORD_ERROR_OPTION, "joins more channels");
}

/* Convolutions of one number per channel, with as much padding as there may be. */
static const char *
add_padding (Net   *net,
             guint  n)
{
  const gint64 dims[] = { 3, 1, 1, 1 };
  const gint64 pads[] = { 4096, 4096, 4096, 4096 };
  const float  ones[] = { 1.0f, 1.0f, 1.0f };
  char        *last = NULL;

  net_init (net);
  net_add_input (net, "image", 4, image_dims);
  net_add_floats (net, "w", 4, dims, ones);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *inputs = g_strdup_printf ("%s w", last ? last : "image");
      Onnx__NodeProto *node;

      last = net_alloc (net, 8);
      g_snprintf (last, 8, "x%u", i);
      node = net_add_node (net, "Conv", inputs, last);
      net_set_int (net, node, "group", 3);
      net_set_ints (net, node, "pads", 4, pads);
    }
  return last;
}

static void
test_padding (void)
{
  Net         net;
  const char *last = add_padding (&net, 12);

  net_add_output (&net, last, 4, image_dims);
  assert_refused (&net, FALSE, ORD_ERROR_OPTION, "makes maps of");
}

static void
test_flat_padding (void)
{
  const gint64     flat[] = { -1, -1 };
  Net              net;
  const char      *last = add_padding (&net, 6);
  Onnx__NodeProto *node = net_add_node (&net, "Flatten", last, "flat");

  net_set_int (&net, node, "axis", 1);
  net_add_output (&net, "flat", 2, flat);
  assert_refused (&net, FALSE, ORD_ERROR_OPTION, "makes rows of more numbers");
}

/* Sixteen numbers per byte, if each node had its own. */
static void
test_shared_weight (void)
{
  const gint64     dims[] = { 3, 3, 9, 9 };
  const gint64     pads[] = { 4, 4, 4, 4 };
  float            ones[3 * 3 * 81] = { 1.0f };
  Net              net;
  char             last[8] = "image";

  net_init (&net);
  net_add_input (&net, "image", 4, image_dims);
  net_add_floats (&net, "w", 4, dims, ones);
  for (guint i = 0; i < 400; i++)
    {
      g_autofree char *inputs = g_strdup_printf ("%s w", last);
      Onnx__NodeProto *node;

      g_snprintf (last, sizeof last, "x%u", i);
      node = net_add_node (&net, "Conv", inputs, last);
      net_set_ints (&net, node, "pads", 4, pads);
    }
  net_add_output (&net, last, 4, image_dims);
  assert_refused (&net, FALSE, ORD_ERROR_MODEL, "more numbers than the file");
}

/* Of a structure all is claimed. */
static void
test_huge_structure (void)
{
  const gint64 dims[] = { 65536, 3, 4096, 4096 };
  const gint64 pads[] = { 4096, 4096, 4096, 4096 };
  Net          net;

  net_init (&net);
  net_add_input (&net, "image", 4, image_dims);
  net_add_tensor (&net, "w", ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT, 4, dims);
  net_set_ints (&net, net_add_node (&net, "Conv", "image w", "x"), "pads", 4,
                pads);
  net_add_output (&net, "x", 4, image_dims);
  assert_refused (&net, TRUE, ORD_ERROR_MODEL, "more numbers than the file");
}

/* As above, and the counts of what follows add up to 2⁶⁴ with it: 15 · 2⁶⁰ and
 * 2⁶⁰ − 3 · 2⁴⁰, their biases included. */
static void
test_wrapping_structure (void)
{
  const gint64 dims[] = { 65536, 3, 4096, 4096 };
  const gint64 pads[] = { 4096, 4096, 4096, 4096 };
  const gint64 large = (gint64) 1 << 30;
  const gint64 many[] = { large - 1, large };
  const gint64 rest[] = { large - 3072 - 1, large };
  char         last[8] = "x";
  Net          net;

  net_init (&net);
  net_add_input (&net, "image", 4, image_dims);
  net_add_tensor (&net, "w", ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT, 4, dims);
  net_add_tensor (&net, "many", ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT, 2, many);
  net_add_tensor (&net, "rest", ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT, 2, rest);
  net_set_ints (&net, net_add_node (&net, "Conv", "image w", "x"), "pads", 4,
                pads);
  for (guint i = 0; i < 16; i++)
    {
      g_autofree char *inputs = g_strdup_printf ("%s %s", last,
                                                 i < 15 ? "many" : "rest");

      g_snprintf (last, sizeof last, "x%u", i);
      net_add_node (&net, "MatMul", inputs, last);
    }
  net_add_output (&net, last, 2, many);
  assert_refused (&net, TRUE, ORD_ERROR_MODEL, "more numbers than the file");
}

/* Whole numbers are no bias; they were passed over once. */
static void
test_whole_bias (void)
{
  const gint64        dims[] = { 3, 2 }, two[] = { 2 };
  const gint64        bias[] = { 5, 6 };
  const float         ones[6] = { 1.0f };
  Onnx__TensorProto  *tensor;
  Net                 net;

  net_init (&net);
  net_add_input (&net, "image", 4, image_dims);
  net_add_floats (&net, "w", 2, dims, ones);
  tensor = net_add_tensor (&net, "b", ONNX__TENSOR_PROTO__DATA_TYPE__INT64, 1,
                           two);
  net_set_raw (&net, tensor, bias, sizeof bias);
  net_add_node (&net, "GlobalAveragePool", "image", "means");
  net_add_node (&net, "Flatten", "means", "flat");
  net_add_node (&net, "MatMul", "flat w", "x");
  net_add_node (&net, "Add", "x b", "features");
  net_add_output (&net, "features", 2, dims);
  assert_refused (&net, FALSE, ORD_ERROR_OPTION, "adds fixed numbers");
}

/* The limit is no obstacle to an honest file. */
static void
test_honest (void)
{
  g_autoptr (GBytes)  bytes = NULL;
  g_autoptr (OrdOnnx) onnx = NULL;
  g_autoptr (GError)  error = NULL;
  OrdGraph           *graph = ord_graph_new (1);
  OrdOnnxImport       how;
  OrdNode             image, feature;
  Net                 net;

  net_every_operator (&net, -1, -1);
  bytes = net_to_bytes (&net);
  net_clear (&net);
  how = how_to_import (g_bytes_get_size (bytes));
  onnx = ord_onnx_parse (bytes, "net.onnx", &error);
  g_assert_no_error (error);
  image = ord_graph_image_input (graph, "image", 3, FALSE);
  g_assert_true (ord_onnx_import (onnx, &how, graph, image, &feature, &error));
  g_assert_no_error (error);
  ord_graph_free (graph);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(claim, func) g_test_add_func ("/onnx-import/" claim, func)
  g_test_add_data_func ("/onnx-import/doubled-channels-do-not-overflow/maps",
                        NULL, test_doubling);
  g_test_add_data_func ("/onnx-import/doubled-channels-do-not-overflow/rows",
                        "flat", test_doubling);
  ADD ("maps-do-not-grow-beyond-reason", test_padding);
  ADD ("large-maps-are-not-made-flat", test_flat_padding);
  ADD ("a-shared-weight-is-not-copied-without-end", test_shared_weight);
  ADD ("a-structure-takes-no-memory-it-only-claims", test_huge_structure);
  ADD ("claims-do-not-wrap", test_wrapping_structure);
  ADD ("whole-numbers-are-no-bias", test_whole_bias);
  ADD ("an-honest-file-is-within-the-limit", test_honest);

  return g_test_run ();
}
