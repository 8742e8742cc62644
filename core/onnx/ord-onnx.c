/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An ONNX file becomes a graph that can be trusted: each name is given once,
 * each value is there before it is read, and no constant is more or less than
 * its shape. Subgraphs (of If and Loop) are let through with their nodes, but
 * not looked into.
 */
#include "ord-onnx-private.h"

#include <string.h>

/* What protobuf allows. */
#define MAX_FILE ((gsize) G_MAXINT32)

/* Of a message, as a name in a damaged file can be of any length. */
#define MAX_WORDS 600

/**
 * OrdOnnx:
 * @tensors: of names, OrdOnnxTensor
 * @nodes: (element-type OrdOnnxNode): in the order of computing
 * @inputs: (element-type OrdOnnxPort)
 * @outputs: (element-type OrdOnnxPort)
 */
struct _OrdOnnx
{
  char              *file;
  OrdOnnxBudget      budget;
  Onnx__ModelProto  *model;
  gint64             opset;
  GHashTable        *tensors;
  GArray            *nodes;
  GArray            *inputs;
  GArray            *outputs;
};

static gboolean G_GNUC_PRINTF (2, 3)
wrong (GError     **error,
       const char  *format,
       ...)
{
  va_list args;

  va_start (args, format);
  if (error)
    *error = g_error_new_valist (ORD_ERROR, ORD_ERROR_MODEL, format, args);
  va_end (args);
  return FALSE;
}

/* -------------------------------------------------------------------- names */

/* The values of a graph by name: who makes them. */
#define READY 0     /* an input or a constant; else a node's index + 1 */

static gboolean
add_name (GHashTable  *makers,
          const char  *name,
          gsize        maker,
          GError     **error)
{
  if (!name || !*name)
    return wrong (error, "a value of it has no name");
  if (!g_hash_table_insert (makers, (gpointer) name, GSIZE_TO_POINTER (maker)))
    return wrong (error, "the name “%s” is given to two of its values", name);
  return TRUE;
}

/* --------------------------------------------------------------------- ports */

static gboolean
read_port (OrdOnnxPort                 *port,
           const Onnx__ValueInfoProto  *proto,
           GError                     **error)
{
  const Onnx__TypeProto__Tensor *tensor;

  port->name = proto->name ? proto->name : "";
  port->n_dims = -1;
  port->is_float = FALSE;
  if (!proto->type
      || proto->type->value_case != ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE)
    return TRUE;

  tensor = proto->type->tensor_type;
  port->is_float = tensor->has_elem_type
                   && ord_onnx_is_float (tensor->elem_type);
  if (!tensor->shape)
    return TRUE;
  if (tensor->shape->n_dim > ORD_ONNX_MAX_DIMS)
    return wrong (error, "“%s” has %" G_GSIZE_FORMAT " dimensions, more than "
                  "%d", port->name, tensor->shape->n_dim, ORD_ONNX_MAX_DIMS);

  port->n_dims = tensor->shape->n_dim;
  for (int i = 0; i < port->n_dims; i++)
    {
      const Onnx__TensorShapeProto__Dimension *dim = tensor->shape->dim[i];

      port->dims[i] = -1;
      if (dim->value_case == ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE
          && dim->dim_value >= 0)
        port->dims[i] = dim->dim_value;
    }
  return TRUE;
}

/* Inputs that are initialisers as well are defaults, as files before IR
 * version 4 have them for all. */
static gboolean
read_inputs (OrdOnnx     *onnx,
             GHashTable  *makers,
             GError     **error)
{
  const Onnx__GraphProto *graph = onnx->model->graph;
  g_autoptr (GHashTable)  names = g_hash_table_new (g_str_hash, g_str_equal);

  for (gsize i = 0; i < graph->n_input; i++)
    {
      OrdOnnxPort port = { 0 };

      if (!read_port (&port, graph->input[i], error)
          || !add_name (names, port.name, READY, error))
        return FALSE;
      if (g_hash_table_contains (onnx->tensors, port.name))
        continue;
      if (!add_name (makers, port.name, READY, error))
        return FALSE;
      g_array_append_val (onnx->inputs, port);
    }
  return TRUE;
}

