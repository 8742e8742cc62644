/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is read from an ONNX file that is as it should be.
 */
#include "net-fixture.h"

#include <math.h>

static OrdOnnx *
parse (GBytes *bytes)
{
  g_autoptr (GError) error = NULL;
  OrdOnnx           *onnx = ord_onnx_parse (bytes, "net.onnx", &error);

  g_assert_no_error (error);
  return onnx;
}

static OrdOnnx *
parse_net (Net *net)
{
  g_autoptr (GBytes) bytes = net_to_bytes (net);

  return parse (bytes);
}

static OrdOnnx *
parse_everything (void)
{
  OrdOnnx *onnx;
  Net      net;

  net_everything (&net);
  onnx = parse_net (&net);
  net_clear (&net);
  return onnx;
}

static const OrdOnnxNode *
find_node (const OrdOnnx *onnx,
           const char    *output)
{
  for (guint i = 0; i < ord_onnx_get_n_nodes (onnx); i++)
    {
      const OrdOnnxNode *node = ord_onnx_get_node (onnx, i);

      if (g_strv_contains (node->outputs, output))
        return node;
    }
  g_assert_not_reached ();
}

static void
test_nodes (void)
{
  g_autoptr (OrdOnnx) onnx = parse_everything ();
  const char * const  ops[] = { "Conv", "Relu", "Cast", "Conv", "Add", "Clip",
                                "GlobalAveragePool", "Reshape", "If" };
  const OrdOnnxNode  *clip = find_node (onnx, "clipped");

  g_assert_cmpstr (ord_onnx_get_file (onnx), ==, "net.onnx");
  g_assert_cmpint (ord_onnx_get_opset (onnx), ==, 13);
  g_assert_cmpuint (ord_onnx_get_n_nodes (onnx), ==, G_N_ELEMENTS (ops));
  for (guint i = 0; i < G_N_ELEMENTS (ops); i++)
    {
      g_assert_cmpstr (ord_onnx_get_node (onnx, i)->op, ==, ops[i]);
      g_assert_cmpstr (ord_onnx_get_node (onnx, i)->domain, ==, "");
    }

  g_assert_cmpuint (clip->n_inputs, ==, 3);
  g_assert_cmpstr (clip->inputs[0], ==, "a");
  g_assert_cmpstr (clip->inputs[1], ==, "");
  g_assert_cmpstr (clip->inputs[2], ==, "bias");
  g_assert_null (clip->inputs[3]);
}

static void
test_attributes (void)
{
  g_autoptr (OrdOnnx) onnx = parse_everything ();
  const OrdOnnxNode  *conv = find_node (onnx, "c1");
  gint64              pads[4] = { 0 };

  g_assert_true (ord_onnx_node_has (conv, "pads"));
  g_assert_false (ord_onnx_node_has (conv, "strides"));
  g_assert_cmpuint (ord_onnx_node_n_ints (conv, "pads"), ==, 4);
  g_assert_false (ord_onnx_node_ints (conv, "pads", 2, pads));
  g_assert_cmpint (pads[0], ==, 0);
  g_assert_true (ord_onnx_node_ints (conv, "pads", 4, pads));
  g_assert_cmpint (pads[3], ==, 1);
  g_assert_cmpstr (ord_onnx_node_string (conv, "auto_pad", ""), ==, "NOTSET");
  g_assert_cmpstr (ord_onnx_node_string (conv, "pads", "none"), ==, "none");
  g_assert_cmpint (ord_onnx_node_int (conv, "group", 1), ==, 1);
  g_assert_cmpint (ord_onnx_node_int (find_node (onnx, "b2f"), "to", 0), ==, 1);
  g_assert_cmpfloat (ord_onnx_node_float (conv, "alpha", 0.5), ==, 0.5);
  g_assert_true (ord_onnx_node_has (find_node (onnx, "chosen"),
                                    "then_branch"));
}

