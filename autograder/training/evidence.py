"""What predictions on held-out images show: accuracy, which classes are confused, and the surest mistakes.

Only the first `NUM_SHOWN` held-out images are ever shown to anybody. They are the same ones in every training of a
course, so students who put all their pages together know the labels of these images and of no others.
"""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray

from autograder.datasets import Dataset
from autograder.errors import InfrastructureError
from autograder.records import Mistake, Record

NUM_SHOWN = 100
"""Held-out images that mistakes are shown from."""
MOST_MISTAKES = 12
_NOTHING = -1


class WrongGuess(Record, frozen=True, kw_only=True):
    """A held-out image, by its place, that was taken for another class with a confidence in [0, 1]."""

    place: int
    label: int
    predicted: int
    confidence: float


class EpochEvidence(Record, frozen=True, kw_only=True):
    """What one epoch showed beside its accuracy; see `TrainingRecord` for `confusion`."""

    confusion: tuple[tuple[int, ...], ...]
    wrong: tuple[WrongGuess, ...]


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
    return float((_guesses(scores) == labels).mean())


def examine(scores: np.ndarray, data: Dataset, *, are_probabilities: bool) -> EpochEvidence:
    """Return what scores of all held-out images show beside their accuracy.

    Parameters
    ----------
    scores : (n, k) float
        One row for each of `data.test_images`.
    are_probabilities
        Whether the scores of an image add up to one; else they are taken for logits.
    """
    guesses, labels = _guesses(scores), data.test_labels
    confusion = np.zeros((data.num_classes, data.num_classes), int)
    is_class = (guesses >= 0) & (guesses < data.num_classes)
    np.add.at(confusion, (labels[is_class], guesses[is_class]), 1)
    shown = slice(0, NUM_SHOWN)
    confidence = _confidence(scores[shown], are_probabilities)
    wrong = np.flatnonzero(is_class[shown] & (guesses[shown] != labels[shown]))
    surest = wrong[np.argsort(-confidence[wrong], kind="stable")][:MOST_MISTAKES]
    return EpochEvidence(
        confusion=tuple(tuple(row) for row in confusion.tolist()),
        wrong=tuple(
            WrongGuess(
                place=int(place),
                label=int(labels[place]),
                predicted=int(guesses[place]),
                confidence=round(float(confidence[place]), 3),
            )
            for place in surest
        ),
    )


def pictures(epochs: tuple[EpochEvidence, ...], data: Dataset) -> dict[int, bytes]:
    """Return a PNG of every held-out image that some epochs name, by its place."""
    places = sorted({guess.place for epoch in epochs for guess in epoch.wrong})
    return {place: png(data.test_images[place]) for place in places}


def mistakes(epoch: EpochEvidence, images: dict[int, bytes]) -> tuple[Mistake, ...]:
    """Return the mistakes of an epoch with their images, which are known by place."""
    return tuple(
        Mistake(label=guess.label, predicted=guess.predicted, confidence=guess.confidence, image=images[guess.place])
        for guess in epoch.wrong
    )


def png(image: NDArray[np.uint8]) -> bytes:
    """Return an image (height, width, 1 or 3) as a PNG."""
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(image[:, :, 0] if image.shape[2] == 1 else image).save(buffer, "png")
    return buffer.getvalue()


def _guesses(scores: np.ndarray) -> NDArray[np.int64]:
    """Return the place of each row's largest score, -1 where a score is no number."""
    return np.where(np.isfinite(scores).all(axis=1), scores.argmax(axis=1), _NOTHING)


def _confidence(scores: np.ndarray, are_probabilities: bool) -> NDArray[np.float64]:
    """Return the probability that each row gives to its largest score; 0 where a score is no number."""
    numbers = np.where(np.isfinite(scores), scores, 0).astype(np.float64)
    if are_probabilities:
        return np.asarray(np.clip(numbers.max(axis=1), 0, 1))
    odds = np.exp(numbers - numbers.max(axis=1, keepdims=True))
    return np.asarray(1 / odds.sum(axis=1))
