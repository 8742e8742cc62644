/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Dealing images out to training, validation and test.
 *
 * Groups (or single images) are walked in the order of their mean label. Each
 * goes to a split drawn with a probability proportional to what the split still
 * lacks of its share so far, so that at every point of the walk, and thus along
 * the labels, the shares hold to within a group, while which image goes where
 * stays random.
 */
#include "ord-dataset-private.h"

#include "../ord-random.h"

/* Images that stay together. */
typedef struct
{
  double  label; /* mean of the first component */
  guint   order; /* random, breaks ties */
  GArray *samples;
  int     split;
} Unit;

static void
unit_free (gpointer data)
{
  Unit *unit = data;

  g_array_unref (unit->samples);
  g_free (unit);
}

static int
compare_units (gconstpointer a,
               gconstpointer b)
{
  const Unit *first = *(Unit * const *) a;
  const Unit *second = *(Unit * const *) b;

  if (first->label != second->label)
    return first->label < second->label ? -1 : 1;

  return (first->order > second->order) - (first->order < second->order);
}

static GPtrArray *
collect_units (OrdDataset  *dataset,
               const guint *samples,
               guint        n)
{
  g_autoptr (GHashTable) by_group = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *units = g_ptr_array_new_with_free_func (unit_free);

  for (guint i = 0; i < n; i++)
    {
      const OrdSample *sample = ord_dataset_get_sample (dataset, samples[i]);
      Unit            *unit = NULL;

      if (sample->group != NULL)
        unit = g_hash_table_lookup (by_group, sample->group);

      if (unit == NULL)
        {
          unit = g_new0 (Unit, 1);
          unit->samples = g_array_new (FALSE, FALSE, sizeof (guint));
          g_ptr_array_add (units, unit);
          if (sample->group != NULL)
            g_hash_table_insert (by_group, sample->group, unit);
        }

      g_array_append_val (unit->samples, samples[i]);
      unit->label += (sample->labels[0] - unit->label) / unit->samples->len;
    }

  return units;
}

static void
shuffle_and_sort (GPtrArray *units,
                  OrdRandom *random)
{
  g_autofree guint *order = g_new (guint, units->len);

  for (guint i = 0; i < units->len; i++)
    order[i] = i;
  ord_random_shuffle (random, order, units->len);

  for (guint i = 0; i < units->len; i++)
    ((Unit *) units->pdata[i])->order = order[i];

  g_ptr_array_sort (units, compare_units);
}

static int
draw_split (const double *lacks,
            OrdRandom    *random)
{
  double sum = 0.0;
  double at;
  int    last = 0;

  for (int s = 0; s < ORD_N_SPLITS; s++)
    sum += MAX (lacks[s], 0.0);

  at = ord_random_uniform (random) * sum;
  for (int s = 0; s < ORD_N_SPLITS; s++)
    {
      if (lacks[s] <= 0.0)
        continue;

      last = s;
      if (at < lacks[s])
        return s;
      at -= lacks[s];
    }

  return last;
}

static void
deal (GPtrArray    *units,
      const double *shares,
      guint        *counts,
      OrdRandom    *random)
{
  guint n = 0;

  for (guint i = 0; i < units->len; i++)
    {
      Unit  *unit = units->pdata[i];
      double lacks[ORD_N_SPLITS];

      n += unit->samples->len;
      for (int s = 0; s < ORD_N_SPLITS; s++)
        lacks[s] = shares[s] > 0.0 ? shares[s] * n - counts[s] : 0.0;

      unit->split = draw_split (lacks, random);
      counts[unit->split] += unit->samples->len;
    }
}

/* The split with the most units that can spare one for @split, or -1: training
 * comes before validation and validation before test. */
static int
find_donor (const guint *n_units,
            int          split)
{
  int donor = -1;

  for (int s = 0; s < ORD_N_SPLITS; s++)
    if (n_units[s] >= (s > split ? 1 : 2)
        && (donor < 0 || n_units[s] > n_units[donor]))
      donor = s;

  return donor;
}

static void
move_unit (GPtrArray *units,
           int        from,
           int        to,
           OrdRandom *random)
{
  g_autoptr (GPtrArray) movable = g_ptr_array_new ();
  Unit *chosen;

  for (guint i = 0; i < units->len; i++)
    if (((Unit *) units->pdata[i])->split == from)
      g_ptr_array_add (movable, units->pdata[i]);

  chosen = movable->pdata[ord_random_below (random, movable->len)];
  chosen->split = to;
}

/* Few or large groups can leave a split with nothing. */
static void
fill_empty (GPtrArray    *units,
            const double *shares,
            OrdRandom    *random)
{
  for (int s = 0; s < ORD_N_SPLITS; s++)
    {
      guint n_units[ORD_N_SPLITS] = { 0 };
      int   donor;

      for (guint i = 0; i < units->len; i++)
        n_units[((Unit *) units->pdata[i])->split]++;

      if (shares[s] == 0.0 || n_units[s] > 0)
        continue;

      donor = find_donor (n_units, s);
      if (donor >= 0)
        move_unit (units, donor, s, random);
    }
}

void
ord_split_assign (OrdDataset   *dataset,
                  const guint  *samples,
                  guint         n,
                  const double *shares,
                  guint64       seed)
{
  OrdRandom random = ord_random_init (seed);
  g_autoptr (GPtrArray) units = collect_units (dataset, samples, n);
  guint counts[ORD_N_SPLITS] = { 0 };

  shuffle_and_sort (units, &random);
  deal (units, shares, counts, &random);
  fill_empty (units, shares, &random);

  for (guint i = 0; i < units->len; i++)
    {
      const Unit *unit = units->pdata[i];

      for (guint j = 0; j < unit->samples->len; j++)
        ord_dataset_peek_sample (dataset,
                                 g_array_index (unit->samples, guint, j))
          ->split = unit->split;
    }
}
