/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the map alone tells of a label.
 */
#include "ord-map-reading.h"

void
ord_map_read_labels (const OrdMap *map,
                     const double *labels,
                     guint         n_labels,
                     const float  *places,
                     gsize         n_places,
                     double       *values)
{
  g_autoptr (OrdNeighbours) dots = NULL;
  g_autofree OrdNeighbour *nearest = NULL;
  gsize k;

  g_return_if_fail (map != NULL && labels != NULL && n_labels > 0);
  g_return_if_fail (n_places == 0 || (places != NULL && values != NULL));

  if (n_places == 0)
    return;

  k = MIN (ORD_MAP_READING_NEAREST, ord_map_get_n (map));
  dots = ord_neighbours_new (ord_map_get_points (map), ord_map_get_n (map), 2);
  nearest = g_new (OrdNeighbour, n_places * k);
  ord_neighbours_nearest (dots, places, n_places, k, nearest);

  for (gsize i = 0; i < n_places; i++)
    for (guint l = 0; l < n_labels; l++)
      {
        double sum = 0.0;

        for (gsize j = 0; j < k; j++)
          sum += labels[(gsize) nearest[i * k + j].index * n_labels + l];
        values[i * n_labels + l] = sum / k;
      }
}
