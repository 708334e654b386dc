# SPDX-License-Identifier: Apache-2.0
"""Turned bodies: bottles, cups, glasses, vases, lamps. A vessel is about 1 high and stands on y = 0."""
import numpy as np

from drawing.families import family
from drawing.outline import (ACCENT, BODY, TRIM, ellipse, fill, profile, rectangle, revolved, step_between, stroke,
                             trapezium)

_Y = np.linspace(0, 1, 40)


def bottle(body, neck, shoulder, shoulder_length=0.2, cap=0.1, label_bottom=0.15, label_height=0, pump=0):
    """`neck` is a share of the half width `body`; heights are shares of the bottle's."""
    half_widths = body + (neck - 1) * body * step_between(_Y, shoulder, shoulder + shoulder_length)
    parts = [fill(revolved(half_widths)), fill(rectangle(-1.1 * neck * body, 1 - cap, 1.1 * neck * body, 1.03), TRIM)]
    if label_height:
        parts.append(fill(rectangle(-0.98 * body, label_bottom, 0.98 * body, label_bottom + label_height), ACCENT))
    if pump:
        parts += [stroke([[0, 1], [0, 1 + pump]], 0.04, TRIM),
                  stroke([[0.02, 1 + pump], [-body, 1 + pump]], 0.05, TRIM)]
    return parts


def vase(foot, belly, waist, rim, handles=0):
    """Half widths from the foot to the rim, in heights."""
    parts = []
    for side in (-1, 1) if handles else ():
        parts.append(stroke(ellipse(side * (belly + 0.02), 0.62, handles, 0.22), 0.05, TRIM, closed=True))
    return parts + [fill(revolved(profile(foot, belly, waist, rim)))]


def mug(half_width, height, taper, handle=0.2, handle_height=0.3, saucer=0, medallion=0, lid=0):
    """`taper` is the foot's width as a share of the rim's."""
    parts = []
    if handle:
        ring = ellipse(0.95 * half_width, 0.5 * height, handle, handle_height * height)
        parts.append(stroke(ring, 0.07, BODY, closed=True))
    if saucer:
        parts.append(fill(ellipse(0, 0, half_width + saucer, 0.06), TRIM))
    parts.append(fill(trapezium(taper * half_width, half_width, 0, height)))
    if medallion:
        parts.append(fill(ellipse(0, 0.5 * height, medallion * half_width, medallion * half_width), ACCENT))
    if lid:
        parts.append(fill(rectangle(-1.06 * half_width, height, 1.06 * half_width, height + lid), TRIM))
    return parts


def goblet(bowl, bowl_height, mouth, foot, stem, fullness=0.6):
    """A glass on a stem; `mouth` is the rim's width as a share of the bowl's, `fullness` how high the drink stands."""
    half_widths = bowl * np.sqrt(np.linspace(0.02, 1, 20)) * np.linspace(1, mouth, 20)
    level = max(2, int(20 * fullness))
    return [stroke([[0, 0], [0, stem]], 0.035, BODY), fill(ellipse(0, 0.02, foot, 0.03)),
            fill(revolved(half_widths, stem - 0.04, bowl_height)),
            fill(revolved(0.93 * half_widths[:level], stem - 0.02, bowl_height * level / 20), TRIM)]


def lamp(shade, shade_top, shade_height, stem, stem_width=0.04, foot=0.2, upside_down=0):
    """A shade on a stem, or hung from one; half widths in the unit of the heights."""
    top = stem + shade_height
    parts = [stroke([[0, 0], [0, stem]], stem_width, TRIM), fill(ellipse(0, 0.03, foot, 0.04), TRIM),
             fill(trapezium(shade, shade_top * shade, stem - 0.05, top))]
    if not upside_down:
        return parts
    return [fill(trapezium(shade, shade_top * shade, 0, shade_height)),
            stroke([[0, shade_height], [0, shade_height + stem]], stem_width, TRIM),
            fill(ellipse(0, 0, 0.2 * shade, 0.05), ACCENT)]


def bowl(half_width, depth, foot, rim=0.05):
    angle = np.linspace(np.pi, 2 * np.pi, 24)
    half = np.stack([half_width * np.cos(angle), depth * (1 + np.sin(angle))], 1)
    return [fill(rectangle(-foot, -0.08, foot, 0.08), TRIM), fill(half), fill(ellipse(0, depth, half_width, rim), TRIM)]


def teapot(half_width, half_height, spout, handle, knob):
    """A round pot, its spout to the right."""
    return [stroke(ellipse(-half_width, 0, handle, 0.7 * half_height), 0.07, BODY, closed=True),
            fill([[0.7 * half_width, -0.5 * half_height], [half_width + spout, 0.8 * half_height],
                  [half_width + spout - 0.1, 0.85 * half_height], [0.6 * half_width, 0.3 * half_height]]),
            fill(ellipse(0, 0, half_width, half_height)),
            fill(ellipse(0, 0.86 * half_height, 0.55 * half_width, 0.12 * half_height), TRIM),
            fill(ellipse(0, half_height + 0.02, knob, knob), ACCENT)]


