/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From a folder to a dataset: finds the layout, understands the columns, and
 * checks everything that a table can have wrong.
 */
#include "ord-csv.h"
#include "ord-dataset-private.h"

#include <math.h>
#include <string.h>

#define MIN_SAMPLES 10

static const double all_shares[ORD_N_SPLITS] = { 0.70, 0.15, 0.15 };
static const double validation_shares[ORD_N_SPLITS] = { 0.875, 0.125, 0.0 };

gboolean
ord_parse_number (const char *text,
                  double     *value)
{
  char  *end = NULL;
  double number;

  /* strtod alone would take hexadecimal, "inf", "nan" and leading space. */
  if (*text == '\0' || strspn (text, "+-.0123456789eE") != strlen (text))
    return FALSE;

  number = g_ascii_strtod (text, &end);
  if (end == text || *end != '\0' || !isfinite (number))
    return FALSE;

  /* −0 is 0: model files keep no other. */
  *value = number + 0.0;

  return TRUE;
}

static gboolean
row_error (const OrdRawTable *table,
           guint              row,
           GError           **error,
           const char        *format,
           ...) G_GNUC_PRINTF (4, 5);

static gboolean
row_error (const OrdRawTable *table,
           guint              row,
           GError           **error,
           const char        *format,
           ...)
{
  g_autofree char *where = ord_raw_table_where (table, row);
  g_autofree char *message = NULL;
  va_list          args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);

  g_set_error (error, ORD_ERROR, ORD_ERROR_DATASET, "%s: %s", where, message);

  return FALSE;
}

/* Special columns are known in any case: "File", "VALUE". */
static int
find_column (GPtrArray  *columns,
             const char *name)
{
  for (guint i = 0; i < columns->len; i++)
    if (g_ascii_strcasecmp (columns->pdata[i], name) == 0)
      return i;

  return -1;
}

/* The N of "value_N", or -1. */
static gint64
value_number (const char *column)
{
  const char *digits = column + strlen ("value_");

  if (g_ascii_strncasecmp (column, "value_", strlen ("value_")) != 0
      || *digits == '\0' || strlen (digits) > 9
      || strspn (digits, "0123456789") != strlen (digits))
    return -1;

  return g_ascii_strtoll (digits, NULL, 10);
}

static gboolean
is_label_name (const char *column)
{
  return g_ascii_strcasecmp (column, "value") == 0
         || value_number (column) >= 0;
}

/*
 * labels.csv
 */

static int
find_file_column (const OrdCsv *csv,
                  GError      **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  int file = -1;

  for (guint i = 0; i < csv->n_columns; i++)
    {
      if (*csv->columns[i] != '\0' && !g_hash_table_add (seen, csv->columns[i]))
        {
          g_set_error (error, ORD_ERROR, ORD_ERROR_DATASET,
                       "%s:%u: two columns are named “%s”; rename one",
                       csv->path, csv->head_line, csv->columns[i]);
          return -1;
        }

      if (file < 0 && g_ascii_strcasecmp (csv->columns[i], "file") == 0)
        file = i;
    }

  if (file < 0)
    g_set_error (error, ORD_ERROR, ORD_ERROR_DATASET,
                 "%s:%u: there is no column “file”; the first line names the "
                 "columns, such as “file,value”", csv->path, csv->head_line);

  return file;
}

/* (transfer full) (nullable): the text of a "# @key …" comment. */
static char *
find_comment (const OrdCsv *csv,
              const char   *key)
{
  for (guint i = 0; i < csv->comments->len; i++)
    {
      const char *comment = csv->comments->pdata[i];

      comment += strspn (comment, " \t");
      if (g_ascii_strncasecmp (comment, key, strlen (key)) == 0)
        return g_strstrip (g_strdup (comment + strlen (key)));
    }

  return NULL;
}

/* (transfer full) (nullable) */
static char **
find_labels (const OrdCsv *csv)
{
  g_autofree char *text = find_comment (csv, "labels:");
  char **names;

  if (text == NULL || *text == '\0')
    return NULL;

  names = g_strsplit (text, ",", -1);
  for (char **name = names; *name != NULL; name++)
    g_strstrip (*name);

  return names;
}

/* A column without a name, as some programs write for row numbers, is left
 * out. */
