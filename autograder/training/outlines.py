"""Draws into an image where its object is, and where a model saw it. NumPy alone."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

THERE, SEEN = (0, 114, 178), (230, 159, 0)
"""Blue and orange: colours that hardly anybody takes for each other (Okabe and Ito, 2008, "Color Universal Design")."""
_Pixel = TypeVar("_Pixel", np.uint8, np.bool_)
_WIDTH = 96  # pixels of a drawn image, at least: a line is to be narrower than what it stands for
_LINE = 2  # pixels
_DASH = 6  # pixels


def outlined(image: NDArray[np.uint8], there: NDArray[np.bool_], seen: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Return an image, enlarged, with the outlines of two regions: one blue, the other one orange and dashed.

    Parameters
    ----------
    image : (h, w, 1 or 3) uint8
    there, seen : (h, w) bool
    """
    scale = -(-_WIDTH // image.shape[1])
    drawn = np.broadcast_to(_enlarged(image, scale), (*np.multiply(image.shape[:2], scale), 3)).copy()
    drawn[_outline(_enlarged(there, scale))] = THERE
    rows, columns = np.indices(drawn.shape[:2])
    drawn[_outline(_enlarged(seen, scale)) & ((rows + columns) // _DASH % 2 == 0)] = SEEN
    return drawn


def region(box: NDArray[np.floating], height: int, width: int) -> NDArray[np.bool_]:
    """Return the pixels whose centre is in a box; none where it has a number that is not finite.

    Parameters
    ----------
    box : (4,) float
        As (x, y, width, height), with (x, y) the upper left corner, in parts of the image.
    """
    x, y, wide, high = (float(number) for number in box)
    columns, rows = (np.arange(width) + 0.5) / width, (np.arange(height) + 0.5) / height
    inside: NDArray[np.bool_] = np.outer((rows >= y) & (rows < y + high), (columns >= x) & (columns < x + wide))
    return inside


def _enlarged(pixels: NDArray[_Pixel], scale: int) -> NDArray[_Pixel]:
    return pixels.repeat(scale, axis=0).repeat(scale, axis=1)


def _outline(region: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the pixels of a region that are nearer to its edge than a line is wide; the image's edge is one."""
    padded = np.pad(region, _LINE)
    inner = region.copy()
    height, width = region.shape
    for down in range(-_LINE, _LINE + 1):
        for right in range(-_LINE, _LINE + 1):
            inner &= padded[_LINE + down : _LINE + down + height, _LINE + right : _LINE + right + width]
    return region & ~inner
