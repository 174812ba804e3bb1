"""`autograder check`: what a student sees before handing in is what grading says afterwards."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import Any

import pytest
from courses import ROOT, make_course
from nbformat import NotebookNode
from notebooks import check, code, locked, make_notebook, manual, solution

from autograder.checking.checker import LATER
from autograder.checking.findings import RemarkKind, SelfCheck
from autograder.cli.main import main
from autograder.corpus import fill, reference_sources
from autograder.course import Course
from autograder.notebooks import cells
from autograder.notebooks.release import make_release, read_release, write_release
from autograder.records import GradeId, GradeReport, Outcome, from_json
from autograder.suite import runner
from autograder.suite.plugin import points_by_question

PUBLIC = '''"""Public."""
from autograder.suite import number, points, question, wrong_shape


@question("area")
@points(1, hint="Multiply both sides.")
def test_of_a_square(submission):
    """The area of a square is the square of its side."""
    found = submission.call("area", 3, 3, returns=number())
    assert found == 9, f"a square of side 3 was given the area {found}"


@question("tiny")
@points(1)
def test_takes_numbers(submission):
    """The model makes one number of three."""
    problem = wrong_shape(submission.model("tiny"), takes=(None, 3), returns=(None, 1))
    assert not problem, problem


@question("tiny")
@points(2, needs="test_takes_numbers")
def test_learns(submission, train):
    """The model learns."""
    assert train(submission.model("tiny")).test_accuracy >= 0, "it did not learn"
'''
HIDDEN = '''"""Areas."""
from autograder.suite import number, points, question

pytestmark = question("area")


@points(2)
def test_of_a_rectangle(submission):
    """The area of a rectangle is the product of its sides."""
    assert submission.call("area", 3, 4, returns=number()) == 12, "the rectangle that nobody sees has another area"
'''
SETTINGS = """title = "A practical"
recipe = "quick"
files = ["data/words.txt"]

[recipes.quick]
dataset = "shapes"
num_train = 100
num_test = 100
epochs = 1
batch_size = 10
"""
TINY = "    return keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])"
RIGHT = {"area": "def area(width, height):\n    return width * height", "tiny": f"def tiny():\n{TINY}"}
WRONG = {
    "area": "def area(width, height):\n    return width + height",
    "tiny": "def tiny():\n    return keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])",
}
# Stands in for a machine that is not Linux and has not the extra `course`: in this process, and in those it spawns.
ELSEWHERE = """
import os, signal, sys

NEVER = (
    "alembic", "fcntl", "jinja2", "jupyterlab", "nbgrader", "resource",
    "autograder.gradebook", "autograder.grading", "autograder.pool", "autograder.training", "autograder.sandbox.child",
    "autograder.sandbox.client", "autograder.sandbox.forkserver", "autograder.sandbox.isolation",
    "autograder.sandbox.zygote",
)


class Absent:
    def find_spec(self, name, path=None, target=None):
        if any(name == each or name.startswith(f"{each}.") for each in NEVER):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


sys.meta_path.insert(0, Absent())
for module, names in ((os, ("fork", "forkpty", "pidfd_open", "sched_getaffinity")),
                      (signal, ("pidfd_send_signal", "pthread_sigmask", "sigtimedwait", "sigwait", "setitimer"))):
    for name in names:
        delattr(module, name)
"""


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A course with a function, a model and a question for a person, released."""
    notebook = make_notebook(
        [
            code("import keras"),
            locked("intro", "print(open('data/words.txt').read())", cell_type="code"),
            solution("area", "    return width * height", before="def area(width, height):"),
            check("area"),
            solution("tiny", TINY, before="def tiny():"),
            check("tiny"),
            manual("why", "Because.", points=3),
        ]
    )
    course, assignment = make_course(tmp_path / "course", notebook)
    shutil.rmtree(assignment.suite)
    assignment.suite.mkdir()
    (assignment.suite / "public_practical.py").write_text(PUBLIC)
    (assignment.suite / "test_area.py").write_text(HIDDEN)
    (assignment.folder / "assignment.toml").write_text(SETTINGS)
    assignment = course.assignment("practical")
    write_release(assignment, make_release(course, assignment, points_by_question(runner.collect(assignment.suite))))
    return course


