/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Text and numbers as markup.
 */
#include <math.h>

#include "../folder.h"
#include "comma-locale.h"
#include "comparison/ord-markup.h"

static void
assert_number (double      value,
               int         decimals,
               const char *expected)
{
  g_autofree char *text = ord_markup_number_new (value, decimals);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_numbers (void)
{
  assert_number (1234.5678, 2, "1234.57");
  assert_number (-0.25, 2, "−0.25");
  assert_number (-0.0001, 1, "0.0");
  assert_number (5.0, 0, "5");
  assert_number (1.5e15, 3, "1.5e+15");
  assert_number (NAN, 2, "–");
  assert_number (-INFINITY, 2, "–");
}

static void
test_coordinates (void)
{
  g_autoptr (GString) out = g_string_new (NULL);

  ord_markup_coordinate (out, 12.34);
  ord_markup_coordinate (out, -0.04);
  ord_markup_coordinate (out, -3.97);
  ord_markup_coordinate (out, 100.0);
  g_assert_cmpstr (out->str, ==, " 12.3 0 -4 100");
}

static void
test_counts (void)
{
  g_autoptr (GString) out = g_string_new (NULL);

  ord_markup_count (out, 7);
  g_string_append_c (out, ' ');
  ord_markup_count (out, 123);
  g_string_append_c (out, ' ');
  ord_markup_count (out, 12370);
  g_string_append_c (out, ' ');
  ord_markup_count (out, 1234567);
  g_assert_cmpstr (out->str, ==, "7 123 12,370 1,234,567");
}

static void
test_escape (void)
{
  g_autoptr (GString) out = g_string_new (NULL);

  ord_markup_text (out, "<a b=\"c\">&'");
  g_assert_cmpstr (out->str, ==, "&lt;a b=&quot;c&quot;&gt;&amp;&apos;");
}

static void
test_strange_bytes (void)
{
  g_autoptr (GString) out = g_string_new (NULL);

  ord_markup_text (out, "a\xff" "b\x1b" "c\nd");
  g_assert_cmpstr (out->str, ==, "a\uFFFD" "b\uFFFD" "c\nd");
}

static void
test_decimals (void)
{
  g_assert_cmpint (ord_markup_decimals (6.438, 4), ==, 3);
  g_assert_cmpint (ord_markup_decimals (12.3, 4), ==, 2);
  g_assert_cmpint (ord_markup_decimals (-0.0123, 2), ==, 3);
  g_assert_cmpint (ord_markup_decimals (123456.0, 3), ==, 0);
  g_assert_cmpint (ord_markup_decimals (1e-30, 3), ==, 6);
  g_assert_cmpint (ord_markup_decimals (NAN, 3), ==, 2);
}

static void
test_locale (void)
{
  g_autofree char *folder = g_dir_make_tmp ("ordinate-XXXXXX", NULL);

  if (comma_locale_begin (folder))
    {
      assert_number (-1234.5, 1, "−1234.5");
      test_coordinates ();
      setlocale (LC_NUMERIC, "C");
    }
  folder_remove (folder);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/markup/numbers-are-written-for-people", test_numbers);
  g_test_add_func ("/markup/coordinates-are-short", test_coordinates);
  g_test_add_func ("/markup/counts-have-groups-of-three", test_counts);
  g_test_add_func ("/markup/text-is-escaped", test_escape);
  g_test_add_func ("/markup/what-xml-forbids-is-replaced", test_strange_bytes);
  g_test_add_func ("/markup/decimals-follow-the-size", test_decimals);
  g_test_add_func ("/markup/numbers-do-not-follow-the-locale", test_locale);

  return g_test_run ();
}
