/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A graph of ours is written layer by layer. A pretrained network that is used
 * as it is goes on: what ord-onnx-session.h makes of its output is put behind
 * it as nodes, and then the layers of the head.
 */
#include "ord-encoder-export.h"

#include "../network/ord-graph-visit.h"
#include "../onnx/ord-onnx-export.h"
#include "ord-encoder-private.h"

#define IMAGE      ORD_ENCODER_EXPORT_IMAGE
#define COVARIATES ORD_ENCODER_EXPORT_COVARIATES
#define FEATURES   ORD_ENCODER_EXPORT_FEATURES

/* Of a frozen network: its output, and what a head reads. */
#define OUTPUT "network/output"
#define ROWS   "network/rows"

/* A head that takes covariates has them as its second input. Returns: whether there
 * are any. */
static gboolean
add_covariates (OrdOnnxWriter *writer,
                OrdGraph      *graph)
{
  guint n_inputs = 0;

  for (OrdNode i = 0; i < ord_graph_get_n_nodes (graph); i++)
    if (ord_graph_visit (graph, i).kind == ORD_LAYER_INPUT && ++n_inputs == 2)
      ord_onnx_writer_add_rows (writer, COVARIATES,
                                ord_graph_get_channels (graph, i));
  return n_inputs > 1;
}

/* -- a picture and its mirror images ------------------------------------------ */

/* They go through the network as further pictures, (views · n, …), and the mean of
 * the views is the feature. */
#define VIEWS(what) "views/" what

/* Slice turns axes round by steps of −1, from the last number to before the first. */
static void
add_mirrored (OrdOnnxWriter *writer,
              guint          view,
              const char    *name)
{
  static const gint64  back[ORD_N_FLIPS] = { -1, -1 };
  static const gint64  before_first[ORD_N_FLIPS] = { -G_MAXINT32, -G_MAXINT32 };
  g_autofree char     *last = g_strconcat (name, "/last", NULL);
  g_autofree char     *end = g_strconcat (name, "/before-first", NULL);
  g_autofree char     *axis = g_strconcat (name, "/axes", NULL);
  const char * const   inputs[] = { IMAGE, last, end, axis, last };
  gint64               axes[ORD_N_FLIPS];
  guint                n_axes = 0;

  if (view & 1u << ORD_FLIP_HORIZONTAL)
    axes[n_axes++] = 3;
  if (view & 1u << ORD_FLIP_VERTICAL)
    axes[n_axes++] = 2;
  ord_onnx_writer_add_indices (writer, last, n_axes, back);
  ord_onnx_writer_add_indices (writer, end, n_axes, before_first);
  ord_onnx_writer_add_indices (writer, axis, n_axes, axes);
  ord_onnx_writer_add_node (writer, "Slice", G_N_ELEMENTS (inputs), inputs, name);
}

static void
join_views (OrdOnnxWriter      *writer,
            guint               n_views,
            const char * const *views,
            const char         *name)
{
  ord_onnx_writer_add_node (writer, "Concat", n_views, views, name);
  ord_onnx_writer_set_int (writer, "axis", 0);
}

/* Those of forward_mirrored() in ord-encoder.c; all have the picture's covariates.
 * Returns: how many there are. */
static guint
add_views (OrdOnnxWriter *writer,
           guint          flips,
           gboolean       covariates)
{
  static const char * const names[1 << ORD_N_FLIPS] = {
    IMAGE, VIEWS ("1"), VIEWS ("2"), VIEWS ("3"),
  };
  const char *views[1 << ORD_N_FLIPS] = { IMAGE };
  const char *shared[1 << ORD_N_FLIPS] = { COVARIATES };
  guint       n_views = 1;

  for (guint view = 1; view <= flips; view++)
    {
      if ((view & ~flips) != 0)
        continue;
      add_mirrored (writer, view, names[view]);
      views[n_views] = names[view];
      shared[n_views++] = COVARIATES;
    }
  join_views (writer, n_views, views, VIEWS (IMAGE));
  if (covariates)
    join_views (writer, n_views, shared, VIEWS (COVARIATES));

  return n_views;
}

static void
average_views (OrdOnnxWriter *writer,
               guint          n_views,
               guint          width)
{
  const gint64       dims[] = { n_views, -1, width };
  const int          first[] = { 0 };
  const char * const inputs[] = { VIEWS (FEATURES), VIEWS ("shape") };

  ord_onnx_writer_add_indices (writer, VIEWS ("shape"), G_N_ELEMENTS (dims),
                               dims);
  ord_onnx_writer_add_node (writer, "Reshape", 2, inputs, VIEWS ("rows"));
  ord_onnx_writer_add_node (writer, "ReduceMean", 1,
                            (const char * const[]) { VIEWS ("rows") }, FEATURES);
  ord_onnx_writer_set_ints (writer, "axes", 1, first);
  ord_onnx_writer_set_int (writer, "keepdims", 0);
}

/* -- kinds of encoders ---------------------------------------------------------- */

