/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The error domain of the engine.
 */
#include "ord-error.h"

G_DEFINE_QUARK (ord-error-quark, ord_error)