static OrdRawTable *
read_table_file (const char *folder,
                 const char *path,
                 GError    **error)
{
  g_autoptr (OrdCsv) csv = ord_csv_read (path, error);
  g_autoptr (OrdRawTable) table = NULL;
  int file;

  if (csv == NULL || (file = find_file_column (csv, error)) < 0)
    return NULL;

  table = ord_raw_table_new (folder);
  table->source = g_strdup (path);
  table->unit = find_comment (csv, "unit:");
  table->labels = find_labels (csv);

  for (guint j = 0; j < csv->n_columns; j++)
    if ((int) j != file && *csv->columns[j] != '\0')
      g_ptr_array_add (table->columns, g_strdup (csv->columns[j]));

  for (guint i = 0; i < csv->rows->len; i++)
    {
      OrdCsvRow *row = &g_array_index (csv->rows, OrdCsvRow, i);

      g_array_append_val (table->lines, row->line);
      g_ptr_array_add (table->files, g_steal_pointer (&row->cells[file]));
      for (guint j = 0; j < csv->n_columns; j++)
        if ((int) j != file)
          {
            if (*csv->columns[j] != '\0')
              g_ptr_array_add (table->cells, row->cells[j]);
            else
              g_free (row->cells[j]);
            row->cells[j] = NULL;
          }
      g_clear_pointer (&row->cells, g_free);
    }

  return g_steal_pointer (&table);
}

static OrdRawTable *
find_table (const char *folder,
            const char *pattern,
            GError    **error)
{
  g_autofree char *absolute = g_canonicalize_filename (folder, NULL);
  g_autofree char *path = g_build_filename (absolute, "labels.csv", NULL);

  if (!g_file_test (absolute, G_FILE_TEST_IS_DIR))
    {
      g_set_error (error, ORD_ERROR, ORD_ERROR_DATASET,
                   g_file_test (absolute, G_FILE_TEST_EXISTS)
                   ? "%s is no folder; give the folder that holds the pictures"
                   : "There is no folder %s", absolute);
      return NULL;
    }

  if (pattern == NULL && g_file_test (path, G_FILE_TEST_EXISTS))
    return read_table_file (absolute, path, error);

  return ord_raw_table_find (absolute, pattern, error);
}

/*
 * Columns
 */

/**
 * Columns:
 * @labels: (element-type guint)
 * @is_covariate: (n columns): whether a column may be one
 */
typedef struct
{
  GArray   *labels;
  int       split;
  int       group;
  gboolean *is_covariate;
} Columns;

static void
columns_clear (Columns *columns)
{
  g_clear_pointer (&columns->labels, g_array_unref);
  g_clear_pointer (&columns->is_covariate, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Columns, columns_clear)

static const char *
table_name (const OrdRawTable *table)
{
  return table->source != NULL ? table->source : table->folder;
}

static char *
list_columns (const OrdRawTable *table)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < table->columns->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? ", " : "",
                            (char *) table->columns->pdata[i]);

  return g_string_free (text, FALSE);
}

static gboolean
add_named_labels (const OrdRawTable  *table,
                  const char * const *names,
                  Columns            *columns,
                  GError            **error)
{
  for (; *names != NULL; names++)
    {
      int   column = find_column (table->columns, *names);
      guint index = column;

      if (column < 0)
        {
          g_autofree char *known = list_columns (table);

          g_set_error (error, ORD_ERROR, ORD_ERROR_DATASET,
                       "%s has no column “%s”; it has: %s", table_name (table),
                       *names, known);
          return FALSE;
        }

      for (guint i = 0; i < columns->labels->len; i++)
        if (g_array_index (columns->labels, guint, i) == index)
          {
            g_set_error (error, ORD_ERROR, ORD_ERROR_DATASET,
                         "The label column “%s” is asked for twice", *names);
            return FALSE;
          }

      g_array_append_val (columns->labels, index);
    }

  return TRUE;
}

static int
compare_numbered (gconstpointer a,
                  gconstpointer b,
                  gpointer      user_data)
{
  GPtrArray *names = user_data;
  gint64     first = value_number (names->pdata[*(const guint *) a]);
  gint64     second = value_number (names->pdata[*(const guint *) b]);

  return (first > second) - (first < second);
}

static void
add_usual_labels (const OrdRawTable *table,
                  Columns           *columns)
{
  int value = find_column (table->columns, "value");
  int x = find_column (table->columns, "x");
  int y = find_column (table->columns, "y");

  if (value >= 0)
    {
      g_array_append_val (columns->labels, value);
      return;
    }

  for (guint i = 0; i < table->columns->len; i++)
    if (value_number (table->columns->pdata[i]) >= 0)
      g_array_append_val (columns->labels, i);
  g_array_sort_with_data (columns->labels, compare_numbered, table->columns);

  if (columns->labels->len == 0 && x >= 0 && y >= 0)
    {
      g_array_append_val (columns->labels, x);
      g_array_append_val (columns->labels, y);
    }
}

