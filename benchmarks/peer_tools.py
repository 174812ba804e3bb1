"""nbgrader and otter, set up as their users would: a course, an environment, and the command that grades.

Both get the files that our class handed in. What our hidden suite asks stands in hidden tests in nbgrader's test cells,
and in otter's test files (`peer_checks.py`). Cells may take ten minutes with each.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from classes import ASSIGNMENT, Kind, source_notebook
from measuring import Job
from nbformat import NotebookNode
from peer_checks import CHECKS, doctest

from autograder.notebooks import cells

BIN = Path(sys.executable).parent
OTTER = "7.0.0"
SHARED = ("tensorflow", "keras", "numpy", "matplotlib", "ipykernel", "ipython")
"""Packages that otter's environment has in the versions of ours."""
CELL_S = 600


class PeerError(Exception):
    """A peer cannot be measured here; its text says why."""


class Nbgrader:
    """A course of nbgrader's own, with its own gradebook and default settings but for the time of a cell.

    Parameters
    ----------
    folder
        Where the course is; `make` makes one.
    """

    name = "nbgrader autograde"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def make(cls, folder: Path, kind: Kind) -> Nbgrader:
        """Make a course in a folder that does not exist yet."""
        source = folder / "source" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
        source.parent.mkdir(parents=True)
        source.write_bytes(cells.to_bytes(_with_hidden_tests(source_notebook(kind))))
        (folder / "nbgrader_config.py").write_text(
            f'c = get_config()\nc.CourseDirectory.course_id = "benchmark"\nc.Execute.timeout = {CELL_S}\n'
        )
        _call([str(BIN / "nbgrader"), "generate_assignment", ASSIGNMENT], folder, _environment(BIN))
        return cls(folder)

    def copy(self, folder: Path) -> Nbgrader:
        """Return another course that is equal, with nothing handed in: two processes need a gradebook each."""
        shutil.copytree(self.folder, folder, ignore=shutil.ignore_patterns("submitted", "autograded"))
        return Nbgrader(folder)

    def jobs(self, files: Sequence[Path]) -> list[Job]:
        """Return the one command that grades these files, handed in anew."""
        for part in ("submitted", "autograded"):
            shutil.rmtree(self.folder / part, ignore_errors=True)
        for path in files:
            target = self.folder / "submitted" / path.parent.parent.name / ASSIGNMENT
            target.mkdir(parents=True)
            shutil.copy(path, target)
        command = [str(BIN / "nbgrader"), "autograde", ASSIGNMENT, "--force"]
        return [Job(command, self.folder, _environment(BIN))]

    def score(self, student: str) -> tuple[float, float]:
        """Return a student's points, and those that there are."""
        found = self.folder / "autograded" / student / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
        if not found.is_file():
            raise PeerError(f"nbgrader did not grade {student}")
        query = (
            "select sum(coalesce(grade.auto_score, 0)), sum(grade_cells.max_score) from grade "
            "join grade_cells on grade.cell_id = grade_cells.id "
            "join submitted_notebook on grade.notebook_id = submitted_notebook.id "
            "join submitted_assignment on submitted_notebook.assignment_id = submitted_assignment.id "
            "join base_cell on grade_cells.id = base_cell.id "
            "where submitted_assignment.student_id = ? and grade_cells.cell_type = 'code'"
        )
        with sqlite3.connect(self.folder / "gradebook.db") as gradebook:
            (row,) = gradebook.execute(query, (student,)).fetchall()
        return float(row[0]), float(row[1])


