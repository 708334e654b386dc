#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the commands of scripts/starter/README.md one after the other, small enough for a few seconds."""
import json
import os
import subprocess
import sys
import unittest

import starter_path

starter_path.skip_without("torch", "cv2")

SCRIPTS = starter_path.REPOSITORY / "scripts" / "starter"


class CommandsTest(unittest.TestCase):
    def setUp(self):
        self.directory = self.enterContext(starter_path.temporary_directory())

    def run_script(self, script, *words, expected=0):
        """What it prints."""
        done = subprocess.run([sys.executable, SCRIPTS / script, *map(str, words)], cwd=self.directory, text=True,
                              capture_output=True, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}, check=False)
        self.assertEqual(done.returncode, expected, done.stderr)
        return done.stdout if expected == 0 else done.stderr

    def test_from_drawing_to_measuring(self):
        drawing = ("--shard-products", 16, "--picture-side", 32, "--processes", 1)
        self.run_script("draw.py", "shards", "--output", "shards", "--count", 2, *drawing)
        for seed in (0, 1):
            self.run_script("train.py", "--output", f"run{seed}", "--shards", "shards", "--width", 64, "--pictures", 64,
                            "--batch-products", 8, "--window", 2, "--phases", "0:32", "--seed", seed, *drawing)
        self.run_script("fold.py", "--output", "folded.pt", "run0/checkpoint.pt", "run1/checkpoint.pt")
        self.run_script("export.py", "--weights", "folded.pt", "--output", "weights.safetensors", "--version", "test")
        self.assertLess((self.directory / "weights.safetensors").stat().st_size, 30_000_000)
        figures = json.loads(self.run_script("evaluate.py", "--checkpoint", "run0/checkpoint.pt", "--side", 32,
                                             "--products", 6, "--shapes", 2, "--sheet", "sheet.png"))
        self.assertEqual(figures["side"], 32)
        self.assertTrue((self.directory / "sheet.png").stat().st_size > 0)

    def test_sheet_of_named_families(self):
        self.run_script("draw.py", "sheet", "--output", "sheet.png", "--family", "sneaker", "--products", 2)
        self.assertTrue((self.directory / "sheet.png").exists())

    def test_unknown_family_is_named(self):
        error = self.run_script("draw.py", "sheet", "--output", "sheet.png", "--family", "horse", expected=1)
        self.assertIn("no family horse", error)


if __name__ == "__main__":
    unittest.main()
