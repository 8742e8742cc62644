/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A few test images and the training images nearest to them: what an answer
 * rests on.
 */
#include "ord-report-private.h"

#include <math.h>
#include <string.h>

#include "../methods/ord-method.h"
#include "../space/ord-neighbours.h"
#include "../space/ord-quality.h"
#include "ord-markup.h"

#define N_TESTS 5
#define N_NEAREST 5

/* -- which -------------------------------------------------------------------- */

static gsize
find_worst (const OrdComparison    *comparison,
            const OrdComparisonRow *row)
{
  guint  n_labels = comparison->n_labels;
  gsize  worst = 0;
  double error = -1.0;

  for (gsize i = 0; i < comparison->n; i++)
    {
      double own = ord_quality_error (comparison->truths + i * n_labels,
                                      row->values + i * n_labels, n_labels);

      if (own > error)
        {
          error = own;
          worst = i;
        }
    }
  return worst;
}

static int
compare_tests (gconstpointer a,
               gconstpointer b,
               gpointer      user_data)
{
  const OrdComparison *comparison = user_data;
  gsize                first = *(const gsize *) a;
  gsize                second = *(const gsize *) b;
  double               one = comparison->truths[first * comparison->n_labels];
  double               other = comparison->truths[second *
                                                  comparison->n_labels];

  if (one != other)
    return one < other ? -1 : 1;
  return (first > second) - (first < second);
}

/* (element-type gsize): indices of test images, spread evenly over the order
 * of the (first) label, by which they are sorted; one of them is the worst of
 * @row, for it tells more than those that went well. */
static GArray *
choose_tests (const OrdComparison    *comparison,
              const OrdComparisonRow *row)
{
  GArray            *chosen = g_array_new (FALSE, FALSE, sizeof (gsize));
  g_autoptr (GArray) order = g_array_new (FALSE, FALSE, sizeof (gsize));
  gsize              n_chosen = MIN (comparison->n, (gsize) N_TESTS);
  gsize              worst = find_worst (comparison, row);

  for (gsize i = 0; i < comparison->n; i++)
    g_array_append_val (order, i);
  g_array_sort_with_data (order, compare_tests, (gpointer) comparison);
  /* Each stands for its part of the order; the worst stands for its own. */
  for (gsize i = 0; i < n_chosen; i++)
    {
      gsize first = i * comparison->n / n_chosen;
      gsize end = (i + 1) * comparison->n / n_chosen;
      gsize test = g_array_index (order, gsize, (first + end) / 2);

      for (gsize k = first; k < end; k++)
        if (g_array_index (order, gsize, k) == worst)
          test = worst;
      g_array_append_val (chosen, test);
    }
  return chosen;
}

/* -- pictures ----------------------------------------------------------------- */

/* NULL for what browsers cannot show. */
static const char *
media_type (GBytes *bytes)
{
  static const guint8 jpeg[] = { 0xFF, 0xD8, 0xFF };
  static const guint8 png[] = { 0x89, 'P', 'N', 'G' };
  gsize               size;
  gconstpointer       data = g_bytes_get_data (bytes, &size);

  if (size > sizeof jpeg && memcmp (data, jpeg, sizeof jpeg) == 0)
    return "image/jpeg";
  if (size > sizeof png && memcmp (data, png, sizeof png) == 0)
    return "image/png";
  return NULL;
}

static void
add_picture (GString             *page,
             const OrdModelParts *parts,
             guint                sample)
{
  const char      *file = ord_dataset_get_sample (parts->dataset, sample)->file;
  GBytes          *bytes = parts->thumbnails
                           ? g_ptr_array_index (parts->thumbnails, sample)
                           : NULL;
  const char      *type = bytes ? media_type (bytes) : NULL;
  g_autofree char *data = NULL;

  if (!type)
    {
      g_string_append (page, "<div class=\"blank\">");
      ord_markup_text (page, file);
      g_string_append (page, "</div>\n");
      return;
    }

  data = g_base64_encode (g_bytes_get_data (bytes, NULL),
                          g_bytes_get_size (bytes));
  g_string_append (page, "<img alt=\"");
  ord_markup_text (page, file);
  g_string_append (page, "\" title=\"");
  ord_markup_text (page, file);
  g_string_append_printf (page, "\" src=\"data:%s;base64,%s\"/>\n", type, data);
}

/* -- labels ------------------------------------------------------------------- */

/* Without the zeros at the end: people gave them. */
static void
add_given (GString *page,
           double   value,
           int      decimals)
{
  g_autofree char *text = ord_markup_number_new (value, decimals);
  char            *end;

  if (strchr (text, '.') && !strchr (text, 'e'))
    {
      end = text + strlen (text);
      while (end[-1] == '0')
        *--end = '\0';
      if (end[-1] == '.')
        end[-1] = '\0';
    }
  g_string_append (page, text);
}

