/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * RM-Loss against its formula: golden numbers of another tool, finite
 * differences, and what the method promises.
 */
#include <glib.h>
#include <math.h>
#include <string.h>

#include "ord-random.h"
#include "methods/ord-method-private.h"
#include "methods/rm-loss-private.h"

#define MAX_VALUES 64

/* Times the mean: where pairs begin to cost their square, by default, at first. */
#define KNEE       2.0

typedef struct
{
  const char *name;
  gboolean    continues; /* the batch after the one before */
  guint       n_labels;
  double      sigma;
  double      alpha;
  gboolean    mining;
  double      knee;
  double      scale;
  double      loss;
  double      mean;
  double      d_scale;
  float       labels[MAX_VALUES];
  float       features[MAX_VALUES];
  float       d_features[MAX_VALUES];
} Golden;

#include "rm-loss-golden.h"

#define assert_near(a, b, tolerance) \
  g_assert_cmpfloat_with_epsilon ((double) (a), (double) (b), \
                                  (tolerance) * (1.0 + fabs ((double) (b))))

static void
test_golden (gconstpointer data)
{
  const char *name = data;
  OrdRmPairs  pairs = { 0 };
  guint       n_seen = 0;

  for (guint g = 0; g < G_N_ELEMENTS (goldens); g++)
    {
      const Golden *golden = &goldens[g];
      float         d_features[MAX_VALUES];
      double        d_scale, loss;

      if (!g_str_equal (golden->name, name))
        continue;
      n_seen++;
      if (!golden->continues)
        pairs = (OrdRmPairs) { golden->sigma, golden->alpha, golden->mining,
                               golden->knee, NAN };
      loss = ord_rm_pairs_loss (&pairs, golden->features, golden->labels,
                                GOLDEN_N, GOLDEN_WIDTH, golden->n_labels,
                                golden->scale, d_features, &d_scale);
      assert_near (loss, golden->loss, 1e-5);
      assert_near (d_scale, golden->d_scale, 1e-5);
      assert_near (pairs.mean, golden->mean, 1e-5);
      for (guint i = 0; i < GOLDEN_N * GOLDEN_WIDTH; i++)
        assert_near (d_features[i], golden->d_features[i], 1e-5);
    }
  g_assert_cmpuint (n_seen, ==, 2);
}

static void
fill_normal (OrdRandom *random,
             float     *values,
             gsize      n)
{
  for (gsize i = 0; i < n; i++)
    values[i] = (float) ord_random_normal (random);
}

static void
test_finite_differences (void)
{
  enum { N = 24, WIDTH = 10, N_LABELS = 2 };
  const double step = 1e-2;
  OrdRandom    random = ord_random_init (7);
  float        features[N * WIDTH], labels[N * N_LABELS];
  float        d_features[N * WIDTH], unused[N * WIDTH];
  OrdRmPairs   pairs = { 0.7, 0.2, FALSE, 0.0, NAN };
  double       d_scale, unused_scale, worst = 0.0;

  fill_normal (&random, features, G_N_ELEMENTS (features));
  fill_normal (&random, labels, G_N_ELEMENTS (labels));
  ord_rm_pairs_loss (&pairs, features, labels, N, WIDTH, N_LABELS, 0.8,
                     d_features, &d_scale);

  for (guint i = 0; i < N * WIDTH; i += 7)
    {
      float  kept = features[i];
      double above, below;

      features[i] = (float) (kept + step);
      above = ord_rm_pairs_loss (&pairs, features, labels, N, WIDTH, N_LABELS,
                                 0.8, unused, &unused_scale);
      features[i] = (float) (kept - step);
      below = ord_rm_pairs_loss (&pairs, features, labels, N, WIDTH, N_LABELS,
                                 0.8, unused, &unused_scale);
      features[i] = kept;
      worst = fmax (worst, fabs ((above - below) / (2.0 * step) -
                                 d_features[i]));
    }
  /* |·| has kinks that a step may cross: they cost less than a fiftieth of the
   * largest slope. */
  g_assert_cmpfloat (worst, <, 1e-3);

  {
    double above = ord_rm_pairs_loss (&pairs, features, labels, N, WIDTH,
                                      N_LABELS, 0.8 + 1e-3, unused,
                                      &unused_scale);
    double below = ord_rm_pairs_loss (&pairs, features, labels, N, WIDTH,
                                      N_LABELS, 0.8 - 1e-3, unused,
                                      &unused_scale);

    assert_near ((above - below) / 2e-3, d_scale, 5e-3);
  }
}