static gboolean
is_called_label (const OrdRawTable *table,
                 const char        *column)
{
  for (char **name = table->labels; name != NULL && *name != NULL; name++)
    if (g_ascii_strcasecmp (*name, column) == 0)
      return TRUE;

  return is_label_name (column);
}

static gboolean
find_columns (const OrdRawTable  *table,
              const char * const *label_columns,
              Columns            *columns,
              GError            **error)
{
  if (label_columns == NULL || label_columns[0] == NULL)
    label_columns = (const char * const *) table->labels;

  columns->labels = g_array_new (FALSE, FALSE, sizeof (guint));
  columns->split = find_column (table->columns, "split");
  columns->group = find_column (table->columns, "group");

  if (label_columns != NULL)
    {
      if (!add_named_labels (table, label_columns, columns, error))
        return FALSE;
    }
  else
    {
      add_usual_labels (table, columns);
    }

  if (columns->labels->len == 0)
    {
      g_autofree char *known = list_columns (table);

      g_set_error (error, ORD_ERROR, ORD_ERROR_DATASET,
                   "%s has no column “value” (nor “value_1”, “value_2”…, nor "
                   "“x” and “y”) that says what is to be learnt; it has: %s",
                   table_name (table), *known != '\0' ? known : "none");
      return FALSE;
    }

  columns->is_covariate = g_new (gboolean, table->columns->len);
  for (guint i = 0; i < table->columns->len; i++)
    /* A label that was not asked for would give the other away. */
    columns->is_covariate[i] = (int) i != columns->split
                               && (int) i != columns->group
                               && !is_called_label (table,
                                                    table->columns->pdata[i]);
  for (guint i = 0; i < columns->labels->len; i++)
    columns->is_covariate[g_array_index (columns->labels, guint, i)] = FALSE;

  return TRUE;
}

/* (transfer full): the columns that would be covariates, for messages. */
static char *
list_covariates (const OrdRawTable *table,
                 const Columns     *columns)
{
  g_autofree double *values = g_new (double, table->files->len);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < table->columns->len; i++)
    {
      g_auto (OrdCovariate) covariate = { 0 };

      if (columns->is_covariate[i]
          && ord_covariate_from_cells (table, i, &covariate, values))
        g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "",
                                covariate.name);
    }

  return g_string_free (text, FALSE);
}

/* Names are exact, as they are where covariates are told. -1: none */
static int
find_covariate (const OrdRawTable *table,
                const Columns     *columns,
                const char        *name)
{
  for (guint i = 0; i < table->columns->len; i++)
    if (columns->is_covariate[i]
        && g_str_equal (table->columns->pdata[i], name))
      return i;

  return -1;
}

static gboolean
leave_out (const OrdRawTable  *table,
           const char * const *names,
           Columns            *columns,
           GError            **error)
{
  /* All are looked at first, so that the message lists what there was. */
  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    if (find_covariate (table, columns, names[i]) < 0)
      {
        g_autofree char *known = list_covariates (table, columns);

        g_set_error (error, ORD_ERROR, ORD_ERROR_DATASET,
                     "%s has no covariate “%s” that could be left out; it has: "
                     "%s", table_name (table), names[i],
                     *known != '\0' ? known : "none");
        return FALSE;
      }

  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    {
      int column = find_covariate (table, columns, names[i]);

      /* The same name may come twice. */
      if (column >= 0)
        columns->is_covariate[column] = FALSE;
    }

  return TRUE;
}

/*
 * Rows
 */

static gboolean
parse_label (const OrdRawTable *table,
             guint              row,
             guint              column,
             double            *value,
             GError           **error)
{
  const char *cell = ord_raw_table_cell (table, row, column);
  const char *name = table->columns->pdata[column];

  if (ord_parse_number (cell, value))
    return TRUE;

  if (*cell == '\0')
    return row_error (table, row, error,
                      "the label “%s” is empty; fill it in or take the row out",
                      name);

  if (strchr (cell, ',') != NULL)
    return row_error (table, row, error,
                      "the label “%s” in “%s” is no number; write a decimal "
                      "point, such as 3.5", cell, name);

  return row_error (table, row, error, "the label “%s” in “%s” is no number",
                    cell, name);
}

