"""Which output of a model is which: known by their shapes, in whatever structure the model returns them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from autograder.datasets import Dataset
from autograder.errors import ModelRefused
from autograder.settings import Task

Shape = tuple[int | None, ...]

NUM_SIDES = 4
"""A box is (x, y, width, height)."""
_EXPECTED = {
    Task.CLASSIFICATION: "one row of scores",
    Task.LOCALIZATION: "one row of scores and one box",
    Task.SEGMENTATION: "one mask",
}


def told_apart(task: Task, shapes: Sequence[Shape], *, num_classes: int, size: tuple[int, ...]) -> dict[str, int]:
    """Return the place of each output of a task among those of a model: ``scores``, ``boxes``, ``masks``.

    A model may give more scores than there are classes. Where two outputs could both be the scores, the first one is.
    The last axis of masks may be missing, where it has the length 1.

    Parameters
    ----------
    shapes
        Of the outputs, the batch first.
    size
        Height and width of an image.

    Raises
    ------
    ModelRefused
        If they are not those of the task; the sentence says what is needed.
    """
    found = ", ".join(str(tuple(shape)) for shape in shapes)
    match task:
        case Task.CLASSIFICATION:
            if len(shapes) == 1 and _are_scores(shapes[0], num_classes):
                return {"scores": 0}
            needs = f"to classify: its output has the shape {found}, {(None, num_classes)} is needed"
        case Task.LOCALIZATION:
            for scores, boxes in ((0, 1), (1, 0)) if len(shapes) == 2 else ():
                if _are_scores(shapes[scores], num_classes) and tuple(shapes[boxes][1:]) == (NUM_SIDES,):
                    return {"scores": scores, "boxes": boxes}
            needs = (
                f"to localise: it returns {found}, two outputs are needed: class scores {(None, num_classes)} and a "
                f"box {(None, NUM_SIDES)}"
            )
        case Task.SEGMENTATION:
            if len(shapes) == 1 and tuple(shapes[0][1:]) in (size, (*size, 1)):
                return {"masks": 0}
            needs = f"to segment: its output has the shape {found}, {(None, *size, 1)} is needed"
    raise ModelRefused(f"the model cannot be trained {needs}")


def predicted(task: Task, returned: Sequence[np.ndarray], data: Dataset) -> Mapping[str, np.ndarray]:
    """Return what a model returned for the held-out images, by the names of its outputs.

    Raises
    ------
    ModelRefused
        If these are not the outputs of the task for each of the images, as numbers.
    """
    count, size = len(data.test_images), data.test_images.shape[1:3]
    shapes = [array.shape for array in returned]
    try:
        if all(array.ndim and len(array) == count and array.dtype.kind in "fiu" for array in returned):
            places = told_apart(task, shapes, num_classes=data.num_classes, size=size)
            return {name: returned[place] for name, place in places.items()}
    except ModelRefused:
        pass
    arrays = " and ".join(f"an array of shape {array.shape} and type {array.dtype}" for array in returned)
    raise ModelRefused(
        f"for {count:,} images the model predicts {arrays}: {_EXPECTED[task]} for each image was expected"
    )


def _are_scores(shape: Shape, num_classes: int) -> bool:
    return len(shape) == 2 and (shape[1] or 0) >= num_classes
