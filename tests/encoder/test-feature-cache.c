/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The cache of features: what is found is what was kept, whatever happens to
 * the files; everything that decides a row is in its key.
 */
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../folder.h"
#include "ord-random.h"
#include "encoder/ord-feature-cache.h"

#define WIDTH 300
#define PLENTY ((guint64) 1 << 30)
#define MEBIBYTE ((guint64) 1 << 20)

typedef struct
{
  char *folder; /* that does not exist yet */
  char *parent;
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  fixture->parent = g_dir_make_tmp ("ordinate-test-XXXXXX", NULL);
  g_assert_nonnull (fixture->parent);
  fixture->folder = g_build_filename (fixture->parent, "a", "b", NULL);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  folder_remove (fixture->parent);
  g_free (fixture->parent);
  g_free (fixture->folder);
}

/* The number of a row decides its key and its numbers. */
static OrdFeatureKey
key_of (guint number)
{
  OrdFeatureKey    network = { { 7 } }, key;
  g_autofree char *hash = g_strdup_printf ("%u", number);

  ord_feature_key_picture (&key, &network, hash, NULL, 0);
  return key;
}

static void
fill_row (guint  number,
          float *row)
{
  OrdRandom random = ord_random_init (number);

  for (guint k = 0; k < WIDTH; k++)
    row[k] = (float) ord_random_normal (&random);
}

static void
keep (OrdFeatureCache *cache,
      guint            first,
      guint            n)
{
  g_autofree OrdFeatureKey *keys = g_new (OrdFeatureKey, n);
  g_autofree float         *rows = g_new (float, n * WIDTH);

  for (guint i = 0; i < n; i++)
    {
      keys[i] = key_of (first + i);
      fill_row (first + i, rows + i * WIDTH);
    }
  ord_feature_cache_keep (cache, n, keys, WIDTH, rows);
}

/* How many are found; none is ever another one. */
static guint
count (OrdFeatureCache *cache,
       guint            first,
       guint            n)
{
  guint n_found = 0;

  for (guint i = first; i < first + n; i++)
    {
      OrdFeatureKey key = key_of (i);
      float         row[WIDTH], expected[WIDTH];

      memset (row, 0x55, sizeof row);
      fill_row (i, expected);
      if (ord_feature_cache_find (cache, &key, WIDTH, row))
        {
          g_assert_cmpmem (row, sizeof row, expected, sizeof expected);
          n_found++;
        }
      else
        g_assert_cmphex (((guint8 *) row)[0], ==, 0x55);
    }
  return n_found;
}

static void
assert_note (OrdFeatureCache *cache,
             const char      *words)
{
  g_autofree char *note = ord_feature_cache_take_note (cache);
  g_autofree char *again = ord_feature_cache_take_note (cache);

  if (!words)
    g_assert_cmpstr (note, ==, NULL);
  else if (!note || !strstr (note, words))
    g_error ("“%s” does not say “%s”", note, words);
  g_assert_null (again);
}

static char *
file_of (Fixture *fixture)
{
  return g_build_filename (fixture->folder, "rows-1.sqlite", NULL);
}

static gsize
size_of (Fixture *fixture)
{
  g_autofree char *path = file_of (fixture);
  GStatBuf         status;

  g_assert_cmpint (g_stat (path, &status), ==, 0);
  return (gsize) status.st_size;
}

/* -- keeping and finding ---------------------------------------------------- */

static void
test_same (Fixture       *fixture,
           gconstpointer  data)
{
  g_autoptr (OrdFeatureCache) cache =
    ord_feature_cache_open (fixture->folder, PLENTY);
  OrdFeatureKey               key = key_of (3);
  float                       row[WIDTH + 1];

  g_assert_cmpuint (count (cache, 0, 100), ==, 0);
  keep (cache, 0, 100);
  g_assert_cmpuint (count (cache, 0, 120), ==, 100);
  g_clear_pointer (&cache, ord_feature_cache_free);

  cache = ord_feature_cache_open (fixture->folder, PLENTY);
  g_assert_cmpuint (count (cache, 0, 120), ==, 100);
  /* A row of other length is not this one. */
  g_assert_false (ord_feature_cache_find (cache, &key, WIDTH + 1, row));
  keep (cache, 50, 100);
  g_assert_cmpuint (count (cache, 0, 200), ==, 150);
  assert_note (cache, NULL);
}

