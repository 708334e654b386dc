#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes a model bundle for Lookalike from PyTorch: one TorchScript file with its manifest inside.

ImageNet's VGG16 from torchvision (downloads the weights; better neighbours than the starter model):

    scripts/export_model.py --output vgg16.pt

Another of torchvision's networks; its classifier is cut off:

    scripts/export_model.py --arch resnet50 --output resnet50.pt

A network of your own, saved with torch.jit.save(); it must turn float [batch, 3, side, side] into [batch, dimension]:

    scripts/export_model.py --script mine.pt --input-size 336 --preprocessing torchvision --output bundle.pt

`--preprocessing` must be what the weights were trained with: with another, the model answers, and answers badly.
"""
import argparse
import json
import os
import sys

import torch
from torch import nn

# The layers of VGG16 before its classifier: outputs of a 3 x 3 convolution, or "pool".
VGG16_LAYERS = [64, 64, "pool", 128, 128, "pool", 256, 256, 256, "pool", 512, 512, 512, "pool", 512, 512, 512, "pool"]

# What torchvision's networks call their classifier.
CLASSIFIERS = ("fc", "classifier", "heads", "head")


class Vgg16Gap(nn.Module):
    """VGG16 without its classifier, averaged over the picture; its parameters have torchvision's names."""

    def __init__(self):
        super().__init__()
        layers, channels = [], 3
        for layer in VGG16_LAYERS:
            if layer == "pool":
                layers.append(nn.MaxPool2d(2))
            else:
                layers += [nn.Conv2d(channels, layer, 3, padding=1), nn.ReLU()]
                channels = layer
        self.features = nn.Sequential(*layers)

    def forward(self, pictures):
        return self.features(pictures).mean(dim=[2, 3])


def preprocessing_profile(name, side):
    """The same profiles, in the same words, as libs/image/preprocess.h and libs/encoding/model_manifest.h."""
    if name == "keras":
        return {"input_size": side, "resize_rule": "stretch", "interpolation": "nearest", "channel_order": "bgr",
                "scale": 1, "mean": [103.939, 116.779, 123.68], "std": [1, 1, 1]}
    if name == "starter":
        return {"input_size": side, "resize_rule": "stretch", "interpolation": "area", "channel_order": "rgb",
                "scale": 1, "mean": [123.68, 116.779, 103.939], "std": [1, 1, 1]}
    return {"input_size": side, "resize_rule": "shorter_side_and_crop", "resize_size": int(side * 256 / 224 + 0.5),
            "interpolation": "bilinear_antialias", "channel_order": "rgb",
            "scale": 1 / 255, "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]}


def manifest_json(name, dimension, preprocessing, weights, description):
    return json.dumps({"format_version": 1, "name": name, "dimension": dimension, "preprocessing": preprocessing,
                       "weights": weights, "description": description}, indent=2, ensure_ascii=False)


def random_weights(network, seed):
    """Keeps the variance of what passes through the layers (He et al., arXiv 1502.01852)."""
    torch.manual_seed(seed)
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)


def torchvision_network(arch, pretrained):
    try:
        import torchvision
    except ImportError:
        sys.exit(f"export_model: --arch {arch} with these weights needs torchvision: pip install torchvision")
    return torchvision.models.get_model(arch, weights="DEFAULT" if pretrained else None)


def load_state(network, path):
    """Loads a state_dict; what belongs to a classifier that was cut off is left out."""
    state = torch.load(path, map_location="cpu")
    state = {name: value for name, value in state.items() if name.split(".")[0] not in CLASSIFIERS}
    network.load_state_dict(state)


def build_network(arguments):
    pretrained = arguments.weights == "pretrained"
    if arguments.arch == "vgg16":
        network = Vgg16Gap()
        if pretrained:
            network.features.load_state_dict(torchvision_network("vgg16", True).features.state_dict())
    else:
        network = torchvision_network(arguments.arch, pretrained)
        for name in CLASSIFIERS:
            if hasattr(network, name):
                setattr(network, name, nn.Identity())
    if arguments.weights == "none":
        random_weights(network, arguments.seed)
    elif not pretrained:
        load_state(network, arguments.weights)
    return torch.jit.script(network.eval())


def output_dimension(module, side):
    """Runs two pictures through, so that a network traced for one at a time is found out."""
    with torch.no_grad():
        output = module(torch.linspace(-1, 1, 2 * 3 * side * side).reshape(2, 3, side, side))
    if not isinstance(output, torch.Tensor) or output.dim() != 2 or output.shape[0] != 2:
        found = list(output.shape) if isinstance(output, torch.Tensor) else type(output).__name__
        sys.exit(f"export_model: the network turns 2 pictures into {found}, wanted a tensor [2, dimension]")
    return output.shape[1]


def write_bundle(module, manifest, path):
    temporary = f"{path}.{os.getpid()}.tmp"
    torch.jit.save(module, temporary, _extra_files={"lookalike.json": manifest})
    os.replace(temporary, path)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", required=True, metavar="FILE", help="the bundle to write")
    parser.add_argument("--arch", default="vgg16", help="vgg16 (default), or a name that torchvision knows")
    parser.add_argument("--script", metavar="FILE", help="a TorchScript file of your own, instead of --arch")
    parser.add_argument("--weights", default="pretrained", metavar="pretrained|none|FILE",
                        help="torchvision's best (default), random ones, or a file with a state_dict")
    parser.add_argument("--seed", type=int, default=0, help="for --weights none (default: 0)")
    parser.add_argument("--preprocessing", choices=["torchvision", "keras", "starter"], default="torchvision",
                        help="what the weights were trained with (default: torchvision)")
    parser.add_argument("--input-size", type=int, default=224, metavar="PIXELS",
                        help="both sides of the network's input (default: 224)")
    parser.add_argument("--name", help="of the model, for people: a-z, 0-9, '.', '_', '-' (default: from --arch)")
    parser.add_argument("--description", default="", help="free text, kept in the bundle")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    if arguments.script:
        module, default_name = torch.jit.load(arguments.script, map_location="cpu").eval(), "custom"
    else:
        module, default_name = build_network(arguments), "vgg16-gap" if arguments.arch == "vgg16" else arguments.arch
    name = arguments.name or default_name
    untrained = arguments.weights == "none" and not arguments.script
    manifest = manifest_json(name, output_dimension(module, arguments.input_size),
                             preprocessing_profile(arguments.preprocessing, arguments.input_size),
                             "untrained" if untrained else "imported", arguments.description)
    write_bundle(module, manifest, arguments.output)
    print(f"wrote {arguments.output}: {name}{', UNTRAINED' if untrained else ''}")


if __name__ == "__main__":
    main()
