/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Text and numbers as markup that is HTML and XML at once: escaped, and the
 * same in every locale.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* @text, escaped; bytes that are no UTF-8 and characters that XML does not
 * allow become U+FFFD. */
void  ord_markup_text       (GString    *out,
                             const char *text);

/* @value for people, with these decimals; "–" where it is not finite. */
void  ord_markup_number     (GString    *out,
                             double      value,
                             int         decimals);

/* The same (transfer full). */
char *ord_markup_number_new (double      value,
                             int         decimals);

/* 12,370 */
void  ord_markup_count      (GString    *out,
                             gsize       count);

/* A place in a drawing, to a tenth, with a space before it; @value is finite
 * and within ±1e6. */
void  ord_markup_coordinate (GString    *out,
                             double      value);

/* Decimals that show @digits significant ones of @value; at most 6. */
int   ord_markup_decimals   (double      value,
                             int         digits);

G_END_DECLS
