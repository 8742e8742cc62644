/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Passes over a batch, channel by channel.
 *
 * Memory bounds them: the moments take one pass, where a mean and then a
 * variance would take two, and what ReLU let through is found again from x
 * instead of being kept. oneDNN has the same passes, but its threads wait for
 * one another several times within each, by spinning: where another process has
 * taken a core, each wait costs a time slice, and training a small network
 * beside a busy program spent half of its time there. Here, each thread works
 * on its share of the units, a group of channels of an image, to the end; the
 * units' sums are added in their order, so the number of threads changes
 * nothing.
 */
#include "ord-channels-private.h"

#include <string.h>

#include "../ord-clones-private.h"

#define LANES 16
/* Rows that stay at hand for a second look, and whose sum keeps its digits. */
#define STRIP 64
/* Numbers below which other threads are not worth waking. */
#define FEW   32768

typedef float   Lanes  __attribute__ ((vector_size (LANES * sizeof (float))));
typedef guint32 Bits   __attribute__ ((vector_size (LANES * sizeof (guint32))));
typedef guint16 Halves __attribute__ ((vector_size (LANES * sizeof (guint16))));

#define INLINE static inline __attribute__ ((always_inline))

/* -- formats --------------------------------------------------------------- */

gboolean
ord_channels_init (OrdChannels              *channels,
                   const_dnnl_memory_desc_t  desc)
{
  int               rank, n_blocks;
  const dnnl_dim_t *dims, *padded, *strides, *blocks, *block_dim;
  dnnl_data_type_t  type;
  gsize             height, width, pitch;

  dnnl_memory_desc_query (desc, dnnl_query_ndims_s32, &rank);
  dnnl_memory_desc_query (desc, dnnl_query_inner_nblks_s32, &n_blocks);
  dnnl_memory_desc_query (desc, dnnl_query_dims, &dims);
  dnnl_memory_desc_query (desc, dnnl_query_padded_dims, &padded);
  dnnl_memory_desc_query (desc, dnnl_query_strides, &strides);
  dnnl_memory_desc_query (desc, dnnl_query_inner_blks, &blocks);
  dnnl_memory_desc_query (desc, dnnl_query_inner_idxs, &block_dim);
  dnnl_memory_desc_query (desc, dnnl_query_data_type, &type);

  height = rank == 4 ? (gsize) dims[2] : 1;
  width = rank == 4 ? (gsize) dims[3] : 1;
  pitch = rank == 4 ? (gsize) strides[3] : 1;
  if ((type != dnnl_f32 && type != dnnl_bf16) || padded[0] != dims[0] ||
      (height > 1 && (gsize) strides[2] != pitch * width))
    return FALSE;

  *channels = (OrdChannels) {
    .bfloat16 = type == dnnl_bf16,
    .n = (guint) dims[0],
    .n_channels = (guint) padded[1],
    .rows = height * width,
    .pitch = pitch,
    .image = (gsize) strides[0],
  };
  if (n_blocks == 1 && block_dim[0] == 1 && blocks[0] <= LANES)
    {
      channels->lanes = (guint) blocks[0];
      channels->group = (gsize) strides[1];
    }
  else if (n_blocks == 0 && strides[1] == 1)
    {
      channels->lanes = LANES;
      channels->group = LANES;
    }
  else if (n_blocks == 0)
    {
      channels->lanes = 1;
      channels->group = (gsize) strides[1];
    }
  else
    {
      return FALSE;
    }
  channels->n_groups = (channels->n_channels + channels->lanes - 1)
                       / channels->lanes;

  return TRUE;
}

/* -- units ----------------------------------------------------------------- */

/* A group of channels of an image.
 * @first: its first channel
 * @at: its first number */
typedef struct
{
  guint first;
  guint lanes;
  gsize at;
} Unit;

static Unit
get_unit (const OrdChannels *channels,
          guint              index)
{
  guint group = index % channels->n_groups;
  guint first = group * channels->lanes;

  return (Unit) {
    .first = first,
    .lanes = MIN (channels->lanes, channels->n_channels - first),
    .at = index / channels->n_groups * channels->image
          + group * channels->group,
  };
}

