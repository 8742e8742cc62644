/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The answer of RM-Loss (Chao, Zhang, Yan 2022): a kernel regression over the
 * reference images within a radius, the nearest of which always takes part.
 */
#include "ord-answer-private.h"
#include "ord-answer.h"
#include "ord-neighbours-private.h"

void
ord_answer_free (OrdAnswer *answer)
{
  if (answer == NULL)
    return;

  g_free (answer->value);
  g_free (answer->spread);
  g_clear_pointer (&answer->neighbours, g_array_unref);
  g_clear_pointer (&answer->weights, g_array_unref);
  g_free (answer);
}

/* An image alone counts whole, wherever it lies: it may be outside the radius,
 * where its weight would underflow. */
static double
weigh (const OrdNeighbour *found,
       gsize               n_found,
       gsize               i,
       double              radius)
{
  return n_found == 1 ? 1.0 : ord_answer_weight (found[i].distance, radius);
}

/* @spread: (nullable) */
static void
average (const OrdNeighbour *found,
         gsize               n_found,
         const double       *labels,
         guint               n_labels,
         double              radius,
         double             *value,
         double             *spread)
{
  double total = 0.0;

  for (guint l = 0; l < n_labels; l++)
    value[l] = 0.0;
  for (gsize i = 0; i < n_found; i++)
    {
      double weight = weigh (found, n_found, i, radius);

      total += weight;
      for (guint l = 0; l < n_labels; l++)
        value[l] += weight * labels[(gsize) found[i].index * n_labels + l];
    }
  for (guint l = 0; l < n_labels; l++)
    value[l] /= total;

  if (spread == NULL)
    return;

  for (guint l = 0; l < n_labels; l++)
    spread[l] = 0.0;
  for (gsize i = 0; i < n_found; i++)
    {
      double weight = weigh (found, n_found, i, radius);

      for (guint l = 0; l < n_labels; l++)
        {
          double off = labels[(gsize) found[i].index * n_labels + l] - value[l];

          spread[l] += weight * off * off;
        }
    }
  for (guint l = 0; l < n_labels; l++)
    spread[l] = sqrt (spread[l] / total);
}

OrdAnswer *
ord_answer_new (const OrdNeighbours *neighbours,
                const float         *query,
                const double        *labels,
                guint                n_labels,
                double               radius)
{
  OrdAnswer    *answer;
  OrdNeighbour *found;
  double        total = 0.0;

  g_return_val_if_fail (neighbours != NULL, NULL);
  g_return_val_if_fail (query != NULL, NULL);
  g_return_val_if_fail (labels != NULL && n_labels > 0, NULL);
  g_return_val_if_fail (radius >= 0.0, NULL);

  answer = g_new0 (OrdAnswer, 1);
  answer->neighbours = ord_neighbours_within (neighbours, query, radius);
  answer->within_radius = answer->neighbours->len > 0;
  if (!answer->within_radius)
    {
      OrdNeighbour nearest;

      ord_neighbours_nearest (neighbours, query, 1, 1, &nearest);
      g_array_append_val (answer->neighbours, nearest);
    }

  found = (OrdNeighbour *) answer->neighbours->data;
  answer->value = g_new (double, n_labels);
  answer->spread = g_new (double, n_labels);
  average (found, answer->neighbours->len, labels, n_labels, radius,
           answer->value, answer->spread);

  answer->weights = g_array_sized_new (FALSE, FALSE, sizeof (double),
                                       answer->neighbours->len);
  for (guint i = 0; i < answer->neighbours->len; i++)
    {
      double weight = weigh (found, answer->neighbours->len, i, radius);

      g_array_append_val (answer->weights, weight);
      total += weight;
    }
  for (guint i = 0; i < answer->weights->len; i++)
    g_array_index (answer->weights, double, i) /= total;

  return answer;
}

typedef struct
{
  const double *labels;
  guint         n_labels;
  double        radius;
  double       *values;
  double       *spreads;
  float        *nearest;
} Many;

static void
answer_one (gsize               query,
            const OrdNeighbour *found,
            gsize               n_found,
            gpointer            user_data)
{
  Many  *many = user_data;
  gsize  at = query * many->n_labels;
  float  nearest = found[0].distance;

  average (found, n_found, many->labels, many->n_labels, many->radius,
           many->values + at,
           many->spreads != NULL ? many->spreads + at : NULL);

  for (gsize i = 1; i < n_found; i++)
    nearest = MIN (nearest, found[i].distance);
  if (many->nearest != NULL)
    many->nearest[query] = nearest;
}

void
ord_answer_many (const OrdNeighbours *neighbours,
                 const float         *queries,
                 gsize                n_queries,
                 const double        *labels,
                 guint                n_labels,
                 double               radius,
                 double              *values,
                 double              *spreads,
                 float               *nearest)
{
  Many many = { labels, n_labels, radius, values, spreads, nearest };

  g_return_if_fail (neighbours != NULL);
  g_return_if_fail (queries != NULL || n_queries == 0);
  g_return_if_fail (labels != NULL && n_labels > 0);
  g_return_if_fail (values != NULL || n_queries == 0);
  g_return_if_fail (radius >= 0.0);

  ord_neighbours_foreach (neighbours, queries, n_queries, radius, answer_one,
                          &many);
}
