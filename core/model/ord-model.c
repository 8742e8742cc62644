/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The model as an object, and what must hold between its parts.
 */
#include "ord-model-private.h"

#include <math.h>

#include "ord-tables.h"

struct _OrdModel
{
  GObject        parent_instance;
  OrdModelParts *parts;
};

G_DEFINE_FINAL_TYPE (OrdModel, ord_model, G_TYPE_OBJECT)

static void
ord_model_finalize (GObject *object)
{
  OrdModel *self = ORD_MODEL (object);

  ord_model_parts_free (self->parts);
  G_OBJECT_CLASS (ord_model_parent_class)->finalize (object);
}

static void
ord_model_class_init (OrdModelClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ord_model_finalize;
}

static void
ord_model_init (OrdModel *self)
{
}

OrdModel *
ord_model_new (OrdModelParts *parts)
{
  OrdModel *self;

  g_return_val_if_fail (parts != NULL, NULL);

  self = g_object_new (ORD_TYPE_MODEL, NULL);
  self->parts = parts;
  return self;
}

const OrdModelParts *
ord_model_get_parts (OrdModel *self)
{
  g_return_val_if_fail (ORD_IS_MODEL (self), NULL);

  return self->parts;
}

void
ord_model_parts_free (OrdModelParts *parts)
{
  if (!parts)
    return;

  g_free (parts->title);
  g_free (parts->method);
  g_free (parts->encoder);
  g_clear_pointer (&parts->pretrained, ord_pretrained_unref);
  g_free (parts->options);
  g_clear_object (&parts->dataset);
  g_free (parts->features);
  g_clear_pointer (&parts->thumbnails, g_ptr_array_unref);
  g_free (parts->label_mean);
  g_free (parts->label_sd);
  g_clear_pointer (&parts->tensors, g_ptr_array_unref);
  g_free (parts->intervals);
  g_clear_pointer (&parts->map, ord_map_free);
  g_clear_pointer (&parts->history, g_array_unref);
  g_free (parts);
}

static gboolean
fault (GError     **error,
       const char  *format,
       ...) G_GNUC_PRINTF (2, 3);

static gboolean
fault (GError     **error,
       const char  *format,
       ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_clear_error (error);
  if (error)
    *error = g_error_new_valist (ORD_ERROR, ORD_ERROR_MODEL, format,
                                 arguments);
  va_end (arguments);
  return FALSE;
}

static gboolean
is_positive (double value)
{
  return isfinite (value) && value > 0.0;
}

static gboolean
check_text (const char  *text,
            const char  *what,
            gboolean     may_be_empty,
            GError     **error)
{
  if (!text || (!may_be_empty && !*text))
    return fault (error, "it has no %s", what);
  if (!g_utf8_validate (text, -1, NULL))
    return fault (error, "its %s is no UTF-8", what);
  if (strlen (text) > 60000)
    return fault (error, "its %s is too long", what);
  return TRUE;
}

/* Training makes no larger input; a network for one would take all memory. */
#define MAX_SIDE 4096
#define MAX_AREA (1200 * 1200)

static gboolean
check_preparation (const OrdPreparation  *preparation,
                   GError               **error)
{
  if (preparation->width < 4 || preparation->width > MAX_SIDE
      || preparation->height < 4 || preparation->height > MAX_SIDE
      || (gint64) preparation->width * preparation->height > MAX_AREA)
    return fault (error, "its pictures are %d × %d pixels",
                  preparation->width, preparation->height);
  if (preparation->channels != 1 && preparation->channels != 3)
    return fault (error, "its pictures have %d channels",
                  preparation->channels);

  for (int i = 0; i < preparation->channels; i++)
    if (!isfinite (preparation->mean[i]) || !is_positive (preparation->sd[i]))
      return fault (error, "the normalisation of channel %d is impossible", i);
  return TRUE;
}

