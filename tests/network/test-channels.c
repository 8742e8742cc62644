/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Passes over a batch by channel, in every format, against sums that are
 * written out.
 */
#include <math.h>

#include "network/ord-channels-private.h"

#define N      3
#define HEIGHT 5
#define WIDTH  17 /* with HEIGHT more than a strip */
#define PLACES (HEIGHT * WIDTH)
#define COUNT  ((double) N * PLACES)
#define MAX_CHANNELS 48

typedef struct
{
  const char        *name;
  dnnl_format_tag_t  tag;
  dnnl_data_type_t   type;
  int                channels;
} Case;

static const Case cases[] = {
  { "5-channels-first", dnnl_nchw, dnnl_f32, 5 },
  { "5-channels-last", dnnl_nhwc, dnnl_f32, 5 },
  { "40-channels-last", dnnl_nhwc, dnnl_f32, 40 },
  { "32-channels-in-blocks-of-16", dnnl_nChw16c, dnnl_f32, 32 },
  { "24-channels-in-blocks-of-16", dnnl_nChw16c, dnnl_f32, 24 },
  { "24-channels-in-blocks-of-8", dnnl_nChw8c, dnnl_f32, 24 },
  { "20-channels-in-blocks-of-8", dnnl_nChw8c, dnnl_f32, 20 },
  { "32-channels-in-blocks-of-16-bfloat16", dnnl_nChw16c, dnnl_bf16, 32 },
  { "20-channels-last-bfloat16", dnnl_nhwc, dnnl_bf16, 20 },
  { "5-channels-first-bfloat16", dnnl_nchw, dnnl_bf16, 5 },
};

typedef struct
{
  OrdDnnl             dnnl;
  dnnl_engine_t       engine;
  dnnl_stream_t       stream;
  dnnl_memory_desc_t  plain;
  dnnl_memory_desc_t  desc;
  OrdChannels         channels;
} Fixture;

static void
set_up (Fixture    *fixture,
        const Case *c)
{
  const dnnl_dim_t dims[4] = { N, c->channels, HEIGHT, WIDTH };

  dnnl_engine_create (&fixture->engine, dnnl_cpu, 0);
  dnnl_stream_create (&fixture->stream, fixture->engine,
                      dnnl_stream_default_flags);
  ord_dnnl_init (&fixture->dnnl, fixture->engine, fixture->stream);
  fixture->plain = ord_dnnl_desc (&fixture->dnnl, 4, dims, dnnl_nchw);
  fixture->desc = ord_dnnl_desc_of (&fixture->dnnl, c->type, 4, dims, c->tag);
  g_assert_true (ord_channels_init (&fixture->channels, fixture->desc));
  g_assert_cmpuint (fixture->channels.n_channels, <=, MAX_CHANNELS);
}

static void
tear_down (Fixture *fixture)
{
  ord_dnnl_clear (&fixture->dnnl);
  dnnl_stream_destroy (fixture->stream);
  dnnl_engine_destroy (fixture->engine);
}

static dnnl_memory_t
copy (Fixture            *fixture,
      dnnl_memory_t       from,
      dnnl_memory_desc_t  to)
{
  dnnl_memory_t    made = ord_dnnl_memory (&fixture->dnnl, to);
  dnnl_primitive_t primitive =
    ord_dnnl_copy (&fixture->dnnl, ord_dnnl_memory_desc (from), to, FALSE);

  ord_dnnl_run_copy (&fixture->dnnl, primitive, from, made);
  g_assert_no_error (fixture->dnnl.error);
  return made;
}

/* Numbers around an own mean for each channel, in the format. */
static dnnl_memory_t
draw (Fixture *fixture,
      double   around)
{
  dnnl_memory_t  plain = ord_dnnl_memory (&fixture->dnnl, fixture->plain);
  float         *values = ord_dnnl_data (plain);
  int            n_channels;

  n_channels = (int) (dnnl_memory_desc_get_size (fixture->plain)
                      / sizeof (float) / N / PLACES);
  for (int i = 0; i < N * n_channels * PLACES; i++)
    values[i] = (float) (g_test_rand_double_range (-1.0, 1.0)
                         + around * (i / PLACES % n_channels));
  return copy (fixture, plain, fixture->desc);
}

