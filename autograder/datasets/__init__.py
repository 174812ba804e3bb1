"""The data that models are trained on, behind one interface.

The `shapes` are generated, so they are at hand everywhere and a new held-out set costs nothing; boxes and masks are
known of them. `cifar10` and `fashion_mnist` are files of the world: their labels are public, so only trainings of ours
may be judged on them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from autograder.datasets import files, shapes
from autograder.errors import UsageError


@dataclass(frozen=True)
class _Generated:
    """A set of `shapes`: its classes, and what an image of it is like."""

    classes: tuple[str, ...] = shapes.CLASSIFICATION
    size: int = 32
    channels: int = 3


GENERATED: Mapping[str, _Generated] = {
    "shapes": _Generated(),
    "shapes-grey": _Generated(size=28, channels=1),
    "shapes-transfer": _Generated(classes=shapes.TRANSFER),
}
"""What is made here, with secret labels, boxes and masks."""
NAMES = (*GENERATED, *files.SETS)


@dataclass(frozen=True)
class Dataset:
    """Images with what is known of them.

    Attributes
    ----------
    train_images, test_images : (n, height, width, channels) uint8
    train_labels, test_labels : (n,) int64
        In 0..num_classes-1.
    class_names
        What the labels stand for.
    train_boxes, test_boxes : (n, 4) float32 or None
        The tightest box around the object as (x, y, width, height) in [0, 1] of the image's size, with (x, y) its
        upper left corner; None where none are known.
    train_masks, test_masks : (n, height, width) bool or None
        Where the object is; None where none are known.
    """

    train_images: NDArray[np.uint8]
    train_labels: NDArray[np.int64]
    test_images: NDArray[np.uint8]
    test_labels: NDArray[np.int64]
    class_names: tuple[str, ...]
    train_boxes: NDArray[np.float32] | None = None
    test_boxes: NDArray[np.float32] | None = None
    train_masks: NDArray[np.bool_] | None = None
    test_masks: NDArray[np.bool_] | None = None

    @property
    def num_classes(self) -> int:
        """Number of classes."""
        return len(self.class_names)


def load(name: str, *, num_train: int, num_test: int, seed: int) -> Dataset:
    """Return a data set.

    Parameters
    ----------
    name
        One of `NAMES`.
    num_train, num_test
        Images in each part.
    seed
        Draws the images that are generated, and which images of the other sets are taken.

    Raises
    ------
    UsageError
        If there is no such data set, or its file cannot be had.
    """
    if name in GENERATED:
        kind = GENERATED[name]
        made = shapes.generate(
            num_train + num_test, seed=seed, classes=kind.classes, size=kind.size, channels=kind.channels
        )
        return Dataset(
            made.images[:num_train],
            made.labels[:num_train],
            made.images[num_train:],
            made.labels[num_train:],
            made.class_names,
            made.boxes[:num_train],
            made.boxes[num_train:],
            made.masks[:num_train],
            made.masks[num_train:],
        )
    train, test = files.read(_known(name))
    rng = np.random.default_rng(seed)
    train_images, train_labels = _drawn(rng, name, "training", *train, num_train)
    test_images, test_labels = _drawn(rng, name, "test", *test, num_test)
    return Dataset(train_images, train_labels, test_images, test_labels, class_names(name))


def class_names(name: str) -> tuple[str, ...]:
    """Return what the labels of a data set stand for.

    Raises
    ------
    UsageError
        If there is no such data set.
    """
    return GENERATED[name].classes if name in GENERATED else files.SETS[_known(name)].class_names


def known_of(name: str) -> tuple[str, ...]:
    """Return what is known of each image of a data set: ``labels``, and where it is so ``boxes`` and ``masks``.

    Raises
    ------
    UsageError
        If there is no such data set.
    """
    return ("labels", "boxes", "masks") if _known(name) in GENERATED else ("labels",)


def has_public_labels(name: str) -> bool:
    """Whether anybody can know the labels of the held-out images, so that a table of them would score 100 %.

    Raises
    ------
    UsageError
        If there is no such data set.
    """
    return _known(name) not in GENERATED


def fingerprint(name: str, *, num_train: int, num_test: int, seed: int) -> str:
    """Return a hash that is another one whenever `load` would return other data; nothing is generated for it.

    Raises
    ------
    UsageError
        As `load` does.
    """
    origin = shapes.VERSION if name in GENERATED else files.digest(_known(name))
    return hashlib.sha256(f"{name} {origin} {num_train} {num_test} {seed}".encode()).hexdigest()


def _known(name: str) -> str:
    if name not in NAMES:
        raise UsageError(f"there is no data set {name!r}: a recipe can name {', '.join(NAMES)}")
    return name


def _drawn(
    rng: np.random.Generator, name: str, part: str, images: NDArray[np.uint8], labels: NDArray[np.int64], count: int
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    if count > len(images):
        raise UsageError(f"{name} has {len(images):,} {part} images, the recipe asks for {count:,}")
    chosen = rng.permutation(len(images))[:count]
    return images[chosen], labels[chosen]
