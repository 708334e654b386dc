# SPDX-License-Identifier: Apache-2.0
"""How far the heads' guesses are from what was drawn."""
import torch
from torch.nn import functional

TERMS = ("family", "pattern", "colour", "shape", "views")
CONTRAST_TEMPERATURE = 0.1


def parse_weights(text):
    """"family=1,views=0.5" -> a weight for every term; those not named get their default: 1, and 0 for views."""
    weights = {term: 0.0 if term == "views" else 1.0 for term in TERMS}
    for pair in filter(None, text.split(",")):
        term, _, weight = pair.partition("=")
        if term not in weights:
            raise ValueError(f"no loss {term!r} (there are: {', '.join(TERMS)})")
        weights[term] = float(weight)
    return weights


def _known_squared_error(guesses, targets):
    """Mean over the targets that are known: not NaN."""
    known = ~torch.isnan(targets)
    return functional.mse_loss(guesses[known], targets[known]) if known.any() else guesses.sum() * 0


def _views_apart(embeddings):
    """Cross entropy of finding a picture's other view among the batch by the cosine of the embeddings themselves."""
    unit = functional.normalize(embeddings, dim=1)
    similarity = unit @ unit.t() / CONTRAST_TEMPERATURE
    similarity.fill_diagonal_(float("-inf"))
    other_view = torch.arange(len(unit), device=unit.device).roll(len(unit) // 2)
    return functional.cross_entropy(similarity, other_view)


def losses(embeddings, guesses, targets, weights):
    """The terms of weight above 0, by name, unweighted."""
    terms = {"family": lambda: functional.cross_entropy(guesses["family"], targets["family"], label_smoothing=0.05),
             "pattern": lambda: functional.cross_entropy(guesses["pattern"], targets["pattern"]),
             "colour": lambda: _known_squared_error(guesses["colour"], targets["colour"]),
             "shape": lambda: _known_squared_error(guesses["shape"], targets["shape"]),
             "views": lambda: _views_apart(embeddings)}
    return {name: terms[name]() for name in TERMS if weights[name] > 0}
