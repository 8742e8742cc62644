/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every kind of layer: its output against a plain loop, its gradients against
 * finite differences.
 */
#include <math.h>
#include <string.h>

#include "probe.h"

#define assert_near(a, b) \
  g_assert_cmpfloat_with_epsilon ((double) (a), (double) (b), \
                                  1e-4 * (1.0 + fabs ((double) (b))))

static const float *
parameter (Probe *probe,
           guint  index)
{
  return ((OrdParameter *)
          g_ptr_array_index (ord_graph_get_parameters (probe->graph), index))
         ->value;
}

/* -- convolution -------------------------------------------------------------- */

typedef struct
{
  const char     *name;
  int             channels;
  int             height;
  int             width;
  OrdConvolution  c;
} ConvolutionCase;

static const ConvolutionCase convolutions[] = {
  { "three-by-three", 5, 9, 7,
    { 6, { 3, 3 }, { 1, 1 }, { 1, 1 }, { 1, 1, 1, 1 }, 1, FALSE } },
  { "strided-with-bias", 1, 8, 8,
    { 4, { 3, 3 }, { 2, 2 }, { 1, 1 }, { 1, 1, 1, 1 }, 1, TRUE } },
  { "one-by-one", 3, 4, 5,
    { 7, { 1, 1 }, { 1, 1 }, { 1, 1 }, { 0, 0, 0, 0 }, 1, TRUE } },
  { "not-square-and-padded-unevenly", 4, 8, 9,
    { 5, { 1, 5 }, { 1, 2 }, { 1, 1 }, { 0, 1, 0, 2 }, 1, TRUE } },
  { "dilated", 4, 9, 9,
    { 4, { 3, 3 }, { 1, 1 }, { 2, 2 }, { 2, 2, 2, 2 }, 1, FALSE } },
  { "in-groups", 6, 6, 6,
    { 4, { 3, 3 }, { 1, 1 }, { 1, 1 }, { 1, 1, 1, 1 }, 2, FALSE } },
  { "depth-wise", 6, 6, 6,
    { 6, { 3, 3 }, { 1, 1 }, { 1, 1 }, { 1, 1, 1, 1 }, 6, TRUE } },
  { "depth-wise-24-channels-strided-padded-at-the-end", 24, 8, 7,
    { 24, { 5, 3 }, { 2, 2 }, { 1, 1 }, { 1, 0, 2, 1 }, 24, TRUE } },
  { "depth-wise-dilated", 16, 9, 9,
    { 16, { 3, 3 }, { 1, 1 }, { 2, 3 }, { 2, 3, 2, 3 }, 16, FALSE } },
  { "two-outputs-to-a-depth", 5, 6, 7,
    { 10, { 3, 3 }, { 1, 1 }, { 1, 1 }, { 1, 1, 1, 1 }, 5, TRUE } },
  { "in-groups-of-16", 32, 5, 6,
    { 32, { 3, 3 }, { 1, 1 }, { 1, 1 }, { 1, 1, 1, 1 }, 2, TRUE } },
  { "in-groups-of-odd-channels-dilated-and-padded-unevenly", 9, 8, 9,
    { 15, { 3, 2 }, { 2, 1 }, { 2, 3 }, { 0, 2, 3, 1 }, 3, TRUE } },
  { "seven-by-one", 20, 9, 5,
    { 24, { 7, 1 }, { 1, 1 }, { 1, 1 }, { 3, 0, 3, 0 }, 1, TRUE } },
  { "one-by-seven", 24, 5, 9,
    { 20, { 1, 7 }, { 1, 1 }, { 1, 1 }, { 0, 3, 0, 3 }, 1, TRUE } },
  { "seven-by-seven-stem", 3, 15, 14,
    { 16, { 7, 7 }, { 2, 2 }, { 1, 1 }, { 3, 3, 3, 3 }, 1, FALSE } },
};

