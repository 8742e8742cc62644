/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Named numbers: their tables, their checks, and their form as text.
 */
#include "ord-options.h"

#include <math.h>
#include <string.h>

typedef struct
{
  const OrdOptionSpec *spec;
  double               value;
  gboolean             set;
} Entry;

struct _OrdOptions
{
  GArray *entries; /* Entry, in table order */
};

OrdOptions *
ord_options_new (void)
{
  OrdOptions *options = g_new0 (OrdOptions, 1);

  options->entries = g_array_new (FALSE, FALSE, sizeof (Entry));

  return options;
}

OrdOptions *
ord_options_copy (const OrdOptions *options)
{
  OrdOptions *copy;

  g_return_val_if_fail (options != NULL, NULL);

  copy = g_new0 (OrdOptions, 1);
  copy->entries = g_array_copy (options->entries);

  return copy;
}

void
ord_options_free (OrdOptions *options)
{
  if (options == NULL)
    return;

  g_array_unref (options->entries);
  g_free (options);
}

static Entry *
find_entry (const OrdOptions *options,
            const char       *name)
{
  for (guint i = 0; i < options->entries->len; i++)
    {
      Entry *entry = &g_array_index (options->entries, Entry, i);

      if (g_str_equal (entry->spec->name, name))
        return entry;
    }

  return NULL;
}

const OrdOptionSpec *
ord_options_find (const OrdOptions *options,
                  const char       *name)
{
  const Entry *entry = find_entry (options, name);

  return entry != NULL ? entry->spec : NULL;
}

void
ord_options_add (OrdOptions          *options,
                 const OrdOptionSpec *specs)
{
  g_return_if_fail (options != NULL);
  g_return_if_fail (specs != NULL);

  for (; specs->name != NULL; specs++)
    {
      Entry entry = { specs, specs->fallback, FALSE };

      g_return_if_fail (find_entry (options, specs->name) == NULL);
      g_return_if_fail (specs->minimum <= specs->fallback
                        && specs->fallback <= specs->maximum);

      g_array_append_val (options->entries, entry);
    }
}

void
ord_options_remove (OrdOptions *options,
                    const char *name)
{
  Entry *entry;

  g_return_if_fail (options != NULL);

  entry = find_entry (options, name);
  if (entry != NULL)
    g_array_remove_index (options->entries,
                          (guint) (entry - (Entry *) options->entries->data));
}

gboolean
ord_option_is_switch (const OrdOptionSpec *spec)
{
  return !spec->words && spec->integer && spec->minimum == 0.0
         && spec->maximum == 1.0;
}

/* The shortest text that reads back as the same number. */
static void
append_number (GString *text,
               double   value)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  for (int digits = 6; digits <= 17; digits++)
    {
      char format[8];

      g_snprintf (format, sizeof format, "%%.%dg", digits);
      g_ascii_formatd (buffer, sizeof buffer, format, value);
      if (g_ascii_strtod (buffer, NULL) == value)
        break;
    }

  g_string_append (text, buffer);
}

static char *
describe_range (const OrdOptionSpec *spec)
{
  GString *text = g_string_new (NULL);

  if (spec->words)
    {
      g_autofree char *words = g_strjoinv (", ", (char **) spec->words);

      g_string_append_printf (text, "one of %s", words);
      return g_string_free (text, FALSE);
    }
  if (ord_option_is_switch (spec))
    return g_string_free (g_string_append (text, "0 (off) or 1 (on)"), FALSE);

  g_string_append (text, spec->integer ? "a whole number from " : "a number from ");
  append_number (text, spec->minimum);
  g_string_append (text, " to ");
  append_number (text, spec->maximum);

  return g_string_free (text, FALSE);
}

static void
set_range_error (GError             **error,
                 const OrdOptionSpec *spec,
                 const char          *text)
{
  g_autofree char *range = describe_range (spec);

  g_set_error (error, ORD_ERROR, ORD_ERROR_OPTION,
               "“%s” does not suit the option “%s”, which takes %s: %s",
               text, spec->name, range, spec->summary);
}

static Entry *
look_up (const OrdOptions *options,
         const char       *name,
         GError          **error)
{
  Entry *entry = find_entry (options, name);
  g_autoptr (GString) known = NULL;

  if (entry != NULL)
    return entry;

  known = g_string_new (NULL);
  for (guint i = 0; i < options->entries->len; i++)
    g_string_append_printf (known, "%s%s", i > 0 ? ", " : "",
                            g_array_index (options->entries, Entry, i).spec->name);

  g_set_error (error, ORD_ERROR, ORD_ERROR_OPTION,
               "There is no option “%s”. There are: %s", name,
               known->len > 0 ? known->str : "none here");

  return NULL;
}

static gboolean
value_suits (const OrdOptionSpec *spec,
             double               value)
{
  /* Written so that NaN fails. */
  return value >= spec->minimum && value <= spec->maximum
         && (!spec->integer || value == floor (value));
}

