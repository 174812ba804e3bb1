"""A network of two convolutions and a dense layer.

Convolutions may have any activation: the text leaves it open.
"""

from __future__ import annotations

import math

import pytest

from autograder.suite import kinds_in_words, points, question

pytestmark = question("small_network")

PLAIN = {"use_bias": True, "groups": 1, "dilation_rate": (1, 1)}


@pytest.fixture(scope="module")
def model(submission):
    """The student's model."""
    return submission.model("small_network")


@points(1, hint="`layers.Conv2D(50, 3)` has 50 kernels of 3x3.", needs="test_small_network_scores_ten_classes")
def test_convolutions(model):
    """There are two convolutions, each with 50 kernels of 3x3 and biases."""
    steps = model.layers("*Conv*")
    assert len(steps) == 2, model.marked(f"the number of convolutions is {len(steps)}, 2 were asked for", steps)
    wrong = [step for step in steps if step.config.get("filters") != 50 or step.config["kernel_size"] != (3, 3)]
    said = f"{len(wrong)} of 2 convolutions have another number of kernels than 50, or other kernels than 3x3"
    assert not wrong, model.marked(said, wrong)
    wrong = [step for step in steps if any(step.config.get(name, value) != value for name, value in PLAIN.items())]
    assert not wrong, model.marked(f"{len(wrong)} of 2 convolutions are without biases, or of another kind", wrong)


@points(
    1,
    hint="Without padding a kernel of 3x3 costs two rows and two columns; nothing else makes the maps smaller here.",
    needs="test_small_network_scores_ten_classes",
)
def test_sizes(model):
    """The maps become smaller by the convolutions only, and all of their values reach the dense layer."""
    size = 32
    for step in model.layers("*Conv*"):
        said = f"a convolution gets maps of {step.input_shape[1:3]}: between the layers something changes their size"
        assert step.input_shape[1:3] == (size, size), model.marked(said, step)
        size -= 2
        said = f"a convolution makes maps of {step.output_shape[1:3]} from maps of {step.input_shape[1:3]}"
        assert step.output_shape[1:3] == (size, size), model.marked(f"{said}: there should be no padding", step)
    denses = model.layers("Dense")
    assert denses, "the model has no dense layer"
    found, asked = denses[0].input_shape[-1], math.prod((model.layers("*Conv*") or denses)[-1].output_shape[1:])
    said = f"the dense layer gets {found:,} values of the {asked:,} that the last convolution returns"
    assert found == asked, model.marked(said, denses[0])


@points(1, hint="Logits are what the dense layer computes, without an activation.", needs="test_sizes")
def test_logits(model):
    """The network ends with one dense layer of ten units, which returns logits."""
    denses = model.layers("Dense")
    assert len(denses) == 1, model.marked(f"the number of dense layers is {len(denses)}, 1 was asked for", denses)
    assert denses[0].config["use_bias"], model.marked("the dense layer has no biases", denses)
    after = model.after(denses[0])
    said = f"after the dense layer comes {kinds_in_words(after)}: its scores are to be returned as they are"
    assert model.is_output(denses[0]), model.marked(said, after or denses)
