/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Calling the real program.
 */
#include "calls.h"

#include <string.h>

#include "../folder.h"

static char *folder; /* holds everything of the test */

void
said_clear (Said *said)
{
  g_free (said->out);
  g_free (said->err);
}

GSubprocess *
start (GSubprocessFlags     flags,
       const char * const  *arguments)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autoptr (GError)    error = NULL;
  GSubprocess          *process;

  g_ptr_array_add (argv, (gpointer) g_getenv ("ORDINATE"));
  for (; *arguments; arguments++)
    g_ptr_array_add (argv, (gpointer) *arguments);
  g_ptr_array_add (argv, NULL);
  process = g_subprocess_newv ((const char * const *) argv->pdata, flags,
                               &error);
  g_assert_no_error (error);
  return process;
}

Said
call (const char * const *arguments)
{
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError)      error = NULL;
  Said                    said = { 0 };

  process = start (G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                   G_SUBPROCESS_FLAGS_STDERR_PIPE, arguments);
  g_subprocess_communicate_utf8 (process, NULL, NULL, &said.out, &said.err,
                                 &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_if_exited (process));
  said.code = g_subprocess_get_exit_status (process);
  return said;
}

void
assert_contains (const char *text,
                 const char *part)
{
  if (!strstr (text, part))
    g_error ("“%s” is not in: %s", part, text);
}

JsonObject *
parse (JsonParser *parser,
       const char *text)
{
  g_autoptr (GError) error = NULL;

  json_parser_load_from_data (parser, text, -1, &error);
  g_assert_no_error (error);
  return json_node_get_object (json_parser_get_root (parser));
}

void
make_folder (void)
{
  g_autofree char    *cache = NULL;
  g_autoptr (GError)  error = NULL;

  folder = g_dir_make_tmp ("ordinate-commands-XXXXXX", &error);
  g_assert_no_error (error);
  cache = in_folder ("cache");
  g_setenv ("XDG_CACHE_HOME", cache, TRUE);
}

char *
in_folder (const char *name)
{
  return g_build_filename (folder, name, NULL);
}

void
remove_folder (void)
{
  folder_remove (folder);
  g_clear_pointer (&folder, g_free);
}
