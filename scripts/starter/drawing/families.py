# SPDX-License-Identifier: Apache-2.0
"""All families of products: which function draws each, and the ranges of its shape parameters."""
from dataclasses import dataclass
from functools import lru_cache
from typing import Callable

import numpy as np


@dataclass(frozen=True)
class Family:
    """One kind of product.

    `build` makes a list of parts from the parameters, and from nothing else: the parameters are the truth that the
    network is to learn. A range of two ints is a count (both ends possible), one of two floats is continuous.
    Parameters of `fixed` have the same value in every product of the family.
    """
    name: str
    build: Callable
    ranges: dict
    fixed: dict
    held_out: bool = False  # never trained on: only evaluate.py draws it

    def sample(self, random):
        """Parameter values by name, drawn from their ranges."""
        return {name: _sample(random, *limits) for name, limits in self.ranges.items()}

    def parts(self, parameters):
        return self.build(**self.fixed, **parameters)


def _sample(random, low, high):
    if isinstance(low, int) and isinstance(high, int):
        return int(random.integers(low, high + 1))
    return float(random.uniform(low, high))


def family(name, build, held_out=False, **parameters):
    """Parameters that are pairs vary; others are fixed."""
    ranges = {key: value for key, value in parameters.items() if isinstance(value, tuple)}
    fixed = {key: value for key, value in parameters.items() if not isinstance(value, tuple)}
    return Family(name, build, ranges, fixed, held_out)


@lru_cache
def all_families():
    """Every family. Its place in this list is its label, so additions go to a module's end and start new weights."""
    # Here, not above: those modules use family().
    from drawing import abstract, accessories, bags, boxes, clothing, footwear, furniture, tools, toys, vessels
    modules = (footwear, vessels, bags, furniture, clothing, accessories, boxes, tools, toys, abstract)
    return [one for module in modules for one in module.FAMILIES]


def training_families():
    return [index for index, one in enumerate(all_families()) if not one.held_out]


def held_out_families():
    return [index for index, one in enumerate(all_families()) if one.held_out]


@lru_cache
def shape_targets():
    """The parameters that vary in some family, as "function.parameter", with the least and greatest value of each."""
    varying = {f"{one.build.__name__}.{name}" for one in all_families() for name in one.ranges}
    limits = {name: [] for name in sorted(varying)}
    for one in all_families():
        for parameter, value in {**one.fixed, **one.ranges}.items():
            name = f"{one.build.__name__}.{parameter}"
            if name in limits:
                limits[name].extend(np.ravel(value))
    return {name: (float(min(values)), float(max(values))) for name, values in limits.items()}


def normalised_shape(one, parameters, targets):
    """The parameters of a product as numbers from -1 to 1 in the order of `targets`; NaN where it has no such one."""
    known = {f"{one.build.__name__}.{name}": value for name, value in {**one.fixed, **parameters}.items()}
    values = np.full(len(targets), np.nan, np.float32)
    for index, (name, (low, high)) in enumerate(targets.items()):
        if name in known:
            values[index] = 2 * (known[name] - low) / max(high - low, 1e-9) - 1
    return values
