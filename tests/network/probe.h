/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A graph under test with drawn inputs, and the scalar Σ c·output whose slopes
 * the backward pass must give.
 */
#pragma once

#include "network/ord-graph.h"

#define PROBE_MAX_INPUTS 3

/**
 * Probe:
 * @n, @height, @width: of the batch
 * @inputs: what each input holds, (n, channels[, height, width])
 * @counts: numbers in each
 * @weights: c, one per output number
 */
typedef struct
{
  OrdGraph *graph;
  int       n;
  int       height;
  int       width;
  guint     n_inputs;
  OrdNode   nodes[PROBE_MAX_INPUTS];
  float    *inputs[PROBE_MAX_INPUTS];
  gsize     counts[PROBE_MAX_INPUTS];
  float    *weights;
} Probe;

void         probe_init          (Probe *probe,
                                  int    n,
                                  int    height,
                                  int    width);
void         probe_clear         (Probe *probe);
OrdNode      probe_image         (Probe *probe,
                                  int    channels);
OrdNode      probe_vector        (Probe *probe,
                                  int    width);

/* The output of a pass; (transfer none). */
const float *probe_forward       (Probe    *probe,
                                  gboolean  training);

/* Compares every input's and parameter's gradient with finite differences. */
void         probe_check_gradients (Probe  *probe,
                                    double  tolerance);