/* One output number, by the definition. */
static double
convolve_at (const ConvolutionCase *k,
             const float           *image,
             const float           *weight,
             int                    out,
             int                    y,
             int                    x)
{
  const OrdConvolution *c = &k->c;
  int                   in_group = k->channels / c->groups;
  int                   first = out / (c->channels / c->groups) * in_group;
  double                sum = 0.0;

  for (int i = 0; i < in_group; i++)
    for (int ky = 0; ky < c->kernel[0]; ky++)
      for (int kx = 0; kx < c->kernel[1]; kx++)
        {
          int sy = y * c->stride[0] + ky * c->dilation[0] - c->pad[0];
          int sx = x * c->stride[1] + kx * c->dilation[1] - c->pad[1];

          if (sy < 0 || sy >= k->height || sx < 0 || sx >= k->width)
            continue;
          sum += (double) image[((first + i) * k->height + sy) * k->width + sx] *
                 weight[((out * in_group + i) * c->kernel[0] + ky) *
                        c->kernel[1] + kx];
        }
  return sum;
}

static void
test_convolution (gconstpointer data)
{
  const ConvolutionCase *k = data;
  const OrdConvolution  *c = &k->c;
  Probe                  probe;
  OrdNode                node;
  const float           *output;
  int                    height, width;

  probe_init (&probe, 2, k->height, k->width);
  node = probe_image (&probe, k->channels);
  ord_graph_convolution (probe.graph, "c", node, c);
  if (c->bias)
    for (int i = 0; i < c->channels; i++)
      ((float *) parameter (&probe, 1))[i] = 0.1f * (float) i;

  output = probe_forward (&probe, FALSE);
  height = (k->height + c->pad[0] + c->pad[2] -
            (c->kernel[0] - 1) * c->dilation[0] - 1) / c->stride[0] + 1;
  width = (k->width + c->pad[1] + c->pad[3] -
           (c->kernel[1] - 1) * c->dilation[1] - 1) / c->stride[1] + 1;
  g_assert_cmpuint (ord_graph_get_output_size (probe.graph), ==,
                    c->channels * height * width);
  for (int n = 0; n < 2; n++)
    for (int o = 0; o < c->channels; o++)
      for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
          assert_near (output[((n * c->channels + o) * height + y) * width + x],
                       convolve_at (k, probe.inputs[0] + n * k->channels *
                                       k->height * k->width,
                                    parameter (&probe, 0), o, y, x) +
                       (c->bias ? 0.1 * o : 0.0));

  probe_check_gradients (&probe, 5e-3);
  probe_clear (&probe);
}

/* -- batch norm --------------------------------------------------------------- */

static void
test_batch_norm (gconstpointer data)
{
  gboolean     relu = GPOINTER_TO_INT (data);
  const int    n = 3, channels = 5, height = 4, width = 3;
  const int    area = height * width;
  Probe        probe;
  const float *output;

  probe_init (&probe, n, height, width);
  ord_graph_batch_norm (probe.graph, "b", probe_image (&probe, channels), relu);
  for (int c = 0; c < channels; c++)
    {
      ((float *) parameter (&probe, 0))[c] = 1.0f + 0.2f * (float) c;
      ((float *) parameter (&probe, 1))[c] = 0.35f - 0.1f * (float) c;
    }

  output = probe_forward (&probe, TRUE);
  for (int c = 0; c < channels; c++)
    {
      double mean = 0.0, variance = 0.0;

      for (int i = 0; i < n * area; i++)
        mean += probe.inputs[0][(i / area * channels + c) * area + i % area] /
                (n * area);
      for (int i = 0; i < n * area; i++)
        variance +=
          pow (probe.inputs[0][(i / area * channels + c) * area + i % area] -
               mean, 2) / (n * area);
      for (int i = 0; i < n * area; i++)
        {
          int    at = (i / area * channels + c) * area + i % area;
          double expected = (probe.inputs[0][at] - mean) /
                            sqrt (variance + 1e-5) * (1.0 + 0.2 * c) + 0.35 -
                            0.1 * c;

          assert_near (output[at], relu ? fmax (expected, 0.0) : expected);
        }
      /* A tenth of the way from (0, 1). */
      assert_near (parameter (&probe, 2)[c], 0.1 * mean);
      assert_near (parameter (&probe, 3)[c],
                   0.9 + 0.1 * variance * n * area / (n * area - 1));
    }

  probe_check_gradients (&probe, 2e-2);
  probe_clear (&probe);
}