typedef struct
{
  double d;     /* in the space, before s */
  double error; /* s·d − δ */
  double w;
} PlainPair;

static PlainPair
plain_pair (const OrdRmPairs *pairs,
            const float      *first,
            const float      *second,
            guint             width,
            const float      *first_label,
            const float      *second_label,
            guint             n_labels,
            double            scale)
{
  PlainPair pair = { 0 };
  double    delta = 0.0;

  for (guint k = 0; k < width; k++)
    pair.d += pow ((double) first[k] - (double) second[k], 2.0);
  for (guint l = 0; l < n_labels; l++)
    delta += pow ((double) first_label[l] - (double) second_label[l], 2.0);
  pair.d = sqrt (pair.d);
  delta = sqrt (delta);
  pair.error = scale * pair.d - delta;
  pair.w = exp (-0.5 * pow (delta / pairs->sigma, 2.0)) + pairs->alpha;

  return pair;
}

/* The formula, pair by pair, in double precision, of a first batch.
 * @mean: (out): of w·D */
static double
plain_loss (const OrdRmPairs *pairs,
            const float      *features,
            const float      *labels,
            guint             n,
            guint             width,
            guint             n_labels,
            double            scale,
            double           *d_features,
            double           *d_scale,
            double           *mean)
{
  g_autofree PlainPair *all = g_new (PlainPair, n * n);
  double                numerator = 0.0, denominator = 0.0;

  *mean = 0.0;
  for (guint i = 0; i < n; i++)
    for (guint j = 0; j < n; j++)
      {
        all[i * n + j] = plain_pair (pairs, features + i * width,
                                     features + j * width, width,
                                     labels + i * n_labels,
                                     labels + j * n_labels, n_labels, scale);
        *mean += all[i * n + j].w * fabs (all[i * n + j].error) / (n * (n - 1.0));
      }

  *d_scale = 0.0;
  memset (d_features, 0, sizeof (double) * n * width);
  for (guint i = 0; i < n; i++)
    for (guint j = 0; j < n; j++)
      {
        const PlainPair *pair = &all[i * n + j];
        double           knee = pairs->knee > 0.0 ? pairs->knee * *mean : INFINITY;
        double           cost = pair->w * fabs (pair->error);
        double           slope = pair->error > 0.0 ? pair->w : -pair->w;

        if (i == j || (pairs->mining && cost <= *mean))
          continue;
        if (cost > knee)
          {
            slope *= cost / knee;
            cost = 0.5 * (cost * cost / knee + knee);
          }
        numerator += cost;
        denominator += pair->w;
        *d_scale += slope * pair->d;
        for (guint k = 0; k < width && pair->d > 0.0; k++)
          {
            double share = scale * slope / pair->d *
                           ((double) features[i * width + k] -
                            (double) features[j * width + k]);

            d_features[i * width + k] += share;
            d_features[j * width + k] -= share;
          }
      }
  for (guint k = 0; k < n * width; k++)
    d_features[k] /= denominator;
  *d_scale /= denominator;

  return numerator / denominator;
}

