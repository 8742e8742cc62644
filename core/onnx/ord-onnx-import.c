/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From ONNX nodes to layers: one function for each operator, found in a table.
 * Names of values lead to nodes of the graph; operators that change nothing
 * (Identity, Dropout, a Flatten of what is flat) lead to the node they read.
 */
#include "ord-onnx-import.h"

#include <math.h>
#include <string.h>

/* Channels of a picture, and numbers of a row: more than any real network has. */
#define MAX_CHANNELS 65536
#define MAX_NUMBERS (1 << 28)

/* A side of a map. */
#define MAX_SIDE 65536

/* What a value's name stands for. */
typedef struct
{
  OrdNode node;
  int     rank;
  int     channels;
  int     height;
  int     width;
} Value;

typedef struct
{
  const OrdOnnx       *onnx;
  const OrdOnnxImport *how;
  OrdGraph            *graph;
  GHashTable          *values;  /* name → Value */
  GHashTable          *needed;  /* names of nodes' outputs that are asked for */
  GHashTable          *readers; /* name → how many needed nodes read it */
  GHashTable          *biases;  /* name of a MatMul's output → its bias */
  const char          *image;
  OrdNode              frozen;  /* last node before @from, or −1 */
  guint                index;   /* of the node at hand */
} Import;

static void
import_clear (Import *import)
{
  g_clear_pointer (&import->values, g_hash_table_unref);
  g_clear_pointer (&import->needed, g_hash_table_unref);
  g_clear_pointer (&import->readers, g_hash_table_unref);
  g_clear_pointer (&import->biases, g_hash_table_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Import, import_clear)

/* -- errors and names ------------------------------------------------------- */

static const char *
call_node (const OrdOnnxNode *node)
{
  if (node->name && *node->name)
    return node->name;
  return node->n_outputs > 0 ? node->outputs[0] : "without a name";
}

G_GNUC_PRINTF (4, 5)
static gboolean
refuse (const Import       *import,
        const OrdOnnxNode  *node,
        GError            **error,
        const char         *format,
        ...)
{
  g_autofree char *what = NULL;
  va_list          args;

  va_start (args, format);
  what = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, ORD_ERROR, ORD_ERROR_OPTION,
               "%s: the node “%s” (%s) %s, which cannot be trained on. The "
               "network can be used as it is: leave out --finetune",
               ord_onnx_get_file (import->onnx), call_node (node), node->op,
               what);
  return FALSE;
}

/* Unique, and told from Ordinate's own layers by its beginning. */
static char *
name_layer (const Import      *import,
            const OrdOnnxNode *node)
{
  return g_strdup_printf ("network/%u/%s", import->index, node->op);
}

static Value *
find_value (const Import       *import,
            const OrdOnnxNode  *node,
            guint               slot,
            GError            **error)
{
  Value *value = slot < node->n_inputs
                 ? g_hash_table_lookup (import->values, node->inputs[slot])
                 : NULL;

  if (!value)
    refuse (import, node, error, "computes with “%s”, which is no picture",
            slot < node->n_inputs ? node->inputs[slot] : "nothing");
  return value;
}

static Value *
find_image (const Import       *import,
            const OrdOnnxNode  *node,
            GError            **error)
{
  Value *value = find_value (import, node, 0, error);

  if (value && value->rank != 4)
    {
      refuse (import, node, error, "reads numbers that have no place in the "
              "picture any more");
      return NULL;
    }
  return value;
}

static void
set_value (Import            *import,
           const OrdOnnxNode *node,
           Value              value)
{
  g_hash_table_insert (import->values, (gpointer) node->outputs[0],
                       g_memdup2 (&value, sizeof value));
}

/* -- parameters ------------------------------------------------------------- */

/* A weight of the node: %NULL with an error where it is not there, is not of
 * numbers, or has other dims. A @n_dims of 0 takes any. */
static const OrdOnnxTensor *
find_weight (const Import       *import,
             const OrdOnnxNode  *node,
             guint               slot,
             guint               n_dims,
             GError            **error)
{
  const OrdOnnxTensor *tensor =
    slot < node->n_inputs
    ? ord_onnx_find_tensor (import->onnx, node->inputs[slot]) : NULL;

  if (!tensor || (!tensor->floats && !tensor->stripped))
    {
      refuse (import, node, error, "has no fixed numbers as input %u", slot + 1);
      return NULL;
    }
  if (n_dims > 0 && tensor->n_dims != n_dims)
    {
      refuse (import, node, error, "has weights of %u dimensions",
              tensor->n_dims);
      return NULL;
    }
  return tensor;
}

/* The parameter that a layer just added under this name. */
static OrdParameter *
find_parameter (Import     *import,
                const char *layer,
                const char *name)
{
  g_autofree char *full = g_strconcat (layer, "/", name, NULL);
  GPtrArray       *parameters = ord_graph_get_parameters (import->graph);

  for (guint i = parameters->len; i-- > 0;)
    {
      OrdParameter *parameter = g_ptr_array_index (parameters, i);

      if (g_str_equal (parameter->name, full))
        return parameter;
    }
  g_return_val_if_reached (NULL);
}

