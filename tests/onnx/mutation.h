/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Making bad files of good ones: at the level of bytes, where most no longer
 * hold together, and at the level of messages, where all do and say something
 * else.
 */
#pragma once

#include <glib.h>

/* (transfer full): of one of @seeds (element-type GBytes), or two; the same
 * for the same state of @rand. */
GBytes *mutation_draw (GPtrArray *seeds,
                       GRand     *rand);
