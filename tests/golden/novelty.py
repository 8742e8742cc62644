# SPDX-License-Identifier: GPL-3.0-or-later
#
# Prints the constants of tests/space/test-novelty.c, with NumPy (python3-numpy).
# It draws the same numbers as tests/space/draws.h.
import numpy as np

from draws import Draws

WIDTH = 11


def rows(n, shift, seed):
    draws = Draws(seed)
    values = np.zeros((n, WIDTH), np.float32)
    for i in range(n):
        common = draws.normal()
        for j in range(WIDTH):
            scale = (.01, 1, 30)[j % 3]
            values[i, j] = 5 + scale * (common + .3 * draws.normal() + shift)
        values[i, -1] = 2
    return values.astype(np.float64)


def fit(x):
    """Mahalanobis distance by standardised columns and a covariance shrunk as
    by Ledoit and Wolf (2004)."""
    n, p = x.shape
    mean, sd = x.mean(0), x.std(0)
    sd = np.maximum(sd, 1e-2 * np.sqrt((sd ** 2).mean()))
    z = (x - mean) / sd
    s = z.T @ z / n
    m = np.trace(s) / p
    d2 = ((s - m * np.eye(p)) ** 2).sum() / p
    b2 = sum(((np.outer(r, r) - s) ** 2).sum() for r in z) / n ** 2 / p
    rho = min(max(b2 / d2, 1e-3), 1)
    inverse = np.linalg.inv((1 - rho) * s + rho * m * np.eye(p))

    def distance(y):
        off = (y - mean) / sd
        return np.sqrt(np.einsum("ij,jk,ik->i", off, inverse, off))
    return distance


def quantile(values, share):
    n = len(values)
    return np.sort(values)[min(int(np.ceil((n + 1) * share - 1e-9)), n) - 1]


training, validation, queries = rows(40, 0, 1), rows(30, 0, 2), rows(5, .7, 3)
distance = fit(training)
limit = quantile(distance(validation), .97) * (1 + 4 / len(validation))
print(", ".join(f"{value:.8g}" for value in distance(queries) / limit))