static void
test_batch_norm_predicts_by_running_statistics (void)
{
  Probe        probe;
  const float *output;

  probe_init (&probe, 1, 2, 2);
  ord_graph_batch_norm (probe.graph, "b", probe_image (&probe, 1), FALSE);
  ((float *) parameter (&probe, 2))[0] = 2.0f;
  ((float *) parameter (&probe, 3))[0] = 4.0f;
  output = probe_forward (&probe, FALSE);
  for (int i = 0; i < 4; i++)
    assert_near (output[i], (probe.inputs[0][i] - 2.0) / sqrt (4.0 + 1e-5));
  probe_clear (&probe);
}

/* Training uses the running statistics where they are frozen, and leaves them
 * as they are; the epsilon is large enough to be seen. */
static void
test_frozen_batch_norm (void)
{
  Probe        probe;
  const float *output;

  probe_init (&probe, 2, 3, 2);
  ord_graph_batch_norm_full (probe.graph, "b", probe_image (&probe, 2),
                             &(OrdBatchNorm) { .relu = TRUE,
                                               .epsilon = 0.5f,
                                               .frozen = TRUE });
  for (int c = 0; c < 2; c++)
    {
      ((float *) parameter (&probe, 0))[c] = 1.5f - 2.0f * (float) c;
      ((float *) parameter (&probe, 1))[c] = 0.2f;
      ((float *) parameter (&probe, 2))[c] = 0.3f;
      ((float *) parameter (&probe, 3))[c] = 2.0f + (float) c;
    }
  output = probe_forward (&probe, TRUE);
  for (int i = 0; i < 24; i++)
    {
      int    c = i / 6 % 2;
      double expected = (probe.inputs[0][i] - 0.3) / sqrt (2.5 + c) *
                        (1.5 - 2.0 * c) + 0.2;

      assert_near (output[i], fmax (expected, 0.0));
    }
  probe_check_gradients (&probe, 5e-3);
  for (int c = 0; c < 2; c++)
    {
      g_assert_cmpfloat (parameter (&probe, 2)[c], ==, 0.3f);
      g_assert_cmpfloat (parameter (&probe, 3)[c], ==, 2.0f + (float) c);
    }
  probe_clear (&probe);
}

static void
test_batch_norm_of_vectors (void)
{
  Probe probe;

  probe_init (&probe, 5, 0, 0);
  ord_graph_batch_norm (probe.graph, "b", probe_vector (&probe, 3), FALSE);
  probe_check_gradients (&probe, 2e-2);
  probe_clear (&probe);
}

/* -- pooling ------------------------------------------------------------------ */

typedef struct
{
  const char *name;
  gboolean    maximum;
  int         height;
  int         width;
  int         expected[2]; /* size of the output, from PyTorch */
  OrdPooling  w;
} PoolingCase;

