# SPDX-License-Identifier: GPL-3.0-or-later
#
# What is measured: for each bench its inputs, works, peers and targets.
import dataclasses

import numpy as np


@dataclasses.dataclass
class Way:
    """One way to do a work: ours, or a peer's.

    times: what the measured time is multiplied by, where a part is measured
    same: whether the numbers it finds must be ours
    process: ways with the same one share a process
    """

    name: str
    words: str
    peer: bool = True
    times: float = 1.0
    same: bool = True
    process: str = ""

    @property
    def key(self):
        return (self.peer, self.process or self.name)


@dataclasses.dataclass
class Work:
    """ways: ours first
    target: the ratio of the better peer's time to ours
    limit: seconds that ours may take
    seconds: how long a repetition calls the work, at least
    warm: calls before the first round
    tolerance: relative, of the numbers that both sides find
    operations, unit: to tell a rate instead of a ratio
    """

    title: str
    ways: list
    target: float = None
    limit: float = None
    seconds: float = 0.0
    rounds: int = 1000
    warm: int = 1
    tolerance: float = None
    operations: float = None
    unit: str = ""


@dataclasses.dataclass
class Context:
    inputs: str
    options: object

    def write(self, name, array):
        np.ascontiguousarray(array, np.float32).tofile(f"{self.inputs}/{name}")


@dataclasses.dataclass
class Bench:
    summary: str
    works: object
    note: str = ""


def ours(words):
    return Way("Ordinate", words, peer=False)


def surface(random, n, width):
    """Features on a bent band in many dimensions with some noise, as a trained
    space looks, and the label along it, standardised."""
    label = random.uniform(-1.7, 1.7, n)
    across = random.normal(0, 0.3, n)
    shape = np.stack([2 * np.sin(label), 2 * np.cos(label), label, across,
                      across * label], 1)
    turn = np.linalg.qr(random.normal(size=(width, 5)))[0].T
    features = shape @ turn + random.normal(0, 0.02, (n, width))
    return features, label


def loss(context):
    random = np.random.default_rng(1)
    context.write("features.f32", random.normal(size=4096 * 1000))
    context.write("labels.f32", random.normal(size=4096))
    found = []
    for n in 64, 256, 1024, 4096:
        for width in 128, 1000:
            for mining in 0, 1:
                if mining and (n not in (64, 4096) or width != 128):
                    continue
                words = f"{n} {width} {mining}"
                found.append(Work(
                    f"{n} × {width}" + (", mining" if mining else ""),
                    [ours(f"loss {words}"),
                     Way("cdist", f"cdist {words}", process="torch"),
                     Way("product", f"product {words}")],
                    target={64: 5, 4096: 3}.get(n),
                    seconds=0.1, warm=3, tolerance=2e-3))
    return found


def neighbours(context):
    n, width, k = 1_000_000, 128, 10
    random = np.random.default_rng(1)
    context.write("references.f32",
                  random.standard_normal((n, width), np.float32))
    context.write("queries.f32",
                  random.standard_normal((256, width), np.float32))
    found = [Work("read the matrix once", [ours(f"read {n} {width}")],
                  seconds=0.2, operations=n * width * 4, unit="GB/s"),
             Work("1 query, against reading the matrix",
                  [ours(f"nearest {n} {width} 1 {k}"),
                   Way("a sum", f"read {n} {width}", peer=False, same=False)],
                  target=1 / 1.5, seconds=0.2)]
    for n_queries in 1, 256:
        for peer, target in ("faiss", 1), ("sklearn", 3):
            words = f"{n} {width} {n_queries} {k}"
            found.append(Work(
                f"{n_queries} quer{'y' if n_queries == 1 else 'ies'}",
                [ours(f"nearest {words}"), Way(peer, f"{peer} {words}")],
                target=target, seconds=0.2, tolerance=1e-3))
    return found


def space(context):
    random = np.random.default_rng(1)
    features, labels = surface(random, 10_000, 128)
    context.write("features.f32", features)
    context.write("labels.f32", labels)
    whole = context.options.whole
    return [
        Work("D5 and RV, 2,474 × 128",
             [ours("measures 2474 128"),
              Way("SciPy", f"measures 2474 128 {10 if whole else 1}",
                  times=1 if whole else 10, same=False)],
             target=10, rounds=1 if whole else 3, warm=0),
        Work("map, 10,000 × 128",
             [ours("map 10000 128"),
              Way("scikit-learn's Isomap", "isomap 10000 128", same=False)],
             target=10, rounds=1, warm=0),
        Work("map, 10,000 × 128, both by landmarks",
             [ours("map 10000 128"),
              Way("SciPy", "landmarks 10000 128")],
             tolerance=1e-2, seconds=0.5),
    ]


def peak(context):
    return [Work(f"product {m} × {n} × {k}",
                 [ours(f"product {m} {n} {k}")], seconds=0.3,
                 operations=2 * m * n * k, unit="GFLOP/s")
            for m, n, k in [(2048, 2048, 2048), (4096, 4096, 128),
                            (4096, 4096, 1000), (256, 16384, 128),
                            (128, 128, 128)]]


BENCHES = {
    "loss": Bench("RM-Loss and its gradient; PyTorch's autograd", loss),
    "neighbours": Bench("exact nearest neighbours among 1,000,000 × 128; "
                        "FAISS, scikit-learn", neighbours),
    "space": Bench(
        "measures and map of a space; SciPy, scikit-learn", space,
        "D5 and RV: SciPy does every k = 5, 10, …, 200 as Ordinate does, but "
        "over one of the ten samples of 1,000; its time is multiplied by ten "
        "(--whole does all). The map: scikit-learn's Isomap finds all "
        "distances, Ordinate those to 64 landmarks, which is what the third "
        "line does with SciPy, too."),
    "peak": Bench("what the processor can do, by matrix products", peak),
}