static gboolean
check_labels (const OrdModelParts  *parts,
              GError              **error)
{
  guint n_labels = ord_dataset_get_n_labels (parts->dataset);

  if (n_labels < 1 || n_labels > ORD_MODEL_MAX_LABELS)
    return fault (error, "it has %u labels", n_labels);

  for (guint i = 0; i < n_labels; i++)
    {
      const OrdInterval *interval = &parts->intervals[i];

      if (!check_text (ord_dataset_get_label_name (parts->dataset, i),
                       "name of a label", TRUE, error))
        return FALSE;
      if (!isfinite (parts->label_mean[i]) || !is_positive (parts->label_sd[i]))
        return fault (error, "mean or deviation of label %u is impossible", i);
      if (!is_positive (interval->coverage) || interval->coverage >= 1.0
          || !isfinite (interval->quantile) || interval->quantile < 0.0
          || !isfinite (interval->floor) || interval->floor < 0.0)
        return fault (error, "the interval of label %u is impossible", i);
    }
  return TRUE;
}

static gboolean
check_covariates (OrdDataset  *dataset,
                  GError     **error)
{
  guint n = ord_dataset_get_n_covariates (dataset);

  if (n > ORD_MODEL_MAX_COVARIATES)
    return fault (error, "it has %u covariates", n);

  for (guint i = 0; i < n; i++)
    {
      const OrdCovariate *covariate = ord_dataset_get_covariate (dataset, i);

      if (!check_text (covariate->name, "name of a covariate", FALSE, error))
        return FALSE;
      if (!covariate->categories)
        {
          if (!isfinite (covariate->mean) || !isfinite (covariate->sd)
              || covariate->sd < 0.0)
            return fault (error, "mean or deviation of “%s” is impossible",
                          covariate->name);
          continue;
        }
      if (g_strv_length (covariate->categories) > ORD_MODEL_MAX_CATEGORIES)
        return fault (error, "“%s” has too many categories", covariate->name);
      for (char **category = covariate->categories; *category; category++)
        if (!check_text (*category, "name of a category", TRUE, error))
          return FALSE;
    }
  return TRUE;
}

/* A number, the index of a category, or NaN for not known. */
static gboolean
check_covariate_values (OrdDataset  *dataset,
                        guint        index,
                        GError     **error)
{
  const OrdCovariate *covariate = ord_dataset_get_covariate (dataset, index);
  guint               n = ord_dataset_get_n_samples (dataset);
  guint               n_categories = covariate->categories
                        ? g_strv_length (covariate->categories) : 0;

  for (guint i = 0; i < n; i++)
    {
      const OrdSample *sample = ord_dataset_get_sample (dataset, i);
      double           value = sample->covariates[index];
      gboolean         possible = isfinite (value);

      if (covariate->categories)
        possible = value >= 0.0 && value < n_categories
                   && value == floor (value);
      if (!possible && !isnan (value))
        return fault (error, "“%s” has an impossible %s",
                      sample->file, covariate->name);
    }
  return TRUE;
}

static gboolean
check_sample (const OrdModelParts  *parts,
              guint                 index,
              GError              **error)
{
  OrdDataset      *dataset = parts->dataset;
  const OrdSample *sample = ord_dataset_get_sample (dataset, index);

  if (!check_text (sample->file, "name of a picture", FALSE, error))
    return FALSE;
  if (!sample->path || !*sample->path)
    return fault (error, "picture %u has no path", index);
  if ((sample->group && !check_text (sample->group, "group", TRUE, error))
      || (sample->hash && !check_text (sample->hash, "hash", TRUE, error)))
    return FALSE;
  if ((guint) sample->split >= ORD_N_SPLITS)
    return fault (error, "“%s” is in no split", sample->file);
  if ((sample->split == ORD_SPLIT_TRAIN) != (index < parts->n_reference))
    return fault (error, "“%s” is out of its place: the training images, "
                  "which are the first %u, are the reference images",
                  sample->file, parts->n_reference);

  for (guint i = 0; i < ord_dataset_get_n_labels (dataset); i++)
    if (!isfinite (sample->labels[i]))
      return fault (error, "“%s” has a label that is not finite",
                    sample->file);
  return TRUE;
}

