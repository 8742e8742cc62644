/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Encoders written as ONNX networks: ONNX Runtime makes the same features of
 * them, and so does our own reader, whatever they were made from.
 */
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "../folder.h"
#include "assert-close.h"
#include "pretrained-fixture.h"

#include "ord-random.h"
#include "encoder/ord-encoder-export.h"
#include "onnx/ord-onnx-export.h"
#include "onnx/ord-onnx-session.h"
#include "network/ord-parameter.h"

#define N 3 /* pictures */

static char *folder;

/* -- encoders ------------------------------------------------------------------ */

/**
 * Case:
 * @network: (nullable)
 * @options: as text
 */
typedef struct
{
  const char    *kind;
  OrdPretrained *network;
  const char    *options;
  int            height;
  int            width;
  int            channels;
  guint          covariates;
} Case;

/* As after a training: nothing is 0 or 1 any more. Told by the names, so that
 * two encoders of a kind agree. */
static void
unsettle (OrdEncoder *encoder)
{
  g_autoptr (GPtrArray) parameters = ord_encoder_get_parameters (encoder);

  for (guint i = 0; i < parameters->len; i++)
    {
      OrdParameter *parameter = g_ptr_array_index (parameters, i);
      OrdRandom     random = ord_random_init (g_str_hash (parameter->name));
      gboolean      spread = g_str_has_suffix (parameter->name, "variance");

      for (gsize k = 0; k < parameter->count && parameter->n_dims == 1; k++)
        parameter->value[k] = spread
          ? (float) ord_random_range (&random, 0.5, 2.0)
          : parameter->value[k] + (float) ord_random_range (&random, -0.3, 0.3);
    }
  ord_encoder_parameters_changed (encoder);
}

static OrdEncoder *
encoder_of_precision (const Case   *how,
                      OrdPrecision  precision)
{
  g_autoptr (OrdOptions)  options = ord_options_new ();
  g_autoptr (GError)      error = NULL;
  OrdPreparation          preparation = {
    .width = how->width, .height = how->height, .channels = how->channels,
    .mean = { 0.31f, 0.42f, 0.53f }, .sd = { 0.17f, 0.28f, 0.39f },
  };
  OrdEncoderSpec          spec = {
    .kind = how->kind, .options = options, .pretrained = how->network,
    .preparation = &preparation, .covariate_width = how->covariates, .seed = 1,
    .precision = precision,
  };
  OrdEncoder             *encoder;

  if (how->network)
    ord_pretrained_normalise (how->network, &preparation);
  ord_options_add (options, ord_encoder_get_options (how->kind));
  g_assert_true (ord_options_parse (options, how->options, NULL));
  encoder = ord_encoder_new (&spec, &error);
  g_assert_no_error (error);
  unsettle (encoder);
  return encoder;
}

static OrdEncoder *
encoder_new (const Case *how)
{
  return encoder_of_precision (how, ORD_PRECISION_FLOAT);
}

/* (N, width) */
static float *
features_of (OrdEncoder  *encoder,
             const float *images,
             const float *covariates,
             const float *factors)
{
  g_autoptr (GError)  error = NULL;
  guint               width = ord_encoder_get_width (encoder);
  const float        *given = ord_encoder_forward (encoder, FALSE, N, images,
                                                   covariates, &error);
  float              *features;

  g_assert_no_error (error);
  features = g_memdup2 (given, sizeof (float) * N * width);
  for (guint i = 0; factors && i < N * width; i++)
    features[i] *= factors[i % width];
  return features;
}

/* -- files --------------------------------------------------------------------- */

static char *
export (OrdEncoder  *encoder,
        const float *factors)
{
  g_autoptr (GError)        error = NULL;
  g_autoptr (OrdOnnxWriter) writer = ord_encoder_export (encoder, FALSE, factors,
                                                         &error);
  g_autoptr (OrdOutput)     output = NULL;
  char                     *path = g_build_filename (folder, "encoder.onnx",
                                                     NULL);

  g_assert_no_error (error);
  output = ord_output_new (path, "network", 0, &error);
  g_assert_no_error (error);
  ord_onnx_writer_save (writer, output, &error);
  g_assert_no_error (error);
  ord_output_commit (output, &error);
  g_assert_no_error (error);
  return path;
}

