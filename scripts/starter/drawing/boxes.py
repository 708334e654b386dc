# SPDX-License-Identifier: Apache-2.0
"""Boxy things: packages, electronics, books, appliances, clocks. About 1 high, around the origin."""
import numpy as np

from drawing.families import family
from drawing.outline import (ACCENT, BODY, TRIM, ellipse, fill, levels, rectangle, regular, rounded, stroke, trapezium)


def box(width, height, depth, lid=0, ribbon=0):
    """A box from a corner: half width, half height, and how far its top and side recede."""
    parts = [fill(rectangle(-width, -height, width, height)),
             fill([[-width, height], [width, height], [width + depth, height + 0.7 * depth],
                   [-width + depth, height + 0.7 * depth]], TRIM),
             fill([[width, -height], [width, height], [width + depth, height + 0.7 * depth],
                   [width + depth, -height + 0.7 * depth]], TRIM)]
    if lid:
        parts.append(fill(rectangle(-1.04 * width, height - lid, 1.04 * width, height), ACCENT))
    if ribbon:
        parts.append(fill(rectangle(-ribbon, -height, ribbon, height), ACCENT))
    return parts


def screen(width, height, bezel, stand=0, foot=0.25, keyboard=0, button=0, roundness=0.1):
    """A flat screen: a phone, a tablet, a monitor with its `stand`, a laptop with its `keyboard`."""
    parts = []
    if stand:
        parts += [stroke([[0, -height], [0, -height - stand]], 0.08, TRIM),
                  fill(ellipse(0, -height - stand, foot, 0.04), TRIM)]
    if keyboard:
        parts.append(fill(trapezium(width + keyboard, width, -height - keyboard, -height), TRIM))
    parts.append(fill(rounded(-width, -height, width, height, roundness)))
    parts.append(fill(rectangle(-width + bezel, -height + bezel + button, width - bezel, height - bezel - button),
                      ACCENT))
    if button:
        parts.append(fill(ellipse(0, -height + 0.5 * bezel + 0.5 * button, 0.4 * button, 0.4 * button), TRIM))
    return parts


def book(width, height, spine, title_height, title_width, lines=0, emblem=0):
    parts = [fill(rectangle(-width, -height, width, height)),
             fill(rectangle(-width, -height, -width + spine, height), TRIM)]
    top = 0.75 * height
    parts.append(fill(rectangle(-0.6 * width, top - title_height, (title_width - 0.6) * width, top), ACCENT))
    parts += [stroke([[-0.6 * width, y], [0.6 * width, y]], 0.025, TRIM)
              for y in levels(lines, -0.8 * height, 0.2 * height)]
    return parts + ([fill(regular(0, -0.2 * height, emblem, 6), ACCENT)] if emblem else [])


def speaker(width, height, cones, cone, roundness=0.1):
    parts = [fill(rounded(-width, -height, width, height, roundness))]
    for y in levels(cones, -height, height):
        parts += [fill(ellipse(0, y, cone * width, cone * width), TRIM),
                  fill(ellipse(0, y, 0.4 * cone * width, 0.4 * cone * width), ACCENT)]
    return parts


def camera(width, height, lens, lens_x, hump, flash=0.05):
    return [fill(trapezium(0.3, 0.18, height, height + hump)), fill(rounded(-width, -height, width, height, 0.2)),
            fill(rectangle(-width, -0.3 * height, width, 0.4 * height), TRIM),
            fill(ellipse(lens_x, 0, lens, lens), ACCENT),
            fill(ellipse(lens_x, 0, 0.6 * lens, 0.6 * lens), TRIM),
            fill(ellipse(-0.75 * width, 0.7 * height, flash, flash), ACCENT)]


def appliance(width, height, window, window_height, knobs, round_window=0):
    """A cooker or a washing machine: a door with a window under a row of knobs."""
    parts = [fill(rounded(-width, -height, width, height, 0.06))]
    y = -0.15 * height
    shape = (ellipse(0, y, window * width, window * width) if round_window
             else rectangle(-window * width, y - window_height, window * width, y + window_height))
    parts += [fill(shape, ACCENT), stroke(shape, 0.04, TRIM, True)]
    return parts + [fill(ellipse(x, 0.8 * height, 0.05, 0.05), TRIM) for x in levels(knobs, -width, width)]


def fridge(width, height, split, handle):
    y = height * (2 * split - 1)
    return [fill(rounded(-width, -height, width, height, 0.06)), stroke([[-width, y], [width, y]], 0.025, TRIM),
            stroke([[0.8 * width, y + 0.06], [0.8 * width, y + 0.06 + handle]], 0.04, ACCENT),
            stroke([[0.8 * width, y - 0.06], [0.8 * width, y - 0.06 - handle]], 0.04, ACCENT)]


def clock(radius, corners, rim, hour, ticks, bells=0):
    """`hour` in radians; the minute hand points upwards."""
    parts = [fill(ellipse(side * 0.5 * radius, radius, bells, bells), TRIM) for side in (-1, 1)] if bells else []
    face = regular(0, 0, radius, corners, np.pi / 4)
    parts += [fill(face), fill((1 - rim) * face, TRIM)]
    angles = np.linspace(0, 2 * np.pi, int(ticks), endpoint=False)
    inner = (0.8 - rim) * radius
    parts += [fill(ellipse(inner * np.cos(a), inner * np.sin(a), 0.03, 0.03), ACCENT) for a in angles]
    return parts + [stroke([[0, 0], [0, 0.65 * inner / 0.7]], 0.03, ACCENT),
                    stroke([[0, 0], [0.5 * radius * np.cos(hour), 0.5 * radius * np.sin(hour)]], 0.045, ACCENT)]


