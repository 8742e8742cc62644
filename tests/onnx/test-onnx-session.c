/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Networks used as they are, held against what can be computed by hand.
 */
#include "net-fixture.h"

#include "onnx/ord-onnx-session.h"

#include <math.h>
#include <string.h>

#define N 3
#define HEIGHT 5
#define WIDTH 6

static OrdOnnxSession *
open_net (Net         *net,
          const char  *output,
          GError     **error)
{
  g_autoptr (GBytes) bytes = net_to_bytes (net);

  net_clear (net);
  return ord_onnx_session_new (bytes, "net.onnx", output, 1, error);
}

/* Clears @net. */
static void
assert_net_refused (Net        *net,
                    const char *output,
                    int         code,
                    const char *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (open_net (net, output, &error));
  g_assert_error (error, ORD_ERROR, code);
  if (!strstr (error->message, words))
    g_error ("“%s” does not say “%s”", error->message, words);
  g_assert_nonnull (strstr (error->message, "“net.onnx”"));
}

static void
fill_images (float *images)
{
  for (int i = 0; i < N * 2 * HEIGHT * WIDTH; i++)
    images[i] = (i * 37 % 101) / 50.0f - 1;
}

/* What net_convolution() says of its network. */
static double
feature_by_hand (const float *image,
                 int          channel)
{
  double sum = 0;

  for (int y = 0; y < HEIGHT - 2; y++)
    for (int x = 0; x < WIDTH - 2; x++)
      sum += (channel + 1) * image[(y + 1) * WIDTH + x + 1]
             - image[HEIGHT * WIDTH + y * WIDTH + x] + channel;
  return sum / ((HEIGHT - 2) * (WIDTH - 2));
}

/* Two channels are neither grey nor colours: a third that nothing reads. */
static void
convolution_of_colours (Net    *net,
                        gint64  batch)
{
  const gint64 shape[] = { 3, 3, 3, 3 };
  float        weights[3 * 3 * 9] = { 0 };

  for (int c = 0; c < 3; c++)
    {
      weights[c * 27 + 4] = c + 1;
      weights[c * 27 + 9] = -1;
    }
  net_convolution (net);
  net->graph.input[0]->type->tensor_type->shape->dim[1]->dim_value = 3;
  net->graph.initializer[0]->dims = net_alloc (net, sizeof shape);
  memcpy (net->graph.initializer[0]->dims, shape, sizeof shape);
  net_set_raw (net, net->graph.initializer[0], weights, sizeof weights);
  if (batch > 0)
    {
      Onnx__TensorShapeProto__Dimension *dim
        = net->graph.input[0]->type->tensor_type->shape->dim[0];

      dim->value_case = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE;
      dim->dim_value = batch;
      net->graph.output[0]->type->tensor_type->shape->dim[0] = dim;
    }
}

static void
assert_by_hand (OrdOnnxSession *session,
                guint           width)
{
  g_autoptr (GError) error = NULL;
  float              two[N * 2 * HEIGHT * WIDTH];
  float              images[N * 3 * HEIGHT * WIDTH];
  float              features[N * 3 + 1];
  guint              n_features;
  const gsize        plane = HEIGHT * WIDTH;

  fill_images (two);
  for (int i = 0; i < N; i++)
    {
      memcpy (images + i * 3 * plane, two + i * 2 * plane,
              2 * plane * sizeof *two);
      for (gsize j = 0; j < plane; j++)
        images[(i * 3 + 2) * plane + j] = 1000;
    }

  g_assert_true (ord_onnx_session_probe (session, HEIGHT, WIDTH, &n_features,
                                         &error));
  g_assert_no_error (error);
  g_assert_cmpuint (n_features, ==, width);
  features[N * width] = 12345;
  g_assert_true (ord_onnx_session_run (session, N, HEIGHT, WIDTH, images,
                                       features, &error));
  g_assert_no_error (error);
  for (int i = 0; i < N; i++)
    for (guint c = 0; c < width; c++)
      g_assert_cmpfloat_with_epsilon (features[i * width + c],
                                      feature_by_hand (two + i * 2 * plane, c),
                                      1e-5);
  g_assert_cmpfloat (features[N * width], ==, 12345);
}

