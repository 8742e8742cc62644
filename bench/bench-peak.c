/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the processor can do: matrix products through the libraries that the
 * engine uses, in floats by OpenBLAS and in bfloat16 by oneDNN.
 *
 *   prepare product M N K [bfloat16]    C (M, N) = A (M, K) Bᵀ (N, K)
 */
#include "bench.h"

#include <cblas.h>

#include "network/ord-dnnl-private.h"

static struct
{
  float *a;
  float *b;
  float *c;
  gsize  m;
  gsize  n;
  gsize  k;

  /* Where it is bfloat16. */
  dnnl_engine_t    engine;
  dnnl_stream_t    stream;
  OrdDnnl          dnnl;
  dnnl_primitive_t product;
  dnnl_exec_arg_t  factors[3];
} work = {
  .factors = { { DNNL_ARG_SRC }, { DNNL_ARG_WEIGHTS }, { DNNL_ARG_DST } },
};

static float *
fill (gsize n)
{
  float *values = g_new (float, n);

  for (gsize i = 0; i < n; i++)
    values[i] = (float) (i * 2654435761u % 1024) / 1024.0f - 0.5f;

  return values;
}

static dnnl_memory_t
matrix (dnnl_data_type_t  type,
        gsize             rows,
        gsize             columns,
        dnnl_format_tag_t tag)
{
  dnnl_dims_t dims = { (dnnl_dim_t) rows, (dnnl_dim_t) columns };

  return ord_dnnl_memory (&work.dnnl,
                          ord_dnnl_desc_of (&work.dnnl, type, 2, dims, tag));
}

static dnnl_memory_t
fill_bfloat16 (dnnl_memory_t memory,
               gsize         n)
{
  guint16 *values = (guint16 *) ord_dnnl_data (memory);

  /* 1 and the numbers just above it. */
  for (gsize i = 0; i < n && values != NULL; i++)
    values[i] = 0x3f80 + i % 8;

  return memory;
}

static gboolean
prepare_bfloat16 (GError **error)
{
  OrdDnnl *dnnl = &work.dnnl;

  if (work.engine == NULL
      && (dnnl_engine_create (&work.engine, dnnl_cpu, 0) != dnnl_success
          || dnnl_stream_create (&work.stream, work.engine,
                                 dnnl_stream_default_flags) != dnnl_success))
    g_error ("oneDNN has no engine for this processor");
  ord_dnnl_init (dnnl, work.engine, work.stream);
  work.factors[0].memory =
    fill_bfloat16 (matrix (dnnl_bf16, work.m, work.k, dnnl_ab),
                   work.m * work.k);
  work.factors[1].memory =
    fill_bfloat16 (matrix (dnnl_bf16, work.k, work.n, dnnl_ba),
                   work.k * work.n);
  work.factors[2].memory = matrix (dnnl_f32, work.m, work.n, dnnl_ab);
  if (dnnl->error == NULL)
    {
      dnnl_primitive_desc_t desc = NULL;

      ord_dnnl_check (dnnl,
                      dnnl_matmul_primitive_desc_create (
                        &desc, work.engine,
                        ord_dnnl_memory_desc (work.factors[0].memory),
                        ord_dnnl_memory_desc (work.factors[1].memory), NULL,
                        ord_dnnl_memory_desc (work.factors[2].memory), NULL),
                      "a product");
      work.product = ord_dnnl_primitive (dnnl, ord_dnnl_keep_desc (dnnl, desc),
                                         "a product");
    }
  if (dnnl->error == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&dnnl->error));
  return FALSE;
}

static void
clear (void)
{
  g_clear_pointer (&work.a, g_free);
  g_clear_pointer (&work.b, g_free);
  g_clear_pointer (&work.c, g_free);
  ord_dnnl_clear (&work.dnnl);
  work.product = NULL;
}

static gboolean
prepare (char  **words,
         GError **error)
{
  clear ();
  if (!bench_number (words, 1, &work.m, error)
      || !bench_number (words, 2, &work.n, error)
      || !bench_number (words, 3, &work.k, error))
    return FALSE;
  if (g_strcmp0 (words[4], "bfloat16") == 0)
    return prepare_bfloat16 (error);

  work.a = fill (work.m * work.k);
  work.b = fill (work.n * work.k);
  work.c = fill (work.m * work.n);

  return TRUE;
}

static gboolean
run (GArray  *answer,
     GError **error)
{
  if (work.product != NULL)
    {
      ord_dnnl_run (&work.dnnl, work.product, G_N_ELEMENTS (work.factors),
                    work.factors);
      dnnl_stream_wait (work.stream);
      return TRUE;
    }

  cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasTrans, (int) work.m,
               (int) work.n, (int) work.k, 1.0f, work.a, (int) work.k, work.b,
               (int) work.k, 0.0f, work.c, (int) work.n);

  return TRUE;
}

int
main (int    argc,
      char **argv)
{
  return bench_main (argc, argv, &(Bench) { prepare, run });
}
