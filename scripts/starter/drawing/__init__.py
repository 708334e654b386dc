# SPDX-License-Identifier: Apache-2.0
"""Draws product-like pictures whose every label is known, because it was decided before a line was drawn.

    families    what kinds of products there are, and the shape parameters of each
    materials   colours and patterns
    product     one product: a family, its parameters, its materials
    view        one photograph of it: pose, background, light, camera
    render      both together make a picture and its labels
"""