static void
test_ports (void)
{
  g_autoptr (OrdOnnx) onnx = parse_everything ();
  const OrdOnnxPort  *image;

  g_assert_cmpuint (ord_onnx_get_n_inputs (onnx), ==, 1);
  g_assert_cmpuint (ord_onnx_get_n_outputs (onnx), ==, 2);
  image = ord_onnx_get_input (onnx, 0);
  g_assert_cmpstr (image->name, ==, "image");
  g_assert_cmpint (image->n_dims, ==, 4);
  g_assert_cmpint (image->dims[0], ==, -1);
  g_assert_cmpint (image->dims[1], ==, 3);
  g_assert_true (image->is_float);
  g_assert_cmpstr (ord_onnx_get_output (onnx, 1)->name, ==, "chosen");
  g_assert_cmpstr (ord_onnx_get_metadata (onnx, "author"), ==, "the tests");
  g_assert_null (ord_onnx_get_metadata (onnx, "licence"));
}

static void
test_tensors (void)
{
  g_autoptr (OrdOnnx)  onnx = parse_everything ();
  const float          halves[] = { 1, -2, 0x1p-24f, 65504, 0, -0.0f,
                                    0x1.554p-2f, 0x1p-14f };
  const OrdOnnxTensor *tensor = ord_onnx_find_tensor (onnx, "w1");

  g_assert_cmpuint (tensor->n_dims, ==, 4);
  g_assert_cmpuint (tensor->count, ==, 108);
  g_assert_cmpuint (tensor->dims[1], ==, 3);
  g_assert_cmpfloat (tensor->floats[17], ==, -0.5f);
  g_assert_cmpfloat (tensor->floats[33], ==, 0.5f);
  g_assert_null (tensor->ints);

  tensor = ord_onnx_find_tensor (onnx, "w2");
  g_assert_cmpuint (tensor->count, ==, 288);
  g_assert_cmpfloat (tensor->floats[287], ==, (287 % 17) / 16.0f - 0.5f);

  tensor = ord_onnx_find_tensor (onnx, "b2");
  for (int i = 0; i < 8; i++)
    {
      g_assert_cmpfloat (tensor->floats[i], ==, halves[i]);
      g_assert_cmpint (!!signbit (tensor->floats[i]), ==,
                       !!signbit (halves[i]));
    }

  tensor = ord_onnx_find_tensor (onnx, "shape");
  g_assert_cmpint (tensor->ints[0], ==, 0);
  g_assert_cmpint (tensor->ints[1], ==, -1);
  g_assert_null (tensor->floats);

  tensor = ord_onnx_find_tensor (onnx, "bias");
  g_assert_cmpuint (tensor->n_dims, ==, 0);
  g_assert_cmpuint (tensor->count, ==, 1);
  g_assert_cmpfloat (tensor->floats[0], ==, -0.5f);

  tensor = ord_onnx_find_tensor (onnx, "flag");
  g_assert_null (tensor->floats);
  g_assert_null (tensor->ints);
  g_assert_false (tensor->stripped);
  g_assert_null (ord_onnx_find_tensor (onnx, "image"));
}

static void
test_number_types (void)
{
  g_autoptr (OrdOnnx)  onnx = NULL;
  const double         raw_doubles[] = { 0.5, -1e300 };
  double               doubles[] = { 0.1, 3 };
  const guint16        brains[] = { 0x3f80, 0xc040 };
  gint32               halves[] = { 0x3c00, 0x7c00 };
  const gint32         raw_ints[] = { -3, G_MAXINT32 };
  gint32               ints[] = { 5, -7 };
  const gint64         two[] = { 2 };
  const gint64         none[] = { 0, 3 };
  Onnx__TensorProto   *tensor;
  Net                  net;

  net_convolution (&net);
  net_set_raw (&net, net_add_tensor (&net, "rd", 11, 1, two), raw_doubles, 16);
  tensor = net_add_tensor (&net, "d", 11, 1, two);
  tensor->n_double_data = 2;
  tensor->double_data = doubles;
  net_set_raw (&net, net_add_tensor (&net, "bf", 16, 1, two), brains, 4);
  tensor = net_add_tensor (&net, "h", 10, 1, two);
  tensor->n_int32_data = 2;
  tensor->int32_data = halves;
  net_set_raw (&net, net_add_tensor (&net, "ri", 6, 1, two), raw_ints, 8);
  tensor = net_add_tensor (&net, "i", 6, 1, two);
  tensor->n_int32_data = 2;
  tensor->int32_data = ints;
  net_add_tensor (&net, "empty", 1, 2, none);
  onnx = parse_net (&net);
  net_clear (&net);

#define FLOAT(name, i) ord_onnx_find_tensor (onnx, name)->floats[i]
#define INT(name, i) ord_onnx_find_tensor (onnx, name)->ints[i]
  g_assert_cmpfloat (FLOAT ("rd", 0), ==, 0.5f);
  g_assert_true (isinf (FLOAT ("rd", 1)));
  g_assert_cmpfloat (FLOAT ("d", 0), ==, 0.1f);
  g_assert_cmpfloat (FLOAT ("bf", 0), ==, 1);
  g_assert_cmpfloat (FLOAT ("bf", 1), ==, -3);
  g_assert_cmpfloat (FLOAT ("h", 0), ==, 1);
  g_assert_true (isinf (FLOAT ("h", 1)));
  g_assert_cmpint (INT ("ri", 0), ==, -3);
  g_assert_cmpint (INT ("ri", 1), ==, G_MAXINT32);
  g_assert_cmpint (INT ("i", 1), ==, -7);
  g_assert_cmpuint (ord_onnx_find_tensor (onnx, "empty")->count, ==, 0);
}

