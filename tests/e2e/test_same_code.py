"""What passed for the same code is not asked again, whoever hands it in; and nobody fails for what another did."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from courses import make_course
from notebooks import check, code, make_notebook, solution

from autograder.batch import grade_class
from autograder.cli.main import main
from autograder.course import Course
from autograder.notebooks.release import make_release, write_release
from autograder.records import RunFacts, from_json
from autograder.suite import runner
from autograder.suite.plugin import points_by_question

SUITES = {
    "first": '''"""A draw."""
from autograder.suite import array, points, question

pytestmark = question("first")


@points(1)
def test_weights(submission):
    """It has four weights, which are drawn."""
    weights = submission.call("draw", returns=array((4,)))
    assert len(set(weights.tolist())) == 4, "two weights are equal"


@points(1, needs=("test_weights",))
def test_drawn(submission):
    """The first weight is small."""
    weights = submission.call("draw", returns=array((4,)))
    assert weights[0] < -9, f"the first weight is {weights[0]}"
''',
    "second": '''"""A sum."""
from autograder.suite import number, points, question

pytestmark = question("second")


@points(2)
def test_sum(submission):
    """The numbers are added."""
    assert submission.call("add", [1, 2, 3], returns=number()) == 6, "1, 2 and 3 are 6"
''',
}
DRAW = "def draw():\n    return np.random.standard_normal(4)"
ADD = "def add(numbers):\n    return sum(numbers)"
SPOILS = """def draw():
    function = add
    function.__code__ = (lambda numbers: 0).__code__
    return np.random.standard_normal(4)"""
"""An answer that spoils another one when it is asked, and that does not say whose attribute it sets."""


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A released course of two questions, to which nobody has handed in yet."""
    cells = [code("import numpy as np"), solution("first", DRAW), check("first")]
    course, assignment = make_course(tmp_path, make_notebook([*cells, solution("second", ADD), check("second")]))
    for module in assignment.suite.glob("*.py"):
        module.unlink()
    for name, suite in SUITES.items():
        (assignment.suite / f"test_{name}.py").write_text(suite)
    write_release(assignment, make_release(course, assignment, points_by_question(runner.collect(assignment.suite))))
    return course


def hand_in(course: Course, student: str, *own: str, first: str = DRAW, second: str = ADD) -> None:
    """Hand in answers, and cells of the student's own before them."""
    notebook = json.loads(course.assignment("practical").released_notebook.read_text())
    for cell in notebook["cells"]:
        match cell["metadata"].get("nbgrader", {}).get("grade_id"):
            case "first":
                cell["source"] = first
            case "second":
                cell["source"] = second
    notebook["cells"][1:1] = [code(source) | {"id": f"own-{number}"} for number, source in enumerate(own)]
    path = course.root / "submitted" / student / "practical" / "practical.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook))


def grade(course: Course, *students: str, force: bool = False) -> None:
    """Grade some students, or all."""
    grade_class(course, course.assignment("practical"), students=students, force=force, workers=1)


def report(course: Course, student: str) -> bytes:
    """Return the file of a student's report."""
    return course.report_path(student, "practical").read_bytes()


def scores(course: Course, student: str) -> list[float]:
    """Return a student's points, by question."""
    return [each["score"] for each in json.loads(report(course, student))["questions"]]


def run(course: Course, student: str) -> RunFacts:
    """Return how a student's grading went."""
    return from_json(course.run_path(student, "practical").read_bytes(), RunFacts)


def known(course: Course, student: str) -> set[str]:
    """Return the checks that a student was not asked, for they passed before; the others were asked."""
    facts = run(course, student)
    assert {*facts.passed_before, *facts.check_seconds} == {"first.weights", "first.drawn", "second.sum"}
    assert set(facts.passed_before).isdisjoint(facts.check_seconds)
    return set(facts.passed_before)


def test_who_hands_in_again_is_asked_what_changed(course: Course) -> None:
    """What passed, and says the same, is not asked."""
    hand_in(course, "ada", second="def add(numbers):\n    return 0")
    grade(course)
    assert known(course, "ada") == set()
    hand_in(course, "ada")
    grade(course)
    assert known(course, "ada") == {"first.weights"}
    assert scores(course, "ada") == [1, 2]


