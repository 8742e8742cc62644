/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The commands of the command line, and what they share: options, progress on
 * standard error, results on standard output, exit codes.
 */
#pragma once

#include <json-glib/json-glib.h>

#include "../model/ord-predictor.h"
#include "../ord-options.h"

G_BEGIN_DECLS

enum
{
  ORD_EXIT_OK = 0,
  ORD_EXIT_FAILED = 1,
  ORD_EXIT_USAGE = 2,
  ORD_EXIT_CANCELLED = 130,
};

/* Each gets its own name as argv[0]. */
int ord_command_sample   (int argc, char **argv);
int ord_command_train    (int argc, char **argv);
int ord_command_predict  (int argc, char **argv);
int ord_command_evaluate (int argc, char **argv);
int ord_command_info     (int argc, char **argv);
int ord_command_compare  (int argc, char **argv);
int ord_command_export   (int argc, char **argv);

/**
 * ord_command_parse:
 * @entries: as for GOptionContext
 * @arguments: what stands after the options in the usage line
 * @description: (nullable): after the options
 *
 * Returns: FALSE after a mistake, which is told on standard error
 */
gboolean ord_command_parse (int                *argc,
                            char             ***argv,
                            const GOptionEntry *entries,
                            const char         *arguments,
                            const char         *summary,
                            const char         *description);

/* An option of a table, as it was typed: "sigma" and "0.5". */
typedef struct
{
  char *name;
  char *text;
} OrdCommandSetting;

/**
 * ord_command_take_settings:
 * @known: whose tables declare the options
 *
 * Takes "--name=value", "--name value", "--name" and "--no-name" of the options
 * that @known declares out of the arguments; GOption reads the rest. Values are
 * not looked at.
 *
 * Returns: (transfer full) (element-type OrdCommandSetting) (nullable)
 */
GPtrArray *ord_command_take_settings (const OrdOptions  *known,
                                      int               *argc,
                                      char             **argv,
                                      GError           **error);

/* (transfer full) (nullable): the value of --NAME before anything else is
 * parsed, or a copy of @fallback. */
char      *ord_command_peek_option (int          argc,
                                    char       **argv,
                                    const char  *name,
                                    const char  *fallback);

/* (transfer full): every option of training with its default, for --help; those
 * of @known (nullable) alone, where it is given. */
char      *ord_command_describe_settings (const OrdOptions *known);

/* Prints the error; returns the exit code. */
int      ord_command_fail  (GError *error);
int      ord_command_usage (const char *format, ...) G_GNUC_PRINTF (1, 2);

/* A line of progress on standard error: rewritten in place on a terminal, now
 * and then elsewhere. @user_data: an OrdCommandProgress, zeroed at first. */
typedef struct
{
  const char *unit;
  gint64      told;
  gboolean    quiet;
  gboolean    open;    /* a line without its end stands on the terminal */
  guint       epoch;
  char       *stage;
} OrdCommandProgress;

void     ord_command_progress       (const OrdProgress  *progress,
                                     gpointer            user_data);
void     ord_command_progress_close (OrdCommandProgress *progress);

/* One object on standard output, and its end of line. */
void     ord_command_print_json     (JsonBuilder        *builder);

/* A JSON number that is null where the value is not finite. */
void     ord_command_add_number     (JsonBuilder        *builder,
                                     const char         *name,
                                     double              value);

/* "value", or an array where the label is a vector. */
void     ord_command_add_numbers    (JsonBuilder        *builder,
                                     const char         *name,
                                     const double       *values,
                                     guint               n);

/* Cancelled by Ctrl-C; a second one ends the program. */
GCancellable *ord_command_cancellable (void);

G_END_DECLS