/* What was learnt elsewhere is not to decay towards nothing: its batch norms keep
 * their statistics, so that its size matters. */
static void
take_up (Import       *import,
         OrdParameter *parameter)
{
  parameter->rate = import->how->rate;
  parameter->decay = FALSE;
  /* Muon would take it further from what it was; not tried. */
  parameter->matrix = FALSE;
}

static void
set_parameter (Import              *import,
               const char          *layer,
               const char          *name,
               const OrdOnnxTensor *tensor)
{
  OrdParameter *parameter = find_parameter (import, layer, name);

  take_up (import, parameter);
  if (!tensor || !tensor->floats)
    ord_parameter_fill (parameter, 0.0f);
  else
    memcpy (parameter->value, tensor->floats, sizeof (float) * parameter->count);
}

/* -- attributes ------------------------------------------------------------- */

/* A pair of whole numbers from 1 on, such as strides. */
static gboolean
read_pair (const Import       *import,
           const OrdOnnxNode  *node,
           const char         *name,
           int                 pair[2],
           GError            **error)
{
  gint64 values[2] = { 1, 1 };

  if (ord_onnx_node_has (node, name) &&
      !ord_onnx_node_ints (node, name, 2, values))
    return refuse (import, node, error, "has %s that are not two", name);
  for (int i = 0; i < 2; i++)
    {
      if (values[i] < 1 || values[i] > 4096)
        return refuse (import, node, error, "has %s of %" G_GINT64_FORMAT, name,
                       values[i]);
      pair[i] = (int) values[i];
    }
  return TRUE;
}

/* Padding top, left, bottom, right; "auto_pad" decides by the input's size. */
static gboolean
read_padding (const Import       *import,
              const OrdOnnxNode  *node,
              const Value        *input,
              const int           kernel[2],
              const int           stride[2],
              const int           dilation[2],
              int                 pad[4],
              GError            **error)
{
  const char *automatic = ord_onnx_node_string (node, "auto_pad", "NOTSET");
  const int   size[2] = { input->height, input->width };
  gint64      values[4] = { 0 };

  memset (pad, 0, sizeof (int) * 4);
  if (g_str_has_prefix (automatic, "SAME"))
    {
      gboolean upper = g_str_equal (automatic, "SAME_UPPER");

      for (int i = 0; i < 2; i++)
        {
          int steps = (size[i] + stride[i] - 1) / stride[i];
          int total = MAX ((steps - 1) * stride[i] +
                           (kernel[i] - 1) * dilation[i] + 1 - size[i], 0);

          pad[i] = upper ? total / 2 : total - total / 2;
          pad[i + 2] = total - pad[i];
        }
      return TRUE;
    }
  if (!g_str_equal (automatic, "NOTSET") &&
      !g_str_equal (automatic, "VALID"))
    return refuse (import, node, error, "pads by “%s”", automatic);
  if (!ord_onnx_node_has (node, "pads"))
    return TRUE;
  if (!ord_onnx_node_ints (node, "pads", 4, values))
    return refuse (import, node, error, "has pads that are not four");
  for (int i = 0; i < 4; i++)
    {
      if (values[i] < 0 || values[i] > 4096)
        return refuse (import, node, error, "pads by %" G_GINT64_FORMAT,
                       values[i]);
      pad[i] = (int) values[i];
    }
  return TRUE;
}

/* Size after a sliding window; FALSE where it does not fit. */
static gboolean
slide (const Import       *import,
       const OrdOnnxNode  *node,
       Value              *value,
       const int           kernel[2],
       const int           stride[2],
       const int           dilation[2],
       const int           pad[4],
       gboolean            ceil,
       GError            **error)
{
  int *sizes[2] = { &value->height, &value->width };

  for (int i = 0; i < 2; i++)
    {
      int padded = *sizes[i] + pad[i] + pad[i + 2];
      int reach = (kernel[i] - 1) * dilation[i] + 1;

      if (padded < reach)
        {
          g_set_error (error, ORD_ERROR, ORD_ERROR_OPTION,
                       "%s: pictures of %d × %d are too small for the node "
                       "“%s”; use a larger --size",
                       ord_onnx_get_file (import->onnx), import->how->width,
                       import->how->height, call_node (node));
          return FALSE;
        }
      *sizes[i] = ord_graph_slide (*sizes[i], kernel[i], stride[i], dilation[i],
                                   pad[i], pad[i + 2], ceil);
      if (*sizes[i] > MAX_SIDE)
        return refuse (import, node, error, "makes maps of %d in a direction",
                       *sizes[i]);
    }
  return TRUE;
}

/* -- convolution ------------------------------------------------------------ */

