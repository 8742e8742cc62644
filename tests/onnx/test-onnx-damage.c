/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * ONNX files that are none, or no longer one, or mean harm: each is a message
 * that names the file, and takes neither memory nor time beyond its size.
 */
#include "net-fixture.h"

#include <string.h>

static void
assert_refused (GBytes     *bytes,
                const char *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (ord_onnx_parse (bytes, "bad.onnx", &error));
  g_assert_error (error, ORD_ERROR, ORD_ERROR_MODEL);
  if (!strstr (error->message, words))
    g_error ("“%s” does not say “%s”", error->message, words);
  g_assert_nonnull (strstr (error->message, "“bad.onnx”"));
  g_assert_nonnull (strstr (error->message, "export the network again"));
}

/* Clears @net. */
static void
assert_net_refused (Net        *net,
                    const char *words)
{
  g_autoptr (GBytes) bytes = net_to_bytes (net);

  net_clear (net);
  assert_refused (bytes, words);
}

/* Takes @message. */
static void
assert_wire_refused (GByteArray *message,
                     const char *words)
{
  g_autoptr (GBytes) bytes = g_byte_array_free_to_bytes (message);

  assert_refused (bytes, words);
}

static GBytes *
everything (void)
{
  GBytes *bytes;
  Net     net;

  net_everything (&net);
  bytes = net_to_bytes (&net);
  net_clear (&net);
  return bytes;
}

static void
test_other_files (void)
{
  g_autoptr (GBytes) nothing = g_bytes_new (NULL, 0);
  g_autoptr (GBytes) table = g_bytes_new ("file,value\na.png,3\n", 19);
  g_autoptr (GBytes) picture = g_bytes_new ("\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
                                            16);
  g_autoptr (GBytes) text = g_bytes_new ("{\"a\": 1}", 8);

  assert_refused (nothing, "it has no graph");
  assert_refused (table, "bad.onnx");
  assert_refused (picture, "bad.onnx");
  assert_refused (text, "bad.onnx");
}

static void
test_cut_short (void)
{
  g_autoptr (GBytes) whole = everything ();
  gsize              size = g_bytes_get_size (whole);

  for (gsize i = 0; i < size; i++)
    {
      g_autoptr (GBytes)  part = g_bytes_new_from_bytes (whole, 0, i);
      g_autoptr (OrdOnnx) onnx = NULL;
      g_autoptr (GError)  error = NULL;

      /* What is left may be whole: the last field is of no consequence. */
      onnx = ord_onnx_parse (part, "bad.onnx", &error);
      if (onnx)
        g_assert_cmpuint (ord_onnx_get_n_nodes (onnx), ==, 9);
      else
        g_assert_error (error, ORD_ERROR, ORD_ERROR_MODEL);
      g_assert_true (onnx != NULL || error != NULL);
      if (i < size * 9 / 10)
        g_assert_null (onnx);
    }
}

static void
test_bit_flips (void)
{
  g_autoptr (GBytes) whole = everything ();
  gsize              size;
  const guint8      *data = g_bytes_get_data (whole, &size);
  g_autofree guint8 *flipped = g_memdup2 (data, size);
  guint              n_refused = 0;

  for (gsize bit = 0; bit < 8 * size; bit++)
    {
      g_autoptr (GBytes)  bytes = NULL;
      g_autoptr (OrdOnnx) onnx = NULL;
      g_autoptr (GError)  error = NULL;

      flipped[bit / 8] ^= 1 << bit % 8;
      bytes = g_bytes_new (flipped, size);
      flipped[bit / 8] ^= 1 << bit % 8;

      onnx = ord_onnx_parse (bytes, "bad.onnx", &error);
      g_assert_true ((onnx != NULL) == (error == NULL));
      if (error)
        g_assert_true (g_utf8_validate (error->message, -1, NULL));
      n_refused += !onnx;
    }
  g_assert_cmpuint (n_refused, >, 0);
}

static void
test_cycle (void)
{
  Net net;

  net_convolution (&net);
  net_add_node (&net, "Add", "image b", "a");
  net_add_node (&net, "Relu", "a", "b");
  assert_net_refused (&net, "made from what the node itself makes");

  net_convolution (&net);
  net_add_node (&net, "Add", "a image", "a");
  assert_net_refused (&net, "its node “a” (Add) reads “a”");
}

