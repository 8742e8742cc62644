/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Datasets without a table: a folder per value, or values in file names.
 */
#include "ord-dataset-private.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/* Deeper than any collection of pictures; a guard against going in circles. */
#define MAX_DEPTH 16

/* What is tried where nothing else is said, in this order. */
static const char * const default_patterns[] = {
  "(?:^|[^A-Za-z])value=(?<value>[-+]?(?:[0-9]+(?:\\.[0-9]+)?|\\.[0-9]+))"
  "(?![.,]?[0-9])", /* "3,5" is not 3 */
  "_(?<value>[-+]?(?:[0-9]+(?:\\.[0-9]+)?|\\.[0-9]+))\\.[A-Za-z0-9]+$",
};

OrdRawTable *
ord_raw_table_new (const char *folder)
{
  OrdRawTable *table = g_new0 (OrdRawTable, 1);

  table->folder = g_strdup (folder);
  table->columns = g_ptr_array_new_with_free_func (g_free);
  table->files = g_ptr_array_new_with_free_func (g_free);
  table->cells = g_ptr_array_new_with_free_func (g_free);
  table->lines = g_array_new (FALSE, FALSE, sizeof (guint));

  return table;
}

void
ord_raw_table_free (OrdRawTable *table)
{
  if (table == NULL)
    return;

  g_free (table->folder);
  g_free (table->unit);
  g_strfreev (table->labels);
  g_free (table->source);
  g_ptr_array_unref (table->columns);
  g_ptr_array_unref (table->files);
  g_ptr_array_unref (table->cells);
  g_array_unref (table->lines);
  g_free (table);
}

const char *
ord_raw_table_cell (const OrdRawTable *table,
                    guint              row,
                    guint              column)
{
  return table->cells->pdata[(gsize) row * table->columns->len + column];
}

char *
ord_raw_table_where (const OrdRawTable *table,
                     guint              row)
{
  if (table->source != NULL)
    return g_strdup_printf ("%s:%u", table->source,
                            g_array_index (table->lines, guint, row));

  return g_build_filename (table->folder, table->files->pdata[row], NULL);
}

static gboolean
is_picture_name (const char *name)
{
  static const char * const suffixes[] = {
    "png", "jpg", "jpeg", "jpe", "tif", "tiff", "webp", "gif", "bmp", "ppm",
    "pgm", "pnm", "jp2", "jxl", "heic", "heif", "avif", "exr", "hdr", NULL
  };
  const char *dot = strrchr (name, '.');

  for (guint i = 0; dot != NULL && suffixes[i] != NULL; i++)
    if (g_ascii_strcasecmp (dot + 1, suffixes[i]) == 0)
      return TRUE;

  return FALSE;
}

static int
compare_names (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(const char * const *) a, *(const char * const *) b);
}

/* (transfer full): what lies in @folder/@below, sorted, but for hidden things. */
static GPtrArray *
list_folder (const char *folder,
             const char *below,
             GError    **error)
{
  g_autofree char *path = g_build_filename (folder, below, NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, error);
  g_autoptr (GPtrArray) names = NULL;
  const char *name;

  if (dir == NULL)
    return NULL;

  names = g_ptr_array_new_with_free_func (g_free);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      if (*name == '.')
        continue;

      if (!g_utf8_validate (name, -1, NULL))
        {
          g_autofree char *shown = g_filename_display_name (name);

          g_set_error (error, ORD_ERROR, ORD_ERROR_DATASET,
                       "The name of “%s” in %s is not UTF-8; rename it", shown,
                       path);
          return NULL;
        }

      g_ptr_array_add (names, g_strdup (name));
    }

  g_ptr_array_sort (names, compare_names);

  return g_steal_pointer (&names);
}

static gboolean
is_folder (const char *folder,
           const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  return g_file_test (path, G_FILE_TEST_IS_DIR);
}

static gboolean
is_link (const char *folder,
         const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  return g_file_test (path, G_FILE_TEST_IS_SYMLINK);
}

/* Appends the pictures in @below ("" for @folder itself) and deeper. Links to
 * folders are not followed there: they can lead in circles. */
static gboolean
collect_pictures (const char *folder,
                  const char *below,
                  guint       depth,
                  GPtrArray  *pictures,
                  GError    **error)
{
  g_autoptr (GPtrArray) names = list_folder (folder, below, error);

  if (names == NULL)
    return FALSE;

  for (guint i = 0; i < names->len; i++)
    {
      const char      *name = names->pdata[i];
      g_autofree char *file = *below != '\0'
                              ? g_strconcat (below, "/", name, NULL)
                              : g_strdup (name);

      if (is_folder (folder, file))
        {
          if (depth < MAX_DEPTH && !is_link (folder, file)
              && !collect_pictures (folder, file, depth + 1, pictures, error))
            return FALSE;
        }
      else if (is_picture_name (name))
        {
          g_ptr_array_add (pictures, g_steal_pointer (&file));
        }
    }

  return TRUE;
}

