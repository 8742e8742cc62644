/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The page of a comparison: its head, and the sections in their order. The
 * markup is HTML that is well-formed XML as well, and the page forbids itself
 * to load anything.
 */
#include "ord-report.h"

#include <errno.h>

#include "ord-markup.h"
#include "ord-plot.h"
#include "ord-report-private.h"

/* -- the head ----------------------------------------------------------------- */

static void
add_count (GString    *page,
           gsize       count,
           const char *one,
           const char *many)
{
  ord_markup_count (page, count);
  g_string_append_printf (page, " %s", count == 1 ? one : many);
}

static void
add_counts (GString             *page,
            const OrdComparison *comparison)
{
  OrdDataset      *dataset = ord_report_dataset (comparison);
  g_autofree char *mirrored = ord_comparison_describe_mirrored (comparison);

  g_string_append (page, "<p>");
  add_count (page, comparison->rows->len, "method", "methods");
  g_string_append (page, ", trained alike on ");
  add_count (page, comparison->n_train, "image", "images");
  g_string_append (page, " for ");
  add_count (page, comparison->epochs, "epoch", "epochs");
  g_string_append (page, " with ");
  add_count (page, comparison->n_seeds, "seed", "seeds");
  g_string_append (page, " each, and measured on the same ");
  add_count (page, comparison->n, "test image", "test images");
  if (comparison->n_subjects < comparison->n)
    {
      g_string_append (page, " of ");
      add_count (page, comparison->n_subjects, "group", "groups");
    }
  g_string_append (page, ".");
  if (*ord_dataset_get_unit (dataset))
    {
      g_string_append (page, " Values are in ");
      ord_markup_text (page, ord_dataset_get_unit (dataset));
      g_string_append (page, ".");
    }
  if (comparison->n_seeds > 1)
    g_string_append (page, " The table holds means over the seeds; drawings "
                           "and pictures are of the first one.");
  if (mirrored)
    {
      g_string_append_c (page, ' ');
      ord_markup_text (page, mirrored);
    }
  g_string_append (page, "</p>\n");
}

static void
add_head (GString             *page,
          const OrdComparison *comparison,
          const char          *command)
{
  const char      *folder =
    ord_dataset_get_folder (ord_report_dataset (comparison));
  g_autofree char *whole = g_canonicalize_filename (folder, NULL);
  g_autofree char *name = g_path_get_basename (whole);

  g_string_append (page,
                   "<!DOCTYPE html>\n"
                   "<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
                   "<meta name=\"viewport\" content=\"width=device-width\"/>\n"
                   "<meta http-equiv=\"Content-Security-Policy\" content=\""
                   "default-src 'none'; img-src data:; "
                   "style-src 'unsafe-inline'\"/>\n<title>");
  ord_markup_text (page, name);
  g_string_append_printf (page, ": methods compared</title>\n"
                                "<style>\n%s%s</style>\n</head>\n<body>\n<h1>",
                          ord_report_get_style (), ord_plot_get_style ());
  ord_markup_text (page, name);
  g_string_append (page, ": methods compared</h1>\n");
  add_counts (page, comparison);
  g_string_append (page, "<pre>");
  ord_markup_text (page, command);
  g_string_append (page, "</pre>\n");
}

/* -- the file ----------------------------------------------------------------- */

static gboolean
make_folder (const char  *folder,
             GError     **error)
{
  int number;

  if (g_mkdir_with_parents (folder, 0777) == 0)
    return TRUE;
  number = errno;
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (number),
               "The folder %s cannot be made for the report: %s. Name another "
               "one", folder, g_strerror (number));
  return FALSE;
}

gboolean
ord_report_write (const OrdComparison  *comparison,
                  const char           *command,
                  const char           *folder,
                  GError              **error)
{
  g_autoptr (GString) page = g_string_new (NULL);
  g_autofree char    *path = g_build_filename (folder, "index.html", NULL);

  g_return_val_if_fail (comparison->rows->len > 0, FALSE);
  g_return_val_if_fail (comparison->best < comparison->rows->len, FALSE);

  /* Before the work, which is wasted where this fails. */
  if (!make_folder (folder, error))
    return FALSE;

  add_head (page, comparison, command);
  ord_report_add_table (page, comparison);
  ord_report_add_answers (page, comparison);
  ord_report_add_curves (page, comparison);
  ord_report_add_maps (page, comparison);
  ord_report_add_neighbours (page, comparison);
  g_string_append (page, "</body>\n</html>\n");

  return g_file_set_contents_full (path, page->str, (gssize) page->len,
                                   G_FILE_SET_CONTENTS_CONSISTENT, 0666, error);
}
