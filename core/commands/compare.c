/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * `ordinate compare DIR --methods a,b,…`: trains methods, and variants of their
 * settings, alike, and prints their errors and the quality of their spaces side
 * by side.
 */
#include "compare.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../comparison/ord-comparison-run.h"
#include "../comparison/ord-pace.h"
#include "../comparison/ord-report.h"
#include "../methods/ord-method.h"
#include "../ord-random.h"
#include "network-options.h"

/* Of splits that nobody has told: the default of `train`, whatever the seed of a
 * run, so that all are tested on the same images. */
#define SPLIT_SEED 1

/* Training needs as many. */
#define TRAINED_AT_LEAST 4

/**
 * Settings:
 * @minutes: of each run; −1 is not told
 * @epochs: of each run; −1 is not told
 * @fraction: of the training images that are used
 * @without: (nullable): a covariate; each variant is also trained without it
 * @foreign: (nullable): folder of pictures that do not belong
 */
typedef struct
{
  char     *work;
  char     *report;
  char     *methods;
  char     *without;
  char     *foreign;
  char     *pattern;
  char     *unit;
  char    **labels;
  int       n_seeds;
  double    minutes;
  int       epochs;
  double    fraction;
  gboolean  json;
  gboolean  quiet;
  OrdCommandNetwork network;
} Settings;

static void
settings_clear (Settings *settings)
{
  g_free (settings->work);
  g_free (settings->report);
  g_free (settings->methods);
  g_free (settings->without);
  g_free (settings->foreign);
  g_free (settings->pattern);
  g_free (settings->unit);
  g_strfreev (settings->labels);
  ord_command_network_clear (&settings->network);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Settings, settings_clear)

/* -- the plan ----------------------------------------------------------------- */

/* The same ones for every method and seed, drawn so that no order of the table
 * shows in them. */
static OrdDataset *
take_fraction (OrdDataset  *dataset,
               double       fraction,
               GError     **error)
{
  OrdRandom           random = ord_random_init (1);
  guint               n = ord_dataset_get_n_samples (dataset);
  g_autoptr (GArray)  training = ord_dataset_get_split (dataset,
                                                        ORD_SPLIT_TRAIN);
  guint               wanted = (guint) (fraction * training->len + 0.5);
  g_autoptr (GArray)  kept = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autofree gboolean *drawn = g_new0 (gboolean, n);

  if (fraction >= 1.0)
    return g_object_ref (dataset);
  if (wanted < TRAINED_AT_LEAST)
    {
      g_set_error (error, ORD_ERROR, ORD_ERROR_DATASET,
                   "--fraction %g leaves %u of %u training images in %s, and %d "
                   "are needed", fraction, wanted, training->len,
                   ord_dataset_get_folder (dataset), TRAINED_AT_LEAST);
      return NULL;
    }

  ord_random_shuffle (&random, (guint *) training->data, training->len);
  for (guint i = 0; i < wanted; i++)
    drawn[g_array_index (training, guint, i)] = TRUE;
  for (guint i = 0; i < n; i++)
    if (drawn[i] ||
        ord_dataset_get_sample (dataset, i)->split != ORD_SPLIT_TRAIN)
      g_array_append_val (kept, i);
  return ord_dataset_subset (dataset, (const guint *) kept->data, kept->len);
}

static OrdDataset *
read_pictures (const Settings  *settings,
               const char      *folder,
               const char      *without,
               GError         **error)
{
  const char * const      left_out[] = { without, NULL };
  OrdDatasetOptions       how = {
    .pattern = settings->pattern,
    .label_columns = (const char * const *) settings->labels,
    .unit = settings->unit,
    .without = without ? left_out : NULL,
    .seed = SPLIT_SEED,
  };
  g_autoptr (OrdDataset)  all = ord_dataset_read (folder, &how, error);

  return all ? take_fraction (all, settings->fraction, error) : NULL;
}