static void
test_missing (void)
{
  Net net;

  net_convolution (&net);
  net_add_node (&net, "Relu", "nowhere", "a");
  assert_net_refused (&net, "reads “nowhere”, which nothing makes");

  net_convolution (&net);
  net_add_output (&net, "nothing", 0, NULL);
  assert_net_refused (&net, "“nothing” is made by no node");

  net_convolution (&net);
  net.graph.n_output = 0;
  assert_net_refused (&net, "no output");

  net_convolution (&net);
  net.model.graph = NULL;
  assert_net_refused (&net, "no graph");

  net_convolution (&net);
  net.model.n_opset_import = 0;
  assert_net_refused (&net, "which version");

  net_convolution (&net);
  net.model.opset_import[0]->version = -1;
  assert_net_refused (&net, "version -1");

  net_convolution (&net);
  net.graph.node[1]->op_type = NULL;
  assert_net_refused (&net, "“means” does not say what it computes");

  net_convolution (&net);
  net.graph.initializer[0]->name = NULL;
  assert_net_refused (&net, "has no name");
}

static void
test_twice (void)
{
  const gint64 shape[] = { 3 };
  float        values[3] = { 0 };
  Net          net;

  net_convolution (&net);
  net_add_node (&net, "Relu", "image", "maps");
  assert_net_refused (&net, "“maps” is given to two");

  net_convolution (&net);
  net_add_floats (&net, "offsets", 1, shape, values);
  assert_net_refused (&net, "“offsets” is given to two");

  net_convolution (&net);
  net_add_node (&net, "Relu", "image", "offsets");
  assert_net_refused (&net, "“offsets” is given to two");

  net_convolution (&net);
  net_add_node (&net, "Relu", "maps", "image");
  assert_net_refused (&net, "“image” is given to two");

  net_convolution (&net);
  net_add_input (&net, "image", 1, shape);
  assert_net_refused (&net, "“image” is given to two");

  net_convolution (&net);
  net_set_ints (&net, net.graph.node[0], "kernel_shape", 1, shape);
  assert_net_refused (&net, "has the attribute “kernel_shape” twice");
}

static void
test_wrong_sizes (void)
{
  float  values[54] = { 0 };
  gint64 wide[9] = { 1, 1, 1, 1, 1, 1, 1, 1, 1 };
  Net    net;

  net_convolution (&net);
  net.graph.initializer[0]->raw_data.len--;
  assert_net_refused (&net, "“weights” has 215 bytes where its shape asks for "
                            "216");

  net_convolution (&net);
  net.graph.initializer[0]->dims[0] = 4;
  assert_net_refused (&net, "216 bytes where its shape asks for 288");

  net_convolution (&net);
  net.graph.initializer[0]->has_raw_data = FALSE;
  net.graph.initializer[0]->n_float_data = 53;
  net.graph.initializer[0]->float_data = values;
  assert_net_refused (&net, "53 numbers where its shape asks for 54");

  net_convolution (&net);
  net.graph.initializer[0]->has_raw_data = FALSE;
  assert_net_refused (&net, "0 numbers where");

  net_convolution (&net);
  net.graph.initializer[0]->n_float_data = 54;
  net.graph.initializer[0]->float_data = values;
  assert_net_refused (&net, "numbers of two types");

  net_convolution (&net);
  net.graph.initializer[0]->data_type = 7;
  assert_net_refused (&net, "216 bytes where its shape asks for 432");

  net_convolution (&net);
  net.graph.initializer[0]->data_type = 99;
  assert_net_refused (&net, "type 99");

  net_convolution (&net);
  net.graph.initializer[0]->n_dims = 9;
  net.graph.initializer[0]->dims = wide;
  assert_net_refused (&net, "9 dimensions");

  net_convolution (&net);
  net_add_output (&net, "maps", 9, wide);
  assert_net_refused (&net, "9 dimensions");
}

