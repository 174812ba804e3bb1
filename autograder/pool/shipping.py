"""What grading reads of a course, and what a student handed in, as data: a node of a cluster shares no folder with us.

Where the data arrive they lie in a private folder for as long as the process lives that unpacked them. A process that
was killed leaves its folder behind; the next one on that machine removes it.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from autograder.course import Assignment, Course, Submission
from autograder.notebooks.reading import read_file
from autograder.records import AssignmentId, StudentId
from autograder.sandbox import handed_in

Files = Mapping[str, bytes]
"""Contents by path, relative and with slashes."""
_PREFIX, _UNFINISHED, _LOCK = "autograder-node-", ".autograder-new-", ".lock"
_CACHES = ("__pycache__", ".ipynb_checkpoints")


@dataclass(frozen=True)
class HandedInFiles:
    """A submission as data.

    Attributes
    ----------
    name
        Of the notebook.
    files
        The notebook, and the weights beside it that can be taken.
    too_large, not_files
        Names of weights that cannot, so that the same is found wrong with them where this arrives.
    """

    assignment: AssignmentId
    student: StudentId
    name: str
    files: Files
    too_large: tuple[str, ...] = ()
    not_files: tuple[str, ...] = ()


def packed_course(course: Course, assignment: Assignment) -> Files:
    """Return what grading an assignment reads; no solutions, nobody's submission, and not the secret."""
    roots = (assignment.folder, assignment.release, assignment.suite)
    found = [path for root in roots for path in sorted(root.rglob("*")) if path.is_file()]
    settings = course.root / "pyproject.toml"
    return {
        path.relative_to(course.root).as_posix(): path.read_bytes()
        for path in (*found, *([settings] if settings.is_file() else []))
        if not any(part in _CACHES for part in path.parts)
    }


def packed_submission(assignment: Assignment, submission: Submission) -> HandedInFiles:
    """Return what a student handed in.

    Raises
    ------
    SubmissionError
        If the notebook cannot be read.
    """
    name, folder = submission.path.name, submission.path.parent
    notebook = read_file(submission.path)
    weights = handed_in.find(folder, assignment.settings.weights)
    others = [each for each in weights.problems if os.path.lexists(folder / each)]
    too_large = [each for each in others if stat.S_ISREG((folder / each).lstat().st_mode)]
    return HandedInFiles(
        submission.assignment,
        submission.student,
        name,
        {**{each: path.read_bytes() for each, path in weights.files.items()}, name: notebook},
        tuple(too_large),
        tuple(sorted({*others} - {*too_large})),
    )


@contextlib.contextmanager
def unpacked_course(files: Files) -> Iterator[Course]:
    """Write a course into a private folder, which goes with the process or before."""
    _remove_abandoned()
    folder = Path(tempfile.mkdtemp(prefix=_UNFINISHED))  # mode 0700
    try:
        with (folder / _LOCK).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            folder = folder.rename(folder.with_name(folder.name.replace(_UNFINISHED, _PREFIX)))
            _write(folder, files)
            yield Course(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def unpacked_submission(course: Course, packed: HandedInFiles) -> Iterator[Submission]:
    """Write what a student handed in into a folder of its own in the course's."""
    with tempfile.TemporaryDirectory(dir=course.root, prefix="handed-in-") as folder:
        _write(Path(folder), packed.files)
        for name in packed.not_files:
            Path(folder, name).mkdir()
        for name in packed.too_large:
            with Path(folder, name).open("wb") as file:
                file.truncate(handed_in.MAX_BYTES + 1)  # it takes no room
        yield Submission(assignment=packed.assignment, student=packed.student, path=Path(folder, packed.name))


def _write(folder: Path, files: Files) -> None:
    for name, data in files.items():
        path = folder / PurePosixPath(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def _remove_abandoned() -> None:
    """Remove folders whose process is gone: nobody holds their locks any more."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError), (folder / _LOCK).open("r+") as lock:  # OSError: held, or another user's
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
