#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the weights that fold.py made as they are shipped: safetensors, torchvision's names, weights in 16-bit
floats, biases in 32-bit ones. Reads the file back and compares before it says that it is done.

    scripts/starter/export.py --weights folded.pt --output models/starter-vgg16-gap.safetensors --version 2

`lookalike model create --arch vgg16-gap --weights FILE --preprocessing starter --input-size 64` makes a bundle of it.
"""
import argparse
import sys

import numpy as np
import torch

import checkpoint
import embed
import fold
import network
import safetensors_file

MIN_COSINE = 0.9999  # between embeddings with 32-bit and with 16-bit weights


def shipped_tensors(plain):
    """Arrays by torchvision's names, in the order of the layers."""
    tensors = {}
    for name, values in plain.state_dict().items():
        values = values.numpy().astype(np.float16 if name.endswith(".weight") else np.float32)
        if not np.isfinite(values).all():
            sys.exit(f"export: {name} has values that a 16-bit float cannot hold")
        tensors[name] = values
    return tensors


def metadata(options, version):
    """What the file says about itself; values must be strings."""
    pictures = sum(one["pictures"] for one in options)
    return {"format": "pt", "license": "Apache-2.0", "version": version,
            "description": "Lookalike starter weights: VGG16 without classifier, trained on drawings alone "
                           "(models/README.md)",
            "training": f"{len(options)} network(s) of width {'+'.join(str(one['width']) for one in options)}, "
                        f"{pictures} pictures, seeds {'+'.join(str(one['seed']) for one in options)}"}


def load_plain(path):
    """The network in a safetensors file."""
    tensors, _ = safetensors_file.read(path)
    plain = network.PlainVgg16()
    plain.load_state_dict({name: torch.from_numpy(values.astype(np.float32)) for name, values in tensors.items()})
    return plain.eval()


def least_cosine(first, second, pictures):
    embeddings = [embed.unit(embed.embeddings(model, pictures)) for model in (first, second)]
    return float((embeddings[0] * embeddings[1]).sum(1).min())


def check_round_trip(path, tensors):
    read_back, _ = safetensors_file.read(path)
    different = [name for name in tensors if not np.array_equal(tensors[name], read_back.get(name))]
    if different or len(read_back) != len(tensors):
        sys.exit(f"export: {path} does not read back as written: {', '.join(different) or 'other names'}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", required=True, metavar="FILE", help="of fold.py")
    parser.add_argument("--output", required=True, metavar="FILE")
    parser.add_argument("--version", required=True, help="of the weights, kept in the file")
    arguments = parser.parse_args()
    state = checkpoint.load(arguments.weights)
    plain = network.PlainVgg16()
    plain.load_state_dict(state["network"])
    tensors = shipped_tensors(plain)
    safetensors_file.write(arguments.output, tensors, metadata(state["options"], arguments.version))
    check_round_trip(arguments.output, tensors)
    cosine = least_cosine(plain, load_plain(arguments.output), fold.check_pictures())
    if not cosine >= MIN_COSINE:
        sys.exit(f"export: 16-bit weights change embeddings to a cosine of {cosine:.5f}, wanted {MIN_COSINE}")
    print(f"wrote {arguments.output}: cosine to the 32-bit weights at least {cosine:.6f}")


if __name__ == "__main__":
    main()