static gboolean
check_samples (const OrdModelParts  *parts,
               GError              **error)
{
  guint    n = ord_dataset_get_n_samples (parts->dataset);
  OrdSplit split = ORD_SPLIT_TRAIN;

  if (parts->n_reference < 1 || parts->n_reference > n)
    return fault (error, "%u of its %u samples are reference images",
                  parts->n_reference, n);

  for (guint i = 0; i < n; i++)
    {
      const OrdSample *sample = ord_dataset_get_sample (parts->dataset, i);

      if (!check_sample (parts, i, error))
        return FALSE;
      if (sample->split < split)
        return fault (error, "“%s” is out of its place in the order of splits",
                      sample->file);
      split = sample->split;
    }

  for (guint i = 0; i < ord_dataset_get_n_covariates (parts->dataset); i++)
    if (!check_covariate_values (parts->dataset, i, error))
      return FALSE;
  return TRUE;
}

static gboolean
check_thumbnails (const OrdModelParts  *parts,
                  GError              **error)
{
  if (parts->thumbnails->len != ord_dataset_get_n_samples (parts->dataset))
    return fault (error, "it has %u thumbnails for %u samples",
                  parts->thumbnails->len,
                  ord_dataset_get_n_samples (parts->dataset));

  for (guint i = 0; i < parts->thumbnails->len; i++)
    {
      GBytes *thumbnail = g_ptr_array_index (parts->thumbnails, i);

      if (thumbnail && g_bytes_get_size (thumbnail) > ORD_MODEL_MAX_THUMBNAIL)
        return fault (error, "thumbnail %u is too large", i);
    }
  return TRUE;
}

static gboolean
check_evaluation (const OrdModelParts  *parts,
                  OrdSplit              split,
                  const OrdEvaluation  *evaluation,
                  GError              **error)
{
  g_autoptr (GArray) samples = ord_dataset_get_split (parts->dataset, split);

  if (evaluation->quality.n > samples->len)
    return fault (error, "it was measured on %" G_GSIZE_FORMAT
                  " %s images and has %u",
                  evaluation->quality.n, ord_split_name (split), samples->len);
  if (evaluation->flagged < 0.0 || evaluation->flagged > 1.0)
    return fault (error, "it flagged %g of its %s images as out of range",
                  evaluation->flagged, ord_split_name (split));
  return TRUE;
}

static gboolean
check_space (const OrdModelParts  *parts,
             GError              **error)
{
  guint n = ord_dataset_get_n_samples (parts->dataset);

  if (parts->width < 1 || parts->width > ORD_MODEL_MAX_WIDTH)
    return fault (error, "its features have the width %u", parts->width);
  if (!ord_floats_are_finite (parts->features, (gsize) n * parts->width))
    return fault (error, "its features are not finite");
  if (!is_positive (parts->radius))
    return fault (error, "its radius is %g", parts->radius);
  if (!isfinite (parts->novelty) || parts->novelty < 0.0)
    return fault (error, "its limit of novelty is %g", parts->novelty);
  if (ord_map_get_n (parts->map) != parts->n_reference)
    return fault (error, "its map has %" G_GSIZE_FORMAT " places for %u "
                  "reference images",
                  ord_map_get_n (parts->map), parts->n_reference);
  return TRUE;
}

gboolean
ord_model_parts_check (const OrdModelParts  *parts,
                       GError              **error)
{
  return check_text (parts->title, "title", TRUE, error)
         && check_text (parts->method, "method", FALSE, error)
         && check_text (parts->encoder, "encoder", FALSE, error)
         && check_text (parts->options, "options", TRUE, error)
         && check_text (ord_dataset_get_unit (parts->dataset), "unit", TRUE,
                        error)
         && check_preparation (&parts->preparation, error)
         && check_labels (parts, error)
         && check_covariates (parts->dataset, error)
         && check_samples (parts, error)
         && check_thumbnails (parts, error)
         && check_space (parts, error)
         && check_evaluation (parts, ORD_SPLIT_VALIDATION, &parts->validation,
                              error)
         && check_evaluation (parts, ORD_SPLIT_TEST, &parts->test, error)
         && ord_tensors_check (parts->tensors, error);
}
