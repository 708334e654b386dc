# SPDX-License-Identifier: Apache-2.0
"""Patterns: functions of product coordinates u, v (about -0.5 to 0.5) that give the share of the second colour.

`frequency` is in repeats per product, `angle` in radians; `offset` (two ints) tells apart products that share a noise.
"""
import cv2
import numpy as np

_NOISE_SIDE = 512  # a power of two, because coordinates wrap by a mask


def _noise(sigma, seed):
    """Smoothed white noise from 0 to 1; `sigma` in pixels."""
    values = np.random.default_rng(seed).normal(size=(_NOISE_SIDE, _NOISE_SIDE)).astype(np.float32)
    values = cv2.GaussianBlur(values, (0, 0), sigma)
    return np.clip((values - values.mean()) / values.std() / 4 + 0.5, 0, 1)


FINE, MIDDLE, COARSE = (_noise(sigma, seed) for seed, sigma in enumerate((1.2, 2.5, 6)))


def _turned(u, v, angle):
    return u * np.cos(angle) + v * np.sin(angle), v * np.cos(angle) - u * np.sin(angle)


def _look_up(noise, u, v, frequency, offset):
    scale = 12 * frequency
    x, y = ((axis * scale).astype(np.int32) + shift & (_NOISE_SIDE - 1) for axis, shift in zip((u, v), offset))
    return noise[y, x]


def plain(u, v, frequency, offset):
    return np.zeros_like(u)


def stripes(u, v, frequency, offset):
    return (u * frequency % 1 < 0.5).astype(np.float32)


def pinstripes(u, v, frequency, offset):
    return (u * 1.6 * frequency % 1 < 0.2).astype(np.float32)


def checks(u, v, frequency, offset):
    return ((u * frequency % 1 < 0.5) ^ (v * frequency % 1 < 0.5)).astype(np.float32)


def tartan(u, v, frequency, offset):
    """Crossing bands that let each other through."""
    return 0.5 * (u * frequency % 1 < 0.4) + np.float32(0.5) * (v * frequency % 1 < 0.4)


def dots(u, v, frequency, offset):
    x, y = u * frequency, v * frequency
    x = x + 0.5 * (np.floor(y) % 2)
    return ((x % 1 - 0.5) ** 2 + (y % 1 - 0.5) ** 2 < 0.09).astype(np.float32)


def waves(u, v, frequency, offset):
    return ((u * frequency + 0.35 * np.sin(6.28 * v * frequency)) % 1 < 0.5).astype(np.float32)


def zigzag(u, v, frequency, offset):
    return ((u * frequency + np.abs(v * frequency % 1 - 0.5)) % 1 < 0.5).astype(np.float32)


def weave(u, v, frequency, offset):
    """Threads over and under each other, shaded along their length."""
    x, y = 2 * u * frequency, 2 * v * frequency
    over = (np.floor(x) + np.floor(y)) % 2 == 0
    return np.where(over, np.abs(np.sin(np.pi * x)), np.abs(np.cos(np.pi * y))).astype(np.float32)


def quilt(u, v, frequency, offset):
    """Dark seams of a grid."""
    x, y = np.abs(u * frequency % 1 - 0.5), np.abs(v * frequency % 1 - 0.5)
    return np.clip((np.maximum(x, y) - 0.38) * 12, 0, 1).astype(np.float32)


def gradient(u, v, frequency, offset):
    return np.clip(u + 0.5, 0, 1)


def grain(u, v, frequency, offset):
    return _look_up(FINE, u, v, 2 * frequency, offset)


def marble(u, v, frequency, offset):
    veins = np.abs(_look_up(COARSE, u, v, frequency, offset) - 0.5)
    return np.clip(1 - 14 * veins, 0, 1)


def spots(u, v, frequency, offset):
    """An animal's coat."""
    return (_look_up(MIDDLE, u, v, frequency, offset) > 0.56).astype(np.float32)


def camouflage(u, v, frequency, offset):
    values = _look_up(COARSE, u, v, frequency, offset)
    return 0.5 * (values > 0.45) + np.float32(0.5) * (values > 0.6)


PATTERNS = (plain, stripes, pinstripes, checks, tartan, dots, waves, zigzag, weave, quilt, gradient, grain, marble,
            spots, camouflage)
PATTERN_NAMES = tuple(pattern.__name__ for pattern in PATTERNS)
PLAIN = 0


def second_colour_share(kind, u, v, frequency, angle, offset):
    """`kind` indexes PATTERNS; u and v are float arrays of one shape, the answer has it too."""
    along, across = _turned(u, v, angle)
    return np.asarray(PATTERNS[kind](along, across, frequency, offset), np.float32)
