# SPDX-License-Identifier: Apache-2.0
"""Colours as float RGB from 0 to 1 (sRGB), and CIE Lab (D65), in which distances are about what an eye sees."""
import colorsys

import cv2
import numpy as np

# Below this distance in Lab, a pattern of two colours would be labelled but hardly seen.
MIN_PATTERN_CONTRAST = 18.0


def _black(random):
    value = random.uniform(0.02, 0.25)
    return value, value * random.uniform(0.8, 1), value * random.uniform(0.8, 1)


def _white(random):
    value = random.uniform(0.8, 1)
    return value, value * random.uniform(0.92, 1), value * random.uniform(0.85, 1)


def _grey(random):
    return (random.uniform(0.25, 0.75),) * 3


def _leather(random):
    return colorsys.hsv_to_rgb(random.uniform(0.04, 0.11), random.uniform(0.3, 0.8), random.uniform(0.25, 0.85))


def _vivid(random):
    return colorsys.hsv_to_rgb(random.random(), random.uniform(0.4, 1), random.uniform(0.3, 1))


# Products are black, white, grey or brown far more often than a uniform choice of colours would make them.
_KINDS = (_black, _white, _grey, _leather, _vivid)
_SHARES = (0.15, 0.1, 0.1, 0.15, 0.5)


def sample_colour(random):
    return np.array(_KINDS[random.choice(len(_KINDS), p=_SHARES)](random), np.float32)


def sample_contrasting(random, colour):
    """A colour at least MIN_PATTERN_CONTRAST from `colour`."""
    while True:
        other = sample_colour(random)
        if np.linalg.norm(lab(other) - lab(colour)) >= MIN_PATTERN_CONTRAST:
            return other


def lab(rgb):
    """[..., 3] from RGB to Lab: L from 0 to 100, a and b from about -128 to 127."""
    rgb = np.clip(np.asarray(rgb, np.float32), 0, 1)
    return cv2.cvtColor(rgb.reshape(1, -1, 3), cv2.COLOR_RGB2LAB).reshape(rgb.shape)
