/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Landmark Isomap (Tenenbaum, de Silva, Langford 2000; de Silva, Tenenbaum
 * 2002): distances along the neighbour graph of the reference images to a few
 * landmarks, classical scaling of the landmarks, and triangulation of
 * everything else from its distances to them. A new image reaches the landmarks
 * through its nearest reference images and is triangulated in the same way.
 *
 * The graph joins every image with its 10 nearest. Where that leaves it in
 * pieces, more neighbours are tried, up to 30. If then at least 99 % of the
 * images hang together, each of the others is tied to its nearest image among
 * them: a few outliers must not cost the others their map. Otherwise distances
 * between the pieces mean nothing, and the map is made of the two principal
 * components instead; its kind says so. It is also where there are fewer than
 * 10 images.
 *
 * Landmarks are spread by taking, each time, the image that is farthest along
 * the graph from all landmarks so far.
 */
#include <math.h>
#include <string.h>

#include "ord-knn-graph-private.h"
#include "ord-map-private.h"
#include "ord-neighbours-private.h"
#include "ord-projection-private.h"

#define FEWEST_FOR_ISOMAP 10
#define FEWEST_NEAREST    10
#define NEAREST_STEP      5
#define MOSTLY_ONE_PIECE  0.99

/* Distances and their sums along the graph stay numbers. */
#define LARGEST_FEATURE   1e18f

const char *
ord_map_kind_name (OrdMapKind kind)
{
  switch (kind)
    {
    case ORD_MAP_ISOMAP:
      return "isomap";
    case ORD_MAP_PCA:
      return "pca";
    }

  g_return_val_if_reached (NULL);
}

OrdMap *
ord_map_alloc (OrdMapKind kind,
               gsize      n,
               gsize      width,
               guint      n_landmarks,
               guint      n_nearest)
{
  OrdMap *map = g_new0 (OrdMap, 1);

  map->kind = kind;
  map->n = n;
  map->width = width;
  map->n_landmarks = n_landmarks;
  map->n_nearest = n_nearest;
  map->n_inputs = kind == ORD_MAP_ISOMAP ? n_landmarks : width;
  map->matrix = g_new0 (double, 2 * map->n_inputs);
  map->offset = g_new0 (double, map->n_inputs);
  map->points = g_new0 (float, 2 * n);
  map->geodesics = g_new0 (float, n * n_landmarks);

  return map;
}

void
ord_map_free (OrdMap *map)
{
  if (map == NULL)
    return;

  g_free (map->matrix);
  g_free (map->offset);
  g_free (map->points);
  g_free (map->geodesics);
  g_free (map);
}

OrdMapKind
ord_map_get_kind (const OrdMap *map)
{
  g_return_val_if_fail (map != NULL, ORD_MAP_PCA);

  return map->kind;
}

gsize
ord_map_get_n (const OrdMap *map)
{
  g_return_val_if_fail (map != NULL, 0);

  return map->n;
}

const float *
ord_map_get_points (const OrdMap *map)
{
  g_return_val_if_fail (map != NULL, NULL);

  return map->points;
}

/* A map is drawn, and a model file may be hostile: places are numbers. */
static float
to_coordinate (double value)
{
  return isnan (value) ? 0.0f : CLAMP (value, -G_MAXFLOAT, G_MAXFLOAT);
}

/* @geodesics: (n_landmarks) of the image */
static void
triangulate (const OrdMap *map,
             const float  *geodesics,
             float        *point)
{
  for (int axis = 0; axis < 2; axis++)
    {
      const double *row = map->matrix + axis * map->n_inputs;
      double        sum = 0.0;

      for (gsize l = 0; l < map->n_landmarks; l++)
        sum += row[l] * (map->offset[l] - (double) geodesics[l] * geodesics[l]);
      point[axis] = to_coordinate (sum);
    }
}

static void
project (const OrdMap *map,
         const float  *feature,
         float        *point)
{
  for (int axis = 0; axis < 2; axis++)
    {
      const double *row = map->matrix + axis * map->n_inputs;
      double        sum = 0.0;

      for (gsize j = 0; j < map->width; j++)
        sum += row[j] * (feature[j] - map->offset[j]);
      point[axis] = to_coordinate (sum);
    }
}

