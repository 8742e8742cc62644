/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A small, strict reader of comma-separated tables as spreadsheets write them.
 */
#pragma once

#include "../ord-error.h"

G_BEGIN_DECLS

/**
 * OrdCsvRow:
 * @line: of the file where the row begins, from 1
 * @cells: (n_columns)
 */
typedef struct
{
  guint  line;
  char **cells;
} OrdCsvRow;

/**
 * OrdCsv:
 * @head_line: of the column names
 * @columns: (n_columns): their names, without surrounding spaces
 * @rows: (element-type OrdCsvRow)
 * @comments: (element-type utf8): lines that begin with '#', without it, as
 *   far as they stand before the column names
 */
typedef struct
{
  char      *path;
  guint      head_line;
  guint      n_columns;
  char     **columns;
  GArray    *rows;
  GPtrArray *comments;
} OrdCsv;

void    ord_csv_free (OrdCsv *csv);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OrdCsv, ord_csv_free)

/**
 * ord_csv_read:
 *
 * UTF-8 with or without a byte order mark, any line ends, cells in double
 * quotes, blank lines and lines beginning with '#' passed over. The separator
 * (comma, semicolon or tab) is the one that the line of column names has most
 * of. Every row must have as many cells as there are columns; what is not so
 * is an ORD_ERROR_DATASET with file and line.
 */
OrdCsv *ord_csv_read (const char *path,
                      GError    **error);

G_END_DECLS
