"""How well a model does, computed where labels, boxes and masks of the held-out images are. NumPy alone.

What a model predicts is a mapping: ``scores`` (n, k), ``boxes`` (n, 4) and ``masks`` (n, h, w) or (n, h, w, 1), as its
task has them.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from autograder.datasets import Dataset
from autograder.errors import InfrastructureError
from autograder.records import Measure
from autograder.settings import Task

THRESHOLD = 0.5
"""Where a predicted mask is larger, it says that the object is there."""
NOTHING = -1
"""The guess of a model that gives no number."""

Predictions = Mapping[str, np.ndarray]


def measured(task: Task, predictions: Predictions, data: Dataset, *, are_probabilities: bool) -> dict[Measure, float]:
    """Return what predictions for all held-out images come to, in every measure of a task.

    Parameters
    ----------
    are_probabilities
        Whether the values of masks are; else they are logits.

    Raises
    ------
    InfrastructureError
        If there is not one prediction for each image.
    """
    match task:
        case Task.CLASSIFICATION:
            return {Measure.ACCURACY: accuracy(predictions["scores"], data.test_labels)}
        case Task.LOCALIZATION:
            return {
                Measure.ACCURACY: accuracy(predictions["scores"], data.test_labels),
                Measure.IOU: _mean(box_iou(predictions["boxes"], known(data.test_boxes))),
            }
        case Task.SEGMENTATION:
            seen = seen_masks(predictions["masks"], are_probabilities=are_probabilities)
            return {Measure.IOU: _mean(mask_iou(seen, known(data.test_masks)))}


def accuracy(scores: np.ndarray, labels: np.ndarray) -> float:
    """Return the fraction of images whose largest score is their label's.

    Parameters
    ----------
    scores : (n, k) float
        Rows that hold a number which is not finite count as wrong.
    labels : (n,) int

    Raises
    ------
    InfrastructureError
        If there is not one row of scores for each label.
    """
    if scores.ndim != 2 or len(scores) != len(labels):
        raise InfrastructureError(f"predictions of shape {scores.shape} came back for {len(labels)} images")
    return float((guesses(scores) == labels).mean())


def guesses(scores: np.ndarray) -> NDArray[np.int64]:
    """Return the place of each row's largest score, `NOTHING` where a score is no number."""
    return np.where(np.isfinite(scores).all(axis=1), scores.argmax(axis=1), NOTHING)


def box_iou(boxes: np.ndarray, others: np.ndarray) -> NDArray[np.float64]:
    """Return the intersection over union of pairs of boxes, (n,).

    A box without an area, or with a number that is not finite, overlaps with nothing.

    Parameters
    ----------
    boxes, others : (n, 4) float
        As (x, y, width, height), with (x, y) the upper left corner.

    Raises
    ------
    InfrastructureError
        If they are no such pairs.
    """
    _require_same(boxes, others)
    first, second = boxes.astype(np.float64), others.astype(np.float64)
    is_box = np.ones(len(first), bool)
    for each in (first, second):
        is_box &= np.isfinite(each).all(axis=1) & (each[:, 2:] > 0).all(axis=1)
    first, second = (np.where(is_box[:, None], each, 0.0) for each in (first, second))
    low = np.maximum(first[:, :2], second[:, :2])
    high = np.minimum(first[:, :2] + first[:, 2:], second[:, :2] + second[:, 2:])
    shared = np.clip(high - low, 0, None).prod(axis=1)
    union = first[:, 2:].prod(axis=1) + second[:, 2:].prod(axis=1) - shared
    overlap: NDArray[np.float64] = np.divide(shared, union, out=np.zeros(len(first)), where=union > 0)
    return overlap


def mask_iou(masks: np.ndarray, others: np.ndarray, threshold: float = THRESHOLD) -> NDArray[np.float64]:
    """Return the intersection over union of pairs of masks, (n,); 1 where both are empty.

    Parameters
    ----------
    masks : (n, h, w) float
        The object is where they are larger than `threshold`; not where they hold no number.
    others : (n, h, w) bool

    Raises
    ------
    InfrastructureError
        If they are no such pairs.
    """
    _require_same(masks, others)
    found = masks > threshold
    shared = (found & others).sum(axis=(1, 2))
    union = (found | others).sum(axis=(1, 2))
    overlap: NDArray[np.float64] = np.divide(shared, union, out=np.ones(len(union)), where=union > 0)
    return overlap


def _mean(values: NDArray[np.float64]) -> float:
    return float(values.mean())


def seen_masks(masks: np.ndarray, *, are_probabilities: bool) -> NDArray[np.bool_]:
    """Return where masks (n, h, w) or (n, h, w, 1) say that the object is; nowhere that they hold no number."""
    flat = masks[..., 0] if masks.ndim == 4 else masks
    seen: NDArray[np.bool_] = flat > (THRESHOLD if are_probabilities else 0.0)
    return seen


def known(array: np.ndarray | None) -> np.ndarray:
    """Return the boxes or masks of a data set.

    Raises
    ------
    InfrastructureError
        If it has none.
    """
    if array is None:
        raise InfrastructureError("a task was judged by boxes or masks that its data set does not have")
    return array


def _require_same(predicted: np.ndarray, known: np.ndarray) -> None:
    if predicted.shape != known.shape:
        raise InfrastructureError(f"predictions of shape {predicted.shape} came back, {known.shape} was expected")
