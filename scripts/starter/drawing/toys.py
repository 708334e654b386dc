# SPDX-License-Identifier: Apache-2.0
"""Toys, vehicles, balls, plants."""
import numpy as np

from drawing.families import family
from drawing.outline import (ACCENT, BODY, TRIM, both_sides, both_strokes, ellipse, fill, levels, rectangle, regular,
                             rounded, stroke, trapezium)


def car(length, body, roof, roof_start, roof_end, wheel):
    """Half length; heights above the wheels' middle; the roof's ends are shares of the length."""
    left, right = -length + 2 * length * roof_start, -length + 2 * length * roof_end
    cabin = [[left - 0.12, body], [left + 0.05, body + roof], [right - 0.05, body + roof], [right + 0.12, body]]
    parts = [fill(cabin, TRIM), fill(rounded(-length, 0, length, body + 0.02, 0.2))]
    for x in (-0.6 * length, 0.6 * length):
        parts += [fill(ellipse(x, 0, wheel, wheel), ACCENT), fill(ellipse(x, 0, 0.5 * wheel, 0.5 * wheel), TRIM)]
    return parts


def bicycle(wheel, base, frame, tyre=0.035):
    """`base` is half the distance between the axles."""
    seat, bar = [-0.25 * base, frame], [0.75 * base, 1.05 * frame]
    parts = [stroke(ellipse(x, 0, wheel, wheel), tyre, ACCENT, True) for x in (-base, base)]
    tubes = [[-base, 0], seat, [-0.05 * base, -0.05], [-base, 0]]
    return parts + [stroke(tubes, 0.04), stroke([[-0.05 * base, -0.05], bar, [base, 0]], 0.04),
                    stroke([seat, bar], 0.04),
                    stroke([[-0.45 * base, frame + 0.06], [-0.05 * base, frame + 0.06]], 0.07, TRIM),
                    stroke([bar, [0.9 * base, 1.25 * frame], [0.6 * base, 1.3 * frame]], 0.04, TRIM)]


def bear(head, body, ear, limb):
    parts = both_sides(ellipse(0.75 * head, body + 1.9 * head, ear, ear), TRIM)
    parts += both_sides(ellipse(0.9 * body, 0.55 * body, limb, 0.6 * limb))
    parts += both_sides(ellipse(0.7 * body, -0.85 * body, limb, 0.8 * limb))
    parts += [fill(ellipse(0, 0, 0.85 * body, body)), fill(ellipse(0, body + head, head, head)),
              fill(ellipse(0, body + 0.75 * head, 0.45 * head, 0.32 * head), TRIM)]
    return parts + both_sides(ellipse(0.35 * head, body + 1.25 * head, 0.09 * head, 0.09 * head), ACCENT)


def ball(radius, bands, patch, corners):
    parts = [fill(ellipse(0, 0, radius, radius))]
    parts += [stroke(ellipse(0, 0, x, radius), 0.02, TRIM, True) for x in levels(bands, 0, radius)]
    return parts + [fill(regular(0, 0, patch, corners, np.pi / 2), ACCENT)]


def kite(width, above, below, tail):
    outline = [[0, above], [width, 0], [0, -below], [-width, 0]]
    parts = [fill(outline), fill([[0, above], [width, 0], [0, 0]], TRIM),
             fill([[0, -below], [-width, 0], [0, 0]], TRIM)]
    y = np.linspace(-below, -below - tail, 12)
    return parts + [stroke(np.stack([0.08 * np.sin(8 * (y + below)), y], 1), 0.02, ACCENT)]


def plane(length, body, wing, sweep, tail):
    wings = [[0.25, 0], [0.25 - sweep, wing], [0.1 - sweep, wing], [-0.15, 0]]
    parts = [fill(wings), fill(np.array(wings) * [1, -1])]
    fin = [[-length + 0.2, 0], [-length, tail], [-length - 0.1, tail], [-length, 0]]
    return parts + [fill(fin, TRIM), fill(np.array(fin) * [1, -1], TRIM), fill(ellipse(0, 0, length, body)),
                    fill(ellipse(0.75 * length, 0, 0.1, 0.6 * body), ACCENT)]


def boat(length, depth, mast, sail, jib):
    return [stroke([[0, 0], [0, mast]], 0.04, ACCENT), fill([[0.04, 0.12], [0.04, mast], [sail, 0.12]], TRIM),
            fill([[-0.04, 0.12], [-0.04, 0.9 * mast], [-jib, 0.12]], TRIM),
            fill(trapezium(0.65 * length, length, -depth, 0.02))]


