/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Named arrays of numbers: what a network or a method has learnt, on its way
 * to a file and back.
 */
#pragma once

#include "../ord-error.h"

G_BEGIN_DECLS

#define ORD_TENSOR_MAX_DIMS 4

/**
 * OrdTensor:
 * @name: unique in its set ("stem/conv/weight")
 * @dims: (n_dims); the product of them is the number of values
 * @values: row-major
 */
typedef struct
{
  char  *name;
  guint  n_dims;
  gsize  dims[ORD_TENSOR_MAX_DIMS];
  float *values;
} OrdTensor;

/* Copies @values; %NULL makes zeros. */
OrdTensor *ord_tensor_new    (const char  *name,
                              guint        n_dims,
                              const gsize *dims,
                              const float *values);
void       ord_tensor_free   (OrdTensor   *tensor);
gsize      ord_tensor_count  (const OrdTensor *tensor);

/* (transfer full) (element-type OrdTensor): an empty set that frees its own. */
GPtrArray *ord_tensors_new   (void);

/* (transfer none) (nullable) */
OrdTensor *ord_tensors_find  (GPtrArray   *tensors,
                              const char  *name);

/* As above, but a missing tensor or one whose shape is not @dims is an
 * ORD_ERROR_MODEL that names it and both shapes. */
OrdTensor *ord_tensors_expect (GPtrArray   *tensors,
                               const char  *name,
                               guint        n_dims,
                               const gsize *dims,
                               GError     **error);

G_END_DECLS
