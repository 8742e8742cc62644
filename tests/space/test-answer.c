/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The weighted answer against its formula, and the search of the radius against
 * brute force.
 */
#include <glib.h>

#include "draws.h"
#include "space/ord-answer.h"

#define WIDTH 5

typedef struct
{
  gsize   n;
  guint   n_labels;
  float  *features;
  double *labels;
} Data;

static void
data_clear (Data *data)
{
  g_free (data->features);
  g_free (data->labels);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Data, data_clear)

/* Labels that the place in space tells, with noise. */
static Data
draw_data (gsize   n,
           guint   n_labels,
           guint64 seed)
{
  Data data = { n, n_labels, g_new (float, n * WIDTH),
                g_new (double, n * n_labels) };

  for (gsize i = 0; i < n; i++)
    {
      for (gsize j = 0; j < WIDTH; j++)
        data.features[i * WIDTH + j] = draw_uniform (&seed);
      for (guint l = 0; l < n_labels; l++)
        data.labels[i * n_labels + l] = 10.0 * data.features[i * WIDTH + l]
                                        + draw_normal (&seed);
    }

  return data;
}

static double
slow_distance (const float *a,
               const float *b)
{
  double sum = 0.0;

  for (gsize j = 0; j < WIDTH; j++)
    sum += ((double) a[j] - b[j]) * ((double) a[j] - b[j]);

  return sqrt (sum);
}

/* The formula, word for word. */
static void
slow_answer (const Data  *data,
             const float *query,
             double       radius,
             double      *value,
             double      *spread,
             double      *nearest)
{
  gsize  best = 0;
  double total = 0.0;

  *nearest = INFINITY;
  for (gsize i = 0; i < data->n; i++)
    {
      double distance = slow_distance (query, data->features + i * WIDTH);

      if (distance < *nearest)
        {
          *nearest = distance;
          best = i;
        }
    }
  for (guint l = 0; l < data->n_labels; l++)
    value[l] = spread[l] = 0.0;

  for (int pass = 0; pass < 2; pass++)
    {
      total = 0.0;
      for (gsize i = 0; i < data->n; i++)
        {
          double d = slow_distance (query, data->features + i * WIDTH);
          double sigma = radius / 3.0;
          double weight = exp (-d * d / (2.0 * sigma * sigma));

          if (d > radius && i != best)
            continue;
          if (d > radius)
            weight = 1.0;
          total += weight;
          for (guint l = 0; l < data->n_labels; l++)
            {
              double label = data->labels[i * data->n_labels + l];

              if (pass == 0)
                value[l] += weight * label;
              else
                spread[l] += weight * (label - value[l]) * (label - value[l]);
            }
        }
      for (guint l = 0; l < data->n_labels; l++)
        if (pass == 0)
          value[l] /= total;
        else
          spread[l] = sqrt (spread[l] / total);
    }
}

static void
test_formula (void)
{
  static const double radii[] = { 0.01, 0.2, 0.35, 0.6, 5.0 };

  for (guint n_labels = 1; n_labels <= 3; n_labels++)
    {
      g_auto (Data)             data = draw_data (700, n_labels, 5);
      g_auto (Data)             queries = draw_data (60, n_labels, 6);
      g_autofree double        *values = g_new (double, 60 * n_labels);
      g_autofree double        *spreads = g_new (double, 60 * n_labels);
      g_autofree float         *nearest = g_new (float, 60);
      g_autoptr (OrdNeighbours) neighbours
          = ord_neighbours_new (data.features, data.n, WIDTH);

      for (gsize r = 0; r < G_N_ELEMENTS (radii); r++)
        {
          ord_answer_many (neighbours, queries.features, 60, data.labels,
                           n_labels, radii[r], values, spreads, nearest);
          for (gsize q = 0; q < 60; q++)
            {
              double               value[3];
              double               spread[3];
              double               least;
              double               share = 0.0;
              g_autoptr (OrdAnswer) answer
                  = ord_answer_new (neighbours, queries.features + q * WIDTH,
                                    data.labels, n_labels, radii[r]);

              slow_answer (&data, queries.features + q * WIDTH, radii[r],
                           value, spread, &least);
              g_assert_cmpfloat_with_epsilon (nearest[q], least, 1e-6);
              g_assert_true (answer->within_radius == (least <= radii[r]));
              g_assert_cmpuint (answer->weights->len, ==,
                                answer->neighbours->len);
              for (guint i = 0; i < answer->weights->len; i++)
                share += g_array_index (answer->weights, double, i);
              g_assert_cmpfloat_with_epsilon (share, 1.0, 1e-12);

              for (guint l = 0; l < n_labels; l++)
                {
                  g_assert_cmpfloat_with_epsilon (answer->value[l], value[l],
                                                  1e-4);
                  g_assert_cmpfloat_with_epsilon (answer->spread[l], spread[l],
                                                  1e-4);
                  g_assert_cmpfloat_with_epsilon (values[q * n_labels + l],
                                                  answer->value[l], 1e-10);
                  g_assert_cmpfloat_with_epsilon (spreads[q * n_labels + l],
                                                  answer->spread[l], 1e-7);
                }
            }
        }
    }
}

