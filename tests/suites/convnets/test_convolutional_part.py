"""The convolutional part.

The order of relu and max pooling is left open: they give the same in either order.
"""

from __future__ import annotations

import re

import pytest

from autograder.suite import points, question

pytestmark = question("convolutional_part")

FILTERS = [48, 128, 192, 192, 128]


@pytest.fixture(scope="module")
def model(submission):
    """The student's model."""
    return submission.model("convolutional_part")


@points(1, hint="Go through the table of layers in the text from top to bottom.", needs="test_takes_colour_images")
def test_convolutions(model):
    """There are five 3x3 convolutions with the filters that the text names, and they keep the size of their maps."""
    convolutions = model.layers("Conv2D")
    filters = [step.config["filters"] for step in convolutions]
    assert len(filters) == len(FILTERS), f"the model has {len(filters)} convolutions, {len(FILTERS)} were asked for"
    assert filters == FILTERS, f"the convolutions have {filters} filters, in this order; the text asks for others"
    for place, step in enumerate(convolutions, start=1):
        size = "x".join(map(str, step.config["kernel_size"]))
        assert size == "3x3", f"convolution {place} has kernels of {size}, 3x3 was asked for"
        assert step.output_shape[1:3] == step.input_shape[1:3], (
            f"convolution {place} turns maps of {step.input_shape[1]}x{step.input_shape[2]} into "
            f"{step.output_shape[1]}x{step.output_shape[2]}: with `same` padding and stride 1 they keep their size"
        )
    channels = [3, *FILTERS]
    asked = sum((9 * channels[i] + 1) * channels[i + 1] for i in range(len(FILTERS)))
    assert model.num_parameters == asked, (
        f"the model has {model.num_parameters:,} parameters, five such convolutions with biases have another "
        "number: is there a layer too many, or a convolution without bias?"
    )


@points(1, hint='A convolution takes `activation="relu"`.', needs="test_takes_colour_images")
def test_activations(model):
    """Every convolution is followed by relu."""
    convolutions = model.layers("Conv2D")
    assert convolutions, "the model has no convolution"
    without = sum(not model.follows(step, "ReLU", through=("MaxPooling2D",)) for step in convolutions)
    assert without == 0, f"{without} of {len(convolutions)} convolutions are not followed by relu"


@points(
    1,
    hint="In Keras the stride of a pooling is its size where nothing else is said, and no padding is the default.",
    needs="test_takes_colour_images",
)
def test_pooling(model):
    """Maps are pooled after the first, the second and the last convolution, each time to a third of their size."""
    poolings = model.operations("*Pooling*")
    others = sorted({step.kind for step in poolings} - {"MaxPooling2D"})
    assert not others, f"the model has {' and '.join(f'`{kind}`' for kind in others)}, max pooling was asked for"
    assert len(poolings) == 3, f"the model has {len(poolings)} max poolings, 3 were asked for"
    for place, step in enumerate(poolings, start=1):
        size = "x".join(map(str, step.config["pool_size"]))
        assert size == "3x3", f"pooling {place} has windows of {size}, 3x3 was asked for"
        asked = tuple(length // 3 for length in step.input_shape[1:3])
        assert step.output_shape[1:3] == asked, (
            f"pooling {place} turns maps of {step.input_shape[1]}x{step.input_shape[2]} into "
            f"{step.output_shape[1]}x{step.output_shape[2]}: with stride 3 and no padding they become "
            f"{asked[0]}x{asked[1]}"
        )
    order = "".join(step.kind[0] for step in model.operations(("Conv2D", "MaxPooling2D")))
    assert re.fullmatch("CMCMC+M", order), (
        f"convolutions (C) and max poolings (M) come in the order {' '.join(order)}: "
        "poolings belong after the first, the second and the last convolution"
    )
