/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The bytes of a file before protobuf-c unpacks them: one walk over all fields,
 * without recursion and without memory, that refuses what unpacking would pay
 * for dearly. protobuf-c takes a stack frame for each level of nesting, and
 * copies all that has come before when a message that there is once comes
 * again. Text is checked here, too, as each name can end up in a message for
 * people; and data in further files are found wherever they are referred to.
 */
#include "ord-onnx-private.h"

/* Real networks need 7 levels, and 3 more for each subgraph in a subgraph. */
#define MAX_DEPTH 64

/* Of TensorProto. */
#define EXTERNAL_DATA 13
#define DATA_LOCATION 14

enum
{
  WIRE_VARINT = 0,
  WIRE_64_BITS = 1,
  WIRE_BYTES = 2,
  WIRE_32_BITS = 5,
};

/**
 * Level:
 * @end: where the message ends
 * @seen: bit per field of @type that there is once and is a message
 */
typedef struct
{
  const ProtobufCMessageDescriptor *type;
  gsize                             end;
  guint64                           seen;
} Level;

typedef struct
{
  const guint8 *bytes;
  gsize         at;
  Level         levels[MAX_DEPTH];
  guint         depth;
} Walk;

static gboolean
damaged (const char  *words,
         GError     **error)
{
  g_set_error_literal (error, ORD_ERROR, ORD_ERROR_MODEL, words);
  return FALSE;
}

static gboolean
read_varint (Walk    *walk,
             gsize    end,
             guint    max_bytes,
             guint64 *value)
{
  *value = 0;
  for (guint i = 0; i < max_bytes && walk->at < end; i++)
    {
      guint8 byte = walk->bytes[walk->at++];

      *value |= (guint64) (byte & 0x7f) << (7 * i);
      if (!(byte & 0x80))
        return TRUE;
    }
  return FALSE;
}

static gboolean
enter (Walk                           *walk,
       const ProtobufCFieldDescriptor *field,
       gsize                           end,
       GError                        **error)
{
  Level *level = &walk->levels[walk->depth - 1];

  if (field->label != PROTOBUF_C_LABEL_REPEATED)
    {
      guint   index = field - level->type->fields;
      guint64 bit = G_GUINT64_CONSTANT (1) << (index & 63);

      if (index > 63 || (level->seen & bit))
        return damaged ("a part of it that there is once comes twice", error);
      level->seen |= bit;
    }
  if (walk->depth == MAX_DEPTH)
    return damaged ("its parts are nested too deeply", error);

  walk->levels[walk->depth++] = (Level) { field->descriptor, end, 0 };
  return TRUE;
}

static gboolean
external (GError **error)
{
  return damaged ("its weights lie in further files, which is not read: save "
                  "it as one file", error);
}

/* Bytes, a text or a message of @size from here on. */
static gboolean
read_bytes (Walk                           *walk,
            const ProtobufCFieldDescriptor *field,
            gsize                           size,
            GError                        **error)
{
  const Level *level = &walk->levels[walk->depth - 1];

  if (field && level->type == &onnx__tensor_proto__descriptor
      && field->id == EXTERNAL_DATA)
    return external (error);
  if (field && field->type == PROTOBUF_C_TYPE_MESSAGE)
    return enter (walk, field, walk->at + size, error);
  if (field && field->type == PROTOBUF_C_TYPE_STRING
      && !g_utf8_validate_len ((const char *) walk->bytes + walk->at, size,
                               NULL))
    return damaged ("a text of it is not UTF-8", error);

  walk->at += size;
  return TRUE;
}

static gboolean
read_field (Walk    *walk,
            GError **error)
{
  const Level                    *level = &walk->levels[walk->depth - 1];
  const ProtobufCFieldDescriptor *field;
  guint64                         key, value;

  /* A field's number has 29 bits, a length 31: not more than five bytes. */
  if (!read_varint (walk, level->end, 5, &key) || key >> 3 == 0
      || key >> 3 >= (1 << 29))
    return damaged ("a field of it has no number", error);

  field = protobuf_c_message_descriptor_get_field (level->type, key >> 3);
  if (field && field->type == PROTOBUF_C_TYPE_MESSAGE
      && (key & 7) != WIRE_BYTES)
    return damaged ("a part of it is none", error);

  switch (key & 7)
    {
    case WIRE_VARINT:
      if (!read_varint (walk, level->end, 10, &value))
        return damaged ("a number is cut short", error);
      if (level->type == &onnx__tensor_proto__descriptor
          && key >> 3 == DATA_LOCATION
          && value == ONNX__TENSOR_PROTO__DATA_LOCATION__EXTERNAL)
        return external (error);
      return TRUE;

    case WIRE_64_BITS:
    case WIRE_32_BITS:
      value = (key & 7) == WIRE_64_BITS ? 8 : 4;
      if (value > level->end - walk->at)
        return damaged ("a number is cut short", error);
      walk->at += value;
      return TRUE;

    case WIRE_BYTES:
      if (!read_varint (walk, level->end, 5, &value)
          || value > level->end - walk->at)
        return damaged ("it is cut short", error);
      return read_bytes (walk, field, value, error);

    default:
      return damaged ("a field of it is of no known type", error);
    }
}

gboolean
ord_onnx_wire_check (GBytes                            *bytes,
                     const ProtobufCMessageDescriptor  *type,
                     GError                           **error)
{
  Walk  walk;
  gsize size;

  walk.bytes = g_bytes_get_data (bytes, &size);
  walk.at = 0;
  walk.depth = 1;
  walk.levels[0] = (Level) { type, size, 0 };

  while (walk.depth > 0)
    if (walk.at == walk.levels[walk.depth - 1].end)
      walk.depth--;
    else if (!read_field (&walk, error))
      return FALSE;
  return TRUE;
}
