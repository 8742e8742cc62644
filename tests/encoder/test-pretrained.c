/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pretrained networks: rebuilt as layers they say what ONNX Runtime says, their
 * gradients are those of what they compute, and what cannot be rebuilt is told
 * with a way out.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "pretrained-fixture.h"
#include "network/ord-parameter.h"

/* Largest difference between the two ways of running a network. */
static double
disagreement (OrdPretrained *network,
              int            height,
              int            width,
              int            channels)
{
  g_autoptr (GError)     error = NULL;
  g_autoptr (OrdEncoder) frozen = open_encoder ("frozen", network, "head=none",
                                                height, width, channels, &error);
  g_autoptr (OrdEncoder) rebuilt = NULL;
  g_autofree float      *images = NULL;
  g_autofree float      *expected = NULL;
  const float           *features;
  guint                  n = 3, n_features;
  double                 worst = 0.0;

  g_assert_no_error (error);
  rebuilt = open_encoder ("finetuned", network, "head=none", height, width,
                          channels, &error);
  g_assert_no_error (error);
  n_features = ord_encoder_get_width (frozen);
  g_assert_cmpuint (ord_encoder_get_width (rebuilt), ==, n_features);

  images = random_images ((gsize) n * (gsize) (channels * height * width));
  expected = g_memdup2 (ord_encoder_forward (frozen, FALSE, n, images, NULL,
                                             &error),
                        sizeof (float) * n * n_features);
  g_assert_no_error (error);
  features = ord_encoder_forward (rebuilt, FALSE, n, images, NULL, &error);
  g_assert_no_error (error);
  for (gsize i = 0; i < (gsize) n * n_features; i++)
    worst = fmax (worst, fabs (features[i] - expected[i]));
  return worst;
}

static void
test_every_operator (void)
{
  g_autoptr (GBytes)        bytes = every_operator ();
  g_autoptr (OrdPretrained) network = pretrained_from_bytes (bytes, NULL);

  g_assert_cmpfloat (disagreement (network, 17, 14, 3), <, 1e-4);
  g_assert_cmpfloat (disagreement (network, 24, 31, 3), <, 1e-4);
}

static void
test_real (gconstpointer data)
{
  const char *name = data;
  const int   sizes[][2] = { { 100, 100 }, { 84, 131 }, { 160, 96 } };
  g_autofree char *path = g_build_filename (g_getenv ("ORD_TEST_DATA"),
                                            "encoders", name, NULL);
  g_autoptr (OrdPretrained) network = NULL;
  g_autoptr (GError)        error = NULL;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_test_skip ("the encoders of ../shared/data are not there");
      return;
    }
  network = ord_pretrained_open (path, NULL, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    g_assert_cmpfloat (disagreement (network, sizes[i][0], sizes[i][1], 3), <,
                       1e-4);
  /* Neither pads its first convolution, so summed colours are exact. */
  g_assert_cmpfloat (disagreement (network, 100, 100, 1), <, 2e-4);
}

/* -- gradients ---------------------------------------------------------------- */

static double
loss_of (OrdEncoder  *encoder,
         const float *images,
         guint        n,
         gboolean     training)
{
  guint        width = ord_encoder_get_width (encoder);
  const float *features;
  double       loss = 0.0;

  features = ord_encoder_forward (encoder, training, n, images, NULL, NULL);
  g_assert_nonnull (features);
  for (guint i = 0; i < n * width; i++)
    loss += (0.3 + 0.1 * (i % 7)) * features[i];
  return loss;
}

static gboolean
is_before (const OrdParameter *parameter,
           guint               node)
{
  guint index;

  return sscanf (parameter->name, "network/%u/", &index) == 1 && index < node;
}

