"""The convolutional part.

The order of relu and max pooling is left open: they give the same in either order.
"""

from __future__ import annotations

import re

import pytest

from autograder.suite import points, question

pytestmark = question("convolutional_part")

FILTERS = [48, 128, 192, 192, 128]
PLAIN = {"use_bias": True, "groups": 1, "dilation_rate": (1, 1)}


@pytest.fixture(scope="module")
def model(submission):
    """The student's model."""
    return submission.model("convolutional_part")


@points(1, hint="Go through the table of layers in the text from top to bottom.", needs="test_takes_colour_images")
def test_convolutions(model):
    """There are five 3x3 convolutions with the filters that the text names, and they keep the size of their maps."""
    steps = model.layers("Conv2D")
    filters = [step.config["filters"] for step in steps]
    said = f"the model has {len(filters)} convolutions, {len(FILTERS)} were asked for"
    assert len(filters) == len(FILTERS), model.marked(said, steps)
    said = f"the convolutions have {filters} filters, in this order; the text asks for others"
    assert filters == FILTERS, model.marked(said, steps)
    wrong = [step for step in steps if step.config["kernel_size"] != (3, 3)]
    assert not wrong, model.marked(f"{len(wrong)} of 5 convolutions have other kernels than 3x3", wrong)
    wrong = [step for step in steps if step.output_shape[1:3] != step.input_shape[1:3]]
    said = f"{len(wrong)} of 5 convolutions change the size of their maps: `same` padding and stride 1 keep it"
    assert not wrong, model.marked(said, wrong)
    wrong = [step for step in steps if any(step.config.get(name, value) != value for name, value in PLAIN.items())]
    wrong += [step for step in model.layers() if step.num_parameters and step not in steps]
    said = f"the model has weights in {len(wrong)} layers that are no convolutions with biases, as they were asked for"
    assert not wrong, model.marked(said, wrong)


@points(1, hint='A convolution takes `activation="relu"`.', needs="test_takes_colour_images")
def test_activations(model):
    """Every convolution is followed by relu."""
    steps = model.layers("Conv2D")
    assert steps, "the model has no convolution"
    without = [step for step in steps if not model.follows(step, "ReLU", through="MaxPooling2D")]
    assert not without, model.marked(f"{len(without)} of {len(steps)} convolutions are not followed by relu", without)


@points(
    1,
    hint="In Keras the stride of a pooling is its size where nothing else is said, and no padding is the default.",
    needs="test_takes_colour_images",
)
def test_pooling(model):
    """Maps are pooled after the first, the second and the last convolution, each time to a third of their size."""
    poolings = model.operations("*Pooling*")
    others = [step for step in poolings if not step.is_a("MaxPooling2D")]
    assert not others, model.marked("the model has other poolings than max pooling", others)
    assert len(poolings) == 3, model.marked(f"the model has {len(poolings)} max poolings, 3 were asked for", poolings)
    wrong = [step for step in poolings if step.config["pool_size"] != (3, 3)]
    assert not wrong, model.marked(f"{len(wrong)} of 3 poolings have other windows than 3x3", wrong)
    wrong = [step for step in poolings if step.output_shape[1:3] != tuple(n // 3 for n in step.input_shape[1:3])]
    said = f"{len(wrong)} of 3 poolings do not make maps of a third of the size: that takes stride 3 and no padding"
    assert not wrong, model.marked(said, wrong)
    order = "".join(step.kind[0] for step in model.operations(("Conv2D", "MaxPooling2D")))
    said = "poolings belong after the first, the second and the last convolution"
    assert re.fullmatch("CMCMC+M", order), model.marked(said, poolings)
