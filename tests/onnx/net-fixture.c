/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Small networks as ONNX files; see net-fixture.h.
 */
#include "net-fixture.h"

#include "ord-random.h"

#include <string.h>

gpointer
net_alloc (Net   *net,
           gsize  size)
{
  gpointer piece = g_malloc0 (MAX (size, 1));

  g_ptr_array_add (net->pieces, piece);
  return piece;
}

static char *
text (Net        *net,
      const char *original)
{
  char *own = g_strdup (original);

  g_ptr_array_add (net->pieces, own);
  return own;
}

static gpointer
bytes_of (Net           *net,
          gconstpointer  original,
          gsize          size)
{
  gpointer own = net_alloc (net, size);

  if (size > 0)
    memcpy (own, original, size);
  return own;
}

/* The array with one more at its end. */
static gpointer
longer (Net      *net,
        gpointer  array,
        gsize    *n,
        gpointer  item)
{
  gpointer *items = net_alloc (net, (*n + 1) * sizeof *items);

  if (*n > 0)
    memcpy (items, array, *n * sizeof *items);
  items[(*n)++] = item;
  return items;
}

void
net_init (Net *net)
{
  Onnx__OperatorSetIdProto *opset;

  net->pieces = g_ptr_array_new_with_free_func (g_free);
  onnx__model_proto__init (&net->model);
  onnx__graph_proto__init (&net->graph);
  net->model.graph = &net->graph;
  net->model.has_ir_version = TRUE;
  net->model.ir_version = ONNX__VERSION__IR_VERSION_2020_5_8;
  net->graph.name = text (net, "net");

  opset = net_alloc (net, sizeof *opset);
  onnx__operator_set_id_proto__init (opset);
  opset->domain = text (net, "");
  opset->has_version = TRUE;
  opset->version = 13;
  net->model.opset_import = longer (net, net->model.opset_import,
                                    &net->model.n_opset_import, opset);
}

void
net_clear (Net *net)
{
  g_ptr_array_unref (net->pieces);
}

static Onnx__ValueInfoProto *
port_new (Net          *net,
          const char   *name,
          gsize         n_dims,
          const gint64 *dims)
{
  Onnx__ValueInfoProto    *port = net_alloc (net, sizeof *port);
  Onnx__TypeProto         *type = net_alloc (net, sizeof *type);
  Onnx__TypeProto__Tensor *tensor = net_alloc (net, sizeof *tensor);
  Onnx__TensorShapeProto  *shape = net_alloc (net, sizeof *shape);

  onnx__value_info_proto__init (port);
  onnx__type_proto__init (type);
  onnx__type_proto__tensor__init (tensor);
  onnx__tensor_shape_proto__init (shape);
  port->name = text (net, name);
  port->type = type;
  type->value_case = ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE;
  type->tensor_type = tensor;
  tensor->has_elem_type = TRUE;
  tensor->elem_type = ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT;
  tensor->shape = shape;

  for (gsize i = 0; i < n_dims; i++)
    {
      Onnx__TensorShapeProto__Dimension *dim = net_alloc (net, sizeof *dim);

      onnx__tensor_shape_proto__dimension__init (dim);
      if (dims[i] >= 0)
        {
          dim->value_case
            = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE;
          dim->dim_value = dims[i];
        }
      else
        {
          g_autofree char *free_name = g_strdup_printf ("free%zu", i);

          dim->value_case
            = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_PARAM;
          dim->dim_param = text (net, free_name);
        }
      shape->dim = longer (net, shape->dim, &shape->n_dim, dim);
    }
  return port;
}

Onnx__ValueInfoProto *
net_add_input (Net          *net,
               const char   *name,
               gsize         n_dims,
               const gint64 *dims)
{
  Onnx__ValueInfoProto *port = port_new (net, name, n_dims, dims);

  net->graph.input = longer (net, net->graph.input, &net->graph.n_input, port);
  return port;
}

Onnx__ValueInfoProto *
net_add_output (Net          *net,
                const char   *name,
                gsize         n_dims,
                const gint64 *dims)
{
  Onnx__ValueInfoProto *port = port_new (net, name, n_dims, dims);

  net->graph.output = longer (net, net->graph.output, &net->graph.n_output,
                              port);
  return port;
}