/* One of each method, multiplied by what was asked for. */
static GPtrArray *
make_variants (const Settings      *settings,
               const char * const  *methods,
               const char          *folder,
               GPtrArray           *numbers,
               GError             **error)
{
  g_autoptr (OrdDataset) dataset = read_pictures (settings, folder, NULL, error);
  g_autoptr (OrdPretrained) network = NULL;
  g_autoptr (GPtrArray)  variants = NULL;

  if (!dataset || !ord_command_network_open (&settings->network, &network, error))
    return NULL;
  variants = ord_variants_new (methods, settings->network.kind, network, dataset,
                               error);
  if (!variants)
    return NULL;
  for (guint i = 0; i < numbers->len; i++)
    {
      const OrdCommandSetting *number = g_ptr_array_index (numbers, i);

      for (guint j = 0; j < i; j++)
        if (g_str_equal (((OrdCommandSetting *) numbers->pdata[j])->name,
                         number->name))
          {
            g_set_error (error, ORD_ERROR, ORD_ERROR_OPTION,
                         "--%s is given twice; several values make one list, "
                         "with commas between", number->name);
            return NULL;
          }
      if (!ord_variants_set (variants, number->name, number->text, error))
        return NULL;
    }
  if (settings->without)
    {
      g_autofree char        *suffix = g_strconcat ("without ",
                                                    settings->without, NULL);
      g_autoptr (OrdDataset)  bare =
        read_pictures (settings, folder, settings->without, error);

      if (!bare)
        return NULL;
      ord_variants_also_on (variants, bare, suffix);
    }
  return g_steal_pointer (&variants);
}

/* Where it is open, the same of all variants. */
static gboolean
set_precision (GPtrArray     *variants,
               OrdPrecision   precision,
               GError       **error)
{
  for (guint i = 0; i < variants->len; i++)
    {
      OrdVariant *variant = g_ptr_array_index (variants, i);

      if (ord_trainer_times_precisions (variant->options, variant->encoder) &&
          !ord_options_set (variant->options, "precision", precision, error))
        return FALSE;
    }
  return TRUE;
}

/* What the pace of this machine decides, once for all runs: the precision where
 * it is open, bfloat16 if it is faster for all of them; and the epochs of each
 * run: as told, or those that the minutes allow, or those that training plans of
 * itself. */
static gboolean
settle_plan (const Settings      *settings,
             OrdComparisonPlan   *plan,
             OrdCommandProgress  *progress,
             GError             **error)
{
  guint        n_runs = plan->variants->len * plan->n_seeds;
  double       slowest = 0.0;
  guint        planned = 0;
  OrdPrecision precision = ORD_PRECISION_BFLOAT16;

  plan->epochs = (guint) MAX (settings->epochs, 0);
  for (guint i = 0; i < plan->variants->len; i++)
    {
      OrdVariant *variant = g_ptr_array_index (plan->variants, i);
      gboolean    is_open = ord_trainer_times_precisions (variant->options,
                                                          variant->encoder);
      gboolean    found;
      OrdPace     pace;

      if (plan->epochs > 0 && !is_open)
        continue;
      found = ord_pace_find (&pace, variant, ord_command_progress, progress,
                             ord_command_cancellable (), error);
      ord_command_progress_close (progress);
      if (!found)
        return FALSE;
      if (is_open)
        precision = MIN (precision, pace.precision);
      slowest = MAX (slowest, pace.seconds);
      planned = MAX (planned, pace.epochs);
    }
  if (!set_precision (plan->variants, precision, error))
    return FALSE;
  if (plan->epochs > 0)
    return TRUE;
  plan->epochs = settings->minutes > 0.0
                 ? ord_pace_epochs (slowest, settings->minutes) : planned;
  if (!settings->quiet)
    {
      g_autofree char *path = ord_pace_path ();

      fprintf (stderr, "%u run%s of %u epochs, at most %.1f minutes each at this "
               "machine's pace, which %s keeps (remove it to measure anew)\n",
               n_runs, n_runs == 1 ? "" : "s", plan->epochs,
               plan->epochs * slowest / 60.0, path);
    }
  return TRUE;
}

