/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Named arrays and sets of them.
 */
#include "network/ord-tensor.h"

#include <string.h>

static const gsize dims[] = { 2, 3 };
static const float values[] = { 1, 2, 3, 4, 5, 6 };

static void
test_values_are_copied (void)
{
  float      own[] = { 1, 2, 3, 4, 5, 6 };
  OrdTensor *tensor = ord_tensor_new ("weight", 2, dims, own);

  own[5] = 0;
  g_assert_cmpuint (ord_tensor_count (tensor), ==, 6);
  g_assert_cmpmem (tensor->values, sizeof values, values, sizeof values);
  ord_tensor_free (tensor);
}

static void
test_no_values_make_zeros (void)
{
  OrdTensor *tensor = ord_tensor_new ("weight", 2, dims, NULL);

  for (int i = 0; i < 6; i++)
    g_assert_cmpfloat (tensor->values[i], ==, 0.0f);
  ord_tensor_free (tensor);
}

static void
test_no_dims_are_one_number (void)
{
  OrdTensor *tensor = ord_tensor_new ("scale", 0, NULL, values + 2);

  g_assert_cmpuint (ord_tensor_count (tensor), ==, 1);
  g_assert_cmpfloat (tensor->values[0], ==, 3.0f);
  ord_tensor_free (tensor);
}

static void
test_are_found_by_name (void)
{
  g_autoptr (GPtrArray) tensors = ord_tensors_new ();
  OrdTensor            *second = ord_tensor_new ("b", 2, dims, values);

  g_ptr_array_add (tensors, ord_tensor_new ("a", 2, dims, values));
  g_ptr_array_add (tensors, second);
  g_assert_true (ord_tensors_find (tensors, "b") == second);
  g_assert_null (ord_tensors_find (tensors, "c"));
  g_assert_true (ord_tensors_expect (tensors, "b", 2, dims, NULL) == second);
}

static void
test_another_shape_names_both (void)
{
  g_autoptr (GPtrArray) tensors = ord_tensors_new ();
  g_autoptr (GError)    error = NULL;
  const gsize           turned[] = { 3, 2 };

  g_ptr_array_add (tensors, ord_tensor_new ("a", 2, dims, values));
  g_assert_null (ord_tensors_expect (tensors, "a", 2, turned, &error));
  g_assert_error (error, ORD_ERROR, ORD_ERROR_MODEL);
  g_assert_nonnull (strstr (error->message, "(2, 3)"));
  g_assert_nonnull (strstr (error->message, "(3, 2)"));
  g_clear_error (&error);

  g_assert_null (ord_tensors_expect (tensors, "a", 1, dims, &error));
  g_assert_error (error, ORD_ERROR, ORD_ERROR_MODEL);
  g_clear_error (&error);

  g_assert_null (ord_tensors_expect (tensors, "missing", 2, dims, &error));
  g_assert_error (error, ORD_ERROR, ORD_ERROR_MODEL);
  g_assert_nonnull (strstr (error->message, "missing"));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tensor/values-are-copied", test_values_are_copied);
  g_test_add_func ("/tensor/no-values-make-zeros", test_no_values_make_zeros);
  g_test_add_func ("/tensor/no-dims-are-one-number",
                   test_no_dims_are_one_number);
  g_test_add_func ("/tensors/are-found-by-name", test_are_found_by_name);
  g_test_add_func ("/tensors/another-shape-is-an-error-that-names-both",
                   test_another_shape_names_both);
  return g_test_run ();
}