/* Sizes about those of the blocks that pairs are judged in. */
static void
test_slow_twin (void)
{
  const guint sizes[] = { 3, 31, 33, 64, 255, 257, 300, 513 };

  for (guint s = 0; s < 2 * G_N_ELEMENTS (sizes); s++)
    {
      const guint         n = sizes[s / 2], width = 21, n_labels = 1 + s % 3;
      OrdRandom           random = ord_random_init (s);
      OrdRmPairs          pairs = { 0.6, 0.1, s % 2, s % 4 < 2 ? 0.0 : KNEE,
                                     NAN };
      g_autofree float   *features = g_new (float, n * width);
      g_autofree float   *labels = g_new (float, n * n_labels);
      g_autofree float   *d_features = g_new (float, n * width);
      g_autofree double  *d_plain = g_new (double, n * width);
      double              loss, plain, mean, d_scale, d_scale_plain;
      double              largest = 0.0;

      fill_normal (&random, features, n * width);
      fill_normal (&random, labels, n * n_labels);
      /* One image twice, as in a batch that begins again. */
      memcpy (features + width, features, sizeof (float) * width);

      loss = ord_rm_pairs_loss (&pairs, features, labels, n, width, n_labels,
                                0.3, d_features, &d_scale);
      plain = plain_loss (&pairs, features, labels, n, width, n_labels, 0.3,
                          d_plain, &d_scale_plain, &mean);
      assert_near (pairs.mean, mean, 1e-5);
      assert_near (loss, plain, 1e-4);
      assert_near (d_scale, d_scale_plain, 1e-4);
      for (guint k = 0; k < n * width; k++)
        largest = fmax (largest, fabs (d_plain[k]));
      for (guint k = 0; k < n * width; k++)
        g_assert_cmpfloat_with_epsilon ((double) d_features[k], d_plain[k],
                                        1e-3 * largest);
    }
}

static void
test_infinite_sigma_weighs_alike (void)
{
  float      features[3] = { 0.0f, 1.0f, 5.0f };
  float      labels[3] = { 0.0f, 30.0f, 90.0f };
  float      d_features[3];
  OrdRmPairs pairs = { INFINITY, 0.1, FALSE, 0.0, NAN };
  double     d_scale;

  /* (29 + 85 + 56) / 3 */
  assert_near (ord_rm_pairs_loss (&pairs, features, labels, 3, 1, 1, 1.0,
                                  d_features, &d_scale), 170.0 / 3.0, 1e-6);
}

static void
test_true_space_has_no_loss (void)
{
  /* Labels laid out along a line in the space, far from its origin. */
  enum { N = 16, WIDTH = 3 };
  float      features[N * WIDTH], labels[N], d_features[N * WIDTH];
  OrdRmPairs pairs = { 0.5, 0.1, FALSE, 0.0, NAN };
  double     d_scale, loss;

  for (guint i = 0; i < N; i++)
    {
      labels[i] = 0.25f * (float) i - 2.0f;
      features[i * WIDTH] = 100.0f + 0.6f * labels[i] / 2.0f;
      features[i * WIDTH + 1] = -50.0f + 0.8f * labels[i] / 2.0f;
      features[i * WIDTH + 2] = 7.0f;
    }
  loss = ord_rm_pairs_loss (&pairs, features, labels, N, WIDTH, 1, 2.0,
                            d_features, &d_scale);
  g_assert_cmpfloat (loss, <, 1e-4);
}

static void
test_coinciding_features (void)
{
  float      features[4] = { 1.0f, 2.0f, 1.0f, 2.0f };
  float      labels[2] = { 0.0f, 3.0f };
  float      d_features[4];
  OrdRmPairs pairs = { 0.5, 0.1, FALSE, 0.0, NAN };
  double     d_scale;
  double     loss = ord_rm_pairs_loss (&pairs, features, labels, 2, 2, 1, 1.0,
                                       d_features, &d_scale);

  assert_near (loss, 3.0, 1e-6);
  for (guint i = 0; i < 4; i++)
    g_assert_cmpfloat (d_features[i], ==, 0.0f);
}

static void
test_single_image (void)
{
  float      features[2] = { 1.0f, 2.0f }, labels[1] = { 1.0f };
  float      d_features[2] = { 9.0f, 9.0f };
  OrdRmPairs pairs = { 0.5, 0.1, TRUE, 2.0, NAN };
  double     d_scale = 9.0;

  g_assert_cmpfloat (ord_rm_pairs_loss (&pairs, features, labels, 1, 2, 1, 1.0,
                                        d_features, &d_scale), ==, 0.0);
  g_assert_cmpfloat (d_features[0], ==, 0.0f);
  g_assert_cmpfloat (d_features[1], ==, 0.0f);
  g_assert_cmpfloat (d_scale, ==, 0.0);
  g_assert_true (isnan (pairs.mean));
}

