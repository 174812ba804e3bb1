"""An encoder-decoder with skip connections.

The model is trained last, and only where everything else holds.
"""

from __future__ import annotations

import numpy as np
import pytest

from autograder.suite import points, question, too_large, under_floor

pytestmark = question("segmenter")

MAX_PARAMETERS = 300_000
UP = "Conv2DTranspose"


@pytest.fixture(scope="module")
def model(submission):
    """The student's model."""
    return submission.model("segmenter")


@points(
    1, hint="Which activation makes a number between 0 and 1 of any number?", needs="test_mask_of_the_size_of_the_image"
)
def test_numbers_from_zero_to_one(model, rng):
    """The numbers of a mask lie between 0 and 1, for any image."""
    images = rng.uniform(0, 255, size=(16, 1, 1, 3)) * rng.random((16, 32, 32, 1))
    images[0] = 0  # nothing is at the end of its range
    images[8:] *= 100  # brighter than any image, so that what is not bounded leaves the range
    found = model.predict(images.astype(np.float32))
    low, high = float(found.min()), float(found.max())
    assert 0 <= low <= high <= 1, f"numbers of the masks lie between {low:.3g} and {high:.3g}, not between 0 and 1"
    assert low < high, f"all numbers of the masks are {low:.3g}: what becomes of a single number with softmax?"


@points(
    1,
    hint="Poolings or strides on the way down, `Conv2DTranspose` on the way up.",
    needs="test_mask_of_the_size_of_the_image",
)
def test_down_and_up(model):
    """The encoder halves the size at least twice, and the decoder doubles it with transposed convolutions."""
    down = [each for each in model.downsampling() if max(each.factor) >= 2]
    assert len(down) >= 2, model.marked(
        f"the encoder halves the size {len(down)} of at least 2 times", [each.step for each in down]
    )
    up = model.upsampling()
    wrong = [each.step for each in up if not each.step.is_a(UP)]
    assert not wrong, model.marked(
        f"{len(wrong)} of {len(up)} steps on the way up are no transposed convolutions", wrong
    )
    assert len(up) >= 2, model.marked(
        f"transposed convolutions double the size {len(up)} of at least 2 times",
        [each.step for each in up],
    )


@points(
    2,
    hint="After each step up, concatenate the encoder's maps of the same size.",
    needs="test_down_and_up",
)
def test_skip_connections(model):
    """At each size on the way up, the encoder's maps are concatenated to the decoder's."""
    joined = {
        shortcut.merge.output_shape[1:3]
        for shortcut in model.shortcuts("Concatenate")
        if any(step.is_a(UP) for step in shortcut.branch) and not any(step.is_a(UP) for step in shortcut.path)
    }
    missing = [each for each in model.upsampling() if each.after not in joined]
    sizes = " and ".join(f"{each.after[0]}x{each.after[1]}" for each in missing)
    said = f"at the size {sizes} of the decoder, no maps of the encoder are concatenated"
    assert not missing, model.marked(said, [each.step for each in missing])


@points(1, hint="Fewer filters make the model smaller.", needs="test_mask_of_the_size_of_the_image")
def test_size(model):
    """The model has at most 300,000 parameters."""
    problem = too_large(model, MAX_PARAMETERS)
    assert not problem, problem


@points(
    2,
    hint="A model that learns too little has too few filters or too few convolutions.",
    needs=("test_numbers_from_zero_to_one", "test_skip_connections", "test_size"),
)
def test_segments(model, train):
    """The trained model finds the pixels of shapes that it has never seen."""
    problem = under_floor(train(model, recipe="segmentation"))
    assert not problem, problem
