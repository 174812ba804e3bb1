"""A residual block.

The block is applied to tensors of several shapes, none of them square. Whether the input is really added back is seen
from the values: with the weights of the branch at zero, only the shortcut is left at the addition.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from autograder.models.view import ModelView
from autograder.suite import points, question

pytestmark = question("residual_block")


@dataclass(frozen=True)
class Applied:
    """A block that was applied to a tensor: how it was called, on which shape, and what came of it."""

    view: ModelView
    filters: int
    strides: int

    @property
    def words(self):
        """How the block was called, for a sentence."""
        strides = f", strides={self.strides}" if self.strides != 1 else ""
        return f"`residual_block({self.filters}{strides})` on an input of shape {self.view.input_shape}"


def apply(submission, filters, strides, input_shape):
    """Apply the student's block to a tensor."""
    arguments = (filters, strides) if strides != 1 else (filters,)
    return Applied(submission.block("residual_block", *arguments, input_shape=input_shape), filters, strides)


@pytest.fixture(scope="module")
def plain(submission):
    """A block that keeps the shape of its input."""
    return apply(submission, 4, 1, (9, 6, 4))


@pytest.fixture(scope="module")
def changing(submission):
    """Blocks that change the number of channels, the size, or both; with an odd size."""
    return (
        apply(submission, 7, 1, (6, 9, 4)),
        apply(submission, 4, 2, (8, 6, 4)),
        apply(submission, 6, 2, (9, 6, 3)),
    )


def check_shape(block):
    """Compare the output shape: half the size, rounded up, at stride 2."""
    height, width = (-(-length // block.strides) for length in block.view.input_shape[1:3])
    asked = (None, height, width, block.filters)
    found = block.view.output_shape
    assert found == asked, f"{block.words} returns the shape {found}, {asked} was asked for"


def check_addition(block, rng):
    """Compare what is added at the end with the shortcut, while the branch gives zeros."""
    shortcuts = block.view.shortcuts()
    assert len(shortcuts) == 1, (
        f"{block.words} has {len(shortcuts) or 'no'} shortcut around convolutions, one was asked for: "
        "is the input added back?"
    )
    (shortcut,) = shortcuts
    assert shortcut.start is None, (
        f"in {block.words} the shortcut begins after `{shortcut.start.kind}`, it should begin at the input of the block"
    )
    images = rng.normal(size=(3, *block.view.input_shape[1:])).astype(np.float32)
    zeroed = block.view.with_zero_weights(shortcut.branch)
    expected = zeroed.predict(images, at=shortcut.path[-1]) if shortcut.path else images
    found = zeroed.predict(images, at=shortcut.merge)
    # The branch gives exact zeros, and adding zeros changes nothing.
    is_shortcut = found.shape == expected.shape and np.allclose(found, expected, atol=1e-5)
    assert is_shortcut, f"in {block.words} the sum is not the shortcut alone when all weights of the branch are zero"


def kinds(steps):
    """Return the kinds of steps or layers, for a sentence."""
    return " and ".join(f"`{step.kind}`" for step in steps) or "nothing"


@points(1, hint="Where the branch changes the shape, the shortcut needs a 1x1 convolution with the same strides.")
def test_changes_shape(changing):
    """The block makes as many channels as it has filters, and halves height and width at stride 2."""
    for block in changing:
        check_shape(block)


@points(1, hint="Follow the picture from left to right.", needs="test_keeps_shape")
def test_branch(plain):
    """The branch is convolution, batch normalisation, relu, convolution and batch normalisation."""
    view = plain.view
    convolutions = [step for step in view.operations("Conv2D") if step.config["kernel_size"] == (3, 3)]
    assert len(convolutions) == 2, (
        f"{plain.words} uses 3x3 convolutions in {len(convolutions)} places, two were asked for"
    )
    before = [convolutions[1]]
    while len(before) < 4 and len(view.before(before[0])) == 1:
        before = [*view.before(before[0]), *before]
    assert [step.kind for step in before[:-1]] == ["Conv2D", "BatchNormalization", "ReLU"], (
        f"in {plain.words} the second convolution comes after {kinds(before[:-1])}; "
        "a convolution, batch normalisation and relu were asked for"
    )
    assert view.follows(convolutions[1], "BatchNormalization", "Add"), (
        f"in {plain.words} the second convolution does not go to batch normalisation and then straight to the sum"
    )


@points(1, hint="Keep the input under a name of its own before the first convolution.", needs="test_keeps_shape")
def test_carries_its_input(plain, rng):
    """The input itself is added to what the branch makes of it."""
    check_addition(plain, rng)


@points(
    1,
    hint="Apply the 1x1 convolution to the input of the block, not to the branch.",
    needs=("test_carries_its_input", "test_changes_shape"),
)
def test_carries_its_projected_input(changing, rng):
    """Where the shape changes, the projected input is added to what the branch makes of it."""
    for block in changing:
        check_addition(block, rng)


@points(
    1,
    hint="Compare the number of channels with `filters`, and look at `strides`, before you add a projection.",
    needs="test_carries_its_projected_input",
)
def test_projects_only_where_needed(plain, changing):
    """The shortcut is a 1x1 convolution where the shape changes, and nothing at all where it does not."""
    for block in (plain, *changing):
        (shortcut,) = block.view.shortcuts()
        sizes = [step.config["kernel_size"] for step in shortcut.path if step.kind == "Conv2D"]
        is_right = not shortcut.path if block is plain else shortcut.kind == "projection" and sizes == [(1, 1)]
        asked = "keeps the shape: nothing" if block is plain else "changes the shape: one convolution of 1x1"
        found = kinds(shortcut.path) + "".join(f" of {height}x{width}" for height, width in sizes)
        assert is_right, f"{block.words} has {found} on its shortcut; it {asked} was asked for"


@points(1, hint="The last two lines of the block: add, then relu.", needs="test_keeps_shape")
def test_relu_after_addition(plain):
    """The block ends with relu on the sum."""
    additions = plain.view.operations("Add")
    assert additions, f"{plain.words} adds nothing"
    (*_, last) = plain.view.steps
    assert last.kind == "ReLU", f"{plain.words} ends with `{last.kind}`, relu on the sum was asked for"
    assert plain.view.before(last) == (additions[-1],), f"in {plain.words} the last relu is not applied to the sum"


@points(1, hint="Make a new layer for each place, and use every tensor that you compute.", needs="test_branch")
def test_nothing_shared_or_unused(plain):
    """Every layer is used, and in one place only."""
    for kind in ("Conv2D", "BatchNormalization"):
        shared = len(plain.view.operations(kind)) - len(plain.view.layers(kind))
        assert shared == 0, f"in {plain.words} a `{kind}` is used in more than one place"
    # A projection that is made, and not called because this shape needs none, is fine.
    unused = [layer for layer in plain.view.unused if layer.called]
    assert not unused, f"in {plain.words} the result of {kinds(unused)} is used nowhere"
