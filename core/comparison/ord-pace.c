/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The pace of this machine, measured by the trainer and kept in a key file of
 * the user's cache.
 */
#include "ord-pace.h"

#include <math.h>

#include "../encoder/ord-encoder.h"
#include "../model/ord-trainer.h"
#include "../network/ord-graph.h"

/* Changes when training becomes clearly faster or slower: older measurements
 * are then not used. */
#define PACE_VERSION 6

char *
ord_pace_path (void)
{
  return g_build_filename (g_get_user_cache_dir (), "ordinate", "pace.ini",
                           NULL);
}

/* (transfer full): the processor's name, "" where the system does not tell. A
 * home may be shared by machines of several kinds. */
static char *
name_processor (void)
{
  g_autofree char   *text = NULL;
  g_autoptr (GRegex) line = g_regex_new ("^model name\\s*:\\s*(.*)$",
                                         G_REGEX_MULTILINE, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;

  if (!g_file_get_contents ("/proc/cpuinfo", &text, NULL, NULL) ||
      !g_regex_match (line, text, 0, &match))
    return g_strdup ("");
  return g_match_info_fetch (match, 1);
}

/* The same in every locale, as the description is the key. */
static void
add_option (GString          *text,
            const OrdOptions *options,
            const char       *name)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (number, sizeof number, "%g", ord_options_get (options, name));
  g_string_append_printf (text, " %s=%s", name, number);
}

/* Everything that an epoch's time depends on. The method is not among it: its
 * loss is a small part. */
static char *
describe (const OrdVariant *variant)
{
  /* Of the trainer and the encoder, the options that cost time. */
  static const char * const  of_training[] = {
    "size", "batch", "threads", "memory", "validate", "precision", NULL
  };
  const OrdOptionSpec       *of_encoder =
    ord_encoder_get_options (variant->encoder);
  g_autoptr (GArray)         training =
    ord_dataset_get_split (variant->dataset, ORD_SPLIT_TRAIN);
  g_autofree char           *network =
    variant->pretrained ? ord_pretrained_hash (variant->pretrained) : NULL;
  g_autofree char           *processor = name_processor ();
  GString                   *text = g_string_new (NULL);

  g_string_append_printf (text, "v%d %u of %u images in %s, %u × %s%s, %s %s",
                          PACE_VERSION, training->len,
                          ord_dataset_get_n_samples (variant->dataset),
                          ord_dataset_get_folder (variant->dataset),
                          g_get_num_processors (), processor,
                          ord_precision_is_supported (ORD_PRECISION_BFLOAT16)
                          ? " with bfloat16" : "", variant->encoder,
                          network ? network : "");
  for (guint i = 0; of_training[i]; i++)
    add_option (text, variant->options, of_training[i]);
  for (; of_encoder->name; of_encoder++)
    add_option (text, variant->options, of_encoder->name);
  return g_string_free (text, FALSE);
}

static gboolean
recall (OrdPace    *pace,
        const char *group)
{
  g_autofree char     *path = ord_pace_path ();
  g_autoptr (GKeyFile) file = g_key_file_new ();

  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, NULL))
    return FALSE;
  pace->seconds = g_key_file_get_double (file, group, "seconds", NULL);
  pace->epochs =
    (guint) MAX (g_key_file_get_integer (file, group, "epochs", NULL), 0);
  pace->precision = g_key_file_get_boolean (file, group, "bfloat16", NULL)
                    ? ORD_PRECISION_BFLOAT16 : ORD_PRECISION_FLOAT;
  return isfinite (pace->seconds) && pace->seconds > 0.0 && pace->epochs > 0;
}

/* Where it cannot be kept, it is measured again the next time. */
static void
keep (const OrdPace *pace,
      const char    *group,
      const char    *description)
{
  g_autofree char     *path = ord_pace_path ();
  g_autofree char     *folder = g_path_get_dirname (path);
  g_autoptr (GKeyFile) file = g_key_file_new ();

  g_mkdir_with_parents (folder, 0700);
  g_key_file_load_from_file (file, path, G_KEY_FILE_KEEP_COMMENTS, NULL);
  g_key_file_set_string (file, group, "of", description);
  g_key_file_set_double (file, group, "seconds", pace->seconds);
  g_key_file_set_integer (file, group, "epochs", (int) pace->epochs);
  g_key_file_set_boolean (file, group, "bfloat16",
                          pace->precision == ORD_PRECISION_BFLOAT16);
  g_key_file_save_to_file (file, path, NULL);
}

gboolean
ord_pace_find (OrdPace           *pace,
               const OrdVariant  *variant,
               OrdProgressFunc    progress,
               gpointer           user_data,
               GCancellable      *cancellable,
               GError           **error)
{
  g_autofree char        *description = describe (variant);
  g_autofree char        *group =
    g_compute_checksum_for_string (G_CHECKSUM_SHA256, description, -1);
  g_autoptr (OrdTrainer)  trainer = NULL;

  if (recall (pace, group))
    return TRUE;

  trainer = ord_variant_trainer (variant, variant->options);
  if (!ord_trainer_time_epoch (trainer, pace, progress, user_data, cancellable,
                               error))
    return FALSE;
  keep (pace, group, description);
  return TRUE;
}

guint
ord_pace_epochs (double seconds,
                 double minutes)
{
  return (guint) CLAMP (floor (60.0 * minutes / seconds), 1.0, 100000.0);
}
