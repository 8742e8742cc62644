/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The constants of a network: shapes that can be, as many numbers as the shape
 * has, and all kinds of them as float or 64-bit integer.
 */
#include "ord-onnx-private.h"

#include <string.h>

/* Where a type keeps its numbers unless they are raw bytes. */
typedef enum
{
  IN_FLOATS,
  IN_INT32S,
  IN_INT64S,
  IN_UINT64S,
  IN_DOUBLES,
  IN_STRINGS,
  N_PLACES,
} Place;

/**
 * Kind:
 * @bits: of one number as raw bytes; 0 where it cannot be raw
 * @items: of @place that make one number
 */
typedef struct
{
  int   data_type;
  Place place;
  guint bits;
  guint items;
} Kind;

static const Kind kinds[] = {
  { ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT, IN_FLOATS, 32, 1 },
  { ONNX__TENSOR_PROTO__DATA_TYPE__UINT8, IN_INT32S, 8, 1 },
  { ONNX__TENSOR_PROTO__DATA_TYPE__INT8, IN_INT32S, 8, 1 },
  { ONNX__TENSOR_PROTO__DATA_TYPE__UINT16, IN_INT32S, 16, 1 },
  { ONNX__TENSOR_PROTO__DATA_TYPE__INT16, IN_INT32S, 16, 1 },
  { ONNX__TENSOR_PROTO__DATA_TYPE__INT32, IN_INT32S, 32, 1 },
  { ONNX__TENSOR_PROTO__DATA_TYPE__INT64, IN_INT64S, 64, 1 },
  { ONNX__TENSOR_PROTO__DATA_TYPE__STRING, IN_STRINGS, 0, 1 },
  { ONNX__TENSOR_PROTO__DATA_TYPE__BOOL, IN_INT32S, 8, 1 },
  { ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT16, IN_INT32S, 16, 1 },
  { ONNX__TENSOR_PROTO__DATA_TYPE__DOUBLE, IN_DOUBLES, 64, 1 },
  { ONNX__TENSOR_PROTO__DATA_TYPE__UINT32, IN_UINT64S, 32, 1 },
  { ONNX__TENSOR_PROTO__DATA_TYPE__UINT64, IN_UINT64S, 64, 1 },
  { ONNX__TENSOR_PROTO__DATA_TYPE__COMPLEX64, IN_FLOATS, 64, 2 },
  { ONNX__TENSOR_PROTO__DATA_TYPE__COMPLEX128, IN_DOUBLES, 128, 2 },
  { ONNX__TENSOR_PROTO__DATA_TYPE__BFLOAT16, IN_INT32S, 16, 1 },
};

static const Kind *
find_kind (int data_type)
{
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (kinds[i].data_type == data_type)
      return &kinds[i];
  return NULL;
}

gboolean
ord_onnx_is_float (int data_type)
{
  return data_type == ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT
         || data_type == ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT16
         || data_type == ONNX__TENSOR_PROTO__DATA_TYPE__BFLOAT16
         || data_type == ONNX__TENSOR_PROTO__DATA_TYPE__DOUBLE;
}

static gboolean G_GNUC_PRINTF (3, 4)
wrong (const char *name,
       GError    **error,
       const char *format,
       ...)
{
  g_autofree char *words = NULL;
  va_list          args;

  va_start (args, format);
  words = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, ORD_ERROR, ORD_ERROR_MODEL, "its constant “%s” %s", name,
               words);
  return FALSE;
}

static gboolean
read_shape (OrdOnnxTensor            *tensor,
            const Onnx__TensorProto  *proto,
            GError                  **error)
{
  gsize bytes;

  if (proto->n_dims > ORD_ONNX_MAX_DIMS)
    return wrong (tensor->name, error, "has %" G_GSIZE_FORMAT
                  " dimensions, more than %d", proto->n_dims,
                  ORD_ONNX_MAX_DIMS);

  tensor->n_dims = proto->n_dims;
  tensor->count = 1;
  for (guint i = 0; i < tensor->n_dims; i++)
    {
      if (proto->dims[i] < 0)
        return wrong (tensor->name, error, "has a side of %" G_GINT64_FORMAT,
                      proto->dims[i]);
      if ((guint64) proto->dims[i] > G_MAXSIZE
          || !g_size_checked_mul (&tensor->count, tensor->count,
                                  proto->dims[i]))
        return wrong (tensor->name, error, "is larger than can be");
      tensor->dims[i] = proto->dims[i];
    }
  /* So that readers can count in bytes, of up to 16 per number. */
  if (!g_size_checked_mul (&bytes, tensor->count, 16))
    return wrong (tensor->name, error, "is larger than can be");
  return TRUE;
}

