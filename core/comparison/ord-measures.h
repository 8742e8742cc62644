/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The measures of a comparison beside the error, in the order in which every
 * table shows them; so that terminal, JSON and page agree.
 */
#pragma once

#include "ord-comparison.h"

G_BEGIN_DECLS

/* Significant digits of the best error; the others share its decimals. */
#define ORD_ERROR_DIGITS 4

/* Below it a difference to the best row is marked (the paper's level). */
#define ORD_SIGNIFICANT 0.05

/* A share has a better direction only beside another one: neither. */
typedef enum
{
  ORD_LOWER_IS_BETTER,
  ORD_HIGHER_IS_BETTER,
  ORD_NEITHER_IS_BETTER,
} OrdBetter;

/**
 * OrdMeasure:
 * @title: for people
 * @key: in JSON
 * @offset: in OrdComparisonRow
 * @has_unit: whether it is in the label's unit
 * @is_share: 0–1, shown as per cent
 * @decimals: as shown; negative for those of the errors
 * @p_offset: in OrdComparisonRow, of the p of a test that the best is lower; 0
 *   where there is none
 */
typedef struct
{
  const char *title;
  const char *key;
  gsize       offset;
  gboolean    has_unit;
  gboolean    is_share;
  int         decimals;
  OrdBetter   better;
  gsize       p_offset;
} OrdMeasure;

#define ORD_N_MEASURES 7

extern const OrdMeasure ord_measures[ORD_N_MEASURES];

/* As the row has it. */
double   ord_measure_get      (const OrdMeasure       *measure,
                               const OrdComparisonRow *row);

/* As people are shown it: per cent of a share. */
double   ord_measure_show     (const OrdMeasure       *measure,
                               const OrdComparisonRow *row);

/* Whether the best row's is lower by more than chance. */
gboolean ord_measure_is_beaten (const OrdMeasure       *measure,
                                const OrdComparisonRow *row);

/* Whether any row has a number there. */
gboolean ord_measure_is_known (const OrdMeasure       *measure,
                               const OrdComparison    *comparison);

/* Of the errors and of whatever has their unit. */
int      ord_measure_error_decimals (const OrdComparison *comparison);

/* Of all rows, as shown; NaN where no direction is better, or none is known. */
double   ord_measure_best     (const OrdMeasure       *measure,
                               const OrdComparison    *comparison);

G_END_DECLS
