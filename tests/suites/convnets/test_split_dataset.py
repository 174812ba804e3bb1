"""Training and validation images.

Tiny images in the shapes and dtypes of CIFAR-10: uint8, labels of shape (n, 1). Their numbers are checked in public.
"""

from __future__ import annotations

import numpy as np

from autograder.suite import array, points, question, tuple_of

pytestmark = question("split_dataset")

PAIR = tuple_of(array(), array())
TWO_PAIRS = tuple_of(PAIR, PAIR)
NUM_IMAGES = 29
NUM_VALIDATION = 8


def draw_dataset(rng):
    """Return images (29, 4, 4, 3) and labels (29, 1), both uint8."""
    images = rng.integers(0, 256, size=(NUM_IMAGES, 4, 4, 3), dtype=np.uint8)
    return images, rng.integers(0, 10, size=(NUM_IMAGES, 1), dtype=np.uint8)


@points(1, hint="`labels.reshape(-1)`, `labels.ravel()` or `labels[:, 0]` make one axis of two.")
def test_flat_labels(submission, rng):
    """Labels have one axis."""
    images, labels = draw_dataset(rng)
    train, validation = submission.call("split_dataset", images, labels, NUM_VALIDATION, returns=TWO_PAIRS)
    for what, (_, found) in (("training", train), ("validation", validation)):
        assert found.ndim == 1, f"the {what} labels have shape {found.shape}, one axis was asked for: (n,)"


@points(1, hint="`images[-n:]` are the last n images. Slice images and labels in the same way.", needs="test_sizes")
def test_last_ones(submission, rng):
    """The last images are for validation, each with its own label, unchanged."""
    images, labels = draw_dataset(rng)
    answer = submission.call("split_dataset", images, labels, NUM_VALIDATION, returns=TWO_PAIRS)
    (train_images, train_labels), (validation_images, validation_labels) = answer
    first, last = slice(None, -NUM_VALIDATION), slice(-NUM_VALIDATION, None)
    assert np.array_equal(validation_images, images[last]), (
        f"the validation images are not the last {NUM_VALIDATION} of the images that were given, as they were given"
    )
    assert np.array_equal(train_images, images[first]), (
        "the training images are not all the images before them, in their order and as they were given"
    )
    for what, found, expected in (
        ("training", train_labels, labels[first]),
        ("validation", validation_labels, labels[last]),
    ):
        assert np.array_equal(found.reshape(-1), expected.reshape(-1)), (
            f"the {what} labels are not those of the {what} images, in their order"
        )
