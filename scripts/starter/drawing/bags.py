# SPDX-License-Identifier: Apache-2.0
"""Bags and cases, standing on y = 0."""
import numpy as np

from drawing.families import family
from drawing.outline import (ACCENT, TRIM, both_strokes, ellipse, fill, levels, rectangle, regular, rounded,
                             stroke, trapezium)


def bag(width, height, taper, handle=0.3, handle_spread=0.6, flap=0, pocket=0, clasp=0, handle_width=0.045):
    """`width` is half the bottom's, `taper` the top's share of it; `flap` and `pocket` are shares of the height."""
    top = taper * width
    parts = []
    if handle:
        parts.append(stroke(ellipse(0, height, handle_spread * top, handle, 0, np.pi), handle_width, TRIM))
    parts.append(fill(trapezium(width, top, 0, height)))
    if pocket:
        parts.append(fill(rectangle(-0.7 * width, 0.06, 0.7 * width, pocket * height), TRIM))
    low = height * (1 - flap)
    if flap:
        parts.append(fill(trapezium(0.85 * top, top, low, height), TRIM))
    if clasp:
        parts.append(fill(rectangle(-clasp, low - clasp, clasp, low + clasp), ACCENT))
    return parts


def backpack(width, height, roundness, pocket, straps):
    parts = both_strokes([[0.8 * width, 0.1], [width + straps, 0.35 * height], [0.7 * width, 0.9 * height]], 0.07, TRIM)
    return parts + [stroke(ellipse(0, height, 0.25 * width, 0.1, 0, np.pi), 0.04, TRIM),
                    fill(rounded(-width, 0, width, height, roundness)),
                    fill(rounded(-0.75 * width, 0.06, 0.75 * width, pocket * height, 0.3), TRIM),
                    stroke([[-0.7 * width, 0.72 * height], [0.7 * width, 0.72 * height]], 0.025, ACCENT)]


def suitcase(width, height, handle, ribs, wheels):
    parts = both_strokes([[0.35 * width, height], [0.35 * width, height + handle]], 0.035, TRIM)
    parts.append(stroke([[-0.37 * width, height + handle], [0.37 * width, height + handle]], 0.05, TRIM))
    parts += [fill(regular(side * 0.75 * width, 0, wheels, 16), ACCENT) for side in (-1, 1)]
    parts.append(fill(rounded(-width, 0.02, width, height, 0.15)))
    return parts + [stroke([[x, 0.08], [x, height - 0.06]], 0.02, TRIM) for x in levels(ribs, -width, width)]


def purse(width, height, roundness, flap, button):
    return [fill(rounded(-width, 0, width, height, roundness)),
            fill(rounded(-width, height * (1 - flap), width, height, roundness), TRIM),
            fill(regular(0, height * (1 - flap) + 0.04, button, 12), ACCENT)]


FAMILIES = [
    family("tote", bag, width=(0.36, 0.52), height=(0.6, 0.95), taper=(0.85, 1.15), handle=(0.3, 0.6),
           handle_spread=(0.35, 0.65)),
    family("handbag", bag, width=(0.42, 0.56), height=(0.45, 0.65), taper=(0.6, 0.95), handle=(0.15, 0.4),
           handle_spread=(0.35, 0.75), clasp=(0.03, 0.07)),
    family("satchel", bag, width=(0.45, 0.6), height=(0.45, 0.7), taper=(0.9, 1.05), handle=(0.08, 0.2),
           handle_spread=(0.2, 0.4), flap=(0.35, 0.7), clasp=(0.03, 0.06)),
    family("shoulder bag", bag, True, width=(0.36, 0.52), height=(0.35, 0.55), taper=(0.85, 1.05),
           handle=(0.6, 1.0), handle_spread=(0.8, 1.0), flap=(0.3, 0.75), handle_width=0.03),
    family("shopping bag", bag, width=(0.3, 0.42), height=(0.75, 1.05), taper=1.0, handle=(0.12, 0.28),
           handle_spread=(0.3, 0.5), handle_width=0.025),
    family("bucket bag", bag, width=(0.28, 0.38), height=(0.5, 0.75), taper=(1.05, 1.35), handle=(0.3, 0.7),
           handle_spread=(0.7, 0.95), pocket=(0.3, 0.5)),
    family("backpack", backpack, width=(0.32, 0.44), height=(0.8, 1.1), roundness=(0.2, 0.55), pocket=(0.3, 0.5),
           straps=(0.02, 0.16)),
    family("suitcase", suitcase, width=(0.32, 0.46), height=(0.8, 1.1), handle=(0.15, 0.5), ribs=(2, 6),
           wheels=(0.05, 0.09)),
    family("purse", purse, width=(0.4, 0.58), height=(0.35, 0.55), roundness=(0.1, 0.6), flap=(0.25, 0.6),
           button=(0.03, 0.06)),
]
