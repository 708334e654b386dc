# SPDX-License-Identifier: Apache-2.0
"""Furniture, standing on y = 0, seen a little from the side: `depth` moves the back edge right and up."""
import numpy as np

from drawing.families import family
from drawing.outline import (ACCENT, BODY, TRIM, ellipse, fill, levels, rectangle, rounded, stroke, trapezium)


def _legs(width, height, leg, depth, splay=1.0):
    parts = []
    for x in (-width, width):
        parts.append(stroke([[x, height], [splay * x, 0]], leg, TRIM))
        parts.append(stroke([[0.8 * x + depth, height], [0.8 * splay * x + depth, 0.12]], leg, TRIM))
    return parts


def _slab(width, height, depth, rise):
    return fill([[-width, height], [width, height], [width + depth, height + rise], [-width + depth, height + rise]])


def chair(width, seat, back=0, slats=0, depth=0.08, leg=0.05, splay=1.05, arms=0):
    """`back` is the height above the seat; 0 slats close it, else so many uprights stand in it."""
    parts = _legs(width, seat, leg, depth, splay) + [_slab(width, seat, depth, 0.12)]
    top = seat + 0.1 + back
    if back and not slats:
        parts.append(fill(trapezium(width, 0.9 * width, seat + 0.1, top) + [depth, 0]))
    elif back:
        uprights = np.linspace(-width, width, int(slats)) + depth
        parts += [stroke([[x, seat + 0.1], [x, top]], 0.7 * leg, TRIM) for x in uprights]
        parts.append(stroke([[-width + depth, top], [width + depth, top]], 1.3 * leg, TRIM))
    if arms:
        for x in (-width, width):
            parts.append(stroke([[x, seat], [x, seat + arms], [x + depth, seat + arms + 0.05]], leg, TRIM))
    return parts


def table(width, height, depth=0.1, leg=0.05, rise=0.2, pedestal=0, drawers=0):
    """`pedestal` is the half width of the foot under a single leg; 0 makes four legs."""
    if pedestal:
        parts = [stroke([[0, 0], [0, height]], 2 * leg, TRIM), stroke([[-pedestal, 0], [pedestal, 0]], leg, TRIM),
                 fill(ellipse(0, height, width, 0.5 * rise))]
        return parts
    parts = _legs(0.95 * width, height, leg, depth)
    if drawers:
        parts.append(fill(rectangle(0.3 * width, height - drawers, 0.95 * width, height), ACCENT))
    return parts + [_slab(width, height, depth, rise)]


def sofa(width, seat, back, arm, arm_height, cushions):
    parts = [fill(rounded(-0.95 * width, 0.3, 0.95 * width, back, 0.15)), fill(rectangle(-width, 0.1, width, seat))]
    parts += [stroke([[x, seat], [x, back - 0.05]], 0.02, ACCENT) for x in levels(cushions, -width, width)]
    for x in (-width, width):
        parts.append(fill(rounded(x - arm, 0.1, x + arm, arm_height, 0.3), TRIM))
        parts.append(stroke([[0.9 * x, 0.1], [0.9 * x, 0]], 0.05, ACCENT))
    return parts


def shelf(width, height, boards, uprights=0, doors=0):
    """An open case with so many boards; `doors` of its height is closed below."""
    parts = [fill(rectangle(-width, 0, width, height)),
             fill(rectangle(-0.92 * width, 0.05, 0.92 * width, height - 0.05), TRIM)]
    parts += [stroke([[-width, y], [width, y]], 0.04, BODY) for y in levels(boards, 0, height)]
    parts += [stroke([[x, 0], [x, height]], 0.04, BODY) for x in levels(uprights, -width, width)]
    if doors:
        parts += [fill(rectangle(-width, 0, width, doors * height)),
                  stroke([[0, 0], [0, doors * height]], 0.02, ACCENT)]
    return parts


