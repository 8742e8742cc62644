/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A small, strict reader of comma-separated tables.
 */
#include "ord-csv.h"

#include <string.h>

typedef struct
{
  const char *path;
  const char *at;
  guint       line;
  char        separator;
} Parser;

static void
row_clear (gpointer data)
{
  OrdCsvRow *row = data;

  g_strfreev (row->cells);
}

void
ord_csv_free (OrdCsv *csv)
{
  if (csv == NULL)
    return;

  g_free (csv->path);
  g_strfreev (csv->columns);
  g_clear_pointer (&csv->rows, g_array_unref);
  g_clear_pointer (&csv->comments, g_ptr_array_unref);
  g_free (csv);
}

static void
set_error (GError     **error,
           const char  *path,
           guint        line,
           const char  *format,
           ...) G_GNUC_PRINTF (4, 5);

static void
set_error (GError     **error,
           const char  *path,
           guint        line,
           const char  *format,
           ...)
{
  g_autofree char *message = NULL;
  va_list          args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);

  g_set_error (error, ORD_ERROR, ORD_ERROR_DATASET, "%s:%u: %s", path, line,
               message);
}

static gboolean
at_line_end (const Parser *parser)
{
  return *parser->at == '\0' || *parser->at == '\n' || *parser->at == '\r';
}

static void
skip_line_end (Parser *parser)
{
  if (*parser->at == '\0')
    return;

  if (parser->at[0] == '\r' && parser->at[1] == '\n')
    parser->at++;
  parser->at++;
  parser->line++;
}

static char *
take_line (Parser *parser)
{
  gsize length = strcspn (parser->at, "\r\n");
  char *line = g_strndup (parser->at, length);

  parser->at += length;
  skip_line_end (parser);

  return line;
}

static void
skip_spaces (Parser *parser)
{
  while (*parser->at == ' '
         || (*parser->at == '\t' && parser->separator != '\t'))
    parser->at++;
}

/* Passes over blank lines and comments; %FALSE at the end of the file. */
static gboolean
seek_row (Parser    *parser,
          GPtrArray *comments)
{
  while (*parser->at != '\0')
    {
      const char *ahead = parser->at;

      if (*ahead == '#')
        {
          g_autofree char *comment = take_line (parser);

          if (comments != NULL)
            g_ptr_array_add (comments, g_strdup (comment + 1));
          continue;
        }

      ahead += strspn (ahead, " ");
      if (*ahead != '\n' && *ahead != '\r' && *ahead != '\0')
        return TRUE;

      parser->at = ahead;
      skip_line_end (parser);
    }

  return FALSE;
}

static char *
take_quoted (Parser  *parser,
             GError **error)
{
  g_autoptr (GString) cell = g_string_new (NULL);
  guint begins = parser->line;

  for (parser->at++; *parser->at != '\0'; parser->at++)
    {
      if (*parser->at == '"')
        {
          if (parser->at[1] != '"')
            {
              parser->at++;
              skip_spaces (parser);
              if (at_line_end (parser) || *parser->at == parser->separator)
                return g_string_free (g_steal_pointer (&cell), FALSE);

              set_error (error, parser->path, parser->line,
                         "text follows a closing quote; write a quote inside a "
                         "quoted cell twice");
              return NULL;
            }

          parser->at++;
        }
      else if (*parser->at == '\n'
               || (*parser->at == '\r' && parser->at[1] != '\n'))
        {
          parser->line++;
        }

      g_string_append_c (cell, *parser->at);
    }

  set_error (error, parser->path, begins,
             "a quote that is opened here is never closed");
  return NULL;
}

static char *
take_plain (Parser *parser)
{
  const char ends[] = { parser->separator, '\r', '\n', '\0' };
  gsize      length = strcspn (parser->at, ends);
  char      *cell = g_strndup (parser->at, length);

  parser->at += length;

  return g_strchomp (cell);
}

