/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The neighbour graph in compressed rows, its pieces, and Dijkstra's shortest
 * paths from one node with a binary heap.
 */
#include <math.h>
#include <string.h>

#include "ord-knn-graph-private.h"
#include "ord-neighbours-private.h"

/* Rows between two looks at the cancellable. */
#define ROWS 2048

void
ord_space_graph_free (OrdSpaceGraph *graph)
{
  if (graph == NULL)
    return;

  g_free (graph->starts);
  g_free (graph->ends);
  g_free (graph);
}

/* Takes @self out of its own @found (k + 1) neighbours. Among more than k + 1
 * images in one point it may not be there; then the last one goes. */
static void
drop_self (const OrdNeighbour *found,
           gsize               k,
           guint               self,
           OrdNeighbour       *out)
{
  gsize n = 0;

  for (gsize i = 0; i <= k && n < k; i++)
    if (found[i].index != self)
      out[n++] = found[i];
}

OrdNeighbour *
ord_neighbours_of_references (const OrdNeighbours *neighbours,
                              gsize                k,
                              GCancellable        *cancellable,
                              GError             **error)
{
  const float             *features = ord_neighbours_get_features (neighbours);
  gsize                    width = ord_neighbours_get_width (neighbours);
  gsize                    n = ord_neighbours_get_n (neighbours);
  gsize                    rows = MIN (n, ROWS);
  g_autofree OrdNeighbour *nearest = g_new (OrdNeighbour, n * k);
  g_autofree OrdNeighbour *found = g_new (OrdNeighbour, rows * (k + 1));

  for (gsize first = 0; first < n; first += rows)
    {
      gsize n_rows = MIN (rows, n - first);

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return NULL;

      ord_neighbours_nearest (neighbours, features + first * width, n_rows,
                              k + 1, found);
      for (gsize i = 0; i < n_rows; i++)
        drop_self (found + i * (k + 1), k, first + i,
                   nearest + (first + i) * k);
    }

  return g_steal_pointer (&nearest);
}

static gboolean
is_listed (const OrdNeighbour *row,
           gsize               k,
           guint               index)
{
  for (gsize i = 0; i < k; i++)
    if (row[i].index == index)
      return TRUE;

  return FALSE;
}

static void
add_edge (OrdSpaceGraph *graph,
          gsize         *filled,
          guint          from,
          guint          to,
          float          length)
{
  graph->ends[graph->starts[from] + filled[from]++]
      = (OrdNeighbour){ to, length };
  graph->ends[graph->starts[to] + filled[to]++]
      = (OrdNeighbour){ from, length };
}

/* A pair that lists each other is one edge, the one of its lower index. */
static gboolean
is_second_of_pair (const OrdNeighbour *nearest,
                   gsize               stride,
                   gsize               k,
                   guint               from,
                   guint               to)
{
  return to < from && is_listed (nearest + to * stride, k, from);
}

OrdSpaceGraph *
ord_space_graph_new (const OrdNeighbour *nearest,
                     gsize               n,
                     gsize               stride,
                     gsize               k,
                     const guint        *links,
                     const float        *lengths,
                     gsize               n_links)
{
  OrdSpaceGraph    *graph = g_new0 (OrdSpaceGraph, 1);
  g_autofree gsize *filled = g_new0 (gsize, n);

  graph->n = n;
  graph->starts = g_new0 (gsize, n + 1);

  for (gsize i = 0; i < n; i++)
    for (gsize j = 0; j < k; j++)
      {
        guint to = nearest[i * stride + j].index;

        if (is_second_of_pair (nearest, stride, k, i, to))
          continue;
        graph->starts[i + 1]++;
        graph->starts[to + 1]++;
      }
  for (gsize i = 0; i < 2 * n_links; i++)
    graph->starts[links[i] + 1]++;
  for (gsize i = 0; i < n; i++)
    graph->starts[i + 1] += graph->starts[i];

  graph->ends = g_new (OrdNeighbour, MAX (graph->starts[n], 1));
  for (gsize i = 0; i < n; i++)
    for (gsize j = 0; j < k; j++)
      {
        OrdNeighbour end = nearest[i * stride + j];

        if (!is_second_of_pair (nearest, stride, k, i, end.index))
          add_edge (graph, filled, i, end.index, end.distance);
      }
  for (gsize i = 0; i < n_links; i++)
    add_edge (graph, filled, links[2 * i], links[2 * i + 1], lengths[i]);

  return graph;
}

