/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Temporary folders with files and pictures in them.
 */
#pragma once

#include "data/ord-dataset.h"
#include "data/ord-image.h"

/* A folder that is removed with everything in it when it goes out of scope. */
typedef struct
{
  char *path;
} Folder;

Folder folder_new   (void);
void   folder_clear (Folder *folder);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Folder, folder_clear)

/* libvips warns of damaged files, which g_test_init() makes fatal. */
void   allow_library_warnings (void);

/* (transfer full) */
char  *folder_path  (const Folder *folder,
                     const char   *name);

/* Makes sub-folders as needed. @length -1: up to the NUL. */
void   folder_write (const Folder *folder,
                     const char   *name,
                     const char   *content,
                     gssize        length);

/* A grey picture of one value. */
void   folder_draw  (const Folder *folder,
                     const char   *name,
                     int           width,
                     int           height,
                     float         value);

/* @n grey 12×12 pictures "0.png"… of brightness i / n whose labels are their
 * numbers, and the table. */
void   folder_draw_set (const Folder *folder,
                        guint         n);

/* Expects this error of reading the folder; the message must contain @text. */
void   assert_dataset_error (const Folder            *folder,
                             const OrdDatasetOptions *options,
                             const char              *text);

OrdDataset *read_dataset (const Folder            *folder,
                          const OrdDatasetOptions *options);

#define assert_error_says(error, domain, code, text) \
  G_STMT_START { \
    g_assert_error (error, domain, code); \
    if (strstr ((error)->message, (text)) == NULL) \
      g_error ("“%s” does not say “%s”", (error)->message, (text)); \
    g_assert_null (strchr ((error)->message, '\n')); \
  } G_STMT_END