static const PoolingCase poolings[] = {
  { "max", TRUE, 7, 6, { 4, 3 },
    { .kernel = { 3, 3 }, .stride = { 2, 2 }, .pad = { 1, 1, 1, 1 } } },
  { "average-over-the-picture", FALSE, 7, 6, { 4, 3 },
    { .kernel = { 3, 3 }, .stride = { 2, 2 }, .pad = { 1, 1, 1, 1 } } },
  { "average-with-padding-counted", FALSE, 7, 6, { 7, 6 },
    { .kernel = { 3, 3 }, .stride = { 1, 1 }, .pad = { 1, 1, 1, 1 },
      .include_padding = TRUE } },
  { "max-rounded-up", TRUE, 6, 8, { 3, 4 },
    { .kernel = { 3, 3 }, .stride = { 2, 2 }, .ceil = TRUE } },
  /* The window that would start behind the picture is left out. */
  { "max-rounded-up-within-the-picture", TRUE, 6, 5, { 4, 3 },
    { .kernel = { 2, 2 }, .stride = { 2, 2 }, .pad = { 1, 1, 1, 1 },
      .ceil = TRUE } },
  { "max-in-windows-with-gaps", TRUE, 9, 8, { 2, 2 },
    { .kernel = { 3, 2 }, .stride = { 3, 4 }, .dilation = { 2, 3 } } },
  { "max-with-gaps-rounded-up", TRUE, 9, 8, { 4, 3 },
    { .kernel = { 3, 2 }, .stride = { 2, 3 }, .pad = { 1, 0, 1, 1 },
      .ceil = TRUE, .dilation = { 2, 3 } } },
  { "average-rounded-up", FALSE, 6, 8, { 3, 4 },
    { .kernel = { 3, 3 }, .stride = { 2, 2 }, .ceil = TRUE } },
  { "average-rounded-up-with-padding-counted", FALSE, 6, 7, { 4, 3 },
    { .kernel = { 3, 4 }, .stride = { 2, 3 }, .pad = { 1, 1, 1, 1 },
      .include_padding = TRUE, .ceil = TRUE } },
  { "average-with-unpadded-columns-rounded-up", FALSE, 8, 6, { 4, 3 },
    { .kernel = { 2, 3 }, .stride = { 2, 2 }, .pad = { 0, 0, 0, 0 },
      .include_padding = TRUE, .ceil = TRUE } },
};

static void
test_pooling (gconstpointer data)
{
  const PoolingCase *k = data;
  const OrdPooling  *w = &k->w;
  const int          height = k->height, width = k->width, channels = 3;
  const int          out_h = k->expected[0], out_w = k->expected[1];
  const int          dilation[] = { MAX (w->dilation[0], 1),
                                    MAX (w->dilation[1], 1) };
  Probe              probe;
  OrdNode            node;
  const float       *output;

  probe_init (&probe, 1, height, width);
  node = probe_image (&probe, channels);
  if (k->maximum)
    ord_graph_max_pool (probe.graph, "p", node, w);
  else
    ord_graph_average_pool (probe.graph, "p", node, w);

  output = probe_forward (&probe, TRUE);
  g_assert_cmpuint (ord_graph_get_output_size (probe.graph), ==,
                    channels * out_h * out_w);
  for (int c = 0; c < channels; c++)
    for (int y = 0; y < out_h; y++)
      for (int x = 0; x < out_w; x++)
        {
          double largest = -INFINITY, sum = 0.0;
          int    counted = 0;

          for (int i = 0; i < w->kernel[0] * w->kernel[1]; i++)
            {
              int    sy = y * w->stride[0] - w->pad[0] +
                          i / w->kernel[1] * dilation[0];
              int    sx = x * w->stride[1] - w->pad[1] +
                          i % w->kernel[1] * dilation[1];
              double value;

              if (w->include_padding && sy < height + w->pad[2] &&
                  sx < width + w->pad[3])
                counted++;
              if (sy < 0 || sy >= height || sx < 0 || sx >= width)
                continue;
              value = probe.inputs[0][(c * height + sy) * width + sx];
              largest = fmax (largest, value);
              sum += value;
              counted += !w->include_padding;
            }
          assert_near (output[(c * out_h + y) * out_w + x],
                       k->maximum ? largest : sum / counted);
        }

  probe_check_gradients (&probe, 1e-2);
  probe_clear (&probe);
}

static void
test_global_average (void)
{
  Probe        probe;
  const float *output;

  probe_init (&probe, 2, 5, 3);
  ord_graph_global_average (probe.graph, "g", probe_image (&probe, 4));
  output = probe_forward (&probe, TRUE);
  g_assert_cmpuint (ord_graph_get_output_size (probe.graph), ==, 4);
  for (int i = 0; i < 8; i++)
    {
      double mean = 0.0;

      for (int k = 0; k < 15; k++)
        mean += probe.inputs[0][i * 15 + k] / 15.0;
      assert_near (output[i], mean);
    }
  probe_check_gradients (&probe, 5e-3);
  probe_clear (&probe);
}

/* -- the others --------------------------------------------------------------- */

