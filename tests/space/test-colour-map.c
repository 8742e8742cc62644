/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Values as colours: the order survives without colour.
 */
#include <math.h>

#include "space/ord-colour-map.h"

static double
linear (double encoded)
{
  return encoded <= 0.04045 ? encoded / 12.92
                            : pow ((encoded + 0.055) / 1.055, 2.4);
}

static double
luminance (double share)
{
  OrdColour colour;

  ord_colour_map (share, &colour);
  return 0.2126 * linear (colour.red) + 0.7152 * linear (colour.green)
         + 0.0722 * linear (colour.blue);
}

static void
assert_same (double share,
             double other)
{
  OrdColour a, b;

  ord_colour_map (share, &a);
  ord_colour_map (other, &b);
  g_assert_cmpfloat (a.red, ==, b.red);
  g_assert_cmpfloat (a.green, ==, b.green);
  g_assert_cmpfloat (a.blue, ==, b.blue);
}

static void
test_order (void)
{
  for (int i = 1; i <= 100; i++)
    g_assert_cmpfloat (luminance (i / 100.0), >, luminance ((i - 1) / 100.0));
}

static void
test_ends (void)
{
  assert_same (1.0, 7.0);
  assert_same (0.0, -7.0);
  assert_same (0.5, NAN);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/colour-map/lightness-only-grows", test_order);
  g_test_add_func ("/colour-map/the-ends-hold-what-lies-beyond", test_ends);

  return g_test_run ();
}
