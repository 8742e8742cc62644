/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the tests inside GIMP share: a folder of their own, a small model, and
 * a GIMP whose settings lie in that folder.
 */
#include "gimp-fixture.h"

#define N_PICTURES "120"

static const char *
setting (const char *name)
{
  const char *value = g_getenv (name);

  if (value == NULL)
    g_error ("%s is not set: run this test through meson", name);

  return value;
}

const char *
gimp_fixture_ordinate (void)
{
  return setting ("ORDINATE_COMMAND");
}

char *
gimp_fixture_path (const GimpFixture *fixture,
                   const char        *name)
{
  return g_build_filename (fixture->folder, name, NULL);
}

static void G_GNUC_NULL_TERMINATED
add (GPtrArray *command,
     ...)
{
  const char *word;
  va_list     list;

  va_start (list, command);
  while ((word = va_arg (list, const char *)) != NULL)
    g_ptr_array_add (command, (char *) word);
  va_end (list);
}

char *
gimp_fixture_run (const char *first,
                  ...)
{
  g_autoptr (GPtrArray)   arguments = g_ptr_array_new ();
  g_autoptr (GSubprocess) process   = NULL;
  g_autoptr (GError)      error     = NULL;
  char                   *output    = NULL;
  va_list                 list;

  va_start (list, first);
  for (const char *argument = first; argument != NULL;
       argument = va_arg (list, const char *))
    g_ptr_array_add (arguments, (char *) argument);
  va_end (list);
  g_ptr_array_add (arguments, NULL);

  process = g_subprocess_newv ((const char * const *) arguments->pdata,
                               G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error);
  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (process, NULL, NULL, &output, NULL, &error);
  g_assert_no_error (error);
  if (! g_subprocess_get_successful (process))
    g_error ("%s has failed: %s", first, output);

  return output;
}

GSubprocess *
gimp_fixture_start_gimp (const GimpFixture *fixture,
                         const char        *log,
                         const char        *display,
                         const char        *script,
                         const char        *picture)
{
  g_autoptr (GSubprocessLauncher) launcher = NULL;
  g_autoptr (GPtrArray) command = g_ptr_array_new ();
  g_autofree char *settings = gimp_fixture_path (fixture, "gimp");
  g_autofree char *home     = gimp_fixture_path (fixture, "home");
  g_autoptr (GError) error = NULL;
  GSubprocess *process;

  launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDERR_MERGE);
  g_subprocess_launcher_set_stdout_file_path (launcher, log);
  g_subprocess_launcher_setenv (launcher, "GIMP3_DIRECTORY", settings, TRUE);
  g_subprocess_launcher_setenv (launcher, "HOME", home, TRUE);
  g_subprocess_launcher_unsetenv (launcher, "XDG_CONFIG_HOME");
  g_subprocess_launcher_unsetenv (launcher, "XDG_CACHE_HOME");
  g_subprocess_launcher_unsetenv (launcher, "XDG_DATA_HOME");
  g_subprocess_launcher_unsetenv (launcher, "WAYLAND_DISPLAY");
  g_subprocess_launcher_setenv (launcher, "LC_ALL", "C.UTF-8", TRUE);
  g_subprocess_launcher_setenv (launcher, "G_MESSAGES_DEBUG", "Ordinate",
                                TRUE);
  if (display != NULL)
    g_subprocess_launcher_setenv (launcher, "DISPLAY", display, TRUE);
  else
    g_subprocess_launcher_unsetenv (launcher, "DISPLAY");

  if (display != NULL)
    add (command, "dbus-run-session", "--", NULL);
  add (command, "bash", setting ("ORDINATE_GIMP"), setting ("ORDINATE_BUILD"),
       NULL);
  if (display != NULL)
    add (command, "gimp", "-nsdf", NULL);
  else
    add (command, "gimp-console", "-idf", "--quit", NULL);
  if (picture != NULL)
    add (command, picture, NULL);
  add (command, "--batch-interpreter", "plug-in-script-fu-eval", "-b", script,
       NULL);
  g_ptr_array_add (command, NULL);

  process = g_subprocess_launcher_spawnv (
    launcher, (const char * const *) command->pdata, &error);
  g_assert_no_error (error);

  return process;
}

void
gimp_fixture_init (GimpFixture *fixture)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *home   = NULL;
  g_autofree char *drawn  = NULL;
  g_autofree char *told   = NULL;

  fixture->folder = g_dir_make_tmp ("ordinate-gimp-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->pictures = gimp_fixture_path (fixture, "gauges");
  fixture->model    = gimp_fixture_path (fixture, "gauges.ordinate");
  home = gimp_fixture_path (fixture, "home");
  g_mkdir_with_parents (home, 0700);

  drawn = gimp_fixture_run (gimp_fixture_ordinate (), "sample",
                            fixture->pictures, "--count", N_PICTURES,
                            "--quiet", NULL);
  /* In one precision: which one is faster, a busy machine tells by chance. */
  told = gimp_fixture_run (gimp_fixture_ordinate (), "train",
                           fixture->pictures, "-o", fixture->model,
                           "--epochs", "8", "--size", "48", "--threads", "1",
                           "--precision", "float", "--quiet", NULL);
}

void
gimp_fixture_clear (GimpFixture *fixture)
{
  g_autofree char *nothing = gimp_fixture_run ("rm", "-rf", fixture->folder,
                                               NULL);

  g_clear_pointer (&fixture->folder, g_free);
  g_clear_pointer (&fixture->pictures, g_free);
  g_clear_pointer (&fixture->model, g_free);
}
