/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The window in a real GIMP, on a screen in memory, driven by mouse and
 * keyboard as a person does. The steps build on each other, as they do for a
 * person: one GIMP, one test after the other. What happened inside is read
 * from the log that the plug-in writes with G_MESSAGES_DEBUG.
 */
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "gimp-fixture.h"

#define PATIENCE  (90 * G_USEC_PER_SEC) /* for anything that is waited for */
#define LOOK_EACH (G_USEC_PER_SEC / 10)

static GimpFixture  fixture;
static char        *picture;
static char        *log_path;
static GSubprocess *screen;
static GSubprocess *window_manager;
static GSubprocess *gimp;

/* The screen **************************************************************** */

/* With the screen goes everything that is on it, however this program ends. */
static void
end_with_parent (gpointer data)
{
  prctl (PR_SET_PDEATHSIG, SIGTERM);
}

/* The X server chooses a free display and tells its number on a pipe. */
static void
start_screen (void)
{
  g_autoptr (GSubprocessLauncher) launcher = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *display = NULL;
  char  number[16] = { 0, };
  gsize length = 0;

  launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                                        G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_subprocess_launcher_set_child_setup (launcher, end_with_parent, NULL,
                                         NULL);
  screen = g_subprocess_launcher_spawn (launcher, &error, "Xvfb",
                                        "-displayfd", "1", "-screen", "0",
                                        "1600x1100x24", "-nolisten", "tcp",
                                        NULL);
  g_assert_no_error (error);

  while (length < sizeof number - 1 && strchr (number, '\n') == NULL)
    {
      gssize n = g_input_stream_read (g_subprocess_get_stdout_pipe (screen),
                                      number + length,
                                      sizeof number - 1 - length,
                                      NULL, &error);

      g_assert_no_error (error);
      if (n == 0)
        g_error ("Xvfb did not start");
      length += n;
    }

  display = g_strconcat (":", g_strchomp (number), NULL);
  g_setenv ("DISPLAY", display, TRUE);

  window_manager = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE |
                                     G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                                     &error, "openbox", NULL);
  g_assert_no_error (error);
}

/* What a shell command prints (transfer full), whether it succeeds or not. */
static char * G_GNUC_PRINTF (1, 2)
ask (const char *format,
     ...)
{
  g_autofree char *command = NULL;
  g_autoptr (GSubprocess) process = NULL;
  char   *output = NULL;
  va_list list;

  va_start (list, format);
  command = g_strdup_vprintf (format, list);
  va_end (list);
  process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                              G_SUBPROCESS_FLAGS_STDERR_SILENCE, NULL,
                              "sh", "-c", command, NULL);
  g_assert_nonnull (process);
  g_subprocess_communicate_utf8 (process, NULL, NULL, &output, NULL, NULL);

  return g_strchomp (output != NULL ? output : g_strdup (""));
}

/* Waiting ******************************************************************* */

typedef gboolean (*Condition) (gconstpointer data);

static gboolean
wait_for (Condition      condition,
          gconstpointer  data)
{
  gint64 end = g_get_monotonic_time () + PATIENCE;

  while (g_get_monotonic_time () < end)
    {
      if (condition (data))
        return TRUE;
      g_usleep (LOOK_EACH);
    }

  return FALSE;
}

static char *
read_log (void)
{
  char *text = NULL;

  if (! g_file_get_contents (log_path, &text, NULL, NULL))
    text = g_strdup ("");

  return text;
}

static guint
count_in_log (const char *what)
{
  g_autofree char *text = read_log ();
  guint            n    = 0;

  for (const char *p = strstr (text, what); p != NULL;
       p = strstr (p + 1, what))
    n++;

  return n;
}

/* Of GIMP's and its plug-ins' windows. */
static char *
find_window (const char *pattern)
{
  return ask ("xdotool search --onlyvisible --name '%s' | head -n 1", pattern);
}

static gboolean
window_is_there (gconstpointer pattern)
{
  g_autofree char *window = find_window (pattern);

  return *window != '\0';
}

static gboolean
window_is_gone (gconstpointer pattern)
{
  return ! window_is_there (pattern);
}

static guint n_predictions; /* that have been seen in the log */

static gboolean
has_predicted_again (gconstpointer data)
{
  return count_in_log ("predicted ") > n_predictions;
}

/* The brackets keep the pattern from finding the command that looks for it. */
static gboolean
plug_in_has_ended (gconstpointer data)
{
  g_autofree char *processes = ask ("pgrep -f '%s/[p]lug-ins/ordinate/ordinate'",
                                    g_getenv ("ORDINATE_BUILD"));

  return *processes == '\0';
}

