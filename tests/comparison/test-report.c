/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The page of a comparison: that it can be read, that it needs nothing else,
 * and that what it shows is what was measured.
 */
#include <math.h>

#include "../folder.h"
#include "comma-locale.h"
#include "comparison-fixture.h"
#include "page-reader.h"

#define COMMAND "ordinate compare 'a <evil> & b' --seeds 2"

typedef struct
{
  char *folder;
} Place;

static void
place_set_up (Place         *place,
              gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  place->folder = g_dir_make_tmp ("ordinate-XXXXXX", &error);
  g_assert_no_error (error);
}

static void
place_tear_down (Place         *place,
                 gconstpointer  data)
{
  folder_remove (place->folder);
  g_free (place->folder);
}

static char *
write_page (const Place         *place,
            const OrdComparison *comparison)
{
  g_autofree char    *folder = g_build_filename (place->folder, "new", "page",
                                                 NULL);
  g_autofree char    *path = g_build_filename (folder, "index.html", NULL);
  char               *markup;
  g_autoptr (GError)  error = NULL;

  ord_report_write (comparison, COMMAND, folder, &error);
  g_assert_no_error (error);
  g_file_get_contents (path, &markup, NULL, &error);
  g_assert_no_error (error);
  return markup;
}

static Page *
read_page (const Place         *place,
           const OrdComparison *comparison)
{
  g_autofree char *markup = write_page (place, comparison);

  return page_new (markup);
}

static OrdComparisonRow *
get_row (OrdComparison *comparison,
         guint          row)
{
  return g_ptr_array_index (comparison->rows, row);
}

/* -- the markup --------------------------------------------------------------- */

static void
test_well_formed (Place         *place,
                  gconstpointer  data)
{
  g_autoptr (OrdComparison) comparison = fixture_comparison (3, 60, 40, 2);
  g_autoptr (Page)          page = read_page (place, comparison);

  g_assert_cmpstr (g_ptr_array_index (page->elements, 0), ==, "html");
  /* Three kinds and the map, per component and row, and two curves. */
  g_assert_cmpuint (page->figures->len, ==, 4 * 2 * 3 + 2);
}

static void
test_no_network (Place         *place,
                 gconstpointer  data)
{
  g_autoptr (OrdComparison) comparison = fixture_comparison (2, 60, 40, 1);
  g_autoptr (Page)          page = read_page (place, comparison);
  guint                     n_data = 0;

  for (guint i = 0; i < page->elements->len; i++)
    {
      const char *element = g_ptr_array_index (page->elements, i);

      g_assert_cmpstr (element, !=, "script");
      g_assert_cmpstr (element, !=, "link");
      g_assert_cmpstr (element, !=, "iframe");
      g_assert_cmpstr (element, !=, "base");
    }
  for (guint i = 0; i < page->attributes->len; i++)
    {
      const char *attribute = g_ptr_array_index (page->attributes, i);

      g_assert_false (g_str_has_prefix (attribute, "on"));
      g_assert_false (g_str_has_prefix (attribute, "href="));
      if (g_str_has_prefix (attribute, "src="))
        {
          g_assert_true (g_str_has_prefix (attribute, "src=data:image/"));
          n_data++;
          continue;
        }
      g_assert_null (strstr (attribute, "//"));
      g_assert_null (strstr (attribute, "url("));
    }
  g_assert_cmpuint (n_data, >, 10);
  g_assert_null (strstr (page->style->str, "url("));
  g_assert_null (strstr (page->style->str, "@import"));
}

static void
test_escaped (Place         *place,
              gconstpointer  data)
{
  g_autoptr (OrdComparison) comparison = fixture_comparison (2, 60, 40, 2);
  g_autoptr (Page)          page = read_page (place, comparison);

  for (guint i = 0; i < page->elements->len; i++)
    g_assert_cmpstr (g_ptr_array_index (page->elements, i), !=, "evil");

  /* Not lost either. */
  g_assert_nonnull (strstr (page->text->str, FIXTURE_NAME));
  g_assert_nonnull (strstr (page->text->str, FIXTURE_UNIT));
  g_assert_nonnull (strstr (page->text->str, FIXTURE_FOLDER));
  g_assert_nonnull (strstr (page->text->str, COMMAND));
  g_assert_nonnull (strstr (page->text->str, "x <evil>"));
  g_assert_true (g_str_has_prefix (g_ptr_array_index (page->pictures, 0),
                                   "a<evil>&\"'-"));
}

