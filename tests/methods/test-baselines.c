/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The methods that RM-Loss is compared with, the gradients of all of them, and
 * the registry.
 */
#include <glib.h>
#include <math.h>
#include <string.h>

#include "baselines-golden.h"
#include "ord-random.h"
#include "methods/atriplet-private.h"
#include "methods/ord-method-private.h"

enum { N = 6, WIDTH = 5, N_LABELS = 2 };

typedef struct
{
  OrdMethod *method;
  float      features[N * WIDTH];
  float      labels[N * N_LABELS];
  float      d_features[N * WIDTH];
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  name)
{
  OrdRandom              random = ord_random_init (11);
  g_autoptr (OrdOptions) options = ord_options_new ();

  ord_options_add (options, ord_method_get_options (name));
  fixture->method = ord_method_new (name, options, WIDTH, N_LABELS, 5, NULL);
  g_assert_nonnull (fixture->method);
  for (guint i = 0; i < N * WIDTH; i++)
    fixture->features[i] = (float) ord_random_normal (&random);
  for (guint i = 0; i < N * N_LABELS; i++)
    fixture->labels[i] = (float) ord_random_normal (&random);
  ord_method_prepare (fixture->method, fixture->labels, N);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  name)
{
  ord_method_free (fixture->method);
}

static double
loss_of (Fixture *fixture,
         float   *d_features)
{
  OrdMethodBatch batch = { N, fixture->features, fixture->labels, 0.0 };

  return ord_method_loss (fixture->method, &batch, d_features);
}

static void
test_loss_is_the_mean_error_of_the_answer (Fixture       *fixture,
                                           gconstpointer  name)
{
  double values[N * N_LABELS];
  double expected = 0.0;

  g_assert_true (ord_method_answer (fixture->method, fixture->features, N,
                                    values));
  for (guint i = 0; i < N * N_LABELS; i++)
    {
      double residual = values[i] - fixture->labels[i];

      expected += (g_str_equal (name, "l1") ? fabs (residual)
                                            : residual * residual) /
                  (N * N_LABELS);
    }
  g_assert_cmpfloat_with_epsilon (loss_of (fixture, fixture->d_features),
                                  expected, 1e-5);
}

static double
slope (Fixture *fixture,
       float   *value)
{
  const float step = 1e-3f;
  float       unused[N * WIDTH];
  float       kept = *value;
  double      above, below;

  *value = kept + step;
  above = loss_of (fixture, unused);
  *value = kept - step;
  below = loss_of (fixture, unused);
  *value = kept;
  return (above - below) / (2.0 * step);
}

static void
test_gradients (Fixture       *fixture,
                gconstpointer  name)
{
  loss_of (fixture, fixture->d_features);
  for (guint i = 0; i < N * WIDTH; i++)
    g_assert_cmpfloat_with_epsilon (slope (fixture, &fixture->features[i]),
                                    fixture->d_features[i], 2e-3);
  for (guint p = 0; p < fixture->method->parameters->len; p++)
    {
      OrdParameter     *parameter =
        g_ptr_array_index (fixture->method->parameters, p);
      g_autofree float *gradient = NULL;

      if (!parameter->gradient)
        continue;
      gradient = g_memdup2 (parameter->gradient,
                            sizeof (float) * parameter->count);
      for (gsize i = 0; i < parameter->count; i++)
        g_assert_cmpfloat_with_epsilon (slope (fixture, &parameter->value[i]),
                                        gradient[i], 2e-3);
    }
}

static void
assert_near (const float *values,
             const float *golden,
             gsize        n)
{
  for (gsize i = 0; i < n; i++)
    g_assert_cmpfloat_with_epsilon (values[i], golden[i], 1e-5);
}

static void
test_atriplet_golden (void)
{
  float  d_features[N * WIDTH];
  double loss = ord_atriplet_loss (golden_features, golden_labels, N, WIDTH,
                                   N_LABELS, d_features);

  g_assert_cmpfloat_with_epsilon (loss, golden_atriplet_loss, 1e-5);
  assert_near (d_features, golden_atriplet_gradient, N * WIDTH);
}

/* Of three whole numbers, standardised, the middle one has the others at the same
 * gap, which rounding makes two gaps. */
static void
test_atriplet_ties (void)
{
  const float labels[] = { (1.0f - 4.2f) / 1.3f, (2.0f - 4.2f) / 1.3f,
                           (3.0f - 4.2f) / 1.3f };
  const float features[] = { 0.0f, 2.0f, 4.0f };
  float       d_features[3];

  g_assert_cmpfloat (labels[1] - labels[0], !=, labels[2] - labels[1]);
  /* From the outer images: 2 − 4 + gap, met. From the middle one nothing is asked,
   * though it is as far from both. */
  g_assert_cmpfloat (ord_atriplet_loss (features, labels, 3, 1, 1, d_features), ==,
                     0.0);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpfloat (d_features[i], ==, 0.0);
}