def picture(width, height, frame, mat, horizon):
    inner = rectangle(-width + frame, -height + frame, width - frame, height - frame)
    window = rectangle(-width + frame + mat, -height + frame + mat, width - frame - mat, height - frame - mat)
    land = window.copy()
    land[2:, 1] = window[0, 1] + horizon * (window[2, 1] - window[0, 1])
    return [fill(rectangle(-width, -height, width, height)), fill(inner, TRIM), fill(window, ACCENT), fill(land, BODY)]


def cushion(width, height, bulge, button=0):
    t = np.linspace(0, 1, 12)
    edge = bulge * 4 * t * (1 - t)
    lower = np.stack([-width + 2 * width * t, -height + edge], 1)
    right = np.stack([width - edge, -height + 2 * height * t], 1)
    outline = np.concatenate([lower, right, -lower, -right])
    return [fill(outline)] + ([fill(ellipse(0, 0, button, button), TRIM)] if button else [])


def rug(width, height, border, fringe, medallion=0):
    parts = [stroke([[x, y], [x + np.sign(x) * fringe, y]], 0.015, TRIM) for x in (-width, width)
             for y in np.linspace(-height, height, 9)]
    parts += [fill(rectangle(-width, -height, width, height), TRIM),
              fill(rectangle(-width + border, -height + border, width - border, height - border))]
    return parts + ([fill(ellipse(0, 0, medallion * width, medallion * height), ACCENT)] if medallion else [])


FAMILIES = [
    family("box", box, width=(0.3, 0.55), height=(0.25, 0.55), depth=(0.12, 0.35)),
    family("gift box", box, width=(0.35, 0.5), height=(0.3, 0.5), depth=(0.08, 0.25), lid=(0.12, 0.24),
           ribbon=(0.05, 0.12)),
    family("shoe box", box, True, width=(0.5, 0.65), height=(0.18, 0.3), depth=(0.15, 0.35), lid=(0.08, 0.16)),
    family("phone", screen, width=(0.26, 0.36), height=(0.55, 0.7), bezel=(0.02, 0.06), roundness=(0.05, 0.3)),
    family("button phone", screen, width=(0.26, 0.36), height=(0.55, 0.7), bezel=(0.02, 0.05), button=(0.06, 0.16)),
    family("tablet", screen, True, width=(0.45, 0.6), height=(0.6, 0.8), bezel=(0.04, 0.1), button=(0.02, 0.06)),
    family("monitor", screen, width=(0.6, 0.85), height=(0.36, 0.5), bezel=(0.02, 0.07), stand=(0.12, 0.3),
           foot=(0.18, 0.4)),
    family("laptop", screen, width=(0.5, 0.65), height=(0.32, 0.44), bezel=(0.03, 0.07), keyboard=(0.12, 0.35)),
    family("book", book, width=(0.35, 0.5), height=(0.5, 0.7), spine=(0.03, 0.1), title_height=(0.06, 0.25),
           title_width=(0.5, 1.2), lines=(0, 4)),
    family("picture book", book, width=(0.45, 0.65), height=(0.45, 0.6), spine=(0.02, 0.06), title_height=(0.05, 0.12),
           title_width=(0.5, 1.2), emblem=(0.15, 0.32)),
    family("speaker", speaker, width=(0.26, 0.4), height=(0.5, 0.75), cones=(1, 3), cone=(0.4, 0.75),
           roundness=(0.05, 0.4)),
    family("camera", camera, width=(0.5, 0.65), height=(0.3, 0.42), lens=(0.18, 0.32), lens_x=(-0.1, 0.2),
           hump=(0.05, 0.18)),
    family("cooker", appliance, width=(0.4, 0.5), height=(0.45, 0.6), window=(0.5, 0.85), window_height=(0.12, 0.3),
           knobs=(3, 6)),
    family("washing machine", appliance, True, round_window=1, width=(0.4, 0.5), height=(0.48, 0.6),
           window=(0.4, 0.7), window_height=0.0, knobs=(1, 4)),
    family("fridge", fridge, width=(0.28, 0.42), height=(0.7, 0.95), split=(0.25, 0.75), handle=(0.12, 0.3)),
    family("wall clock", clock, corners=32, radius=(0.5, 0.6), rim=(0.05, 0.2), hour=(-3.1, 3.1), ticks=(4, 12)),
    family("alarm clock", clock, corners=32, radius=(0.4, 0.5), rim=(0.08, 0.2), hour=(-3.1, 3.1), ticks=(4, 12),
           bells=(0.12, 0.22)),
    family("square clock", clock, True, corners=4, radius=(0.55, 0.7), rim=(0.05, 0.2), hour=(-3.1, 3.1),
           ticks=(4, 12)),
    family("framed picture", picture, width=(0.4, 0.7), height=(0.4, 0.7), frame=(0.04, 0.12), mat=(0.03, 0.15),
           horizon=(0.2, 0.7)),
    family("cushion", cushion, width=(0.45, 0.65), height=(0.4, 0.6), bulge=(0.04, 0.14), button=(0, 0.05)),
    family("rug", rug, width=(0.7, 1.0), height=(0.35, 0.6), border=(0.05, 0.16), fringe=(0.02, 0.1),
           medallion=(0.2, 0.6)),
]
