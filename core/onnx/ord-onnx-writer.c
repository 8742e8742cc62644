/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Messages of ONNX's schema, put together piece by piece. All of them lie in
 * one heap of pieces and go with it, those of a network that is read included,
 * so that its names can be changed in place. Numbers stay where they are and
 * are only pointed to.
 */
#include "ord-onnx-writer.h"

#include <string.h>

#include "ord-onnx-private.h"

/* What protobuf allows. */
#define MAX_FILE ((gsize) G_MAXINT32)

/* The first version without a list of the inputs that are constants. */
#define IR_WITHOUT_DEFAULTS 4

/* Gemm adds a row to each row from this version on. */
#define OLDEST_OPSET 7

/**
 * OrdOnnxWriter:
 * @pieces: all memory of the messages
 * @theirs: names of the network that goes on; of pieces
 * @ours: names of what was added; of pieces
 * @batch: (nullable): how many pictures, of the first input
 */
struct _OrdOnnxWriter
{
  ProtobufCAllocator                 allocator;
  GPtrArray                         *pieces;
  GHashTable                        *theirs;
  GHashTable                        *ours;
  Onnx__ModelProto                  *model;
  Onnx__TensorShapeProto__Dimension *batch;
};

/* -------------------------------------------------------------------- pieces */

/* (transfer none): zeros */
static gpointer
take (OrdOnnxWriter *writer,
      gsize          n,
      gsize          size)
{
  gpointer piece = g_malloc0_n (MAX (n, 1), size);

  g_ptr_array_add (writer->pieces, piece);
  return piece;
}

static char *
take_text (OrdOnnxWriter *writer,
           const char    *text)
{
  char *own = g_utf8_make_valid (text, -1);

  g_ptr_array_add (writer->pieces, own);
  return own;
}

static void *
take_for_message (void  *data,
                  size_t size)
{
  OrdOnnxWriter *writer = data;
  gpointer       piece = g_try_malloc (MAX (size, 1));

  if (piece)
    g_ptr_array_add (writer->pieces, piece);
  return piece;
}

/* They all go together. */
static void
leave (void *data,
       void *piece)
{
}

/* The array of pointers with one more at its end. That of a network which was
 * read has no room, so it is always another one; lists are short. */
static gpointer
longer (OrdOnnxWriter *writer,
        gpointer       array,
        gsize         *n,
        gpointer       item)
{
  gpointer *items = take (writer, *n + 1, sizeof *items);

  if (*n > 0)
    memcpy (items, array, *n * sizeof *items);
  items[(*n)++] = item;
  return items;
}

