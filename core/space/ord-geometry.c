/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * D5 and the residual variance (Chao, Zhang, Yan 2022; the latter after
 * Tenenbaum et al. 2000), by their definitions: the k-nearest-neighbour graph
 * of the features is symmetrised, an edge is as long as the Euclidean distance,
 * a geodesic is the shortest path; ρ is Pearson's correlation of geodesic and
 * label distance over all pairs of different images; 1 − ρ is averaged over ten
 * random samples of 1,000 images (once over all where there are no more), and
 * the smallest over k = 5, 10, …, 200 counts. A pair without a path counts
 * 1e10.
 *
 * The authors' script departs from the text in details: an image is its own
 * first neighbour, so its k is our k − 1; each image's zero distance to itself
 * is among the pairs; an edge of length 0 is lost.
 *
 * A larger k only adds edges, so the paths of the smaller one are where the
 * search for shorter ones begins.
 */
#include <math.h>
#include <string.h>

#include "../ord-random.h"
#include "ord-geometry-private.h"
#include "ord-knn-graph-private.h"
#include "ord-neighbours-private.h"
#include "ord-shortest-paths-private.h"

#define D5_NEAREST    5
#define SAMPLES       10
#define SAMPLE_SIZE   1000
#define NEAREST_STEP  5
#define NEAREST_MOST  200
#define N_GRAPHS      (NEAREST_MOST / NEAREST_STEP)
#define GRAPHS_IN_RUN 10
#define NO_PATH       1e10

static double
label_distance (const double *labels,
                guint         n_labels,
                gsize         a,
                gsize         b)
{
  double squares = 0.0;

  for (guint l = 0; l < n_labels; l++)
    {
      double off = labels[a * n_labels + l] - labels[b * n_labels + l];

      squares += off * off;
    }

  return sqrt (squares);
}

static gboolean
measure_d5 (const OrdNeighbours *neighbours,
            const double        *labels,
            guint                n_labels,
            double              *d5,
            double              *near_distances,
            GCancellable        *cancellable,
            GError             **error)
{
  gsize                    n = ord_neighbours_get_n (neighbours);
  gsize                    k = MIN (D5_NEAREST, n - 1);
  g_autofree OrdNeighbour *nearest = NULL;
  double                   sum = 0.0;

  nearest = ord_neighbours_of_references (neighbours, k, cancellable, error);
  if (nearest == NULL)
    return FALSE;

  for (gsize i = 0; i < n; i++)
    {
      double of_image = 0.0;

      for (gsize j = 0; j < k; j++)
        of_image += label_distance (labels, n_labels, i, nearest[i * k + j].index);
      if (near_distances != NULL)
        near_distances[i] = of_image / k;
      sum += of_image;
    }
  *d5 = sum / (n * k);

  return TRUE;
}

/* One sample of the images, in an order that follows the label: where the space
 * does, close images then have close numbers, which the shortest paths like. */
typedef struct
{
  gsize         n;
  gsize         n_labels;
  float        *features;
  double       *labels;
  OrdNeighbour *nearest;   /* (n, most) */
  gsize         most;
  double        label_mean;
  double        label_squares;
} Sample;

static void
sample_clear (Sample *sample)
{
  g_free (sample->features);
  g_free (sample->labels);
  g_free (sample->nearest);
}

typedef struct
{
  double value;
  guint  index;
} Rank;

static int
compare_ranks (const void *a,
               const void *b)
{
  const Rank *x = a;
  const Rank *y = b;

  if (x->value != y->value)
    return x->value < y->value ? -1 : 1;

  return (x->index > y->index) - (x->index < y->index);
}

/* (transfer full): @size different rows, ordered by the first label. */
static Rank *
draw_rows (const double *labels,
           guint         n_labels,
           gsize         n,
           gsize         size,
           OrdRandom    *random)
{
  Rank *ranks = g_new (Rank, n);

  for (gsize i = 0; i < n; i++)
    ranks[i] = (Rank){ labels[i * n_labels], i };
  for (gsize i = 0; i < size && size < n; i++)
    {
      gsize other = i + ord_random_index (random, n - i);
      Rank  swap = ranks[i];

      ranks[i] = ranks[other];
      ranks[other] = swap;
    }
  qsort (ranks, size, sizeof (Rank), compare_ranks);

  return ranks;
}