static Onnx__TensorProto *
tensor_new (Net          *net,
            const char   *name,
            int           data_type,
            gsize         n_dims,
            const gint64 *dims)
{
  Onnx__TensorProto *tensor = net_alloc (net, sizeof *tensor);

  onnx__tensor_proto__init (tensor);
  tensor->name = text (net, name);
  tensor->has_data_type = TRUE;
  tensor->data_type = data_type;
  tensor->n_dims = n_dims;
  tensor->dims = bytes_of (net, dims, n_dims * sizeof *dims);
  return tensor;
}

Onnx__TensorProto *
net_add_tensor (Net          *net,
                const char   *name,
                int           data_type,
                gsize         n_dims,
                const gint64 *dims)
{
  Onnx__TensorProto *tensor = tensor_new (net, name, data_type, n_dims, dims);

  net->graph.initializer = longer (net, net->graph.initializer,
                                   &net->graph.n_initializer, tensor);
  return tensor;
}

void
net_set_raw (Net               *net,
             Onnx__TensorProto *tensor,
             gconstpointer      bytes,
             gsize              size)
{
  tensor->has_raw_data = TRUE;
  tensor->raw_data.len = size;
  tensor->raw_data.data = bytes_of (net, bytes, size);
}

Onnx__TensorProto *
net_add_floats (Net          *net,
                const char   *name,
                gsize         n_dims,
                const gint64 *dims,
                const float  *values)
{
  Onnx__TensorProto *tensor
    = net_add_tensor (net, name, ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT, n_dims,
                      dims);
  gsize              count = 1;

  for (gsize i = 0; i < n_dims; i++)
    count *= dims[i];
  net_set_raw (net, tensor, values, count * sizeof *values);
  return tensor;
}

static char **
names_of (Net        *net,
          const char *list,
          gsize      *n)
{
  g_auto (GStrv)  names = g_strsplit (list, " ", -1);
  char          **own = NULL;

  *n = 0;
  for (gsize i = 0; names[i]; i++)
    own = longer (net, own, n,
                  text (net, strcmp (names[i], "-") == 0 ? "" : names[i]));
  return own;
}

static Onnx__NodeProto *
node_new (Net        *net,
          const char *op,
          const char *inputs,
          const char *outputs)
{
  Onnx__NodeProto *node = net_alloc (net, sizeof *node);

  onnx__node_proto__init (node);
  node->op_type = text (net, op);
  node->name = text (net, outputs);
  node->input = names_of (net, inputs, &node->n_input);
  node->output = names_of (net, outputs, &node->n_output);
  return node;
}

Onnx__NodeProto *
net_add_node (Net        *net,
              const char *op,
              const char *inputs,
              const char *outputs)
{
  Onnx__NodeProto *node = node_new (net, op, inputs, outputs);

  net->graph.node = longer (net, net->graph.node, &net->graph.n_node, node);
  return node;
}

Onnx__AttributeProto *
net_set (Net             *net,
         Onnx__NodeProto *node,
         const char      *attribute,
         int              type)
{
  Onnx__AttributeProto *proto = net_alloc (net, sizeof *proto);

  onnx__attribute_proto__init (proto);
  proto->name = text (net, attribute);
  proto->has_type = TRUE;
  proto->type = type;
  node->attribute = longer (net, node->attribute, &node->n_attribute, proto);
  return proto;
}

void
net_set_int (Net             *net,
             Onnx__NodeProto *node,
             const char      *attribute,
             gint64           value)
{
  Onnx__AttributeProto *proto
    = net_set (net, node, attribute,
               ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT);

  proto->has_i = TRUE;
  proto->i = value;
}

void
net_set_string (Net             *net,
                Onnx__NodeProto *node,
                const char      *attribute,
                const char      *value)
{
  Onnx__AttributeProto *proto
    = net_set (net, node, attribute,
               ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRING);

  proto->has_s = TRUE;
  proto->s.len = strlen (value);
  proto->s.data = bytes_of (net, value, strlen (value));
}

void
net_set_ints (Net             *net,
              Onnx__NodeProto *node,
              const char      *attribute,
              gsize            n,
              const gint64    *values)
{
  Onnx__AttributeProto *proto
    = net_set (net, node, attribute,
               ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS);

  proto->n_ints = n;
  proto->ints = bytes_of (net, values, n * sizeof *values);
}