/* "12 bar", "x 1.2, y 3 px", "12 ± 0.4 bar". */
static void
add_label (GString             *page,
           const OrdComparison *comparison,
           const OrdModelParts *parts,
           const double        *values,
           const double        *half_widths)
{
  for (guint k = 0; k < comparison->n_labels; k++)
    {
      /* As many as tell a hundredth of the labels' spread. */
      int decimals = ord_markup_decimals (parts->label_sd[k], 3);

      if (k > 0)
        g_string_append (page, ", ");
      if (comparison->n_labels > 1)
        {
          ord_markup_text (page, ord_dataset_get_label_name (parts->dataset,
                                                             k));
          g_string_append_c (page, ' ');
        }
      if (half_widths)
        {
          ord_markup_number (page, values[k], decimals);
          g_string_append (page, "\u00a0±\u00a0");
          ord_markup_number (page, half_widths[k], decimals);
        }
      else
        {
          add_given (page, values[k], decimals);
        }
    }
  ord_report_add_unit (page, comparison);
}

/* -- the section -------------------------------------------------------------- */

static void
add_reading (GString                *page,
             const OrdComparison    *comparison,
             const OrdComparisonRow *row,
             gsize                   test,
             guint                   sample,
             const OrdNeighbour     *nearest,
             guint                   n_nearest)
{
  const OrdModelParts *parts = ord_report_parts (row);
  gsize                at = test * comparison->n_labels;

  g_string_append (page, "<div class=\"reading\">\n<figure class=\"query\">\n");
  add_picture (page, parts, sample);
  g_string_append (page, "<figcaption>actual ");
  add_label (page, comparison, parts, comparison->truths + at, NULL);
  g_string_append (page, "<br/><b>predicted ");
  add_label (page, comparison, parts, row->values + at, row->half_widths + at);
  g_string_append (page, "</b>");
  if (test == find_worst (comparison, row))
    g_string_append (page, "<br/><span>its worst answer</span>");
  g_string_append (page, "</figcaption>\n</figure>\n");

  for (guint i = 0; i < n_nearest; i++)
    {
      const OrdSample *neighbour =
        ord_dataset_get_sample (parts->dataset, nearest[i].index);

      g_string_append (page, "<figure>\n");
      add_picture (page, parts, nearest[i].index);
      g_string_append (page, "<figcaption>");
      add_label (page, comparison, parts, neighbour->labels, NULL);
      g_string_append (page, "<br/><span>distance ");
      ord_markup_number (page, nearest[i].distance,
                         ord_markup_decimals (parts->radius, 3));
      g_string_append (page, "</span></figcaption>\n</figure>\n");
    }
  g_string_append (page, "</div>\n");
}

static void
add_row (GString                *page,
         const OrdComparison    *comparison,
         const OrdComparisonRow *row,
         GArray                 *tests)
{
  const OrdModelParts       *parts = ord_report_parts (row);
  g_autoptr (GArray)         split =
    ord_dataset_get_split (parts->dataset, ORD_SPLIT_TEST);
  g_autoptr (OrdNeighbours)  index =
    ord_neighbours_new (parts->features, parts->n_reference, parts->width);
  guint                      n_nearest = MIN (parts->n_reference, N_NEAREST);

  g_return_if_fail (split->len == comparison->n);

  g_string_append (page, "<h3>");
  ord_markup_text (page, row->name);
  g_string_append (page, "</h3>\n");
  for (guint i = 0; i < tests->len; i++)
    {
      gsize        test = g_array_index (tests, gsize, i);
      guint        sample = g_array_index (split, guint, test);
      OrdNeighbour nearest[N_NEAREST];

      ord_neighbours_nearest (index,
                              parts->features + (gsize) sample * parts->width,
                              1, n_nearest, nearest);
      add_reading (page, comparison, row, test, sample, nearest, n_nearest);
    }
}

/* The best row of the default method; NULL where it is not compared. */
static const OrdComparisonRow *
find_default (const OrdComparison *comparison)
{
  const char             *method = ord_method_list ()[0];
  const OrdComparisonRow *found = NULL;

  for (guint i = 0; i < comparison->rows->len; i++)
    {
      const OrdComparisonRow *row = ord_report_row (comparison, i);

      if (g_strcmp0 (row->method, method) == 0 &&
          (!found || row->mae < found->mae))
        found = row;
    }
  return found;
}

void
ord_report_add_neighbours (GString             *page,
                           const OrdComparison *comparison)
{
  const OrdComparisonRow *best = ord_report_row (comparison, comparison->best);
  const OrdComparisonRow *usual = find_default (comparison);
  g_autoptr (GArray)      tests = choose_tests (comparison, best);

  ord_report_open (page, "Nearest training images",
                   "Test images from low to high values, the best method's "
                   "worst answer among them, each with its interval; beside "
                   "it the training images nearest to it in the space, with "
                   "their own values.");
  add_row (page, comparison, best, tests);
  if (usual && usual != best)
    add_row (page, comparison, usual, tests);
  ord_report_close (page);
}
