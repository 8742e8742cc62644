/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Encoders: what they say of themselves before they are built is true, covariates
 * reach the feature, and mirror images where they are to.
 */
#include <string.h>

#include "assert-close.h"

#include "encoder/ord-encoder.h"

typedef struct
{
  const char *options;
  guint       channels;
  guint       covariate_width;
} Case;

static const Case cases[] = {
  { "channels=4", 1, 0 },
  { "channels=8 stages=1 blocks=3", 3, 2 },
  { "channels=4 stages=3 blocks=2 hidden=9 width=5", 1, 7 },
};

static OrdOptions *
parse (const char *text)
{
  OrdOptions *options = ord_options_new ();

  ord_options_add (options, ord_encoder_get_options ("compact"));
  g_assert_true (ord_options_parse (options, text, NULL));
  return options;
}

static OrdEncoder *
new_encoder (const char        *kind,
             const OrdOptions  *options,
             guint              channels,
             guint              covariate_width,
             gsize             *count,
             GError           **error)
{
  const OrdPreparation preparation = { 16, 16, (int) channels, { 0 }, { 1 } };
  const OrdEncoderSpec spec = {
    .kind = kind,
    .options = options,
    .preparation = &preparation,
    .covariate_width = covariate_width,
    .seed = 1,
  };

  if (count)
    *count = ord_encoder_count (&spec);
  return ord_encoder_new (&spec, error);
}

static void
test_count (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (OrdOptions) options = parse (cases[i].options);
      gsize                  stated;
      g_autoptr (OrdEncoder) encoder =
        new_encoder ("compact", options, cases[i].channels,
                     cases[i].covariate_width, &stated, NULL);
      g_autoptr (GPtrArray)  parameters = ord_encoder_get_parameters (encoder);
      gsize                  count = 0;

      for (guint k = 0; k < parameters->len; k++)
        count += ((OrdParameter *) g_ptr_array_index (parameters, k))->count;
      g_assert_cmpuint (stated, ==, count);
    }
}

static void
test_covariates (void)
{
  g_autoptr (OrdOptions) options = parse ("channels=4 stages=1 width=6");
  g_autoptr (OrdEncoder) encoder =
    new_encoder ("compact", options, 1, 2, NULL, NULL);
  float                  images[16 * 16] = { 0.5f };
  const float            one[2] = { 1.0f, 0.0f }, other[2] = { 0.0f, 1.0f };
  g_autofree float      *first = NULL;
  const float           *second;

  first = g_memdup2 (ord_encoder_forward (encoder, FALSE, 1, images, one, NULL),
                     6 * sizeof (float));
  second = ord_encoder_forward (encoder, FALSE, 1, images, other, NULL);
  g_assert_true (memcmp (first, second, 6 * sizeof (float)) != 0);
}

/* Of the first two stages, before and after the first convolution of each. */
static void
test_pooled (void)
{
  const guint widths[] = { 4 + 4 + 4 + 8, 8 + 8, 4 + 4 + 4 + 8 };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (OrdOptions) options = parse (cases[i].options);
      g_autoptr (OrdEncoder) encoder =
        new_encoder ("compact", options, cases[i].channels,
                     cases[i].covariate_width, NULL, NULL);
      g_autofree float      *images =
        g_new0 (float, 2 * cases[i].channels * 16 * 16);
      const float            covariates[2 * 7] = { 1.0f };
      g_autofree float      *first = NULL;
      const float           *pooled;
      guint                  width = widths[i];

      g_assert_cmpuint (ord_encoder_get_pooled_width (encoder), ==, width);

      /* One picture's do not depend on the others', nor on its covariates. */
      images[20] = 3.0f;
      ord_encoder_forward (encoder, FALSE, 1, images, covariates, NULL);
      first = g_memdup2 (ord_encoder_get_pooled (encoder),
                         sizeof (float) * width);
      ord_encoder_forward (encoder, FALSE, 2, images, covariates + 7,
                           NULL);
      pooled = ord_encoder_get_pooled (encoder);
      for (guint k = 0; k < width; k++)
        g_assert_cmpfloat_with_epsilon (pooled[k], first[k], 1e-5);
      g_assert_true (memcmp (pooled, pooled + width,
                             sizeof (float) * width) != 0);

      ord_encoder_forward (encoder, TRUE, 2, images, covariates, NULL);
      g_assert_null (ord_encoder_get_pooled (encoder));
    }
}

#define SIDE   16
#define N      3
#define WIDTH  6
#define PLANES (N * 3)

