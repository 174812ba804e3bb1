"""Grade what students handed in, and put the results where people look: reports, notebooks, pages, gradebook.

Only this process writes, and it writes each submission's files as soon as that is graded, so whatever ends a
batch early loses nothing that was finished. A submission keeps its report while nothing that the report depends
on has changed.
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import nbformat

from autograder.class_report import write_class_page
from autograder.course import Assignment, Course, Submission
from autograder.errors import SubmissionError, UsageError
from autograder.gradebook.nbgrader import write_reports
from autograder.grading import Graded, find_setup
from autograder.grading.key import report_key
from autograder.notebooks import cells
from autograder.notebooks.asked import texts_of_questions
from autograder.notebooks.reading import read_file
from autograder.pool.events import Finished, Listener, ignore
from autograder.pool.local import LocalPool
from autograder.records import CellStatus, GradeId, GradeReport, RunFacts, StudentId, from_json, to_json
from autograder.reports.feedback import render_feedback
from autograder.rubric import Rubric
from autograder.sandbox.isolation.tiers import AUTO, Tier
from autograder.standing import Journal, read_report, stays, waits_until
from autograder.training.devices import Setup, TrainingOptions


@dataclass(frozen=True)
class Batch:
    """A graded class: one report for every submission, sorted by student.

    `waiting` says of students who handed in too often when their newest notebook may be graded; until then an earlier
    report stands. In `outdone` are those whose newest notebook scored less than the one that counts.
    """

    reports: tuple[GradeReport, ...]
    num_reused: int
    waiting: Mapping[StudentId, datetime.datetime]
    outdone: tuple[StudentId, ...]


def grade_class(
    course: Course,
    assignment: Assignment,
    *,
    students: Sequence[str] = (),
    force: bool = False,
    recipe: str | None = None,
    options: TrainingOptions | None = None,
    isolation: str = AUTO,
    workers: int | None = None,
    pool: LocalPool | None = None,
    on_event: Listener = ignore,
) -> Batch:
    """Grade every submission of an assignment.

    Parameters
    ----------
    students
        Only these, where any are named.
    force
        Grade again also what has not changed.
    options
        What trains; the defaults where None.
    isolation
        The wall around student code, as `choose` takes it.
    pool
        Servers that run already, in place of new ones; then `isolation` and `workers` are theirs.

    Raises
    ------
    UsageError
        If there is nothing to grade, a named student handed in nothing, or what is to train is not there.
    AssignmentError
        If the suite or the release cannot be used.
    InfrastructureError
        If no wall holds that is as strong as was asked for.
    """
    submissions = _chosen(course, assignment, students)
    rubric = Rubric.read(assignment)
    setup = find_setup(rubric, recipe, options or TrainingOptions())
    asked = texts_of_questions(rubric.released)
    reports: dict[StudentId, GradeReport] = {}
    waiting: dict[StudentId, datetime.datetime] = {}
    outdone = []
    todo = []
    for submission in submissions:
        kept = None if force else _kept(course, rubric, submission, recipe, setup, isolation)
        if kept is None and not force and (until := _waits_until(course, assignment, submission)):
            kept = read_report(course, submission.student, assignment.id)
            waiting |= {submission.student: until} if kept else {}
        if kept is None:
            todo.append(submission)
        else:
            reports[submission.student] = kept
            on_event(Finished(student=submission.student, report=kept, reused=True))
    num_reused = len(reports)
    try:
        if todo:
            own = LocalPool(course, isolation=isolation, workers=workers)
            with own if pool is None else contextlib.nullcontext(pool) as running:
                for graded in running.grade(rubric, todo, recipe=recipe, setup=setup, on_event=on_event):
                    report = _settled(course, rubric, graded, asked)
                    if report is not graded.report:
                        outdone.append(report.student)
                    reports[report.student] = report
    finally:
        finished = tuple(reports[student] for student in sorted(reports))
        if finished:
            write_reports(course, assignment, rubric.released, finished)
            write_class_page(course, assignment)
    return Batch(finished, num_reused, waiting, tuple(sorted(outdone)))


def grade_file(
    course: Course,
    assignment: Assignment,
    path: Path,
    *,
    recipe: str | None = None,
    options: TrainingOptions | None = None,
    isolation: str = AUTO,
    on_event: Listener = ignore,
) -> GradeReport:
    """Grade one file and write nothing.

    Raises
    ------
    UsageError
        If there is no such file, or what is to train is not there.
    """
    if not path.is_file():
        raise UsageError(f"there is no file {path}")
    submission = Submission(assignment=assignment.id, student=StudentId(path.stem), path=path)
    rubric = Rubric.read(assignment)
    setup = find_setup(rubric, recipe, options or TrainingOptions())
    with LocalPool(course, isolation=isolation, workers=1) as pool:
        (graded,) = pool.grade(rubric, [submission], recipe=recipe, setup=setup, on_event=on_event)
    return graded.report


def publish(course: Course, assignment: Assignment, graded: Graded, asked: Mapping[GradeId, str]) -> None:
    """Write what a submission's grading gave into the course folder; `RunFacts` last, they say that it is whole.

    `asked` are the texts of the questions, for the student's page.
    """
    report = graded.report
    student, name = report.student, assignment.id
    _write(course.report_path(student, name), to_json(report))
    sources = {}
    if graded.notebook is not None:
        _write(course.autograded_path(student, name), graded.notebook.encode())
        notebook = nbformat.v4.reads(graded.notebook)
        sources = {grade_id: cell.source for grade_id, cell in cells.answers(notebook)}
    page = render_feedback(report, title=assignment.settings.title, sources=sources, asked=asked)
    _write(course.feedback_path(student, name), page.encode())
    _write(course.run_path(student, name), to_json(graded.run))


def _settled(course: Course, rubric: Rubric, graded: Graded, asked: Mapping[GradeId, str]) -> GradeReport:
    """Write what a grading gave, or leave the earlier one where that counts; return the report that stands."""
    new, assignment = graded.report, rubric.assignment
    journal = Journal(course, new.student, assignment.id)
    kept = read_report(course, new.student, assignment.id)
    counts = kept is not None and stays(assignment.settings.grading, kept, new, journal.read(), rubric.digest)
    journal.add(new, rubric.digest)
    if kept is not None and counts:
        _write(course.run_path(new.student, assignment.id), to_json(graded.run))
        return kept
    publish(course, assignment, graded, asked)
    return new


def _waits_until(course: Course, assignment: Assignment, submission: Submission) -> datetime.datetime | None:
    """Return when a notebook may be graded, where that is not now."""
    policy = assignment.settings.grading
    if not policy.per_day:
        return None
    try:
        digest = hashlib.sha256(read_file(submission.path)).hexdigest()
    except SubmissionError:
        return None
    gradings = Journal(course, submission.student, assignment.id).read()
    return waits_until(policy, gradings, digest, datetime.datetime.now(datetime.UTC))


def _chosen(course: Course, assignment: Assignment, students: Sequence[str]) -> tuple[Submission, ...]:
    submissions = course.submissions(assignment.id)
    if not submissions:
        raise UsageError(
            f"nothing was handed in: {course.root / 'submitted'} has no folder <student>/{assignment.id}; "
            f"put notebooks there as <student>/{assignment.id}/{assignment.id}.ipynb"
        )
    missing = sorted(set(students) - {submission.student for submission in submissions})
    if missing:
        raise UsageError(f"nothing was handed in by {', '.join(missing)}: see {course.root / 'submitted'}")
    return tuple(submission for submission in submissions if not students or submission.student in students)


def _kept(
    course: Course, rubric: Rubric, submission: Submission, recipe: str | None, setup: Setup, isolation: str
) -> GradeReport | None:
    """Return the report of an earlier grading that still holds, made behind the wall that is asked for now.

    What ended in an error, or ran into a limit, is always tried again: a busy machine may have been to blame.
    """
    try:
        data = read_file(submission.path)
        run = from_json(course.run_path(submission.student, submission.assignment).read_bytes(), RunFacts)
        report = from_json(course.report_path(submission.student, submission.assignment).read_bytes(), GradeReport)
        tier = Tier(report.isolation)
    except (FileNotFoundError, SubmissionError, msgspec.DecodeError, ValueError):  # ValueError: there is no such wall
        return None
    if not (isolation == tier or (isolation == AUTO and tier is not Tier.NONE)):
        return None
    if run.key != report_key(course, rubric, submission, data, recipe, tier, setup):
        return None
    if report.has_errors or any(cell.status is CellStatus.LIMIT for cell in report.cells):
        return None
    return report


def _write(path: Path, data: bytes) -> None:
    """Write a file as a whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(data)
    part.replace(path)
