# SPDX-License-Identifier: Apache-2.0
"""What changes along a training run: picture side and learning rate. Both follow from the step alone."""
import math

import numpy as np

WARM_UP_STEPS = 60
SIDE_STEP = 16  # mixed sides are multiples of this, pixels


def parse_phases(text):
    """"0:32,0.4:64,0.7:64-128" -> [(0.0, (32,)), (0.4, (64,)), (0.7, (64, 80, 96, 112, 128))]: from which share of
    the run on, which sides in pixels."""
    phases = []
    for phase in text.split(","):
        start, _, sides = phase.partition(":")
        low, _, high = sides.partition("-")
        phases.append((float(start), tuple(range(int(low), int(high or low) + 1, SIDE_STEP))))
    if phases[0][0] != 0 or any(not sides or sides[0] < 32 for _, sides in phases):
        raise ValueError(f"phases {text!r}: the first must start at 0, and sides be at least 32")
    return sorted(phases)


def side_at(phases, step, steps, seed):
    sides = [sides for start, sides in phases if step >= start * steps][-1]
    return int(np.random.default_rng([seed, step, 1]).choice(sides))


def learning_rate(peak, step, steps):
    """Linear warm-up, then half a cosine down to 0."""
    return peak * min(1, (step + 1) / WARM_UP_STEPS) * (0.5 + 0.5 * math.cos(math.pi * step / steps))
