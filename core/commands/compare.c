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

/**
 * Settings:
 * @minutes: of each run; 0 is not told
 * @epochs: of each run; 0 is not told
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
  int       n_seeds;
  double    minutes;
  int       epochs;
  double    fraction;
  gboolean  json;
  gboolean  quiet;
} Settings;

static void
settings_clear (Settings *settings)
{
  g_free (settings->work);
  g_free (settings->report);
  g_free (settings->methods);
  g_free (settings->without);
  g_free (settings->foreign);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Settings, settings_clear)

/* -- the plan ----------------------------------------------------------------- */

/* Evenly along the table, so that every method and seed sees the same ones. */
static OrdDataset *
take_fraction (OrdDataset *dataset,
               double      fraction)
{
  guint              n = ord_dataset_get_n_samples (dataset);
  g_autoptr (GArray) kept = g_array_new (FALSE, FALSE, sizeof (guint));
  double             owed = 0.0;

  if (fraction >= 1.0)
    return g_object_ref (dataset);

  for (guint i = 0; i < n; i++)
    {
      if (ord_dataset_get_sample (dataset, i)->split == ORD_SPLIT_TRAIN)
        {
          owed += fraction;
          if (owed < 1.0)
            continue;
          owed -= 1.0;
        }
      g_array_append_val (kept, i);
    }
  return ord_dataset_subset (dataset, (const guint *) kept->data, kept->len);
}

static OrdDataset *
read_pictures (const Settings  *settings,
               const char      *folder,
               const char      *without,
               GError         **error)
{
  const char * const      left_out[] = { without, NULL };
  OrdDatasetOptions       how = { .without = without ? left_out : NULL };
  g_autoptr (OrdDataset)  all = ord_dataset_read (folder, &how, error);

  return all ? take_fraction (all, settings->fraction) : NULL;
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
  g_autoptr (GPtrArray)  variants = NULL;

  if (!dataset)
    return NULL;
  variants = ord_variants_new (methods, dataset, error);
  if (!variants)
    return NULL;
  for (guint i = 0; i < numbers->len; i++)
    {
      const OrdCommandSetting *number = g_ptr_array_index (numbers, i);

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

/* Epochs of each run: as told, or those that the minutes allow at the pace of
 * this machine, or those that training plans of itself. */
static gboolean
choose_epochs (const Settings      *settings,
               OrdComparisonPlan   *plan,
               OrdCommandProgress  *progress,
               GError             **error)
{
  guint   n_runs = plan->variants->len * plan->n_seeds;
  OrdPace pace;

  plan->epochs = (guint) settings->epochs;
  if (plan->epochs > 0)
    return TRUE;
  if (!ord_pace_find (&pace, g_ptr_array_index (plan->variants, 0),
                      ord_command_progress, progress, ord_command_cancellable (),
                      error))
    return FALSE;
  ord_command_progress_close (progress);
  plan->epochs = settings->minutes > 0.0
                 ? ord_pace_epochs (&pace, settings->minutes) : pace.epochs;
  if (!settings->quiet)
    fprintf (stderr, "%u runs of %u epochs, %.1f minutes each at this machine's "
             "pace\n", n_runs, plan->epochs,
             plan->epochs * pace.seconds / 60.0);
  return TRUE;
}

static OrdDataset *
read_foreign (const Settings  *settings,
              GError         **error)
{
  const OrdDatasetOptions how = { .to_measure = TRUE };

  return ord_dataset_read (settings->foreign, &how, error);
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
      plan.foreign = foreign = read_foreign (settings, &error);
      if (!foreign)
        return ord_command_fail (error);
    }
  if (!choose_epochs (settings, &plan, &progress, &error))
    return ord_command_fail (error);
  comparison = ord_comparison_run (&plan, ord_command_progress, &progress,
                                   ord_command_cancellable (), &error);
  ord_command_progress_close (&progress);
  if (!comparison)
    return ord_command_fail (error);

  if (settings->json)
    ord_compare_print_json (comparison);
  else
    {
      ord_compare_print_table (comparison);
      for (guint i = 0; settings->without && i < variants->len; i += 2)
        ord_compare_print_difference (comparison, i, i + 1);
    }
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
  g_auto (Settings)        settings = { .n_seeds = 1, .fraction = 1.0 };
  const GOptionEntry       entries[] = {
    { "methods", 0, 0, G_OPTION_ARG_STRING, &settings.methods,
      "which, with commas between (all)", "A,B,…" },
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
      "pictures that do not belong: how many are told to lie out of range",
      "FOLDER" },
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
  g_autofree char         *description = ord_command_describe_settings ();
  g_autoptr (OrdOptions)   known = NULL;
  g_autoptr (GPtrArray)    numbers = NULL;
  g_autoptr (GPtrArray)    variants = NULL;
  g_autoptr (GError)       error = NULL;

  g_set_prgname ("ordinate compare");
  if (!methods[0])
    return ord_command_usage ("--methods names none");
  known = ord_variants_known_options ((const char * const *) methods, &error);
  if (known)
    numbers = ord_command_take_settings (known, &argc, argv, &error);
  if (!numbers)
    return ord_command_usage ("%s", error->message);
  if (!ord_command_parse (&argc, &argv, entries, "DIR",
                          "Trains methods alike and prints their errors and "
                          "the quality of their spaces on the test images.\n"
                          "An option of training may be a list (--sigma "
                          "0.25,0.5,1): each value makes a row.", description))
    return ORD_EXIT_USAGE;
  if (argc != 2)
    return ord_command_usage ("name one folder of pictures");
  if (settings.n_seeds < 1 || settings.n_seeds > 1000)
    return ord_command_usage ("--seeds must lie between 1 and 1000");
  if (!(settings.fraction > 0.0 && settings.fraction <= 1.0))
    return ord_command_usage ("--fraction must lie above 0 and not above 1");
  if (settings.minutes < 0.0 || settings.epochs < 0)
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
      g_autofree char *name = g_path_get_basename (argv[1]);

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
