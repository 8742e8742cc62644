# SPDX-License-Identifier: GPL-3.0-or-later
#
# Exact nearest neighbours by FAISS and by scikit-learn.
#
#   prepare faiss N WIDTH QUERIES K
#   prepare sklearn N WIDTH QUERIES K
import faiss
import numpy as np
from sklearn.neighbors import NearestNeighbors

import peer

faiss.omp_set_num_threads(peer.THREADS)


def prepare(kind, n, width, n_queries, k):
    n, width, n_queries, k = int(n), int(width), int(n_queries), int(k)
    references = peer.floats("references.f32", n, width)
    queries = peer.floats("queries.f32", n_queries, width)

    if kind == "faiss":
        index = faiss.IndexFlatL2(width)
        index.add(references)
    else:
        index = NearestNeighbors(algorithm="brute", n_jobs=peer.THREADS)
        index.fit(references)

    def call():
        if kind == "faiss":
            squared, found = index.search(queries, k)
            distances = np.sqrt(squared)
        else:
            distances, found = index.kneighbors(queries, k)
        rows = sorted({0, n_queries - 1})
        return np.stack([found[rows], distances[rows]], 2).ravel()

    return call


peer.serve(prepare)
