/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Making bad files of good ones; see mutation.h.
 */
#include "mutation.h"

#include "onnx.pb-c.h"

#include <string.h>

/* [0, @end); 0 where that is empty. */
static gsize
draw (GRand *rand,
      gsize  end)
{
  return end > 0 ? (gsize) g_rand_int_range (rand, 0, MIN (end, G_MAXINT32))
                 : 0;
}

/* ------------------------------------------------------------------- as bytes */

static void
flip (GByteArray *file,
      GRand      *rand)
{
  for (gsize n = 1 + draw (rand, 16); n > 0 && file->len > 0; n--)
    file->data[draw (rand, file->len)] ^= 1 << draw (rand, 8);
}

/* What ends, lengthens and overflows numbers. */
static void
overwrite (GByteArray *file,
           GRand      *rand)
{
  const guint8 bytes[] = { 0x00, 0x7f, 0x80, 0xff, 0x01, 0x0a };

  for (gsize n = 1 + draw (rand, 8); n > 0 && file->len > 0; n--)
    file->data[draw (rand, file->len)] = bytes[draw (rand, sizeof bytes)];
}

static void
cut_short (GByteArray *file,
           GRand      *rand)
{
  g_byte_array_set_size (file, draw (rand, file->len));
}

static void
cut_out (GByteArray *file,
         GRand      *rand)
{
  gsize start = draw (rand, file->len);
  gsize size = draw (rand, MIN (file->len - start, 256));

  g_byte_array_remove_range (file, start, size);
}

static void
insert (GByteArray   *file,
        gsize         start,
        gconstpointer bytes,
        gsize         size)
{
  gsize after = file->len - start;

  g_byte_array_set_size (file, file->len + size);
  memmove (file->data + start + size, file->data + start, after);
  memcpy (file->data + start, bytes, size);
}

static void
insert_noise (GByteArray *file,
              GRand      *rand)
{
  guint8 noise[64];
  gsize  size = 1 + draw (rand, sizeof noise);

  for (gsize i = 0; i < size; i++)
    noise[i] = draw (rand, 256);
  insert (file, draw (rand, file->len + 1), noise, size);
}

/* A short piece, up to tens of thousands of times. */
static void
repeat (GByteArray *file,
        GRand      *rand)
{
  gsize              start = draw (rand, file->len);
  gsize              size = 1 + draw (rand, 32);
  gsize              times = 1 + draw (rand, 1 << draw (rand, 16));
  g_autofree guint8 *pieces = NULL;

  size = MIN (size, file->len - start);
  pieces = g_malloc (MAX (size * times, 1));
  for (gsize i = 0; i < times; i++)
    memcpy (pieces + i * size, file->data + start, size);
  insert (file, start, pieces, size * times);
}

static void
splice (GByteArray *file,
        GBytes     *other,
        GRand      *rand)
{
  gsize         size;
  const guint8 *data = g_bytes_get_data (other, &size);
  gsize         start = draw (rand, size);

  g_byte_array_set_size (file, draw (rand, file->len));
  g_byte_array_append (file, data + start, size - start);
}

static void
noise (GByteArray *file,
       GRand      *rand)
{
  g_byte_array_set_size (file, draw (rand, 4096));
  for (gsize i = 0; i < file->len; i++)
    file->data[i] = draw (rand, 256);
}

/* ---------------------------------------------------------------- as messages */

static gint64
odd_number (GRand *rand)
{
  const gint64 numbers[] = { 0, 1, -1, 2, 3, 7, 8, 9, 11, 16, 63, 64, 65, 255,
                             65536, G_MAXINT32, G_MININT32, G_MAXINT64,
                             G_MININT64, (gint64) 1 << 32, (gint64) 1 << 61 };

  return numbers[draw (rand, G_N_ELEMENTS (numbers))];
}

static void
change_text (char  *text,
             GRand *rand)
{
  gsize length = text ? strlen (text) : 0;

  if (length == 0)
    return;
  if (draw (rand, 2) == 0)
    text[draw (rand, length)] = 'a' + draw (rand, 26);
  else
    text[draw (rand, length)] = '\0';
}

/* One of @n items that is, or may be, a pointer: for its place another. */
static void
change_list (const ProtobufCFieldDescriptor *field,
             gpointer                        list,
             gsize                          *n,
             GRand                          *rand)
{
  gpointer *items = list;
  gsize     a = draw (rand, *n), b = draw (rand, *n);
  gpointer  item;

  switch (field->type)
    {
    case PROTOBUF_C_TYPE_MESSAGE:
      item = items[a];
      items[a] = items[b];
      items[b] = item;
      if (draw (rand, 3) == 0)
        protobuf_c_message_free_unpacked (items[--*n], NULL);
      break;
    case PROTOBUF_C_TYPE_STRING:
      change_text (items[a], rand);
      break;
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_UINT64:
      ((gint64 *) list)[a] = odd_number (rand);
      break;
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_FLOAT:
      ((gint32 *) list)[a] = odd_number (rand);
      if (draw (rand, 3) == 0)
        --*n;
      break;
    default:
      break;
    }
}

