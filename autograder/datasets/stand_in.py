"""What ``keras.datasets.<name>.load_data()`` returns while a submission is graded.

Arrays of exactly the shapes and types of the real set, filled from `shapes` with a public seed: a notebook runs
the same on every machine, with or without a network. A few thousand images are generated once and repeated; the
zygote does it before it forks, so that all submissions share the memory.
"""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from autograder.datasets import shapes

PUBLIC_SEED = 0
NUM_GENERATED = 2_000
SETS: dict[str, tuple[int, tuple[int, ...], bool]] = {
    "cifar10": (50_000, (32, 32, 3), True),
    "fashion_mnist": (60_000, (28, 28), False),
    "mnist": (60_000, (28, 28), False),
}
"""Training images, shape of one, and whether labels have a second axis; there are 10,000 test images of each."""
NAMES = tuple(SETS)
NUM_TEST = 10_000

Part = tuple[NDArray[np.uint8], NDArray[np.uint8]]


def preload() -> None:
    """Make the largest set now: what is made before a fork is shared."""
    _made("cifar10")


def load_data(name: str) -> tuple[Part, Part]:
    """Return ``(images, labels), (images, labels)`` for training and test, as Keras does."""
    (train_images, train_labels), (test_images, test_labels) = _made(name)
    return (train_images, train_labels), (test_images, test_labels)


@functools.cache
def _made(name: str) -> tuple[Part, Part]:
    num_train, shape, has_column = SETS[name]
    channels = shape[2] if len(shape) == 3 else 1
    made = shapes.generate(NUM_GENERATED, seed=PUBLIC_SEED, size=shape[0], channels=channels)
    images = made.images.reshape(NUM_GENERATED, *shape)
    labels = made.labels.astype(np.uint8)
    half = NUM_GENERATED // 2
    parts = (images[:half], labels[:half], num_train), (images[half:], labels[half:], NUM_TEST)
    train, test = (
        (np.resize(pictures, (count, *shape)), np.resize(classes, (count, 1) if has_column else (count,)))
        for pictures, classes, count in parts
    )
    return train, test