static void
test_constant_nodes (void)
{
  g_autoptr (OrdOnnx)   onnx = NULL;
  const gint64          values[] = { 4, 5 };
  float                 floats[] = { 1, 2, 3 };
  Onnx__NodeProto      *node;
  Onnx__AttributeProto *attribute;
  Net                   net;

  net_convolution (&net);
  node = net_add_node (&net, "Constant", "-", "ints");
  node->n_input = 0;
  net_set_ints (&net, node, "value_ints", 2, values);
  node = net_add_node (&net, "Constant", "-", "int");
  node->n_input = 0;
  net_set_int (&net, node, "value_int", 9);
  node = net_add_node (&net, "Constant", "-", "floats");
  node->n_input = 0;
  attribute = net_set (&net, node, "value_floats",
                       ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOATS);
  attribute->n_floats = 3;
  attribute->floats = floats;
  node = net_add_node (&net, "Constant", "-", "word");
  node->n_input = 0;
  net_set_string (&net, node, "value_string", "w");
  onnx = parse_net (&net);
  net_clear (&net);

  g_assert_cmpuint (ord_onnx_find_tensor (onnx, "ints")->n_dims, ==, 1);
  g_assert_cmpuint (ord_onnx_find_tensor (onnx, "ints")->dims[0], ==, 2);
  g_assert_cmpint (INT ("ints", 1), ==, 5);
  g_assert_cmpuint (ord_onnx_find_tensor (onnx, "int")->n_dims, ==, 0);
  g_assert_cmpint (INT ("int", 0), ==, 9);
  g_assert_cmpfloat (FLOAT ("floats", 2), ==, 3);
  /* Not a number: it stays a node. */
  g_assert_cmpuint (ord_onnx_get_n_nodes (onnx), ==, 4);
  g_assert_null (ord_onnx_find_tensor (onnx, "word"));
}

static void
test_order (void)
{
  g_autoptr (OrdOnnx)  onnx = NULL;
  Onnx__NodeProto     *swap;
  Net                  net;

  net_convolution (&net);
  swap = net.graph.node[0];
  net.graph.node[0] = net.graph.node[2];
  net.graph.node[2] = swap;
  onnx = parse_net (&net);
  net_clear (&net);

  g_assert_cmpstr (ord_onnx_get_node (onnx, 0)->op, ==, "Conv");
  g_assert_cmpstr (ord_onnx_get_node (onnx, 1)->op, ==, "GlobalAveragePool");
  g_assert_cmpstr (ord_onnx_get_node (onnx, 2)->op, ==, "Flatten");
}

