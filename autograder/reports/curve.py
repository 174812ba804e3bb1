"""Where the lines of a learning curve go, as numbers; the template turns them into an SVG.

The vertical axis always runs from 0 to 100 %, so that two curves can be compared by eye.
"""

from __future__ import annotations

from dataclasses import dataclass

from autograder.records import Attempt, Measure, TrainingRecord
from autograder.reports.summary import percent_text

WIDTH, HEIGHT = 440, 240
LEFT, RIGHT, TOP, BOTTOM = 62, 14, 14, 40
_MOST_TICKS = 8
_AXES = {Measure.ACCURACY: "accuracy", Measure.IOU: "intersection over union"}


@dataclass(frozen=True)
class Tick:
    """A labelled position on an axis."""

    at: float
    label: str


@dataclass(frozen=True)
class Line:
    """One curve: `points` as SVG wants them, `kind` one of ``best``, ``training`` and ``other``."""

    kind: str
    points: str


@dataclass(frozen=True)
class Curve:
    """One training, laid out in a box of `WIDTH` x `HEIGHT` units with the origin at the upper left.

    `marks` are the ends of the best attempt's line: an attempt of a single epoch is no line, but still seen. `measure`
    says what goes up.
    """

    lines: tuple[Line, ...]
    marks: tuple[tuple[float, float], ...]
    floor: float
    epochs: tuple[Tick, ...]
    values: tuple[Tick, ...]
    measure: str
    description: str


def learning_curve(training: TrainingRecord) -> Curve | None:
    """Return the value after each epoch of every attempt, or None where we trained no epoch."""
    finished = [attempt for attempt in training.attempts if attempt.train]
    if not finished:
        return None
    best = max(finished, key=lambda attempt: attempt.best)
    epochs = max(len(attempt.test) for attempt in finished)
    lines = [Line("other", _points(each.test, epochs)) for each in finished if each is not best]
    lines.append(Line("training", _points(best.train, epochs)))
    lines.append(Line("best", _points(best.test, epochs)))
    step = -(-epochs // _MOST_TICKS)
    numbers = [1, *range(step, epochs + 1, step)] if step > 1 else range(1, epochs + 1)
    return Curve(
        lines=tuple(lines),
        marks=tuple((_x(epoch, epochs), _y(value)) for epoch, value in enumerate(best.test, 1)),
        floor=_y(training.floor),
        epochs=tuple(Tick(_x(number, epochs), str(number)) for number in numbers),
        values=tuple(Tick(_y(value / 100), f"{value} %") for value in range(0, 101, 20)),
        measure=_AXES[training.measure],
        description=_description(best, training.measure, training.floor),
    )


def _x(epoch: int, epochs: int) -> float:
    width = WIDTH - LEFT - RIGHT
    return round(LEFT + (width * (epoch - 1) / (epochs - 1) if epochs > 1 else width / 2), 1)


def _y(value: float) -> float:
    return round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - value), 1)


def _points(values: tuple[float, ...], epochs: int) -> str:
    return " ".join(f"{_x(epoch, epochs)},{_y(value)}" for epoch, value in enumerate(values, 1))


def _description(best: Attempt, measure: Measure, floor: float) -> str:
    values = ", ".join(percent_text(value) for value in best.test)
    name = _AXES[measure].capitalize()
    return f"{name} on held-out images after each epoch: {values}. Asked for: {percent_text(floor)}."