static gboolean
read_outputs (OrdOnnx     *onnx,
              GHashTable  *makers,
              GError     **error)
{
  const Onnx__GraphProto *graph = onnx->model->graph;
  g_autoptr (GHashTable)  names = g_hash_table_new (g_str_hash, g_str_equal);

  for (gsize i = 0; i < graph->n_output; i++)
    {
      OrdOnnxPort port = { 0 };

      if (!read_port (&port, graph->output[i], error)
          || !add_name (names, port.name, READY, error))
        return FALSE;
      if (!g_hash_table_contains (makers, port.name))
        return wrong (error, "its output “%s” is made by no node", port.name);
      g_array_append_val (onnx->outputs, port);
    }
  return onnx->outputs->len > 0 || wrong (error, "it has no output");
}

/* ----------------------------------------------------------------- constants */

static gboolean
add_tensor (OrdOnnx        *onnx,
            OrdOnnxTensor  *tensor,
            GHashTable     *makers,
            GError        **error)
{
  if (!tensor)
    return FALSE;
  if (!add_name (makers, tensor->name, READY, error))
    {
      ord_onnx_tensor_free (tensor, &onnx->budget);
      return FALSE;
    }
  g_hash_table_insert (onnx->tensors, (gpointer) tensor->name, tensor);
  return TRUE;
}

static gboolean
read_initialisers (OrdOnnx     *onnx,
                   gboolean     may_be_stripped,
                   GHashTable  *makers,
                   GError     **error)
{
  const Onnx__GraphProto *graph = onnx->model->graph;

  if (graph->n_sparse_initializer > 0)
    return wrong (error, "it has sparse constants, which are not read here");

  for (gsize i = 0; i < graph->n_initializer; i++)
    {
      const Onnx__TensorProto *proto = graph->initializer[i];

      if (!add_tensor (onnx,
                       ord_onnx_tensor_new (proto->name ? proto->name : "",
                                            proto, may_be_stripped,
                                            &onnx->budget, error),
                       makers, error))
        return FALSE;
    }
  return TRUE;
}

/* (nullable): where a node is a Constant that holds numbers, how it does. */
static const Onnx__AttributeProto *
constant_of (const Onnx__NodeProto *node)
{
  const Onnx__AttributeProto *value;

  if (!node->op_type || strcmp (node->op_type, "Constant") != 0
      || (node->domain && *node->domain && strcmp (node->domain, "ai.onnx"))
      || node->n_input != 0 || node->n_output != 1 || node->n_attribute != 1)
    return NULL;

  value = node->attribute[0];
  if (!value->name)
    return NULL;
  switch (ord_onnx_attribute_type (value))
    {
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__TENSOR:
      return value->t && strcmp (value->name, "value") == 0 ? value : NULL;
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT:
      return strcmp (value->name, "value_float") == 0 ? value : NULL;
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOATS:
      return strcmp (value->name, "value_floats") == 0 ? value : NULL;
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT:
      return strcmp (value->name, "value_int") == 0 ? value : NULL;
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS:
      return strcmp (value->name, "value_ints") == 0 ? value : NULL;
    default:
      return NULL;
    }
}

static OrdOnnxTensor *
tensor_of_constant (const char                  *name,
                    const Onnx__AttributeProto  *value,
                    gboolean                     may_be_stripped,
                    OrdOnnxBudget               *budget,
                    GError                     **error)
{
  switch (ord_onnx_attribute_type (value))
    {
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT:
      return ord_onnx_tensor_view (name, 0, 1, &value->f, NULL);
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOATS:
      return ord_onnx_tensor_view (name, 1, value->n_floats, value->floats,
                                   NULL);
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT:
      return ord_onnx_tensor_view (name, 0, 1, NULL, &value->i);
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS:
      return ord_onnx_tensor_view (name, 1, value->n_ints, NULL, value->ints);
    default:
      return ord_onnx_tensor_new (name, value->t, may_be_stripped, budget,
                                  error);
    }
}

/* --------------------------------------------------------------------- nodes */

/**
 * Nodes:
 * @nodes: (n): as in the file, Constant nodes left out
 * @order: (n_ordered): of the indices of @nodes
 * @state: (n)
 */