static guint
count_units (const OrdChannels *channels)
{
  return channels->n * channels->n_groups;
}

static gboolean
is_much (const OrdChannels *channels)
{
  return channels->n * channels->rows * channels->n_channels > FEW;
}

/* Vectors go by reference: they have no common way by value on processors that
 * lack registers for them. As the type and the number of lanes are constants
 * where it matters, one move of a full width is left. */
INLINE void
load (Lanes      *lanes,
      const void *from,
      gsize       at,
      gboolean    bfloat16,
      guint       n)
{
  n = MIN (n, LANES);
  if (bfloat16)
    {
      Halves halves = { 0 };
      Bits   bits;

      memcpy (&halves, (const guint16 *) from + at, n * sizeof (guint16));
      bits = __builtin_convertvector (halves, Bits) << 16;
      *lanes = (Lanes) bits;
    }
  else
    {
      if (n < LANES)
        *lanes = (Lanes) { 0 };
      memcpy (lanes, (const float *) from + at, n * sizeof (float));
    }
}

/* To nearest, ties to even; no number stays no number. */
INLINE void
store (const Lanes *lanes,
       void        *to,
       gsize        at,
       gboolean     bfloat16,
       guint        n)
{
  n = MIN (n, LANES);
  if (bfloat16)
    {
      Bits   bits = (Bits) *lanes;
      Bits   odd = (Bits) (*lanes != *lanes);
      Halves halves;

      bits = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
      bits = (odd & 0x7fc0) | (~odd & bits);
      halves = __builtin_convertvector (bits, Halves);
      memcpy ((guint16 *) to + at, &halves, n * sizeof (guint16));
    }
  else
    {
      memcpy ((float *) to + at, lanes, n * sizeof (float));
    }
}

/* Calls @function with what is constant in nearly all networks as constants. */
#define SPECIALISE(function, ...)                                          \
  G_STMT_START {                                                           \
    if (channels->bfloat16 && unit.lanes == LANES)                         \
      function (channels, unit, TRUE, LANES, __VA_ARGS__);                 \
    else if (channels->bfloat16)                                           \
      function (channels, unit, TRUE, unit.lanes, __VA_ARGS__);            \
    else if (unit.lanes == LANES)                                          \
      function (channels, unit, FALSE, LANES, __VA_ARGS__);                \
    else if (unit.lanes == LANES / 2)                                      \
      function (channels, unit, FALSE, LANES / 2, __VA_ARGS__);            \
    else                                                                   \
      function (channels, unit, FALSE, unit.lanes, __VA_ARGS__);           \
  } G_STMT_END

/* -- moments --------------------------------------------------------------- */

/* Strips are joined as Chan, Golub & LeVeque (1983) do. */
INLINE void
moments (const OrdChannels *channels,
         Unit               unit,
         gboolean           bfloat16,
         guint              lanes,
         const void        *x,
         float             *mean_out,
         float             *squares_out)
{
  double mean[LANES] = { 0.0 }, squares[LANES] = { 0.0 };

  for (gsize first = 0; first < channels->rows; first += STRIP)
    {
      gsize last = MIN (first + STRIP, channels->rows);
      float n = (float) (last - first);
      Lanes value, sum = { 0 }, square = { 0 };

      for (gsize r = first; r < last; r++)
        {
          load (&value, x, unit.at + r * channels->pitch, bfloat16, lanes);
          sum += value;
        }
      sum /= n;
      for (gsize r = first; r < last; r++)
        {
          load (&value, x, unit.at + r * channels->pitch, bfloat16, lanes);
          value -= sum;
          square += value * value;
        }
      for (guint l = 0; l < lanes; l++)
        {
          double apart = (double) sum[l] - mean[l];
          double share = (double) n / (double) last;

          mean[l] += apart * share;
          squares[l] += square[l] + apart * apart * (double) first * share;
        }
    }
  for (guint l = 0; l < lanes; l++)
    {
      mean_out[unit.first + l] = (float) mean[l];
      squares_out[unit.first + l] = (float) squares[l];
    }
}

