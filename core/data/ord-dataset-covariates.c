/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is known beside the picture: from a table's columns, from a person's
 * "name=value", and on to the network's input.
 */
#include "ord-dataset-private.h"

#include <math.h>
#include <string.h>

/* "not known", in the spellings of spreadsheets and statistics programs. */
static gboolean
is_unknown (const char *text)
{
  static const char * const spellings[] = { "", "nan", "na", "n/a", NULL };

  for (guint i = 0; spellings[i] != NULL; i++)
    if (g_ascii_strcasecmp (text, spellings[i]) == 0)
      return TRUE;

  return FALSE;
}

static guint
n_rows (const OrdRawTable *table)
{
  return table->files->len;
}

/* %FALSE where a cell is no number. */
static gboolean
read_numbers (const OrdRawTable *table,
              guint              column,
              double            *values)
{
  for (guint i = 0; i < n_rows (table); i++)
    {
      const char *cell = ord_raw_table_cell (table, i, column);

      values[i] = NAN;
      if (!is_unknown (cell) && !ord_parse_number (cell, &values[i]))
        return FALSE;
    }

  return TRUE;
}

static gboolean
numbers_vary (const double *values,
              guint         n)
{
  double first = NAN;

  for (guint i = 0; i < n; i++)
    {
      if (isnan (values[i]))
        continue;
      if (isnan (first))
        first = values[i];
      else if (values[i] != first)
        return TRUE;
    }

  return FALSE;
}

static int
compare_texts (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(const char * const *) a, *(const char * const *) b);
}

/* (transfer full) (nullable): sorted; %NULL where it is free text or constant. */
static char **
collect_categories (const OrdRawTable *table,
                    guint              column)
{
  g_autoptr (GHashTable) known = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < n_rows (table); i++)
    {
      const char *cell = ord_raw_table_cell (table, i, column);

      if (*cell != '\0' && g_hash_table_add (known, (char *) cell))
        g_ptr_array_add (names, g_strdup (cell));
    }

  if (names->len < 2 || names->len * 2 >= n_rows (table))
    return NULL;

  g_ptr_array_sort (names, compare_texts);
  g_ptr_array_add (names, NULL);

  return (char **) g_ptr_array_steal (names, NULL);
}

static double
find_category (const OrdCovariate *covariate,
               const char         *name)
{
  for (guint i = 0; covariate->categories[i] != NULL; i++)
    if (g_str_equal (covariate->categories[i], name))
      return i;

  return NAN;
}

gboolean
ord_covariate_from_cells (const OrdRawTable *table,
                          guint              column,
                          OrdCovariate      *covariate,
                          double            *values)
{
  const char *name = table->columns->pdata[column];

  *covariate = (OrdCovariate) { .mean = 0.0, .sd = 1.0 };

  if (read_numbers (table, column, values))
    {
      if (!numbers_vary (values, n_rows (table)))
        return FALSE;
    }
  else
    {
      covariate->categories = collect_categories (table, column);
      if (covariate->categories == NULL)
        return FALSE;

      for (guint i = 0; i < n_rows (table); i++)
        values[i] = find_category (covariate,
                                   ord_raw_table_cell (table, i, column));
    }

  covariate->name = g_strdup (name);

  return TRUE;
}

void
ord_dataset_measure_covariates (OrdDataset *dataset)
{
  guint n_samples = ord_dataset_get_n_samples (dataset);

  for (guint j = 0; j < ord_dataset_get_n_covariates (dataset); j++)
    {
      OrdCovariate *covariate = ord_dataset_peek_covariate (dataset, j);
      double        mean = 0.0;
      double        squares = 0.0;
      guint         n = 0;

      if (covariate->categories != NULL)
        continue;

      for (guint i = 0; i < n_samples; i++)
        {
          const OrdSample *sample = ord_dataset_peek_sample (dataset, i);
          double           value = sample->covariates[j];
          double           step;

          if (sample->split != ORD_SPLIT_TRAIN || isnan (value))
            continue;

          step = value - mean;
          mean += step / ++n;
          squares += step * (value - mean);
        }

      covariate->mean = mean;
      covariate->sd = n > 1 && squares > 0.0 ? sqrt (squares / n) : 1.0;
    }
}

static guint
covariate_width (const OrdCovariate *covariate)
{
  return covariate->categories != NULL
         ? g_strv_length (covariate->categories) : 1;
}

guint
ord_dataset_get_covariate_width (OrdDataset *dataset)
{
  guint width = 0;

  g_return_val_if_fail (ORD_IS_DATASET (dataset), 0);

  for (guint i = 0; i < ord_dataset_get_n_covariates (dataset); i++)
    width += covariate_width (ord_dataset_peek_covariate (dataset, i));

  return width;
}

