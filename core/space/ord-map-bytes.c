/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The map as bytes for the model file. Little-endian:
 *
 *   "OrdM", version, kind, landmarks, nearest    4 + 4 × u32
 *   n, width                                     2 × u64
 *   matrix (2, inputs), offset (inputs)          f64
 *   points (n, 2), geodesics (n, landmarks)      f32
 *
 * Model files are shared between people, so nothing here is believed: the size
 * must be exactly what the caller's own n and width ask for, before anything is
 * allocated, and every number must be one.
 */
#include <math.h>
#include <string.h>

#include "ord-map-private.h"

#define VERSION     1
#define HEADER_SIZE 36

static const guint8 magic[4] = { 'O', 'r', 'd', 'M' };

static void
write_u32 (GByteArray *out,
           guint32     value)
{
  value = GUINT32_TO_LE (value);
  g_byte_array_append (out, (const guint8 *) &value, sizeof value);
}

static void
write_u64 (GByteArray *out,
           guint64     value)
{
  value = GUINT64_TO_LE (value);
  g_byte_array_append (out, (const guint8 *) &value, sizeof value);
}

static void
write_floats (GByteArray  *out,
              const float *values,
              gsize        n)
{
  for (gsize i = 0; i < n; i++)
    {
      guint32 bits;

      memcpy (&bits, &values[i], sizeof bits);
      write_u32 (out, bits);
    }
}

static void
write_doubles (GByteArray   *out,
               const double *values,
               gsize         n)
{
  for (gsize i = 0; i < n; i++)
    {
      guint64 bits;

      memcpy (&bits, &values[i], sizeof bits);
      write_u64 (out, bits);
    }
}

GBytes *
ord_map_to_bytes (const OrdMap *map)
{
  GByteArray *out;

  g_return_val_if_fail (map != NULL, NULL);

  out = g_byte_array_new ();
  g_byte_array_append (out, magic, sizeof magic);
  write_u32 (out, VERSION);
  write_u32 (out, map->kind);
  write_u32 (out, map->n_landmarks);
  write_u32 (out, map->n_nearest);
  write_u64 (out, map->n);
  write_u64 (out, map->width);
  write_doubles (out, map->matrix, 2 * map->n_inputs);
  write_doubles (out, map->offset, map->n_inputs);
  write_floats (out, map->points, 2 * map->n);
  write_floats (out, map->geodesics, map->n * map->n_landmarks);

  return g_byte_array_free_to_bytes (out);
}

static guint32
read_u32 (const guint8 **at)
{
  guint32 value;

  memcpy (&value, *at, sizeof value);
  *at += sizeof value;

  return GUINT32_FROM_LE (value);
}

static guint64
read_u64 (const guint8 **at)
{
  guint64 value;

  memcpy (&value, *at, sizeof value);
  *at += sizeof value;

  return GUINT64_FROM_LE (value);
}

static gboolean
read_floats (const guint8 **at,
             float         *values,
             gsize          n,
             float          least)
{
  for (gsize i = 0; i < n; i++)
    {
      guint32 bits = read_u32 (at);

      memcpy (&values[i], &bits, sizeof bits);
      if (!isfinite (values[i]) || values[i] < least)
        return FALSE;
    }

  return TRUE;
}

static gboolean
read_doubles (const guint8 **at,
              double        *values,
              gsize          n)
{
  for (gsize i = 0; i < n; i++)
    {
      guint64 bits = read_u64 (at);

      memcpy (&values[i], &bits, sizeof bits);
      if (!isfinite (values[i]))
        return FALSE;
    }

  return TRUE;
}

static gboolean
add_product (gsize *sum,
             gsize  a,
             gsize  b)
{
  gsize product;

  return g_size_checked_mul (&product, a, b)
         && g_size_checked_add (sum, *sum, product);
}

/* The size that a map of these dimensions has; %FALSE where none can. */
static gboolean
expected_size (OrdMapKind kind,
               gsize      n,
               gsize      width,
               guint      n_landmarks,
               gsize     *size)
{
  gsize n_inputs = kind == ORD_MAP_ISOMAP ? n_landmarks : width;

  *size = HEADER_SIZE;

  return add_product (size, n_inputs, 3 * sizeof (double))
         && add_product (size, n, (2 + n_landmarks) * sizeof (float));
}

static gboolean
check_kind (guint32 kind,
            guint32 n_landmarks,
            guint32 n_nearest,
            gsize   n)
{
  if (kind == ORD_MAP_PCA)
    return n_landmarks == 0 && n_nearest == 0;

  return kind == ORD_MAP_ISOMAP
         && n_landmarks > 0 && n_landmarks <= MIN (n, ORD_MAP_MAX_LANDMARKS)
         && n_nearest > 0 && n_nearest <= MIN (n, ORD_MAP_MAX_NEAREST);
}

static void
set_damaged (GError     **error,
             const char  *what)
{
  g_set_error (error, ORD_ERROR, ORD_ERROR_MODEL,
               "The map in the model file is damaged: %s. Use another copy of "
               "the file, or train the model again.", what);
}

OrdMap *
ord_map_from_bytes (GBytes  *bytes,
                    gsize    n,
                    gsize    width,
                    GError **error)
{
  g_autoptr (OrdMap) map = NULL;
  const guint8      *at;
  gsize              size;
  gsize              expected;
  guint32            version;
  guint32            kind;
  guint32            n_landmarks;
  guint32            n_nearest;

  g_return_val_if_fail (bytes != NULL, NULL);
  g_return_val_if_fail (n > 0 && width > 0, NULL);

  at = g_bytes_get_data (bytes, &size);
  if (size < HEADER_SIZE || memcmp (at, magic, sizeof magic) != 0)
    {
      set_damaged (error, "it does not begin as one");
      return NULL;
    }

  at += sizeof magic;
  version = read_u32 (&at);
  if (version != VERSION)
    {
      g_set_error (error, ORD_ERROR, ORD_ERROR_MODEL,
                   "The map in the model file is of version %u, and this "
                   "program knows version %u: use a newer program, or train "
                   "the model again.", version, VERSION);
      return NULL;
    }

  kind = read_u32 (&at);
  n_landmarks = read_u32 (&at);
  n_nearest = read_u32 (&at);
  if (read_u64 (&at) != n || read_u64 (&at) != width)
    {
      set_damaged (error, "it belongs to other features than the model's");
      return NULL;
    }
  if (!check_kind (kind, n_landmarks, n_nearest, n)
      || !expected_size (kind, n, width, n_landmarks, &expected)
      || size != expected)
    {
      set_damaged (error, "its size does not fit its header");
      return NULL;
    }

  map = ord_map_alloc (kind, n, width, n_landmarks, n_nearest);
  if (!read_doubles (&at, map->matrix, 2 * map->n_inputs)
      || !read_doubles (&at, map->offset, map->n_inputs)
      || !read_floats (&at, map->points, 2 * n, -G_MAXFLOAT)
      || !read_floats (&at, map->geodesics, n * n_landmarks, 0.0f))
    {
      set_damaged (error, "it holds values that are not numbers or out of range");
      return NULL;
    }

  return g_steal_pointer (&map);
}
