# SPDX-License-Identifier: Apache-2.0
"""The parts of an outline. Coordinates are products' own: any unit, y up; a product is scaled to size 1 later."""
from dataclasses import dataclass

import numpy as np

# Which of a product's three materials a part is made of.
BODY, TRIM, ACCENT = 0, 1, 2


@dataclass(frozen=True)
class Part:
    """Later parts cover earlier ones; a hole shows the background."""
    kind: str  # "fill", "stroke" or "hole"
    points: np.ndarray  # float [n, 2]
    material: int = BODY
    width: float = 0.0  # of a stroke, in the unit of the points
    closed: bool = True


def fill(points, material=BODY):
    return Part("fill", np.asarray(points, float), material)


def stroke(points, width, material=BODY, closed=False):
    return Part("stroke", np.asarray(points, float), material, width, closed)


def hole(points):
    return Part("hole", np.asarray(points, float))


def rectangle(left, bottom, right, top):
    return np.array([[left, bottom], [right, bottom], [right, top], [left, top]], float)


def trapezium(bottom_half, top_half, bottom, top, shift=0.0):
    """Symmetric about x = 0 but for `shift`, by which the upper edge is moved to the right."""
    return np.array([[-bottom_half, bottom], [bottom_half, bottom], [top_half + shift, top], [-top_half + shift, top]])


def ellipse(x, y, half_width, half_height, start=0.0, end=2 * np.pi, corners=28):
    """Angles in radians, counter-clockwise from the right."""
    angle = np.linspace(start, end, corners)
    return np.stack([x + half_width * np.cos(angle), y + half_height * np.sin(angle)], 1)


def regular(x, y, radius, corners, turn=0.0):
    angle = np.linspace(0, 2 * np.pi, int(corners), endpoint=False) + turn
    return np.stack([x + radius * np.cos(angle), y + radius * np.sin(angle)], 1)


def rounded(left, bottom, right, top, roundness):
    """A rectangle whose corners go from sharp (roundness 0) to an ellipse (1)."""
    angle = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    power = 0.08 + 0.92 * roundness
    x, y = (np.sign(wave) * np.abs(wave) ** power for wave in (np.cos(angle), np.sin(angle)))
    return np.stack([(left + right + x * (right - left)) / 2, (bottom + top + y * (top - bottom)) / 2], 1)


def step_between(x, start, end):
    """0 up to `start`, 1 from `end`, smooth between."""
    t = np.clip((x - start) / (end - start), 0, 1)
    return t * t * (3 - 2 * t)


def profile(*half_widths, count=40):
    """`count` half widths that pass smoothly through the given ones, which stand at equal distances."""
    position = np.linspace(0, len(half_widths) - 1, count)
    below = np.clip(position.astype(int), 0, len(half_widths) - 2)
    t = position - below
    t = t * t * (3 - 2 * t)
    knots = np.asarray(half_widths, float)
    return knots[below] * (1 - t) + knots[below + 1] * t


def revolved(half_widths, bottom=0.0, height=1.0):
    """The silhouette of a turned body."""
    y = np.linspace(bottom, bottom + height, len(half_widths))
    return np.concatenate([np.stack([half_widths, y], 1), np.stack([-half_widths[::-1], y[::-1]], 1)])


def mirrored(points):
    return np.asarray(points, float) * [-1, 1]


def both_sides(points, material=BODY):
    """The fill and its mirror image about x = 0."""
    return [fill(points, material), fill(mirrored(points), material)]


def both_strokes(points, width, material=BODY):
    return [stroke(points, width, material), stroke(mirrored(points), width, material)]


def levels(count, bottom, top):
    """`count` equal steps strictly between `bottom` and `top`."""
    return np.linspace(bottom, top, int(count) + 2)[1:-1]
