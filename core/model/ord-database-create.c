/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Writing a database so that its name always stands for a whole file: under a
 * temporary name in the same folder, in one transaction, synced, and then
 * renamed.
 */
#include "ord-database-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define TEMPORARY_PREFIX ".ordinate-"
#define TEMPORARY_SUFFIX ".tmp"

/* Large pages keep small pictures out of overflow chains. */
#define PAGE_SIZE "16384"

/* The end of every message: what has become of the old file. */
static const char *
outcome (OrdDatabase *database)
{
  return g_file_test (database->path, G_FILE_TEST_EXISTS)
         ? " was not saved; the old file is unchanged" : " was not saved";
}

static void
set_no_space_error (OrdDatabase  *database,
                    int           number,
                    GError      **error)
{
  g_autofree char *folder = g_path_get_dirname (database->path);
  g_autofree char *name = g_filename_display_name (folder);
  struct statvfs   disk;
  guint64          missing = database->size;
  const char      *what;

  if (number != EFBIG && statvfs (folder, &disk) == 0)
    {
      guint64 available = (guint64) disk.f_bavail * disk.f_frsize;

      missing -= MIN (missing, available);
    }

  what = number == EFBIG ? "The limit on the size of files is too low in"
         : number == EDQUOT ? "Your share of the disk is used up in"
                            : "No space left in";
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE,
               "%s “%s”: the %s%s. Free %" G_GUINT64_FORMAT " MB or choose "
               "another folder",
               what, name, database->format->noun, outcome (database),
               missing / 1000000 + 1);
}

static void
set_write_error (OrdDatabase  *database,
                 int           number,
                 GError      **error)
{
  g_autofree char *name = g_filename_display_name (database->path);
  const char      *remedy = "try again or choose another folder";

  if (number == ENOSPC || number == EDQUOT || number == EFBIG)
    {
      set_no_space_error (database, number, error);
      return;
    }
  if (number == EACCES || number == EPERM || number == EROFS)
    remedy = "choose a place that you may write to";
  else if (number == ENOENT)
    remedy = "make the folder first or choose another one";
  else if (number == 0)
    number = EIO;

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (number),
               "“%s” cannot be written (%s): the %s%s; %s",
               name, g_strerror (number), database->format->noun,
               outcome (database), remedy);
}

void
ord_database_set_write_error (OrdDatabase  *database,
                              GError      **error)
{
  int code = sqlite3_errcode (database->handle);
  int number = sqlite3_system_errno (database->handle);

  if (code == SQLITE_FULL)
    set_write_error (database, ENOSPC, error);
  else if (code == SQLITE_NOMEM)
    set_write_error (database, ENOMEM, error);
  else if (code == SQLITE_IOERR || code == SQLITE_CANTOPEN)
    set_write_error (database, number, error);
  else
    {
      g_autofree char *name = g_filename_display_name (database->path);

      g_set_error (error, ORD_ERROR, ORD_ERROR_LIBRARY,
                   "“%s” cannot be written (%s): the %s%s",
                   name, sqlite3_errmsg (database->handle),
                   database->format->noun, outcome (database));
    }
}

/* What saves have left that were killed: the process in the name is no more.
 * The minute's grace is for folders shared with another machine. */
static void
remove_abandoned (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char      *name;

  while (dir && (name = g_dir_read_name (dir)))
    {
      g_autofree char *path = NULL;
      GStatBuf         status;
      guint64          pid;

      if (!g_str_has_prefix (name, TEMPORARY_PREFIX)
          || !g_str_has_suffix (name, TEMPORARY_SUFFIX))
        continue;
      pid = g_ascii_strtoull (name + strlen (TEMPORARY_PREFIX), NULL, 10);
      if (pid == 0 || pid > G_MAXINT
          || kill ((pid_t) pid, 0) == 0 || errno != ESRCH)
        continue;

      path = g_build_filename (folder, name, NULL);
      if (g_lstat (path, &status) == 0 && S_ISREG (status.st_mode)
          && status.st_mtime + 60 < g_get_real_time () / G_USEC_PER_SEC)
        g_unlink (path);
    }
}

/* A link stays a link: what it points to is replaced. A device, a folder or a
 * file that is write-protected is never replaced. */
static gboolean
find_target (OrdDatabase  *database,
             GError      **error)
{
  g_autofree char *display = NULL;
  char            *real = realpath (database->path, NULL);
  GStatBuf         status;

  database->mode = -1;
  if (!real)
    return TRUE;

  g_free (database->path);
  database->path = g_strdup (real);
  free (real);

  if (g_stat (database->path, &status) != 0
      || (S_ISREG (status.st_mode)
          && faccessat (AT_FDCWD, database->path, W_OK, AT_EACCESS) != 0))
    {
      set_write_error (database, errno, error);
      return FALSE;
    }
  if (S_ISREG (status.st_mode))
    {
      database->mode = status.st_mode & 0777;
      return TRUE;
    }

  display = g_filename_display_name (database->path);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE,
               "“%s” is %s: the %s was not saved; choose another name",
               display, S_ISDIR (status.st_mode) ? "a folder" : "no file",
               database->format->noun);
  return FALSE;
}

static gboolean
create_temporary (OrdDatabase  *database,
                  GError      **error)
{
  g_autofree char *folder = NULL;
  int              descriptor;

  if (!find_target (database, error))
    return FALSE;

  folder = g_path_get_dirname (database->path);
  remove_abandoned (folder);

  for (int tries = 0; tries < 100; tries++)
    {
      g_autofree char *name = NULL;
      g_autofree char *path = NULL;

      name = g_strdup_printf (TEMPORARY_PREFIX "%d-%08x" TEMPORARY_SUFFIX,
                              (int) getpid (), g_random_int ());
      path = g_build_filename (folder, name, NULL);
      descriptor = g_open (path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0666);
      if (descriptor >= 0)
        {
          close (descriptor);
          database->temporary = g_steal_pointer (&path);
          return TRUE;
        }
      if (errno != EEXIST)
        break;
    }

  set_write_error (database, errno, error);
  return FALSE;
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

  database->path = ord_database_absolute_path (path);
  database->format = format;
  database->size = expected_size;

  if (!create_temporary (database, error))
    return NULL;
  if (sqlite3_open_v2 (database->temporary, &database->handle,
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

/* So that the rename outlives a power cut; a file system that cannot do this
 * has already done what it can. */
static void
sync_folder (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  int descriptor = g_open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);

  if (descriptor < 0)
    return;
  fsync (descriptor);
  close (descriptor);
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

  if ((database->mode >= 0
       && g_chmod (database->temporary, database->mode) != 0)
      || g_rename (database->temporary, database->path) != 0)
    {
      set_write_error (database, errno, error);
      return FALSE;
    }
  g_clear_pointer (&database->temporary, g_free);
  sync_folder (database->path);
  return TRUE;
}
