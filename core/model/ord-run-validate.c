/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The error on held-out images while training goes on, and whether the space is
 * still open: from a part of the pictures, so that it costs little.
 */
#include "ord-run-private.h"

#include <math.h>
#include <string.h>

#include "../ord-random.h"
#include "../space/ord-quality.h"
#include "../space/ord-spread.h"
#include "../space/ord-statistics.h"

/* Of the features along the labels; below it the space has collapsed. */
#define COLLAPSED 0.25

/* Of a one-tailed paired t-test: below it the best parameters are believed to be
 * better than the last. */
#define SIGNIFICANCE 0.1

/* Every k-th of the samples [first, first + n), so that there are at most
 * ORD_RUN_VALIDATION_LIMIT; indices into the run's dataset. */
static guint *
thin_out (guint  first,
          guint  n,
          guint *n_chosen)
{
  guint *chosen;

  *n_chosen = MIN (n, ORD_RUN_VALIDATION_LIMIT);
  chosen = g_new (guint, *n_chosen + 1);
  for (guint i = 0; i < *n_chosen; i++)
    chosen[i] = first + (guint) ((guint64) i * n / *n_chosen);
  return chosen;
}

guint
ord_run_n_validated (OrdRun *run)
{
  return MIN (run->n_validation, ORD_RUN_VALIDATION_LIMIT);
}

/* Some pictures with their features and labels. */
typedef struct
{
  guint   n;
  float  *features; /* (n, width) */
  double *labels;   /* (n, n_labels), label units */
} Embedded;

static void
embedded_clear (Embedded *embedded)
{
  g_free (embedded->features);
  g_free (embedded->labels);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Embedded, embedded_clear)

/* @changes: (nullable): what is done to the pictures */
static gboolean
embed_some (OrdRun                *run,
            guint                  first,
            guint                  n,
            const OrdAugmentation *changes,
            Embedded              *embedded,
            GCancellable          *cancellable,
            GError               **error)
{
  g_autofree guint *chosen = thin_out (first, n, &embedded->n);

  embedded->features = g_new (float, (gsize) embedded->n * run->embedder->width);
  embedded->labels = g_new (double, (gsize) embedded->n * run->n_labels);
  for (guint i = 0; i < embedded->n; i++)
    {
      memcpy (embedded->labels + (gsize) i * run->n_labels,
              ord_dataset_get_sample (run->dataset, chosen[i])->labels,
              sizeof (double) * run->n_labels);
      chosen[i] = run->order[chosen[i]];
    }

  if (changes)
    return ord_embedder_embed_augmented (run->embedder, run->loader, chosen,
                                         embedded->n, run->covariates, changes,
                                         ord_random_derive (run->seed, run->step),
                                         embedded->features, cancellable, error);
  return ord_embedder_embed_samples (run->embedder, run->loader, chosen,
                                     embedded->n, run->covariates,
                                     embedded->features, NULL, NULL, NULL,
                                     cancellable, error);
}

/* The features' spread along the standardised labels. */
static double
relative_spread (OrdRun         *run,
                 const Embedded *embedded)
{
  gsize              count = (gsize) embedded->n * run->n_labels;
  g_autofree double *labels = g_new (double, count);

  for (gsize i = 0; i < count; i++)
    labels[i] = embedded->labels[i] / run->label_sd[i % run->n_labels];
  return ord_spread_along_labels (embedded->features, embedded->n,
                                  run->embedder->width, labels, run->n_labels);
}

/* (transfer full): (n, n_labels) */
static double *
answer (OrdRun              *run,
        const OrdNeighbours *neighbours,
        const Embedded      *references,
        double               radius,
        const Embedded      *asked)
{
  double *values = g_new (double, (gsize) asked->n * run->n_labels);

  ord_embedder_answer (run->embedder, neighbours, references->labels,
                       run->label_mean, run->label_sd, radius,
                       asked->features, asked->n, values, NULL, NULL);
  return values;
}

/* (transfer full): (n) */
static double *
errors_of (OrdRun         *run,
           const Embedded *asked,
           const double   *values)
{
  double *errors = g_new (double, asked->n);

  for (gsize i = 0; i < asked->n; i++)
    errors[i] = ord_quality_error (asked->labels + i * run->n_labels,
                                   values + i * run->n_labels, run->n_labels);
  return errors;
}

/* The held-out pictures as they are, and what answers to them. */
typedef struct
{
  const Embedded *references;
  OrdNeighbours  *neighbours; /* of @references */
  double          radius;
  const Embedded *held_out;
  const double   *values;     /* (n, n_labels) */
  const double   *errors;     /* (n) */
} Reading;

/* (transfer full): (n, n_labels): the answers to the same pictures, changed; %NULL
 * on error */
static double *
answer_changed (OrdRun                 *run,
                const Reading          *reading,
                const OrdAugmentation  *changes,
                GCancellable           *cancellable,
                GError                **error)
{
  g_auto (Embedded) changed = { 0 };

  if (!embed_some (run, run->n_train, run->n_validation, changes, &changed,
                   cancellable, error))
    return NULL;
  return answer (run, reading->neighbours, reading->references, reading->radius,
                 &changed);
}

static gboolean
weigh_degrees (OrdRun         *run,
               const Reading  *reading,
               GCancellable   *cancellable,
               GError        **error)
{
  OrdAugmentation    degrees = run->augmentation;
  g_autofree double *values = NULL, *errors = NULL;

  for (guint flip = 0; flip < ORD_N_FLIPS; flip++)
    degrees.flips[flip] = 0.0;
  values = answer_changed (run, reading, &degrees, cancellable, error);
  if (!values)
    return FALSE;
  errors = errors_of (run, reading->held_out, values);
  ord_run_weigh_augmentation (run, reading->errors, errors,
                              reading->held_out->n);

  return TRUE;
}

