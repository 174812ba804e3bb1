"""Promises about the package as a whole."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import autograder
from autograder.course import Course
from autograder.notebooks.leaks import leaks

ROOT = Path(__file__).parents[2]
HEAVY = frozenset({"tensorflow", "keras", "ray", "nbgrader"})


def test_importing_the_package_loads_nothing_heavy() -> None:
    """`import autograder` is quick, and needs none of the large libraries."""
    script = "import sys, autograder; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert not HEAVY & set(done.stdout.split())


def test_reading_notebooks_builds_no_grammar() -> None:
    """What nbformat's validator would do for formats that notebooks lack is left: it takes most of a second."""
    script = "import sys, autograder, nbformat; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "jsonschema" in done.stdout.split()
    assert "lark" not in done.stdout.split()


def test_the_version_is_said_once() -> None:
    """The package and its metadata agree."""
    metadata = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert metadata["project"]["version"] == autograder.__version__


def test_the_wheel_holds_what_is_needed_and_nothing_hidden(tmp_path: Path) -> None:
    """Templates, schema and the marker for types are in the wheel; this course's suites and solutions are not."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    templates = {
        f"autograder/reports/templates/{path.name}" for path in (ROOT / "autograder/reports/templates").iterdir()
    }
    scaffold = {path.relative_to(ROOT).as_posix() for path in (ROOT / "autograder/scaffold").rglob("*.tpl")}
    assert any(path.endswith("/.gitignore.tpl") for path in scaffold)
    assert {"autograder/py.typed", "autograder/reports/report.schema.json", *templates, *scaffold} <= names
    assert all(name.startswith(("autograder/", "autograder-")) for name in names)


@pytest.mark.parametrize("name", Course(ROOT).assignments)
def test_nothing_hidden_is_in_what_students_get(name: str) -> None:
    """No line of a hidden suite or of a solution stands in the release that is committed."""
    assignment = Course(ROOT).assignment(name)
    paths = [path for path in assignment.release.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    files = {str(path.relative_to(assignment.release)): path.read_bytes() for path in paths}
    assert f"{name}.ipynb" in files
    assert leaks(files, assignment) == ()


def test_the_lock_names_no_host_and_pins_with_hashes() -> None:
    """requirements.lock works with any package index: it holds names, versions and hashes alone."""
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    assert all(re.match(r"[A-Za-z0-9_.-]+(\[[a-z,-]+\])?==|    --hash=sha256:[0-9a-f]{64}", line) for line in lines)
    assert any(line.startswith("uv==") for line in lines)


def test_the_lock_has_every_requirement() -> None:
    """What pyproject.toml asks for is pinned, so `make setup` installs it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = [
        *project["dependencies"],
        *project["optional-dependencies"]["course"],
        *project["optional-dependencies"]["dev"],
    ]
    pinned = set(re.findall(r"^([A-Za-z0-9_.-]+)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE))
    assert {re.split(r"[=<>]", each)[0] for each in asked} <= pinned
