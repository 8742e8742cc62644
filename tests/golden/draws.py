# SPDX-License-Identifier: GPL-3.0-or-later
#
# The numbers that tests/space/draws.h draws, for the scripts beside this one.
import numpy as np

MASK = (1 << 64) - 1


class Draws:
    def __init__(self, seed):
        self.state = seed

    def bits(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)

    def uniform(self):
        return (self.bits() >> 11) * 2.0 ** -53

    def normal(self):
        u, v = self.uniform(), self.uniform()
        return np.sqrt(-2 * np.log(u + 1e-300)) * np.cos(2 * np.pi * v)
