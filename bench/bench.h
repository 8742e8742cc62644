/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the programs of this folder have in common: each holds the engine's side
 * of one bench, stays alive, and does one timed repetition on command.
 *
 * Commands come on standard input, a line each; every one is answered by one
 * JSON object on a line of standard output:
 *
 *   prepare WORD…   {}                                what the words mean is
 *                                                     the program's affair
 *   run SECONDS     {"seconds": …, "calls": …,        calls the work at least
 *                    "answer": [ … ]}                 once and for as long as
 *                                                     that; the median call
 *
 * What goes wrong is {"error": "…"}. The peers (*_peer.py) speak the same.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * Bench:
 * @prepare: everything that is not timed; may be called again for another work
 * @run: what is timed; sets @answer, (element-type double), to what the peer
 *   must find too, or leaves it empty
 */
typedef struct
{
  gboolean (*prepare) (char   **words,
                       GError **error);
  gboolean (*run)     (GArray  *answer,
                       GError **error);
} Bench;

/* The program; its one argument is the folder of the inputs. */
int       bench_main  (int          argc,
                       char       **argv,
                       const Bench *bench);

/* For a program that does without bench_main(). */
void      bench_set_folder (const char *path);

/* (transfer full): a path below the folder of the inputs. */
char     *bench_path  (const char  *name);

/* (transfer full) (nullable): @n 32-bit floats of an input file. */
float    *bench_floats (const char  *name,
                        gsize        n,
                        GError     **error);

/* A word as a number; an ill-formed or missing one is an error. */
gboolean  bench_number (char       **words,
                        guint        place,
                        gsize       *number,
                        GError     **error);

void      bench_answer (GArray      *answer,
                        double       number);

G_END_DECLS