gsize
ord_space_graph_pieces (const OrdSpaceGraph *graph,
                        guint               *pieces,
                        guint               *largest)
{
  g_autofree guint *stack = g_new (guint, graph->n);
  gsize             largest_size = 0;
  guint             n_pieces = 0;

  for (gsize i = 0; i < graph->n; i++)
    pieces[i] = G_MAXUINT;

  for (gsize i = 0; i < graph->n; i++)
    {
      gsize depth = 0;
      gsize size = 0;

      if (pieces[i] != G_MAXUINT)
        continue;

      stack[depth++] = i;
      pieces[i] = n_pieces;
      while (depth > 0)
        {
          guint node = stack[--depth];

          size++;
          for (gsize e = graph->starts[node]; e < graph->starts[node + 1]; e++)
            {
              guint end = graph->ends[e].index;

              if (pieces[end] != G_MAXUINT)
                continue;
              pieces[end] = n_pieces;
              stack[depth++] = end;
            }
        }
      if (size > largest_size)
        {
          largest_size = size;
          *largest = n_pieces;
        }
      n_pieces++;
    }

  return largest_size;
}

/* A heap of nodes by their distance so far; @places says where each one is. */
typedef struct
{
  guint        *nodes;
  gsize         n;
  gsize        *places;
  const double *distances;
} Heap;

static void
heap_put (Heap *heap,
          gsize at,
          guint node)
{
  heap->nodes[at] = node;
  heap->places[node] = at;
}

static void
heap_raise (Heap *heap,
            gsize at,
            guint node)
{
  while (at > 0)
    {
      gsize parent = (at - 1) / 2;

      if (heap->distances[heap->nodes[parent]] <= heap->distances[node])
        break;
      heap_put (heap, at, heap->nodes[parent]);
      at = parent;
    }
  heap_put (heap, at, node);
}

static guint
heap_pop (Heap *heap)
{
  guint top = heap->nodes[0];
  guint last = heap->nodes[--heap->n];
  gsize at = 0;

  for (;;)
    {
      gsize child = 2 * at + 1;

      if (child >= heap->n)
        break;
      if (child + 1 < heap->n
          && heap->distances[heap->nodes[child + 1]]
               < heap->distances[heap->nodes[child]])
        child++;
      if (heap->distances[last] <= heap->distances[heap->nodes[child]])
        break;
      heap_put (heap, at, heap->nodes[child]);
      at = child;
    }
  if (heap->n > 0)
    heap_put (heap, at, last);

  return top;
}

void
ord_space_graph_distances (const OrdSpaceGraph *graph,
                           guint                from,
                           float               *distances)
{
  g_autofree double *exact = g_new (double, graph->n);
  g_autofree guint  *nodes = g_new (guint, graph->n);
  g_autofree gsize  *places = g_new (gsize, graph->n);
  Heap               heap = { nodes, 0, places, exact };

  for (gsize i = 0; i < graph->n; i++)
    exact[i] = INFINITY;
  exact[from] = 0.0;
  heap_raise (&heap, heap.n++, from);

  while (heap.n > 0)
    {
      guint node = heap_pop (&heap);

      for (gsize e = graph->starts[node]; e < graph->starts[node + 1]; e++)
        {
          guint  end = graph->ends[e].index;
          double distance = exact[node] + graph->ends[e].distance;
          gsize  place;

          if (!(distance < exact[end]))
            continue;
          place = isinf (exact[end]) ? heap.n++ : heap.places[end];
          exact[end] = distance;
          heap_raise (&heap, place, end);
        }
    }

  for (gsize i = 0; i < graph->n; i++)
    distances[i] = exact[i];
}
