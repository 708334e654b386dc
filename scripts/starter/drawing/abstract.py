# SPDX-License-Identifier: Apache-2.0
"""Shapes that are no product: they teach outlines that no family above has."""
import numpy as np

from drawing.families import family
from drawing.outline import ACCENT, TRIM, fill, hole, regular, stroke


def flower(petals, depth, pinch, core=0.2, tilt=0.0):
    """A wavy ring: `depth` of the waves as a share of the radius, `pinch` sharpens them."""
    angle = np.linspace(0, 2 * np.pi, 96, endpoint=False)
    wave = np.abs(np.cos(petals * angle / 2 + tilt)) ** pinch
    radius = 1 - depth + depth * wave
    return [fill(np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1)), fill(regular(0, 0, core, 20), ACCENT)]


def star(points, inner, core=0.0):
    angle = np.linspace(0, 2 * np.pi, 2 * int(points), endpoint=False) + np.pi / 2
    radius = np.where(np.arange(2 * int(points)) % 2 == 0, 1, inner)
    parts = [fill(np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1))]
    return parts + ([hole(regular(0, 0, core, 24))] if core else [])


def gear(teeth, tooth, bore):
    angle = np.linspace(0, 2 * np.pi, 4 * int(teeth), endpoint=False)
    radius = np.where(np.arange(4 * int(teeth)) % 4 < 2, 1, 1 - tooth)
    return [fill(np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1)), hole(regular(0, 0, bore, 24))]


def blob(second, third, fourth, turn, spot):
    """A round outline bent by its 2nd to 4th harmonic, each a share of the radius."""
    angle = np.linspace(0, 2 * np.pi, 64, endpoint=False)
    radius = 1 + second * np.cos(2 * angle + turn) + third * np.cos(3 * angle) + fourth * np.cos(4 * angle - turn)
    return [fill(np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1)),
            fill(regular(0.3, 0.2, spot, 20), TRIM)]


def zigzag(turns, height, width, slope):
    x = np.linspace(-1, 1, int(turns) + 2)
    y = np.where(np.arange(len(x)) % 2 == 0, -height, height) + slope * x
    return [stroke(np.stack([x, y], 1), width)]


def spiral(turns, width, ratio):
    angle = np.linspace(0, 2 * np.pi * turns, 60)
    return [stroke(np.stack([angle * np.cos(angle), ratio * angle * np.sin(angle)], 1) / angle[-1], width)]


def grid(columns, rows, filled, bar):
    """A lattice whose cells are filled from the lower left up to the share `filled`."""
    parts = []
    for row in range(int(rows)):
        for column in range(int(columns)):
            square = regular(column, row, 0.55, 4, np.pi / 4)
            if (row * columns + column) < filled * rows * columns:
                parts.append(fill(square))
            parts.append(stroke(square, bar, TRIM, True))
    return parts


def arrow(shaft, width, head, head_length):
    return [stroke([[-shaft, 0], [shaft, 0]], width, TRIM),
            fill([[shaft, head], [shaft + head_length, 0], [shaft, -head]])]


FAMILIES = [
    family("flower", flower, petals=(3, 9), depth=(0.2, 0.7), pinch=(0.4, 2.5), core=(0.1, 0.35)),
    family("star", star, points=(3, 9), inner=(0.25, 0.75)),
    family("star ring", star, True, points=(4, 9), inner=(0.6, 0.85), core=(0.2, 0.45)),
    family("gear", gear, teeth=(6, 14), tooth=(0.1, 0.3), bore=(0.15, 0.45)),
    family("blob", blob, second=(-0.3, 0.3), third=(-0.25, 0.25), fourth=(-0.2, 0.2), turn=(0.0, 3.0),
           spot=(0.05, 0.3)),
    family("zigzag", zigzag, turns=(2, 7), height=(0.2, 0.6), width=(0.05, 0.2), slope=(-0.4, 0.4)),
    family("spiral", spiral, turns=(1.5, 4.0), width=(0.04, 0.14), ratio=(0.6, 1.0)),
    family("grid", grid, columns=(2, 5), rows=(2, 5), filled=(0.0, 1.0), bar=(0.04, 0.14)),
    family("arrow", arrow, True, shaft=(0.3, 0.7), width=(0.08, 0.35), head=(0.25, 0.6), head_length=(0.3, 0.7)),
]