/* NaN and −0 have bits too. */
static void
test_bits (Fixture       *fixture,
           gconstpointer  data)
{
  g_autoptr (OrdFeatureCache) cache =
    ord_feature_cache_open (fixture->folder, PLENTY);
  const guint32               bits[] = { 0x80000000, 0x7fc00001, 0x00000001,
                                         0x7f7fffff };
  guint32                     found[4];
  float                       row[4];
  OrdFeatureKey               key = key_of (1);

  memcpy (row, bits, sizeof row);
  ord_feature_cache_keep (cache, 1, &key, 4, row);
  memset (row, 0, sizeof row);
  g_assert_true (ord_feature_cache_find (cache, &key, 4, row));
  memcpy (found, row, sizeof found);
  g_assert_cmpmem (found, sizeof found, bits, sizeof bits);
}

static void
assert_other (const OrdFeatureKey *a,
              const OrdFeatureKey *b)
{
  g_assert_cmpint (memcmp (a, b, sizeof *a), !=, 0);
}

static void
test_key_of_picture (Fixture       *fixture,
                     gconstpointer  data)
{
  const OrdFeatureKey   network = { { 1 } }, other = { { 2 } };
  const OrdAugmentation none = { 0 };
  const OrdAugmentation changes[] = { { .rotation = 1.0 }, { .shift = 1.0 },
                                      { .scale = 1.0 }, { .contrast = 1.0 },
                                      { .flips = { 0.5, 0.0 } },
                                      { .flips = { 0.0, 0.5 } } };
  OrdFeatureKey         key, plain, again;

  ord_feature_key_picture (&plain, &network, "00ff", NULL, 0);
  ord_feature_key_picture (&again, &network, "00ff", NULL, 5);
  g_assert_cmpmem (&plain, sizeof plain, &again, sizeof again);
  ord_feature_key_picture (&key, &network, "00fe", NULL, 0);
  assert_other (&key, &plain);
  ord_feature_key_picture (&key, &other, "00ff", NULL, 0);
  assert_other (&key, &plain);
  ord_feature_key_picture (&again, &network, "00ff", &none, 0);
  assert_other (&again, &plain);
  ord_feature_key_picture (&key, &network, "00ff", &none, 1);
  assert_other (&key, &again);
  for (guint i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      OrdFeatureKey last = key;

      ord_feature_key_picture (&key, &network, "00ff", &changes[i], 0);
      assert_other (&key, &again);
      assert_other (&key, &last);
    }
}

static OrdFeatureKey
network_key (const char     *name,
             const char     *bytes,
             const char     *output,
             float           mean,
             OrdPreparation  preparation)
{
  g_autoptr (GBytes)        content = g_bytes_new_static (bytes, strlen (bytes));
  const OrdPretrained       like = { .name = (char *) name,
                                     .output = (char *) output,
                                     .mean = { mean, 0.0f, 0.0f },
                                     .sd = { 1.0f, 1.0f, 1.0f } };
  g_autoptr (OrdPretrained) network = ord_pretrained_with (&like, content, FALSE);
  OrdFeatureKey             key;

  ord_feature_key_network (&key, network, &preparation);
  return key;
}

static void
test_key_of_network (Fixture       *fixture,
                     gconstpointer  data)
{
  const OrdPreparation p = { 32, 24, 3, { 0.1f, 0.2f, 0.3f }, { 1, 1, 1 } };
  const OrdPreparation others[] = {
    { 24, 32, 3, { 0.1f, 0.2f, 0.3f }, { 1, 1, 1 } },
    { 32, 24, 1, { 0.1f, 0.2f, 0.3f }, { 1, 1, 1 } },
    { 32, 24, 3, { 0.1f, 0.2f, 0.4f }, { 1, 1, 1 } },
    { 32, 24, 3, { 0.1f, 0.2f, 0.3f }, { 1, 1, 2 } },
  };
  OrdFeatureKey        key = network_key ("a.onnx", "abc", NULL, 0.0f, p);
  OrdFeatureKey        renamed = network_key ("b.onnx", "abc", NULL, 0.0f, p);
  OrdFeatureKey        changed;

  g_assert_cmpmem (&key, sizeof key, &renamed, sizeof renamed);
  changed = network_key ("a.onnx", "abd", NULL, 0.0f, p);
  assert_other (&key, &changed);
  changed = network_key ("a.onnx", "abc", "pool", 0.0f, p);
  assert_other (&key, &changed);
  changed = network_key ("a.onnx", "abc", NULL, 0.5f, p);
  assert_other (&key, &changed);
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      changed = network_key ("a.onnx", "abc", NULL, 0.0f, others[i]);
      assert_other (&key, &changed);
    }
}

/* -- the limit ---------------------------------------------------------------- */

