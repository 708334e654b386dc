# SPDX-License-Identifier: Apache-2.0
"""Feeds training with drawings: a window of shards that moves on as the steps go by.

Which products a step sees follows from the seed and the step alone, so that a resumed run goes on as if it had never
stopped, and so that the number of processes that draw changes nothing.
"""
import multiprocessing
from functools import partial

import numpy as np
import torch

from draw import shard_path
from drawing import shard

# Of the products that drawing/product.py makes up, measured.
LAB_MEAN = np.float32([45, 5, 6])
LAB_DEVIATION = np.float32([19, 22, 24])


class ShardSource:
    """Gives shards by number: from files where a directory has them, else drawn ahead by other processes."""

    def __init__(self, options, processes, directory=None):
        self._options, self._directory = options, directory
        self._ahead = processes + 1
        # spawn: a forked process would inherit CUDA's state, which must not be used in it.
        self._pool = multiprocessing.get_context("spawn").Pool(processes) if processes else None
        self._drawn = {}

    def _has_file(self, number):
        return self._directory is not None and shard_path(self._directory, number).exists()

    def get(self, number):
        """Takes numbers in rising order."""
        if self._has_file(number):
            return shard.load_shard(shard_path(self._directory, number), self._options)
        if not self._pool:
            return shard.draw_shard(self._options, number)
        for next_number in range(number, number + self._ahead):
            if next_number not in self._drawn and not self._has_file(next_number):
                draw = partial(shard.draw_shard, self._options, next_number)
                self._drawn[next_number] = self._pool.apply_async(draw)
        return self._drawn.pop(number).get()

    def close(self):
        if self._pool:
            self._pool.terminate()
            self._pool.join()


class Window:
    """The newest `shards` shards, in the device's memory; every `steps_per_shard` steps the oldest gives way."""

    def __init__(self, source, shards, steps_per_shard, device):
        self._source, self._steps_per_shard, self._device = source, steps_per_shard, device
        self._slots = [None] * shards  # shard k lies in slot k % shards
        self._newest = None  # number of the newest shard held

    def _hold(self, first):
        last = first + len(self._slots) - 1
        start = first if self._newest is None else max(first, self._newest + 1)
        for number in range(start, last + 1):
            drawn = self._source.get(number)
            self._slots[number % len(self._slots)] = {
                "pictures": torch.from_numpy(drawn.pictures).to(self._device),
                "family": torch.from_numpy(drawn.family), "pattern": torch.from_numpy(drawn.pattern),
                "shape": torch.from_numpy(drawn.shape), "colour": _colour_targets(drawn)}
        self._newest = last

    def batch(self, step, products, seed):
        """Pictures [views * products, side, side, 3] uint8, all first views before all second ones, and the targets,
        by the names of the heads."""
        self._hold(step // self._steps_per_shard)
        in_shard = len(self._slots[0]["family"])
        chosen = np.random.default_rng([seed, step, 2]).permutation(in_shard * len(self._slots))[:products]
        parts = []
        for slot, content in enumerate(self._slots):
            index = torch.from_numpy(chosen[chosen // in_shard == slot] % in_shard)
            parts.append({name: values[index.to(values.device)] for name, values in content.items()})
        joined = {name: torch.cat([part[name] for part in parts]) for name in parts[0]}
        return joined.pop("pictures").transpose(0, 1).flatten(0, 1), _for_each_view(joined, self._device)


def _colour_targets(drawn):
    """[n, views, 6]: mean Lab of product and body, of mean 0 and variance 1: with less, their loss would be small
    beside the others before anything is learned, and nothing would be."""
    lab = np.concatenate([drawn.mean_lab, drawn.body_lab], -1)
    return torch.from_numpy((lab - np.tile(LAB_MEAN, 2)) / np.tile(LAB_DEVIATION, 2))


def _for_each_view(targets, device):
    targets["colour"] = targets["colour"].transpose(0, 1).flatten(0, 1)
    for name in ("family", "pattern", "shape"):
        targets[name] = torch.cat([targets[name]] * shard.VIEWS)
    return {name: values.to(device) for name, values in targets.items()}
