"""Mutants differ from the answer in one place, each in a way of its own."""

from __future__ import annotations

import ast

import pytest

from autograder.mutation import make_mutants
from autograder.mutation.mutants import difference
from autograder.records import GradeId

Q = GradeId("q")
STACK = (
    'def net():\n    """Doc 3."""\n    return keras.Sequential([\n        keras.Input((8, 8, 3)),\n'
    '        layers.Conv2D(16, 3, padding="same", activation="relu"),\n        layers.Flatten(),\n'
    "        layers.Dense(10),\n    ])"
)


def mutated(source: str, operator: str) -> list[str]:
    """Return the cells that an operator makes, as they are after parsing."""
    return [mutant.source for mutant in make_mutants({Q: source}) if mutant.operator == operator]


@pytest.mark.parametrize(
    ("source", "operator", "expected"),
    [
        ("x = 3", "one_more", ["x = 4"]),
        ("x = 3", "one_less", ["x = 2"]),
        ("x = 64", "twice", ["x = 128"]),
        ("x = f(rate=0.5)", "half", ["x = f(rate=0.25)"]),
        ("x = f(use_bias=False)", "flag_turned", ["x = f(use_bias=True)"]),
        ("x = f(padding='same')", "same_to_valid", ["x = f(padding='valid')"]),
        ("x = f(activation='relu')", "relu_to_linear", ["x = f(activation='linear')"]),
        ("x = l.MaxPooling2D(y)", "MaxPooling2D_to_AveragePooling2D", ["x = l.AveragePooling2D(y)"]),
        ("x = f(a, strides=b)", "without_strides", ["x = f(a)"]),
        ("x = f(a, b)", "arguments_swapped", ["x = f(b, a)"]),
        ("x = a // b", "FloorDiv_to_Div", ["x = a / b"]),
        ("x = a - b", "operands_swapped", ["x = b - a"]),
        ("x = a - b", "Sub_to_Add", ["x = a + b"]),
        ("x = -a", "sign_dropped", ["x = a"]),
        ("x = a < b", "Lt_to_LtE", ["x = a <= b"]),
        ("x = a and b", "and_or", ["x = a or b"]),
        ("if a:\n    b()", "never", ["if False:\n    b()"]),
        ("a()\nb()", "statement_deleted", ["b()", "a()"]),
        ("a()\nb()", "statements_swapped", ["b()\na()"]),
        ("x = a, b", "parts_swapped", ["x = (b, a)"]),
        ("x = a, b", "part_left_out", ["x = (b,)", "x = (a,)"]),
        ("for i in rows:\n    f(i)", "loop_last_left_out", ["for i in list(rows)[:-1]:\n    f(i)"]),
        ("def f(a, b):\n    return a", "returns_None", ["def f(a, b):\n    return None"]),
        ("def f(a, b):\n    return a", "a_to_b", ["def f(a, b):\n    return b"]),
        (
            "def f(rows):\n    for i in rows:\n        g(i)\n    return 1",
            "returned_in_the_loop",
            ["def f(rows):\n    for i in rows:\n        g(i)\n        return 1\n    return 1"],
        ),
    ],
)
def test_what_an_operator_makes(source: str, operator: str, expected: list[str]) -> None:
    """One place is changed, in one way; the other places are changed by other mutants."""
    assert mutated(source, operator) == expected


def test_layers_of_a_stack_are_removed_and_swapped() -> None:
    """The input stays first: a stack without it would be another question."""
    removed = [difference(STACK, source) for source in mutated(STACK, "layer_removed")]
    assert len(removed) == 3
    assert all("keras.Input" in line for each in removed for line in each.splitlines())
    assert len(mutated(STACK, "layers_swapped")) == 2


def test_every_mutant_is_python_and_unlike_all_others() -> None:
    """Nothing is graded twice, and nothing that could not be run."""
    mutants = make_mutants({Q: STACK, GradeId("r"): "units = [1, 2]\ntotal = sum(a * b for a, b in zip(units, units))"})
    assert len({(mutant.question, mutant.source) for mutant in mutants}) == len(mutants) > 40
    for mutant in mutants:
        compile(mutant.source, mutant.name, "exec")
        assert mutant.source != ast.unparse(ast.parse(STACK))


def test_names_say_question_operator_and_line() -> None:
    """They are unique; several of a kind in one line are counted."""
    names = [mutant.name for mutant in make_mutants({Q: "x = [\n    1,\n    2 + 3,\n]"}) if "one_more" in mutant.name]
    assert names == ["q.one_more.2", "q.one_more.3", "q.one_more.3.2"]


def test_what_is_given_is_not_changed() -> None:
    """Docstrings, and the parameters of the function that is asked for, are the question's own."""
    source = 'def f(size=3):\n    """Doc 3."""\n    return size'
    assert all("size=3" in mutant.source and "Doc 3." in mutant.source for mutant in make_mutants({Q: source}))


def test_what_is_no_python_has_no_mutants() -> None:
    """There is no syntax to change."""
    assert make_mutants({Q: "def ("}) == ()