/* Training passes such a batch over. */
static void
test_bad_batch (void)
{
  float      features[3] = { 0.0f, 1.0f, 5.0f };
  float      bad[3] = { 0.0f, NAN, 5.0f };
  float      labels[3] = { 0.0f, 1.0f, 2.0f };
  float      d_features[3];
  OrdRmPairs pairs = { 0.5, 0.1, TRUE, KNEE, NAN };
  double     d_scale, mean;

  ord_rm_pairs_loss (&pairs, features, labels, 3, 1, 1, 1.0, d_features,
                     &d_scale);
  mean = pairs.mean;
  g_assert_true (isnan (ord_rm_pairs_loss (&pairs, bad, labels, 3, 1, 1, 1.0,
                                           d_features, &d_scale)));
  g_assert_cmpfloat (pairs.mean, ==, mean);
}

/* With the defaults, but for one option. */
static OrdMethod *
new_method (const char *option,
            double      value,
            guint       width,
            guint       n_labels,
            guint64     seed)
{
  g_autoptr (OrdOptions) options = ord_options_new ();

  ord_options_add (options, ord_method_get_options ("rm-loss"));
  g_assert_true (ord_options_set (options, option, value, NULL));
  return ord_method_new ("rm-loss", options, width, n_labels, seed, NULL);
}

/* -- the head that leads ------------------------------------------------------ */

enum { LED = 24, LED_WIDTH = 4 };

/* What its mean squared error counts by default. */
#define GUIDE 0.1

typedef struct
{
  OrdMethod *method;
  float      features[LED * LED_WIDTH];
  float      labels[LED];
  float      d_features[LED * LED_WIDTH];
  double     done;       /* of the training */
} Led;

static OrdParameter *
parameter_of (OrdMethod  *method,
              const char *name)
{
  for (guint p = 0; p < method->parameters->len; p++)
    {
      OrdParameter *parameter = g_ptr_array_index (method->parameters, p);

      if (g_str_equal (parameter->name, name))
        return parameter;
    }
  g_assert_not_reached ();
}

/* The head's answer is the first number of a feature, times @slope. */
static void
set_head (OrdMethod *method,
          guint      n_labels,
          float      slope)
{
  float *weight = parameter_of (method, "head/weight")->value;

  memset (weight, 0, sizeof (float) * n_labels * LED_WIDTH);
  for (guint l = 0; l < n_labels; l++)
    weight[l * LED_WIDTH] = slope;
}

/* The first number of a feature is the label. */
static void
led_set_up_with_knee (Led    *led,
                      float   slope,
                      double  knee)
{
  OrdRandom random = ord_random_init (8);

  led->method = new_method ("knee", knee, LED_WIDTH, 1, 1);
  fill_normal (&random, led->features, G_N_ELEMENTS (led->features));
  fill_normal (&random, led->labels, G_N_ELEMENTS (led->labels));
  /* Two are equal, to be near in any neighbourhood, and lie far apart, for no
   * mining to pass them over. */
  led->labels[1] = led->labels[0];
  led->features[LED_WIDTH + 1] += 6.0f;
  for (guint i = 0; i < LED; i++)
    led->features[i * LED_WIDTH] = led->labels[i];
  set_head (led->method, 1, slope);
}

static void
led_set_up (Led           *led,
            gconstpointer  slope)
{
  led_set_up_with_knee (led, *(const float *) slope, KNEE);
}

/* The knee moves with the mean, and so with the batch, of which a gradient knows
 * nothing. */
static void
led_set_up_straight (Led           *led,
                     gconstpointer  slope)
{
  led_set_up_with_knee (led, *(const float *) slope, 0.0);
}

static void
led_tear_down (Led           *led,
               gconstpointer  slope)
{
  ord_method_free (led->method);
}

static double
led_loss (Led *led)
{
  OrdMethodBatch batch = { LED, led->features, led->labels, led->done };

  return ord_method_loss (led->method, &batch, led->d_features);
}

/* Σ |row − mean row|² */
static double
plain_scatter (const float *rows,
               guint        n,
               guint        width)
{
  double sum = 0.0;

  for (guint k = 0; k < width; k++)
    {
      double mean = 0.0;

      for (guint i = 0; i < n; i++)
        mean += rows[i * width + k] / (double) n;
      for (guint i = 0; i < n; i++)
        sum += pow (rows[i * width + k] - mean, 2.0);
    }
  return sum;
}