static void
test_places (Place         *place,
             gconstpointer  data)
{
  g_autoptr (OrdComparison) comparison = fixture_comparison (2, 60, 40, 1);
  g_autoptr (Page)          page = NULL;

  get_row (comparison, 0)->values[3] = NAN;
  get_row (comparison, 0)->values[4] = INFINITY;
  get_row (comparison, 0)->half_widths[4] = NAN;
  page = read_page (place, comparison);
  g_assert_cmpuint (page_find (page, "Predicted against actual, rm")->n_dots,
                    ==, 38);
  for (guint i = 0; i < page->attributes->len; i++)
    {
      const char *attribute = g_ptr_array_index (page->attributes, i);

      if (!g_str_has_prefix (attribute, "d=") &&
          !g_str_has_prefix (attribute, "x=") &&
          !g_str_has_prefix (attribute, "y=") &&
          !g_str_has_prefix (attribute, "width=") &&
          !g_str_has_prefix (attribute, "height=") &&
          !g_str_has_prefix (attribute, "viewBox="))
        continue;
      /* After the name only numbers and commands of a path. */
      g_assert_cmpuint (strspn (strchr (attribute, '=') + 1,
                                "0123456789.- MLhvlaz" "m"), ==,
                        strlen (strchr (attribute, '=') + 1));
    }
}

static void
test_locale (Place         *place,
             gconstpointer  data)
{
  g_autoptr (OrdComparison) comparison = fixture_comparison (2, 60, 40, 2);
  g_autofree char          *plain = write_page (place, comparison);
  g_autofree char          *other = NULL;

  if (!comma_locale_begin (place->folder))
    return;
  other = write_page (place, comparison);
  setlocale (LC_NUMERIC, "C");
  g_assert_true (strcmp (plain, other) == 0);
}

/* -- the drawings ------------------------------------------------------------- */

static void
test_axes_named (Place         *place,
                 gconstpointer  data)
{
  g_autoptr (OrdComparison) comparison = fixture_comparison (2, 60, 40, 2);
  g_autoptr (Page)          page = read_page (place, comparison);

  for (guint i = 0; i < page->figures->len; i++)
    {
      const PageFigure *figure = g_ptr_array_index (page->figures, i);

      g_assert_cmpuint (figure->x_title->len, >, 0);
      g_assert_cmpuint (figure->y_title->len, >, 0);
      g_assert_cmpuint (figure->ticks->len, >, 0);
      /* Of maps, the colour bar tells the label's unit. */
      if (g_str_has_prefix (figure->name, "Map"))
        g_assert_nonnull (strstr (figure->bar_title->str, FIXTURE_UNIT));
      else
        g_assert_nonnull (strstr (figure->y_title->str, FIXTURE_UNIT));
    }
  g_assert_cmpstr (page_find (page, "Predicted")->x_title->str, ==,
                   "actual x <evil> (" FIXTURE_UNIT ")");
}

static void
test_same_axes (Place         *place,
                gconstpointer  data)
{
  static const char * const kinds[] = { "Predicted against actual, ",
                                        "Difference against mean, ",
                                        "Error by value, " };
  g_autoptr (OrdComparison) comparison = fixture_comparison (4, 60, 40, 1);
  g_autoptr (Page)          page = read_page (place, comparison);

  for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
    {
      const char *ticks = page_find (page, kinds[k])->ticks->str;

      g_assert_cmpuint (page_count (page, kinds[k]), ==, 4);
      for (guint i = 0; i < page->figures->len; i++)
        {
          const PageFigure *figure = g_ptr_array_index (page->figures, i);

          if (g_str_has_prefix (figure->name, kinds[k]))
            g_assert_cmpstr (figure->ticks->str, ==, ticks);
        }
    }
}

