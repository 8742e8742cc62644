/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * All shortest paths of a small dense graph.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Longer than any path: where there is no edge, and where there is no way. */
#define ORD_UNREACHABLE 1e30f

/* Rows come in whole tiles of this many values. */
#define ORD_PATHS_TILE 32

/* An odd number of tiles: rows a power of two apart would all want the same
 * few places of the processor's cache. */
static inline gsize
ord_shortest_paths_stride (gsize n)
{
  return ((n + ORD_PATHS_TILE - 1) / ORD_PATHS_TILE | 1) * ORD_PATHS_TILE;
}

/**
 * ord_shortest_paths:
 * @lengths: (inout): (n, stride), symmetric with a zero diagonal: lengths of
 *   edges, or of any known paths, in; of the shortest paths out. Columns
 *   beyond n mean nothing
 *
 * On one thread. Close nodes with close numbers make it faster.
 */
void ord_shortest_paths (float *lengths,
                         gsize  n);

G_END_DECLS
