# SPDX-License-Identifier: Apache-2.0
"""Things with a handle, which stands upright on y = 0: cutlery, tools, rackets, brushes."""
import numpy as np

from drawing.families import family
from drawing.outline import (ACCENT, BODY, TRIM, both_strokes, ellipse, fill, hole, levels, profile, rectangle, regular,
                             revolved, stroke, trapezium)


def _handle(length, width):
    return stroke([[0, 0], [0, length]], width, TRIM)


def spoon(length, width, bowl, bowl_height):
    return [_handle(length, width), fill(ellipse(0, length, bowl, bowl_height))]


def fork(length, width, tines, tine_length, head):
    parts = [_handle(length, width), stroke([[-head, length], [head, length]], 0.06)]
    return parts + [stroke([[x, length], [x, length + tine_length]], 0.04)
                    for x in np.linspace(-head, head, int(tines))]


def knife(length, width, blade, blade_width, point):
    """`point` is the share of the blade along which it narrows."""
    tip = length + blade
    return [_handle(length, width),
            fill([[-0.04, length], [blade_width, length], [blade_width, tip - point * blade], [-0.04, tip]])]


def hammer(length, width, head, head_height, claw):
    return [_handle(length, width), fill(rectangle(-head, length - head_height, 0.8 * head, length + head_height)),
            fill([[-head, length + head_height], [-head - claw, length - 0.05], [-head, length - head_height]])]


def screwdriver(grip, grip_width, shank, tip):
    return [stroke([[0, grip], [0, grip + shank]], 0.05),
            fill(revolved(profile(0.7, 1, 0.8, 1, 0.6) * grip_width, 0, grip), TRIM),
            fill(trapezium(tip, 0.6 * tip, grip + shank - 0.02, grip + shank + 0.08), ACCENT)]


def wrench(length, width, jaw, gap):
    head = regular(0, length, jaw, 8, np.pi / 8)
    return [stroke([[0, 0], [0, length]], width), fill(head), hole(rectangle(-gap, length, gap, length + 1.2 * jaw)),
            fill(ellipse(0, 0, 0.8 * jaw, 0.8 * jaw)), hole(regular(0, 0, 0.45 * jaw, 6))]


def scissors(blade, spread, grip, ring=0.05):
    parts = both_strokes([[-spread, blade], [0, 0], [spread + grip, -0.35]], 0.07)
    for side in (-1, 1):
        parts.append(stroke(ellipse(side * (spread + grip), -0.35 - grip, grip, 1.2 * grip), ring, TRIM, True))
    return parts + [fill(ellipse(0, 0, 0.04, 0.04), ACCENT)]


def brush(length, width, head, bristles, bristle_length):
    """Bristles stand on one side of the head, which continues the handle."""
    parts = [stroke([[0, 0], [0, length + head]], width, BODY)]
    return parts + [stroke([[0, y], [bristle_length, y]], 0.025, TRIM) for y in levels(bristles, length, length + head)]


def paint_brush(length, width, head, bristles):
    return [_handle(length, width), fill(rectangle(-head, length, head, length + 0.14), ACCENT),
            fill(trapezium(head, 0.85 * head, length + 0.14, length + 0.14 + bristles))]


def broom(length, width, head, head_length):
    return [_handle(length, width), fill(trapezium(head, 0.3 * head, -head_length, 0.05)),
            stroke([[-0.5 * head, -0.4 * head_length], [0.5 * head, -0.4 * head_length]], 0.03, ACCENT)]


def racket(length, width, head, head_height, strings):
    y = length + head_height
    parts = [_handle(length, width)]
    parts += [stroke([[x, y - 0.8 * head_height], [x, y + 0.8 * head_height]], 0.012, ACCENT)
              for x in levels(strings, -head, head)]
    parts += [stroke([[-0.85 * head, t], [0.85 * head, t]], 0.012, ACCENT)
              for t in levels(strings, y - head_height, y + head_height)]
    return parts + [stroke(ellipse(0, y, head, head_height), 0.06, BODY, True)]


def spade(length, width, blade, blade_length, grip):
    y = -blade_length
    return [_handle(length, width), stroke([[-grip, length], [grip, length]], 0.06, TRIM),
            fill([[-blade, 0.05], [blade, 0.05], [blade, 0.5 * y], [0, y], [-blade, 0.5 * y]])]


