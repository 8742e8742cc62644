/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The 2-D map of the learnt space: landmark Isomap (de Silva & Tenenbaum 2002)
 * with a place for new images, or PCA where the neighbour graph is in pieces.
 */
#pragma once

#include "ord-neighbours.h"

G_BEGIN_DECLS

/**
 * OrdMapKind:
 * @ORD_MAP_ISOMAP: geodesic distances, landmark MDS
 * @ORD_MAP_PCA: two principal components, because the graph is in pieces
 */
typedef enum
{
  ORD_MAP_ISOMAP,
  ORD_MAP_PCA,
} OrdMapKind;

/* "isomap", "pca" */
const char *ord_map_kind_name (OrdMapKind kind);

/* Immutable; it holds what placing a new image needs and nothing else. */
typedef struct _OrdMap OrdMap;

/**
 * ord_map_new:
 * @features: (n, width)
 * @labels: (nullable): (n, n_labels); the axis that the first label correlates
 *   with more becomes x, and the label grows to the right; a second label grows
 *   along y
 *
 * Deterministic. Works for any n of at least 1; below 10 it is PCA. Features
 * that are not numbers are an ORD_ERROR_TRAINING.
 */
OrdMap     *ord_map_new       (const float   *features,
                               gsize          n,
                               gsize          width,
                               const double  *labels,
                               guint          n_labels,
                               GCancellable  *cancellable,
                               GError       **error);
void        ord_map_free      (OrdMap        *map);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OrdMap, ord_map_free)

OrdMapKind  ord_map_get_kind   (const OrdMap *map);
gsize       ord_map_get_n      (const OrdMap *map);

/* (n, 2), (transfer none); the places of the reference images. */
const float *ord_map_get_points (const OrdMap *map);

/* The place (x, y) of a new feature among the same reference images: the
 * Isomap triangulation through its nearest references, or the PCA projection,
 * which does without @neighbours. Always numbers. */
void        ord_map_place      (const OrdMap        *map,
                                const OrdNeighbours *neighbours,
                                const float         *query,
                                float               *point);

/* For the model file: everything of the map as bytes, and back. Reading checks
 * every size against @n and @width; damaged bytes are an ORD_ERROR_MODEL. */
GBytes     *ord_map_to_bytes   (const OrdMap  *map);
OrdMap     *ord_map_from_bytes (GBytes        *bytes,
                                gsize          n,
                                gsize          width,
                                GError       **error);

G_END_DECLS
