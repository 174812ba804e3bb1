"""What the doctor says about software, machine, course and limits, and how it is printed."""

from __future__ import annotations

import compileall
import os
import sqlite3
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from autograder.cli.diagnosis import print_diagnosis
from autograder.course import Course
from autograder.doctor import Condition, Diagnosis, Remark, Section, WallSeen, software, surroundings, walls
from autograder.doctor.remarks import Attempt
from autograder.records import from_json, to_json
from autograder.sandbox.isolation.tiers import BY_STRENGTH, Tier
from autograder.secret import SECRET_VARIABLE

LONG = "type `sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0` " + "and then some more " * 10
HOSTILE = "[bold]x[/bold]\x1b[2J\u202e"


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Course:
    """A course with neither secret nor gradebook."""
    monkeypatch.delenv(SECRET_VARIABLE, raising=False)
    (tmp_path / "assignments").mkdir()
    (tmp_path / "nbgrader_config.py").touch()
    return Course(tmp_path)


def _about(course: Course, what: str) -> Remark:
    (remark,) = (each for each in surroundings.course(course) if each.what == what)
    return remark


def _diagnosis(*, chosen: str) -> Diagnosis:
    attempts = (Attempt("reads a file of the course", True, "Permission denied"),)
    return Diagnosis(
        version="0.1.0",
        chosen=chosen,
        walls=(
            WallSeen(tier=Tier.NAMESPACES, holds=False, problem="uid_map: Operation not permitted", fix=LONG),
            WallSeen(tier=Tier.LANDLOCK, holds=bool(chosen), attempts=attempts, problem="" if chosen else "too old"),
        ),
        sections=(
            Section("software", (Remark("python", Condition.GOOD, "3.11.7"),)),
            Section("course", (Remark("secret", Condition.BAD, f"others can use it {HOSTILE}", "`chmod 600 secret`"),)),
        ),
    )


def test_this_environment_is_the_supported_one() -> None:
    """The packages that the tests run with are those that are asked for; Python and TensorFlow are told in any case."""
    remarks = software.versions()
    assert {"python", "tensorflow", "keras", "nbgrader"} <= {remark.what for remark in remarks}
    assert all(remark.condition is Condition.GOOD for remark in remarks)


@pytest.mark.parametrize(
    ("asked", "found"), [("numpy<1", "but <1 is supported"), ("no-such-package-of-ours>=1", "not installed")]
)
def test_a_package_that_does_not_fit_is_named(asked: str, found: str) -> None:
    """Another version than the supported one, or none, is bad, and there is a line to type."""
    remark = software.package(Requirement(asked))
    assert remark.condition is Condition.BAD
    assert found in remark.found
    assert "pip install" in remark.fix


def test_packages_that_are_not_compiled_are_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The line to type compiles them."""
    folder = tmp_path / "uncompiled_package"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "part.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    before = software.bytecode(["uncompiled_package"])
    assert before.condition is Condition.BAD
    assert f"compileall -q -j 0 {tmp_path}" in before.fix
    compileall.compile_dir(folder, quiet=1)
    assert software.bytecode(["uncompiled_package"]).condition is Condition.GOOD


def test_packages_that_are_not_there_are_noticed() -> None:
    """Nothing to compile is not the same as everything compiled."""
    assert software.bytecode(["no_such_package_of_ours"]).condition is Condition.BAD


def test_the_secret_is_yours_alone(course: Course) -> None:
    """None yet is fine, one of mode 0600 too, and one that others can read is not."""
    assert _about(course, "secret").condition is Condition.NOTE
    course.secret()
    assert _about(course, "secret").condition is Condition.GOOD
    path = course.root / ".autograder" / "secret"
    path.chmod(0o644)
    remark = _about(course, "secret")
    assert remark.condition is Condition.BAD
    assert remark.fix == f"`chmod 600 {path}`"


def test_the_secret_itself_is_never_told(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither from its file nor from the environment."""
    course.secret()
    text = (course.root / ".autograder" / "secret").read_text().strip()
    assert text not in str(surroundings.course(course))
    monkeypatch.setenv(SECRET_VARIABLE, "which-is-not-to-be-told")
    assert SECRET_VARIABLE in _about(course, "secret").found
    assert "which-is-not-to-be-told" not in str(surroundings.course(course))