def answered(course: Course, answers: dict[str, str]) -> NotebookNode:
    """Return the release with some answers."""
    sources = {GradeId(name): source for name, source in answers.items()}
    return fill(read_release(course.assignment("practical")), sources)


def homework(course: Course, folder: Path, answers: dict[str, str]) -> Path:
    """Return a student's notebook, in the folder that they were given."""
    release = course.assignment("practical").release
    shutil.copytree(release, folder)
    path = folder / "practical.ipynb"
    path.write_bytes(cells.to_bytes(answered(course, answers)))
    return path


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "autograder", *map(str, arguments)]


def run(*arguments: str | Path, code: int, cwd: Path | None = None, **environment: str) -> str:
    """Run a command, and return what it printed."""
    done = subprocess.run(
        command(*arguments), cwd=cwd, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def found_in(path: Path, *arguments: str | Path, code: int) -> SelfCheck:
    """Check a notebook, and return the record."""
    return from_json(run("check", path, "--json", *arguments, code=code).encode(), SelfCheck)


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_reference_passes_on_a_machine_without_linux_and_course(tmp_path: Path) -> None:
    """Restoring, running and asking need nothing that only Linux or instructors have, and write nothing."""
    assignment = Course(ROOT).assignment("convnets")
    folder, elsewhere = tmp_path / "given", tmp_path / "elsewhere"
    shutil.copytree(assignment.release, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "convnets.ipynb").write_bytes(
        cells.to_bytes(fill(read_release(assignment), reference_sources(assignment)))
    )
    (folder / "test_of_my_own.py").write_text("raise SystemExit('no check of the assignment')")
    elsewhere.mkdir()
    (elsewhere / "sitecustomize.py").write_text(textwrap.dedent(ELSEWHERE))
    grading = [sys.executable, "-c", "import autograder.grading"]
    absent = subprocess.run(grading, env={**os.environ, "PYTHONPATH": str(elsewhere)}, capture_output=True, check=False)
    assert b"No module named 'autograder.grading'" in absent.stderr
    before = contents(folder)
    printed = run("check", "convnets.ipynb", code=0, cwd=folder, PYTHONPATH=str(elsewhere))
    assert "5 of 5 public checks passed" in printed
    assert "✗" not in printed
    assert "3 more points for `conv_output_shape` are decided by checks that you do not see" in printed
    assert "4 points for `classifier` are decided by checks that you do not see" in printed
    assert "2 points for `tradeoff` are given by a person" in printed
    assert "This runs your notebook with your own rights" in printed
    assert "Hidden checks can still fail" in printed
    assert "\x1b" not in printed
    assert contents(folder) == before


@pytest.mark.slow
def test_the_sentences_are_those_of_grading(course: Course, tmp_path: Path) -> None:
    """Outcome, sentence and hint of every public check are what the report says; nothing of the hidden ones is told."""
    path = homework(course, tmp_path / "given", WRONG)
    graded = run("grade", "practical", "--submission", path, "--json", "--course", course.root, code=0)
    report = from_json(graded.encode(), GradeReport)
    printed = run("check", path, "--json", code=1)
    here = from_json(printed.encode(), SelfCheck)
    public = {each.check_id for each in here.checks}
    assert public == {"area.of_a_square", "tiny.takes_numbers", "tiny.learns"}
    assert here.checks == tuple(each for each in report.checks if each.check_id in public)
    assert [each.outcome for each in here.checks] == [Outcome.FAILED, Outcome.FAILED, Outcome.NOT_RUN]
    assert "square of side 3 was given the area 6" in here.checks[0].message
    assert [(each.grade_id, each.hidden_points) for each in here.questions] == [("area", 2), ("tiny", 0), ("why", 3)]
    assert "rectangle" not in printed


@pytest.mark.slow
def test_what_has_to_be_trained_is_decided_later(course: Course, tmp_path: Path) -> None:
    """A right notebook passes here; what waits for a training says so, and fails nobody."""
    found = found_in(homework(course, tmp_path / "given", RIGHT), code=0)
    assert [each.outcome for each in found.checks] == [Outcome.PASSED, Outcome.PASSED, Outcome.NOT_RUN]
    assert found.checks[2].message == LATER
    assert found.remarks == ()
    assert not [each for each in found.questions if each.is_answered is (each.grade_id == "why")]


@pytest.mark.slow
def test_the_untouched_release_is_not_attempted(course: Course, tmp_path: Path) -> None:
    """Nobody is told of errors before they began."""
    found = found_in(homework(course, tmp_path / "given", {}), code=1)
    assert {each.outcome for each in found.checks} == {Outcome.NOT_ATTEMPTED}
    assert found.remarks == ()
    assert found.repairs == ()


@pytest.mark.slow
def test_a_messy_notebook_is_told_what_will_fail(course: Course, tmp_path: Path) -> None:
    """State, old outputs, other versions and edited cells each have a sentence; the file may lie anywhere."""
    path = homework(course, tmp_path / "given", {**RIGHT, "area": "def area(width, height):\n    return scale(width)"})
    notebook: dict[str, Any] = json.loads(path.read_text())
    notebook["metadata"]["language_info"] = {"name": "python", "version": "3.6.9"}
    by_id = {cell["metadata"].get("nbgrader", {}).get("grade_id"): cell for cell in notebook["cells"]}
    by_id["intro"]["source"] = "print('nothing')"
    by_id["area"]["execution_count"], by_id["tiny"]["execution_count"] = 7, 2
    shown = {"output_type": "stream", "name": "stdout", "text": "9\n"}
    own = [
        {**code("print(late)"), "id": "own-1", "execution_count": 3, "outputs": [shown]},
        {**code("late = 3"), "id": "own-2", "outputs": [shown]},
        {**code("print(open('mine.csv').read())"), "id": "own-3", "execution_count": 9, "outputs": [shown]},
    ]
    notebook["cells"] += own
    elsewhere = tmp_path / "Downloads" / "practical (1).ipynb"
    elsewhere.parent.mkdir()
    elsewhere.write_text(json.dumps(notebook))
    (elsewhere.parent / "mine.csv").write_text("1,2")
    (tmp_path / "given" / "requirements.txt").write_text("keras==3.0\n")
    found = found_in(elsewhere, "--release", tmp_path / "given", code=1)
    told = {kind: [each.message for each in found.remarks if each.kind is kind] for kind in RemarkKind}
    order, late, file, gone = told[RemarkKind.STATE]
    assert "[7] stands above [2]" in order
    assert "`late = 3`, stands further down" in late
    assert "file that is not the assignment's" in file
    assert "`scale` is used in the cell `def area(width, height):`, but no cell defines it" in gone
    assert "`late = 3`" in told[RemarkKind.OUTPUT][0]
    assert "keras" in told[RemarkKind.ENVIRONMENT][0]
    assert "3.6.9" in told[RemarkKind.ENVIRONMENT][1]
    assert any("`intro`" in repair.message for repair in found.repairs)
    assert found.checks[0].outcome is Outcome.FAILED
    assert "name 'scale' is not defined" in found.checks[0].message


def test_a_file_that_is_no_notebook_fails_with_a_sentence(
    course: Course, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What could not be graded exits with 1, before anything is started."""
    path = homework(course, tmp_path / "given", {})
    path.write_bytes(b"%PDF-1.7")
    assert main(["check", str(path)]) == 1
    assert "it looks like a PDF" in capsys.readouterr().out


def test_a_wrong_command_exits_with_2(course: Course, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line names what is missing: the notebook, or the folder that it belongs to."""
    assert main(["check", str(tmp_path / "absent.ipynb")]) == 2
    assert "there is no file" in capsys.readouterr().err
    path = homework(course, tmp_path / "given", {})
    (tmp_path / "given" / "check.toml").unlink()
    assert main(["check", str(path)]) == 2
    assert "--release" in capsys.readouterr().err


@pytest.mark.slow
def test_an_interrupt_ends_everything(course: Course, tmp_path: Path) -> None:
    """Ctrl-C in the middle of a cell ends with one line, 130, and no process or folder left."""
    sleeping = {**RIGHT, "area": "import time\ntime.sleep(1000)"}
    path = homework(course, tmp_path / "given", sleeping)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    environment = {**os.environ, "TMPDIR": str(temporary)}
    with subprocess.Popen(command("check", path), stderr=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stderr is not None
        assert any("running cell" in line for line in iter(process.stderr.readline, ""))
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert said == "autograder: interrupted; nothing was changed\n"
    assert list(temporary.iterdir()) == []