static gboolean
is_near (double a,
         double b,
         double tolerance)
{
  return fabs (a - b) <= tolerance * fmax (1.0, fabs (b));
}

static void
test_moments (gconstpointer data)
{
  const Case    *c = data;
  Fixture        fixture = { 0 };
  dnnl_memory_t  x;
  const float   *plain;
  float          mean[MAX_CHANNELS] = { 0 }, variance[MAX_CHANNELS] = { 0 };

  set_up (&fixture, c);
  x = draw (&fixture, 10.0);
  plain = ord_dnnl_data (copy (&fixture, x, fixture.plain));
  ord_channels_moments (&fixture.channels, ord_dnnl_data (x), mean, variance);
  for (int k = 0; k < c->channels; k++)
    {
      double sum = 0.0, around = 0.0;

      for (int i = 0; i < N * PLACES; i++)
        sum += plain[(i / PLACES * c->channels + k) * PLACES + i % PLACES];
      sum /= COUNT;
      for (int i = 0; i < N * PLACES; i++)
        around += pow (plain[(i / PLACES * c->channels + k) * PLACES
                             + i % PLACES] - sum, 2);
      g_assert_true (is_near (mean[k], sum, 1e-6));
      g_assert_true (is_near (variance[k], around / COUNT, 1e-4));
    }
  for (guint k = (guint) c->channels; k < fixture.channels.n_channels; k++)
    g_assert_cmpfloat (variance[k], ==, 0.0f);
  tear_down (&fixture);
}

/* A step with values of their own for each channel. */
static void
fill_step (const Case     *c,
           OrdChannelStep *step,
           float           (*values)[MAX_CHANNELS])
{
  for (int k = 0; k < c->channels; k++)
    {
      values[0][k] = 0.01f * (float) k;
      values[1][k] = 1.0f - 0.1f * (float) k;
      values[2][k] = 0.02f * (float) (k - 5);
    }
  *step = (OrdChannelStep) { values[0], values[1], values[2], TRUE };
}

static void
test_forward (gconstpointer data)
{
  const Case     *c = data;
  Fixture         fixture = { 0 };
  dnnl_memory_t   x, y;
  const float    *plain, *found;
  float           values[3][MAX_CHANNELS] = { { 0 } };
  double          tolerance = c->type == dnnl_bf16 ? 1e-2 : 1e-5;
  OrdChannelStep  step;

  set_up (&fixture, c);
  fill_step (c, &step, values);
  x = draw (&fixture, 0.0);
  y = ord_dnnl_memory (&fixture.dnnl, fixture.desc);
  plain = ord_dnnl_data (copy (&fixture, x, fixture.plain));
  for (int relu = 0; relu < 2; relu++)
    {
      step.relu = relu;
      ord_channels_apply (&fixture.channels, &step, ord_dnnl_data (x),
                          ord_dnnl_data (y));
      found = ord_dnnl_data (copy (&fixture, y, fixture.plain));
      for (int i = 0; i < N * c->channels * PLACES; i++)
        {
          int    k = i / PLACES % c->channels;
          double expected = (plain[i] - values[0][k]) * values[1][k]
                            + values[2][k];

          g_assert_true (is_near (found[i], relu ? fmax (expected, 0.0)
                                                 : expected, tolerance));
        }
    }
  tear_down (&fixture);
}