static void
check_gradients (OrdPretrained *network,
                 guint          first_trained)
{
  g_autoptr (GError)     error = NULL;
  g_autoptr (OrdEncoder) encoder = open_encoder ("finetuned", network,
                                                 "head=none", 13, 12, 3, &error);
  g_autofree float      *images = random_images (4 * 3 * 13 * 12);
  g_autoptr (GPtrArray)  parameters = NULL;
  float                  slopes[4 * 5];
  guint                  n_checked = 0;

  g_assert_no_error (error);
  parameters = ord_encoder_get_parameters (encoder);
  for (guint i = 0; i < G_N_ELEMENTS (slopes); i++)
    slopes[i] = 0.3f + 0.1f * (float) (i % 7);
  loss_of (encoder, images, 4, TRUE);
  g_assert_true (ord_encoder_backward (encoder, slopes, NULL));
  for (guint p = 0; p < parameters->len; p++)
    {
      OrdParameter *parameter = g_ptr_array_index (parameters, p);

      if (is_before (parameter, first_trained))
        {
          g_assert_null (parameter->gradient);
          continue;
        }
      if (!parameter->gradient)
        continue;
      g_assert_false (parameter->decay);
      for (gsize k = 0; k < parameter->count; k += 1 + parameter->count / 4)
        {
          float  kept = parameter->value[k];
          double step = 2e-3, up, down;

          parameter->value[k] = kept + (float) step;
          ord_encoder_parameters_changed (encoder);
          up = loss_of (encoder, images, 4, FALSE);
          parameter->value[k] = kept - (float) step;
          ord_encoder_parameters_changed (encoder);
          down = loss_of (encoder, images, 4, FALSE);
          parameter->value[k] = kept;
          ord_encoder_parameters_changed (encoder);
          g_assert_cmpfloat_with_epsilon (parameter->gradient[k],
                                          (up - down) / (2.0 * step),
                                          2e-2 + 2e-2 *
                                          fabs (parameter->gradient[k]));
          n_checked++;
        }
    }
  g_assert_cmpuint (n_checked, >, 10);
}

static void
test_gradients (void)
{
  g_autoptr (GBytes)        bytes = every_operator ();
  g_autoptr (OrdPretrained) network = pretrained_from_bytes (bytes, NULL);

  check_gradients (network, 0);
}

/* The grouped convolution is the fifth node. */
static void
test_gradients_from (void)
{
  g_autoptr (GBytes)        bytes = every_operator ();
  g_autoptr (OrdPretrained) network = pretrained_from_bytes (bytes, "c2");

  check_gradients (network, 4);
}

/* -- refusals ------------------------------------------------------------------ */

static void
test_unknown_operator (void)
{
  const gint64              image[] = { -1, 3, -1, -1 };
  g_autoptr (GBytes)        bytes = NULL;
  g_autoptr (OrdPretrained) network = NULL;
  g_autoptr (GError)        error = NULL;
  Net                       net;

  net_init (&net);
  net_add_input (&net, "image", 4, image);
  net_add_node (&net, "Softsign", "image", "odd");
  net_add_output (&net, "odd", 4, image);
  bytes = net_to_bytes (&net);
  net_clear (&net);
  network = pretrained_from_bytes (bytes, NULL);
  g_assert_null (open_encoder ("finetuned", network, "", 16, 16, 3, &error));
  g_assert_error (error, ORD_ERROR, ORD_ERROR_OPTION);
  g_assert_nonnull (strstr (error->message, "Softsign"));
  g_assert_nonnull (strstr (error->message, "odd"));
  g_assert_nonnull (strstr (error->message, "--finetune"));
}

static void
test_unknown_node (void)
{
  g_autoptr (GBytes)        bytes = every_operator ();
  g_autoptr (OrdPretrained) network = pretrained_from_bytes (bytes, "nowhere");
  g_autoptr (GError)        error = NULL;

  g_assert_null (open_encoder ("finetuned", network, "", 16, 16, 3, &error));
  g_assert_error (error, ORD_ERROR, ORD_ERROR_OPTION);
  g_assert_nonnull (strstr (error->message, "nowhere"));
}

static void
test_too_small (void)
{
  g_autoptr (GBytes)        bytes = every_operator ();
  g_autoptr (OrdPretrained) network = pretrained_from_bytes (bytes, NULL);
  g_autoptr (GError)        error = NULL;

  g_assert_null (open_encoder ("finetuned", network, "", 1, 1, 3, &error));
  g_assert_error (error, ORD_ERROR, ORD_ERROR_OPTION);
  g_assert_nonnull (strstr (error->message, "--size"));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/pretrained/every-operator-agrees-with-onnx-runtime",
                   test_every_operator);
  g_test_add_data_func ("/pretrained/inception-agrees-with-onnx-runtime",
                        "inception-v3-imagenet-mixed8.onnx", test_real);
  g_test_add_data_func ("/pretrained/squeezenet-agrees-with-onnx-runtime",
                        "squeezenet-1.1-imagenet.onnx", test_real);
  g_test_add_func ("/pretrained/gradients-are-finite-differences",
                   test_gradients);
  g_test_add_func ("/pretrained/nodes-before-from-are-not-trained",
                   test_gradients_from);
  g_test_add_func ("/pretrained/an-unknown-operator-is-named-with-a-way-out",
                   test_unknown_operator);
  g_test_add_func ("/pretrained/an-unknown-node-is-named", test_unknown_node);
  g_test_add_func ("/pretrained/a-picture-that-is-too-small-is-told",
                   test_too_small);

  return g_test_run ();
}
