# SPDX-License-Identifier: Apache-2.0
"""Shoes in profile, the toe to the right; the sole is 1 long."""
import numpy as np

from drawing.families import family
from drawing.outline import ACCENT, BODY, TRIM, ellipse, fill, hole, step_between, stroke

_X = np.linspace(0, 1, 24)  # where the insole's height is sampled, heel to toe


def _at(x):
    return int(np.clip(round(x * 23), 0, 23))


def _insole(heel, platform):
    return heel * (1 - step_between(_X, 0.12, 0.62)) + platform + 0.03 * step_between(_X, 0.85, 1)


def _sole(insole, heel_width, platform, wedge):
    top = np.stack([_X, insole], 1)
    if wedge:
        return [fill(np.concatenate([top, [[1, 0.03], [0.62, 0], [0, 0]]]), TRIM)]
    below = np.maximum(insole - platform, 0)
    toe = _X > 0.62
    below[toe] = 0.03 * step_between(_X[toe], 0.85, 1)
    seat = insole[[0, 5]] - 0.3 * platform
    heel = [[0, seat[0]], [0.23, seat[1]], [0.04 + heel_width, 0], [0.04, 0]]
    return [fill(heel, TRIM), fill(np.concatenate([top, np.stack([_X, below], 1)[::-1]]), TRIM)]


def _shaft(insole, shaft, shaft_width, toe):
    """The upper of a boot: `shaft` above the heel's seat, `shaft_width` wide at its mouth."""
    front = _X >= 0.44
    upper = toe + (0.32 - toe) * (1 - step_between(_X[front], 0.44, 0.85))
    instep = np.stack([_X[front], insole[front] + upper], 1)
    instep[-1, 1] = insole[-1] + 0.4 * toe
    mouth = insole[0] + shaft
    back = [[-0.02, insole[0] + 0.1], [-0.02, mouth], [shaft_width - 0.02, mouth + 0.03], [0.41, insole[8] + 0.34]]
    return [fill(np.concatenate([np.stack([_X, insole], 1)[::-1], back, instep]), BODY)]


def _low_upper(insole, toe, back, throat, vamp):
    """The upper of a shoe that is open from `throat` (along the sole) backwards to the quarter, `back` high."""
    front = _X >= throat
    upper = toe + (vamp - toe) * (1 - step_between(_X[front], throat, 1))
    instep = np.stack([_X[front], insole[front] + upper], 1)
    instep[-1, 1] = insole[-1] + 0.35 * toe
    middle = throat / 2
    quarter = [[-0.01, insole[0] + back], [0.08, insole[1] + 0.95 * back], [middle, insole[_at(middle)] + 0.06]]
    return [fill(np.concatenate([np.stack([_X, insole], 1)[::-1], quarter, instep]), BODY)]


def _straps(insole, straps, width, height):
    parts = []
    for x in np.linspace(0.88, 0.52, int(straps)):
        y = insole[_at(x)]
        arch = [[x - 0.05, y], [x - 0.03, y + 0.8 * height], [x + 0.02, y + height], [x + 0.05, y + 0.5 * height]]
        parts.append(stroke(arch, width, BODY))
    return parts


def _ankle_strap(insole, height, width):
    y = insole[0] + height
    return [stroke(ellipse(0.24, y, 0.17, 0.05), width, BODY, closed=True),
            stroke([[0.02, insole[0]], [0.06, y]], 1.3 * width, BODY)]


def _laces(insole, laces, start, vamp):
    steps = [(start + 0.05 * i, insole[10] + vamp - 0.04 * i) for i in range(int(laces))]
    return [stroke([[x, y], [x - 0.09, y - 0.06]], 0.016, ACCENT) for x, y in steps]


def shoe(heel, heel_width=0.2, platform=0.03, wedge=0, toe=0.1, shaft=0, shaft_width=0.4, cuff=0, band=0, back=0.18,
         throat=0.6, vamp=0.16, straps=0, strap_width=0.05, ankle_strap=0, laces=0, open_toe=0, side_stripe=0, bow=0):
    """Heights and widths in lengths of the sole; 0 leaves a part out. `shaft` makes a boot, `straps` a sandal."""
    insole = _insole(heel, platform)
    parts = _sole(insole, heel_width, platform, wedge)
    mouth = insole[0] + shaft
    if shaft:
        parts += _shaft(insole, shaft, shaft_width, toe)
    elif straps:
        parts += _straps(insole, straps, strap_width, 0.16)
    else:
        parts += _low_upper(insole, toe, back, throat, vamp)
    if cuff:
        parts.append(fill([[-0.07, mouth - cuff], [shaft_width + 0.02, mouth - cuff + 0.02],
                           [shaft_width + 0.03, mouth + 0.06], [-0.08, mouth + 0.04]], TRIM))
    if band:
        y = insole[0] + band * shaft
        parts.append(stroke([[-0.02, y], [0.95 * shaft_width, y + 0.02]], 0.045, ACCENT))
    if ankle_strap:
        parts += _ankle_strap(insole, ankle_strap, 0.7 * strap_width)
    parts += _laces(insole, laces, 0.3 if shaft else throat, 0.3 if shaft else vamp)
    if open_toe:
        parts.append(hole(ellipse(0.97, insole[22] + 0.4 * toe, open_toe, 0.05)))
    if side_stripe:
        parts.append(stroke([[0.38, insole[9] + 0.03], [0.52, insole[9] + 0.22]], side_stripe, ACCENT))
    if bow:
        parts.append(fill(ellipse(0.8, insole[18] + toe, bow, 0.6 * bow), ACCENT))
    return parts


