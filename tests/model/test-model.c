/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A model comes back from its file as it was, and no save, however it ends,
 * harms what was there before.
 */
#define _GNU_SOURCE /* unshare () */

#include "model-fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <math.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <utime.h>
#include <unistd.h>

#define TABLES_OF_VERSION_1 \
  "942e465e696fa4c179d0ddf089dd715496d5a519dc2050dc6be6ad8e4397b890"

#define assert_same_number(a, b) \
  g_assert_true ((a) == (b) || (isnan (a) && isnan (b)))

static OrdModel *
load (const char *path)
{
  g_autoptr (GError) error = NULL;
  OrdModel          *model = ord_model_load (path, NULL, &error);

  g_assert_no_error (error);
  return model;
}

static void
assert_title (const char *path,
              const char *title)
{
  g_autoptr (OrdModel) model = load (path);

  g_assert_cmpstr (ord_model_get_parts (model)->title, ==, title);
}

static void
assert_same_samples (OrdDataset *a,
                     OrdDataset *b)
{
  g_assert_cmpuint (ord_dataset_get_n_samples (a), ==,
                    ord_dataset_get_n_samples (b));
  for (guint i = 0; i < ord_dataset_get_n_samples (a); i++)
    {
      const OrdSample *x = ord_dataset_get_sample (a, i);
      const OrdSample *y = ord_dataset_get_sample (b, i);

      g_assert_cmpstr (x->file, ==, y->file);
      g_assert_cmpstr (x->path, ==, y->path);
      g_assert_cmpstr (x->group, ==, y->group);
      g_assert_cmpstr (x->hash, ==, y->hash);
      g_assert_cmpint (x->split, ==, y->split);
      for (guint j = 0; j < ord_dataset_get_n_labels (a); j++)
        assert_same_number (x->labels[j], y->labels[j]);
      for (guint j = 0; j < ord_dataset_get_n_covariates (a); j++)
        assert_same_number (x->covariates[j], y->covariates[j]);
    }
}

static void
assert_same_dataset (OrdDataset *a,
                     OrdDataset *b)
{
  g_assert_cmpstr (ord_dataset_get_folder (a), ==, ord_dataset_get_folder (b));
  g_assert_cmpstr (ord_dataset_get_unit (a), ==, ord_dataset_get_unit (b));
  g_assert_cmpuint (ord_dataset_get_n_labels (a), ==,
                    ord_dataset_get_n_labels (b));
  for (guint i = 0; i < ord_dataset_get_n_labels (a); i++)
    g_assert_cmpstr (ord_dataset_get_label_name (a, i), ==,
                     ord_dataset_get_label_name (b, i));

  g_assert_cmpuint (ord_dataset_get_n_covariates (a), ==,
                    ord_dataset_get_n_covariates (b));
  for (guint i = 0; i < ord_dataset_get_n_covariates (a); i++)
    {
      const OrdCovariate *x = ord_dataset_get_covariate (a, i);
      const OrdCovariate *y = ord_dataset_get_covariate (b, i);

      g_assert_cmpstr (x->name, ==, y->name);
      assert_same_number (x->mean, y->mean);
      assert_same_number (x->sd, y->sd);
      g_assert_true ((x->categories == NULL) == (y->categories == NULL));
      if (x->categories)
        g_assert_cmpstrv (x->categories, y->categories);
    }
  assert_same_samples (a, b);
}

static void
assert_same_thumbnails (GPtrArray *a,
                        GPtrArray *b)
{
  g_assert_cmpuint (a->len, ==, b->len);
  for (guint i = 0; i < a->len; i++)
    {
      GBytes *x = g_ptr_array_index (a, i);
      GBytes *y = g_ptr_array_index (b, i);

      g_assert_true ((x == NULL) == (y == NULL));
      g_assert_true (x == NULL || g_bytes_equal (x, y));
    }
}

