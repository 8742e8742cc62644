/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Text and numbers as markup that is HTML and XML at once: escaped, and the
 * same in every locale.
 */
#include "ord-markup.h"

#include <math.h>
#include <string.h>

/* Of a number, and of those that are chosen for people. */
#define MAX_DECIMALS 9
#define MAX_CHOSEN 6

/* XML 1.0, "Char"; what g_utf8_make_valid() lets through of the rest. */
static gboolean
is_allowed (gunichar character)
{
  return character >= 0x20 ? character != 0xFFFE && character != 0xFFFF
                           : character == '\t' || character == '\n';
}

void
ord_markup_text (GString    *out,
                 const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_autoptr (GString) clean = g_string_new (NULL);
  g_autofree char *escaped = NULL;

  for (const char *c = valid; *c; c = g_utf8_next_char (c))
    {
      gunichar character = g_utf8_get_char (c);

      g_string_append_unichar (clean, is_allowed (character) ? character
                                                             : 0xFFFD);
    }
  escaped = g_markup_escape_text (clean->str, (gssize) clean->len);
  g_string_append (out, escaped);
}

void
ord_markup_number (GString *out,
                   double   value,
                   int      decimals)
{
  char  format[8];
  char  buffer[400];    /* the longest double has 309 digits before its point */
  char *digits = buffer;

  if (!isfinite (value))
    {
      g_string_append (out, "–");
      return;
    }

  /* Nobody reads more than that as plain digits. */
  if (fabs (value) >= 1e12)
    g_strlcpy (format, "%.4g", sizeof format);
  else
    g_snprintf (format, sizeof format, "%%.%df",
                CLAMP (decimals, 0, MAX_DECIMALS));
  g_ascii_formatd (buffer, sizeof buffer, format, value);

  if (*digits == '-')
    {
      digits++;
      /* "−0.0" says nothing that "0.0" does not. */
      if (strspn (digits, "0.") < strlen (digits))
        g_string_append (out, "−");
    }
  g_string_append (out, digits);
}

char *
ord_markup_number_new (double value,
                       int    decimals)
{
  GString *out = g_string_new (NULL);

  ord_markup_number (out, value, decimals);
  return g_string_free (out, FALSE);
}

void
ord_markup_count (GString *out,
                  gsize    count)
{
  char  digits[24];
  gsize length;

  g_snprintf (digits, sizeof digits, "%" G_GSIZE_FORMAT, count);
  length = strlen (digits);
  for (gsize i = 0; i < length; i++)
    {
      if (i > 0 && (length - i) % 3 == 0)
        g_string_append_c (out, ',');
      g_string_append_c (out, digits[i]);
    }
}

void
ord_markup_coordinate (GString *out,
                       double   value)
{
  int tenths;

  g_return_if_fail (fabs (value) <= 1e6);

  tenths = (int) lrint (value * 10.0);
  g_string_append_c (out, ' ');
  if (tenths < 0)
    g_string_append_c (out, '-');
  tenths = ABS (tenths);
  if (tenths % 10)
    g_string_append_printf (out, "%d.%d", tenths / 10, tenths % 10);
  else
    g_string_append_printf (out, "%d", tenths / 10);
}

int
ord_markup_decimals (double value,
                     int    digits)
{
  value = fabs (value);
  if (!isfinite (value) || value <= 0.0)
    return 2;
  return (int) CLAMP (digits - 1 - floor (log10 (value)), 0, MAX_CHOSEN);
}
