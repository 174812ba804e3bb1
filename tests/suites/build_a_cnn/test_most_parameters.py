"""The layer with the most parameters.

The student's function gets small models of ours, in which the largest layer is the last, in the middle, or the first.
In the second model biases decide, in the third one parameters that are not trained.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from autograder.suite import number, points, question, sequential, text, tuple_of

pytestmark = question("most_parameters")

# A model, the index of its largest layer, and the number of parameters of that.
MODELS = (
    (
        sequential((6, 6, 2), ("Conv2D", {"filters": 4, "kernel_size": 3}), ("Flatten", {}), ("Dense", {"units": 7})),
        2,
        (4 * 4 * 4 + 1) * 7,
    ),
    (
        sequential((5, 5, 1), ("Conv2D", {"filters": 2, "kernel_size": 3}), ("Dense", {"units": 8}), ("Flatten", {})),
        1,
        (2 + 1) * 8,
    ),
    (
        sequential((2,), ("Dense", {"units": 9}), ("BatchNormalization", {}), ("Dense", {"units": 1})),
        1,
        4 * 9,
    ),
    (
        sequential((9,), ("Dense", {"units": 8}), ("Dense", {"units": 3}), ("Dense", {"units": 12})),
        0,
        (9 + 1) * 8,
    ),
)


@dataclass(frozen=True)
class Answer:
    """What the student's function returned for a model, beside what is right."""

    name: str
    count: float
    right_name: str
    right_count: int
    layers: str


@pytest.fixture(scope="module")
def answers(submission):
    """The student's answers for all models."""
    found = []
    for graph, index, count in MODELS:
        pair = submission.call("most_parameters", submission.build(graph), returns=tuple_of(text(), number()))
        kinds = [layer.kind for layer in graph.layers]
        # So `submission.build` names the layers of a model of ours.
        names = [f"layer_{position}_{kind.lower()}" for position, kind in enumerate(kinds)]
        found.append(Answer(*pair, right_name=names[index], right_count=count, layers=", ".join(kinds)))
    return found


@points(1, hint="Every layer has `count_params()`. Compare all layers, wherever they stand.")
def test_count(answers):
    """The number is that of the layer with the most parameters."""
    wrong = [each for each in answers if each.count != each.right_count]
    assert not wrong, (
        f"for {len(wrong)} of {len(answers)} models the number is wrong; the first of these has the layers "
        f"{wrong[0].layers}, and the number is {wrong[0].count:g}: do biases count, and what is not trained?"
    )


@points(1, hint="Return the name of the same layer whose parameters you return.", needs="test_count")
def test_name(answers):
    """The name is that of the layer with the most parameters."""
    wrong = [each for each in answers if each.name != each.right_name]
    assert not wrong, (
        f"for {len(wrong)} of {len(answers)} models another layer is named; the first of these has the layers "
        f"{wrong[0].layers}, and the name is `{wrong[0].name}`"
    )
