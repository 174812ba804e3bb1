"""What a check's result follows from, and what is known of code that passed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from notebooks import answer, code, make_notebook

from autograder.errors import InfrastructureError
from autograder.grading.needed import Reading, needed_cells
from autograder.grading.passed import PassedChecks, code_keys
from autograder.notebooks import cells as notebook_cells
from autograder.records import Attempt, CheckId, GradeId, TrainingRecord
from autograder.secret import CourseSecret
from autograder.suite.mentions import EVERYTHING, TEXT

SECRET = CourseSecret("of a course that never was")
AREA, COUNT, STYLE = CheckId("area.right"), CheckId("count.right"), CheckId("area.style")
MENTIONS = {
    AREA: frozenset({"area"}),
    COUNT: frozenset({"count"}),
    STYLE: frozenset({"area", TEXT}),
    CheckId("all.of_it"): frozenset({"area", EVERYTHING}),
    CheckId("nothing.asked"): frozenset[str](),
}
GIVEN = [
    code("import math\nSCALE = 1"),
    answer("area", "def area(r):\n    raise NotImplementedError"),
    answer("count", "count = None"),
]
ANSWERS = {"area": "def area(r):\n    return half(r) * 2", "count": "count = 3"}
HALF = "def half(x):\n    return x / 2"


@dataclass
class Asked:
    """The part of a rubric that says what its checks ask for."""

    mentions: dict[CheckId, frozenset[str]]


def keys(*own: str, given: str = "import math\nSCALE = 1", **answers: str) -> dict[CheckId, str]:
    """Return the keys of a notebook with these answers, and with cells of the student's before them."""
    said = {**ANSWERS, **answers}
    notebook = make_notebook([code(given), *map(code, own), *(answer(name, text) for name, text in said.items())])
    reading = Reading.of(notebook, make_notebook([{**GIVEN[0], "source": given}, *GIVEN[1:]]))
    running = needed_cells(reading, {"area", "count"})
    texts = {GradeId(name): cell.source for name, cell in notebook_cells.answers(notebook)}
    return code_keys(Asked(MENTIONS), reading, running, texts)  # type: ignore[arg-type]


def same(one: dict[CheckId, str], other: dict[CheckId, str]) -> set[CheckId]:
    """Return the checks that have the same key in both."""
    return {name for name in one if one[name] == other.get(name)}


def test_what_a_check_asks_for_is_made_of_what_it_looks_up() -> None:
    """An answer, the student's helper that it calls, and what that calls; another answer is no part of it."""
    first = keys(HALF)
    assert same(first, keys(HALF, count="count = 4")) == {AREA, STYLE}
    assert same(first, keys(HALF.replace("/ 2", "/ 3"))) == {COUNT}
    assert same(first, keys(HALF, area="def area(r):\n    return half(r) + half(r)")) == {COUNT}
    assert same(keys(f"{HALF} * ONE", "ONE = 1"), keys(f"{HALF} * ONE", "ONE = 2")) == {COUNT}


def test_what_may_change_a_value_is_part_of_it() -> None:
    """A later cell that calls something with it, changes it in place, or defines it anew."""
    first = keys(HALF, "values = [1]", count="count = values")
    for changing in ("values.append(2)", "double(values)", "values = [2]"):
        assert same(first, keys(HALF, "values = [1]", changing, count="count = values")) == {AREA, STYLE}


def test_the_order_of_cells_is_part_of_it() -> None:
    """The same two cells, the other way round, leave another value."""
    one, other = "size = 1", "size = 2"
    assert COUNT not in same(keys(HALF, one, other, count="count = size"), keys(HALF, other, one, count="count = size"))


def test_comments_and_layout_are_no_part_of_it() -> None:
    """But where a check asks for the text itself."""
    area = "# mine\ndef area( r ):\n\n    return half(r)*2  # twice"
    assert same(keys(HALF), keys(HALF, area=area)) == {AREA, COUNT}


