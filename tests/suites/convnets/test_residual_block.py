"""A residual block.

The block is applied to tensors of several shapes, none of them square. Whether the input is really added back is seen
from the values: with the weights of the branch at zero, only the shortcut is left at the addition.
"""

from __future__ import annotations

import numpy as np
import pytest

from autograder.suite import kinds_in_words, points, question, wrong_shape

pytestmark = question("residual_block")

BRANCH = ("Conv2D", "BatchNormalization", "ReLU", "Conv2D", "BatchNormalization")


@pytest.fixture(scope="module")
def plain(submission):
    """A block of four filters that keeps the shape of its input."""
    return submission.block("residual_block", 4, input_shape=(9, 6, 4))


@pytest.fixture(scope="module")
def changing(submission):
    """Blocks that change the number of channels, the size, or both, by filters and strides; with an odd size."""
    cases = {(7, 1): (6, 9, 4), (4, 2): (8, 6, 4), (6, 2): (9, 6, 3)}
    return {case: submission.block("residual_block", *case, input_shape=shape) for case, shape in cases.items()}


def call(case, block):
    """How a block was made and applied, for a sentence."""
    return f"`residual_block{case}` on an input of shape {block.input_shape}"


def check_addition(block, where, rng):
    """Compare what is added at the end with the shortcut, while the branch gives zeros."""
    shortcuts = block.shortcuts()
    said = f"in {where} the number of shortcuts is {len(shortcuts)}, one was asked for: is the input added back?"
    assert len(shortcuts) == 1, block.marked(said, block.operations("Add"))
    (shortcut,) = shortcuts
    said = f"in {where} the shortcut begins inside, it should begin at the input of the block"
    assert shortcut.start is None, block.marked(said, [shortcut.start, shortcut.merge])
    images = rng.normal(size=(3, *block.input_shape[1:])).astype(np.float32)
    zeroed = block.with_zero_weights(shortcut.branch)
    expected = zeroed.predict(images, at=shortcut.path[-1]) if shortcut.path else images
    found = zeroed.predict(images, at=shortcut.merge)
    # The branch gives exact zeros, and adding zeros changes nothing.
    is_shortcut = found.shape == expected.shape and np.allclose(found, expected, atol=1e-5)
    said = f"in {where} the sum is not the shortcut alone when all weights of the branch are zero"
    assert is_shortcut, block.marked(said, shortcut.merge)


@points(1, hint="Where the branch changes the shape, the shortcut needs a 1x1 convolution with the same strides.")
def test_changes_shape(changing):
    """The block makes as many channels as it has filters, and halves height and width at stride 2."""
    for (filters, strides), block in changing.items():
        height, width = (-(-length // strides) for length in block.input_shape[1:3])
        problem = wrong_shape(block, returns=(None, height, width, filters))
        assert not problem, f"{call((filters, strides), block)}: {problem}"


@points(1, hint="Follow the picture from left to right.", needs="test_keeps_shape")
def test_branch(plain):
    """The branch is convolution, batch normalisation, relu, convolution and batch normalisation."""
    steps = [step for step in plain.operations("Conv2D") if step.config["kernel_size"] == (3, 3)]
    said = f"the block has 3x3 convolutions in {len(steps)} places, two were asked for"
    assert len(steps) == 2, plain.marked(said, steps)
    filters = [step.config["filters"] for step in steps]
    said = f"the 3x3 convolutions of `residual_block(4)` have {filters} filters, 4 each were asked for"
    assert filters == [4, 4], plain.marked(said, steps)
    is_right = plain.comes_from(steps[1], *BRANCH[2::-1]) and plain.follows(steps[1], BRANCH[4], "Add")
    found = (steps[0], *plain.between(steps[0], None))
    said = f"from the first convolution on come {kinds_in_words(found)}; {', '.join(BRANCH)} and the sum were asked for"
    assert is_right, plain.marked(said, found)


@points(1, hint="Keep the input under a name of its own before the first convolution.", needs="test_keeps_shape")
def test_carries_its_input(plain, rng):
    """The input itself is added to what the branch makes of it."""
    check_addition(plain, call("(4)", plain), rng)


@points(
    1,
    hint="Apply the 1x1 convolution to the input of the block, not to the branch.",
    needs=("test_carries_its_input", "test_changes_shape"),
)
def test_carries_its_projected_input(changing, rng):
    """Where the shape changes, the projected input is added to what the branch makes of it."""
    for case, block in changing.items():
        check_addition(block, call(case, block), rng)


@points(
    1,
    hint="Compare the number of channels with `filters`, and look at `strides`, before you add a projection.",
    needs="test_carries_its_projected_input",
)
def test_projects_only_where_needed(plain, changing):
    """The shortcut is a 1x1 convolution where the shape changes, and nothing at all where it does not."""
    (shortcut,) = plain.shortcuts()
    said = f"where the shape stays, the shortcut has {kinds_in_words(shortcut.path)} on it, nothing was asked for"
    assert not shortcut.path, plain.marked(said, shortcut.path)
    for case, block in changing.items():
        (shortcut,) = block.shortcuts()
        sizes = [step.config["kernel_size"] for step in shortcut.path if step.kind == "Conv2D"]
        is_projection = shortcut.kind == "projection" and sizes == [(1, 1)]
        said = f"{call(case, block)} changes the shape: one convolution of 1x1 was asked for on the shortcut"
        assert is_projection, block.marked(said, shortcut.path or shortcut.merge)


@points(1, hint="The last two lines of the block: add, then relu.", needs="test_keeps_shape")
def test_relu_after_addition(plain):
    """The block ends with relu on the sum."""
    last = [step for step in plain.steps if plain.is_output(step)]
    is_right = [step.kind for step in last] == ["ReLU"] and [step.kind for step in plain.before(last[0])] == ["Add"]
    said = f"the block ends with {kinds_in_words(last)}, relu on the sum was asked for"
    assert is_right, plain.marked(said, last)


@points(1, hint="Make a new layer for each place, and use every tensor that you compute.", needs="test_branch")
def test_nothing_shared_or_unused(plain):
    """Every layer is used, and in one place only."""
    shared = plain.shared()
    assert not shared, plain.marked("one layer is used in more than one place", shared)
    # A projection that is made, and not called because this shape needs none, is fine.
    unused = [layer for layer in plain.unused if layer.called]
    assert not unused, f"the result of {kinds_in_words(unused)} is used nowhere in the block"
