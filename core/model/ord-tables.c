/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The tables that a model and a checkpoint have in common.
 */
#include "ord-tables.h"

#include <math.h>
#include <string.h>

void
ord_digest_floats (GChecksum   *digest,
                   const float *values,
                   gsize        n)
{
  g_autoptr (GBytes) bytes = ord_floats_to_bytes (values, n);
  gsize              size;
  const guint8      *data = g_bytes_get_data (bytes, &size);

  if (size > 0)
    g_checksum_update (digest, data, size);
}

gboolean
ord_floats_are_finite (const float *values,
                       gsize        n)
{
  gboolean finite = TRUE;

  for (gsize i = 0; i < n; i++)
    finite = finite & (isfinite (values[i]) != 0);
  return finite;
}

gboolean
ord_tensors_check (GPtrArray  *tensors,
                   GError    **error)
{
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < tensors->len; i++)
    {
      OrdTensor  *tensor = g_ptr_array_index (tensors, i);
      const char *fault = NULL;

      if (!g_utf8_validate (tensor->name, -1, NULL))
        fault = "a name that is no UTF-8";
      else if (!g_hash_table_add (names, tensor->name))
        fault = "the name of other ones";
      else if (!ord_floats_are_finite (tensor->values,
                                       ord_tensor_count (tensor)))
        fault = "values that are not finite";

      if (fault)
        {
          g_autofree char *name = g_utf8_make_valid (tensor->name, -1);

          g_set_error (error, ORD_ERROR, ORD_ERROR_MODEL,
                       "the numbers “%s” have %s", name, fault);
          return FALSE;
        }
    }
  return TRUE;
}

guint64
ord_tensors_size (GPtrArray *tensors)
{
  guint64 size = 0;

  for (guint i = 0; i < tensors->len; i++)
    size += ord_tensor_count (g_ptr_array_index (tensors, i)) * sizeof (float)
            + 100;
  return size;
}

static char *
dims_to_string (const OrdTensor *tensor)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < tensor->n_dims; i++)
    g_string_append_printf (text, "%s%" G_GSIZE_FORMAT, i ? "x" : "",
                            tensor->dims[i]);
  return g_string_free (text, FALSE);
}

/* The inverse, and nothing else: %FALSE for other text, and for more than
 * @max_count values. */
static gboolean
parse_dims (const char *text,
            gsize       max_count,
            guint      *n_dims,
            gsize      *dims)
{
  g_auto (GStrv) parts = g_strsplit (text, "x", ORD_TENSOR_MAX_DIMS + 1);
  gsize          count = 1;

  *n_dims = g_strv_length (parts);
  if (*n_dims > ORD_TENSOR_MAX_DIMS)
    return FALSE;

  for (guint i = 0; i < *n_dims; i++)
    {
      guint64 dim;

      if (!g_ascii_string_to_unsigned (parts[i], 10, 0, G_MAXUINT32, &dim,
                                       NULL)
          || !g_size_checked_mul (&count, count, (gsize) dim))
        return FALSE;
      dims[i] = dim;
    }
  return count <= max_count;
}

gboolean
ord_tensors_write (GPtrArray    *tensors,
                   OrdDatabase  *database,
                   GChecksum    *digest,
                   GError      **error)
{
  g_autoptr (OrdStatement) insert = NULL;

  insert = ord_database_prepare (database, "tensor",
                                 "INSERT INTO tensor VALUES (?, ?, ?, ?)",
                                 error);
  if (!insert)
    return FALSE;

  for (guint i = 0; i < tensors->len; i++)
    {
      OrdTensor       *tensor = g_ptr_array_index (tensors, i);
      g_autofree char *dims = dims_to_string (tensor);
      gsize            count = ord_tensor_count (tensor);

      ord_statement_bind_int (insert, 1, i);
      ord_statement_bind_text (insert, 2, tensor->name);
      ord_statement_bind_text (insert, 3, dims);
      ord_statement_bind_floats (insert, 4, tensor->values, count);
      if (!ord_statement_run (insert, error))
        return FALSE;
      if (digest)
        ord_digest_floats (digest, tensor->values, count);
    }
  return TRUE;
}