def pot(half_width, height, handles, lid, knob=0.06):
    """A cooking pot: two handles at its sides, a lid."""
    parts = [stroke(ellipse(side * half_width, 0.75 * height, handles, 0.08), 0.05, TRIM, True) for side in (-1, 1)]
    return parts + [fill(rectangle(-half_width, 0, half_width, height)),
                    fill(ellipse(0, height, 1.04 * half_width, lid), TRIM),
                    fill(ellipse(0, height + lid, knob, knob), ACCENT)]


def jug(foot, belly, rim, handle, spout):
    half_widths = profile(foot, belly, 0.75 * belly, rim)
    return [stroke(ellipse(-0.9 * belly, 0.6, handle, 0.28), 0.06, BODY, True), fill(revolved(half_widths)),
            fill([[0.6 * rim, 1], [rim + spout, 1.02], [0.8 * rim, 0.85]])]


FAMILIES = [
    family("wine bottle", bottle, body=(0.11, 0.17), neck=(0.28, 0.42), shoulder=(0.5, 0.66), cap=(0.06, 0.2),
           label_height=(0.12, 0.3)),
    family("flask", bottle, body=(0.16, 0.24), neck=(0.5, 0.85), shoulder=(0.7, 0.82), shoulder_length=0.08,
           cap=(0.1, 0.2)),
    family("jar", bottle, body=(0.3, 0.46), neck=(0.75, 0.95), shoulder=(0.72, 0.82), shoulder_length=0.08,
           cap=(0.12, 0.22), label_bottom=(0.1, 0.3), label_height=(0.2, 0.36)),
    family("perfume", bottle, True, body=(0.3, 0.5), neck=(0.2, 0.45), shoulder=(0.6, 0.68), shoulder_length=0.05,
           cap=(0.2, 0.3), label_height=(0.12, 0.3)),
    family("dispenser", bottle, body=(0.18, 0.34), neck=(0.25, 0.4), shoulder=(0.68, 0.8), shoulder_length=0.1,
           label_height=(0.15, 0.35), pump=(0.1, 0.25)),
    family("vase", vase, foot=(0.08, 0.3), belly=(0.12, 0.42), waist=(0.06, 0.3), rim=(0.08, 0.35)),
    family("amphora", vase, True, foot=(0.08, 0.16), belly=(0.28, 0.42), waist=(0.1, 0.16), rim=(0.12, 0.2),
           handles=(0.08, 0.18)),
    family("mug", mug, half_width=(0.3, 0.42), height=(0.7, 1.0), taper=(0.85, 1.0), handle=(0.15, 0.26),
           handle_height=(0.22, 0.34)),
    family("picture mug", mug, half_width=(0.3, 0.42), height=(0.7, 1.0), taper=(0.85, 1.0), handle=(0.15, 0.26),
           medallion=(0.35, 0.65)),
    family("teacup", mug, half_width=(0.36, 0.5), height=(0.4, 0.6), taper=(0.35, 0.65), handle=(0.1, 0.18),
           saucer=(0.12, 0.35)),
    family("tumbler", mug, half_width=(0.24, 0.36), height=(0.8, 1.2), taper=(0.65, 0.95), handle=0),
    family("paper cup", mug, half_width=(0.26, 0.36), height=(0.8, 1.2), taper=(0.6, 0.8), handle=0,
           lid=(0.06, 0.14)),
    family("wine glass", goblet, bowl=(0.2, 0.34), bowl_height=(0.4, 0.6), mouth=(0.6, 0.95), foot=(0.16, 0.26),
           stem=(0.4, 0.6), fullness=(0.3, 0.8)),
    family("flute", goblet, bowl=(0.09, 0.15), bowl_height=(0.6, 0.85), mouth=(0.75, 1.1), foot=(0.12, 0.2),
           stem=(0.3, 0.5), fullness=(0.4, 0.9)),
    family("cocktail glass", goblet, bowl=(0.35, 0.5), bowl_height=(0.25, 0.4), mouth=(1.0, 1.3), foot=(0.2, 0.3),
           stem=(0.45, 0.65), fullness=(0.4, 0.9)),
    family("table lamp", lamp, shade=(0.25, 0.45), shade_top=(0.35, 0.9), shade_height=(0.3, 0.5), stem=(0.4, 0.7),
           stem_width=(0.03, 0.14), foot=(0.12, 0.26)),
    family("floor lamp", lamp, shade=(0.2, 0.34), shade_top=(0.4, 0.95), shade_height=(0.22, 0.36), stem=(1.3, 1.8),
           foot=(0.14, 0.26)),
    family("pendant lamp", lamp, True, upside_down=1, shade=(0.3, 0.5), shade_top=(0.1, 0.7),
           shade_height=(0.25, 0.5), stem=(0.3, 0.8), stem_width=0.02),
    family("bowl", bowl, half_width=(0.4, 0.6), depth=(0.25, 0.5), foot=(0.12, 0.26), rim=(0.02, 0.1)),
    family("teapot", teapot, half_width=(0.34, 0.46), half_height=(0.26, 0.42), spout=(0.15, 0.32),
           handle=(0.12, 0.24), knob=(0.03, 0.08)),
    family("pot", pot, half_width=(0.4, 0.6), height=(0.35, 0.7), handles=(0.08, 0.16), lid=(0.05, 0.14)),
    family("jug", jug, foot=(0.14, 0.26), belly=(0.26, 0.4), rim=(0.14, 0.26), handle=(0.16, 0.28),
           spout=(0.04, 0.14)),
]