static void
assert_same_tensors (GPtrArray *a,
                     GPtrArray *b)
{
  g_assert_cmpuint (a->len, ==, b->len);
  for (guint i = 0; i < a->len; i++)
    {
      OrdTensor *x = g_ptr_array_index (a, i);
      OrdTensor *y = g_ptr_array_index (b, i);

      g_assert_cmpstr (x->name, ==, y->name);
      g_assert_cmpuint (x->n_dims, ==, y->n_dims);
      g_assert_cmpmem (x->dims, x->n_dims * sizeof (gsize),
                       y->dims, y->n_dims * sizeof (gsize));
      g_assert_cmpmem (x->values, ord_tensor_count (x) * sizeof (float),
                       y->values, ord_tensor_count (y) * sizeof (float));
    }
}

static void
assert_same_history (GArray *a,
                     GArray *b)
{
  g_assert_cmpuint (a->len, ==, b->len);
  for (guint i = 0; i < a->len; i++)
    {
      const OrdEpoch *x = &g_array_index (a, OrdEpoch, i);
      const OrdEpoch *y = &g_array_index (b, OrdEpoch, i);

      g_assert_cmpuint (x->epoch, ==, y->epoch);
      assert_same_number (x->seconds, y->seconds);
      assert_same_number (x->loss, y->loss);
      assert_same_number (x->validation_mae, y->validation_mae);
      assert_same_number (x->spread, y->spread);
    }
}

static void
assert_same_evaluation (const OrdEvaluation *a,
                        const OrdEvaluation *b)
{
  g_assert_cmpuint (a->quality.n, ==, b->quality.n);
  assert_same_number (a->quality.mae, b->quality.mae);
  assert_same_number (a->quality.rmse, b->quality.rmse);
  assert_same_number (a->quality.r2, b->quality.r2);
  assert_same_number (a->quality.pearson, b->quality.pearson);
  assert_same_number (a->coverage, b->coverage);
  assert_same_number (a->mean_width, b->mean_width);
  assert_same_number (a->flagged, b->flagged);
}

static void
assert_same_preparation (const OrdPreparation *a,
                         const OrdPreparation *b)
{
  g_assert_cmpint (a->width, ==, b->width);
  g_assert_cmpint (a->height, ==, b->height);
  g_assert_cmpint (a->channels, ==, b->channels);
  g_assert_cmpmem (a->mean, sizeof a->mean, b->mean, sizeof b->mean);
  g_assert_cmpmem (a->sd, sizeof a->sd, b->sd, sizeof b->sd);
}

static void
assert_same_parts (const OrdModelParts *a,
                   const OrdModelParts *b)
{
  gsize              n = ord_dataset_get_n_labels (a->dataset);
  gsize              n_features;
  g_autoptr (GBytes) map_a = ord_map_to_bytes (a->map);
  g_autoptr (GBytes) map_b = ord_map_to_bytes (b->map);

  g_assert_cmpstr (a->title, ==, b->title);
  g_assert_cmpstr (a->method, ==, b->method);
  g_assert_cmpstr (a->encoder, ==, b->encoder);
  g_assert_cmpstr (a->options, ==, b->options);
  assert_same_preparation (&a->preparation, &b->preparation);
  assert_same_dataset (a->dataset, b->dataset);
  g_assert_cmpuint (a->n_reference, ==, b->n_reference);
  g_assert_cmpuint (a->width, ==, b->width);
  n_features = ord_dataset_get_n_samples (a->dataset) * (gsize) a->width;
  g_assert_cmpmem (a->features, n_features * sizeof (float),
                   b->features, n_features * sizeof (float));
  assert_same_thumbnails (a->thumbnails, b->thumbnails);
  g_assert_cmpmem (a->label_mean, n * sizeof (double),
                   b->label_mean, n * sizeof (double));
  g_assert_cmpmem (a->label_sd, n * sizeof (double),
                   b->label_sd, n * sizeof (double));
  g_assert_cmpmem (a->intervals, n * sizeof (OrdInterval),
                   b->intervals, n * sizeof (OrdInterval));
  assert_same_tensors (a->tensors, b->tensors);
  g_assert_cmpfloat (a->radius, ==, b->radius);
  g_assert_cmpfloat (a->novelty, ==, b->novelty);
  g_assert_true (g_bytes_equal (map_a, map_b));
  assert_same_history (a->history, b->history);
  assert_same_evaluation (&a->validation, &b->validation);
  assert_same_evaluation (&a->test, &b->test);
}