typedef struct
{
  GArray  *nodes;
  gsize   *order;
  gsize    n_ordered;
  guint8  *state;
} Nodes;

enum
{
  NEW,
  OPEN,    /* on the way to what it reads */
  DONE,
};

static void
nodes_clear (Nodes *nodes)
{
  g_clear_pointer (&nodes->nodes, g_array_unref);
  g_free (nodes->order);
  g_free (nodes->state);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Nodes, nodes_clear)

static gboolean
read_nodes (OrdOnnx     *onnx,
            GArray      *nodes,
            gboolean     may_be_stripped,
            GHashTable  *makers,
            GError     **error)
{
  const Onnx__GraphProto *graph = onnx->model->graph;

  for (gsize i = 0; i < graph->n_node; i++)
    {
      const Onnx__NodeProto      *proto = graph->node[i];
      const Onnx__AttributeProto *value = constant_of (proto);
      OrdOnnxNode                 node = { 0 };

      if (value)
        {
          if (!add_tensor (onnx,
                           tensor_of_constant (proto->output[0], value,
                                               may_be_stripped, &onnx->budget,
                                               error),
                           makers, error))
            return FALSE;
          continue;
        }

      if (!ord_onnx_node_init (&node, proto, error))
        return FALSE;
      g_array_append_val (nodes, node);
      for (guint j = 0; j < node.n_outputs; j++)
        if (*node.outputs[j]
            && !add_name (makers, node.outputs[j], nodes->len, error))
          return FALSE;
    }
  return TRUE;
}

/**
 * Step:
 * @node: its index
 * @input: the next one to look at
 */
typedef struct
{
  gsize node;
  guint input;
} Step;

/* All that @root reads, then itself; in depth, but on a stack of its own, as
 * networks are thousands of nodes deep. */
static gboolean
order_from (Nodes       *nodes,
            gsize        root,
            GHashTable  *makers,
            GArray      *stack,
            GError     **error)
{
  Step first = { root, 0 };

  nodes->state[root] = OPEN;
  g_array_append_val (stack, first);
  while (stack->len > 0)
    {
      Step              *step = &g_array_index (stack, Step, stack->len - 1);
      const OrdOnnxNode *node = &g_array_index (nodes->nodes, OrdOnnxNode,
                                                step->node);
      const char        *name;
      gpointer           maker;
      Step               next = { 0, 0 };

      if (step->input == node->n_inputs)
        {
          nodes->state[step->node] = DONE;
          nodes->order[nodes->n_ordered++] = step->node;
          g_array_set_size (stack, stack->len - 1);
          continue;
        }

      name = node->inputs[step->input++];
      if (!*name)
        continue;
      if (!g_hash_table_lookup_extended (makers, name, NULL, &maker))
        return wrong (error, "its node “%s” (%s) reads “%s”, which nothing "
                      "makes", node->name, node->op, name);
      if (GPOINTER_TO_SIZE (maker) == READY)
        continue;

      next.node = GPOINTER_TO_SIZE (maker) - 1;
      if (nodes->state[next.node] == OPEN)
        return wrong (error, "its node “%s” (%s) reads “%s”, which is made "
                      "from what the node itself makes", node->name, node->op,
                      name);
      if (nodes->state[next.node] == NEW)
        {
          nodes->state[next.node] = OPEN;
          g_array_append_val (stack, next);
        }
    }
  return TRUE;
}

static void
clear_node (gpointer node)
{
  ord_onnx_node_clear (node);
}

/* Those in order already stay as they are. */
static gboolean
order_nodes (OrdOnnx     *onnx,
             Nodes       *nodes,
             GHashTable  *makers,
             GError     **error)
{
  g_autoptr (GArray) stack = g_array_new (FALSE, FALSE, sizeof (Step));
  gsize              n = nodes->nodes->len;

  nodes->order = g_new (gsize, MAX (n, 1));
  nodes->state = g_new0 (guint8, MAX (n, 1));
  for (gsize i = 0; i < n; i++)
    if (nodes->state[i] == NEW
        && !order_from (nodes, i, makers, stack, error))
      return FALSE;

  for (gsize i = 0; i < n; i++)
    g_array_append_val (onnx->nodes,
                        g_array_index (nodes->nodes, OrdOnnxNode,
                                       nodes->order[i]));
  /* They have moved. */
  g_array_set_clear_func (nodes->nodes, NULL);
  return TRUE;
}