static void
test_backward (gconstpointer data)
{
  const Case     *c = data;
  Fixture         fixture = { 0 };
  dnnl_memory_t   x, d_y, d_x;
  const float    *plain, *d_plain, *found;
  float           values[3][MAX_CHANNELS] = { { 0 } };
  float           sum[MAX_CHANNELS] = { 0 }, product[MAX_CHANNELS] = { 0 };
  float           constant[MAX_CHANNELS] = { 0 }, by_x[MAX_CHANNELS] = { 0 };
  double          sums[MAX_CHANNELS] = { 0 }, products[MAX_CHANNELS] = { 0 };
  double          tolerance = c->type == dnnl_bf16 ? 1e-2 : 1e-5;
  OrdChannelStep  step;

  set_up (&fixture, c);
  fill_step (c, &step, values);
  x = draw (&fixture, 0.0);
  d_y = draw (&fixture, 0.01);
  d_x = ord_dnnl_memory (&fixture.dnnl, fixture.desc);
  plain = ord_dnnl_data (copy (&fixture, x, fixture.plain));
  d_plain = ord_dnnl_data (copy (&fixture, d_y, fixture.plain));
  for (int k = 0; k < c->channels; k++)
    {
      constant[k] = 0.1f * (float) (k % 3);
      by_x[k] = 0.2f * (float) (k % 4);
    }
  ord_channels_slopes (&fixture.channels, &step, ord_dnnl_data (x),
                       ord_dnnl_data (d_y), sum, product);
  ord_channels_backward (&fixture.channels, &step, constant, by_x,
                         ord_dnnl_data (x), ord_dnnl_data (d_y),
                         ord_dnnl_data (d_x));
  found = ord_dnnl_data (copy (&fixture, d_x, fixture.plain));
  for (int i = 0; i < N * c->channels * PLACES; i++)
    {
      int    k = i / PLACES % c->channels;
      float  from_mean = plain[i] - values[0][k];
      double d = from_mean * values[1][k] + values[2][k] > 0.0f ? d_plain[i]
                                                                : 0.0;

      sums[k] += d;
      products[k] += d * from_mean;
      g_assert_true (is_near (found[i], (d + constant[k] + from_mean * by_x[k])
                                        * values[1][k], tolerance));
    }
  for (int k = 0; k < c->channels; k++)
    {
      g_assert_true (is_near (sum[k], sums[k], 1e-5));
      g_assert_true (is_near (product[k], products[k], 1e-5));
    }
  tear_down (&fixture);
}

/* What is no number must be seen by whoever reads the output. */
static void
test_no_number_passes_relu (gconstpointer data)
{
  const Case     *c = data;
  Fixture         fixture = { 0 };
  dnnl_memory_t   plain, y;
  float          *values;
  float           one[MAX_CHANNELS], zero[MAX_CHANNELS] = { 0 };
  OrdChannelStep  step = { zero, one, zero, TRUE };

  for (int k = 0; k < MAX_CHANNELS; k++)
    one[k] = 1.0f;
  set_up (&fixture, c);
  plain = ord_dnnl_memory (&fixture.dnnl, fixture.plain);
  values = ord_dnnl_data (plain);
  values[3] = NAN;
  values[4] = INFINITY;
  y = copy (&fixture, plain, fixture.desc);
  ord_channels_apply (&fixture.channels, &step, ord_dnnl_data (y),
                      ord_dnnl_data (y));
  values = ord_dnnl_data (copy (&fixture, y, fixture.plain));
  g_assert_true (isnan (values[3]));
  g_assert_true (isinf (values[4]));
  tear_down (&fixture);
}

int
main (int    argc,
      char **argv)
{
  static const struct
  {
    const char    *name;
    void         (*test) (gconstpointer);
  } tests[] = {
    { "moments", test_moments },
    { "forward", test_forward },
    { "backward", test_backward },
    { "no-number-passes-relu", test_no_number_passes_relu },
  };

  g_test_init (&argc, &argv, NULL);

  for (guint t = 0; t < G_N_ELEMENTS (tests); t++)
    for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
      {
        g_autofree char *path = g_strdup_printf ("/channels/%s/%s",
                                                 tests[t].name, cases[i].name);

        g_test_add_data_func (path, &cases[i], tests[t].test);
      }

  return g_test_run ();
}