static void
test_every_part_comes_back (Place         *place,
                            gconstpointer  data)
{
  g_autoptr (OrdModel) saved = ord_model_new (fixture_parts ("Händ, “bone”"));
  g_autoptr (OrdModel) loaded = NULL;
  g_autoptr (GError)   error = NULL;

  ord_model_save (saved, place->path, &error);
  g_assert_no_error (error);
  loaded = load (place->path);
  assert_same_parts (ord_model_get_parts (saved),
                     ord_model_get_parts (loaded));
  /* Neither saving nor loading leaves anything beside the file. */
  g_assert_cmpuint (place_count_files (place), ==, 1);
}

static void
test_a_plain_model_comes_back (Place         *place,
                               gconstpointer  data)
{
  OrdModelParts             *parts = fixture_parts ("");
  static const char * const  names[] = { "value", NULL };
  double                     label = 4.5;
  OrdSample                  sample = { .file = (char *) "a.png",
                                        .path = (char *) "pictures/a.png",
                                        .labels = &label };
  g_autoptr (OrdModel)       saved = NULL;
  g_autoptr (OrdModel)       loaded = NULL;
  g_autoptr (GError)         error = NULL;

  g_object_unref (parts->dataset);
  parts->dataset = ord_dataset_new ("pictures", NULL, names, NULL, 0);
  ord_dataset_append (parts->dataset, &sample);
  parts->n_reference = 1;
  parts->preparation = (OrdPreparation) { 4, 4096, 1, { 0 }, { 1 } };
  g_ptr_array_set_size (parts->thumbnails, 1);
  g_ptr_array_set_size (parts->tensors, 0);
  g_array_set_size (parts->history, 0);
  ord_map_free (parts->map);
  parts->map = ord_map_new (parts->features, 1, FIXTURE_WIDTH, NULL, 1, NULL,
                            &error);
  g_assert_no_error (error);
  parts->validation.quality.n = 0;

  saved = ord_model_new (parts);
  ord_model_save (saved, place->path, &error);
  g_assert_no_error (error);
  loaded = load (place->path);
  assert_same_parts (ord_model_get_parts (saved),
                     ord_model_get_parts (loaded));
}

/* Nothing of the novelty but the distance to the nearest reference. */
static void
test_a_file_from_before_novelty (Place         *place,
                                 gconstpointer  data)
{
  g_autoptr (OrdModel) loaded = NULL;

  fixture_save (place->path, "Old");
  fixture_sql (place->path,
               "DELETE FROM setting WHERE name LIKE 'flagged%'");
  loaded = load (place->path);
  g_assert_cmpfloat (ord_model_get_parts (loaded)->novelty, >, 0.0);
  g_assert_true (isnan (ord_model_get_parts (loaded)->validation.flagged));
  g_assert_true (isnan (ord_model_get_parts (loaded)->test.flagged));
}

/* A file whose tables are not, to the letter, as they are made today counts as
 * damaged: what changes here, be it a comment, takes people's models away. */
static void
test_tables_stay_as_they_are (Place         *place,
                              gconstpointer  data)
{
  g_autofree char *tables = NULL, *sum = NULL;

  fixture_save (place->path, "Tables");
  tables = fixture_tables (place->path);
  sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, tables, -1);
  g_assert_cmpstr (sum, ==, TABLES_OF_VERSION_1);
}

