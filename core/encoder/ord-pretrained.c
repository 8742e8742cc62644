/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A network that was trained elsewhere.
 */
#include "ord-pretrained.h"

#include <math.h>
#include <string.h>

#include "ord-encoder-private.h"

/* Side of pictures: as many pixels as a training bears. */
#define MAX_SIDE 4096

static const float imagenet_mean[3] = { 0.485f, 0.456f, 0.406f };
static const float imagenet_sd[3] = { 0.229f, 0.224f, 0.225f };

static void
pretrained_clear (gpointer data)
{
  OrdPretrained *pretrained = data;

  g_free (pretrained->name);
  g_bytes_unref (pretrained->bytes);
  g_free (pretrained->output);
  g_free (pretrained->from);
}

OrdPretrained *
ord_pretrained_ref (OrdPretrained *pretrained)
{
  return g_atomic_rc_box_acquire (pretrained);
}

void
ord_pretrained_unref (OrdPretrained *pretrained)
{
  if (pretrained)
    g_atomic_rc_box_release_full (pretrained, pretrained_clear);
}

gboolean
ord_pretrained_parse_triple (const char *text,
                             float       triple[3])
{
  g_auto (GStrv) parts = g_strsplit (text, ",", -1);
  guint          n = g_strv_length (parts);

  if (n != 1 && n != 3)
    return FALSE;
  for (guint i = 0; i < 3; i++)
    {
      const char *part = g_strstrip (parts[n == 1 ? 0 : i]);
      char       *end;
      double      value = g_ascii_strtod (part, &end);

      if (end == part || *end != '\0' || !isfinite (value))
        return FALSE;
      triple[i] = (float) value;
    }
  return TRUE;
}

char *
ord_pretrained_triple_to_text (const float triple[3])
{
  char parts[3][G_ASCII_DTOSTR_BUF_SIZE];

  for (guint i = 0; i < 3; i++)
    g_ascii_formatd (parts[i], sizeof parts[i], "%.9g", triple[i]);
  return g_strdup_printf ("%s,%s,%s", parts[0], parts[1], parts[2]);
}

/* From the option, or else the metadata, or else @fallback. */
static gboolean
choose_triple (const OrdOnnx  *onnx,
               const char     *name,
               const char     *text,
               const float     fallback[3],
               float           triple[3],
               GError        **error)
{
  gboolean    given = text != NULL;
  const char *told = given ? text : ord_onnx_get_metadata (onnx, name);

  memcpy (triple, fallback, sizeof (float) * 3);
  if (!told)
    return TRUE;
  if (ord_pretrained_parse_triple (told, triple) &&
      (!g_str_equal (name, "sd") ||
       (triple[0] > 0.0f && triple[1] > 0.0f && triple[2] > 0.0f)))
    return TRUE;
  g_set_error (error, ORD_ERROR, ORD_ERROR_OPTION,
               "“%s”, %s of %s, should be one number or three with commas "
               "between (red, green, blue; of values from 0 to 1)%s: --%s "
               "0.5,0.5,0.5", told, name,
               given ? "the option" : ord_onnx_get_file (onnx),
               g_str_equal (name, "sd") ? ", above 0" : "", name);
  return FALSE;
}

OrdPretrained *
ord_pretrained_open (const char  *path,
                     const char  *output,
                     const char  *from,
                     const char  *mean,
                     const char  *sd,
                     GError     **error)
{
  g_autoptr (OrdPretrained) pretrained = NULL;
  g_autoptr (OrdOnnx)       onnx = NULL;
  char                     *contents;
  gsize                     size;

  if (!g_file_get_contents (path, &contents, &size, error))
    return NULL;
  pretrained = g_atomic_rc_box_new0 (OrdPretrained);
  pretrained->name = g_path_get_basename (path);
  pretrained->bytes = g_bytes_new_take (contents, size);
  pretrained->output = g_strdup (output);
  pretrained->from = g_strdup (from);
  onnx = ord_onnx_parse (pretrained->bytes, path, error);
  if (!onnx ||
      !choose_triple (onnx, "mean", mean, imagenet_mean, pretrained->mean,
                      error) ||
      !choose_triple (onnx, "sd", sd, imagenet_sd, pretrained->sd, error))
    return NULL;

  return g_steal_pointer (&pretrained);
}

OrdPretrained *
ord_pretrained_with (const OrdPretrained *like,
                     GBytes              *bytes,
                     gboolean             structure)
{
  OrdPretrained *copy = g_atomic_rc_box_new0 (OrdPretrained);

  *copy = *like;
  copy->name = g_strdup (like->name);
  copy->bytes = g_bytes_ref (bytes);
  copy->structure = structure;
  copy->output = g_strdup (like->output);
  copy->from = g_strdup (like->from);
  return copy;
}

char *
ord_pretrained_hash (const OrdPretrained *pretrained)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char      *mean = ord_pretrained_triple_to_text (pretrained->mean);
  g_autofree char      *sd = ord_pretrained_triple_to_text (pretrained->sd);
  g_autofree char      *how =
    g_strdup_printf ("%s|%s|%s|%s|", pretrained->output ? pretrained->output : "",
                     pretrained->from ? pretrained->from : "", mean, sd);

  g_checksum_update (sum, (const guchar *) how, -1);
  g_checksum_update (sum, g_bytes_get_data (pretrained->bytes, NULL),
                     (gssize) g_bytes_get_size (pretrained->bytes));
  return g_strdup (g_checksum_get_string (sum));
}

OrdOnnx *
ord_pretrained_parse (const OrdPretrained  *pretrained,
                      GError              **error)
{
  return pretrained->structure
         ? ord_onnx_parse_structure (pretrained->bytes, pretrained->name, error)
         : ord_onnx_parse (pretrained->bytes, pretrained->name, error);
}

gboolean
ord_pretrained_get_size (const OrdPretrained *pretrained,
                         int                 *width,
                         int                 *height,
                         GError             **error)
{
  g_autoptr (OrdOnnx) onnx = ord_pretrained_parse (pretrained, error);
  gint64              fixed_width, fixed_height;

  *width = *height = 0;
  if (!onnx)
    return FALSE;
  if (!ord_onnx_get_fixed_size (onnx, &fixed_height, &fixed_width))
    return TRUE;
  if (fixed_width > MAX_SIDE || fixed_height > MAX_SIDE)
    {
      g_set_error (error, ORD_ERROR, ORD_ERROR_OPTION,
                   "%s reads pictures of %" G_GINT64_FORMAT " × %"
                   G_GINT64_FORMAT ", and more than %d in a direction cannot be "
                   "trained on; export it with height and width free",
                   pretrained->name, fixed_width, fixed_height, MAX_SIDE);
      return FALSE;
    }
  *width = (int) fixed_width;
  *height = (int) fixed_height;
  return TRUE;
}

void
ord_pretrained_normalise (const OrdPretrained *pretrained,
                          OrdPreparation      *preparation)
{
  for (int c = 0; c < preparation->channels; c++)
    {
      preparation->mean[c] = pretrained->mean[c];
      preparation->sd[c] = pretrained->sd[c];
    }
  if (preparation->channels == 1)
    {
      preparation->mean[0] = (pretrained->mean[0] + pretrained->mean[1] +
                              pretrained->mean[2]) / 3.0f;
      preparation->sd[0] = (pretrained->sd[0] + pretrained->sd[1] +
                            pretrained->sd[2]) / 3.0f;
    }
}
