#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Trains a network of VGG16's shape on drawings. Interrupt it when you like: the same command goes on where it was.

A try on two cores:

    scripts/starter/train.py --output run --width 128 --pictures 20000 --phases 0:32,0.5:64

Everything that shapes the result is an option with a seed; --processes, --device and the intervals do not, but for
rounding. The log is run/log.jsonl; fold.py reads run/checkpoint.pt.
"""
import argparse
import contextlib
import sys
import time
from pathlib import Path

import torch
from torch import nn

import augment
import checkpoint
import draw
import losses
import network
import schedule
import stream
from drawing import families, patterns, shard

# Options that say how a run is done, not what it leads to.
NOT_SHAPING = ("output", "processes", "device", "shards", "minutes", "stop_at", "log_every", "checkpoint_every")


class Trainer:
    """A run: network, heads and optimizer, and the step at which they stand."""

    def __init__(self, arguments):
        self.arguments = arguments
        self.options = {name: value for name, value in vars(arguments).items() if name not in NOT_SHAPING}
        self.weights = losses.parse_weights(arguments.loss_weights)
        self.phases = schedule.parse_phases(arguments.phases)
        self.steps = max(1, arguments.pictures // (arguments.batch_products * shard.VIEWS))
        self.step = 0
        torch.manual_seed(arguments.seed)
        self.network = network.NarrowVgg16(arguments.width, arguments.groups)
        self.heads = network.Heads(arguments.width, len(families.all_families()), len(patterns.PATTERNS),
                                   len(families.shape_targets()))
        for module in (self.network, self.heads):
            module.to(arguments.device, memory_format=torch.channels_last)
        self.optimizer = self._optimizer()

    def _optimizer(self):
        """Weight decay for matrices alone: on biases and batch norm it would only pull the scale about."""
        parameters = [*self.network.parameters(), *self.heads.parameters()]
        return torch.optim.AdamW([{"params": [one for one in parameters if one.ndim > 1]},
                                  {"params": [one for one in parameters if one.ndim == 1], "weight_decay": 0.0}],
                                 lr=self.arguments.learning_rate, weight_decay=self.arguments.weight_decay)

    def state(self):
        return {"step": self.step, "options": self.options, "network": self.network.state_dict(),
                "heads": self.heads.state_dict(), "optimizer": self.optimizer.state_dict()["state"]}

    def resume(self, state):
        self.step = state["step"]
        self.network.load_state_dict(state["network"])
        self.heads.load_state_dict(state["heads"])
        groups = self.optimizer.state_dict()["param_groups"]  # follow from the options
        self.optimizer.load_state_dict({"state": state["optimizer"], "param_groups": groups})

    def _precision(self):
        """bf16 on CUDA: half the memory traffic, and unlike fp16 the gradients need no scaling."""
        if self.arguments.device.startswith("cuda"):
            return torch.autocast("cuda", dtype=torch.bfloat16)
        return contextlib.nullcontext()

    def train_step(self, window):
        """One step; the values of the loss's terms and the side of the pictures, for the log."""
        arguments = self.arguments
        side = schedule.side_at(self.phases, self.step, self.steps, arguments.seed)
        pictures, targets = window.batch(self.step, arguments.batch_products, arguments.seed)
        random = torch.Generator().manual_seed(arguments.seed * 1_000_003 + self.step)
        values = network.network_input(augment.augmented(pictures, side, random))
        with self._precision():
            embeddings = self.network(values.contiguous(memory_format=torch.channels_last))
        terms = losses.losses(embeddings, self.heads(embeddings), targets, self.weights)
        self._descend(sum(self.weights[name] * term for name, term in terms.items()))
        self.step += 1
        return terms, side

    def _descend(self, loss):
        rate = schedule.learning_rate(self.arguments.learning_rate, self.step, self.steps)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), 5.0)
        self.optimizer.step()


class Means:
    """Of the loss's terms since the last row of the log: those of one step say little. Kept on the device, because
    asking for a value waits for it."""

    def __init__(self):
        self._sums, self._count = {}, 0

    def add(self, terms):
        self._count += 1
        for name, term in terms.items():
            self._sums[name] = self._sums.get(name, 0) + term.detach()

    def take(self):
        means = {name: round(float(total) / self._count, 4) for name, total in self._sums.items()}
        self._sums, self._count = {}, 0
        return means


def log_row(trainer, means, side, first_step, seconds):
    """Pictures a second since the run was started or resumed; `side` is the last step's."""
    pictures = shard.VIEWS * trainer.arguments.batch_products
    return {"step": trainer.step, "steps": trainer.steps, "pictures": trainer.step * pictures, "side": side,
            "learning_rate": round(trainer.optimizer.param_groups[0]["lr"], 8), "seconds": round(seconds, 1),
            "pictures_per_second": round((trainer.step - first_step) * pictures / seconds, 1),
            "losses": means.take()}


