# SPDX-License-Identifier: Apache-2.0
"""Checkpoints of training, and its log: complete on disk or not there."""
import json
import os

import torch

from network import NarrowVgg16


def save(path, state):
    """`state` holds tensors, dicts and ints; its "options" go as JSON, because PyTorch 1.13 reads no floats back."""
    temporary = f"{path}.{os.getpid()}.tmp"
    torch.save({**state, "options": json.dumps(state["options"])}, temporary)
    os.replace(temporary, path)


def load(path):
    """On the CPU. weights_only: no code that a file might hold is run."""
    state = torch.load(path, map_location="cpu", weights_only=True)
    return {**state, "options": json.loads(state["options"])}


def load_network(path):
    """The trained network, ready to be run, and the options that it was trained with."""
    state = load(path)
    network = NarrowVgg16(state["options"]["width"], state["options"]["groups"])
    network.load_state_dict(state["network"])
    return network.eval(), state["options"]


def differing_options(state, options):
    """Names of the options in which a checkpoint was made otherwise."""
    return sorted(name for name in options if state["options"].get(name) != options[name])


class Log:
    """One JSON object a line; what an interrupted run wrote after its last checkpoint is dropped when it resumes."""

    def __init__(self, path, first_step):
        kept = []
        if path.exists():
            kept = [line for line in path.read_text().splitlines() if json.loads(line)["step"] <= first_step]
        path.write_text("".join(line + "\n" for line in kept))
        self._path = path

    def write(self, row):
        with open(self._path, "a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
