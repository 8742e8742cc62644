/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a map holds; shared by its making and its way into a file.
 */
#pragma once

#include "ord-map.h"

G_BEGIN_DECLS

#define ORD_MAP_MAX_LANDMARKS 64
#define ORD_MAP_MAX_NEAREST   30

/* Isomap: a point is @matrix · (@offset − δ²), δ the geodesic distances to the
 * landmarks. PCA: it is @matrix · (f − @offset), f the feature. */
struct _OrdMap
{
  OrdMapKind  kind;
  gsize       n;
  gsize       width;
  guint       n_landmarks; /* 0 with PCA */
  guint       n_nearest;   /* neighbours that a new image is placed by */
  gsize       n_inputs;    /* n_landmarks, or width with PCA */
  double     *matrix;      /* (2, n_inputs) */
  double     *offset;      /* (n_inputs) */
  float      *points;      /* (n, 2) */
  float      *geodesics;   /* (n, n_landmarks) */
};

/* All arrays zero; the sizes are trusted. */
OrdMap *ord_map_alloc (OrdMapKind kind,
                       gsize      n,
                       gsize      width,
                       guint      n_landmarks,
                       guint      n_nearest);

G_END_DECLS
