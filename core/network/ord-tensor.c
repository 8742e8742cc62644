/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Named arrays of numbers and sets of them.
 */
#include "ord-tensor.h"

#include <string.h>

OrdTensor *
ord_tensor_new (const char  *name,
                guint        n_dims,
                const gsize *dims,
                const float *values)
{
  OrdTensor *tensor;
  gsize      count;

  g_return_val_if_fail (name != NULL, NULL);
  g_return_val_if_fail (n_dims <= ORD_TENSOR_MAX_DIMS, NULL);

  tensor = g_new0 (OrdTensor, 1);
  tensor->name = g_strdup (name);
  tensor->n_dims = n_dims;
  for (guint i = 0; i < n_dims; i++)
    tensor->dims[i] = dims[i];

  count = ord_tensor_count (tensor);
  tensor->values = g_new0 (float, count);
  if (values && count > 0)
    memcpy (tensor->values, values, count * sizeof (float));

  return tensor;
}

void
ord_tensor_free (OrdTensor *tensor)
{
  if (!tensor)
    return;
  g_free (tensor->name);
  g_free (tensor->values);
  g_free (tensor);
}

gsize
ord_tensor_count (const OrdTensor *tensor)
{
  gsize count = 1;

  for (guint i = 0; i < tensor->n_dims; i++)
    count *= tensor->dims[i];
  return count;
}

GPtrArray *
ord_tensors_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) ord_tensor_free);
}

OrdTensor *
ord_tensors_find (GPtrArray  *tensors,
                  const char *name)
{
  for (guint i = 0; i < tensors->len; i++)
    {
      OrdTensor *tensor = g_ptr_array_index (tensors, i);

      if (strcmp (tensor->name, name) == 0)
        return tensor;
    }
  return NULL;
}

static char *
shape_to_string (guint        n_dims,
                 const gsize *dims)
{
  GString *text = g_string_new ("(");

  for (guint i = 0; i < n_dims; i++)
    g_string_append_printf (text, "%s%" G_GSIZE_FORMAT, i ? ", " : "", dims[i]);
  g_string_append_c (text, ')');
  return g_string_free (text, FALSE);
}

OrdTensor *
ord_tensors_expect (GPtrArray    *tensors,
                    const char   *name,
                    guint         n_dims,
                    const gsize  *dims,
                    GError      **error)
{
  OrdTensor *tensor = ord_tensors_find (tensors, name);
  g_autofree char *found = NULL;
  g_autofree char *wanted = NULL;

  wanted = shape_to_string (n_dims, dims);
  if (!tensor)
    {
      g_set_error (error, ORD_ERROR, ORD_ERROR_MODEL,
                   "The numbers “%s” of shape %s are missing", name, wanted);
      return NULL;
    }

  if (tensor->n_dims == n_dims
      && memcmp (tensor->dims, dims, n_dims * sizeof (gsize)) == 0)
    return tensor;

  found = shape_to_string (tensor->n_dims, tensor->dims);
  g_set_error (error, ORD_ERROR, ORD_ERROR_MODEL,
               "The numbers “%s” have the shape %s, where %s is needed",
               name, found, wanted);
  return NULL;
}
