# SPDX-License-Identifier: Apache-2.0
"""What a product stands before: studio white, tints, gradients, noise, a horizon, clutter."""
import cv2
import numpy as np

from drawing import colours, patterns


def _flat(random, side):
    return np.full((side, side, 3), random.uniform(215, 255), np.float32)


def _mixed(random, share):
    """Two colours by a share [side, side]; half of the time so pale that the product stands out."""
    first, second = (255 * colours.sample_colour(random) for _ in range(2))
    if random.random() < 0.5:
        first, second = 225 + 0.12 * first, 225 + 0.12 * second
    return first + (second - first) * share[..., None]


def _gradient(random, side):
    ramp = np.linspace(0, 1, side, dtype=np.float32)
    share = np.repeat(ramp[:, None], side, 1)
    return _mixed(random, share if random.random() < 0.7 else share.T)


def _noise(random, side):
    noise = (patterns.FINE, patterns.MIDDLE, patterns.COARSE)[random.integers(3)]
    x, y = random.integers(0, noise.shape[0] - side + 1, 2)
    return _mixed(random, noise[y:y + side, x:x + side])


def _horizon(random, side):
    share = np.zeros((side, side), np.float32)
    share[int(side * random.uniform(0.4, 0.85)):] = 1
    return _mixed(random, share)


def _clutter(random, side):
    picture = _mixed(random, np.zeros((side, side), np.float32))
    for _ in range(random.integers(2, 7)):
        corners = (random.uniform(0, side, 2) + random.normal(size=(random.integers(3, 7), 2)) * side * 0.2)
        cv2.fillPoly(picture, [corners.astype(np.int32)], tuple(map(float, 255 * colours.sample_colour(random))))
    return picture


_KINDS = (_flat, _gradient, _noise, _horizon, _clutter)


def background(view, side):
    """Float [side, side, 3] RGB from 0 to 255; `side` at most 512."""
    if view.plain_background:
        return np.full((side, side, 3), 255, np.float32)
    random = np.random.default_rng(view.background_seed)
    return np.ascontiguousarray(_KINDS[random.integers(len(_KINDS))](random, side), np.float32)
