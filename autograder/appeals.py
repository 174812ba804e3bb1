"""What a check found in one submission, for staff who answer an appeal: it alone is asked again.

The cells of the notebook run as they did when it was graded; of the suite only the check is asked, after those that it
needs. Nothing is written. The result holds parts of the hidden suite: it is not for students.
"""

from __future__ import annotations

import ast
import difflib

from autograder.course import Assignment, Course, Submission
from autograder.errors import SubmissionError, UsageError
from autograder.grading import find_setup
from autograder.grading.scope import Scope
from autograder.notebooks import cells
from autograder.notebooks.reading import read_file
from autograder.notebooks.restore import restore_file
from autograder.pool.events import Listener, ignore
from autograder.pool.local import LocalPool
from autograder.records import (
    CellRun,
    CellStatus,
    CheckId,
    CheckResult,
    Record,
    Repair,
    StudentId,
    TrainingRecord,
)
from autograder.rubric import Rubric
from autograder.sandbox.isolation.tiers import AUTO
from autograder.standing import read_report
from autograder.suite.plugin import Check
from autograder.training.devices import TrainingOptions


class Explanation(Record, frozen=True, kw_only=True):
    """A check of one submission, asked again.

    Attributes
    ----------
    before
        What the student's report says; None where there is no report, or it knows no such check.
    is_same_file
        Whether that report is about the notebook that lies there now.
    now
        What the check finds now. Its model is the last one that it looked at, the place marked where the check says so.
    needs
        What the checks find that it waits for.
    cells
        Those of its question, and every other one that did not run through.
    answer, source
        The student's answer to the question, in the restored notebook, and the check itself, with `where` it stands.
    """

    student: StudentId
    before: CheckResult | None
    is_same_file: bool
    now: CheckResult
    needs: tuple[CheckResult, ...]
    cells: tuple[CellRun, ...]
    repairs: tuple[Repair, ...]
    trainings: tuple[TrainingRecord, ...]
    answer: str
    source: str
    where: str

    @property
    def still_holds(self) -> bool:
        """Whether the report says what the check finds now."""
        return self.before is not None and self.is_same_file and self.before.outcome is self.now.outcome


def explain(
    course: Course,
    assignment: Assignment,
    student: str,
    check: str,
    *,
    recipe: str | None = None,
    isolation: str = AUTO,
    options: TrainingOptions | None = None,
    on_event: Listener = ignore,
) -> Explanation:
    """Ask one check of one submission again.

    Parameters
    ----------
    check
        Its id, or the part of it after the question where only one check ends so.

    Raises
    ------
    UsageError
        If the student handed in nothing, or there is no such check, or several.
    AssignmentError, InfrastructureError
        As `batch.grade_class` does.
    """
    submission = _submission(course, assignment, student)
    rubric = Rubric.read(assignment)
    chosen = _check(rubric, check)
    setup = find_setup(rubric, recipe, options or TrainingOptions())
    scope = Scope(None, _with_needs(rubric, chosen), shows_models=True)
    with LocalPool(course, isolation=isolation, workers=1) as pool:
        (graded,) = pool.grade(rubric, [submission], recipe=recipe, setup=setup, scope=scope, on_event=on_event)
    found = {result.check_id: result for result in graded.report.checks}
    kept = read_report(course, submission.student, assignment.id)
    return Explanation(
        student=submission.student,
        before=next((each for each in kept.checks if each.check_id == chosen.id), None) if kept else None,
        is_same_file=kept is not None and kept.submission_sha256 == graded.report.submission_sha256,
        now=found[chosen.id],
        needs=tuple(result for name, result in found.items() if name != chosen.id),
        cells=tuple(
            cell for cell in graded.report.cells if cell.grade_id == chosen.question or cell.status is not CellStatus.OK
        ),
        repairs=tuple(each for each in graded.report.repairs if each.grade_id in (None, chosen.question)),
        trainings=tuple(each for each in graded.report.trainings if each.question == chosen.question),
        answer=_answer(rubric, submission, chosen),
        source=_source(chosen),
        where=f"{chosen.path.relative_to(course.root)}"
        if chosen.path.is_relative_to(course.root)
        else chosen.path.name,
    )


def _submission(course: Course, assignment: Assignment, student: str) -> Submission:
    for submission in course.submissions(assignment.id):
        if submission.student == student:
            return submission
    raise UsageError(f"{student} handed in nothing for {assignment.id}: see {course.root / 'submitted'}")


def _check(rubric: Rubric, asked: str) -> Check:
    """Return the check of an id, or of the end of one."""
    names = [name for name in rubric.checks if name == asked or name.endswith(f".{asked}")]
    if len(names) == 1:
        return rubric.checks[names[0]]
    if names:
        raise UsageError(f"several checks are called {asked}: name one of {', '.join(sorted(names))}")
    near = difflib.get_close_matches(asked, list(rubric.checks), n=3, cutoff=0.5)
    hint = f"the nearest are {', '.join(near)}" if near else "a report names its checks"
    raise UsageError(f"{rubric.assignment.id} has no check {asked}: {hint}")


def _with_needs(rubric: Rubric, check: Check) -> frozenset[CheckId]:
    found: set[CheckId] = set()
    front = {check.id}
    while front:
        found |= front
        front = {need for name in front for need in rubric.checks[name].needs} - found
    return frozenset(found)


def _answer(rubric: Rubric, submission: Submission, check: Check) -> str:
    try:
        notebook = restore_file(read_file(submission.path), rubric.released).notebook
    except SubmissionError:
        return ""
    return next((str(cell.source) for name, cell in cells.answers(notebook) if name == check.question), "")


def _source(check: Check) -> str:
    """Return the text of a check's function."""
    text = check.path.read_text()
    name = "test_" + check.id.removeprefix(f"{check.question}.").partition("[")[0]
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef) and node.name == name:
            first = min((each.lineno for each in node.decorator_list), default=node.lineno)
            return "\n".join(text.splitlines()[first - 1 : node.end_lineno])
    return ""