/* A grey picture x, normalised as (x − m) / s, for weights that want three
 * channels, each normalised by its own m_c, s_c: their input is
 * (x·s + m − m_c) / s_c. So the weights are summed over the channels with the
 * factor s / s_c, and the bias takes the rest. Zeros of the padding are the
 * mean of each channel, or of the grey picture, which differ a little. */
static void
sum_colours (const OrdOnnxImport *how,
             const OrdOnnxTensor *weight,
             OrdParameter        *grey,
             OrdParameter        *bias)
{
  gsize out = weight->dims[0];
  gsize size = weight->dims[2] * weight->dims[3];

  for (gsize o = 0; o < out; o++)
    for (gsize k = 0; k < size; k++)
      {
        double sum = 0.0, rest = 0.0;

        for (gsize c = 0; c < 3; c++)
          {
            double w = weight->floats[(o * 3 + c) * size + k];

            sum += w * how->grey_sd / how->sd[c];
            rest += w * (how->grey_mean - how->mean[c]) / how->sd[c];
          }
        grey->value[o * size + k] = (float) sum;
        bias->value[o] += (float) rest;
      }
}

static gboolean
wants_summed_colours (const Import        *import,
                      const OrdOnnxNode   *node,
                      const OrdOnnxTensor *weight)
{
  return import->how->channels == 1 && weight->dims[1] == 3 &&
         g_str_equal (node->inputs[0], import->image);
}

static gboolean
import_conv (Import             *import,
             const OrdOnnxNode  *node,
             GError            **error)
{
  Value               *input = find_image (import, node, error);
  const OrdOnnxTensor *weight;
  const OrdOnnxTensor *bias = NULL;
  gboolean             has_bias = node->n_inputs > 2 && *node->inputs[2];
  gint64               groups = ord_onnx_node_int (node, "group", 1);
  OrdConvolution       convolution = { 0 };
  g_autofree char     *name = name_layer (import, node);
  Value                value;
  gboolean             summed;
  int                  in;

  weight = input ? find_weight (import, node, 1, 4, error) : NULL;
  if (!weight || (has_bias && !(bias = find_weight (import, node, 2, 1, error))))
    return FALSE;
  summed = wants_summed_colours (import, node, weight);
  in = summed ? 3 : input->channels;
  if (groups < 1 || groups > in || in % groups != 0 ||
      weight->dims[0] % (gsize) groups != 0 || weight->dims[0] > MAX_CHANNELS ||
      weight->dims[1] * (gsize) groups != (gsize) in ||
      weight->dims[2] > 4096 || weight->dims[3] > 4096 || weight->count == 0 ||
      (summed && groups != 1) || (bias && bias->count != weight->dims[0]))
    return refuse (import, node, error, "has weights that do not fit its %d "
                   "channels", in);

  convolution.channels = (int) weight->dims[0];
  convolution.kernel[0] = (int) weight->dims[2];
  convolution.kernel[1] = (int) weight->dims[3];
  convolution.groups = (int) groups;
  convolution.bias = has_bias || summed;
  value = *input;
  if (!read_pair (import, node, "strides", convolution.stride, error) ||
      !read_pair (import, node, "dilations", convolution.dilation, error) ||
      !read_padding (import, node, input, convolution.kernel,
                     convolution.stride, convolution.dilation, convolution.pad,
                     error) ||
      !slide (import, node, &value, convolution.kernel, convolution.stride,
              convolution.dilation, convolution.pad, FALSE, error))
    return FALSE;

  value.channels = convolution.channels;
  value.node = ord_graph_convolution (import->graph, name, input->node,
                                      &convolution);
  if (convolution.bias)
    set_parameter (import, name, "bias", bias);
  if (summed)
    {
      OrdParameter *grey = find_parameter (import, name, "weight");

      take_up (import, grey);
      ord_parameter_fill (grey, 0.0f);
      if (weight->floats)
        sum_colours (import->how, weight, grey,
                     find_parameter (import, name, "bias"));
    }
  else
    set_parameter (import, name, "weight", weight);
  set_value (import, node, value);
  return TRUE;
}

/* -- the other operators ---------------------------------------------------- */

static gboolean
import_batch_norm (Import             *import,
                   const OrdOnnxNode  *node,
                   GError            **error)
{
  static const char * const names[] = { "scale", "shift", "running-mean",
                                        "running-variance" };
  Value               *input = find_image (import, node, error);
  const OrdOnnxTensor *tensors[4];
  g_autofree char     *name = name_layer (import, node);
  Value                value;

  if (!input)
    return FALSE;
  for (guint i = 0; i < 4; i++)
    {
      tensors[i] = find_weight (import, node, i + 1, 1, error);
      if (!tensors[i])
        return FALSE;
      if (tensors[i]->count != (gsize) input->channels)
        return refuse (import, node, error, "has numbers for %" G_GSIZE_FORMAT
                       " channels and reads %d", tensors[i]->count,
                       input->channels);
    }

  value = *input;
  value.node = ord_graph_batch_norm_full (
    import->graph, name, input->node, &(OrdBatchNorm) {
      .epsilon = (float) ord_onnx_node_float (node, "epsilon", 1e-5),
      .frozen = TRUE,
    });
  for (guint i = 0; i < 4; i++)
    set_parameter (import, name, names[i], tensors[i]);
  set_value (import, node, value);
  return TRUE;
}