static OrdTensor *
read_tensor (OrdDatabase   *database,
             OrdStatement  *rows,
             gint64         index,
             GError       **error)
{
  OrdTensor  *tensor;
  const char *name, *dims_text;
  gsize       size, dims[ORD_TENSOR_MAX_DIMS];
  guint       n_dims;

  ord_statement_int (rows, 0, index, index);
  name = ord_statement_text (rows, 1);
  dims_text = ord_statement_text (rows, 2);
  size = ord_statement_size (rows, 3);
  if (!ord_statement_check (rows, error))
    return NULL;
  if (!parse_dims (dims_text, size / sizeof (float), &n_dims, dims))
    {
      ord_database_damaged (database, error, "the numbers “%s” are not of the "
                            "shape “%s”", name, dims_text);
      return NULL;
    }

  tensor = ord_tensor_new (name, n_dims, dims, NULL);
  ord_statement_floats (rows, 3, tensor->values, ord_tensor_count (tensor));
  if (ord_statement_check (rows, error))
    return tensor;

  ord_tensor_free (tensor);
  return NULL;
}

GPtrArray *
ord_tensors_read (OrdDatabase  *database,
                  GChecksum    *digest,
                  GError      **error)
{
  g_autoptr (GPtrArray)    tensors = ord_tensors_new ();
  g_autoptr (OrdStatement) rows = NULL;
  GError                  *local_error = NULL;

  rows = ord_database_prepare (database, "tensor",
                               "SELECT tensor, name, dims, data FROM tensor "
                               "ORDER BY tensor", error);
  if (!rows)
    return NULL;

  while (ord_statement_next (rows, &local_error))
    {
      OrdTensor *tensor = read_tensor (database, rows, tensors->len, error);

      if (!tensor)
        return NULL;
      g_ptr_array_add (tensors, tensor);
      if (digest)
        ord_digest_floats (digest, tensor->values, ord_tensor_count (tensor));
    }
  if (local_error)
    {
      g_propagate_error (error, local_error);
      return NULL;
    }
  return g_steal_pointer (&tensors);
}

gboolean
ord_history_write (GArray       *history,
                   OrdDatabase  *database,
                   GError      **error)
{
  g_autoptr (OrdStatement) insert = NULL;

  insert = ord_database_prepare (database, "history",
                                 "INSERT INTO history "
                                 "VALUES (?, ?, ?, ?, ?, ?)", error);
  if (!insert)
    return FALSE;

  for (guint i = 0; i < history->len; i++)
    {
      const OrdEpoch *epoch = &g_array_index (history, OrdEpoch, i);

      ord_statement_bind_int (insert, 1, i);
      ord_statement_bind_int (insert, 2, epoch->epoch);
      ord_statement_bind_real (insert, 3, epoch->seconds);
      ord_statement_bind_real (insert, 4, epoch->loss);
      ord_statement_bind_real (insert, 5, epoch->validation_mae);
      ord_statement_bind_real (insert, 6, epoch->spread);
      if (!ord_statement_run (insert, error))
        return FALSE;
    }
  return TRUE;
}

GArray *
ord_history_read (OrdDatabase  *database,
                  GError      **error)
{
  g_autoptr (GArray)       history = NULL;
  g_autoptr (OrdStatement) rows = NULL;
  GError                  *local_error = NULL;

  rows = ord_database_prepare (database, "history",
                               "SELECT row, epoch, seconds, loss, "
                               "validation_mae, spread FROM history "
                               "ORDER BY row", error);
  if (!rows)
    return NULL;

  history = g_array_new (FALSE, TRUE, sizeof (OrdEpoch));
  while (ord_statement_next (rows, &local_error))
    {
      OrdEpoch epoch;

      ord_statement_int (rows, 0, history->len, history->len);
      epoch.epoch = ord_statement_int (rows, 1, 0, G_MAXINT32);
      epoch.seconds = ord_statement_real_or_nan (rows, 2);
      epoch.loss = ord_statement_real_or_nan (rows, 3);
      epoch.validation_mae = ord_statement_real_or_nan (rows, 4);
      epoch.spread = ord_statement_real_or_nan (rows, 5);
      g_array_append_val (history, epoch);
    }
  if (local_error)
    {
      g_propagate_error (error, local_error);
      return NULL;
    }
  return g_steal_pointer (&history);
}
