# SPDX-License-Identifier: Apache-2.0
"""Embeddings of pictures, for checks and measurements."""
import cv2
import numpy as np
import torch

import network

BATCH = 64


def resized(pictures, side):
    """uint8 [n, any, any, 3] -> [n, side, side, 3], by area as profile `starter` does."""
    return np.stack([cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA) for picture in pictures])


def _input(model, pictures):
    values = torch.from_numpy(pictures).permute(0, 3, 1, 2).float()
    if isinstance(model, network.PlainVgg16):
        return values - torch.tensor(network.MEAN).view(1, 3, 1, 1)
    return network.network_input(values)


@torch.no_grad()
def embeddings(model, pictures, device="cpu"):
    """float32 [n, width] of uint8 [n, side, side, 3] RGB; not normalised."""
    model = model.eval().to(device)
    batches = [model(_input(model, pictures[start:start + BATCH]).to(device)).cpu().numpy()
               for start in range(0, len(pictures), BATCH)]
    return np.concatenate(batches)


def unit(vectors):
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12)
