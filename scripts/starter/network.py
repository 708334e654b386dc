# SPDX-License-Identifier: Apache-2.0
"""VGG16 without its classifier, narrower for training, plain for use; and the heads that training hangs onto it."""
import torch
from torch import nn

# Of VGG16 before its classifier: outputs of a 3 x 3 convolution, or "pool".
VGG16_LAYERS = (64, 64, "pool", 128, 128, "pool", 256, 256, 256, "pool", 512, 512, 512, "pool", 512, 512, 512, "pool")
FULL_WIDTH = 512

# What profile `starter` (libs/image/preprocess.h) subtracts from RGB values from 0 to 255.
MEAN = (123.68, 116.779, 103.939)
# Training divides by this besides; folding puts it into the first convolution.
INPUT_SCALE = 58.0


def network_input(pictures):
    """[n, 3, side, side] RGB from 0 to 255 -> what NarrowVgg16 is trained on."""
    return (pictures - torch.tensor(MEAN, device=pictures.device).view(1, 3, 1, 1)) / INPUT_SCALE


class NarrowVgg16(nn.Module):
    """VGG16's shape with `width` outputs instead of 512, all layers narrower by the same factor, batch norm after
    each convolution, and all convolutions but the first in `groups` that do not see each other."""

    def __init__(self, width=FULL_WIDTH, groups=1):
        super().__init__()
        if FULL_WIDTH % width or (64 * width // FULL_WIDTH) % groups:
            raise ValueError(f"width {width} must divide {FULL_WIDTH}, and groups {groups} its first layer")
        self.width, self.groups = width, groups
        layers, channels = [], 3
        for layer in VGG16_LAYERS:
            if layer == "pool":
                layers.append(nn.MaxPool2d(2))
                continue
            outputs = layer * width // FULL_WIDTH
            layers += [nn.Conv2d(channels, outputs, 3, padding=1, bias=False, groups=1 if channels == 3 else groups),
                       nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)]
            channels = outputs
        self.features = nn.Sequential(*layers)

    def forward(self, pictures):
        return self.features(pictures).float().mean(dim=[2, 3])


class PlainVgg16(nn.Module):
    """What is shipped: input is RGB minus MEAN; its parameters have torchvision's names."""

    def __init__(self):
        super().__init__()
        layers, channels = [], 3
        for layer in VGG16_LAYERS:
            if layer == "pool":
                layers.append(nn.MaxPool2d(2))
            else:
                layers += [nn.Conv2d(channels, layer, 3, padding=1), nn.ReLU(inplace=True)]
                channels = layer
        self.features = nn.Sequential(*layers)

    def forward(self, pictures):
        return self.features(pictures).mean(dim=[2, 3])


class Heads(nn.Module):
    """Linear guesses at the labels; thrown away after training. Only linear ones: what they can read from the
    embedding then lies in it plainly enough for cosine similarity to see."""

    def __init__(self, width, families, patterns, shape_targets):
        super().__init__()
        self.norm = nn.BatchNorm1d(width)
        self.family = nn.Linear(width, families)
        self.pattern = nn.Linear(width, patterns)
        self.colour = nn.Linear(width, 6)  # mean Lab of the product, then of its body
        self.shape = nn.Linear(width, shape_targets)

    def forward(self, embeddings):
        values = self.norm(embeddings)
        return {"family": self.family(values), "pattern": self.pattern(values), "colour": self.colour(values),
                "shape": self.shape(values)}
