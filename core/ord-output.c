/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Writing a file so that its name always stands for a whole one: under a
 * temporary name in the same folder, synced, and then renamed.
 */
#include "ord-output.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define TEMPORARY_PREFIX ".ordinate-"
#define TEMPORARY_SUFFIX ".tmp"

/**
 * OrdOutput:
 * @temporary: (nullable): where it is being written
 * @mode: permissions of the file that is being replaced; −1 where there is none
 * @size: expected, in bytes
 * @stream: (nullable): of ord_output_write()
 */
struct _OrdOutput
{
  char       *path;
  char       *temporary;
  const char *noun;
  int         mode;
  guint64     size;
  FILE       *stream;
};

const char *
ord_output_outcome (OrdOutput *output)
{
  return g_file_test (output->path, G_FILE_TEST_EXISTS)
         ? " was not saved; the old file is unchanged" : " was not saved";
}

static void
set_no_space_error (OrdOutput  *output,
                    int         number,
                    GError    **error)
{
  g_autofree char *folder = g_path_get_dirname (output->path);
  g_autofree char *name = g_filename_display_name (folder);
  struct statvfs   disk;
  guint64          missing = output->size;
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
               what, name, output->noun, ord_output_outcome (output),
               missing / 1000000 + 1);
}

void
ord_output_set_error (OrdOutput  *output,
                      int         number,
                      GError    **error)
{
  g_autofree char *name = g_filename_display_name (output->path);
  const char      *remedy = "try again or choose another folder";

  if (number == ENOSPC || number == EDQUOT || number == EFBIG)
    {
      set_no_space_error (output, number, error);
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
               name, g_strerror (number), output->noun,
               ord_output_outcome (output), remedy);
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
find_target (OrdOutput  *output,
             GError    **error)
{
  g_autofree char *display = NULL;
  char            *real = realpath (output->path, NULL);
  GStatBuf         status;

  output->mode = -1;
  if (!real)
    return TRUE;

  g_free (output->path);
  output->path = g_strdup (real);
  free (real);

  if (g_stat (output->path, &status) != 0
      || (S_ISREG (status.st_mode)
          && faccessat (AT_FDCWD, output->path, W_OK, AT_EACCESS) != 0))
    {
      ord_output_set_error (output, errno, error);
      return FALSE;
    }
  if (S_ISREG (status.st_mode))
    {
      output->mode = status.st_mode & 0777;
      return TRUE;
    }

  display = g_filename_display_name (output->path);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE,
               "“%s” is %s: the %s was not saved; choose another name",
               display, S_ISDIR (status.st_mode) ? "a folder" : "no file",
               output->noun);
  return FALSE;
}

static gboolean
create_temporary (OrdOutput  *output,
                  GError    **error)
{
  g_autofree char *folder = NULL;
  int              descriptor;

  if (!find_target (output, error))
    return FALSE;

  folder = g_path_get_dirname (output->path);
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
          output->temporary = g_steal_pointer (&path);
          return TRUE;
        }
      if (errno != EEXIST)
        break;
    }

  ord_output_set_error (output, errno, error);
  return FALSE;
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

OrdOutput *
ord_output_new (const char  *path,
                const char  *noun,
                guint64      expected_size,
                GError     **error)
{
  g_autoptr (OrdOutput) output = g_new0 (OrdOutput, 1);
  g_autofree char      *folder = g_get_current_dir ();

  output->path = g_path_is_absolute (path) ? g_strdup (path)
                                           : g_build_filename (folder, path, NULL);
  output->noun = noun;
  output->size = expected_size;
  return create_temporary (output, error) ? g_steal_pointer (&output) : NULL;
}

void
ord_output_free (OrdOutput *output)
{
  if (!output)
    return;
  if (output->stream)
    fclose (output->stream);
  if (output->temporary)
    g_unlink (output->temporary);
  g_free (output->temporary);
  g_free (output->path);
  g_free (output);
}

const char *
ord_output_get_path (OrdOutput *output)
{
  return output->path;
}

const char *
ord_output_get_temporary (OrdOutput *output)
{
  return output->temporary;
}

gboolean
ord_output_write (OrdOutput      *output,
                  gconstpointer   data,
                  gsize           size,
                  GError        **error)
{
  g_return_val_if_fail (output->temporary != NULL, FALSE);

  if (!output->stream)
    output->stream = g_fopen (output->temporary, "wbe");
  if (output->stream &&
      (size == 0 || fwrite (data, 1, size, output->stream) == size))
    return TRUE;
  ord_output_set_error (output, errno, error);
  return FALSE;
}

/* All that was written, down to the disk. */
static gboolean
finish_stream (OrdOutput *output)
{
  FILE     *stream = g_steal_pointer (&output->stream);
  gboolean  synced;
  int       number;

  if (!stream)
    return TRUE;
  synced = fflush (stream) == 0 && fsync (fileno (stream)) == 0;
  number = errno;
  if (fclose (stream) != 0 && synced)
    return FALSE;
  errno = number;
  return synced;
}

gboolean
ord_output_commit (OrdOutput  *output,
                   GError    **error)
{
  g_return_val_if_fail (output->temporary != NULL, FALSE);

  if (!finish_stream (output) ||
      (output->mode >= 0 && g_chmod (output->temporary, output->mode) != 0) ||
      g_rename (output->temporary, output->path) != 0)
    {
      ord_output_set_error (output, errno, error);
      return FALSE;
    }
  g_clear_pointer (&output->temporary, g_free);
  sync_folder (output->path);
  return TRUE;
}
