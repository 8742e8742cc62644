/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Opening a database of ours that may come from a stranger. Before SQLite
 * looks at more than the header, we have: an attacker can only choose the
 * numbers in our tables, and the checks of those are the caller's.
 */
#include "ord-database-private.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#define HEADER_SIZE 100
#define STEPS_PER_CALL 4096

/* An absolute name can be no URI and no ":memory:". */
static char *
absolute_path (const char *path)
{
  g_autofree char *folder = NULL;

  if (g_path_is_absolute (path))
    return g_strdup (path);
  folder = g_get_current_dir ();
  return g_build_filename (folder, path, NULL);
}

static guint32
read_be32 (const guint8 *bytes)
{
  return (guint32) bytes[0] << 24 | bytes[1] << 16 | bytes[2] << 8 | bytes[3];
}

gboolean
ord_database_damaged (OrdDatabase  *database,
                      GError      **error,
                      const char   *format,
                      ...)
{
  g_autofree char *name = g_filename_display_name (database->path);
  g_autofree char *what = NULL;
  va_list          arguments;

  va_start (arguments, format);
  what = g_strdup_vprintf (format, arguments);
  va_end (arguments);

  g_set_error (error, ORD_ERROR, ORD_ERROR_MODEL,
               "“%s” is damaged or cut short (%s): %s",
               name, what, database->format->remedy);
  return FALSE;
}

static gboolean
is_stranger (OrdDatabase  *database,
             GError      **error,
             const char   *what)
{
  g_autofree char *name = g_filename_display_name (database->path);

  g_set_error (error, ORD_ERROR, ORD_ERROR_MODEL,
               "“%s” is %s Ordinate %s: choose another file",
               name, what, database->format->noun);
  return FALSE;
}

static void
set_system_error (OrdDatabase  *database,
                  int           number,
                  GError      **error)
{
  g_autofree char *name = g_filename_display_name (database->path);

  g_set_error (error, G_IO_ERROR,
               g_io_error_from_errno (number ? number : EIO),
               "“%s” cannot be read: %s",
               name, g_strerror (number ? number : EIO));
}

void
ord_database_set_read_error (OrdDatabase  *database,
                             GError      **error)
{
  g_autofree char *name = g_filename_display_name (database->path);
  int              code = sqlite3_extended_errcode (database->handle);

  switch (code & 0xff)
    {
    case SQLITE_INTERRUPT:
      if (!g_cancellable_set_error_if_cancelled (database->cancellable, error))
        ord_database_damaged (database, error,
                              "reading it takes more steps than it has bytes");
      return;

    case SQLITE_NOMEM:
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
                   "There is not enough memory to read “%s”: close other "
                   "programs and try again", name);
      return;

    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_BUSY,
                   "“%s” is being changed by another program: "
                   "try again when it has finished", name);
      return;

    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
      /* The only reason SQLite has to write here or to open more files. */
      g_set_error (error, ORD_ERROR, ORD_ERROR_MODEL,
                   "“%s” was left half changed by another program, with a "
                   "journal beside it: %s", name, database->format->remedy);
      return;

    case SQLITE_IOERR:
      if (code != SQLITE_IOERR_SHORT_READ && code != SQLITE_IOERR_CORRUPTFS)
        {
          set_system_error (database,
                            sqlite3_system_errno (database->handle), error);
          return;
        }
      G_GNUC_FALLTHROUGH;

    default:
      ord_database_damaged (database, error, "%s",
                            sqlite3_errmsg (database->handle));
      return;
    }
}

/* A pipe would block, and SQLite's words for a folder say nothing. */
static gboolean
check_regular_file (OrdDatabase  *database,
                    GError      **error)
{
  GStatBuf status;

  if (g_stat (database->path, &status) != 0)
    {
      set_system_error (database, errno, error);
      return FALSE;
    }
  if (S_ISDIR (status.st_mode))
    {
      set_system_error (database, EISDIR, error);
      return FALSE;
    }
  if (!S_ISREG (status.st_mode))
    return is_stranger (database, error, "a device or pipe and no");
  return TRUE;
}

