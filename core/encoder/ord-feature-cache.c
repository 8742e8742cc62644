/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The cache is one SQLite database in WAL mode, which bears being killed and
 * being shared. Its own trust in files ends at the page, and a folder may be
 * taken away while it is used: so each row carries a hash of its key and its
 * numbers, and counts only where that is right.
 *
 * What is used longest ago is known by turns, not by the clock: each opening
 * that changes the cache is one turn later than all before it.
 */
#include "ord-feature-cache.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>

#define FILE_NAME "rows-1.sqlite"

#define APPLICATION_ID 0x4F726446 /* "OrdF" */

/* Large, as rows of some KiB leave less of it unused. */
#define PAGE 32768

/* How long another process is waited for, in milliseconds. */
#define PATIENCE 5000

/* Rows whose use is noted together, and that make room together. */
#define N_TOGETHER 256

/* Of the limit, what is left when rows had to make room: it should not have to
 * be made again at once. */
#define KEPT 0.9

#define ROWS_SQL                                                        \
  "CREATE TABLE row (\n"                                                \
  "  id      INTEGER PRIMARY KEY,\n"                                    \
  "  sum     BLOB NOT NULL, -- SHA-256 of key and numbers\n"            \
  "  numbers BLOB NOT NULL  -- float32, in the machine's order\n"       \
  ") STRICT"
#define USES_SQL                                                        \
  "CREATE TABLE use (\n"                                                \
  "  id   INTEGER PRIMARY KEY, -- of a row\n"                           \
  "  key  BLOB NOT NULL UNIQUE,\n"                                      \
  "  turn INTEGER NOT NULL     -- in which it was used last\n"          \
  ") STRICT"
#define ORDER_SQL "CREATE INDEX use_by_turn ON use (turn)"

enum
{
  FIND,
  TOUCH,
  KEEP_USE,
  KEEP_ROW,
  DROP_ROWS,
  DROP_USES,
  BYTES,
  N_STATEMENTS
};

#define OLDEST "SELECT id FROM use WHERE turn < ?1 ORDER BY turn, id LIMIT ?2"

static const char * const statements[N_STATEMENTS] = {
  [FIND] = "SELECT id, turn, sum, numbers FROM use JOIN row USING (id) "
           "WHERE key = ?1",
  [TOUCH] = "UPDATE use SET turn = ?1 WHERE id = ?2",
  [KEEP_USE] = "INSERT INTO use (key, turn) VALUES (?1, ?2) "
               "ON CONFLICT (key) DO UPDATE SET turn = excluded.turn "
               "RETURNING id",
  [KEEP_ROW] = "INSERT OR REPLACE INTO row VALUES (?1, ?2, ?3)",
  [DROP_ROWS] = "DELETE FROM row WHERE id IN (" OLDEST ")",
  [DROP_USES] = "DELETE FROM use WHERE id IN (" OLDEST ")",
  [BYTES] = "SELECT (page_count - freelist_count) * page_size, "
            "page_count * page_size FROM pragma_page_count, "
            "pragma_freelist_count, pragma_page_size",
};

struct _OrdFeatureCache
{
  char         *path;
  char         *name;     /* of the folder, for people */
  guint64       limit;
  sqlite3      *handle;   /* NULL where there is none to be had */
  gboolean      ready;    /* found to be one of ours */
  sqlite3_stmt *statements[N_STATEMENTS];
  gint64        turn;
  GArray       *touched;  /* gint64: rows whose use is not yet noted */
  gboolean      full;     /* of what this turn has used */
  gboolean      begun_anew;
  char         *note;
};

static void open_database (OrdFeatureCache *cache);

/* -- trouble ------------------------------------------------------------------ */

static void
close_database (OrdFeatureCache *cache)
{
  for (guint i = 0; i < N_STATEMENTS; i++)
    g_clear_pointer (&cache->statements[i], sqlite3_finalize);
  g_clear_pointer (&cache->handle, sqlite3_close);
  g_array_set_size (cache->touched, 0);
  cache->ready = FALSE;
}

