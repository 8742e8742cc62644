/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The sample gauges.
 */
#include "data/ord-gauge.h"
#include "data/ord-sample-pictures.h"
#include "fixture.h"

#include <math.h>
#include <string.h>

static void
write_samples (const Folder  *folder,
               OrdSampleKind  kind,
               guint          n,
               guint64        seed)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (ord_sample_pictures_write (folder->path, kind, n, seed, NULL,
                                            NULL, NULL, &error));
  g_assert_no_error (error);
}

static char *
content_of (const Folder *folder,
            const char   *name,
            gsize        *length)
{
  g_autofree char *path = folder_path (folder, name);
  char *content = NULL;

  g_assert_true (g_file_get_contents (path, &content, length, NULL));

  return content;
}

static void
test_dataset (void)
{
  g_auto (Folder) folder = folder_new ();
  g_autoptr (OrdDataset) dataset = NULL;
  guint sizes[ORD_N_SPLITS] = { 0 };

  write_samples (&folder, ORD_SAMPLE_GAUGE, 40, 1);
  dataset = read_dataset (&folder, NULL);
  g_assert_cmpuint (ord_dataset_get_n_samples (dataset), ==, 40);
  g_assert_cmpstr (ord_dataset_get_unit (dataset), ==, "bar");

  for (guint i = 0; i < 40; i++)
    {
      const OrdSample *sample = ord_dataset_get_sample (dataset, i);
      int width, height, channels;

      g_assert_cmpfloat (sample->labels[0], >=, 0.0);
      g_assert_cmpfloat (sample->labels[0], <=, 10.0);
      sizes[sample->split]++;
      g_assert_true (ord_image_probe (sample->path, &width, &height, &channels,
                                      NULL));
      g_assert_cmpint (width, ==, 160);
      g_assert_cmpint (height, ==, 160);
      g_assert_cmpint (channels, ==, 3);
    }

  g_assert_cmpuint (sizes[ORD_SPLIT_TRAIN], ==, 28);
  g_assert_cmpuint (sizes[ORD_SPLIT_VALIDATION], ==, 6);
  g_assert_cmpuint (sizes[ORD_SPLIT_TEST], ==, 6);
}

/* The correlation of the two labels. */
static double
correlate_labels (OrdDataset *dataset)
{
  double sums[2] = { 0.0 }, squares[2] = { 0.0 };
  double products = 0.0;
  guint  n = ord_dataset_get_n_samples (dataset);

  for (guint i = 0; i < n; i++)
    {
      const double *labels = ord_dataset_get_sample (dataset, i)->labels;

      for (guint k = 0; k < 2; k++)
        {
          sums[k] += labels[k];
          squares[k] += labels[k] * labels[k];
        }
      products += labels[0] * labels[1];
    }

  return (n * products - sums[0] * sums[1])
         / sqrt (n * squares[0] - sums[0] * sums[0])
         / sqrt (n * squares[1] - sums[1] * sums[1]);
}

static void
test_duplex (void)
{
  g_auto (Folder) folder = folder_new ();
  g_autoptr (OrdDataset) dataset = NULL;
  g_autoptr (GArray) tested = NULL;

  write_samples (&folder, ORD_SAMPLE_DUPLEX, 200, 1);
  dataset = read_dataset (&folder, NULL);
  g_assert_cmpuint (ord_dataset_get_n_samples (dataset), ==, 200);
  g_assert_cmpuint (ord_dataset_get_n_labels (dataset), ==, 2);
  g_assert_cmpstr (ord_dataset_get_label_name (dataset, 0), ==, "red");
  g_assert_cmpstr (ord_dataset_get_label_name (dataset, 1), ==, "black");
  g_assert_cmpuint (ord_dataset_get_n_covariates (dataset), ==, 0);
  g_assert_cmpstr (ord_dataset_get_unit (dataset), ==, "bar");
  tested = ord_dataset_get_split (dataset, ORD_SPLIT_TEST);
  g_assert_cmpuint (tested->len, ==, 30);

  /* Three standard errors of independent needles. */
  g_assert_cmpfloat (fabs (correlate_labels (dataset)), <, 3.0 / sqrt (200.0));
}

