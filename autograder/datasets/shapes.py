"""`shapes`: small generated images of fifteen geometric classes, with their boxes and masks.

Each image shows one bright shape of random position, size, rotation and colour on a dark sloped background,
with small discs as clutter behind it and noise over everything. The difficulty is set so that position and
colour tell nothing: a linear model and a dense network stay near 20 %, small convolutional networks learn it
within a few thousand images. Shapes are given by signed distances (negative inside, in units of the shape's
size), which makes their edges smooth and their masks and boxes exact.

The same seed gives the same images on every machine with the same NumPy, and a longer run begins with the
images of a shorter one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]

VERSION = 2
"""Counts up whenever the same seed gives other images: finished trainings do not hold for them."""
JITTER = 0.5
"""How far a shape's centre lies from the image's at most, per axis; the image spans [-1, 1]."""
SCALE = (0.35, 0.6)
"""Size of a shape, in half image widths."""
ROTATION = 0.8
"""Largest turn to either side, in radians."""
CLUTTER = 3
"""Discs in the background."""
NOISE = 0.05
"""Standard deviation of each pixel's noise; the range of pixels is [0, 1]."""
CHUNK = 100
"""Images generated at once: few enough for all intermediate planes to stay in the processor's cache."""


def _disc(u: Plane, v: Plane) -> Plane:
    return np.hypot(u, v) - np.float32(0.8)


def _box(u: Plane, v: Plane, half_width: float, half_height: float) -> Plane:
    return np.maximum(abs(u) - np.float32(half_width), abs(v) - np.float32(half_height))


def _square(u: Plane, v: Plane) -> Plane:
    return _box(u, v, 0.7, 0.7)


def _triangle(u: Plane, v: Plane) -> Plane:
    sides = np.float32(0.87) * abs(u) - np.float32(0.5) * v
    return np.maximum(v, sides) - np.float32(0.5)


def _cross(u: Plane, v: Plane) -> Plane:
    return np.minimum(_box(u, v, 0.25, 0.85), _box(u, v, 0.85, 0.25))


def _ring(u: Plane, v: Plane) -> Plane:
    return abs(np.hypot(u, v) - np.float32(0.65)) - np.float32(0.2)


def _star(u: Plane, v: Plane) -> Plane:
    return np.hypot(u, v) - (np.float32(0.55) + np.float32(0.3) * np.cos(np.float32(5) * np.arctan2(v, u)))


def _crescent(u: Plane, v: Plane) -> Plane:
    bite = np.float32(0.6) - np.hypot(u - np.float32(0.4), v)
    return np.maximum(np.hypot(u, v) - np.float32(0.85), bite)


def _bar(u: Plane, v: Plane) -> Plane:
    return _box(u, v, 0.9, 0.25)


def _striped_disc(u: Plane, v: Plane) -> Plane:
    return np.maximum(_disc(u, v), np.float32(0.45) - abs(np.sin(np.float32(7) * u)))


def _half_disc(u: Plane, v: Plane) -> Plane:
    return np.maximum(np.hypot(u, v) - np.float32(0.85), -v)


def _arrow(u: Plane, v: Plane) -> Plane:
    head = np.maximum(np.float32(-0.05) - u, np.float32(0.75) * abs(v) + np.float32(0.66) * u - np.float32(0.55))
    return np.minimum(head, _box(u + np.float32(0.4), v, 0.45, 0.2))


def _hexagon(u: Plane, v: Plane) -> Plane:
    slanted = np.float32(0.87) * abs(u) + np.float32(0.5) * abs(v)
    return np.maximum(slanted, abs(v)) - np.float32(0.75)


def _checkerboard(u: Plane, v: Plane) -> Plane:
    fields = np.float32(0.25) * np.sin(np.float32(4.5) * u) * np.sin(np.float32(4.5) * v)
    return np.maximum(_square(u, v), fields)


def _dumbbell(u: Plane, v: Plane) -> Plane:
    ends = np.hypot(abs(u) - np.float32(0.55), v) - np.float32(0.35)
    return np.minimum(ends, _box(u, v, 0.5, 0.1))


def _angle(u: Plane, v: Plane) -> Plane:
    return np.minimum(_box(u, v - np.float32(0.5), 0.75, 0.22), _box(u + np.float32(0.53), v, 0.22, 0.72))


DISTANCES: dict[str, Callable[[Plane, Plane], Plane]] = {
    "disc": _disc,
    "square": _square,
    "triangle": _triangle,
    "cross": _cross,
    "ring": _ring,
    "star": _star,
    "crescent": _crescent,
    "bar": _bar,
    "striped disc": _striped_disc,
    "half disc": _half_disc,
    "arrow": _arrow,
    "hexagon": _hexagon,
    "checkerboard": _checkerboard,
    "dumbbell": _dumbbell,
    "angle": _angle,
}
"""Signed distance of each class from its outline, over coordinates in which the shape has size 1."""

CLASSIFICATION = tuple(DISTANCES)[:10]
"""The ten classes that classifiers learn."""
TRANSFER = tuple(DISTANCES)[10:]
"""The five classes that are kept for transfer: no backbone has seen them."""