ORD_CLONES static void
unit_moments (const OrdChannels *channels,
              Unit               unit,
              const void        *x,
              float             *mean,
              float             *squares)
{
  SPECIALISE (moments, x, mean, squares);
}

void
ord_channels_moments (const OrdChannels *channels,
                      const void        *x,
                      float             *mean,
                      float             *variance)
{
  guint              n_units = count_units (channels);
  guint              width = channels->n_channels;
  double             rows = (double) channels->rows;
  g_autofree float  *means = g_new (float, channels->n * width);
  g_autofree float  *squares = g_new (float, channels->n * width);

#pragma omp parallel for if (is_much (channels))
  for (guint i = 0; i < n_units; i++)
    {
      gsize row = (gsize) (i / channels->n_groups) * width;

      unit_moments (channels, get_unit (channels, i), x, means + row,
                    squares + row);
    }

  for (guint c = 0; c < width; c++)
    {
      double sum = 0.0, around = 0.0;

      for (guint i = 0; i < channels->n; i++)
        sum += means[i * width + c];
      sum /= channels->n;
      for (guint i = 0; i < channels->n; i++)
        {
          double apart = means[i * width + c] - sum;

          around += squares[i * width + c] + rows * apart * apart;
        }
      mean[c] = (float) sum;
      variance[c] = (float) (around / (rows * channels->n));
    }
}

/* -- forward --------------------------------------------------------------- */

INLINE void
apply (const OrdChannels    *channels,
       Unit                  unit,
       gboolean              bfloat16,
       guint                 lanes,
       const OrdChannelStep *step,
       const void           *x,
       void                 *y)
{
  Lanes mean, factor, shift;
  Bits  all = (Bits) { 0 } - (step->relu ? 0u : 1u);

  load (&mean, step->mean, unit.first, FALSE, lanes);
  load (&factor, step->factor, unit.first, FALSE, lanes);
  load (&shift, step->shift, unit.first, FALSE, lanes);
  for (gsize r = 0; r < channels->rows; r++)
    {
      gsize at = unit.at + r * channels->pitch;
      Lanes value;

      load (&value, x, at, bfloat16, lanes);
      value = (value - mean) * factor + shift;
      /* What is no number is not less than 0. */
      value = (Lanes) ((Bits) value & (all | ~(Bits) (value < 0.0f)));
      store (&value, y, at, bfloat16, lanes);
    }
}

ORD_CLONES static void
unit_apply (const OrdChannels    *channels,
            Unit                  unit,
            const OrdChannelStep *step,
            const void           *x,
            void                 *y)
{
  SPECIALISE (apply, step, x, y);
}

void
ord_channels_apply (const OrdChannels    *channels,
                    const OrdChannelStep *step,
                    const void           *x,
                    void                 *y)
{
  guint n_units = count_units (channels);

#pragma omp parallel for if (is_much (channels))
  for (guint i = 0; i < n_units; i++)
    unit_apply (channels, get_unit (channels, i), step, x, y);
}

/* -- backward -------------------------------------------------------------- */

/* @d: the slope by y; becomes 0 where ReLU let nothing through.
 * @from_mean: becomes x − mean */
#define PASS_RELU(d, from_mean)                                            \
  (d) = (Lanes) ((Bits) (d) &                                              \
                 (all | ~(Bits) ((from_mean) * factor + shift <= 0.0f)))

INLINE void
slopes (const OrdChannels    *channels,
        Unit                  unit,
        gboolean              bfloat16,
        guint                 lanes,
        const OrdChannelStep *step,
        const void           *x,
        const void           *d_y,
        float                *sum_out,
        float                *product_out)
{
  double sums[LANES] = { 0.0 }, products[LANES] = { 0.0 };
  Lanes  mean, factor, shift;
  Bits   all = (Bits) { 0 } - (step->relu ? 0u : 1u);

  load (&mean, step->mean, unit.first, FALSE, lanes);
  load (&factor, step->factor, unit.first, FALSE, lanes);
  load (&shift, step->shift, unit.first, FALSE, lanes);
  for (gsize first = 0; first < channels->rows; first += STRIP)
    {
      gsize last = MIN (first + STRIP, channels->rows);
      Lanes sum = { 0 }, product = { 0 };

      for (gsize r = first; r < last; r++)
        {
          gsize at = unit.at + r * channels->pitch;
          Lanes value, d;

          load (&value, x, at, bfloat16, lanes);
          load (&d, d_y, at, bfloat16, lanes);
          value -= mean;
          PASS_RELU (d, value);
          sum += d;
          product += d * value;
        }
      for (guint l = 0; l < lanes; l++)
        {
          sums[l] += sum[l];
          products[l] += product[l];
        }
    }
  for (guint l = 0; l < lanes; l++)
    {
      sum_out[unit.first + l] = (float) sums[l];
      product_out[unit.first + l] = (float) products[l];
    }
}

