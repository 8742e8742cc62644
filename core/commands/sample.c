/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * `ordinate sample DIR`: draws labelled gauges.
 */
#include "commands.h"

#include <stdio.h>

#include "../data/ord-sample-pictures.h"

int
ord_command_sample (int    argc,
                    char **argv)
{
  int                 count = 1200;
  gint64              seed = 1;
  g_autofree char    *kind_name = NULL;
  OrdSampleKind       kind = ORD_SAMPLE_GAUGE;
  gboolean            quiet = FALSE;
  const GOptionEntry  entries[] = {
    { "count", 'n', 0, G_OPTION_ARG_INT, &count,
      "how many pictures (1200)", "N" },
    { "kind", 'k', 0, G_OPTION_ARG_STRING, &kind_name,
      "gauge: one needle; duplex: a red and a black one, a label of two "
      "components (gauge)", "NAME" },
    { "seed", 0, 0, G_OPTION_ARG_INT64, &seed,
      "the same seed draws the same pictures (1)", "SEED" },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &quiet, "no progress", NULL },
    { NULL }
  };
  g_autoptr (GError)  error = NULL;
  OrdCommandProgress  progress = { 0 };
  gboolean            drawn;

  if (!ord_command_parse (&argc, &argv, entries, "DIR",
                          "Draws a folder of gauges with labels.csv, to try "
                          "Ordinate on.", NULL))
    return ORD_EXIT_USAGE;
  if (argc != 2)
    return ord_command_usage ("name one folder to draw into");
  if (count < 10 || count > 1000000)
    return ord_command_usage ("--count must lie between 10 and 1000000");
  if (kind_name && !ord_sample_kind_from_name (kind_name, &kind, &error))
    return ord_command_usage ("%s", error->message);

  progress.quiet = quiet;
  drawn = ord_sample_pictures_write (argv[1], kind, (guint) count,
                                     (guint64) seed, ord_command_progress,
                                     &progress, ord_command_cancellable (),
                                     &error);
  ord_command_progress_close (&progress);
  if (!drawn)
    return ord_command_fail (error);

  printf ("%d pictures and labels.csv in %s\n", count, argv[1]);
  return ORD_EXIT_OK;
}
