# SPDX-License-Identifier: Apache-2.0
"""How well embeddings rank: by cosine, each picture in turn as the query, itself left out."""
import numpy as np

import embed


def similarities(embeddings):
    """Cosines [n, n]; a picture is least similar to itself."""
    unit = embed.unit(embeddings)
    cosines = unit @ unit.T
    np.fill_diagonal(cosines, -np.inf)
    return cosines


def nearest_is_same(cosines, labels):
    """Share of the pictures whose nearest neighbour has their label."""
    return float((labels[cosines.argmax(1)] == labels).mean())


def precision(cosines, labels, left_out, k=10):
    """precision@k by `labels`; pictures of the query's own group in `left_out` do not count as neighbours."""
    others = np.where(left_out[:, None] == left_out[None], -np.inf, cosines)
    nearest = np.argpartition(-others, k, axis=1)[:, :k]
    return float((labels[nearest] == labels[:, None]).mean())


def ranked_before(cosines, labels):
    """Share of all pairs of one picture with the query's label and one with another that are in this order; a tie is
    half. 0.5 is chance."""
    shares = []
    for query, row in enumerate(cosines):
        same = labels == labels[query]
        same[query] = False
        right, wrong = row[same], row[labels != labels[query]]
        shares.append((right[:, None] > wrong[None]).mean() + 0.5 * (right[:, None] == wrong[None]).mean())
    return float(np.mean(shares))
