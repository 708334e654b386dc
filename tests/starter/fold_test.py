#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Shows that folding changes no embedding, and that what is exported reads back as it was written."""
import struct
import unittest

import starter_path

starter_path.skip_without("torch", "cv2")

import numpy as np  # noqa: E402  (after the check that all is installed)
import torch  # noqa: E402

import embed  # noqa: E402
import export  # noqa: E402
import fold  # noqa: E402
import network  # noqa: E402
import safetensors_file  # noqa: E402

REPOSITORY_WEIGHTS = starter_path.REPOSITORY / "models" / "starter-vgg16-gap.safetensors"


def narrow(width, groups=1, seed=0):
    """A network whose batch norm has statistics and weights as if it were trained."""
    torch.manual_seed(seed)
    made = network.NarrowVgg16(width, groups)
    for module in made.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(module.weight, 0.5, 1.5)
            torch.nn.init.normal_(module.bias, 0.1, 0.2)
            module.running_mean.normal_(0, 0.3)
            module.running_var.uniform_(0.2, 2)
    return made.eval()


class FoldTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.pictures = fold.check_pictures(side=48, products=3)

    def assert_folds(self, *narrows):
        plain = fold.fold(narrows)
        self.assertLessEqual(fold.difference(plain, narrows, self.pictures), fold.MAX_DIFFERENCE)
        return embed.embeddings(plain, self.pictures)

    def test_one_narrow_network_is_repeated(self):
        embeddings = self.assert_folds(narrow(128))
        for start in (128, 256, 384):
            np.testing.assert_allclose(embeddings[:, start:start + 128], embeddings[:, :128], rtol=1e-4, atol=1e-6)

    def test_groups_become_zeros_between_them(self):
        self.assert_folds(narrow(256, groups=4))
        weight, _ = fold.folded_layers(narrow(128, groups=2))[1]
        self.assertEqual(tuple(weight.shape), (16, 16, 3, 3))
        self.assertFalse(weight[:8, 8:].any() or weight[8:, :8].any())

    def test_networks_of_other_widths_lie_side_by_side(self):
        first, second, third = narrow(256, seed=1), narrow(128, seed=2), narrow(128, groups=2, seed=3)
        embeddings = self.assert_folds(first, second, third)
        wanted = embed.embeddings(second, self.pictures)
        np.testing.assert_allclose(embeddings[:, 256:384], wanted, rtol=1e-3, atol=1e-5)

    def test_widths_that_do_not_fill_vgg16_are_refused(self):
        with self.assertRaisesRegex(SystemExit, "384 wide"):
            fold.fold([narrow(256), narrow(128)])

    def test_a_wrong_fold_is_found(self):
        made = narrow(64)
        plain = fold.fold([made])
        with torch.no_grad():
            plain.features[2].bias += 0.5
        self.assertGreater(fold.difference(plain, [made], self.pictures), fold.MAX_DIFFERENCE)


class ExportTest(unittest.TestCase):
    def setUp(self):
        self.path = self.enterContext(starter_path.temporary_directory()) / "weights.safetensors"

    def test_file_gives_back_the_network(self):
        plain = fold.fold([narrow(64)])
        tensors = export.shipped_tensors(plain)
        safetensors_file.write(self.path, tensors, {"version": "2"})
        export.check_round_trip(self.path, tensors)
        pictures = fold.check_pictures(side=48, products=3)
        self.assertGreater(export.least_cosine(plain, export.load_plain(self.path), pictures), export.MIN_COSINE)
        self.assertEqual(safetensors_file.read(self.path)[1], {"version": "2"})

    def test_data_starts_aligned_and_is_complete(self):
        tensors = {"b": np.arange(3, dtype=np.float32), "a": np.ones((2, 5), np.float16)}
        safetensors_file.write(self.path, tensors, {"name": "x" * 13})
        (length,) = struct.unpack("<Q", self.path.read_bytes()[:8])
        self.assertEqual(length % 8, 0)
        self.assertEqual(self.path.stat().st_size, 8 + length + 3 * 4 + 10 * 2)

    def test_a_damaged_file_is_found(self):
        tensors = {"a": np.ones(4, np.float32)}
        safetensors_file.write(self.path, tensors, {})
        self.path.write_bytes(self.path.read_bytes()[:-1] + b"\x01")
        with self.assertRaisesRegex(SystemExit, "does not read back"):
            export.check_round_trip(self.path, tensors)

    def test_weights_too_large_for_16_bits_are_refused(self):
        plain = network.PlainVgg16()
        with torch.no_grad():
            plain.features[5].weight[0, 0, 0, 0] = 70000
        with np.errstate(over="ignore"), self.assertRaisesRegex(SystemExit, "features.5.weight"):
            export.shipped_tensors(plain)

    def test_names_shapes_and_types_are_those_of_the_weights_in_the_repository(self):
        shipped, _ = safetensors_file.read(REPOSITORY_WEIGHTS)
        made = export.shipped_tensors(network.PlainVgg16())
        self.assertEqual({name: (values.shape, values.dtype) for name, values in made.items()},
                         {name: (values.shape, values.dtype) for name, values in shipped.items()})


if __name__ == "__main__":
    unittest.main()