static gboolean
parse_split (const OrdRawTable *table,
             guint              row,
             guint              column,
             OrdSplit          *split,
             GError           **error)
{
  static const struct { const char *name; OrdSplit split; } names[] = {
    { "train", ORD_SPLIT_TRAIN },
    { "training", ORD_SPLIT_TRAIN },
    { "validation", ORD_SPLIT_VALIDATION },
    { "val", ORD_SPLIT_VALIDATION },
    { "valid", ORD_SPLIT_VALIDATION },
    { "test", ORD_SPLIT_TEST },
  };
  const char *cell = ord_raw_table_cell (table, row, column);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_ascii_strcasecmp (cell, names[i].name) == 0)
      {
        *split = names[i].split;
        return TRUE;
      }

  return row_error (table, row, error,
                    "the split is “%s”; it must be train, validation or test",
                    cell);
}

/* (transfer full) (nullable): the absolute name. */
static char *
resolve_file (const OrdRawTable *table,
              guint              row,
              GError           **error)
{
  const char      *file = table->files->pdata[row];
  g_autofree char *path = NULL;
  gsize            length = strlen (table->folder);

  if (*file == '\0')
    {
      row_error (table, row, error, "the file name is empty");
      return NULL;
    }

  if (g_path_is_absolute (file))
    {
      row_error (table, row, error,
                 "“%s” is an absolute name; name the file relative to the "
                 "table's folder", file);
      return NULL;
    }

  path = g_canonicalize_filename (file, table->folder);
  if (strncmp (path, table->folder, length) != 0
      || (path[length] != '/' && !g_str_equal (table->folder, "/")))
    {
      row_error (table, row, error,
                 "“%s” lies outside the table's folder; move the picture into "
                 "it", file);
      return NULL;
    }

  return g_steal_pointer (&path);
}

/* @seen: absolute name to row + 1 */
static gboolean
note_file (const OrdRawTable *table,
           guint              row,
           const char        *path,
           GHashTable        *seen,
           GError           **error)
{
  guint            earlier = GPOINTER_TO_UINT (g_hash_table_lookup (seen, path));
  g_autofree char *where = NULL;

  if (earlier == 0)
    {
      g_hash_table_insert (seen, g_strdup (path), GUINT_TO_POINTER (row + 1));
      return TRUE;
    }

  where = ord_raw_table_where (table, earlier - 1);
  return row_error (table, row, error,
                    "“%s” stands in the table already, at %s; take one out",
                    (char *) table->files->pdata[row], where);
}

/* @covariates: (n covariates) of (n rows) */
static gboolean
append_rows (OrdDataset        *dataset,
             const OrdRawTable *table,
             const Columns     *columns,
             GPtrArray         *covariates,
             GError           **error)
{
  g_autoptr (GHashTable) seen =
    g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree double *labels = g_new (double, columns->labels->len);
  g_autofree double *values = g_new0 (double, covariates->len + 1);

  for (guint i = 0; i < table->files->len; i++)
    {
      g_autofree char *path = resolve_file (table, i, error);
      OrdSample sample = { .file = table->files->pdata[i], .path = path,
                           .labels = labels, .covariates = values,
                           .split = ORD_SPLIT_TRAIN };

      if (path == NULL)
        return FALSE;

      for (guint j = 0; j < columns->labels->len; j++)
        if (!parse_label (table, i, g_array_index (columns->labels, guint, j),
                          &labels[j], error))
          return FALSE;

      if (columns->split >= 0
          && !parse_split (table, i, columns->split, &sample.split, error))
        return FALSE;

      if (columns->group >= 0)
        {
          char *group = (char *) ord_raw_table_cell (table, i, columns->group);

          sample.group = *group != '\0' ? group : NULL;
        }

      for (guint j = 0; j < covariates->len; j++)
        values[j] = ((double *) covariates->pdata[j])[i];

      ord_dataset_append (dataset, &sample);
      if (!note_file (table, i, path, seen, error))
        return FALSE;
    }

  return TRUE;
}

static GPtrArray *
read_covariates (const OrdRawTable *table,
                 const Columns     *columns,
                 GArray            *covariates)
{
  GPtrArray *values = g_ptr_array_new_with_free_func (g_free);

  for (guint j = 0; j < table->columns->len; j++)
    {
      g_autofree double *column = NULL;
      OrdCovariate       covariate;

      if (!columns->is_covariate[j])
        continue;

      column = g_new (double, table->files->len);
      if (!ord_covariate_from_cells (table, j, &covariate, column))
        continue;

      g_array_append_val (covariates, covariate);
      g_ptr_array_add (values, g_steal_pointer (&column));
    }

  return values;
}

