/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The table of labelled pictures in memory.
 */
#include "ord-dataset-private.h"

struct _OrdDataset
{
  GObject parent_instance;

  char   *folder;
  char   *unit;
  char  **label_names;
  guint   n_labels;
  GArray *covariates; /* OrdCovariate */
  GArray *samples;    /* OrdSample */
};

G_DEFINE_FINAL_TYPE (OrdDataset, ord_dataset, G_TYPE_OBJECT)

const char *
ord_split_name (OrdSplit split)
{
  static const char * const names[] = { "train", "validation", "test" };

  g_return_val_if_fail ((guint) split < ORD_N_SPLITS, NULL);

  return names[split];
}

static void
sample_clear (gpointer data)
{
  OrdSample *sample = data;

  g_free (sample->file);
  g_free (sample->path);
  g_free (sample->group);
  g_free (sample->hash);
  g_free (sample->labels);
  g_free (sample->covariates);
}

void
ord_covariate_clear (OrdCovariate *covariate)
{
  g_clear_pointer (&covariate->name, g_free);
  g_clear_pointer (&covariate->categories, g_strfreev);
}

static void
ord_dataset_finalize (GObject *object)
{
  OrdDataset *dataset = ORD_DATASET (object);

  g_free (dataset->folder);
  g_free (dataset->unit);
  g_strfreev (dataset->label_names);
  g_array_unref (dataset->covariates);
  g_array_unref (dataset->samples);

  G_OBJECT_CLASS (ord_dataset_parent_class)->finalize (object);
}

static void
ord_dataset_class_init (OrdDatasetClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ord_dataset_finalize;
}

static void
ord_dataset_init (OrdDataset *dataset)
{
  dataset->covariates = g_array_new (FALSE, FALSE, sizeof (OrdCovariate));
  g_array_set_clear_func (dataset->covariates,
                          (GDestroyNotify) ord_covariate_clear);
  dataset->samples = g_array_new (FALSE, FALSE, sizeof (OrdSample));
  g_array_set_clear_func (dataset->samples, sample_clear);
}

OrdDataset *
ord_dataset_new (const char         *folder,
                 const char         *unit,
                 const char * const *label_names,
                 const OrdCovariate *covariates,
                 guint               n_covariates)
{
  OrdDataset *dataset;

  g_return_val_if_fail (label_names != NULL && label_names[0] != NULL, NULL);
  g_return_val_if_fail (covariates != NULL || n_covariates == 0, NULL);

  dataset = g_object_new (ORD_TYPE_DATASET, NULL);
  dataset->folder = g_strdup (folder != NULL ? folder : "");
  dataset->unit = g_strdup (unit != NULL ? unit : "");
  dataset->label_names = g_strdupv ((char **) label_names);
  dataset->n_labels = g_strv_length (dataset->label_names);

  for (guint i = 0; i < n_covariates; i++)
    {
      OrdCovariate copy = covariates[i];

      copy.name = g_strdup (copy.name);
      copy.categories = g_strdupv (copy.categories);
      g_array_append_val (dataset->covariates, copy);
    }

  return dataset;
}

static double *
copy_numbers (const double *numbers,
              guint         n)
{
  return g_memdup2 (numbers, n * sizeof (double));
}

guint
ord_dataset_append (OrdDataset      *dataset,
                    const OrdSample *sample)
{
  OrdSample copy;

  g_return_val_if_fail (ORD_IS_DATASET (dataset), 0);
  g_return_val_if_fail (sample != NULL && sample->labels != NULL, 0);
  g_return_val_if_fail (sample->covariates != NULL
                        || dataset->covariates->len == 0, 0);

  copy = (OrdSample) {
    .file = g_strdup (sample->file),
    .path = g_strdup (sample->path),
    .group = g_strdup (sample->group),
    .hash = g_strdup (sample->hash),
    .labels = copy_numbers (sample->labels, dataset->n_labels),
    .covariates = copy_numbers (sample->covariates, dataset->covariates->len),
    .split = sample->split,
  };
  g_array_append_val (dataset->samples, copy);

  return dataset->samples->len - 1;
}

const char *
ord_dataset_get_folder (OrdDataset *dataset)
{
  g_return_val_if_fail (ORD_IS_DATASET (dataset), NULL);

  return dataset->folder;
}

const char *
ord_dataset_get_unit (OrdDataset *dataset)
{
  g_return_val_if_fail (ORD_IS_DATASET (dataset), NULL);

  return dataset->unit;
}

guint
ord_dataset_get_n_samples (OrdDataset *dataset)
{
  g_return_val_if_fail (ORD_IS_DATASET (dataset), 0);

  return dataset->samples->len;
}

guint
ord_dataset_get_n_labels (OrdDataset *dataset)
{
  g_return_val_if_fail (ORD_IS_DATASET (dataset), 0);

  return dataset->n_labels;
}