/* @found: whether there is a folder whose name is a number. @stray: (out)
 * (transfer full) (nullable): another that holds pictures, or a picture beside
 * them. */
static gboolean
look_for_value_folders (const char *folder,
                        GPtrArray  *names,
                        gboolean   *found,
                        char      **stray,
                        GError    **error)
{
  *found = FALSE;

  for (guint i = 0; i < names->len; i++)
    {
      const char *name = names->pdata[i];
      double      value;

      if (is_folder (folder, name) && ord_parse_number (name, &value))
        *found = TRUE;
    }

  for (guint i = 0; *found && *stray == NULL && i < names->len; i++)
    {
      const char *name = names->pdata[i];
      double      value;

      if (is_folder (folder, name))
        {
          g_autoptr (GPtrArray) pictures =
            g_ptr_array_new_with_free_func (g_free);

          if (ord_parse_number (name, &value))
            continue;
          if (!collect_pictures (folder, name, 1, pictures, error))
            return FALSE;
          if (pictures->len > 0)
            *stray = g_strdup (name);
        }
      else if (is_picture_name (name))
        {
          *stray = g_strdup (name);
        }
    }

  return TRUE;
}

static OrdRawTable *
read_value_folders (const char *folder,
                    GPtrArray  *names,
                    GError    **error)
{
  g_autoptr (OrdRawTable) table = ord_raw_table_new (folder);

  g_ptr_array_add (table->columns, g_strdup ("value"));

  for (guint i = 0; i < names->len; i++)
    {
      const char *name = names->pdata[i];
      double      value;

      if (!is_folder (folder, name) || !ord_parse_number (name, &value))
        continue;

      if (!collect_pictures (folder, name, 1, table->files, error))
        return NULL;

      while (table->cells->len < table->files->len)
        g_ptr_array_add (table->cells, g_strdup (name));
    }

  return g_steal_pointer (&table);
}

static guint
count_matches (GRegex    *regex,
               GPtrArray *pictures,
               guint     *first_miss)
{
  guint n = 0;

  *first_miss = G_MAXUINT;
  for (guint i = 0; i < pictures->len; i++)
    {
      if (g_regex_match (regex, pictures->pdata[i], 0, NULL))
        n++;
      else if (*first_miss == G_MAXUINT)
        *first_miss = i;
    }

  return n;
}

/* (transfer full): the names of the groups in the order of the pattern. GRegex
 * has no call for it. */
static GPtrArray *
group_names (const char *pattern)
{
  g_autoptr (GRegex) finder =
    g_regex_new ("\\(\\?(?:P?<([A-Za-z_][A-Za-z0-9_]*)>|'([A-Za-z_][A-Za-z0-9_]*)')",
                 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);

  g_regex_match (finder, pattern, 0, &match);
  while (g_match_info_matches (match))
    {
      g_autofree char *plain = g_match_info_fetch (match, 1);
      g_autofree char *quoted = g_match_info_fetch (match, 2);
      const char      *name = plain != NULL && *plain != '\0' ? plain : quoted;

      if (!g_ptr_array_find_with_equal_func (names, name, g_str_equal, NULL))
        g_ptr_array_add (names, g_strdup (name));
      g_match_info_next (match, NULL);
    }

  return names;
}

/* Takes over @pictures, all of which match. */
static OrdRawTable *
read_names (const char *folder,
            GRegex     *regex,
            GPtrArray  *pictures)
{
  OrdRawTable *table = ord_raw_table_new (folder);

  g_clear_pointer (&table->columns, g_ptr_array_unref);
  table->columns = group_names (g_regex_get_pattern (regex));
  g_clear_pointer (&table->files, g_ptr_array_unref);
  table->files = pictures;

  for (guint i = 0; i < pictures->len; i++)
    {
      g_autoptr (GMatchInfo) match = NULL;

      g_regex_match (regex, pictures->pdata[i], 0, &match);
      for (guint j = 0; j < table->columns->len; j++)
        {
          char *cell = g_match_info_fetch_named (match,
                                                 table->columns->pdata[j]);

          g_ptr_array_add (table->cells, cell != NULL ? cell : g_strdup (""));
        }
    }

  return table;
}