static void
test_kinds (void)
{
  g_autoptr (GError) error = NULL;
  OrdSampleKind kind;

  g_assert_true (ord_sample_kind_from_name ("gauge", &kind, NULL));
  g_assert_cmpint (kind, ==, ORD_SAMPLE_GAUGE);
  g_assert_true (ord_sample_kind_from_name ("duplex", &kind, NULL));
  g_assert_cmpint (kind, ==, ORD_SAMPLE_DUPLEX);
  g_assert_false (ord_sample_kind_from_name ("triplex", &kind, &error));
  assert_error_says (error, ORD_ERROR, ORD_ERROR_OPTION, "gauge, duplex");
}

static void
test_seeded (void)
{
  g_auto (Folder) first = folder_new ();
  g_auto (Folder) same = folder_new ();
  g_auto (Folder) other = folder_new ();
  static const char * const names[] = { "labels.csv", "gauge-0003.png" };

  write_samples (&first, ORD_SAMPLE_GAUGE, 3, 5);
  write_samples (&same, ORD_SAMPLE_GAUGE, 3, 5);
  write_samples (&other, ORD_SAMPLE_GAUGE, 3, 6);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      gsize a_length, b_length, c_length;
      g_autofree char *a = content_of (&first, names[i], &a_length);
      g_autofree char *b = content_of (&same, names[i], &b_length);
      g_autofree char *c = content_of (&other, names[i], &c_length);

      g_assert_cmpmem (a, a_length, b, b_length);
      g_assert_true (a_length != c_length || memcmp (a, c, a_length) != 0);
    }
}

static void
test_earlier (void)
{
  g_auto (Folder) folder = folder_new ();
  g_autofree char *beyond = folder_path (&folder, "gauge-0004.png");

  write_samples (&folder, ORD_SAMPLE_GAUGE, 5, 1);
  write_samples (&folder, ORD_SAMPLE_DUPLEX, 3, 2);
  g_assert_false (g_file_test (beyond, G_FILE_TEST_EXISTS));
}

static void
assert_refused (const Folder *folder,
                const char   *kept)
{
  g_autoptr (GError) error = NULL;
  gsize length;
  g_autofree char *before = content_of (folder, kept, &length);
  g_autofree char *after = NULL;

  g_assert_false (ord_sample_pictures_write (folder->path, ORD_SAMPLE_GAUGE,
                                             3, 1, NULL, NULL, NULL, &error));
  assert_error_says (error, ORD_ERROR, ORD_ERROR_DATASET, "is not empty");
  after = content_of (folder, kept, &length);
  g_assert_cmpstr (before, ==, after);
}

static void
test_foreign (void)
{
  g_auto (Folder) folder = folder_new ();
  g_auto (Folder) labelled = folder_new ();
  g_auto (Folder) mixed = folder_new ();

  folder_write (&folder, "gauge-0001.png", "somebody's", -1);
  assert_refused (&folder, "gauge-0001.png");

  folder_write (&labelled, "labels.csv", "file,value\n", -1);
  assert_refused (&labelled, "labels.csv");

  write_samples (&mixed, ORD_SAMPLE_GAUGE, 3, 1);
  folder_write (&mixed, "gauge-0001.png.bak", "somebody's", -1);
  assert_refused (&mixed, "labels.csv");
}

static void
test_no_folder (void)
{
  g_auto (Folder) folder = folder_new ();
  g_autofree char *path = folder_path (&folder, "file/below");
  g_autoptr (GError) error = NULL;

  folder_write (&folder, "file", "", 0);
  g_assert_false (ord_sample_pictures_write (path, ORD_SAMPLE_GAUGE, 3, 1,
                                             NULL, NULL, NULL, &error));
  g_assert_nonnull (strstr (error->message, "Cannot make the folder"));
}

static void
cancel (const OrdProgress *progress,
        gpointer           cancellable)
{
  if (progress->fraction > 0.5)
    g_cancellable_cancel (cancellable);
}