/* --------------------------------------------------------------------- whole */

static gboolean
read_opset (OrdOnnx  *onnx,
            GError  **error)
{
  for (gsize i = 0; i < onnx->model->n_opset_import; i++)
    {
      const Onnx__OperatorSetIdProto *set = onnx->model->opset_import[i];

      if (set->domain && *set->domain && strcmp (set->domain, "ai.onnx") != 0)
        continue;
      onnx->opset = set->has_version ? set->version : 0;
      if (onnx->opset < 1)
        return wrong (error, "it says that it uses version %" G_GINT64_FORMAT
                      " of the operators", onnx->opset);
      return TRUE;
    }
  return wrong (error, "it does not say which version of the operators it "
                "uses");
}

static gboolean
read_graph (OrdOnnx   *onnx,
            gboolean   may_be_stripped,
            GError   **error)
{
  g_autoptr (GHashTable) makers = g_hash_table_new (g_str_hash, g_str_equal);
  g_auto (Nodes)         nodes = { 0 };

  nodes.nodes = g_array_new (FALSE, FALSE, sizeof (OrdOnnxNode));
  g_array_set_clear_func (nodes.nodes, clear_node);

  return read_opset (onnx, error)
         && read_initialisers (onnx, may_be_stripped, makers, error)
         && read_inputs (onnx, makers, error)
         && read_nodes (onnx, nodes.nodes, may_be_stripped, makers, error)
         && order_nodes (onnx, &nodes, makers, error)
         && read_outputs (onnx, makers, error);
}

static gboolean
unpack (OrdOnnx  *onnx,
        GBytes   *bytes,
        GError  **error)
{
  const guint8 *data;
  gsize         size;

  data = g_bytes_get_data (bytes, &size);
  if (size > MAX_FILE)
    return wrong (error, "it is larger than the 2 GiB that a file of this kind "
                  "can have");
  if (!ord_onnx_wire_check (bytes, &onnx__model_proto__descriptor, error))
    return FALSE;

  ord_onnx_budget_init (&onnx->budget, size);
  onnx->model = onnx__model_proto__unpack (&onnx->budget.allocator, size, data);
  if (!onnx->model)
    return onnx->budget.exceeded
             ? wrong (error, "it asks for more memory than a file of its size "
                      "can need, or than there is")
             : wrong (error, "it does not follow the schema");
  return onnx->model->graph != NULL || wrong (error, "it has no graph");
}

static OrdOnnx *
parse (GBytes      *bytes,
       const char  *file,
       gboolean     may_be_stripped,
       GError     **error)
{
  g_autoptr (OrdOnnx) onnx = g_new0 (OrdOnnx, 1);
  g_autoptr (GError)  fault = NULL;
  g_autofree char    *words = NULL;

  onnx->file = g_strdup (file);
  onnx->tensors = g_hash_table_new (g_str_hash, g_str_equal);
  onnx->nodes = g_array_new (FALSE, FALSE, sizeof (OrdOnnxNode));
  g_array_set_clear_func (onnx->nodes, clear_node);
  onnx->inputs = g_array_new (FALSE, FALSE, sizeof (OrdOnnxPort));
  onnx->outputs = g_array_new (FALSE, FALSE, sizeof (OrdOnnxPort));

  if (unpack (onnx, bytes, &fault)
      && read_graph (onnx, may_be_stripped, &fault))
    return g_steal_pointer (&onnx);

  words = g_utf8_strlen (fault->message, -1) > MAX_WORDS
            ? g_utf8_substring (fault->message, 0, MAX_WORDS) : NULL;
  g_set_error (error, ORD_ERROR, ORD_ERROR_MODEL,
               "“%s” cannot be read as an ONNX model: %s%s (get a fresh copy, "
               "or export the network again)", file,
               words ? words : fault->message, words ? "…" : "");
  return NULL;
}

