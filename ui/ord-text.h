/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Labels as text for people: as many digits as the labels' spread justifies.
 */
#pragma once

#include "model/ord-model.h"

G_BEGIN_DECLS

/* Decimals that resolve a fiftieth of @spread (a standard deviation). */
int   ord_text_decimals  (double               spread);

/* (transfer full): @value with these decimals; in scientific form where
 * plain digits would be unreadable. */
char *ord_text_number    (double               value,
                          int                  decimals);

/* As above, without trailing zeros: for labels, which people gave. */
char *ord_text_label     (double               value,
                          int                  decimals);

/* (transfer full): "12 bar", or "x 1.2, y 3 px": all components of a label. */
char *ord_text_labels    (const OrdModelParts *parts,
                          const double        *labels);

/* (transfer full): "12 bar", or "1.2, 3 px": the same without names, for small
 * places. */
char *ord_text_compact   (const OrdModelParts *parts,
                          const double        *labels);

/* (transfer full): "12 bar"; without the space where there is no unit. */
char *ord_text_with_unit (const char          *number,
                          const char          *unit);

/* (transfer full): "20 seconds", "3 minutes", "1 h 20 min". */
char *ord_text_duration  (double               seconds);

G_END_DECLS