def pan(radius, depth, length, width):
    """A pan from above and a little from the side; its handle to the right."""
    return [stroke([[radius, 0], [radius + length, 0.12]], width, TRIM),
            fill(ellipse(0, -depth, radius, 0.62 * radius)),
            fill(ellipse(0, 0, radius, 0.62 * radius), BODY), fill(ellipse(0, 0, 0.86 * radius, 0.5 * radius), ACCENT)]


def guitar(lower, upper, body, neck, sound_hole):
    half_widths = profile(0.5 * lower, lower, 0.62 * lower, upper, 0.4 * upper)
    return [stroke([[0, 0.5 * body], [0, body + neck]], 0.08, TRIM), fill(revolved(half_widths, 0, body)),
            fill(ellipse(0, 0.55 * body, sound_hole, sound_hole), ACCENT),
            stroke([[0, 0.4 * body], [0, body + neck]], 0.05, TRIM),
            fill(rectangle(-0.08, body + neck, 0.08, body + neck + 0.16), TRIM),
            fill(rectangle(-0.14, 0.2 * body, 0.14, 0.26 * body), ACCENT)]


def comb(length, height, teeth, spine):
    parts = [fill(rectangle(0, 0, length, spine))]
    return parts + [stroke([[x, 0], [x, -height]], 0.3 * length / teeth, BODY)
                    for x in np.linspace(0.03, length - 0.03, int(teeth))]


FAMILIES = [
    family("spoon", spoon, length=(0.7, 1.1), width=(0.04, 0.1), bowl=(0.1, 0.2), bowl_height=(0.16, 0.3)),
    family("ladle", spoon, True, length=(1.0, 1.4), width=(0.04, 0.08), bowl=(0.22, 0.34), bowl_height=(0.16, 0.26)),
    family("fork", fork, length=(0.7, 1.0), width=(0.04, 0.1), tines=(2, 5), tine_length=(0.2, 0.4), head=(0.08, 0.16)),
    family("rake", fork, True, length=(1.3, 1.7), width=(0.04, 0.07), tines=(7, 12), tine_length=(0.12, 0.2),
           head=(0.35, 0.55)),
    family("knife", knife, length=(0.35, 0.55), width=(0.08, 0.15), blade=(0.6, 1.0), blade_width=(0.04, 0.2),
           point=(0.1, 0.9)),
    family("hammer", hammer, length=(0.8, 1.2), width=(0.06, 0.13), head=(0.15, 0.32), head_height=(0.07, 0.14),
           claw=(0.0, 0.2)),
    family("screwdriver", screwdriver, grip=(0.35, 0.55), grip_width=(0.07, 0.14), shank=(0.4, 0.9), tip=(0.03, 0.07)),
    family("wrench", wrench, length=(0.7, 1.1), width=(0.08, 0.16), jaw=(0.14, 0.24), gap=(0.05, 0.1)),
    family("scissors", scissors, blade=(0.6, 1.0), spread=(0.04, 0.3), grip=(0.12, 0.2), ring=(0.04, 0.08)),
    family("hair brush", brush, length=(0.4, 0.6), width=(0.08, 0.14), head=(0.4, 0.6), bristles=(8, 14),
           bristle_length=(0.12, 0.25)),
    family("tooth brush", brush, True, length=(0.8, 1.1), width=(0.04, 0.08), head=(0.16, 0.26), bristles=(4, 7),
           bristle_length=(0.08, 0.14)),
    family("paint brush", paint_brush, length=(0.5, 0.9), width=(0.05, 0.12), head=(0.1, 0.28), bristles=(0.2, 0.45)),
    family("broom", broom, length=(1.0, 1.5), width=(0.04, 0.07), head=(0.2, 0.4), head_length=(0.3, 0.5)),
    family("racket", racket, length=(0.4, 0.7), width=(0.05, 0.1), head=(0.26, 0.36), head_height=(0.32, 0.46),
           strings=(4, 8)),
    family("spade", spade, length=(0.8, 1.2), width=(0.05, 0.08), blade=(0.16, 0.26), blade_length=(0.35, 0.55),
           grip=(0.08, 0.16)),
    family("pan", pan, radius=(0.4, 0.55), depth=(0.04, 0.2), length=(0.4, 0.8), width=(0.06, 0.12)),
    family("guitar", guitar, lower=(0.28, 0.38), upper=(0.2, 0.28), body=(0.7, 0.9), neck=(0.5, 0.8),
           sound_hole=(0.06, 0.12)),
    family("comb", comb, length=(0.9, 1.2), height=(0.18, 0.35), teeth=(10, 20), spine=(0.08, 0.16)),
]
