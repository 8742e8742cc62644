/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A small model with something of everything, a folder to save it in, and
 * ways to damage a file.
 */
#pragma once

#include "model/ord-model.h"

#define FIXTURE_SAMPLES 24
#define FIXTURE_REFERENCES 16
#define FIXTURE_WIDTH 5

/* A new folder; removed with all that is in it. */
typedef struct
{
  char *folder;
  char *path; /* of a model file in it, not yet there */
} Place;

void           place_set_up        (Place         *place,
                                    gconstpointer  data);
void           place_tear_down     (Place         *place,
                                    gconstpointer  data);
guint          place_count_files   (Place         *place);

OrdModelParts *fixture_parts       (const char    *title);
void           fixture_save        (const char    *path,
                                    const char    *title);
GBytes        *fixture_read        (const char    *path);
void           fixture_write       (const char    *path,
                                    gconstpointer  data,
                                    gsize          size);
/* Runs SQL on a file, as a stranger would. */
void           fixture_sql         (const char    *path,
                                    const char    *sql);
/* (transfer full): the SQL that made a file's tables. */
char          *fixture_tables      (const char    *path);
/* What loading says; fails where it does not fail. */
char          *fixture_load_error  (const char    *path);
