/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rows in and out of a database: every value is checked for its kind where it
 * is read, so that the callers' code is about what the values mean.
 */
#include "ord-database-private.h"

#include <math.h>
#include <string.h>

#define MAX_TEXT 65536

/**
 * OrdStatement:
 * @row: rows read so far, for messages
 * @error: (nullable): the first value that was not as asked for
 * @bind_failed: a value could not be bound
 */
struct _OrdStatement
{
  OrdDatabase  *database;
  sqlite3_stmt *handle;
  char         *table;
  guint64       row;
  GError       *error;
  gboolean      bind_failed;
};

OrdStatement *
ord_database_prepare (OrdDatabase  *database,
                      const char   *table,
                      const char   *sql,
                      GError      **error)
{
  sqlite3_stmt *handle = NULL;
  OrdStatement *statement;

  if (sqlite3_prepare_v2 (database->handle, sql, -1, &handle, NULL)
      != SQLITE_OK)
    {
      if (database->output)
        ord_database_set_write_error (database, error);
      else
        ord_database_set_read_error (database, error);
      return NULL;
    }

  statement = g_new0 (OrdStatement, 1);
  statement->database = database;
  statement->handle = handle;
  statement->table = g_strdup (table);
  return statement;
}

void
ord_statement_free (OrdStatement *statement)
{
  if (!statement)
    return;
  sqlite3_finalize (statement->handle);
  g_clear_error (&statement->error);
  g_free (statement->table);
  g_free (statement);
}

GBytes *
ord_floats_to_bytes (const float *values,
                     gsize        n)
{
#if G_BYTE_ORDER == G_LITTLE_ENDIAN
  return g_bytes_new_static (values, n * sizeof (float));
#else
  guint32 *words = g_new (guint32, n);

  for (gsize i = 0; i < n; i++)
    {
      memcpy (words + i, values + i, sizeof *words);
      words[i] = GUINT32_TO_LE (words[i]);
    }
  return g_bytes_new_take (words, n * sizeof (float));
#endif
}

static void
bound (OrdStatement *statement,
       int           code)
{
  if (code != SQLITE_OK)
    statement->bind_failed = TRUE;
}

void
ord_statement_bind_int (OrdStatement *statement,
                        int           column,
                        gint64        value)
{
  bound (statement, sqlite3_bind_int64 (statement->handle, column, value));
}

void
ord_statement_bind_real (OrdStatement *statement,
                         int           column,
                         double        value)
{
  bound (statement, isfinite (value)
         ? sqlite3_bind_double (statement->handle, column, value)
         : sqlite3_bind_null (statement->handle, column));
}

void
ord_statement_bind_text (OrdStatement *statement,
                         int           column,
                         const char   *value)
{
  bound (statement, sqlite3_bind_text (statement->handle, column, value, -1,
                                       SQLITE_STATIC));
}

void
ord_statement_bind_bytes (OrdStatement *statement,
                          int           column,
                          GBytes       *value)
{
  gsize         size;
  gconstpointer data = g_bytes_get_data (value, &size);

  /* A NULL pointer would make it NULL and not an empty blob. */
  bound (statement, sqlite3_bind_blob64 (statement->handle, column,
                                         data ? data : "", size,
                                         SQLITE_STATIC));
}

void
ord_statement_bind_floats (OrdStatement *statement,
                           int           column,
                           const float  *values,
                           gsize         n)
{
  g_autoptr (GBytes) bytes = ord_floats_to_bytes (values, n);
  gsize              size;
  gconstpointer      data = g_bytes_get_data (bytes, &size);

  if (G_BYTE_ORDER == G_LITTLE_ENDIAN)
    {
      ord_statement_bind_bytes (statement, column, bytes);
      return;
    }
  bound (statement, sqlite3_bind_blob64 (statement->handle, column,
                                         data ? data : "", size,
                                         SQLITE_TRANSIENT));
}

gboolean
ord_statement_run (OrdStatement  *statement,
                   GError       **error)
{
  if (statement->bind_failed
      || sqlite3_step (statement->handle) != SQLITE_DONE)
    {
      ord_database_set_write_error (statement->database, error);
      return FALSE;
    }
  sqlite3_reset (statement->handle);
  sqlite3_clear_bindings (statement->handle);
  return TRUE;
}

/* Rows of a hostile file may share their pages: together they must not give
 * more bytes than it has. */
static gboolean
take_bytes (OrdStatement  *statement,
            GError       **error)
{
  OrdDatabase *database = statement->database;

  for (int i = 0; i < sqlite3_data_count (statement->handle); i++)
    {
      int type = sqlite3_column_type (statement->handle, i);

      if (type == SQLITE_TEXT || type == SQLITE_BLOB)
        database->bytes_left -= sqlite3_column_bytes (statement->handle, i);
    }
  if (database->bytes_left >= 0)
    return TRUE;
  return ord_database_damaged (database, error,
                               "its tables hold more than its size");
}

gboolean
ord_statement_next (OrdStatement  *statement,
                    GError       **error)
{
  int code;

  if (!ord_statement_check (statement, error))
    return FALSE;

  code = sqlite3_step (statement->handle);
  if (code == SQLITE_ROW)
    {
      statement->row++;
      return take_bytes (statement, error);
    }

  if (code != SQLITE_DONE)
    ord_database_set_read_error (statement->database, error);
  sqlite3_reset (statement->handle);
  return FALSE;
}