static void
test_the_title_is_peeked (Place         *place,
                          gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char   *title = NULL;

  fixture_save (place->path, "Gauges");
  title = ord_model_peek_title (place->path, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (title, ==, "Gauges");
}

static void
test_loading_is_cancelled (Place         *place,
                           gconstpointer  data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError)       error = NULL;

  fixture_save (place->path, "Gauges");
  g_cancellable_cancel (cancellable);
  g_assert_null (ord_model_load (place->path, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_a_missing_file (Place         *place,
                     gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (ord_model_load (place->path, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "händ.ordinate"));
  g_clear_error (&error);

  g_assert_null (ord_model_load (place->folder, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_IS_DIRECTORY);
  g_clear_error (&error);

  /* Would block until someone writes into it. */
  g_assert_cmpint (mkfifo (place->path, 0600), ==, 0);
  g_assert_null (ord_model_load (place->path, NULL, &error));
  g_assert_error (error, ORD_ERROR, ORD_ERROR_MODEL);
}

static void
test_a_reader_keeps_the_old_file (Place         *place,
                                  gconstpointer  data)
{
  g_autoptr (GBytes) before = NULL;
  g_autofree char   *held = NULL;
  FILE              *reader;

  fixture_save (place->path, "Old");
  before = fixture_read (place->path);
  reader = g_fopen (place->path, "rb");
  fixture_save (place->path, "New");

  held = g_malloc (g_bytes_get_size (before));
  g_assert_cmpuint (fread (held, 1, g_bytes_get_size (before), reader), ==,
                    g_bytes_get_size (before));
  g_assert_cmpmem (held, g_bytes_get_size (before),
                   g_bytes_get_data (before, NULL),
                   g_bytes_get_size (before));
  fclose (reader);
  assert_title (place->path, "New");
  g_assert_cmpuint (place_count_files (place), ==, 1);
}

static int
file_mode (const char *path)
{
  GStatBuf status;

  g_assert_cmpint (g_lstat (path, &status), ==, 0);
  return status.st_mode & 0777;
}

static void
test_modes_are_the_usual_ones (Place         *place,
                               gconstpointer  data)
{
  mode_t mask = umask (027);

  fixture_save (place->path, "First");
  g_assert_cmpint (file_mode (place->path), ==, 0640);
  g_chmod (place->path, 0606);
  fixture_save (place->path, "Second");
  g_assert_cmpint (file_mode (place->path), ==, 0606);
  umask (mask);
}

static void
test_a_link_stays_a_link (Place         *place,
                          gconstpointer  data)
{
  g_autofree char *link = g_build_filename (place->folder, "link", NULL);

  fixture_save (place->path, "Old");
  g_assert_cmpint (symlink ("händ.ordinate", link), ==, 0);
  fixture_save (link, "New");
  g_assert_true (g_file_test (link, G_FILE_TEST_IS_SYMLINK));
  assert_title (place->path, "New");
  assert_title (link, "New");
}

/* What saving says. */
static char *
save_error (const char *path,
            GQuark      domain,
            int         code)
{
  g_autoptr (OrdModel) model = ord_model_new (fixture_parts ("New"));
  g_autoptr (GError)   error = NULL;

  g_assert_false (ord_model_save (model, path, &error));
  g_assert_error (error, domain, code);
  return g_strdup (error->message);
}

static void
test_no_place_to_save (Place         *place,
                       gconstpointer  data)
{
  g_autofree char *missing = NULL;
  g_autofree char *message = NULL;
  g_autofree char *folder_message = NULL;

  missing = g_build_filename (place->folder, "none", "x.ordinate", NULL);
  message = save_error (missing, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (message, "x.ordinate"));
  g_assert_nonnull (strstr (message, "was not saved"));

  folder_message = save_error (place->folder, G_IO_ERROR,
                               G_IO_ERROR_NOT_REGULAR_FILE);
  g_assert_nonnull (strstr (folder_message, "is a folder"));
  g_free (save_error ("/dev/null", G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE));
  g_assert_cmpuint (place_count_files (place), ==, 0);
}

/* What a user who is not root is told. */
static char *
protected_error (const char *path)
{
  gboolean  root = geteuid () == 0;
  char     *message;

  if (root && seteuid (65534) != 0)
    {
      g_test_skip ("root may write everywhere, and cannot become another "
                   "user here");
      return NULL;
    }
  message = save_error (path, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
  if (root)
    g_assert_cmpint (seteuid (0), ==, 0);
  return message;
}

static void
test_a_read_only_folder (Place         *place,
                         gconstpointer  data)
{
  g_autofree char *message = NULL;

  fixture_save (place->path, "Old");
  g_assert_cmpint (g_chmod (place->folder, 0555), ==, 0);
  message = protected_error (place->path);
  g_assert_cmpint (g_chmod (place->folder, 0755), ==, 0);
  if (!message)
    return;
  g_assert_nonnull (strstr (message, "the old file is unchanged"));
  g_assert_nonnull (strstr (message, "may write to"));
  assert_title (place->path, "Old");
}

/* Renaming could replace it, but it was protected for a reason. */
static void
test_a_protected_file (Place         *place,
                       gconstpointer  data)
{
  g_autofree char *message = NULL;

  fixture_save (place->path, "Old");
  g_assert_cmpint (g_chmod (place->path, 0444), ==, 0);
  g_assert_cmpint (g_chmod (place->folder, 0777), ==, 0);
  message = protected_error (place->path);
  assert_title (place->path, "Old");
  g_assert_cmpuint (place_count_files (place), ==, 1);
}

static void
limit_file_size (rlim_t size)
{
  struct rlimit limit = { size, RLIM_INFINITY };

  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
}

static void
test_a_size_limit (Place         *place,
                   gconstpointer  data)
{
  g_autofree char *message = NULL;

  fixture_save (place->path, "Old");
  signal (SIGXFSZ, SIG_IGN);
  for (rlim_t size = 0; size < 240000; size += 30000)
    {
      g_free (message);
      limit_file_size (size);
      message = save_error (place->path, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
      limit_file_size (RLIM_INFINITY);
      g_assert_nonnull (strstr (message, "the old file is unchanged"));
      g_assert_cmpuint (place_count_files (place), ==, 1);
      assert_title (place->path, "Old");
    }
  signal (SIGXFSZ, SIG_DFL);
}

/* The system kills the child at its first byte beyond the limit: an interrupted
 * save without a race. */
static void
test_a_killed_save (Place         *place,
                    gconstpointer  data)
{
  fixture_save (place->path, "Old");
  for (rlim_t size = 10000; size < 240000; size += 50000)
    {
      g_autoptr (OrdModel) model = ord_model_new (fixture_parts ("New"));
      pid_t                child = fork ();
      int                  status;

      if (child == 0)
        {
          struct rlimit none = { 0, 0 };

          setrlimit (RLIMIT_CORE, &none);
          limit_file_size (size);
          ord_model_save (model, place->path, NULL);
          _exit (0);
        }
      g_assert_cmpint (waitpid (child, &status, 0), ==, child);
      g_assert_true (WIFSIGNALED (status));
      g_assert_cmpint (WTERMSIG (status), ==, SIGXFSZ);
      assert_title (place->path, "Old");
    }
}

static void
test_leftovers_are_removed (Place         *place,
                            gconstpointer  data)
{
  g_autofree char *name = NULL;
  g_autofree char *dead = NULL;
  g_autofree char *alive = NULL;
  g_autofree char *alive_name = NULL;
  struct utimbuf   long_ago = { 1000000, 1000000 };
  pid_t            child = fork ();

  if (child == 0)
    _exit (0);
  g_assert_cmpint (waitpid (child, NULL, 0), ==, child);

  name = g_strdup_printf (".ordinate-%d-0123abcd.tmp", (int) child);
  dead = g_build_filename (place->folder, name, NULL);
  alive_name = g_strdup_printf (".ordinate-%d-0123abcd.tmp", (int) getpid ());
  alive = g_build_filename (place->folder, alive_name, NULL);
  fixture_write (dead, "x", 1);
  fixture_write (alive, "x", 1);
  g_utime (dead, &long_ago);
  g_utime (alive, &long_ago);

  fixture_save (place->path, "New");
  g_assert_false (g_file_test (dead, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (alive, G_FILE_TEST_EXISTS));
}

#define NOT_PERMITTED 77

static gboolean
write_small_file (const char *path,
                  const char *text)
{
  int     descriptor = g_open (path, O_WRONLY, 0);
  ssize_t size = (ssize_t) strlen (text);
  ssize_t written = descriptor < 0 ? -1 : write (descriptor, text, size);

  if (descriptor >= 0)
    close (descriptor);
  return written == size;
}

/* A name space of our own, where a small disk can be mounted. */
static gboolean
enter_name_space (void)
{
  g_autofree char *users = g_strdup_printf ("0 %d 1", (int) geteuid ());
  g_autofree char *groups = g_strdup_printf ("0 %d 1", (int) getegid ());

  if (unshare (CLONE_NEWNS) == 0)
    return mount (NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
  return unshare (CLONE_NEWUSER | CLONE_NEWNS) == 0
         && write_small_file ("/proc/self/uid_map", users)
         && write_small_file ("/proc/self/setgroups", "deny")
         && write_small_file ("/proc/self/gid_map", groups);
}

/* Runs in a child, where the map's OpenMP threads do not exist: models are made
 * before. */
static int
save_on_a_small_disk (Place    *place,
                      OrdModel *old,
                      OrdModel *model)
{
  g_autoptr (GError)   error = NULL;
  g_autoptr (OrdModel) loaded = NULL;
  g_autofree char     *filler = NULL;
  guint8              *block;

  if (!enter_name_space ()
      || mount ("none", place->folder, "tmpfs", 0, "size=512k") != 0)
    return NOT_PERMITTED;

  if (!ord_model_save (old, place->path, NULL))
    return 3;
  filler = g_build_filename (place->folder, "filler", NULL);
  block = g_malloc0 (150000);
  fixture_write (filler, block, 150000);
  g_free (block);

  if (ord_model_save (model, place->path, &error)
      || !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE)
      || !strstr (error->message, "No space left")
      || !strstr (error->message, place->folder)
      || !strstr (error->message, "the old file is unchanged")
      || !strstr (error->message, "MB or choose another folder")
      || place_count_files (place) != 2)
    return 1;

  loaded = ord_model_load (place->path, NULL, NULL);
  return loaded && g_str_equal (ord_model_get_parts (loaded)->title, "Old")
         ? 0 : 2;
}

static void
test_a_full_disk (Place         *place,
                  gconstpointer  data)
{
  g_autoptr (OrdModel) old = ord_model_new (fixture_parts ("Old"));
  g_autoptr (OrdModel) model = ord_model_new (fixture_parts ("New"));
  pid_t                child = fork ();
  int                  status;

  if (child == 0)
    _exit (save_on_a_small_disk (place, old, model));
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFEXITED (status));
  if (WEXITSTATUS (status) == NOT_PERMITTED)
    g_test_skip ("a small disk cannot be mounted here");
  else
    g_assert_cmpint (WEXITSTATUS (status), ==, 0);
}

static void
test_what_could_not_be_loaded (Place         *place,
                               gconstpointer  data)
{
  OrdModelParts       *parts = fixture_parts ("New");
  g_autoptr (OrdModel) model = ord_model_new (parts);
  OrdTensor           *tensor = g_ptr_array_index (parts->tensors, 1);
  g_autoptr (GError)   error = NULL;

  fixture_save (place->path, "Old");
  tensor->values[1] = INFINITY;
  g_assert_false (ord_model_save (model, place->path, &error));
  g_assert_error (error, ORD_ERROR, ORD_ERROR_MODEL);
  g_assert_nonnull (strstr (error->message, "stem/bias"));
  assert_title (place->path, "Old");
}

#define ADD(name, function) \
  g_test_add ("/model/" name, Place, NULL, place_set_up, function, \
              place_tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("every-part-comes-back-from-its-file", test_every_part_comes_back);
  ADD ("a-model-of-one-sample-comes-back", test_a_plain_model_comes_back);
  ADD ("a-file-from-before-novelty-is-read", test_a_file_from_before_novelty);
  ADD ("tables-are-those-of-version-1", test_tables_stay_as_they_are);
  ADD ("the-title-is-read-alone", test_the_title_is_peeked);
  ADD ("loading-can-be-cancelled", test_loading_is_cancelled);
  ADD ("what-is-no-file-is-not-loaded", test_a_missing_file);
  ADD ("a-reader-keeps-the-old-file", test_a_reader_keeps_the_old_file);
  ADD ("a-file-has-the-usual-mode", test_modes_are_the_usual_ones);
  ADD ("a-link-stays-a-link", test_a_link_stays_a_link);
  ADD ("only-a-file-in-a-folder-is-written", test_no_place_to_save);
  ADD ("a-read-only-folder-is-named", test_a_read_only_folder);
  ADD ("a-protected-file-stays", test_a_protected_file);
  ADD ("a-size-limit-leaves-the-old-file-whole", test_a_size_limit);
  ADD ("a-full-disk-leaves-the-old-file-whole", test_a_full_disk);
  ADD ("a-killed-save-leaves-the-old-file-whole", test_a_killed_save);
  ADD ("what-a-killed-save-left-is-removed", test_leftovers_are_removed);
  ADD ("what-could-not-be-loaded-is-not-saved", test_what_could_not_be_loaded);
  return g_test_run ();
}
