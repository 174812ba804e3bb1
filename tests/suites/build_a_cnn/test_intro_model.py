"""The classifier with two convolutions.

The layers are those that the text lists; the order of relu and max pooling is left open, as they give the same in
either order, and so is what acts in training only. The model is trained last, and only where its layers are right.
"""

from __future__ import annotations

import math
import re

import numpy as np
import pytest

from autograder.suite import kinds_in_words, points, question, under_floor

pytestmark = question("intro_model")

PLAIN = {"use_bias": True, "groups": 1, "dilation_rate": (1, 1)}
SCORES = "test_intro_model_scores_ten_classes"


@pytest.fixture(scope="module")
def model(submission):
    """The student's model."""
    return submission.model("intro_model")


@points(
    1, hint="Call layers on tensors, beginning with `keras.Input`, then `keras.Model(inputs, outputs)`.", needs=SCORES
)
def test_functional_interface(model):
    """The model is written with the functional interface."""
    found = "a `keras.Sequential`" if model.interface == "sequential" else "a class with a `call` of its own"
    assert model.interface == "functional", f"the model is {found}: this question asks for the functional interface"


@points(1, hint="`keras.Model` takes a `name`.", needs=SCORES)
def test_name(model):
    """The model is named as the text says."""
    assert model.name == "cifar_model", f"the model is named `{model.name}`, `cifar_model` was asked for"


@points(
    1,
    hint="`Rescaling(scale, offset)` computes `scale * x + offset`: 0 should become -1, and 255 become 1.",
    needs=SCORES,
)
def test_rescales(model):
    """The first convolution gets pixels between -1 and 1."""
    convolutions = model.layers("Conv2D")
    assert convolutions, "the model has no convolution"
    before = model.before(convolutions[0])
    said = "the first convolution gets the pixels as they are, from 0 to 255"
    assert before, model.marked(said, convolutions[0])
    black_and_white = np.stack([np.full((32, 32, 3), value, dtype=np.float32) for value in (0, 255)])
    found = model.predict(black_and_white, at=before[0])
    low, high = float(np.median(found[0])), float(np.median(found[1]))
    # Division by 128 in place of 127.5 is as good.
    said = f"the first convolution gets pixels from {low:.3g} to {high:.3g}, from -1 to 1 was asked for"
    assert np.allclose([low, high], [-1, 1], rtol=0, atol=0.01), model.marked(said, before)


@points(1, hint="`layers.Conv2D(50, 3)` has 50 kernels of 3x3, stride 1 and no padding.", needs=SCORES)
def test_convolutions(model):
    """There are two convolutions, each with 50 kernels of 3x3, stride 1 and no padding."""
    steps = model.layers("*Conv*")
    assert len(steps) == 2, model.marked(f"the number of convolutions is {len(steps)}, 2 were asked for", steps)
    wrong = [step for step in steps if step.config.get("filters") != 50 or step.config["kernel_size"] != (3, 3)]
    said = f"{len(wrong)} of 2 convolutions have another number of kernels than 50, or other kernels than 3x3"
    assert not wrong, model.marked(said, wrong)
    wrong = [step for step in steps if step.output_shape[1:3] != tuple(n - 2 for n in step.input_shape[1:3])]
    said = f"{len(wrong)} of 2 convolutions do not make maps that are smaller by two rows and two columns"
    assert not wrong, model.marked(f"{said}: are there strides or padding?", wrong)
    wrong = [step for step in steps if any(step.config.get(name, value) != value for name, value in PLAIN.items())]
    assert not wrong, model.marked(f"{len(wrong)} of 2 convolutions are without biases, or of another kind", wrong)


@points(1, hint="`layers.MaxPooling2D(2)` has windows of 2x2 and stride 2.", needs=SCORES)
def test_pooling(model):
    """A max pooling of 2x2 with stride 2 comes after each convolution."""
    poolings = model.operations("*Pooling*")
    others = [step for step in poolings if not step.is_a("MaxPooling2D")]
    said = f"the model has {kinds_in_words(others)}: max pooling was asked for"
    assert not others, model.marked(said, others)
    assert len(poolings) == 2, model.marked(
        f"the number of max poolings is {len(poolings)}, 2 were asked for", poolings
    )
    wrong = [step for step in poolings if step.config["pool_size"] != (2, 2)]
    assert not wrong, model.marked(f"{len(wrong)} of 2 poolings have other windows than 2x2", wrong)
    wrong = [step for step in poolings if step.output_shape[1:3] != tuple(n // 2 for n in step.input_shape[1:3])]
    said = f"{len(wrong)} of 2 poolings do not make maps of half the size: that takes stride 2 and no padding"
    assert not wrong, model.marked(said, wrong)
    order = "".join(step.kind[0] for step in model.operations(("Conv2D", "MaxPooling2D")))
    assert re.fullmatch("(C+M)+C*", order), model.marked("a pooling does not come after a convolution", poolings)


@points(
    1, hint="All values of the last maps go into a dense layer of 50 units, and those into the last one.", needs=SCORES
)
def test_dense_layers(model):
    """The maps are flattened, and two dense layers follow, of 50 and 10 units."""
    steps = model.layers("Dense")
    units = [step.config["units"] for step in steps]
    assert units == [50, 10], model.marked(f"the dense layers have {units} units, [50, 10] were asked for", steps)
    wrong = [step for step in steps if not step.config["use_bias"]]
    assert not wrong, model.marked(f"{len(wrong)} of 2 dense layers have no biases", wrong)
    maps = [step for step in model.steps if len(step.output_shape or ()) == 4]
    assert maps, model.marked("the first dense layer gets the image itself, not the last maps", steps[0])
    found, last = steps[0].input_shape[-1], math.prod(maps[-1].output_shape[1:])
    said = f"the first dense layer gets {found:,} values of the {last:,} in the last maps"
    assert found == last, model.marked(said, steps[0])
    others = [step for step in model.layers() if step.num_parameters and not step.is_a(("*Conv*", "Dense"))]
    said = f"{kinds_in_words(others)} has parameters: only convolutions and dense layers were asked for"
    assert not others, model.marked(said, others)


@points(1, hint='A convolution takes `activation="relu"`, and so does a dense layer.', needs=SCORES)
def test_relu(model):
    """Relu follows each convolution and the first dense layer."""
    steps = [*model.layers("*Conv*"), *model.layers("Dense")[:-1]]
    assert steps, "the model has no layer that relu could follow"
    without = [step for step in steps if not model.follows(step, "ReLU", through="MaxPooling2D")]
    assert not without, model.marked(f"{len(without)} of {len(steps)} layers are not followed by relu", without)


@points(
    1,
    hint="The loss is going to turn logits into probabilities: the model returns what the last layer computes.",
    needs=SCORES,
)
def test_logits(model):
    """The model returns logits: no activation follows the last dense layer."""
    steps = model.layers("Dense")
    assert steps, "the model has no dense layer"
    after = model.after(steps[-1])
    said = f"after the last dense layer comes {kinds_in_words(after)}: its scores are to be returned as they are"
    assert model.is_output(steps[-1]), model.marked(said, after or steps[-1])


@points(
    2,
    hint="A model with the right layers learns well, unless something keeps it from that: how do its weights begin, "
    "and what happens to the values on their way?",
    needs=(
        "test_rescales",
        "test_convolutions",
        "test_pooling",
        "test_dense_layers",
        "test_relu",
        "test_logits",
    ),
)
def test_generalises(model, train):
    """The trained model recognises images that it has never seen."""
    problem = under_floor(train(model))
    assert not problem, problem
