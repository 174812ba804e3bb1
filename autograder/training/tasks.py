"""What a model is trained for, as Keras needs it: targets, losses and measures of its outputs.

A model may return its tensors alone, in a tuple, a list or a dict: `autograder.training.outputs` tells them apart and
names them (``scores``, ``boxes``, ``masks``). `autograder.training.measures` judges them under these names, elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from autograder.records import Measure
from autograder.settings import Task
from autograder.training.measures import THRESHOLD

BOX_WEIGHT = 5.0
"""What the error of a box counts beside the cross-entropy (chosen by measurement: docs/training.md)."""
_TOLERANCE = 1e-3
_TINY = 1e-9

Arrays = Mapping[str, NDArray[Any]]


class Learnt(Protocol):
    """One task, with what is known of the training images.

    Attributes
    ----------
    targets
        By name of the output that has to come close to them, one row for each image.
    weights
        What the loss of each output counts in their sum.
    """

    targets: Arrays
    weights: Mapping[str, float]

    def are_probabilities(self, outputs: Arrays) -> bool:
        """Whether outputs for some images are probabilities; else they are taken for logits."""
        ...

    def losses(self, are_probabilities: bool) -> dict[str, Any]:
        """Return a loss for each output."""
        ...

    def metrics(self, are_probabilities: bool) -> dict[str, list[Any]]:
        """Return for each output what is measured in training, under the names of `Measure`."""
        ...


def learnt(task: Task, known: Arrays) -> Learnt:
    """Return a task.

    Parameters
    ----------
    known
        What the task needs to know of the training images: ``labels`` (n,) integer, ``boxes`` (n, 4) or ``masks``
        (n, h, w).
    """
    match task:
        case Task.CLASSIFICATION:
            return Classification(known["labels"])
        case Task.LOCALIZATION:
            return Localization(known["labels"], known["boxes"])
        case Task.SEGMENTATION:
            return Segmentation(known["masks"])


def mirrored(name: str, target: NDArray[Any], chosen: NDArray[np.bool_]) -> NDArray[Any]:
    """Return the targets (n, ...) of one output for images of which the chosen ones (n,) are mirrored left to right."""
    changed = target.copy()
    if name == "boxes":
        changed[chosen, 0] = 1 - target[chosen, 0] - target[chosen, 2]
    if name == "masks":
        changed[chosen] = target[chosen, :, ::-1]
    return changed


class Classification:
    """A score for each class: sparse cross-entropy."""

    weights: Mapping[str, float] = {"scores": 1.0}

    def __init__(self, labels: NDArray[Any]) -> None:
        self.targets: Arrays = {"scores": labels}

    def are_probabilities(self, outputs: Arrays) -> bool:
        """Whether the scores of an image are at least 0 and add up to 1."""
        scores = outputs["scores"].astype("float64")
        return bool(np.all(scores >= 0) and np.allclose(scores.sum(axis=-1), 1, atol=_TOLERANCE))

    def losses(self, are_probabilities: bool) -> dict[str, Any]:
        """Return the cross-entropy."""
        return {"scores": keras.losses.SparseCategoricalCrossentropy(from_logits=not are_probabilities)}

    def metrics(self, are_probabilities: bool) -> dict[str, list[Any]]:
        """Return the accuracy."""
        return {"scores": [keras.metrics.SparseCategoricalAccuracy(name=Measure.ACCURACY.value)]}


class Localization(Classification):
    """A score for each class, and the box (x, y, width, height) around the object.

    The loss is the sum of the cross-entropy and of `BOX_WEIGHT` times the mean absolute error of the box, as Carion et
    al. (2020, arXiv 2005.12872) weigh them. A box is in [0, 1]: its squared error is so small beside a cross-entropy
    that boxes are hardly learnt.
    """

    weights: Mapping[str, float] = {"scores": 1.0, "boxes": BOX_WEIGHT}

    def __init__(self, labels: NDArray[Any], boxes: NDArray[Any]) -> None:
        self.targets = {"scores": labels, "boxes": boxes.astype("float32")}

    def losses(self, are_probabilities: bool) -> dict[str, Any]:
        """Return the cross-entropy and the absolute error."""
        return {**super().losses(are_probabilities), "boxes": keras.losses.MeanAbsoluteError()}

    def metrics(self, are_probabilities: bool) -> dict[str, list[Any]]:
        """Return the accuracy, and the intersection over union of boxes."""
        iou = keras.metrics.MeanMetricWrapper(_box_iou, name=Measure.IOU.value)
        return {**super().metrics(are_probabilities), "boxes": [iou]}


class Segmentation:
    """The probability of each pixel that it belongs to the object: binary cross-entropy."""

    weights: Mapping[str, float] = {"masks": 1.0}

    def __init__(self, masks: NDArray[Any]) -> None:
        self.targets: Arrays = {"masks": masks.astype("float32")}

    def are_probabilities(self, outputs: Arrays) -> bool:
        """Whether all values are in [0, 1]."""
        return bool(np.all((outputs["masks"] >= 0) & (outputs["masks"] <= 1)))

    def losses(self, are_probabilities: bool) -> dict[str, Any]:
        """Return the cross-entropy of each pixel."""
        return {"masks": keras.losses.BinaryCrossentropy(from_logits=not are_probabilities)}

    def metrics(self, are_probabilities: bool) -> dict[str, list[Any]]:
        """Return the intersection over union of masks."""
        threshold = THRESHOLD if are_probabilities else 0.0
        return {"masks": [keras.metrics.MeanMetricWrapper(_mask_iou, name=Measure.IOU.value, threshold=threshold)]}


def _box_iou(true: Any, found: Any) -> Any:
    """Return what `measures.box_iou` does, as tensors (n,)."""
    low = ops.maximum(true[:, :2], found[:, :2])
    high = ops.minimum(true[:, :2] + true[:, 2:], found[:, :2] + found[:, 2:])
    shared = ops.prod(ops.relu(high - low), axis=1)
    areas = ops.prod(true[:, 2:], axis=1) + ops.prod(ops.relu(found[:, 2:]), axis=1)
    return shared / ops.maximum(areas - shared, _TINY)


def _mask_iou(true: Any, found: Any, threshold: float) -> Any:
    """Return what `measures.mask_iou` does, as tensors (n,)."""
    rows = (ops.shape(true)[0], -1)
    there, seen = ops.reshape(true, rows) > THRESHOLD, ops.reshape(found, rows) > threshold
    shared = ops.sum(ops.cast(ops.logical_and(there, seen), "float32"), axis=1)
    union = ops.sum(ops.cast(ops.logical_or(there, seen), "float32"), axis=1)
    return ops.where(union > 0, shared / ops.maximum(union, 1.0), 1.0)