static OrdOnnxWriter *
export_graph (OrdEncoder  *encoder,
              guint        flips,
              const float *factors)
{
  static const char * const plain[] = { IMAGE, COVARIATES };
  static const char * const views[] = { VIEWS (IMAGE), VIEWS (COVARIATES) };
  const OrdPreparation     *preparation = &encoder->preparation;
  gboolean                  sized = ord_onnx_export_is_sized (encoder->graph);
  OrdOnnxWriter            *writer = ord_onnx_writer_new ();
  gboolean                  covariates;
  guint                     n_views;

  ord_onnx_writer_add_images (writer, IMAGE, preparation->channels,
                              sized ? preparation->height : 0,
                              sized ? preparation->width : 0);
  covariates = add_covariates (writer, encoder->graph);
  if (flips == 0)
    {
      ord_onnx_export_graph (writer, encoder->graph, plain, FEATURES, factors);
      return writer;
    }
  n_views = add_views (writer, flips, covariates);
  ord_onnx_export_graph (writer, encoder->graph, views, VIEWS (FEATURES), factors);
  average_views (writer, n_views, ord_encoder_get_width (encoder));
  return writer;
}

/* From the output to a row for each picture. Of tokens (n, tokens, d) the first
 * one is the picture's; no network that has them can be trained on, so Gather,
 * which the import does not know, takes nothing away. */
static void
add_rows (OrdOnnxWriter *writer,
          guint          rank,
          int            width,
          const char    *rows,
          const float   *factors)
{
  const char * const  token[] = { OUTPUT, "network/first-token" };
  g_autofree char    *plain = factors ? g_strconcat (rows, "/unscaled", NULL)
                                      : g_strdup (rows);

  if (rank == 4)
    {
      ord_onnx_export_average (writer, OUTPUT, rows, width, factors);
      return;
    }
  if (rank == 3)
    ord_onnx_writer_add_index (writer, token[1], 0);
  ord_onnx_writer_add_node (writer, rank == 3 ? "Gather" : "Flatten",
                            rank == 3 ? 2 : 1, token, plain);
  ord_onnx_writer_set_int (writer, "axis", 1);
  if (factors)
    ord_onnx_export_factors (writer, plain, rows, width, factors);
}

static OrdOnnxWriter *
export_frozen (OrdEncoder   *encoder,
               const float  *factors,
               GError      **error)
{
  const char * const   inputs[] = { ROWS, COVARIATES };
  const OrdPretrained *network = encoder->pretrained;
  OrdGraph            *head = encoder->graph;
  guint                rank = ord_onnx_session_get_rank (encoder->session);
  const char          *rows = head ? ROWS : FEATURES;
  const float         *on_rows = head ? NULL : factors;
  gboolean             as_is = rank == 2 && !on_rows;
  OrdOnnxWriter       *writer;

  writer = ord_onnx_writer_new_from (
    network->bytes, network->name,
    ord_onnx_session_get_input (encoder->session), IMAGE,
    ord_onnx_session_get_output (encoder->session), as_is ? rows : OUTPUT,
    error);
  if (!writer)
    return NULL;

  if (!as_is)
    add_rows (writer, rank, (int) encoder->frozen_width, rows, on_rows);
  if (head)
    {
      add_covariates (writer, head);
      ord_onnx_export_graph (writer, head, inputs, FEATURES, factors);
    }
  return writer;
}

static void
tell_numbers (OrdOnnxWriter *writer,
              const char    *key,
              guint          channels,
              const float   *values)
{
  char             one[G_ASCII_DTOSTR_BUF_SIZE];
  g_autofree char *three = ord_pretrained_triple_to_text (values);

  g_ascii_formatd (one, sizeof one, "%.9g", values[0]);
  ord_onnx_writer_set_metadata (writer, key, channels == 1 ? one : three);
}

static void
tell_number (OrdOnnxWriter *writer,
             const char    *key,
             int            value)
{
  g_autofree char *text = g_strdup_printf ("%d", value);

  ord_onnx_writer_set_metadata (writer, key, text);
}

/* As the network's input is normalised, which for a colour network is not as
 * grey pictures are. */
static void
tell_preparation (OrdEncoder    *encoder,
                  OrdOnnxWriter *writer)
{
  const OrdPreparation *preparation = &encoder->preparation;
  guint                 channels =
    encoder->session ? ord_onnx_session_get_channels (encoder->session)
                     : (guint) preparation->channels;
  gboolean              grey = preparation->channels == 1;
  gboolean              coloured = grey && channels == 3;

  tell_numbers (writer, "mean", channels,
                coloured ? encoder->pretrained->mean : preparation->mean);
  tell_numbers (writer, "sd", channels,
                coloured ? encoder->pretrained->sd : preparation->sd);
  tell_number (writer, "channels", (int) channels);
  tell_number (writer, "height", preparation->height);
  tell_number (writer, "width", preparation->width);
  ord_onnx_writer_set_metadata (writer, "pictures", grey ? "grey" : "colour");
}

OrdOnnxWriter *
ord_encoder_export (OrdEncoder   *encoder,
                    gboolean      alone,
                    const float  *factors,
                    GError      **error)
{
  OrdOnnxWriter *writer;

  g_return_val_if_fail (encoder != NULL, NULL);

  writer = encoder->klass->freeze ? export_frozen (encoder, factors, error)
                                  : export_graph (encoder,
                                                  alone ? 0 : encoder->flips,
                                                  factors);
  if (!writer)
    return NULL;
  tell_preparation (encoder, writer);
  ord_onnx_writer_set_metadata (writer, ORD_ENCODER_EXPORT_VIEWS,
                                alone || encoder->flips == 0
                                ? "picture" : ORD_ENCODER_EXPORT_MIRRORED);
  ord_onnx_writer_add_output (writer, FEATURES,
                              (int) ord_encoder_get_width (encoder));
  return writer;
}