static void
test_relu (void)
{
  Probe        probe;
  const float *output;

  probe_init (&probe, 2, 3, 3);
  ord_graph_relu (probe.graph, "r", probe_image (&probe, 3));
  output = probe_forward (&probe, FALSE);
  for (gsize i = 0; i < probe.counts[0]; i++)
    assert_near (output[i], fmaxf (probe.inputs[0][i], 0.0f));
  probe_check_gradients (&probe, 1e-2);
  probe_clear (&probe);
}

static void
test_clip (void)
{
  const double ranges[][2] = { { 0.0, 1.0 }, { -0.5, 0.75 },
                               { -INFINITY, 0.5 }, { 0.0, INFINITY } };

  for (guint k = 0; k < G_N_ELEMENTS (ranges); k++)
    {
      Probe        probe;
      const float *output;

      probe_init (&probe, 2, 3, 3);
      ord_graph_clip (probe.graph, "r", probe_image (&probe, 3), ranges[k][0],
                      ranges[k][1]);
      output = probe_forward (&probe, FALSE);
      for (gsize i = 0; i < probe.counts[0]; i++)
        assert_near (output[i], fmin (fmax (probe.inputs[0][i], ranges[k][0]),
                                      ranges[k][1]));
      probe_check_gradients (&probe, 1e-2);
      probe_clear (&probe);
    }
}

/* Where the convolution does the clip itself, and where another reader of the
 * convolution keeps it from that. */
static void
test_clip_behind_a_convolution (gconstpointer data)
{
  gboolean     shared = GPOINTER_TO_INT (data);
  Probe        probe;
  OrdNode      image, node, clipped[2];
  const float *output;

  probe_init (&probe, 2, 4, 5);
  image = probe_image (&probe, 16);
  node = ord_graph_convolution (probe.graph, "c", image, &(OrdConvolution) {
    .channels = 16, .kernel = { 1, 1 }, .bias = TRUE });
  clipped[0] = ord_graph_clip (probe.graph, "k", node, -0.5, 1.0);
  clipped[1] = ord_graph_relu (probe.graph, "r", shared ? node : clipped[0]);
  ord_graph_add (probe.graph, "s", clipped[0], clipped[1]);
  for (int i = 0; i < 256; i++)
    ((float *) parameter (&probe, 0))[i] = i % 17 == 0 ? 1.0f : 0.0f;
  for (int training = 0; training < 2; training++)
    {
      output = probe_forward (&probe, training);
      for (gsize i = 0; i < probe.counts[0]; i++)
        {
          double x = probe.inputs[0][i];
          double low = fmin (fmax (x, -0.5), 1.0);

          assert_near (output[i], low + fmax (shared ? x : low, 0.0));
        }
    }
  probe_check_gradients (&probe, 1e-2);
  probe_clear (&probe);
}

static void
test_linear (void)
{
  Probe        probe;
  const float *output;

  probe_init (&probe, 3, 0, 0);
  ord_graph_linear (probe.graph, "l", probe_vector (&probe, 5), 4);
  for (int o = 0; o < 4; o++)
    ((float *) parameter (&probe, 1))[o] = 0.5f * (float) o;
  output = probe_forward (&probe, FALSE);
  for (int n = 0; n < 3; n++)
    for (int o = 0; o < 4; o++)
      {
        double sum = 0.5 * o;

        for (int i = 0; i < 5; i++)
          sum += (double) probe.inputs[0][n * 5 + i] *
                 parameter (&probe, 0)[o * 5 + i];
        assert_near (output[n * 4 + o], sum);
      }
  probe_check_gradients (&probe, 5e-3);
  probe_clear (&probe);
}

