/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sample pictures to try Ordinate on, drawn here: analogue pressure gauges.
 */
#pragma once

#include "../ord-error.h"

G_BEGIN_DECLS

/**
 * OrdSampleKind:
 * @ORD_SAMPLE_GAUGE: one needle; the label is `value`
 * @ORD_SAMPLE_DUPLEX: a red and a black needle on one dial, as a driver's brake
 *   gauge has them; the label is a vector of `red` and `black`
 */
typedef enum
{
  ORD_SAMPLE_GAUGE,
  ORD_SAMPLE_DUPLEX,
} OrdSampleKind;

/* Of "gauge" or "duplex"; another name is an ORD_ERROR_OPTION. */
gboolean ord_sample_kind_from_name (const char       *name,
                                    OrdSampleKind    *kind,
                                    GError          **error);

/**
 * ord_sample_pictures_write:
 * @folder: made if missing; must be empty or an earlier sample folder
 * @n: how many pictures
 *
 * Draws gauges of varied design (dial, ticks, colours, needles, light, tilt,
 * blur, noise) whose needles stand at random values of 0–10 bar, each for
 * itself, and labels.csv with the file, the labels, the split and the unit. The
 * same seed gives the same pictures.
 */
gboolean ord_sample_pictures_write (const char       *folder,
                                    OrdSampleKind     kind,
                                    guint             n,
                                    guint64           seed,
                                    OrdProgressFunc   progress,
                                    gpointer          user_data,
                                    GCancellable     *cancellable,
                                    GError          **error);

G_END_DECLS
