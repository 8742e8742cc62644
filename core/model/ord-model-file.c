/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The model file: one SQLite database, which `sqlite3 NAME.ordinate .schema`
 * explains; application_id 0x4F72646E ("Ordn"), user_version 1. What a person
 * may want to read is text and numbers, what only the engine reads is a blob.
 *
 *   setting           title, method, encoder, options, unit, folder of the
 *                     pictures; radius, novelty; counts; size of the input;
 *                     checksum; flagged_validation, flagged_test. With a
 *                     pretrained encoder: network (the ONNX file, without its
 *                     weights where they are trained and stand in tensor), its
 *                     name, output, first trained node, mean and sd
 *   channel           the preparation's normalisation
 *   label             name, standardisation and interval of each label
 *   covariate         and category: what is known beside the pictures
 *   sample            the pictures: training split first, then validation,
 *                     then test
 *   sample_label      a row for each label of each sample
 *   sample_covariate  likewise; NULL is "not known"
 *   feature           of each sample; apart, as are the thumbnails, so that a
 *   thumbnail         look at the samples shows no blobs
 *   map               see ord-map-bytes.c
 *   tensor, history   see ord-tables.h. Tensors are the encoder's, the method's
 *                     and the novelty's (see ord-novelty.h), which older files
 *                     have not: theirs is the nearest reference alone
 *   evaluation        by split; NULL where it cannot be told. The share that
 *                     was flagged as out of range came later: it is a setting
 *                     for each split, which older files have not
 *
 * Blobs of numbers are little-endian float32. The setting `checksum` is the
 * SHA-256 over the labels (as little-endian float64, sample by sample), the
 * features, the tensors' data, the map and the network: a flipped bit in any of these would
 * give other answers and nothing else would show it.
 *
 * This file says how a model is written; ord-model-load.c reads it.
 */
#include "ord-model-file-private.h"
#include "ord-model-private.h"
#include "ord-tables.h"

#include <math.h>
#include <string.h>

