"""`autograder doctor` on this machine, and where its kernel allows no wall."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from autograder.doctor import Condition, Diagnosis
from autograder.records import from_json
from autograder.sandbox.isolation.tiers import BY_STRENGTH

WITHOUT_WALLS = """
import errno, os, sys
from autograder.sandbox.isolation import kernel, seccomp, syscalls
filters = seccomp._Program()
filters.load(seccomp._NUMBER)
for number in (syscalls.DENIED["unshare"], 444):  # neither namespaces nor Landlock
    filters.if_equal(number, seccomp._error(errno.EPERM))
filters.end(seccomp._ALLOW)
kernel.forbid_new_privileges()
kernel.filter_calls(filters.packed())
os.execv(sys.executable, [sys.executable, "-m", "autograder", "doctor", *sys.argv[1:]])
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A course."""
    (tmp_path / "assignments").mkdir()
    (tmp_path / "nbgrader_config.py").touch()
    return tmp_path


def _doctor(folder: Path, *before: str) -> tuple[int, Diagnosis]:
    command = [sys.executable, *(before or ("-m", "autograder", "doctor")), "--json"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    assert done.stdout, done.stderr.decode()
    return done.returncode, from_json(done.stdout, Diagnosis)


def test_the_strongest_wall_that_holds_is_chosen(folder: Path) -> None:
    """Every tier is looked at; one that holds withstood every attempt, one that does not comes with a fix."""
    code, found = _doctor(folder)
    assert [wall.tier for wall in found.walls] == list(BY_STRENGTH)
    holding = [wall for wall in found.walls if wall.holds]
    assert found.chosen == (holding[0].tier if holding else "")
    assert code == (0 if holding else 4)
    for wall in found.walls:
        if wall.holds:
            assert wall.attempts
            assert all(attempt.held for attempt in wall.attempts)
        else:
            assert wall.problem
            assert wall.fix
    assert not list((folder / ".autograder").iterdir())  # the canary is gone, and no secret was made


@pytest.mark.slow
def test_no_wall_is_exit_code_4(folder: Path) -> None:
    """Where a filter of the kernel's denies all of them, the doctor says so and what to type."""
    code, found = _doctor(folder, "-c", WITHOUT_WALLS)
    assert code == 4
    assert found.chosen == ""
    namespaces, landlock, _ = found.walls
    assert "unshare" in namespaces.problem
    assert "--security-opt" in namespaces.fix
    assert "Landlock" in landlock.problem
    assert "--security-opt seccomp=unconfined" in landlock.fix


@pytest.mark.slow
def test_it_works_outside_of_a_course(tmp_path: Path) -> None:
    """Who has not made a course yet can ask, too."""
    _, found = _doctor(tmp_path)
    (section,) = (each for each in found.sections if each.title == "course")
    assert [remark.condition for remark in section.remarks] == [Condition.NOTE]
    assert not list(tmp_path.iterdir())
