"""The command line over a small course, from the release to the pages."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from courses import make_course
from notebooks import check, code, make_notebook, manual, solution

from autograder.cli.main import main
from autograder.records import GradeReport, from_json

SUITE = '''"""Areas of rectangles."""
from autograder.suite import number, points, question

pytestmark = question("area")


@points(2, hint="Multiply both sides.")
def test_is_right(submission):
    """The area is the product of both sides."""
    found = submission.call("area", 3, 4, returns=number())
    assert found == 12, f"a rectangle of 3 by 4 was given the area {found}"
'''
BROKEN_SUITE = SUITE.replace("assert found == 12", "assert undefined == 12")
ANSWERS = {
    "ada": "def area(width, height):\n    return width * height",
    "alan": "def area(width, height):\n    return 7",
}


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course with one question for a suite and one for a person."""
    notebook = make_notebook(
        [
            code("import math"),
            solution("area", "    return width * height", before="def area(width, height):"),
            check("area"),
            manual("why", "Because the weights are shared.", points=3),
        ]
    )
    _, assignment = make_course(tmp_path, notebook)
    shutil.rmtree(assignment.suite)
    assignment.suite.mkdir()
    (assignment.suite / "test_area.py").write_text(SUITE)
    return tmp_path


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "autograder", *arguments]


@pytest.fixture
def run(course: Path, capfd: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Run a command over the course in this process, which has what takes seconds to start; what it printed."""

    def run_command(*arguments: str, code: int = 0) -> str:
        capfd.readouterr()
        ended = main(["--course", str(course), *arguments])
        out, err = capfd.readouterr()
        assert ended == code, out + err
        return out

    return run_command


def _hand_in(course: Path, student: str, answer: str) -> None:
    released = json.loads((course / "release" / "practical" / "practical.ipynb").read_text())
    for cell in released["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "area":
            cell["source"] = answer
    folder = course / "submitted" / student / "practical"
    folder.mkdir(parents=True)
    (folder / "practical.ipynb").write_text(json.dumps(released))


def test_from_release_to_pages(course: Path, run: Callable[..., str]) -> None:
    """An instructor's day: release, grade, look, grade again at no cost."""
    assert "not up to date" in run("release", "--check", code=3)
    assert "practical: wrote" in run("release")
    assert "up to date" in run("release", "--check")
    told = json.loads(run("release", "--check", "--json"))
    assert (told["assignment"], told["stale"], "practical.ipynb" in told["files"]) == ("practical", [], True)
    for student, answer in ANSWERS.items():
        _hand_in(course, student, answer)
    table = run("grade", "practical")
    assert re.search(r"^ada +2/5 ", table, re.MULTILINE)
    assert re.search(r"^alan +0/5 .*area: a rectangle of 3 by 4", table, re.MULTILINE)
    assert "Hint" in (course / "feedback" / "alan" / "practical" / "practical.html").read_text()
    first = {path: path.read_bytes() for path in (course / "reports").rglob("practical.json")}
    page, gradebook = course / "reports" / "practical.html", course / "gradebook.db"
    drawn = page.stat().st_mtime_ns
    assert "2 unchanged since they were graded" in run("grade", "practical")
    assert page.stat().st_mtime_ns == drawn
    gradebook.unlink()
    assert "2 unchanged since they were graded" in run("grade", "practical")
    assert gradebook.is_file()
    lines = run("grade", "practical", "--force", "--json").splitlines()
    assert [from_json(line.encode(), GradeReport).score for line in lines] == [2.0, 0.0]
    assert first == {path: path.read_bytes() for path in first}


def test_one_file_is_graded_without_a_trace(course: Path, run: Callable[..., str]) -> None:
    """--submission prints a report, and writes nothing."""
    run("release", "practical")
    _hand_in(course, "ada", ANSWERS["ada"])
    file = (course / "submitted" / "ada").rename(course / "elsewhere") / "practical" / "practical.ipynb"
    report = from_json(run("grade", "practical", "--submission", str(file), "--json").encode(), GradeReport)
    assert report.score == 2.0
    assert not [name for name in ("reports", "feedback", "autograded") if (course / name).exists()]


def test_a_mended_check_is_asked_alone(course: Path, run: Callable[..., str]) -> None:
    """--only-changed-checks says how many were asked how much, and contradicts --force."""
    run("release", "practical")
    for student, answer in ANSWERS.items():
        _hand_in(course, student, answer)
    run("grade", "practical")
    suite = course / "tests" / "suites" / "practical" / "test_area.py"
    suite.write_text(SUITE.replace("found == 12", "found in (7, 12)"))
    submitted = course / "submitted" / "ada" / "practical" / "practical.ipynb"
    submitted.write_text(submitted.read_text().replace("width * height", "height * width"))
    printed = run("grade", "practical", "--only-changed-checks")
    assert "1 asked changed checks only, 1 asked everything" in printed
    assert re.search(r"^alan +2/5 ", printed, re.MULTILINE)
    run("grade", "practical", "--only-changed-checks", "--force", code=2)


@pytest.mark.slow
def test_a_broken_suite_asks_for_a_person(course: Path, run: Callable[..., str]) -> None:
    """An ERROR ends with exit code 1, and the table says what failed."""
    run("release", "practical")
    _hand_in(course, "ada", ANSWERS["ada"])
    (course / "tests" / "suites" / "practical" / "test_area.py").write_text(BROKEN_SUITE)
    table = run("grade", "practical", code=1)
    assert "error in area" in table
    assert "checks of ours failed" in table


@pytest.mark.slow
def test_an_interrupted_batch_keeps_what_is_finished(course: Path, run: Callable[..., str]) -> None:
    """Ctrl-C ends a batch with one line and exit code 130; who was finished has a report and a score."""
    run("release", "practical")
    _hand_in(course, "ada", ANSWERS["ada"])
    _hand_in(course, "zoe", "while True:\n    pass")
    report = course / "reports" / "ada" / "practical.run.json"
    with subprocess.Popen(_command("grade", "practical"), cwd=course, stderr=subprocess.PIPE, text=True) as running:
        deadline = time.monotonic() + 120
        while not report.exists() and time.monotonic() < deadline:
            time.sleep(0.2)
        os.kill(running.pid, signal.SIGINT)
        _, err = running.communicate(timeout=60)
    assert running.returncode == 130
    assert err.splitlines()[-1].startswith("autograder: interrupted; what was finished is kept")
    assert "Traceback" not in err
    assert report.exists()
    assert (course / "gradebook.db").is_file()
