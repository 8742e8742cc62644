/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The few characters of a dial, as strokes of our own: the same picture on
 * every machine, whatever fonts it has.
 */
#include "ord-gauge.h"

#include <string.h>

/* In hundredths of the height, from the upper left; a digit is 60 wide. M moves,
 * L draws a line, C a Bézier curve. */
static const struct { char character; int advance; const char *path; } glyphs[] = {
  { '0', 86, "M30 0 C60 0 60 30 60 50 C60 70 60 100 30 100 "
             "C0 100 0 70 0 50 C0 30 0 0 30 0" },
  { '1', 66, "M8 22 L34 0 L34 100" },
  { '2', 86, "M2 28 C2 -9 58 -9 58 28 C58 52 20 68 2 100 L60 100" },
  { '3', 86, "M4 14 C22 -10 56 -2 56 26 C56 44 42 48 24 48 "
             "C46 48 60 56 60 74 C60 108 14 108 0 84" },
  { '4', 86, "M46 100 L46 0 L0 70 L62 70" },
  { '5', 86, "M54 0 L10 0 L6 46 C26 32 60 40 60 68 C60 106 14 108 0 86" },
  { '6', 86, "M50 2 C20 10 0 40 0 68 C0 110 60 110 60 68 C60 32 8 34 0 66" },
  { '7', 82, "M0 0 L60 0 L20 100" },
  { '8', 86, "M30 46 C-2 44 -2 0 30 0 C62 0 62 44 30 46 "
             "C-10 48 -10 100 30 100 C70 100 70 48 30 46" },
  { '9', 86, "M10 98 C40 90 60 60 60 32 C60 -10 0 -10 0 32 C0 68 52 66 60 34" },
  { 'b', 78, "M4 0 L4 100 M4 62 C14 34 56 36 56 68 C56 102 14 104 4 78" },
  { 'a', 74, "M50 40 L50 100 M50 76 C44 104 2 106 2 70 C2 34 44 36 50 62" },
  { 'r', 44, "M8 40 L8 100 M8 64 C12 46 26 38 42 42" },
};

#define SPACE 26 /* part of each advance */

static int
find_glyph (char character)
{
  for (guint i = 0; i < G_N_ELEMENTS (glyphs); i++)
    if (glyphs[i].character == character)
      return i;

  g_return_val_if_reached (0);
}

static double
take_number (const char **path)
{
  char  *end;
  double number = g_ascii_strtod (*path, &end);

  *path = end;

  return number;
}

static void
trace_glyph (cairo_t    *cr,
             const char *path)
{
  while (*path != '\0')
    {
      char   command = *path++;
      double p[6];
      int    n = command == 'C' ? 6 : 2;

      for (int i = 0; i < n; i++)
        p[i] = take_number (&path) / 100.0;

      if (command == 'M')
        cairo_move_to (cr, p[0], p[1]);
      else if (command == 'L')
        cairo_line_to (cr, p[0], p[1]);
      else
        cairo_curve_to (cr, p[0], p[1], p[2], p[3], p[4], p[5]);

      while (*path == ' ')
        path++;
    }
}

void
ord_gauge_show_text (cairo_t    *cr,
                     const char *text,
                     double      x,
                     double      y,
                     double      size)
{
  double width = -SPACE / 100.0;

  for (const char *c = text; *c != '\0'; c++)
    width += glyphs[find_glyph (*c)].advance / 100.0;

  cairo_save (cr);
  cairo_translate (cr, x - width * size / 2.0, y - size / 2.0);
  cairo_scale (cr, size, size);
  for (const char *c = text; *c != '\0'; c++)
    {
      int glyph = find_glyph (*c);

      trace_glyph (cr, glyphs[glyph].path);
      cairo_translate (cr, glyphs[glyph].advance / 100.0, 0.0);
    }
  cairo_restore (cr);

  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  cairo_stroke (cr);
}
