/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Labels as text for people: as many digits as the labels' spread justifies.
 */
#include "ord-text.h"

#include <math.h>

#include <glib/gi18n-lib.h>

#define MAX_DECIMALS 6

int
ord_text_decimals (double spread)
{
  double decimals;

  if (! isfinite (spread) || spread <= 0.0)
    return 2;

  decimals = ceil (- log10 (spread / 50.0));

  return CLAMP (decimals, 0, MAX_DECIMALS);
}

char *
ord_text_number (double value,
                 int    decimals)
{
  g_autofree char *text = NULL;

  if (! isfinite (value))
    return g_strdup ("–");

  if (fabs (value) >= 1e9
      || (value != 0.0 && fabs (value) < 0.5 * pow (10.0, - MAX_DECIMALS)))
    return g_strdup_printf ("%.4g", value);

  /* "-0.0" says nothing that "0.0" does not. */
  if (fabs (value) < 0.5 * pow (10.0, - decimals))
    value = 0.0;

  text = g_strdup_printf ("%.*f", decimals, value);
  if (*text == '-')
    return g_strconcat ("−", text + 1, NULL);

  return g_steal_pointer (&text);
}

char *
ord_text_label (double value,
                int    decimals)
{
  char *text = ord_text_number (value, decimals);
  gsize end;

  /* The decimal separator is the locale's; all of them are punctuation after
   * which only digits come. */
  if (decimals == 0 || strchr (text, 'e') || ! strpbrk (text, ".,"))
    return text;

  end = strlen (text);
  while (end > 0 && text[end - 1] == '0')
    end--;
  if (end > 0 && (text[end - 1] == '.' || text[end - 1] == ','))
    end--;
  text[end] = '\0';

  return text;
}

char *
ord_text_with_unit (const char *number,
                    const char *unit)
{
  if (! unit || ! *unit)
    return g_strdup (number);

  /* A no-break space keeps a value and its unit on one line. */
  return g_strconcat (number, g_str_equal (unit, "%") ? "" : "\u00a0", unit,
                      NULL);
}

static char *
join_labels (const OrdModelParts *parts,
             const double        *labels,
             gboolean             with_names)
{
  guint    n_labels = ord_dataset_get_n_labels (parts->dataset);
  GString *text     = g_string_new (NULL);
  g_autofree char *numbers = NULL;

  for (guint i = 0; i < n_labels; i++)
    {
      int decimals = ord_text_decimals (parts->label_sd[i]);
      g_autofree char *number = ord_text_label (labels[i], decimals);

      if (i > 0)
        g_string_append (text, ", ");
      if (with_names && n_labels > 1)
        g_string_append_printf (text, "%s ", ord_dataset_get_label_name (
                                               parts->dataset, i));
      g_string_append (text, number);
    }

  numbers = g_string_free (text, FALSE);

  return ord_text_with_unit (numbers, ord_dataset_get_unit (parts->dataset));
}

char *
ord_text_labels (const OrdModelParts *parts,
                 const double        *labels)
{
  return join_labels (parts, labels, TRUE);
}

char *
ord_text_compact (const OrdModelParts *parts,
                  const double        *labels)
{
  return join_labels (parts, labels, FALSE);
}

char *
ord_text_duration (double seconds)
{
  int minutes = (int) ((seconds + 30.0) / 60.0);

  if (seconds < 10.0)
    return g_strdup (_("a few seconds"));
  if (seconds < 55.0)
    return g_strdup_printf (_("%d seconds"),
                            (int) ceil (seconds / 5.0) * 5);
  if (minutes < 60)
    return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%d minute",
                                         "%d minutes", MAX (minutes, 1)),
                            MAX (minutes, 1));

  return g_strdup_printf (_("%d h %02d min"), minutes / 60, minutes % 60);
}
