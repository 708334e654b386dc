# SPDX-License-Identifier: Apache-2.0
"""Clothes laid flat, the collar up."""
import numpy as np

from drawing.families import family
from drawing.outline import (ACCENT, BODY, TRIM, both_sides, both_strokes, ellipse, fill, hole, levels, mirrored,
                             rectangle, stroke, trapezium)


def _sleeve(width, shoulder, length, angle, cuff):
    """A sleeve to the right; `angle` in radians below the horizontal, `cuff` half its width at the hand."""
    start = np.array([width, shoulder])
    along, across = np.array([np.cos(angle), -np.sin(angle)]), np.array([np.sin(angle), np.cos(angle)])
    end = start + length * along
    return [start, end + 0.3 * cuff * across, end - 1.7 * cuff * across, start - [0.02, 0.28]]


def top(width, length, sleeve=0, angle=0.9, cuff=0.08, hem=1.0, neck_width=0.11, neck_depth=0.1, opening=0, buttons=0,
        hood=0, print_size=0, pocket=0):
    """A garment of the upper body; `width` is half the chest's, `hem` its share at the bottom."""
    shoulder = length - 0.05
    parts = [fill(ellipse(0, length, hood, 0.8 * hood), TRIM)] if hood else []
    if sleeve:
        parts += both_sides(_sleeve(width, shoulder, sleeve, angle, cuff))
    half = [[hem * width, 0], [width, shoulder - 0.25], [width, shoulder], [0.13, length + 0.02]]
    parts.append(fill(np.concatenate([half, mirrored(half)[::-1]])))
    parts.append(hole(ellipse(0, length + 0.02, neck_width, neck_depth)))
    if opening:
        parts.append(stroke([[0, 0], [0, length - neck_depth]], opening, ACCENT))
    parts += [fill(ellipse(0.03, y, 0.018, 0.018), ACCENT) for y in levels(buttons, 0, length - neck_depth)]
    if print_size:
        parts.append(fill(ellipse(0, 0.6 * length, print_size, print_size), ACCENT))
    if pocket:
        parts.append(fill(trapezium(pocket, 0.7 * pocket, 0.12, 0.34), TRIM))
    return parts


def trousers(waist, length, thigh, hem, gap=0.03, belt=0.05, bib=0):
    """`thigh` and `hem` are the widths of a leg, above and below; `gap` half the distance between the legs' hems."""
    leg = [[0.0, 0.0], [waist, 0.3], [max(waist, gap + thigh), -0.05], [gap + hem, -length], [gap, -length]]
    parts = both_sides(leg)
    parts += [fill(rectangle(-waist, -0.03, waist, 0.3)), stroke([[-waist, 0.28], [waist, 0.28]], belt, TRIM)]
    if bib:
        parts.append(fill(trapezium(waist, 0.6 * waist, 0.3, 0.3 + bib), BODY))
        parts += both_strokes([[0.5 * waist, 0.3 + bib], [0.4 * waist, 0.6 + bib]], 0.05, TRIM)
    return parts


def dress(waist, skirt, length, bust=0.23, sleeve=0, neck_depth=0.12, belt=0, straps=0):
    """`waist`, `bust` and `skirt` are half widths, `length` that of the skirt."""
    high = length + 0.32
    parts = both_sides(_sleeve(bust, high, sleeve, 1.0, 0.07)) if sleeve else []
    half = [[skirt, 0], [waist, length], [bust, high]]
    parts.append(fill(np.concatenate([half, mirrored(half)[::-1]])))
    if straps:
        parts += both_strokes([[0.6 * bust, high], [0.45 * bust, high + straps]], 0.035)
    parts.append(hole(ellipse(0, high + 0.02, 0.5 * bust, neck_depth)))
    if belt:
        parts.append(stroke([[-waist, length], [waist, length]], belt, TRIM))
    return parts


def skirt(waist, hem, length, band=0.06, pleats=0):
    parts = [fill(trapezium(hem, waist, 0, length)), stroke([[-waist, length], [waist, length]], band, TRIM)]
    return parts + [stroke([[waist * t, length], [hem * t, 0]], 0.012, ACCENT) for t in levels(pleats, -1, 1)]


def sock(shaft, foot, width, band, heel=0.1):
    leg = rectangle(-width, 0, width, shaft)
    return [fill(leg), fill(ellipse(0.4 * foot, 0, 0.5 * foot + width, 0.9 * width)),
            fill(ellipse(0, -0.02, heel, heel), TRIM),
            fill(rectangle(-width, shaft - band, width, shaft), ACCENT)]


def glove(palm, fingers, spread, cuff):
    parts = [stroke([[x, 0.3], [x * (1 + spread), 0.3 + fingers * (1 - 0.5 * abs(x))]], 0.12)
             for x in np.linspace(-0.7, 0.7, 4) * palm]
    return parts + [stroke([[palm, 0.05], [palm + 0.22, 0.35]], 0.13), fill(rectangle(-palm, -0.25, palm, 0.38)),
                    fill(rectangle(-0.9 * palm, -0.25 - cuff, 0.9 * palm, -0.25), TRIM)]


def tie(width, length, knot):
    return [fill([[-0.4 * width, 0], [0.4 * width, 0], [width, -length], [0, -length - width], [-width, -length]]),
            fill(trapezium(0.4 * width, knot, 0, 0.12), TRIM)]


