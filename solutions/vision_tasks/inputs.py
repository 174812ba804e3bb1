"""What the functions of this assignment may be given: two answers that do the same with all of it are the same."""

import numpy as np

from autograder.mutation.inputs import call
from autograder.suite import sequential

CLASSIFIERS = (
    sequential(
        (8, 10, 3),
        ("Rescaling", {"scale": 0.01}),
        ("Conv2D", {"filters": 4, "kernel_size": 3}),
        ("ReLU", {}),
        ("Flatten", {}),
        ("Dense", {"units": 5}),
    ),
    sequential(
        (9, 6, 3),
        ("Rescaling", {"scale": 0.01}),
        ("Conv2D", {"filters": 1, "kernel_size": 2}),
        ("ReLU", {}),
        ("GlobalAveragePooling2D", {}),
        ("Dense", {"units": 5}),
    ),
)
NAMES = ("ant", "bee", "cat", "dog", "emu", "fox")


def confusion_matrix(rng):
    """Any number of classes, not all of which need to come up."""
    num_classes, count = int(rng.integers(2, 8)), int(rng.integers(1, 30))
    labels, predictions = rng.integers(0, num_classes, size=(2, count))
    return call(labels, predictions, num_classes)


def confusion_figure(rng):
    """Any number of classes."""
    num_classes = int(rng.integers(2, 7))
    return call(rng.integers(0, 40, size=(num_classes, num_classes)), NAMES[:num_classes], returns="figure")


def class_activation_map(rng):
    """Images for which something, or nothing, speaks for a class."""
    model = CLASSIFIERS[int(rng.integers(len(CLASSIFIERS)))]
    shape = tuple(model.inputs[0].shape[1:])
    image = rng.integers(0, 256, size=shape).astype(rng.choice(["uint8", "float32"]))
    return call(model, "layer_2_relu", image, int(rng.integers(5)))


def average_pooling_head(rng):
    """Shapes of maps, as small as they may be."""
    return call(tuple(int(n) for n in rng.integers(1, 9, size=3)), int(rng.integers(2, 9)), returns="model")


def resize_images(rng):
    """Any number of images of any size, made larger and smaller."""
    shape = tuple(int(n) for n in rng.integers(1, 12, size=3))
    images = rng.integers(0, 256, size=(*shape, int(rng.choice([1, 3])))).astype("uint8")
    return call(images, tuple(int(n) for n in rng.integers(1, 20, size=2)))


def iou(rng):
    """Boxes that overlap, are apart, touch, or have no area; in pixels and in fractions."""
    count = int(rng.integers(1, 9))
    boxes, others = rng.integers(0, 6, size=(2, count, 4))
    boxes = np.where(rng.random((count, 1)) < 0.2, others, boxes)
    return call(boxes, others) if rng.random() < 0.5 else call(boxes / 12, others / 12)


def mask_iou(rng):
    """Masks of any size, empty ones among them, and any threshold."""
    shape = (int(rng.integers(1, 5)), *(int(n) for n in rng.integers(1, 6, size=2)), 1)
    masks = rng.random(shape) < rng.choice([0, 0.5])
    predictions = rng.choice([0.0, 0.25, 0.5, 0.75], size=shape).astype("float32")
    masks = masks.astype(rng.choice(["bool", "int64", "float32"]))
    return call(masks, predictions, float(rng.choice([0.25, 0.5, 0.7])))


def dice_loss(rng):
    """Masks of any size, empty ones among them."""
    shape = (int(rng.integers(1, 5)), *(int(n) for n in rng.integers(1, 6, size=2)), 1)
    masks = (rng.random(shape) < rng.choice([0, 0.5])).astype("float32")
    return call(masks, rng.random(shape).astype("float32"))
