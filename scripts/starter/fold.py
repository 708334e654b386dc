#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes one plain VGG16 of what train.py left: batch norm goes into the convolutions, and several narrow networks go
side by side, so that the embedding is theirs one after the other.

    scripts/starter/fold.py --output folded.pt run/checkpoint.pt
    scripts/starter/fold.py --output folded.pt first/checkpoint.pt second/checkpoint.pt third/checkpoint.pt

Networks that together are narrower than 512 are repeated to fill it, which changes no cosine. Refuses to write what
answers otherwise than the networks did.
"""
import argparse
import sys

import numpy as np
import torch
from torch import nn

import checkpoint
import embed
import network
from drawing import shard

MAX_DIFFERENCE = 1e-5  # of any value of an embedding of length 1


def folded_convolution(convolution, norm):
    """The ungrouped weight [out, in, 3, 3] and bias [out] of both together, in float64."""
    scale = norm.weight.double() / torch.sqrt(norm.running_var.double() + norm.eps)
    weight = convolution.weight.double() * scale.view(-1, 1, 1, 1)
    blocks = weight.chunk(convolution.groups)
    return block_diagonal(blocks), norm.bias.double() - norm.running_mean.double() * scale


def block_diagonal(blocks):
    """[o, i, 3, 3] each -> [sum of o, sum of i, 3, 3]: blocks do not see each other's inputs."""
    joined = torch.zeros(sum(block.shape[0] for block in blocks), sum(block.shape[1] for block in blocks), 3, 3,
                         dtype=torch.float64)
    row = column = 0
    for block in blocks:
        joined[row:row + block.shape[0], column:column + block.shape[1]] = block
        row, column = row + block.shape[0], column + block.shape[1]
    return joined


def folded_layers(narrow):
    """(weight, bias) of the 13 convolutions; the first takes RGB minus MEAN, unscaled."""
    modules = list(narrow.features)
    layers = [folded_convolution(one, modules[index + 1]) for index, one in enumerate(modules)
              if isinstance(one, nn.Conv2d)]
    layers[0] = (layers[0][0] / network.INPUT_SCALE, layers[0][1])
    return layers


def side_by_side(narrows):
    """The networks, repeated until they are 512 wide."""
    width = sum(narrow.width for narrow in narrows)
    if network.FULL_WIDTH % width:
        sys.exit(f"fold: the networks are {width} wide together, which does not divide {network.FULL_WIDTH}")
    return list(narrows) * (network.FULL_WIDTH // width)


@torch.no_grad()
def fold(narrows):
    """One PlainVgg16 whose outputs are those of `narrows`, one after the other."""
    plain = network.PlainVgg16()
    convolutions = [module for module in plain.features if isinstance(module, nn.Conv2d)]
    all_layers = [folded_layers(narrow) for narrow in side_by_side(narrows)]
    for index, convolution in enumerate(convolutions):
        weights, biases = zip(*(layers[index] for layers in all_layers))
        # All networks see the same picture; from then on each sees only its own channels.
        convolution.weight.copy_(torch.cat(weights) if index == 0 else block_diagonal(weights))
        convolution.bias.copy_(torch.cat(biases))
    return plain.eval()


def difference(plain, narrows, pictures):
    """Greatest difference of any value between the embeddings, both of length 1."""
    wanted = np.concatenate([embed.embeddings(narrow, pictures) for narrow in side_by_side(narrows)], 1)
    return float(np.abs(embed.unit(embed.embeddings(plain, pictures)) - embed.unit(wanted)).max())


def check_pictures(side=64, products=8):
    return np.concatenate(shard.draw_shard(shard.ShardOptions(seed=99, products=products, side=side), 0).pictures)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoints", nargs="+", metavar="CHECKPOINT", help="of train.py")
    parser.add_argument("--output", required=True, metavar="FILE")
    arguments = parser.parse_args()
    narrows, options = zip(*(checkpoint.load_network(path) for path in arguments.checkpoints))
    plain = fold(narrows)
    found = difference(plain, narrows, check_pictures())
    if not found <= MAX_DIFFERENCE:
        sys.exit(f"fold: embeddings differ by {found:.1e}, allowed are {MAX_DIFFERENCE:.0e}")
    checkpoint.save(arguments.output, {"network": plain.state_dict(), "options": list(options)})
    print(f"wrote {arguments.output}: {len(narrows)} networks, embeddings differ by at most {found:.1e}")


if __name__ == "__main__":
    main()