def is_due(step, every, last):
    return step % every == 0 or step == last


def run(trainer, window, directory):
    """Until the run's end, --stop-at or --minutes, whichever comes first; leaves a checkpoint."""
    arguments, first_step, start = trainer.arguments, trainer.step, time.monotonic()
    last = min(trainer.steps, arguments.stop_at or trainer.steps)
    log, means = checkpoint.Log(directory / "log.jsonl", first_step), Means()
    while trainer.step < last:
        terms, side = trainer.train_step(window)
        means.add(terms)
        seconds = time.monotonic() - start
        if arguments.minutes and seconds > 60 * arguments.minutes:
            last = trainer.step
        if is_due(trainer.step, arguments.log_every, last):
            row = log_row(trainer, means, side, first_step, seconds)
            log.write(row)
            print(f"step {row['step']} of {row['steps']}, side {side}, {row['pictures_per_second']} pictures/s, "
                  f"{row['losses']}", flush=True)
        if is_due(trainer.step, arguments.checkpoint_every, last):
            checkpoint.save(directory / "checkpoint.pt", trainer.state())


def add_training_flags(parser):
    parser.add_argument("--seed", type=int, default=0, help="of the first weights and the order (default: 0)")
    parser.add_argument("--pictures", type=int, default=4_000_000, help="seen in the whole run (default: 4000000)")
    parser.add_argument("--width", type=int, default=512, help="of the embedding: 512 (default), 256, 128 or 64")
    parser.add_argument("--groups", type=int, default=1, help="of the convolutions after the first (default: 1)")
    parser.add_argument("--phases", default="0:32,0.3:64,0.6:64-128", metavar="START:SIDE[-SIDE],…",
                        help="from which share of the run on, which picture sides (default: 0:32,0.3:64,0.6:64-128)")
    parser.add_argument("--batch-products", type=int, default=256, metavar="N",
                        help=f"in a step, each in {shard.VIEWS} pictures (default: 256)")
    parser.add_argument("--learning-rate", type=float, default=2e-3, help="at its peak (default: 0.002)")
    parser.add_argument("--weight-decay", type=float, default=0.05, help="(default: 0.05)")
    parser.add_argument("--loss-weights", default="", metavar="TERM=WEIGHT,…",
                        help="of family, pattern, colour, shape (default: 1 each) and views (default: 0)")
    parser.add_argument("--reuse", type=int, default=4, help="times that each picture is seen (default: 4)")
    parser.add_argument("--window", type=int, default=8, help="shards from which a step draws (default: 8)")


def add_running_flags(parser):
    parser.add_argument("--output", required=True, metavar="DIRECTORY", help="checkpoint and log; resumed if there")
    parser.add_argument("--shards", metavar="DIRECTORY", help="of draw.py; those not in it are drawn")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu", help="cuda or cpu")
    parser.add_argument("--minutes", type=float, help="stop after so long, with a checkpoint; run again to go on")
    parser.add_argument("--stop-at", type=int, metavar="STEP", help="stop there, with a checkpoint")
    parser.add_argument("--log-every", type=int, default=50, metavar="STEPS", help="(default: 50)")
    parser.add_argument("--checkpoint-every", type=int, default=500, metavar="STEPS", help="(default: 500)")


def parse_arguments(words=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_running_flags(parser)
    add_training_flags(parser)
    draw.add_shard_flags(parser)
    return parser.parse_args(words)


def open_trainer(arguments, directory):
    """A new run, or the one whose checkpoint lies in the directory."""
    trainer = Trainer(arguments)
    path = directory / "checkpoint.pt"
    if path.exists():
        state = checkpoint.load(path)
        differing = checkpoint.differing_options(state, trainer.options)
        if differing:
            sys.exit(f"train: {path} was made with another {', '.join(differing)}: take another --output")
        trainer.resume(state)
        print(f"resumed at step {trainer.step} of {trainer.steps}", flush=True)
    return trainer


def main(words=None):
    arguments = parse_arguments(words)
    if arguments.batch_products > arguments.window * arguments.shard_products:
        sys.exit("train: --batch-products is more than --window shards hold")
    directory = Path(arguments.output)
    directory.mkdir(parents=True, exist_ok=True)
    trainer = open_trainer(arguments, directory)
    source = stream.ShardSource(draw.shard_options(arguments), arguments.processes, arguments.shards)
    steps_per_shard = max(1, arguments.reuse * arguments.shard_products // arguments.batch_products)
    try:
        run(trainer, stream.Window(source, arguments.window, steps_per_shard, arguments.device), directory)
    finally:
        source.close()


if __name__ == "__main__":
    main()