/* -- the command -------------------------------------------------------------- */

static int
compare (const Settings *settings,
         GPtrArray      *variants,
         const char     *command)
{
  OrdCommandProgress         progress = { .quiet = settings->quiet };
  g_autoptr (OrdDataset)     foreign = NULL;
  g_autoptr (OrdComparison)  comparison = NULL;
  g_autoptr (GError)         error = NULL;
  OrdComparisonPlan          plan = {
    .variants = variants,
    .n_seeds = (guint) settings->n_seeds,
    .work = settings->work,
  };

  if (settings->foreign)
    {
      foreign = ord_dataset_list (settings->foreign, &error);
      if (!foreign)
        return ord_command_fail (error);
      plan.foreign = foreign;
    }
  if (settings->report && g_mkdir_with_parents (settings->report, 0777) != 0)
    {
      fprintf (stderr, "%s: cannot make %s: %s\n", g_get_prgname (),
               settings->report, g_strerror (errno));
      return ORD_EXIT_FAILED;
    }
  if (!ord_comparison_check (&plan, &error))
    return ord_command_fail (error);
  if (!settle_plan (settings, &plan, &progress, &error))
    return ord_command_fail (error);
  comparison = ord_comparison_run (&plan, ord_command_progress, &progress,
                                   ord_command_cancellable (), &error);
  ord_command_progress_close (&progress);
  if (!comparison)
    return ord_command_fail (error);

  if (settings->json)
    ord_compare_print_json (comparison, settings->without != NULL);
  else
    ord_compare_print_table (comparison, settings->without != NULL);
  if (settings->report &&
      !ord_report_write (comparison, command, settings->report, &error))
    return ord_command_fail (error);
  return ORD_EXIT_OK;
}

/* The command line as it was typed, for the report. */
static char *
join_arguments (int    argc,
                char **argv)
{
  GString *line = g_string_new ("ordinate compare");

  for (int i = 1; i < argc; i++)
    {
      g_autofree char *quoted = strpbrk (argv[i], " \t\"'$\\*?;&|<>()")
                                ? g_shell_quote (argv[i]) : g_strdup (argv[i]);

      g_string_append_printf (line, " %s", quoted);
    }
  return g_string_free (line, FALSE);
}

/* The methods before anything else is parsed: they decide what options there
 * are. */
static char **
peek_methods (int    argc,
              char **argv)
{
  g_autofree char *names = ord_command_peek_option (argc, argv, "methods", NULL);

  return names ? g_strsplit (names, ",", -1)
               : g_strdupv ((char **) ord_method_list ());
}

