/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the commands share.
 */
#include "commands.h"

#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

/* How often progress is told where standard error is no terminal. */
#define LOG_SECONDS 10

gboolean
ord_command_parse (int                *argc,
                   char             ***argv,
                   const GOptionEntry *entries,
                   const char         *arguments,
                   const char         *summary,
                   const char         *description)
{
  g_autoptr (GOptionContext) context = g_option_context_new (arguments);
  g_autoptr (GError)         error = NULL;
  g_autofree char           *name = g_strconcat ("ordinate ", (*argv)[0], NULL);

  g_set_prgname (name);
  g_option_context_set_summary (context, summary);
  if (description)
    g_option_context_set_description (context, description);
  g_option_context_add_main_entries (context, entries, NULL);
  if (g_option_context_parse (context, argc, argv, &error))
    return TRUE;
  ord_command_usage ("%s", error->message);
  return FALSE;
}

int
ord_command_fail (GError *error)
{
  gboolean cancelled =
    g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  if (cancelled)
    fprintf (stderr, "%s: cancelled\n", g_get_prgname ());
  else
    fprintf (stderr, "%s: %s\n", g_get_prgname (), error->message);
  return cancelled ? ORD_EXIT_CANCELLED : ORD_EXIT_FAILED;
}

int
ord_command_usage (const char *format,
                   ...)
{
  va_list arguments;

  fprintf (stderr, "%s: ", g_get_prgname ());
  va_start (arguments, format);
  vfprintf (stderr, format, arguments);
  va_end (arguments);
  fprintf (stderr, "\nTry “%s --help”.\n", g_get_prgname ());
  return ORD_EXIT_USAGE;
}

static void
append_duration (GString *line,
                 double   seconds)
{
  if (seconds < 90.0)
    g_string_append_printf (line, ", %.0f s left", seconds);
  else
    g_string_append_printf (line, ", %.0f min left", seconds / 60.0);
}

void
ord_command_progress (const OrdProgress *progress,
                      gpointer           user_data)
{
  OrdCommandProgress *self = user_data;
  gboolean            terminal = isatty (STDERR_FILENO);
  gint64              now = g_get_monotonic_time ();
  gboolean            news = g_strcmp0 (self->stage, progress->stage) != 0 ||
                             progress->epoch != self->epoch;
  g_autoptr (GString) line = g_string_new (NULL);

  if (progress->warning)
    {
      ord_command_progress_close (self);
      fprintf (stderr, "Warning: %s\n", progress->warning);
    }
  if (self->quiet ||
      (!terminal && !news && now - self->told < LOG_SECONDS * G_USEC_PER_SEC))
    return;

  self->told = now;
  self->epoch = progress->epoch;
  g_set_str (&self->stage, progress->stage);
  g_string_append_printf (line, "%s %3.0f %%", progress->stage,
                          100.0 * progress->fraction);
  if (progress->n_epochs > 0)
    g_string_append_printf (line, ", epoch %u/%u", progress->epoch,
                            progress->n_epochs);
  if (isfinite (progress->validation_mae))
    g_string_append_printf (line, ", validation MAE %.4g%s%s (best %.4g)",
                            progress->validation_mae,
                            self->unit && *self->unit ? " " : "",
                            self->unit ? self->unit : "", progress->best_mae);
  if (progress->seconds_left >= 0.0)
    append_duration (line, progress->seconds_left);

  /* \033[K clears what a longer line has left; one that is wider than the
   * terminal does not wrap, which would leave a part of it behind. */
  fprintf (stderr, terminal ? "\r\033[?7l%s\033[K\033[?7h" : "%s\n", line->str);
  fflush (stderr);
  self->open = terminal;
}

void
ord_command_progress_close (OrdCommandProgress *progress)
{
  if (progress->open)
    fputc ('\n', stderr);
  progress->open = FALSE;
  g_clear_pointer (&progress->stage, g_free);
}

void
ord_command_print_json (JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autofree char     *text = json_to_string (root, FALSE);

  puts (text);
}

void
ord_command_add_number (JsonBuilder *builder,
                        const char  *name,
                        double       value)
{
  if (name)
    json_builder_set_member_name (builder, name);
  if (isfinite (value))
    json_builder_add_double_value (builder, value);
  else
    json_builder_add_null_value (builder);
}

void
ord_command_add_numbers (JsonBuilder  *builder,
                         const char   *name,
                         const double *values,
                         guint         n)
{
  if (n == 1)
    {
      ord_command_add_number (builder, name, values[0]);
      return;
    }
  json_builder_set_member_name (builder, name);
  json_builder_begin_array (builder);
  for (guint i = 0; i < n; i++)
    ord_command_add_number (builder, NULL, values[i]);
  json_builder_end_array (builder);
}

/* The only process-wide state of the command line: a signal has no other way
 * to reach the call that is under way. */
static GCancellable *interrupted;

static gpointer
watch_interrupt (gpointer data)
{
  sigset_t set;
  int      number;

  sigemptyset (&set);
  sigaddset (&set, SIGINT);
  sigaddset (&set, SIGTERM);
  sigwait (&set, &number);
  g_cancellable_cancel (data);
  sigwait (&set, &number);
  _exit (ORD_EXIT_CANCELLED);
}

GCancellable *
ord_command_cancellable (void)
{
  sigset_t set;

  if (interrupted)
    return interrupted;

  interrupted = g_cancellable_new ();
  sigemptyset (&set);
  sigaddset (&set, SIGINT);
  sigaddset (&set, SIGTERM);
  /* Threads made from here on inherit the mask, so the watcher alone hears. */
  pthread_sigmask (SIG_BLOCK, &set, NULL);
  g_thread_unref (g_thread_new ("interrupt", watch_interrupt, interrupted));

  return interrupted;
}
