/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How many epochs a budget of minutes is, and which precision is faster here. A
 * clock asked anew gives every run another answer, and the same command another
 * table each time; so the pace of this machine is measured once, kept in the
 * user's cache, and serves all runs.
 */
#pragma once

#include "../ord-error.h"
#include "ord-variant.h"

G_BEGIN_DECLS

/**
 * ord_pace_find:
 * @variant: whose training is timed; an epoch of another method with the same
 *   encoder and pictures is taken to last as long (of batches of thousands,
 *   triplets take longer)
 *
 * The kept pace of this machine for such a training, or a fresh measurement of
 * some seconds, which is then kept.
 */
gboolean ord_pace_find   (OrdPace           *pace,
                          const OrdVariant  *variant,
                          OrdProgressFunc    progress,
                          gpointer           user_data,
                          GCancellable      *cancellable,
                          GError           **error);

/* (transfer full): the file that keeps it; removing it is safe. */
char    *ord_pace_path   (void);

/* Epochs of so many seconds that fit into @minutes, at least 1. */
guint    ord_pace_epochs (double             seconds,
                          double             minutes);

G_END_DECLS
