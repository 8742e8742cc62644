/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The map: a rolled-up ribbon comes out flat, new images find their place, and
 * damaged bytes are refused.
 */
#include <string.h>

#include "draws.h"
#include "space/ord-map.h"

#define WIDTH 8

typedef struct
{
  gsize   n;
  float  *features; /* (n, WIDTH) */
  double *along;    /* (n, 2): the way along the roll, and across it */
} Roll;

static void
roll_clear (Roll *roll)
{
  g_free (roll->features);
  g_free (roll->along);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Roll, roll_clear)

/* A Swiss roll of one and a half turns; the length of the spiral is closed. */
static Roll
draw_roll (gsize   n,
           guint64 seed)
{
  Roll roll = { n, g_new0 (float, n * WIDTH), g_new (double, 2 * n) };

  for (gsize i = 0; i < n; i++)
    {
      double t = G_PI * (1.5 + 3.0 * draw_uniform (&seed));
      double across = 8.0 * draw_uniform (&seed);

      roll.features[i * WIDTH + 1] = t * cos (t);
      roll.features[i * WIDTH + 3] = t * sin (t);
      roll.features[i * WIDTH + 6] = across;
      roll.along[2 * i] = 0.5 * (t * sqrt (1.0 + t * t) + asinh (t));
      roll.along[2 * i + 1] = across;
    }

  return roll;
}

static double
correlate (const float  *points,
           int           axis,
           const double *values,
           int           column,
           gsize         n)
{
  double sx = 0, sy = 0, sxx = 0, syy = 0, sxy = 0;

  for (gsize i = 0; i < n; i++)
    {
      double x = points[2 * i + axis];
      double y = values[2 * i + column];

      sx += x;
      sy += y;
      sxx += x * x;
      syy += y * y;
      sxy += x * y;
    }

  return (n * sxy - sx * sy)
         / sqrt ((n * sxx - sx * sx) * (n * syy - sy * sy));
}