/* Tens of thousands deep and back to front. */
static void
test_long_chain (void)
{
  enum { N = 20000 };
  g_autoptr (OrdOnnx) onnx = NULL;
  Net                 net;
  Onnx__NodeProto   **nodes;

  net_init (&net);
  net_add_input (&net, "v0", 0, NULL);
  net_add_output (&net, "v20000", 0, NULL);
  nodes = net_alloc (&net, N * sizeof *nodes);
  for (int i = 0; i < N; i++)
    {
      g_autofree char *input = g_strdup_printf ("v%d", i);
      g_autofree char *output = g_strdup_printf ("v%d", i + 1);

      net.graph.n_node = 0;
      net_add_node (&net, "Relu", input, output);
      nodes[N - 1 - i] = net.graph.node[0];
    }
  net.graph.n_node = N;
  net.graph.node = nodes;
  onnx = parse_net (&net);
  net_clear (&net);

  g_assert_cmpuint (ord_onnx_get_n_nodes (onnx), ==, N);
  g_assert_cmpstr (ord_onnx_get_node (onnx, 0)->inputs[0], ==, "v0");
  g_assert_cmpstr (ord_onnx_get_node (onnx, N - 1)->outputs[0], ==, "v20000");
}

static void
test_old_inputs (void)
{
  g_autoptr (OrdOnnx) onnx = NULL;
  const gint64        shape[] = { 3, 2, 3, 3 };
  Net                 net;

  net_convolution (&net);
  net_add_input (&net, "weights", 4, shape);
  onnx = parse_net (&net);
  net_clear (&net);

  g_assert_cmpuint (ord_onnx_get_n_inputs (onnx), ==, 1);
}

static void
assert_same_but_weights (const OrdOnnx *whole,
                         const OrdOnnx *structure,
                         const char    *name)
{
  const OrdOnnxTensor *a = ord_onnx_find_tensor (whole, name);
  const OrdOnnxTensor *b = ord_onnx_find_tensor (structure, name);

  g_assert_cmpmem (a->dims, sizeof a->dims, b->dims, sizeof b->dims);
  g_assert_cmpuint (a->count, ==, b->count);
  g_assert_true (b->stripped == (a->floats && a->count > ORD_ONNX_STRIP_ABOVE));
  g_assert_true (!a->ints == !b->ints);
  if (b->stripped)
    g_assert_null (b->floats);
  else if (a->floats)
    g_assert_cmpmem (a->floats, a->count * sizeof (float), b->floats,
                     b->count * sizeof (float));
}

static void
test_stripped (void)
{
  g_autoptr (OrdOnnx)   onnx = NULL;
  g_autoptr (OrdOnnx)   structure = NULL;
  g_autoptr (GBytes)    whole = NULL;
  g_autoptr (GBytes)    stripped = NULL;
  g_autoptr (GBytes)    again = NULL;
  g_autoptr (GError)    error = NULL;
  float                 values[80] = { 0 };
  const gint64          dims[] = { 8, 10 };
  const char * const    names[] = { "w1", "w2", "b2", "bias", "flag", "large" };
  Onnx__NodeProto      *node;
  Net                   net;

  net_everything (&net);
  node = net_add_node (&net, "Constant", "-", "large");
  node->n_input = 0;
  net_set (&net, node, "value", ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__TENSOR)
    ->t = net_add_floats (&net, "", 2, dims, values);
  net.graph.n_initializer--;
  whole = net_to_bytes (&net);
  net_clear (&net);

  onnx = parse (whole);
  stripped = ord_onnx_strip_weights (onnx, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_bytes_get_size (stripped), <,
                    g_bytes_get_size (whole) - 4 * (108 + 288 + 80));

  /* The original is as it was. */
  g_assert_cmpfloat (FLOAT ("w1", 0), ==, -0.5f);

  g_assert_null (ord_onnx_parse (stripped, "net.onnx", &error));
  g_assert_error (error, ORD_ERROR, ORD_ERROR_MODEL);
  g_clear_error (&error);

  structure = ord_onnx_parse_structure (stripped, "net.onnx", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (ord_onnx_get_n_nodes (structure), ==,
                    ord_onnx_get_n_nodes (onnx));
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    assert_same_but_weights (onnx, structure, names[i]);

  again = ord_onnx_strip_weights (structure, &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (again, stripped));
}

/* The real encoders, where they are. */
static void
test_real (gconstpointer name)
{
  const char          *folder = g_getenv ("ORD_TEST_DATA");
  g_autoptr (GError)   error = NULL;
  g_autoptr (OrdOnnx)  onnx = NULL;
  g_autoptr (OrdOnnx)  structure = NULL;
  g_autoptr (GBytes)   bytes = NULL;
  g_autoptr (GBytes)   stripped = NULL;
  g_autofree char     *path = NULL;
  char                *data;
  gsize                size;

  path = g_build_filename (folder ? folder : ".", "encoders", name, NULL);
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_test_skip ("ORD_TEST_DATA does not name a folder that has encoders");
      return;
    }
  g_assert_true (g_file_get_contents (path, &data, &size, NULL));
  bytes = g_bytes_new_take (data, size);

  onnx = parse (bytes);
  g_assert_cmpstr (ord_onnx_get_input (onnx, 0)->name, ==, "image");
  g_assert_cmpstr (ord_onnx_get_output (onnx, 0)->name, ==, "features");
  stripped = ord_onnx_strip_weights (onnx, &error);
  g_assert_no_error (error);
  g_test_message ("%s: %u nodes, %zu bytes, %zu without weights",
                  (const char *) name, ord_onnx_get_n_nodes (onnx), size,
                  g_bytes_get_size (stripped));
  g_assert_cmpuint (g_bytes_get_size (stripped), <, size / 50);
  structure = ord_onnx_parse_structure (stripped, path, &error);
  g_assert_no_error (error);
}

