# SPDX-License-Identifier: GPL-3.0-or-later
#
# Measures Ordinate against other tools. Every side of a work is a process that
# stays alive and does one timed repetition on command (bench.h), so that
# starting up is not timed; the sides take turns, round by round, so that other
# work on the machine meets them alike. Called by `./run bench`.
import argparse
import contextlib
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time

import processor
import step_profile
import works

HERE = os.path.dirname(os.path.abspath(__file__))


class Side:
    """One process: the engine's program of a bench, or a peer."""

    def __init__(self, build, bench, peer, inputs):
        if peer:
            command = [sys.executable, f"{HERE}/{bench}_peer.py"]
        else:
            command = [f"{build}/bench/bench-{bench}"]
        self.name = " ".join(command)
        self.process = subprocess.Popen([*command, inputs], text=True,
                                        stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)

    def ask(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"bench: {self.name} ended")
        answer = json.loads(line)
        if "error" in answer:
            sys.exit(f"bench: {self.name}: {answer['error']}")
        # Threads that wait by spinning are to have gone to sleep.
        time.sleep(0.02)
        return answer

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def agree(work, ours, theirs):
    """Whether both sides found the same numbers, as far as both tell any. Whole
    ones, such as the place of a neighbour, must be equal."""
    def is_same(a, b):
        if float(a).is_integer() and float(b).is_integer():
            return a == b
        return abs(a - b) <= work.tolerance * max(abs(a), abs(b), 1e-6)

    return work.tolerance is None or all(map(is_same, ours, theirs))


def measure(work, sides, rounds):
    """Returns the seconds of each round, a list per side."""
    for side, way in zip(sides, work.ways):
        side.ask("prepare", way.words)
        for _ in range(work.warm):
            side.ask("run", 0)
    seconds = [[] for _ in sides]
    for _ in range(rounds):
        answers = []
        for side, way, times in zip(sides, work.ways, seconds):
            answer = side.ask("run", work.seconds)
            times.append(answer["seconds"] * way.times)
            answers.append(answer["answer"])
        for way, answer in zip(work.ways[1:], answers[1:]):
            if way.same and not agree(work, answers[0], answer):
                sys.exit(f"bench: {work.title}: {way.name} found {answer}, "
                         f"Ordinate {answers[0]}")
    return seconds


def row(work, seconds):
    """The measured work as the cells of a table."""
    ours = statistics.median(seconds[0])
    cells = {"work": work.title, "Ordinate": milliseconds(ours),
             "peer": "–", "ratio": "–", "spread": "–", "target": "–",
             "met": "–"}
    if work.operations:
        cells["ratio"] = f"{work.operations / ours * 1e-9:.1f}"
        cells["spread"] = work.unit
    if work.limit:
        cells["target"] = f"< {work.limit * 1e3:.0f} ms"
        cells["met"] = "yes" if ours < work.limit else "no"
    if len(seconds) > 1:
        better = min(range(1, len(seconds)),
                     key=lambda i: statistics.median(seconds[i]))
        ratios = [b / a for a, b in zip(seconds[0], seconds[better])]
        low, ratio, high = quartiles(ratios)
        cells["peer"] = (f"{milliseconds(statistics.median(seconds[better]))} "
                         f"({work.ways[better].name})")
        cells["ratio"] = f"{ratio:.2f}"
        cells["spread"] = f"{low:.2f}–{high:.2f}"
        if work.target:
            cells["target"] = f"≥ {work.target:g}"
            cells["met"] = "yes" if ratio >= work.target else "no"
    return cells


def quartiles(values):
    if len(values) == 1:
        return values * 3
    return statistics.quantiles(values, n=4, method="inclusive")


def milliseconds(seconds):
    value = seconds * 1e3
    return f"{value:.3f}" if value < 1 else f"{value:.1f}" if value < 1e3 \
        else f"{value:,.0f}"


