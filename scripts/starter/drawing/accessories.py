# SPDX-License-Identifier: Apache-2.0
"""What is worn besides clothes: hats, glasses, watches, jewellery, belts, umbrellas."""
import numpy as np

from drawing.families import family
from drawing.outline import (ACCENT, BODY, TRIM, ellipse, fill, levels, profile, rectangle, regular, revolved, rounded,
                             stroke)


def hat(crown, height, brim, taper=0.8, band=0.08, peak=0, bobble=0):
    """`crown` and `brim` are half widths; `taper` the crown's share at its top; `peak` juts out to the right."""
    parts = [fill(ellipse(0, height, bobble, bobble), ACCENT)] if bobble else []
    parts.append(fill(revolved(crown * profile(1, 0.5 + 0.5 * taper, taper, 0.35 * taper), 0, height)))
    if brim:
        parts.append(fill(ellipse(0, 0, brim, 0.09)))
    if peak:
        parts.append(fill([[0.3 * crown, 0.02], [crown + peak, -0.08], [crown + peak, -0.02], [crown, 0.12]], TRIM))
    if band:
        parts.append(fill(rectangle(-crown, 0.02, crown, 0.02 + band), TRIM))
    return parts


def glasses(lens, roundness, ratio, rim=0.03, temple=0.45, corner_up=0.0):
    """`lens` is half its width, `ratio` its height's share of that, `corner_up` how far outer corners rise."""
    parts = []
    for side in (-1, 1):
        shape = rounded(-lens, -ratio * lens, lens, ratio * lens, roundness)
        shape[:, 1] += corner_up * np.maximum(side * shape[:, 0], 0) / lens
        shape[:, 0] += side * 0.34
        parts += [fill(shape, TRIM), stroke(shape, rim, BODY, True)]
        parts.append(stroke([[side * (0.34 + lens), 0.05], [side * (0.34 + lens + temple), 0.18]], rim, BODY))
    return parts + [stroke([[-0.34 + lens, 0.04], [0.34 - lens, 0.04]], rim, BODY)]


def watch(strap, strap_length, dial, corners=30, ratio=1.0, hands=0.6, links=0):
    """Half widths; few corners make an angular case."""
    case = regular(0, 0, dial, corners, np.pi / 4) * [1, ratio]
    parts = [fill(rectangle(-strap, -strap_length, strap, strap_length))]
    parts += [stroke([[-strap, y], [strap, y]], 0.02, TRIM) for y in levels(links, -strap_length, strap_length)]
    return parts + [fill(case, TRIM), fill(0.82 * case, ACCENT), stroke([[0, 0], [0, hands * dial]], 0.02, TRIM),
                    stroke([[0, 0], [hands * dial * 0.6, 0.05]], 0.02, TRIM)]


def ring(radius, thickness, stone=0, stone_corners=6):
    parts = [stroke(ellipse(0, 0, radius, radius), thickness, BODY, True)]
    return parts + ([fill(regular(0, radius + 0.6 * stone, stone, stone_corners), ACCENT)] if stone else [])


def necklace(width, drop, pendant, corners, chain=0.025, beads=0):
    arc = ellipse(0, 0, width, drop, np.pi, 2 * np.pi)
    parts = [stroke(arc, chain, BODY)]
    parts += [fill(regular(x, y, 0.05, 12), TRIM) for x, y in ellipse(0, 0, width, drop, np.pi, 2 * np.pi, int(beads))]
    return parts + [fill(regular(0, -drop - pendant, pendant, corners, np.pi / 2), ACCENT)]


def earrings(drop, size, corners):
    parts = []
    for x in (-0.4, 0.4):
        parts += [stroke([[x, 0.5], [x, 0.5 - drop]], 0.03, TRIM),
                  fill(regular(x, 0.5 - drop - size, size, corners, np.pi / 2)),
                  fill(ellipse(x, 0.52, 0.05, 0.05), ACCENT)]
    return parts


