/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A matrix with its singular values made alike.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * ord_orthogonalise:
 * @matrix: (rows, columns): row-major; replaced
 *
 * Keeps the singular vectors of @matrix and brings its singular values to .68–1.2:
 * of U S Vᵀ it makes nearly U Vᵀ. Those below .0015 of the matrix's (Frobenius)
 * norm stay smaller. The scale of @matrix makes no difference, so long as floats
 * hold its square; otherwise it becomes zeros, and zeros stay zeros.
 *
 * Source: Jordan et al. 2024, "Muon: an optimizer for hidden layers in neural
 * networks": five Newton–Schulz steps X ← aX + b(XXᵀ)X + c(XXᵀ)²X.
 */
void ord_orthogonalise (float *matrix,
                        gsize  rows,
                        gsize  columns);

G_END_DECLS
