"""Class activation maps by their gradients.

What should come out is computed here from gradients of the same model as we rebuilt it (Selvaraju et al. 2017). The
models are of ours, with maps that are not square; and the shipped classifier, on images whose masks are known.
"""

from __future__ import annotations

import numpy as np
import pytest

from autograder.datasets import shapes
from autograder.suite import array, points, question, sequential

pytestmark = question("class_activation_map")

SHAPE, NUM_CLASSES = (12, 20, 3), 4
MODEL = sequential(
    SHAPE,
    ("Rescaling", {"scale": 0.01, "offset": -1.0}),
    ("Conv2D", {"filters": 6, "kernel_size": 3, "padding": "same"}),
    ("ReLU", {}),
    ("MaxPooling2D", {"pool_size": 2}),
    ("Conv2D", {"filters": 5, "kernel_size": 3}),
    ("ReLU", {}),
    ("Flatten", {}),
    ("Dense", {"units": NUM_CLASSES}),
)
# A single map and its mean: with a negative weight, nothing in it speaks for the class.
ONE_MAP = sequential(
    SHAPE,
    ("Conv2D", {"filters": 1, "kernel_size": 3}),
    ("ReLU", {}),
    ("GlobalAveragePooling2D", {}),
    ("Dense", {"units": 12}),
)
NUM_IMAGES, MIN_INSIDE = 12, 0.75


def expected_map(view, step, image, class_index):
    """Return the map that should come out."""
    batch = image[np.newaxis].astype(np.float32)
    maps = view.predict(batch, at=step)
    slopes = view.gradients(batch, of=np.eye(view.output_shape[1])[class_index], at=step).at
    activation = np.maximum((maps * slopes.mean(axis=(1, 2), keepdims=True)).sum(axis=-1)[0], 0)
    return activation / max(activation.max(), 1e-12)


def is_inside(box, x, y):
    """Whether a place is in a box; a value of the map stands for 4 x 4 pixels, half of that around it is allowed."""
    left, top, width, height = box
    far = 1 / 16
    return bool(left - far <= x <= left + width + far and top - far <= y <= top + height + far)


@pytest.fixture(scope="module")
def ours(submission):
    """Our model in the student's process, and its view."""
    model = submission.build(MODEL)
    return model, submission.model(model, weights=True)


def check_values(submission, ours, layer, rng, dtype):
    """Compare maps at one of the two relus."""
    model, view = ours
    step = view.operations("ReLU")[layer]
    layer_name = f"layer_{(2, 5)[layer]}_relu"
    shape = step.output_shape[1:3]
    for class_index in range(NUM_CLASSES):
        image = rng.integers(0, 256, size=SHAPE).astype(dtype)
        found = submission.call("class_activation_map", model, layer_name, image, class_index, returns=array(shape))
        asked = expected_map(view, step, image, class_index)
        # float32 sums in another order; other mistakes change values by a tenth and more.
        assert np.allclose(found, asked, atol=1e-3), (
            f"for class {class_index}, an image of {image.dtype} and maps of shape {shape}, the values are not those "
            f"of the formula, but off by up to {np.abs(found - asked).max():.2g}"
        )


@points(
    2,
    hint="Follow the formula: the mean over positions is of the gradient of this class's score, the sum over channels "
    "is of the weighted maps.",
    needs="test_one_number_for_each_position",
)
def test_values(submission, ours, rng):
    """The values are those of the formula, for each class, with maps that are not square."""
    check_values(submission, ours, 1, rng, np.float32)


@points(
    1,
    hint="Use `layer_name`, and a gradient with respect to the output of that layer. Pixels go into the model as they "
    "are, whatever their type.",
    needs="test_values",
)
def test_any_layer(submission, ours, rng):
    """The maps of an earlier layer can be asked for, and images of whole numbers."""
    check_values(submission, ours, 0, rng, np.uint8)


@points(
    1, hint="What is the largest value where nothing speaks for the class?", needs="test_one_number_for_each_position"
)
def test_nothing_speaks_for_it(submission, rng):
    """Where nothing speaks for a class, the map is zero everywhere."""
    model = submission.build(ONE_MAP)
    view = submission.model(model, weights=True)
    weights = view.weights(view.layers("Dense")[0])["kernel"][0]
    class_index = int(weights.argmin())
    image = rng.uniform(0, 255, size=SHAPE).astype(np.float32)
    found = submission.call("class_activation_map", model, "layer_1_relu", image, class_index, returns=array((10, 18)))
    assert np.all(np.isfinite(found)), "where nothing speaks for a class, the map holds numbers that are not finite"
    assert not found.any(), f"where nothing speaks for a class, the map is not zero: it goes up to {found.max():.3g}"


@points(
    1,
    hint="Draw a few maps over their images: is the bright part where the shape is?",
    needs="test_one_number_for_each_position",
)
def test_peaks_inside_the_shape(submission, rng):
    """On images of shapes, the map is largest on the shape."""
    classifier = submission.make("load_classifier")
    made = shapes.generate(20 * NUM_IMAGES, seed=int(rng.integers(2**31)))
    # Shapes away from the diagonal: a map with rows and columns exchanged is largest elsewhere.
    chosen = [n for n, (x, y, w, h) in enumerate(made.boxes) if not is_inside(made.boxes[n], y + h / 2, x + w / 2)]
    inside = 0
    for number in chosen[:NUM_IMAGES]:
        image, label = made.images[number], int(made.labels[number])
        found = submission.call("class_activation_map", classifier, "block4_relu", image, label, returns=array((8, 8)))
        row, column = np.unravel_index(found.argmax(), found.shape)
        inside += is_inside(made.boxes[number], (column + 0.5) / 8, (row + 0.5) / 8)
    assert inside >= MIN_INSIDE * NUM_IMAGES, (
        f"the map of the true class is largest on the shape in {inside} of {NUM_IMAGES} images"
    )
