/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A report as a strict XML parser sees it, taken apart for tests.
 */
#pragma once

#include <glib.h>

/**
 * PageFigure:
 * @name: what it says it shows
 * @ticks: the tick labels, each after a space
 * @labels: those beside it, each after a space
 * @notes: the small ones inside, each after a space
 * @bar_title: of the colour bar
 * @dots: "Mx yh0" of each dot, without their rims
 * @n_dots: how many there are
 */
typedef struct
{
  char    *name;
  GString *x_title;
  GString *y_title;
  GString *ticks;
  GString *labels;
  GString *notes;
  GString *bar_title;
  GString *dots;
  guint    n_dots;
} PageFigure;

/**
 * Page:
 * @figures: (element-type PageFigure), the drawings in their order
 * @elements: (element-type utf8): names of all elements
 * @attributes: (element-type utf8): "name=value" of all attributes
 * @pictures: (element-type utf8): file names of the pictures, whether there
 *   was something to show or not
 * @bold: (element-type utf8): the bold cells of the table
 * @headings: (element-type utf8): of the table's columns
 * @text: all text outside the style sheet
 * @style: the style sheet
 */
typedef struct
{
  GPtrArray *figures;
  GPtrArray *elements;
  GPtrArray *attributes;
  GPtrArray *pictures;
  GPtrArray *bold;
  GPtrArray *headings;
  GString   *text;
  GString   *style;
} Page;

/* Fails the test where @markup is not well-formed. */
Page       *page_new         (const char *markup);
void        page_free        (Page       *page);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Page, page_free)

/* The first drawing whose name starts with @prefix; fails without one. */
PageFigure *page_find        (Page       *page,
                              const char *prefix);
guint       page_count       (Page       *page,
                              const char *prefix);