/* Each image outside the largest piece, and its nearest one inside. */
static void
link_strays (const OrdNeighbours *neighbours,
             const guint         *pieces,
             guint                largest,
             guint               *links,
             float               *lengths,
             gsize                n_links)
{
  const float *features = ord_neighbours_get_features (neighbours);
  gsize        width = ord_neighbours_get_width (neighbours);
  gsize        n = ord_neighbours_get_n (neighbours);
  gsize        at = 0;

  for (gsize i = 0; i < n; i++)
    if (pieces[i] != largest)
      links[2 * at++] = i;

#pragma omp parallel for schedule(dynamic, 1)
  for (gsize s = 0; s < n_links; s++)
    {
      const float *stray = features + links[2 * s] * width;

      lengths[s] = INFINITY;
      for (gsize i = 0; i < n; i++)
        {
          float distance;

          if (pieces[i] != largest)
            continue;
          distance = ord_feature_distance (stray, features + i * width, width);
          if (distance < lengths[s])
            {
              lengths[s] = distance;
              links[2 * s + 1] = i;
            }
        }
    }
}

/* Returns: (nullable): the graph in one piece; %NULL without an error where it
 *   is in pieces */
static OrdSpaceGraph *
connect_references (const OrdNeighbours *neighbours,
                    guint               *n_nearest,
                    GCancellable        *cancellable,
                    GError             **error)
{
  gsize                    n = ord_neighbours_get_n (neighbours);
  gsize                    most = MIN (ORD_MAP_MAX_NEAREST, n - 1);
  gsize                    k = MIN (FEWEST_NEAREST, most);
  g_autofree OrdNeighbour *nearest = NULL;
  g_autofree guint        *pieces = g_new (guint, n);
  g_autofree guint        *links = NULL;
  g_autofree float        *lengths = NULL;
  guint                    largest = 0;
  gsize                    size;

  nearest = ord_neighbours_of_references (neighbours, most, cancellable, error);
  if (nearest == NULL)
    return NULL;

  for (;;)
    {
      g_autoptr (OrdSpaceGraph) graph
          = ord_space_graph_new (nearest, n, most, k, NULL, NULL, 0);

      size = ord_space_graph_pieces (graph, pieces, &largest);
      *n_nearest = k;
      if (size == n)
        return g_steal_pointer (&graph);
      if (k == most)
        break;
      k = MIN (k + NEAREST_STEP, most);
    }

  if (size < MOSTLY_ONE_PIECE * n)
    return NULL;

  links = g_new (guint, 2 * (n - size));
  lengths = g_new (float, n - size);
  link_strays (neighbours, pieces, largest, links, lengths, n - size);

  return ord_space_graph_new (nearest, n, most, k, links, lengths, n - size);
}

/* @geodesics: (out): (n_landmarks, n)
 * @landmarks: (out): (n_landmarks) */
static gboolean
choose_landmarks (const OrdSpaceGraph *graph,
                  guint                n_landmarks,
                  guint               *landmarks,
                  float               *geodesics,
                  GCancellable        *cancellable,
                  GError             **error)
{
  g_autofree float *nearest = g_new (float, graph->n);
  guint             farthest = 0;

  /* The first is one end: farthest from wherever one starts. */
  ord_space_graph_distances (graph, 0, nearest);
  for (gsize i = 1; i < graph->n; i++)
    if (nearest[i] > nearest[farthest])
      farthest = i;
  for (gsize i = 0; i < graph->n; i++)
    nearest[i] = INFINITY;

  for (guint l = 0; l < n_landmarks; l++)
    {
      float *row = geodesics + l * graph->n;

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;

      landmarks[l] = farthest;
      ord_space_graph_distances (graph, farthest, row);
      for (gsize i = 0; i < graph->n; i++)
        nearest[i] = MIN (nearest[i], row[i]);
      for (gsize i = 0; i < graph->n; i++)
        if (nearest[i] > nearest[farthest])
          farthest = i;
    }

  return TRUE;
}

/* Classical scaling of the landmarks gives the matrix that places anything
 * from its distances to them. */