gboolean
ord_statement_expect_row (OrdStatement  *statement,
                          GError       **error)
{
  GError *local_error = NULL;

  if (ord_statement_next (statement, &local_error))
    return TRUE;
  if (local_error)
    {
      g_propagate_error (error, local_error);
      return FALSE;
    }
  return ord_database_damaged (statement->database, error,
                               "table “%s” has only %" G_GUINT64_FORMAT
                               " rows", statement->table, statement->row);
}

gboolean
ord_statement_expect_end (OrdStatement  *statement,
                          GError       **error)
{
  GError *local_error = NULL;

  if (ord_statement_next (statement, &local_error))
    return ord_database_damaged (statement->database, error,
                                 "table “%s” has too many rows",
                                 statement->table);
  if (local_error)
    {
      g_propagate_error (error, local_error);
      return FALSE;
    }
  return TRUE;
}

static void
complain (OrdStatement *statement,
          int           column,
          const char   *what)
{
  if (statement->error)
    return;
  ord_database_damaged (statement->database, &statement->error,
                        "table “%s”, row %" G_GUINT64_FORMAT
                        ", column “%s” %s",
                        statement->table, statement->row,
                        sqlite3_column_name (statement->handle, column), what);
}

gboolean
ord_statement_check (OrdStatement  *statement,
                     GError       **error)
{
  if (!statement->error)
    return TRUE;
  g_propagate_error (error, g_error_copy (statement->error));
  return FALSE;
}

gboolean
ord_statement_is_null (OrdStatement *statement,
                       int           column)
{
  return sqlite3_column_type (statement->handle, column) == SQLITE_NULL;
}

gint64
ord_statement_int (OrdStatement *statement,
                   int           column,
                   gint64        minimum,
                   gint64        maximum)
{
  gint64 value;

  if (sqlite3_column_type (statement->handle, column) != SQLITE_INTEGER)
    {
      complain (statement, column, "is no whole number");
      return 0;
    }

  value = sqlite3_column_int64 (statement->handle, column);
  if (value < minimum || value > maximum)
    {
      g_autofree char *what = NULL;

      what = g_strdup_printf ("is %" G_GINT64_FORMAT ", which is not in %"
                              G_GINT64_FORMAT "–%" G_GINT64_FORMAT,
                              value, minimum, maximum);
      complain (statement, column, what);
      return 0;
    }
  return value;
}

double
ord_statement_real (OrdStatement *statement,
                    int           column)
{
  int    type = sqlite3_column_type (statement->handle, column);
  double value;

  if (type != SQLITE_FLOAT && type != SQLITE_INTEGER)
    {
      complain (statement, column, "is no number");
      return NAN;
    }

  value = sqlite3_column_double (statement->handle, column);
  if (!isfinite (value))
    complain (statement, column, "is not finite");
  return value;
}

double
ord_statement_real_or_nan (OrdStatement *statement,
                           int           column)
{
  return ord_statement_is_null (statement, column)
         ? NAN : ord_statement_real (statement, column);
}

const char *
ord_statement_filename (OrdStatement *statement,
                        int           column)
{
  const char *text;
  int         size;

  if (sqlite3_column_type (statement->handle, column) != SQLITE_TEXT)
    {
      complain (statement, column, "is no text");
      return NULL;
    }

  text = (const char *) sqlite3_column_text (statement->handle, column);
  size = sqlite3_column_bytes (statement->handle, column);
  if (!text || size > MAX_TEXT || memchr (text, 0, size))
    {
      complain (statement, column, "is too long or has a zero in it");
      return NULL;
    }
  return text;
}

const char *
ord_statement_text (OrdStatement *statement,
                    int           column)
{
  const char *text = ord_statement_filename (statement, column);

  if (text && !g_utf8_validate (text, -1, NULL))
    {
      complain (statement, column, "is no UTF-8");
      return NULL;
    }
  return text;
}

static gboolean
is_blob (OrdStatement *statement,
         int           column)
{
  if (sqlite3_column_type (statement->handle, column) == SQLITE_BLOB)
    return TRUE;
  complain (statement, column, "is no blob");
  return FALSE;
}

gsize
ord_statement_size (OrdStatement *statement,
                    int           column)
{
  return is_blob (statement, column)
         ? sqlite3_column_bytes (statement->handle, column) : 0;
}

GBytes *
ord_statement_bytes (OrdStatement *statement,
                     int           column,
                     gsize         max_size)
{
  gsize size = ord_statement_size (statement, column);

  if (!is_blob (statement, column))
    return NULL;
  if (size > max_size)
    {
      complain (statement, column, "is too large");
      return NULL;
    }
  return g_bytes_new (sqlite3_column_blob (statement->handle, column), size);
}

void
ord_statement_floats (OrdStatement *statement,
                      int           column,
                      float        *values,
                      gsize         n)
{
  gsize    size = ord_statement_size (statement, column);
  gboolean finite = TRUE;

  if (!is_blob (statement, column))
    return;
  if (size % sizeof (float) != 0 || size / sizeof (float) != n)
    {
      complain (statement, column, "has another size than its shape");
      return;
    }
  if (n == 0)
    return;

  memcpy (values, sqlite3_column_blob (statement->handle, column), size);
  for (gsize i = 0; i < n; i++)
    {
#if G_BYTE_ORDER != G_LITTLE_ENDIAN
      guint32 word;

      memcpy (&word, values + i, sizeof word);
      word = GUINT32_FROM_LE (word);
      memcpy (values + i, &word, sizeof word);
#endif
      finite = finite & (isfinite (values[i]) != 0);
    }
  if (!finite)
    complain (statement, column, "has numbers that are not finite");
}
