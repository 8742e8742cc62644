# SPDX-License-Identifier: GPL-3.0-or-later
#
# Where the time of a step of training goes, and what bounds it: oneDNN tells
# the time and the shape of everything it does (ONEDNN_VERBOSE), from which the
# operations of convolutions follow; the rest of the step is ours. Beside them,
# a matrix product of the shape of the largest convolution, in the same run.
import collections
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


def profile(build, inputs, network, precision):
    kind, size, batch = network
    program = f"{build}/bench/bench-train"
    prepare = f"prepare {kind} {size} {batch} 1 {precision}"
    log, _ = ask(program, inputs, [prepare, "run 0", "run 0"],
                 ONEDNN_VERBOSE="1")
    milliseconds, operations, largest = read_log(log)
    rates, steps = [], []
    for _ in range(3):
        _, step = ask(program, inputs, [prepare, "run 0", "run 2"])
        _, product = ask(f"{build}/bench/bench-peak", inputs,
                         ["prepare product {} {} {} ".format(*largest)
                          + precision, "run 0", "run 0.5"])
        steps.append(step["seconds"] * 1e3)
        rates.append(2e-9 * largest[0] * largest[1] * largest[2]
                     / product["seconds"])
    return (milliseconds, operations, largest, statistics.median(rates),
            statistics.median(steps))


def print_profile(network, precision, found):
    milliseconds, operations, largest, rate, step = found
    kind, size, batch = network
    print(f"\n{kind}, {size} × {size}, batch {batch}, {precision}: a step of "
          f"{step:.1f} ms; a product {largest[0]} × {largest[1]} × "
          f"{largest[2]}, as its largest convolution: {rate:.0f} GFLOP/s\n")
    print("| part | ms | share | GFLOP/s | of the product's |")
    print("|---|---|---|---|---|")
    for part in [*dict.fromkeys(PASSES.values()), REORDERS, OTHERS]:
        time = milliseconds[part]
        speed = operations[part] / time * 1e-6 if operations[part] else None
        print(f"| {part} | {time:.1f} | {time / step:.0%} | "
              + (f"{speed:.0f} | {speed / rate:.0%} |" if speed else "– | – |"))
    rest = step - sum(milliseconds.values())
    print(f"| the rest: batch norm, linear layers, loss, optimiser | "
          f"{rest:.1f} | {rest / step:.0%} | – | – |")


def run(build, inputs, precisions, only):
    """Prints a table for every network whose kind and size match."""
    for network in NETWORKS:
        if not re.search(only, "{} {}".format(*network)):
            continue
        for precision in precisions:
            print_profile(network, precision,
                          profile(build, inputs, network, precision))
