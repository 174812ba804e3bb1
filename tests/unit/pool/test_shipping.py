"""What grading reads arrives elsewhere as it is, and with nothing else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from courses import make_course

from autograder.course import Course, Submission
from autograder.errors import SubmissionError
from autograder.pool import shipping
from autograder.records import AssignmentId, StudentId
from autograder.sandbox import handed_in

WEIGHTS = ("there.npz", "missing.npz", "large.npz", "folder.npz", "link.npz")


@pytest.fixture
def course(tmp_path: Path) -> Course:
    course, assignment = make_course(tmp_path)
    (assignment.folder / "assignment.toml").write_text(f'title = "A practical"\nweights = {list(WEIGHTS)}\n')
    assignment.release.mkdir(parents=True)
    (assignment.release / "practical.ipynb").write_text("{}")
    (course.root / "pyproject.toml").write_text("[tool.autograder]\ncache_mib = 7\n")
    course.secret()
    return course


def submission(course: Course) -> Submission:
    """Return a submission with weights of every kind beside it."""
    path = course.root / "submitted" / "ada" / "practical" / "practical.ipynb"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"{}")
    (path.parent / "there.npz").write_bytes(b"weights")
    with (path.parent / "large.npz").open("wb") as file:
        file.truncate(handed_in.MAX_BYTES + 1)
    (path.parent / "folder.npz").mkdir()
    (path.parent / "link.npz").symlink_to(path)
    return Submission(assignment=AssignmentId("practical"), student=StudentId("ada"), path=path)


def test_a_course_arrives_without_what_is_nobody_s_business(course: Course) -> None:
    """Assignment, release and suite arrive; the secret, solutions and submissions do not."""
    submission(course)
    (course.root / "solutions" / "practical" / "accepted" / "loop.py").write_text("answer = 1")
    files = shipping.packed_course(course, course.assignment("practical"))
    assert {name.partition("/")[0] for name in files} == {"assignments", "release", "tests", "pyproject.toml"}
    with shipping.unpacked_course(files) as arrived:
        assert arrived.root.stat().st_mode & 0o777 == 0o700
        assert arrived.settings == course.settings
        assert arrived.assignment("practical").settings == course.assignment("practical").settings
        assert not (arrived.root / ".autograder").exists()
    assert not arrived.root.exists()


def test_what_was_handed_in_is_found_alike(course: Course) -> None:
    """The notebook and its weights arrive, and what is wrong with the others is said in the same words."""
    given = submission(course)
    packed = shipping.packed_submission(course.assignment("practical"), given)
    assert sum(len(data) for data in packed.files.values()) < 100
    with shipping.unpacked_submission(course, packed) as arrived:
        assert arrived.path.read_bytes() == given.path.read_bytes()
        here, there = (handed_in.find(each.path.parent, WEIGHTS) for each in (given, arrived))
    assert there.digest == here.digest
    assert there.problems == here.problems
    assert set(there.files) == set(here.files) == {"there.npz"}


def test_what_cannot_be_read_is_not_sent(course: Course) -> None:
    """A notebook that is a link is refused where it lies."""
    given = submission(course)
    given.path.unlink()
    given.path.symlink_to("/etc/passwd")
    with pytest.raises(SubmissionError):
        shipping.packed_submission(course.assignment("practical"), given)


def test_an_abandoned_folder_goes(course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a killed process left is removed by the next; what somebody holds stays."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    held = shipping.unpacked_course({"a.txt": b"1"})
    with held as first:
        pid = os.fork()
        if not pid:  # unpacks a course, and is killed before it can remove it
            abandoned = shipping.unpacked_course({"b.txt": b"2"})
            abandoned.__enter__()
            os._exit(0)
        os.waitpid(pid, 0)
        assert len(list((tmp_path / "tmp").glob("autograder-node-*"))) == 2
        with shipping.unpacked_course({"c.txt": b"3"}) as third:
            assert set((tmp_path / "tmp").glob("autograder-node-*")) == {first.root, third.root}
