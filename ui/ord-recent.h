/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The models used last, by title: a key file in the person's configuration
 * folder, shared by all windows.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  char *path;
  char *title;
} OrdRecent;

#define ORD_RECENT_MAX 10

/* (transfer full) (element-type OrdRecent): the last one first. */
GPtrArray *ord_recent_list   (void);

/* Puts a model first. The list is a convenience: where it cannot be written,
 * nothing else fails. */
void       ord_recent_add    (const char *path,
                              const char *title);
void       ord_recent_remove (const char *path);

G_END_DECLS
