/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Ownership and errors of oneDNN's objects.
 */
#include "ord-dnnl-private.h"

#include <omp.h>
#include <string.h>

static void
free_memory (gpointer memory)
{
  dnnl_memory_destroy (memory);
}

static void
free_primitive (gpointer primitive)
{
  dnnl_primitive_destroy (primitive);
}

static void
free_primitive_desc (gpointer desc)
{
  dnnl_primitive_desc_destroy (desc);
}

static void
free_desc (gpointer desc)
{
  dnnl_memory_desc_destroy (desc);
}

void
ord_dnnl_init (OrdDnnl       *dnnl,
               dnnl_engine_t  engine,
               dnnl_stream_t  stream)
{
  *dnnl = (OrdDnnl) {
    .engine = engine,
    .stream = stream,
    .memories = g_ptr_array_new_with_free_func (free_memory),
    .primitives = g_ptr_array_new_with_free_func (free_primitive),
    .primitive_descs = g_ptr_array_new_with_free_func (free_primitive_desc),
    .descs = g_ptr_array_new_with_free_func (free_desc),
    .places = g_ptr_array_new_with_free_func (g_free),
  };
}

void
ord_dnnl_clear (OrdDnnl *dnnl)
{
  g_clear_pointer (&dnnl->primitives, g_ptr_array_unref);
  g_clear_pointer (&dnnl->primitive_descs, g_ptr_array_unref);
  g_clear_pointer (&dnnl->memories, g_ptr_array_unref);
  g_clear_pointer (&dnnl->descs, g_ptr_array_unref);
  g_clear_pointer (&dnnl->places, g_ptr_array_unref);
  g_clear_error (&dnnl->error);
}

gboolean
ord_dnnl_check (OrdDnnl       *dnnl,
                dnnl_status_t  status,
                const char    *what)
{
  if (status != dnnl_success && !dnnl->error)
    {
      if (status == dnnl_out_of_memory)
        g_set_error (&dnnl->error, ORD_ERROR, ORD_ERROR_LIBRARY,
                     "Not enough memory for %s; try a smaller batch or a "
                     "smaller image size", what);
      else
        g_set_error (&dnnl->error, ORD_ERROR, ORD_ERROR_LIBRARY,
                     "oneDNN cannot do %s (status %d)", what, (int) status);
    }
  return dnnl->error == NULL;
}

dnnl_memory_desc_t
ord_dnnl_desc (OrdDnnl           *dnnl,
               int                n_dims,
               const dnnl_dim_t  *dims,
               dnnl_format_tag_t  tag)
{
  return ord_dnnl_desc_of (dnnl, dnnl_f32, n_dims, dims, tag);
}

dnnl_memory_desc_t
ord_dnnl_desc_of (OrdDnnl           *dnnl,
                  dnnl_data_type_t   type,
                  int                n_dims,
                  const dnnl_dim_t  *dims,
                  dnnl_format_tag_t  tag)
{
  dnnl_memory_desc_t desc = NULL;

  if (!ord_dnnl_check (dnnl,
                       dnnl_memory_desc_create_with_tag (&desc, n_dims, dims,
                                                         type, tag),
                       "a memory format"))
    return NULL;
  g_ptr_array_add (dnnl->descs, desc);
  return desc;
}

dnnl_primitive_desc_t
ord_dnnl_keep_desc (OrdDnnl               *dnnl,
                    dnnl_primitive_desc_t  desc)
{
  if (desc)
    g_ptr_array_add (dnnl->primitive_descs, desc);
  return desc;
}

const_dnnl_memory_desc_t
ord_dnnl_query (const_dnnl_primitive_desc_t desc,
                dnnl_query_t                what)
{
  return desc ? dnnl_primitive_desc_query_md (desc, what, 0) : NULL;
}

dnnl_primitive_t
ord_dnnl_primitive (OrdDnnl                     *dnnl,
                    const_dnnl_primitive_desc_t  desc,
                    const char                  *what)
{
  dnnl_primitive_t primitive = NULL;

  if (dnnl->error ||
      !ord_dnnl_check (dnnl, dnnl_primitive_create (&primitive, desc), what))
    return NULL;
  g_ptr_array_add (dnnl->primitives, primitive);
  return primitive;
}

dnnl_memory_t
ord_dnnl_memory (OrdDnnl                  *dnnl,
                 const_dnnl_memory_desc_t  desc)
{
  dnnl_memory_t memory = NULL;

  if (dnnl->error ||
      !ord_dnnl_check (dnnl,
                       dnnl_memory_create (&memory, desc, dnnl->engine,
                                           DNNL_MEMORY_ALLOCATE),
                       "the network's activations"))
    return NULL;
  g_ptr_array_add (dnnl->memories, memory);
  /* Blocked formats carry padding channels that some kernels read. */
  memset (ord_dnnl_data (memory), 0, dnnl_memory_desc_get_size (desc));
  return memory;
}

