/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The loop of a bench program.
 */
#include "bench.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *folder;

void
bench_set_folder (const char *path)
{
  folder = path;
}

char *
bench_path (const char *name)
{
  return g_build_filename (folder, name, NULL);
}

float *
bench_floats (const char *name,
              gsize       n,
              GError    **error)
{
  g_autofree char *path = bench_path (name);
  char            *content;
  gsize            size;

  if (!g_file_get_contents (path, &content, &size, error))
    return NULL;
  if (size < n * sizeof (float))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   "%s holds fewer than %" G_GSIZE_FORMAT " numbers", path, n);
      g_free (content);
      return NULL;
    }

  return (float *) content;
}

gboolean
bench_number (char  **words,
              guint   place,
              gsize  *number,
              GError **error)
{
  guint64 value;

  if (g_strv_length (words) <= place)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   "A word is missing after '%s'", words[0]);
      return FALSE;
    }
  if (!g_ascii_string_to_unsigned (words[place], 10, 0, G_MAXUINT, &value,
                                   error))
    return FALSE;
  *number = value;

  return TRUE;
}

void
bench_answer (GArray *answer,
              double  number)
{
  g_array_append_val (answer, number);
}

static int
compare_numbers (gconstpointer a,
                 gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

static void
print_numbers (const GArray *numbers)
{
  for (guint i = 0; i < numbers->len; i++)
    {
      char   text[G_ASCII_DTOSTR_BUF_SIZE];
      double number = g_array_index (numbers, double, i);

      printf ("%s%s", i > 0 ? ", " : "",
              isfinite (number) ? g_ascii_dtostr (text, sizeof text, number)
                                : "null");
    }
}

static gboolean
run (const Bench *bench,
     double       seconds,
     GError     **error)
{
  g_autoptr (GArray) times = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GArray) answer = g_array_new (FALSE, FALSE, sizeof (double));
  double             sum = 0.0;
  char               text[G_ASCII_DTOSTR_BUF_SIZE];

  do
    {
      gint64 began = g_get_monotonic_time ();
      double time;

      g_array_set_size (answer, 0);
      if (!bench->run (answer, error))
        return FALSE;
      time = (g_get_monotonic_time () - began) * 1e-6;
      g_array_append_val (times, time);
      sum += time;
    }
  while (sum < seconds);

  g_array_sort (times, compare_numbers);
  printf ("{\"seconds\": %s, \"calls\": %u, \"answer\": [",
          g_ascii_dtostr (text, sizeof text,
                          g_array_index (times, double, times->len / 2)),
          times->len);
  print_numbers (answer);
  printf ("]}\n");

  return TRUE;
}

static gboolean
obey (const Bench *bench,
      const char  *line,
      GError     **error)
{
  g_auto (GStrv) words = g_strsplit (line, " ", -1);

  if (g_strcmp0 (words[0], "run") == 0 && words[1] != NULL)
    return run (bench, g_ascii_strtod (words[1], NULL), error);

  if (g_strcmp0 (words[0], "prepare") == 0 && words[1] != NULL)
    {
      if (!bench->prepare (words + 1, error))
        return FALSE;
      printf ("{}\n");
      return TRUE;
    }

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
               "There is no command '%s'", line);
  return FALSE;
}

int
bench_main (int          argc,
            char       **argv,
            const Bench *bench)
{
  char   line[4096];

  if (argc != 2)
    {
      fprintf (stderr, "Usage: %s FOLDER\n", argv[0]);
      return EXIT_FAILURE;
    }
  bench_set_folder (argv[1]);

  while (fgets (line, sizeof line, stdin) != NULL)
    {
      g_autoptr (GError) error = NULL;

      if (!obey (bench, g_strchomp (line), &error))
        {
          g_autofree char *text = g_strescape (error->message, NULL);

          printf ("{\"error\": \"%s\"}\n", text);
        }
      fflush (stdout);
    }

  return EXIT_SUCCESS;
}
