/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The checkpoint file: an SQLite database of its own kind, with the tables
 * that a model has for the same things and one row about the run.
 */
#include "ord-checkpoint.h"

#include <math.h>

#include "ord-tables.h"

static const OrdDatabaseTable checkpoint_tables[] = {
  { "run",
    "CREATE TABLE run (\n"
    "  fingerprint TEXT NOT NULL,    -- of dataset and options\n"
    "  bfloat16    INTEGER NOT NULL, -- 0: it calculates in floats\n"
    "  epoch       INTEGER NOT NULL, -- epochs done\n"
    "  seconds     REAL NOT NULL     -- of training done\n"
    ") STRICT" },
  ORD_TABLE_TENSOR,
  ORD_TABLE_HISTORY,
  { NULL, NULL }
};

static const OrdDatabaseFormat checkpoint_format = {
  .noun = "checkpoint",
  .remedy = "remove it and start the training anew",
  .application_id = 0x4F726443, /* "OrdC" */
  .version = 2,
  .tables = checkpoint_tables,
};

void
ord_checkpoint_free (OrdCheckpoint *checkpoint)
{
  if (!checkpoint)
    return;
  g_free (checkpoint->fingerprint);
  g_clear_pointer (&checkpoint->history, g_array_unref);
  g_clear_pointer (&checkpoint->tensors, g_ptr_array_unref);
  g_free (checkpoint);
}

static gboolean
write_run (const OrdCheckpoint  *checkpoint,
           OrdDatabase          *database,
           GError              **error)
{
  g_autoptr (OrdStatement) insert = NULL;

  insert = ord_database_prepare (database, "run",
                                 "INSERT INTO run VALUES (?, ?, ?, ?)", error);
  if (!insert)
    return FALSE;
  ord_statement_bind_text (insert, 1, checkpoint->fingerprint);
  ord_statement_bind_int (insert, 2,
                          checkpoint->precision == ORD_PRECISION_BFLOAT16);
  ord_statement_bind_int (insert, 3, checkpoint->epoch);
  ord_statement_bind_real (insert, 4, checkpoint->seconds);
  return ord_statement_run (insert, error);
}

gboolean
ord_checkpoint_save (const OrdCheckpoint  *checkpoint,
                     const char           *path,
                     GError              **error)
{
  g_autoptr (OrdDatabase) database = NULL;

  g_return_val_if_fail (checkpoint != NULL && path != NULL, FALSE);
  g_return_val_if_fail (checkpoint->fingerprint != NULL, FALSE);
  g_return_val_if_fail (isfinite (checkpoint->seconds), FALSE);

  if (!ord_tensors_check (checkpoint->tensors, error))
    {
      g_prefix_error (error, "The checkpoint was not saved, because ");
      return FALSE;
    }

  database = ord_database_create (path, &checkpoint_format,
                                  ord_tensors_size (checkpoint->tensors),
                                  error);
  return database
         && write_run (checkpoint, database, error)
         && ord_tensors_write (checkpoint->tensors, database, NULL, error)
         && ord_history_write (checkpoint->history, database, error)
         && ord_database_commit (database, error);
}

static gboolean
read_run (OrdCheckpoint  *checkpoint,
          OrdDatabase    *database,
          GError        **error)
{
  g_autoptr (OrdStatement) rows = NULL;

  rows = ord_database_prepare (database, "run",
                               "SELECT fingerprint, bfloat16, epoch, seconds "
                               "FROM run", error);
  if (!rows || !ord_statement_expect_row (rows, error))
    return FALSE;

  checkpoint->fingerprint = g_strdup (ord_statement_text (rows, 0));
  checkpoint->precision = ord_statement_int (rows, 1, 0, 1)
                          ? ORD_PRECISION_BFLOAT16 : ORD_PRECISION_FLOAT;
  checkpoint->epoch = ord_statement_int (rows, 2, 0, G_MAXINT32);
  checkpoint->seconds = ord_statement_real (rows, 3);
  return ord_statement_expect_end (rows, error);
}

OrdCheckpoint *
ord_checkpoint_load (const char  *path,
                     GError     **error)
{
  g_autoptr (OrdCheckpoint) checkpoint = g_new0 (OrdCheckpoint, 1);
  g_autoptr (OrdDatabase)   database = NULL;
  g_autoptr (GError)        fault = NULL;

  g_return_val_if_fail (path != NULL, NULL);

  database = ord_database_open (path, &checkpoint_format, NULL, error);
  if (!database || !read_run (checkpoint, database, error))
    return NULL;

  checkpoint->tensors = ord_tensors_read (database, NULL, error);
  if (!checkpoint->tensors)
    return NULL;
  if (!ord_tensors_check (checkpoint->tensors, &fault))
    {
      ord_database_damaged (database, error, "%s", fault->message);
      return NULL;
    }
  checkpoint->history = ord_history_read (database, error);
  if (!checkpoint->history)
    return NULL;

  return g_steal_pointer (&checkpoint);
}
