/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A report as a strict XML parser sees it, taken apart for tests.
 */
#include "page-reader.h"

#include <string.h>

static const char *
find_attribute (const char **names,
                const char **values,
                const char  *name)
{
  for (guint i = 0; names[i]; i++)
    if (strcmp (names[i], name) == 0)
      return values[i];
  return NULL;
}

static PageFigure *
last_figure (Page *page)
{
  return page->figures->len > 0
         ? g_ptr_array_index (page->figures, page->figures->len - 1) : NULL;
}

static void
figure_free (gpointer data)
{
  PageFigure *figure = data;

  g_free (figure->name);
  g_string_free (figure->x_title, TRUE);
  g_string_free (figure->y_title, TRUE);
  g_string_free (figure->ticks, TRUE);
  g_string_free (figure->labels, TRUE);
  g_string_free (figure->notes, TRUE);
  g_string_free (figure->bar_title, TRUE);
  g_string_free (figure->dots, TRUE);
  g_free (figure);
}

static void
add_figure (Page       *page,
            const char *name)
{
  PageFigure *figure = g_new0 (PageFigure, 1);

  figure->name = g_strdup (name);
  figure->x_title = g_string_new (NULL);
  figure->y_title = g_string_new (NULL);
  figure->ticks = g_string_new (NULL);
  figure->labels = g_string_new (NULL);
  figure->notes = g_string_new (NULL);
  figure->bar_title = g_string_new (NULL);
  figure->dots = g_string_new (NULL);
  g_ptr_array_add (page->figures, figure);
}

static void
add_dots (PageFigure *figure,
          const char *path)
{
  if (!g_str_has_suffix (path, "h0"))
    return;
  g_string_append (figure->dots, path);
  for (const char *at = path; (at = strstr (at, "h0")); at += 2)
    figure->n_dots++;
}

/* The parser tells no attributes with the text; the class waits here. */
typedef struct
{
  Page *page;
  char *class;
} Reading;

static void
start_element (GMarkupParseContext  *context,
               const char           *element,
               const char          **names,
               const char          **values,
               gpointer              user_data,
               GError              **error)
{
  Reading    *reading = user_data;
  Page       *page = reading->page;
  const char *class = find_attribute (names, values, "class");

  g_free (reading->class);
  reading->class = g_strdup (class ? class : "");
  g_ptr_array_add (page->elements, g_strdup (element));
  for (guint i = 0; names[i]; i++)
    g_ptr_array_add (page->attributes,
                     g_strdup_printf ("%s=%s", names[i], values[i]));

  if (strcmp (element, "svg") == 0 && find_attribute (names, values, "role"))
    add_figure (page, find_attribute (names, values, "aria-label"));
  if (strcmp (element, "img") == 0)
    g_ptr_array_add (page->pictures,
                     g_strdup (find_attribute (names, values, "alt")));
  if (strcmp (element, "path") == 0 && strcmp (reading->class, "rim") != 0 &&
      !g_str_has_prefix (reading->class, "bars"))
    add_dots (last_figure (page), find_attribute (names, values, "d"));
}

static void
end_element (GMarkupParseContext  *context,
             const char           *element,
             gpointer              user_data,
             GError              **error)
{
  Reading *reading = user_data;

  g_clear_pointer (&reading->class, g_free);
}

static gboolean
is_inside (GMarkupParseContext *context,
           const char          *element)
{
  for (const GSList *at = g_markup_parse_context_get_element_stack (context);
       at; at = at->next)
    if (strcmp (at->data, element) == 0)
      return TRUE;
  return FALSE;
}

static void
take_drawn_text (PageFigure *figure,
                 const char *class,
                 const char *text)
{
  if (g_str_has_prefix (class, "x-title"))
    g_string_append (figure->x_title, text);
  else if (g_str_has_prefix (class, "y-title"))
    g_string_append (figure->y_title, text);
  else if (g_str_has_prefix (class, "bar-title"))
    g_string_append (figure->bar_title, text);
  else if (g_str_has_prefix (class, "tick"))
    g_string_append_printf (figure->ticks, " %s", text);
  else if (g_str_has_prefix (class, "label"))
    g_string_append_printf (figure->labels, " %s", text);
  else if (g_str_has_prefix (class, "note"))
    g_string_append_printf (figure->notes, " %s", text);
}

static void
take_text (GMarkupParseContext  *context,
           const char           *text,
           gsize                 length,
           gpointer              user_data,
           GError              **error)
{
  Reading         *reading = user_data;
  Page            *page = reading->page;
  const char      *element = g_markup_parse_context_get_element (context);
  const char      *class = reading->class ? reading->class : "";
  g_autofree char *copy = g_strndup (text, length);

  g_string_append (g_strcmp0 (element, "style") == 0 ? page->style : page->text,
                   copy);
  if (g_strcmp0 (element, "text") == 0)
    take_drawn_text (last_figure (page), class, copy);
  if (g_strcmp0 (element, "b") == 0 && is_inside (context, "table"))
    g_ptr_array_add (page->bold, g_strdup (copy));
  if (g_strcmp0 (element, "th") == 0 && is_inside (context, "thead"))
    g_ptr_array_add (page->headings, g_strdup (copy));
  if (strcmp (class, "blank") == 0)
    g_ptr_array_add (page->pictures, g_strdup (copy));
}

Page *
page_new (const char *markup)
{
  static const GMarkupParser parser = { start_element, end_element, take_text,
                                        NULL, NULL };
  Page                      *page = g_new0 (Page, 1);
  Reading                    reading = { page, NULL };
  GMarkupParseContext       *context;
  g_autoptr (GError)         error = NULL;

  page->figures = g_ptr_array_new_with_free_func (figure_free);
  page->elements = g_ptr_array_new_with_free_func (g_free);
  page->attributes = g_ptr_array_new_with_free_func (g_free);
  page->pictures = g_ptr_array_new_with_free_func (g_free);
  page->bold = g_ptr_array_new_with_free_func (g_free);
  page->headings = g_ptr_array_new_with_free_func (g_free);
  page->text = g_string_new (NULL);
  page->style = g_string_new (NULL);

  context = g_markup_parse_context_new (&parser, 0, &reading, NULL);
  g_markup_parse_context_parse (context, markup, -1, &error);
  g_assert_no_error (error);
  g_markup_parse_context_end_parse (context, &error);
  g_assert_no_error (error);
  g_markup_parse_context_free (context);
  g_free (reading.class);
  return page;
}

void
page_free (Page *page)
{
  g_ptr_array_unref (page->figures);
  g_ptr_array_unref (page->elements);
  g_ptr_array_unref (page->attributes);
  g_ptr_array_unref (page->pictures);
  g_ptr_array_unref (page->bold);
  g_ptr_array_unref (page->headings);
  g_string_free (page->text, TRUE);
  g_string_free (page->style, TRUE);
  g_free (page);
}

PageFigure *
page_find (Page       *page,
           const char *prefix)
{
  for (guint i = 0; i < page->figures->len; i++)
    {
      PageFigure *figure = g_ptr_array_index (page->figures, i);

      if (g_str_has_prefix (figure->name, prefix))
        return figure;
    }
  g_error ("there is no figure '%s'", prefix);
}

guint
page_count (Page       *page,
            const char *prefix)
{
  guint n = 0;

  for (guint i = 0; i < page->figures->len; i++)
    {
      PageFigure *figure = g_ptr_array_index (page->figures, i);

      n += g_str_has_prefix (figure->name, prefix);
    }
  return n;
}