static void
remove_files (OrdFeatureCache *cache)
{
  static const char * const ends[] = { "", "-wal", "-shm", "-journal" };

  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autofree char *path = g_strconcat (cache->path, ends[i], NULL);

      g_unlink (path);
    }
}

G_GNUC_PRINTF (2, 3)
static void
set_note (OrdFeatureCache *cache,
          const char      *format,
          ...)
{
  va_list args;

  va_start (args, format);
  g_free (cache->note);
  cache->note = g_strdup_vprintf (format, args);
  va_end (args);
}

static void
do_without (OrdFeatureCache *cache,
            int              code)
{
  set_note (cache, "Features cannot be kept in %s for the next training: %s",
            cache->name, sqlite3_errstr (code));
  close_database (cache);
}

static void
begin_anew (OrdFeatureCache *cache)
{
  close_database (cache);
  remove_files (cache);
  cache->begun_anew = TRUE;
  open_database (cache);
  if (cache->ready)
    set_note (cache, "The features kept in %s were damaged; they are computed "
              "again", cache->name);
}

/* What SQLite has just failed with. Another process at work is no reason to go
 * without the cache; damage is one to begin anew, once. */
static void
give_way (OrdFeatureCache *cache,
          int              code)
{
  if (!sqlite3_get_autocommit (cache->handle))
    sqlite3_exec (cache->handle, "ROLLBACK", NULL, NULL, NULL);
  switch (code & 0xff)
    {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return;

    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_ERROR:
    case SQLITE_SCHEMA:
    case SQLITE_MISMATCH:
    case SQLITE_CONSTRAINT:
      if (!cache->begun_anew)
        {
          begin_anew (cache);
          return;
        }
      G_GNUC_FALLTHROUGH;

    default:
      do_without (cache, code);
    }
}

/* -- statements ----------------------------------------------------------------- */

/* (nullable): ready to be bound. */
static sqlite3_stmt *
statement (OrdFeatureCache *cache,
           int              index)
{
  int code;

  if (cache->statements[index])
    return cache->statements[index];
  code = sqlite3_prepare_v3 (cache->handle, statements[index], -1,
                             SQLITE_PREPARE_PERSISTENT,
                             &cache->statements[index], NULL);
  if (code == SQLITE_OK)
    return cache->statements[index];
  give_way (cache, code);
  return NULL;
}

/* To the end of one that gives no rows. */
static gboolean
run (OrdFeatureCache *cache,
     sqlite3_stmt    *done)
{
  int code = sqlite3_step (done);

  sqlite3_reset (done);
  if (code == SQLITE_DONE)
    return TRUE;
  give_way (cache, code);
  return FALSE;
}

static gboolean
execute (OrdFeatureCache *cache,
         const char      *sql)
{
  int code = sqlite3_exec (cache->handle, sql, NULL, NULL, NULL);

  if (code == SQLITE_OK)
    return TRUE;
  give_way (cache, code);
  return FALSE;
}

/* -- opening -------------------------------------------------------------------- */

/* The one number that @sql asks for; @fallback where there is none. */
static gint64
ask (OrdFeatureCache *cache,
     const char      *sql,
     gint64           fallback)
{
  sqlite3_stmt *question = NULL;
  gint64        answer = fallback;

  if (sqlite3_prepare_v2 (cache->handle, sql, -1, &question, NULL) == SQLITE_OK &&
      sqlite3_step (question) == SQLITE_ROW)
    answer = sqlite3_column_int64 (question, 0);
  sqlite3_finalize (question);
  return answer;
}