/* The metric loss of the second batch: by then there is a neighbourhood, and the
 * space is known to be off by something. */
static double
metric_alone (Led    *led,
              double  sigma,
              double  max_alpha)
{
  OrdRmPairs pairs = { INFINITY, 1.0, TRUE, KNEE / (1.0 - led->done), NAN };
  double     scale = sqrt (plain_scatter (led->labels, LED, 1) /
                           plain_scatter (led->features, LED, LED_WIDTH));
  double     d_scale;

  ord_rm_pairs_loss (&pairs, led->features, led->labels, LED, LED_WIDTH, 1,
                     scale, led->d_features, &d_scale);
  pairs.sigma = sigma;
  pairs.alpha = fmin (pow (6.0 * pairs.mean, 2.0), max_alpha);
  pairs.knee = KNEE / (1.0 - fmin (pairs.alpha, 1.0) * led->done);
  return ord_rm_pairs_loss (&pairs, led->features, led->labels, LED, LED_WIDTH,
                            1, scale, led->d_features, &d_scale);
}

/* E, of a head with this slope. */
static double
mean_error (const Led *led,
            double     slope)
{
  double sum = 0.0;

  for (guint i = 0; i < LED; i++)
    sum += fabs (slope * led->features[i * LED_WIDTH] - led->labels[i]);
  return sum / LED;
}

/* What that head adds to the loss. */
static double
guide_alone (const Led *led,
             double     slope)
{
  double sum = 0.0;

  for (guint i = 0; i < LED; i++)
    sum += pow (slope * led->features[i * LED_WIDTH] - led->labels[i], 2.0);
  return GUIDE * sum / LED;
}

static void
test_head_that_knows_nothing (Led           *led,
                              gconstpointer  slope)
{
  for (guint batch = 0; batch < 5; batch++)
    assert_near (led_loss (led), guide_alone (led, 0.0), 1e-6);
}

static void
test_head_that_knows_all (Led           *led,
                          gconstpointer  slope)
{
  double metric = metric_alone (led, 0.01, 1.0);

  /* Nothing is known of the head before the first batch. */
  assert_near (led_loss (led), 0.0, 1e-6);
  g_assert_cmpfloat (metric, >, 0.1);
  assert_near (led_loss (led), metric, 1e-6);
}

static void
test_neighbourhood (Led           *led,
                    gconstpointer  slope)
{
  double error = mean_error (led, *(const float *) slope);
  double skill = 1.0 - error / mean_error (led, 0.0);

  led_loss (led);
  assert_near (led_loss (led),
               skill * metric_alone (led, 3.0 * error, 1.0) +
               guide_alone (led, *(const float *) slope), 1e-6);
}

/* Where the space does not come right, the knee moves out with the training. */
static void
test_knee_moves_out (Led           *led,
                     gconstpointer  slope)
{
  double first = metric_alone (led, 0.01, 1.0);

  led->done = 0.75;
  g_assert_cmpfloat (metric_alone (led, 0.01, 1.0), <, 0.99 * first);
  test_neighbourhood (led, slope);
}

/* Distances are label distances, but for those of one picture. */
static void
make_nearly_right (Led *led)
{
  for (guint i = 0; i < LED; i++)
    for (guint k = 1; k < LED_WIDTH; k++)
      led->features[i * LED_WIDTH + k] *= 0.02f;
  led->features[0] += 0.6f;
}

/* In such a space α is less than one, and yet that picture's far pairs count. */
static void
test_leak (Led           *led,
           gconstpointer  slope)
{
  double error;

  make_nearly_right (led);
  error = mean_error (led, *(const float *) slope);
  g_assert_cmpfloat (metric_alone (led, 3.0 * error, INFINITY), ==,
                     metric_alone (led, 3.0 * error, 1.0));
  g_assert_cmpfloat (metric_alone (led, 3.0 * error, 1.0), !=,
                     metric_alone (led, 3.0 * error, 0.0));
  test_neighbourhood (led, slope);
}