FAMILIES = [
    family("knee boot", shoe, heel=(0.02, 0.28), heel_width=(0.04, 0.24), platform=(0.015, 0.1), toe=(0.06, 0.14),
           shaft=(0.85, 1.5), shaft_width=(0.3, 0.5)),
    family("ankle boot", shoe, heel=(0.02, 0.32), heel_width=(0.04, 0.24), platform=(0.015, 0.1), toe=(0.06, 0.14),
           shaft=(0.3, 0.55), shaft_width=(0.3, 0.46)),
    family("lace boot", shoe, heel=(0.04, 0.14), platform=(0.04, 0.12), toe=(0.1, 0.17), shaft=(0.4, 0.8),
           shaft_width=(0.34, 0.48), laces=(3, 6)),
    family("fur boot", shoe, heel=(0.01, 0.06), platform=(0.03, 0.1), toe=(0.12, 0.18), shaft=(0.4, 0.9),
           shaft_width=(0.38, 0.52), cuff=(0.08, 0.2)),
    family("rain boot", shoe, heel=(0.03, 0.08), platform=(0.04, 0.1), toe=(0.12, 0.17), shaft=(0.7, 1.1),
           shaft_width=(0.42, 0.56), band=(0.6, 0.95)),
    family("strapped boot", shoe, True, heel=(0.05, 0.3), heel_width=(0.06, 0.22), toe=(0.07, 0.13),
           shaft=(0.5, 1.1), shaft_width=(0.32, 0.46), band=(0.2, 0.6)),
    family("stiletto", shoe, heel=(0.25, 0.48), heel_width=(0.015, 0.045), platform=(0.015, 0.1), toe=(0.05, 0.1),
           back=(0.12, 0.22), throat=(0.5, 0.75), vamp=(0.09, 0.16)),
    family("block pump", shoe, heel=(0.12, 0.4), heel_width=(0.12, 0.26), platform=(0.015, 0.12), toe=(0.06, 0.14),
           back=(0.12, 0.22), throat=(0.5, 0.72), vamp=(0.1, 0.2)),
    family("open-toe pump", shoe, heel=(0.15, 0.45), heel_width=(0.03, 0.2), platform=(0.02, 0.12), toe=(0.08, 0.14),
           throat=(0.5, 0.7), vamp=(0.12, 0.2), open_toe=(0.05, 0.1)),
    family("ankle-strap pump", shoe, True, heel=(0.18, 0.45), heel_width=(0.02, 0.2), toe=(0.05, 0.11),
           throat=(0.55, 0.75), vamp=(0.1, 0.15), ankle_strap=(0.2, 0.4), strap_width=(0.03, 0.07)),
    family("ballet flat", shoe, heel=(0.005, 0.04), platform=(0.012, 0.03), toe=(0.05, 0.1), back=(0.1, 0.18),
           throat=(0.6, 0.8), vamp=(0.07, 0.12)),
    family("bow flat", shoe, heel=(0.005, 0.04), platform=(0.012, 0.03), toe=(0.05, 0.1), throat=(0.6, 0.78),
           vamp=(0.07, 0.12), bow=(0.05, 0.11)),
    family("loafer", shoe, heel=(0.03, 0.1), platform=(0.02, 0.06), toe=(0.1, 0.15), back=(0.18, 0.26),
           throat=(0.38, 0.5), vamp=(0.2, 0.28)),
    family("sneaker", shoe, heel=(0.02, 0.08), platform=(0.05, 0.13), toe=(0.1, 0.16), back=(0.2, 0.3),
           throat=(0.3, 0.4), vamp=(0.24, 0.33), laces=(3, 6)),
    family("striped sneaker", shoe, heel=(0.02, 0.08), platform=(0.05, 0.13), toe=(0.1, 0.16), back=(0.2, 0.3),
           throat=(0.3, 0.4), vamp=(0.24, 0.33), laces=(3, 6), side_stripe=(0.02, 0.06)),
    family("high-top", shoe, heel=(0.01, 0.05), platform=(0.05, 0.12), toe=(0.1, 0.16), shaft=(0.3, 0.5),
           shaft_width=(0.36, 0.46), laces=(4, 6), side_stripe=(0.02, 0.06)),
    family("clog", shoe, heel=(0.05, 0.2), platform=(0.05, 0.14), toe=(0.13, 0.19), back=0.01, throat=(0.36, 0.55),
           vamp=(0.18, 0.3)),
    family("wedge", shoe, wedge=1, heel=(0.12, 0.38), platform=(0.03, 0.14), toe=(0.07, 0.15), throat=(0.48, 0.7),
           vamp=(0.1, 0.22)),
    family("wedge sandal", shoe, True, wedge=1, heel=(0.12, 0.38), platform=(0.03, 0.14), straps=(1, 4),
           strap_width=(0.03, 0.1), ankle_strap=(0.15, 0.4)),
    family("heeled sandal", shoe, heel=(0.15, 0.45), heel_width=(0.02, 0.2), platform=(0.015, 0.12), straps=(1, 5),
           strap_width=(0.02, 0.08), ankle_strap=(0.15, 0.4)),
    family("flat sandal", shoe, heel=(0.01, 0.06), platform=(0.015, 0.07), straps=(2, 6), strap_width=(0.02, 0.07),
           ankle_strap=(0.12, 0.35)),
    family("slide", shoe, heel=(0.01, 0.1), platform=(0.02, 0.1), straps=(1, 2), strap_width=(0.1, 0.2)),
]
