/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reading a model file; its tables are described in ord-model-file.c. Counts
 * come first and are held against the size of the file before memory is taken
 * for what they announce; then every table must have just the rows that they
 * ask for, in order.
 */
#include "../encoder/ord-encoder.h"
#include "ord-model-file-private.h"
#include "ord-model-private.h"
#include "ord-tables.h"

#include <math.h>
#include <string.h>

/**
 * Loading:
 * @label_names: (n_labels)
 * @covariates: (n_covariates)
 * @labels: (n_samples, n_labels)
 * @values: (n_samples, n_covariates), of the covariates
 */
typedef struct
{
  OrdDatabase   *database;
  OrdModelParts *parts;
  GChecksum     *digest;
  char          *checksum;
  char          *folder;
  char          *unit;
  char         **label_names;
  OrdCovariate  *covariates;
  double        *labels;
  double        *values;
  guint          n_samples;
  guint          n_labels;
  guint          n_covariates;
} Loading;

static void
loading_clear (Loading *loading)
{
  ord_database_close (loading->database);
  ord_model_parts_free (loading->parts);
  g_checksum_free (loading->digest);
  g_free (loading->checksum);
  g_free (loading->folder);
  g_free (loading->unit);
  g_strfreev (loading->label_names);
  for (guint i = 0; loading->covariates && i < loading->n_covariates; i++)
    {
      g_free (loading->covariates[i].name);
      g_strfreev (loading->covariates[i].categories);
    }
  g_free (loading->covariates);
  g_free (loading->labels);
  g_free (loading->values);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Loading, loading_clear)

/* The row of one setting, its value in column 0. Where a setting may be missing
 * and is, %NULL without an error. */
static OrdStatement *
find_setting (OrdDatabase  *database,
              const char   *name,
              gboolean      may_be_missing,
              GError      **error)
{
  g_autoptr (OrdStatement) rows = NULL;
  GError                  *local_error = NULL;

  rows = ord_database_prepare (database, "setting",
                               "SELECT value FROM setting WHERE name = ?",
                               error);
  if (!rows)
    return NULL;

  ord_statement_bind_text (rows, 1, name);
  if (ord_statement_next (rows, &local_error))
    return g_steal_pointer (&rows);

  if (local_error)
    g_propagate_error (error, local_error);
  else if (!may_be_missing)
    ord_database_damaged (database, error, "the setting “%s” is missing",
                          name);
  return NULL;
}

static char *
read_text (OrdDatabase  *database,
           const char   *name,
           GError      **error)
{
  g_autoptr (OrdStatement) row = find_setting (database, name, FALSE, error);
  const char              *text;

  if (!row)
    return NULL;
  text = ord_statement_text (row, 0);
  return ord_statement_check (row, error) ? g_strdup (text) : NULL;
}

static char *
read_filename (OrdDatabase  *database,
               const char   *name,
               GError      **error)
{
  g_autoptr (OrdStatement) row = find_setting (database, name, FALSE, error);
  const char              *text;

  if (!row)
    return NULL;
  text = ord_statement_filename (row, 0);
  return ord_statement_check (row, error) ? g_strdup (text) : NULL;
}

static gboolean
read_real (OrdDatabase  *database,
           const char   *name,
           double       *value,
           GError      **error)
{
  g_autoptr (OrdStatement) row = find_setting (database, name, FALSE, error);

  if (!row)
    return FALSE;
  *value = ord_statement_real (row, 0);
  return ord_statement_check (row, error);
}

