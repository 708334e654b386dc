#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures weights on drawings of families that they were never trained on. JSON on standard output, a line a side:

    scripts/starter/evaluate.py --weights models/starter-vgg16-gap.safetensors --side 64 --side 96 --side 128
    scripts/starter/evaluate.py --checkpoint run/checkpoint.pt

    other_view_first     share of pictures whose nearest neighbour is the other picture of the same product
    same_family_at_10    of the ten nearest pictures of other products, the share that is of the same family
    colour_ranked        among products of one shape: share of pairs in which the same colour comes before another
    pattern_ranked       the same for the kind of pattern, colours being the same

Real catalogs are measured by `lookalike eval`.
"""
import argparse
import json
import time

import numpy as np

import checkpoint
import draw
import embed
import export
import retrieval
import testset

MIN_PRODUCTS = 6


def held_out(model, side, products, device):
    drawn = testset.held_out_products(products)
    cosines = retrieval.similarities(embed.embeddings(model, embed.resized(drawn.pictures, side), device))
    return {"other_view_first": retrieval.nearest_is_same(cosines, drawn.product),
            "same_family_at_10": retrieval.precision(cosines, drawn.labels, drawn.product)}


def ranked(model, side, sets, device):
    """Mean of ranked_before over test sets of one shape each."""
    shares = []
    for drawn in sets:
        cosines = retrieval.similarities(embed.embeddings(model, embed.resized(drawn.pictures, side), device))
        shares.append(retrieval.ranked_before(cosines, drawn.labels))
    return float(np.mean(shares))


def measure(model, side, products, shapes, device):
    start = time.monotonic()
    figures = held_out(model, side, products, device)
    figures["colour_ranked"] = ranked(model, side, testset.colour_sets(shapes), device)
    figures["pattern_ranked"] = ranked(model, side, testset.pattern_sets(shapes), device)
    return {"side": side, **{name: round(value, 4) for name, value in figures.items()},
            "products_per_family": products, "shapes": shapes, "seconds": round(time.monotonic() - start, 1)}


def write_query_sheet(model, side, products, device, path):
    """A row for each held-out family: a query, then its eight nearest pictures of other products."""
    drawn = testset.held_out_products(products)
    cosines = retrieval.similarities(embed.embeddings(model, embed.resized(drawn.pictures, side), device))
    rows = []
    for family in np.unique(drawn.labels):
        query = int(np.flatnonzero(drawn.labels == family)[0])
        order = np.argsort(-np.where(drawn.product == drawn.product[query], -np.inf, cosines[query]))
        rows.append(np.concatenate(drawn.pictures[[query, *order[:8]]], 1))
    draw.write_png(path, np.concatenate(rows))


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--weights", metavar="FILE", help="safetensors, as export.py writes them")
    source.add_argument("--checkpoint", metavar="FILE", help="of train.py")
    parser.add_argument("--side", type=int, action="append", metavar="PIXELS", help="again for more (default: 64)")
    parser.add_argument("--products", type=int, default=20, help="of each held-out family (default: 20)")
    parser.add_argument("--shapes", type=int, default=25, help="for colours and for patterns (default: 25)")
    parser.add_argument("--sheet", metavar="FILE", help="a PNG of queries and what they find, at the first --side")
    parser.add_argument("--device", default="cpu", help="cpu (default) or cuda")
    arguments = parser.parse_args()
    if arguments.products < MIN_PRODUCTS:
        parser.error(f"--products must be at least {MIN_PRODUCTS}: fewer do not make ten neighbours of one family")
    return arguments


def main():
    arguments = parse_arguments()
    if arguments.weights:
        model = export.load_plain(arguments.weights)
    else:
        model, _ = checkpoint.load_network(arguments.checkpoint)
    sides = arguments.side or [64]
    if arguments.sheet:
        write_query_sheet(model, sides[0], arguments.products, arguments.device, arguments.sheet)
    for side in sides:
        print(json.dumps(measure(model, side, arguments.products, arguments.shapes, arguments.device)), flush=True)


if __name__ == "__main__":
    main()
