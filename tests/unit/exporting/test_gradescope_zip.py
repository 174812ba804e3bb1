"""The archive for Gradescope holds what its container needs, and no solution."""

from __future__ import annotations

import io
import json
import re
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from courses import make_course

import autograder
from autograder.course import Assignment, Course
from autograder.exporting.gradescope_zip import gradescope_zip, requirements
from autograder.notebooks.release import make_release, write_release
from autograder.reports.exports.gradescope import Visibility
from autograder.suite import runner
from autograder.suite.plugin import points_by_question


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Course, Assignment]:
    """A released course."""
    course, assignment = make_course(tmp_path_factory.mktemp("course"))
    (assignment.suite / "test_total.py").write_text(
        '"""T."""\nfrom autograder.suite import points, question\n\n\n@question("total")\n@points(1.5)\n'
        'def test_total(submission):\n    """It is right."""\n    assert submission.number("total") == 420, "no"\n'
    )
    points = points_by_question(runner.collect(assignment.suite))
    write_release(assignment, make_release(course, assignment, points))
    return course, assignment


@pytest.fixture(scope="module")
def archive(made: tuple[Course, Assignment]) -> zipfile.ZipFile:
    """The archive of its assignment."""
    return zipfile.ZipFile(io.BytesIO(gradescope_zip(*made, Visibility.VISIBLE)))


def test_gradescope_finds_its_two_scripts(archive: zipfile.ZipFile) -> None:
    """They stand at the top, can be run, and are right for a shell; every mark in them is filled in."""
    for name in ("setup.sh", "run_autograder"):
        text = archive.read(name).decode()
        assert text.startswith("#!/usr/bin/env bash\n")
        assert not re.search(r"@[A-Z]+@", text)
        assert stat.S_IMODE(archive.getinfo(name).external_attr >> 16) == 0o755
        subprocess.run(["bash", "-n"], input=text, text=True, check=True)
    assert "--visibility visible" in archive.read("run_autograder").decode()


def test_no_solution_is_in_it(archive: zipfile.ZipFile, made: tuple[Course, Assignment]) -> None:
    """Neither the source notebook's regions nor the corpus; nothing else of the course but this assignment."""
    names = archive.namelist()
    everything = b"".join(archive.read(name) for name in names if name.startswith("course/"))
    assert b"product_of_both_sides" not in everything
    assert b"### BEGIN SOLUTION" not in everything
    assert not any("solutions" in name or "submitted" in name for name in names if name.startswith("course/"))
    assert {"course/tests/suites/practical/test_area.py", "course/assignments/practical/data/words.txt"} <= set(names)


def test_the_secret_is_another_one(archive: zipfile.ZipFile, made: tuple[Course, Assignment]) -> None:
    """Who gets hold of a container learns nothing about the course's own held-out images; only root reads it."""
    secret = archive.read("course/.autograder/secret").decode()
    own = (made[0].root / ".autograder" / "secret").read_text().strip()
    assert len(secret) >= 32
    assert own not in b"".join(archive.read(name) for name in archive.namelist()).decode("latin-1")
    assert stat.S_IMODE(archive.getinfo("course/.autograder/secret").external_attr >> 16) == 0o600


def test_equal_courses_give_equal_archives(made: tuple[Course, Assignment]) -> None:
    """Uploading again what has not changed is seen to be the same."""
    assert gradescope_zip(*made, Visibility.VISIBLE) == gradescope_zip(*made, Visibility.VISIBLE)


def test_it_is_a_course_that_can_be_graded(archive: zipfile.ZipFile, tmp_path: Path) -> None:
    """Unpacked, the assignment has everything that reading it asks for."""
    archive.extractall(tmp_path)
    assignment = Course.find(tmp_path / "course").assignment("practical")
    assert json.loads(assignment.released_notebook.read_text())["cells"]
    assert runner.collect(assignment.suite)


def test_requirements_are_pinned_and_name_no_host(archive: zipfile.ZipFile) -> None:
    """Each is a name with a version, of what is needed for grading and not for developing."""
    lines = requirements().decode().splitlines()
    assert all(re.fullmatch(r"[a-z0-9-]+==[A-Za-z0-9.+!]+", line) for line in lines)
    names = {line.partition("==")[0] for line in lines}
    assert {"tensorflow", "keras", "nbgrader", "jinja2", "pytest"} <= names
    assert not {"ruff", "mypy", "hypothesis", "autograder"} & names
    for name in ("setup.sh", "run_autograder", "requirements.txt"):
        assert not re.search(r"https?:|index-url|find-links", archive.read(name).decode())


@pytest.mark.slow
def test_the_wheel_can_be_installed(archive: zipfile.ZipFile, tmp_path: Path) -> None:
    """pip takes it without an index, and it is this version of the package with all of its files."""
    (wheel,) = (name for name in archive.namelist() if name.endswith(".whl"))
    archive.extract(wheel, tmp_path)
    target = tmp_path / "target"
    command = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index", "--target", str(target)]
    subprocess.run([*command, str(tmp_path / wheel)], check=True, capture_output=True)
    root = Path(autograder.__file__).parent
    wanted = {path.relative_to(root) for path in root.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    found = {path.relative_to(target / "autograder") for path in (target / "autograder").rglob("*") if path.is_file()}
    assert wanted <= found
    assert (target / "bin" / "autograder").is_file()