gboolean
ord_options_set (OrdOptions  *options,
                 const char  *name,
                 double       value,
                 GError     **error)
{
  Entry *entry;

  g_return_val_if_fail (options != NULL, FALSE);
  g_return_val_if_fail (name != NULL, FALSE);

  entry = look_up (options, name, error);
  if (entry == NULL)
    return FALSE;

  if (!value_suits (entry->spec, value))
    {
      g_autoptr (GString) text = g_string_new (NULL);

      append_number (text, value);
      set_range_error (error, entry->spec, text->str);
      return FALSE;
    }

  entry->value = value;
  entry->set = TRUE;

  return TRUE;
}

static gboolean
parse_switch (const char *text,
              double     *value)
{
  static const char * const words[][2] = {
    { "off", "on" }, { "no", "yes" }, { "false", "true" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    for (guint j = 0; j < 2; j++)
      if (g_ascii_strcasecmp (text, words[i][j]) == 0)
        {
          *value = j;
          return TRUE;
        }

  return FALSE;
}

static gboolean
parse_word (const OrdOptionSpec *spec,
            const char          *text,
            double              *value)
{
  for (guint i = 0; spec->words[i]; i++)
    if (g_ascii_strcasecmp (text, spec->words[i]) == 0)
      {
        *value = i;
        return TRUE;
      }

  return FALSE;
}

/* Decimal alone: strtod would take "0x10" and "1e3 " as well. */
static gboolean
parse_number (const char *text,
              double     *value)
{
  char *end = NULL;

  if (*text == '\0' || strspn (text, "+-.0123456789eE") != strlen (text))
    return FALSE;

  *value = g_ascii_strtod (text, &end);

  return end != text && *end == '\0' && isfinite (*value);
}

gboolean
ord_options_set_text (OrdOptions  *options,
                      const char  *name,
                      const char  *text,
                      GError     **error)
{
  Entry *entry;
  double value = 0.0;

  g_return_val_if_fail (options != NULL, FALSE);
  g_return_val_if_fail (name != NULL, FALSE);
  g_return_val_if_fail (text != NULL, FALSE);

  entry = look_up (options, name, error);
  if (entry == NULL)
    return FALSE;

  if (!(entry->spec->words && parse_word (entry->spec, text, &value))
      && !(ord_option_is_switch (entry->spec) && parse_switch (text, &value))
      && !(parse_number (text, &value) && value_suits (entry->spec, value)))
    {
      set_range_error (error, entry->spec, text);
      return FALSE;
    }

  entry->value = value;
  entry->set = TRUE;

  return TRUE;
}

double
ord_options_get (const OrdOptions *options,
                 const char       *name)
{
  const Entry *entry;

  g_return_val_if_fail (options != NULL, NAN);
  g_return_val_if_fail (name != NULL, NAN);

  entry = find_entry (options, name);
  g_return_val_if_fail (entry != NULL, NAN);

  return entry->value;
}

gboolean
ord_options_is_set (const OrdOptions *options,
                    const char       *name)
{
  const Entry *entry;

  g_return_val_if_fail (options != NULL, FALSE);
  g_return_val_if_fail (name != NULL, FALSE);

  entry = find_entry (options, name);

  return entry != NULL && entry->set;
}

char *
ord_options_to_string (const OrdOptions *options)
{
  GString *text;

  g_return_val_if_fail (options != NULL, NULL);

  text = g_string_new (NULL);
  for (guint i = 0; i < options->entries->len; i++)
    {
      const Entry *entry = &g_array_index (options->entries, Entry, i);

      g_string_append_printf (text, "%s%s=", i > 0 ? " " : "",
                              entry->spec->name);
      if (entry->spec->words)
        g_string_append (text, entry->spec->words[(guint) entry->value]);
      else
        append_number (text, entry->value);
    }

  return g_string_free (text, FALSE);
}

gboolean
ord_options_parse (OrdOptions  *options,
                   const char  *text,
                   GError     **error)
{
  g_autoptr (OrdOptions) parsed = NULL;
  g_auto (GStrv) words = NULL;

  g_return_val_if_fail (options != NULL, FALSE);
  g_return_val_if_fail (text != NULL, FALSE);

  /* Into a copy: an error halfway leaves @options as they were. */
  parsed = ord_options_copy (options);
  words = g_strsplit_set (text, " \t\r\n", -1);

  for (guint i = 0; words[i] != NULL; i++)
    {
      char *equals = strchr (words[i], '=');

      if (*words[i] == '\0')
        continue;

      if (equals == NULL)
        {
          g_set_error (error, ORD_ERROR, ORD_ERROR_OPTION,
                       "“%s” is no option: expected NAME=NUMBER", words[i]);
          return FALSE;
        }

      *equals = '\0';
      if (!ord_options_set_text (parsed, words[i], equals + 1, error))
        return FALSE;
    }

  g_array_unref (options->entries);
  options->entries = g_array_ref (parsed->entries);

  return TRUE;
}
