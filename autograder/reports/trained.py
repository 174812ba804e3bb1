"""What a training showed, laid out for a page: a sentence, the confusion of classes, and the worst mistakes."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass

from autograder.records import Evidence, Measure, TrainingRecord

_HOW = {
    Evidence.RECIPE: "trained with the recipe `{recipe}`, your model",
    Evidence.CONTINUED: "trained on from your weights with the recipe `{recipe}`, your model",
    Evidence.WEIGHTS: "with your weights, your model",
    Evidence.PREDICTIONS: "as your notebook left it, your model",
}
_DID = {
    Measure.ACCURACY: ("recognised", "of images it had never seen"),
    Measure.IOU: ("reached an intersection over union of", "on average, on images it had never seen"),
}


@dataclass(frozen=True)
class Cell:
    """One number of a confusion matrix; `share` is its part of the row, in [0, 1]."""

    count: int
    share: float
    is_right: bool


@dataclass(frozen=True)
class Row:
    """What became of the held-out images of one class."""

    name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Shown:
    """A mistake with its image as the source of an ``img``."""

    label: str
    predicted: str
    confidence: float
    source: str


@dataclass(frozen=True)
class Seen:
    """Where an object was seen and where it is, with the image as the source of an ``img``; `iou` is in [0, 1]."""

    iou: float
    source: str


def how(record: TrainingRecord) -> str:
    """Return the beginning of the sentence that says what was measured; the value follows."""
    return f"{_HOW[record.evidence].format(recipe=record.recipe)} {_DID[record.measure][0]}"


def of_what(record: TrainingRecord) -> str:
    """Return what follows the value in that sentence."""
    return _DID[record.measure][1]


def is_ours(record: TrainingRecord) -> bool:
    """Whether it was trained here, so that there are epochs to show."""
    return record.evidence in (Evidence.RECIPE, Evidence.CONTINUED)


def confusion(record: TrainingRecord) -> tuple[Row, ...]:
    """Return the rows of the confusion matrix; none where there is no matrix, or it does not fit its classes."""
    size = len(record.class_names)
    if not size or [len(row) for row in record.confusion] != [size] * size:
        return ()
    return tuple(
        Row(name, tuple(_cells(number, record.confusion[number]))) for number, name in enumerate(record.class_names)
    )


def mistakes(record: TrainingRecord) -> tuple[Shown, ...]:
    """Return the mistakes of which class and image can be shown."""
    names = record.class_names
    return tuple(
        Shown(names[each.label], names[each.predicted], each.confidence, _source(each.image))
        for each in record.mistakes
        if 0 <= each.label < len(names) and 0 <= each.predicted < len(names)
    )


def overlaps(record: TrainingRecord) -> tuple[Seen, ...]:
    """Return the images in which an object was seen worst."""
    return tuple(Seen(each.iou, _source(each.image)) for each in record.overlaps)


def _cells(number: int, counts: tuple[int, ...]) -> Iterator[Cell]:
    total = max(sum(counts), 1)
    for place, count in enumerate(counts):
        yield Cell(count, round(count / total, 3), place == number)


def _source(image: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(image).decode()}"