static OrdMap *
make_map (const float  *features,
          gsize         n,
          const double *labels,
          guint         n_labels)
{
  g_autoptr (GError) error = NULL;
  OrdMap            *map
      = ord_map_new (features, n, WIDTH, labels, n_labels, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (map);
  for (gsize i = 0; i < 2 * n; i++)
    g_assert_true (isfinite (ord_map_get_points (map)[i]));

  return map;
}

static void
test_unrolls (void)
{
  g_auto (Roll)      roll = draw_roll (1500, 3);
  g_autoptr (OrdMap) map = make_map (roll.features, roll.n, roll.along, 2);

  g_assert_cmpint (ord_map_get_kind (map), ==, ORD_MAP_ISOMAP);
  g_assert_cmpstr (ord_map_kind_name (ord_map_get_kind (map)), ==, "isomap");
  g_assert_cmpfloat (correlate (ord_map_get_points (map), 0, roll.along, 0,
                                roll.n), >, 0.99);
  g_assert_cmpfloat (correlate (ord_map_get_points (map), 1, roll.along, 1,
                                roll.n), >, 0.9);
}

/* A label that falls along the roll turns the map round. */
static void
test_grows_right (void)
{
  g_auto (Roll)      roll = draw_roll (600, 4);
  g_autofree double *falling = g_new (double, roll.n);
  g_autoptr (OrdMap) map = NULL;

  for (gsize i = 0; i < roll.n; i++)
    falling[i] = -roll.along[2 * i];
  map = make_map (roll.features, roll.n, falling, 1);
  g_assert_cmpfloat (correlate (ord_map_get_points (map), 0, roll.along, 0,
                                roll.n), <, -0.95);
}

/* The label runs across: the shorter side of the roll becomes x. */
static void
test_axes_swap (void)
{
  g_auto (Roll)      roll = draw_roll (1500, 5);
  g_autofree double *across = g_new (double, roll.n);
  g_autoptr (OrdMap) map = NULL;

  for (gsize i = 0; i < roll.n; i++)
    across[i] = roll.along[2 * i + 1];
  map = make_map (roll.features, roll.n, across, 1);
  g_assert_cmpfloat (correlate (ord_map_get_points (map), 0, roll.along, 1,
                                roll.n), >, 0.9);
}

static void
test_places (void)
{
  g_auto (Roll)             roll = draw_roll (1200, 6);
  g_auto (Roll)             fresh = draw_roll (200, 7);
  g_autofree float         *points = g_new (float, 2 * fresh.n);
  g_autoptr (OrdMap)        map = make_map (roll.features, roll.n, roll.along,
                                            2);
  g_autoptr (OrdNeighbours) neighbours
      = ord_neighbours_new (roll.features, roll.n, WIDTH);

  for (gsize i = 0; i < roll.n; i += 7)
    {
      float point[2];

      ord_map_place (map, neighbours, roll.features + i * WIDTH, point);
      for (int axis = 0; axis < 2; axis++)
        g_assert_cmpfloat_with_epsilon (
            point[axis], ord_map_get_points (map)[2 * i + axis], 1e-3);
    }

  for (gsize i = 0; i < fresh.n; i++)
    ord_map_place (map, neighbours, fresh.features + i * WIDTH,
                   points + 2 * i);
  g_assert_cmpfloat (correlate (points, 0, fresh.along, 0, fresh.n), >, 0.99);
  g_assert_cmpfloat (correlate (points, 1, fresh.along, 1, fresh.n), >, 0.9);
}

/* Two rolls far apart. */
static void
test_pieces (void)
{
  g_auto (Roll)             roll = draw_roll (400, 8);
  g_autoptr (OrdMap)        map = NULL;
  g_autoptr (OrdNeighbours) neighbours = NULL;
  float                     point[2];

  for (gsize i = 0; i < roll.n; i += 2)
    roll.features[i * WIDTH] = 500.0f;
  map = make_map (roll.features, roll.n, NULL, 0);
  g_assert_cmpint (ord_map_get_kind (map), ==, ORD_MAP_PCA);
  g_assert_cmpstr (ord_map_kind_name (ord_map_get_kind (map)), ==, "pca");

  /* The gap is what the first component sees. */
  for (gsize i = 0; i < roll.n; i++)
    g_assert_cmpfloat_with_epsilon (fabs (ord_map_get_points (map)[2 * i]),
                                    250.0, 25.0);

  neighbours = ord_neighbours_new (roll.features, roll.n, WIDTH);
  ord_map_place (map, neighbours, roll.features + 9 * WIDTH, point);
  g_assert_cmpfloat_with_epsilon (point[0], ord_map_get_points (map)[18], 1e-3);
  g_assert_cmpfloat_with_epsilon (point[1], ord_map_get_points (map)[19], 1e-3);
}

static void
test_outliers (void)
{
  g_auto (Roll)      roll = draw_roll (1000, 9);
  g_autoptr (OrdMap) map = NULL;
  float              middle;

  for (gsize i = 0; i < 4; i++)
    roll.features[i * WIDTH] = 300.0f + 60.0f * i;
  map = make_map (roll.features, roll.n, NULL, 0);
  g_assert_cmpint (ord_map_get_kind (map), ==, ORD_MAP_ISOMAP);

  /* The others are on the map as before, not in one spot of it. */
  middle = 0.0f;
  for (gsize i = 4; i < roll.n; i++)
    middle = MAX (middle, hypotf (ord_map_get_points (map)[2 * i]
                                    - ord_map_get_points (map)[8],
                                  ord_map_get_points (map)[2 * i + 1]
                                    - ord_map_get_points (map)[9]));
  g_assert_cmpfloat (middle, >, 10.0);
}

static void
test_few (void)
{
  for (gsize n = 1; n < 14; n++)
    {
      g_auto (Roll)             roll = draw_roll (n, n);
      g_autoptr (OrdMap)        map = make_map (roll.features, n, roll.along,
                                                2);
      g_autoptr (OrdNeighbours) neighbours
          = ord_neighbours_new (roll.features, n, WIDTH);
      float                     point[2];

      g_assert_cmpuint (ord_map_get_n (map), ==, n);
      g_assert_cmpint (ord_map_get_kind (map), ==,
                       n < 10 ? ORD_MAP_PCA : ORD_MAP_ISOMAP);
      ord_map_place (map, neighbours, roll.features, point);
      g_assert_cmpfloat_with_epsilon (point[0], ord_map_get_points (map)[0],
                                      1e-3);
      g_assert_cmpfloat_with_epsilon (point[1], ord_map_get_points (map)[1],
                                      1e-3);
      if (n == 1)
        g_assert_true (point[0] == 0.0f && point[1] == 0.0f);
    }
}

static void
test_one_point (void)
{
  const gsize        n = 60;
  g_autofree float  *features = g_new0 (float, n * WIDTH);
  g_autofree double *labels = g_new (double, n);
  g_autoptr (OrdMap) map = NULL;

  for (gsize i = 0; i < n; i++)
    labels[i] = i;
  map = make_map (features, n, labels, 1);
  for (gsize i = 0; i < 2 * n; i++)
    g_assert_true (ord_map_get_points (map)[i] == 0.0f);
}

static void
test_width_one (void)
{
  const gsize               n = 50;
  float                     features[50];
  double                    labels[50];
  g_autoptr (GError)        error = NULL;
  g_autoptr (OrdMap)        map = NULL;

  for (gsize i = 0; i < n; i++)
    features[i] = labels[i] = i * i;
  map = ord_map_new (features, n, 1, labels, 1, NULL, &error);
  g_assert_no_error (error);
  for (gsize i = 1; i < n; i++)
    g_assert_cmpfloat (ord_map_get_points (map)[2 * i], >,
                       ord_map_get_points (map)[2 * i - 2]);
  g_assert_cmpfloat_with_epsilon (ord_map_get_points (map)[2 * n - 2]
                                    - ord_map_get_points (map)[0],
                                  2401.0, 0.1);
}

static void
test_diverged (void)
{
  g_auto (Roll)      roll = draw_roll (50, 2);
  g_autoptr (GError) error = NULL;

  roll.features[13 * WIDTH] = NAN;
  g_assert_null (ord_map_new (roll.features, roll.n, WIDTH, NULL, 0, NULL,
                              &error));
  g_assert_error (error, ORD_ERROR, ORD_ERROR_TRAINING);
}

static void
test_cancel (void)
{
  g_auto (Roll)            roll = draw_roll (50, 2);
  g_autoptr (GError)       error = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  g_cancellable_cancel (cancellable);
  g_assert_null (ord_map_new (roll.features, roll.n, WIDTH, NULL, 0,
                              cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* The same points, and the same place for a new image. */
static void
check_round_trip (gsize n)
{
  g_auto (Roll)             roll = draw_roll (n, 31);
  g_auto (Roll)             fresh = draw_roll (10, 32);
  g_autoptr (GError)        error = NULL;
  g_autoptr (OrdMap)        map = make_map (roll.features, n, roll.along, 2);
  g_autoptr (GBytes)        bytes = ord_map_to_bytes (map);
  g_autoptr (OrdMap)        copy = ord_map_from_bytes (bytes, n, WIDTH, &error);
  g_autoptr (GBytes)        again = NULL;
  g_autoptr (OrdNeighbours) neighbours
      = ord_neighbours_new (roll.features, n, WIDTH);

  g_assert_no_error (error);
  again = ord_map_to_bytes (copy);
  g_assert_true (g_bytes_equal (bytes, again));
  g_assert_cmpmem (ord_map_get_points (map), n * 8, ord_map_get_points (copy),
                   n * 8);
  for (gsize i = 0; i < fresh.n; i++)
    {
      float a[2];
      float b[2];

      ord_map_place (map, neighbours, fresh.features + i * WIDTH, a);
      ord_map_place (copy, neighbours, fresh.features + i * WIDTH, b);
      g_assert_cmpmem (a, sizeof a, b, sizeof b);
    }
}

static void
test_round_trip (void)
{
  check_round_trip (5);
  check_round_trip (200);
}

static void
assert_refused (const guint8 *data,
                gsize         size,
                gsize         n,
                gsize         width)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (GError) error = NULL;

  g_assert_null (ord_map_from_bytes (bytes, n, width, &error));
  g_assert_error (error, ORD_ERROR, ORD_ERROR_MODEL);
}

static void
test_truncated (void)
{
  g_auto (Roll)        roll = draw_roll (40, 33);
  g_autoptr (OrdMap)   map = make_map (roll.features, roll.n, NULL, 0);
  g_autoptr (GBytes)   bytes = ord_map_to_bytes (map);
  gsize                size;
  const guint8        *data = g_bytes_get_data (bytes, &size);
  g_autofree guint8   *longer = g_malloc0 (size + 1);

  for (gsize cut = 0; cut < size; cut++)
    {
      g_autofree guint8 *part = g_memdup2 (data, cut);

      assert_refused (part, cut, roll.n, WIDTH);
    }
  memcpy (longer, data, size);
  assert_refused (longer, size + 1, roll.n, WIDTH);
  assert_refused (data, size, roll.n + 1, WIDTH);
  assert_refused (data, size, roll.n, WIDTH + 1);
  assert_refused (data, size, G_MAXSIZE, WIDTH);
}

/* Whatever is read from damaged bytes can be used. */
static void
test_mutated (void)
{
  static const gsize        sizes[] = { 5, 40 };
  guint64                   seed = 34;

  for (gsize s = 0; s < G_N_ELEMENTS (sizes); s++)
    {
      g_auto (Roll)             roll = draw_roll (sizes[s], 35);
      g_autoptr (OrdMap)        map = make_map (roll.features, roll.n, NULL, 0);
      g_autoptr (GBytes)        bytes = ord_map_to_bytes (map);
      g_autoptr (OrdNeighbours) neighbours
          = ord_neighbours_new (roll.features, roll.n, WIDTH);
      gsize                     size = g_bytes_get_size (bytes);

      for (int i = 0; i < 4000; i++)
        {
          guint8            *data = g_memdup2 (g_bytes_get_data (bytes, NULL),
                                               size);
          g_autoptr (GBytes) damaged = NULL;
          g_autoptr (OrdMap) read = NULL;
          g_autoptr (GError) error = NULL;
          float              point[2];

          /* Half of the damage goes into the header. */
          for (int hit = 0; hit < 1 + i % 3; hit++)
            data[draw (&seed) % (i % 2 == 0 ? 36 : size)] = draw (&seed);
          damaged = g_bytes_new_take (data, size);
          read = ord_map_from_bytes (damaged, roll.n, WIDTH, &error);
          if (read == NULL)
            {
              g_assert_error (error, ORD_ERROR, ORD_ERROR_MODEL);
              continue;
            }
          ord_map_place (read, neighbours, roll.features, point);
          g_assert_true (isfinite (point[0]) && isfinite (point[1]));
        }
    }
}

static void
test_header (void)
{
  g_auto (Roll)      roll = draw_roll (40, 36);
  g_autoptr (OrdMap) map = make_map (roll.features, roll.n, NULL, 0);
  g_autoptr (GBytes) bytes = ord_map_to_bytes (map);
  gsize              size;
  guint8            *data = g_bytes_unref_to_data (g_steal_pointer (&bytes),
                                                   &size);
  static const gsize fields[] = { 0, 4, 8, 12, 16, 20, 28 };

  for (gsize f = 0; f < G_N_ELEMENTS (fields); f++)
    {
      guint8 kept[4];

      memcpy (kept, data + fields[f], 4);
      memset (data + fields[f], 0xff, 4);
      assert_refused (data, size, roll.n, WIDTH);
      memcpy (data + fields[f], kept, 4);
    }
  g_free (data);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/map/a-rolled-up-ribbon-comes-out-flat", test_unrolls);
  g_test_add_func ("/map/the-label-grows-to-the-right", test_grows_right);
  g_test_add_func ("/map/the-axis-of-the-label-is-x", test_axes_swap);
  g_test_add_func ("/map/new-images-find-their-place", test_places);
  g_test_add_func ("/map/a-graph-in-pieces-is-shown-by-pca", test_pieces);
  g_test_add_func ("/map/a-few-outliers-do-not-cost-the-map", test_outliers);
  g_test_add_func ("/map/works-for-any-number-of-images", test_few);
  g_test_add_func ("/map/all-images-in-one-point", test_one_point);
  g_test_add_func ("/map/one-feature-is-a-line", test_width_one);
  g_test_add_func ("/map/features-that-are-no-numbers-are-named",
                   test_diverged);
  g_test_add_func ("/map/can-be-cancelled", test_cancel);
  g_test_add_func ("/map/bytes-give-the-same-map", test_round_trip);
  g_test_add_func ("/map/truncated-bytes-are-refused", test_truncated);
  g_test_add_func ("/map/mutated-bytes-do-no-harm", test_mutated);
  g_test_add_func ("/map/every-field-of-the-header-is-checked", test_header);

  return g_test_run ();
}