static void
test_alone (void)
{
  const float               features[] = { 0, 10 };
  const double              labels[] = { 7, 9 };
  const float               query = 2.0f;
  g_autoptr (OrdNeighbours) neighbours = ord_neighbours_new (features, 2, 1);
  g_autoptr (OrdAnswer)     answer
      = ord_answer_new (neighbours, &query, labels, 1, 1e-3);

  g_assert_false (answer->within_radius);
  g_assert_cmpuint (answer->neighbours->len, ==, 1);
  g_assert_true (answer->value[0] == 7.0);
  g_assert_true (answer->spread[0] == 0.0);
  g_assert_true (g_array_index (answer->weights, double, 0) == 1.0);
}

static void
test_radius_zero (void)
{
  const float               features[] = { 1, 1, 2 };
  const double              labels[] = { 4, 6, 100 };
  const float               query = 1.0f;
  g_autoptr (OrdNeighbours) neighbours = ord_neighbours_new (features, 3, 1);
  g_autoptr (OrdAnswer)     answer
      = ord_answer_new (neighbours, &query, labels, 1, 0.0);

  g_assert_true (answer->within_radius);
  g_assert_cmpfloat_with_epsilon (answer->value[0], 5.0, 1e-12);
}

static double
slow_error (const Data *data,
            const Data *queries,
            double      radius)
{
  double sum = 0.0;

  for (gsize q = 0; q < queries->n; q++)
    {
      double value[3];
      double spread[3];
      double nearest;
      double squares = 0.0;

      slow_answer (data, queries->features + q * WIDTH, radius, value, spread,
                   &nearest);
      for (guint l = 0; l < data->n_labels; l++)
        {
          double off = value[l] - queries->labels[q * data->n_labels + l];

          squares += off * off;
        }
      sum += sqrt (squares);
    }

  return sum / queries->n;
}

/* No radius of a dense row of them does better by more than the grain of the
 * search. */
static void
test_search (void)
{
  for (guint n_labels = 1; n_labels <= 2; n_labels++)
    {
      g_auto (Data)             data = draw_data (400, n_labels, 15);
      g_auto (Data)             queries = draw_data (80, n_labels, 16);
      g_autoptr (OrdNeighbours) neighbours
          = ord_neighbours_new (data.features, data.n, WIDTH);
      double                    best = INFINITY;
      double                    mae;
      double                    radius;

      radius = ord_radius_search (neighbours, data.labels, n_labels,
                                  queries.features, queries.labels, 80, 0.0,
                                  &mae);
      g_assert_cmpfloat_with_epsilon (mae, slow_error (&data, &queries, radius),
                                      1e-6);
      for (double r = 0.02; r < 3.0; r *= 1.02)
        best = MIN (best, slow_error (&data, &queries, r));
      g_assert_cmpfloat (mae, <=, best * 1.01);
    }
}

/* Of radii that are nearly as good, a large one; none of a dense row of larger ones is
 * as good, but for the grain of the search. */
static void
test_search_tolerates (void)
{
  g_auto (Data)             data = draw_data (400, 1, 15);
  g_auto (Data)             queries = draw_data (80, 1, 16);
  g_autoptr (OrdNeighbours) neighbours
      = ord_neighbours_new (data.features, data.n, WIDTH);
  double                    lowest, mae;
  double                    best, radius;

  best = ord_radius_search (neighbours, data.labels, 1, queries.features,
                            queries.labels, 80, 0.0, &lowest);
  radius = ord_radius_search (neighbours, data.labels, 1, queries.features,
                              queries.labels, 80, 0.05, &mae);
  g_assert_cmpfloat (radius, >, best);
  g_assert_cmpfloat_with_epsilon (mae, slow_error (&data, &queries, radius), 1e-6);
  g_assert_cmpfloat (mae, <, 1.05 * lowest);
  for (double r = 1.42 * radius; r < 10.0 * radius; r *= 1.02)
    g_assert_cmpfloat (slow_error (&data, &queries, r), >, 1.05 * lowest);
}

