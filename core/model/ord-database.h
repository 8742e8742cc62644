/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * SQLite with GErrors, for files that are written once, whole, and later read
 * by people who may not know where they come from: a new file replaces the old
 * one only when it is complete, and a file is read as if it meant harm. Private
 * to the room.
 */
#pragma once

#include "../ord-error.h"

G_BEGIN_DECLS

/* One table, with the very text that creates it. */
typedef struct
{
  const char *name;
  const char *sql;
} OrdDatabaseTable;

/**
 * OrdDatabaseFormat:
 * @noun: what such a file is called ("model")
 * @remedy: what a person does about a damaged one
 * @application_id, @version: in the header of the database
 * @tables: ends with an entry whose name is %NULL. A file whose tables are
 *   not these to the letter is refused, so no view, trigger, virtual table or
 *   generated column of a stranger is ever run
 */
typedef struct
{
  const char             *noun;
  const char             *remedy;
  guint32                 application_id;
  guint32                 version;
  const OrdDatabaseTable *tables;
} OrdDatabaseFormat;

typedef struct _OrdDatabase  OrdDatabase;
typedef struct _OrdStatement OrdStatement;

/**
 * ord_database_open:
 *
 * For reading; never changes or creates a file. Header, version and tables are
 * checked. What cannot be read at all is a GIOError (not found, permission
 * denied…), what is not sound an ORD_ERROR_MODEL.
 */
OrdDatabase  *ord_database_open     (const char               *path,
                                     const OrdDatabaseFormat  *format,
                                     GCancellable             *cancellable,
                                     GError                  **error);

/**
 * ord_database_create:
 * @expected_size: about the size of the file to be, in bytes; for the message
 *   where the disk is full
 *
 * A new database under a temporary name in the folder of @path, its tables
 * empty and its one transaction begun. It takes its place with
 * ord_database_commit(); without that, ord_database_close() removes it.
 */
OrdDatabase  *ord_database_create   (const char               *path,
                                     const OrdDatabaseFormat  *format,
                                     guint64                   expected_size,
                                     GError                  **error);
gboolean      ord_database_commit   (OrdDatabase              *database,
                                     GError                  **error);
void          ord_database_close    (OrdDatabase              *database);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OrdDatabase, ord_database_close)

/* Whether the file is large enough to hold this many items of so many bytes:
 * to be asked before memory is taken on a file's word. */
gboolean      ord_database_can_hold (OrdDatabase              *database,
                                     guint64                   n_items,
                                     guint64                   bytes_each);

/* Sets the ORD_ERROR_MODEL of a file that is not sound; returns %FALSE. */
gboolean      ord_database_damaged  (OrdDatabase              *database,
                                     GError                  **error,
                                     const char               *format,
                                     ...) G_GNUC_PRINTF (3, 4);

/* @table: for messages */
OrdStatement *ord_database_prepare  (OrdDatabase              *database,
                                     const char               *table,
                                     const char               *sql,
                                     GError                  **error);
void          ord_statement_free    (OrdStatement             *statement);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OrdStatement, ord_statement_free)

/* Writing. Columns count from 1, as in SQL. Blobs and texts are borrowed until
 * ord_statement_run(), which also unbinds all. A number that is not finite is
 * stored as NULL. */
void          ord_statement_bind_int    (OrdStatement  *statement,
                                         int            column,
                                         gint64         value);
void          ord_statement_bind_real   (OrdStatement  *statement,
                                         int            column,
                                         double         value);
void          ord_statement_bind_text   (OrdStatement  *statement,
                                         int            column,
                                         const char    *value);
void          ord_statement_bind_bytes  (OrdStatement  *statement,
                                         int            column,
                                         GBytes        *value);
/* As little-endian float32. */
void          ord_statement_bind_floats (OrdStatement  *statement,
                                         int            column,
                                         const float   *values,
                                         gsize          n);
gboolean      ord_statement_run         (OrdStatement  *statement,
                                         GError       **error);

/* Reading, row by row. ord_statement_next() is %FALSE at the end and on an
 * error; _expect_row() and _expect_end() take the other case for damage. */
gboolean      ord_statement_next        (OrdStatement  *statement,
                                         GError       **error);
gboolean      ord_statement_expect_row  (OrdStatement  *statement,
                                         GError       **error);
gboolean      ord_statement_expect_end  (OrdStatement  *statement,
                                         GError       **error);

/* The columns of a row, counted from 0. A value of the wrong kind or out of
 * range gives 0, NaN or %NULL, and the first of them is kept for
 * ord_statement_check(), which is to be called before values are used. Texts
 * live until the next row. */
gint64        ord_statement_int         (OrdStatement  *statement,
                                         int            column,
                                         gint64         minimum,
                                         gint64         maximum);
double        ord_statement_real        (OrdStatement  *statement,
                                         int            column);
double        ord_statement_real_or_nan (OrdStatement  *statement,
                                         int            column);
const char   *ord_statement_text        (OrdStatement  *statement,
                                         int            column);
/* As stored by the file system: any bytes but NUL. */
const char   *ord_statement_filename    (OrdStatement  *statement,
                                         int            column);
gboolean      ord_statement_is_null     (OrdStatement  *statement,
                                         int            column);
/* (transfer full) (nullable) */
GBytes       *ord_statement_bytes       (OrdStatement  *statement,
                                         int            column,
                                         gsize          max_size);
gsize         ord_statement_size        (OrdStatement  *statement,
                                         int            column);
/* All @n must be there, and finite. */
void          ord_statement_floats      (OrdStatement  *statement,
                                         int            column,
                                         float         *values,
                                         gsize          n);
gboolean      ord_statement_check       (OrdStatement  *statement,
                                         GError       **error);

/* (transfer full): @values as little-endian bytes; borrowed where the machine
 * has that order itself. */
GBytes       *ord_floats_to_bytes       (const float   *values,
                                         gsize          n);

G_END_DECLS