class Otter:
    """`otter run` in an environment of its own.

    Parameters
    ----------
    python
        The interpreter of an environment that holds otter.
    folder
        Where tests, archive and results are put; it does not exist yet.
    """

    name = "otter run"

    def __init__(self, python: Path, folder: Path, kind: Kind) -> None:
        self.folder, self._otter = folder, python.parent / "otter"
        self._environment = _environment(python.parent)
        tests = folder / "tests"
        tests.mkdir(parents=True)
        for question, source in CHECKS.items():
            if kind.keeps(question):
                (tests / f"{question}.py").write_text(_otter_test(question, source))
        self._archive = folder / "autograder.zip"
        command = [str(self._otter), "generate", "-t", str(tests), "-o", str(self._archive), "--no-requirements"]
        _call([*command, "--no-environment", "--no-config"], folder, self._environment)

    def jobs(self, files: Sequence[Path]) -> list[Job]:
        """Return the commands that grade these files, one for each."""
        found = []
        for path in files:
            student = path.parent.parent.name
            folder = self.folder / student
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            shutil.copy(path, folder)
            command = [str(self._otter), "run", "-a", str(self._archive), "-o", str(folder), "--no-logo"]
            found.append(Job([*command, str(folder / path.name)], folder, self._environment))
        return found

    def score(self, student: str) -> tuple[float, float]:
        """Return a student's points, and those that there are."""
        path = self.folder / student / "results.json"
        if not path.is_file():
            raise PeerError(f"otter wrote no results for {student}")
        tests = [each for each in json.loads(path.read_text())["tests"] if each.get("max_score")]
        return sum(each["score"] for each in tests), sum(each["max_score"] for each in tests)


def otter_environment(folder: Path) -> tuple[Path, dict[str, str]]:
    """Make an environment with otter, from the package index that is set up here; compiled.

    Returns
    -------
    Path, dict of str to str
        Its interpreter, and the versions of what is in it.

    Raises
    ------
    PeerError
        If it cannot be installed.
    """
    python = folder / "bin" / "python"
    pins = [f"otter-grader=={OTTER}", *(f"{name}=={version(name)}" for name in SHARED)]
    try:
        _call([str(BIN / "uv"), "venv", "-q", "--python", sys.executable, str(folder)], folder.parent)
        _call([str(BIN / "uv"), "pip", "install", "-q", "--compile-bytecode", "--python", str(python), *pins], folder)
    except PeerError as error:
        raise PeerError(f"otter-grader {OTTER} could not be installed: {error}") from error
    return python, otter_versions(python)


def otter_versions(python: Path) -> dict[str, str]:
    """Return the versions of what is in an environment with otter.

    Raises
    ------
    PeerError
        If otter is not in it.
    """
    names = ("otter-grader", "tensorflow", "keras", "nbclient", "nbconvert")
    script = f"from importlib.metadata import version\nfor name in {names}: print(name, version(name))"
    lines = _call([str(python), "-c", script], python.parent).splitlines()
    found = dict(line.split() for line in lines)
    return {name if name.startswith("otter") else f"{name} (otter's)": number for name, number in found.items()}


def _with_hidden_tests(notebook: NotebookNode) -> NotebookNode:
    for cell in notebook.cells:
        question = (cells.grade_id(cell) or "").removeprefix("test_")
        if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("grade") and question in CHECKS:
            cell.source += f"\n### BEGIN HIDDEN TESTS\n{CHECKS[question].strip()}\n### END HIDDEN TESTS"
            cell.metadata.nbgrader.points = 1
    return notebook


def _otter_test(question: str, source: str) -> str:
    suite = {"cases": [{"code": doctest(source)}], "scored": True, "setup": "", "teardown": "", "type": "doctest"}
    return f"OK_FORMAT = True\n\ntest = { ({'name': question, 'points': 1, 'suites': [suite]})!r}\n"


def _environment(folder: Path) -> dict[str, str]:
    """Return variables with which commands and kernels are found first where an interpreter lies."""
    return {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", "JUPYTER_PLATFORM_DIRS": "1"}


def _call(command: Sequence[str], folder: Path, environment: dict[str, str] | None = None) -> str:
    """Run a command that has to succeed, and return what it prints."""
    with tempfile.TemporaryFile("w+") as errors:
        try:
            done = subprocess.run(
                command,
                cwd=folder,
                env={**os.environ, **(environment or {})},
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                check=False,
                timeout=900,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise PeerError(str(error)) from error
        errors.seek(0)
        if done.returncode:
            lines = (done.stdout + errors.read()).strip().splitlines()
            raise PeerError(f"`{Path(command[0]).name} {command[1]}`: {lines[-1] if lines else 'no output'}")
    return done.stdout
