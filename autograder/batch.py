"""Grade what students handed in, and put the results where people look: reports, notebooks, pages, gradebook.

Only this process writes, and it writes each submission's files as soon as that is graded, so whatever ends a
batch early loses nothing that was finished. A submission keeps its report while nothing that the report depends
on has changed; where only checks have, it may be asked these alone (`grading.changed`).
"""

from __future__ import annotations

import contextlib
import datetime
import functools
import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from autograder.class_report import write_class_page
from autograder.course import Assignment, Course, Submission
from autograder.errors import SubmissionError, UsageError
from autograder.gradebook.database import load as load_gradebook
from autograder.grading import Graded, find_setup, unreadable
from autograder.grading.changed import Parts, find_scope, merged
from autograder.grading.key import own_key, report_key
from autograder.grading.passed import PassedChecks
from autograder.grading.scope import Scope
from autograder.notebooks.asked import texts_of_questions
from autograder.notebooks.reading import read_file
from autograder.pool.base import Pool
from autograder.pool.events import Event, Finished, Listener, ignore
from autograder.pool.local import LocalPool
from autograder.records import CellStatus, GradeReport, RunFacts, StudentId, from_json, to_json
from autograder.results import GradebookQueue, Reports, in_order, publish, write
from autograder.rubric import Rubric
from autograder.sandbox.isolation.tiers import AUTO, Tier
from autograder.settled import Settled
from autograder.standing import Journal, read_report, stays, waits_until
from autograder.training.devices import Setup, TrainingOptions


@dataclass(frozen=True)
class Batch:
    """A graded class: one report for every submission, sorted by student and read when it is asked for.

    `num_asked_less` were asked changed checks alone, and `has_errors` says whether a check could not be made. `waiting`
    says of students who handed in too often when their newest notebook may be graded; until then an earlier report
    stands. In `outdone` are those whose newest notebook scored less than the one that counts.
    """

    reports: Sequence[GradeReport]
    num_reused: int
    num_asked_less: int
    has_errors: bool
    waiting: Mapping[StudentId, datetime.datetime]
    outdone: tuple[StudentId, ...]