static void
change_one (const ProtobufCFieldDescriptor *field,
            gpointer                        value,
            gpointer                        quantifier,
            GRand                          *rand)
{
  ProtobufCBinaryData *bytes = value;

  switch (field->type)
    {
    case PROTOBUF_C_TYPE_STRING:
      change_text (*(char **) value, rand);
      break;
    case PROTOBUF_C_TYPE_BYTES:
      if (bytes->len > 0 && draw (rand, 2) == 0)
        bytes->len--;
      else if (bytes->len > 0)
        bytes->data[draw (rand, bytes->len)] ^= 1 << draw (rand, 8);
      break;
    case PROTOBUF_C_TYPE_INT64:
      *(gint64 *) value = odd_number (rand);
      break;
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_ENUM:
      *(gint32 *) value = odd_number (rand);
      break;
    default:
      break;
    }

  if (!(field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) && quantifier
      && field->type != PROTOBUF_C_TYPE_STRING && draw (rand, 4) == 0)
    *(protobuf_c_boolean *) quantifier ^= 1;
}

/* On a random way down, as long as there is one. */
static void
change_message (ProtobufCMessage *message,
                GRand            *rand)
{
  const ProtobufCMessageDescriptor *type = message->descriptor;

  for (int attempt = 0; attempt < 30; attempt++)
    {
      const ProtobufCFieldDescriptor *field
        = &type->fields[draw (rand, type->n_fields)];
      gpointer value = G_STRUCT_MEMBER_P (message, field->offset);
      gpointer quantifier = field->quantifier_offset
                              ? G_STRUCT_MEMBER_P (message,
                                                   field->quantifier_offset)
                              : NULL;

      if (field->label == PROTOBUF_C_LABEL_REPEATED)
        {
          gsize *n = quantifier;

          if (*n == 0)
            continue;
          if (field->type == PROTOBUF_C_TYPE_MESSAGE && draw (rand, 8) > 0)
            change_message ((*(ProtobufCMessage ***) value)[draw (rand, *n)],
                            rand);
          else
            change_list (field, *(gpointer *) value, n, rand);
          return;
        }
      if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF)
          && *(guint32 *) quantifier != field->id)
        continue;
      if (field->type == PROTOBUF_C_TYPE_MESSAGE)
        {
          ProtobufCMessage *part = *(ProtobufCMessage **) value;

          if (!part)
            continue;
          change_message (part, rand);
          return;
        }
      change_one (field, value, quantifier, rand);
      return;
    }
}

static void
change (GByteArray *file,
        GRand      *rand)
{
  Onnx__ModelProto *model = onnx__model_proto__unpack (NULL, file->len,
                                                       file->data);

  for (gsize n = 1 + draw (rand, 4); n > 0; n--)
    change_message (&model->base, rand);
  g_byte_array_set_size (file, onnx__model_proto__get_packed_size (model));
  onnx__model_proto__pack (model, file->data);
  onnx__model_proto__free_unpacked (model, NULL);
}

/* ----------------------------------------------------------------------- both */

static GBytes *
draw_seed (GPtrArray *seeds,
           GRand     *rand)
{
  return g_ptr_array_index (seeds, draw (rand, seeds->len));
}

GBytes *
mutation_draw (GPtrArray *seeds,
               GRand     *rand)
{
  GByteArray   *file = g_byte_array_new ();
  gsize         size;
  const guint8 *data = g_bytes_get_data (draw_seed (seeds, rand), &size);

  g_byte_array_append (file, data, size);
  switch (draw (rand, 16))
    {
    case 0:
      cut_short (file, rand);
      break;
    case 1:
    case 2:
      flip (file, rand);
      break;
    case 3:
      overwrite (file, rand);
      break;
    case 4:
      cut_out (file, rand);
      break;
    case 5:
      insert_noise (file, rand);
      break;
    case 6:
      repeat (file, rand);
      break;
    case 7:
      splice (file, draw_seed (seeds, rand), rand);
      break;
    case 8:
      noise (file, rand);
      break;
    default:
      change (file, rand);
      if (draw (rand, 4) == 0)
        flip (file, rand);
    }
  return g_byte_array_free_to_bytes (file);
}
