/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What training changes: a named array with its gradient. Networks and methods
 * own parameters; the optimiser sees lists of them.
 */
#pragma once

#include "ord-tensor.h"

G_BEGIN_DECLS

/**
 * OrdParameter:
 * @name: unique in the model ("stem/weight")
 * @dims: (n_dims); @count is their product
 * @value, @gradient: (count), row-major; @gradient is %NULL where the array is
 *   no subject of training (the running statistics of batch norm, or frozen)
 * @decay: whether weight decay applies (weights yes; biases and scales no)
 * @matrix: whether it is moved as a linear map with dims[0] outputs, not number by
 *   number; FALSE unless somebody sets it
 * @rate: factor on the learning rate and on decay; 1 unless somebody sets it
 */
typedef struct
{
  char     *name;
  guint     n_dims;
  gsize     dims[ORD_TENSOR_MAX_DIMS];
  gsize     count;
  float    *value;
  float    *gradient;
  gboolean  decay;
  gboolean  matrix;
  double    rate;
} OrdParameter;

/* Zeros; buffers are aligned for vector instructions. */
OrdParameter *ord_parameter_new  (const char   *name,
                                  guint         n_dims,
                                  const gsize  *dims,
                                  gboolean      trainable,
                                  gboolean      decay);
void          ord_parameter_free (OrdParameter *parameter);

/* Gives or takes the gradient. */
void          ord_parameter_set_trainable (OrdParameter *parameter,
                                           gboolean      trainable);

/* Normal values of this standard deviation, from a seed that is mixed with the
 * parameter's name, so that one more layer does not reseed the others. */
void          ord_parameter_fill_normal (OrdParameter *parameter,
                                         double        sd,
                                         guint64       seed);
void          ord_parameter_fill        (OrdParameter *parameter,
                                         float         value);

/* Lists (element-type OrdParameter), to and from a set of tensors. @prefix is
 * put before each name. Loading checks names and shapes (ORD_ERROR_MODEL). */
void          ord_parameters_store (GPtrArray   *parameters,
                                    const char  *prefix,
                                    GPtrArray   *tensors);
gboolean      ord_parameters_load  (GPtrArray   *parameters,
                                    const char  *prefix,
                                    GPtrArray   *tensors,
                                    GError     **error);

G_END_DECLS