static gboolean
import_relu (Import             *import,
             const OrdOnnxNode  *node,
             GError            **error)
{
  Value           *input = find_value (import, node, 0, error);
  g_autofree char *name = name_layer (import, node);
  Value            value;

  if (!input)
    return FALSE;
  value = *input;
  value.node = ord_graph_relu (import->graph, name, input->node);
  set_value (import, node, value);
  return TRUE;
}

/* A bound of Clip: an attribute in old files, an input in newer ones. */
static gboolean
read_bound (const Import       *import,
            const OrdOnnxNode  *node,
            const char         *name,
            guint               slot,
            double              fallback,
            double             *bound,
            GError            **error)
{
  const OrdOnnxTensor *tensor;

  *bound = ord_onnx_node_float (node, name, fallback);
  if (slot >= node->n_inputs || !*node->inputs[slot])
    return TRUE;
  tensor = ord_onnx_find_tensor (import->onnx, node->inputs[slot]);
  if (!tensor || !tensor->floats || tensor->count != 1)
    return refuse (import, node, error, "has a %simum that is not fixed", name);
  *bound = tensor->floats[0];
  return TRUE;
}

static gboolean
import_clip (Import             *import,
             const OrdOnnxNode  *node,
             GError            **error)
{
  Value           *input = find_value (import, node, 0, error);
  g_autofree char *name = name_layer (import, node);
  double           low, high;
  Value            value;

  if (!input ||
      !read_bound (import, node, "min", 1, -INFINITY, &low, error) ||
      !read_bound (import, node, "max", 2, INFINITY, &high, error))
    return FALSE;
  if (!(low < high))
    return refuse (import, node, error, "clips to %g–%g", low, high);
  value = *input;
  value.node = ord_graph_clip (import->graph, name, input->node,
                               low, high);
  set_value (import, node, value);
  return TRUE;
}

static gboolean
import_pool (Import             *import,
             const OrdOnnxNode  *node,
             GError            **error)
{
  gboolean         maximum = g_str_equal (node->op, "MaxPool");
  Value           *input = find_image (import, node, error);
  g_autofree char *name = name_layer (import, node);
  OrdPooling       pooling = {
    .ceil = ord_onnx_node_int (node, "ceil_mode", 0) != 0,
    .include_padding = ord_onnx_node_int (node, "count_include_pad", 0) != 0,
  };
  Value            value;

  if (!input)
    return FALSE;
  if (!ord_onnx_node_has (node, "kernel_shape"))
    return refuse (import, node, error, "has no kernel_shape");
  if (node->n_outputs > 1 && *node->outputs[1])
    return refuse (import, node, error, "tells where its maxima are");
  value = *input;
  if (!read_pair (import, node, "kernel_shape", pooling.kernel, error) ||
      !read_pair (import, node, "strides", pooling.stride, error) ||
      !read_pair (import, node, "dilations", pooling.dilation, error) ||
      !read_padding (import, node, input, pooling.kernel, pooling.stride,
                     pooling.dilation, pooling.pad, error) ||
      !slide (import, node, &value, pooling.kernel, pooling.stride,
              pooling.dilation, pooling.pad, pooling.ceil, error))
    return FALSE;
  for (int i = 0; i < 4; i++)
    if (pooling.pad[i] >= pooling.kernel[i % 2])
      return refuse (import, node, error, "pads by more than its window");
  if (!maximum && (pooling.dilation[0] > 1 || pooling.dilation[1] > 1))
    return refuse (import, node, error, "averages over a window with gaps");

  value.node = maximum
               ? ord_graph_max_pool (import->graph, name, input->node, &pooling)
               : ord_graph_average_pool (import->graph, name, input->node,
                                         &pooling);
  set_value (import, node, value);
  return TRUE;
}

static Value
average_places (Import     *import,
                const char *name,
                Value       value)
{
  value.node = ord_graph_global_average (import->graph, name, value.node);
  value.rank = 2;
  value.height = value.width = 1;
  return value;
}

static gboolean
import_global_average (Import             *import,
                       const OrdOnnxNode  *node,
                       GError            **error)
{
  Value           *input = find_image (import, node, error);
  g_autofree char *name = name_layer (import, node);

  if (!input)
    return FALSE;
  set_value (import, node, average_places (import, name, *input));
  return TRUE;
}

