/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What saving and loading of a model agree upon beside the tables.
 */
#pragma once

#include "ord-database.h"
#include "ord-model.h"

G_BEGIN_DECLS

extern const OrdDatabaseFormat ord_model_format;

/* Settings that a file may lack: share of the images told to be out of range. */
#define ORD_MODEL_FLAGGED_VALIDATION "flagged_validation"
#define ORD_MODEL_FLAGGED_TEST       "flagged_test"

/* Beginning of the names of settings that a pretrained encoder needs. */
#define ORD_MODEL_NETWORK            "network"

/* The labels' part of the checksum, see ord-model-file.c. */
void ord_digest_doubles (GChecksum    *digest,
                         const double *values,
                         gsize         n);

G_END_DECLS
