/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The command line `ordinate`: finds the command and hands over to it. Each
 * command is a file in commands/.
 */
#include <locale.h>
#include <stdio.h>

#include "commands/commands.h"

typedef struct
{
  const char  *name;
  const char  *summary;
  int        (*run) (int argc, char **argv);
} Command;

/* One line per command, in the order a newcomer meets them. */
static const Command commands[] = {
  { "sample", "draw a folder of labelled sample pictures", ord_command_sample },
  { "train", "train a model on a folder of labelled pictures",
    ord_command_train },
  { "predict", "read the value of pictures", ord_command_predict },
  { "evaluate", "measure a model on its test images", ord_command_evaluate },
  { "compare", "train several methods alike and measure them side by side",
    ord_command_compare },
  { "info", "tell what is in a model", ord_command_info },
  { "export", "write a model's network and features for other programs",
    ord_command_export },
};

static void
print_usage (FILE *out)
{
  fprintf (out, "Usage: ordinate COMMAND [OPTIONS]\n\nCommands:\n");
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    fprintf (out, "  %-10s %s\n", commands[i].name, commands[i].summary);
  fprintf (out, "\n`ordinate COMMAND --help` lists a command's options.\n");
}

int
main (int    argc,
      char **argv)
{
  setlocale (LC_ALL, "");

  if (argc < 2)
    {
      print_usage (stderr);
      return ORD_EXIT_USAGE;
    }
  if (g_str_equal (argv[1], "--help") || g_str_equal (argv[1], "help"))
    {
      print_usage (stdout);
      return ORD_EXIT_OK;
    }
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if (g_str_equal (argv[1], commands[i].name))
      return commands[i].run (argc - 1, argv + 1);

  fprintf (stderr, "ordinate: there is no command “%s”\n\n", argv[1]);
  print_usage (stderr);
  return ORD_EXIT_USAGE;
}
