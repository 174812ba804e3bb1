"""`autograder lint` runs what it has to, and says what it finds where somebody acts on it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from courses import make_course
from notebooks import check, code, locked, make_notebook, solution, text

from autograder.cli.main import main
from autograder.course import Course
from autograder.linting import lint
from autograder.linting.findings import RULES, Family
from autograder.linting.preview import preview
from autograder.notebooks.release import make_release, write_release
from autograder.suite import runner
from autograder.suite.plugin import points_by_question

ROOT = Path(__file__).parents[2]
SUITE = '''"""Areas of rectangles."""
from autograder.suite import number, points, question

pytestmark = question("area")

ASKED = []


def area(submission, *sides):
    return submission.call("area", *sides, returns=number())


@points(1, hint="Multiply both sides.")
def test_is_right(submission):
    """The area is the product of both sides."""
    ASKED.append(3)
    found = area(submission, 3, 4)
    assert found == 12, f"a rectangle of 3 by 4 was given the area {found}"


@points(1, hint="Ask first.")
def test_unsteady_order(submission):
    """The area is asked for before."""
    assert ASKED, "nothing was asked before"
    assert area(submission, 1, 1) == 1, "a square of side one has the area one"


@points(1, hint="Be lucky.")
def test_unsteady_luck(submission, rng):
    """The area of some rectangle is large."""
    assert area(submission, rng.random(), 1) > 0.7, "the rectangle is too small"


@points(1, hint="There is none.")
def test_wrong(submission):
    """The area is the sum of both sides."""
    assert area(submission, 3, 4) == 7, "the sum of the sides was asked for"


@points(1, hint="Look at the picture.", needs="test_wrong")
def test_waits(submission):
    """The area is positive."""
    assert area(submission, 1, 2) > 0, "an area is positive"
'''
MISTAKES = {
    "perimeter": (
        '"""The perimeter."""\n# fails: area.is_right, area.unsteady_order, area.unsteady_luck, area.wrong\n'
        "# %% area\nimport math\n\n\ndef area(width, height):\n    return -2 * (width + height)\n"
    ),
    "unnoticed": (
        '"""Rounds down large areas."""\n# fails: area.waits\n# %% area\nimport math\n\n\n'
        "def area(width, height):\n    return min(width * height, 10**9)\n"
    ),
}


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course in which several things are wrong that only a run shows."""
    body = "import math\n\n\ndef area(width, height):\n    return math.prod([width, height])"
    cells = [
        locked("title", "# Rectangles"),
        code("side = 3"),
        text("Write a function for the area."),
        solution("area", body),
        check("area"),
        locked("uses_the_answer", "side_area = area(side, side)", cell_type="code"),
        locked("uses_that", "print(side_area)", cell_type="code"),
        locked("uses_an_import_of_the_answer", "print(math.pi)", cell_type="code"),
        locked("always_fails", "side / 0", cell_type="code"),
    ]
    course, assignment = make_course(tmp_path_factory.mktemp("broken"), make_notebook(cells))
    shutil.rmtree(assignment.suite)
    assignment.suite.mkdir()
    (assignment.suite / "test_area.py").write_text(SUITE)
    (assignment.solutions / "mistakes").mkdir()
    for name, source in MISTAKES.items():
        (assignment.solutions / "mistakes" / f"{name}.py").write_text(source)
    write_release(assignment, make_release(course, assignment, points_by_question(runner.collect(assignment.suite))))
    return course


@pytest.fixture(scope="module")
def findings(broken: Course) -> dict[str, str]:
    """What is found in it, by rule and place."""
    linted = lint(broken, broken.assignment("practical"))
    assert not linted.is_quick
    return {finding.key: finding.message for finding in linted.findings}


def test_what_only_a_run_shows_is_found(findings: dict[str, str]) -> None:
    """Each unsteady check, the wrong one and both cells are named, and nothing else of what was run."""
    assert {key for key in findings if RULES[key.partition(":")[0]].family is Family.RUNS} == {
        "depends-on-order:area.unsteady_order",
        "depends-on-chance:area.unsteady_luck",
        "reference-fails:area.wrong",
        "cell-raises:always_fails",
        "locked-cell-raises:uses_an_import_of_the_answer",
    }


def test_a_finding_repeats_what_the_check_said(findings: dict[str, str]) -> None:
    """An instructor reads the sentence that some students would have got."""
    assert "nothing was asked before" in findings["depends-on-order:area.unsteady_order"]
    assert "the rectangle is too small" in findings["depends-on-chance:area.unsteady_luck"]
    assert "division by zero" in findings["cell-raises:always_fails"]


def test_a_preview_has_each_sentence_under_its_check(broken: Course) -> None:
    """What a mistake's student reads comes with the check's title and hint; a mistake that nobody notices is named."""
    found = preview(broken, broken.assignment("practical"))
    by_check = {each.check_id: each for each in found.checks}
    first = by_check["area.is_right"]
    assert (first.title, first.hint) == ("The area is the product of both sides.", "Multiply both sides.")
    assert [(each.mistake, each.message) for each in first.sentences] == [
        ("perimeter", "a rectangle of 3 by 4 was given the area -14")
    ]
    assert {each.mistake for each in by_check["area.wrong"].sentences} == {"perimeter", "unnoticed"}
    assert "area.waits" not in by_check  # it was not run


def test_the_command_previews_mistakes_of_a_name(broken: Course, capsys: pytest.CaptureFixture[str]) -> None:
    """`--preview PATTERN` prints the sentences; with `--json` as a record."""
    assert main(["--course", str(broken.root), "lint", "practical", "--preview", "peri*", "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["format"] == "autograder/preview/v1"
    assert {sentence["mistake"] for check in record["checks"] for sentence in check["sentences"]} == {"perimeter"}
    assert main(["--course", str(broken.root), "lint", "practical", "--preview", "perry"]) == 2
    assert "perry" in capsys.readouterr().err
