# SPDX-License-Identifier: GPL-3.0-or-later
#
# Prints the constants of tests/space/test-geometry.c and test-statistics.c,
# with NumPy, SciPy and scikit-learn (python3-sklearn). It draws the same numbers
# as tests/space/draws.h.
import numpy as np
from scipy import special, stats
from scipy.sparse.csgraph import shortest_path
from sklearn.neighbors import NearestNeighbors

from draws import Draws


def ribbon(n, noise, seed):
    """A bent ribbon in five dimensions; the label is the way along it."""
    draws = Draws(seed)
    features = np.zeros((n, 5), np.float32)
    labels = np.zeros((n, 2))
    for i in range(n):
        t, s = 4 * draws.uniform(), draws.uniform()
        point = [np.cos(t), np.sin(t), t / 4, s, 0]
        features[i] = [p + noise * draws.normal() for p in point]
        labels[i] = 10 * t, 20 * s
    return features, labels


def label_distances(labels):
    return np.sqrt(((labels[:, None] - labels[None]) ** 2).sum(-1))


def graph(features, k):
    features = features.astype(np.float64)
    edges = NearestNeighbors(n_neighbors=k).fit(features).kneighbors_graph(
        mode="distance")          # without the image itself
    return edges.maximum(edges.T)


def d5(features, labels):
    nearest = NearestNeighbors(n_neighbors=5).fit(
        features.astype(np.float64)).kneighbors(return_distance=False)
    return np.mean([label_distances(labels)[i, nearest[i]]
                    for i in range(len(labels))])


def rv(features, labels):
    pairs = np.triu_indices(len(labels), 1)
    truth = label_distances(labels)[pairs]
    best = None
    for k in range(5, 201, 5):
        way = shortest_path(graph(features, k), directed=False)[pairs]
        way[np.isinf(way)] = 1e10
        value = 1 - stats.pearsonr(way, truth)[0]
        if best is None or value < best[0]:
            best = value, k
    return best


for name, n, noise, columns in (("scalar", 300, .05, 1), ("vector", 300, .05, 2),
                                ("noisy", 300, .6, 1)):
    features, labels = ribbon(n, noise, 41)
    labels = labels[:, :columns]
    value, k = rv(features, labels)
    print(f"{name}: d5 {d5(features, labels):.12g} rv {value:.12g} k {k}")

for t, degrees in ((0.3, 1), (-2, 3), (-1.7, 10), (2.5, 30), (-4, 2473),
                   (-8, 20), (-40, 5), (1e-3, 7)):
    print(f"student {t} {degrees}: {stats.t.cdf(t, degrees):.15g}")
for x, a, b in ((.1, .5, .5), (.5, 2, 3), (.9, 10, 2), (.3, 100, 250),
                (.999, .5, 40), (1e-6, 1.5, .5)):
    print(f"beta {x} {a} {b}: {special.betainc(a, b, x):.15g}")

draws = Draws(5)
a = np.array([abs(draws.normal()) for _ in range(50)])
b = np.array([a[i] + .3 + .6 * draws.normal() for i in range(50)])
print("paired:", stats.ttest_rel(a, b, alternative="less"))
