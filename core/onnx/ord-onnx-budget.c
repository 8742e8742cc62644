/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The memory that a file may ask for, held against its size: its numbers a few
 * times over, and up to 64 times its size for structure, of which real
 * networks have little.
 */
#include "ord-onnx-private.h"

#define MEBIBYTE ((gsize) 1 << 20)

/* Before each piece: its size, in a width that keeps any alignment. */
#define HEADER 16

G_STATIC_ASSERT (HEADER >= sizeof (gsize));

static void *
take (void  *data,
      size_t size)
{
  OrdOnnxBudget *budget = data;
  gsize          whole;
  char          *memory;

  if (!g_size_checked_add (&whole, size, HEADER)
      || whole > budget->limit - budget->used
      || !(memory = g_try_malloc (whole)))
    {
      budget->exceeded = TRUE;
      return NULL;
    }
  budget->used += whole;
  *(gsize *) (gpointer) memory = whole;
  return memory + HEADER;
}

static void
give_back (void *data,
           void *memory)
{
  OrdOnnxBudget *budget = data;
  char          *start;

  if (!memory)
    return;
  start = (char *) memory - HEADER;
  budget->used -= *(gsize *) (gpointer) start;
  g_free (start);
}

void
ord_onnx_budget_init (OrdOnnxBudget *budget,
                      gsize          file_size)
{
  budget->allocator.alloc = take;
  budget->allocator.free = give_back;
  budget->allocator.allocator_data = budget;
  budget->limit = 3 * file_size + MIN (64 * file_size, 256 * MEBIBYTE)
                  + MEBIBYTE;
  budget->used = 0;
  budget->exceeded = FALSE;
}

gpointer
ord_onnx_budget_alloc (OrdOnnxBudget *budget,
                       gsize          n,
                       gsize          size)
{
  gsize whole;

  if (g_size_checked_mul (&whole, n, size))
    return take (budget, whole);
  budget->exceeded = TRUE;
  return NULL;
}

void
ord_onnx_budget_free (OrdOnnxBudget *budget,
                      gpointer       memory)
{
  give_back (budget, memory);
}