GBytes *
net_to_bytes (Net *net)
{
  gsize   size = onnx__model_proto__get_packed_size (&net->model);
  guint8 *bytes = g_malloc (size);

  g_assert_cmpuint (onnx__model_proto__pack (&net->model, bytes), ==, size);
  return g_bytes_new_take (bytes, size);
}

GBytes *
net_fix_rows (GBytes      *bytes,
              const char  *input,
              guint        width,
              const float *values)
{
  gsize               size;
  const guint8       *data = g_bytes_get_data (bytes, &size);
  Onnx__ModelProto   *model = onnx__model_proto__unpack (NULL, size, data);
  Onnx__GraphProto   *graph = model->graph;
  Onnx__TensorProto **constants = graph->initializer;
  Onnx__TensorProto   row = ONNX__TENSOR_PROTO__INIT;
  gint64              dims[] = { 1, width };
  guint8             *fixed;

  g_assert_cmpuint (graph->n_input, ==, 2);
  g_assert_cmpstr (graph->input[1]->name, ==, input);
  g_assert_cmpint (graph->input[1]->type->tensor_type->shape->dim[1]->dim_value,
                   ==, width);
  row.name = graph->input[1]->name;
  row.has_data_type = TRUE;
  row.data_type = ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT;
  row.n_dims = G_N_ELEMENTS (dims);
  row.dims = dims;
  row.n_float_data = width;
  row.float_data = (float *) values;

  /* The message must be as it was when it is freed. */
  graph->initializer = g_new (Onnx__TensorProto *, graph->n_initializer + 1);
  memcpy (graph->initializer, constants,
          sizeof *constants * graph->n_initializer);
  graph->initializer[graph->n_initializer++] = &row;
  graph->n_input--;
  size = onnx__model_proto__get_packed_size (model);
  fixed = g_malloc (size);
  onnx__model_proto__pack (model, fixed);
  graph->n_input++;
  graph->n_initializer--;
  g_free (graph->initializer);
  graph->initializer = constants;
  onnx__model_proto__free_unpacked (model, NULL);
  return g_bytes_new_take (fixed, size);
}

void
net_convolution (Net *net)
{
  const gint64 image[] = { -1, 2, -1, -1 };
  const gint64 features[] = { -1, 3 };
  const gint64 shape[] = { 3, 2, 3, 3 };
  const gint64 sides[] = { 3, 3 };
  float        weights[3 * 2 * 9] = { 0 };
  float        offsets[3];

  for (int c = 0; c < 3; c++)
    {
      weights[c * 18 + 4] = c + 1;
      weights[c * 18 + 9] = -1;
      offsets[c] = c;
    }

  net_init (net);
  net_add_input (net, "image", 4, image);
  net_add_output (net, "features", 2, features);
  net_add_floats (net, "weights", 4, shape, weights);
  net_add_floats (net, "offsets", 1, shape, offsets);
  net_set_ints (net,
                net_add_node (net, "Conv", "image weights offsets", "maps"),
                "kernel_shape", 2, sides);
  net_add_node (net, "GlobalAveragePool", "maps", "means");
  net_set_int (net, net_add_node (net, "Flatten", "means", "features"), "axis",
               1);
}

static void
add_metadata (Net        *net,
              const char *key,
              const char *value)
{
  Onnx__StringStringEntryProto *entry = net_alloc (net, sizeof *entry);

  onnx__string_string_entry_proto__init (entry);
  entry->key = text (net, key);
  entry->value = text (net, value);
  net->model.metadata_props = longer (net, net->model.metadata_props,
                                      &net->model.n_metadata_props, entry);
}

static void
add_if (Net *net)
{
  Onnx__NodeProto      *node = net_add_node (net, "If", "flag", "chosen");
  Onnx__AttributeProto *branch;
  Onnx__GraphProto     *graph;

  for (int i = 0; i < 2; i++)
    {
      branch = net_set (net, node, i ? "else_branch" : "then_branch",
                        ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__GRAPH);
      graph = net_alloc (net, sizeof *graph);
      onnx__graph_proto__init (graph);
      graph->name = text (net, "branch");
      graph->node = longer (net, graph->node, &graph->n_node,
                            node_new (net, i ? "Abs" : "Relu", "features",
                                      "branch_out"));
      graph->output = longer (net, graph->output, &graph->n_output,
                              port_new (net, "branch_out", 0, NULL));
      branch->g = graph;
    }
}

