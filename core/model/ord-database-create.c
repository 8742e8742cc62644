/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Writing a database in one transaction, synced, to a file that takes its place
 * when it is complete.
 */
#include "ord-database-private.h"

#include <errno.h>

/* Large pages keep small pictures out of overflow chains. */
#define PAGE_SIZE "16384"

void
ord_database_set_write_error (OrdDatabase  *database,
                              GError      **error)
{
  int code = sqlite3_errcode (database->handle);
  int number = sqlite3_system_errno (database->handle);

  if (code == SQLITE_FULL)
    ord_output_set_error (database->output, ENOSPC, error);
  else if (code == SQLITE_NOMEM)
    ord_output_set_error (database->output, ENOMEM, error);
  else if (code == SQLITE_IOERR || code == SQLITE_CANTOPEN)
    ord_output_set_error (database->output, number, error);
  else
    {
      g_autofree char *name = g_filename_display_name (database->path);

      g_set_error (error, ORD_ERROR, ORD_ERROR_LIBRARY,
                   "“%s” cannot be written (%s): the %s%s",
                   name, sqlite3_errmsg (database->handle),
                   database->format->noun,
                   ord_output_outcome (database->output));
    }
}

static gboolean
run_sql (OrdDatabase  *database,
         const char   *sql,
         GError      **error)
{
  if (sqlite3_exec (database->handle, sql, NULL, NULL, NULL) == SQLITE_OK)
    return TRUE;
  ord_database_set_write_error (database, error);
  return FALSE;
}

static gboolean
begin (OrdDatabase  *database,
       GError      **error)
{
  g_autofree char *head = NULL;

  /* No journal on disk: a failed file is thrown away, never rolled back. */
  head = g_strdup_printf ("PRAGMA page_size = " PAGE_SIZE ";"
                          "PRAGMA journal_mode = MEMORY;"
                          "PRAGMA synchronous = FULL;"
                          "PRAGMA locking_mode = EXCLUSIVE;"
                          "PRAGMA temp_store = MEMORY;"
                          "BEGIN IMMEDIATE;"
                          "PRAGMA application_id = %u;"
                          "PRAGMA user_version = %u;",
                          database->format->application_id,
                          database->format->version);
  if (!run_sql (database, head, error))
    return FALSE;

  for (const OrdDatabaseTable *table = database->format->tables;
       table->name; table++)
    if (!run_sql (database, table->sql, error))
      return FALSE;
  return TRUE;
}

OrdDatabase *
ord_database_create (const char               *path,
                     const OrdDatabaseFormat  *format,
                     guint64                   expected_size,
                     GError                  **error)
{
  g_autoptr (OrdDatabase) database = g_new0 (OrdDatabase, 1);

  database->format = format;
  database->size = expected_size;
  database->output = ord_output_new (path, format->noun, expected_size, error);
  if (!database->output)
    return NULL;
  database->path = g_strdup (ord_output_get_path (database->output));

  if (sqlite3_open_v2 (ord_output_get_temporary (database->output),
                       &database->handle,
                       SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX
                         | SQLITE_OPEN_PRIVATECACHE,
                       NULL) != SQLITE_OK)
    {
      ord_database_set_write_error (database, error);
      return NULL;
    }
  if (!begin (database, error))
    return NULL;

  return g_steal_pointer (&database);
}

gboolean
ord_database_commit (OrdDatabase  *database,
                     GError      **error)
{
  if (!run_sql (database, "COMMIT", error))
    return FALSE;
  if (sqlite3_close (database->handle) != SQLITE_OK)
    {
      ord_database_set_write_error (database, error);
      return FALSE;
    }
  database->handle = NULL;

  return ord_output_commit (database->output, error);
}
