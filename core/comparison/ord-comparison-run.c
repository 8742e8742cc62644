/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The runs of a comparison, and how a folder keeps them.
 */
#include "ord-comparison-run.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "ord-comparison-private.h"

/* Digits of the fingerprint in a file's name. */
#define SHOWN_DIGITS 12

/* The clock is the plan's, not the trainer's. */
#define NO_CLOCK   10080.0

typedef struct
{
  const OrdComparisonPlan *plan;
  OrdComparison           *comparison;
  OrdProgressFunc          progress;
  gpointer                 user_data;
  guint                    done;      /* runs, those that were kept included */
  double                   found;     /* runs that were there already */
  gboolean                 fresh;     /* nothing told of this run yet */
  gint64                   started;   /* monotonic time */
  gboolean                 told;      /* pictures that cannot be read */
  gboolean                 told_foreign;
  char                    *stage;
} Runs;

/* -- progress ----------------------------------------------------------------- */

static guint
n_runs (const Runs *runs)
{
  return runs->plan->variants->len * runs->plan->n_seeds;
}

static void
report (const OrdProgress *progress,
        gpointer           user_data)
{
  Runs        *runs = user_data;
  OrdProgress  all = *progress;
  double       trained;
  double       left = n_runs (runs) - runs->done - progress->fraction;
  double       seconds = (double) (g_get_monotonic_time () - runs->started) /
                         G_USEC_PER_SEC;

  if (!runs->progress)
    return;
  /* Training that an earlier process has done takes no time of this one. */
  if (runs->fresh && progress->n_epochs > 0)
    {
      runs->found += progress->fraction;
      runs->fresh = FALSE;
    }
  trained = runs->done + progress->fraction - runs->found;
  all.stage = runs->stage;
  all.fraction = (runs->done + progress->fraction) / n_runs (runs);
  /* Too early a guess misleads. */
  all.seconds_left = trained > 0.05 ? seconds * left / trained : -1.0;
  runs->progress (&all, runs->user_data);
}

/* -- finished runs ------------------------------------------------------------ */

/* Those that table and page take from the model. */
static void
add_words (GChecksum  *sum,
           OrdDataset *dataset)
{
  const char *unit = ord_dataset_get_unit (dataset);

  g_checksum_update (sum, (const guchar *) unit, strlen (unit) + 1);
  for (guint l = 0; l < ord_dataset_get_n_labels (dataset); l++)
    {
      const char *name = ord_dataset_get_label_name (dataset, l);

      g_checksum_update (sum, (const guchar *) name, strlen (name) + 1);
    }
}

/* What the result of a run depends on, the pictures' dates and sizes included:
 * their content is only known after reading. */
static char *
fingerprint (const OrdVariant *variant,
             const OrdOptions *options)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  OrdDataset           *dataset = variant->dataset;
  g_autofree char      *text = ord_trainer_options_of_consequence (options);
  g_autofree char      *network =
    variant->pretrained ? ord_pretrained_hash (variant->pretrained) : NULL;
  g_autofree char      *head = g_strdup_printf ("%s %s %s %s", variant->encoder,
                                                network ? network : "",
                                                variant->method, text);

  g_checksum_update (sum, (const guchar *) head, -1);
  add_words (sum, dataset);
  ord_dataset_sum_covariates (dataset, sum);
  for (guint i = 0; i < ord_dataset_get_n_samples (dataset); i++)
    {
      GStatBuf file = { 0 };
      gint64   facts[2];

      g_stat (ord_dataset_get_sample (dataset, i)->path, &file);
      facts[0] = file.st_size;
      facts[1] = file.st_mtime;
      g_checksum_update (sum, (const guchar *) facts, sizeof facts);
      ord_dataset_sum_sample (dataset, i, sum);
    }

  return g_strdup (g_checksum_get_string (sum));
}

/* (transfer full): where the model of a run lies once it is finished; its name
 * says what it was made from, so that no other run takes its place, and a row of
 * another name that is the same run finds it. */
static char *
model_path (const Runs       *runs,
            const OrdVariant *variant,
            const OrdOptions *options,
            guint             seed)
{
  g_autofree char *made_from = fingerprint (variant, options);
  g_autofree char *file =
    g_strdup_printf ("%s-%u-%.*s.ordinate", variant->method, seed, SHOWN_DIGITS,
                     made_from);

  return g_build_filename (runs->plan->work, file, NULL);
}

/* -- one run ------------------------------------------------------------------ */

/* Pictures that cannot be read are told by the first run that meets any. */
static void
tell_failures (Runs      *runs,
               GPtrArray *failures,
               gboolean  *told)
{
  OrdProgress progress = {
    .stage = runs->stage,
    .fraction = (double) runs->done / n_runs (runs),
    .seconds_left = -1.0,
    .loss = NAN,
    .validation_mae = NAN,
    .best_mae = NAN,
  };

  for (guint i = 0; runs->progress && !*told && i < failures->len; i++)
    {
      progress.warning = g_ptr_array_index (failures, i);
      runs->progress (&progress, runs->user_data);
    }
  *told |= failures->len > 0;
}