def balloon(radius, ratio, string):
    y = np.linspace(-ratio * radius, -ratio * radius - string, 14)
    return [stroke(np.stack([0.05 * np.sin(9 * y), y], 1), 0.018, TRIM), fill(ellipse(0, 0, radius, ratio * radius)),
            fill(regular(0, -ratio * radius - 0.02, 0.06, 3, np.pi / 2), TRIM)]


def plant(pot, pot_height, stems, leaf, leaf_width, height):
    parts = []
    for angle in np.linspace(0.3, np.pi - 0.3, int(stems)):
        end = np.array([0.7 * height * np.cos(angle), pot_height + height * np.sin(angle)])
        along = np.array([np.cos(angle), np.sin(angle)])
        across = np.array([-along[1], along[0]])
        parts += [stroke([[0, pot_height], end], 0.03, TRIM),
                  fill([end - leaf * along, end + leaf_width * across, end + leaf * along, end - leaf_width * across])]
    return parts + [fill(trapezium(0.7 * pot, pot, 0, pot_height), ACCENT)]


def blocks(size, columns, rows, studs):
    """Building bricks in a stair."""
    parts = []
    for row in range(int(rows)):
        for column in range(max(1, int(columns) - row)):
            x, y = column * size, row * size
            parts += [fill(rectangle(x, y, x + size, y + size), (row + column) % 3),
                      stroke(rectangle(x, y, x + size, y + size), 0.02, ACCENT, True)]
            parts.append(fill(rectangle(x + 0.3 * size, y + size, x + 0.7 * size, y + size + studs),
                              (row + column) % 3))
    return parts


def headphones(radius, band, cup, cup_height):
    parts = [stroke(ellipse(0, 0, radius, 1.1 * radius, 0, np.pi), band, BODY)]
    return parts + both_sides(rounded(radius - cup, -cup_height, radius + 0.4 * cup, 0.3 * cup_height, 0.5), TRIM) \
        + both_strokes([[radius - cup, -0.8 * cup_height], [radius - cup, 0.1]], 0.04, ACCENT)


FAMILIES = [
    family("car", car, length=(0.7, 0.95), body=(0.2, 0.32), roof=(0.18, 0.3), roof_start=(0.12, 0.3),
           roof_end=(0.62, 0.8), wheel=(0.12, 0.2)),
    family("van", car, True, length=(0.7, 0.9), body=(0.26, 0.36), roof=(0.34, 0.5), roof_start=(0.06, 0.1),
           roof_end=(0.82, 0.92), wheel=(0.12, 0.18)),
    family("bicycle", bicycle, wheel=(0.3, 0.4), base=(0.45, 0.6), frame=(0.38, 0.55), tyre=(0.02, 0.06)),
    family("bear", bear, head=(0.22, 0.32), body=(0.3, 0.42), ear=(0.07, 0.13), limb=(0.12, 0.22)),
    family("ball", ball, radius=0.5, bands=(0, 3), patch=(0.12, 0.28), corners=(3, 7)),
    family("kite", kite, width=(0.35, 0.5), above=(0.3, 0.5), below=(0.55, 0.9), tail=(0.3, 0.8)),
    family("plane", plane, length=(0.7, 0.95), body=(0.08, 0.15), wing=(0.5, 0.8), sweep=(0.0, 0.4), tail=(0.18, 0.32)),
    family("boat", boat, length=(0.5, 0.7), depth=(0.16, 0.3), mast=(0.7, 1.1), sail=(0.3, 0.55), jib=(0.2, 0.45)),
    family("balloon", balloon, radius=(0.3, 0.42), ratio=(1.0, 1.3), string=(0.3, 0.9)),
    family("plant", plant, pot=(0.2, 0.34), pot_height=(0.25, 0.42), stems=(3, 9), leaf=(0.12, 0.26),
           leaf_width=(0.04, 0.14), height=(0.4, 0.75)),
    family("bricks", blocks, size=0.3, columns=(2, 4), rows=(1, 3), studs=(0.03, 0.08)),
    family("headphones", headphones, radius=(0.38, 0.5), band=(0.04, 0.1), cup=(0.12, 0.22), cup_height=(0.25, 0.42)),
]