/* The hands ***************************************************************** */

static const char *const answer_window   = "^Ordinate$";
static const char *const training_window = "^Train a Model$";
static const char *const question_window = "^Unfinished Training$";
static const char *const gimp_window     = "GIMP$";

static void
press_in (const char *pattern,
          const char *keys)
{
  g_autofree char *window = find_window (pattern);
  g_autofree char *told   = ask ("xdotool windowactivate --sync %s && "
                                 "xdotool key --delay 200 %s", window, keys);
}

static void
click_at (const char *pattern,
          int         x,
          int         y,
          int         times)
{
  g_autofree char *window = find_window (pattern);
  g_autofree char *told   = ask ("xdotool windowactivate --sync %s "
                                 "mousemove --window %s %d %d "
                                 "click --repeat %d --delay 60 1",
                                 window, window, x, y, times);
}

static char *
look_at (const char *pattern)
{
  g_autofree char *window = find_window (pattern);

  return ask ("import -silent -window %s rgb:- | sha256sum", window);
}

static gboolean
looks_different (gconstpointer before)
{
  g_autofree char *now = look_at (answer_window);

  return ! g_str_equal (now, before);
}

/* Colors ▸ Info ▸ Predict Value… by its mnemonics; again where GIMP was not ready
 * for them, as while a script of before still ends. */
static void
choose_from_menu (void)
{
  for (guint attempt = 0; attempt < 5; attempt++)
    {
      gint64 end = g_get_monotonic_time () + 15 * G_USEC_PER_SEC;

      press_in (gimp_window, attempt == 0 ? "alt+c n p" : "Escape Escape alt+c n p");
      while (g_get_monotonic_time () < end)
        {
          if (window_is_there (answer_window))
            return;
          g_usleep (LOOK_EACH);
        }
    }
}

/* What a person does ******************************************************** */

/* The number behind the last @word of the log, NaN where there is none. */
static double
last_number (const char *word)
{
  g_autofree char *text  = read_log ();
  const char      *found = g_strrstr (text, word);

  return found != NULL ? g_ascii_strtod (found + strlen (word), NULL) : NAN;
}

static double
last_prediction (void)
{
  return last_number ("predicted ");
}

static gboolean
has_returned (gconstpointer data)
{
  return count_in_log ("returned ") > 0;
}

static void
start_gimp (void)
{
  g_autofree char *script = g_strdup_printf (
    "(let ((answer (plug-in-ordinate-predict #:run-mode RUN-INTERACTIVE "
    "#:image (vector-ref (car (gimp-get-images)) 0) #:drawables (vector) "
    "#:model \"%s\"))) "
    "(display \"returned \") (display (vector-ref (car answer) 0)) (newline) "
    "(plug-in-ordinate-train #:run-mode RUN-INTERACTIVE #:folder \"%s\"))",
    fixture.model, fixture.pictures);

  gimp = gimp_fixture_start_gimp (&fixture, log_path, g_getenv ("DISPLAY"),
                                  script, picture);
}

static void
test_script (void)
{
  g_autofree char *answer = NULL;
  const char      *found;

  g_assert_true (wait_for (window_is_there, answer_window));
  g_assert_true (wait_for (has_predicted_again, NULL));
  n_predictions++;

  answer = gimp_fixture_run (gimp_fixture_ordinate (), "predict",
                             fixture.model, picture, "--json", NULL);
  found = strstr (answer, "\"value\":");
  g_assert_nonnull (found);
  g_assert_cmpfloat_with_epsilon (
    last_prediction (), g_ascii_strtod (found + strlen ("\"value\":"), NULL),
    1e-4);
}

static void
test_escape (void)
{
  press_in (answer_window, "Escape");
  g_assert_true (wait_for (window_is_gone, answer_window));
}

static void
test_returned (void)
{
  g_assert_true (wait_for (has_returned, NULL));
  g_assert_cmpfloat_with_epsilon (last_number ("returned "),
                                  last_prediction (), 1e-4);
}

/* The script goes on with the window for training. */
static void
test_unfinished_training (void)
{
  g_assert_true (wait_for (window_is_there, training_window));
  press_in (training_window, "Return");
  press_in (training_window, "Escape");
  g_assert_true (wait_for (window_is_there, question_window));

  /* The question's Escape takes back the window's. */
  press_in (question_window, "Escape");
  g_assert_true (wait_for (window_is_gone, question_window));
  g_assert_true (window_is_there (training_window));

  press_in (training_window, "Escape");
  g_assert_true (wait_for (window_is_there, question_window));
  press_in (question_window, "alt+g");
  g_assert_true (wait_for (window_is_gone, training_window));
  g_assert_true (wait_for (plug_in_has_ended, NULL));
}

