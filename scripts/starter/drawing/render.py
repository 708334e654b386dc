# SPDX-License-Identifier: Apache-2.0
"""Makes a picture of a product in a view, and measures the colours that the product shows in it."""
from dataclasses import dataclass

import cv2
import numpy as np

from drawing import background, colours
from drawing.outline import BODY

cv2.setNumThreads(0)  # one process a core draws; threads inside it would only wait for each other

OVERSAMPLING = 2  # pictures are drawn this many times larger and shrunk: smooth edges
_EDGE = 3  # added to a material's number where a dark line runs around a part
_POINT_SHIFT = 4  # points are given to OpenCV in 1/16 pixel


@dataclass(frozen=True)
class Drawing:
    picture: np.ndarray  # uint8 [side, side, 3] RGB
    mask: np.ndarray  # bool [side, side]: at least half of the pixel is product
    mean_lab: np.ndarray  # float [3]: mean Lab of all product pixels before light and camera; NaN where none is seen
    body_lab: np.ndarray  # the same of its body alone


def _project(points, pose, side):
    nearness = 1 + points @ np.asarray(pose.perspective)
    pixels = points @ pose.matrix(side).T / nearness[:, None] + pose.centre(side)
    return np.round(pixels * 2 ** _POINT_SHIFT).astype(np.int32)


def _draw_part(numbers, part, pose, edges):
    side = len(numbers)
    points = [_project(part.points, pose, side)]
    if part.kind == "hole":
        cv2.fillPoly(numbers, points, 0, shift=_POINT_SHIFT)
    elif part.kind == "stroke":
        width = max(1, round(part.width * pose.scale * side))
        cv2.polylines(numbers, points, part.closed, part.material + 1, width, shift=_POINT_SHIFT)
    else:
        cv2.fillPoly(numbers, points, part.material + 1, shift=_POINT_SHIFT)
        if edges:
            cv2.polylines(numbers, points, True, part.material + 1 + _EDGE, max(1, side // 96), shift=_POINT_SHIFT)


def _material_numbers(product, parts, pose, view, side):
    """uint8 [side, side]: 0 background, 1 to 3 materials, 4 to 6 the dark lines around them."""
    numbers = np.zeros((side, side), np.uint8)
    for part in parts:
        _draw_part(numbers, part, pose, product.edge_shade is not None)
    if view.occluder:
        left, top, right, bottom = (int(share * side) for share in view.occluder)
        numbers[top:bottom, left:right] = 0
    return numbers


def _paint(product, numbers, pose, canvas):
    """Puts the product's own colours, 0 to 255, where `numbers` is not 0."""
    side = len(numbers)
    inverse = np.linalg.inv(pose.matrix(side)).astype(np.float32)
    centre = pose.centre(side)
    for index, material in enumerate(product.materials):
        rows, columns = np.nonzero(numbers == index + 1)
        x, y = columns.astype(np.float32) - np.float32(centre[0]), rows.astype(np.float32) - np.float32(centre[1])
        u, v = inverse[0, 0] * x + inverse[0, 1] * y, inverse[1, 0] * x + inverse[1, 1] * y
        canvas[rows, columns] = 255 * material.paint(u, v)
        if product.edge_shade is not None:
            canvas[numbers == index + 1 + _EDGE] = 255 * product.edge_shade * material.colour


def _relief(numbers):
    """The mask softened, as if the product bulged: its slope takes the light."""
    small = cv2.resize((numbers > 0).astype(np.float32), None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), 0.035 * len(small))
    return cv2.resize(small, numbers.shape[::-1])


def _lit(canvas, numbers, light):
    """Shades the product and lets it cast its shadow on what lies behind."""
    if not light.relief and not light.shadow:
        return canvas
    side = len(numbers)
    height = _relief(numbers)
    strength = light.relief * side / 128
    slope = np.cos(light.direction) * cv2.Sobel(height, cv2.CV_32F, 1, 0) + \
        np.sin(light.direction) * cv2.Sobel(height, cv2.CV_32F, 0, 1)
    right, down = (round(shift * side) for shift in light.shadow_shift)
    shadow = light.shadow * np.roll(height, (down, right), (0, 1))
    return canvas * np.where(numbers > 0, 1 + strength * slope, 1 - shadow)[..., None]


def _photographed(canvas, side, camera, random):
    picture = cv2.resize(canvas * camera.gain + np.float32(camera.black_level), (side, side),
                         interpolation=cv2.INTER_AREA)
    if camera.blur:
        picture = cv2.GaussianBlur(picture, (0, 0), camera.blur * side / 64)
    if camera.noise:
        picture = picture + random.normal(size=picture.shape) * camera.noise
    return np.clip(np.round(picture), 0, 255).astype(np.uint8)


def _mean_lab(canvas, chosen):
    """Over every third pixel each way: enough for a mean, and a ninth of the time."""
    pixels = canvas[::3, ::3][chosen[::3, ::3]]
    if not len(pixels):
        pixels = canvas[chosen]
    return colours.lab(pixels / 255).mean(0) if len(pixels) else np.full(3, np.nan, np.float32)


def render(product, view, side):
    """`side` in pixels, at most 256."""
    large = side * OVERSAMPLING
    parts = product.parts()
    canvas = background.background(view, large)
    seen = np.zeros((large, large), np.uint8)
    for pose in view.poses:
        numbers = _material_numbers(product, parts, pose, view, large)
        _paint(product, numbers, pose, canvas)
        seen = np.where(numbers > 0, numbers, seen)
    mean_lab, body_lab = _mean_lab(canvas, seen > 0), _mean_lab(canvas, seen == BODY + 1)
    picture = _photographed(_lit(canvas, seen, view.light), side, view.camera,
                            np.random.default_rng(view.background_seed))
    share = cv2.resize((seen > 0).astype(np.float32), (side, side), interpolation=cv2.INTER_AREA)
    return Drawing(picture, share >= 0.5, mean_lab, body_lab)
