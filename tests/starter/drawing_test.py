#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Shows that the labels of a drawing are what is drawn, and that a seed draws the same again."""
import unittest

import starter_path

starter_path.skip_without("cv2")

import cv2  # noqa: E402  (after the check that all is installed)
import numpy as np  # noqa: E402

from drawing import colours, families, materials, patterns, product, shard, view  # noqa: E402
from drawing.render import render  # noqa: E402

RED = np.array([0.8, 0.1, 0.1], np.float32)
BLUE = np.array([0.1, 0.2, 0.7], np.float32)


def named(name):
    return next(index for index, one in enumerate(families.all_families()) if one.name == name)


def product_of(name, material, seed=1):
    return product.with_body(product.sample_product(np.random.default_rng(seed), [named(name)]), material)


def flat(pixels):
    """Those of a picture whose neighbours are as they are: no edge, where two colours mix."""
    same = np.ones(pixels.shape[:2], bool)
    for axis in (0, 1):
        for step in (-1, 1):
            same &= (np.roll(pixels, step, axis) == pixels).all(-1)
    return same


class ColourTest(unittest.TestCase):
    def test_plain_product_has_the_colour_that_it_was_given(self):
        drawing = render(product_of("t-shirt", materials.plain(RED)), view.NEUTRAL, 96)
        inside = drawing.mask & flat(drawing.picture)
        np.testing.assert_allclose(drawing.picture[inside] / 255, np.tile(RED, (inside.sum(), 1)), atol=0.003)

    def test_mean_colour_is_that_of_the_pixels(self):
        random = np.random.default_rng(3)
        for name in ("sneaker", "tote", "sofa", "gown", "wall clock", "gear"):
            drawing = render(product.sample_product(random, [named(name)]), view.NEUTRAL, 160)
            measured = colours.lab(drawing.picture[drawing.mask] / 255).mean(0)
            self.assertLess(np.abs(measured - drawing.mean_lab).max(), 4, name)  # edges and fine patterns mix

    def test_body_colour_is_the_bodys_alone(self):
        one = product.sample_product(np.random.default_rng(5), [named("mug")])
        one = product.Product(one.family, one.parameters,
                              (materials.plain(RED), materials.plain(BLUE), materials.plain(BLUE)), None)
        np.testing.assert_allclose(render(one, view.NEUTRAL, 64).body_lab, colours.lab(RED), atol=0.1)

    def test_light_and_camera_change_the_picture_and_not_the_label(self):
        one = product_of("handbag", materials.plain(RED))
        dim = view.View(light=view.Light(1.0, 0.8), camera=view.Camera(np.full(3, 0.6, np.float32)))
        bright, dark = render(one, view.NEUTRAL, 64), render(one, dim, 64)
        self.assertLess(dark.picture[dark.mask].mean(), 0.8 * bright.picture[bright.mask].mean())
        np.testing.assert_allclose(dark.mean_lab, bright.mean_lab, atol=1e-4)

    def test_lab_of_known_colours(self):
        np.testing.assert_allclose(colours.lab([[1, 1, 1], [0, 0, 0], [1, 0, 0]]),
                                   [[100, 0, 0], [0, 0, 0], [53.2, 80.1, 67.2]], atol=0.5)


class PatternTest(unittest.TestCase):
    def drawn(self, kind):
        material = materials.Material(RED, BLUE, kind, frequency=5.0)
        drawing = render(product_of("cushion", material), view.NEUTRAL, 128)
        return drawing.picture[cv2.erode(drawing.mask.astype(np.uint8), np.ones((5, 5))) > 0]  # the rim mixes

    def test_only_plain_is_of_one_colour(self):
        for kind, name in enumerate(patterns.PATTERN_NAMES):
            spread = self.drawn(kind).std(0).max()
            if kind == patterns.PLAIN:
                self.assertLess(spread, 1, name)
            else:
                self.assertGreater(spread, 20, name)

    def test_every_two_patterns_differ(self):
        pixels = [self.drawn(kind).astype(float) for kind in range(len(patterns.PATTERNS))]
        for first in range(len(pixels)):
            for second in range(first):
                self.assertGreater(np.abs(pixels[first] - pixels[second]).mean(), 5,
                                   f"{patterns.PATTERN_NAMES[first]} and {patterns.PATTERN_NAMES[second]}")

    def test_colours_of_a_sampled_pattern_can_be_told_apart(self):
        random = np.random.default_rng(0)
        for kind in range(1, len(patterns.PATTERNS)):
            material = materials.sample_material(random, pattern=kind)
            distance = np.linalg.norm(colours.lab(material.colour) - colours.lab(material.second_colour))
            self.assertEqual(material.pattern, kind)
            self.assertGreaterEqual(distance, colours.MIN_PATTERN_CONTRAST)


