/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A checkpoint comes back as it was, or not at all.
 */
#include "model-fixture.h"

#include "model/ord-checkpoint.h"

#include <math.h>
#include <string.h>

static OrdCheckpoint *
checkpoint_new (void)
{
  OrdCheckpoint *checkpoint = g_new0 (OrdCheckpoint, 1);
  OrdEpoch       epoch = { 1, 2.5, 0.75, NAN, 0.5 };
  const gsize    dims[] = { 100, 20 };
  float          values[2000];

  for (int i = 0; i < 2000; i++)
    values[i] = cosf (i);
  checkpoint->fingerprint = g_strdup ("größe=3");
  checkpoint->precision = ORD_PRECISION_BFLOAT16;
  checkpoint->epoch = 7;
  checkpoint->seconds = 1.0 / 3.0;
  checkpoint->history = g_array_new (FALSE, FALSE, sizeof (OrdEpoch));
  g_array_append_val (checkpoint->history, epoch);
  checkpoint->tensors = ord_tensors_new ();
  g_ptr_array_add (checkpoint->tensors,
                   ord_tensor_new ("weight", 2, dims, values));
  g_ptr_array_add (checkpoint->tensors,
                   ord_tensor_new ("weight/moment", 2, dims, NULL));
  return checkpoint;
}

static void
save (const char *path)
{
  g_autoptr (OrdCheckpoint) checkpoint = checkpoint_new ();
  g_autoptr (GError)        error = NULL;

  ord_checkpoint_save (checkpoint, path, &error);
  g_assert_no_error (error);
}

static void
assert_damaged (const char *path)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (ord_checkpoint_load (path, &error));
  g_assert_error (error, ORD_ERROR, ORD_ERROR_MODEL);
}

static void
test_comes_back (Place         *place,
                 gconstpointer  data)
{
  g_autoptr (OrdCheckpoint) saved = checkpoint_new ();
  g_autoptr (OrdCheckpoint) loaded = NULL;
  g_autoptr (GError)        error = NULL;
  const OrdEpoch           *epoch;

  /* The second takes the place of the first. */
  save (place->path);
  save (place->path);
  loaded = ord_checkpoint_load (place->path, &error);
  g_assert_no_error (error);

  g_assert_cmpstr (loaded->fingerprint, ==, saved->fingerprint);
  g_assert_cmpint (loaded->precision, ==, saved->precision);
  g_assert_cmpuint (loaded->epoch, ==, 7);
  g_assert_cmpfloat (loaded->seconds, ==, 1.0 / 3.0);
  g_assert_cmpuint (loaded->history->len, ==, 1);
  epoch = &g_array_index (loaded->history, OrdEpoch, 0);
  g_assert_cmpuint (epoch->epoch, ==, 1);
  g_assert_cmpfloat (epoch->loss, ==, 0.75);
  g_assert_true (isnan (epoch->validation_mae));
  g_assert_cmpuint (loaded->tensors->len, ==, 2);
  for (guint i = 0; i < 2; i++)
    {
      OrdTensor *a = g_ptr_array_index (saved->tensors, i);
      OrdTensor *b = g_ptr_array_index (loaded->tensors, i);

      g_assert_cmpstr (a->name, ==, b->name);
      g_assert_cmpuint (b->n_dims, ==, 2);
      g_assert_cmpuint (b->dims[0], ==, 100);
      g_assert_cmpuint (b->dims[1], ==, 20);
      g_assert_cmpmem (a->values, 2000 * sizeof (float),
                       b->values, 2000 * sizeof (float));
    }
  g_assert_cmpuint (place_count_files (place), ==, 1);
}

static void
test_missing (Place         *place,
              gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (ord_checkpoint_load (place->path, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

static void
test_no_model (Place         *place,
               gconstpointer  data)
{
  g_autofree char *message = NULL;

  fixture_save (place->path, "Model");
  assert_damaged (place->path);
  save (place->path);
  message = fixture_load_error (place->path);
  g_assert_nonnull (strstr (message, "not an Ordinate model"));
}

static void
test_cut_short (Place         *place,
                gconstpointer  data)
{
  g_autoptr (GBytes) whole = NULL;
  gsize              size;

  save (place->path);
  whole = fixture_read (place->path);
  size = g_bytes_get_size (whole);
  for (gsize i = 0; i < 50; i++)
    {
      fixture_write (place->path, g_bytes_get_data (whole, NULL),
                     size * i / 50);
      assert_damaged (place->path);
    }
}

static void
test_wrong (Place         *place,
            gconstpointer  data)
{
  static const char * const changes[] = {
    "UPDATE run SET epoch = -1",
    "UPDATE run SET seconds = 9e999",
    "DELETE FROM run",
    "INSERT INTO run SELECT * FROM run",
    "UPDATE tensor SET dims = '100x21'",
    "UPDATE tensor SET dims = '4294967295x4294967295x4294967295x4294967295'",
    "UPDATE tensor SET name = 'twice'",
    "DELETE FROM tensor WHERE tensor = 0",
    "UPDATE history SET row = 5",
    "DROP TABLE history",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      save (place->path);
      fixture_sql (place->path, changes[i]);
      assert_damaged (place->path);
    }
}

static void
test_not_finite (Place         *place,
                 gconstpointer  data)
{
  g_autoptr (OrdCheckpoint) checkpoint = checkpoint_new ();
  g_autoptr (GError)        error = NULL;
  OrdTensor                *tensor = checkpoint->tensors->pdata[0];

  tensor->values[5] = NAN;
  g_assert_false (ord_checkpoint_save (checkpoint, place->path, &error));
  g_assert_error (error, ORD_ERROR, ORD_ERROR_MODEL);
  g_assert_cmpuint (place_count_files (place), ==, 0);
}

#define ADD(name, function) \
  g_test_add ("/checkpoint/" name, Place, NULL, place_set_up, function, \
              place_tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("comes-back-from-its-file", test_comes_back);
  ADD ("a-missing-file-is-not-found", test_missing);
  ADD ("is-no-model-nor-a-model-a-checkpoint", test_no_model);
  ADD ("a-file-cut-short-is-an-error", test_cut_short);
  ADD ("wrong-rows-are-an-error", test_wrong);
  ADD ("what-is-not-finite-is-not-saved", test_not_finite);
  return g_test_run ();
}
