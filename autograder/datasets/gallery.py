"""Run as a program, it draws the classes of `shapes`: ``python -m autograder.datasets.gallery shapes.png``."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from autograder.datasets import shapes

EXAMPLES = 10
"""Images of each class."""


def draw(path: Path, *, seed: int = 0) -> None:
    """Write the picture: a row for each class, every third image with its box, every third with its mask."""
    names = tuple(shapes.DISTANCES)
    figure = Figure(figsize=(0.8 * (EXAMPLES + 2), 0.85 * len(names)), layout="constrained")
    grid = figure.subplots(len(names), EXAMPLES)
    for place, (name, row) in enumerate(zip(names, grid, strict=True)):
        made = shapes.generate(EXAMPLES, seed=seed + place, classes=(name,))
        kept = " (transfer)" if name in shapes.TRANSFER else ""
        row[0].set_ylabel(f"{name}{kept}", rotation=0, ha="right", va="center")
        for number, axes in enumerate(row):
            image = made.images[number].copy()
            if number % 3 == 2:
                image[~made.masks[number]] //= 4
            axes.imshow(image, interpolation="nearest")
            axes.set(xticks=[], yticks=[])
            axes.spines[:].set_visible(False)
            if number % 3 == 1:
                x, y, width, height = made.boxes[number] * np.float32(image.shape[0])
                axes.add_patch(Rectangle((x - 0.5, y - 0.5), width, height, fill=False, edgecolor="white"))
    figure.savefig(path, dpi=100)


if __name__ == "__main__":
    draw(Path(sys.argv[1] if len(sys.argv) > 1 else "shapes.png"))