dnnl_memory_t
ord_dnnl_memory_on (OrdDnnl                  *dnnl,
                    const_dnnl_memory_desc_t  desc,
                    void                     *buffer)
{
  dnnl_memory_t memory = NULL;

  if (dnnl->error ||
      !ord_dnnl_check (dnnl,
                       dnnl_memory_create (&memory, desc, dnnl->engine,
                                           buffer ? buffer : DNNL_MEMORY_NONE),
                       "a memory object"))
    return NULL;
  g_ptr_array_add (dnnl->memories, memory);
  return memory;
}

float *
ord_dnnl_data (dnnl_memory_t memory)
{
  void *data = NULL;

  if (memory)
    dnnl_memory_get_data_handle (memory, &data);
  return data;
}

const_dnnl_memory_desc_t
ord_dnnl_memory_desc (dnnl_memory_t memory)
{
  const_dnnl_memory_desc_t desc = NULL;

  if (memory)
    dnnl_memory_get_memory_desc (memory, &desc);
  return desc;
}

static dnnl_data_type_t
type_of (dnnl_memory_t memory)
{
  dnnl_data_type_t type = dnnl_data_type_undef;

  dnnl_memory_desc_query (ord_dnnl_memory_desc (memory),
                          dnnl_query_data_type, &type);
  return type;
}

/* With fewer numbers, other threads are not worth waking. */
#define FEW 65536

/* Copies take the number of threads that is set, some when they are made and
 * some when they run. Returns the number to set again. */
static int
set_threads_for_copy (const_dnnl_memory_desc_t from)
{
  int n_threads = omp_get_max_threads ();

  if (dnnl_memory_desc_get_size (from) < FEW * sizeof (float))
    omp_set_num_threads (1);
  return n_threads;
}

dnnl_primitive_t
ord_dnnl_copy (OrdDnnl                  *dnnl,
               const_dnnl_memory_desc_t  from,
               const_dnnl_memory_desc_t  to,
               gboolean                  accumulate)
{
  dnnl_primitive_desc_t desc = NULL;
  dnnl_primitive_attr_t attr = NULL;
  dnnl_post_ops_t       sum = NULL;
  dnnl_primitive_t      primitive;
  int                   n_threads;

  if (dnnl->error)
    return NULL;

  n_threads = set_threads_for_copy (from);
  if (accumulate)
    {
      dnnl_primitive_attr_create (&attr);
      dnnl_post_ops_create (&sum);
      dnnl_post_ops_append_sum (sum, 1.0f, 0, dnnl_data_type_undef);
      dnnl_primitive_attr_set_post_ops (attr, sum);
    }
  ord_dnnl_check (dnnl,
                  dnnl_reorder_primitive_desc_create (&desc, from, dnnl->engine,
                                                      to, dnnl->engine, attr),
                  "a change of memory format");
  if (sum)
    dnnl_post_ops_destroy (sum);
  if (attr)
    dnnl_primitive_attr_destroy (attr);

  primitive = ord_dnnl_primitive (dnnl, ord_dnnl_keep_desc (dnnl, desc),
                                  "a change of memory format");
  omp_set_num_threads (n_threads);

  return primitive;
}

/* How a memory is laid out: dims split into an outer index and blocks. */
typedef struct
{
  int               n_dims;
  int               n_blocks;
  const dnnl_dim_t *dims;
  const dnnl_dim_t *padded;
  const dnnl_dim_t *strides;
  const dnnl_dim_t *blocks;    /* (n_blocks), the innermost last */
  const dnnl_dim_t *block_dim; /* (n_blocks), the dim that each one splits */
} Layout;

static Layout
query_layout (const_dnnl_memory_desc_t desc)
{
  Layout layout = { 0 };

  dnnl_memory_desc_query (desc, dnnl_query_ndims_s32, &layout.n_dims);
  dnnl_memory_desc_query (desc, dnnl_query_inner_nblks_s32, &layout.n_blocks);
  dnnl_memory_desc_query (desc, dnnl_query_dims, &layout.dims);
  dnnl_memory_desc_query (desc, dnnl_query_padded_dims, &layout.padded);
  dnnl_memory_desc_query (desc, dnnl_query_strides, &layout.strides);
  dnnl_memory_desc_query (desc, dnnl_query_inner_blks, &layout.blocks);
  dnnl_memory_desc_query (desc, dnnl_query_inner_idxs, &layout.block_dim);
  return layout;
}

static guint
find_place (const Layout     *layout,
            const dnnl_dim_t *index)
{
  dnnl_dim_t outer[DNNL_MAX_NDIMS];
  dnnl_dim_t place = 0, size = 1;

  memcpy (outer, index, sizeof (dnnl_dim_t) * (gsize) layout->n_dims);
  for (int b = layout->n_blocks - 1; b >= 0; b--)
    {
      dnnl_dim_t *of_dim = &outer[layout->block_dim[b]];

      place += *of_dim % layout->blocks[b] * size;
      *of_dim /= layout->blocks[b];
      size *= layout->blocks[b];
    }
  for (int d = 0; d < layout->n_dims; d++)
    place += outer[d] * layout->strides[d];
  return (guint) place;
}