static gboolean
weigh_flip (OrdRun         *run,
            OrdFlip         flip,
            const Reading  *reading,
            GCancellable   *cancellable,
            GError        **error)
{
  OrdAugmentation    mirror = { 0 };
  g_autofree double *values = NULL;

  mirror.flips[flip] = 1.0;
  values = answer_changed (run, reading, &mirror, cancellable, error);
  if (!values)
    return FALSE;
  ord_run_weigh_flip (run, flip, reading->held_out->labels, reading->values,
                      values, reading->held_out->n);

  return TRUE;
}

static gboolean
weigh_changes (OrdRun         *run,
               const Reading  *reading,
               GCancellable   *cancellable,
               GError        **error)
{
  if (ord_run_weighs_augmentation (run) &&
      !weigh_degrees (run, reading, cancellable, error))
    return FALSE;
  for (guint flip = 0; flip < ORD_N_FLIPS; flip++)
    if (ord_run_weighs_flip (run, flip) &&
        !weigh_flip (run, flip, reading, cancellable, error))
      return FALSE;

  return TRUE;
}

/* While the learning rate is high validation wavers, and the lowest error of many
 * is low by chance, the more so the fewer the pictures. A schedule that comes to
 * its end leaves a network that is better for it, unless it learnt by heart.
 * docs/last-epoch.md has what was measured. */
gboolean
ord_run_take_errors (OrdRun       *run,
                     const double *errors,
                     guint         n,
                     double        mae)
{
  if (isnan (run->best_mae) || mae < run->best_mae)
    {
      run->best_mae = mae;
      run->best_step = run->step;
      g_free (run->best_errors);
      run->best_errors = g_new (double, n);
      /* As exact as checkpoints keep them, so that a resumed run is the same. */
      for (guint i = 0; i < n; i++)
        run->best_errors[i] = (float) errors[i];
      return TRUE;
    }

  return run->step >= run->n_steps &&
         ord_statistics_paired_t (run->best_errors, errors, n, NULL) >=
         SIGNIFICANCE;
}

static OrdTensor *
flips_new (OrdRun *run)
{
  const gsize dims[] = { ORD_N_FLIPS };
  float       flips[ORD_N_FLIPS];

  for (guint flip = 0; flip < ORD_N_FLIPS; flip++)
    flips[flip] = (float) run->augmentation.flips[flip];
  return ord_tensor_new (ORD_RUN_FLIPS, 1, dims, flips);
}

gboolean
ord_run_validate (OrdRun        *run,
                  GCancellable  *cancellable,
                  GError       **error)
{
  g_auto (Embedded)          references = { 0 };
  g_auto (Embedded)          held_out = { 0 };
  g_autoptr (OrdNeighbours)  neighbours = NULL;
  g_autofree double         *values = NULL, *errors = NULL;
  Reading                    reading;
  OrdQuality                 quality;
  OrdEpoch                   epoch = { 0 };
  double                     radius;
  gboolean                   collapsed;

  if (!embed_some (run, 0, run->n_train, NULL, &references, cancellable,
                   error) ||
      !embed_some (run, run->n_train, run->n_validation, NULL, &held_out,
                   cancellable, error))
    return FALSE;

  neighbours = ord_neighbours_new (references.features, references.n,
                                   run->embedder->width);
  radius = ord_radius_search (neighbours, references.labels, run->n_labels,
                              held_out.features, held_out.labels, held_out.n,
                              0.0, NULL);
  values = answer (run, neighbours, &references, radius, &held_out);
  ord_quality_measure (&quality, held_out.labels, values, held_out.n,
                       run->n_labels);

  if (!isfinite (quality.mae))
    {
      g_set_error (error, ORD_ERROR, ORD_ERROR_TRAINING,
                   "The network's answers are no longer finite numbers; train "
                   "with a lower --rate than %g", ord_run_option (run, "rate"));
      return FALSE;
    }

  errors = errors_of (run, &held_out, values);
  reading = (Reading) { &references, neighbours, radius, &held_out, values,
                        errors };
  if (!weigh_changes (run, &reading, cancellable, error))
    return FALSE;

  epoch.epoch = run->epoch;
  epoch.seconds = ord_run_seconds (run);
  epoch.loss = run->loss;
  epoch.validation_mae = quality.mae;
  epoch.spread = relative_spread (run, &held_out);
  g_array_append_val (run->history, epoch);

  run->last_mae = quality.mae;
  if (ord_run_take_errors (run, errors, held_out.n, quality.mae))
    {
      g_clear_pointer (&run->best, g_ptr_array_unref);
      run->best = ord_tensors_new ();
      ord_embedder_store (run->embedder, run->best);
      g_ptr_array_add (run->best, flips_new (run));
    }

  collapsed = run->embedder->method->klass->metric &&
              held_out.n >= ORD_RUN_VALIDATION_FEWEST &&
              epoch.spread < COLLAPSED && run->step * 2 > run->n_steps;
  ord_run_report_training (run,
                           collapsed && !run->warned
                           ? "The space collapses: its distances have little to "
                             "do with the labels. A larger guide leads it longer; "
                             "more epochs or a larger size may help too"
                           : NULL);
  run->warned |= collapsed;

  return TRUE;
}
