/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The numbers that describe a picture as such: known values of plain pictures.
 */
#include <math.h>
#include <string.h>

#include "data/ord-picture-statistics.h"

static const OrdPreparation grey = { 16, 8, 1, { 0.5f }, { 1.0f } };
static const OrdPreparation colour = { 20, 30, 3, { 0.5f }, { 1.0f } };

#define FAINT (-3.912023f) /* log 0.02 */

static void
test_widths (void)
{
  const OrdPreparation tiny = { 4, 5, 1, { 0.5f }, { 1.0f } };

  /* Mean and contrast, and three directions on three levels (8 halves thrice). */
  g_assert_cmpuint (ord_picture_appearance_width (&grey), ==, 2 + 9);
  g_assert_cmpuint (ord_picture_appearance_width (&colour), ==,
                    6 + 4 + 3 * 12);
  g_assert_cmpuint (ord_picture_appearance_width (&tiny), ==, 2 + 6);
  g_assert_cmpuint (ord_picture_layout_width (&grey), ==, 64);
  g_assert_cmpuint (ord_picture_layout_width (&colour), ==, 3 * 64);
  g_assert_cmpuint (ord_picture_layout_width (&tiny), ==, 20);
}

static void
test_blank (void)
{
  float input[8 * 16], out[11];

  for (guint i = 0; i < G_N_ELEMENTS (input); i++)
    input[i] = -1.5f;
  ord_picture_appearance (&grey, input, out);
  g_assert_cmpfloat_with_epsilon (out[0], -1.5, 1e-6);
  for (guint i = 1; i < G_N_ELEMENTS (out); i++)
    g_assert_cmpfloat_with_epsilon (out[i], FAINT, 1e-5);
}

/* Stripes of ±1, two pixels wide: nothing on the finest level, everything on
 * the second, in one direction. */
static void
test_stripes (void)
{
  float input[8 * 16], out[11];
  float full = (float) log (1.02);

  for (guint i = 0; i < G_N_ELEMENTS (input); i++)
    input[i] = (i / 2) % 2 ? 1.0f : -1.0f;
  ord_picture_appearance (&grey, input, out);
  g_assert_cmpfloat_with_epsilon (out[0], 0.0, 1e-6);
  g_assert_cmpfloat_with_epsilon (out[1], full, 1e-5);
  for (guint i = 2; i < G_N_ELEMENTS (out); i++)
    g_assert_cmpfloat_with_epsilon (out[i], i == 5 ? full : FAINT, 1e-5);

  for (guint i = 0; i < G_N_ELEMENTS (input); i++)
    input[i] = (i / 32) % 2 ? 1.0f : -1.0f;
  ord_picture_appearance (&grey, input, out);
  g_assert_cmpfloat_with_epsilon (out[5], FAINT, 1e-5);
  g_assert_cmpfloat_with_epsilon (out[6], full, 1e-5);
}

static void
test_colours (void)
{
  float  input[3 * 20 * 30], out[46];
  gsize  n = 20 * 30;

  for (gsize i = 0; i < n; i++)
    {
      input[i] = 1.0f;
      input[n + i] = i % 2 ? 1.0f : -1.0f;
      input[2 * n + i] = i % 2 ? 0.5f : -1.5f;
    }
  ord_picture_appearance (&colour, input, out);
  g_assert_cmpfloat_with_epsilon (out[6], 1.0, 1e-6);           /* R − G */
  g_assert_cmpfloat_with_epsilon (out[7], log (1.02), 1e-5);
  g_assert_cmpfloat_with_epsilon (out[8], 0.5, 1e-6);           /* G − B */
  g_assert_cmpfloat_with_epsilon (out[9], FAINT, 1e-5);
}

/* Three planes of 0, 1 and 2: mean 1, contrast √(2/3). */
static void
test_layout (void)
{
  float input[3 * 20 * 30], out[3 * 64];

  for (int i = 0; i < 3 * 20 * 30; i++)
    input[i] = (float) (i / 600);
  ord_picture_layout (&colour, input, out);
  for (int i = 0; i < 3 * 64; i++)
    g_assert_cmpfloat_with_epsilon (out[i], (i / 64 - 1) /
                                            (sqrt (2.0 / 3.0) + 0.1), 1e-5);

  /* The last pixel of the second plane lies in the last cell alone. */
  memset (input, 0, sizeof input);
  input[600 + 29 * 20 + 19] = 12.0f;
  ord_picture_layout (&colour, input, out);
  for (int i = 0; i < 3 * 64; i++)
    if (i != 127)
      g_assert_cmpfloat_with_epsilon (out[i], out[0], 1e-6);
  g_assert_cmpfloat (out[127], >, out[0] + 1.0f);
}

/* Brighter and with more contrast: the same layout. */
static void
test_light (void)
{
  float input[8 * 16], brighter[8 * 16], out[64], out_brighter[64];

  for (guint i = 0; i < G_N_ELEMENTS (input); i++)
    {
      input[i] = 100.0f * sinf ((float) (i * i));
      brighter[i] = 3.0f * input[i] + 400.0f;
    }
  ord_picture_layout (&grey, input, out);
  ord_picture_layout (&grey, brighter, out_brighter);
  for (guint i = 0; i < G_N_ELEMENTS (out); i++)
    g_assert_cmpfloat_with_epsilon (out[i], out_brighter[i], 1e-2);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/picture-statistics/widths-follow-the-input", test_widths);
  g_test_add_func ("/picture-statistics/a-blank-picture-has-no-detail",
                   test_blank);
  g_test_add_func ("/picture-statistics/stripes-show-at-their-width-and-way",
                   test_stripes);
  g_test_add_func ("/picture-statistics/colour-is-what-channels-differ-by",
                   test_colours);
  g_test_add_func ("/picture-statistics/layout-tells-where-things-lie",
                   test_layout);
  g_test_add_func ("/picture-statistics/light-leaves-the-layout-alone",
                   test_light);

  return g_test_run ();
}