def test_what_everybody_got_is_part_of_it() -> None:
    """A student may still have an older release."""
    area = "def area(r):\n    return r * SCALE"
    assert same(keys(area=area), keys(area=area, given="import math\nSCALE = 2")) == {COUNT}


@pytest.mark.parametrize(
    "own",
    [
        "import math\nmath.pi = 3",
        "exec('count = 4')",
        "def spoil():\n    global count\n    count = 4",
        "import numpy as np\nnp.random.seed(0)",
        "values = [1]\n\ndef spoil():\n    VALUES[0] = 2",
        "%timeit 1",
        "def broken(:",
        "from math import *",
    ],
)
def test_a_notebook_that_changes_what_is_not_its_own_has_no_keys(own: str) -> None:
    """Nothing can be told from names then, and all of its checks are asked."""
    assert keys(HALF)
    assert keys(HALF, own) == {}


def test_checks_that_may_ask_for_anything_have_no_key() -> None:
    """Nor do those of which no name is known."""
    assert keys(HALF).keys() == {AREA, COUNT, STYLE}


@pytest.fixture
def known(tmp_path: Path) -> PassedChecks:
    """What one course knows."""
    return PassedChecks(tmp_path, SECRET, "graded by this")


KEYS = {AREA: "one code", COUNT: "another", STYLE: "one code"}


def test_what_passed_is_known(known: PassedChecks) -> None:
    """For the same code, the same check, and what it had trained."""
    record = TrainingRecord(
        question=GradeId("area"),
        recipe="quick",
        floor=0.5,
        attempts=(Attempt(seed=1, test=(0.7,), train=(0.9,), loss=(0.1,)),),
        device="cpu",
    )
    assert known.known(KEYS) == {}
    known.keep(KEYS, {AREA: (record,), COUNT: (), CheckId("all.of_it"): ()})
    assert known.known(KEYS) == {AREA: (record,), COUNT: ()}
    assert known.known({COUNT: "one code", AREA: "another"}) == {}
    known.keep(KEYS, {STYLE: ()})
    assert known.known(KEYS) == {AREA: (record,), COUNT: (), STYLE: ()}
    assert known.size()[0] == 2


def test_another_grader_and_another_course_know_nothing_of_it(known: PassedChecks, tmp_path: Path) -> None:
    """A suite, limits, a wall or a package that changed may find otherwise."""
    known.keep(KEYS, {AREA: ()})
    assert PassedChecks(tmp_path, SECRET, "graded by that").known(KEYS) == {}
    assert PassedChecks(tmp_path, CourseSecret("another"), "graded by this").known(KEYS) == {}


def test_only_who_knows_the_secret_can_say_what_passed(known: PassedChecks, tmp_path: Path) -> None:
    """What is altered, torn, or another's in this place is as if it were not there."""
    known.keep(KEYS, {AREA: (), COUNT: ()})
    one, other = sorted((tmp_path / "passed").glob("*/*"))
    data = one.read_bytes()
    for forged in (data.replace(b"right", b"style"), data[:-3], b"", other.read_bytes()):
        one.write_bytes(forged)
        other.unlink(missing_ok=True)
        assert known.known(KEYS) == {}
    one.write_bytes(data)
    assert len(known.known(KEYS)) <= 1


def test_a_folder_that_cannot_be_written_to_is_said(known: PassedChecks, tmp_path: Path) -> None:
    """It is the operator's to mend."""
    (tmp_path / "passed").write_text("in the way")
    with pytest.raises(InfrastructureError, match="what passed cannot be kept"):
        known.keep(KEYS, {AREA: ()})


def test_all_of_it_can_be_forgotten(known: PassedChecks) -> None:
    """Then everything is asked again."""
    known.keep(KEYS, {AREA: (), COUNT: ()})
    assert known.clear()[0] == 2
    assert known.known(KEYS) == {}
