/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Packages are built for any 64-bit x86 processor. A function marked with
 * ORD_CLONES is compiled for newer ones as well, with their wider vectors, and
 * the loader of the process picks the one that fits. What it calls must be
 * inlined to gain.
 */
#pragma once

#if defined (__x86_64__) && defined (__GNUC__) && !defined (__clang__)
#define ORD_CLONES \
  __attribute__ ((target_clones ("arch=x86-64-v4", "arch=x86-64-v3", \
                                 "default")))
#else
#define ORD_CLONES
#endif