class ShapeTest(unittest.TestCase):
    def silhouette(self, name, **parameters):
        index = named(name)
        middle = {key: (low + high) / 2 for key, (low, high) in families.all_families()[index].ranges.items()}
        one = product.Product(index, {**middle, **parameters}, (materials.plain(RED),) * 3, None)
        return render(one, view.NEUTRAL, 128).mask

    def test_every_family_draws_something_that_is_seen(self):
        random = np.random.default_rng(7)
        for index, one in enumerate(families.all_families()):
            mask = render(product.sample_product(random, [index]), view.NEUTRAL, 48).mask
            self.assertGreater(mask.mean(), 0.01, one.name)

    def test_longer_side_fills_what_the_pose_says(self):
        rows, columns = np.nonzero(self.silhouette("book"))
        longer = max(np.ptp(rows), np.ptp(columns)) + 1
        self.assertAlmostEqual(longer / 128, view.Pose().scale, delta=0.03)

    def test_a_parameter_is_what_is_measured(self):
        for shaft in (0.9, 1.4):  # the boot's height over its length, as far as its shaft makes it
            rows, columns = np.nonzero(self.silhouette("knee boot", shaft=shaft, heel=0.02, platform=0.02))
            self.assertAlmostEqual((np.ptp(rows) + 1) / (np.ptp(columns) + 1), shaft + 0.07, delta=0.08)

    def test_counts_are_counted(self):
        for points in (4, 7):
            mask = self.silhouette("star", points=points, inner=0.4)
            y, x = (indices.mean() for indices in np.nonzero(mask))
            angle, radius = np.linspace(0, 2 * np.pi, 720, endpoint=False), 0.3 * len(mask)
            ring = mask[(y + radius * np.sin(angle)).astype(int), (x + radius * np.cos(angle)).astype(int)]
            self.assertEqual((ring & ~np.roll(ring, 1)).sum(), points)

    def test_targets_are_normalised_and_nan_where_a_family_has_none(self):
        targets = families.shape_targets()
        one = families.all_families()[named("ring")]
        values = families.normalised_shape(one, {"radius": 0.35, "thickness": 0.13}, targets)
        known = dict(zip(targets, values))
        self.assertAlmostEqual(known["ring.radius"], -1)
        self.assertAlmostEqual(known["ring.thickness"], 1, places=5)
        self.assertTrue(np.isnan(known["shoe.heel"]))

    def test_held_out_families_are_not_trained_on(self):
        self.assertGreaterEqual(len(families.training_families()), 100)
        self.assertGreaterEqual(len(families.held_out_families()), 20)
        drawn = shard.draw_shard(shard.ShardOptions(products=60, side=16), 0).family
        self.assertFalse(set(drawn) & set(families.held_out_families()))

    def test_names_are_unique(self):
        names = [one.name for one in families.all_families()]
        self.assertEqual(len(names), len(set(names)))


class SeedTest(unittest.TestCase):
    def assert_same(self, first, second):
        for name in ("pictures", "family", "pattern", "shape", "mean_lab", "body_lab"):
            np.testing.assert_array_equal(getattr(first, name), getattr(second, name), name)

    def test_a_seed_draws_the_same_again(self):
        options = shard.ShardOptions(seed=11, products=6, side=32)
        self.assert_same(shard.draw_shard(options, 4), shard.draw_shard(options, 4))

    def test_other_seeds_and_shards_draw_others(self):
        first = shard.draw_shard(shard.ShardOptions(seed=11, products=6, side=32), 4)
        for seed, number in ((12, 4), (11, 5)):
            other = shard.draw_shard(shard.ShardOptions(seed=seed, products=6, side=32), number)
            self.assertFalse((first.pictures == other.pictures).all())

    def test_a_file_gives_back_the_shard(self):
        options = shard.ShardOptions(products=3, side=24)
        drawn = shard.draw_shard(options, 0)
        with starter_path.temporary_directory() as directory:
            shard.save_shard(drawn, options, directory / "shard.npz")
            self.assert_same(drawn, shard.load_shard(directory / "shard.npz", options))
            with self.assertRaisesRegex(ValueError, "drawn with"):
                shard.load_shard(directory / "shard.npz", shard.ShardOptions(seed=1, products=3, side=24))


if __name__ == "__main__":
    unittest.main()
