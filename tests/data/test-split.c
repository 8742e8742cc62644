/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How images are dealt out to training, validation and test.
 */
#include "fixture.h"

#include <string.h>

/* @n rows whose label is row / @n_same; groups of @group_size rows that are far
 * apart in the table, none for 0. */
static void
write_rows (const Folder *folder,
            guint         n,
            guint         n_same,
            guint         group_size)
{
  g_autoptr (GString) text = g_string_new (group_size > 0
                                           ? "file,value,group\n"
                                           : "file,value\n");

  for (guint i = 0; i < n; i++)
    {
      g_string_append_printf (text, "%u.png,%u", i, i / n_same);
      if (group_size > 0)
        g_string_append_printf (text, ",g%u", i % (n / group_size));
      g_string_append_c (text, '\n');
    }
  folder_write (folder, "labels.csv", text->str, text->len);
}

static void
count (OrdDataset *dataset,
       guint      *counts)
{
  for (guint s = 0; s < ORD_N_SPLITS; s++)
    {
      g_autoptr (GArray) members = ord_dataset_get_split (dataset, s);

      counts[s] = members->len;
    }
}

static guint
n_different (OrdDataset *first,
             OrdDataset *second)
{
  guint n = 0;

  for (guint i = 0; i < ord_dataset_get_n_samples (first); i++)
    n += ord_dataset_get_sample (first, i)->split
         != ord_dataset_get_sample (second, i)->split;

  return n;
}

static void
test_seeded (void)
{
  g_auto (Folder) folder = folder_new ();
  OrdDatasetOptions options = { .seed = 5 };
  g_autoptr (OrdDataset) first = NULL;
  g_autoptr (OrdDataset) same = NULL;
  g_autoptr (OrdDataset) other = NULL;

  write_rows (&folder, 200, 1, 0);
  first = read_dataset (&folder, &options);
  same = read_dataset (&folder, &options);
  options.seed = 6;
  other = read_dataset (&folder, &options);

  g_assert_cmpuint (n_different (first, same), ==, 0);
  g_assert_cmpuint (n_different (first, other), >, 40);
}

static void
test_shares (void)
{
  for (guint64 seed = 0; seed < 20; seed++)
    {
      g_auto (Folder) folder = folder_new ();
      OrdDatasetOptions options = { .seed = seed };
      g_autoptr (OrdDataset) dataset = NULL;
      guint counts[ORD_N_SPLITS];

      write_rows (&folder, 400, 1, 0);
      dataset = read_dataset (&folder, &options);
      count (dataset, counts);
      g_assert_cmpint (ABS ((int) counts[0] - 280), <=, 3);
      g_assert_cmpint (ABS ((int) counts[1] - 60), <=, 3);
      g_assert_cmpint (ABS ((int) counts[2] - 60), <=, 3);
    }
}

/* Every twentieth of the labels' range has its share of each split. */
static void
test_stratified (void)
{
  for (guint64 seed = 0; seed < 20; seed++)
    {
      g_auto (Folder) folder = folder_new ();
      OrdDatasetOptions options = { .seed = seed };
      g_autoptr (OrdDataset) dataset = NULL;

      write_rows (&folder, 800, 4, 0);
      dataset = read_dataset (&folder, &options);

      for (guint block = 0; block < 20; block++)
        {
          guint counts[ORD_N_SPLITS] = { 0 };

          for (guint i = block * 40; i < block * 40 + 40; i++)
            counts[ord_dataset_get_sample (dataset, i)->split]++;

          g_assert_cmpint (ABS ((int) counts[0] - 28), <=, 4);
          g_assert_cmpint (ABS ((int) counts[1] - 6), <=, 4);
          g_assert_cmpint (ABS ((int) counts[2] - 6), <=, 4);
        }
    }
}

static void
test_groups (void)
{
  for (guint group_size = 2; group_size <= 10; group_size += 4)
    {
      g_auto (Folder) folder = folder_new ();
      g_autoptr (OrdDataset) dataset = NULL;
      g_autoptr (GHashTable) splits = g_hash_table_new (g_str_hash,
                                                        g_str_equal);
      guint counts[ORD_N_SPLITS];

      write_rows (&folder, 600, 1, group_size);
      dataset = read_dataset (&folder, NULL);

      for (guint i = 0; i < 600; i++)
        {
          const OrdSample *sample = ord_dataset_get_sample (dataset, i);
          gpointer split = GINT_TO_POINTER (sample->split + 1);
          gpointer earlier = g_hash_table_lookup (splits, sample->group);

          if (earlier != NULL)
            g_assert_true (earlier == split);
          g_hash_table_insert (splits, sample->group, split);
        }

      count (dataset, counts);
      g_assert_cmpint (ABS ((int) counts[0] - 420), <=, 3 * (int) group_size);
      g_assert_cmpint (ABS ((int) counts[1] - 90), <=, 3 * (int) group_size);
    }
}