def belt(length, width, buckle, holes):
    parts = [fill(rectangle(-length, -width, length, width)),
             stroke(rectangle(-length - buckle, -1.3 * width, -length + buckle, 1.3 * width), 0.05, TRIM, True)]
    return parts + [fill(ellipse(length - 0.1 * (i + 1), 0, 0.02, 0.02), ACCENT) for i in range(int(holes))]


def rolled_belt(radius, width, buckle):
    return [stroke(ellipse(0, 0, radius, 0.55 * radius), width, BODY, True),
            stroke(rectangle(-buckle, -0.55 * radius - width, buckle, -0.55 * radius + width), 0.04, ACCENT, True)]


def umbrella(radius, height, panels, handle):
    dome = ellipse(0, 0, radius, height, 0, np.pi)
    parts = [stroke([[0, 0], [0, -handle]], 0.035, TRIM),
             stroke(ellipse(0.07, -handle, 0.07, 0.07, np.pi, 2 * np.pi), 0.035, TRIM)]
    parts.append(fill(dome))
    return parts + [stroke([[x, 0], [0, height]], 0.012, ACCENT) for x in levels(panels, -radius, radius)]


FAMILIES = [
    family("hat", hat, crown=(0.24, 0.36), height=(0.3, 0.55), brim=(0.48, 0.8), taper=(0.5, 1.0), band=(0.05, 0.12)),
    family("top hat", hat, crown=(0.24, 0.32), height=(0.6, 0.9), brim=(0.4, 0.52), taper=(0.95, 1.15),
           band=(0.06, 0.16)),
    family("cap", hat, crown=(0.34, 0.42), height=(0.36, 0.5), brim=0, taper=(0.75, 1.0), band=0, peak=(0.25, 0.45)),
    family("bobble hat", hat, True, crown=(0.34, 0.42), height=(0.45, 0.65), brim=0, taper=(0.7, 1.0),
           band=(0.12, 0.2), bobble=(0.08, 0.16)),
    family("round glasses", glasses, lens=(0.2, 0.27), roundness=(0.8, 1.0), ratio=(0.85, 1.05), rim=(0.02, 0.05)),
    family("square glasses", glasses, lens=(0.2, 0.28), roundness=(0.1, 0.45), ratio=(0.55, 0.85), rim=(0.02, 0.07)),
    family("cat-eye glasses", glasses, True, lens=(0.2, 0.27), roundness=(0.5, 0.85), ratio=(0.6, 0.8),
           rim=(0.03, 0.07), corner_up=(0.06, 0.14)),
    family("watch", watch, strap=(0.1, 0.18), strap_length=(0.7, 1.0), dial=(0.22, 0.32)),
    family("square watch", watch, corners=4, strap=(0.1, 0.18), strap_length=(0.7, 1.0), dial=(0.26, 0.36),
           ratio=(0.85, 1.25)),
    family("link watch", watch, True, corners=(8, 12), strap=(0.12, 0.18), strap_length=(0.7, 1.0), dial=(0.22, 0.3),
           links=(8, 14)),
    family("ring", ring, radius=(0.35, 0.45), thickness=(0.04, 0.13)),
    family("stone ring", ring, radius=(0.35, 0.45), thickness=(0.04, 0.1), stone=(0.1, 0.22), stone_corners=(4, 8)),
    family("necklace", necklace, width=(0.35, 0.5), drop=(0.5, 0.9), pendant=(0.08, 0.18), corners=(3, 9)),
    family("bead necklace", necklace, width=(0.35, 0.5), drop=(0.4, 0.8), pendant=(0.05, 0.08), corners=12,
           beads=(12, 22)),
    family("earrings", earrings, drop=(0.1, 0.6), size=(0.1, 0.24), corners=(3, 9)),
    family("belt", belt, length=(0.9, 1.2), width=(0.05, 0.1), buckle=(0.06, 0.14), holes=(3, 6)),
    family("rolled belt", rolled_belt, radius=(0.35, 0.5), width=(0.1, 0.22), buckle=(0.1, 0.16)),
    family("umbrella", umbrella, radius=(0.6, 0.85), height=(0.35, 0.6), panels=(2, 5), handle=(0.5, 0.9)),
]
