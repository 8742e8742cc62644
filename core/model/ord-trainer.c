/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The trainer: options, and a run from pictures to a finished model.
 */
#include "ord-trainer.h"

#include <glib/gstdio.h>
#include <math.h>

#include "../encoder/ord-encoder.h"
#include "../methods/ord-method.h"
#include "ord-run-private.h"

/* Those of OrdPrecision in their order, and none of them. */
static const char * const precisions[] = { "float", "bf16", "auto", NULL };

static const OrdOptionSpec options_table[] = {
  { "minutes", "budget of training time; the schedule fits itself to it",
    24.0, 0.01, 10080.0, FALSE, NULL },
  { "epochs", "passes over the training images; 0 chooses by their number",
    0, 0, 100000, TRUE, NULL },
  { "validate", "epochs from one validation to the next; 0 chooses by their "
    "number", 0, 0, 1000, TRUE, NULL },
  /* Much is learnt at the end only, where the rate has fallen. */
  { "patience", "share of the schedule without progress after which training ends, "
    "after six validations at the earliest; 1: never",
    1.0, 0.01, 1.0, FALSE, NULL },
  { "seed", "of parameters, order, augmentation and a split that is made",
    1, 0, 4294967295.0, TRUE, NULL },
  { "threads", "0 uses every processor", 0, 0, 1024, TRUE, NULL },
  { "batch", "pictures in a step; 0 chooses by their number", 0, 0, 4096, TRUE, NULL },
  { "size", "side of the network's input, in pixels; some pretrained ones have "
    "a fixed one", 96, 16, 1024, TRUE, NULL },
  { "precision", "of the network's calculations; auto takes bf16 (bfloat16) "
    "where that is faster here", ORD_PRECISION_AUTO, 0, 2, TRUE, precisions },
  { "rate", "peak learning rate", 4e-3, 1e-6, 1.0, FALSE, NULL },
  { "decay", "logarithm of what weights decay by over the whole run; less where "
    "steps are few", 4.0, 0.0, 100.0, FALSE, NULL },
  { "checkpoint", "seconds of training that are worth a checkpoint",
    20.0, 0.0, 86400.0, FALSE, NULL },
  { "memory", "of decoded pictures that are kept, in MiB", 2048, 1, 1048576,
    TRUE, NULL },
  { NULL }
};

G_DEFINE_FINAL_TYPE (OrdTrainer, ord_trainer, G_TYPE_OBJECT)

static void
ord_trainer_finalize (GObject *object)
{
  OrdTrainer *self = ORD_TRAINER (object);

  g_clear_object (&self->dataset);
  g_free (self->title);
  g_free (self->method);
  g_free (self->encoder);
  g_clear_pointer (&self->pretrained, ord_pretrained_unref);
  g_free (self->checkpoint);
  g_clear_pointer (&self->options, ord_options_free);
  g_clear_pointer (&self->failures, g_ptr_array_unref);

  G_OBJECT_CLASS (ord_trainer_parent_class)->finalize (object);
}

static void
ord_trainer_class_init (OrdTrainerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ord_trainer_finalize;
}

static void
ord_trainer_init (OrdTrainer *self)
{
  self->failures = g_ptr_array_new_with_free_func (g_free);
}

OrdOptions *
ord_trainer_options_new (const char  *method,
                         const char  *encoder,
                         GError     **error)
{
  const OrdOptionSpec *of_method = ord_method_get_options (method);
  const OrdOptionSpec *of_encoder = ord_encoder_get_options (encoder);
  OrdOptions          *options;

  if (!of_method)
    {
      ord_set_unknown_error (error, "method", method, ord_method_list ());
      return NULL;
    }
  if (!of_encoder)
    {
      ord_set_unknown_error (error, "encoder", encoder, ord_encoder_list ());
      return NULL;
    }

  options = ord_options_new ();
  ord_options_add (options, options_table);
  ord_options_add (options, ord_augmentation_options);
  ord_options_add (options, of_encoder);
  ord_options_add (options, of_method);

  return options;
}

