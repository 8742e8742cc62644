/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What saving and loading of a model agree upon beside the tables.
 */
#pragma once

#include "ord-database.h"
#include "ord-model.h"

G_BEGIN_DECLS

extern const OrdDatabaseFormat ord_model_format;

/* The labels' part of the checksum, see ord-model-file.c. */
void ord_digest_doubles (GChecksum    *digest,
                         const double *values,
                         gsize         n);

G_END_DECLS