static void
test_limit (Fixture       *fixture,
            gconstpointer  data)
{
  OrdFeatureCache *cache = NULL;
  guint            n_used, n_unused;

  for (guint turn = 0; turn < 30; turn++)
    {
      cache = ord_feature_cache_open (fixture->folder, 2 * MEBIBYTE);
      /* These are used in every turn, so others make room. */
      if (turn == 0)
        keep (cache, 100000, 100);
      else
        g_assert_cmpuint (count (cache, 100000, 100), ==, 100);
      for (guint i = 0; i < 10; i++)
        keep (cache, turn * 200 + i * 20, 20);
      assert_note (cache, NULL);
      ord_feature_cache_free (cache);
      g_assert_cmpuint (size_of (fixture), <=, 2 * MEBIBYTE);
    }
  cache = ord_feature_cache_open (fixture->folder, 2 * MEBIBYTE);
  n_used = count (cache, 29 * 200, 200);
  n_unused = count (cache, 0, 200);
  g_assert_cmpuint (n_used, ==, 200);
  g_assert_cmpuint (n_unused, ==, 0);
  /* The limit is made use of: most of what fits is there. */
  g_assert_cmpuint (count (cache, 0, 30 * 200), >, 700);
  ord_feature_cache_free (cache);
}

static void
test_lower_limit (Fixture       *fixture,
                  gconstpointer  data)
{
  OrdFeatureCache *cache = ord_feature_cache_open (fixture->folder, PLENTY);

  keep (cache, 0, 4000);
  ord_feature_cache_free (cache);
  g_assert_cmpuint (size_of (fixture), >, 4 * MEBIBYTE);

  cache = ord_feature_cache_open (fixture->folder, 2 * MEBIBYTE);
  g_assert_cmpuint (count (cache, 0, 4000), >, 700);
  ord_feature_cache_free (cache);
  g_assert_cmpuint (size_of (fixture), <=, 2 * MEBIBYTE);
}

/* What a training has used itself does not make room for the rest of it: the
 * next one would find nothing. */
static void
test_full (Fixture       *fixture,
           gconstpointer  data)
{
  OrdFeatureCache *cache = ord_feature_cache_open (fixture->folder,
                                                   2 * MEBIBYTE);
  guint            n;

  for (guint i = 0; i < 40; i++)
    keep (cache, i * 100, 100);
  assert_note (cache, "--feature-cache");
  n = count (cache, 0, 4000);
  g_assert_cmpuint (n, >, 700);
  g_assert_cmpuint (count (cache, 0, n), ==, n);
  ord_feature_cache_free (cache);
  g_assert_cmpuint (size_of (fixture), <=, 2 * MEBIBYTE);
}

/* -- what can happen to it ---------------------------------------------------- */

