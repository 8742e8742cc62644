# SPDX-License-Identifier: GPL-3.0-or-later
#
# Where the time of a step of training goes, and what bounds it: oneDNN tells
# the time and the shape of everything it does (ONEDNN_VERBOSE), from which the
# operations of convolutions follow; the rest of the step is ours. Beside them
# two matrix products in the same run: one of the shape of the largest
# convolution, and a large one.
import collections
import dataclasses
import json
import os
import re
import statistics
import subprocess

NETWORKS = [("compact", 64, 64), ("compact", 128, 64),
            ("finetune", 100, 16), ("finetune", 299, 16)]

SHAPE = re.compile(r"(?:g(\d+))?mb(\d+)_(?:g(\d+))?ic(\d+)oc(\d+)_"
                   r"ih\d+oh(\d+)kh(\d+)\w*?_iw\d+ow(\d+)kw(\d+)")

PASSES = {"forward_training": "convolutions, forward",
          "forward_inference": "convolutions, forward",
          "backward_data": "convolutions, back to their inputs",
          "backward_weights": "convolutions, back to their weights"}
REORDERS = "changes of format"
OTHERS = "pooling, sums, products, activations"

# A product that keeps the processor as busy as any.
LARGE = (2048, 2048, 2048)


def product_of(shape):
    """A convolution as the matrix product M, N, K that it is."""
    groups, batch, groups_too, channels_in, channels, height, rows, width, \
        columns = (int(number or 1) for number in SHAPE.match(shape).groups())
    return (batch * height * width, channels,
            channels_in // max(groups, groups_too) * rows * columns)


def read_log(lines):
    """The milliseconds and operations of each kind, and the largest
    convolution as a product."""
    milliseconds = collections.Counter()
    operations = collections.Counter()
    largest = (0, 0, 0)
    for line in lines:
        fields = line.split(",")
        if fields[:4] != ["onednn_verbose", "v1", "primitive", "exec"]:
            continue
        kind = {"convolution": PASSES.get(fields[7]),
                "reorder": REORDERS}.get(fields[5], OTHERS)
        milliseconds[kind] += float(fields[-1])
        if fields[5] == "convolution":
            m, n, k = product_of(fields[-2])
            operations[kind] += 2 * m * n * k
            largest = max(largest, (m, n, k), key=lambda p: p[0] * p[1] * p[2])
    return milliseconds, operations, largest


def ask(program, inputs, commands, **environment):
    lines = subprocess.run(
        [program, inputs], input="\n".join(commands) + "\n", text=True,
        stdout=subprocess.PIPE, check=True,
        env={**os.environ, **environment}).stdout.splitlines()
    answers = [i for i, line in enumerate(lines) if line.startswith("{")]
    for i in answers:
        if "error" in json.loads(lines[i]):
            raise SystemExit(f"bench: {program}: {lines[i]}")
    # The log of the last command, and its answer.
    return lines[answers[-2] + 1:answers[-1]], json.loads(lines[answers[-1]])


def rate(build, inputs, shape, precision):
    """GFLOP/s of a matrix product."""
    m, n, k = shape
    _, answer = ask(f"{build}/bench/bench-peak", inputs,
                    [f"prepare product {m} {n} {k} {precision}", "run 0",
                     "run 0.5"])
    return 2e-9 * m * n * k / answer["seconds"]


@dataclasses.dataclass
class Profile:
    """A step: of each kind of work the milliseconds and the operations; and
    GFLOP/s of a product as its largest convolution, and of a large one."""

    step: float
    milliseconds: dict
    operations: dict
    largest: tuple
    like_largest: float
    large: float


def profile(build, inputs, network, precision):
    """Of several steps the one of median length."""
    kind, size, batch = network
    steps, like_largest, large = [], [], []
    for _ in range(3):
        log, answer = ask(
            f"{build}/bench/bench-train", inputs,
            [f"prepare {kind} {size} {batch} 1 {precision}", "run 0", "run 0"],
            ONEDNN_VERBOSE="1")
        steps.append((answer["seconds"] * 1e3, log))
        like_largest.append(rate(build, inputs, read_log(log)[2], precision))
        large.append(rate(build, inputs, LARGE, precision))
    step, log = sorted(steps)[1]
    return Profile(step, *read_log(log), statistics.median(like_largest),
                   statistics.median(large))


def print_profile(network, precision, found):
    kind, size, batch = network
    shape = " × ".join(map(str, found.largest))
    print(f"\n{kind}, {size} × {size}, batch {batch}, {precision}: a step of "
          f"{found.step:.1f} ms. A product {shape}, as its largest "
          f"convolution: {found.like_largest:.0f} GFLOP/s; of "
          f"{' × '.join(map(str, LARGE))}: {found.large:.0f}.\n")
    print("| part | ms | share | GFLOP/s | of the large product's |")
    print("|---|---|---|---|---|")
    for part in [*dict.fromkeys(PASSES.values()), REORDERS, OTHERS]:
        time = found.milliseconds[part]
        print(f"| {part} | {time:.1f} | {time / found.step:.0%} | "
              + rate_cells(found.operations[part], time, found.large))
    rest = found.step - sum(found.milliseconds.values())
    print(f"| the rest: batch norm, linear layers, loss, optimiser | "
          f"{rest:.1f} | {rest / found.step:.0%} | – | – |")


def rate_cells(operations, milliseconds, large):
    if not operations:
        return "– | – |"
    speed = operations / milliseconds * 1e-6
    return f"{speed:.0f} | {speed / large:.0%} |"


def run(build, inputs, precisions, only):
    """Prints a table for every network whose kind and size match."""
    for network in NETWORKS:
        if not re.search(only, "{} {}".format(*network)):
            continue
        for precision in precisions:
            print_profile(network, precision,
                          profile(build, inputs, network, precision))
