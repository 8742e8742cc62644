/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whether a run calculates in floats or in bfloat16. Nobody can tell from the
 * processor alone which is faster for a network: where nobody has decided, some
 * steps of both are timed, on a network that is then thrown away.
 */
#include "ord-run-private.h"

#include "../ord-random.h"

/* Pictures of a timed step; the ratio is that of larger ones. */
#define BATCH 16

/* Timed steps of each, in turn, after one that makes the plans. */
#define REPETITIONS 3

/* bfloat16 must win by more than noise, as what is learnt differs a little, and
 * of a step that is worth the trouble. */
#define WORTH_SHARE   0.85
#define WORTH_SECONDS 0.01

typedef struct
{
  guint  n;
  float *images;
  float *covariates;
  float *d_features;
} Step;

static void
step_clear (Step *step)
{
  g_free (step->images);
  g_free (step->covariates);
  g_free (step->d_features);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Step, step_clear)

static float *
noise (gsize n)
{
  OrdRandom  random = ord_random_init (1);
  float     *values = g_new (float, n);

  for (gsize i = 0; i < n; i++)
    values[i] = (float) ord_random_normal (&random);
  return values;
}

/* In seconds; negative where it fails. */
static double
time_step (OrdEncoder  *encoder,
           const Step  *step,
           GError     **error)
{
  gint64 from = g_get_monotonic_time ();

  if (!ord_encoder_forward (encoder, TRUE, step->n, step->images,
                            step->covariates, error) ||
      !ord_encoder_backward (encoder, step->d_features, error))
    return -1.0;
  return (double) (g_get_monotonic_time () - from) / G_USEC_PER_SEC;
}

/* @seconds: (out): the fastest step of each precision */
static gboolean
time_both (OrdEncoder   **encoders,
           const Step    *step,
           double        *seconds,
           GCancellable  *cancellable,
           GError       **error)
{
  for (guint r = 0; r <= REPETITIONS; r++)
    for (guint p = 0; p < 2; p++)
      {
        double taken;

        if (g_cancellable_set_error_if_cancelled (cancellable, error))
          return FALSE;
        taken = time_step (encoders[p], step, error);
        if (taken < 0.0)
          return FALSE;
        if (r <= 1 || taken < seconds[p])
          seconds[p] = taken;
      }
  return TRUE;
}

static gboolean
measure (OrdRun                *run,
         const OrdEncoderSpec  *spec,
         GCancellable          *cancellable,
         GError               **error)
{
  const OrdPrecision     kinds[] = { ORD_PRECISION_FLOAT,
                                     ORD_PRECISION_BFLOAT16 };
  const OrdPreparation  *size = spec->preparation;
  g_autoptr (OrdEncoder) plain = NULL, rounded = NULL;
  OrdEncoder            *encoders[2];
  OrdEncoderSpec         of = *spec;
  double                 seconds[2];
  g_auto (Step)          step = { .n = MIN (run->batch, BATCH) };

  of.precision = kinds[0];
  plain = ord_encoder_new (&of, error);
  of.precision = kinds[1];
  rounded = plain ? ord_encoder_new (&of, error) : NULL;
  if (!rounded)
    return FALSE;
  encoders[0] = plain;
  encoders[1] = rounded;

  step.images = noise ((gsize) step.n * (gsize) size->channels *
                       (gsize) size->height * (gsize) size->width);
  step.covariates = noise ((gsize) step.n * spec->covariate_width);
  step.d_features = noise ((gsize) step.n * ord_encoder_get_width (plain));
  if (!time_both (encoders, &step, seconds, cancellable, error))
    return FALSE;
  run->precision = kinds[seconds[0] > WORTH_SECONDS &&
                         seconds[1] < WORTH_SHARE * seconds[0]];
  g_debug ("A step of %u pictures takes %.1f ms in float, %.1f ms in bfloat16",
           step.n, 1e3 * seconds[0], 1e3 * seconds[1]);

  return TRUE;
}

gboolean
ord_trainer_times_precisions (const OrdOptions *options,
                              const char       *encoder)
{
  return ord_options_get (options, "precision") == ORD_PRECISION_AUTO &&
         ord_precision_is_supported (ORD_PRECISION_BFLOAT16) &&
         !ord_encoder_is_frozen (encoder);
}

gboolean
ord_run_choose_precision (OrdRun                *run,
                          const OrdEncoderSpec  *spec,
                          GCancellable          *cancellable,
                          GError               **error)
{
  guint wanted = (guint) ord_run_option (run, "precision");

  run->precision = ORD_PRECISION_FLOAT;
  if (wanted == ORD_PRECISION_BFLOAT16 &&
      !ord_precision_is_supported (ORD_PRECISION_BFLOAT16))
    {
      g_set_error (error, ORD_ERROR, ORD_ERROR_OPTION,
                   "This processor does not calculate in bfloat16 (it has "
                   "neither AVX512-BF16 nor AMX): leave --precision out, or say "
                   "--precision float");
      return FALSE;
    }
  if (wanted != ORD_PRECISION_AUTO)
    run->precision = wanted;
  if (!ord_trainer_times_precisions (run->trainer->options, spec->kind))
    return TRUE;
  if (run->checkpoint)
    {
      run->precision = run->checkpoint->precision;
      return TRUE;
    }
  ord_run_report (run, "Choosing the precision", NULL);
  return measure (run, spec, cancellable, error);
}