static OrdModel *
train (Runs              *runs,
       const OrdVariant  *variant,
       const OrdOptions  *options,
       const char        *path,
       GCancellable      *cancellable,
       GError           **error)
{
  g_autoptr (OrdModel)   model = NULL;
  g_autoptr (OrdTrainer) trainer = ord_variant_trainer (variant, options);

  ord_trainer_set_path (trainer, path);
  runs->fresh = TRUE;
  model = ord_trainer_run (trainer, report, runs, cancellable, error);
  tell_failures (runs, ord_trainer_get_failures (trainer), &runs->told);
  if (!model || !ord_model_save (model, path, error))
    return NULL;
  ord_trainer_discard_checkpoint (trainer);
  return g_steal_pointer (&model);
}

/* @mae: (out) */
static gboolean
run_one (Runs              *runs,
         const OrdVariant  *variant,
         OrdComparisonRow  *row,
         guint              seed,
         double            *mae,
         GCancellable      *cancellable,
         GError           **error)
{
  g_autoptr (OrdOptions)  options = ord_options_copy (variant->options);
  g_autofree char        *path = NULL;
  g_autoptr (OrdModel)    model = NULL;
  g_autoptr (GPtrArray)   failures = g_ptr_array_new_with_free_func (g_free);

  g_free (runs->stage);
  runs->stage = g_strdup_printf ("%s, seed %u (%u of %u)", variant->name, seed,
                                 runs->done + 1, n_runs (runs));
  if (!ord_options_set (options, "seed", seed, error) ||
      !ord_options_set (options, "epochs", runs->plan->epochs, error) ||
      !ord_options_set (options, "minutes", NO_CLOCK, error))
    return FALSE;

  path = model_path (runs, variant, options, seed);
  /* Files appear whole; one that has been damaged since is made again. */
  model = ord_model_load (path, NULL, NULL);
  if (model)
    runs->found += 1.0;
  else
    {
      model = train (runs, variant, options, path, cancellable, error);
      if (!model)
        return FALSE;
    }
  runs->done++;

  if (!ord_comparison_measure (runs->comparison, row, model, path,
                               runs->plan->foreign, failures, mae, cancellable,
                               error))
    return FALSE;
  tell_failures (runs, failures, &runs->told_foreign);
  return TRUE;
}

/* -- all ---------------------------------------------------------------------- */

static gboolean
run_variant (Runs              *runs,
             const OrdVariant  *variant,
             GCancellable      *cancellable,
             GError           **error)
{
  guint               n_seeds = runs->plan->n_seeds;
  OrdComparisonRow   *row = g_new0 (OrdComparisonRow, 1);
  g_autofree double  *maes = g_new (double, n_seeds);

  g_ptr_array_add (runs->comparison->rows, row);
  row->name = g_strdup (variant->name);
  row->method = g_strdup (variant->method);
  for (guint seed = 1; seed <= n_seeds; seed++)
    if (!run_one (runs, variant, row, seed, &maes[seed - 1], cancellable, error))
      return FALSE;
  ord_comparison_finish_row (runs->comparison, row, maes);

  return TRUE;
}

gboolean
ord_comparison_check (const OrdComparisonPlan  *plan,
                      GError                  **error)
{
  g_autofree char *path = g_build_filename (plan->work, "model.ordinate", NULL);

  for (guint i = 0; i < plan->variants->len; i++)
    {
      const OrdVariant   *variant = g_ptr_array_index (plan->variants, i);
      g_autoptr (GArray)  tests =
        ord_dataset_get_split (variant->dataset, ORD_SPLIT_TEST);

      if (tests->len < 2)
        {
          g_set_error (error, ORD_ERROR, ORD_ERROR_DATASET,
                       "Methods are compared on test images, and %s has %u of "
                       "them: add pictures, or a labels.csv whose column split "
                       "calls at least 2 of them “test”",
                       ord_dataset_get_folder (variant->dataset), tests->len);
          return FALSE;
        }
    }
  return ord_model_can_save (path, error);
}

OrdComparison *
ord_comparison_run (const OrdComparisonPlan  *plan,
                    OrdProgressFunc           progress,
                    gpointer                  user_data,
                    GCancellable             *cancellable,
                    GError                  **error)
{
  g_autoptr (OrdComparison) comparison = g_new0 (OrdComparison, 1);
  gboolean                  made = TRUE;
  Runs                      runs = {
    .plan = plan,
    .comparison = comparison,
    .progress = progress,
    .user_data = user_data,
    .started = g_get_monotonic_time (),
  };

  comparison->rows = g_ptr_array_new_with_free_func
                       ((GDestroyNotify) ord_comparison_row_free);
  if (!ord_comparison_check (plan, error))
    return NULL;
  comparison->n_seeds = plan->n_seeds;
  comparison->epochs = plan->epochs;
  for (guint i = 0; i < plan->variants->len && made; i++)
    made = run_variant (&runs, g_ptr_array_index (plan->variants, i), cancellable,
                        error);
  g_free (runs.stage);
  if (!made)
    return NULL;
  ord_comparison_find_best (comparison);

  return g_steal_pointer (&comparison);
}
