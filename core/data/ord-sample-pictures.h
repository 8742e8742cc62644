/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sample pictures to try Ordinate on, drawn here: analogue pressure gauges.
 */
#pragma once

#include "../ord-error.h"

G_BEGIN_DECLS

/**
 * ord_sample_pictures_write:
 * @folder: made if missing; must be empty or an earlier sample folder
 * @n: how many pictures
 *
 * Draws gauges of varied design (dial, ticks, colours, needle, light, tilt,
 * blur, noise) whose needle stands at a random value of 0–10 bar, and
 * labels.csv with `file,value,split` and the unit. The same seed gives the
 * same pictures.
 */
gboolean ord_sample_pictures_write (const char       *folder,
                                    guint             n,
                                    guint64           seed,
                                    OrdProgressFunc   progress,
                                    gpointer          user_data,
                                    GCancellable     *cancellable,
                                    GError          **error);

G_END_DECLS