const char *
ord_dataset_get_label_name (OrdDataset *dataset,
                            guint       label)
{
  g_return_val_if_fail (ORD_IS_DATASET (dataset), NULL);
  g_return_val_if_fail (label < dataset->n_labels, NULL);

  return dataset->label_names[label];
}

guint
ord_dataset_get_n_covariates (OrdDataset *dataset)
{
  g_return_val_if_fail (ORD_IS_DATASET (dataset), 0);

  return dataset->covariates->len;
}

OrdCovariate *
ord_dataset_peek_covariate (OrdDataset *dataset,
                            guint       covariate)
{
  return &g_array_index (dataset->covariates, OrdCovariate, covariate);
}

const OrdCovariate *
ord_dataset_get_covariate (OrdDataset *dataset,
                           guint       covariate)
{
  g_return_val_if_fail (ORD_IS_DATASET (dataset), NULL);
  g_return_val_if_fail (covariate < dataset->covariates->len, NULL);

  return ord_dataset_peek_covariate (dataset, covariate);
}

OrdSample *
ord_dataset_peek_sample (OrdDataset *dataset,
                         guint       sample)
{
  return &g_array_index (dataset->samples, OrdSample, sample);
}

const OrdSample *
ord_dataset_get_sample (OrdDataset *dataset,
                        guint       sample)
{
  g_return_val_if_fail (ORD_IS_DATASET (dataset), NULL);
  g_return_val_if_fail (sample < dataset->samples->len, NULL);

  return ord_dataset_peek_sample (dataset, sample);
}

void
ord_dataset_set_hash (OrdDataset *dataset,
                      guint       sample,
                      const char *hash)
{
  g_return_if_fail (ORD_IS_DATASET (dataset));
  g_return_if_fail (sample < dataset->samples->len);

  g_set_str (&ord_dataset_peek_sample (dataset, sample)->hash, hash);
}

void
ord_dataset_sum_covariates (OrdDataset *dataset,
                            GChecksum  *sum)
{
  for (guint i = 0; i < ord_dataset_get_n_covariates (dataset); i++)
    {
      const OrdCovariate *covariate = ord_dataset_get_covariate (dataset, i);

      g_checksum_update (sum, (const guchar *) covariate->name, -1);
      for (guint k = 0; covariate->categories && covariate->categories[k]; k++)
        g_checksum_update (sum, (const guchar *) covariate->categories[k], -1);
    }
}

void
ord_dataset_sum_sample (OrdDataset *dataset,
                        guint       sample,
                        GChecksum  *sum)
{
  const OrdSample *of = ord_dataset_get_sample (dataset, sample);

  g_checksum_update (sum, (const guchar *) of->covariates,
                     (gssize) (sizeof (double) *
                               ord_dataset_get_n_covariates (dataset)));
  g_checksum_update (sum, (const guchar *) of->file, -1);
  g_checksum_update (sum, (const guchar *) of->labels,
                     (gssize) (sizeof (double) *
                               ord_dataset_get_n_labels (dataset)));
  g_checksum_update (sum, (const guchar *) &of->split, sizeof of->split);
}

OrdDataset *
ord_dataset_subset (OrdDataset  *dataset,
                    const guint *samples,
                    guint        n_samples)
{
  OrdDataset *subset;

  g_return_val_if_fail (ORD_IS_DATASET (dataset), NULL);
  g_return_val_if_fail (samples != NULL || n_samples == 0, NULL);

  subset = ord_dataset_new (dataset->folder, dataset->unit,
                            (const char * const *) dataset->label_names,
                            (const OrdCovariate *) dataset->covariates->data,
                            dataset->covariates->len);

  for (guint i = 0; i < n_samples; i++)
    {
      const OrdSample *sample = ord_dataset_get_sample (dataset, samples[i]);

      if (sample != NULL)
        ord_dataset_append (subset, sample);
    }

  return subset;
}

void
ord_dataset_drop_covariates (OrdDataset *dataset)
{
  g_return_if_fail (ORD_IS_DATASET (dataset));

  for (guint i = 0; i < dataset->samples->len; i++)
    g_clear_pointer (&g_array_index (dataset->samples, OrdSample, i).covariates,
                     g_free);
  g_array_set_size (dataset->covariates, 0);
}

GArray *
ord_dataset_get_split (OrdDataset *dataset,
                       OrdSplit    split)
{
  GArray *members;

  g_return_val_if_fail (ORD_IS_DATASET (dataset), NULL);
  g_return_val_if_fail ((guint) split < ORD_N_SPLITS, NULL);

  members = g_array_new (FALSE, FALSE, sizeof (guint));
  for (guint i = 0; i < dataset->samples->len; i++)
    if (ord_dataset_peek_sample (dataset, i)->split == split)
      g_array_append_val (members, i);

  return members;
}