void
ord_dataset_encode_covariates (OrdDataset   *dataset,
                               const double *covariates,
                               float        *out)
{
  guint n;

  g_return_if_fail (ORD_IS_DATASET (dataset));

  n = ord_dataset_get_n_covariates (dataset);
  g_return_if_fail (n == 0 || (covariates != NULL && out != NULL));

  for (guint i = 0; i < n; i++)
    {
      const OrdCovariate *covariate = ord_dataset_peek_covariate (dataset, i);
      guint               width = covariate_width (covariate);
      double              value = covariates[i];

      for (guint j = 0; j < width; j++)
        out[j] = 0.0f;

      if (covariate->categories == NULL)
        {
          if (!isnan (value))
            out[0] = (value - covariate->mean)
                     / (covariate->sd > 0.0 ? covariate->sd : 1.0);
        }
      else if (value >= 0.0 && value < width)
        {
          out[(guint) value] = 1.0f;
        }

      out += width;
    }
}

/* (transfer full): "sex (F, M), weight (a number)" */
static char *
describe_covariates (OrdDataset *dataset)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < ord_dataset_get_n_covariates (dataset); i++)
    {
      const OrdCovariate *covariate = ord_dataset_peek_covariate (dataset, i);
      g_autofree char    *choice =
        covariate->categories != NULL
        ? g_strjoinv (", ", covariate->categories) : g_strdup ("a number");

      g_string_append_printf (text, "%s%s (%s)", i > 0 ? ", " : "",
                              covariate->name, choice);
    }

  return g_string_free (text, FALSE);
}

static gboolean
covariate_error (OrdDataset *dataset,
                 GError    **error,
                 const char *format,
                 ...) G_GNUC_PRINTF (3, 4);

static gboolean
covariate_error (OrdDataset *dataset,
                 GError    **error,
                 const char *format,
                 ...)
{
  g_autofree char *known = describe_covariates (dataset);
  g_autofree char *message = NULL;
  va_list          args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);

  if (*known != '\0')
    g_set_error (error, ORD_ERROR, ORD_ERROR_COVARIATE,
                 "%s. Give each as NAME=VALUE, or NAME= where it is not known: "
                 "%s", message, known);
  else
    g_set_error (error, ORD_ERROR, ORD_ERROR_COVARIATE,
                 "%s; nothing beside the picture is asked for here", message);

  return FALSE;
}

static gboolean
parse_assignment (OrdDataset *dataset,
                  const char *assignment,
                  double     *covariates,
                  gboolean   *given,
                  GError    **error)
{
  const char      *equals = strchr (assignment, '=');
  g_autofree char *name = NULL;
  g_autofree char *text = NULL;

  if (equals == NULL)
    return covariate_error (dataset, error, "“%s” is not of the form NAME=VALUE",
                            assignment);

  name = g_strstrip (g_strndup (assignment, equals - assignment));
  text = g_strstrip (g_strdup (equals + 1));

  for (guint i = 0; i < ord_dataset_get_n_covariates (dataset); i++)
    {
      const OrdCovariate *covariate = ord_dataset_peek_covariate (dataset, i);
      double              value = NAN;

      if (!g_str_equal (covariate->name, name))
        continue;

      if (given[i])
        return covariate_error (dataset, error, "“%s” is given twice", name);

      if (covariate->categories != NULL)
        value = find_category (covariate, text);
      else if (!ord_parse_number (text, &value))
        value = NAN;

      if (isnan (value) && !is_unknown (text))
        return covariate_error (dataset, error, "“%s” does not suit “%s”", text,
                                name);

      covariates[i] = value;
      given[i] = TRUE;
      return TRUE;
    }

  return covariate_error (dataset, error, "“%s” is not known", name);
}

char **
ord_dataset_split_assignments (const char *text)
{
  g_auto (GStrv)        parts = g_strsplit (text ? text : "", ",", -1);
  g_autoptr (GPtrArray) assignments =
    g_ptr_array_new_null_terminated (1, g_free, TRUE);

  for (guint i = 0; parts[i] != NULL; i++)
    {
      if (parts[i][strspn (parts[i], " \t")] == '\0')
        continue;
      if (assignments->len > 0 && strchr (parts[i], '=') == NULL)
        {
          char **last = (char **) &assignments->pdata[assignments->len - 1];
          char  *whole = g_strconcat (*last, ",", parts[i], NULL);

          g_free (*last);
          *last = whole;
        }
      else
        g_ptr_array_add (assignments, g_strdup (parts[i]));
    }

  return (char **) g_ptr_array_steal (assignments, NULL);
}

gboolean
ord_dataset_parse_covariates (OrdDataset         *dataset,
                              const char * const *assignments,
                              double             *covariates,
                              GError            **error)
{
  g_autofree gboolean *given = NULL;
  guint                n;

  g_return_val_if_fail (ORD_IS_DATASET (dataset), FALSE);

  n = ord_dataset_get_n_covariates (dataset);
  g_return_val_if_fail (covariates != NULL || n == 0, FALSE);
  given = g_new0 (gboolean, n);

  for (guint i = 0; assignments != NULL && assignments[i] != NULL; i++)
    if (!parse_assignment (dataset, assignments[i], covariates, given, error))
      return FALSE;

  for (guint i = 0; i < n; i++)
    if (!given[i])
      return covariate_error (dataset, error, "“%s” is missing",
                              ord_dataset_peek_covariate (dataset, i)->name);

  return TRUE;
}
