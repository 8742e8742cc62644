/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Option tables, their checks and their text form.
 */
#include "ord-options.h"

#include "fixture.h"

#include <math.h>
#include <string.h>

static const OrdOptionSpec first_table[] = {
  { "sigma", "width of the weights", 0.5, 0.0, 10.0, FALSE, NULL },
  { "mining", "whether hard pairs are mined", 1.0, 0.0, 1.0, TRUE, NULL },
  { NULL }
};

static const OrdOptionSpec second_table[] = {
  { "epochs", "passes", 20.0, 1.0, 1000.0, TRUE, NULL },
  { NULL }
};

static OrdOptions *
make_options (void)
{
  OrdOptions *options = ord_options_new ();

  ord_options_add (options, first_table);
  ord_options_add (options, second_table);

  return options;
}

static void
test_defaults (void)
{
  g_autoptr (OrdOptions) options = make_options ();

  g_assert_cmpfloat (ord_options_get (options, "sigma"), ==, 0.5);
  g_assert_cmpfloat (ord_options_get (options, "mining"), ==, 1.0);
  g_assert_cmpfloat (ord_options_get (options, "epochs"), ==, 20.0);
}

static void
test_round_trip (void)
{
  g_autoptr (OrdOptions) options = make_options ();
  g_autoptr (OrdOptions) other = make_options ();
  g_autofree char *text = NULL;

  g_assert_true (ord_options_set (options, "sigma", 0.1 + 0.2, NULL));
  text = ord_options_to_string (options);
  g_assert_cmpstr (text, ==, "sigma=0.30000000000000004 mining=1 epochs=20");
  g_assert_true (ord_options_parse (other, text, NULL));
  g_assert_cmpfloat (ord_options_get (other, "sigma"), ==, 0.1 + 0.2);
}

static void
test_default_text (void)
{
  g_autoptr (OrdOptions) options = make_options ();
  g_autofree char *text = ord_options_to_string (options);

  g_assert_cmpstr (text, ==, "sigma=0.5 mining=1 epochs=20");
}

static void
test_unknown (void)
{
  g_autoptr (OrdOptions) options = make_options ();
  g_autoptr (GError) error = NULL;

  g_assert_false (ord_options_set_text (options, "sgma", "1", &error));
  assert_error_says (error, ORD_ERROR, ORD_ERROR_OPTION,
                     "sigma, mining, epochs");
}

static void
test_bad_texts (void)
{
  static const struct { const char *name, *text, *says; } bad[] = {
    { "sigma", "", "a number from 0 to 10" },
    { "sigma", "abc", "a number from 0 to 10" },
    { "sigma", "0,5", "a number from 0 to 10" },
    { "sigma", "1e", "a number from 0 to 10" },
    { "sigma", "0x1", "a number from 0 to 10" },
    { "sigma", "nan", "a number from 0 to 10" },
    { "sigma", "inf", "a number from 0 to 10" },
    { "sigma", "1e999", "a number from 0 to 10" },
    { "sigma", "10.001", "a number from 0 to 10" },
    { "sigma", " 1", "a number from 0 to 10" },
    { "epochs", "2.5", "a whole number from 1 to 1000" },
    { "epochs", "0", "a whole number from 1 to 1000" },
    { "mining", "2", "0 (off) or 1 (on)" },
    { "mining", "maybe", "0 (off) or 1 (on)" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (OrdOptions) options = make_options ();
      g_autofree char *before = ord_options_to_string (options);
      g_autofree char *after = NULL;
      g_autoptr (GError) error = NULL;

      g_assert_false (ord_options_set_text (options, bad[i].name, bad[i].text,
                                            &error));
      assert_error_says (error, ORD_ERROR, ORD_ERROR_OPTION, bad[i].says);
      after = ord_options_to_string (options);
      g_assert_cmpstr (after, ==, before);
    }
}

static void
test_switch_words (void)
{
  static const struct { const char *text; double value; } words[] = {
    { "on", 1 }, { "off", 0 }, { "yes", 1 }, { "no", 0 }, { "TRUE", 1 },
    { "false", 0 }, { "1", 1 }, { "0", 0 },
  };
  g_autoptr (OrdOptions) options = make_options ();

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      g_assert_true (ord_options_set_text (options, "mining", words[i].text,
                                           NULL));
      g_assert_cmpfloat (ord_options_get (options, "mining"), ==,
                         words[i].value);
    }
}

static void
test_numbers_checked (void)
{
  g_autoptr (OrdOptions) options = make_options ();

  for (guint i = 0; i < 3; i++)
    {
      const double bad[] = { -0.1, 10.1, NAN };
      g_autoptr (GError) error = NULL;

      g_assert_false (ord_options_set (options, "sigma", bad[i], &error));
      g_assert_error (error, ORD_ERROR, ORD_ERROR_OPTION);
    }
}

static void
test_failed_parse (void)
{
  static const char * const texts[] = {
    "sigma=2 epochs=zero", "sigma=2 epochs", "sigma=2 other=1", "sigma=2 =3",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (OrdOptions) options = make_options ();
      g_autoptr (GError) error = NULL;

      g_assert_false (ord_options_parse (options, texts[i], &error));
      g_assert_error (error, ORD_ERROR, ORD_ERROR_OPTION);
      g_assert_cmpfloat (ord_options_get (options, "sigma"), ==, 0.5);
    }
}

static void
test_copy (void)
{
  g_autoptr (OrdOptions) options = make_options ();
  g_autoptr (OrdOptions) copy = ord_options_copy (options);

  g_assert_true (ord_options_set (copy, "sigma", 3.0, NULL));
  g_assert_cmpfloat (ord_options_get (options, "sigma"), ==, 0.5);
  g_assert_true (ord_options_parse (options, "", NULL));
  g_assert_true (ord_options_parse (options, " sigma=4\n", NULL));
  g_assert_cmpfloat (ord_options_get (options, "sigma"), ==, 4.0);
  g_assert_cmpfloat (ord_options_get (copy, "sigma"), ==, 3.0);
}

static void
test_is_set (void)
{
  g_autoptr (OrdOptions) options = ord_options_new ();
  g_autoptr (OrdOptions) copy = NULL;

  ord_options_add (options, first_table);
  g_assert_false (ord_options_is_set (options, first_table[0].name));
  g_assert_true (ord_options_set (options, first_table[0].name, first_table[0].fallback,
                                  NULL));
  g_assert_false (ord_options_set (options, first_table[1].name,
                                   first_table[1].maximum + 1.0, NULL));
  copy = ord_options_copy (options);
  g_assert_true (ord_options_is_set (copy, first_table[0].name));
  g_assert_false (ord_options_is_set (copy, first_table[1].name));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/options/start-at-their-defaults", test_defaults);
  g_test_add_func ("/options/read-back-exactly", test_round_trip);
  g_test_add_func ("/options/write-short-numbers", test_default_text);
  g_test_add_func ("/options/an-unknown-name-lists-the-known", test_unknown);
  g_test_add_func ("/options/a-bad-text-names-the-range", test_bad_texts);
  g_test_add_func ("/options/a-switch-takes-words", test_switch_words);
  g_test_add_func ("/options/numbers-are-checked-too", test_numbers_checked);
  g_test_add_func ("/options/a-failed-parse-changes-nothing",
                   test_failed_parse);
  g_test_add_func ("/options/a-copy-is-independent", test_copy);
  g_test_add_func ("/options/what-was-set-is-known", test_is_set);

  return g_test_run ();
}