def scarf(width, drop, second_drop, fringe):
    loop = ellipse(0, 0, 0.3, 0.22)
    parts = [stroke(loop, width, BODY, True)]
    for x, low in ((-0.12, drop), (0.12, second_drop)):
        parts.append(fill(rectangle(x - width / 2, -0.15 - low, x + width / 2, -0.1)))
        parts += [stroke([[t, -0.15 - low], [t, -0.15 - low - fringe]], 0.02, TRIM)
                  for t in np.linspace(x - width / 2, x + width / 2, 4)]
    return parts


def lingerie(cup, cup_height, gap, straps):
    """Two cups under straps: a bikini top."""
    parts = both_strokes([[gap + cup, 0.5 * cup_height], [0.6 * cup, straps]], 0.035)
    parts += both_strokes([[gap + cup, 0], [gap + 1.9 * cup, 0.02]], 0.06, TRIM)
    return parts + both_sides(ellipse(gap + 0.5 * cup, 0, cup, cup_height, np.pi, 2 * np.pi)) \
        + both_sides([[gap - 0.5 * cup, 0], [gap + 1.5 * cup, 0], [gap + 0.7 * cup, cup_height]])


FAMILIES = [
    family("t-shirt", top, width=(0.3, 0.42), length=(0.85, 1.1), sleeve=(0.18, 0.32), angle=(0.3, 1.0),
           cuff=(0.08, 0.13), neck_depth=(0.05, 0.16)),
    family("print t-shirt", top, width=(0.3, 0.42), length=(0.85, 1.1), sleeve=(0.18, 0.32), angle=(0.3, 1.0),
           cuff=(0.08, 0.13), print_size=(0.1, 0.2)),
    family("sweater", top, width=(0.32, 0.44), length=(0.8, 1.05), sleeve=(0.6, 0.85), angle=(0.9, 1.35),
           cuff=(0.05, 0.09), hem=(0.85, 1.05), neck_depth=(0.04, 0.1)),
    family("hoodie", top, True, width=(0.34, 0.46), length=(0.8, 1.05), sleeve=(0.6, 0.8), angle=(0.9, 1.35),
           hood=(0.16, 0.26), pocket=(0.18, 0.28), opening=(0.01, 0.025)),
    family("shirt", top, width=(0.3, 0.42), length=(0.95, 1.2), sleeve=(0.55, 0.8), angle=(0.8, 1.35),
           cuff=(0.05, 0.08), opening=(0.012, 0.03), buttons=(4, 8)),
    family("coat", top, width=(0.32, 0.42), length=(1.3, 1.8), sleeve=(0.6, 0.85), angle=(1.1, 1.4), hem=(1.0, 1.4),
           neck_depth=(0.15, 0.4), opening=(0.015, 0.03), buttons=(2, 5)),
    family("tank top", top, width=(0.26, 0.36), length=(0.8, 1.05), neck_width=(0.12, 0.18), neck_depth=(0.14, 0.3),
           hem=(0.9, 1.2)),
    family("vest", top, True, width=(0.3, 0.4), length=(0.75, 1.0), neck_depth=(0.25, 0.45), opening=(0.012, 0.03),
           buttons=(3, 6)),
    family("jeans", trousers, waist=(0.22, 0.3), length=(0.85, 1.2), thigh=(0.2, 0.27), hem=(0.1, 0.17),
           belt=(0.03, 0.07)),
    family("flared trousers", trousers, waist=(0.2, 0.27), length=(0.95, 1.2), thigh=(0.17, 0.22), hem=(0.22, 0.34),
           belt=(0.03, 0.07)),
    family("shorts", trousers, waist=(0.24, 0.32), length=(0.2, 0.42), thigh=(0.25, 0.33), hem=(0.22, 0.32),
           belt=(0.03, 0.07)),
    family("dungarees", trousers, True, waist=(0.23, 0.3), length=(0.7, 1.1), thigh=(0.2, 0.28), hem=(0.12, 0.2),
           bib=(0.3, 0.45)),
    family("dress", dress, waist=(0.13, 0.2), skirt=(0.22, 0.5), length=(0.55, 0.9), bust=(0.19, 0.26),
           sleeve=(0.15, 0.6), neck_depth=(0.06, 0.2)),
    family("summer dress", dress, waist=(0.13, 0.2), skirt=(0.22, 0.5), length=(0.5, 0.85), bust=(0.19, 0.26),
           straps=(0.1, 0.2), belt=(0.02, 0.08)),
    family("gown", dress, waist=(0.13, 0.18), skirt=(0.4, 0.75), length=(1.0, 1.4), neck_depth=(0.08, 0.2),
           belt=(0.02, 0.08)),
    family("skirt", skirt, waist=(0.2, 0.3), hem=(0.25, 0.45), length=(0.4, 0.9), band=(0.03, 0.1)),
    family("pleated skirt", skirt, waist=(0.18, 0.26), hem=(0.35, 0.6), length=(0.4, 0.75), pleats=(5, 10)),
    family("sock", sock, shaft=(0.5, 1.0), foot=(0.5, 0.75), width=(0.13, 0.19), band=(0.06, 0.2)),
    family("glove", glove, palm=(0.24, 0.34), fingers=(0.3, 0.5), spread=(0.0, 0.4), cuff=(0.05, 0.3)),
    family("tie", tie, width=(0.08, 0.15), length=(0.9, 1.3), knot=(0.06, 0.11)),
    family("scarf", scarf, width=(0.14, 0.24), drop=(0.5, 1.0), second_drop=(0.4, 0.9), fringe=(0.04, 0.16)),
    family("bikini top", lingerie, cup=(0.2, 0.3), cup_height=(0.18, 0.32), gap=(0.04, 0.12), straps=(0.5, 0.8)),
]