/* The handle that SQLite itself reads by, so that a file that is replaced just
 * now is not taken for two halves. A second descriptor of our own would, when
 * closed, also drop SQLite's locks. */
static gboolean
read_header (OrdDatabase  *database,
             guint8       *header,
             GError      **error)
{
  sqlite3_file  *file = NULL;
  sqlite3_int64  size = 0;
  int            code;

  sqlite3_file_control (database->handle, "main", SQLITE_FCNTL_FILE_POINTER,
                        &file);
  if (!file || !file->pMethods
      || file->pMethods->xFileSize (file, &size) != SQLITE_OK)
    {
      set_system_error (database, EIO, error);
      return FALSE;
    }
  if (size == 0)
    return ord_database_damaged (database, error, "the file is empty");

  memset (header, 0, HEADER_SIZE);
  code = file->pMethods->xRead (file, header,
                                (int) MIN (size, HEADER_SIZE), 0);
  if (code != SQLITE_OK)
    {
      set_system_error (database, sqlite3_system_errno (database->handle),
                        error);
      return FALSE;
    }
  database->size = size;
  return TRUE;
}

/* See "The Database Header" of SQLite's file format. */
static gboolean
check_header (OrdDatabase  *database,
              GError      **error)
{
  static const char magic[16] = "SQLite format 3";
  guint8            header[HEADER_SIZE];
  guint32           version, page_size;
  guint64           full_size;

  if (!read_header (database, header, error))
    return FALSE;

  if (memcmp (header, magic, MIN (database->size, sizeof magic)) != 0)
    return is_stranger (database, error, "not an");
  if (database->size < HEADER_SIZE)
    return ord_database_damaged (database, error, "only %" G_GUINT64_FORMAT
                                 " bytes are left of it", database->size);
  if (read_be32 (header + 68) != database->format->application_id)
    return is_stranger (database, error, "an SQLite database, but not an");

  version = read_be32 (header + 60);
  if (version > database->format->version)
    {
      g_autofree char *name = g_filename_display_name (database->path);

      g_set_error (error, ORD_ERROR, ORD_ERROR_MODEL,
                   "“%s” was written by a newer version of Ordinate (format "
                   "%u; this one reads up to %u): update Ordinate",
                   name, version, database->format->version);
      return FALSE;
    }
  if (version == 0)
    return ord_database_damaged (database, error, "it has no version");

  page_size = header[16] << 8 | header[17];
  if (page_size == 1)
    page_size = 65536;
  full_size = (guint64) page_size * read_be32 (header + 28);
  if (full_size != database->size)
    return ord_database_damaged (database, error,
                                 "%" G_GUINT64_FORMAT " bytes where %"
                                 G_GUINT64_FORMAT " are stated",
                                 database->size, full_size);

  /* Write-ahead logging would have SQLite make files beside this one. */
  if (header[18] != 1 || header[19] != 1)
    return ord_database_damaged (database, error,
                                 "it is no plain SQLite database");
  return TRUE;
}

static int
on_progress (gpointer data)
{
  OrdDatabase *database = data;

  database->steps_left -= STEPS_PER_CALL;
  return database->steps_left < 0
         || g_cancellable_is_cancelled (database->cancellable);
}

