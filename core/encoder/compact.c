/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The embedded encoder: a small residual network (He et al. 2016, "Identity
 * mappings": batch norm and ReLU stand before each convolution) that learns
 * from scratch on a few hundred to some ten thousand pictures. A stem halves
 * the size; each stage halves it again and doubles the channels; the global
 * average is joined with an embedding of the covariates, and two fully
 * connected layers make the feature.
 */
#include "ord-encoder-private.h"

/* Early layers tell strangers more reliably: how well late ones do depends on
 * what the label has taught them to see. */
#define DESCRIBED_STAGES 2

static const OrdOptionSpec options[] = {
  { "channels", "channels of the first stage; each next one has twice as many",
    32, 4, 256, TRUE, NULL },
  { "stages", "stages of the network; each halves the size", 4, 1, 6, TRUE, NULL },
  { "blocks", "residual blocks in a stage", 1, 1, 8, TRUE, NULL },
  { "hidden", "width of the layer before the feature", 256, 8, 4096, TRUE, NULL },
  { "width", "numbers in a feature", 128, 2, 4096, TRUE, NULL },
  { NULL }
};

static OrdNode
convolve (OrdGraph   *graph,
          const char *block,
          const char *name,
          OrdNode     input,
          int         channels,
          int         kernel,
          int         stride)
{
  g_autofree char *full = g_strconcat (block, "/", name, NULL);
  int              pad = kernel / 2;

  return ord_graph_convolution (graph, full, input, &(OrdConvolution) {
    .channels = channels,
    .kernel = { kernel, kernel },
    .stride = { stride, stride },
    .pad = { pad, pad, pad, pad },
  });
}

static OrdNode
normalise (OrdGraph   *graph,
           const char *block,
           const char *name,
           OrdNode     input)
{
  g_autofree char *full = g_strconcat (block, "/", name, NULL);

  return ord_graph_batch_norm (graph, full, input, TRUE);
}

static void
describe (OrdGraph   *graph,
          const char *block,
          const char *name,
          OrdNode     node)
{
  g_autofree char *full = g_strconcat (block, "/", name, NULL);

  ord_graph_describe (graph, full, node);
}

static OrdNode
add_block (OrdGraph   *graph,
           const char *name,
           OrdNode     input,
           int         channels,
           int         stride,
           gboolean    described)
{
  g_autofree char *sum = g_strconcat (name, "/sum", NULL);
  OrdNode          active = normalise (graph, name, "norm-1", input);
  OrdNode          shortcut = input;
  OrdNode          x;

  if (described)
    describe (graph, name, "average-1", active);
  if (stride > 1 || ord_graph_get_channels (graph, input) != channels)
    shortcut = convolve (graph, name, "shortcut", active, channels, 1, stride);
  x = convolve (graph, name, "convolution-1", active, channels, 3, stride);
  x = normalise (graph, name, "norm-2", x);
  if (described)
    describe (graph, name, "average-2", x);
  x = convolve (graph, name, "convolution-2", x, channels, 3, 1);

  return ord_graph_add (graph, sum, x, shortcut);
}

/* Two batch norms of four numbers a channel and two 3 × 3 convolutions in a
 * block; a 1 × 1 one where the channels or the size change. */
static gsize
compact_count (const OrdEncoderSpec *spec)
{
  const OrdOptions *values = spec->options;
  gsize first = (gsize) ord_options_get (values, "channels");
  guint stages = (guint) ord_options_get (values, "stages");
  guint blocks = (guint) ord_options_get (values, "blocks");
  gsize in = first;
  gsize count = 9 * (gsize) spec->preparation->channels * first;

  for (guint stage = 0; stage < stages; stage++)
    for (guint block = 0; block < blocks; block++)
      {
        gsize out = first << stage;

        count += 4 * in + 9 * in * out + 4 * out + 9 * out * out;
        if (in != out)
          count += in * out;
        in = out;
      }
  count += 4 * in;
  return count + ord_encoder_count_head (in, spec->covariate_width, values);
}

static gboolean
compact_build (OrdEncoder            *encoder,
               const OrdEncoderSpec  *spec,
               GError               **error)
{
  const OrdOptions *values = spec->options;
  OrdGraph *graph = ord_graph_new (spec->seed);
  int       channels = (int) ord_options_get (values, "channels");
  int       stages = (int) ord_options_get (values, "stages");
  int       blocks = (int) ord_options_get (values, "blocks");
  OrdNode   image, x;

  image = ord_graph_image_input (graph, "image", spec->preparation->channels,
                                 FALSE);

  x = convolve (graph, "stem", "convolution", image, channels, 3, 2);
  for (int stage = 0; stage < stages; stage++)
    for (int block = 0; block < blocks; block++)
      {
        g_autofree char *name = g_strdup_printf ("stage-%d/block-%d", stage + 1,
                                                 block + 1);

        x = add_block (graph, name, x, channels << stage,
                       stage > 0 && block == 0 ? 2 : 1,
                       stage < DESCRIBED_STAGES && block == 0);
      }
  x = normalise (graph, "head", "norm", x);
  x = ord_graph_global_average (graph, "head/average", x);

  ord_encoder_add_head (graph, x, spec->covariate_width, values);
  encoder->graph = graph;

  return TRUE;
}

const OrdEncoderClass ord_encoder_compact = {
  .name = "compact",
  .summary = "a small residual network that learns from scratch",
  .options = options,
  .count = compact_count,
  .build = compact_build,
};
