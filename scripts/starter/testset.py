# SPDX-License-Identifier: Apache-2.0
"""Drawn test sets, of families that no training run sees. Seeds are apart from those of training."""
from dataclasses import dataclass

import numpy as np

from drawing import colours, families, materials, patterns, product, view
from drawing.render import render

_SEED = 20_000_000  # far from any --seed of train.py
SIDE = 128  # pixels; smaller sides are made from these pictures, as the service makes them from photos
MIN_COLOUR_DISTANCE = 25.0  # in Lab: what everybody would call another colour


@dataclass(frozen=True)
class TestSet:
    pictures: np.ndarray  # uint8 [n, SIDE, SIDE, 3]
    labels: np.ndarray  # [n]: what counts as the same
    product: np.ndarray  # [n]: which product is seen


def _views(random, one, count):
    return [render(one, view.sample_view(random), SIDE).picture for _ in range(count)]


def held_out_products(products_per_family, views=2):
    """Products of all held-out families; labels are the families."""
    random = np.random.default_rng([_SEED, 1])
    pictures, labels, numbers = [], [], []
    for family in families.held_out_families():
        for _ in range(products_per_family):
            pictures += _views(random, product.sample_product(random, [family]), views)
            labels += [family] * views
            numbers += [len(numbers) // views] * views
    return TestSet(np.stack(pictures), np.array(labels), np.array(numbers))


def distinct_colours(random, count):
    """RGB colours at least MIN_COLOUR_DISTANCE from each other."""
    chosen = []
    while len(chosen) < count:
        colour = colours.sample_colour(random)
        if all(np.linalg.norm(colours.lab(colour) - colours.lab(one)) >= MIN_COLOUR_DISTANCE for one in chosen):
            chosen.append(colour)
    return chosen


def _one_shape(random, bodies, views):
    """One product's shape in each of the materials; labels are their indices."""
    families_there = families.held_out_families()
    shape = product.sample_product(random, families_there)
    pictures = [picture for body in bodies for picture in _views(random, product.with_body(shape, body), views)]
    labels = np.repeat(np.arange(len(bodies)), views)
    return TestSet(np.stack(pictures), labels, labels)


def colour_sets(shapes, colour_count=6, views=3):
    """For each of so many shapes: plain products in colours that are far apart."""
    random = np.random.default_rng([_SEED, 2])
    for _ in range(shapes):
        yield _one_shape(random, [materials.plain(one) for one in distinct_colours(random, colour_count)], views)


def pattern_sets(shapes, pattern_count=6, views=3):
    """For each of so many shapes: products in the same two colours and different patterns, frequency and contrast
    alike; only the kind of pattern tells them apart."""
    random = np.random.default_rng([_SEED, 3])
    for _ in range(shapes):
        first, second = distinct_colours(random, 2)
        kinds = random.permutation(len(patterns.PATTERNS))[:pattern_count]
        frequency = random.uniform(*materials.FREQUENCIES)
        yield _one_shape(random, [materials.Material(first, second, int(kind), frequency) for kind in kinds], views)