static OrdDataset *
understand_table (const OrdRawTable *table,
                  const Columns     *columns,
                  const char        *unit,
                  GError           **error)
{
  g_autoptr (GArray) covariates = g_array_new (FALSE, FALSE,
                                               sizeof (OrdCovariate));
  g_autoptr (GPtrArray) values = NULL;
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autoptr (OrdDataset) dataset = NULL;

  g_array_set_clear_func (covariates, (GDestroyNotify) ord_covariate_clear);
  values = read_covariates (table, columns, covariates);

  for (guint i = 0; i < columns->labels->len; i++)
    g_ptr_array_add (names, table->columns->pdata[
                              g_array_index (columns->labels, guint, i)]);
  g_ptr_array_add (names, NULL);

  dataset = ord_dataset_new (table->folder,
                             unit != NULL ? unit : table->unit,
                             (const char * const *) names->pdata,
                             (const OrdCovariate *) covariates->data,
                             covariates->len);

  if (!append_rows (dataset, table, columns, values, error))
    return NULL;

  return g_steal_pointer (&dataset);
}

/*
 * The whole
 */

static gboolean
check_count (const OrdRawTable *table,
             GError           **error)
{
  if (table->files->len >= MIN_SAMPLES)
    return TRUE;

  g_set_error (error, ORD_ERROR, ORD_ERROR_DATASET,
               "%s names %u pictures; at least %d labelled pictures are needed "
               "to learn from", table_name (table), table->files->len,
               MIN_SAMPLES);
  return FALSE;
}

static void
make_splits (OrdDataset *dataset,
             gboolean    given,
             guint64     seed)
{
  g_autoptr (GArray) train = ord_dataset_get_split (dataset, ORD_SPLIT_TRAIN);
  g_autoptr (GArray) validation = ord_dataset_get_split (dataset,
                                                    ORD_SPLIT_VALIDATION);

  if (given && validation->len > 0)
    return;

  /* Without a column every sample stands in the training split here. */
  ord_split_assign (dataset, (const guint *) train->data, train->len,
                    given ? validation_shares : all_shares, seed);
}

/* Everything is a test image unless a column says otherwise. */
static void
make_test_split (OrdDataset *dataset,
                 gboolean    given)
{
  for (guint i = 0; !given && i < ord_dataset_get_n_samples (dataset); i++)
    ord_dataset_peek_sample (dataset, i)->split = ORD_SPLIT_TEST;
}

/* A label that is the same in all training images cannot be learnt. */
static gboolean
check_labels (const OrdRawTable *table,
              OrdDataset        *dataset,
              GError           **error)
{
  g_autoptr (GArray) train = ord_dataset_get_split (dataset, ORD_SPLIT_TRAIN);

  if (train->len == 0)
    {
      g_set_error (error, ORD_ERROR, ORD_ERROR_DATASET,
                   "%s has no training pictures: no split is “train”",
                   table_name (table));
      return FALSE;
    }

  for (guint j = 0; j < ord_dataset_get_n_labels (dataset); j++)
    {
      guint  *members = (guint *) train->data;
      double  first = ord_dataset_get_sample (dataset, members[0])->labels[j];
      gboolean varies = FALSE;

      for (guint i = 1; i < train->len && !varies; i++)
        varies = ord_dataset_get_sample (dataset, members[i])->labels[j]
                 != first;

      if (!varies)
        {
          g_set_error (error, ORD_ERROR, ORD_ERROR_DATASET,
                       "%s: the label “%s” of all %u training pictures is %g; "
                       "there is nothing to learn from one value",
                       table_name (table),
                       ord_dataset_get_label_name (dataset, j), train->len,
                       first);
          return FALSE;
        }
    }

  return TRUE;
}

OrdDataset *
ord_dataset_read (const char              *folder,
                  const OrdDatasetOptions *options,
                  GError                 **error)
{
  static const OrdDatasetOptions defaults = { 0 };
  g_autoptr (OrdRawTable) table = NULL;
  g_autoptr (OrdDataset) dataset = NULL;
  g_auto (Columns) columns = { 0 };

  g_return_val_if_fail (folder != NULL, NULL);

  if (options == NULL)
    options = &defaults;

  table = find_table (folder, options->pattern, error);
  if (table == NULL
      || !find_columns (table, options->label_columns, &columns, error)
      || !leave_out (table, options->without, &columns, error))
    return NULL;

  dataset = understand_table (table, &columns, options->unit, error);
  if (dataset == NULL)
    return NULL;
  if (options->to_measure)
    {
      make_test_split (dataset, columns.split >= 0);
      return g_steal_pointer (&dataset);
    }

  if (!check_count (table, error))
    return NULL;
  make_splits (dataset, columns.split >= 0, options->seed);
  if (!check_labels (table, dataset, error))
    return NULL;
  ord_dataset_measure_covariates (dataset);

  return g_steal_pointer (&dataset);
}