/* (n, channels, height, width) as the input of a network; whether its size is
 * fixed. */
static gboolean
fixed_size (const gint64  dims[4],
            gint64       *height,
            gint64       *width)
{
  const gint64        features[] = { -1, 3 };
  g_autoptr (GBytes)  bytes = NULL;
  g_autoptr (OrdOnnx) onnx = NULL;
  Net                 net;

  net_init (&net);
  net_add_input (&net, "mask", 2, features);
  net_add_input (&net, "image", 4, dims);
  net_add_output (&net, "features", 2, features);
  net_add_node (&net, "Relu", "image", "features");
  bytes = net_to_bytes (&net);
  net_clear (&net);
  onnx = ord_onnx_parse (bytes, "net.onnx", NULL);
  g_assert_nonnull (onnx);
  return ord_onnx_get_fixed_size (onnx, height, width);
}

static void
test_fixed_size (void)
{
  gint64 height = 7, width = 7;

  g_assert_false (fixed_size ((gint64[]) { -1, 3, -1, -1 }, &height, &width));
  g_assert_false (fixed_size ((gint64[]) { -1, 3, 24, -1 }, &height, &width));
  g_assert_false (fixed_size ((gint64[]) { -1, 12, 24, 32 }, &height, &width));
  g_assert_cmpint (height, ==, 7);
  g_assert_cmpint (width, ==, 7);
  g_assert_true (fixed_size ((gint64[]) { 1, 1, 24, 32 }, &height, &width));
  g_assert_cmpint (height, ==, 24);
  g_assert_cmpint (width, ==, 32);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/onnx/nodes-come-with-their-names", test_nodes);
  g_test_add_func ("/onnx/attributes-come-by-type", test_attributes);
  g_test_add_func ("/onnx/ports-have-shapes", test_ports);
  g_test_add_func ("/onnx/constants-are-numbers", test_tensors);
  g_test_add_func ("/onnx/all-types-become-float-or-integer",
                   test_number_types);
  g_test_add_func ("/onnx/constant-nodes-become-constants",
                   test_constant_nodes);
  g_test_add_func ("/onnx/nodes-are-put-in-order", test_order);
  g_test_add_func ("/onnx/a-long-chain-needs-no-stack", test_long_chain);
  g_test_add_func ("/onnx/initialisers-are-no-inputs", test_old_inputs);
  g_test_add_func ("/onnx/structure-goes-without-weights", test_stripped);
  g_test_add_func ("/onnx/a-fixed-size-of-pictures-is-told", test_fixed_size);
  g_test_add_data_func ("/onnx/squeezenet-is-read",
                        "squeezenet-1.1-imagenet.onnx", test_real);
  g_test_add_data_func ("/onnx/inception-is-read",
                        "inception-v3-imagenet-mixed8.onnx", test_real);

  return g_test_run ();
}
