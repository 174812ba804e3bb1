"""Facts that many suites ask about, as a sentence for the student: empty where they hold.

>>> problem = wrong_shape(model, returns=(None, 10))
>>> assert not problem, problem
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import numpy as np

from autograder.models.view import ModelView
from autograder.records import Measure, TrainingRecord
from autograder.reports.summary import percent_text

_SUM_TOLERANCE = 1e-4  # some dozen float32 numbers add up to one within a few units of the seventh digit


def wrong_shape(model: ModelView, *, takes: Any = None, returns: Any = None) -> str:
    """Return what is wrong with the shapes of a model's input and output.

    Parameters
    ----------
    model
        The model.
    takes, returns
        The shapes that were asked for, None for the batch: `(None, 32, 32, 3)`. What is None is not looked at.
    """
    if takes is not None and model.input_shape != takes:
        return f"the model takes an input of shape {model.input_shape}, {takes} was asked for"
    if returns is not None and model.output_shape != returns:
        return f"the output has the shape {model.output_shape}, {returns} was asked for"
    return ""


def no_probabilities(scores: np.ndarray) -> str:
    """Return why the rows of an array (n, k) are no probabilities of k classes."""
    if not np.all(np.isfinite(scores)):
        return "some scores are no finite numbers"
    if scores.min() < 0:
        return f"the smallest score is {scores.min():.3g}: a probability is not below zero"
    sums = scores.sum(axis=-1)
    worst = sums.flat[np.abs(sums - 1).argmax()]
    return (
        "" if abs(worst - 1) <= _SUM_TOLERANCE else f"the scores of an image add up to {worst:.4g}, probabilities to 1"
    )


def too_large(model: ModelView, max_parameters: int) -> str:
    """Return by how much a model exceeds a budget of parameters."""
    found = model.num_parameters
    if found <= max_parameters:
        return ""
    return f"the model has {found:,} parameters, at most {max_parameters:,} were asked for"


def under_floor(training: TrainingRecord) -> str:
    """Return by how much a trained model misses its floor: the recipe's for its question, in the result's measure."""
    if training.value >= training.floor:
        return ""
    reached, floor = percent_text(training.value), percent_text(training.floor)
    match training.measure:
        case Measure.ACCURACY:
            return f"after training, {reached} of the test images are recognised, {floor} were asked for"
        case Measure.IOU:
            return (
                f"after training, the intersection over union on the test images is {reached} on average, {floor} was "
                "asked for"
            )


def wrong_values(
    found: np.ndarray,
    asked: np.ndarray,
    slips: Mapping[str, np.ndarray] | None = None,
    *,
    rtol: float = 1e-4,
    atol: float = 1e-5,
) -> str:
    """Return what is wrong with the values of an array: the slip that explains all of them, or how many and where.

    >>> wrong_values(np.array([3, 2]), np.array([2, 3]), {"the order is turned round": np.array([3, 2])})
    'the order is turned round'

    Parameters
    ----------
    found
        Any shape and type; what is not finite is wrong.
    asked
        What was asked for.
    slips
        For a sentence about a slip, the array that it makes, of any shape; the first that fits is said.
    rtol, atol
        How far numbers may lie apart, as in `numpy.isclose`; some hundred float32 numbers of the size of one, summed
        in another order, stay within what is given here.
    """

    def is_same(array: np.ndarray) -> bool:
        return found.shape == np.shape(array) and np.allclose(found, array, rtol=rtol, atol=atol)

    if is_same(asked):
        return ""
    for sentence, array in (slips or {}).items():
        if is_same(array):
            return sentence
    if found.shape != asked.shape:
        return f"the shape is {found.shape}, {asked.shape} was asked for"
    if not found.shape:
        return f"the value is {found:.4g}, another one was asked for"
    wrong = np.argwhere(~np.isclose(found, asked, rtol=rtol, atol=atol))
    first = tuple(int(index) for index in wrong[0])
    place = first[0] if len(first) == 1 else first
    return f"{len(wrong)} of {found.size} values are wrong, the first of them at index {place}"


class _OfAKind(Protocol):
    @property
    def kind(self) -> str: ...


def kinds_in_words(things: Iterable[_OfAKind]) -> str:
    """Return the kinds of steps or layers, for a sentence: "`Conv2D`, `ReLU` and `Conv2D`", or "nothing"."""
    *first, last = [f"`{thing.kind}`" for thing in things] or ["nothing"]
    return f"{', '.join(first)} and {last}" if first else last
