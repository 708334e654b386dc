#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A model in ONNX Runtime beside ours: the same weights, the same pictures, one thread, one image a pass.

    /usr/bin/python3 tests/bench/onnxruntime/compare.py --model model.pt [--lookalike build/release/bin/lookalike] [--json]

Wants node and the npm package onnxruntime-node (not a part of any build), found in this folder, among the global
packages, or where ONNXRUNTIME_NODE says; and PyTorch, NumPy and PIL for Python. Ends with 0 and says "skipped" where
one is missing. To install the package, without its download for CUDA:

    npm install --ignore-scripts --prefix /tmp/ort onnxruntime-node
    export ONNXRUNTIME_NODE=/tmp/ort/node_modules/onnxruntime-node

The two engines take turns, a few passes each, so that a slow minute of the machine meets both.
"""
import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path
from statistics import median

HERE = Path(__file__).resolve().parent
PICTURES = 4


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(0)


def find_package():
    """The folder of onnxruntime-node, for node's require()."""
    if not shutil.which("node"):
        skip("node is not installed")
    candidates = [os.environ.get("ONNXRUNTIME_NODE"), HERE / "node_modules" / "onnxruntime-node"]
    if shutil.which("npm"):
        root = subprocess.run(["npm", "root", "-g"], capture_output=True, text=True, check=False).stdout.strip()
        candidates.append(Path(root) / "onnxruntime-node")
    for candidate in candidates:
        if candidate and (Path(candidate) / "package.json").is_file():
            return str(Path(candidate).resolve())
    skip("the npm package onnxruntime-node is not installed; see the head of this file")


def load_bundle(path):
    manifest = {"lookalike.json": ""}
    module = torch.jit.load(path, map_location="cpu", _extra_files=manifest).eval()
    return module, json.loads(manifest["lookalike.json"])


def make_pictures(preprocessing, folder):
    """Writes pictures of noise and colour that need no resizing; returns the model's input for them."""
    side = preprocessing["input_size"]
    full = preprocessing["resize_size"] if preprocessing["resize_rule"] == "shorter_side_and_crop" else side
    random = np.random.default_rng(1)
    inputs = []
    for i in range(PICTURES):
        coarse = random.integers(0, 256, (4 + 3 * i, 4 + 3 * i, 3), dtype=np.uint8)
        pixels = np.asarray(Image.fromarray(coarse).resize((full, full), Image.BICUBIC)).astype(np.int32)
        pixels = np.clip(pixels + random.integers(-20, 21, pixels.shape), 0, 255).astype(np.uint8)
        Image.fromarray(pixels).save(folder / f"{i}.png")
        corner = (full - side) // 2
        planes = pixels[corner:corner + side, corner:corner + side].astype(np.float32).transpose(2, 0, 1)
        if preprocessing["channel_order"] == "bgr":
            planes = planes[::-1]
        mean, std = (np.array(preprocessing[name], np.float32).reshape(3, 1, 1) for name in ("mean", "std"))
        inputs.append((planes * np.float32(preprocessing["scale"]) - mean) / std)
    return np.ascontiguousarray(np.stack(inputs), dtype=np.float32)


def run_json(command, **more):
    done = subprocess.run(command, capture_output=True, text=True, check=False, **more)
    if done.returncode != 0:
        sys.exit(f"compare: {command[0]} failed:\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def embed(lookalike, model, folder):
    """Our embeddings of the pictures, in the order of their names."""
    output = folder.parent / "ours.npy"
    done = subprocess.run([lookalike, "embed", "--model", model, "--output", output, folder], capture_output=True,
                          text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"compare: lookalike embed failed:\n{done.stderr}")
    return np.load(output)


def one_minus_cosine(a, b):
    a, b = a.astype(np.float64), b.astype(np.float64)
    cosines = (a * b).sum(1) / np.sqrt((a * a).sum(1) * (b * b).sum(1))
    return float((1 - cosines).max())


def compare(arguments, package, folder):
    module, manifest = load_bundle(arguments.model)
    preprocessing = manifest["preprocessing"]
    side = preprocessing["input_size"]
    pictures = folder / "pictures"
    pictures.mkdir()
    inputs = make_pictures(preprocessing, pictures)
    inputs.tofile(folder / "inputs.f32")
    warnings.simplefilter("ignore")  # PyTorch complains that a loaded module has no source
    with torch.no_grad():
        torch.onnx.export(module, torch.from_numpy(inputs[:1]), str(folder / "model.onnx"), opset_version=13,
                          input_names=["input"], output_names=["embedding"])
    theirs, ours, baseline = [], [], []
    for _ in range(arguments.rounds):
        figures = run_json([arguments.lookalike, "bench", "encoder", "--model", arguments.model, "--repeats", "3",
                            "--json"])
        ours.append(figures["lookalike_ms"])
        baseline.append(figures["torchscript_ms"])
        ort = run_json(["node", HERE / "run.js", folder / "model.onnx", folder / "inputs.f32", str(PICTURES), str(side),
                        "5", folder / "theirs.f32"], env={**os.environ, "ONNXRUNTIME_NODE": package})
        theirs.append(median(ort["ms"]))
    found = np.fromfile(folder / "theirs.f32", np.float32).reshape(PICTURES, -1)
    return {"onnxruntime_version": ort["version"], "engine": figures["engine"], "onnxruntime_ms": median(theirs),
            "lookalike_ms": median(ours), "torchscript_ms": median(baseline),
            "speedup": median(a / b for a, b in zip(theirs, ours)),
            "max_one_minus_cosine": one_minus_cosine(embed(arguments.lookalike, arguments.model, pictures), found)}


def main():
    global Image, np, torch  # pylint: disable=global-statement
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="a model bundle: see `lookalike model create`")
    parser.add_argument("--lookalike", default="build/release/bin/lookalike", help="our program")
    parser.add_argument("--rounds", type=int, default=3, help="how often the engines take turns")
    parser.add_argument("--json", action="store_true", help="for programs")
    arguments = parser.parse_args()
    package = find_package()
    try:
        import numpy as np
        import torch
        from PIL import Image
    except ImportError as error:
        skip(f"Python has no module {error.name}")
    if not Path(arguments.lookalike).is_file():
        sys.exit(f"compare: {arguments.lookalike}: no such program; build it, or name it with --lookalike")
    with tempfile.TemporaryDirectory() as folder:
        figures = compare(arguments, package, Path(folder))
    if arguments.json:
        print(json.dumps(figures))
        return
    print(f"ONNX Runtime {figures['onnxruntime_version']}  {figures['onnxruntime_ms']:7.1f} ms an image\n"
          f"TorchScript, frozen  {figures['torchscript_ms']:7.1f} ms an image\n"
          f"ours                 {figures['lookalike_ms']:7.1f} ms an image ({figures['engine']})\n"
          f"speedup over ONNX Runtime {figures['speedup']:.2f}\n"
          f"largest 1 - cosine {figures['max_one_minus_cosine']:.2g}")


if __name__ == "__main__":
    main()
