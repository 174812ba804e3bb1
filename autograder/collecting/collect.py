"""From archives to ``submitted/``: each file to its student, each student's newest attempt to its place."""

from __future__ import annotations

import contextlib
import tempfile
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO

from autograder.collecting import beside
from autograder.collecting.archive import Archive, Budget, Unreadable
from autograder.collecting.attempts import NOTEBOOK, Attempt, Piece, Undecided, files_beside, newest, notebook_among
from autograder.collecting.names import ARCHIVE_SUFFIX, Who
from autograder.collecting.placing import NotPlaced, Stage, put, state_of
from autograder.collecting.platforms import read_names
from autograder.collecting.result import Collection, LeftOut, Taken
from autograder.collecting.roster import Roster
from autograder.course import Assignment, Course, is_student_id
from autograder.errors import InfrastructureError, UsageError
from autograder.records import StudentId

MAX_INNER_BYTES = 250 << 20
_IN_MEMORY = 8 << 20


@dataclass
class _Run:
    """What a run has found so far."""

    course: Course
    assignment: Assignment
    platform: str
    roster: Roster | None
    budget: Budget = field(default_factory=Budget)
    left_out: list[LeftOut] = field(default_factory=list)

    def leave(self, archive: str, entry: str, reason: str, *, needs_person: bool = False) -> None:
        self.left_out.append(LeftOut(archive=archive, entry=entry, reason=reason, needs_person=needs_person))

    def leave_all(self, attempt: Attempt, reason: str, *, needs_person: bool = False) -> None:
        for piece in attempt.pieces:
            self.leave(attempt.archive, str(piece.entry.path), reason, needs_person=needs_person)


def collect(
    course: Course,
    assignment: Assignment,
    paths: Sequence[Path],
    *,
    platform: str = "auto",
    roster: Roster | None = None,
    is_replacing: bool = False,
    is_dry_run: bool = False,
) -> Collection:
    """Take what students handed in to an assignment out of archives.

    Parameters
    ----------
    paths
        The archives.
    platform
        Which platform made them: a name of `platforms.NAMES`, or ``auto``.
    roster
        Says which student the platform means; without it students have the platform's words for an id.
    is_replacing
        Whether a submission may take the place of another one of the student.
    is_dry_run
        Whether nothing is to be written to the course.

    Raises
    ------
    UsageError
        If an archive cannot be read, or is of no platform for certain.
    InfrastructureError
        If ``submitted/`` cannot be written.
    """
    run = _Run(course, assignment, platform, roster)
    submitted = course.root / "submitted"
    with contextlib.ExitStack() as stack:
        attempts: list[Attempt] = []
        for path in paths:
            attempts.extend(_attempts(run, stack.enter_context(_opened(path, run.budget))))
        found = sorted(_by_student(run, attempts).items())
        try:
            stage = stack.enter_context(Stage(None if is_dry_run else submitted))
            taken = [_take(run, stage, student, of_student, is_replacing, is_dry_run) for student, of_student in found]
        except OSError as error:
            raise InfrastructureError(
                f"{submitted} cannot be written: {error}; what lies there is whole, and collecting again goes on"
            ) from error
    return Collection(
        assignment=assignment.id,
        is_dry_run=is_dry_run,
        taken=tuple(each for each in taken if each is not None),
        left_out=tuple(sorted(run.left_out, key=lambda each: (each.archive, each.entry))),
    )


@contextlib.contextmanager
def _opened(path: Path, budget: Budget) -> Iterator[Archive]:
    with contextlib.ExitStack() as stack:
        try:
            archive = Archive(stack.enter_context(path.open("rb")), path.name, budget)
        except IsADirectoryError:
            raise UsageError(f"{path} is a folder: an archive is the .zip that the platform gives") from None
        except OSError as error:
            raise UsageError(f"{path} cannot be read: {error.strerror or error}") from error
        except Unreadable as error:
            raise UsageError(f"{path}: {error}") from error
        yield archive


def _attempts(run: _Run, archive: Archive) -> list[Attempt]:
    """Return what one archive holds of each student, in the order of the archive."""
    for refused in archive.refused:
        run.leave(archive.name, refused.name, refused.reason, needs_person=_is_work(refused.name))
    entries = []
    for entry in archive.entries:
        if beside.is_junk(entry.path):
            run.leave(archive.name, str(entry.path), "nobody handed it in: systems and editors make it")
        else:
            entries.append(entry)
    pieces: dict[tuple[Who, datetime | None], list[Piece]] = defaultdict(list)
    numbers: dict[tuple[Who, datetime | None], list[int]] = defaultdict(list)
    for entry, reading in read_names(archive, entries, run.platform, run.assignment.id, run.course.assignments):
        if isinstance(reading, str):
            run.leave(archive.name, str(entry.path), reason=reading, needs_person=_is_work(entry.path.name))
            continue
        for who in reading.who:
            pieces[who, reading.submitted_at].append(Piece(reading.path, entry))
            numbers[who, reading.submitted_at].extend([] if reading.number is None else [reading.number])
    return [
        Attempt(who, archive.name, tuple(found), submitted_at, max(numbers[who, submitted_at], default=None))
        for (who, submitted_at), found in pieces.items()
    ]