def grade_class(
    course: Course,
    assignment: Assignment,
    *,
    students: Sequence[str] = (),
    force: bool = False,
    only_changed_checks: bool = False,
    recipe: str | None = None,
    options: TrainingOptions | None = None,
    isolation: str = AUTO,
    workers: int | None = None,
    pool: Pool | None = None,
    on_event: Listener = ignore,
) -> Batch:
    """Grade every submission of an assignment.

    Parameters
    ----------
    students
        Only these, where any are named.
    force
        Grade again also what has not changed, and forget which checks passed for the same code.
    only_changed_checks
        Where nothing has changed but checks of the suite, ask these alone, and keep what the others found.
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
    if force:
        PassedChecks(course.cache, course.secret()).clear()
    own = LocalPool(course, isolation=isolation, workers=workers)
    is_new = any(not course.run_path(each.student, assignment.id).exists() for each in submissions)
    with contextlib.ExitStack() as stack:
        if pool is None and (force or is_new):
            stack.callback(own.__exit__)
            own.start()
        rubric = Rubric.read(assignment)
        look = None if pool is None else pool.find_gpus
        setup = find_setup(rubric, recipe, options or TrainingOptions(), look=look)
        desk = _Desk(course, rubric, recipe, setup, isolation)
        queue = GradebookQueue(course, assignment, rubric.released)
        settled = Settled(course, assignment, rubric.digest)
        finished: list[StudentId] = []
        with_errors: list[StudentId] = []
        waiting: dict[StudentId, datetime.datetime] = {}
        outdone: list[StudentId] = []
        todo: dict[Scope | None, list[Submission]] = {}

        def done(report: GradeReport, *, reused: bool = False) -> None:
            finished.append(report.student)
            with_errors.extend([report.student] if report.has_errors else [])
            if not reused:
                queue.add(report.student)
            on_event(Finished(student=report.student, report=report, reused=reused))

        for submission in submissions:
            known = None if force else desk.known(submission)
            kept = known.report if known is not None and known.holds else None
            if kept is None and not force and (until := _waits_until(course, assignment, submission)):
                kept = read_report(course, submission.student, assignment.id)
                waiting |= {submission.student: until} if kept else {}
            if kept is None:
                scope = desk.scope(known) if known is not None and only_changed_checks else None
                todo.setdefault(scope, []).append(submission)
            else:
                done(kept, reused=True)
        num_reused = len(finished)
        is_settled = not todo and settled.holds()
        for student in () if is_settled else finished:
            queue.add(student)
        num_asked_less = 0
        side_by_side = pool is not None or (workers or os.cpu_count() or 1) > 1
        try:
            if todo:
                load_gradebook()  # meanwhile the servers start
                with own if pool is None else contextlib.nullcontext(pool) as running:
                    whole = todo.pop(None, [])
                    for scope, some in (*todo.items(), (None, whole)):
                        handed_in = {each.student: each for each in some}
                        ordered = in_order(course, some, side_by_side=side_by_side)
                        listener = _unless_finished(on_event)
                        for graded in running.grade(
                            rubric, ordered, recipe=recipe, setup=setup, scope=scope, on_event=listener
                        ):
                            student = graded.report.student
                            result = desk.completed(graded, scope)
                            if result is None:
                                whole.append(handed_in[student])
                                continue
                            report = desk.settle(result)
                            num_asked_less += scope is not None
                            outdone += [student] if report is not result.report else []
                            done(report)
        finally:
            if finished and not is_settled:
                queue.finish()
                state = settled.state()  # what changes while the page is drawn is drawn by the next run
                write_class_page(course, assignment)
                if len(finished) == len(submissions) and not students:
                    settled.note(state)
        reports = Reports(course, assignment.id, sorted(finished))
        return Batch(reports, num_reused, num_asked_less, bool(with_errors), waiting, tuple(sorted(outdone)))


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


@dataclass(frozen=True)
class _Known:
    """An earlier grading of a submission, whether it still holds, and by which key it was handed in now."""

    report: GradeReport
    run: RunFacts
    own: str
    holds: bool


class _Desk:
    """Decides for each submission what is known of it, and what its grading is worth beside that."""

    def __init__(self, course: Course, rubric: Rubric, recipe: str | None, setup: Setup, isolation: str) -> None:
        self._course = course
        self._rubric = rubric
        self._recipe = recipe
        self._setup = setup
        self._isolation = isolation
        self._asked = texts_of_questions(rubric.released)

    @functools.cached_property
    def _parts(self) -> Parts:
        return Parts.of(self._rubric)

    def known(self, submission: Submission) -> _Known | None:
        """Return the earlier grading of a submission, if one was made behind the wall that is asked for now.

        What ended in an error, or ran into a limit, does not hold: a busy machine may have been to blame.
        """
        course = self._course
        try:
            run = from_json(course.run_path(submission.student, submission.assignment).read_bytes(), RunFacts)
            report = from_json(course.report_path(submission.student, submission.assignment).read_bytes(), GradeReport)
            tier = Tier(report.isolation)
        except (FileNotFoundError, msgspec.DecodeError, ValueError):  # ValueError: no such wall
            return None
        if not (self._isolation == tier or (self._isolation == AUTO and tier is not Tier.NONE)):
            return None
        try:
            data = read_file(submission.path)
        except SubmissionError as error:
            is_same = report == unreadable(self._rubric, submission, error, tier).report
            return _Known(report, run, "", holds=True) if is_same else None
        own = own_key(course, self._rubric, submission, data, self._recipe, tier, self._setup)
        is_decided = not report.has_errors and all(cell.status is not CellStatus.LIMIT for cell in report.cells)
        return _Known(report, run, own, is_decided and run.key == report_key(own, self._rubric))

    def scope(self, known: _Known) -> Scope | None:
        """Return what is to be asked where only checks have changed; None for everything."""
        return find_scope(self._rubric, self._parts, known.own, known.report, known.run)

    def completed(self, graded: Graded, scope: Scope | None) -> Graded | None:
        """Return a grading within a scope with what is kept of the earlier one; None where that does not fit."""
        if scope is None or not graded.run.key:  # without a key nothing was graded: it is an error of ours
            return graded
        student, name = graded.report.student, graded.report.assignment
        run = from_json(self._course.run_path(student, name).read_bytes(), RunFacts)
        before = Reports(self._course, name, [student])[0], run
        found = merged(self._rubric, scope, before, (graded.report, graded.run))
        return None if found is None else Graded(*found, graded.notebook)

    def settle(self, graded: Graded) -> GradeReport:
        """Write what a grading gave, or leave the earlier one where that counts; return the report that stands."""
        new, assignment = graded.report, self._rubric.assignment
        run = self._parts.noted(graded.run, self._rubric)
        journal = Journal(self._course, new.student, assignment.id)
        kept = read_report(self._course, new.student, assignment.id)
        counts = kept is not None and stays(assignment.settings.grading, kept, new, journal.read(), self._rubric.digest)
        journal.add(new, self._rubric.digest)
        if kept is not None and counts:
            write(self._course.run_path(new.student, assignment.id), to_json(run))
            return kept
        publish(self._course, assignment, new, run, graded.notebook, self._asked)
        return new


def _unless_finished(on_event: Listener) -> Listener:
    """Return a listener that is not told what is finished: a report may have to be completed first."""

    def listen(event: Event) -> None:
        if not isinstance(event, Finished):
            on_event(event)

    return listen


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