static const OrdDatabaseTable model_tables[] = {
  { "setting",
    "CREATE TABLE setting (\n"
    "  name  TEXT PRIMARY KEY,\n"
    "  value ANY NOT NULL\n"
    ") STRICT, WITHOUT ROWID" },
  { "channel",
    "CREATE TABLE channel (\n"
    "  channel INTEGER PRIMARY KEY,\n"
    "  mean    REAL NOT NULL, -- of the training images' values, 0 to 1\n"
    "  sd      REAL NOT NULL\n"
    ") STRICT" },
  { "label",
    "CREATE TABLE label (\n"
    "  label    INTEGER PRIMARY KEY,\n"
    "  name     TEXT NOT NULL,\n"
    "  mean     REAL NOT NULL, -- of the training images, in the unit\n"
    "  sd       REAL NOT NULL,\n"
    "  coverage REAL NOT NULL, -- of the interval\n"
    "  quantile REAL NOT NULL, -- half width = quantile * (spread + floor)\n"
    "  floor    REAL NOT NULL  -- in the unit\n"
    ") STRICT" },
  { "covariate",
    "CREATE TABLE covariate (\n"
    "  covariate  INTEGER PRIMARY KEY,\n"
    "  name       TEXT NOT NULL,\n"
    "  categories INTEGER, -- how many; NULL: it is a number\n"
    "  mean       REAL,    -- of a number, over the training images\n"
    "  sd         REAL\n"
    ") STRICT" },
  { "category",
    "CREATE TABLE category (\n"
    "  covariate INTEGER NOT NULL,\n"
    "  category  INTEGER NOT NULL, -- the value in sample_covariate\n"
    "  name      TEXT NOT NULL,\n"
    "  PRIMARY KEY (covariate, category)\n"
    ") STRICT, WITHOUT ROWID" },
  { "sample",
    "CREATE TABLE sample (\n"
    "  sample  INTEGER PRIMARY KEY, -- 0, 1, …\n"
    "  file    TEXT NOT NULL, -- as the table of the pictures names it\n"
    "  path    TEXT,          -- where that is not folder/file\n"
    "  subject TEXT,          -- the group: pictures of one stay together\n"
    "  hash    TEXT,          -- SHA-256 of the picture's file\n"
    "  split   TEXT NOT NULL  -- train, validation, test\n"
    ") STRICT" },
  { "sample_label",
    "CREATE TABLE sample_label (\n"
    "  sample INTEGER NOT NULL,\n"
    "  label  INTEGER NOT NULL,\n"
    "  value  REAL NOT NULL,\n"
    "  PRIMARY KEY (sample, label)\n"
    ") STRICT, WITHOUT ROWID" },
  { "sample_covariate",
    "CREATE TABLE sample_covariate (\n"
    "  sample    INTEGER NOT NULL,\n"
    "  covariate INTEGER NOT NULL,\n"
    "  value     REAL, -- a number or a category; NULL: not known\n"
    "  PRIMARY KEY (sample, covariate)\n"
    ") STRICT, WITHOUT ROWID" },
  { "feature",
    "CREATE TABLE feature (\n"
    "  sample INTEGER PRIMARY KEY,\n"
    "  vector BLOB NOT NULL -- float32, little-endian\n"
    ") STRICT" },
  { "thumbnail",
    "CREATE TABLE thumbnail (\n"
    "  sample  INTEGER PRIMARY KEY, -- those that have one\n"
    "  picture BLOB NOT NULL        -- a PNG or JPEG file\n"
    ") STRICT" },
  { "map",
    "CREATE TABLE map (\n"
    "  map  INTEGER PRIMARY KEY, -- 0\n"
    "  data BLOB NOT NULL\n"
    ") STRICT" },
  { "evaluation",
    "CREATE TABLE evaluation (\n"
    "  split      TEXT PRIMARY KEY, -- validation, test\n"
    "  n          INTEGER NOT NULL, -- images\n"
    "  mae        REAL,             -- in the unit, as rmse and mean_width\n"
    "  rmse       REAL,\n"
    "  r2         REAL,\n"
    "  pearson    REAL,\n"
    "  coverage   REAL,             -- share of labels in their interval\n"
    "  mean_width REAL\n"
    ") STRICT, WITHOUT ROWID" },
  ORD_TABLE_TENSOR,
  ORD_TABLE_HISTORY,
  { NULL, NULL }
};

const OrdDatabaseFormat ord_model_format = {
  .noun = "model",
  .remedy = "train it again or get a fresh copy",
  .application_id = 0x4F72646E, /* "Ordn" */
  .version = 1,
  .tables = model_tables,
};

void
ord_digest_doubles (GChecksum    *digest,
                    const double *values,
                    gsize         n)
{
  for (gsize i = 0; i < n; i++)
    {
      guint64 bits;

      memcpy (&bits, values + i, sizeof bits);
      bits = GUINT64_TO_LE (bits);
      g_checksum_update (digest, (const guint8 *) &bits, sizeof bits);
    }
}

static OrdStatement *
insert_into (OrdDatabase  *database,
             const char   *table,
             const char   *values,
             GError      **error)
{
  g_autofree char *sql = NULL;

  sql = g_strdup_printf ("INSERT INTO %s VALUES (%s)", table, values);
  return ord_database_prepare (database, table, sql, error);
}

