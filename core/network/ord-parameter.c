/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Named arrays with gradients.
 */
#include "ord-parameter.h"

#include <string.h>

#include "../ord-random.h"

/* A cache line, and the widest vector register. */
#define ALIGNMENT 64

OrdParameter *
ord_parameter_new (const char  *name,
                   guint        n_dims,
                   const gsize *dims,
                   gboolean     trainable,
                   gboolean     decay)
{
  OrdParameter *parameter = g_new0 (OrdParameter, 1);

  g_assert (n_dims <= ORD_TENSOR_MAX_DIMS);

  parameter->name = g_strdup (name);
  parameter->n_dims = n_dims;
  parameter->count = 1;
  for (guint i = 0; i < n_dims; i++)
    {
      parameter->dims[i] = dims[i];
      parameter->count *= dims[i];
    }
  parameter->value =
    g_aligned_alloc0 (parameter->count, sizeof (float), ALIGNMENT);
  ord_parameter_set_trainable (parameter, trainable);
  parameter->decay = decay;
  parameter->rate = 1.0;

  return parameter;
}

void
ord_parameter_free (OrdParameter *parameter)
{
  if (!parameter)
    return;
  g_free (parameter->name);
  g_aligned_free (parameter->value);
  g_aligned_free (parameter->gradient);
  g_free (parameter);
}

void
ord_parameter_set_trainable (OrdParameter *parameter,
                             gboolean      trainable)
{
  if (!trainable)
    g_clear_pointer (&parameter->gradient, g_aligned_free);
  else if (!parameter->gradient)
    parameter->gradient =
      g_aligned_alloc0 (parameter->count, sizeof (float), ALIGNMENT);
}

void
ord_parameter_fill_normal (OrdParameter *parameter,
                           double        sd,
                           guint64       seed)
{
  OrdRandom random =
    ord_random_init (ord_random_derive (seed, g_str_hash (parameter->name)));

  for (gsize i = 0; i < parameter->count; i++)
    parameter->value[i] = (float) (sd * ord_random_normal (&random));
}

void
ord_parameter_fill (OrdParameter *parameter,
                    float         value)
{
  for (gsize i = 0; i < parameter->count; i++)
    parameter->value[i] = value;
}

void
ord_parameters_store (GPtrArray  *parameters,
                      const char *prefix,
                      GPtrArray  *tensors)
{
  for (guint i = 0; i < parameters->len; i++)
    {
      const OrdParameter *parameter = g_ptr_array_index (parameters, i);
      g_autofree char    *name = g_strconcat (prefix, parameter->name, NULL);

      g_ptr_array_add (tensors,
                       ord_tensor_new (name, parameter->n_dims,
                                       parameter->dims, parameter->value));
    }
}

gboolean
ord_parameters_load (GPtrArray   *parameters,
                     const char  *prefix,
                     GPtrArray   *tensors,
                     GError     **error)
{
  /* All are checked before the first is changed. */
  for (int pass = 0; pass < 2; pass++)
    for (guint i = 0; i < parameters->len; i++)
      {
        OrdParameter    *parameter = g_ptr_array_index (parameters, i);
        g_autofree char *name = g_strconcat (prefix, parameter->name, NULL);
        OrdTensor       *tensor;

        tensor = ord_tensors_expect (tensors, name, parameter->n_dims,
                                     parameter->dims, error);
        if (!tensor)
          return FALSE;
        if (pass == 1)
          memcpy (parameter->value, tensor->values,
                  parameter->count * sizeof (float));
      }

  return TRUE;
}