static void
test_diagonal (Place         *place,
               gconstpointer  data)
{
  g_autoptr (OrdComparison) comparison = fixture_comparison (2, 60, 2400, 1);
  g_autoptr (Page)          page = NULL;
  g_auto (GStrv)            dots = NULL;
  double                    sum = NAN;

  memcpy (get_row (comparison, 0)->values, comparison->truths,
          sizeof (double) * comparison->n);
  page = read_page (place, comparison);
  dots = g_strsplit (page_find (page, "Predicted against actual, rm-loss")
                       ->dots->str, "h0", -1);
  g_assert_cmpuint (g_strv_length (dots), ==, 2001);
  for (guint i = 0; i < 2000; i++)
    {
      char  *end;
      double x = g_ascii_strtod (dots[i] + 1, &end);
      double y = g_ascii_strtod (end, NULL);

      if (i == 0)
        sum = x + y;
      /* Coordinates are tenths. */
      g_assert_cmpfloat_with_epsilon (x + y, sum, 0.21);
    }
}

static void
test_limits (Place         *place,
             gconstpointer  data)
{
  g_autoptr (OrdComparison) comparison = fixture_comparison (2, 60, 40, 1);
  g_autoptr (Page)          page = NULL;
  double                   *values = get_row (comparison, 0)->values;

  /* Differences of 1 ± 2: their mean 1, their s.d. 2 √(40/39). */
  for (gsize i = 0; i < comparison->n; i++)
    values[i] = comparison->truths[i] + (i % 2 ? 3.0 : -1.0);
  page = read_page (place, comparison);
  g_assert_cmpstr (page_find (page, "Difference against mean, rm-loss")
                     ->labels->str, ==, " 4.97 1.00 −2.97");
}

static void
test_bins (Place         *place,
           gconstpointer  data)
{
  g_autoptr (OrdComparison) comparison = fixture_comparison (2, 60, 40, 1);
  g_autoptr (Page)          page = read_page (place, comparison);

  /* 40 images, evenly in 0–100. */
  g_assert_cmpstr (page_find (page, "Error by value")->notes->str, ==,
                   " 4 4 4 4 4 4 4 4 4 4");
}

static void
test_curves (Place         *place,
             gconstpointer  data)
{
  g_autoptr (OrdComparison) comparison = fixture_comparison (4, 60, 40, 1);
  g_autoptr (Page)          page = read_page (place, comparison);

  g_assert_cmpuint (page_count (page, "Learning curves"), ==, 2);
  for (guint i = 0; i < 4; i++)
    g_assert_nonnull (strstr (page_find (page, "Learning curves")->labels->str,
                              get_row (comparison, i)->name));
}

static void
test_thinned (Place         *place,
              gconstpointer  data)
{
  g_autoptr (OrdComparison) comparison = fixture_comparison (2, 3100, 2100, 1);
  g_autofree char          *markup = write_page (place, comparison);
  g_autoptr (Page)          page = page_new (markup);

  g_assert_cmpuint (page_find (page, "Predicted")->n_dots, ==, 2000);
  g_assert_cmpuint (page_find (page, "Difference")->n_dots, ==, 2000);
  g_assert_cmpuint (page_find (page, "Map")->n_dots, ==, 3000);
  g_assert_cmpuint (strlen (markup), <, 600 * 1000);
}

/* -- the table ---------------------------------------------------------------- */

static gboolean
has (GPtrArray  *texts,
     const char *text)
{
  return g_ptr_array_find_with_equal_func (texts, text, g_str_equal, NULL);
}

static void
test_bold (Place         *place,
           gconstpointer  data)
{
  g_autoptr (OrdComparison) comparison = fixture_comparison (3, 60, 40, 1);
  g_autoptr (Page)          page = read_page (place, comparison);

  /* MAE and R² of the second row, D5 and RV of the first. */
  g_assert_cmpuint (page->bold->len, ==, 4);
  g_assert_true (has (page->bold, "3.000"));
  g_assert_true (has (page->bold, "0.8900"));
  g_assert_true (has (page->bold, "8.000"));
  g_assert_true (has (page->bold, "0.0600"));
}

