/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Split-conformal prediction intervals (Vovk; Lei et al. 2018, "Distribution-
 * free predictive inference for regression"), with widths that follow the
 * local spread of the neighbours' labels.
 */
#pragma once

#include "../ord-error.h"

G_BEGIN_DECLS

/**
 * OrdInterval:
 * @coverage: stated, such as 0.9
 * @quantile: of the calibration scores |y − ŷ| / (spread + floor)
 * @floor: label units; keeps the width of an answer from unanimous neighbours
 *   away from zero
 *
 * For one component of the label.
 */
typedef struct
{
  double coverage;
  double quantile;
  double floor;
} OrdInterval;

/**
 * ord_interval_calibrate:
 * @truths, @values, @spreads: (n) each, of images that were not trained on
 *
 * The ⌈(n+1)·coverage⌉-th smallest score; with too few images for that rank
 * the largest one (the statement is then approximate).
 */
void   ord_interval_calibrate (OrdInterval  *interval,
                               double        coverage,
                               const double *truths,
                               const double *values,
                               const double *spreads,
                               gsize         n);

/* Half the width of the interval around an answer with this spread. */
double ord_interval_half_width (const OrdInterval *interval,
                                double             spread);

G_END_DECLS