static gboolean
write_texts (const OrdModelParts  *parts,
             OrdStatement         *insert,
             GError              **error)
{
  const struct
  {
    const char *name;
    const char *value;
  } texts[] = {
    { "title", parts->title },
    { "method", parts->method },
    { "encoder", parts->encoder },
    { "options", parts->options },
    { "unit", ord_dataset_get_unit (parts->dataset) },
    { "folder", ord_dataset_get_folder (parts->dataset) },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      ord_statement_bind_text (insert, 1, texts[i].name);
      ord_statement_bind_text (insert, 2, texts[i].value);
      if (!ord_statement_run (insert, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
write_counts (const OrdModelParts  *parts,
              OrdStatement         *insert,
              GError              **error)
{
  const struct
  {
    const char *name;
    gint64      value;
  } counts[] = {
    { "samples", ord_dataset_get_n_samples (parts->dataset) },
    { "reference_samples", parts->n_reference },
    { "labels", ord_dataset_get_n_labels (parts->dataset) },
    { "covariates", ord_dataset_get_n_covariates (parts->dataset) },
    { "feature_width", parts->width },
    { "input_width", parts->preparation.width },
    { "input_height", parts->preparation.height },
    { "input_channels", parts->preparation.channels },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (counts); i++)
    {
      ord_statement_bind_text (insert, 1, counts[i].name);
      ord_statement_bind_int (insert, 2, counts[i].value);
      if (!ord_statement_run (insert, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
write_flagged (OrdStatement         *insert,
               const char           *name,
               const OrdEvaluation  *evaluation,
               GError              **error)
{
  if (!isfinite (evaluation->flagged))
    return TRUE;
  ord_statement_bind_text (insert, 1, name);
  ord_statement_bind_real (insert, 2, evaluation->flagged);
  return ord_statement_run (insert, error);
}

static gboolean
write_pretrained (const OrdPretrained  *network,
                  OrdStatement         *insert,
                  GError              **error)
{
  g_autofree char *mean = NULL, *sd = NULL;

  if (!network)
    return TRUE;
  mean = ord_pretrained_triple_to_text (network->mean);
  sd = ord_pretrained_triple_to_text (network->sd);
  {
    const struct
    {
      const char *name;
      const char *value;
    } texts[] = {
      { ORD_MODEL_NETWORK "_name", network->name },
      { ORD_MODEL_NETWORK "_output", network->output ? network->output : "" },
      { ORD_MODEL_NETWORK "_from", network->from ? network->from : "" },
      { ORD_MODEL_NETWORK "_mean", mean },
      { ORD_MODEL_NETWORK "_sd", sd },
    };

    for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
      {
        ord_statement_bind_text (insert, 1, texts[i].name);
        ord_statement_bind_text (insert, 2, texts[i].value);
        if (!ord_statement_run (insert, error))
          return FALSE;
      }
  }
  ord_statement_bind_text (insert, 1, ORD_MODEL_NETWORK "_structure");
  ord_statement_bind_int (insert, 2, network->structure);
  if (!ord_statement_run (insert, error))
    return FALSE;
  ord_statement_bind_text (insert, 1, ORD_MODEL_NETWORK);
  ord_statement_bind_bytes (insert, 2, network->bytes);
  return ord_statement_run (insert, error);
}

static gboolean
write_settings (const OrdModelParts  *parts,
                OrdDatabase          *database,
                GChecksum            *digest,
                GError              **error)
{
  g_autoptr (OrdStatement) insert = NULL;

  insert = insert_into (database, "setting", "?, ?", error);
  if (!insert
      || !write_texts (parts, insert, error)
      || !write_counts (parts, insert, error))
    return FALSE;

  ord_statement_bind_text (insert, 1, "radius");
  ord_statement_bind_real (insert, 2, parts->radius);
  if (!ord_statement_run (insert, error))
    return FALSE;
  ord_statement_bind_text (insert, 1, "novelty");
  ord_statement_bind_real (insert, 2, parts->novelty);
  if (!ord_statement_run (insert, error))
    return FALSE;
  if (!write_flagged (insert, ORD_MODEL_FLAGGED_VALIDATION,
                      &parts->validation, error)
      || !write_flagged (insert, ORD_MODEL_FLAGGED_TEST, &parts->test, error)
      || !write_pretrained (parts->pretrained, insert, error))
    return FALSE;
  ord_statement_bind_text (insert, 1, "checksum");
  ord_statement_bind_text (insert, 2, g_checksum_get_string (digest));
  return ord_statement_run (insert, error);
}

static gboolean
write_channels (const OrdPreparation  *preparation,
                OrdDatabase           *database,
                GError               **error)
{
  g_autoptr (OrdStatement) insert = NULL;

  insert = insert_into (database, "channel", "?, ?, ?", error);
  if (!insert)
    return FALSE;

  for (int i = 0; i < preparation->channels; i++)
    {
      ord_statement_bind_int (insert, 1, i);
      ord_statement_bind_real (insert, 2, preparation->mean[i]);
      ord_statement_bind_real (insert, 3, preparation->sd[i]);
      if (!ord_statement_run (insert, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
write_labels (const OrdModelParts  *parts,
              OrdDatabase          *database,
              GError              **error)
{
  g_autoptr (OrdStatement) insert = NULL;

  insert = insert_into (database, "label", "?, ?, ?, ?, ?, ?, ?", error);
  if (!insert)
    return FALSE;

  for (guint i = 0; i < ord_dataset_get_n_labels (parts->dataset); i++)
    {
      ord_statement_bind_int (insert, 1, i);
      ord_statement_bind_text (insert, 2,
                               ord_dataset_get_label_name (parts->dataset, i));
      ord_statement_bind_real (insert, 3, parts->label_mean[i]);
      ord_statement_bind_real (insert, 4, parts->label_sd[i]);
      ord_statement_bind_real (insert, 5, parts->intervals[i].coverage);
      ord_statement_bind_real (insert, 6, parts->intervals[i].quantile);
      ord_statement_bind_real (insert, 7, parts->intervals[i].floor);
      if (!ord_statement_run (insert, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
write_categories (const OrdCovariate  *covariate,
                  guint                index,
                  OrdStatement        *insert,
                  GError             **error)
{
  for (guint i = 0; covariate->categories && covariate->categories[i]; i++)
    {
      ord_statement_bind_int (insert, 1, index);
      ord_statement_bind_int (insert, 2, i);
      ord_statement_bind_text (insert, 3, covariate->categories[i]);
      if (!ord_statement_run (insert, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
write_covariates (OrdDataset   *dataset,
                  OrdDatabase  *database,
                  GError      **error)
{
  g_autoptr (OrdStatement) insert = NULL;
  g_autoptr (OrdStatement) insert_category = NULL;

  insert = insert_into (database, "covariate", "?, ?, ?, ?, ?", error);
  if (!insert)
    return FALSE;
  insert_category = insert_into (database, "category", "?, ?, ?", error);
  if (!insert_category)
    return FALSE;

  for (guint i = 0; i < ord_dataset_get_n_covariates (dataset); i++)
    {
      const OrdCovariate *covariate = ord_dataset_get_covariate (dataset, i);

      ord_statement_bind_int (insert, 1, i);
      ord_statement_bind_text (insert, 2, covariate->name);
      if (covariate->categories)
        ord_statement_bind_int (insert, 3,
                                g_strv_length (covariate->categories));
      ord_statement_bind_real (insert, 4, covariate->mean);
      ord_statement_bind_real (insert, 5, covariate->sd);
      if (!ord_statement_run (insert, error)
          || !write_categories (covariate, i, insert_category, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
write_sample (OrdDataset    *dataset,
              guint          index,
              OrdStatement  *insert,
              GError       **error)
{
  const OrdSample *sample = ord_dataset_get_sample (dataset, index);
  g_autofree char *usual = NULL;

  usual = g_build_filename (ord_dataset_get_folder (dataset), sample->file,
                            NULL);
  ord_statement_bind_int (insert, 1, index);
  ord_statement_bind_text (insert, 2, sample->file);
  ord_statement_bind_text (insert, 3, g_strcmp0 (usual, sample->path) == 0
                                      ? NULL : sample->path);
  ord_statement_bind_text (insert, 4, sample->group);
  ord_statement_bind_text (insert, 5, sample->hash);
  ord_statement_bind_text (insert, 6, ord_split_name (sample->split));
  return ord_statement_run (insert, error);
}

/* A row (sample, column, value) for each of @values. */
static gboolean
write_values (OrdStatement  *insert,
              guint          sample,
              const double  *values,
              guint          n,
              GError       **error)
{
  for (guint i = 0; i < n; i++)
    {
      ord_statement_bind_int (insert, 1, sample);
      ord_statement_bind_int (insert, 2, i);
      ord_statement_bind_real (insert, 3, values[i]);
      if (!ord_statement_run (insert, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
write_samples (OrdDataset   *dataset,
               OrdDatabase  *database,
               GChecksum    *digest,
               GError      **error)
{
  guint                    n_labels = ord_dataset_get_n_labels (dataset);
  guint                    n_covariates;
  g_autoptr (OrdStatement) insert = NULL;
  g_autoptr (OrdStatement) insert_label = NULL;
  g_autoptr (OrdStatement) insert_covariate = NULL;

  n_covariates = ord_dataset_get_n_covariates (dataset);
  insert = insert_into (database, "sample", "?, ?, ?, ?, ?, ?", error);
  if (!insert)
    return FALSE;
  insert_label = insert_into (database, "sample_label", "?, ?, ?", error);
  if (!insert_label)
    return FALSE;
  insert_covariate = insert_into (database, "sample_covariate", "?, ?, ?",
                                  error);
  if (!insert_covariate)
    return FALSE;

  for (guint i = 0; i < ord_dataset_get_n_samples (dataset); i++)
    {
      const OrdSample *sample = ord_dataset_get_sample (dataset, i);

      if (!write_sample (dataset, i, insert, error)
          || !write_values (insert_label, i, sample->labels, n_labels, error)
          || !write_values (insert_covariate, i, sample->covariates,
                            n_covariates, error))
        return FALSE;
      ord_digest_doubles (digest, sample->labels, n_labels);
    }
  return TRUE;
}

static gboolean
write_features (const OrdModelParts  *parts,
                OrdDatabase          *database,
                GChecksum            *digest,
                GError              **error)
{
  guint                    n = ord_dataset_get_n_samples (parts->dataset);
  g_autoptr (OrdStatement) insert = NULL;

  insert = insert_into (database, "feature", "?, ?", error);
  if (!insert)
    return FALSE;

  for (guint i = 0; i < n; i++)
    {
      ord_statement_bind_int (insert, 1, i);
      ord_statement_bind_floats (insert, 2,
                                 parts->features + (gsize) i * parts->width,
                                 parts->width);
      if (!ord_statement_run (insert, error))
        return FALSE;
    }
  ord_digest_floats (digest, parts->features, (gsize) n * parts->width);
  return TRUE;
}

static gboolean
write_thumbnails (GPtrArray    *thumbnails,
                  OrdDatabase  *database,
                  GError      **error)
{
  g_autoptr (OrdStatement) insert = NULL;

  insert = insert_into (database, "thumbnail", "?, ?", error);
  if (!insert)
    return FALSE;

  for (guint i = 0; i < thumbnails->len; i++)
    {
      GBytes *thumbnail = g_ptr_array_index (thumbnails, i);

      if (!thumbnail)
        continue;
      ord_statement_bind_int (insert, 1, i);
      ord_statement_bind_bytes (insert, 2, thumbnail);
      if (!ord_statement_run (insert, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
write_map (const OrdMap  *map,
           OrdDatabase   *database,
           GChecksum     *digest,
           GError       **error)
{
  g_autoptr (GBytes)       bytes = ord_map_to_bytes (map);
  g_autoptr (OrdStatement) insert = NULL;

  insert = insert_into (database, "map", "0, ?", error);
  if (!insert)
    return FALSE;

  g_checksum_update (digest, g_bytes_get_data (bytes, NULL),
                     g_bytes_get_size (bytes));
  ord_statement_bind_bytes (insert, 1, bytes);
  return ord_statement_run (insert, error);
}

static gboolean
write_evaluation (OrdStatement         *insert,
                  OrdSplit              split,
                  const OrdEvaluation  *evaluation,
                  GError              **error)
{
  ord_statement_bind_text (insert, 1, ord_split_name (split));
  ord_statement_bind_int (insert, 2, evaluation->quality.n);
  ord_statement_bind_real (insert, 3, evaluation->quality.mae);
  ord_statement_bind_real (insert, 4, evaluation->quality.rmse);
  ord_statement_bind_real (insert, 5, evaluation->quality.r2);
  ord_statement_bind_real (insert, 6, evaluation->quality.pearson);
  ord_statement_bind_real (insert, 7, evaluation->coverage);
  ord_statement_bind_real (insert, 8, evaluation->mean_width);
  return ord_statement_run (insert, error);
}

static gboolean
write_evaluations (const OrdModelParts  *parts,
                   OrdDatabase          *database,
                   GError              **error)
{
  g_autoptr (OrdStatement) insert = NULL;

  insert = insert_into (database, "evaluation", "?, ?, ?, ?, ?, ?, ?, ?",
                        error);
  return insert
         && write_evaluation (insert, ORD_SPLIT_VALIDATION,
                              &parts->validation, error)
         && write_evaluation (insert, ORD_SPLIT_TEST, &parts->test, error);
}

static gboolean
digest_pretrained (const OrdPretrained *network,
                   GChecksum           *digest)
{
  if (network && g_bytes_get_size (network->bytes) > 0)
    g_checksum_update (digest, g_bytes_get_data (network->bytes, NULL),
                       g_bytes_get_size (network->bytes));
  return TRUE;
}

static gboolean
write_model (const OrdModelParts  *parts,
             OrdDatabase          *database,
             GError              **error)
{
  g_autoptr (GChecksum) digest = g_checksum_new (G_CHECKSUM_SHA256);

  /* The order of the first five is that of the checksum. */
  return write_samples (parts->dataset, database, digest, error)
         && write_features (parts, database, digest, error)
         && ord_tensors_write (parts->tensors, database, digest, error)
         && write_map (parts->map, database, digest, error)
         && digest_pretrained (parts->pretrained, digest)
         && write_channels (&parts->preparation, database, error)
         && write_labels (parts, database, error)
         && write_covariates (parts->dataset, database, error)
         && write_thumbnails (parts->thumbnails, database, error)
         && ord_history_write (parts->history, database, error)
         && write_evaluations (parts, database, error)
         && write_settings (parts, database, digest, error);
}

static guint64
expected_size (const OrdModelParts *parts)
{
  guint64 n = ord_dataset_get_n_samples (parts->dataset);
  guint64 size = ord_tensors_size (parts->tensors);

  if (parts->pretrained)
    size += g_bytes_get_size (parts->pretrained->bytes);
  size += n * (parts->width * sizeof (float) + 250);
  for (guint i = 0; i < parts->thumbnails->len; i++)
    {
      GBytes *thumbnail = g_ptr_array_index (parts->thumbnails, i);

      size += thumbnail ? g_bytes_get_size (thumbnail) : 0;
    }
  /* What pages leave empty. */
  return size + size / 8;
}

gboolean
ord_model_can_save (const char  *path,
                    GError     **error)
{
  g_autoptr (OrdDatabase) database = NULL;

  g_return_val_if_fail (path != NULL, FALSE);

  /* Never committed, and gone with its temporary file. */
  database = ord_database_create (path, &ord_model_format, 0, error);
  return database != NULL;
}

gboolean
ord_model_save (OrdModel    *model,
                const char  *path,
                GError     **error)
{
  const OrdModelParts    *parts;
  g_autoptr (OrdDatabase) database = NULL;

  g_return_val_if_fail (ORD_IS_MODEL (model), FALSE);
  g_return_val_if_fail (path != NULL, FALSE);

  parts = ord_model_get_parts (model);
  if (!ord_model_parts_check (parts, error))
    {
      g_prefix_error (error, "The model was not saved, because it could not be "
                      "loaded again: ");
      return FALSE;
    }

  database = ord_database_create (path, &ord_model_format,
                                  expected_size (parts), error);
  return database
         && write_model (parts, database, error)
         && ord_database_commit (database, error);
}
