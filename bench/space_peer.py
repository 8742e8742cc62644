# SPDX-License-Identifier: GPL-3.0-or-later
#
# The measures of a space as the authors of RM-Loss compute them, with
# scikit-learn and SciPy, and Isomap.
#
#   prepare measures N WIDTH SAMPLES   D5, and RV over that many of the ten
#                                      samples of 1,000
#   prepare isomap N WIDTH             scikit-learn's: all distances
#   prepare landmarks N WIDTH          what Ordinate does, written with SciPy:
#                                      the distances to 64 landmarks alone
import numpy as np
from scipy.sparse.csgraph import dijkstra, shortest_path
from scipy.spatial.distance import pdist, squareform
from sklearn.manifold import Isomap
from sklearn.neighbors import NearestNeighbors, kneighbors_graph

import peer

SAMPLE = 1000
LANDMARKS = 64
NEAREST = 10


def d5(features, labels):
    index = NearestNeighbors(algorithm="brute", n_jobs=peer.THREADS)
    found = index.fit(features).kneighbors(features, 6,
                                           return_distance=False)[:, 1:]
    return np.abs(labels[found] - labels[:, None]).mean()


def rv_of_sample(features, labels, k):
    graph = kneighbors_graph(features, k, mode="distance",
                             n_jobs=peer.THREADS)
    paths = shortest_path(graph, directed=False)
    paths[np.isinf(paths)] = 1e10
    upper = np.triu_indices(len(labels), 1)
    between = squareform(pdist(labels[:, None]))
    return 1 - np.corrcoef(paths[upper], between[upper])[0, 1]


def measure(features, labels, n_samples):
    random = np.random.default_rng(1)
    samples = [random.permutation(len(labels))[:SAMPLE]
               for _ in range(n_samples)]
    return d5(features, labels), min(
        np.mean([rv_of_sample(features[rows], labels[rows], k)
                 for rows in samples])
        for k in range(5, 201, 5))


def landmark_map(features):
    graph = kneighbors_graph(features, NEAREST, mode="distance",
                             n_jobs=peer.THREADS)
    graph = graph.maximum(graph.T)
    farthest = dijkstra(graph, indices=0).argmax()
    nearest = np.full(len(features), np.inf)
    chosen, rows = [], []
    for _ in range(LANDMARKS):
        chosen.append(farthest)
        rows.append(dijkstra(graph, indices=farthest))
        nearest = np.minimum(nearest, rows[-1])
        farthest = nearest.argmax()
    squares = np.array(rows) ** 2
    between = squares[:, chosen]
    mean = between.mean(0)
    centred = -0.5 * (between - mean - mean[:, None] + mean.mean())
    values, vectors = np.linalg.eigh(centred)
    matrix = 0.5 * vectors[:, -2:].T / np.sqrt(values[-2:, None])
    return (matrix @ (mean[:, None] - squares)).T


def isomap(features):
    return Isomap(n_neighbors=NEAREST, n_components=2,
                  n_jobs=peer.THREADS).fit_transform(features)


def mean_distance(points):
    return np.hypot(*(points[1:] - points[0]).T).mean()


def prepare(kind, n, width, n_samples=10):
    features = peer.floats("features.f32", int(n), int(width))
    labels = peer.floats("labels.f32", int(n)).astype(np.float64)
    if kind == "measures":
        return lambda: measure(features, labels, int(n_samples))
    if kind == "landmarks":
        return lambda: [mean_distance(landmark_map(features))]
    return lambda: [mean_distance(isomap(features))]


peer.serve(prepare)
