"""Rewrites say the same in another style."""

from __future__ import annotations

import ast

import pytest

from autograder.mutation import make_rewrites
from autograder.records import GradeId

SUM = (
    'def total(rows, start=0):\n    """Add up."""\n    found = start\n    def add(row):\n        return sum(row)\n'
    "    for row in rows:\n        found += add(row)\n    return found"
)
STACK = (
    "def net():\n    return keras.Sequential([keras.Input((8, 8, 3)), *others,"
    ' layers.Conv2D(16, 3, strides=2, activation="relu")])'
)


def rewritten(source: str) -> dict[str, str]:
    """Return the rewrites of an answer by their name."""
    return {mutant.operator: mutant.source for mutant in make_rewrites({GradeId("q"): source})}


def test_a_function_does_the_same() -> None:
    """Other names and more words change no result, and not what the function can be given."""
    rewrites = rewritten(SUM)
    assert set(rewrites) == {"names_changed", "written_at_length"}
    for source in rewrites.values():
        space: dict = {}
        exec(source, space)
        assert space["total"]([[1, 2], [3]], start=4) == 10
        assert space["total"].__doc__ == "Add up."


@pytest.mark.parametrize(
    ("operator", "part"),
    [
        ("arguments_named", "layers.Conv2D(filters=16, kernel_size=3, strides=2, activation='relu')"),
        ("numbers_as_pairs", "layers.Conv2D(16, (3, 3), strides=(2, 2), activation='relu')"),
        ("activations_apart", "layers.Conv2D(16, 3, strides=2), layers.ReLU()"),
        ("functional", "for layer in others:\n        x = layer(x)\n    x = layers.Conv2D(16, 3"),
    ],
)
def test_a_model_in_another_style(operator: str, part: str) -> None:
    """Each style is written out."""
    source = rewritten(STACK)[operator]
    assert part in source
    ast.parse(source)
