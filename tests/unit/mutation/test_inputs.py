"""What draws arguments of functions."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from autograder.course import Course
from autograder.errors import AssignmentError
from autograder.mutation.inputs import read_inputs

ROOT = Path(__file__).parents[3]


def test_no_file_draws_nothing(tmp_path: Path) -> None:
    """An assignment need not have one."""
    assert read_inputs(tmp_path / "inputs.py") == {}


def test_only_functions_of_the_file_draw(tmp_path: Path) -> None:
    """What it imports does not, nor what helps them."""
    (tmp_path / "inputs.py").write_text(
        "from autograder.mutation.inputs import call\ndef _side(rng):\n    return int(rng.integers(4))\n"
        "def area(rng):\n    return call(3, _side(rng))\n"
    )
    (found,) = read_inputs(tmp_path / "inputs.py").items()
    assert found[0] == "area"
    assert found[1](np.random.default_rng(0)).args[0] == 3


def test_a_file_that_cannot_be_run_is_named(tmp_path: Path) -> None:
    """The error says which and why."""
    (tmp_path / "inputs.py").write_text("1 / 0\n")
    with pytest.raises(AssignmentError, match=r"inputs\.py: ZeroDivisionError"):
        read_inputs(tmp_path / "inputs.py")


@pytest.mark.parametrize("name", Course(ROOT).assignments)
def test_what_is_drawn_can_be_drawn(name: str) -> None:
    """Each function of an assignment's inputs draws arguments, other ones from another seed."""
    for function, draw in read_inputs(Course(ROOT).assignment(name).solutions / "inputs.py").items():
        drawn = [repr(draw(np.random.default_rng(seed)).args) for seed in range(8)]
        assert len(set(drawn)) > 1, function
