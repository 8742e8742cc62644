# SPDX-License-Identifier: GPL-3.0-or-later
#
# What is measured: for each bench its inputs, works, peers and targets.
import dataclasses
import glob
import os
import subprocess
import sys

import numpy as np
from PIL import Image

import processor


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

    def link(self, name, path):
        if not os.path.exists(path):
            sys.exit(f"bench: there is no {path}; see --data and --network")
        os.symlink(os.path.abspath(path), f"{self.inputs}/{name}")


@dataclasses.dataclass
class Bench:
    summary: str
    works: object
    note: str = ""
    program: str = None


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
    return [Work(f"product {m} × {n} × {k}, {precision}",
                 [ours(f"product {m} {n} {k} {precision}")], seconds=0.3,
                 operations=2 * m * n * k, unit="GFLOP/s")
            for precision in processor.precisions()
            for m, n, k in [(2048, 2048, 2048), (4096, 4096, 128),
                            (4096, 4096, 1000), (256, 16384, 128),
                            (128, 128, 128)]]


def training(title, words, target, bfloat16_target, autocast=True):
    """The works of a network: in floats on both sides; in bfloat16, against
    PyTorch's floats and, with @autocast, its bfloat16."""
    def by_memory_format(precision, name):
        return [Way(f"{name}, {memory}", f"{words} {precision} {memory}",
                    process=memory)
                for memory in ("contiguous", "channels-last")]

    floats = by_memory_format("float", "PyTorch")
    yield Work(title, [ours(f"{words} float"), *floats], target=target,
               tolerance=0)
    if "bfloat16" not in processor.precisions():
        return
    yield Work(f"{title}, bfloat16 against floats",
               [ours(f"{words} bfloat16"), *floats], target=bfloat16_target,
               tolerance=0)
    if autocast:
        yield Work(f"{title}, both bfloat16",
                   [ours(f"{words} bfloat16"),
                    *by_memory_format("bfloat16", "autocast")], tolerance=0)


def train(context):
    batch, steps = 64, 135 if context.options.whole else 10
    random = np.random.default_rng(1)
    context.write("pictures.f32", random.standard_normal(
        batch * steps * 128 * 128, np.float32))
    context.write("labels.f32", random.standard_normal(batch * steps))
    context.link("dataset", context.options.data)
    return [work for size in (64, 128)
            for kind, title in (("compact", "network"),
                                ("loading", "decoding too"))
            for work in training(f"{title}, {size} × {size}",
                                 f"{kind} {size} {batch} {steps}", 1.3, 2,
                                 autocast=kind == "compact")]


def training_inputs(context):
    """What a single step of either network reads."""
    random = np.random.default_rng(1)
    context.write("pictures.f32", random.standard_normal(
        max(64 * 128 * 128, 16 * 3 * 299 * 299), np.float32))
    context.write("labels.f32", random.standard_normal(64))
    context.link("network.onnx", context.options.network)


def finetune(context):
    batch, steps = 16, 2
    random = np.random.default_rng(1)
    context.write("pictures.f32", random.standard_normal(
        batch * steps * 3 * 299 * 299, np.float32))
    context.write("labels.f32", random.standard_normal(batch * steps))
    context.link("network.onnx", context.options.network)
    return [work for size in (100, 299)
            for work in training(f"{size} × {size}",
                                 f"finetune {size} {batch} {steps}", 1.1, 1.8)]


def photograph(random, width, height):
    """Clouds of all sizes and some grain: a JPEG about as large as a photo's."""
    picture = np.zeros((height, width, 3), np.float32)
    for side in 4, 16, 64, 256:
        small = Image.fromarray(random.integers(
            0, 256, (side * 3 // 4, side, 3), np.uint8))
        picture += np.asarray(small.resize((width, height), Image.BICUBIC),
                              np.float32) / 4
    picture += random.normal(0, 4, (height, width, 1))
    return Image.fromarray(picture.clip(0, 255).astype(np.uint8))


def load(context):
    random = np.random.default_rng(1)
    context.link("x-rays", context.options.data)
    os.mkdir(f"{context.inputs}/photographs")
    n_photographs = 2000 if context.options.whole else 500
    for i in range(n_photographs):
        path = f"{context.inputs}/photographs/{i:04}.jpg"
        if i < 100:
            photograph(random, 1600, 1200).save(path, quality=90)
        else:
            os.link(f"{context.inputs}/photographs/{i % 100:04}.jpg", path)
    count = len(glob.glob(f"{context.inputs}/x-rays/**/*.png", recursive=True))
    return [Work(title,
                 [ours(words),
                  *(Way(f"torchvision, {name}", f"{words} {way}")
                    for way, name in (("tensor", "tensors"), ("pil", "PIL")))],
                 target=2, rounds=3, tolerance=0)
            for title, words in (
                (f"{count:,} X-rays of 100 px to 64 px", "x-rays 64 1 64 2"),
                (f"{n_photographs:,} JPEGs of 1600 × 1200 to 128 px",
                 "photographs 128 3 64 2"))]


def predict(context):
    model = f"{context.inputs}/model.ordinate"
    subprocess.run([f"{context.options.build}/core/ordinate", "train",
                    context.options.data, "-o", model, "--epochs", "1"],
                   check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    return [Work("the model is open", [ours("warm 4000 3000")], limit=0.1,
                 seconds=0.5),
            Work("a new process", [ours("cold 4000 3000")], limit=1.0)]


BENCHES = {
    "train": Bench(
        "steps of training the compact network, batch 64; PyTorch", train,
        "Forward, RM-Loss with its guide, backward, a step with the gradient's "
        "length limited: AdamW there, Muon for kernels and AdamW for the rest "
        "here, which is more work. 10 steps stand for an epoch (--whole: "
        "135, as many as the X-rays have). Decoding too: every picture is read "
        "from its file and augmented, by a thread for each core here, by a "
        "DataLoader with as many workers there; nothing is kept. PyTorch's "
        "bfloat16 is its autocast."),
    "finetune": Bench(
        "steps of training Inception-v3 up to mixed_8, batch 16; PyTorch",
        finetune,
        "All of the network and a head of two layers; otherwise as `train`, "
        "two steps a time.", program="train"),
    "loss": Bench("RM-Loss and its gradient; PyTorch's autograd", loss),
    "load": Bench(
        "decode, resize, augment; torchvision with 2 workers", load,
        "The JPEGs are 100 different ones under many names; 500 stand for "
        "2,000 (--whole: all)."),
    "neighbours": Bench("exact nearest neighbours among 1,000,000 × 128; "
                        "FAISS, scikit-learn", neighbours),
    "space": Bench(
        "measures and map of a space; SciPy, scikit-learn", space,
        "D5 and RV: SciPy does every k = 5, 10, …, 200 as Ordinate does, but "
        "over one of the ten samples of 1,000; its time is multiplied by ten "
        "(--whole does all). The map: scikit-learn's Isomap finds all "
        "distances, Ordinate those to 64 landmarks, which is what the third "
        "line does with SciPy, too."),
    "predict": Bench(
        "a picture of 12 megapixels to its value, beyond GIMP's own reading",
        predict,
        "With a model of the X-rays. A new process: started, linked, the model "
        "read, the picture read, the value told; without a window."),
    "peak": Bench("what the processor can do, by matrix products", peak),
}
