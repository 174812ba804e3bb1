"""What came of collecting, as records: who handed in what, and what was left where it is, with the reason."""

from __future__ import annotations

from enum import StrEnum

from autograder.records import AssignmentId, Record, StudentId


class State(StrEnum):
    """What collecting did with a student's submission."""

    NEW = "new"
    REPLACED = "replaced"
    UNCHANGED = "unchanged"
    """The same already lies in ``submitted/``."""


class Taken(Record, frozen=True, kw_only=True):
    """One student's submission.

    `who` is what the platform calls the student, `entry` the notebook in `archive`. `submitted_at` is in UTC, and
    empty where the archive does not tell. `files` lie beside the notebook.
    """

    student: StudentId
    who: str
    archive: str
    entry: str
    state: State
    submitted_at: str = ""
    files: tuple[str, ...] = ()


class LeftOut(Record, frozen=True, kw_only=True):
    """Something in an archive that was not taken.

    `entry` is a path in `archive`, or what the platform calls a student whose whole submission is meant.
    `needs_person` says that it may be somebody's work, rather than something that nobody misses.
    """

    archive: str
    entry: str
    reason: str
    needs_person: bool = False


class Collection(Record, frozen=True, kw_only=True):
    """What one run of ``autograder collect`` found, sorted by student and by place in the archives."""

    assignment: AssignmentId
    is_dry_run: bool
    taken: tuple[Taken, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def needs_person(self) -> bool:
        """Whether somebody's work may have been left out."""
        return any(each.needs_person for each in self.left_out)
