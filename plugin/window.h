/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The two windows: the answer for an open image, and training. Both calls return
 * when the person has closed the window and nothing runs any more.
 */
#pragma once

#include <libgimp/gimp.h>

G_BEGIN_DECLS

/**
 * window_run:
 * @model: (nullable): opened at once
 *
 * Returns: (transfer full) (nullable): the model that was open last
 */
GFile *window_run          (GimpImage *image,
                            GFile     *model);

/* @folder: (nullable): the pictures that are suggested */
void   window_run_training (GFile     *folder);

G_END_DECLS