static gboolean
scale_landmarks (OrdMap       *map,
                 const guint  *landmarks,
                 GError      **error)
{
  gsize              m = map->n_landmarks;
  g_autofree double *squares = g_new (double, m * m);
  g_autofree double *vectors = g_new (double, 2 * m);
  double             values[2];
  double             grand = 0.0;

  for (gsize a = 0; a < m; a++)
    for (gsize b = 0; b < m; b++)
      {
        double there = map->geodesics[landmarks[a] * m + b];
        double back = map->geodesics[landmarks[b] * m + a];

        squares[a * m + b] = 0.5 * (there * there + back * back);
        map->offset[a] += squares[a * m + b] / m;
      }
  for (gsize a = 0; a < m; a++)
    grand += map->offset[a] / m;
  for (gsize a = 0; a < m; a++)
    for (gsize b = 0; b < m; b++)
      squares[a * m + b] = -0.5 * (squares[a * m + b] - map->offset[a]
                                   - map->offset[b] + grand);

  if (!ord_projection_eigen (squares, m, values, vectors, error))
    return FALSE;

  for (int axis = 0; axis < 2; axis++)
    {
      /* An axis without extent would be nothing but rounding, blown up. */
      if (!(values[axis] > 1e-10 * values[0]))
        continue;
      for (gsize l = 0; l < m; l++)
        map->matrix[axis * m + l]
            = 0.5 * vectors[axis * m + l] / sqrt (values[axis]);
    }

  return TRUE;
}

static OrdMap *
make_isomap (const OrdNeighbours *neighbours,
             const OrdSpaceGraph *graph,
             guint                n_nearest,
             GCancellable        *cancellable,
             GError             **error)
{
  g_autoptr (OrdMap) map = NULL;
  g_autofree float  *geodesics = NULL;
  guint              landmarks[ORD_MAP_MAX_LANDMARKS];
  gsize              n = graph->n;
  guint              m = MIN (n, ORD_MAP_MAX_LANDMARKS);

  map = ord_map_alloc (ORD_MAP_ISOMAP, n,
                       ord_neighbours_get_width (neighbours), m, n_nearest);
  geodesics = g_new (float, m * n);
  if (!choose_landmarks (graph, m, landmarks, geodesics, cancellable, error))
    return NULL;

  for (gsize i = 0; i < n; i++)
    for (gsize l = 0; l < m; l++)
      map->geodesics[i * m + l] = geodesics[l * n + i];
  if (!scale_landmarks (map, landmarks, error))
    return NULL;

  for (gsize i = 0; i < n; i++)
    triangulate (map, map->geodesics + i * m, map->points + 2 * i);

  return g_steal_pointer (&map);
}

static OrdMap *
make_pca (const float  *features,
          gsize         n,
          gsize         width,
          GError      **error)
{
  g_autoptr (OrdMap) map = ord_map_alloc (ORD_MAP_PCA, n, width, 0, 0);

  if (!ord_projection_components (features, n, width, map->offset, map->matrix,
                                  error))
    return NULL;

  for (gsize i = 0; i < n; i++)
    project (map, features + i * width, map->points + 2 * i);

  return g_steal_pointer (&map);
}

/* Of one axis of the points with one component of the labels; 0 where either
 * is constant. */
static double
correlate (const OrdMap *map,
           int           axis,
           const double *labels,
           guint         n_labels,
           guint         label)
{
  double point_mean = 0.0;
  double label_mean = 0.0;
  double products = 0.0;
  double point_squares = 0.0;
  double label_squares = 0.0;

  for (gsize i = 0; i < map->n; i++)
    {
      point_mean += map->points[2 * i + axis] / map->n;
      label_mean += labels[i * n_labels + label] / map->n;
    }
  for (gsize i = 0; i < map->n; i++)
    {
      double point = map->points[2 * i + axis] - point_mean;
      double value = labels[i * n_labels + label] - label_mean;

      products += point * value;
      point_squares += point * point;
      label_squares += value * value;
    }

  if (!(point_squares > 0.0) || !(label_squares > 0.0))
    return 0.0;

  return products / sqrt (point_squares) / sqrt (label_squares);
}

static void
swap_axes (OrdMap *map)
{
  for (gsize j = 0; j < map->n_inputs; j++)
    {
      double x = map->matrix[j];

      map->matrix[j] = map->matrix[map->n_inputs + j];
      map->matrix[map->n_inputs + j] = x;
    }
  for (gsize i = 0; i < map->n; i++)
    {
      float x = map->points[2 * i];

      map->points[2 * i] = map->points[2 * i + 1];
      map->points[2 * i + 1] = x;
    }
}

static void
flip_axis (OrdMap *map,
           int     axis)
{
  /* Never −0, which would look odd in a file and in a test. */
  for (gsize j = 0; j < map->n_inputs; j++)
    map->matrix[axis * map->n_inputs + j]
        = 0.0 - map->matrix[axis * map->n_inputs + j];
  for (gsize i = 0; i < map->n; i++)
    map->points[2 * i + axis] = 0.0f - map->points[2 * i + axis];
}

