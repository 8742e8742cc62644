/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The tables that a model and a checkpoint have in common: tensors, and the
 * history of training. Private to the room.
 */
#pragma once

#include "ord-database.h"
#include "ord-model.h"

G_BEGIN_DECLS

/* For an OrdDatabaseFormat. */
#define ORD_TABLE_TENSOR                                                    \
  { "tensor",                                                               \
    "CREATE TABLE tensor (\n"                                               \
    "  tensor INTEGER PRIMARY KEY, -- 0, 1, …\n"                            \
    "  name   TEXT NOT NULL,\n"                                             \
    "  dims   TEXT NOT NULL,       -- '32x3x3x3'; '' is one number\n"       \
    "  data   BLOB NOT NULL        -- float32, little-endian, row-major\n"  \
    ") STRICT" }

#define ORD_TABLE_HISTORY                                                   \
  { "history",                                                              \
    "CREATE TABLE history (\n"                                              \
    "  row            INTEGER PRIMARY KEY, -- 0, 1, …\n"                    \
    "  epoch          INTEGER NOT NULL,\n"                                  \
    "  seconds        REAL, -- of training up to the end of this epoch\n"   \
    "  loss           REAL,\n"                                              \
    "  validation_mae REAL, -- label units; NULL: not measured\n"           \
    "  spread         REAL  -- of the features; near zero: collapsed\n"     \
    ") STRICT" }

/* (nullable) @digest is fed with the numbers. */
gboolean   ord_tensors_write (GPtrArray    *tensors,
                              OrdDatabase  *database,
                              GChecksum    *digest,
                              GError      **error);
GPtrArray *ord_tensors_read  (OrdDatabase  *database,
                              GChecksum    *digest,
                              GError      **error);

/* Names are unique and UTF-8, numbers finite. */
gboolean   ord_tensors_check (GPtrArray    *tensors,
                              GError      **error);
/* In bytes, about, when stored. */
guint64    ord_tensors_size  (GPtrArray    *tensors);

gboolean   ord_history_write (GArray       *history,
                              OrdDatabase  *database,
                              GError      **error);
GArray    *ord_history_read  (OrdDatabase  *database,
                              GError      **error);

gboolean   ord_floats_are_finite (const float *values,
                                  gsize        n);
void       ord_digest_floats     (GChecksum   *digest,
                                  const float *values,
                                  gsize        n);

G_END_DECLS