static void
test_search_repeats (void)
{
  g_auto (Data)             data = draw_data (300, 1, 25);
  g_auto (Data)             queries = draw_data (50, 1, 26);
  g_autoptr (OrdNeighbours) neighbours
      = ord_neighbours_new (data.features, data.n, WIDTH);
  double                    mae[2];
  double                    radius[2];

  for (int i = 0; i < 2; i++)
    radius[i] = ord_radius_search (neighbours, data.labels, 1,
                                   queries.features, queries.labels, 50,
                                   0.0, &mae[i]);
  g_assert_true (radius[0] == radius[1]);
  g_assert_true (mae[0] == mae[1]);
}

static void
test_search_degenerate (void)
{
  const float  same[3 * WIDTH] = { 0 };
  const double labels[] = { 1, 2, 6 };
  const double truth = 3.0;
  const float  far[WIDTH] = { 4, 0, 0, 0, 0 };
  double       mae;
  double       radius;
  g_autoptr (OrdNeighbours) three = ord_neighbours_new (same, 3, WIDTH);
  g_autoptr (OrdNeighbours) one = ord_neighbours_new (same, 1, WIDTH);

  radius = ord_radius_search (three, labels, 1, same, labels, 3, 0.0, &mae);
  g_assert_true (isfinite (radius) && radius > 0.0);
  g_assert_cmpfloat_with_epsilon (mae, 2.0, 1e-9);

  radius = ord_radius_search (one, labels, 1, far, &truth, 1, 0.0, &mae);
  g_assert_true (isfinite (radius) && radius > 0.0);
  g_assert_cmpfloat_with_epsilon (mae, 2.0, 1e-9);

  radius = ord_radius_search (one, labels, 1, same, &truth, 1, 0.0, NULL);
  g_assert_true (isfinite (radius) && radius > 0.0);
}

/* More pairs than are kept at once. */
static void
test_search_large (void)
{
  const gsize               n = 9000;
  const gsize               n_queries = 2200;
  guint64                   seed = 77;
  g_autofree float         *features = g_new (float, n);
  g_autofree double        *labels = g_new (double, n);
  g_autofree float         *queries = g_new (float, n_queries);
  g_autofree double        *truths = g_new (double, n_queries);
  g_autofree double        *values = g_new (double, n_queries);
  g_autoptr (OrdNeighbours) neighbours = NULL;
  double                    mae;
  double                    sum = 0.0;
  double                    radius;

  for (gsize i = 0; i < n; i++)
    {
      features[i] = draw_uniform (&seed);
      labels[i] = 10.0 * features[i] + draw_normal (&seed);
    }
  for (gsize i = 0; i < n_queries; i++)
    {
      queries[i] = draw_uniform (&seed);
      truths[i] = 10.0 * queries[i];
    }

  neighbours = ord_neighbours_new (features, n, 1);
  radius = ord_radius_search (neighbours, labels, 1, queries, truths,
                              n_queries, 0.0, &mae);
  ord_answer_many (neighbours, queries, n_queries, labels, 1, radius, values,
                   NULL, NULL);
  for (gsize i = 0; i < n_queries; i++)
    sum += fabs (values[i] - truths[i]) / n_queries;
  g_assert_cmpfloat_with_epsilon (mae, sum, 1e-6);
  g_assert_cmpfloat (mae, <, 0.2);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/answer/is-the-formula", test_formula);
  g_test_add_func ("/answer/the-nearest-answers-alone-and-says-so", test_alone);
  g_test_add_func ("/answer/radius-zero-takes-exact-matches", test_radius_zero);
  g_test_add_func ("/radius/no-other-is-better", test_search);
  g_test_add_func ("/radius/a-larger-one-may-be-a-little-worse", test_search_tolerates);
  g_test_add_func ("/radius/is-the-same-twice", test_search_repeats);
  g_test_add_func ("/radius/one-point-one-query-one-reference",
                   test_search_degenerate);
  g_test_add_func ("/radius/more-pairs-than-are-kept", test_search_large);

  return g_test_run ();
}