/* oneDNN loses numbers on some processors when it packs into a format with blocks
 * that the dims do not fill, as the weights of a layer with 24 or 80 channels:
 * those are copied number by number, and rounded on the way where the format is
 * one of bfloat16. */
static gboolean
is_packed_wrongly (const Layout *to)
{
  gboolean padded = FALSE;

  for (int d = 0; d < to->n_dims; d++)
    padded |= to->padded[d] != to->dims[d];
  return padded && to->n_blocks >= 1;
}

static guint *
find_places (OrdDnnl      *dnnl,
             const Layout *from,
             const Layout *to,
             gsize        *count)
{
  dnnl_dim_t  index[DNNL_MAX_NDIMS] = { 0 };
  guint      *places;

  *count = 1;
  for (int d = 0; d < from->n_dims; d++)
    *count *= (gsize) from->dims[d];
  places = g_new (guint, *count);
  g_ptr_array_add (dnnl->places, places);
  for (gsize i = 0; i < *count; i++)
    {
      guint at = find_place (from, index);

      /* A plain memory without gaps. */
      g_assert (at < *count);
      places[at] = find_place (to, index);
      for (int d = from->n_dims - 1; d >= 0; d--)
        {
          if (++index[d] < from->dims[d])
            break;
          index[d] = 0;
        }
    }
  return places;
}

OrdReorder
ord_dnnl_reorder_to (OrdDnnl                  *dnnl,
                     dnnl_memory_t             from,
                     const_dnnl_memory_desc_t  to)
{
  OrdReorder reorder = { .from = from, .to = from };
  Layout     plain, packed;

  if (dnnl->error || dnnl_memory_desc_equal (ord_dnnl_memory_desc (from), to))
    return reorder;
  reorder.to = ord_dnnl_memory (dnnl, to);
  plain = query_layout (ord_dnnl_memory_desc (from));
  packed = query_layout (to);
  if (plain.n_blocks == 0 && type_of (from) == dnnl_f32 &&
      is_packed_wrongly (&packed))
    reorder.places = find_places (dnnl, &plain, &packed, &reorder.count);
  else
    reorder.primitive =
      ord_dnnl_copy (dnnl, ord_dnnl_memory_desc (from), to, FALSE);
  return reorder;
}

OrdReorder
ord_dnnl_reorder_from (OrdDnnl                  *dnnl,
                       const_dnnl_memory_desc_t  from,
                       dnnl_memory_t             to)
{
  OrdReorder reorder = { .from = to, .to = to };

  if (dnnl->error || dnnl_memory_desc_equal (from, ord_dnnl_memory_desc (to)))
    return reorder;
  reorder.from = ord_dnnl_memory (dnnl, from);
  reorder.primitive =
    ord_dnnl_copy (dnnl, from, ord_dnnl_memory_desc (to), FALSE);
  return reorder;
}

void
ord_dnnl_run (OrdDnnl               *dnnl,
              dnnl_primitive_t       primitive,
              int                    n_args,
              const dnnl_exec_arg_t *args)
{
  if (!dnnl->error)
    ord_dnnl_check (dnnl,
                    dnnl_primitive_execute (primitive, dnnl->stream, n_args,
                                            args),
                    "a step of the network");
}

void
ord_dnnl_run_copy (OrdDnnl          *dnnl,
                   dnnl_primitive_t  primitive,
                   dnnl_memory_t     from,
                   dnnl_memory_t     to)
{
  const dnnl_exec_arg_t args[] = { { DNNL_ARG_FROM, from },
                                   { DNNL_ARG_TO, to } };
  int n_threads = set_threads_for_copy (ord_dnnl_memory_desc (from));

  ord_dnnl_run (dnnl, primitive, G_N_ELEMENTS (args), args);
  omp_set_num_threads (n_threads);
}

/* The upper half of a float, rounded to nearest, ties to even. */
static guint16
to_bfloat16 (float value)
{
  guint32 bits;

  memcpy (&bits, &value, sizeof bits);
  /* Rounding might carry a NaN over to something else. */
  if ((bits & 0x7fffffff) > 0x7f800000)
    return (guint16) (bits >> 16 | 0x40);
  return (guint16) ((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

/* The padding stays as it was made: zero. */
static void
run_places (const OrdReorder *reorder)
{
  const float *from = ord_dnnl_data (reorder->from);

  if (type_of (reorder->to) == dnnl_bf16)
    {
      guint16 *to = (gpointer) ord_dnnl_data (reorder->to);

      for (gsize i = 0; i < reorder->count; i++)
        to[reorder->places[i]] = to_bfloat16 (from[i]);
    }
  else
    {
      float *to = ord_dnnl_data (reorder->to);

      for (gsize i = 0; i < reorder->count; i++)
        to[reorder->places[i]] = from[i];
    }
}

void
ord_dnnl_run_reorder (OrdDnnl          *dnnl,
                      const OrdReorder *reorder)
{
  if (reorder->places && !dnnl->error)
    run_places (reorder);
  if (reorder->primitive)
    ord_dnnl_run_copy (dnnl, reorder->primitive, reorder->from, reorder->to);
}