static GBytes *
read_bytes (const char *path)
{
  g_autoptr (GError) error = NULL;
  char              *data;
  gsize              size;

  g_file_get_contents (path, &data, &size, &error);
  g_assert_no_error (error);
  return g_bytes_new_take (data, size);
}

/* The features (n, n_expected) that ONNX Runtime makes of n pictures. */
static void
run_some (GBytes      *bytes,
          guint        n,
          int          height,
          int          width,
          const float *images,
          guint        n_expected,
          float       *features)
{
  g_autoptr (GError)         error = NULL;
  g_autoptr (OrdOnnxSession) session = NULL;
  guint                      n_features;

  session = ord_onnx_session_new (bytes, "encoder.onnx", NULL, 1, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (ord_onnx_session_get_input (session), ==, "image");
  g_assert_cmpstr (ord_onnx_session_get_output (session), ==, "features");
  ord_onnx_session_probe (session, (guint) height, (guint) width, &n_features,
                          &error);
  g_assert_no_error (error);
  g_assert_cmpuint (n_features, ==, n_expected);
  g_assert_cmpuint (ord_onnx_session_get_rank (session), ==, 2);
  ord_onnx_session_run (session, n, (guint) height, (guint) width, images,
                        features, &error);
  g_assert_no_error (error);
}

/* (transfer full): (N, n_expected) */
static float *
run (GBytes      *bytes,
     int          height,
     int          width,
     const float *images,
     guint        n_expected)
{
  float *features = g_new (float, N * n_expected);

  run_some (bytes, N, height, width, images, n_expected, features);
  return features;
}

static float *
some_factors (guint width)
{
  float *factors = g_new (float, width);

  for (guint k = 0; k < width; k++)
    factors[k] = 0.4f + 0.15f * (float) (k % 9);
  return factors;
}

/* -- the same features ---------------------------------------------------------- */

/* Of the encoder, times @factors, and of the file. */
static GBytes *
check_with_flips (const Case  *how,
                  guint        flips,
                  const float *factors)
{
  g_autoptr (OrdEncoder) encoder = encoder_new (how);
  guint                  width = ord_encoder_get_width (encoder);
  g_autofree float      *images =
    random_images ((gsize) (N * how->channels * how->height * how->width));
  g_autofree float      *covariates = g_new0 (float, N * how->covariates + 1);
  g_autofree float      *expected = NULL;
  g_autofree float      *features = NULL;
  g_autofree char       *path = NULL;
  g_autoptr (GBytes)     bytes = NULL;
  gsize                  size = (gsize) (how->channels * how->height *
                                         how->width);

  ord_encoder_set_flips (encoder, flips);
  path = export (encoder, factors);
  bytes = read_bytes (path);
  for (guint i = 0; i < N * how->covariates; i++)
    covariates[i] = (float) (i % 3) - 0.8f;
  expected = features_of (encoder, images,
                          how->covariates > 0 ? covariates : NULL, factors);
  if (how->covariates == 0)
    features = run (bytes, how->height, how->width, images, width);
  else
    features = g_new (float, N * width);
  for (guint i = 0; i < N && how->covariates > 0; i++)
    {
      g_autoptr (GBytes) fixed = net_fix_rows (bytes, "covariates",
                                               how->covariates,
                                               covariates +
                                               i * how->covariates);

      run_some (fixed, 1, how->height, how->width, images + i * size, width,
                features + i * width);
    }
  assert_close (features, expected, N * width, 1e-4);
  return g_steal_pointer (&bytes);
}

static GBytes *
check_by_onnx_runtime (const Case  *how,
                       const float *factors)
{
  return check_with_flips (how, 0, factors);
}

/* By ONNX Runtime, and rebuilt as layers from the file, which is read as any
 * other, its metadata included. */
static void
check_both_ways (const Case  *how,
                 const float *factors)
{
  static const char * const  kinds[] = { "finetuned", "frozen" };
  g_autoptr (GBytes)         bytes = check_by_onnx_runtime (how, factors);
  g_autoptr (OrdEncoder)     encoder = encoder_new (how);
  guint                      width = ord_encoder_get_width (encoder);
  g_autofree float          *images =
    random_images ((gsize) (N * how->channels * how->height * how->width));
  g_autofree float          *expected = features_of (encoder, images, NULL,
                                                     factors);
  g_autofree char           *path = g_build_filename (folder, "encoder.onnx",
                                                      NULL);
  g_autoptr (OrdPretrained)  network = NULL;
  g_autoptr (GError)         error = NULL;

  network = ord_pretrained_open (path, NULL, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      Case                    again = { kinds[i], network, "head=none",
                                        how->height, how->width, how->channels, 0 };
      g_autoptr (OrdOptions)  options = ord_options_new ();
      OrdPreparation          preparation = { .width = how->width,
                                              .height = how->height,
                                              .channels = how->channels };
      OrdEncoderSpec          spec = { .kind = again.kind, .options = options,
                                       .pretrained = network,
                                       .preparation = &preparation };
      g_autoptr (OrdEncoder)  rebuilt = NULL;
      g_autofree float       *features = NULL;

      ord_pretrained_normalise (network, &preparation);
      ord_options_add (options, ord_encoder_get_options (again.kind));
      g_assert_true (ord_options_parse (options, again.options, NULL));
      rebuilt = ord_encoder_new (&spec, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (ord_encoder_get_width (rebuilt), ==, width);
      features = features_of (rebuilt, images, NULL, NULL);
      assert_close (features, expected, N * width, 1e-4);
    }
}

#define SMALL "channels=6 stages=3 blocks=2 hidden=20 width=7"
#define HEAD  "hidden=20 width=7"

static void
test_compact (void)
{
  g_autofree float *factors = some_factors (7);

  for (int channels = 1; channels <= 3; channels += 2)
    {
      Case how = { "compact", NULL, SMALL, 28, 20, channels, 0 };

      check_both_ways (&how, NULL);
      check_both_ways (&how, factors);
    }
}

/* The mean of a picture and its mirror images is made in the file too. */
static void
test_flips (void)
{
  g_autofree float *factors = some_factors (7);

  for (guint flips = 1; flips < 4; flips++)
    for (guint covariates = 0; covariates <= 2; covariates += 2)
      {
        Case how = { "compact", NULL, SMALL, 28, 20, 1, covariates };

        g_bytes_unref (check_with_flips (&how, flips, factors));
      }
}

/* What is written of the one gives the features of the other: 7 numbers of
 * colour pictures. */
static void
assert_export_is (OrdEncoder *exported,
                  OrdEncoder *other,
                  int         height,
                  int         width)
{
  g_autofree char    *path = export (exported, NULL);
  g_autoptr (GBytes)  bytes = read_bytes (path);
  g_autofree float   *images = random_images (N * 3 * height * width);
  g_autofree float   *expected = features_of (other, images, NULL, NULL);
  g_autofree float   *features = run (bytes, height, width, images, 7);

  assert_close (features, expected, N * 7, 1e-4);
}

/* What is learnt in bfloat16 is written in floats, and computed in them. */
static void
test_bfloat16 (void)
{
  const Case             how = { "compact", NULL, SMALL, 28, 20, 3, 0 };
  g_autoptr (OrdEncoder) rounded =
    encoder_of_precision (&how, ORD_PRECISION_BFLOAT16);
  g_autoptr (OrdEncoder) exact = encoder_new (&how);

  assert_export_is (rounded, exact, 28, 20);
}

static void
test_covariates (void)
{
  g_autoptr (GBytes)        bytes = every_operator ();
  g_autoptr (OrdPretrained) network = pretrained_from_bytes (bytes, NULL);
  g_autofree float         *factors = some_factors (7);
  const Case                cases[] = {
    { "compact", NULL, SMALL, 28, 20, 1, 3 },
    { "finetuned", network, HEAD, 24, 31, 3, 2 },
    { "frozen", network, HEAD, 24, 31, 3, 4 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_bytes_unref (check_by_onnx_runtime (&cases[i], factors));
}

static void
test_pretrained (void)
{
  g_autoptr (GBytes)        bytes = every_operator ();
  g_autoptr (OrdPretrained) network = pretrained_from_bytes (bytes, NULL);
  const struct { const char *kind, *options; guint width; } cases[] = {
    { "finetuned", HEAD, 7 },
    { "finetuned", "head=none", 5 },
    { "frozen", HEAD, 7 },
    { "frozen", "head=none", 5 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Case              how = { cases[i].kind, network, cases[i].options, 24, 31,
                                3, 0 };
      g_autofree float *factors = some_factors (cases[i].width);

      check_both_ways (&how, NULL);
      check_both_ways (&how, factors);
    }
}

/* Grey pictures and a network for colour: a frozen one keeps its three channels,
 * in which grey stands three times; the weights of one that is trained on are
 * summed, and it has one. */
static void
test_grey_pictures (void)
{
  g_autoptr (GBytes)         bytes = every_operator ();
  g_autoptr (OrdPretrained)  network = pretrained_from_bytes (bytes, NULL);
  const Case                 trained = { "finetuned", network, HEAD, 24, 31, 1, 0 };
  const Case                 frozen = { "frozen", network, HEAD, 24, 31, 1, 0 };
  g_autoptr (OrdEncoder)     encoder = encoder_new (&frozen);
  g_autofree char           *path = NULL;
  g_autoptr (GBytes)         written = NULL;
  g_autofree float          *grey = random_images (N * 24 * 31);
  g_autofree float          *colour = g_new (float, N * 3 * 24 * 31);
  g_autofree float          *expected = features_of (encoder, grey, NULL, NULL);
  g_autofree float          *features = NULL;
  g_autoptr (OrdOnnx)        onnx = NULL;

  check_both_ways (&trained, NULL);

  /* The metadata tell how: a value v from 0 to 1 comes as (v − mean) / sd. The
   * fixture's are 0.4, 0.5, 0.6 and 0.2, 0.25, 0.3; grey has their means. */
  path = export (encoder, NULL);
  written = read_bytes (path);
  onnx = ord_onnx_parse (written, path, NULL);
  g_assert_cmpstr (ord_onnx_get_metadata (onnx, "pictures"), ==, "grey");
  g_assert_cmpstr (ord_onnx_get_metadata (onnx, "channels"), ==, "3");
  for (guint i = 0; i < N; i++)
    for (guint c = 0; c < 3; c++)
      for (guint k = 0; k < 24 * 31; k++)
        {
          float value = grey[i * 24 * 31 + k] * 0.25f + 0.5f;

          colour[(i * 3 + c) * 24 * 31 + k] =
            (value - (0.4f + 0.1f * (float) c)) / (0.2f + 0.05f * (float) c);
        }
  features = run (written, 24, 31, colour, 7);
  assert_close (features, expected, N * 7, 1e-4);
}

/* -- what a frozen network may end in ------------------------------------------- */

/* One convolution, then @rank: 4 a map, 3 tokens, 2 a row. All its values have
 * names that the export wants for its own. */
static GBytes *
network_of_rank (guint rank)
{
  const gint64     image[] = { -1, 3, -1, -1 }, weight[] = { 6, 3, 3, 3 };
  const gint64     free_dims[] = { -1, -1, -1, -1 }, order[] = { 0, 2, 1 };
  const gint64     shape[] = { 0, 6, -1 }, three[] = { 3 };
  Onnx__NodeProto *node;
  Net              net;
  GBytes          *bytes;

  net_init (&net);
  net_add_input (&net, "features", 4, image);
  net_add_random (&net, "head/hidden/weight", 4, weight, -0.4, 0.4);
  net_add_node (&net, "Conv", "features head/hidden/weight", "image");
  net_add_node (&net, "Relu", "image", "network/output");
  if (rank == 4)
    net_add_node (&net, "Relu", "network/output", "covariates");
  else if (rank == 2)
    {
      net_add_node (&net, "GlobalAveragePool", "network/output", "network/rows");
      net_add_node (&net, "Flatten", "network/rows", "covariates");
    }
  else
    {
      net_set_raw (&net, net_add_tensor (&net, "network/image",
                                         ONNX__TENSOR_PROTO__DATA_TYPE__INT64,
                                         1, three), shape, sizeof shape);
      net_add_node (&net, "Reshape", "network/output network/image",
                    "head/hidden");
      node = net_add_node (&net, "Transpose", "head/hidden", "covariates");
      net_set_ints (&net, node, "perm", 3, order);
    }
  net_add_output (&net, "covariates", rank, free_dims);
  bytes = net_to_bytes (&net);
  net_clear (&net);
  return bytes;
}

static void
test_ends_and_names (void)
{
  for (guint rank = 2; rank <= 4; rank++)
    {
      g_autoptr (GBytes)        bytes = network_of_rank (rank);
      g_autoptr (OrdPretrained) network = pretrained_from_bytes (bytes, NULL);
      Case                      bare = { "frozen", network, "head=none", 9, 8,
                                         3, 0 };
      Case                      headed = { "frozen", network, HEAD, 9, 8, 3, 2 };
      g_autofree float         *factors = some_factors (6);
      g_autofree float         *wider = some_factors (7);

      g_bytes_unref (check_by_onnx_runtime (&bare, NULL));
      g_bytes_unref (check_by_onnx_runtime (&bare, factors));
      g_bytes_unref (check_by_onnx_runtime (&headed, wider));
    }
}

/* An export of an export: all names are taken already. */
static void
test_twice (void)
{
  const Case                first = { "compact", NULL, SMALL, 28, 20, 3, 0 };
  g_autoptr (OrdEncoder)    encoder = encoder_new (&first);
  g_autofree char          *path = export (encoder, NULL);
  g_autoptr (GError)        error = NULL;
  g_autoptr (OrdPretrained) network =
    ord_pretrained_open (path, NULL, NULL, NULL, NULL, &error);
  Case                      second = { "frozen", network, HEAD, 28, 20, 3, 0 };
  g_autoptr (OrdPretrained) again = NULL;

  g_assert_no_error (error);
  check_both_ways (&second, NULL);
  again = ord_pretrained_open (path, NULL, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  second.network = again;
  check_both_ways (&second, NULL);
}

/* The inputs that constants are in old files are not asked for any more. */
static void
test_constants_among_the_inputs (void)
{
  const gint64              image[] = { -1, 3, -1, -1 };
  const gint64              weight[] = { 6, 3, 3, 3 }, row[] = { -1, 6, 1, 1 };
  g_autoptr (GBytes)        bytes = NULL;
  g_autoptr (GBytes)        written = NULL;
  g_autoptr (OrdPretrained) network = NULL;
  Case                      how = { "frozen", NULL, HEAD, 9, 8, 3, 0 };
  Net                       net;

  net_init (&net);
  net.model.ir_version = 3;
  net_add_input (&net, "weight", 4, weight);
  net_add_input (&net, "data", 4, image);
  net_add_random (&net, "weight", 4, weight, -0.4, 0.4);
  net_add_node (&net, "Conv", "data weight", "map");
  net_add_node (&net, "GlobalAveragePool", "map", "row");
  net_add_output (&net, "row", 4, row);
  bytes = net_to_bytes (&net);
  net_clear (&net);
  network = pretrained_from_bytes (bytes, NULL);
  how.network = network;
  written = check_by_onnx_runtime (&how, NULL);
}

static void
test_old_operators (void)
{
  const gint64              image[] = { -1, 3, -1, -1 };
  g_autoptr (GBytes)        bytes = NULL;
  g_autoptr (OrdOnnxWriter) writer = NULL;
  g_autoptr (GError)        error = NULL;
  Net                       net;

  net_init (&net);
  net.model.opset_import[0]->version = 6;
  net_add_input (&net, "data", 4, image);
  net_add_node (&net, "Relu", "data", "map");
  net_add_output (&net, "map", 4, image);
  bytes = net_to_bytes (&net);
  net_clear (&net);
  writer = ord_onnx_writer_new_from (bytes, "old.onnx", "data", "image", "map",
                                     "features", &error);
  g_assert_null (writer);
  g_assert_error (error, ORD_ERROR, ORD_ERROR_MODEL);
  g_assert_nonnull (strstr (error->message, "old.onnx"));
  g_assert_nonnull (strstr (error->message, "version 6"));
}

/* -- sizes ---------------------------------------------------------------------- */

/* An encoder of the same numbers for larger pictures says what they are. */
static void
test_free_size (void)
{
  const Case                 small = { "compact", NULL, SMALL, 28, 20, 3, 0 };
  const Case                 large = { "compact", NULL, SMALL, 40, 52, 3, 0 };
  g_autoptr (OrdEncoder)     encoder = encoder_new (&small);
  g_autoptr (OrdEncoder)     other = encoder_new (&large);

  assert_export_is (encoder, other, 40, 52);
}

/* Where a map is laid out as a row, the network is for one size, and says so. */
static void
test_fixed_size (void)
{
  const gint64               image[] = { -1, 3, -1, -1 }, row[] = { -1, 5 };
  const gint64               conv[] = { 2, 3, 3, 3 }, gemm[] = { 2 * 6 * 4, 5 };
  const gint64               bias[] = { 5 };
  g_autoptr (GBytes)         bytes = NULL;
  g_autoptr (GBytes)         written = NULL;
  g_autoptr (OrdPretrained)  network = NULL;
  g_autoptr (OrdOnnx)        onnx = NULL;
  g_autoptr (GError)         error = NULL;
  Case                       how = { "finetuned", NULL, HEAD, 8, 6, 3, 0 };
  gint64                     height, width;
  Net                        net;

  net_init (&net);
  net_add_input (&net, "image", 4, image);
  net_add_random (&net, "w", 4, conv, -0.4, 0.4);
  net_add_random (&net, "v", 2, gemm, -0.4, 0.4);
  net_add_random (&net, "b", 1, bias, -0.4, 0.4);
  net_add_node (&net, "Conv", "image w", "map");
  net_add_node (&net, "Flatten", "map", "flat");
  net_add_node (&net, "Gemm", "flat v b", "row");
  net_add_output (&net, "row", 2, row);
  bytes = net_to_bytes (&net);
  net_clear (&net);
  network = pretrained_from_bytes (bytes, NULL);
  how.network = network;
  written = check_by_onnx_runtime (&how, NULL);
  onnx = ord_onnx_parse (written, "encoder.onnx", &error);
  g_assert_no_error (error);
  g_assert_true (ord_onnx_get_fixed_size (onnx, &height, &width));
  g_assert_cmpint (height, ==, 8);
  g_assert_cmpint (width, ==, 6);
}

/* -- layers that no encoder of ours has ------------------------------------------ */

/* Clips that are open on one side, and factors on a value that has no weights. */
static void
test_clips (void)
{
  static const char * const  inputs[] = { "image" };
  const float                factors[] = { 0.5f, 2.0f, 3.0f };
  const struct { double low, high; } ends[] = {
    { -0.5, 0.7 }, { 0.3, INFINITY }, { -0.2, INFINITY }, { -INFINITY, 0.4 },
    { 0.0, INFINITY },
  };
  g_autofree float          *images = random_images (N * 3 * 4 * 5);

  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autoptr (OrdGraph)      graph = ord_graph_new (1);
      g_autoptr (OrdOnnxWriter) writer = ord_onnx_writer_new ();
      g_autoptr (OrdOutput)     output = NULL;
      g_autoptr (GBytes)        bytes = NULL;
      g_autoptr (GError)        error = NULL;
      g_autofree char          *path = g_build_filename (folder, "clip.onnx",
                                                         NULL);
      g_autofree float         *features = NULL;
      const float              *given[] = { images };
      const float              *out;
      float                     expected[N * 3];
      OrdNode                   node = ord_graph_image_input (graph, "image", 3,
                                                              FALSE);

      node = ord_graph_global_average (graph, "average", node);
      ord_graph_clip (graph, "clip", node, ends[i].low * 0.2,
                      ends[i].high * 0.2);
      out = ord_graph_forward (graph, FALSE, N, 4, 5, given, &error);
      g_assert_no_error (error);
      for (guint k = 0; k < N * 3; k++)
        expected[k] = out[k] * factors[k % 3];

      ord_onnx_writer_add_images (writer, "image", 3, 0, 0);
      ord_onnx_export_graph (writer, graph, inputs, "features", factors);
      ord_onnx_writer_add_output (writer, "features", 3);
      output = ord_output_new (path, "network", 0, &error);
      g_assert_no_error (error);
      ord_onnx_writer_save (writer, output, &error);
      g_assert_no_error (error);
      ord_output_commit (output, &error);
      g_assert_no_error (error);
      bytes = read_bytes (path);
      features = run (bytes, 4, 5, images, 3);
      assert_close (features, expected, N * 3, 1e-4);
    }
}

/* -- the file ------------------------------------------------------------------- */

/* Its numbers are never looked at. */
static void
test_too_large (void)
{
  const gsize               dims[] = { 1 << 15, (1 << 14) + 1 };
  const float               number = 1.0f;
  g_autoptr (OrdOnnxWriter) writer = ord_onnx_writer_new ();
  g_autoptr (GError)        error = NULL;
  g_autofree char          *path = g_build_filename (folder, "large.onnx", NULL);
  OrdOutput                *output = ord_output_new (path, "network", 0, &error);

  g_assert_no_error (error);
  ord_onnx_writer_add_floats (writer, "weight", 2, dims, &number);
  g_assert_false (ord_onnx_writer_save (writer, output, &error));
  g_assert_error (error, ORD_ERROR, ORD_ERROR_MODEL);
  g_assert_nonnull (strstr (error->message, "large.onnx"));
  g_assert_nonnull (strstr (error->message, "2.0 GiB"));
  ord_output_free (output);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

static void
test_real (gconstpointer data)
{
  g_autofree char *path = g_build_filename (g_getenv ("ORD_TEST_DATA"),
                                            "encoders", data, NULL);
  g_autoptr (OrdPretrained) network = NULL;
  g_autoptr (GError)        error = NULL;
  const struct { const char *kind, *options; } cases[] = {
    { "finetuned", HEAD }, { "frozen", HEAD }, { "frozen", "head=none" },
  };

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_test_skip ("the encoders of ../shared/data are not there");
      return;
    }
  network = ord_pretrained_open (path, NULL, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Case how = { cases[i].kind, network, cases[i].options, 84, 131, 3, 0 };

      g_bytes_unref (check_by_onnx_runtime (&how, NULL));
    }
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (GError) error = NULL;
  int                result;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("ordinate-export-XXXXXX", &error);
  g_assert_no_error (error);

  g_test_add_func ("/encoder-export/a-compact-network-gives-the-same-features",
                   test_compact);
  g_test_add_func ("/encoder-export/what-is-learnt-in-bfloat16-is-in-floats",
                   test_bfloat16);
  g_test_add_func ("/encoder-export/pretrained-ones-give-the-same-features",
                   test_pretrained);
  g_test_add_func ("/encoder-export/covariates-are-a-second-input",
                   test_covariates);
  g_test_add_func ("/encoder-export/mirror-images-take-part", test_flips);
  g_test_add_func ("/encoder-export/grey-pictures-into-colour-networks",
                   test_grey_pictures);
  g_test_add_func ("/encoder-export/maps-tokens-and-rows-under-any-name",
                   test_ends_and_names);
  g_test_add_func ("/encoder-export/an-export-can-be-exported", test_twice);
  g_test_add_func ("/encoder-export/constants-are-no-inputs",
                   test_constants_among_the_inputs);
  g_test_add_func ("/encoder-export/old-operators-are-told", test_old_operators);
  g_test_add_func ("/encoder-export/the-size-is-free", test_free_size);
  g_test_add_func ("/encoder-export/a-size-that-is-not-free-is-told",
                   test_fixed_size);
  g_test_add_func ("/encoder-export/clips-and-factors", test_clips);
  g_test_add_func ("/encoder-export/a-file-beyond-2-gib-is-told",
                   test_too_large);
  g_test_add_data_func ("/encoder-export/squeezenet",
                        "squeezenet-1.1-imagenet.onnx", test_real);
  g_test_add_data_func ("/encoder-export/inception",
                        "inception-v3-imagenet-mixed8.onnx", test_real);

  result = g_test_run ();
  folder_remove (folder);
  g_free (folder);
  return result;
}
