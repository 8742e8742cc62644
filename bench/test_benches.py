# SPDX-License-Identifier: GPL-3.0-or-later
#
# Whether each side of each bench still does its work, on tiny inputs; no time is
# asserted. Peers whose modules are not installed are skipped. Called by meson:
#
#   test_benches.py BUILD     TAP on standard output
import contextlib
import importlib.util
import json
import math
import os
import subprocess
import sys
import tempfile

import processor
import step_profile
import tiny

HERE = os.path.dirname(os.path.abspath(__file__))

# What each program is asked, and what its peers are: the words, whether they
# find the same numbers, and the modules that they need.
LOSS = "300 4 0"
NEAREST = "300 4 2 3"
TRAIN = "32 4 2 float"
TORCH = ("numpy", "torch", "torchvision", "onnx")
BENCHES = {
    "peak": {f"product 8 8 8 {precision}": ()
             for precision in processor.precisions()},
    "loss": {f"loss {LOSS}": ((f"cdist {LOSS}", True, ("numpy", "torch")),
                              (f"product {LOSS}", True, ("numpy", "torch")))},
    "neighbours": {
        "read 300 4": (),
        f"nearest {NEAREST}": ((f"faiss {NEAREST}", True, ("numpy", "faiss")),
                               (f"sklearn {NEAREST}", True,
                                ("numpy", "faiss", "sklearn")))},
    "space": {
        "measures 300 4": (("measures 300 4 1", False, ("scipy", "sklearn")),),
        "map 300 4": (("landmarks 300 4", False, ("scipy", "sklearn")),)},
    "train": {
        f"{kind} {TRAIN}": ((f"{kind} {TRAIN} channels-last", True, TORCH),)
        for kind in ("compact", "loading", "finetune")},
    "load": {
        "dataset 32 1 4 2": (("dataset 32 1 4 2 tensor", True, TORCH),
                             ("dataset 32 1 4 2 pil", True, TORCH))},
    "predict": {"warm 400 300": (), "cold 400 300": ()},
}


def ask(command, inputs, words):
    """The numbers that a side finds."""
    answer = subprocess.run(
        [*command, inputs], input=f"prepare {words}\nrun 0\n", text=True,
        stdout=subprocess.PIPE, check=True)
    prepared, ran = map(json.loads, answer.stdout.splitlines())
    for line in prepared, ran:
        if "error" in line:
            raise ValueError(line["error"])
    if ran["calls"] != 1 or ran["seconds"] < 0:
        raise ValueError(f"odd answer: {ran}")
    if not all(number is None or math.isfinite(number)
               for number in ran["answer"]):
        raise ValueError(f"not finite: {ran}")
    return ran["answer"]


def is_near(a, b):
    return abs(a - b) <= 5e-3 * max(abs(a), abs(b), 1e-3)


def check_profile(build, inputs):
    assert step_profile.product_of(
        "g8mb2_ic8oc16_ih9oh5kh3sh2dh0ph1_iw9ow4kw3sw2dw0pw1") == (40, 16, 9)
    found = step_profile.profile(build, inputs, ("compact", 32, 4), "float")
    # 4 pictures of 32 x 32 through the stem: 16 x 16, 9 into 32.
    forward = found.operations["convolutions, forward"]
    assert forward > 2 * 4 * 256 * 9 * 32, found
    assert found.operations["convolutions, back to their weights"] == forward
    assert min(found.milliseconds.values()) > 0, found
    assert sum(found.milliseconds.values()) < found.step, found
    assert min(found.like_largest, found.large) > 0, found


class Report:
    def __init__(self):
        self.count = 0
        self.failed = False

    @contextlib.contextmanager
    def claim(self, title, missing=()):
        """One test: fails with what goes wrong within."""
        self.count += 1
        end = ""
        word = "ok"
        try:
            yield
        except (AssertionError, ValueError, OSError,
                subprocess.SubprocessError) as problem:
            print(f"# {problem}")
            word = "not ok"
            self.failed = True
        if missing:
            end = f" # SKIP there is no {', '.join(missing)} here"
        print(f"{word} {self.count} - {title}{end}", flush=True)


def main():
    build = os.path.abspath(sys.argv[1])
    report = Report()
    with tempfile.TemporaryDirectory(prefix="ordinate-bench-") as inputs:
        tiny.make(inputs, f"{build}/core/ordinate")
        for bench, works in BENCHES.items():
            for words, peers in works.items():
                ours = None
                with report.claim(f"{bench}: {words}"):
                    ours = ask([f"{build}/bench/bench-{bench}"], inputs, words)
                for their_words, same, modules in peers:
                    missing = [name for name in modules
                               if not importlib.util.find_spec(name)]
                    with report.claim(f"{bench}_peer: {their_words}", missing):
                        if missing:
                            continue
                        theirs = ask(
                            [sys.executable, f"{HERE}/{bench}_peer.py"],
                            inputs, their_words)
                        if same and ours and not all(
                                map(is_near, ours, theirs)):
                            raise ValueError(f"{ours} here, {theirs} there")
        with report.claim("profile: a step's convolutions are counted"):
            check_profile(build, inputs)
    print(f"1..{report.count}")
    sys.exit(report.failed)


main()
