# SPDX-License-Identifier: Apache-2.0
"""Numbered shards of pictures with labels. What is in a shard follows from its seed and number alone."""
from dataclasses import dataclass, fields

import numpy as np

from drawing import families, product, view
from drawing.render import render

VIEWS = 2  # pictures of each product, in different views


@dataclass(frozen=True)
class Shard:
    """Arrays over products n and views v. Unknown values are NaN."""
    pictures: np.ndarray  # uint8 [n, v, side, side, 3] RGB
    family: np.ndarray  # int64 [n]: index into families.all_families()
    pattern: np.ndarray  # int64 [n]: of the body, index into patterns.PATTERNS
    shape: np.ndarray  # float32 [n, len(families.shape_targets())], -1 to 1
    mean_lab: np.ndarray  # float32 [n, v, 3]
    body_lab: np.ndarray  # float32 [n, v, 3]


@dataclass(frozen=True)
class ShardOptions:
    seed: int = 0
    products: int = 512  # in a shard
    side: int = 72  # pixels of a picture
    family_indices: tuple = ()  # empty: all that are not held out


def _random(options, shard, index):
    """A generator of its own for each product: shards do not depend on which process draws what, nor on their order."""
    return np.random.default_rng([options.seed, shard, index, 3])


def _product_and_drawings(options, shard, index):
    random = _random(options, shard, index)
    one = product.sample_product(random, options.family_indices or families.training_families())
    return one, [render(one, view.sample_view(random), options.side) for _ in range(VIEWS)]


def draw_shard(options, number):
    """Takes a core for options.products * VIEWS pictures."""
    drawn = [_product_and_drawings(options, number, index) for index in range(options.products)]
    targets = families.shape_targets()
    shapes = [families.normalised_shape(families.all_families()[one.family], one.parameters, targets)
              for one, _ in drawn]
    return Shard(np.stack([[drawing.picture for drawing in drawings] for _, drawings in drawn]),
                 np.array([one.family for one, _ in drawn]),
                 np.array([one.materials[0].pattern for one, _ in drawn]), np.stack(shapes),
                 np.stack([[drawing.mean_lab for drawing in drawings] for _, drawings in drawn]).astype(np.float32),
                 np.stack([[drawing.body_lab for drawing in drawings] for _, drawings in drawn]).astype(np.float32))


def save_shard(shard, options, path):
    with open(path, "wb") as file:
        np.savez(file, options=repr(options), **{one.name: getattr(shard, one.name) for one in fields(Shard)})


def load_shard(path, options):
    """ValueError where the file was drawn with other options: a run must see what its options say."""
    with np.load(path) as arrays:
        if str(arrays["options"]) != repr(options):
            raise ValueError(f"{path} was drawn with {arrays['options']}, wanted {options!r}")
        return Shard(**{one.name: arrays[one.name] for one in fields(Shard)})
