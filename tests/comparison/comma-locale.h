/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A locale whose decimal separator is a comma, made on the spot: the systems
 * that tests run on often have none.
 */
#pragma once

#include <locale.h>
#include <string.h>

#include <glib.h>
#include <glib/gstdio.h>

#define COMMA_NUMERIC \
  "LC_NUMERIC\n" \
  "decimal_point \"<U002C>\"\n" \
  "thousands_sep \"<U002E>\"\n" \
  "grouping 3;3\n" \
  "END LC_NUMERIC\n"

#define COMMA_CHARACTERS \
  "<code_set_name> UTF-8\n" \
  "<comment_char> %\n" \
  "<escape_char> /\n" \
  "CHARMAP\n" \
  "<U0020>..<U007E> /x20\n" \
  "END CHARMAP\n"

static inline void
comma_write (const char *folder,
             const char *name,
             const char *text)
{
  g_autofree char    *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError)  error = NULL;

  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
}

/* Skips the test, and returns FALSE, where the C library cannot make locales.
 * setlocale (LC_NUMERIC, "C") ends it. @folder is a new one, to be removed. */
static inline gboolean
comma_locale_begin (const char *folder)
{
  const char      *argv[] = { "localedef", "-c", "-i", "comma", "-f",
                              "./characters", "./xx_XX", NULL };
  g_autofree char *numbers = NULL;

  comma_write (folder, "comma", COMMA_NUMERIC);
  comma_write (folder, "characters", COMMA_CHARACTERS);
  /* It complains of all other categories, and makes what was asked for. */
  if (!g_spawn_sync (folder, (char **) argv, NULL,
                     G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL |
                       G_SPAWN_STDERR_TO_DEV_NULL,
                     NULL, NULL, NULL, NULL, NULL, NULL))
    {
      g_test_skip ("there is no localedef to make a locale with");
      return FALSE;
    }
  g_setenv ("LOCPATH", folder, TRUE);
  if (!setlocale (LC_NUMERIC, "xx_XX"))
    {
      g_test_skip ("the C library does not take a locale from LOCPATH");
      return FALSE;
    }
  numbers = g_strdup_printf ("%.1f", 0.5);
  g_assert_cmpstr (numbers, ==, "0,5");
  return TRUE;
}