#define APPEND(writer, message, field, item) \
  ((message)->field = longer (writer, (message)->field, \
                              &(message)->n_##field, item))

/* ---------------------------------------------------------- names of a network */

typedef void (*NameFunc) (char     **name,
                          gpointer   user_data);

static void each_name (Onnx__GraphProto *graph,
                       NameFunc          call,
                       gpointer          user_data);

static void
each_name_of_node (Onnx__NodeProto *node,
                   NameFunc         call,
                   gpointer         user_data)
{
  call (&node->name, user_data);
  for (gsize i = 0; i < node->n_input; i++)
    call (&node->input[i], user_data);
  for (gsize i = 0; i < node->n_output; i++)
    call (&node->output[i], user_data);
  for (gsize i = 0; i < node->n_attribute; i++)
    {
      Onnx__AttributeProto *attribute = node->attribute[i];

      if (attribute->g)
        each_name (attribute->g, call, user_data);
      for (gsize k = 0; k < attribute->n_graphs; k++)
        each_name (attribute->graphs[k], call, user_data);
    }
}

/* Every place where a graph, or one inside it, names a value or a node, which
 * are told apart nowhere here: ONNX Runtime wants the names of nodes to differ
 * too. */
static void
each_name (Onnx__GraphProto *graph,
           NameFunc          call,
           gpointer          user_data)
{
  for (gsize i = 0; i < graph->n_input; i++)
    call (&graph->input[i]->name, user_data);
  for (gsize i = 0; i < graph->n_output; i++)
    call (&graph->output[i]->name, user_data);
  for (gsize i = 0; i < graph->n_value_info; i++)
    call (&graph->value_info[i]->name, user_data);
  for (gsize i = 0; i < graph->n_initializer; i++)
    call (&graph->initializer[i]->name, user_data);
  for (gsize i = 0; i < graph->n_sparse_initializer; i++)
    if (graph->sparse_initializer[i]->values)
      call (&graph->sparse_initializer[i]->values->name, user_data);
  for (gsize i = 0; i < graph->n_quantization_annotation; i++)
    call (&graph->quantization_annotation[i]->tensor_name, user_data);
  for (gsize i = 0; i < graph->n_node; i++)
    each_name_of_node (graph->node[i], call, user_data);
}

static void
note_name (char     **name,
           gpointer   user_data)
{
  if (*name && **name)
    g_hash_table_add (user_data, *name);
}

typedef struct
{
  const char *from;
  char       *to;
} Renaming;

static void
rename_one (char     **name,
            gpointer   user_data)
{
  const Renaming *renaming = user_data;

  if (*name && strcmp (*name, renaming->from) == 0)
    *name = renaming->to;
}

static void
rename_value (OrdOnnxWriter *writer,
              const char    *from,
              const char    *to)
{
  Renaming renaming = { take_text (writer, from), take_text (writer, to) };

  each_name (writer->model->graph, rename_one, &renaming);
  g_hash_table_remove (writer->theirs, from);
  g_hash_table_add (writer->theirs, renaming.to);
}

/* The name is for somebody else: a value of the network that has it gets
 * another one. */
static void
claim (OrdOnnxWriter *writer,
       const char    *name)
{
  g_autofree char *other = NULL;

  g_hash_table_add (writer->ours, take_text (writer, name));
  if (!g_hash_table_contains (writer->theirs, name))
    return;
  other = g_strconcat ("network/", name, NULL);
  while (g_hash_table_contains (writer->theirs, other) ||
         g_hash_table_contains (writer->ours, other))
    {
      g_autofree char *tried = g_steal_pointer (&other);

      other = g_strconcat (tried, "'", NULL);
    }
  rename_value (writer, name, other);
}

/* -------------------------------------------------------------------- making */

static OrdOnnxWriter *
writer_alloc (void)
{
  OrdOnnxWriter *writer = g_new0 (OrdOnnxWriter, 1);

  writer->pieces = g_ptr_array_new_with_free_func (g_free);
  writer->theirs = g_hash_table_new (g_str_hash, g_str_equal);
  writer->ours = g_hash_table_new (g_str_hash, g_str_equal);
  writer->allocator = (ProtobufCAllocator) { take_for_message, leave, writer };
  return writer;
}

/* Who has written the file last. */
static void
sign (OrdOnnxWriter *writer)
{
  writer->model->producer_name = take_text (writer, "Ordinate");
  writer->model->producer_version = take_text (writer, ORD_VERSION);
}

OrdOnnxWriter *
ord_onnx_writer_new (void)
{
  OrdOnnxWriter            *writer = writer_alloc ();
  Onnx__OperatorSetIdProto *opset = take (writer, 1, sizeof *opset);
  Onnx__GraphProto         *graph = take (writer, 1, sizeof *graph);

  writer->model = take (writer, 1, sizeof *writer->model);
  onnx__model_proto__init (writer->model);
  onnx__graph_proto__init (graph);
  onnx__operator_set_id_proto__init (opset);
  graph->name = take_text (writer, "encoder");
  writer->model->graph = graph;
  writer->model->has_ir_version = TRUE;
  writer->model->ir_version = ONNX__VERSION__IR_VERSION_2020_5_8;
  opset->domain = take_text (writer, "");
  opset->has_version = TRUE;
  opset->version = ORD_ONNX_WRITER_OPSET;
  APPEND (writer, writer->model, opset_import, opset);
  sign (writer);
  return writer;
}

void
ord_onnx_writer_free (OrdOnnxWriter *writer)
{
  if (!writer)
    return;
  g_hash_table_unref (writer->theirs);
  g_hash_table_unref (writer->ours);
  g_ptr_array_unref (writer->pieces);
  g_free (writer);
}

/* Old files list their constants among the inputs; then a reader would ask for
 * them. */
static void
keep_input (OrdOnnxWriter *writer,
            const char    *name)
{
  Onnx__GraphProto *graph = writer->model->graph;
  gsize             n = 0;

  for (gsize i = 0; i < graph->n_input; i++)
    if (g_strcmp0 (graph->input[i]->name, name) == 0)
      graph->input[n++] = graph->input[i];
  graph->n_input = n;
}

/* The number of pictures as that input has it: a name, or 1. */
static void
find_batch (OrdOnnxWriter *writer)
{
  const Onnx__GraphProto            *graph = writer->model->graph;
  const Onnx__TypeProto             *type =
    graph->n_input > 0 ? graph->input[0]->type : NULL;
  const Onnx__TensorShapeProto      *shape =
    type && type->value_case == ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE
    ? type->tensor_type->shape : NULL;
  Onnx__TensorShapeProto__Dimension *batch =
    shape && shape->n_dim > 0 ? shape->dim[0] : NULL;

  if (batch &&
      (batch->value_case ==
       ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE
       ? batch->dim_value > 0
       : batch->value_case ==
         ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_PARAM))
    writer->batch = batch;
}

OrdOnnxWriter *
ord_onnx_writer_new_from (GBytes      *model,
                          const char  *file,
                          const char  *input,
                          const char  *as_input,
                          const char  *output,
                          const char  *as_output,
                          GError     **error)
{
  g_autoptr (OrdOnnx)       onnx = ord_onnx_parse (model, file, error);
  g_autoptr (OrdOnnxWriter) writer = NULL;
  gsize                     size;
  const guint8             *data = g_bytes_get_data (model, &size);

  if (!onnx)
    return NULL;
  if (ord_onnx_get_opset (onnx) < OLDEST_OPSET)
    {
      g_set_error (error, ORD_ERROR, ORD_ERROR_MODEL,
                   "The network “%s” uses operators of version %"
                   G_GINT64_FORMAT ", and nothing can be added to ones before "
                   "%d: convert it to a newer version and train again", file,
                   ord_onnx_get_opset (onnx), OLDEST_OPSET);
      return NULL;
    }

  /* It has been read within its limits; this is the same once more. */
  writer = writer_alloc ();
  writer->model = onnx__model_proto__unpack (&writer->allocator, size, data);
  if (!writer->model)
    {
      g_set_error (error, ORD_ERROR, ORD_ERROR_LIBRARY,
                   "There is no memory for a copy of the network “%s”: close "
                   "other programs and try again", file);
      return NULL;
    }

  writer->model->ir_version = writer->model->has_ir_version
                              ? MAX (writer->model->ir_version,
                                     IR_WITHOUT_DEFAULTS)
                              : IR_WITHOUT_DEFAULTS;
  writer->model->has_ir_version = TRUE;
  writer->model->n_training_info = 0;
  writer->model->graph->n_output = 0;
  keep_input (writer, input);
  find_batch (writer);
  each_name (writer->model->graph, note_name, writer->theirs);

  /* Not in the way of each other: the one may have the name that the other is
   * to get. */
  rename_value (writer, input, "network/ input");
  rename_value (writer, output, "network/ output");
  claim (writer, as_input);
  claim (writer, as_output);
  rename_value (writer, "network/ input", as_input);
  rename_value (writer, "network/ output", as_output);
  sign (writer);
  return g_steal_pointer (&writer);
}

/* --------------------------------------------------------------------- words */

void
ord_onnx_writer_set_words (OrdOnnxWriter *writer,
                           const char    *words)
{
  writer->model->doc_string = take_text (writer, words);
}

void
ord_onnx_writer_set_metadata (OrdOnnxWriter *writer,
                              const char    *key,
                              const char    *value)
{
  Onnx__ModelProto             *model = writer->model;
  Onnx__StringStringEntryProto *entry;

  for (gsize i = 0; i < model->n_metadata_props; i++)
    if (g_strcmp0 (model->metadata_props[i]->key, key) == 0)
      {
        model->metadata_props[i]->value = take_text (writer, value);
        return;
      }
  entry = take (writer, 1, sizeof *entry);
  onnx__string_string_entry_proto__init (entry);
  entry->key = take_text (writer, key);
  entry->value = take_text (writer, value);
  APPEND (writer, model, metadata_props, entry);
}

/* --------------------------------------------------------------------- ports */

/* @size: 0 where free */
static Onnx__TensorShapeProto__Dimension *
dimension_new (OrdOnnxWriter *writer,
               int            size,
               const char    *name)
{
  Onnx__TensorShapeProto__Dimension *dim = take (writer, 1, sizeof *dim);

  onnx__tensor_shape_proto__dimension__init (dim);
  if (size > 0)
    {
      dim->value_case = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE;
      dim->dim_value = size;
    }
  else
    {
      dim->value_case = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_PARAM;
      dim->dim_param = take_text (writer, name);
    }
  return dim;
}

/* Of rows (pictures) whose first dimension is there already. */
static Onnx__ValueInfoProto *
port_new (OrdOnnxWriter           *writer,
          const char              *name,
          Onnx__TensorShapeProto **shape)
{
  Onnx__ValueInfoProto    *port = take (writer, 1, sizeof *port);
  Onnx__TypeProto         *type = take (writer, 1, sizeof *type);
  Onnx__TypeProto__Tensor *tensor = take (writer, 1, sizeof *tensor);

  claim (writer, name);
  *shape = take (writer, 1, sizeof **shape);
  onnx__value_info_proto__init (port);
  onnx__type_proto__init (type);
  onnx__type_proto__tensor__init (tensor);
  onnx__tensor_shape_proto__init (*shape);
  port->name = take_text (writer, name);
  port->type = type;
  type->value_case = ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE;
  type->tensor_type = tensor;
  tensor->has_elem_type = TRUE;
  tensor->elem_type = ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT;
  tensor->shape = *shape;

  if (!writer->batch)
    writer->batch = dimension_new (writer, 0, "batch");
  APPEND (writer, *shape, dim, writer->batch);
  return port;
}

void
ord_onnx_writer_add_images (OrdOnnxWriter *writer,
                            const char    *name,
                            int            channels,
                            int            height,
                            int            width)
{
  Onnx__TensorShapeProto *shape;
  Onnx__ValueInfoProto   *port = port_new (writer, name, &shape);

  APPEND (writer, shape, dim, dimension_new (writer, channels, NULL));
  APPEND (writer, shape, dim, dimension_new (writer, height, "height"));
  APPEND (writer, shape, dim, dimension_new (writer, width, "width"));
  APPEND (writer, writer->model->graph, input, port);
}

void
ord_onnx_writer_add_rows (OrdOnnxWriter *writer,
                          const char    *name,
                          int            width)
{
  Onnx__TensorShapeProto *shape;
  Onnx__ValueInfoProto   *port = port_new (writer, name, &shape);

  APPEND (writer, shape, dim, dimension_new (writer, width, NULL));
  APPEND (writer, writer->model->graph, input, port);
}

void
ord_onnx_writer_add_output (OrdOnnxWriter *writer,
                            const char    *name,
                            int            width)
{
  Onnx__TensorShapeProto *shape;
  Onnx__ValueInfoProto   *port;

  /* The value is ours, whoever has made it. */
  g_hash_table_remove (writer->theirs, name);
  port = port_new (writer, name, &shape);
  APPEND (writer, shape, dim, dimension_new (writer, width, NULL));
  APPEND (writer, writer->model->graph, output, port);
}

/* ----------------------------------------------------------------- constants */

float *
ord_onnx_writer_take_floats (OrdOnnxWriter *writer,
                             gsize          n)
{
  return take (writer, n, sizeof (float));
}

static Onnx__TensorProto *
add_tensor (OrdOnnxWriter *writer,
            const char    *name,
            int            data_type)
{
  Onnx__TensorProto *tensor = take (writer, 1, sizeof *tensor);

  claim (writer, name);
  onnx__tensor_proto__init (tensor);
  tensor->name = take_text (writer, name);
  tensor->has_data_type = TRUE;
  tensor->data_type = data_type;
  APPEND (writer, writer->model->graph, initializer, tensor);
  return tensor;
}

void
ord_onnx_writer_add_floats (OrdOnnxWriter *writer,
                            const char    *name,
                            guint          n_dims,
                            const gsize   *dims,
                            const float   *values)
{
  Onnx__TensorProto *tensor =
    add_tensor (writer, name, ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT);
  gsize              count = 1;

  tensor->dims = take (writer, n_dims, sizeof *tensor->dims);
  tensor->n_dims = n_dims;
  for (guint i = 0; i < n_dims; i++)
    {
      tensor->dims[i] = (gint64) dims[i];
      count *= dims[i];
    }

  /* Raw data are little-endian on every machine; the plain field is turned by
   * protobuf. */
#if G_BYTE_ORDER == G_LITTLE_ENDIAN
  tensor->has_raw_data = TRUE;
  tensor->raw_data.len = count * sizeof (float);
  tensor->raw_data.data = (guint8 *) values;
#else
  tensor->n_float_data = count;
  tensor->float_data = (float *) values;
#endif
}

static Onnx__TensorProto *
add_integers (OrdOnnxWriter *writer,
              const char    *name,
              guint          n,
              const gint64  *values)
{
  Onnx__TensorProto *tensor =
    add_tensor (writer, name, ONNX__TENSOR_PROTO__DATA_TYPE__INT64);

  tensor->int64_data = take (writer, n, sizeof *tensor->int64_data);
  tensor->n_int64_data = n;
  for (guint i = 0; i < n; i++)
    tensor->int64_data[i] = values[i];
  return tensor;
}

void
ord_onnx_writer_add_index (OrdOnnxWriter *writer,
                           const char    *name,
                           gint64         value)
{
  add_integers (writer, name, 1, &value);
}

void
ord_onnx_writer_add_indices (OrdOnnxWriter *writer,
                             const char    *name,
                             guint          n,
                             const gint64  *values)
{
  Onnx__TensorProto *tensor = add_integers (writer, name, n, values);

  tensor->dims = take (writer, 1, sizeof *tensor->dims);
  tensor->dims[0] = n;
  tensor->n_dims = 1;
}

/* --------------------------------------------------------------------- nodes */

void
ord_onnx_writer_add_node (OrdOnnxWriter      *writer,
                          const char         *op,
                          guint               n,
                          const char * const *inputs,
                          const char         *output)
{
  Onnx__NodeProto *node = take (writer, 1, sizeof *node);

  claim (writer, output);
  onnx__node_proto__init (node);
  node->op_type = take_text (writer, op);
  node->name = take_text (writer, output);
  for (guint i = 0; i < n; i++)
    APPEND (writer, node, input, take_text (writer, inputs[i]));
  APPEND (writer, node, output, take_text (writer, output));
  APPEND (writer, writer->model->graph, node, node);
}

static Onnx__AttributeProto *
add_attribute (OrdOnnxWriter                       *writer,
               const char                          *name,
               Onnx__AttributeProto__AttributeType  type)
{
  Onnx__GraphProto     *graph = writer->model->graph;
  Onnx__NodeProto      *node = graph->node[graph->n_node - 1];
  Onnx__AttributeProto *attribute = take (writer, 1, sizeof *attribute);

  onnx__attribute_proto__init (attribute);
  attribute->name = take_text (writer, name);
  attribute->has_type = TRUE;
  attribute->type = type;
  APPEND (writer, node, attribute, attribute);
  return attribute;
}

void
ord_onnx_writer_set_int (OrdOnnxWriter *writer,
                         const char    *attribute,
                         gint64         value)
{
  Onnx__AttributeProto *proto =
    add_attribute (writer, attribute,
                   ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT);

  proto->has_i = TRUE;
  proto->i = value;
}

void
ord_onnx_writer_set_ints (OrdOnnxWriter *writer,
                          const char    *attribute,
                          guint          n,
                          const int     *values)
{
  Onnx__AttributeProto *proto =
    add_attribute (writer, attribute,
                   ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS);

  proto->n_ints = n;
  proto->ints = take (writer, n, sizeof *proto->ints);
  for (guint i = 0; i < n; i++)
    proto->ints[i] = values[i];
}

void
ord_onnx_writer_set_float (OrdOnnxWriter *writer,
                           const char    *attribute,
                           float          value)
{
  Onnx__AttributeProto *proto =
    add_attribute (writer, attribute,
                   ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT);

  proto->has_f = TRUE;
  proto->f = value;
}

/* ------------------------------------------------------------------- writing */

/**
 * Sink:
 * @error: (nullable): the first one; after it nothing is written
 */
typedef struct
{
  ProtobufCBuffer  base;
  OrdOutput       *output;
  GError          *error;
} Sink;

static void
sink_append (ProtobufCBuffer *buffer,
             size_t           size,
             const uint8_t   *data)
{
  Sink *sink = (Sink *) buffer;

  if (!sink->error)
    ord_output_write (sink->output, data, size, &sink->error);
}

gboolean
ord_onnx_writer_save (OrdOnnxWriter  *writer,
                      OrdOutput      *output,
                      GError        **error)
{
  Sink  sink = { { sink_append }, output, NULL };
  gsize size = onnx__model_proto__get_packed_size (writer->model);

  if (size > MAX_FILE)
    {
      g_autofree char *name =
        g_filename_display_name (ord_output_get_path (output));

      g_set_error (error, ORD_ERROR, ORD_ERROR_MODEL,
                   "“%s” would have %.1f GiB, and an ONNX file can have no "
                   "more than 2: train with a smaller network or narrower "
                   "layers (--hidden, --width)", name,
                   (double) size / (1 << 30));
      return FALSE;
    }
  onnx__model_proto__pack_to_buffer (writer->model, &sink.base);
  if (sink.error)
    {
      g_propagate_error (error, sink.error);
      return FALSE;
    }
  return TRUE;
}
