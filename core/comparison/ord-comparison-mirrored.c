/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which trainings mirrored their pictures, in words for table and page.
 */
#include "ord-comparison.h"

static const char * const flip_names[ORD_N_FLIPS] = {
  [ORD_FLIP_HORIZONTAL] = "left to right",
  [ORD_FLIP_VERTICAL] = "top to bottom",
};

/* "all trainings", or "rm-loss, 1 of 2 of mse"; (nullable) (transfer full) */
static char *
name_mirrored (const OrdComparison *comparison,
               OrdFlip              flip)
{
  g_autoptr (GString) names = g_string_new (NULL);
  gboolean            all = TRUE;

  for (guint i = 0; i < comparison->rows->len; i++)
    {
      const OrdComparisonRow *row = g_ptr_array_index (comparison->rows, i);
      guint                   n = row->mirrored[flip];

      all = all && n == comparison->n_seeds;
      if (n == 0)
        continue;
      g_string_append (names, names->len > 0 ? ", " : "");
      if (n < comparison->n_seeds)
        g_string_append_printf (names, "%u of %u of ", n, comparison->n_seeds);
      g_string_append (names, row->name);
    }
  if (names->len == 0)
    return NULL;
  return g_strdup (all ? "all trainings" : names->str);
}

char *
ord_comparison_describe_mirrored (const OrdComparison *comparison)
{
  g_autoptr (GString) text = g_string_new (NULL);
  guint               n_averaged = 0;

  for (guint f = 0; f < ORD_N_FLIPS; f++)
    {
      g_autofree char *names = name_mirrored (comparison, f);

      if (names)
        g_string_append_printf (text, "%s %s: %s",
                                text->len > 0 ? ";" : "Pictures were mirrored",
                                flip_names[f], names);
    }
  if (text->len == 0)
    return NULL;
  for (guint i = 0; i < comparison->rows->len; i++)
    n_averaged +=
      ((OrdComparisonRow *) g_ptr_array_index (comparison->rows, i))->averaged;
  g_string_append (text, n_averaged > 0
                         ? "; their mirror images take part in answers." : ".");
  return g_strdup (text->str);
}