/* No trigger or view of a stranger is ever run. */
static gboolean
is_ours (OrdFeatureCache *cache)
{
  char     *same = sqlite3_mprintf ("SELECT count(*) FROM sqlite_schema "
                                    "WHERE sql IN (%Q, %Q, %Q)", ROWS_SQL,
                                    USES_SQL, ORDER_SQL);
  gboolean  ours =
    ask (cache, "PRAGMA application_id", 0) == APPLICATION_ID &&
    ask (cache, same, -1) == 3 &&
    ask (cache, "SELECT count(*) FROM sqlite_schema WHERE sql NOT NULL", -1) == 3;

  sqlite3_free (same);
  return ours;
}

/* In a transaction, so that of two processes one makes the tables. */
static gboolean
make_tables (OrdFeatureCache *cache)
{
  if (ask (cache, "SELECT count(*) FROM sqlite_schema", -1) != 0)
    return TRUE;
  return execute (cache, ROWS_SQL) && execute (cache, USES_SQL) &&
         execute (cache, ORDER_SQL) &&
         execute (cache, "PRAGMA application_id = " G_STRINGIFY (APPLICATION_ID));
}

static void
configure (OrdFeatureCache *cache)
{
  sqlite3_db_config (cache->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  sqlite3_db_config (cache->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
  sqlite3_db_config (cache->handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
  sqlite3_db_config (cache->handle, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
  sqlite3_busy_timeout (cache->handle, PATIENCE);
}

/* FALSE after a failure that was given way to, and may have been mended. */
static gboolean
prepare (OrdFeatureCache *cache)
{
  configure (cache);
  if (!execute (cache, "PRAGMA page_size = " G_STRINGIFY (PAGE) ";"
                       "PRAGMA auto_vacuum = INCREMENTAL;"
                       "PRAGMA journal_mode = WAL;"
                       "PRAGMA synchronous = NORMAL;"
                       "PRAGMA journal_size_limit = 16777216;"
                       "PRAGMA mmap_size = 0;"
                       "PRAGMA cell_size_check = ON;"
                       "BEGIN IMMEDIATE") ||
      !make_tables (cache))
    return FALSE;
  if (!is_ours (cache))
    {
      give_way (cache, SQLITE_NOTADB);
      return FALSE;
    }
  cache->turn = ask (cache, "SELECT max(turn) + 1 FROM use", 1);
  return execute (cache, "COMMIT");
}

static void
open_database (OrdFeatureCache *cache)
{
  int code = sqlite3_open_v2 (cache->path, &cache->handle,
                              SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
                              SQLITE_OPEN_PRIVATECACHE |
                              SQLITE_OPEN_EXRESCODE, NULL);

  if (code != SQLITE_OK)
    {
      do_without (cache, code);
      return;
    }
  if (prepare (cache))
    cache->ready = TRUE;
  else if (cache->handle && !cache->ready)
    do_without (cache, SQLITE_BUSY);
}

/* -- room ----------------------------------------------------------------------- */

/* Bytes in use, and of the file. */
static gboolean
measure (OrdFeatureCache *cache,
         guint64         *used,
         guint64         *whole)
{
  sqlite3_stmt *bytes = statement (cache, BYTES);
  int           code = bytes ? sqlite3_step (bytes) : SQLITE_OK;

  if (code == SQLITE_ROW)
    {
      *used = (guint64) sqlite3_column_int64 (bytes, 0);
      *whole = (guint64) sqlite3_column_int64 (bytes, 1);
      sqlite3_reset (bytes);
      return TRUE;
    }
  sqlite3_reset (bytes);
  if (bytes)
    give_way (cache, code);
  return FALSE;
}

/* In a transaction. @dropped: (out): whether there were any */
static gboolean
drop_oldest (OrdFeatureCache *cache,
             gboolean        *dropped)
{
  static const int order[] = { DROP_ROWS, DROP_USES };

  for (guint i = 0; i < G_N_ELEMENTS (order); i++)
    {
      sqlite3_stmt *drop = statement (cache, order[i]);

      if (!drop)
        return FALSE;
      sqlite3_bind_int64 (drop, 1, cache->turn);
      sqlite3_bind_int (drop, 2, N_TOGETHER);
      if (!run (cache, drop))
        return FALSE;
    }
  *dropped = sqlite3_changes (cache->handle) > 0;
  return TRUE;
}

/* In a transaction: for @more bytes within the limit. */
static gboolean
make_room (OrdFeatureCache *cache,
           guint64          more)
{
  guint64 goal = cache->limit;

  for (;;)
    {
      guint64  used, whole;
      gboolean dropped;

      if (!measure (cache, &used, &whole))
        return FALSE;
      if (used + more <= goal)
        return TRUE;
      goal = (guint64) (KEPT * (double) cache->limit);
      if (!drop_oldest (cache, &dropped))
        return FALSE;
      if (!dropped)
        {
          if (used + more <= cache->limit)
            return TRUE;
          cache->full = TRUE;
          set_note (cache, "Not all features of this training can be kept in "
                    "%s for the next one; a --feature-cache of more than %"
                    G_GUINT64_FORMAT " (MiB) can", cache->name,
                    cache->limit >> 20);
          return FALSE;
        }
    }
}

/* A lower limit than before is kept to at once. */
static void
shrink (OrdFeatureCache *cache)
{
  guint64 used, whole;

  if (!measure (cache, &used, &whole) || whole <= cache->limit)
    return;
  if (execute (cache, "BEGIN IMMEDIATE") && make_room (cache, 0) &&
      execute (cache, "COMMIT"))
    execute (cache, "PRAGMA incremental_vacuum");
}

/* -- the cache ------------------------------------------------------------------ */

char *
ord_feature_cache_get_folder (void)
{
  return g_build_filename (g_get_user_cache_dir (), "ordinate", "features",
                           NULL);
}

OrdFeatureCache *
ord_feature_cache_open (const char *folder,
                        guint64     limit)
{
  OrdFeatureCache *cache;

  g_return_val_if_fail (folder != NULL, NULL);

  cache = g_new0 (OrdFeatureCache, 1);
  cache->path = g_build_filename (folder, FILE_NAME, NULL);
  cache->name = g_filename_display_name (folder);
  cache->limit = limit;
  cache->touched = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_mkdir_with_parents (folder, 0700);
  open_database (cache);
  if (cache->ready)
    shrink (cache);

  return cache;
}

/* Notes which rows were used. */
static void
touch (OrdFeatureCache *cache)
{
  sqlite3_stmt *update;

  if (!cache->handle || cache->touched->len == 0)
    return;
  update = statement (cache, TOUCH);
  if (update && execute (cache, "BEGIN IMMEDIATE"))
    {
      for (guint i = 0; i < cache->touched->len; i++)
        {
          sqlite3_bind_int64 (update, 1, cache->turn);
          sqlite3_bind_int64 (update, 2,
                              g_array_index (cache->touched, gint64, i));
          if (!run (cache, update))
            return;
        }
      execute (cache, "COMMIT");
    }
  g_array_set_size (cache->touched, 0);
}

void
ord_feature_cache_free (OrdFeatureCache *cache)
{
  if (!cache)
    return;
  touch (cache);
  close_database (cache);
  g_array_unref (cache->touched);
  g_free (cache->path);
  g_free (cache->name);
  g_free (cache->note);
  g_free (cache);
}

static void
sum_up (const OrdFeatureKey *key,
        gconstpointer        numbers,
        gsize                size,
        guint8               digest[32])
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  gsize                 length = 32;

  g_checksum_update (sum, key->bytes, sizeof key->bytes);
  g_checksum_update (sum, numbers, (gssize) size);
  g_checksum_get_digest (sum, digest, &length);
}

static gboolean
is_sound (sqlite3_stmt        *found,
          const OrdFeatureKey *key,
          gsize                size)
{
  gconstpointer sum = sqlite3_column_blob (found, 2);
  gconstpointer numbers = sqlite3_column_blob (found, 3);
  guint8        digest[32];

  if (!sum || !numbers || sqlite3_column_bytes (found, 2) != sizeof digest ||
      (gsize) sqlite3_column_bytes (found, 3) != size)
    return FALSE;
  sum_up (key, numbers, size, digest);
  return memcmp (sum, digest, sizeof digest) == 0;
}

gboolean
ord_feature_cache_find (OrdFeatureCache     *cache,
                        const OrdFeatureKey *key,
                        guint                width,
                        float               *row)
{
  sqlite3_stmt *find = cache->handle ? statement (cache, FIND) : NULL;
  gboolean      known = FALSE;
  int           code;

  if (!find)
    return FALSE;
  sqlite3_bind_blob (find, 1, key->bytes, sizeof key->bytes, SQLITE_STATIC);
  code = sqlite3_step (find);
  if (code == SQLITE_ROW && is_sound (find, key, sizeof (float) * width))
    {
      gint64 id = sqlite3_column_int64 (find, 0);

      known = TRUE;
      memcpy (row, sqlite3_column_blob (find, 3), sizeof (float) * width);
      if (sqlite3_column_int64 (find, 1) != cache->turn)
        g_array_append_val (cache->touched, id);
    }
  sqlite3_reset (find);
  sqlite3_clear_bindings (find);
  if (code != SQLITE_ROW && code != SQLITE_DONE)
    give_way (cache, code);
  if (cache->touched->len >= N_TOGETHER)
    touch (cache);

  return known;
}

static gboolean
keep_one (OrdFeatureCache     *cache,
          const OrdFeatureKey *key,
          guint                width,
          const float         *row)
{
  gsize         size = sizeof (float) * width;
  sqlite3_stmt *use = statement (cache, KEEP_USE);
  sqlite3_stmt *numbers = use ? statement (cache, KEEP_ROW) : NULL;
  guint8        digest[32];
  gint64        id;
  int           code;

  if (!numbers)
    return FALSE;
  sqlite3_bind_blob (use, 1, key->bytes, sizeof key->bytes, SQLITE_TRANSIENT);
  sqlite3_bind_int64 (use, 2, cache->turn);
  code = sqlite3_step (use);
  id = code == SQLITE_ROW ? sqlite3_column_int64 (use, 0) : 0;
  sqlite3_reset (use);
  if (code != SQLITE_ROW)
    {
      give_way (cache, code);
      return FALSE;
    }
  sum_up (key, row, size, digest);
  sqlite3_bind_int64 (numbers, 1, id);
  sqlite3_bind_blob (numbers, 2, digest, sizeof digest, SQLITE_TRANSIENT);
  sqlite3_bind_blob64 (numbers, 3, row, size, SQLITE_TRANSIENT);
  return run (cache, numbers);
}

void
ord_feature_cache_keep (OrdFeatureCache     *cache,
                        guint                n,
                        const OrdFeatureKey *keys,
                        guint                width,
                        const float         *rows)
{
  /* More than it will be: not all of a page is used. */
  guint64 size = n * 2 * (sizeof (float) * width + 256) + 4 * PAGE;

  touch (cache);
  if (!cache->handle || cache->full || n == 0)
    return;
  if (!execute (cache, "BEGIN IMMEDIATE"))
    return;
  if (!make_room (cache, size))
    {
      /* What made room so far may as well stay away. */
      if (cache->handle && !sqlite3_get_autocommit (cache->handle))
        execute (cache, "COMMIT");
      return;
    }
  for (guint i = 0; i < n; i++)
    if (!keep_one (cache, keys + i, width, rows + (gsize) i * width))
      return;
  execute (cache, "COMMIT");
}

char *
ord_feature_cache_take_note (OrdFeatureCache *cache)
{
  return g_steal_pointer (&cache->note);
}
