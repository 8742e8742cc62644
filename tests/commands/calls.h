/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Calling the real program: its output, its messages, its exit code.
 */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* A training of a second or two. */
#define QUICK "--size", "24", "--channels", "4", "--stages", "2", "--hidden", \
              "16", "--width", "8", "--threads", "1"

/* What a call has said. */
typedef struct
{
  int   code;
  char *out;
  char *err;
} Said;

void         said_clear      (Said *said);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Said, said_clear)

GSubprocess *start           (GSubprocessFlags     flags,
                              const char * const  *arguments);
Said         call            (const char * const  *arguments);
#define CALL(...) call ((const char * const[]) { __VA_ARGS__, NULL })

void         assert_contains (const char *text,
                              const char *part);
JsonObject  *parse           (JsonParser *parser,
                              const char *text);

/* The folder that holds everything of the test, the programs' cache included. */
void         make_folder     (void);
char        *in_folder       (const char *name);
void         remove_folder   (void);

G_END_DECLS