static void
set_limits (OrdDatabase *database)
{
  sqlite3 *handle = database->handle;
  int      longest = (int) CLAMP (database->size, 65536, 1000000000);

  sqlite3_limit (handle, SQLITE_LIMIT_LENGTH, longest);
  sqlite3_limit (handle, SQLITE_LIMIT_SQL_LENGTH, 65536);
  sqlite3_limit (handle, SQLITE_LIMIT_COLUMN, 100);
  sqlite3_limit (handle, SQLITE_LIMIT_EXPR_DEPTH, 20);
  sqlite3_limit (handle, SQLITE_LIMIT_COMPOUND_SELECT, 3);
  sqlite3_limit (handle, SQLITE_LIMIT_ATTACHED, 0);
  sqlite3_limit (handle, SQLITE_LIMIT_TRIGGER_DEPTH, 1);

  sqlite3_db_config (handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  sqlite3_db_config (handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
  sqlite3_db_config (handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
  sqlite3_db_config (handle, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
  sqlite3_db_config (handle, SQLITE_DBCONFIG_DQS_DML, 0, NULL);

  sqlite3_busy_timeout (handle, 1000);
  sqlite3_progress_handler (handle, STEPS_PER_CALL, on_progress, database);
}

static gboolean
run_pragmas (OrdDatabase  *database,
             GError      **error)
{
  if (sqlite3_exec (database->handle,
                    "PRAGMA cell_size_check = ON;"
                    "PRAGMA temp_store = MEMORY;"
                    "PRAGMA mmap_size = 0;"
                    "PRAGMA query_only = ON;",
                    NULL, NULL, NULL) == SQLITE_OK)
    return TRUE;

  ord_database_set_read_error (database, error);
  return FALSE;
}

static gboolean
check_tables (OrdDatabase  *database,
              GError      **error)
{
  g_autoptr (OrdStatement) found = NULL;
  GError                  *local_error = NULL;

  found = ord_database_prepare (database, "sqlite_schema",
                                "SELECT sql FROM sqlite_schema "
                                "WHERE name = ? AND type = 'table'", error);
  if (!found)
    return FALSE;

  for (const OrdDatabaseTable *table = database->format->tables;
       table->name; table++)
    {
      const char *sql;

      ord_statement_bind_text (found, 1, table->name);
      if (!ord_statement_next (found, &local_error))
        {
          if (!local_error)
            return ord_database_damaged (database, error,
                                         "it has no table “%s”", table->name);
          g_propagate_error (error, local_error);
          return FALSE;
        }
      sql = ord_statement_text (found, 0);
      if (g_strcmp0 (sql, table->sql) != 0)
        return ord_database_damaged (database, error,
                                     "its table “%s” is not as Ordinate "
                                     "makes it", table->name);
      if (!ord_statement_expect_end (found, error))
        return FALSE;
    }
  return TRUE;
}

OrdDatabase *
ord_database_open (const char               *path,
                   const OrdDatabaseFormat  *format,
                   GCancellable             *cancellable,
                   GError                  **error)
{
  g_autoptr (OrdDatabase) database = g_new0 (OrdDatabase, 1);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;

  database->path = absolute_path (path);
  database->format = format;
  database->cancellable = cancellable ? g_object_ref (cancellable) : NULL;

  if (!check_regular_file (database, error))
    return NULL;

  if (sqlite3_open_v2 (database->path, &database->handle,
                       SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX
                         | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE,
                       NULL) != SQLITE_OK)
    {
      int number = database->handle
                   ? sqlite3_system_errno (database->handle) : ENOMEM;

      set_system_error (database, number ? number : EACCES, error);
      return NULL;
    }

  if (!check_header (database, error))
    return NULL;

  database->bytes_left = database->size;
  database->steps_left = 1000000 + 8 * database->size;
  set_limits (database);
  if (!run_pragmas (database, error) || !check_tables (database, error))
    return NULL;

  return g_steal_pointer (&database);
}

void
ord_database_close (OrdDatabase *database)
{
  if (!database)
    return;

  sqlite3_close (database->handle);
  g_clear_object (&database->cancellable);
  ord_output_free (database->output);
  g_free (database->path);
  g_free (database);
}

gboolean
ord_database_can_hold (OrdDatabase *database,
                       guint64      n_items,
                       guint64      bytes_each)
{
  return bytes_each == 0 || n_items <= database->size / bytes_each;
}