void
net_everything (Net *net)
{
  const gint64          image[] = { -1, 3, -1, -1 };
  const gint64          features[] = { -1, 8 };
  const gint64          one[] = { 1, 8 };
  const gint64          first[] = { 4, 3, 3, 3 };
  const gint64          second[] = { 8, 4, 3, 3 };
  const gint64          pads[] = { 1, 1, 1, 1 };
  const gint64          shape[] = { 0, -1 };
  const guint16         halves[] = { 0x3c00, 0xc000, 0x0001, 0x7bff,
                                     0x0000, 0x8000, 0x3555, 0x0400 };
  const guint8          truth = 1;
  Onnx__NodeProto      *node;
  Onnx__TensorProto    *tensor;
  Onnx__AttributeProto *value;
  float                *weights;

  net_init (net);
  add_metadata (net, "author", "the tests");
  net_add_input (net, "image", 4, image);
  net_add_output (net, "features", 2, features);
  net_add_output (net, "chosen", 2, one);

  weights = net_alloc (net, 8 * 4 * 9 * sizeof *weights);
  for (int i = 0; i < 8 * 4 * 9; i++)
    weights[i] = (i % 17) / 16.0f - 0.5f;

  /* Once raw, once as numbers. */
  net_add_floats (net, "w1", 4, first, weights);
  tensor = net_add_tensor (net, "w2", ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT, 4,
                           second);
  tensor->n_float_data = 8 * 4 * 9;
  tensor->float_data = weights;
  tensor = net_add_tensor (net, "b2", ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT16,
                           1, second);
  net_set_raw (net, tensor, halves, sizeof halves);
  tensor = net_add_tensor (net, "shape", ONNX__TENSOR_PROTO__DATA_TYPE__INT64,
                           1, (const gint64[]) { 2 });
  tensor->n_int64_data = 2;
  tensor->int64_data = bytes_of (net, shape, sizeof shape);
  tensor = net_add_tensor (net, "flag", ONNX__TENSOR_PROTO__DATA_TYPE__BOOL,
                           0, NULL);
  net_set_raw (net, tensor, &truth, 1);

  node = net_add_node (net, "Conv", "image w1", "c1");
  net_set_ints (net, node, "pads", 4, pads);
  net_set_string (net, node, "auto_pad", "NOTSET");
  net_add_node (net, "Relu", "c1", "r1");
  node = net_add_node (net, "Cast", "b2", "b2f");
  net_set_int (net, node, "to", ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT);
  net_add_node (net, "Conv", "r1 w2 b2f", "c2");

  node = net_add_node (net, "Constant", "-", "bias");
  node->n_input = 0;
  value = net_set (net, node, "value",
                   ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__TENSOR);
  value->t = tensor_new (net, "", ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT, 0,
                         NULL);
  net_set_raw (net, value->t, weights, sizeof *weights);

  net_add_node (net, "Add", "c2 bias", "a");
  net_add_node (net, "Clip", "a - bias", "clipped");
  net_add_node (net, "GlobalAveragePool", "clipped", "means");
  net_add_node (net, "Reshape", "means shape", "features");
  add_if (net);
}

void
net_add_random (Net          *net,
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

  net_add_random (net, "scale", 1, &channels, 0.5, 1.5);
  net_add_random (net, "shift", 1, &channels, -0.5, 0.5);
  net_add_random (net, "mean", 1, &channels, -0.5, 0.5);
  net_add_random (net, "var", 1, &channels, 0.5, 2.0);
  net_add_node (net, "BatchNormalization", inputs, output);
}