static void
test_convolution (void)
{
  g_autoptr (OrdOnnxSession) session = NULL;
  g_autoptr (GError)         error = NULL;
  Net                        net;

  convolution_of_colours (&net, -1);
  session = open_net (&net, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (ord_onnx_session_get_channels (session), ==, 3);
  assert_by_hand (session, 3);
}

/* Neither before the first session of the process nor after it. */
static void
test_silence (void)
{
  if (g_test_subprocess ())
    {
      test_convolution ();
      return;
    }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("");
}

static void
test_one_by_one (void)
{
  g_autoptr (OrdOnnxSession) session = NULL;
  g_autoptr (GError)         error = NULL;
  Net                        net;

  convolution_of_colours (&net, 1);
  session = open_net (&net, NULL, &error);
  g_assert_no_error (error);
  assert_by_hand (session, 3);
}

static void
test_maps (void)
{
  g_autoptr (OrdOnnxSession) session = NULL;
  g_autoptr (GError)         error = NULL;
  const gint64               maps[] = { -1, 3, -1, -1 };
  Net                        net;

  convolution_of_colours (&net, -1);
  net_add_output (&net, "maps", 4, maps);
  session = open_net (&net, "maps", &error);
  g_assert_no_error (error);
  assert_by_hand (session, 3);
}

/* (n, 3, 1) and (n, 1, 3) from the means: of the latter the first token has
 * all, of the former only the first feature is left. */
static void
test_tokens (gconstpointer data)
{
  const gint64              *shape = data;
  g_autoptr (OrdOnnxSession) session = NULL;
  g_autoptr (GError)         error = NULL;
  const gint64               dims[] = { -1, shape[1], shape[2] };
  const gint64               three[] = { 3 };
  Net                        net;

  convolution_of_colours (&net, -1);
  net_set_raw (&net,
               net_add_tensor (&net, "shape",
                               ONNX__TENSOR_PROTO__DATA_TYPE__INT64, 1, three),
               shape, 3 * sizeof *shape);
  net_add_node (&net, "Reshape", "features shape", "tokens");
  net_add_output (&net, "tokens", 3, dims);
  session = open_net (&net, "tokens", &error);
  g_assert_no_error (error);
  assert_by_hand (session, shape[2]);
}

static void
test_grey_of_one_size (void)
{
  g_autoptr (OrdOnnxSession) session = NULL;
  g_autoptr (GError)         error = NULL;
  const gint64               grey[] = { -1, 1, 4, 6 };
  const gint64               flat[] = { -1, 24 };
  float                      image[24], features[24];
  guint                      n_features;
  Net                        net;

  net_init (&net);
  net_add_input (&net, "x", 4, grey);
  net_add_output (&net, "y", 2, flat);
  net_add_node (&net, "Flatten", "x", "y");
  session = open_net (&net, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (ord_onnx_session_get_channels (session), ==, 1);

  for (int i = 0; i < 24; i++)
    image[i] = i;
  g_assert_true (ord_onnx_session_probe (session, 4, 6, &n_features, &error));
  g_assert_cmpuint (n_features, ==, 24);
  g_assert_true (ord_onnx_session_run (session, 1, 4, 6, image, features,
                                       &error));
  g_assert_cmpmem (image, sizeof image, features, sizeof features);

  /* Another size is the runtime's message, with the file. */
  g_assert_false (ord_onnx_session_probe (session, 5, 6, &n_features, &error));
  g_assert_error (error, ORD_ERROR, ORD_ERROR_LIBRARY);
  g_assert_nonnull (strstr (error->message, "“net.onnx”"));
  g_clear_error (&error);

  /* Nor are features that are no numbers let out. */
  image[3] = INFINITY;
  g_assert_false (ord_onnx_session_run (session, 1, 4, 6, image, features,
                                        &error));
  g_assert_error (error, ORD_ERROR, ORD_ERROR_MODEL);
  g_assert_nonnull (strstr (error->message, "feature 4"));
}

static void
test_unfit (void)
{
  const gint64 row[] = { -1, 3 };
  Net          net;

  net_convolution (&net);
  assert_net_refused (&net, NULL, ORD_ERROR_MODEL,
                      "none of its inputs (“image”)");

  convolution_of_colours (&net, -1);
  net_add_input (&net, "age", 2, row);
  net_add_node (&net, "Add", "features age", "sum");
  net_add_output (&net, "sum", 2, row);
  assert_net_refused (&net, NULL, ORD_ERROR_MODEL,
                      "beside “image” it also needs “age”");

  convolution_of_colours (&net, 8);
  assert_net_refused (&net, NULL, ORD_ERROR_MODEL, "just 8 pictures");

  convolution_of_colours (&net, -1);
  assert_net_refused (&net, "logits", ORD_ERROR_OPTION,
                      "no output “logits” of 32-bit floats; its outputs are "
                      "“features”");

  convolution_of_colours (&net, -1);
  net_add_node (&net, "Frobnicate", "features", "more");
  net_add_output (&net, "more", 2, row);
  assert_net_refused (&net, NULL, ORD_ERROR_MODEL, "Frobnicate");

  convolution_of_colours (&net, -1);
  net.graph.initializer[0]->raw_data.len--;
  assert_net_refused (&net, NULL, ORD_ERROR_MODEL, "bytes where its shape");
}

static void
test_real (gconstpointer name)
{
  const char                *folder = g_getenv ("ORD_TEST_DATA");
  g_autoptr (OrdOnnxSession) session = NULL;
  g_autoptr (GError)         error = NULL;
  g_autoptr (GBytes)         bytes = NULL;
  g_autofree char           *path = NULL;
  g_autofree float          *images = g_new (float, 2 * 3 * 96 * 80);
  g_autofree float          *features = NULL;
  char                      *data;
  gsize                      size;
  guint                      n_features;

  path = g_build_filename (folder ? folder : ".", "encoders", name, NULL);
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_test_skip ("ORD_TEST_DATA does not name a folder that has encoders");
      return;
    }
  g_assert_true (g_file_get_contents (path, &data, &size, NULL));
  bytes = g_bytes_new_take (data, size);
  session = ord_onnx_session_new (bytes, path, NULL, 0, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (ord_onnx_session_get_channels (session), ==, 3);

  g_assert_true (ord_onnx_session_probe (session, 96, 80, &n_features,
                                         &error));
  g_assert_no_error (error);
  g_assert_cmpuint (n_features, ==,
                    g_str_has_prefix (name, "squeezenet") ? 512 : 1280);

  /* The same picture twice, in one batch, has the same features. */
  for (int i = 0; i < 3 * 96 * 80; i++)
    images[i] = images[i + 3 * 96 * 80] = sinf (i * 0.01f);
  features = g_new (float, 2 * n_features);
  g_assert_true (ord_onnx_session_run (session, 2, 96, 80, images, features,
                                       &error));
  g_assert_no_error (error);
  for (guint i = 0; i < n_features; i++)
    g_assert_cmpfloat_with_epsilon (features[i], features[n_features + i],
                                    1e-4 + 1e-4 * fabsf (features[i]));
}

int
main (int   argc,
      char *argv[])
{
  static const gint64 one_token[] = { -1, 1, 3 };
  static const gint64 three_tokens[] = { -1, 3, 1 };

  g_test_init (&argc, &argv, NULL);

#define ADD(claim, func) g_test_add_func ("/onnx-session/" claim, func)
  ADD ("a-convolution-is-as-by-hand", test_convolution);
  ADD ("the-standard-error-stays-empty", test_silence);
  ADD ("a-batch-of-one-is-taken-one-by-one", test_one_by_one);
  ADD ("maps-are-averaged", test_maps);
  g_test_add_data_func ("/onnx-session/one-token-is-all", one_token,
                        test_tokens);
  g_test_add_data_func ("/onnx-session/of-tokens-the-first-is-taken",
                        three_tokens, test_tokens);
  ADD ("grey-pictures-of-one-size", test_grey_of_one_size);
  ADD ("what-is-unfit-says-why", test_unfit);
  g_test_add_data_func ("/onnx-session/squeezenet-computes",
                        "squeezenet-1.1-imagenet.onnx", test_real);
  g_test_add_data_func ("/onnx-session/inception-computes",
                        "inception-v3-imagenet-mixed8.onnx", test_real);

  return g_test_run ();
}
