/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the reading and the writing half of OrdDatabase share.
 */
#pragma once

#include <sqlite3.h>

#include "../ord-output.h"
#include "ord-database.h"

G_BEGIN_DECLS

/**
 * OrdDatabase:
 * @path: where the file is, or shall be
 * @output: (nullable): while it is being written
 * @size: of the file in bytes; when writing the expected one
 * @bytes_left: that may still be read: no honest file gives more bytes than it
 *   has, but one whose rows share their pages could
 * @steps_left: of SQLite's machine, for the same reason
 */
struct _OrdDatabase
{
  sqlite3                 *handle;
  const OrdDatabaseFormat *format;
  char                    *path;
  OrdOutput               *output;
  guint64                  size;
  gint64                   bytes_left;
  gint64                   steps_left;
  GCancellable            *cancellable;
};

/* Words what SQLite has just failed with. */
void ord_database_set_read_error  (OrdDatabase  *database,
                                   GError      **error);
void ord_database_set_write_error (OrdDatabase  *database,
                                   GError      **error);

G_END_DECLS