/* What torch.mean (x, (2, 3)) becomes. */
static gboolean
import_reduce_mean (Import             *import,
                    const OrdOnnxNode  *node,
                    GError            **error)
{
  const OrdOnnxTensor *tensor =
    node->n_inputs > 1 ? ord_onnx_find_tensor (import->onnx, node->inputs[1])
                       : NULL;
  gint64               axes[2] = { 0 };

  if (tensor && tensor->ints && tensor->count == 2)
    memcpy (axes, tensor->ints, sizeof axes);
  else if (!ord_onnx_node_ints (node, "axes", 2, axes))
    axes[0] = 0;
  for (int i = 0; i < 2; i++)
    axes[i] += axes[i] < 0 ? 4 : 0;
  if (MIN (axes[0], axes[1]) != 2 || MAX (axes[0], axes[1]) != 3)
    return refuse (import, node, error, "averages over something else than the "
                   "place in the picture");
  return import_global_average (import, node, error);
}

/* The rest of MatMul: a vector of fixed numbers becomes the layer's bias. */
static gboolean
import_bias (Import             *import,
             const OrdOnnxNode  *node,
             gboolean           *is_bias,
             GError            **error)
{
  for (guint slot = 0; slot < 2; slot++)
    {
      const OrdOnnxTensor *tensor =
        ord_onnx_find_tensor (import->onnx, node->inputs[slot]);
      const char          *other = node->inputs[1 - slot];
      OrdParameter        *bias = g_hash_table_lookup (import->biases, other);
      Value               *value = g_hash_table_lookup (import->values, other);

      if (!tensor)
        continue;
      *is_bias = TRUE;
      if (!bias || !value || tensor->count != bias->count ||
          (!tensor->floats && !tensor->stripped) ||
          GPOINTER_TO_UINT (g_hash_table_lookup (import->readers, other)) > 1)
        return refuse (import, node, error, "adds fixed numbers to something "
                       "else than a MatMul");
      if (tensor->floats)
        memcpy (bias->value, tensor->floats, sizeof (float) * bias->count);
      set_value (import, node, *value);
    }
  return TRUE;
}

static gboolean
import_add (Import             *import,
            const OrdOnnxNode  *node,
            GError            **error)
{
  g_autofree char *name = name_layer (import, node);
  gboolean         is_bias = FALSE;
  Value           *first, *second;
  Value            value;

  if (node->n_inputs != 2)
    return refuse (import, node, error, "has %u inputs", node->n_inputs);
  if (!import_bias (import, node, &is_bias, error) || is_bias)
    return is_bias && g_hash_table_contains (import->values, node->outputs[0]);
  if (!(first = find_value (import, node, 0, error)) ||
      !(second = find_value (import, node, 1, error)))
    return FALSE;
  if (first->rank != second->rank || first->channels != second->channels ||
      first->height != second->height || first->width != second->width)
    return refuse (import, node, error, "adds values of other sizes");
  value = *first;
  value.node = ord_graph_add (import->graph, name, first->node, second->node);
  set_value (import, node, value);
  return TRUE;
}

static gboolean
import_concat (Import             *import,
               const OrdOnnxNode  *node,
               GError            **error)
{
  g_autofree char    *name = name_layer (import, node);
  g_autofree OrdNode *nodes = g_new (OrdNode, node->n_inputs + 1);
  gint64              axis = ord_onnx_node_int (node, "axis", 1);
  Value               value = { 0 };

  if (node->n_inputs == 0)
    return refuse (import, node, error, "has no inputs");
  for (guint i = 0; i < node->n_inputs; i++)
    {
      Value *input = find_value (import, node, i, error);

      if (!input)
        return FALSE;
      if (i == 0)
        value = *input;
      else if (input->rank != value.rank || input->height != value.height ||
               input->width != value.width)
        return refuse (import, node, error, "joins values of other sizes");
      else if (input->channels > (value.rank == 4 ? MAX_CHANNELS : MAX_NUMBERS) -
                                 value.channels)
        return refuse (import, node, error, "joins more channels than a network "
                       "has");
      else
        value.channels += input->channels;
      nodes[i] = input->node;
    }
  if (axis != 1 && axis != 1 - value.rank)
    return refuse (import, node, error, "joins along axis %" G_GINT64_FORMAT,
                   axis);
  if (node->n_inputs > 1)
    value.node = ord_graph_concat (import->graph, name, nodes,
                                   (int) node->n_inputs);
  set_value (import, node, value);
  return TRUE;
}