static void
test_menu (void)
{
  choose_from_menu ();
  g_assert_true (wait_for (window_is_there, answer_window));

  /* With the model that was open last. */
  g_assert_true (wait_for (has_predicted_again, NULL));
  n_predictions++;
}

/* The first thumbnail's place in the window: it is below the value, wherever
 * the theme puts it. */
#define THUMBNAIL_X     54
#define THUMBNAIL_TOP   120
#define THUMBNAIL_BELOW 320

static void
test_neighbour (void)
{
  g_autofree char *before = look_at (answer_window);

  for (int y = THUMBNAIL_TOP; y < THUMBNAIL_BELOW; y += 40)
    click_at (answer_window, THUMBNAIL_X, y, 1);

  /* Its place on the map is marked, its name is told. */
  g_assert_true (wait_for (looks_different, before));
}

static void
test_double_click (void)
{
  g_autofree char *text  = NULL;
  const char      *found = NULL;

  for (int y = THUMBNAIL_TOP; y < THUMBNAIL_BELOW; y += 40)
    {
      gint64 end = g_get_monotonic_time () + 5 * G_USEC_PER_SEC;

      click_at (answer_window, THUMBNAIL_X, y, 2);
      while (count_in_log ("opened ") == 0 && g_get_monotonic_time () < end)
        g_usleep (LOOK_EACH);
      if (count_in_log ("opened ") > 0)
        break;
    }

  text  = read_log ();
  found = strstr (text, "opened ");
  g_assert_nonnull (found);
  if (! found)
    return;
  g_assert_true (g_str_has_prefix (found + strlen ("opened "),
                                   fixture.pictures));

  /* GIMP shows it: the second image of this session. */
  if (! wait_for (window_is_there, "Untitled.-2[.]0"))
    {
      g_autofree char *names = ask ("xdotool search --onlyvisible --name . "
                                    "getwindowname %%@");

      g_test_message ("There are only these windows: %s", names);
      g_test_fail ();
    }
}

static void
test_closing_early (void)
{
  press_in (answer_window, "Escape");
  g_assert_true (wait_for (plug_in_has_ended, NULL));

  /* Before the model is loaded and the answer is there. */
  choose_from_menu ();
  g_assert_true (wait_for (window_is_there, answer_window));
  press_in (answer_window, "Escape");

  g_assert_true (wait_for (window_is_gone, answer_window));
  g_assert_true (wait_for (plug_in_has_ended, NULL));
  g_assert_cmpuint (count_in_log ("crashed"), ==, 0);
  g_assert_cmpuint (count_in_log ("Ordinate-CRITICAL"), ==, 0);
}

static void
stop (GSubprocess **process)
{
  if (*process == NULL)
    return;

  g_subprocess_send_signal (*process, SIGTERM);
  g_subprocess_wait (*process, NULL, NULL);
  g_clear_object (process);
}

int
main (int    argc,
      char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  g_test_set_nonfatal_assertions (); /* what was started must be stopped */

  gimp_fixture_init (&fixture);
  picture  = g_build_filename (fixture.pictures, "gauge-0001.png", NULL);
  log_path = gimp_fixture_path (&fixture, "gimp.log");
  start_screen ();
  start_gimp ();

  g_test_add_func ("/window/a-script-opens-it-with-its-model-and-the-value-is-"
                   "that-of-the-command-line", test_script);
  g_test_add_func ("/window/escape-closes-it", test_escape);
  g_test_add_func ("/window/the-script-gets-the-value-that-it-showed",
                   test_returned);
  g_test_add_func ("/window/unfinished-training-is-not-given-up-unasked",
                   test_unfinished_training);
  g_test_add_func ("/window/the-menu-opens-it-with-the-last-model", test_menu);
  g_test_add_func ("/window/a-click-selects-a-neighbour", test_neighbour);
  g_test_add_func ("/window/a-double-click-opens-the-picture-in-gimp",
                   test_double_click);
  g_test_add_func ("/window/closing-it-while-it-works-is-safe",
                   test_closing_early);

  status = g_test_run ();

  if (status != 0)
    {
      g_autofree char *text = read_log ();

      g_printerr ("%s\n", text);
    }

  stop (&gimp);
  stop (&window_manager);
  stop (&screen);
  gimp_fixture_clear (&fixture);
  g_free (picture);
  g_free (log_path);

  return status;
}
