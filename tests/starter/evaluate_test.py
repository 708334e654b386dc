#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Shows on embeddings made by hand what each figure is, and that the drawn test sets hold what they say."""
import unittest

import starter_path

starter_path.skip_without("torch", "cv2")

import numpy as np  # noqa: E402  (after the check that all is installed)

import embed  # noqa: E402
import evaluate  # noqa: E402
import network  # noqa: E402
import retrieval  # noqa: E402
import testset  # noqa: E402
from drawing import colours, families  # noqa: E402


def cosines(*degrees):
    """Of unit vectors in a plane."""
    angles = np.radians(degrees)
    return retrieval.similarities(np.stack([np.cos(angles), np.sin(angles)], 1))


class RetrievalTest(unittest.TestCase):
    def test_nearest_is_same(self):
        self.assertEqual(retrieval.nearest_is_same(cosines(0, 1, 50, 52), np.array([0, 0, 1, 1])), 1)
        self.assertEqual(retrieval.nearest_is_same(cosines(0, 1, 50, 52), np.array([0, 1, 1, 1])), 0.5)

    def test_precision_leaves_the_querys_own_product_out(self):
        degrees, products = (0, 1, 10, 11, 80, 81), np.array([0, 0, 1, 1, 2, 2])
        same = np.array([7, 7, 7, 7, 8, 8])
        self.assertEqual(retrieval.precision(cosines(*degrees), same, products, k=2), 4 / 6)

    def test_ranked_before_counts_pairs(self):
        labels = np.array([0, 0, 1])
        self.assertEqual(retrieval.ranked_before(cosines(0, 1, 40)[:2], labels), 1)
        self.assertEqual(retrieval.ranked_before(cosines(0, 40, 1)[:1], labels), 0)
        self.assertEqual(retrieval.ranked_before(cosines(0, 0, 0)[:2], labels), 0.5)


class TestSetTest(unittest.TestCase):
    def test_held_out_products(self):
        drawn = testset.held_out_products(2)
        self.assertEqual(sorted(set(drawn.labels)), families.held_out_families())
        self.assertEqual(list(np.bincount(drawn.product)), [2] * (2 * len(set(drawn.labels))))

    def test_colours_are_far_apart(self):
        lab = colours.lab(np.stack(testset.distinct_colours(np.random.default_rng(0), 6)))
        distance = np.linalg.norm(lab[:, None] - lab[None], axis=-1) + 1000 * np.eye(6)
        self.assertGreaterEqual(distance.min(), testset.MIN_COLOUR_DISTANCE)

    def test_mean_colour_ranks_colours(self):
        """What the colour set asks for is there to be seen: plain means of the middle of the pictures have it."""
        shares = []
        for drawn in testset.colour_sets(6):
            middle = drawn.pictures[:, 32:96, 32:96].reshape(len(drawn.pictures), -1, 3)
            shares.append(retrieval.ranked_before(retrieval.similarities(middle.mean(1) - 128), drawn.labels))
        self.assertGreater(np.mean(shares), 0.65)

    def test_sets_repeat(self):
        first, second = (next(iter(testset.pattern_sets(1))) for _ in range(2))
        np.testing.assert_array_equal(first.pictures, second.pictures)


class EvaluateTest(unittest.TestCase):
    def test_figures_of_an_untrained_network(self):
        figures = evaluate.measure(network.NarrowVgg16(64), side=32, products=2, shapes=2, device="cpu")
        for name in ("other_view_first", "same_family_at_10", "colour_ranked", "pattern_ranked"):
            self.assertTrue(0 <= figures[name] <= 1, name)

    def test_resizing_is_by_area(self):
        checker = np.tile(np.kron([[0, 200], [200, 0]], np.ones((1, 1))).astype(np.uint8)[..., None], (16, 16, 3))
        np.testing.assert_array_equal(embed.resized(checker[None], 16), np.full((1, 16, 16, 3), 100))


if __name__ == "__main__":
    unittest.main()