ORD_CLONES static void
unit_slopes (const OrdChannels    *channels,
             Unit                  unit,
             const OrdChannelStep *step,
             const void           *x,
             const void           *d_y,
             float                *sum,
             float                *product)
{
  SPECIALISE (slopes, step, x, d_y, sum, product);
}

static void
add_up (const float *parts,
        guint        n,
        guint        width,
        float       *sum)
{
  for (guint c = 0; c < width; c++)
    {
      double whole = 0.0;

      for (guint i = 0; i < n; i++)
        whole += parts[i * width + c];
      sum[c] = (float) whole;
    }
}

void
ord_channels_slopes (const OrdChannels    *channels,
                     const OrdChannelStep *step,
                     const void           *x,
                     const void           *d_y,
                     float                *sum,
                     float                *product)
{
  guint              n_units = count_units (channels);
  guint              width = channels->n_channels;
  g_autofree float  *sums = g_new (float, channels->n * width);
  g_autofree float  *products = g_new (float, channels->n * width);

#pragma omp parallel for if (is_much (channels))
  for (guint i = 0; i < n_units; i++)
    {
      gsize row = (gsize) (i / channels->n_groups) * width;

      unit_slopes (channels, get_unit (channels, i), step, x, d_y, sums + row,
                   products + row);
    }
  add_up (sums, channels->n, width, sum);
  add_up (products, channels->n, width, product);
}

INLINE void
backward (const OrdChannels    *channels,
          Unit                  unit,
          gboolean              bfloat16,
          guint                 lanes,
          const OrdChannelStep *step,
          const float          *constants,
          const float          *by_xs,
          const void           *x,
          const void           *d_y,
          void                 *d_x)
{
  Lanes mean, factor, shift, constant, by_x;
  Bits  all = (Bits) { 0 } - (step->relu ? 0u : 1u);

  load (&mean, step->mean, unit.first, FALSE, lanes);
  load (&factor, step->factor, unit.first, FALSE, lanes);
  load (&shift, step->shift, unit.first, FALSE, lanes);
  load (&constant, constants, unit.first, FALSE, lanes);
  load (&by_x, by_xs, unit.first, FALSE, lanes);
  for (gsize r = 0; r < channels->rows; r++)
    {
      gsize at = unit.at + r * channels->pitch;
      Lanes value, d;

      load (&value, x, at, bfloat16, lanes);
      load (&d, d_y, at, bfloat16, lanes);
      value -= mean;
      PASS_RELU (d, value);
      d = (d + constant + value * by_x) * factor;
      store (&d, d_x, at, bfloat16, lanes);
    }
}

ORD_CLONES static void
unit_backward (const OrdChannels    *channels,
               Unit                  unit,
               const OrdChannelStep *step,
               const float          *constant,
               const float          *by_x,
               const void           *x,
               const void           *d_y,
               void                 *d_x)
{
  SPECIALISE (backward, step, constant, by_x, x, d_y, d_x);
}

void
ord_channels_backward (const OrdChannels    *channels,
                       const OrdChannelStep *step,
                       const float          *constant,
                       const float          *by_x,
                       const void           *x,
                       const void           *d_y,
                       void                 *d_x)
{
  guint n_units = count_units (channels);

#pragma omp parallel for if (is_much (channels))
  for (guint i = 0; i < n_units; i++)
    unit_backward (channels, get_unit (channels, i), step, constant, by_x, x,
                   d_y, d_x);
}