static OrdRawTable *
read_with_pattern (const char *folder,
                   const char *pattern,
                   GPtrArray  *pictures,
                   GError    **error)
{
  g_autoptr (GRegex) regex = NULL;
  g_autoptr (GError) inner = NULL;
  guint miss, n;

  regex = g_regex_new (pattern, G_REGEX_OPTIMIZE, 0, &inner);
  if (regex == NULL)
    {
      g_set_error (error, ORD_ERROR, ORD_ERROR_DATASET,
                   "The pattern “%s” is no regular expression: %s", pattern,
                   inner->message);
      return NULL;
    }

  n = count_matches (regex, pictures, &miss);
  if (n < pictures->len)
    {
      g_set_error (error, ORD_ERROR, ORD_ERROR_DATASET,
                   "%u of %u pictures in %s do not match the pattern “%s”, the "
                   "first is “%s”; correct the pattern or move them elsewhere",
                   pictures->len - n, pictures->len, folder, pattern,
                   (char *) pictures->pdata[miss]);
      return NULL;
    }

  return read_names (folder, regex, g_ptr_array_ref (pictures));
}

static OrdRawTable *
read_with_default_patterns (const char *folder,
                            GPtrArray  *pictures,
                            GError    **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (default_patterns); i++)
    {
      g_autoptr (GRegex) regex = g_regex_new (default_patterns[i],
                                              G_REGEX_OPTIMIZE, 0, NULL);
      guint miss;

      if (count_matches (regex, pictures, &miss) == pictures->len)
        return read_names (folder, regex, g_ptr_array_ref (pictures));
    }

  g_set_error (error, ORD_ERROR, ORD_ERROR_DATASET,
               "No labels found for the %u pictures in %s. Looked for a table "
               "labels.csv with the columns file and value; for folders whose "
               "names are the values (“12”, “3.5”); and for the value in every "
               "file name (“name_3.5.png”, “value=3.5”). Provide one of these "
               "or give a pattern", pictures->len, folder);
  return NULL;
}

OrdRawTable *
ord_raw_table_find (const char *folder,
                    const char *pattern,
                    GError    **error)
{
  g_autoptr (GPtrArray) names = list_folder (folder, "", error);
  g_autoptr (GPtrArray) pictures = NULL;
  g_autofree char *stray = NULL;
  gboolean         found = FALSE;

  if (names == NULL)
    return NULL;

  if (pattern == NULL)
    {
      if (!look_for_value_folders (folder, names, &found, &stray, error))
        return NULL;

      if (stray != NULL)
        {
          g_set_error (error, ORD_ERROR, ORD_ERROR_DATASET,
                       "%s has folders named by values, and beside them “%s”, "
                       "which is no value (such as “12” or “3.5”); rename it "
                       "or move it elsewhere", folder, stray);
          return NULL;
        }

      if (found)
        return read_value_folders (folder, names, error);
    }

  pictures = g_ptr_array_new_with_free_func (g_free);
  if (!collect_pictures (folder, "", 0, pictures, error))
    return NULL;

  if (pictures->len == 0)
    {
      g_set_error (error, ORD_ERROR, ORD_ERROR_DATASET,
                   "There are no pictures in %s, and no table labels.csv",
                   folder);
      return NULL;
    }

  return pattern != NULL
         ? read_with_pattern (folder, pattern, pictures, error)
         : read_with_default_patterns (folder, pictures, error);
}

OrdDataset *
ord_dataset_list (const char  *folder,
                  GError     **error)
{
  static const char * const  names[] = { "value", NULL };
  g_autofree char           *full = g_canonicalize_filename (folder, NULL);
  g_autoptr (GPtrArray)      pictures = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (OrdDataset)     dataset = ord_dataset_new (full, NULL, names, NULL,
                                                        0);
  double                     nothing = 0.0;

  if (!collect_pictures (full, "", 0, pictures, error))
    return NULL;
  if (pictures->len == 0)
    {
      g_set_error (error, ORD_ERROR, ORD_ERROR_DATASET,
                   "There are no pictures in %s", full);
      return NULL;
    }
  for (guint i = 0; i < pictures->len; i++)
    {
      g_autofree char *path = g_build_filename (full, pictures->pdata[i], NULL);
      OrdSample        sample = {
        .file = pictures->pdata[i],
        .path = path,
        .labels = &nothing,
        .split = ORD_SPLIT_TEST,
      };

      ord_dataset_append (dataset, &sample);
    }
  return g_steal_pointer (&dataset);
}
