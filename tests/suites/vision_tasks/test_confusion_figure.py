"""A heat map of the confusion matrix."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.suite import points, question

pytestmark = question("confusion_figure")

NAMES = ["ant", "bee", "cat", "dog", "emu", "fox", "gnu"]


@pytest.fixture(scope="module")
def drawn(submission):
    """A matrix of seven classes, and the axes that show a picture of the figure that is made of it."""
    matrix = np.random.default_rng(3).integers(0, 30, size=(7, 7)) + np.diag(np.arange(40, 47))
    figure = submission.figure("confusion_figure", matrix, NAMES)
    return matrix, [axes for axes in figure.axes if axes.images]


@points(1, hint="One call of `imshow` draws the whole matrix. Return the figure: one that is only shown is gone.")
def test_one_picture(drawn):
    """The figure has one axes with a picture, which has a cell for each pair of classes."""
    matrix, axes = drawn
    assert len(axes) == 1, f"the figure has {len(axes)} axes with a picture, one was asked for"
    shape = axes[0].images[0].shape
    assert shape == matrix.shape, f"for a matrix of shape {matrix.shape} the picture has the shape {shape}"


@points(1, hint="Give `imshow` the matrix as it is: rows are true classes.", needs="test_one_picture")
def test_shows_the_counts(drawn):
    """The picture is the matrix, with true classes from top to bottom."""
    matrix, axes = drawn
    found = axes[0].images[0]
    assert not np.array_equal(found, matrix.T), "rows and columns are exchanged: true classes go from top to bottom"
    wrong = int(np.sum(found != matrix))
    assert wrong == 0, f"{wrong} of {matrix.size} cells do not show the count of the matrix"


@points(1, hint="`axes.set(xlabel=..., ylabel=...)`: which of the two axes are the columns?", needs="test_one_picture")
def test_labels(drawn):
    """The axes say which of them is the true class and which the predicted one."""
    _, axes = drawn
    x_label, y_label = axes[0].x_label, axes[0].y_label
    for where, label, asked, what in (("x", x_label, "predicted", "columns"), ("y", y_label, "true", "rows")):
        found = f"the label of the {where} axis is {label!r}" if label else f"the {where} axis has no label"
        assert asked in label.lower(), f"{found}: the {what} are the {asked} class"


@points(
    1,
    hint="`axes.set_xticks(places, names)` sets places and names at once, one for each column; `set_yticks` for rows.",
    needs="test_one_picture",
)
def test_ticks(drawn):
    """Both axes have a tick for each class, with its name, in the order of the matrix."""
    _, axes = drawn
    for where, labels in (("x", axes[0].x_tick_labels), ("y", axes[0].y_tick_labels)):
        names = [label.strip() for label in labels]
        found = ", ".join(names) or "nothing"
        direction = "from left to right" if where == "x" else "from top to bottom"
        assert names == NAMES, f"for the classes {', '.join(NAMES)}, the {where} axis says {found} {direction}"