/* (transfer full) */
static GPtrArray *
take_row (Parser  *parser,
          GError **error)
{
  g_autoptr (GPtrArray) cells = g_ptr_array_new_with_free_func (g_free);

  for (;;)
    {
      char *cell;

      skip_spaces (parser);
      cell = *parser->at == '"' ? take_quoted (parser, error)
                                : take_plain (parser);
      if (cell == NULL)
        return NULL;

      g_ptr_array_add (cells, cell);
      if (at_line_end (parser))
        break;

      parser->at++;
    }

  skip_line_end (parser);

  return g_steal_pointer (&cells);
}

static char
guess_separator (const char *head)
{
  const char candidates[] = { ',', ';', '\t' };
  guint      counts[G_N_ELEMENTS (candidates)] = { 0 };
  gboolean   quoted = FALSE;
  guint      best = 0;

  for (; *head != '\0' && (quoted || (*head != '\n' && *head != '\r')); head++)
    {
      if (*head == '"')
        quoted = !quoted;
      for (guint i = 0; i < G_N_ELEMENTS (candidates) && !quoted; i++)
        counts[i] += *head == candidates[i];
    }

  for (guint i = 1; i < G_N_ELEMENTS (candidates); i++)
    if (counts[i] > counts[best])
      best = i;

  return candidates[best];
}

static gboolean
check_text (const char *path,
            const char *text,
            gsize       length,
            GError    **error)
{
  const char *end;
  guint       line = 1;

  if (g_utf8_validate_len (text, length, &end))
    return TRUE;

  for (const char *at = text; at < end; at++)
    line += *at == '\n';

  set_error (error, path, line,
             "this is not UTF-8 text; save the table as “CSV UTF-8”");
  return FALSE;
}

static gboolean
take_rows (OrdCsv  *csv,
           Parser  *parser,
           GError **error)
{
  while (seek_row (parser, NULL))
    {
      guint line = parser->line;
      g_autoptr (GPtrArray) cells = take_row (parser, error);
      OrdCsvRow row;

      if (cells == NULL)
        return FALSE;

      if (cells->len != csv->n_columns)
        {
          set_error (error, csv->path, line,
                     "%u cells where line %u names %u columns%s", cells->len,
                     csv->head_line, csv->n_columns,
                     cells->len > csv->n_columns && parser->separator == ','
                     ? "; write numbers with a decimal point, and texts that "
                       "contain a comma in quotes" : "");
          return FALSE;
        }

      g_ptr_array_add (cells, NULL);
      row.line = line;
      row.cells = (char **) g_ptr_array_steal (cells, NULL);
      g_array_append_val (csv->rows, row);
    }

  return TRUE;
}

OrdCsv *
ord_csv_read (const char *path,
              GError    **error)
{
  g_autoptr (OrdCsv) csv = NULL;
  g_autoptr (GPtrArray) head = NULL;
  g_autofree char *text = NULL;
  gsize            length;
  Parser           parser = { path, NULL, 1, ',' };

  g_return_val_if_fail (path != NULL, NULL);

  if (!g_file_get_contents (path, &text, &length, error)
      || !check_text (path, text, length, error))
    return NULL;

  parser.at = g_str_has_prefix (text, "\357\273\277") ? text + 3 : text;

  csv = g_new0 (OrdCsv, 1);
  csv->path = g_strdup (path);
  csv->comments = g_ptr_array_new_with_free_func (g_free);
  csv->rows = g_array_new (FALSE, FALSE, sizeof (OrdCsvRow));
  g_array_set_clear_func (csv->rows, row_clear);

  if (!seek_row (&parser, csv->comments))
    {
      set_error (error, path, parser.line, "the table is empty; its first line "
                 "names the columns, such as “file,value”");
      return NULL;
    }

  parser.separator = guess_separator (parser.at);
  csv->head_line = parser.line;
  head = take_row (&parser, error);
  if (head == NULL)
    return NULL;

  csv->n_columns = head->len;
  g_ptr_array_add (head, NULL);
  csv->columns = (char **) g_ptr_array_steal (head, NULL);
  for (guint i = 0; i < csv->n_columns; i++)
    g_strstrip (csv->columns[i]);

  if (!take_rows (csv, &parser, error))
    return NULL;

  return g_steal_pointer (&csv);
}