static gboolean
check_amount (const OrdOnnxTensor      *tensor,
              const Onnx__TensorProto  *proto,
              const Kind               *kind,
              gboolean                  may_be_stripped,
              gboolean                 *stripped,
              GError                  **error)
{
  const gsize n[N_PLACES] = {
    proto->n_float_data, proto->n_int32_data, proto->n_int64_data,
    proto->n_uint64_data, proto->n_double_data, proto->n_string_data,
  };
  gsize       raw = proto->has_raw_data ? proto->raw_data.len : 0;
  gsize       n_items = tensor->count * kind->items;

  *stripped = FALSE;
  for (int i = 0; i < N_PLACES; i++)
    if (n[i] > 0 && (i != (int) kind->place || raw > 0))
      return wrong (tensor->name, error, "has numbers of two types");

  if (raw > 0)
    {
      if (kind->bits == 0)
        return wrong (tensor->name, error, "has texts as raw bytes");
      if (raw != tensor->count * (kind->bits / 8))
        return wrong (tensor->name, error, "has %" G_GSIZE_FORMAT
                      " bytes where its shape asks for %" G_GSIZE_FORMAT, raw,
                      tensor->count * (kind->bits / 8));
      return TRUE;
    }

  if (n[kind->place] == 0 && may_be_stripped
      && ord_onnx_is_float (kind->data_type)
      && tensor->count > ORD_ONNX_STRIP_ABOVE)
    {
      *stripped = TRUE;
      return TRUE;
    }
  if (n[kind->place] != n_items)
    return wrong (tensor->name, error, "has %" G_GSIZE_FORMAT
                  " numbers where its shape asks for %" G_GSIZE_FORMAT,
                  n[kind->place], n_items);
  return TRUE;
}

static float
float_of_bits (guint32 bits)
{
  float value;

  memcpy (&value, &bits, sizeof value);
  return value;
}

/* IEEE 754 binary16. */
static float
float_of_half (guint16 half)
{
  guint32 sign = (guint32) (half & 0x8000) << 16;
  guint   exponent = (half >> 10) & 31;
  guint32 fraction = half & 0x3ff;

  if (exponent == 31)
    return float_of_bits (sign | 0x7f800000 | fraction << 13);
  if (exponent > 0)
    return float_of_bits (sign | (exponent + 112) << 23 | fraction << 13);
  return (sign ? -1.0f : 1.0f) * fraction * 0x1p-24f;
}

static guint64
raw_number (const guint8 *raw,
            gsize         index,
            guint         n_bytes)
{
  guint64 bits = 0;

  for (guint i = 0; i < n_bytes; i++)
    bits |= (guint64) raw[index * n_bytes + i] << (8 * i);
  return bits;
}

static float
float_at (const Onnx__TensorProto *proto,
          const Kind              *kind,
          gsize                    index)
{
  const guint8 *raw = proto->raw_data.data;
  gboolean      is_raw = proto->has_raw_data && proto->raw_data.len > 0;
  guint64       bits;
  double        value;

  if (kind->place == IN_FLOATS)
    return is_raw ? float_of_bits (raw_number (raw, index, 4))
                  : proto->float_data[index];
  if (kind->place == IN_DOUBLES)
    {
      if (!is_raw)
        return proto->double_data[index];
      bits = raw_number (raw, index, 8);
      memcpy (&value, &bits, sizeof value);
      return value;
    }

  bits = is_raw ? raw_number (raw, index, 2)
                : (guint16) proto->int32_data[index];
  if (kind->data_type == ONNX__TENSOR_PROTO__DATA_TYPE__BFLOAT16)
    return float_of_bits ((guint32) bits << 16);
  return float_of_half (bits);
}

static gint64
int_at (const Onnx__TensorProto *proto,
        const Kind              *kind,
        gsize                    index)
{
  const guint8 *raw = proto->raw_data.data;
  gboolean      is_raw = proto->has_raw_data && proto->raw_data.len > 0;

  if (kind->place == IN_INT32S)
    return is_raw ? (gint32) raw_number (raw, index, 4)
                  : proto->int32_data[index];
  return is_raw ? (gint64) raw_number (raw, index, 8)
                : proto->int64_data[index];
}

static gboolean
too_much (const OrdOnnxTensor  *tensor,
          GError              **error)
{
  return wrong (tensor->name, error, "asks for more memory than there is");
}