static void
measure_labels (Sample *sample)
{
  gsize  n = sample->n;
  double sum = 0.0;

  for (gsize i = 0; i < n; i++)
    for (gsize j = i + 1; j < n; j++)
      sum += label_distance (sample->labels, sample->n_labels, i, j);
  sample->label_mean = sum / (0.5 * n * (n - 1.0));

  /* Labels all equal have a mean of exactly 0, and squares of 0. */
  sample->label_squares = 0.0;
  for (gsize i = 0; i < n; i++)
    for (gsize j = i + 1; j < n; j++)
      {
        double off = label_distance (sample->labels, sample->n_labels, i, j)
                     - sample->label_mean;

        sample->label_squares += off * off;
      }
}

static gboolean
sample_init (Sample        *sample,
             const float   *features,
             gsize          n,
             gsize          width,
             const double  *labels,
             guint          n_labels,
             gsize          size,
             OrdRandom     *random,
             GCancellable  *cancellable,
             GError       **error)
{
  g_autoptr (OrdNeighbours) neighbours = NULL;
  g_autofree Rank          *rows = NULL;

  sample->n = MIN (n, size);
  sample->n_labels = n_labels;
  sample->most = MIN (NEAREST_MOST, sample->n - 1);
  sample->features = g_new (float, sample->n * width);
  sample->labels = g_new (double, sample->n * n_labels);

  rows = draw_rows (labels, n_labels, n, sample->n, random);
  for (gsize i = 0; i < sample->n; i++)
    {
      memcpy (sample->features + i * width,
              features + rows[i].index * width, width * sizeof (float));
      memcpy (sample->labels + i * n_labels,
              labels + (gsize) rows[i].index * n_labels,
              n_labels * sizeof (double));
    }
  measure_labels (sample);

  neighbours = ord_neighbours_new (sample->features, sample->n, width);
  sample->nearest = ord_neighbours_of_references (neighbours, sample->most,
                                                  cancellable, error);

  return sample->nearest != NULL;
}

/* The @from-th to the (@to − 1)-th neighbours become edges.
 * @lengths: (n, stride) */
static void
add_edges (const Sample *sample,
           gsize         from,
           gsize         to,
           float        *lengths)
{
  gsize stride = ord_shortest_paths_stride (sample->n);

  for (gsize i = 0; i < sample->n; i++)
    for (gsize j = from; j < to; j++)
      {
        OrdNeighbour end = sample->nearest[i * sample->most + j];
        float        length = MIN (end.distance, ORD_UNREACHABLE);
        float       *there = &lengths[i * stride + end.index];
        float       *back = &lengths[end.index * stride + i];

        *there = *back = MIN (length, *there);
      }
}

static double
path_length (float length)
{
  return length < ORD_UNREACHABLE ? length : NO_PATH;
}

/* 1 − ρ; NaN where either distance is constant. */
static double
measure_residual (const Sample *sample,
                  const float  *lengths)
{
  gsize  n = sample->n;
  gsize  stride = ord_shortest_paths_stride (n);
  double mean = 0.0;
  double squares = 0.0;
  double products = 0.0;

  for (gsize i = 0; i < n; i++)
    for (gsize j = i + 1; j < n; j++)
      mean += path_length (lengths[i * stride + j]);
  mean /= 0.5 * n * (n - 1.0);

  for (gsize i = 0; i < n; i++)
    for (gsize j = i + 1; j < n; j++)
      {
        double off = path_length (lengths[i * stride + j]) - mean;
        double label_off
            = label_distance (sample->labels, sample->n_labels, i, j)
              - sample->label_mean;

        squares += off * off;
        products += off * label_off;
      }
  if (!(squares > 0.0) || !(sample->label_squares > 0.0))
    return NAN;

  return 1.0 - products / sqrt (squares) / sqrt (sample->label_squares);
}

/* Some graphs in a row: the smaller ones' paths begin the larger ones'.
 * @residuals: (out): (N_GRAPHS); only those of these graphs are set */
static void
measure_graphs (const Sample *sample,
                guint         first,
                guint         n_graphs,
                double       *residuals,
                GCancellable *cancellable)
{
  gsize             n = sample->n;
  gsize             stride = ord_shortest_paths_stride (n);
  g_autofree float *lengths = g_new (float, n * stride);
  gsize             k = 0;

  for (gsize i = 0; i < n * stride; i++)
    lengths[i] = ORD_UNREACHABLE;
  for (gsize i = 0; i < n; i++)
    lengths[i * stride + i] = 0.0f;

  for (guint g = first; g < first + n_graphs; g++)
    {
      gsize next = MIN ((g + 1) * NEAREST_STEP, sample->most);

      if (g_cancellable_is_cancelled (cancellable) || k == sample->most)
        return;

      add_edges (sample, k, next, lengths);
      ord_shortest_paths (lengths, n);
      residuals[g] = measure_residual (sample, lengths);
      k = next;
    }
}

