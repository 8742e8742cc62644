/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Named numbers that a person can set: a method's parameters, an encoder's
 * width. A part of the engine declares a table of OrdOptionSpec; the command
 * line, the training dialog and the model file all read that one table, so an
 * option is documented, checked and stored by being declared.
 */
#pragma once

#include "ord-error.h"

G_BEGIN_DECLS

/**
 * OrdOptionSpec:
 * @name: as on the command line, without dashes ("sigma")
 * @summary: one line for people, with the unit
 *
 * @words: (nullable) (array zero-terminated): what the whole numbers from 0 on
 *   are called, for an option that is a choice
 *
 * A table of these ends with an entry whose @name is %NULL. An option whose
 * range is 0–1 and @integer, without words, is a switch.
 */
typedef struct
{
  const char *name;
  const char *summary;
  double      fallback;
  double      minimum;
  double      maximum;
  gboolean    integer;
  const char * const *words;
} OrdOptionSpec;

/* Whether an option is only on or off. */
gboolean    ord_option_is_switch (const OrdOptionSpec *spec);

/* The values of one or more tables, by name. */
typedef struct _OrdOptions OrdOptions;

OrdOptions *ord_options_new   (void);
OrdOptions *ord_options_copy  (const OrdOptions *options);
void        ord_options_free  (OrdOptions       *options);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OrdOptions, ord_options_free)

/* Adds a table; @specs must live as long as the program. */
void        ord_options_add   (OrdOptions          *options,
                               const OrdOptionSpec *specs);

/* Forgets an option, where it is there. */
void        ord_options_remove (OrdOptions         *options,
                                const char         *name);

/* (nullable): how @name is declared; %NULL where no table has it. */
const OrdOptionSpec *ord_options_find (const OrdOptions *options,
                                       const char       *name);

/* Sets @name from text; an unknown name, a text that is no number, or a
 * number out of range is an ORD_ERROR_OPTION that lists what would do. */
gboolean    ord_options_set_text (OrdOptions  *options,
                                  const char  *name,
                                  const char  *text,
                                  GError     **error);
gboolean    ord_options_set   (OrdOptions  *options,
                               const char  *name,
                               double       value,
                               GError     **error);

/* The value; asking for a name no table declares is a programmer's mistake. */
double      ord_options_get   (const OrdOptions *options,
                               const char       *name);

/* Whether @name was ever set, be it to its default. */
gboolean    ord_options_is_set (const OrdOptions *options,
                                const char       *name);

/* (transfer full): "sigma=0.5 alpha=1", every option in table order; reads
 * back with ord_options_parse(). The form in which the model file keeps it. */
char       *ord_options_to_string (const OrdOptions *options);
gboolean    ord_options_parse     (OrdOptions  *options,
                                   const char  *text,
                                   GError     **error);

G_END_DECLS