def _by_student(run: _Run, attempts: Iterable[Attempt]) -> dict[StudentId, list[Attempt]]:
    """Return the attempts of each student whose id is certain."""
    found: dict[StudentId, list[Attempt]] = defaultdict(list)
    for attempt in attempts:
        try:
            name = run.roster.student(attempt.who) if run.roster else attempt.who.id
        except LookupError as error:
            run.leave_all(attempt, str(error), needs_person=True)
            continue
        name = unicodedata.normalize("NFC", name)
        if not is_student_id(name) or len(name.encode()) > 200:
            reason = f"{name!r} cannot be a student's id: --map FILE.csv can give another"
            run.leave_all(attempt, reason, needs_person=True)
            continue
        found[StudentId(name)].append(attempt)
    spellings: dict[str, set[StudentId]] = defaultdict(set)
    for student in found:
        spellings[unicodedata.normalize("NFC", student.casefold())].add(student)
    for student in list(found):
        people = {attempt.who for attempt in found[student]}
        reason = ""
        if len(spellings[unicodedata.normalize("NFC", student.casefold())]) > 1:
            reason = f"some disks cannot tell {student!r} from another student: --map FILE.csv can give another id"
        elif not run.roster and len(people) > 1:
            reason = f"{len(people)} people would have the id {student!r}: --map FILE.csv can tell them apart"
        if reason:
            for attempt in found.pop(student):
                run.leave_all(attempt, reason, needs_person=True)
    return found


def _take(
    run: _Run,
    stage: Stage,
    student: StudentId,
    attempts: Sequence[Attempt],
    is_replacing: bool,
    is_dry_run: bool,
) -> Taken | None:
    """Take a student's newest attempt, and say of everything else why it is left."""
    place = run.course.root / "submitted" / student / run.assignment.id
    try:
        attempt = newest(attempts)
        with contextlib.ExitStack() as stack:
            pieces = list(_opened_within(run, attempt, stack))
            notebook = notebook_among(pieces, run.assignment.id)
            files, left = files_beside(notebook, pieces)
            entries = {path: piece.entry for path, piece in files.items()}
            name = f"{run.assignment.id}{NOTEBOOK}"
            folder, unreadable = stage.make(name, notebook.entry, entries, attempt.submitted_at)
            state = state_of(folder, place, is_replacing)
            if not is_dry_run:
                put(folder, place, state)
    except (Undecided, Unreadable, NotPlaced) as error:
        for each in attempts:
            run.leave_all(each, f"nothing of {student} is taken: {error}", needs_person=True)
        return None
    left |= {files[path]: reason for path, reason in unreadable.items()}
    for piece, reason in left.items():
        run.leave(piece.entry.archive.name, str(piece.entry.path), reason)
    for each in attempts:
        if each is not attempt:
            is_same = each.content == attempt.content
            run.leave_all(each, f"{'the same' if is_same else 'a newer attempt'} of {student} is taken")
    return Taken(
        student=student,
        who=attempt.who.words,
        archive=notebook.entry.archive.name,
        entry=str(notebook.entry.path),
        state=state,
        submitted_at=attempt.submitted_at.isoformat() if attempt.submitted_at else "",
        files=tuple(str(path) for path in files if path not in unreadable),
    )


def _opened_within(run: _Run, attempt: Attempt, stack: contextlib.ExitStack) -> Iterator[Piece]:
    """Yield the files of an attempt, and in the place of an archive among them what is in it."""
    for piece in attempt.pieces:
        if piece.path.suffix.lower() != ARCHIVE_SUFFIX:
            yield piece
            continue
        name = f"{piece.entry.archive.name}: {piece.entry.path}"
        file = stack.enter_context(_scratch())
        try:
            piece.entry.copy_to(file, MAX_INNER_BYTES)
            inner = Archive(file, name, run.budget)
        except Unreadable as error:
            run.leave(piece.entry.archive.name, str(piece.entry.path), str(error), needs_person=True)
            continue
        for refused in inner.refused:
            run.leave(name, refused.name, refused.reason)
        for entry in inner.entries:
            if beside.is_junk(entry.path):
                run.leave(name, str(entry.path), "nobody handed it in: systems and editors make it")
            elif entry.path.suffix.lower() == ARCHIVE_SUFFIX:
                run.leave(name, str(entry.path), "an archive within an archive is not opened")
            else:
                yield Piece(piece.path.with_suffix("") / entry.path, entry)


def _scratch() -> IO[bytes]:
    """Return a file without a name, in memory while it is small."""
    return tempfile.SpooledTemporaryFile(_IN_MEMORY)


def _is_work(name: str) -> bool:
    """Return whether a name may be that of somebody's work."""
    return name.lower().endswith((NOTEBOOK, ARCHIVE_SUFFIX))