static gboolean
read_floats (OrdOnnxTensor            *tensor,
             const Onnx__TensorProto  *proto,
             const Kind               *kind,
             OrdOnnxBudget            *budget,
             GError                  **error)
{
  float *floats;

  /* Those that are floats in memory already are not copied. */
  if (kind->place == IN_FLOATS)
    {
      if (proto->n_float_data > 0)
        tensor->floats = proto->float_data;
      else if (G_BYTE_ORDER == G_LITTLE_ENDIAN && proto->raw_data.len > 0)
        tensor->floats = (const float *) (gconstpointer) proto->raw_data.data;
      if (tensor->floats)
        return TRUE;
    }

  floats = ord_onnx_budget_alloc (budget, tensor->count, sizeof *floats);
  if (!floats)
    return too_much (tensor, error);
  for (gsize i = 0; i < tensor->count; i++)
    floats[i] = float_at (proto, kind, i);
  tensor->floats = floats;
  return TRUE;
}

static gboolean
read_ints (OrdOnnxTensor            *tensor,
           const Onnx__TensorProto  *proto,
           const Kind               *kind,
           OrdOnnxBudget            *budget,
           GError                  **error)
{
  gint64 *ints = ord_onnx_budget_alloc (budget, tensor->count, sizeof *ints);

  if (!ints)
    return too_much (tensor, error);
  for (gsize i = 0; i < tensor->count; i++)
    ints[i] = int_at (proto, kind, i);
  tensor->ints = ints;
  return TRUE;
}

/**
 * Own:
 * @tensor: what others see
 * @numbers: (nullable): what was converted, from the budget
 */
typedef struct
{
  OrdOnnxTensor tensor;
  gpointer      numbers;
} Own;

static gboolean
fill (Own                      *own,
      const Onnx__TensorProto  *proto,
      gboolean                  may_be_stripped,
      OrdOnnxBudget            *budget,
      GError                  **error)
{
  OrdOnnxTensor *tensor = &own->tensor;
  const Kind    *kind = find_kind (proto->has_data_type ? proto->data_type : 0);

  if (proto->segment)
    return wrong (tensor->name, error, "is only a part of one");
  if (!kind)
    return wrong (tensor->name, error, "is of type %d, which is not read here",
                  proto->has_data_type ? proto->data_type : 0);
  if (!read_shape (tensor, proto, error)
      || !check_amount (tensor, proto, kind, may_be_stripped,
                        &tensor->stripped, error))
    return FALSE;
  if (tensor->stripped)
    return TRUE;

  if (ord_onnx_is_float (kind->data_type))
    {
      if (!read_floats (tensor, proto, kind, budget, error))
        return FALSE;
      if (tensor->floats != proto->float_data
          && (gconstpointer) tensor->floats != proto->raw_data.data)
        own->numbers = (gpointer) tensor->floats;
    }
  else if (kind->data_type == ONNX__TENSOR_PROTO__DATA_TYPE__INT32
           || kind->data_type == ONNX__TENSOR_PROTO__DATA_TYPE__INT64)
    {
      if (!read_ints (tensor, proto, kind, budget, error))
        return FALSE;
      own->numbers = (gpointer) tensor->ints;
    }
  return TRUE;
}

OrdOnnxTensor *
ord_onnx_tensor_new (const char               *name,
                     const Onnx__TensorProto  *proto,
                     gboolean                  may_be_stripped,
                     OrdOnnxBudget            *budget,
                     GError                  **error)
{
  Own *own = g_new0 (Own, 1);

  own->tensor.name = name;
  if (fill (own, proto, may_be_stripped, budget, error))
    return &own->tensor;
  ord_onnx_tensor_free (&own->tensor, budget);
  return NULL;
}

OrdOnnxTensor *
ord_onnx_tensor_view (const char   *name,
                      guint         n_dims,
                      gsize         count,
                      const float  *floats,
                      const gint64 *ints)
{
  Own *own = g_new0 (Own, 1);

  own->tensor.name = name;
  own->tensor.n_dims = n_dims;
  own->tensor.dims[0] = n_dims ? count : 0;
  own->tensor.count = count;
  own->tensor.floats = floats;
  own->tensor.ints = ints;
  return &own->tensor;
}

void
ord_onnx_tensor_free (OrdOnnxTensor *tensor,
                      OrdOnnxBudget *budget)
{
  Own *own = (Own *) tensor;

  ord_onnx_budget_free (budget, own->numbers);
  g_free (own);
}