/* Behind a convolution, whose output is not in plain order. */
static void
test_flatten (void)
{
  Probe              probe;
  OrdNode            node;
  const float       *output;
  g_autoptr (GError) error = NULL;
  OrdConvolution     twice = { .channels = 16, .kernel = { 1, 1 } };

  probe_init (&probe, 2, 3, 4);
  node = ord_graph_convolution (probe.graph, "c", probe_image (&probe, 16),
                                &twice);
  node = ord_graph_flatten (probe.graph, "f", node, 3, 4);
  g_assert_cmpint (ord_graph_get_channels (probe.graph, node), ==, 192);
  for (int i = 0; i < 256; i++)
    ((float *) parameter (&probe, 0))[i] = i % 17 == 0 ? 2.0f : 0.0f;
  output = probe_forward (&probe, FALSE);
  g_assert_cmpuint (ord_graph_get_output_size (probe.graph), ==, 192);
  for (gsize i = 0; i < probe.counts[0]; i++)
    assert_near (output[i], 2.0f * probe.inputs[0][i]);
  probe_clear (&probe);

  probe_init (&probe, 2, 3, 4);
  node = ord_graph_convolution (probe.graph, "c", probe_image (&probe, 16),
                                &twice);
  node = ord_graph_flatten (probe.graph, "f", node, 3, 4);
  ord_graph_linear (probe.graph, "l", node, 3);
  probe_check_gradients (&probe, 5e-3);
  g_assert_null (ord_graph_forward (probe.graph, FALSE, 1, 4, 3,
                                    (const float * const *) probe.inputs,
                                    &error));
  g_assert_error (error, ORD_ERROR, ORD_ERROR_LIBRARY);
  g_assert_nonnull (strstr (error->message, "4 × 3"));
  probe_clear (&probe);
}

static void
test_add (void)
{
  Probe        probe;
  OrdNode      first, second;
  const float *output;

  probe_init (&probe, 2, 3, 4);
  first = probe_image (&probe, 3);
  second = probe_image (&probe, 3);
  ord_graph_add (probe.graph, "a", first, second);
  output = probe_forward (&probe, FALSE);
  for (gsize i = 0; i < probe.counts[0]; i++)
    assert_near (output[i], probe.inputs[0][i] + probe.inputs[1][i]);
  probe_check_gradients (&probe, 5e-3);
  probe_clear (&probe);
}

/* 0: the picture itself. */
static const int joined_channels[][3] = {
  { 16, 32, 64 }, { 8, 24, 40 }, { 24, 5, 16 }, { 32, 0, 16 }, { 3, 0, 7 },
};

/* Blocks of 16 and of 8 channels, channels that fill no block, and inputs of
 * formats that differ: a picture in plain order among convolutions. */
static void
test_concat_of_blocks (gconstpointer data)
{
  const int *channels = data;
  Probe      probe;
  OrdNode    image, inputs[3];

  probe_init (&probe, 2, 3, 4);
  image = probe_image (&probe, 4);
  for (int i = 0; i < 3; i++)
    {
      g_autofree char *name = g_strdup_printf ("c%d", i);

      inputs[i] = channels[i] == 0 ? image
                  : ord_graph_convolution (probe.graph, name, image,
                                           &(OrdConvolution) {
        .channels = channels[i], .kernel = { 3, 3 }, .pad = { 1, 1, 1, 1 } });
    }
  /* The last one twice: its gradient is the sum of two views. */
  ord_graph_concat (probe.graph, "j",
                    (OrdNode[]) { inputs[0], inputs[1], inputs[2], inputs[2] },
                    4);
  probe_check_gradients (&probe, 5e-3);

  /* Each convolution alone gives what stands in its part. */
  {
    g_autofree float *joined = NULL;
    const int         area = 12;
    int               width = (int) ord_graph_get_output_size (probe.graph);
    int               at = 0;

    joined = g_memdup2 (probe_forward (&probe, FALSE),
                        sizeof (float) * 2 * (gsize) width);
    for (int i = 0; i < 3; i++)
      {
        Probe        alone;
        const float *output = probe.inputs[0];
        int          count = MAX (channels[i], 0) * area;

        if (channels[i] == 0)
          count = 4 * area;
        else
          {
            g_autofree char *name = g_strdup_printf ("c%d", i);

            probe_init (&alone, 2, 3, 4);
            ord_graph_convolution (alone.graph, name, probe_image (&alone, 4),
                                   &(OrdConvolution) {
              .channels = channels[i], .kernel = { 3, 3 },
              .pad = { 1, 1, 1, 1 } });
            output = probe_forward (&alone, FALSE);
          }
        for (int n = 0; n < 2; n++)
          for (int k = 0; k < count; k++)
            assert_near (joined[n * width + at + k], output[n * count + k]);
        at += count;
        if (channels[i] != 0)
          probe_clear (&alone);
      }
  }
  probe_clear (&probe);
}