int
ord_command_compare (int    argc,
                     char **argv)
{
  g_auto (Settings)        settings = { .n_seeds = 1, .fraction = 1.0,
                                        .minutes = -1.0, .epochs = -1 };
  const GOptionEntry       entries[] = {
    { "methods", 0, 0, G_OPTION_ARG_STRING, &settings.methods,
      "which, with commas between (all)", "A,B,…" },
    ORD_COMMAND_NETWORK_ENTRIES (settings.network),
    { "seeds", 0, 0, G_OPTION_ARG_INT, &settings.n_seeds,
      "runs of each, with seeds 1, 2… (1)", "N" },
    { "minutes", 0, 0, G_OPTION_ARG_DOUBLE, &settings.minutes,
      "training time of each run, turned into the same number of epochs for all",
      "M" },
    { "epochs", 0, 0, G_OPTION_ARG_INT, &settings.epochs,
      "epochs of each run, instead of a time", "N" },
    { "fraction", 0, 0, G_OPTION_ARG_DOUBLE, &settings.fraction,
      "of the training images that are used (1)", "F" },
    { "without", 0, 0, G_OPTION_ARG_STRING, &settings.without,
      "train each also without this covariate", "COLUMN" },
    { "foreign", 0, 0, G_OPTION_ARG_FILENAME, &settings.foreign,
      "pictures that do not belong: how many, of at most "
      G_STRINGIFY (ORD_COMPARISON_FOREIGN) ", are told to lie out of range",
      "FOLDER" },
    { "pattern", 0, 0, G_OPTION_ARG_STRING, &settings.pattern,
      "values are in file names, as in `train`", "REGEX" },
    { "label", 0, 0, G_OPTION_ARG_STRING_ARRAY, &settings.labels,
      "a label column of labels.csv (value); again for a vector", "COLUMN" },
    { "unit", 0, 0, G_OPTION_ARG_STRING, &settings.unit, "unit of the value",
      "TEXT" },
    { "report", 0, 0, G_OPTION_ARG_FILENAME, &settings.report,
      "also write a page with plots there", "FOLDER" },
    { "work", 'w', 0, G_OPTION_ARG_FILENAME, &settings.work,
      "folder that keeps finished runs (DIR-comparison here)", "FOLDER" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &settings.json, "print a JSON object",
      NULL },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &settings.quiet, "no progress", NULL },
    { NULL }
  };
  g_autofree char         *command = join_arguments (argc, argv);
  g_auto (GStrv)           methods = peek_methods (argc, argv);
  g_autofree char         *description = NULL;
  g_autoptr (OrdOptions)   known = NULL;
  g_autoptr (GPtrArray)    numbers = NULL;
  g_autoptr (GPtrArray)    variants = NULL;
  g_autoptr (GError)       error = NULL;
  g_autofree char         *mistake = NULL;

  g_set_prgname ("ordinate compare");
  if (!methods[0])
    return ord_command_usage ("--methods names none");
  ord_command_network_peek (&settings.network, argc, argv);
  known = ord_variants_known_options ((const char * const *) methods,
                                      settings.network.kind, &error);
  if (known)
    numbers = ord_command_take_settings (known, &argc, argv, &error);
  if (!numbers)
    return ord_command_usage ("%s", error->message);
  description = ord_command_describe_settings (known);
  if (!ord_command_parse (&argc, &argv, entries, "DIR",
                          "Trains methods alike and prints their errors and "
                          "the quality of their spaces on the test images.\n"
                          "An option of training may be a list (--sigma "
                          "0.25,0.5,1): each value makes a row.", description))
    return ORD_EXIT_USAGE;
  mistake = ord_command_network_find_mistake (&settings.network);
  if (mistake)
    return ord_command_usage ("%s", mistake);
  if (argc != 2)
    return ord_command_usage ("name one folder of pictures");
  if (settings.n_seeds < 1 || settings.n_seeds > 1000)
    return ord_command_usage ("--seeds must lie between 1 and 1000");
  if (!(settings.fraction > 0.0 && settings.fraction <= 1.0))
    return ord_command_usage ("--fraction must lie above 0 and not above 1");
  if (!(settings.minutes > 0.0 || settings.minutes == -1.0) ||
      !(settings.epochs > 0 || settings.epochs == -1))
    return ord_command_usage ("--minutes and --epochs must lie above 0");
  if (settings.minutes > 0.0 && settings.epochs > 0)
    return ord_command_usage ("give --minutes or --epochs, not both");

  variants = make_variants (&settings, (const char * const *) methods, argv[1],
                            numbers, &error);
  if (!variants)
    return g_error_matches (error, ORD_ERROR, ORD_ERROR_OPTION)
           ? ord_command_usage ("%s", error->message)
           : ord_command_fail (error);
  if (!settings.work)
    {
      g_autofree char *full = g_canonicalize_filename (argv[1], NULL);
      g_autofree char *name = g_path_get_basename (full);

      settings.work = g_strconcat (name, "-comparison", NULL);
    }
  if (g_mkdir_with_parents (settings.work, 0777) != 0)
    {
      fprintf (stderr, "%s: cannot make %s: %s\n", g_get_prgname (),
               settings.work, g_strerror (errno));
      return ORD_EXIT_FAILED;
    }

  return compare (&settings, variants, command);
}