static void
test_foreign (Fixture       *fixture,
              gconstpointer  data)
{
  g_autofree char *path = file_of (fixture);
  g_autofree char *garbage = g_strnfill (100000, 'x');
  sqlite3         *other;
  OrdFeatureCache *cache;

  g_assert_cmpint (g_mkdir_with_parents (fixture->folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, garbage, -1, NULL));
  cache = ord_feature_cache_open (fixture->folder, PLENTY);
  assert_note (cache, "damaged");
  keep (cache, 0, 10);
  g_assert_cmpuint (count (cache, 0, 10), ==, 10);
  ord_feature_cache_free (cache);

  g_unlink (path);
  g_assert_cmpint (sqlite3_open (path, &other), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (other, "CREATE TABLE row (a); CREATE TABLE "
                                 "use (b)", NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (other);
  cache = ord_feature_cache_open (fixture->folder, PLENTY);
  assert_note (cache, "damaged");
  keep (cache, 0, 10);
  g_assert_cmpuint (count (cache, 0, 10), ==, 10);
  ord_feature_cache_free (cache);

  /* One of ours with something added, which is not to be run. */
  g_assert_cmpint (sqlite3_open (path, &other), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (other, "CREATE TRIGGER t AFTER INSERT ON use "
                                 "BEGIN DELETE FROM row; END", NULL, NULL,
                                 NULL), ==, SQLITE_OK);
  sqlite3_close (other);
  cache = ord_feature_cache_open (fixture->folder, PLENTY);
  assert_note (cache, "damaged");
  g_assert_cmpuint (count (cache, 0, 10), ==, 0);
  keep (cache, 0, 10);
  keep (cache, 10, 10);
  g_assert_cmpuint (count (cache, 0, 20), ==, 20);
  ord_feature_cache_free (cache);
}

/* Numbers that another program changed are sound pages, and no right rows. */
static void
test_changed_numbers (Fixture       *fixture,
                      gconstpointer  data)
{
  g_autofree char *path = file_of (fixture);
  OrdFeatureCache *cache = ord_feature_cache_open (fixture->folder, PLENTY);
  sqlite3         *other;

  keep (cache, 0, 20);
  ord_feature_cache_free (cache);
  g_assert_cmpint (sqlite3_open (path, &other), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (other,
                                 "UPDATE row SET numbers = zeroblob (1200) "
                                 "WHERE id = 3;"
                                 "UPDATE use SET id = -id WHERE id IN (4, 5);"
                                 "UPDATE use SET id = 9 + id WHERE id < 0",
                                 NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (other);
  cache = ord_feature_cache_open (fixture->folder, PLENTY);
  /* 4 and 5 have each other's numbers now. */
  g_assert_cmpuint (count (cache, 0, 20), ==, 17);
  keep (cache, 0, 20);
  g_assert_cmpuint (count (cache, 0, 20), ==, 20);
  ord_feature_cache_free (cache);
}

static void
damage (const char *path,
        OrdRandom  *random)
{
  g_autofree char *content = NULL;
  gsize            size;

  if (!g_file_get_contents (path, &content, &size, NULL) || size == 0)
    return;
  if (ord_random_below (random, 4) == 0)
    size = ord_random_below (random, (guint32) size);
  else
    for (guint n = 1 + ord_random_below (random, 40); n > 0; n--)
      content[ord_random_below (random, (guint32) size)] ^=
        (char) (1 << ord_random_below (random, 8));
  g_assert_true (g_file_set_contents (path, content, (gssize) size, NULL));
}

static void
test_damaged (Fixture       *fixture,
              gconstpointer  data)
{
  g_autofree char *path = file_of (fixture);
  OrdRandom        random = ord_random_init (5);
  guint            n_lost = 0;

  for (guint i = 0; i < 50; i++)
    {
      OrdFeatureCache *cache = ord_feature_cache_open (fixture->folder, PLENTY);
      g_autofree char *note = NULL;

      n_lost += 60 - count (cache, 0, 60);
      keep (cache, 0, 60);
      note = ord_feature_cache_take_note (cache);
      ord_feature_cache_free (cache);
      cache = ord_feature_cache_open (fixture->folder, PLENTY);
      count (cache, 0, 60);
      keep (cache, 0, 60);
      ord_feature_cache_free (cache);
      damage (path, &random);
    }
  g_assert_cmpuint (n_lost, >, 400);
}

static void
test_no_folder (Fixture       *fixture,
                gconstpointer  data)
{
  g_autofree char *file = g_build_filename (fixture->parent, "a", NULL);
  OrdFeatureCache *cache;

  g_assert_true (g_file_set_contents (file, "in the way", -1, NULL));
  cache = ord_feature_cache_open (fixture->folder, PLENTY);
  g_assert_cmpuint (count (cache, 0, 10), ==, 0);
  keep (cache, 0, 10);
  keep (cache, 0, 10);
  g_assert_cmpuint (count (cache, 0, 10), ==, 0);
  assert_note (cache, fixture->folder);
  ord_feature_cache_free (cache);
}

static void
test_removed (Fixture       *fixture,
              gconstpointer  data)
{
  OrdFeatureCache *cache = ord_feature_cache_open (fixture->folder, PLENTY);
  OrdFeatureCache *next;

  keep (cache, 0, 10);
  folder_remove (fixture->folder);
  keep (cache, 10, 10);
  count (cache, 0, 20);
  next = ord_feature_cache_open (fixture->folder, PLENTY);
  keep (next, 0, 5);
  keep (cache, 20, 10);
  count (cache, 0, 30);
  ord_feature_cache_free (cache);
  g_assert_cmpuint (count (next, 0, 30), ==, 5);
  ord_feature_cache_free (next);
  next = ord_feature_cache_open (fixture->folder, PLENTY);
  count (next, 0, 30);
  keep (next, 0, 30);
  g_assert_cmpuint (count (next, 0, 30), ==, 30);
  ord_feature_cache_free (next);
}

/* Files may not grow beyond a mebibyte, which is what a full disk is to the
 * one who writes. */
static void
test_full_disk (Fixture       *fixture,
                gconstpointer  data)
{
  const struct rlimit whole = { RLIM_INFINITY, RLIM_INFINITY };
  struct rlimit       before, small = { MEBIBYTE, 0 };
  OrdFeatureCache    *cache;
  guint               n_kept;

  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &before), ==, 0);
  small.rlim_max = before.rlim_max;
  signal (SIGXFSZ, SIG_IGN);
  cache = ord_feature_cache_open (fixture->folder, PLENTY);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &small), ==, 0);
  for (guint i = 0; i < 40; i++)
    keep (cache, i * 100, 100);
  assert_note (cache, fixture->folder);
  ord_feature_cache_free (cache);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE,
                              before.rlim_cur == RLIM_INFINITY ? &whole
                                                               : &before),
                   ==, 0);

  cache = ord_feature_cache_open (fixture->folder, PLENTY);
  n_kept = count (cache, 0, 4000);
  g_assert_cmpuint (n_kept, >=, 100);
  g_assert_cmpuint (n_kept, <, 4000);
  assert_note (cache, NULL);
  keep (cache, 0, 4000);
  g_assert_cmpuint (count (cache, 0, 4000), ==, 4000);
  ord_feature_cache_free (cache);
}

