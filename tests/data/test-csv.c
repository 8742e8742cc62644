/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The reader of comma-separated tables.
 */
#include "data/ord-csv.h"

#include "fixture.h"

#include <string.h>

static OrdCsv *
parse (const char *text,
       gssize      length,
       GError    **error)
{
  g_auto (Folder) folder = folder_new ();
  g_autofree char *path = folder_path (&folder, "t.csv");

  folder_write (&folder, "t.csv", text, length);

  return ord_csv_read (path, error);
}

static void
assert_row (const OrdCsv *csv,
            guint         index,
            guint         line,
            const char   *cells) /* separated by '|' */
{
  const OrdCsvRow *row = &g_array_index (csv->rows, OrdCsvRow, index);
  g_autofree char *joined = g_strjoinv ("|", row->cells);

  g_assert_cmpstr (joined, ==, cells);
  g_assert_cmpuint (row->line, ==, line);
}

static void
test_plain (void)
{
  g_autoptr (OrdCsv) csv = parse ("file,value\na.png,1\nb.png,2\n", -1, NULL);

  g_assert_cmpuint (csv->n_columns, ==, 2);
  g_assert_cmpstr (csv->columns[1], ==, "value");
  g_assert_cmpuint (csv->rows->len, ==, 2);
  assert_row (csv, 0, 2, "a.png|1");
  assert_row (csv, 1, 3, "b.png|2");
}

static void
test_spreadsheet (void)
{
  g_autoptr (OrdCsv) csv = parse ("\357\273\277# unit: bar\r\n\r\n"
                                  "file;value; text\r\n"
                                  "\"a;b \"\"c\"\".png\" ; 1 ;\r\n"
                                  "# left out\r\n"
                                  " d e.png;2;\"two\r\nlines\"\r\n"
                                  "f.png;3;x", -1, NULL);

  g_assert_cmpuint (csv->comments->len, ==, 1);
  g_assert_cmpstr (csv->comments->pdata[0], ==, " unit: bar");
  g_assert_cmpuint (csv->head_line, ==, 3);
  g_assert_cmpstr (csv->columns[2], ==, "text");
  g_assert_cmpuint (csv->rows->len, ==, 3);
  assert_row (csv, 0, 4, "a;b \"c\".png|1|");
  assert_row (csv, 1, 6, "d e.png|2|two\r\nlines");
  assert_row (csv, 2, 8, "f.png|3|x");
}

static void
test_tabs (void)
{
  g_autoptr (OrdCsv) csv = parse ("file\tvalue\tnote\na,b.png\t1\t\n", -1,
                                  NULL);

  assert_row (csv, 0, 2, "a,b.png|1|");
}

static void
test_old_line_ends (void)
{
  g_autoptr (OrdCsv) csv = parse ("file,value\ra,1\rb,2", -1, NULL);

  g_assert_cmpuint (csv->rows->len, ==, 2);
  assert_row (csv, 1, 3, "b|2");
}

static void
test_bad (void)
{
  static const struct { const char *text, *says; gssize length; } bad[] = {
    { "", "the table is empty", -1 },
    { "\n# only this\n\n", "the table is empty", -1 },
    { "file,value\na,1\nb\n", "t.csv:3: 1 cells", -1 },
    { "file,value\na,1,5\n", "t.csv:2: 3 cells", -1 },
    { "file,value\na,1,5\n", "decimal point", -1 },
    { "file,value\n\"a,1\nb,2\n", "t.csv:2: a quote", -1 },
    { "file,value\na,1\n\"b\"c,2\n", "t.csv:3: text follows", -1 },
    { "file,value\na,1\n\xe4.png,2\n", "t.csv:3: this is not UTF-8", -1 },
    { "file,value\na\0,1\n", "t.csv:2: this is not UTF-8", 16 },
    { "\xff\xfe" "f\0i\0", "t.csv:1: this is not UTF-8", 6 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (OrdCsv) csv = parse (bad[i].text, bad[i].length, &error);

      g_assert_null (csv);
      assert_error_says (error, ORD_ERROR, ORD_ERROR_DATASET, bad[i].says);
    }
}

static void
test_missing (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (ord_csv_read ("/nonexistent/t.csv", &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/csv/plain", test_plain);
  g_test_add_func ("/csv/as-spreadsheets-write-it", test_spreadsheet);
  g_test_add_func ("/csv/tabs-separate-too", test_tabs);
  g_test_add_func ("/csv/old-line-ends", test_old_line_ends);
  g_test_add_func ("/csv/what-is-wrong-is-named-with-its-line", test_bad);
  g_test_add_func ("/csv/a-missing-file-is-an-error", test_missing);

  return g_test_run ();
}