static void
test_cancelled (void)
{
  g_auto (Folder) folder = folder_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_assert_false (ord_sample_pictures_write (folder.path, ORD_SAMPLE_GAUGE,
                                             6, 1, cancel, cancellable,
                                             cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  /* What is left may be drawn over. */
  write_samples (&folder, ORD_SAMPLE_GAUGE, 3, 1);
}

/* How much two drawings differ in this direction from the hub, between two
 * radii in half sides: in a sector wide enough for the dial's random offset and
 * turn. */
static double
difference_towards (const OrdImage *first,
                    const OrdImage *second,
                    double          angle,
                    double          from,
                    double          to)
{
  const int side = first->width;
  double    sum = 0.0;

  for (double r = from; r < to; r += 0.01)
    for (double turn = -0.3; turn <= 0.3; turn += 0.03)
      {
        int x = side / 2.0 * (1.0 + r * cos (angle + turn));
        int y = side / 2.0 * (1.0 + r * sin (angle + turn));

        for (int c = 0; c < 3; c++)
          sum += fabsf (first->pixels[(y * side + x) * 3 + c]
                        - second->pixels[(y * side + x) * 3 + c]);
      }

  return sum;
}

/* Half the dial apart, the same design differs where the needle stands and not
 * half way in between. */
static void
assert_moved (const OrdImage *here,
              const OrdImage *there,
              int             value,
              int             away,
              double          from,
              double          to)
{
  double degree = G_PI / 180.0;
  double angle = (135.0 + 27.0 * value) * degree;

  g_assert_cmpfloat (difference_towards (here, there, angle, from, to), >,
                     4.0 * difference_towards (here, there,
                                               angle + away * 67.5 * degree,
                                               from, to));
}

static void
test_needle (void)
{
  for (guint64 seed = 0; seed < 20; seed++)
    for (int value = 0; value <= 10; value++)
      {
        OrdRandom random = ord_random_init (seed);
        OrdRandom again = ord_random_init (seed);
        int       away = value < 5 ? 1 : -1;
        double    values[] = { value, value + 5 * away };
        g_autoptr (OrdImage) here = ord_gauge_draw (&values[0], 1, 200, &random);
        g_autoptr (OrdImage) there = ord_gauge_draw (&values[1], 1, 200, &again);

        assert_moved (here, there, value, away, 0.25, 0.42);
      }
}

/* The hardest case for two needles: one moves away from under, or from above,
 * the other, and what it leaves behind looks different. The lower one shows
 * only where it is longer. */
static void
test_two_needles (void)
{
  for (guint64 seed = 0; seed < 10; seed++)
    for (int value = 0; value <= 10; value++)
      for (guint moved = 0; moved < 2; moved++)
        {
          OrdRandom random = ord_random_init (seed);
          OrdRandom again = ord_random_init (seed);
          int       away = value < 5 ? 1 : -1;
          double    both[] = { value, value };
          double    apart[] = { value, value };
          g_autoptr (OrdImage) here = ord_gauge_draw (both, 2, 200, &random);
          g_autoptr (OrdImage) there = NULL;

          apart[moved] += 5 * away;
          there = ord_gauge_draw (apart, 2, 200, &again);
          assert_moved (here, there, value, away, 0.25, 0.80);
        }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sample-pictures/are-a-dataset", test_dataset);
  g_test_add_func ("/sample-pictures/of-two-needles-have-two-labels",
                   test_duplex);
  g_test_add_func ("/sample-pictures/an-unknown-kind-lists-the-known",
                   test_kinds);
  g_test_add_func ("/sample-pictures/are-the-seed-s", test_seeded);
  g_test_add_func ("/sample-pictures/replace-earlier-ones", test_earlier);
  g_test_add_func ("/sample-pictures/overwrite-nothing-else", test_foreign);
  g_test_add_func ("/sample-pictures/an-impossible-folder-is-an-error",
                   test_no_folder);
  g_test_add_func ("/sample-pictures/can-be-cancelled", test_cancelled);
  g_test_add_func ("/sample-pictures/the-needle-stands-at-the-value",
                   test_needle);
  g_test_add_func ("/sample-pictures/no-needle-hides-the-other",
                   test_two_needles);

  return g_test_run ();
}
