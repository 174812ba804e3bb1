"""The command line as a whole: what it says and how it ends."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from autograder import __version__
from autograder.cli.main import COMMANDS, main

HEAVY = ("tensorflow", "keras", "nbgrader", "ray", "IPython", "matplotlib", "pytest", "rich", "jinja2", "numpy")


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course with one assignment that has no suite and no release yet."""
    folder = tmp_path / "assignments" / "a1"
    folder.mkdir(parents=True)
    (tmp_path / "nbgrader_config.py").touch()
    (folder / "assignment.toml").write_text('title = "First"\n')
    (folder / "a1.ipynb").write_text('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}')
    return tmp_path


def _run(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str]:
    code = main([str(argument) for argument in arguments])
    return code, capsys.readouterr().err


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    """A newcomer finds the commands, each with a whole sentence."""
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    assert all(f"\n  {name} " in out for name in COMMANDS)
    assert "..." not in out.partition("Commands:")[2]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_a_manual(capsys: pytest.CaptureFixture[str], name: str) -> None:
    """The help of a command says more than its first line, and what its exit codes mean or where it writes."""
    assert main([name, "--help"]) == 0
    assert len(capsys.readouterr().out) > 500


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_can_be_quiet(capsys: pytest.CaptureFixture[str], name: str) -> None:
    """Each of them knows the option, once."""
    assert main([name, "--help"]) == 0
    assert capsys.readouterr().out.count("-q, --quiet") == 1


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    """The version is that of the package."""
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"autograder {__version__}\n"


def test_a_wrong_command_exits_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    """A command or an option that there is not is the operator's mistake."""
    assert _run(capsys, "nope")[0] == 2
    assert _run(capsys, "grade", "a1", "--nope")[0] == 2


def test_outside_of_a_course(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """One line says what a course is and how to name it."""
    code, err = _run(capsys, "release", "--course", tmp_path)
    assert code == 2
    assert err.startswith("autograder: ")
    assert err.count("\n") == 1
    assert "--course" in err


def test_the_course_can_be_named_before_or_after_the_command(capsys: pytest.CaptureFixture[str], course: Path) -> None:
    """Both places mean the same."""
    before = _run(capsys, "--course", course, "grade", "a2")
    assert before == _run(capsys, "grade", "a2", "--course", course)
    assert before == (2, f"autograder: there is no assignment 'a2' in {course}: it has a1\n")


def test_a_wrong_assignment_exits_with_3(capsys: pytest.CaptureFixture[str], course: Path) -> None:
    """A suite that is missing is the instructor's to mend, and the line says where it should be."""
    code, err = _run(capsys, "release", "a1", "--course", course)
    assert code == 3
    assert "tests/suites/a1" in err


def test_nothing_handed_in(capsys: pytest.CaptureFixture[str], course: Path) -> None:
    """An empty class is told, with the folder that notebooks belong in."""
    code, err = _run(capsys, "grade", "a1", "--course", course)
    assert code == 2
    assert "submitted" in err


def test_one_file_and_a_choice_of_students_exclude_each_other(capsys: pytest.CaptureFixture[str], course: Path) -> None:
    """Options that contradict each other are not ignored."""
    code, err = _run(capsys, "grade", "a1", "--course", course, "--submission", "x.ipynb", "--force")
    assert code == 2
    assert "--submission" in err


def test_a_file_that_is_not_there(capsys: pytest.CaptureFixture[str], course: Path) -> None:
    """The missing file is named."""
    assert _run(capsys, "grade", "a1", "--course", course, "--submission", "x.ipynb") == (
        2,
        "autograder: there is no file x.ipynb\n",
    )


def test_a_fault_of_ours_says_so(capsys: pytest.CaptureFixture[str], course: Path) -> None:
    """An exception that nobody foresaw exits with 4, and asks for a report."""
    (course / "assignments" / "a1" / "assignment.toml").write_bytes(b'title = "\xff"\n')
    code, err = _run(capsys, "grade", "a1", "--course", course)
    assert (code, err.splitlines()[-1]) == (
        4,
        "autograder: this is a fault of autograder itself; please report the lines above",
    )


def test_help_loads_nothing_heavy() -> None:
    """`autograder --help` and the parsing of a command are quick, for they import no library that is not."""
    script = "import sys; from autograder.cli.main import main; main(['grade', '--help']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert not set(HEAVY) & set(done.stdout.splitlines()[-1].split())


def test_python_m_autograder_is_the_same_command() -> None:
    """The package can be run as a module."""
    done = subprocess.run([sys.executable, "-m", "autograder", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"autograder {__version__}\n"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--isolation", "none"), "--unsafe-no-isolation"),
        (("--isolation", "landlock", "--unsafe-no-isolation"), "contradict"),
        (("--unsafe-no-isolation", "--isolation", "namespaces"), "contradict"),
        (("--isolation", "paper"), "paper"),
    ],
)
@pytest.mark.parametrize("command", ["grade", "verify", "demo"])
def test_no_wall_is_never_an_accident(
    capsys: pytest.CaptureFixture[str], course: Path, command: str, options: tuple[str, ...], words: str
) -> None:
    """Going without a wall has to be said in so many words, and never beside a tier."""
    name = ("--assignment", "a1") if command == "demo" else ("a1",)
    code, said = _run(capsys, command, *name, "--course", course, *options)
    assert code == 2
    assert words in said
