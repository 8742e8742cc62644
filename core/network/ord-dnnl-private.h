/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * oneDNN's C API with one owner and one error: everything made through an
 * OrdDnnl lives as long as it, and the first failure is kept while later calls
 * do nothing, so that a layer reads as the list of its primitives.
 */
#pragma once

#include <oneapi/dnnl/dnnl.h>

#include "../ord-error.h"

G_BEGIN_DECLS

typedef struct
{
  dnnl_engine_t  engine;  /* borrowed */
  dnnl_stream_t  stream;  /* borrowed */
  GPtrArray     *memories;
  GPtrArray     *primitives;
  GPtrArray     *primitive_descs;
  GPtrArray     *descs;
  GPtrArray     *places;
  GError        *error;   /* the first failure */
} OrdDnnl;

/* A copy into another memory format or type; nothing where both are the same:
 * neither @primitive nor @places is there then, and @to is @from. */
typedef struct
{
  dnnl_primitive_t primitive;
  const guint     *places;    /* (count): instead, where each number goes */
  gsize            count;
  dnnl_memory_t    from;
  dnnl_memory_t    to;
} OrdReorder;

void     ord_dnnl_init  (OrdDnnl       *dnnl,
                         dnnl_engine_t  engine,
                         dnnl_stream_t  stream);
void     ord_dnnl_clear (OrdDnnl       *dnnl);

/* Records the failure of @what; TRUE when all is well so far. */
gboolean ord_dnnl_check (OrdDnnl       *dnnl,
                         dnnl_status_t  status,
                         const char    *what);

/* Descriptors: of dims in a named format, or `any` for the primitive to choose;
 * of floats, or of another type. */
dnnl_memory_desc_t ord_dnnl_desc    (OrdDnnl            *dnnl,
                                     int                 n_dims,
                                     const dnnl_dim_t   *dims,
                                     dnnl_format_tag_t   tag);
dnnl_memory_desc_t ord_dnnl_desc_of (OrdDnnl            *dnnl,
                                     dnnl_data_type_t    type,
                                     int                 n_dims,
                                     const dnnl_dim_t   *dims,
                                     dnnl_format_tag_t   tag);

/* Takes @desc over when it was made by one of oneDNN's own makers. */
dnnl_primitive_desc_t
         ord_dnnl_keep_desc (OrdDnnl               *dnnl,
                             dnnl_primitive_desc_t  desc);

/* What the primitive chose; owned by @desc. */
const_dnnl_memory_desc_t
         ord_dnnl_query (const_dnnl_primitive_desc_t  desc,
                         dnnl_query_t                 what);

dnnl_primitive_t ord_dnnl_primitive (OrdDnnl                     *dnnl,
                                     const_dnnl_primitive_desc_t  desc,
                                     const char                  *what);

/* Memory of its own; zeroed. */
dnnl_memory_t ord_dnnl_memory    (OrdDnnl                  *dnnl,
                                  const_dnnl_memory_desc_t  desc);
/* Memory on a caller's buffer, which may be set later. */
dnnl_memory_t ord_dnnl_memory_on (OrdDnnl                  *dnnl,
                                  const_dnnl_memory_desc_t  desc,
                                  void                     *buffer);
/* As the floats they mostly are. */
float        *ord_dnnl_data      (dnnl_memory_t             memory);
const_dnnl_memory_desc_t
              ord_dnnl_memory_desc (dnnl_memory_t           memory);

/* A reorder from @from to the format of @to; where the formats are equal, no
 * copy is made and reorder.to is @from. */
OrdReorder ord_dnnl_reorder_to   (OrdDnnl                  *dnnl,
                                  dnnl_memory_t             from,
                                  const_dnnl_memory_desc_t  to);
/* The other direction: a memory in the format @from that ends up in @to. */
OrdReorder ord_dnnl_reorder_from (OrdDnnl                  *dnnl,
                                  const_dnnl_memory_desc_t  from,
                                  dnnl_memory_t             to);
/* to = from, or to += from. */
dnnl_primitive_t
           ord_dnnl_copy         (OrdDnnl                  *dnnl,
                                  const_dnnl_memory_desc_t  from,
                                  const_dnnl_memory_desc_t  to,
                                  gboolean                  accumulate);

void       ord_dnnl_run          (OrdDnnl                  *dnnl,
                                  dnnl_primitive_t          primitive,
                                  int                       n_args,
                                  const dnnl_exec_arg_t    *args);
void       ord_dnnl_run_copy     (OrdDnnl                  *dnnl,
                                  dnnl_primitive_t          primitive,
                                  dnnl_memory_t             from,
                                  dnnl_memory_t             to);
void       ord_dnnl_run_reorder  (OrdDnnl                  *dnnl,
                                  const OrdReorder         *reorder);

G_END_DECLS
