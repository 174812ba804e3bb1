"""Facts that many suites ask about, as a sentence for the student: empty where they hold.

>>> problem = wrong_shape(model, returns=(None, 10))
>>> assert not problem, problem
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

import numpy as np

from autograder.models.view import ModelView
from autograder.records import TrainingRecord
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
    """Return by how much a trained model misses its floor, which is the recipe's for its question."""
    if training.test_accuracy >= training.floor:
        return ""
    return (
        f"after training, {percent_text(training.test_accuracy)} of the test images are recognised, "
        f"{percent_text(training.floor)} were asked for"
    )


class _OfAKind(Protocol):
    @property
    def kind(self) -> str: ...


def kinds_in_words(things: Iterable[_OfAKind]) -> str:
    """Return the kinds of steps or layers, for a sentence: "`Conv2D`, `ReLU` and `Conv2D`", or "nothing"."""
    *first, last = [f"`{thing.kind}`" for thing in things] or ["nothing"]
    return f"{', '.join(first)} and {last}" if first else last