/* Fully connected: @weight is (out, in), or (in, out) where @turned. */
static gboolean
add_linear (Import               *import,
            const OrdOnnxNode    *node,
            const OrdOnnxTensor  *weight,
            gboolean              turned,
            const OrdOnnxTensor  *bias,
            GError              **error)
{
  Value           *input = find_value (import, node, 0, error);
  g_autofree char *name = name_layer (import, node);
  gsize            out = weight->dims[turned ? 1 : 0];
  gsize            in = weight->dims[turned ? 0 : 1];
  OrdParameter    *parameter;
  Value            value;

  if (!input)
    return FALSE;
  if (input->rank != 2 || in != (gsize) input->channels || out < 1 ||
      out > 65536 || (bias && bias->count != out))
    return refuse (import, node, error, "has weights that do not fit");
  value = *input;
  value.channels = (int) out;
  value.node = ord_graph_linear (import->graph, name, input->node, (int) out);
  set_parameter (import, name, "weight", turned ? NULL : weight);
  set_parameter (import, name, "bias", bias);
  parameter = find_parameter (import, name, "weight");
  for (gsize i = 0; turned && weight->floats && i < in; i++)
    for (gsize o = 0; o < out; o++)
      parameter->value[o * in + i] = weight->floats[i * out + o];
  if (!bias)
    g_hash_table_insert (import->biases, (gpointer) node->outputs[0],
                         find_parameter (import, name, "bias"));
  set_value (import, node, value);
  return TRUE;
}

static gboolean
import_gemm (Import             *import,
             const OrdOnnxNode  *node,
             GError            **error)
{
  const OrdOnnxTensor *weight = find_weight (import, node, 1, 2, error);
  const OrdOnnxTensor *bias = NULL;
  gboolean             has_bias = node->n_inputs > 2 && *node->inputs[2];

  if (!weight || (has_bias && !(bias = find_weight (import, node, 2, 0, error))))
    return FALSE;
  if (ord_onnx_node_int (node, "transA", 0) != 0 ||
      ord_onnx_node_float (node, "alpha", 1.0) != 1.0 ||
      (has_bias && ord_onnx_node_float (node, "beta", 1.0) != 1.0))
    return refuse (import, node, error, "has factors beside its weights");
  return add_linear (import, node, weight,
                     ord_onnx_node_int (node, "transB", 0) == 0, bias, error);
}

static gboolean
import_matmul (Import             *import,
               const OrdOnnxNode  *node,
               GError            **error)
{
  const OrdOnnxTensor *weight = find_weight (import, node, 1, 2, error);

  return weight && add_linear (import, node, weight, TRUE, NULL, error);
}

/* Flatten, Reshape and Squeeze, where they lead to (n, numbers). */
static gboolean
import_flat (Import             *import,
             const OrdOnnxNode  *node,
             GError            **error)
{
  Value           *input = find_value (import, node, 0, error);
  g_autofree char *name = name_layer (import, node);
  Value            value;

  if (!input)
    return FALSE;
  value = *input;
  if (g_str_equal (node->op, "Flatten") &&
      ord_onnx_node_int (node, "axis", 1) != 1)
    return refuse (import, node, error, "does not keep the pictures apart");
  if (g_str_equal (node->op, "Reshape"))
    {
      const OrdOnnxTensor *shape =
        node->n_inputs > 1 ? ord_onnx_find_tensor (import->onnx, node->inputs[1])
                           : NULL;
      gint64 numbers = (gint64) value.channels * value.height * value.width;

      if (!shape || !shape->ints || shape->count != 2 ||
          (shape->ints[1] != -1 && shape->ints[1] != numbers))
        return refuse (import, node, error, "leads to something else than one "
                       "row of numbers for each picture");
    }
  if (value.rank == 4 && g_str_equal (node->op, "Squeeze"))
    return refuse (import, node, error, "leads to something else than one row "
                   "of numbers for each picture");
  if (value.rank == 4)
    {
      if ((gint64) value.channels * value.height * value.width > MAX_NUMBERS)
        return refuse (import, node, error, "makes rows of more numbers than a "
                       "network has");
      value.node = ord_graph_flatten (import->graph, name, input->node,
                                      value.height, value.width);
      value.channels *= value.height * value.width;
      value.rank = 2;
      value.height = value.width = 1;
    }
  set_value (import, node, value);
  return TRUE;
}

static gboolean
import_nothing (Import             *import,
                const OrdOnnxNode  *node,
                GError            **error)
{
  Value *input = find_value (import, node, 0, error);

  if (!input)
    return FALSE;
  set_value (import, node, *input);
  return TRUE;
}

/* Constants are found among the tensors. */
static gboolean
import_constant (Import             *import,
                 const OrdOnnxNode  *node,
                 GError            **error)
{
  return TRUE;
}

static const struct
{
  const char *op;
  gboolean  (*import) (Import             *import,
                       const OrdOnnxNode  *node,
                       GError            **error);
} operators[] = {
  { "Conv", import_conv },
  { "BatchNormalization", import_batch_norm },
  { "Relu", import_relu },
  { "Clip", import_clip },
  { "MaxPool", import_pool },
  { "AveragePool", import_pool },
  { "GlobalAveragePool", import_global_average },
  { "ReduceMean", import_reduce_mean },
  { "Add", import_add },
  { "Concat", import_concat },
  { "Gemm", import_gemm },
  { "MatMul", import_matmul },
  { "Flatten", import_flat },
  { "Reshape", import_flat },
  { "Squeeze", import_flat },
  { "Identity", import_nothing },
  { "Dropout", import_nothing },
  { "Constant", import_constant },
};

