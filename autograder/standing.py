"""Which of a student's gradings stands, and when the next one may be made: the course's policy, from a journal.

Where the best counts, a notebook that scores less than an earlier one does not take its place, as long as both were
graded by the same suite; when the suite is changed, the notebook that lies there is graded by it. A limit on
gradings a day keeps a class from finding out about the hidden suite by trial: only notebooks that differ count.
"""

from __future__ import annotations

import datetime
import math

import msgspec

from autograder.course import Course
from autograder.records import AssignmentId, GradeReport, Record, StudentId, from_json
from autograder.settings import Counts, Grading

DAY = datetime.timedelta(days=1)


class Noted(Record, frozen=True, kw_only=True):
    """One grading of one notebook: when (UTC), which, by which suite, and what it scored."""

    at: datetime.datetime
    submission_sha256: str
    rubric: str
    score: float


def read_report(course: Course, student: StudentId, assignment: AssignmentId) -> GradeReport | None:
    """Return the report that stands; None where there is none that can be read."""
    try:
        return from_json(course.report_path(student, assignment).read_bytes(), GradeReport)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


class Journal:
    """The gradings of a student's notebooks for one assignment, oldest first.

    A line that cannot be read is passed over: it was torn, and cost nobody a grading.
    """

    def __init__(self, course: Course, student: StudentId, assignment: AssignmentId) -> None:
        self._path = course.gradings_path(student, assignment)

    def read(self) -> tuple[Noted, ...]:
        """Return all of them."""
        found = []
        for line in self._path.read_bytes().splitlines() if self._path.is_file() else ():
            try:
                found.append(msgspec.json.decode(line, type=Noted))
            except (msgspec.DecodeError, UnicodeDecodeError):
                continue
        return tuple(found)

    def add(self, report: GradeReport, rubric: str) -> None:
        """Note that a notebook was graded now, by a suite with that digest."""
        now = datetime.datetime.now(datetime.UTC)
        noted = Noted(at=now, submission_sha256=report.submission_sha256, rubric=rubric, score=report.score)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("ab") as file:
            file.write(msgspec.json.encode(noted) + b"\n")


def waits_until(
    policy: Grading, gradings: tuple[Noted, ...], submission_sha256: str, now: datetime.datetime
) -> datetime.datetime | None:
    """Return when a notebook may be graded; None where now.

    Parameters
    ----------
    gradings
        Those of the same student.
    submission_sha256
        Of the notebook: one that was graded in the last day may be graded again.
    now
        With a time zone.
    """
    last: dict[str, datetime.datetime] = {}
    for each in gradings:
        if now - each.at < DAY:
            last[each.submission_sha256] = max(each.at, last.get(each.submission_sha256, each.at))
    if not policy.per_day or submission_sha256 in last or len(last) < policy.per_day:
        return None
    return sorted(last.values())[-policy.per_day] + DAY


def stays(policy: Grading, kept: GradeReport, new: GradeReport, gradings: tuple[Noted, ...], rubric: str) -> bool:
    """Return whether an earlier report stays in its place beside a new one.

    Parameters
    ----------
    kept
        The report that stands.
    gradings
        Those of the same student.
    rubric
        Digest of what grades now.
    """
    if policy.counts is not Counts.BEST or kept.submission_sha256 == new.submission_sha256 or kept.has_errors:
        return False
    is_comparable = any(each.submission_sha256 == kept.submission_sha256 and each.rubric == rubric for each in gradings)
    return is_comparable and kept.score > new.score and not math.isclose(kept.score, new.score)