/* 1 / σ² would be no number. */
static void
test_tiny_sigma (void)
{
  enum { N = 6, WIDTH = 3 };
  OrdRandom              random = ord_random_init (5);
  g_autoptr (OrdOptions) options = ord_options_new ();
  g_autoptr (OrdMethod)  method = NULL;
  float                  features[N * WIDTH], labels[N] = { 0, 0, 1, 1, 2, 3 };
  float                  d_features[N * WIDTH];
  OrdMethodBatch         batch = { N, features, labels, 0.0 };

  ord_options_add (options, ord_method_get_options ("rm-loss"));
  g_assert_true (ord_options_set (options, "sigma", 1e-30, NULL));
  g_assert_true (ord_options_set (options, "guide", 0.0, NULL));
  method = ord_method_new ("rm-loss", options, WIDTH, 1, 1, NULL);
  fill_normal (&random, features, G_N_ELEMENTS (features));

  g_assert_cmpfloat (ord_method_loss (method, &batch, d_features), >, 0.0);
  for (guint k = 0; k < G_N_ELEMENTS (d_features); k++)
    g_assert_true (isfinite (d_features[k]));
}

/* Both losses count; what is known of the head is held fast. */
static void
test_mixture_gradient (Led           *led,
                       gconstpointer  slope)
{
  const float            step = 1e-3f;
  g_autoptr (GPtrArray)  state = ord_tensors_new ();
  float                  gradient[G_N_ELEMENTS (led->features)];
  double                 above, below;

  led_loss (led);
  ord_method_store (led->method, state);
  led_loss (led);
  memcpy (gradient, led->d_features, sizeof gradient);

  for (guint k = 0; k < G_N_ELEMENTS (gradient); k++)
    {
      float kept = led->features[k];

      led->features[k] = kept + step;
      g_assert_true (ord_method_load (led->method, state, NULL));
      above = led_loss (led);
      led->features[k] = kept - step;
      g_assert_true (ord_method_load (led->method, state, NULL));
      below = led_loss (led);
      led->features[k] = kept;
      assert_near (gradient[k], (above - below) / (2.0 * step), 2e-3);
    }
}

/* A training that goes on is the same as one that was never broken off. */
static void
test_state_survives_a_file (Led           *led,
                            gconstpointer  slope)
{
  g_autoptr (OrdMethod) second = new_method ("knee", KNEE, LED_WIDTH, 1, 2);
  g_autoptr (GPtrArray) tensors = ord_tensors_new ();
  OrdMethodBatch        batch = { LED, led->features, led->labels, 0.0 };
  float                 features[G_N_ELEMENTS (led->features)];
  float                 d_features[G_N_ELEMENTS (led->features)];
  double                loss;

  make_nearly_right (led);
  led_loss (led);
  led->features[LED_WIDTH + 2] += 1.0f;
  led_loss (led);
  ord_method_store (led->method, tensors);
  g_assert_true (ord_method_load (second, tensors, NULL));

  led->features[2 * LED_WIDTH + 3] += 1.0f;
  loss = led_loss (led);
  /* Not that of the head alone, which needs no state. */
  g_assert_cmpfloat (loss, >, 0.1 + guide_alone (led, 0.7));
  g_assert_cmpfloat (ord_method_loss (second, &batch, d_features), ==, loss);
  g_assert_cmpmem (d_features, sizeof d_features, led->d_features,
                   sizeof led->d_features);
  memcpy (features, led->features, sizeof features);
  ord_method_embed (led->method, led->features, LED);
  ord_method_embed (second, features, LED);
  g_assert_cmpmem (features, sizeof features, led->features,
                   sizeof led->features);
}

/* Of a method that no batch has told anything. */
static void
test_new_state_survives_a_file (Led           *led,
                                gconstpointer  slope)
{
  g_autoptr (GPtrArray) tensors = ord_tensors_new ();
  double                loss;

  ord_method_store (led->method, tensors);
  loss = led_loss (led);
  led_loss (led);
  g_assert_true (ord_method_load (led->method, tensors, NULL));
  g_assert_cmpfloat (led_loss (led), ==, loss);
}