static void
test_few (void)
{
  for (guint64 seed = 0; seed < 50; seed++)
    {
      g_auto (Folder) folder = folder_new ();
      OrdDatasetOptions options = { .seed = seed };
      g_autoptr (OrdDataset) dataset = NULL;
      guint counts[ORD_N_SPLITS];

      write_rows (&folder, 10, 1, 0);
      dataset = read_dataset (&folder, &options);
      count (dataset, counts);
      g_assert_cmpuint (counts[0], >=, 5);
      g_assert_cmpuint (counts[1], >=, 1);
      g_assert_cmpuint (counts[2], >=, 1);
    }
}

static void
test_one_group (void)
{
  g_auto (Folder) folder = folder_new ();
  g_autoptr (OrdDataset) dataset = NULL;
  guint counts[ORD_N_SPLITS];

  write_rows (&folder, 12, 1, 12);
  dataset = read_dataset (&folder, NULL);
  count (dataset, counts);
  g_assert_cmpuint (counts[0] + counts[1] + counts[2], ==, 12);
  g_assert_cmpuint (counts[0], ==, 12);
}

static void
write_with_splits (const Folder       *folder,
                   guint               n,
                   const char * const *splits,
                   guint               n_splits)
{
  g_autoptr (GString) text = g_string_new ("file,value,Split\n");

  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "%u.png,%u,%s\n", i, i,
                            splits[i % n_splits]);
  folder_write (folder, "labels.csv", text->str, text->len);
}

static void
test_column (void)
{
  static const char * const splits[] = { "train", "validation", "test",
                                         "Training", "val" };
  static const OrdSplit expected[] = { ORD_SPLIT_TRAIN, ORD_SPLIT_VALIDATION,
                                       ORD_SPLIT_TEST, ORD_SPLIT_TRAIN,
                                       ORD_SPLIT_VALIDATION };
  g_auto (Folder) folder = folder_new ();
  g_autoptr (OrdDataset) dataset = NULL;

  write_with_splits (&folder, 20, splits, 5);
  dataset = read_dataset (&folder, NULL);
  for (guint i = 0; i < 20; i++)
    g_assert_cmpint (ord_dataset_get_sample (dataset, i)->split, ==,
                     expected[i % 5]);
}

static void
test_no_validation (void)
{
  static const char * const splits[] = { "train", "train", "test" };
  g_auto (Folder) folder = folder_new ();
  g_autoptr (OrdDataset) dataset = NULL;
  guint counts[ORD_N_SPLITS];

  write_with_splits (&folder, 300, splits, 3);
  dataset = read_dataset (&folder, NULL);
  count (dataset, counts);
  g_assert_cmpint (ABS ((int) counts[1] - 25), <=, 2);
  g_assert_cmpuint (counts[2], ==, 100);
  for (guint i = 2; i < 300; i += 3)
    g_assert_cmpint (ord_dataset_get_sample (dataset, i)->split, ==,
                     ORD_SPLIT_TEST);
}

static void
test_bad_column (void)
{
  static const char * const unknown[] = { "train", "holdout" };
  static const char * const empty[] = { "train", "" };
  static const char * const no_train[] = { "test", "validation" };
  g_auto (Folder) folder = folder_new ();

  write_with_splits (&folder, 20, unknown, 2);
  assert_dataset_error (&folder, NULL, "labels.csv:3: the split is “holdout”");
  write_with_splits (&folder, 20, empty, 2);
  assert_dataset_error (&folder, NULL, "labels.csv:3: the split is “”");
  write_with_splits (&folder, 20, no_train, 2);
  assert_dataset_error (&folder, NULL, "no training pictures");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/split/is-the-seed-s", test_seeded);
  g_test_add_func ("/split/keeps-its-shares", test_shares);
  g_test_add_func ("/split/is-stratified-by-value", test_stratified);
  g_test_add_func ("/split/never-tears-a-group", test_groups);
  g_test_add_func ("/split/of-ten-images-leaves-none-empty", test_few);
  g_test_add_func ("/split/of-one-group-is-all-training", test_one_group);
  g_test_add_func ("/split/a-column-is-obeyed", test_column);
  g_test_add_func ("/split/without-validation-takes-it-from-training",
                   test_no_validation);
  g_test_add_func ("/split/a-bad-column-is-an-error", test_bad_column);

  return g_test_run ();
}