static void
test_star (Place         *place,
           gconstpointer  data)
{
  g_autoptr (OrdComparison) comparison = fixture_comparison (3, 60, 40, 1);
  g_autoptr (Page)          page = NULL;

  get_row (comparison, 2)->mae = 7.0;
  page = read_page (place, comparison);
  g_assert_nonnull (strstr (page->text->str, "6.000*"));
  g_assert_nonnull (strstr (page->text->str, "7.000"));
  g_assert_null (strstr (page->text->str, "7.000*"));
  g_assert_null (strstr (page->text->str, "3.000*"));
  /* D5 by itself. */
  g_assert_null (strstr (page->text->str, "8.000*"));
  g_assert_null (strstr (page->text->str, "9.000*"));
  g_assert_nonnull (strstr (page->text->str, "10.000*"));
}

static void
test_columns (Place         *place,
              gconstpointer  data)
{
  g_autoptr (OrdComparison) comparison = fixture_comparison (2, 60, 40, 2);
  g_autoptr (Page)          page = read_page (place, comparison);
  g_autoptr (Page)          other = NULL;

  g_assert_true (has (page->headings, "MAE x <evil>"));
  g_assert_true (has (page->headings, "MAE y & z"));
  g_assert_false (has (page->headings, "foreign"));
  g_assert_null (strstr (page->text->str, "over the seeds"));

  get_row (comparison, 1)->foreign = 0.75;
  get_row (comparison, 1)->mae_sd = 0.25;
  comparison->n_seeds = 2;
  other = read_page (place, comparison);
  g_assert_true (has (other->headings, "foreign"));
  g_assert_nonnull (strstr (other->text->str, "75.0\u00a0%"));
  g_assert_nonnull (strstr (other->text->str, "\u00a0±\u00a00.25"));
  g_assert_nonnull (strstr (other->text->str, "over the seeds"));
}

static void
test_mirrored (Place         *place,
               gconstpointer  data)
{
  g_autoptr (OrdComparison) comparison = fixture_comparison (2, 60, 40, 1);
  g_autoptr (Page)          none = read_page (place, comparison);
  g_autoptr (Page)          some = NULL;
  g_autofree char          *text = NULL;

  g_assert_null (strstr (none->text->str, "mirrored"));

  comparison->n_seeds = 2;
  for (guint i = 0; i < 2; i++)
    get_row (comparison, i)->mirrored[ORD_FLIP_HORIZONTAL] = 2;
  get_row (comparison, 1)->mirrored[ORD_FLIP_VERTICAL] = 1;
  text = ord_comparison_describe_mirrored (comparison);
  g_assert_cmpstr (text, ==,
                   "Pictures were mirrored left to right: all trainings; top to "
                   "bottom: 1 of 2 of " FIXTURE_NAME ".");
  some = read_page (place, comparison);
  g_assert_nonnull (strstr (some->text->str, text));
}

/* -- neighbours --------------------------------------------------------------- */

static guint
number_of (const char *file)
{
  return (guint) g_ascii_strtoull (strrchr (file, '-') + 1, NULL, 10);
}

static double
distance (const OrdModelParts *parts,
          guint                a,
          guint                b)
{
  double sum = 0.0;

  for (guint j = 0; j < parts->width; j++)
    sum += pow ((double) parts->features[a * parts->width + j] -
                  parts->features[b * parts->width + j], 2.0);
  return sqrt (sum);
}

static void
test_neighbours (Place         *place,
                 gconstpointer  data)
{
  g_autoptr (OrdComparison) comparison = fixture_comparison (3, 60, 40, 1);
  const OrdModelParts      *parts = NULL;
  g_autoptr (Page)          page = NULL;
  gboolean                  has_worst = FALSE;

  /* The best row's worst answer. */
  get_row (comparison, 1)->values[17] += 30.0;
  page = read_page (place, comparison);

  /* Of the best row and of rm-loss: 5 images and 5 neighbours of each. */
  g_assert_cmpuint (page->pictures->len, ==, 2 * 5 * 6);
  for (guint i = 0; i < page->pictures->len; i += 6)
    {
      char **files = (char **) page->pictures->pdata + i;
      guint  test = number_of (files[0]);

      parts = ord_model_get_parts (get_row (comparison, i < 30)->model);
      g_assert_cmpuint (test, >=, comparison->n_train);
      has_worst |= test == comparison->n_train + 17;
      if (i % 30 > 0)
        g_assert_cmpuint (test, >, number_of (files[-6]));
      for (guint k = 1; k <= 5; k++)
        {
          guint            neighbour = number_of (files[k]);
          double           own = distance (parts, test, neighbour);
          guint            n_nearer = 0;
          g_autofree char *text = g_strdup_printf ("distance %.2f", own);

          for (guint j = 0; j < comparison->n_train; j++)
            n_nearer += distance (parts, test, j) < own;
          g_assert_cmpuint (n_nearer, ==, k - 1);
          g_assert_nonnull (strstr (page->text->str, text));
        }
    }
  g_assert_true (has_worst);
  g_assert_nonnull (strstr (page->text->str, "its worst answer"));
}