/* -- several processes -------------------------------------------------------- */

static void
test_together (Fixture       *fixture,
               gconstpointer  data)
{
  pid_t            children[4];
  OrdFeatureCache *cache;

  for (guint i = 0; i < G_N_ELEMENTS (children); i++)
    {
      children[i] = fork ();
      if (children[i] != 0)
        continue;
      cache = ord_feature_cache_open (fixture->folder, PLENTY);
      for (guint k = 0; k < 20; k++)
        {
          keep (cache, i * 200 + k * 10, 10);
          if (count (cache, i * 200, k * 10 + 10) != k * 10 + 10)
            _exit (1);
          count (cache, 0, 800);
        }
      ord_feature_cache_free (cache);
      _exit (0);
    }
  for (guint i = 0; i < G_N_ELEMENTS (children); i++)
    {
      int status;

      g_assert_cmpint (waitpid (children[i], &status, 0), ==, children[i]);
      g_assert_cmpint (status, ==, 0);
    }
  cache = ord_feature_cache_open (fixture->folder, PLENTY);
  g_assert_cmpuint (count (cache, 0, 800), ==, 800);
  assert_note (cache, NULL);
  ord_feature_cache_free (cache);
}

/* At whatever it is doing then; what it has said to be kept is there. */
static void
test_killed (Fixture       *fixture,
             gconstpointer  data)
{
  guint n_kept = 0;

  for (guint round = 0; round < 20; round++)
    {
      OrdFeatureCache *cache;
      int              ends[2];
      guint            said = n_kept;
      pid_t            child;

      g_assert_cmpint (pipe (ends), ==, 0);
      child = fork ();
      if (child == 0)
        {
          cache = ord_feature_cache_open (fixture->folder, PLENTY);
          for (guint k = n_kept; ; k += 5)
            {
              guint next = k + 5;

              keep (cache, k, 5);
              if (write (ends[1], &next, sizeof next) != sizeof next)
                _exit (1);
            }
        }
      close (ends[1]);
      while (said < n_kept + 5 + round * 7)
        g_assert_cmpint (read (ends[0], &said, sizeof said), ==, sizeof said);
      kill (child, SIGKILL);
      while (read (ends[0], &said, sizeof said) == sizeof said)
        ;
      close (ends[0]);
      g_assert_cmpint (waitpid (child, NULL, 0), ==, child);
      n_kept = said;

      cache = ord_feature_cache_open (fixture->folder, PLENTY);
      g_assert_cmpuint (count (cache, 0, n_kept), ==, n_kept);
      assert_note (cache, NULL);
      ord_feature_cache_free (cache);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(claim, func) g_test_add ("/feature-cache/" claim, Fixture, NULL, \
                                     set_up, func, tear_down)
  ADD ("what-is-kept-is-found", test_same);
  ADD ("to-the-last-bit", test_bits);
  ADD ("all-that-changes-a-picture-changes-its-key", test_key_of_picture);
  ADD ("all-that-changes-a-network-changes-its-key", test_key_of_network);
  ADD ("what-is-used-least-makes-room", test_limit);
  ADD ("a-lower-limit-is-kept-to-at-once", test_lower_limit);
  ADD ("a-training-does-not-drive-itself-out", test_full);
  ADD ("a-foreign-file-is-begun-anew", test_foreign);
  ADD ("changed-numbers-are-not-believed", test_changed_numbers);
  ADD ("damage-gives-no-wrong-row", test_damaged);
  ADD ("no-folder-is-a-note", test_no_folder);
  ADD ("the-folder-may-be-removed-while-in-use", test_removed);
  ADD ("a-full-disk-is-a-note", test_full_disk);
  ADD ("several-processes-share-it", test_together);
  ADD ("a-kill-loses-nothing-that-was-kept", test_killed);

  return g_test_run ();
}
