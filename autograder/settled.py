"""Whether gradebook and class page say already what a class's reports say: then neither is opened again.

To open nbgrader's gradebook, compare a class with it and draw the page takes longer than to find that no submission
has changed. So the state of all files that they were made of, and of the two themselves, is noted once both are
written, and looked at before they are written again. Whoever grades by hand, edits a date or puts a backup back
changes that state.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from autograder.course import Assignment, Course, Submission

_SETTINGS = ("nbgrader_config.py", "pyproject.toml")
_HEADER = 100
"""Bytes at the start of an SQLite database; they count its changes (https://www.sqlite.org/fileformat2.html, 1.3)."""


class Settled:
    """The state of a class and its gradebook in which both, and the page, said the same.

    Parameters
    ----------
    rubric
        The digest of the assignment's files.
    """

    def __init__(self, course: Course, assignment: Assignment, rubric: str) -> None:
        self._course, self._assignment, self._rubric = course, assignment, rubric
        self._path = course.root / ".autograder" / "settled" / assignment.id
        self._page = course.class_page(assignment.id)

    def holds(self) -> bool:
        """Return whether all is as it was in the state that was noted last."""
        try:
            return self._page.is_file() and self._path.read_text() == self.state()
        except (FileNotFoundError, UnicodeDecodeError):
            return False

    def note(self, state: str) -> None:
        """Note that gradebook and page say what the reports say, as of a state."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_text(state)

    def state(self) -> str:
        """Return the state of everything but the page, as a hash."""
        digest = hashlib.sha256(self._rubric.encode())
        for part in self._parts():
            digest.update(b"\n" + part)
        return digest.hexdigest()

    def _parts(self) -> Iterator[bytes]:
        course, name = self._course, self._assignment.id
        for path in (*(course.root / each for each in _SETTINGS), self._assignment.folder / "assignment.toml"):
            yield path.read_bytes() if path.is_file() else b"-"
        yield _seen(course.gradebook)
        yield _seen(course.gradebook.with_name(f"{course.gradebook.name}-wal"))  # changes wait there, where one is kept
        if course.gradebook.is_file():
            with course.gradebook.open("rb") as file:
                yield file.read(_HEADER)
        for submission in course.submissions(name):
            yield from self._parts_of(submission)

    def _parts_of(self, submission: Submission) -> Iterator[bytes]:
        course, student, name = self._course, submission.student, submission.assignment
        yield student.encode()
        yield _seen(course.report_path(student, name))
        yield _seen(course.run_path(student, name))
        yield _seen(course.feedback_path(student, name))
        yield _seen(submission.path.parent / "timestamp.txt")


def _seen(path: Path) -> bytes:
    """Return what changes when a file is written or put in place of another; the same for every one that is gone."""
    try:
        found = path.stat()
    except OSError:
        return b"-"
    return f"{found.st_ino} {found.st_size} {found.st_mtime_ns}".encode()