/* Whole runs of graphs are what the threads share: they wait for one another
 * only at the end, so that a busy machine does not slow them beyond its share.
 * @residuals: (out): (n_samples, N_GRAPHS) */
static gboolean
measure_samples (const Sample  *samples,
                 guint          n_samples,
                 guint          n_graphs,
                 double        *residuals,
                 GCancellable  *cancellable,
                 GError       **error)
{
  guint n_runs = (n_graphs + GRAPHS_IN_RUN - 1) / GRAPHS_IN_RUN;

#pragma omp parallel for schedule(dynamic, 1)
  for (guint i = 0; i < n_samples * n_runs; i++)
    {
      guint sample = i / n_runs;
      guint first = i % n_runs * GRAPHS_IN_RUN;

      measure_graphs (&samples[sample], first,
                      MIN (GRAPHS_IN_RUN, n_graphs - first),
                      residuals + sample * N_GRAPHS, cancellable);
    }

  return !g_cancellable_set_error_if_cancelled (cancellable, error);
}

/* The smallest mean over the samples. */
static void
choose_rv (OrdGeometry  *geometry,
           const double *residuals,
           guint         n_samples,
           guint         n_graphs,
           gsize         most)
{
  for (guint g = 0; g < n_graphs; g++)
    {
      double rv = 0.0;

      for (guint s = 0; s < n_samples; s++)
        rv += residuals[s * N_GRAPHS + g] / n_samples;
      if (isnan (geometry->rv) ? !isnan (rv) : rv < geometry->rv)
        {
          geometry->rv = rv;
          geometry->rv_nearest = MIN ((g + 1) * NEAREST_STEP, most);
        }
    }
}

static gboolean
measure_rv (OrdGeometry   *geometry,
            const float   *features,
            gsize          n,
            gsize          width,
            const double  *labels,
            guint          n_labels,
            gsize          size,
            guint64        seed,
            GCancellable  *cancellable,
            GError       **error)
{
  OrdRandom random = { seed };
  guint     n_samples = n > size ? SAMPLES : 1;
  gsize     most = MIN (NEAREST_MOST, MIN (n, size) - 1);
  guint     n_graphs = (most + NEAREST_STEP - 1) / NEAREST_STEP;
  Sample    samples[SAMPLES] = { { 0 } };
  double    residuals[SAMPLES * N_GRAPHS] = { 0.0 };
  gboolean  measured = TRUE;

  for (guint s = 0; s < n_samples && measured; s++)
    measured = sample_init (&samples[s], features, n, width, labels, n_labels,
                            size, &random, cancellable, error);
  if (measured)
    measured = measure_samples (samples, n_samples, n_graphs, residuals,
                                cancellable, error);
  if (measured)
    choose_rv (geometry, residuals, n_samples, n_graphs, most);

  for (guint s = 0; s < n_samples; s++)
    sample_clear (&samples[s]);

  return measured;
}

gboolean
ord_geometry_measure_sampled (OrdGeometry   *geometry,
                              const float   *features,
                              gsize          n,
                              gsize          width,
                              const double  *labels,
                              guint          n_labels,
                              gsize          size,
                              guint64        seed,
                              double        *near_distances,
                              GCancellable  *cancellable,
                              GError       **error)
{
  g_autoptr (OrdNeighbours) neighbours = NULL;

  g_return_val_if_fail (geometry != NULL, FALSE);
  g_return_val_if_fail (features != NULL && n > 0 && width > 0, FALSE);
  g_return_val_if_fail (labels != NULL && n_labels > 0, FALSE);

  *geometry = (OrdGeometry){ NAN, NAN, 0 };
  if (n < 2)
    return TRUE;

  neighbours = ord_neighbours_new (features, n, width);
  if (!measure_d5 (neighbours, labels, n_labels, &geometry->d5, near_distances,
                   cancellable, error))
    return FALSE;
  if (n < 3)
    return TRUE;

  return measure_rv (geometry, features, n, width, labels, n_labels, size, seed,
                     cancellable, error);
}

gboolean
ord_geometry_measure (OrdGeometry   *geometry,
                      const float   *features,
                      gsize          n,
                      gsize          width,
                      const double  *labels,
                      guint          n_labels,
                      guint64        seed,
                      double        *near_distances,
                      GCancellable  *cancellable,
                      GError       **error)
{
  return ord_geometry_measure_sampled (geometry, features, n, width, labels,
                                       n_labels, SAMPLE_SIZE, seed,
                                       near_distances, cancellable, error);
}
