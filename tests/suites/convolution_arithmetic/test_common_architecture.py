"""Networks in the style of VGG.

Two models of different size are asked for, with images that are not square, of one channel and of three.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from autograder.suite import no_probabilities, points, question, wrong_shape

pytestmark = question("common_architecture")

CASES = (((24, 16, 3), 2, 4, 5), ((64, 80, 1), 3, 3, 7))
HIDDEN_UNITS = 128


@pytest.fixture(scope="module")
def models(submission):
    """The student's models, each with (input_shape, num_blocks, filters, num_classes)."""
    return [(submission.model("vgg_style", *case), case) for case in CASES]


def words(case):
    """Return the arguments of a case for a sentence."""
    return f"`vgg_style{case}`"


def count_parameters(input_shape, num_blocks, filters, num_classes):
    """Return the parameters of the network that was asked for."""
    height, width, channels = input_shape
    total = 0
    for block in range(num_blocks):
        for inputs in (channels, filters * 2**block):
            total += (9 * inputs + 1) * filters * 2**block
        channels, height, width = filters * 2**block, height // 2, width // 2
    units = (height * width * channels, HIDDEN_UNITS, num_classes)
    return total + sum((inputs + 1) * outputs for inputs, outputs in pairwise(units))


@points(1, hint="A block has two convolutions: `for _ in range(2)`.", needs="test_scores")
def test_convolutions(models):
    """Each block has two convolutions of 3 x 3 that keep the size of their maps, with relu."""
    for model, case in models:
        steps = model.layers("Conv2D")
        asked = 2 * case[1]
        said = f"{words(case)} has {len(steps)} convolutions, {asked} were asked for: two in each block"
        assert len(steps) == asked, model.marked(said, steps)
        wrong = [step for step in steps if step.config["kernel_size"] != (3, 3)]
        said = f"{len(wrong)} of {asked} convolutions of {words(case)} have other kernels than 3 x 3"
        assert not wrong, model.marked(said, wrong)
        wrong = [step for step in steps if step.output_shape[1:3] != step.input_shape[1:3]]
        said = f"{len(wrong)} of {asked} convolutions of {words(case)} change the size of their maps"
        assert not wrong, model.marked(said, wrong)
        wrong = [step for step in steps if not model.follows(step, "ReLU", through="MaxPooling2D")]
        said = f"{len(wrong)} of {asked} convolutions of {words(case)} are not followed by relu"
        assert not wrong, model.marked(said, wrong)


@points(
    1, hint="The first block has `filters`, the second `2 * filters`, the third `4 * filters`.", needs="test_scores"
)
def test_filters_double(models):
    """The filters double from block to block."""
    for model, case in models:
        steps = model.layers("Conv2D")
        found = [step.config["filters"] for step in steps]
        asked = [case[2] * 2**block for block in range(case[1]) for _ in range(2)]
        said = f"the convolutions of {words(case)} have {found} filters: each block should have twice those of the last"
        assert found == asked, model.marked(said, steps)


@points(1, hint="The pooling stands behind the second convolution of a block.", needs="test_scores")
def test_poolings(models):
    """Each block ends with a max pooling that halves the maps."""
    for model, case in models:
        steps = model.operations(("Conv2D", "MaxPooling2D", "AveragePooling2D"))
        poolings = [step for step in steps if not step.is_a("Conv2D")]
        others = [step for step in poolings if not step.is_a("MaxPooling2D")]
        assert not others, model.marked(f"{words(case)} has other poolings than max pooling", others)
        wrong = [step for step in poolings if step.config["pool_size"] != (2, 2)]
        assert not wrong, model.marked(f"{len(wrong)} poolings of {words(case)} have other windows than 2 x 2", wrong)
        wrong = [step for step in poolings if step.output_shape[1:3] != tuple(n // 2 for n in step.input_shape[1:3])]
        said = f"{len(wrong)} poolings of {words(case)} do not halve their maps"
        assert not wrong, model.marked(said, wrong)
        order = "".join(step.kind[0] for step in steps)
        said = f"{words(case)} does not have two convolutions and then a pooling in each of {case[1]} blocks"
        assert order == "CCM" * case[1], model.marked(said, poolings)


@points(1, hint="Flatten, then a dense layer of 128 units with relu, then the output.", needs="test_scores")
def test_dense_layers(models):
    """A dense layer with 128 units and relu, and the output, follow the flattened maps."""
    for model, case in models:
        steps = model.layers("Dense")
        units = [step.config["units"] for step in steps]
        said = f"the dense layers of {words(case)} have {units} units: {HIDDEN_UNITS} and {case[3]} were asked for"
        assert units == [HIDDEN_UNITS, case[3]], model.marked(said, steps)
        said = f"the dense layer with {HIDDEN_UNITS} units of {words(case)} is not followed by relu"
        assert model.follows(steps[0], "ReLU"), model.marked(said, steps[0])
        said = f"in {words(case)} a global average was taken: the maps should be flattened, so that no number is lost"
        assert not model.operations("Global*Pooling2D"), model.marked(said, model.operations("Global*Pooling2D"))


@points(1, hint="Softmax makes probabilities of scores.", needs="test_scores")
def test_probabilities(models, rng):
    """The scores of an image are probabilities."""
    for model, (input_shape, *_) in models:
        problem = no_probabilities(model.predict(rng.normal(size=(4, *input_shape)).astype(np.float32)))
        assert not problem, problem


@points(
    1, hint="`summary()` shows the parameters of each layer: compare them with what you count.", needs="test_scores"
)
def test_parameters(models):
    """For any size of image, the network has the parameters that follow from the text, and no others."""
    for model, case in models:
        problem = wrong_shape(model, takes=(None, *case[0]), returns=(None, case[3]))
        assert not problem, f"{words(case)}: {problem}"
        asked = count_parameters(*case)
        said = "more" if model.num_parameters > asked else "fewer"
        assert model.num_parameters == asked, (
            f"{words(case)} has {model.num_parameters:,} parameters, {said} than the layers of the text have together"
        )
