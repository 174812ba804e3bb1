"""The naive graders are graders: they tell right from wrong, as long as nobody lies to them."""

from __future__ import annotations

import json

import pytest
from attacks import naive
from attacks.attack import Attack, Control, Group
from attacks.course import NAME, REACH, TINY
from notebooks import answer, check, make_notebook

pytestmark = [pytest.mark.attack, pytest.mark.slow]  # as the controls are, which they vouch for


def points(**parts: object) -> float:
    """Return what somebody gets who attacks nothing."""
    return naive.grade(Attack("student", Group.FORGERIES, "", Control.NAIVE, **parts))  # type: ignore[arg-type]


def test_right_answers_get_full_marks():
    """Each grader's first check is passed by the honest answers."""
    assert points(answer=REACH, model=TINY) == naive.FULL_MARKS


@pytest.mark.parametrize(
    "wrong",
    [
        "def reach(kernels):\n    return 0",
        "def reach(kernels):\n    raise ValueError",
        "reach = 7",
        "def reach(kernels)",
    ],
)
def test_no_grader_believes_a_wrong_answer(wrong):
    """What is simply wrong, raises or does not parse has no points from any of them."""
    assert points(answer=wrong) == naive.FULL_MARKS / 2


def test_no_grader_believes_a_wrong_model():
    """One unit in place of three is told by parameters, weights and configuration."""
    model = "import keras\n\ndef tiny():\n    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])"
    assert points(model=model) == naive.FULL_MARKS / 2


def test_a_notebook_that_fails_its_own_tests_gets_nothing():
    """Points that stand in a notebook are given for tests that pass."""
    cells = [answer("reach", "reach = 7"), check("reach", "assert reach == 8", points=3)]
    notebook = make_notebook(cells, autograder={"assignment": NAME})
    assert points(raw=json.dumps(notebook).encode()) == 0
