# SPDX-License-Identifier: GPL-3.0-or-later
#
# What processor this is.
import datetime
import os
import re


def information():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        return file.read()


def precisions():
    """Those that it calculates in."""
    return ["float", "bfloat16"][:1 + ("avx512_bf16" in information())]


def describe():
    """This machine, its load and the day, for the head of a table."""
    model = re.search(r"model name\s*:\s*(.*)", information())
    return (f"{model.group(1) if model else 'unknown processor'}, "
            f"{len(os.sched_getaffinity(0))} cores, "
            f"{os.environ['OMP_NUM_THREADS']} threads; "
            f"{datetime.date.today()}, load {os.getloadavg()[0]:.1f} before")
