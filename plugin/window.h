/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The two windows: the answer for an open image, and training. Both calls return
 * when the person has closed the window and nothing runs any more.
 */
#pragma once

#include <libgimp/gimp.h>

#include "ord-view.h"

G_BEGIN_DECLS

/* The person has closed the window: what @view shows is taken before it goes. */
typedef void (*WindowClosed) (OrdView  *view,
                              gpointer  user_data);

/**
 * window_run:
 * @model: (nullable): opened at once
 */
void  window_run          (GimpImage    *image,
                           GFile        *model,
                           WindowClosed  closed,
                           gpointer      user_data);

/**
 * window_run_training:
 * @folder: (nullable): the pictures that are suggested
 *
 * Returns: (transfer full) (nullable): path of the model that was made
 */
char *window_run_training (GFile        *folder);

G_END_DECLS