static void
test_concat (void)
{
  Probe        probe;
  OrdNode      inputs[3];
  const float *output;

  probe_init (&probe, 2, 2, 3);
  inputs[0] = probe_image (&probe, 2);
  inputs[1] = probe_image (&probe, 1);
  inputs[2] = probe_image (&probe, 3);
  ord_graph_concat (probe.graph, "j", inputs, 3);
  output = probe_forward (&probe, FALSE);
  for (int n = 0; n < 2; n++)
    for (int c = 0; c < 6; c++)
      for (int i = 0; i < 6; i++)
        {
          int input = c < 2 ? 0 : c < 3 ? 1 : 2;
          int channel = c - (input == 0 ? 0 : input == 1 ? 2 : 3);
          int channels = input == 0 ? 2 : input == 1 ? 1 : 3;

          assert_near (output[(n * 6 + c) * 6 + i],
                       probe.inputs[input][(n * channels + channel) * 6 + i]);
        }
  probe_check_gradients (&probe, 5e-3);
  probe_clear (&probe);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (convolutions); i++)
    {
      g_autofree char *path =
        g_strdup_printf ("/layers/convolution/%s-is-the-plain-loop",
                         convolutions[i].name);

      g_test_add_data_func (path, &convolutions[i], test_convolution);
    }
  for (guint i = 0; i < G_N_ELEMENTS (poolings); i++)
    {
      g_autofree char *path =
        g_strdup_printf ("/layers/pooling/%s-is-the-plain-loop",
                         poolings[i].name);

      g_test_add_data_func (path, &poolings[i], test_pooling);
    }
  g_test_add_func ("/layers/pooling/global-average-gives-vectors",
                   test_global_average);
  g_test_add_data_func ("/layers/batch-norm/training-normalises-by-the-batch",
                        GINT_TO_POINTER (FALSE), test_batch_norm);
  g_test_add_data_func ("/layers/batch-norm/relu-in-the-same-pass",
                        GINT_TO_POINTER (TRUE), test_batch_norm);
  g_test_add_func ("/layers/batch-norm/prediction-uses-running-statistics",
                   test_batch_norm_predicts_by_running_statistics);
  g_test_add_func ("/layers/batch-norm/frozen-statistics-serve-training-too",
                   test_frozen_batch_norm);
  g_test_add_func ("/layers/batch-norm/vectors", test_batch_norm_of_vectors);
  g_test_add_func ("/layers/relu-is-the-plain-loop", test_relu);
  g_test_add_func ("/layers/clip-is-the-plain-loop", test_clip);
  g_test_add_data_func ("/layers/clip/a-convolution-does-it-itself",
                        GINT_TO_POINTER (FALSE),
                        test_clip_behind_a_convolution);
  g_test_add_data_func ("/layers/clip/two-readers-of-a-convolution",
                        GINT_TO_POINTER (TRUE),
                        test_clip_behind_a_convolution);
  g_test_add_func ("/layers/linear-is-the-plain-loop", test_linear);
  g_test_add_func ("/layers/flatten-gives-plain-order-of-one-size",
                   test_flatten);
  g_test_add_func ("/layers/add-is-the-plain-loop", test_add);
  g_test_add_func ("/layers/concat-is-the-plain-loop", test_concat);
  for (guint i = 0; i < G_N_ELEMENTS (joined_channels); i++)
    {
      const int       *c = joined_channels[i];
      g_autofree char *path =
        g_strdup_printf ("/layers/concat/of-%d-%d-and-%d-channels", c[0], c[1],
                         c[2]);

      g_test_add_data_func (path, c, test_concat_of_blocks);
    }

  return g_test_run ();
}
