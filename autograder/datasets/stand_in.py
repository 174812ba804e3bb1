"""What the functions of ``keras.datasets.<name>`` return while a submission is graded.

Arrays of exactly the shapes and types of the real sets, from a public seed: images are `shapes`, texts and tables are
drawn at random. A notebook runs the same on every machine, with or without a network. A few thousand images are
generated once and repeated; the zygote does it before it forks, so that all submissions share the memory.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

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
NUM_TEXTS = 400
"""Texts that are generated; they are repeated too."""
VOCABULARY = 20_000
"""Words that texts are made of; the real sets have more."""

Part = tuple[NDArray[Any], NDArray[Any]]


def preload() -> None:
    """Make the largest set now: what is made before a fork is shared."""
    _made("cifar10")


def load_data(name: str) -> tuple[Part, Part]:
    """Return ``(images, labels), (images, labels)`` for training and test, as Keras does for a set in `NAMES`."""
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


def _cifar10() -> Callable[..., tuple[Part, Part]]:
    def load_data() -> tuple[Part, Part]:
        return _made("cifar10")

    return load_data


def _grey(name: str) -> Callable[..., tuple[Part, Part]]:
    def load_data(*path: str, **paths: str) -> tuple[Part, Part]:
        return _made(name)

    return load_data


def _cifar100() -> Callable[..., tuple[Part, Part]]:
    def load_data(label_mode: str = "fine") -> tuple[Part, Part]:
        if label_mode not in ("fine", "coarse"):
            raise ValueError(f'`label_mode` must be one of "fine", "coarse". Received: label_mode={label_mode}.')
        num_classes = 100 if label_mode == "fine" else 20
        train, test = (
            (images, ((labels + 10 * np.arange(len(labels))[:, None]) % num_classes).astype(np.uint8))
            for images, labels in _made("cifar10")
        )
        return train, test

    return load_data


def _table(num_rows: int, num_columns: int, prices: tuple[float, float]) -> Callable[..., tuple[Part, Part]]:
    """Return a loader of a table of floats, (rows, columns), and prices, (rows,), that depend on it linearly."""

    def load_data(*path: str, test_split: float = 0.2, seed: int = 113, **further: str) -> tuple[Part, Part]:
        rows = 600 if "small" in (*path, further.get("version")) else num_rows
        draw = np.random.default_rng(PUBLIC_SEED)
        x = draw.normal(10, 3, (rows, num_columns))
        slopes = draw.normal(0, 1, num_columns)
        y = (x - 10) @ slopes
        low, high = prices
        y = low + (high - low) * (y - y.min()) / np.ptp(y)
        order = np.random.RandomState(seed).permutation(rows)  # as Keras does
        x, y = x[order], y[order]
        first = int(rows * (1 - test_split))
        return (x[:first], y[:first]), (x[first:], y[first:])

    return load_data


def _texts(num_train: int, num_test: int, num_classes: int) -> Callable[..., tuple[Part, Part]]:
    """Return a loader of lists of word indices, (texts,) object, and their classes, (texts,) int64."""

    def load_data(
        path: str = "",
        num_words: int | None = None,
        skip_top: int = 0,
        maxlen: int | None = None,
        test_split: float = 0.2,
        seed: int = 113,
        start_char: int | None = 1,
        oov_char: int | None = 2,
        index_from: int = 3,
    ) -> tuple[Part, Part]:
        draw = np.random.default_rng([PUBLIC_SEED, num_classes])
        labels = draw.integers(num_classes, size=NUM_TEXTS)
        limit = num_words or VOCABULARY + index_from + 1
        texts = []
        for label in labels:
            ranks = draw.zipf(1.3, int(draw.integers(20, 300)))
            words = (ranks + (ranks > 10) * label) % VOCABULARY + 1 + index_from
            kept = [int(word) if skip_top <= word < limit else oov_char for word in words]
            text = [word for word in [start_char, *kept] if word is not None]
            texts.append(text[: None if maxlen is None else maxlen - 1])
        first = num_train if num_test else int(num_train * (1 - test_split))
        second = num_test or num_train - first
        x = np.empty(NUM_TEXTS, dtype=object)
        x[:] = texts
        half = NUM_TEXTS // 2
        return (
            (np.resize(x[:half], first), np.resize(labels[:half], first)),
            (np.resize(x[half:], second), np.resize(labels[half:], second)),
        )

    return load_data


def get_word_index(path: str = "") -> dict[str, int]:
    """Return the words of the generated texts by their rank, from 1."""
    return {f"word{rank}": rank for rank in range(1, VOCABULARY + 1)}


FUNCTIONS: dict[str, tuple[Callable[..., Any], ...]] = {
    "boston_housing": (_table(506, 13, (5.0, 50.0)),),
    "california_housing": (_table(20_640, 8, (15_000.0, 500_000.0)),),
    "cifar10": (_cifar10(),),
    "cifar100": (_cifar100(),),
    "fashion_mnist": (_grey("fashion_mnist"),),
    "imdb": (_texts(25_000, 25_000, 2), get_word_index),
    "mnist": (_grey("mnist"),),
    "reuters": (_texts(11_228, 0, 46), get_word_index),
}
"""What takes the place of each module's functions, by name of the module; the functions have the names of Keras's."""
