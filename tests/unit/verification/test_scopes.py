"""What a change of some answers can touch."""

from __future__ import annotations

from pathlib import Path

import pytest
from notebooks import check, code, make_notebook, solution

from autograder.records import GradeId
from autograder.suite import runner
from autograder.verification.scopes import Scopes

CELLS = [
    code("import math"),
    solution("area", "def area(r):\n    return math.pi * r * r"),
    check("area", "assert area(1)"),
    code("unit = area(1)"),
    solution("volume", "def volume(r):\n    return area(r) * height"),
    code("height = 3"),
    solution("half", "half = unit / 2"),
    solution("other", "other = 1"),
]
NAMES = ("area", "volume", "half", "other")


@pytest.fixture
def scopes(tmp_path: Path) -> Scopes:
    """A notebook of four questions, with a check for each."""
    for name in NAMES:
        (tmp_path / f"test_{name}.py").write_text(
            f'"""{name}."""\nfrom autograder.suite import points, question\n'
            f'@question("{name}")\n@points(1)\ndef test_it(submission):\n    """It is there."""\n'
            f'    assert submission.defines("{name}"), "it is not"\n'
        )
    return Scopes(make_notebook(CELLS), runner.collect(tmp_path))


def touched(scopes: Scopes, **answers: str) -> tuple[set[str], set[int]] | None:
    """Return the questions whose checks are asked, and the cells that are run."""
    scope = scopes.of({GradeId(name): source for name, source in answers.items()})
    return None if scope is None else ({name.partition(".")[0] for name in scope.checks}, set(scope.cells))


def test_nothing_changed(scopes: Scopes) -> None:
    """The reference touches nothing."""
    assert touched(scopes) == (set(), set())


def test_a_question_that_nothing_is_made_of(scopes: Scopes) -> None:
    """One check, and one cell."""
    assert touched(scopes, other="other = 2") == ({"other"}, {7})


def test_what_is_made_of_an_answer_is_touched(scopes: Scopes) -> None:
    """Functions that use it, and values that are made of it by other cells; with all the cells that these need."""
    assert touched(scopes, area="def area(r):\n    return r") == ({"area", "volume", "half"}, {1, 3, 4, 5, 6})


def test_what_an_answer_is_made_of_is_run_but_not_asked(scopes: Scopes) -> None:
    """The cells before it are as they are for the reference."""
    assert touched(scopes, half="half = 3 * unit") == ({"half"}, {0, 1, 3, 6})


def test_a_name_that_an_answer_makes_by_the_way(scopes: Scopes) -> None:
    """It touches the checks of whoever has that name."""
    assert touched(scopes, other="other = 1\nheight = 2") == ({"other", "volume"}, {0, 1, 4, 5, 7})


def test_what_an_asked_check_needs_is_asked_too(tmp_path: Path) -> None:
    """A check is judged by those that it needs, which may be about other names."""
    (tmp_path / "test_volume.py").write_text(
        '"""Volume."""\nfrom autograder.suite import points, question\npytestmark = question("volume")\n'
        '@points(1)\ndef test_is_there(submission):\n    """It is there."""\n'
        '    assert submission.defines("volume"), "it is not"\n'
        '@points(1, needs="test_is_there")\ndef test_of_an_area(submission):\n    """It is made of an area."""\n'
        '    assert submission.defines("area"), "it is not"\n'
    )
    scope = Scopes(make_notebook(CELLS), runner.collect(tmp_path)).of({GradeId("half"): "area = half = 2"})
    assert scope is not None
    assert scope.checks == {"volume.is_there", "volume.of_an_area"}


def test_an_answer_that_reaches_beyond_its_names(scopes: Scopes) -> None:
    """Then everything is graded."""
    assert touched(scopes, other="math.pi = 3") is None
    assert touched(scopes, other="other = (") is None