static void
test_atriplet_without_triplets (void)
{
  float features[4] = { 1.0f, 2.0f, 3.0f, 4.0f }, labels[2] = { 0.0f, 1.0f };
  float d_features[4];

  g_assert_cmpfloat (ord_atriplet_loss (features, labels, 2, 2, 1, d_features),
                     ==, 0.0);
  g_assert_cmpfloat (d_features[3], ==, 0.0f);
}

static void
test_ordreg_golden (void)
{
  g_autoptr (OrdOptions) options = ord_options_new ();
  g_autoptr (OrdMethod)  method = NULL;
  OrdMethodBatch         batch = { N, golden_features, golden_labels, 0.0 };
  float                  d_features[N * WIDTH];
  double                 values[N * N_LABELS];
  OrdParameter          *weight;

  ord_options_add (options, ord_method_get_options ("ordreg"));
  g_assert_true (ord_options_set (options, "ranks", GOLDEN_RANKS, NULL));
  method = ord_method_new ("ordreg", options, WIDTH, N_LABELS, 1, NULL);
  weight = g_ptr_array_index (method->parameters, 0);
  memcpy (weight->value, golden_weight, sizeof golden_weight);
  ord_method_prepare (method, golden_labels, N);

  g_assert_cmpfloat_with_epsilon (ord_method_loss (method, &batch, d_features),
                                  golden_ordreg_loss, 1e-5);
  assert_near (d_features, golden_ordreg_gradient, N * WIDTH);
  g_assert_true (ord_method_answer (method, golden_features, N, values));
  for (guint i = 0; i < N * N_LABELS; i++)
    g_assert_cmpfloat_with_epsilon (values[i], golden_ordreg_answers[i], 1e-5);
}

static void
test_ordreg_survives_a_file (Fixture       *fixture,
                             gconstpointer  name)
{
  g_autoptr (OrdOptions) options = ord_options_new ();
  g_autoptr (OrdMethod)  other = NULL;
  g_autoptr (GPtrArray)  tensors = ord_tensors_new ();
  double                 before[N * N_LABELS], after[N * N_LABELS];

  ord_options_add (options, ord_method_get_options (name));
  other = ord_method_new (name, options, WIDTH, N_LABELS, 99, NULL);
  ord_method_store (fixture->method, tensors);
  g_assert_true (ord_method_load (other, tensors, NULL));
  ord_method_answer (fixture->method, fixture->features, N, before);
  ord_method_answer (other, fixture->features, N, after);
  g_assert_cmpmem (before, sizeof before, after, sizeof after);
}

static void
test_registry (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (ord_method_list ()[0], ==, "rm-loss");
  for (guint i = 0; ord_method_list ()[i]; i++)
    {
      g_assert_nonnull (ord_method_summary (ord_method_list ()[i]));
      g_assert_nonnull (ord_method_get_options (ord_method_list ()[i]));
    }
  g_assert_null (ord_method_new ("voodoo", NULL, 4, 1, 1, &error));
  g_assert_error (error, ORD_ERROR, ORD_ERROR_OPTION);
  g_assert_nonnull (strstr (error->message, "voodoo"));
  g_assert_nonnull (strstr (error->message, "rm-loss"));
}

int
main (int    argc,
      char **argv)
{
  const char * const heads[] = { "l1", "mse" };
  /* RM-Loss whole, with the head beside it; its pairs have tests of their
   * own. */
  const char * const names[] = { "l1", "mse", "ordreg", "atriplet-nn",
                                 "atriplet-l1", "rm-loss" };

  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (heads); i++)
    {
      g_autofree char *path =
        g_strdup_printf ("/methods/%s/loss-is-the-mean-error-of-the-answer",
                         heads[i]);

      g_test_add (path, Fixture, heads[i], set_up,
                  test_loss_is_the_mean_error_of_the_answer, tear_down);
    }
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path =
        g_strdup_printf ("/methods/%s/gradients-agree-with-finite-differences",
                         names[i]);

      g_test_add (path, Fixture, names[i], set_up, test_gradients, tear_down);
    }
  g_test_add_func ("/methods/atriplet/golden", test_atriplet_golden);
  g_test_add_func ("/methods/atriplet/equal-gaps-make-no-triplet",
                   test_atriplet_ties);
  g_test_add_func ("/methods/atriplet/two-images-make-no-triplet",
                   test_atriplet_without_triplets);
  g_test_add_func ("/methods/ordreg/golden", test_ordreg_golden);
  g_test_add ("/methods/ordreg/thresholds-survive-a-file", Fixture, "ordreg",
              set_up, test_ordreg_survives_a_file, tear_down);
  g_test_add_func ("/methods/an-unknown-name-lists-the-known-ones",
                   test_registry);

  return g_test_run ();
}
