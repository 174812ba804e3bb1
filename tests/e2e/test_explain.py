"""An appeal is answered with facts: what a check found, in which model, by which lines of the suite."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from courses import make_course
from notebooks import check, make_notebook, solution

from autograder.appeals import explain
from autograder.batch import grade_class
from autograder.cli.main import main
from autograder.course import Course
from autograder.notebooks.release import make_release, write_release
from autograder.records import Outcome
from autograder.suite import runner
from autograder.suite.plugin import points_by_question

SUITE = '''"""A small network."""
from autograder.suite import points, question

pytestmark = question("network")


@points(1)
def test_scores_three_classes(submission):
    """The model returns three scores."""
    found = submission.model("network").output_shape
    assert found == (None, 3), f"the output shape is {found}, (None, 3) was asked for"


@points(1, needs="test_scores_three_classes", hint="Count the biases, too.")
def test_is_small(submission):
    """The model has a handful of parameters."""
    found = submission.model("network").num_parameters
    assert found == 15, f"the model has {found} parameters, 15 were asked for"


@points(1)
def test_is_an_error(submission):
    """A check that is broken."""
    raise RuntimeError("this check was asked, too")
'''
MODEL = "    return keras.Sequential([keras.Input((4,)), keras.layers.Dense({units}, use_bias={bias})])"
HEAD = "import keras\n\n\ndef network():"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course in which ada forgot the bias, and bob has two units; both are graded."""
    notebook = make_notebook([solution("network", MODEL.format(units=3, bias=True), before=HEAD), check("network")])
    course, assignment = make_course(tmp_path_factory.mktemp("course"), notebook)
    for path in assignment.suite.iterdir():
        path.unlink()
    (assignment.suite / "test_network.py").write_text(SUITE)
    released = make_release(course, assignment, points_by_question(runner.collect(assignment.suite)))
    write_release(assignment, released)
    for student, answer in (("ada", MODEL.format(units=3, bias=False)), ("bob", MODEL.format(units=2, bias=True))):
        hand_in(course, student, answer)
    grade_class(course, assignment)
    return course


def hand_in(course: Course, student: str, answer: str) -> None:
    """Put a notebook with an answer where submissions lie."""
    released = json.loads((course.root / "release" / "practical" / "practical.ipynb").read_text())
    for cell in released["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "network":
            cell["source"] = f"{HEAD}\n{answer}"
    path = course.root / "submitted" / student / "practical" / "practical.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(released))


def run(course: Course, *arguments: str) -> int:
    """Type the command in the course's folder."""
    return main(["--course", str(course.root), "explain", *arguments])


def test_one_check_is_asked_again_and_its_facts_are_told(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    """Sentence, hint, model, answer and the check's own lines: staff need no other file to answer."""
    assert run(course, "ada", "practical", "is_small") == 0
    told = capsys.readouterr().out
    assert "network.is_small of ada, 1 points" in told
    assert "the model has 12 parameters, 15 were asked for" in told
    assert "the hint says: Count the biases, too." in told
    assert "it needs network.scores_three_classes" in told
    assert "the student's report says the same" in told
    assert "Dense" in told
    assert "use_bias=False" in told
    assert '@points(1, needs="test_scores_three_classes"' in told
    assert "this check was asked, too" not in told


def test_a_program_gets_everything_as_json(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    """One record, with the model although nothing in it is marked, and nothing of the other checks."""
    assert run(course, "bob", "practical", "network.is_small", "--json") == 0
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert (told["now"]["outcome"], told["before"]["outcome"]) == ("not run", "not run")
    assert [need["check_id"] for need in told["needs"]] == ["network.scores_three_classes"]
    assert [row["kind"] for row in told["now"]["model"]["rows"]] == ["Input", "Dense"]
    assert told["where"] == "tests/suites/practical/test_network.py"


def test_what_changed_since_is_said(course: Course, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A suite that was mended gives another outcome, and a notebook that was replaced is another one."""
    mended = Course(shutil.copytree(course.root, tmp_path / "course"))
    suite = mended.root / "tests" / "suites" / "practical" / "test_network.py"
    suite.write_text(SUITE.replace("found == 15", "found in (12, 15)"))
    assert run(mended, "ada", "practical", "is_small") == 1
    assert "report says failed, which no longer holds: autograder grade practical --student ada --force" in (
        capsys.readouterr().out
    )
    hand_in(mended, "ada", MODEL.format(units=3, bias=True))
    found = explain(mended, mended.assignment("practical"), "ada", "is_small")
    assert (found.now.outcome, found.is_same_file, found.still_holds) == (Outcome.PASSED, False, False)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("eve", "practical", "is_small"), "eve handed in nothing for practical"),
        (("ada", "practical", "is_smal"), "practical has no check is_smal: the nearest are"),
        (("ada", "absent", "is_small"), "absent"),
    ],
)
def test_what_is_not_there_is_named(
    course: Course, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], sentence: str
) -> None:
    """A wrong student, check or assignment is one line, and exit code 2."""
    assert run(course, *arguments) == 2
    assert sentence in capsys.readouterr().err
