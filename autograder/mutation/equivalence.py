"""Whether a mutant does what the reference does: the same values, models and results, whatever it is given.

Both run as submissions do, behind the wall, and are asked the same questions:

* a variable has the same value;
* a function with drawn arguments (`inputs`) returns the same for each of `DRAWS` or `SLOW_DRAWS` draws, and leaves
  models that it was given in the same state;
* a function without, or a block, makes the same models: normalised they differ in names only, or they have the same
  weights in the same order and compute the same with these, in training and in inference;
* a figure shows the same pictures and words, up to brightness, contrast and size.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.errors import AssignmentError, SubmissionError
from autograder.models.view import ModelView, Step
from autograder.mutation.inputs import Call, Draw
from autograder.mutation.same import is_same
from autograder.suite.submission import Figure, Submission
from autograder.wire.plain import Opaque

DRAWS = 24
SLOW_DRAWS = 4
"""Draws for functions that take or make models, or pictures."""


@dataclass(frozen=True)
class Expected:
    """What the reference holds under a name, or makes of drawn arguments; or why it cannot be asked."""

    name: str
    asked: Call | None
    outcome: list[Any] | SubmissionError


def ask_reference(reference: Submission, names: Collection[str], inputs: Mapping[str, Draw]) -> tuple[Expected, ...]:
    """Return what another answer is compared with.

    Parameters
    ----------
    inputs
        What draws the arguments of functions.

    Raises
    ------
    AssignmentError
        If the inputs ask for something that cannot be looked at.
    """
    found = []
    for name in names:
        for asked in _draws(inputs[name]) if name in inputs else [None]:
            try:
                found.append(Expected(name, asked, _asked(reference, name, asked)))
            except SubmissionError as error:
                found.append(Expected(name, asked, error))
    return tuple(found)


def find_difference(reference: Collection[Expected], other: Submission) -> str:
    """Return in a sentence what an answer does not share with the reference; empty where they are equivalent."""
    for expected in reference:
        if isinstance(expected.outcome, SubmissionError):
            why = expected.outcome.message
            return f"it cannot be compared with the reference ({why}): inputs.py draws no arguments for it"
        try:
            found = _asked(other, expected.name, expected.asked)
        except SubmissionError as error:
            return error.message
        if difference := _difference(expected.outcome, found, expected.name):
            return difference
    return ""


def _draws(draw: Draw) -> list[Call]:
    rng = np.random.default_rng(0)
    first = draw(rng)
    is_quick = first.returns == "data" and not first.graphs
    return [first, *(draw(rng) for _ in range((DRAWS if is_quick else SLOW_DRAWS) - 1))]


def _asked(submission: Submission, name: str, asked: Call | None) -> list[Any]:
    """Return what a name holds or makes of drawn arguments, and the weights that models among these have then."""
    if asked is None:
        return [_value_or_model(submission, name)]
    models = {id(graph): submission.build(graph, is_compiled=asked.is_compiled) for graph in asked.graphs}
    args = [models.get(id(each), each) for each in asked.args]
    kwargs = {key: models.get(id(each), each) for key, each in asked.kwargs.items()}
    found: Any
    match asked.returns:
        case "data":
            found = submission.call(name, *args, returns=_as_it_is, **kwargs)
        case "history":
            found = submission.history(name, *args, **kwargs)
        case "figure":
            found = _shown(submission.figure(name, *args, **kwargs))
        case "model":
            found = submission.model(name, *args, **kwargs)
        case "block":
            found = submission.block(name, *args, input_shape=asked.input_shape, **kwargs)
        case _:
            raise AssignmentError(f"inputs of {name}: returns={asked.returns!r} is none of what can be looked at")
    return [found, *(list(submission.weights(reference)) for reference in models.values())]


def _value_or_model(submission: Submission, name: str) -> Any:
    try:
        value = submission.value(name, _as_it_is)
    except SubmissionError:
        return submission.model(name)
    return submission.model(name) if isinstance(value, Opaque) else value


def _as_it_is(value: Any, what: str) -> Any:
    return value


def _shown(figure: Figure) -> Any:
    """Return what a reader sees of a figure, in an order of its own, whatever its brightness, contrast and size."""
    axes = [
        [
            [_normalised(image) for image in each.images],
            sorted(each.lines, key=repr),
            [each.title, each.x_label, each.y_label, *each.texts],
            [each.has_x_ticks, each.has_y_ticks],
        ]
        for each in figure.axes
    ]
    return sorted(axes, key=lambda each: repr([np.round(image, 3).tolist() for image in each[0]]))


def _normalised(image: np.ndarray) -> np.ndarray:
    centred = image.astype(float) - float(image.mean())
    return np.divide(centred, np.abs(centred).max() or 1.0)


def _computes_the_same(one: ModelView, other: ModelView) -> bool:
    """Return whether two models compute the same with the same weights; False where these do not fit both."""
    layers = [[step for step in view.layers() if step.num_parameters] for view in (one, other)]
    try:
        pairs = zip((one, other), layers, strict=True)
        shapes = [[(step.kind, step.trainable, _shapes(view, step)) for step in steps] for view, steps in pairs]
        if shapes[0] != shapes[1] or one.input_shape != other.input_shape or one.output_shape != other.output_shape:
            return False
        rng = np.random.default_rng(0)
        for mine, others in zip(*layers, strict=True):
            values = {name: rng.uniform(0.1, 0.5, array.shape) for name, array in one.weights(mine).items()}
            one, other = one.with_weights(mine, **values), other.with_weights(others, **values)
        images = rng.normal(size=(4, *one.input_shape[1:])).astype(np.float32)
        return all(is_same(one.predict(images, flag), other.predict(images, flag)) for flag in (False, True))
    except SubmissionError:
        return False


def _shapes(view: ModelView, step: Step) -> dict[str, tuple[int, ...]]:
    return {name: array.shape for name, array in view.weights(step).items()}


def _difference(expected: list[Any], found: list[Any], name: str) -> str:
    one, other = expected[0], found[0]
    if isinstance(one, ModelView) and isinstance(other, ModelView):
        unused = [sorted(layer.kind for layer in view.unused if layer.called) for view in (one, other)]
        if unused[0] != unused[1]:
            return f"`{name}` computes what it does not use"
        difference = one.difference(other)
        return "" if difference and _computes_the_same(one, other) else difference
    return "" if is_same(expected, found) else f"`{name}` is not the same as in the reference"