OrdOnnx *
ord_onnx_parse (GBytes      *bytes,
                const char  *file,
                GError     **error)
{
  g_return_val_if_fail (bytes != NULL, NULL);
  g_return_val_if_fail (file != NULL, NULL);

  return parse (bytes, file, FALSE, error);
}

OrdOnnx *
ord_onnx_parse_structure (GBytes      *bytes,
                          const char  *file,
                          GError     **error)
{
  g_return_val_if_fail (bytes != NULL, NULL);
  g_return_val_if_fail (file != NULL, NULL);

  return parse (bytes, file, TRUE, error);
}

void
ord_onnx_free (OrdOnnx *onnx)
{
  GHashTableIter iter;
  gpointer       tensor;

  if (!onnx)
    return;
  g_hash_table_iter_init (&iter, onnx->tensors);
  while (g_hash_table_iter_next (&iter, NULL, &tensor))
    ord_onnx_tensor_free (tensor, &onnx->budget);
  g_hash_table_unref (onnx->tensors);
  g_array_unref (onnx->nodes);
  g_array_unref (onnx->inputs);
  g_array_unref (onnx->outputs);
  if (onnx->model)
    onnx__model_proto__free_unpacked (onnx->model, &onnx->budget.allocator);
  g_free (onnx->file);
  g_free (onnx);
}

const char *
ord_onnx_get_file (const OrdOnnx *onnx)
{
  g_return_val_if_fail (onnx != NULL, NULL);

  return onnx->file;
}

gint64
ord_onnx_get_opset (const OrdOnnx *onnx)
{
  g_return_val_if_fail (onnx != NULL, 0);

  return onnx->opset;
}

guint
ord_onnx_get_n_nodes (const OrdOnnx *onnx)
{
  g_return_val_if_fail (onnx != NULL, 0);

  return onnx->nodes->len;
}

const OrdOnnxNode *
ord_onnx_get_node (const OrdOnnx *onnx,
                   guint          index)
{
  g_return_val_if_fail (onnx != NULL && index < onnx->nodes->len, NULL);

  return &g_array_index (onnx->nodes, OrdOnnxNode, index);
}

guint
ord_onnx_get_n_inputs (const OrdOnnx *onnx)
{
  g_return_val_if_fail (onnx != NULL, 0);

  return onnx->inputs->len;
}

const OrdOnnxPort *
ord_onnx_get_input (const OrdOnnx *onnx,
                    guint          index)
{
  g_return_val_if_fail (onnx != NULL && index < onnx->inputs->len, NULL);

  return &g_array_index (onnx->inputs, OrdOnnxPort, index);
}

guint
ord_onnx_get_n_outputs (const OrdOnnx *onnx)
{
  g_return_val_if_fail (onnx != NULL, 0);

  return onnx->outputs->len;
}

const OrdOnnxPort *
ord_onnx_get_output (const OrdOnnx *onnx,
                     guint          index)
{
  g_return_val_if_fail (onnx != NULL && index < onnx->outputs->len, NULL);

  return &g_array_index (onnx->outputs, OrdOnnxPort, index);
}

gboolean
ord_onnx_get_fixed_size (const OrdOnnx *onnx,
                         gint64        *height,
                         gint64        *width)
{
  for (guint i = 0; i < ord_onnx_get_n_inputs (onnx); i++)
    {
      const OrdOnnxPort *port = ord_onnx_get_input (onnx, i);

      if (!port->is_float || port->n_dims != 4 ||
          (port->dims[1] != -1 && port->dims[1] != 1 && port->dims[1] != 3))
        continue;
      if (port->dims[2] < 1 || port->dims[3] < 1)
        return FALSE;
      *height = port->dims[2];
      *width = port->dims[3];
      return TRUE;
    }
  return FALSE;
}

const OrdOnnxTensor *
ord_onnx_find_tensor (const OrdOnnx *onnx,
                      const char    *name)
{
  g_return_val_if_fail (onnx != NULL && name != NULL, NULL);

  return g_hash_table_lookup (onnx->tensors, name);
}

