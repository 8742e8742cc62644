/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A comparison made by hand, with names that markup has to escape.
 */
#pragma once

#include "comparison/ord-report.h"

#define FIXTURE_UNIT "<µm> & \"more\""
#define FIXTURE_NAME "l1 <evil a=\"b\">&'"
#define FIXTURE_FOLDER "hands <evil> & feet"

/**
 * fixture_comparison:
 * @n_rows: the first is called "rm-loss", the second %FIXTURE_NAME; the second
 *   is the best
 *
 * Labels lie evenly in 0–100, for training and for test images; the features
 * are the label, its square and some noise. Answers are off by 2 or by 4, more
 * for rows that are worse, and upwards twice of three times.
 */
OrdComparison *fixture_comparison (guint n_rows,
                                   guint n_train,
                                   guint n_test,
                                   guint n_labels);
