"""What each epoch of a training showed: how well it did, which classes are confused, and the worst mistakes.

Only the first `NUM_SHOWN` held-out images are ever shown to anybody. They are the same ones in every training of a
course, so students who put all their pages together know the labels of these images and of no others.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from autograder.datasets import Dataset
from autograder.records import Attempt, Measure, Mistake, Overlap, Record
from autograder.settings import Task
from autograder.training import measures
from autograder.training.outlines import outlined, region

NUM_SHOWN = 100
"""Held-out images that mistakes are shown from."""
MOST_MISTAKES = 12
MOST_OVERLAPS = 6
"""Pictures of where objects were seen: each epoch has its own."""


class WrongGuess(Record, frozen=True, kw_only=True):
    """A held-out image, by its place, that was taken for another class with a confidence in [0, 1]."""

    place: int
    label: int
    predicted: int
    confidence: float


class Guesses(Record, frozen=True, kw_only=True):
    """What predictions show beside their measures; see `TrainingRecord` for `confusion` and `overlaps`."""

    confusion: tuple[tuple[int, ...], ...] = ()
    wrong: tuple[WrongGuess, ...] = ()
    overlaps: tuple[Overlap, ...] = ()


class Epoch(Record, frozen=True, kw_only=True):
    """What one epoch came to.

    `test` and `train` have every measure of the task, the one first that counts where nobody says otherwise: on
    held-out images, and on those of the training.
    """

    test: dict[Measure, float]
    train: dict[Measure, float]
    loss: float
    guesses: Guesses = Guesses()


def attempt_of(seed: int, epochs: Sequence[Epoch], measure: Measure) -> Attempt:
    """Return some epochs of a training as an attempt in one measure."""
    return Attempt(
        seed=seed,
        test=tuple(epoch.test[measure] for epoch in epochs),
        train=tuple(epoch.train[measure] for epoch in epochs),
        loss=tuple(epoch.loss for epoch in epochs),
    )


def looked_at(task: Task, predictions: measures.Predictions, data: Dataset, *, are_probabilities: bool) -> Guesses:
    """Return what predictions for all held-out images show beside their measures."""
    shown = slice(0, NUM_SHOWN)
    match task:
        case Task.CLASSIFICATION:
            return examine(predictions["scores"], data, are_probabilities=are_probabilities)
        case Task.LOCALIZATION:
            found = examine(predictions["scores"], data, are_probabilities=are_probabilities)
            boxes, right = predictions["boxes"][shown], measures.known(data.test_boxes)[shown]
            height, width = data.test_images.shape[1:3]
            return msgspec.structs.replace(
                found,
                overlaps=_overlaps(
                    measures.box_iou(boxes, right),
                    data.test_images,
                    lambda place: (region(right[place], height, width), region(boxes[place], height, width)),
                ),
            )
        case Task.SEGMENTATION:
            masks, there = predictions["masks"][shown], measures.known(data.test_masks)[shown]
            seen = measures.seen_masks(masks, are_probabilities=are_probabilities)
            overlaps = _overlaps(
                measures.mask_iou(seen, there), data.test_images, lambda place: (there[place], seen[place])
            )
            return Guesses(overlaps=overlaps)


def examine(scores: np.ndarray, data: Dataset, *, are_probabilities: bool) -> Guesses:
    """Return what scores of all held-out images show beside their accuracy.

    Parameters
    ----------
    scores : (n, k) float
        One row for each of `data.test_images`.
    are_probabilities
        Whether the scores of an image add up to one; else they are taken for logits.
    """
    guesses, labels = measures.guesses(scores), data.test_labels
    confusion = np.zeros((data.num_classes, data.num_classes), int)
    is_class = (guesses >= 0) & (guesses < data.num_classes)
    np.add.at(confusion, (labels[is_class], guesses[is_class]), 1)
    shown = slice(0, NUM_SHOWN)
    confidence = _confidence(scores[shown], are_probabilities)
    wrong = np.flatnonzero(is_class[shown] & (guesses[shown] != labels[shown]))
    surest = wrong[np.argsort(-confidence[wrong], kind="stable")][:MOST_MISTAKES]
    return Guesses(
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


def pictures(found: Iterable[Guesses], data: Dataset) -> dict[int, bytes]:
    """Return a PNG of every held-out image that some guesses name, by its place."""
    places = sorted({guess.place for guesses in found for guess in guesses.wrong})
    return {place: png(data.test_images[place]) for place in places}


def mistakes(guesses: Guesses, images: dict[int, bytes]) -> tuple[Mistake, ...]:
    """Return the mistakes among guesses with their images, which are known by place."""
    return tuple(
        Mistake(label=guess.label, predicted=guess.predicted, confidence=guess.confidence, image=images[guess.place])
        for guess in guesses.wrong
    )


def png(image: NDArray[np.uint8]) -> bytes:
    """Return an image (height, width, 1 or 3) as a PNG."""
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(image[:, :, 0] if image.shape[2] == 1 else image).save(buffer, "png")
    return buffer.getvalue()


def _overlaps(
    iou: NDArray[np.float64],
    images: NDArray[np.uint8],
    regions: Callable[[int], tuple[NDArray[np.bool_], NDArray[np.bool_]]],
) -> tuple[Overlap, ...]:
    """Return the worst of some images that are not seen wholly right.

    `regions` returns of an image where its object is, and where it was seen, (h, w) each.
    """
    worst = [int(place) for place in np.argsort(iou, kind="stable")[:MOST_OVERLAPS] if iou[place] < 1]
    return tuple(
        Overlap(iou=round(float(iou[place]), 3), image=png(outlined(images[place], *regions(place)))) for place in worst
    )


def _confidence(scores: np.ndarray, are_probabilities: bool) -> NDArray[np.float64]:
    """Return the probability that each row gives to its largest score; 0 where a score is no number."""
    numbers = np.where(np.isfinite(scores), scores, 0).astype(np.float64)
    if are_probabilities:
        return np.asarray(np.clip(numbers.max(axis=1), 0, 1))
    odds = np.exp(numbers - numbers.max(axis=1, keepdims=True))
    return np.asarray(1 / odds.sum(axis=1))
