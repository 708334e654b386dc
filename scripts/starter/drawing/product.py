# SPDX-License-Identifier: Apache-2.0
"""One product: what stays the same in every picture of it."""
from dataclasses import dataclass, replace
from typing import Optional

import numpy as np

from drawing import families, materials, patterns


@dataclass(frozen=True)
class Product:
    family: int  # index into families.all_families()
    parameters: dict  # its shape, by name
    materials: tuple  # of body, trim and accent
    edge_shade: Optional[float]  # brightness of dark lines around its parts, as a share of their colour; None: no lines

    def parts(self):
        """Its outline, around the origin, the longer side 1, y down as in pictures."""
        parts = families.all_families()[self.family].parts(self.parameters)
        points = np.concatenate([part.points for part in parts])
        low, high = points.min(0), points.max(0)
        scale = 1 / max((high - low).max(), 1e-6)
        return [replace(part, points=(part.points - (low + high) / 2) * (scale, -scale), width=part.width * scale)
                for part in parts]


def sample_product(random, family_indices):
    """A product of one of the families, all equally likely."""
    family = int(family_indices[random.integers(len(family_indices))])
    return Product(family, families.all_families()[family].sample(random),
                   (materials.sample_material(random), _sample_trim(random), _sample_trim(random)),
                   random.uniform(0.2, 0.8) if random.random() < 0.5 else None)


def _sample_trim(random):
    """Mostly plain, as soles, straps and labels are."""
    return materials.sample_material(random, pattern=patterns.PLAIN if random.random() < 0.7 else None)


def with_body(product, material):
    """The same shape in another material; trim and accent too, so that the material covers it all."""
    return replace(product, materials=(material,) * 3, edge_shade=None)
