/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What holds for the parts of every model, whether it is being saved or was
 * read from a file.
 */
#pragma once

#include "ord-model.h"

G_BEGIN_DECLS

#define ORD_MODEL_MAX_WIDTH     65536
#define ORD_MODEL_MAX_LABELS    4096
#define ORD_MODEL_MAX_COVARIATES 4096
#define ORD_MODEL_MAX_CATEGORIES 65536
#define ORD_MODEL_MAX_THUMBNAIL (1 << 20) /* bytes */

/* ORD_ERROR_MODEL with the fault alone, as the middle of a sentence. */
gboolean ord_model_parts_check (const OrdModelParts  *parts,
                                GError              **error);

G_END_DECLS
