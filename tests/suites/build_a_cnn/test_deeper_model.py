"""The classifier with a third convolution.

What was asked for in `intro_model` is checked here in few pieces, and what is new by itself. The interface is left
open, as is the order of relu and max pooling.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from autograder.suite import kinds_in_words, points, question, under_floor

pytestmark = question("deeper_model")

PLAIN = {"filters": 50, "kernel_size": (3, 3), "use_bias": True, "groups": 1, "dilation_rate": (1, 1)}
SCORES = "test_deeper_model_scores_ten_classes"


@pytest.fixture(scope="module")
def model(submission):
    """The student's model."""
    return submission.model("deeper_model")


@points(1, hint="Put it between the last pooling and the layer that flattens the maps.", needs=SCORES)
def test_third_convolution(model):
    """A third convolution comes after the last pooling, with relu and no padding, like the others."""
    steps = model.layers("*Conv*")
    assert len(steps) == 3, model.marked(f"the number of convolutions is {len(steps)}, 3 were asked for", steps)
    wrong = [step for step in steps if any(step.config.get(name, value) != value for name, value in PLAIN.items())]
    said = f"{len(wrong)} of 3 convolutions do not have 50 kernels of 3x3 with biases"
    assert not wrong, model.marked(said, wrong)
    wrong = [step for step in steps if step.output_shape[1:3] != tuple(n - 2 for n in step.input_shape[1:3])]
    said = f"{len(wrong)} of 3 convolutions do not make maps that are smaller by two rows and two columns"
    assert not wrong, model.marked(f"{said}: are there strides or padding?", wrong)
    late = [step for step in model.between(steps[-1], None) if step.is_a("*Pooling*")]
    assert not late, model.marked("a pooling comes after the last convolution", late)
    wrong = [step for step in steps if not model.follows(step, "ReLU", through="MaxPooling2D")]
    assert not wrong, model.marked(f"{len(wrong)} of 3 convolutions are not followed by relu", wrong)


@points(1, hint="Up to the last pooling, all is as in the table of `intro_model`.", needs="test_third_convolution")
def test_maps_as_before(model):
    """Rescaling and poolings are those of the introductory model."""
    convolutions = model.layers("*Conv*")
    before = model.before(convolutions[0])
    assert before, model.marked("the first convolution gets the pixels as they are, from 0 to 255", convolutions[0])
    black_and_white = np.stack([np.full((32, 32, 3), value, dtype=np.float32) for value in (0, 255)])
    low, high = (float(np.median(each)) for each in model.predict(black_and_white, at=before[0]))
    # Division by 128 in place of 127.5 is as good.
    said = f"the first convolution gets pixels from {low:.3g} to {high:.3g}, from -1 to 1 was asked for"
    assert np.allclose([low, high], [-1, 1], rtol=0, atol=0.01), model.marked(said, before)
    order = "".join(step.kind[0] for step in model.operations(("*Conv*", "*Pooling*")))
    said = "a max pooling was asked for after the first and after the second convolution, and nowhere else"
    assert order == "CMCMC", model.marked(said, model.operations(("*Conv*", "*Pooling*")))
    wrong = [
        step
        for step in model.operations("*Pooling*")
        if not step.is_a("MaxPooling2D")
        or step.config["pool_size"] != (2, 2)
        or step.output_shape[1:3] != tuple(n // 2 for n in step.input_shape[1:3])
    ]
    assert not wrong, model.marked(f"{len(wrong)} of 2 poolings are not max poolings of 2x2 with stride 2", wrong)


@points(1, hint="Flatten, 50 units with relu, 10 units: as in `intro_model`.", needs="test_third_convolution")
def test_dense_layers_as_before(model):
    """The dense layers are those of the introductory model."""
    denses = model.layers("Dense")
    units = [step.config["units"] for step in denses]
    assert units == [50, 10], model.marked(f"the dense layers have {units} units, [50, 10] were asked for", denses)
    wrong = [step for step in denses if not step.config["use_bias"]]
    assert not wrong, model.marked(f"{len(wrong)} of 2 dense layers have no biases", wrong)
    assert model.follows(denses[0], "ReLU"), model.marked("the first dense layer is not followed by relu", denses[0])
    found, last = denses[0].input_shape[-1], math.prod(model.layers("*Conv*")[-1].output_shape[1:])
    said = f"the first dense layer gets {found:,} values of the {last:,} in the last maps"
    assert found == last, model.marked(said, denses[0])
    others = [step for step in model.layers() if step.num_parameters and not step.is_a(("*Conv*", "Dense"))]
    said = f"{kinds_in_words(others)} has parameters: only convolutions and dense layers were asked for"
    assert not others, model.marked(said, others)


@points(1, hint="The model returns what the last layer computes.", needs=SCORES)
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
    needs=("test_maps_as_before", "test_dense_layers_as_before", "test_logits"),
)
def test_generalises(model, train):
    """The trained model recognises images that it has never seen."""
    problem = under_floor(train(model))
    assert not problem, problem