@dataclass(frozen=True)
class Shapes:
    """Generated images with everything that is known about them.

    Attributes
    ----------
    images : (n, size, size, channels) uint8
    labels : (n,) int64
        Index into `class_names`.
    masks : (n, size, size) bool
        Where the shape is.
    boxes : (n, 4) float32
        The tightest box around the mask as (x, y, width, height) in [0, 1] of the image's size, with (x, y) its
        upper left corner.
    class_names
        What the labels stand for.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    masks: NDArray[np.bool_]
    boxes: NDArray[np.float32]
    class_names: tuple[str, ...]


def generate(
    count: int, *, seed: int, classes: Sequence[str] = CLASSIFICATION, size: int = 32, channels: int = 3
) -> Shapes:
    """Return `count` images with labels, masks and boxes.

    Parameters
    ----------
    seed
        At least 0.
    classes
        Keys of `DISTANCES`; each image's class is drawn uniformly from them.
    size
        Height and width in pixels.
    channels
        3 for colour, 1 for grey.
    """
    images = np.empty((count, size, size, channels), np.uint8)
    labels = np.empty(count, np.int64)
    masks = np.empty((count, size, size), np.bool_)
    distances = [DISTANCES[name] for name in classes]
    for number, start in enumerate(range(0, count, CHUNK)):
        rng = np.random.default_rng((seed, number))
        taken = min(CHUNK, count - start)
        part = slice(start, start + taken)
        planes, drawn, inside = _chunk(rng, distances, size, channels)
        images[part] = np.moveaxis(planes, 0, -1)[:taken]
        labels[part] = drawn[:taken]
        masks[part] = inside[:taken]
    return Shapes(images, labels, masks, _boxes(masks), tuple(classes))


def _chunk(
    rng: np.random.Generator, distances: Sequence[Callable[[Plane, Plane], Plane]], size: int, channels: int
) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.bool_]]:
    """Return `CHUNK` images as planes (channels, n, size, size), their labels and their masks.

    Colour is the first axis here, because NumPy is several times slower where the innermost axis is short.
    """

    def uniform(low: float, high: float, *shape: int) -> Plane:
        return rng.random((*shape, CHUNK, 1, 1), np.float32) * np.float32(high - low) + np.float32(low)

    grid = np.linspace(-1, 1, size, dtype=np.float32)
    x, y = grid[None, None, :], grid[None, :, None]
    labels = rng.integers(0, len(distances), CHUNK)
    center_x, center_y, scale, angle = (
        uniform(-JITTER, JITTER),
        uniform(-JITTER, JITTER),
        uniform(*SCALE),
        uniform(-ROTATION, ROTATION),
    )
    cos, sin = np.cos(angle), np.sin(angle)
    u = (cos / scale) * (x - center_x) + (sin / scale) * (y - center_y)
    v = (cos / scale) * (y - center_y) - (sin / scale) * (x - center_x)
    distance = np.empty((CHUNK, size, size), np.float32)
    for label, signed_distance in enumerate(distances):
        chosen = np.flatnonzero(labels == label)
        distance[chosen] = signed_distance(u[chosen], v[chosen])
    inside = distance < 0
    pixels = np.float32(size / 2)  # in one unit of x and y: edges are smooth over one pixel
    cover = np.clip(np.float32(0.5) - distance * (scale * pixels), 0, 1)

    slope = x * cos + y * sin
    planes = uniform(0, 0.45, channels) + slope * uniform(-0.3, 0.3, channels)
    for _ in range(CLUTTER):
        spot_x, spot_y, radius = uniform(-1, 1), uniform(-1, 1), uniform(0.05, 0.15)
        away = np.sqrt((x - spot_x) ** 2 + (y - spot_y) ** 2)
        _paint(planes, np.clip(np.float32(0.5) - (away - radius) * pixels, 0, 1), uniform(0, 1, channels))
    _paint(planes, cover, uniform(0.55, 1, channels))
    planes += rng.standard_normal(planes.shape, np.float32) * np.float32(NOISE)
    np.clip(planes, 0, 1, out=planes)
    planes *= np.float32(255)
    return planes.astype(np.uint8), labels, inside


def _paint(planes: Plane, cover: Plane, color: Plane) -> None:
    """Blend a colour into the planes, in place, as far as `cover` in [0, 1] says."""
    for plane, shade in zip(planes, color, strict=True):
        plane += cover * (shade - plane)


def _boxes(masks: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return the tightest boxes (n, 4) around masks (n, size, size) of which none is empty."""
    boxes = np.empty((len(masks), 4), np.float32)
    for axis in (1, 0):  # columns give x and width, rows y and height
        filled = np.asarray(masks.any(axis=2 - axis))
        first = filled.argmax(axis=1)
        last = filled.shape[1] - 1 - filled[:, ::-1].argmax(axis=1)
        boxes[:, 1 - axis] = first
        boxes[:, 3 - axis] = last - first + 1
    return boxes / np.float32(masks.shape[1])
