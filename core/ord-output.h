/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A file whose name always stands for something whole: it is written under a
 * temporary name in the same folder, and takes its place when it is complete.
 */
#pragma once

#include "ord-error.h"

G_BEGIN_DECLS

typedef struct _OrdOutput OrdOutput;

/**
 * ord_output_new:
 * @path: absolute, or in the current folder
 * @noun: what the file is called in messages ("model"); a constant
 * @expected_size: about the size of the file to be, in bytes; for the message
 *   where the disk is full
 *
 * Makes an empty file under a temporary name, so that a place that cannot be
 * written to is told at once. What is under @path stays as it is until
 * ord_output_commit(), and only an ordinary file that may be written to is ever
 * replaced; of a link, what it points to.
 *
 * Returns: (transfer full) (nullable): %NULL with the GIOError that fits
 */
OrdOutput  *ord_output_new           (const char     *path,
                                      const char     *noun,
                                      guint64         expected_size,
                                      GError        **error);

/* Removes what was not committed. */
void        ord_output_free          (OrdOutput      *output);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OrdOutput, ord_output_free)

/* (transfer none): absolute; where the file is to be, and where it is being
 * written (%NULL once it is in its place). */
const char *ord_output_get_path      (OrdOutput      *output);
const char *ord_output_get_temporary (OrdOutput      *output);

/* Appends. A full disk is G_IO_ERROR_NO_SPACE. */
gboolean    ord_output_write         (OrdOutput      *output,
                                      gconstpointer   data,
                                      gsize           size,
                                      GError        **error);

/* Puts the file in its place, whoever has written it, with the permissions of
 * the one that it replaces. */
gboolean    ord_output_commit        (OrdOutput      *output,
                                      GError        **error);

/* Words what writing has failed with. @number: an errno; 0 for none that is
 * known */
void        ord_output_set_error     (OrdOutput      *output,
                                      int             number,
                                      GError        **error);

/* " was not saved", and what has become of the old file. */
const char *ord_output_outcome       (OrdOutput      *output);

G_END_DECLS