/* -- the walk --------------------------------------------------------------- */

static const char *
choose_output (const OrdOnnx       *onnx,
               const OrdOnnxImport *how)
{
  if (how->output)
    return how->output;
  return ord_onnx_get_n_outputs (onnx) > 0
         ? ord_onnx_get_output (onnx, 0)->name : NULL;
}

static gboolean
is_needed (const Import      *import,
           const OrdOnnxNode *node)
{
  for (guint i = 0; i < node->n_outputs; i++)
    if (g_hash_table_contains (import->needed, node->outputs[i]))
      return TRUE;
  return FALSE;
}

/* From the output back: what leads to it, and who reads whom. */
static gboolean
find_needed (Import      *import,
             const char  *output,
             GError     **error)
{
  gboolean found = FALSE;

  g_hash_table_add (import->needed, (gpointer) output);
  for (guint i = ord_onnx_get_n_nodes (import->onnx); i-- > 0;)
    {
      const OrdOnnxNode *node = ord_onnx_get_node (import->onnx, i);

      if (!is_needed (import, node))
        continue;
      for (guint k = 0; k < node->n_outputs; k++)
        found |= g_str_equal (node->outputs[k], output);
      for (guint k = 0; k < node->n_inputs; k++)
        {
          gpointer name = (gpointer) node->inputs[k];
          guint    n = GPOINTER_TO_UINT (
            g_hash_table_lookup (import->readers, name));

          /* An optional one that is left out. */
          if (*node->inputs[k] == '\0')
            continue;
          g_hash_table_add (import->needed, name);
          g_hash_table_insert (import->readers, name, GUINT_TO_POINTER (n + 1));
        }
    }
  if (found)
    return TRUE;
  g_set_error (error, ORD_ERROR, ORD_ERROR_OPTION,
               "%s has no value “%s” to take features from; its output is “%s”",
               ord_onnx_get_file (import->onnx), output,
               ord_onnx_get_n_outputs (import->onnx) > 0
               ? ord_onnx_get_output (import->onnx, 0)->name : "none");
  return FALSE;
}

/* The input with pictures: of four dims, and asked for. */
static gboolean
find_input (Import  *import,
            OrdNode  image,
            GError **error)
{
  for (guint i = 0; i < ord_onnx_get_n_inputs (import->onnx); i++)
    {
      const OrdOnnxPort *port = ord_onnx_get_input (import->onnx, i);
      Value              value = { image, 4, import->how->channels,
                                   import->how->height, import->how->width };

      if (!g_hash_table_contains (import->needed, port->name))
        continue;
      if (import->image || !port->is_float || port->n_dims != 4 ||
          (port->dims[1] != -1 && port->dims[1] != 1 && port->dims[1] != 3))
        {
          g_set_error (error, ORD_ERROR, ORD_ERROR_OPTION,
                       "%s: the input “%s” is not that of a picture (number, "
                       "1 or 3 channels, height, width), and there may be no "
                       "other one", ord_onnx_get_file (import->onnx),
                       port->name);
          return FALSE;
        }
      import->image = port->name;
      g_hash_table_insert (import->values, (gpointer) port->name,
                           g_memdup2 (&value, sizeof value));
    }
  if (import->image)
    return TRUE;
  g_set_error (error, ORD_ERROR, ORD_ERROR_OPTION,
               "%s has no input for pictures that leads to its features",
               ord_onnx_get_file (import->onnx));
  return FALSE;
}

static gboolean
import_node (Import             *import,
             const OrdOnnxNode  *node,
             GError            **error)
{
  if (!node->domain || !*node->domain ||
      g_str_equal (node->domain, "ai.onnx"))
    for (guint i = 0; i < G_N_ELEMENTS (operators); i++)
      if (g_str_equal (node->op, operators[i].op))
        {
          if (node->n_inputs == 0 && operators[i].import != import_constant)
            return refuse (import, node, error, "has no input");
          return operators[i].import (import, node, error);
        }
  return refuse (import, node, error, "is of an unknown kind");
}

static gboolean
is_named (const OrdOnnxNode *node,
          const char        *name)
{
  return g_strcmp0 (node->name, name) == 0 ||
         (node->n_outputs > 0 && g_strcmp0 (node->outputs[0], name) == 0);
}

/* The node that training starts at must be one of those that are needed. */
static gboolean
check_from (const Import  *import,
            gboolean       found,
            GError       **error)
{
  if (!import->how->from || found)
    return TRUE;
  g_set_error (error, ORD_ERROR, ORD_ERROR_OPTION,
               "%s has no node “%s” on the way to its features; --from takes "
               "the name of one, or of what one computes",
               ord_onnx_get_file (import->onnx), import->how->from);
  return FALSE;
}