OrdOptions *
ord_trainer_options_of (const OrdModelParts  *parts,
                        GError              **error)
{
  g_autoptr (OrdOptions) options =
    ord_trainer_options_new (parts->method, parts->encoder, error);

  /* Models from before mirror images took part in answers do not tell. */
  if (options)
    ord_options_set (options, "average-flips", 0.0, NULL);
  return options && ord_options_parse (options, parts->options, error)
         ? g_steal_pointer (&options) : NULL;
}

/* Goes up when a change of the engine makes trainings come out otherwise: those
 * that an older one has begun or finished are then made again. */
#define ENGINE_VERSION 18

/* Options that change how fast or how long, but not what is learnt, other than
 * by the rounding of sums. */
static const char * const of_no_consequence[] = {
  "minutes", "threads", "memory", "checkpoint", "feature-cache", NULL
};

char *
ord_trainer_options_of_consequence (const OrdOptions *options)
{
  g_autofree char *text = ord_options_to_string (options);
  g_auto (GStrv)   words = g_strsplit (text, " ", -1);
  GString         *kept = g_string_new (NULL);

  g_string_append_printf (kept, "engine=%d ", ENGINE_VERSION);
  for (guint i = 0; words[i]; i++)
    {
      g_auto (GStrv) halves = g_strsplit (words[i], "=", 2);

      if (!g_strv_contains (of_no_consequence, halves[0]))
        g_string_append_printf (kept, "%s ", words[i]);
    }
  return g_string_free (kept, FALSE);
}

const OrdOptionSpec *
ord_trainer_get_options (void)
{
  return options_table;
}

OrdTrainer *
ord_trainer_new (OrdDataset       *dataset,
                 const char       *title,
                 const char       *method,
                 const char       *encoder,
                 const OrdOptions *options)
{
  OrdTrainer *self = g_object_new (ORD_TYPE_TRAINER, NULL);

  self->dataset = g_object_ref (dataset);
  self->title = g_strdup (title);
  self->method = g_strdup (method);
  self->encoder = g_strdup (encoder);
  self->options = ord_options_copy (options);

  return self;
}

void
ord_trainer_set_pretrained (OrdTrainer    *trainer,
                            OrdPretrained *pretrained)
{
  g_return_if_fail (ORD_IS_TRAINER (trainer));
  g_clear_pointer (&trainer->pretrained, ord_pretrained_unref);
  if (pretrained)
    trainer->pretrained = ord_pretrained_ref (pretrained);
}

void
ord_trainer_set_path (OrdTrainer *trainer,
                      const char *path)
{
  g_return_if_fail (ORD_IS_TRAINER (trainer));
  g_free (trainer->checkpoint);
  trainer->checkpoint = g_strconcat (path, "-resume", NULL);
}

const char *
ord_trainer_get_checkpoint (OrdTrainer *trainer)
{
  g_return_val_if_fail (ORD_IS_TRAINER (trainer), NULL);
  return trainer->checkpoint;
}

void
ord_trainer_discard_checkpoint (OrdTrainer *trainer)
{
  g_return_if_fail (ORD_IS_TRAINER (trainer));
  if (trainer->checkpoint)
    g_unlink (trainer->checkpoint);
}

void
ord_trainer_start_anew (OrdTrainer *trainer)
{
  g_return_if_fail (ORD_IS_TRAINER (trainer));
  trainer->fresh = TRUE;
}

void
ord_trainer_stop (OrdTrainer *trainer)
{
  g_return_if_fail (ORD_IS_TRAINER (trainer));
  g_atomic_int_set (&trainer->stopped, TRUE);
}

GPtrArray *
ord_trainer_get_failures (OrdTrainer *trainer)
{
  g_return_val_if_fail (ORD_IS_TRAINER (trainer), NULL);
  return trainer->failures;
}

