"""What a cell makes, needs and changes."""

from __future__ import annotations

import pytest

from autograder.notebooks.cell_names import CellNames, read_names


def names(source: str) -> CellNames:
    """Read a cell that is Python."""
    found = read_names(source)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("source", "made"),
    [
        ("x = 1", {"x"}),
        ("(a, *b), c.d = value", {"a", "b", "c"}),
        ("import keras.layers as l, numpy", {"l", "numpy"}),
        ("def f(x):\n    y = x\n    return y", {"f"}),
        ("class C:\n    z = 1", {"C"}),
        ("for i in range(3):\n    if i:\n        last = i", {"i", "last"}),
        ("with open('x') as file:\n    pass", {"file"}),
        ("def f():\n    global state\n    state = 1", {"f", "state"}),
        ("rows.append(1)", {"rows"}),
        ("rows[0].size = 1", {"rows"}),
        ("del rows", {"rows"}),
        ("count += 1", {"count"}),
        ("np.random.seed(0)", {"np"}),
        ("print(rows)\n[i for i in rows]", set()),
        ("(n := 3)", {"n"}),
    ],
)
def test_names_that_a_cell_makes(source: str, made: set[str]) -> None:
    """Whatever holds something else afterwards is made; what belongs to a function is not."""
    assert names(source).makes == made


@pytest.mark.parametrize(
    ("source", "needed"),
    [
        ("y = x", {"x"}),
        ("def f(x, size=width):\n    import os\n    return g(x, os.name)", {"width", "g"}),
        ("def f():\n    total = 0\n    def inner():\n        return total + other\n    return inner", {"other"}),
        ("class C(Base):\n    x = 1\n    def m(self):\n        return x", {"Base", "x"}),
        ("values = [row[0] for row in rows]", {"rows"}),
    ],
)
def test_names_that_a_cell_needs(source: str, needed: set[str]) -> None:
    """Global names count wherever they stand, also where they are looked up when a function is called."""
    assert names(source).needs == needed


@pytest.mark.parametrize(
    "source",
    [
        "keras.layers.Dense = None",
        "np.random.seed(1)",
        "def f():\n    global shared\n    shared = 1",
        "def f():\n    rows[0] = 1",
        "def f():\n    keras.mixed_precision.set_global_policy('float16')",
        "from keras import *",
        "setattr(keras, 'x', 1)",
        "def f():\n    exec('x = 1')",
    ],
)
def test_a_cell_that_changes_what_is_not_its_own(source: str) -> None:
    """What reaches beyond the cell's own names is not contained."""
    assert not names(source).is_contained


@pytest.mark.parametrize(
    "source",
    [
        "def f(x):\n    x = x.copy()\n    x[0] = 1\n    return x",
        "class M(keras.Model):\n    def __init__(self):\n        self.layer = Dense(1)",
        "rows = [1]\nrows[0] = 2",
    ],
)
def test_a_cell_that_keeps_to_itself(source: str) -> None:
    """What it made itself, it may change."""
    assert names(source).is_contained


def test_a_cell_that_is_not_python_cannot_be_read() -> None:
    """Nothing is said about it."""
    assert read_names("def (") is None