static void
import_init (Import              *import,
             const OrdOnnx       *onnx,
             const OrdOnnxImport *how)
{
  *import = (Import) {
    .onnx = onnx,
    .how = how,
    .values = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free),
    .needed = g_hash_table_new (g_str_hash, g_str_equal),
    .readers = g_hash_table_new (g_str_hash, g_str_equal),
    .biases = g_hash_table_new (g_str_hash, g_str_equal),
    .frozen = -1,
  };
}

/* G_MAXSIZE where it is too much to be told. */
static gsize
plus (gsize count,
      gsize n,
      gsize each)
{
  gsize more;

  return g_size_checked_mul (&more, n, each) &&
         g_size_checked_add (&more, more, count) ? more : G_MAXSIZE;
}

/* Numbers of one layer. */
static gsize
count_layer (const Import      *import,
             const OrdOnnxNode *node)
{
  const OrdOnnxTensor *weight =
    ord_onnx_find_tensor (import->onnx, node->inputs[1]);
  gboolean             biased = node->n_inputs > 2 && *node->inputs[2];

  if (!weight || weight->n_dims == 0)
    return 0;
  if (g_str_equal (node->op, "BatchNormalization"))
    return plus (0, 4, weight->dims[0]);
  if (g_str_equal (node->op, "Conv") && weight->n_dims == 4)
    {
      gboolean summed = wants_summed_colours (import, node, weight);

      return plus (summed ? weight->count / 3 : weight->count,
                   biased || summed ? 1 : 0, weight->dims[0]);
    }
  if (g_str_equal (node->op, "MatMul") && weight->n_dims == 2)
    return plus (weight->count, 1, weight->dims[1]);
  if (g_str_equal (node->op, "Gemm") && weight->n_dims == 2)
    return plus (weight->count, 1,
                 weight->dims[ord_onnx_node_int (node, "transB", 0) == 0]);
  return 0;
}

/* Of what is needed, once the input is found. */
static gsize
count_needed (const Import *import)
{
  gsize count = 0;

  for (guint i = 0; i < ord_onnx_get_n_nodes (import->onnx); i++)
    {
      const OrdOnnxNode *node = ord_onnx_get_node (import->onnx, i);

      if (is_needed (import, node) && node->n_inputs >= 2)
        count = plus (count, 1, count_layer (import, node));
    }
  return count;
}

static gboolean
check_limit (const Import  *import,
             GError       **error)
{
  gsize limit = import->how->limit;

  if (limit == 0 || count_needed (import) <= limit)
    return TRUE;
  g_set_error (error, ORD_ERROR, ORD_ERROR_MODEL,
               "%s asks for layers with more numbers than the file has; get a "
               "fresh copy of it",
               ord_onnx_get_file (import->onnx));
  return FALSE;
}

gboolean
ord_onnx_import (const OrdOnnx        *onnx,
                 const OrdOnnxImport  *how,
                 OrdGraph             *graph,
                 OrdNode               image,
                 OrdNode              *feature,
                 GError              **error)
{
  g_auto (Import) import = { 0 };
  const char     *output = choose_output (onnx, how);
  OrdNode         latest = image;
  gboolean        begun = FALSE;
  Value          *value;

  import_init (&import, onnx, how);
  import.graph = graph;
  if (!find_needed (&import, output ? output : "", error) ||
      !find_input (&import, image, error) || !check_limit (&import, error))
    return FALSE;
  for (guint i = 0; i < ord_onnx_get_n_nodes (onnx); i++)
    {
      const OrdOnnxNode *node = ord_onnx_get_node (onnx, i);

      if (!is_needed (&import, node))
        continue;
      import.index = i;
      if (how->from && !begun && is_named (node, how->from))
        {
          begun = TRUE;
          import.frozen = latest;
        }
      if (!import_node (&import, node, error))
        return FALSE;
      value = g_hash_table_lookup (import.values, node->outputs[0]);
      if (value)
        latest = MAX (latest, value->node);
    }
  if (!check_from (&import, begun, error))
    return FALSE;

  value = g_hash_table_lookup (import.values, output);
  if (!value || value->node == image)
    {
      g_set_error (error, ORD_ERROR, ORD_ERROR_OPTION,
                   "%s: “%s” is not computed from the picture",
                   ord_onnx_get_file (onnx), output);
      return FALSE;
    }
  if (value->rank == 4)
    *value = average_places (&import, "network/average", *value);
  *feature = value->node;
  if (import.frozen >= 0)
    ord_graph_freeze_up_to (graph, import.frozen);

  return TRUE;
}

gsize
ord_onnx_import_count (const OrdOnnx       *onnx,
                       const OrdOnnxImport *how)
{
  g_auto (Import) import = { 0 };
  const char     *output = choose_output (onnx, how);

  import_init (&import, onnx, how);
  return output && find_needed (&import, output, NULL) &&
         find_input (&import, 0, NULL) ? count_needed (&import) : 0;
}