def drawers(width, height, rows, columns, legs, knob=0.025):
    parts = [stroke([[x, legs], [x, 0]], 0.05, TRIM) for x in (-0.9 * width, 0.9 * width)]
    parts.append(fill(rectangle(-width, legs, width, legs + height)))
    step_x, step_y = 2 * width / columns, height / rows
    for row in range(int(rows)):
        for column in range(int(columns)):
            x, y = -width + column * step_x, legs + row * step_y
            frame = rectangle(x + 0.03, y + 0.03, x + step_x - 0.03, y + step_y - 0.03)
            parts += [stroke(frame, 0.015, TRIM, True),
                      fill(ellipse(x + step_x / 2, y + step_y / 2, knob, knob), ACCENT)]
    return parts


def bed(length, mattress, head, foot, pillow):
    return [fill(rectangle(-length, 0, -length + 0.08, head), TRIM),
            fill(rectangle(length - 0.08, 0, length, foot), TRIM),
            fill(rectangle(-length, 0.12, length, 0.25), TRIM),
            fill(rounded(-length + 0.06, 0.22, length - 0.06, mattress, 0.2)),
            fill(ellipse(-length + 0.3, mattress + 0.05, pillow, 0.08), ACCENT)]


FAMILIES = [
    family("chair", chair, width=(0.26, 0.36), seat=(0.42, 0.55), back=(0.45, 0.75), depth=(-0.1, 0.16),
           leg=(0.03, 0.08), splay=(0.95, 1.2)),
    family("slatted chair", chair, width=(0.26, 0.36), seat=(0.42, 0.55), back=(0.45, 0.75), slats=(3, 7),
           depth=(-0.1, 0.16), leg=(0.03, 0.07), splay=(0.95, 1.2)),
    family("armchair", chair, True, width=(0.32, 0.44), seat=(0.34, 0.44), back=(0.45, 0.7), depth=(-0.1, 0.16),
           leg=(0.04, 0.1), arms=(0.16, 0.3)),
    family("stool", chair, width=(0.22, 0.34), seat=(0.55, 0.95), depth=(-0.06, 0.1), leg=(0.03, 0.08),
           splay=(1.0, 1.4)),
    family("bench", chair, width=(0.7, 1.0), seat=(0.34, 0.48), depth=(-0.06, 0.14), leg=(0.04, 0.1),
           splay=(0.85, 1.0)),
    family("table", table, width=(0.6, 0.85), height=(0.45, 0.62), depth=(-0.1, 0.2), leg=(0.03, 0.09),
           rise=(0.1, 0.24)),
    family("round table", table, width=(0.4, 0.65), height=(0.5, 0.8), leg=(0.03, 0.07), rise=(0.1, 0.26),
           pedestal=(0.2, 0.38)),
    family("desk", table, True, width=(0.6, 0.85), height=(0.5, 0.62), depth=(0.0, 0.2), leg=(0.03, 0.07),
           rise=(0.1, 0.18), drawers=(0.12, 0.34)),
    family("sofa", sofa, width=(0.7, 1.0), seat=(0.36, 0.46), back=(0.65, 0.9), arm=(0.07, 0.15),
           arm_height=(0.48, 0.64), cushions=(1, 3)),
    family("shelf", shelf, width=(0.3, 0.55), height=(0.9, 1.4), boards=(2, 6), uprights=(0, 2)),
    family("cupboard", shelf, width=(0.35, 0.6), height=(0.9, 1.3), boards=(2, 4), doors=(0.35, 0.8)),
    family("chest of drawers", drawers, width=(0.4, 0.65), height=(0.5, 0.9), rows=(2, 5), columns=(1, 2),
           legs=(0.04, 0.2)),
    family("bed", bed, length=(0.8, 1.1), mattress=(0.36, 0.5), head=(0.6, 1.0), foot=(0.3, 0.6), pillow=(0.14, 0.24)),
]
