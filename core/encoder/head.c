/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The end of every encoder: what a network found in a picture is joined with an
 * embedding of the covariates, and two fully connected layers make the feature.
 * The paper's is 2048 → 1000 → ReLU → 1000; ours is narrower.
 */
#include "ord-encoder-private.h"

#define COVARIATE_WIDTH 32

const char * const ord_encoder_heads[] = { "none", "layers", NULL };

gboolean
ord_encoder_wants_head (const OrdOptions *options)
{
  return ord_options_get (options, "head") > 0.5;
}

void
ord_encoder_add_head (OrdGraph         *graph,
                      OrdNode           node,
                      guint             covariate_width,
                      const OrdOptions *options)
{
  OrdNode x = node;

  if (covariate_width > 0)
    {
      OrdNode covariates = ord_graph_vector_input (graph, "covariates",
                                                   (int) covariate_width, FALSE);
      OrdNode joined[2];

      joined[0] = x;
      joined[1] = ord_graph_linear (graph, "covariates/embedding", covariates,
                                    COVARIATE_WIDTH);
      x = ord_graph_concat (graph, "head/joined", joined, 2);
    }
  x = ord_graph_linear (graph, "head/hidden", x,
                        (int) ord_options_get (options, "hidden"));
  x = ord_graph_relu (graph, "head/hidden-relu", x);
  ord_graph_linear (graph, "head/feature", x,
                    (int) ord_options_get (options, "width"));
}

gsize
ord_encoder_count_head (gsize             in,
                        guint             covariate_width,
                        const OrdOptions *options)
{
  gsize hidden = (gsize) ord_options_get (options, "hidden");
  gsize width = (gsize) ord_options_get (options, "width");
  gsize count = 0;

  if (covariate_width > 0)
    {
      count += (covariate_width + 1) * COVARIATE_WIDTH;
      in += COVARIATE_WIDTH;
    }
  return count + (in + 1) * hidden + (hidden + 1) * width;
}