static void
test_huge_shapes (void)
{
  const gint64 shapes[][3] = {
    { G_MAXINT64, 1, 1 },
    { G_MAXINT64, G_MAXINT64, 1 },
    { (gint64) 1 << 32, (gint64) 1 << 32, 1 },
    { (gint64) 1 << 31, (gint64) 1 << 31, 4 },
    { G_MAXINT64, G_MAXINT64, 0 },
    { -1, 1, 1 },
    { G_MININT64, 1, 1 },
    { -1, -1, 1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++)
    {
      Net net;

      net_convolution (&net);
      net_add_tensor (&net, "huge", ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT, 3,
                      shapes[i]);
      assert_net_refused (&net, "“huge”");
    }
}

/* Neither is one that was not stripped. */
static void
test_small_stripped (void)
{
  const gint64       few[] = { 8, 8 };
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  Net                net;

  net_convolution (&net);
  net_add_tensor (&net, "small", ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT, 2, few);
  bytes = net_to_bytes (&net);
  net_clear (&net);
  g_assert_null (ord_onnx_parse_structure (bytes, "bad.onnx", &error));
  g_assert_error (error, ORD_ERROR, ORD_ERROR_MODEL);
}

static void
test_external (void)
{
  Onnx__StringStringEntryProto  entry;
  Onnx__StringStringEntryProto *entries[] = { &entry };
  Onnx__NodeProto              *branch;
  Net                           net;

  onnx__string_string_entry_proto__init (&entry);
  entry.key = (char *) "location";
  entry.value = (char *) "/etc/passwd";

  net_convolution (&net);
  net.graph.initializer[0]->has_raw_data = FALSE;
  net.graph.initializer[0]->has_data_location = TRUE;
  net.graph.initializer[0]->data_location
    = ONNX__TENSOR_PROTO__DATA_LOCATION__EXTERNAL;
  assert_net_refused (&net, "save it as one file");

  net_convolution (&net);
  net.graph.initializer[0]->n_external_data = 1;
  net.graph.initializer[0]->external_data = entries;
  assert_net_refused (&net, "save it as one file");

  /* However deep it is hidden. */
  net_everything (&net);
  branch = net.graph.node[net.graph.n_node - 1]->attribute[0]->g->node[0];
  net_set (&net, branch, "value",
           ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__TENSOR)->t
    = net.graph.initializer[0];
  net.graph.initializer[0]->n_external_data = 1;
  net.graph.initializer[0]->external_data = entries;
  net.graph.n_initializer = 0;
  assert_net_refused (&net, "save it as one file");
}

static void
test_sparse (void)
{
  Onnx__SparseTensorProto  sparse;
  Onnx__SparseTensorProto *list[] = { &sparse };
  Net                      net;

  onnx__sparse_tensor_proto__init (&sparse);
  net_convolution (&net);
  net.graph.n_sparse_initializer = 1;
  net.graph.sparse_initializer = list;
  assert_net_refused (&net, "sparse");
}

/* graph { node { attribute { g { node { … */
static void
test_deep_nesting (void)
{
  GByteArray *message = NULL;

  for (int i = 0; i < 2000; i++)
    {
      message = wire_wrap (message, 6);
      message = wire_wrap (message, 5);
      message = wire_wrap (message, 1);
    }
  assert_wire_refused (wire_wrap (message, 7), "nested too deeply");

  /* type { sequence { type { … */
  message = NULL;
  for (int i = 0; i < 1000; i++)
    {
      message = wire_wrap (message, 1);
      message = wire_wrap (message, 4);
    }
  message = wire_wrap (message, 2);
  message = wire_wrap (message, 11);
  assert_wire_refused (wire_wrap (message, 7), "nested too deeply");
}

/* Two bytes each, and hundreds in memory. */
static void
test_swarms (void)
{
  const guint fields[] = { 1, 5 };

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      GByteArray *message = g_byte_array_new ();

      for (int j = 0; j < 1000000; j++)
        {
          wire_varint (message, fields[i] << 3 | 2);
          wire_varint (message, 0);
        }
      assert_wire_refused (wire_wrap (message, 7), "asks for more memory");
    }
}

/* protobuf-c would copy what it has so far for each of them. */
static void
test_merging (void)
{
  GByteArray *message = g_byte_array_new ();

  for (int i = 0; i < 300000; i++)
    {
      GByteArray *graph = wire_wrap (wire_wrap (NULL, 1), 7);

      g_byte_array_append (message, graph->data, graph->len);
      g_byte_array_unref (graph);
    }
  assert_wire_refused (message, "comes twice");
}

static void
test_texts (void)
{
  Net net;

  net_convolution (&net);
  net.graph.node[0]->name[0] = (char) 0xff;
  assert_net_refused (&net, "not UTF-8");

  /* A message stays one that can be shown. */
  net_convolution (&net);
  net.graph.node[0]->input[0] = net_alloc (&net, 1000001);
  memset (net.graph.node[0]->input[0], 'x', 1000000);
  {
    g_autoptr (GBytes) bytes = net_to_bytes (&net);
    g_autoptr (GError) error = NULL;

    net_clear (&net);
    g_assert_null (ord_onnx_parse (bytes, "bad.onnx", &error));
    g_assert_cmpuint (strlen (error->message), <, 2000);
  }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(claim, func) g_test_add_func ("/onnx-damage/" claim, func)
  ADD ("other-files-are-refused", test_other_files);
  ADD ("cut-short-anywhere", test_cut_short);
  ADD ("any-bit-flipped", test_bit_flips);
  ADD ("cycles-are-refused", test_cycle);
  ADD ("what-is-missing-is-named", test_missing);
  ADD ("what-is-there-twice-is-named", test_twice);
  ADD ("constants-have-just-their-numbers", test_wrong_sizes);
  ADD ("huge-shapes-do-not-wrap", test_huge_shapes);
  ADD ("only-large-constants-are-stripped", test_small_stripped);
  ADD ("external-data-are-not-opened", test_external);
  ADD ("sparse-constants-are-refused", test_sparse);
  ADD ("deep-nesting-takes-no-stack", test_deep_nesting);
  ADD ("swarms-of-nothing-take-no-memory", test_swarms);
  ADD ("merging-takes-no-time", test_merging);
  ADD ("names-can-be-shown", test_texts);

  return g_test_run ();
}
