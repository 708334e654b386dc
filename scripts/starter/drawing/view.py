# SPDX-License-Identifier: Apache-2.0
"""One photograph: how a product stands, before what, in what light, through what camera.

Nothing of a view is a label: the network is to see past it.
"""
from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class Pose:
    """Lengths are shares of the picture's side, angles radians."""
    scale: float = 0.85  # of the product's longer side
    angle: float = 0.0
    stretch: float = 1.0  # width times this, height divided by it
    shear: float = 0.0
    flip: bool = False
    shift: tuple = (0.0, 0.0)
    perspective: tuple = (0.0, 0.0)  # how much farther away a unit to the right, a unit down is

    def matrix(self, side):
        """From product coordinates to pixels of a picture of `side`, before shift and perspective."""
        cos, sin = np.cos(self.angle), np.sin(self.angle)
        own = np.array([[(-1 if self.flip else 1) * self.stretch, self.shear], [0, 1 / self.stretch]])
        return np.array([[cos, -sin], [sin, cos]]) @ own * (self.scale * side)

    def centre(self, side):
        return (0.5 + np.asarray(self.shift)) * side


@dataclass(frozen=True)
class Light:
    direction: float = 0.0  # radians
    relief: float = 0.0  # how much edges catch the light; 0: a flat picture
    shadow: float = 0.0  # darkness of the shadow on the background, 0 to 1
    shadow_shift: tuple = (0.0, 0.0)  # shares of the side


@dataclass(frozen=True)
class Camera:
    gain: np.ndarray = field(default_factory=lambda: np.ones(3, np.float32))  # for each colour channel
    black_level: float = 0.0  # added to every value from 0 to 255
    blur: float = 0.0  # sigma in pixels of a picture of 64; grows with the side
    noise: float = 0.0  # standard deviation, of values from 0 to 255


@dataclass(frozen=True)
class View:
    poses: tuple = (Pose(),)  # two: a pair is shown
    light: Light = Light()
    camera: Camera = field(default_factory=Camera)
    background_seed: int = 0
    plain_background: bool = True  # white, whatever the seed
    occluder: tuple = ()  # left, top, right, bottom as shares of the side; empty: nothing stands before the product


NEUTRAL = View()  # upright, flat, on white: colours are exactly the product's own


def _sample_pose(random, pair):
    turned_far = random.random() < 0.2
    return Pose(scale=random.uniform(0.5, 0.7) if pair else random.uniform(0.6, 0.98),
                angle=random.uniform(-0.8, 0.8) if turned_far else random.normal() * 0.2,
                stretch=float(np.exp(random.normal() * 0.12)), shear=random.normal() * 0.1,
                flip=bool(random.random() < 0.5),
                shift=tuple(random.uniform(-0.1, 0.1, 2) * (1.8 if pair else 1)),
                perspective=tuple(random.normal(size=2) * 0.12))


def _sample_light(random):
    casts_shadow = random.random() < 0.5
    return Light(random.uniform(0, 2 * np.pi), random.uniform(0, 1.2), random.uniform(0.15, 0.5) * casts_shadow,
                 (random.uniform(-0.05, 0.05), random.uniform(0.01, 0.06)))


def _sample_camera(random):
    gain = 1 + random.normal(size=3) * 0.03 + random.normal() * 0.08
    kind = random.random()
    return Camera(gain.astype(np.float32), random.normal() * 10 if random.random() < 0.2 else 0.0,
                  random.uniform(0.4, 1.0) if kind < 0.15 else 0.0,
                  random.uniform(2, 10) if 0.15 <= kind < 0.3 else 0.0)


def _sample_occluder(random):
    left, top = random.uniform(0, 0.9, 2)
    return left, top, left + random.uniform(0.1, 0.3), top + random.uniform(0.1, 0.3)


def sample_view(random):
    pair = random.random() < 0.12
    return View(tuple(_sample_pose(random, pair) for _ in range(2 if pair else 1)), _sample_light(random),
                _sample_camera(random), int(random.integers(2 ** 31)), bool(random.random() < 0.45),
                _sample_occluder(random) if random.random() < 0.08 else ())
