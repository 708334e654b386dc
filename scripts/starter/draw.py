#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Draws the pictures that the starter weights are trained on.

A contact sheet to look at, a row of products for each family, each product upright and in another view:

    scripts/starter/draw.py sheet --output sheet.png

Shards for train.py, which can also draw them itself; done ones are not drawn again:

    scripts/starter/draw.py shards --output shards --count 100
"""
import argparse
import multiprocessing
import os
import sys
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from drawing import families, product, shard, view
from drawing.render import render


def shard_path(directory, number):
    return Path(directory) / f"shard-{number:06d}.npz"


def write_shard(directory, options, number):
    """True where the shard was not there yet. Complete under its name, or not there."""
    path = shard_path(directory, number)
    if path.exists():
        return False
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    shard.save_shard(shard.draw_shard(options, number), options, temporary)
    os.replace(temporary, path)
    return True


def draw_shards(directory, options, numbers, processes):
    Path(directory).mkdir(parents=True, exist_ok=True)
    numbers = list(numbers)
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        drawn = pool.imap_unordered(partial(write_shard, directory, options), numbers)
        for done, new in enumerate(drawn, 1):
            print(f"{done} of {len(numbers)} shards{'' if new else ', there already'}", flush=True)


def contact_sheet(seed, chosen, products, side):
    """uint8 [rows, columns, 3]: a row for each family."""
    random = np.random.default_rng(seed)
    rows = []
    for family in chosen:
        pictures = []
        for _ in range(products):
            one = product.sample_product(random, [family])
            pictures += [render(one, shown, side).picture for shown in (view.NEUTRAL, view.sample_view(random))]
        rows.append(np.concatenate(pictures, 1))
    return np.concatenate(rows)


def write_png(path, picture):
    if not cv2.imwrite(str(path), picture[..., ::-1]):
        sys.exit(f"draw: cannot write {path}")


def chosen_families(names):
    """Indices of the families named, or of all."""
    known = {one.name: index for index, one in enumerate(families.all_families())}
    unknown = sorted(set(names) - set(known))
    if unknown:
        sys.exit(f"draw: no family {', '.join(unknown)} (there are: {', '.join(known)})")
    return [known[name] for name in names] or list(known.values())


def add_shard_flags(parser):
    parser.add_argument("--draw-seed", type=int, default=0, metavar="SEED", help="of the drawings (default: 0)")
    parser.add_argument("--shard-products", type=int, default=512, metavar="N",
                        help=f"products in a shard, each in {shard.VIEWS} views (default: 512)")
    parser.add_argument("--picture-side", type=int, default=72, metavar="PIXELS",
                        help="of the drawings (default: 72; 144 to train at 128)")
    parser.add_argument("--processes", type=int, default=os.cpu_count(), metavar="N",
                        help="that draw side by side (default: one a core)")


def shard_options(arguments):
    return shard.ShardOptions(arguments.draw_seed, arguments.shard_products, arguments.picture_side)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    sheet = commands.add_parser("sheet", help="a picture of drawings, to look at")
    sheet.add_argument("--output", required=True, metavar="FILE")
    sheet.add_argument("--family", action="append", default=[], metavar="NAME", help="again for more (default: all)")
    sheet.add_argument("--products", type=int, default=5, help="of each family (default: 5)")
    sheet.add_argument("--picture-side", type=int, default=96, metavar="PIXELS")
    sheet.add_argument("--seed", type=int, default=0)
    shards = commands.add_parser("shards", help="files for train.py")
    shards.add_argument("--output", required=True, metavar="DIRECTORY")
    shards.add_argument("--first", type=int, default=0, metavar="NUMBER", help="of the shards (default: 0)")
    shards.add_argument("--count", type=int, required=True)
    add_shard_flags(shards)
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    if arguments.command == "sheet":
        chosen = chosen_families(arguments.family)
        write_png(arguments.output,
                  contact_sheet(arguments.seed, chosen, arguments.products, arguments.picture_side))
    else:
        numbers = range(arguments.first, arguments.first + arguments.count)
        draw_shards(arguments.output, shard_options(arguments), numbers, arguments.processes)


if __name__ == "__main__":
    main()