def test_a_secret_that_can_be_guessed_is_bad(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    """What grading would refuse is refused here too."""
    monkeypatch.setenv(SECRET_VARIABLE, "hunter2")
    remark = _about(course, "secret")
    assert remark.condition is Condition.BAD
    assert SECRET_VARIABLE in remark.fix
    assert "hunter2" not in remark.found + remark.fix


def test_a_gradebook_is_looked_into_and_not_changed(course: Course) -> None:
    """A database with students is good, a file of another kind is bad, and neither is written to."""
    assert _about(course, "gradebook").condition is Condition.NOTE
    assert not course.gradebook.exists()
    course.gradebook.write_text("no database, but long enough for one to be looked for in it" * 20)
    remark = _about(course, "gradebook")
    assert remark.condition is Condition.BAD
    assert remark.fix
    course.gradebook.unlink()
    connection = sqlite3.connect(course.gradebook)
    connection.execute("CREATE TABLE student (id TEXT)")
    connection.execute("INSERT INTO student VALUES ('ada')")
    connection.commit()
    connection.close()
    data = course.gradebook.read_bytes()
    assert "1 students" in _about(course, "gradebook").found
    assert course.gradebook.read_bytes() == data


def test_outside_of_a_course_it_says_how_to_get_into_one() -> None:
    """That is no fault."""
    (remark,) = surroundings.course(None)
    assert remark.condition is Condition.NOTE
    assert "--course" in remark.fix


def test_the_machine_is_described() -> None:
    """Kernel, user, GPU and temporary folder are told."""
    told = " ".join(f"{remark.what} {remark.found}" for remark in surroundings.machine())
    assert os.uname().release in told
    assert ("as root" in told) == (os.geteuid() == 0)
    assert "free" in told


@pytest.mark.parametrize("tier", BY_STRENGTH)
def test_every_limit_has_a_keeper(tier: Tier) -> None:
    """Behind each wall somebody keeps time, memory, processes, disk, files and output."""
    whats = [remark.what for remark in walls.limits(tier)]
    assert whats == ["time", "memory", "processes", "disk", "size of one file", "output and figures"]
    assert not [remark for remark in walls.limits(tier) if remark.condition is Condition.BAD]


def test_where_nothing_is_graded_nobody_keeps_limits() -> None:
    """Without a wall there is nothing to say."""
    assert walls.limits(None) == ()


def test_the_verdict_comes_first(capsys: pytest.CaptureFixture[str]) -> None:
    """The first line is what a tired person reads; a weaker wall that holds makes a stronger one no fault."""
    print_diagnosis(_diagnosis(chosen="landlock"))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Student code is walled in here, by landlock."
    assert any(line.split()[:2] == ["–", "namespaces"] for line in lines)
    assert any("1 of 1 attempts to break out failed; `--isolation auto` takes it" in line for line in lines)
    assert lines[-1] == "To be put right (✗): secret."


def test_without_a_wall_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    """Every wall is then a fault."""
    print_diagnosis(_diagnosis(chosen=""))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "No wall around student code holds here: nothing is graded."
    assert any(line.split()[:2] == ["✗", "namespaces"] for line in lines)
    assert lines[-1] == "To be put right (✗): walls, secret."


def test_what_is_to_be_typed_is_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """It can be copied from a terminal of any width."""
    print_diagnosis(_diagnosis(chosen=""))
    assert sum(LONG.strip() in line for line in capsys.readouterr().out.splitlines()) == 1


def test_what_is_piped_is_plain(capsys: pytest.CaptureFixture[str]) -> None:
    """No colours, and nothing that was found is obeyed."""
    print_diagnosis(_diagnosis(chosen="landlock"))
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "[bold]x[/bold]\\u001b[2J\\u202e" in out


def test_the_json_says_all_of_it() -> None:
    """It can be read back as the same records."""
    diagnosis = _diagnosis(chosen="landlock")
    assert from_json(to_json(diagnosis), Diagnosis) == diagnosis