static OrdRun
run_new (OrdTrainer      *trainer,
         OrdProgressFunc  progress,
         gpointer         user_data)
{
  g_ptr_array_set_size (trainer->failures, 0);
  return (OrdRun) {
    .trainer = trainer,
    .progress = progress,
    .user_data = user_data,
    .seed = (guint64) ord_options_get (trainer->options, "seed"),
    .history = g_array_new (FALSE, FALSE, sizeof (OrdEpoch)),
    .steps_per_epoch = 1,
    .best_mae = NAN,
    .last_mae = NAN,
    .loss = NAN,
  };
}

gboolean
ord_trainer_time_epoch (OrdTrainer       *trainer,
                        OrdPace          *pace,
                        OrdProgressFunc   progress,
                        gpointer          user_data,
                        GCancellable     *cancellable,
                        GError          **error)
{
  g_auto (OrdRun) run = run_new (trainer, progress, user_data);
  double          of_step;

  if (!ord_run_prepare (&run, cancellable, error) ||
      !ord_run_time_step (&run, &of_step, cancellable, error))
    return FALSE;
  *pace = (OrdPace) {
    .seconds = ord_run_epoch_seconds (&run, of_step),
    .epochs = (guint) (run.wanted_steps / run.steps_per_epoch),
    .precision = run.precision,
  };
  return TRUE;
}

/* (transfer full): as the model keeps them: with what the training found out, the
 * precision, in which the model is asked too, and which flips its network bears. */
static OrdOptions *
describe_options (OrdRun *run)
{
  OrdOptions  *options = ord_options_copy (run->trainer->options);
  const float *flips = ord_tensors_find (run->best, ORD_RUN_FLIPS)->values;

  ord_options_set (options, "precision", run->precision, NULL);
  ord_options_set (options, "flip-horizontal", flips[ORD_FLIP_HORIZONTAL] > 0.0f,
                   NULL);
  ord_options_set (options, "flip-vertical", flips[ORD_FLIP_VERTICAL] > 0.0f, NULL);
  /* What a frozen part makes is known of pictures as they are. */
  if (ord_encoder_is_frozen (run->trainer->encoder))
    ord_options_set (options, "average-flips", 0.0, NULL);
  return options;
}

OrdModel *
ord_trainer_run (OrdTrainer       *trainer,
                 OrdProgressFunc   progress,
                 gpointer          user_data,
                 GCancellable     *cancellable,
                 GError          **error)
{
  g_autoptr (OrdOptions) options = NULL;
  g_autofree char       *described = NULL;
  OrdModelSource         source;
  g_auto (OrdRun)        run = run_new (trainer, progress, user_data);

  g_return_val_if_fail (ORD_IS_TRAINER (trainer), NULL);

  if (!ord_run_prepare (&run, cancellable, error))
    return NULL;
  if (!ord_run_resume (&run, error))
    return NULL;
  run.started = run.saved = g_get_monotonic_time ();
  ord_run_report_training (&run, NULL);
  if (!ord_run_train (&run, cancellable, error) ||
      !ord_embedder_load (run.embedder, run.best, error))
    return NULL;

  /* Until now features were of pictures as they are: validation is for choosing, and
   * what it holds against each other is read alike. */
  options = describe_options (&run);
  described = ord_options_to_string (options);
  ord_encoder_set_flips (run.embedder->encoder,
                         ord_augmentation_averaged_flips (options));
  source = (OrdModelSource) {
    .title = trainer->title,
    .method = trainer->method,
    .encoder = trainer->encoder,
    .options = described,
    .embedder = run.embedder,
    .loader = run.loader,
    .order = run.order,
    .dataset = run.dataset,
    .label_mean = run.label_mean,
    .label_sd = run.label_sd,
    .history = run.history,
  };

  return ord_model_build (&source, ord_run_report_finishing, &run, cancellable,
                          error);
}