const char *
ord_onnx_get_metadata (const OrdOnnx *onnx,
                       const char    *key)
{
  g_return_val_if_fail (onnx != NULL && key != NULL, NULL);

  for (gsize i = 0; i < onnx->model->n_metadata_props; i++)
    {
      const Onnx__StringStringEntryProto *entry
        = onnx->model->metadata_props[i];

      if (entry->key && strcmp (entry->key, key) == 0)
        return entry->value ? entry->value : "";
    }
  return NULL;
}

/* ----------------------------------------------------------------- stripping */

/**
 * Copies:
 *
 * The messages on the way to what is taken away, copied flat: whatever else
 * they refer to stays the model's own.
 */
typedef struct
{
  GPtrArray        *pieces;
  Onnx__ModelProto  model;
  Onnx__GraphProto  graph;
} Copies;

static gpointer
copy (Copies       *copies,
      gconstpointer original,
      gsize         size)
{
  gpointer piece = g_memdup2 (original, size);

  g_ptr_array_add (copies->pieces, piece);
  return piece;
}

/* (nullable): where there is something to take away, @proto without it. */
static Onnx__TensorProto *
strip_tensor (Copies                  *copies,
              const OrdOnnx           *onnx,
              const char              *name,
              const Onnx__TensorProto *proto)
{
  const OrdOnnxTensor *tensor = ord_onnx_find_tensor (onnx, name);
  Onnx__TensorProto   *stripped;

  if (!tensor || !tensor->floats || tensor->count <= ORD_ONNX_STRIP_ABOVE)
    return NULL;

  stripped = copy (copies, proto, sizeof *proto);
  stripped->has_raw_data = FALSE;
  stripped->n_float_data = 0;
  stripped->n_int32_data = 0;
  stripped->n_double_data = 0;
  return stripped;
}

static void
strip_constant (Copies           *copies,
                const OrdOnnx    *onnx,
                Onnx__NodeProto **node)
{
  const Onnx__AttributeProto *value = constant_of (*node);
  Onnx__TensorProto          *tensor;
  Onnx__AttributeProto       *attribute;

  if (!value || !value->t
      || !(tensor = strip_tensor (copies, onnx, (*node)->output[0], value->t)))
    return;

  attribute = copy (copies, value, sizeof *value);
  attribute->t = tensor;
  *node = copy (copies, *node, sizeof **node);
  (*node)->attribute = copy (copies, (*node)->attribute,
                             sizeof *(*node)->attribute);
  (*node)->attribute[0] = attribute;
}

GBytes *
ord_onnx_strip_weights (const OrdOnnx  *onnx,
                        GError        **error)
{
  g_autoptr (GPtrArray) pieces = g_ptr_array_new_with_free_func (g_free);
  Copies                copies;
  guint8               *bytes;
  gsize                 size;

  g_return_val_if_fail (onnx != NULL, NULL);

  copies.pieces = pieces;
  copies.model = *onnx->model;
  copies.graph = *onnx->model->graph;
  copies.model.graph = &copies.graph;
  copies.graph.initializer = copy (&copies, copies.graph.initializer,
                                   copies.graph.n_initializer
                                   * sizeof *copies.graph.initializer);
  copies.graph.node = copy (&copies, copies.graph.node,
                            copies.graph.n_node * sizeof *copies.graph.node);

  for (gsize i = 0; i < copies.graph.n_initializer; i++)
    {
      Onnx__TensorProto **tensor = &copies.graph.initializer[i];
      Onnx__TensorProto  *stripped = strip_tensor (&copies, onnx,
                                                   (*tensor)->name, *tensor);

      if (stripped)
        *tensor = stripped;
    }
  for (gsize i = 0; i < copies.graph.n_node; i++)
    strip_constant (&copies, onnx, &copies.graph.node[i]);

  size = onnx__model_proto__get_packed_size (&copies.model);
  bytes = g_try_malloc (size);
  if (!bytes)
    {
      g_set_error (error, ORD_ERROR, ORD_ERROR_MODEL,
                   "The structure of “%s” needs %" G_GSIZE_FORMAT " bytes, "
                   "which are not there; close other programs", onnx->file,
                   size);
      return NULL;
    }
  size = onnx__model_proto__pack (&copies.model, bytes);
  return g_bytes_new_take (bytes, size);
}
