# SPDX-License-Identifier: Apache-2.0
"""What a part is made of: two colours and the pattern that mixes them."""
from dataclasses import dataclass

import numpy as np

from drawing import colours, patterns

FREQUENCIES = (4.0, 14.0)  # repeats per product: more cannot be seen at 64 pixels
_PLAIN_SHARE = 0.3


@dataclass(frozen=True)
class Material:
    colour: np.ndarray  # RGB, 0 to 1
    second_colour: np.ndarray
    pattern: int = patterns.PLAIN  # index into patterns.PATTERNS
    frequency: float = 8.0  # repeats per product
    angle: float = 0.0  # radians
    contrast: float = 1.0  # how much of the second colour the pattern adds, 0 to 1
    offset: tuple = (0, 0)  # into the noise, pixels

    def paint(self, u, v):
        """Its colours [n, 3] at product coordinates u and v [n]."""
        share = patterns.second_colour_share(self.pattern, u, v, self.frequency, self.angle, self.offset)
        return self.colour + (self.second_colour - self.colour) * (self.contrast * share)[:, None]


def plain(colour):
    colour = np.asarray(colour, np.float32)
    return Material(colour, colour)


def sample_pattern(random):
    if random.random() < _PLAIN_SHARE:
        return patterns.PLAIN
    return int(random.integers(1, len(patterns.PATTERNS)))


def sample_material(random, colour=None, pattern=None):
    """What is not given is drawn: RGB `colour`, index `pattern`."""
    colour = colours.sample_colour(random) if colour is None else np.asarray(colour, np.float32)
    pattern = sample_pattern(random) if pattern is None else pattern
    if pattern == patterns.PLAIN:
        return plain(colour)
    return Material(colour, colours.sample_contrasting(random, colour), pattern, random.uniform(*FREQUENCIES),
                    random.uniform(0, np.pi), random.uniform(0.6, 1), tuple(random.integers(0, 512, 2)))
