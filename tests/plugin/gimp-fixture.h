/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the tests inside GIMP share: a folder of their own, a small model, and
 * a GIMP whose settings lie in that folder.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * GimpFixture:
 * @folder: temporary; holds all of the following
 * @pictures: sample pictures with their labels.csv
 * @model: trained on them, badly but quickly
 */
typedef struct
{
  char *folder;
  char *pictures;
  char *model;
} GimpFixture;

/* Draws, trains; ends the program with a message where that fails. */
void        gimp_fixture_init    (GimpFixture         *fixture);
void        gimp_fixture_clear   (GimpFixture         *fixture);

/* (transfer full): a name in the fixture's folder. */
char       *gimp_fixture_path    (const GimpFixture   *fixture,
                                  const char          *name);

/* Runs a command to its end; it must succeed. Returns its standard output
 * (transfer full). */
char       *gimp_fixture_run     (const char          *first,
                                  ...) G_GNUC_NULL_TERMINATED;

/* The command line `ordinate`. */
const char *gimp_fixture_ordinate (void);

/**
 * gimp_fixture_start_gimp:
 * @log: what GIMP and its plug-ins say goes to this file
 * @display: (nullable): for GIMP with windows; without it there is no screen
 * @script: Script-Fu
 * @picture: (nullable): opened at the start
 */
GSubprocess *gimp_fixture_start_gimp (const GimpFixture *fixture,
                                      const char        *log,
                                      const char        *display,
                                      const char        *script,
                                      const char        *picture);

G_END_DECLS
