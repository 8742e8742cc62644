/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A model's space as what the Embedding Projector and NumPy read.
 */
#include "ord-export.h"

#include <math.h>
#include <string.h>

/* -- tables ------------------------------------------------------------------- */

/* Nine figures tell every float apart from every other, seventeen every
 * double. */
#define FLOAT_FORMAT  "%.9g"
#define DOUBLE_FORMAT "%.17g"

static void
add_number (GString    *line,
            const char *format,
            double      value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append (line, g_ascii_formatd (text, sizeof text, format, value));
}

/* The shortest of the usual forms that gives the same number. */
static void
add_label (GString *line,
           double   value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (text, sizeof text, "%.15g", value);
  if (g_ascii_strtod (text, NULL) == value)
    g_string_append (line, text);
  else
    add_number (line, DOUBLE_FORMAT, value);
}

/* A cell has no way to hold a tab or an end of line. */
static void
add_text (GString    *line,
          const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  for (char *c = valid; *c; c++)
    if ((guchar) *c < ' ' || *c == 0x7f)
      *c = ' ';
  g_string_append (line, valid);
}

gboolean
ord_export_features_table (OrdModel   *model,
                           OrdOutput  *output,
                           GError    **error)
{
  const OrdModelParts *parts = ord_model_get_parts (model);
  guint                n = ord_dataset_get_n_samples (parts->dataset);
  g_autoptr (GString)  line = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    {
      g_string_truncate (line, 0);
      for (guint k = 0; k < parts->width; k++)
        {
          if (k > 0)
            g_string_append_c (line, '\t');
          add_number (line, FLOAT_FORMAT,
                      parts->features[(gsize) i * parts->width + k]);
        }
      g_string_append_c (line, '\n');
      if (!ord_output_write (output, line->str, line->len, error))
        return FALSE;
    }
  return TRUE;
}

static void
add_header (GString    *line,
            OrdDataset *dataset)
{
  g_string_append (line, "file");
  for (guint k = 0; k < ord_dataset_get_n_labels (dataset); k++)
    {
      g_string_append_c (line, '\t');
      add_text (line, ord_dataset_get_label_name (dataset, k));
    }
  g_string_append (line, "\tsplit");
  for (guint i = 0; i < ord_dataset_get_n_covariates (dataset); i++)
    {
      g_string_append_c (line, '\t');
      add_text (line, ord_dataset_get_covariate (dataset, i)->name);
    }
  g_string_append_c (line, '\n');
}

static void
add_covariate (GString            *line,
               const OrdCovariate *covariate,
               double              value)
{
  if (isnan (value))
    return;
  if (covariate->categories)
    add_text (line, covariate->categories[(guint) value]);
  else
    add_label (line, value);
}

static void
add_sample (GString         *line,
            OrdDataset      *dataset,
            const OrdSample *sample)
{
  add_text (line, sample->file);
  for (guint k = 0; k < ord_dataset_get_n_labels (dataset); k++)
    {
      g_string_append_c (line, '\t');
      add_label (line, sample->labels[k]);
    }
  g_string_append_printf (line, "\t%s", ord_split_name (sample->split));
  for (guint i = 0; i < ord_dataset_get_n_covariates (dataset); i++)
    {
      g_string_append_c (line, '\t');
      add_covariate (line, ord_dataset_get_covariate (dataset, i),
                     sample->covariates[i]);
    }
  g_string_append_c (line, '\n');
}

gboolean
ord_export_samples_table (OrdModel   *model,
                          OrdOutput  *output,
                          GError    **error)
{
  OrdDataset          *dataset = ord_model_get_parts (model)->dataset;
  guint                n = ord_dataset_get_n_samples (dataset);
  g_autoptr (GString)  line = g_string_new (NULL);

  add_header (line, dataset);
  for (guint i = 0; i < n; i++)
    {
      add_sample (line, dataset, ord_dataset_get_sample (dataset, i));
      if (!ord_output_write (output, line->str, line->len, error))
        return FALSE;
      g_string_truncate (line, 0);
    }
  return TRUE;
}

/* -- arrays ------------------------------------------------------------------- */

/* What stands before the header's text: a magic, the version, the length. */
#define NPY_PREFIX "\x93NUMPY\x01\x00"
#define NPY_BEFORE 10

/* The header ends where the numbers may begin. */
#define NPY_ALIGNMENT 64

/* @type: "<f4" or "<f8" */
static gboolean
write_array_header (OrdOutput   *output,
                    const char  *type,
                    guint        n,
                    guint        width,
                    GError     **error)
{
  g_autoptr (GString) header = g_string_new (NULL);
  guint8              before[NPY_BEFORE] = NPY_PREFIX;

  g_string_printf (header, "{'descr': '%s', 'fortran_order': False, "
                   "'shape': (%u, %u), }", type, n, width);
  while ((NPY_BEFORE + header->len + 1) % NPY_ALIGNMENT != 0)
    g_string_append_c (header, ' ');
  g_string_append_c (header, '\n');
  before[8] = header->len & 0xff;
  before[9] = header->len >> 8;
  return ord_output_write (output, before, sizeof before, error) &&
         ord_output_write (output, header->str, header->len, error);
}

gboolean
ord_export_features_array (OrdModel   *model,
                           OrdOutput  *output,
                           GError    **error)
{
  const OrdModelParts *parts = ord_model_get_parts (model);
  guint                n = ord_dataset_get_n_samples (parts->dataset);
  gsize                count = (gsize) n * parts->width;

  if (!write_array_header (output, "<f4", n, parts->width, error))
    return FALSE;
  for (gsize i = 0; i < count; i++)
    {
      union { float value; guint32 bits; } number = { parts->features[i] };
      guint32 bits = GUINT32_TO_LE (number.bits);

      if (!ord_output_write (output, &bits, sizeof bits, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
ord_export_labels_array (OrdModel   *model,
                         OrdOutput  *output,
                         GError    **error)
{
  OrdDataset *dataset = ord_model_get_parts (model)->dataset;
  guint       n = ord_dataset_get_n_samples (dataset);
  guint       n_labels = ord_dataset_get_n_labels (dataset);

  if (!write_array_header (output, "<f8", n, n_labels, error))
    return FALSE;
  for (guint i = 0; i < n; i++)
    for (guint k = 0; k < n_labels; k++)
      {
        union { double value; guint64 bits; } number = {
          ord_dataset_get_sample (dataset, i)->labels[k] };
        guint64 bits = GUINT64_TO_LE (number.bits);

        if (!ord_output_write (output, &bits, sizeof bits, error))
          return FALSE;
      }
  return TRUE;
}
