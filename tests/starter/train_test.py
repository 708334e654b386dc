#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Trains for a few steps: a resumed run ends in the same state as one that was never stopped, and learns something."""
import contextlib
import io
import json
import unittest

import starter_path

starter_path.skip_without("torch", "cv2")

import numpy as np  # noqa: E402  (after the check that all is installed)
import torch  # noqa: E402

import augment  # noqa: E402
import checkpoint  # noqa: E402
import losses  # noqa: E402
import schedule  # noqa: E402
import train  # noqa: E402

TINY = ["--width", "64", "--pictures", "192", "--batch-products", "8", "--shard-products", "12", "--window", "2",
        "--reuse", "1", "--phases", "0:32,0.5:32-48", "--picture-side", "48", "--log-every", "1", "--processes", "0",
        "--device", "cpu", "--loss-weights", "views=0.5"]


def trained(directory, *more):
    with contextlib.redirect_stdout(io.StringIO()):
        train.main(["--output", str(directory), *TINY, *more])
    return checkpoint.load(directory / "checkpoint.pt")


def flattened(state, prefix=""):
    """All tensors of nested dicts, by path."""
    if isinstance(state, torch.Tensor):
        return {prefix: state}
    if not isinstance(state, dict):
        return {}
    return {path: values for name, inner in state.items()
            for path, values in flattened(inner, f"{prefix}/{name}").items()}


class TrainTest(unittest.TestCase):
    def setUp(self):
        threads = torch.get_num_threads()
        torch.set_num_threads(1)
        self.addCleanup(torch.set_num_threads, threads)
        self.directory = self.enterContext(starter_path.temporary_directory())

    def log(self, name):
        return [json.loads(line) for line in (self.directory / name / "log.jsonl").read_text().splitlines()]

    def assert_same_state(self, first, second):
        self.assertEqual(first["step"], second["step"])
        first, second = flattened(first), flattened(second)
        self.assertEqual(list(first), list(second))
        for path in first:
            self.assertTrue(torch.equal(first[path], second[path]), path)

    def test_resumed_run_ends_in_the_same_state(self):
        whole = trained(self.directory / "whole")
        stopped = trained(self.directory / "stopped", "--stop-at", "5")
        self.assertEqual((stopped["step"], whole["step"]), (5, 12))
        self.assert_same_state(whole, trained(self.directory / "stopped"))

    def test_processes_that_draw_change_nothing(self):
        alone = trained(self.directory / "alone", "--stop-at", "3")
        self.assert_same_state(alone, trained(self.directory / "helped", "--stop-at", "3", "--processes", "1"))

    def test_log_has_each_step_once_after_an_interruption(self):
        trained(self.directory / "run", "--stop-at", "2")
        with open(self.directory / "run" / "log.jsonl", "a", encoding="utf-8") as file:
            file.write(json.dumps({"step": 3, "lost": "written after the last checkpoint"}) + "\n")
        trained(self.directory / "run", "--stop-at", "4")
        rows = self.log("run")
        self.assertEqual([row["step"] for row in rows], [1, 2, 3, 4])
        self.assertEqual(set(rows[-1]["losses"]), set(losses.TERMS))

    def test_other_options_do_not_resume(self):
        trained(self.directory / "run", "--stop-at", "1")
        with self.assertRaisesRegex(SystemExit, "another learning_rate"):
            trained(self.directory / "run", "--learning-rate", "0.1")

    def test_loss_falls(self):
        more = ("--pictures", "960", "--reuse", "20", "--phases", "0:32", "--shard-products", "8", "--window", "1",
                "--loss-weights", "pattern=0,colour=0,shape=0", "--learning-rate", "0.004")
        trained(self.directory / "run", *more)
        totals = [row["losses"]["family"] for row in self.log("run")]
        self.assertLess(np.mean(totals[-10:]), 0.9 * np.mean(totals[:10]))


class PartsTest(unittest.TestCase):
    def test_phases(self):
        phases = schedule.parse_phases("0:32,0.5:64-96")
        self.assertEqual(phases, [(0.0, (32,)), (0.5, (64, 80, 96))])
        self.assertEqual(schedule.side_at(phases, 49, 100, seed=0), 32)
        self.assertEqual({schedule.side_at(phases, step, 100, seed=0) for step in range(50, 100)}, {64, 80, 96})
        for wrong in ("0.5:64", "0:16", "0:96-64"):
            with self.assertRaises(ValueError):
                schedule.parse_phases(wrong)

    def test_learning_rate_rises_then_falls_to_nothing(self):
        rates = [schedule.learning_rate(1.0, step, 1000) for step in range(1000)]
        self.assertLess(rates[0], 0.02)
        self.assertGreater(max(rates), 0.98)
        self.assertLess(rates[-1], 1e-5)

    def test_unknown_targets_cost_nothing(self):
        guesses = torch.tensor([[1.0, 5.0]])
        self.assertAlmostEqual(float(losses._known_squared_error(guesses, torch.tensor([[0.0, float("nan")]]))), 1.0)
        self.assertEqual(float(losses._known_squared_error(guesses, torch.full((1, 2), float("nan")))), 0.0)

    def test_augmenting_keeps_a_colour_about_as_it_is(self):
        pictures = torch.tensor([200, 40, 90], dtype=torch.uint8).expand(64, 40, 40, 3)
        values = augment.augmented(pictures, 32, torch.Generator().manual_seed(0))
        self.assertEqual(tuple(values.shape), (64, 3, 32, 32))
        mean = values.mean((0, 2, 3))
        np.testing.assert_allclose(mean, [200, 40, 90], atol=8)
        self.assertGreater(float(values.mean((1, 2, 3)).std()), 1)


if __name__ == "__main__":
    unittest.main()