/* NaN for one that is missing. */
static gboolean
read_optional_real (OrdDatabase  *database,
                    const char   *name,
                    double       *value,
                    GError      **error)
{
  g_autoptr (GError)       local_error = NULL;
  g_autoptr (OrdStatement) row = find_setting (database, name, TRUE,
                                               &local_error);

  *value = NAN;
  if (row)
    {
      *value = ord_statement_real (row, 0);
      return ord_statement_check (row, error);
    }
  if (!local_error)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

static gboolean
read_count (OrdDatabase  *database,
            const char   *name,
            gint64        minimum,
            gint64        maximum,
            guint        *value,
            GError      **error)
{
  g_autoptr (OrdStatement) row = find_setting (database, name, FALSE, error);

  if (!row)
    return FALSE;
  *value = ord_statement_int (row, 0, minimum, maximum);
  if (ord_statement_check (row, NULL))
    return TRUE;
  return ord_database_damaged (database, error, "the setting “%s” is not in %"
                               G_GINT64_FORMAT "–%" G_GINT64_FORMAT,
                               name, minimum, maximum);
}

static gboolean
read_texts (Loading  *loading,
            GError  **error)
{
  OrdDatabase   *database = loading->database;
  OrdModelParts *parts = loading->parts;

  return (parts->title = read_text (database, "title", error))
         && (parts->method = read_text (database, "method", error))
         && (parts->encoder = read_text (database, "encoder", error))
         && (parts->options = read_text (database, "options", error))
         && (loading->unit = read_text (database, "unit", error))
         && (loading->folder = read_filename (database, "folder", error))
         && (loading->checksum = read_text (database, "checksum", error));
}

static gboolean
read_counts (Loading  *loading,
             GError  **error)
{
  OrdDatabase   *database = loading->database;
  OrdModelParts *parts = loading->parts;
  guint          width, height, channels;

  if (!read_count (database, "samples", 1, G_MAXINT32, &loading->n_samples,
                   error)
      || !read_count (database, "reference_samples", 1, loading->n_samples,
                      &parts->n_reference, error)
      || !read_count (database, "labels", 1, ORD_MODEL_MAX_LABELS,
                      &loading->n_labels, error)
      || !read_count (database, "covariates", 0, ORD_MODEL_MAX_COVARIATES,
                      &loading->n_covariates, error)
      || !read_count (database, "feature_width", 1, ORD_MODEL_MAX_WIDTH,
                      &parts->width, error)
      || !read_count (database, "input_width", 4, 4096, &width, error)
      || !read_count (database, "input_height", 4, 4096, &height, error)
      || !read_count (database, "input_channels", 1, 3, &channels, error))
    return FALSE;

  parts->preparation.width = width;
  parts->preparation.height = height;
  parts->preparation.channels = channels;

  /* A row of a label or a covariate takes at least 3 bytes. */
  if (ord_database_can_hold (database, loading->n_samples,
                             parts->width * (guint64) sizeof (float))
      && ord_database_can_hold (database, loading->n_samples,
                                3 * (guint64) loading->n_labels)
      && ord_database_can_hold (database, loading->n_samples,
                                3 * (guint64) loading->n_covariates))
    return TRUE;
  return ord_database_damaged (database, error,
                               "%u samples are stated, for which it is too "
                               "small", loading->n_samples);
}

static gboolean
read_channels (Loading  *loading,
               GError  **error)
{
  OrdPreparation          *preparation = &loading->parts->preparation;
  g_autoptr (OrdStatement) rows = NULL;

  rows = ord_database_prepare (loading->database, "channel",
                               "SELECT channel, mean, sd FROM channel "
                               "ORDER BY channel", error);
  if (!rows)
    return FALSE;

  for (int i = 0; i < preparation->channels; i++)
    {
      if (!ord_statement_expect_row (rows, error))
        return FALSE;
      ord_statement_int (rows, 0, i, i);
      preparation->mean[i] = (float) ord_statement_real (rows, 1);
      preparation->sd[i] = (float) ord_statement_real (rows, 2);
    }
  return ord_statement_expect_end (rows, error);
}

static gboolean
read_labels (Loading  *loading,
             GError  **error)
{
  OrdModelParts           *parts = loading->parts;
  g_autoptr (OrdStatement) rows = NULL;

  rows = ord_database_prepare (loading->database, "label",
                               "SELECT label, name, mean, sd, coverage, "
                               "quantile, floor FROM label ORDER BY label",
                               error);
  if (!rows)
    return FALSE;

  loading->label_names = g_new0 (char *, loading->n_labels + 1);
  parts->label_mean = g_new0 (double, loading->n_labels);
  parts->label_sd = g_new0 (double, loading->n_labels);
  parts->intervals = g_new0 (OrdInterval, loading->n_labels);

  for (guint i = 0; i < loading->n_labels; i++)
    {
      if (!ord_statement_expect_row (rows, error))
        return FALSE;
      ord_statement_int (rows, 0, i, i);
      loading->label_names[i] = g_strdup (ord_statement_text (rows, 1));
      parts->label_mean[i] = ord_statement_real (rows, 2);
      parts->label_sd[i] = ord_statement_real (rows, 3);
      parts->intervals[i].coverage = ord_statement_real (rows, 4);
      parts->intervals[i].quantile = ord_statement_real (rows, 5);
      parts->intervals[i].floor = ord_statement_real (rows, 6);
    }
  return ord_statement_expect_end (rows, error);
}

/* @rows: the table category; the next rows must be those of this covariate. */
static gboolean
read_categories (OrdCovariate  *covariate,
                 guint          index,
                 guint          n,
                 OrdStatement  *rows,
                 GError       **error)
{
  covariate->categories = g_new0 (char *, n + 1);
  for (guint i = 0; i < n; i++)
    {
      if (!ord_statement_expect_row (rows, error))
        return FALSE;
      ord_statement_int (rows, 0, index, index);
      ord_statement_int (rows, 1, i, i);
      covariate->categories[i] = g_strdup (ord_statement_text (rows, 2));
      if (!ord_statement_check (rows, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
read_covariate (OrdCovariate  *covariate,
                guint          index,
                OrdStatement  *rows,
                OrdStatement  *categories,
                GError       **error)
{
  guint n_categories = 0;

  if (!ord_statement_expect_row (rows, error))
    return FALSE;
  ord_statement_int (rows, 0, index, index);
  covariate->name = g_strdup (ord_statement_text (rows, 1));
  if (!ord_statement_is_null (rows, 2))
    n_categories = ord_statement_int (rows, 2, 0, ORD_MODEL_MAX_CATEGORIES);
  covariate->mean = ord_statement_real_or_nan (rows, 3);
  covariate->sd = ord_statement_real_or_nan (rows, 4);
  if (!ord_statement_check (rows, error))
    return FALSE;

  return ord_statement_is_null (rows, 2)
         || read_categories (covariate, index, n_categories, categories,
                             error);
}

static gboolean
read_covariates (Loading  *loading,
                 GError  **error)
{
  g_autoptr (OrdStatement) rows = NULL;
  g_autoptr (OrdStatement) categories = NULL;

  rows = ord_database_prepare (loading->database, "covariate",
                               "SELECT covariate, name, categories, mean, sd "
                               "FROM covariate ORDER BY covariate", error);
  if (!rows)
    return FALSE;
  categories = ord_database_prepare (loading->database, "category",
                                     "SELECT covariate, category, name "
                                     "FROM category "
                                     "ORDER BY covariate, category", error);
  if (!categories)
    return FALSE;

  loading->covariates = g_new0 (OrdCovariate, loading->n_covariates);
  for (guint i = 0; i < loading->n_covariates; i++)
    if (!read_covariate (&loading->covariates[i], i, rows, categories, error))
      return FALSE;
  return ord_statement_expect_end (rows, error)
         && ord_statement_expect_end (categories, error);
}

/* Rows (sample, column, value) of all samples. */
static double *
read_values (OrdDatabase  *database,
             const char   *table,
             const char   *sql,
             guint         n_samples,
             guint         n_columns,
             gboolean      may_be_unknown,
             GError      **error)
{
  g_autoptr (OrdStatement) rows = NULL;
  g_autofree double       *values = NULL;
  gsize                    n = (gsize) n_samples * n_columns;

  rows = ord_database_prepare (database, table, sql, error);
  if (!rows)
    return NULL;

  values = g_new (double, MAX (n, 1));
  for (gsize i = 0; i < n; i++)
    {
      if (!ord_statement_expect_row (rows, error))
        return NULL;
      ord_statement_int (rows, 0, i / n_columns, i / n_columns);
      ord_statement_int (rows, 1, i % n_columns, i % n_columns);
      values[i] = may_be_unknown ? ord_statement_real_or_nan (rows, 2)
                                 : ord_statement_real (rows, 2);
    }
  if (!ord_statement_expect_end (rows, error))
    return NULL;
  return g_steal_pointer (&values);
}

static gboolean
parse_split (const char *text,
             OrdSplit   *split)
{
  for (int i = 0; i < ORD_N_SPLITS; i++)
    if (strcmp (text, ord_split_name (i)) == 0)
      {
        *split = i;
        return TRUE;
      }
  return FALSE;
}

static gboolean
read_sample (Loading       *loading,
             guint          index,
             OrdStatement  *rows,
             GError       **error)
{
  g_autofree char *usual = NULL;
  const char      *split;
  OrdSample        sample = { 0 };

  if (!ord_statement_expect_row (rows, error))
    return FALSE;
  ord_statement_int (rows, 0, index, index);
  sample.file = (char *) ord_statement_text (rows, 1);
  if (!ord_statement_is_null (rows, 2))
    sample.path = (char *) ord_statement_filename (rows, 2);
  if (!ord_statement_is_null (rows, 3))
    sample.group = (char *) ord_statement_text (rows, 3);
  if (!ord_statement_is_null (rows, 4))
    sample.hash = (char *) ord_statement_text (rows, 4);
  split = ord_statement_text (rows, 5);
  if (!ord_statement_check (rows, error))
    return FALSE;
  if (!parse_split (split, &sample.split))
    return ord_database_damaged (loading->database, error,
                                 "there is no split “%s”", split);

  if (!sample.path)
    sample.path = usual = g_build_filename (loading->folder, sample.file,
                                            NULL);
  sample.labels = loading->labels + (gsize) index * loading->n_labels;
  sample.covariates = loading->values + (gsize) index * loading->n_covariates;
  ord_dataset_append (loading->parts->dataset, &sample);
  return TRUE;
}

static gboolean
read_samples (Loading  *loading,
              GError  **error)
{
  g_autoptr (OrdStatement) rows = NULL;

  loading->labels = read_values (loading->database, "sample_label",
                                 "SELECT sample, label, value "
                                 "FROM sample_label ORDER BY sample, label",
                                 loading->n_samples, loading->n_labels, FALSE,
                                 error);
  if (!loading->labels)
    return FALSE;
  loading->values = read_values (loading->database, "sample_covariate",
                                 "SELECT sample, covariate, value "
                                 "FROM sample_covariate "
                                 "ORDER BY sample, covariate",
                                 loading->n_samples, loading->n_covariates,
                                 TRUE, error);
  if (!loading->values)
    return FALSE;

  loading->parts->dataset
    = ord_dataset_new (loading->folder, loading->unit,
                       (const char * const *) loading->label_names,
                       loading->covariates, loading->n_covariates);

  rows = ord_database_prepare (loading->database, "sample",
                               "SELECT sample, file, path, subject, hash, "
                               "split FROM sample ORDER BY sample", error);
  if (!rows)
    return FALSE;
  for (guint i = 0; i < loading->n_samples; i++)
    if (!read_sample (loading, i, rows, error))
      return FALSE;

  ord_digest_doubles (loading->digest, loading->labels,
                      (gsize) loading->n_samples * loading->n_labels);
  return ord_statement_expect_end (rows, error);
}

static gboolean
read_features (Loading  *loading,
               GError  **error)
{
  OrdModelParts           *parts = loading->parts;
  g_autoptr (OrdStatement) rows = NULL;

  rows = ord_database_prepare (loading->database, "feature",
                               "SELECT sample, vector FROM feature "
                               "ORDER BY sample", error);
  if (!rows)
    return FALSE;

  parts->features = g_new (float, (gsize) loading->n_samples * parts->width);
  for (guint i = 0; i < loading->n_samples; i++)
    {
      if (!ord_statement_expect_row (rows, error))
        return FALSE;
      ord_statement_int (rows, 0, i, i);
      ord_statement_floats (rows, 1, parts->features + (gsize) i * parts->width,
                            parts->width);
    }
  if (!ord_statement_expect_end (rows, error))
    return FALSE;

  ord_digest_floats (loading->digest, parts->features,
                     (gsize) loading->n_samples * parts->width);
  return TRUE;
}

static void
unref_thumbnail (gpointer bytes)
{
  if (bytes)
    g_bytes_unref (bytes);
}

static gboolean
read_thumbnails (Loading  *loading,
                 GError  **error)
{
  GPtrArray               *thumbnails;
  g_autoptr (OrdStatement) rows = NULL;
  GError                  *local_error = NULL;
  gint64                   next = 0;

  rows = ord_database_prepare (loading->database, "thumbnail",
                               "SELECT sample, picture FROM thumbnail "
                               "ORDER BY sample", error);
  if (!rows)
    return FALSE;

  thumbnails = g_ptr_array_new_full (loading->n_samples, unref_thumbnail);
  g_ptr_array_set_size (thumbnails, loading->n_samples);
  loading->parts->thumbnails = thumbnails;

  while (ord_statement_next (rows, &local_error))
    {
      gint64  sample = ord_statement_int (rows, 0, next,
                                          loading->n_samples - 1);
      GBytes *bytes = ord_statement_bytes (rows, 1, ORD_MODEL_MAX_THUMBNAIL);

      if (!ord_statement_check (rows, error))
        {
          unref_thumbnail (bytes);
          return FALSE;
        }
      g_ptr_array_index (thumbnails, sample) = bytes;
      next = sample + 1;
    }
  if (!local_error)
    return TRUE;
  g_propagate_error (error, local_error);
  return FALSE;
}

static gboolean
read_map (Loading  *loading,
          GError  **error)
{
  OrdModelParts           *parts = loading->parts;
  g_autoptr (OrdStatement) rows = NULL;
  g_autoptr (GBytes)       bytes = NULL;
  g_autoptr (GError)       fault = NULL;

  rows = ord_database_prepare (loading->database, "map",
                               "SELECT map, data FROM map", error);
  if (!rows || !ord_statement_expect_row (rows, error))
    return FALSE;
  ord_statement_int (rows, 0, 0, 0);
  bytes = ord_statement_bytes (rows, 1, G_MAXSIZE);
  if (!ord_statement_expect_end (rows, error))
    return FALSE;

  parts->map = ord_map_from_bytes (bytes, parts->n_reference, parts->width,
                                   &fault);
  if (!parts->map)
    return ord_database_damaged (loading->database, error, "%s",
                                 fault->message);
  if (g_bytes_get_size (bytes) > 0)
    g_checksum_update (loading->digest, g_bytes_get_data (bytes, NULL),
                       g_bytes_get_size (bytes));
  return TRUE;
}

/* What a pretrained encoder is made from. The network itself is read with
 * suspicion when the encoder is made. */
static gboolean
read_pretrained (Loading  *loading,
                 GError  **error)
{
  OrdDatabase             *database = loading->database;
  OrdPretrained            network = { 0 };
  g_autoptr (OrdStatement) row = NULL;
  g_autoptr (GBytes)       bytes = NULL;
  g_autofree char         *name = NULL, *output = NULL, *from = NULL;
  g_autofree char         *mean = NULL, *sd = NULL;
  guint                    structure;

  if (!ord_encoder_is_pretrained (loading->parts->encoder))
    return TRUE;
  if (!(name = read_text (database, ORD_MODEL_NETWORK "_name", error))
      || !(output = read_text (database, ORD_MODEL_NETWORK "_output", error))
      || !(from = read_text (database, ORD_MODEL_NETWORK "_from", error))
      || !(mean = read_text (database, ORD_MODEL_NETWORK "_mean", error))
      || !(sd = read_text (database, ORD_MODEL_NETWORK "_sd", error))
      || !read_count (database, ORD_MODEL_NETWORK "_structure", 0, 1,
                      &structure, error)
      || !(row = find_setting (database, ORD_MODEL_NETWORK, FALSE, error)))
    return FALSE;
  bytes = ord_statement_bytes (row, 0, G_MAXINT32);
  if (!ord_statement_check (row, error))
    return FALSE;
  if (!ord_pretrained_parse_triple (mean, network.mean)
      || !ord_pretrained_parse_triple (sd, network.sd)
      || !(network.sd[0] > 0.0f && network.sd[1] > 0.0f && network.sd[2] > 0.0f))
    return ord_database_damaged (database, error, "the normalisation of its "
                                 "network is “%s”, “%s”", mean, sd);

  network.name = name;
  network.output = *output ? output : NULL;
  network.from = *from ? from : NULL;
  loading->parts->pretrained = ord_pretrained_with (&network, bytes, structure);
  if (g_bytes_get_size (bytes) > 0)
    g_checksum_update (loading->digest, g_bytes_get_data (bytes, NULL),
                       g_bytes_get_size (bytes));
  return TRUE;
}

static gboolean
read_evaluation (Loading        *loading,
                 OrdSplit        split,
                 OrdEvaluation  *evaluation,
                 GError        **error)
{
  g_autoptr (OrdStatement) rows = NULL;

  rows = ord_database_prepare (loading->database, "evaluation",
                               "SELECT n, mae, rmse, r2, pearson, coverage, "
                               "mean_width FROM evaluation WHERE split = ?",
                               error);
  if (!rows)
    return FALSE;

  ord_statement_bind_text (rows, 1, ord_split_name (split));
  if (!ord_statement_expect_row (rows, error))
    return FALSE;
  evaluation->quality.n = ord_statement_int (rows, 0, 0, loading->n_samples);
  evaluation->quality.mae = ord_statement_real_or_nan (rows, 1);
  evaluation->quality.rmse = ord_statement_real_or_nan (rows, 2);
  evaluation->quality.r2 = ord_statement_real_or_nan (rows, 3);
  evaluation->quality.pearson = ord_statement_real_or_nan (rows, 4);
  evaluation->coverage = ord_statement_real_or_nan (rows, 5);
  evaluation->mean_width = ord_statement_real_or_nan (rows, 6);
  return ord_statement_check (rows, error);
}

static gboolean
check_whole (Loading  *loading,
             GError  **error)
{
  g_autoptr (GError) fault = NULL;

  if (!ord_model_parts_check (loading->parts, &fault))
    return ord_database_damaged (loading->database, error, "%s",
                                 fault->message);
  if (strcmp (g_checksum_get_string (loading->digest), loading->checksum) != 0)
    return ord_database_damaged (loading->database, error,
                                 "its checksum is not that of its numbers");
  return TRUE;
}

/* Samples, features, tensors, map and network in the order of the checksum. */
static gboolean
read_model (Loading  *loading,
            GError  **error)
{
  OrdDatabase   *database = loading->database;
  OrdModelParts *parts = loading->parts;

  return read_texts (loading, error)
         && read_counts (loading, error)
         && read_real (database, "radius", &parts->radius, error)
         && read_real (database, "novelty", &parts->novelty, error)
         && read_channels (loading, error)
         && read_labels (loading, error)
         && read_covariates (loading, error)
         && read_samples (loading, error)
         && read_features (loading, error)
         && (parts->tensors = ord_tensors_read (database, loading->digest,
                                                error))
         && read_map (loading, error)
         && read_pretrained (loading, error)
         && read_thumbnails (loading, error)
         && (parts->history = ord_history_read (database, error))
         && read_evaluation (loading, ORD_SPLIT_VALIDATION,
                             &parts->validation, error)
         && read_evaluation (loading, ORD_SPLIT_TEST, &parts->test, error)
         && read_optional_real (database, ORD_MODEL_FLAGGED_VALIDATION,
                                &parts->validation.flagged, error)
         && read_optional_real (database, ORD_MODEL_FLAGGED_TEST,
                                &parts->test.flagged, error)
         && check_whole (loading, error);
}

OrdModel *
ord_model_load (const char    *path,
                GCancellable  *cancellable,
                GError       **error)
{
  g_auto (Loading) loading = { 0 };

  g_return_val_if_fail (path != NULL, NULL);

  loading.database = ord_database_open (path, &ord_model_format, cancellable,
                                        error);
  if (!loading.database)
    return NULL;

  loading.parts = g_new0 (OrdModelParts, 1);
  loading.digest = g_checksum_new (G_CHECKSUM_SHA256);
  if (!read_model (&loading, error))
    return NULL;
  return ord_model_new (g_steal_pointer (&loading.parts));
}

char *
ord_model_peek_title (const char  *path,
                      GError     **error)
{
  g_autoptr (OrdDatabase) database = NULL;

  g_return_val_if_fail (path != NULL, NULL);

  database = ord_database_open (path, &ord_model_format, NULL, error);
  return database ? read_text (database, "title", error) : NULL;
}