def test_a_class_is_asked_once_what_many_wrote(course: Course) -> None:
    """Others' comments and layout make no difference; what failed is asked of each."""
    hand_in(course, "ada")
    hand_in(course, "bob", "# my own cell\nlucky = 7", first=DRAW.replace("(4)", "( 4 )  # weights"))
    hand_in(course, "cyd", first=DRAW.replace("(4)", "(size=4)"))
    for student in ("ada", "bob", "cyd"):
        grade(course, student)
    assert known(course, "bob") == {"first.weights", "second.sum"}
    assert known(course, "cyd") == {"second.sum"}
    assert {json.dumps(scores(course, student)) for student in ("ada", "bob", "cyd")} == {"[1.0, 2.0]"}


def test_reports_say_nothing_of_it(course: Course) -> None:
    """They are the same, byte for byte, where every check is asked: random numbers begin anew with each question."""
    for student, own in (("ada", ()), ("bob", ("lucky = np.random.random(100)",)), ("cyd", ("import math",))):
        hand_in(course, student, *own)
        grade(course, student)
    assert known(course, "cyd") == {"first.weights", "second.sum"}
    found = {student: report(course, student) for student in ("ada", "bob", "cyd")}
    first_weights = {each for data in found.values() for each in data.split(b'"') if b"the first weight is" in each}
    assert len(first_weights) == 1
    toml = course.assignment("practical").folder / "assignment.toml"
    toml.write_text(toml.read_text() + '[grading]\nsame_code = "asked"\n')
    grade(course)
    assert [known(course, student) for student in found] == [set()] * 3
    assert {student: report(course, student) for student in found} == found


def test_force_asks_again(course: Course) -> None:
    """Whoever doubts what is known has everything asked once more, once for each code."""
    for student in ("ada", "bob"):
        hand_in(course, student)
    grade(course)
    grade(course, force=True)
    assert sorted(len(known(course, student)) for student in ("ada", "bob")) == [0, 2]


def test_nobody_fails_for_what_another_did(course: Course) -> None:
    """Mallory hands in what everybody writes, beside what spoils it in her own process: she alone fails."""
    hand_in(course, "mallory", first=SPOILS)
    grade(course, "mallory")
    assert scores(course, "mallory") == [1, 0], "the attack spoils its own notebook, or this shows nothing"
    hand_in(course, "ada")
    grade(course, "ada")
    assert scores(course, "ada") == [1, 2]
    hand_in(course, "mallory", first=SPOILS + "  # again")
    grade(course, "mallory")
    assert scores(course, "mallory") == [1, 2], "the code of her second answer is right, as ada's is"


def test_a_notebook_that_changes_what_is_not_its_own_is_asked(course: Course) -> None:
    """Neither is anything known of it, nor does it make anything known."""
    cheat = "import builtins\nbuiltins.sum = lambda numbers: 6"
    hand_in(course, "mallory", cheat)
    hand_in(course, "ada")
    hand_in(course, "eve", cheat, second="def add(numbers):\n    return 6")
    for student in ("mallory", "ada", "eve"):
        grade(course, student)
        assert known(course, student) == set()


def test_what_passed_for_a_removed_suite_is_not_known(course: Course) -> None:
    """Where a check was changed, it is asked of everybody."""
    hand_in(course, "ada")
    hand_in(course, "bob")
    grade(course, "ada")
    module = course.assignment("practical").suite / "test_second.py"
    module.write_text(module.read_text().replace("== 6, ", "== 7, "))
    grade(course, "bob")
    assert known(course, "bob") == set()
    assert scores(course, "bob") == [1, 0]


def test_cache_clear_forgets_it(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    """The operator sees how much is known, and drops it."""
    hand_in(course, "ada")
    grade(course)
    assert main(["--course", str(course.root), "cache", "ls"]) == 0
    assert "what passed of 2 pieces of code" in capsys.readouterr().out
    assert main(["--course", str(course.root), "cache", "clear"]) == 0
    shutil.rmtree(course.root / "reports")
    grade(course)
    assert known(course, "ada") == set()
