# SPDX-License-Identifier: Apache-2.0
"""Small changes that make a picture new at each of its few uses. Colours stay what they are: they are a label."""
import torch
from torch.nn import functional


def _uniform(count, low, high, random):
    return torch.rand(count, generator=random) * (high - low) + low


def _crops(count, random):
    """Affine maps [count, 2, 3] for grid_sample: zoom, shift, stretch."""
    zoom = _uniform(count, 0.8, 1.02, random)
    stretch = torch.exp(torch.randn(count, generator=random) * 0.06)
    room = (1 - zoom).clamp(min=0)
    maps = torch.zeros(count, 2, 3)
    maps[:, 0, 0], maps[:, 1, 1] = zoom * stretch, zoom / stretch
    for axis in (0, 1):
        maps[:, axis, 2] = _uniform(count, -1, 1, random) * room
    return maps


def augmented(pictures, side, random):
    """uint8 [n, any, any, 3] -> float [n, 3, side, side] from 0 to 255, on the same device.

    `random` is a generator of the CPU, so that a seed means the same on every device. Shrinks by area, as the bundle's
    preprocessing does, to a little more than `side`; the crop then takes `side` of it.
    """
    count, device = len(pictures), pictures.device
    values = pictures.permute(0, 3, 1, 2).float()
    shrunk = min(values.shape[-1], round(side * 1.125))
    values = functional.interpolate(values, size=(shrunk, shrunk), mode="area")
    grid = functional.affine_grid(_crops(count, random).to(device), (count, 3, side, side), align_corners=False)
    values = functional.grid_sample(values, grid, padding_mode="border", align_corners=False)
    contrast = torch.exp(torch.randn(count, 1, 1, 1, generator=random) * 0.08).to(device)
    brightness = torch.randn(count, 1, 1, 1, generator=random).to(device) * 6
    return ((values - 128) * contrast + 128 + brightness).clamp(0, 255)