def run_bench(name, options):
    bench = works.BENCHES[name]
    rows = []
    with contextlib.ExitStack() as stack:
        inputs = stack.enter_context(
            tempfile.TemporaryDirectory(prefix="ordinate-bench-"))
        print(f"{name}: preparing", file=sys.stderr)
        todo = bench.works(works.Context(inputs, options))
        sides = {}
        for work in todo:
            if not re.search(options.only, work.title):
                continue
            print(f"{name}: {work.title}", file=sys.stderr)
            for way in work.ways:
                if way.key not in sides:
                    sides[way.key] = Side(options.build,
                                          bench.program or name, way.peer,
                                          inputs)
                    stack.callback(sides[way.key].close)
            seconds = measure(work, [sides[way.key] for way in work.ways],
                              min(options.pairs, work.rounds))
            rows.append(row(work, seconds))
            if options.json:
                print(json.dumps({"bench": name, "work": work.title,
                                  "ways": [way.name for way in work.ways],
                                  "seconds": seconds}), flush=True)
    return rows


def run_profile(options):
    print(processor.describe())
    with tempfile.TemporaryDirectory(prefix="ordinate-bench-") as inputs:
        works.training_inputs(works.Context(inputs, options))
        step_profile.run(options.build, inputs, processor.precisions(),
                         options.only)


def print_table(name, rows, markdown):
    heads = ["work", "Ordinate", "peer", "ratio", "spread", "target", "met"]
    table = [[*heads], *([row[head] for head in heads] for row in rows)]
    table[0][1:3] = ["Ordinate, ms", "peer, ms"]
    bench = works.BENCHES[name]
    if markdown:
        print(f"\n`./run bench {name}`: {bench.summary}\n")
        table.insert(1, ["---"] * len(heads))
        for cells in table:
            print("| " + " | ".join(cells) + " |")
        print(f"\n{bench.note}" if bench.note else "")
        return
    widths = [max(len(cells[i]) for cells in table) for i in range(len(heads))]
    print(f"\n{name}: {bench.summary}")
    for cells in table:
        print("  ".join(cell.ljust(width)
                        for cell, width in zip(cells, widths)).rstrip())
    if bench.note:
        print(bench.note)


def list_benches():
    print("./run bench NAME… [--pairs N] [--only REGEX] [--markdown]\n")
    for name, bench in works.BENCHES.items():
        print(f"  {name:<12}{bench.summary}")
    print(f"  {'all':<12}all of these")
    print(f"  {'profile':<12}where the time of a step of training goes (asked "
          "for alone)")


def main():
    parser = argparse.ArgumentParser(prog="./run bench")
    parser.add_argument("build", help=argparse.SUPPRESS)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--pairs", type=int, default=7,
                        help="rounds, at most (default: 7)")
    parser.add_argument("--only", default="", metavar="REGEX",
                        help="works whose title matches")
    parser.add_argument("--threads", type=int,
                        default=len(os.sched_getaffinity(0)))
    parser.add_argument("--data", default=os.path.normpath(
        f"{HERE}/../../shared/data/rsna-bone-age-100px"),
        help="labelled pictures for train, load and predict")
    parser.add_argument("--network", default=os.path.normpath(
        f"{HERE}/../../shared/data/encoders/"
        "inception-v3-imagenet-mixed8.onnx"),
        help="ONNX file for finetune")
    parser.add_argument("--whole", action="store_true",
                        help="peers do everything, where else a part of the "
                             "work stands for the whole")
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--json", action="store_true",
                        help="every time, a line for each work")
    options = parser.parse_args()

    os.environ["OMP_NUM_THREADS"] = str(options.threads)
    names = list(works.BENCHES) if options.names == ["all"] else options.names
    if names == ["profile"]:
        run_profile(options)
        return
    if "profile" in names:
        sys.exit("bench: ask for 'profile' alone")
    unknown = [name for name in names if name not in works.BENCHES]
    if unknown:
        sys.exit(f"bench: there is no '{unknown[0]}'; ./run bench lists them")
    if not names:
        list_benches()
        return

    title = processor.describe()
    tables = [(name, run_bench(name, options)) for name in names]
    print(f"\n{title}")
    for name, rows in tables:
        print_table(name, rows, options.markdown)


if __name__ == "__main__":
    main()