/* A label that is told twice has distances of √2 times the size, and so have the
 * neighbourhood and what pairs are off by: nothing else changes. */
static void
test_label_told_twice (Led           *led,
                       gconstpointer  slope)
{
  g_autoptr (OrdMethod) twice = new_method ("knee", KNEE, LED_WIDTH, 2, 1);
  float                 labels[2 * LED], d_features[LED * LED_WIDTH];
  OrdMethodBatch        batch = { LED, led->features, labels, 0.0 };
  double                head, once;

  set_head (twice, 2, 0.7f);
  make_nearly_right (led);
  head = guide_alone (led, 0.7);
  for (guint i = 0; i < LED; i++)
    labels[2 * i] = labels[2 * i + 1] = led->labels[i];

  led_loss (led);
  ord_method_loss (twice, &batch, d_features);
  once = led_loss (led) - head;
  g_assert_cmpfloat (once, >, 0.01);
  assert_near (ord_method_loss (twice, &batch, d_features) - head,
               G_SQRT2 * once, 1e-5);
}

static OrdMethod *
new_without_head (guint width,
                  guint n_labels)
{
  return new_method ("guide", 0.0, width, n_labels, 1);
}

/* As where a batch norm widens all of a batch. */
static void
test_width_is_no_error (void)
{
  enum { N = 8, WIDTH = 4, N_LABELS = 2 };
  OrdRandom              random = ord_random_init (6);
  g_autoptr (OrdMethod)  narrow = new_without_head (WIDTH, N_LABELS);
  g_autoptr (OrdMethod)  wide = new_without_head (WIDTH, N_LABELS);
  float                  features[N * WIDTH], labels[N * N_LABELS];
  float                  d_narrow[N * WIDTH], d_wide[N * WIDTH];
  OrdMethodBatch         batch = { N, features, labels, 0.0 };
  double                 loss;

  fill_normal (&random, features, G_N_ELEMENTS (features));
  fill_normal (&random, labels, G_N_ELEMENTS (labels));
  loss = ord_method_loss (narrow, &batch, d_narrow);
  for (guint k = 0; k < G_N_ELEMENTS (features); k++)
    features[k] = 3.0f * features[k] + 5.0f;

  assert_near (ord_method_loss (wide, &batch, d_wide), loss, 1e-5);
  for (guint k = 0; k < G_N_ELEMENTS (features); k++)
    assert_near (3.0 * d_wide[k], d_narrow[k], 1e-4);
}

static void
test_answers_are_in_label_units (void)
{
  enum { N = 8, WIDTH = 4, N_LABELS = 2 };
  OrdRandom              random = ord_random_init (6);
  g_autoptr (OrdMethod)  method = new_without_head (WIDTH, N_LABELS);
  float                  features[N * WIDTH], labels[N * N_LABELS];
  float                  nearly_equal[N * N_LABELS], unused[N * WIDTH];
  OrdMethodBatch         batch = { N, features, labels, 0.0 };
  OrdMethodBatch         of_little = { N, features, nearly_equal, 0.0 };

  fill_normal (&random, features, G_N_ELEMENTS (features));
  fill_normal (&random, labels, G_N_ELEMENTS (labels));
  for (guint k = 0; k < G_N_ELEMENTS (labels); k++)
    nearly_equal[k] = 1e-3f * labels[k];
  ord_method_loss (method, &batch, unused);
  for (guint step = 0; step < 5; step++)
    ord_method_loss (method, &of_little, unused);

  ord_method_embed (method, features, N);
  assert_near (plain_scatter (features, N, WIDTH),
               plain_scatter (labels, N, N_LABELS), 1e-3);
}

/* Equal but for what rounding leaves of features, they tell no width. */
static void
test_batch_without_width (gconstpointer data)
{
  const gboolean         equal_labels = GPOINTER_TO_INT (data);
  enum { N = 4, WIDTH = 3 };
  OrdRandom              random = ord_random_init (9);
  g_autoptr (OrdMethod)  method = new_without_head (WIDTH, 1);
  float                  features[N * WIDTH] = { 1e-12f }, labels[N] = { 0.0f };
  float                  d_features[N * WIDTH];
  OrdMethodBatch         batch = { N, features, labels, 0.0 };

  if (equal_labels)
    fill_normal (&random, features, G_N_ELEMENTS (features));
  else
    fill_normal (&random, labels, G_N_ELEMENTS (labels));
  g_assert_cmpfloat (ord_method_loss (method, &batch, d_features), >, 0.0);
  for (guint k = 0; k < G_N_ELEMENTS (d_features); k++)
    g_assert_true (isfinite (d_features[k]));
  ord_method_embed (method, features, N);
  for (guint k = 0; k < G_N_ELEMENTS (features); k++)
    g_assert_true (isfinite (features[k]));
}

