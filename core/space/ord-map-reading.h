/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the map alone tells of a label, as a person reads it who looks at the
 * colours around a place. Where every component of a vector can be read off, the
 * map is a surface; where one runs along a line, the others cannot.
 */
#pragma once

#include "ord-map.h"

G_BEGIN_DECLS

/* Reference images around a place that are looked at. */
#define ORD_MAP_READING_NEAREST 10

/**
 * ord_map_read_labels:
 * @labels: (n, n_labels) of the map's reference images
 * @places: (n_places, 2), such as ord_map_place() gives for new images; a
 *   reference image's own place would be read with its own label among the
 *   others
 * @values: (out): (n_places, n_labels): the mean label of the reference images
 *   nearest on the map
 */
void ord_map_read_labels (const OrdMap *map,
                          const double *labels,
                          guint         n_labels,
                          const float  *places,
                          gsize         n_places,
                          double       *values);

G_END_DECLS
