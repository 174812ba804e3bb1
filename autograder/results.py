"""Puts what grading gave into the course folder, and reads reports back from it: one at a time, never a class at once.

A submission's files are written as soon as it is graded, `RunFacts` last: where they are there, the others are whole.
Scores go to the gradebook a few submissions at a time. Whatever ends a batch early leaves files and gradebook that
another run completes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import overload

import msgspec
import nbformat
from nbformat import NotebookNode

from autograder.course import Assignment, Course, Submission
from autograder.errors import AutograderError, InfrastructureError
from autograder.gradebook.nbgrader import write_reports
from autograder.notebooks import cells
from autograder.records import AssignmentId, GradeId, GradeReport, RunFacts, StudentId, from_json, to_json
from autograder.reports.feedback import render_feedback

AT_ONCE = 100
"""Submissions whose scores are written together: opening the gradebook costs as much as some dozens of them."""


def publish(
    course: Course,
    assignment: Assignment,
    report: GradeReport,
    run: RunFacts,
    notebook: str | None,
    asked: Mapping[GradeId, str],
) -> None:
    """Write what a submission's grading gave into the course folder.

    Parameters
    ----------
    notebook
        The executed notebook; None where the submission could not be read.
    asked
        The texts of the questions, for the student's page.
    """
    student, name = report.student, assignment.id
    course.run_path(student, name).unlink(missing_ok=True)  # the facts of another report must not vouch for this one
    write(course.report_path(student, name), to_json(report))
    sources = {}
    if notebook is not None:
        write(course.autograded_path(student, name), notebook.encode())
        sources = {grade_id: cell.source for grade_id, cell in cells.answers(nbformat.v4.reads(notebook))}
    page = render_feedback(report, title=assignment.settings.title, sources=sources, asked=asked)
    write(course.feedback_path(student, name), page.encode())
    write(course.run_path(student, name), to_json(run))


def write(path: Path, data: bytes) -> None:
    """Write a file as a whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(data)
    part.replace(path)


def in_order(course: Course, submissions: Sequence[Submission], *, side_by_side: bool) -> list[Submission]:
    """Return submissions in the order in which they are begun: quick ones first, by what their last grading took.

    Most of a class is graded then while a few are still worked on. Only the slowest one, where others are worked on
    beside it, begins with the first: else the whole class would wait at the end for what never ends by itself.
    """
    expected = {each.student: _expected_s(course, each) for each in submissions}
    ordered = sorted(submissions, key=lambda each: expected[each.student])
    if side_by_side and ordered and expected[ordered[-1].student][0] > 0:
        ordered.insert(0, ordered.pop())
    return ordered


def _expected_s(course: Course, submission: Submission) -> tuple[float, int]:
    """Return how long a grading may take: seconds of the last one, 0 where there was none, and then the file's size.

    Checks that trained are left out: what they trained is known by now.
    """
    try:
        run = from_json(course.run_path(submission.student, submission.assignment).read_bytes(), RunFacts)
        seconds = run.seconds - sum(run.check_seconds.get(name, 0.0) for name in run.check_trainings)
    except (OSError, msgspec.DecodeError):
        seconds = 0.0
    try:
        return seconds, submission.path.lstat().st_size
    except OSError:
        return seconds, 0


class Reports(Sequence[GradeReport]):
    """The reports of some students as they lie in the course: each is read when it is asked for, and let go again.

    Asking for one raises `InfrastructureError` where somebody has taken it away meanwhile.
    """

    def __init__(self, course: Course, assignment: AssignmentId, students: Sequence[StudentId]) -> None:
        self._course, self._assignment, self._students = course, assignment, tuple(students)

    def __len__(self) -> int:
        return len(self._students)

    @overload
    def __getitem__(self, index: int) -> GradeReport: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[GradeReport]: ...
    def __getitem__(self, index: int | slice) -> GradeReport | Sequence[GradeReport]:
        if isinstance(index, slice):
            return Reports(self._course, self._assignment, self._students[index])
        path = self._course.report_path(self._students[index], self._assignment)
        try:
            return from_json(path.read_bytes(), GradeReport)
        except (OSError, msgspec.DecodeError) as error:
            raise InfrastructureError(f"{path} cannot be read any more: grade again ({error})") from error


class GradebookQueue:
    """Reports whose scores are still to be written into the gradebook.

    While a batch runs, a gradebook that cannot be used (Formgrader writes, or an editor has locked it) is tried again
    later, and holds nobody up; `finish` is the last try.
    """

    def __init__(self, course: Course, assignment: Assignment, release: NotebookNode) -> None:
        self._course, self._assignment, self._release = course, assignment, release
        self._waiting: list[StudentId] = []

    def add(self, student: StudentId) -> None:
        """Take one student's report, as it lies in the course by now."""
        self._waiting.append(student)
        if len(self._waiting) % AT_ONCE == 0:
            try:
                self._write()
            except AutograderError:  # `finish` says it
                return

    def finish(self) -> None:
        """Write what waits.

        Raises
        ------
        AssignmentError, InfrastructureError
            As `write_reports` does; whoever was not written is written by the next run.
        """
        self._write()

    def _write(self) -> None:
        while self._waiting:
            some = self._waiting[:AT_ONCE]
            reports = Reports(self._course, self._assignment.id, some)
            write_reports(self._course, self._assignment, self._release, reports)
            del self._waiting[:AT_ONCE]
