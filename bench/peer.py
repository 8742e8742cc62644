# SPDX-License-Identifier: GPL-3.0-or-later
#
# What the peers have in common: the loop that bench.h describes. A peer is a
# function from words to a call that does the work once and returns the numbers
# that both sides must find, or none.
import json
import os
import statistics
import sys
import time
import traceback

import numpy as np

FOLDER = sys.argv[1] if len(sys.argv) > 1 else "."
THREADS = int(os.environ.get("OMP_NUM_THREADS", os.cpu_count()))


def floats(name, *shape):
    """The beginning of an input file, as an array of this shape."""
    count = int(np.prod(shape))
    return np.fromfile(f"{FOLDER}/{name}", np.float32, count).reshape(shape)


def run(call, seconds):
    times = []
    while True:
        began = time.perf_counter()
        answer = call()
        times.append(time.perf_counter() - began)
        if sum(times) >= seconds:
            break
    return {"seconds": statistics.median(times), "calls": len(times),
            "answer": [float(number) for number in answer]}


def serve(prepare):
    # What libraries print must not pass for an answer.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    call = None
    for line in sys.stdin:
        command, *words = line.split()
        try:
            if command == "prepare":
                call = None
                call = prepare(*words)
                answer = {}
            else:
                answer = run(call, float(words[0]))
        except Exception as problem:
            traceback.print_exc()
            answer = {"error": f"{type(problem).__name__}: {problem}"}
        print(json.dumps(answer), file=answers, flush=True)