/* (N, 3, SIDE, SIDE), pixel by pixel. */
static void
mirror (const float *images,
        guint        flips,
        float       *out)
{
  for (guint i = 0; i < PLANES * SIDE * SIDE; i++)
    {
      guint x = i % SIDE, y = i / SIDE % SIDE, plane = i / (SIDE * SIDE);

      if (flips & 1)
        x = SIDE - 1 - x;
      if (flips & 2)
        y = SIDE - 1 - y;
      out[i] = images[(plane * SIDE + y) * SIDE + x];
    }
}

/* (transfer full) */
static float *
feature_of (OrdEncoder  *encoder,
            const float *images,
            const float *covariates)
{
  return g_memdup2 (ord_encoder_forward (encoder, FALSE, N, images, covariates,
                                         NULL), sizeof (float) * N * WIDTH);
}

/* The mean of a picture and its mirror images, whichever of them is asked; and
 * what is pooled stays the picture's own. */
static void
test_flips (void)
{
  g_autoptr (OrdOptions) options = parse ("channels=4 stages=1 width=6");
  g_autoptr (OrdEncoder) encoder =
    new_encoder ("compact", options, 3, 3, NULL, NULL);
  float                  images[PLANES * SIDE * SIDE], other[PLANES * SIDE * SIDE];
  const float            covariates[N * 3] = { 1.0f, -0.5f, 2.0f, 0.3f };
  gsize                  pooled_size = sizeof (float) * N *
                                       ord_encoder_get_pooled_width (encoder);
  g_autofree float      *pooled = NULL;
  float                  sums[4][N * WIDTH] = { { 0.0f } };

  for (guint i = 0; i < G_N_ELEMENTS (images); i++)
    images[i] = (float) (i * i % 97) / 97.0f - 0.3f;
  for (guint view = 0; view < 4; view++)
    {
      g_autofree float *feature = NULL;

      mirror (images, view, other);
      feature = feature_of (encoder, other, covariates);
      if (view == 0)
        pooled = g_memdup2 (ord_encoder_get_pooled (encoder), pooled_size);
      for (guint flips = 0; flips < 4; flips++)
        for (guint i = 0; i < N * WIDTH && (view & ~flips) == 0; i++)
          sums[flips][i] += feature[i] / (flips == 0 ? 1.0f : flips == 3 ? 4.0f : 2.0f);
    }

  for (guint flips = 0; flips < 4; flips++)
    {
      g_autofree float *feature = NULL, *mirrored = NULL;

      ord_encoder_set_flips (encoder, flips);
      mirror (images, flips, other);
      mirrored = feature_of (encoder, other, covariates);
      feature = feature_of (encoder, images, covariates);
      assert_close (feature, sums[flips], N * WIDTH, 1e-5);
      assert_close (mirrored, sums[flips], N * WIDTH, 1e-5);
      g_assert_cmpmem (ord_encoder_get_pooled (encoder), pooled_size, pooled,
                       pooled_size);
    }
}

/* Training looks at each picture as it is given. */
static void
test_flips_in_training (void)
{
  g_autoptr (OrdOptions) options = parse ("channels=4 stages=1 width=6");
  g_autoptr (OrdEncoder) encoder =
    new_encoder ("compact", options, 3, 0, NULL, NULL);
  float                  images[PLANES * SIDE * SIDE];
  g_autofree float      *plain = NULL;
  const gsize            size = sizeof (float) * N * WIDTH;

  for (guint i = 0; i < G_N_ELEMENTS (images); i++)
    images[i] = (float) (i * i % 97) / 97.0f;
  plain = g_memdup2 (ord_encoder_forward (encoder, TRUE, N, images, NULL, NULL),
                     size);
  ord_encoder_set_flips (encoder, 3);
  g_assert_cmpmem (ord_encoder_forward (encoder, TRUE, N, images, NULL, NULL), size,
                   plain, size);
}

static void
test_unknown_name (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (new_encoder ("huge", NULL, 1, 0, NULL, &error));
  g_assert_error (error, ORD_ERROR, ORD_ERROR_OPTION);
  g_assert_nonnull (strstr (error->message, "compact"));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/encoder/count-is-what-is-built", test_count);
  g_test_add_func ("/encoder/covariates-change-the-feature", test_covariates);
  g_test_add_func ("/encoder/pooled-activations-are-of-the-picture-alone",
                   test_pooled);
  g_test_add_func ("/encoder/mirror-images-take-part-in-a-feature", test_flips);
  g_test_add_func ("/encoder/but-not-in-training", test_flips_in_training);
  g_test_add_func ("/encoder/an-unknown-name-lists-the-known-ones",
                   test_unknown_name);

  return g_test_run ();
}