static double
outermost (const OrdMap *map,
           int           axis)
{
  double most = 0.0;

  for (gsize i = 0; i < map->n; i++)
    if (fabs (map->points[2 * i + axis]) > fabs (most))
      most = map->points[2 * i + axis];

  return most;
}

/* Eigenvectors have no sign of their own. Without a label that tells, the
 * point farthest out decides. */
static void
turn_axis (OrdMap       *map,
           int           axis,
           const double *labels,
           guint         n_labels,
           guint         label)
{
  double sense = 0.0;

  if (labels != NULL && label < n_labels)
    sense = correlate (map, axis, labels, n_labels, label);
  if (sense == 0.0)
    sense = outermost (map, axis);
  if (sense < 0.0)
    flip_axis (map, axis);
}

static void
turn (OrdMap       *map,
      const double *labels,
      guint         n_labels)
{
  if (labels != NULL
      && fabs (correlate (map, 1, labels, n_labels, 0))
           > fabs (correlate (map, 0, labels, n_labels, 0)))
    swap_axes (map);

  turn_axis (map, 0, labels, n_labels, 0);
  turn_axis (map, 1, labels, n_labels, 1);
}

static gboolean
check_features (const float  *features,
                gsize         n,
                gsize         width,
                GError      **error)
{
  for (gsize i = 0; i < n * width; i++)
    if (!(fabsf (features[i]) <= LARGEST_FEATURE))
      {
        g_set_error (error, ORD_ERROR, ORD_ERROR_TRAINING,
                     "The features of training image %" G_GSIZE_FORMAT " are "
                     "not numbers or are beyond all measure, so there is no "
                     "map: training has diverged. Train with a lower rate.",
                     i / width + 1);
        return FALSE;
      }

  return TRUE;
}

OrdMap *
ord_map_new (const float   *features,
             gsize          n,
             gsize          width,
             const double  *labels,
             guint          n_labels,
             GCancellable  *cancellable,
             GError       **error)
{
  g_autoptr (OrdMap) map = NULL;

  g_return_val_if_fail (features != NULL, NULL);
  g_return_val_if_fail (n > 0 && n < G_MAXUINT, NULL);
  g_return_val_if_fail (width > 0 && width <= G_MAXINT / 64, NULL);
  g_return_val_if_fail (labels == NULL || n_labels > 0, NULL);

  if (!check_features (features, n, width, error))
    return NULL;

  if (n >= FEWEST_FOR_ISOMAP)
    {
      g_autoptr (OrdNeighbours) neighbours
          = ord_neighbours_new (features, n, width);
      g_autoptr (OrdSpaceGraph) graph = NULL;
      GError                   *local = NULL;
      guint                     n_nearest;

      graph = connect_references (neighbours, &n_nearest, cancellable, &local);
      if (graph != NULL)
        map = make_isomap (neighbours, graph, n_nearest, cancellable, &local);
      if (local != NULL)
        {
          g_propagate_error (error, local);
          return NULL;
        }
    }

  if (map == NULL)
    map = make_pca (features, n, width, error);
  if (map != NULL)
    turn (map, labels, n_labels);

  return g_steal_pointer (&map);
}

void
ord_map_place (const OrdMap        *map,
               const OrdNeighbours *neighbours,
               const float         *query,
               float               *point)
{
  OrdNeighbour nearest[ORD_MAP_MAX_NEAREST];
  float        geodesics[ORD_MAP_MAX_LANDMARKS];

  g_return_if_fail (map != NULL);
  g_return_if_fail (query != NULL && point != NULL);

  if (map->kind == ORD_MAP_PCA)
    {
      project (map, query, point);
      return;
    }

  g_return_if_fail (neighbours != NULL);
  g_return_if_fail (ord_neighbours_get_n (neighbours) == map->n);
  g_return_if_fail (ord_neighbours_get_width (neighbours) == map->width);

  ord_neighbours_nearest (neighbours, query, 1, map->n_nearest, nearest);
  for (guint l = 0; l < map->n_landmarks; l++)
    {
      geodesics[l] = INFINITY;
      for (guint i = 0; i < map->n_nearest; i++)
        geodesics[l]
            = MIN (geodesics[l],
                   nearest[i].distance
                     + map->geodesics[(gsize) nearest[i].index
                                        * map->n_landmarks + l]);
    }
  triangulate (map, geodesics, point);
}