int
main (int    argc,
      char **argv)
{
  static const float nothing = 0.0f, all = 1.0f, most = 0.7f;

  g_test_init (&argc, &argv, NULL);

  for (guint g = 0; g < G_N_ELEMENTS (goldens); g += 2)
    {
      g_autofree char *path = g_strdup_printf ("/rm-loss/golden/%s",
                                               goldens[g].name);

      g_test_add_data_func (path, goldens[g].name, test_golden);
    }
  g_test_add_func ("/rm-loss/gradient-agrees-with-finite-differences",
                   test_finite_differences);
  g_test_add_func ("/rm-loss/blocks-agree-with-the-formula", test_slow_twin);
  g_test_add_func ("/rm-loss/an-infinite-sigma-weighs-all-pairs-alike",
                   test_infinite_sigma_weighs_alike);
  g_test_add_func ("/rm-loss/a-space-proportional-to-the-labels-has-no-loss",
                   test_true_space_has_no_loss);
  g_test_add_func ("/rm-loss/coinciding-features-have-a-finite-gradient",
                   test_coinciding_features);
  g_test_add_func ("/rm-loss/a-batch-that-is-no-number-is-forgotten",
                   test_bad_batch);
  g_test_add_func ("/rm-loss/a-batch-of-one-image-has-no-loss",
                   test_single_image);
  g_test_add ("/rm-loss/a-head-that-knows-nothing-leads-alone", Led, &nothing,
              led_set_up, test_head_that_knows_nothing, led_tear_down);
  g_test_add ("/rm-loss/a-head-that-knows-all-leaves-it-to-the-metric", Led,
              &all, led_set_up, test_head_that_knows_all, led_tear_down);
  g_test_add ("/rm-loss/the-neighbourhood-is-three-times-the-head's-error", Led,
              &most, led_set_up, test_neighbourhood, led_tear_down);
  g_test_add ("/rm-loss/far-pairs-count-as-far-as-the-space-is-off", Led,
              &most, led_set_up, test_leak, led_tear_down);
  g_test_add ("/rm-loss/the-knee-moves-out-where-the-space-stays-off", Led, &most,
              led_set_up, test_knee_moves_out, led_tear_down);
  g_test_add_func ("/rm-loss/the-width-of-a-batch-is-no-error",
                   test_width_is_no_error);
  g_test_add_func ("/rm-loss/answers-are-in-label-units",
                   test_answers_are_in_label_units);
  g_test_add_data_func ("/rm-loss/equal-labels-tell-no-width",
                        GINT_TO_POINTER (TRUE), test_batch_without_width);
  g_test_add_data_func ("/rm-loss/equal-features-tell-no-width",
                        GINT_TO_POINTER (FALSE), test_batch_without_width);
  g_test_add_func ("/rm-loss/a-tiny-sigma-is-as-good-as-a-small-one",
                   test_tiny_sigma);
  g_test_add ("/rm-loss/the-mixture's-gradient-agrees-with-finite-differences",
              Led, &most, led_set_up_straight, test_mixture_gradient,
              led_tear_down);
  g_test_add ("/rm-loss/mean-and-scale-survive-a-file", Led, &most, led_set_up,
              test_state_survives_a_file, led_tear_down);
  g_test_add ("/rm-loss/a-method-that-knows-nothing-survives-a-file", Led, &most,
              led_set_up, test_new_state_survives_a_file, led_tear_down);
  g_test_add ("/rm-loss/a-label-that-is-told-twice-changes-nothing", Led, &most,
              led_set_up, test_label_told_twice, led_tear_down);

  return g_test_run ();
}
