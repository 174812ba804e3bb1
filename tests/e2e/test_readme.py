"""README's commands work as they stand there."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.cli.main import main
from autograder.corpus import fill, reference_sources
from autograder.course import Course
from autograder.notebooks import cells
from autograder.notebooks.release import read_release

ROOT = Path(__file__).parents[2]
_BLOCKS = re.findall(r"^ *```console\n(.*?)^ *```", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)
COMMANDS = [line.strip().removeprefix("$ ") for block in _BLOCKS for line in block.splitlines()]
MAKE = [command for command in COMMANDS if command.startswith("make ")]
AUTOGRADER = [command for command in COMMANDS if command.startswith("autograder ")]
STUDENT = [command for command in AUTOGRADER if command.startswith("autograder check ")]
LONG = ["autograder verify convnets", "autograder calibrate convnets --write"]  # `.ci/run` runs the first
ENDLESS = ["autograder formgrader"]  # test_formgrader.py looks at it in a browser


def test_every_command_is_looked_at() -> None:
    """The console blocks hold commands of these two kinds, the first two being those that a newcomer starts with."""
    assert COMMANDS[:2] == ["make demo", "make test"]
    assert sorted(MAKE + AUTOGRADER) == sorted(COMMANDS)
    assert {*LONG, *ENDLESS} <= set(COMMANDS)


@pytest.mark.parametrize("command", MAKE)
def test_make_knows_the_target(command: str) -> None:
    """What README makes can be made."""
    done = subprocess.run([*shlex.split(command), "--dry-run"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", AUTOGRADER)
def test_the_options_are_known(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Every command and option of README can be parsed."""
    assert main([*shlex.split(command)[1:], "--help"]) == 0
    assert capsys.readouterr().out.startswith("Usage: autograder ")


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of this course, to which ada has handed in the release as it is, also in an archive."""
    folder = tmp_path_factory.mktemp("readme")
    for name in ("assignments", "solutions", "release", "tests/suites"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    for name in ("nbgrader_config.py", "requirements.lock"):
        shutil.copy(ROOT / name, folder)
    handed_in = folder / "submitted" / "ada" / "convnets"
    handed_in.mkdir(parents=True)
    shutil.copy(folder / "release" / "convnets" / "convnets.ipynb", handed_in)
    shutil.make_archive(str(folder / "downloads" / "convnets"), "zip", folder / "submitted")
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def homework(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that a student was given, with the reference's answers in the notebook."""
    assignment = Course(ROOT).assignment("convnets")
    folder = tmp_path_factory.mktemp("homework") / "convnets"
    shutil.copytree(assignment.release, folder, ignore=shutil.ignore_patterns("__pycache__"))
    notebook = fill(read_release(assignment), reference_sources(assignment))
    (folder / "convnets.ipynb").write_bytes(cells.to_bytes(notebook))
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("command", [command for command in AUTOGRADER if command not in LONG + ENDLESS])
def test_the_command_runs(command: str, course: Path, homework: Path) -> None:
    """Commands that take no more than a minute end well in a course; a student's where a right answer lies."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    folder = homework if command in STUDENT else course
    done = subprocess.run(
        shlex.split(command), cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_suite_in_readme_is_a_suite(tmp_path: Path) -> None:
    """The suite that README shows can be collected."""
    (block,) = re.findall(r"^ *```python\n(.*?)^ *```", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    (tmp_path / "test_batchnorm_model.py").write_text(textwrap.dedent(block))
    script = (
        "import sys, pathlib; from autograder.suite.runner import collect; print(*collect(pathlib.Path(sys.argv[1])))"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "batchnorm_model.scores_ten_classes\n"