static void
test_few (Place         *place,
          gconstpointer  data)
{
  g_autoptr (OrdComparison) comparison = fixture_comparison (2, 3, 2, 1);
  g_autoptr (Page)          page = read_page (place, comparison);

  g_assert_cmpuint (page->pictures->len, ==, 2 * 2 * 4);
}

/* -- the file ----------------------------------------------------------------- */

static void
test_unwritable (Place         *place,
                 gconstpointer  data)
{
  g_autoptr (OrdComparison) comparison = fixture_comparison (2, 20, 10, 1);
  g_autofree char          *file = g_build_filename (place->folder, "file",
                                                     NULL);
  g_autofree char          *below = g_build_filename (file, "page", NULL);
  g_autoptr (GError)        error = NULL;

  comma_write (place->folder, "file", "");
  g_assert_false (ord_report_write (comparison, COMMAND, below, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_DIRECTORY);
  g_assert_nonnull (strstr (error->message, below));
}

static void
test_whole (Place         *place,
            gconstpointer  data)
{
  g_autoptr (OrdComparison) comparison = fixture_comparison (2, 20, 10, 1);
  g_autofree char          *taken = g_build_filename (place->folder,
                                                      "index.html", NULL);
  g_autoptr (GError)        error = NULL;
  g_autoptr (GDir)          dir = NULL;

  /* Nothing can take the place of a folder. */
  g_assert_cmpint (g_mkdir (taken, 0777), ==, 0);
  g_assert_false (ord_report_write (comparison, COMMAND, place->folder,
                                    &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, taken));
  g_clear_error (&error);
  dir = g_dir_open (place->folder, 0, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (g_dir_read_name (dir), ==, "index.html");
  g_assert_null (g_dir_read_name (dir));
}

int
main (int    argc,
      char **argv)
{
  static const struct
  {
    const char *path;
    void      (*test) (Place *, gconstpointer);
  } tests[] = {
    { "/report/the-page-is-well-formed", test_well_formed },
    { "/report/nothing-points-at-the-network", test_no_network },
    { "/report/names-are-escaped", test_escaped },
    { "/report/coordinates-are-numbers", test_places },
    { "/report/numbers-do-not-follow-the-locale", test_locale },
    { "/report/every-plot-names-both-axes", test_axes_named },
    { "/report/plots-of-a-kind-have-the-same-axes", test_same_axes },
    { "/report/right-answers-lie-on-the-line", test_diagonal },
    { "/report/limits-of-agreement-are-those-of-the-differences", test_limits },
    { "/report/bins-count-all-images", test_bins },
    { "/report/all-methods-share-one-plot-of-curves", test_curves },
    { "/report/large-sets-are-thinned", test_thinned },
    { "/report/the-best-of-a-column-is-bold", test_bold },
    { "/report/a-star-marks-what-is-significant", test_star },
    { "/report/columns-follow-what-was-measured", test_columns },
    { "/report/mirrored-trainings-are-named", test_mirrored },
    { "/report/neighbours-are-the-nearest", test_neighbours },
    { "/report/few-images-are-enough", test_few },
    { "/report/an-unwritable-folder-is-told", test_unwritable },
    { "/report/a-page-is-written-whole-or-not", test_whole },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Place, NULL, place_set_up, tests[i].test,
                place_tear_down);
  return g_test_run ();
}