void
net_every_operator (Net    *net,
                    gint64  height,
                    gint64  width)
{
  const gint64     image[] = { -1, 3, height, width }, features[] = { -1, 5 };
  const gint64     first[] = { 6, 3, 3, 2 }, first_bias[] = { 6 };
  const gint64     grouped[] = { 6, 3, 3, 3 }, deep[] = { 6, 1, 3, 3 };
  const gint64     gemm[] = { 8, 12 }, gemm_bias[] = { 8 };
  const gint64     matmul[] = { 8, 5 }, matmul_bias[] = { 5 };
  const gint64     pads[] = { 1, 0, 2, 1 }, even[] = { 1, 1, 1, 1 };
  const gint64     two[] = { 2, 2 }, three[] = { 3, 3 };
  const float      low = -0.4f, high = 1.1f;
  Onnx__NodeProto *node;

  net_init (net);
  net_add_input (net, "image", 4, image);
  net_add_random (net, "w1", 4, first, -0.4, 0.4);
  net_add_random (net, "b1", 1, first_bias, -0.2, 0.2);
  node = net_add_node (net, "Conv", "image w1 b1", "c1");
  net_set_ints (net, node, "pads", 4, pads);
  add_batch_norm (net, "c1", "n1", 6);
  net_add_node (net, "Relu", "n1", "r1");
  node = net_add_node (net, "MaxPool", "r1", "m1");
  net_set_ints (net, node, "kernel_shape", 2, three);
  net_set_ints (net, node, "strides", 2, two);
  net_set_int (net, node, "ceil_mode", 1);
  net_add_random (net, "w2", 4, grouped, -0.4, 0.4);
  node = net_add_node (net, "Conv", "m1 w2", "c2");
  net_set_int (net, node, "group", 2);
  net_set_ints (net, node, "dilations", 2, two);
  net_set_ints (net, node, "pads", 4, (const gint64[]) { 2, 2, 2, 2 });
  net_add_floats (net, "low", 0, NULL, &low);
  net_add_floats (net, "high", 0, NULL, &high);
  net_add_node (net, "Clip", "c2 low high", "k2");
  node = net_add_node (net, "AveragePool", "m1", "a1");
  net_set_ints (net, node, "kernel_shape", 2, three);
  net_set_ints (net, node, "pads", 4, even);
  net_set_int (net, node, "count_include_pad", 1);
  node = net_add_node (net, "AveragePool", "k2", "a2");
  net_set_ints (net, node, "kernel_shape", 2, three);
  net_set_ints (net, node, "pads", 4, even);
  net_add_node (net, "Add", "a1 a2", "s1");
  net_add_random (net, "w3", 4, deep, -0.4, 0.4);
  node = net_add_node (net, "Conv", "s1 w3", "c3");
  net_set_int (net, node, "group", 6);
  net_set_ints (net, node, "pads", 4, even);
  node = net_add_node (net, "Concat", "c3 s1", "j1");
  net_set_int (net, node, "axis", 1);
  net_add_node (net, "GlobalAveragePool", "j1", "g1");
  node = net_add_node (net, "Flatten", "g1", "f1");
  net_set_int (net, node, "axis", 1);
  net_add_random (net, "w4", 2, gemm, -0.6, 0.6);
  net_add_random (net, "b4", 1, gemm_bias, -0.2, 0.2);
  node = net_add_node (net, "Gemm", "f1 w4 b4", "l1");
  net_set_int (net, node, "transB", 1);
  net_add_node (net, "Identity", "l1", "i1");
  net_add_node (net, "Dropout", "i1", "d1");
  net_add_random (net, "w5", 2, matmul, -0.6, 0.6);
  net_add_random (net, "b5", 1, matmul_bias, -0.2, 0.2);
  net_add_node (net, "MatMul", "d1 w5", "l2");
  net_add_node (net, "Add", "l2 b5", "features");
  net_add_output (net, "features", 2, features);
}

void
wire_varint (GByteArray *message,
             guint64     value)
{
  do
    {
      guint8 byte = (value & 0x7f) | (value > 0x7f ? 0x80 : 0);

      g_byte_array_append (message, &byte, 1);
      value >>= 7;
    }
  while (value > 0);
}

GByteArray *
wire_wrap (GByteArray *message,
           guint       field)
{
  GByteArray *outer = g_byte_array_new ();

  wire_varint (outer, field << 3 | 2);
  wire_varint (outer, message ? message->len : 0);
  if (message)
    {
      g_byte_array_append (outer, message->data, message->len);
      g_byte_array_unref (message);
    }
  return outer;
}
