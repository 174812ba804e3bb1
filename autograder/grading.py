"""Grade one submission: restore, execute, check, report.

`Grader.grade` never raises for what a student did: every submission ends as a `GradeReport`. What is the
suite's or the machine's fault ends as checks of outcome ERROR, which a person has to look at.
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import math
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec
from nbformat import NotebookNode

from autograder.course import Assignment, Course, CourseSecret, Submission
from autograder.errors import AutograderError, InfrastructureError, SubmissionError
from autograder.models.view import ModelView, RuntimePort
from autograder.notebooks import cells as notebook_cells
from autograder.notebooks.cells import CellKind
from autograder.notebooks.executed import with_outputs
from autograder.notebooks.restore import Restored, read_notebook, restore
from autograder.records import (
    CellRun,
    CheckId,
    CheckResult,
    GradeId,
    GradeReport,
    Outcome,
    QuestionKind,
    QuestionResult,
    RunFacts,
    TrainingRecord,
)
from autograder.sandbox.client import Child, ControlSocket
from autograder.sandbox.session import Cell, ExecutedCell, NotebookSession
from autograder.suite import plugin, runner
from autograder.suite.plugin import Check, SuiteContext
from autograder.suite.submission import Submission as SubmissionUnderTest
from autograder.training.service import TrainingService

RUNTIME_S = 120.0
"""How long our own process may take to build a model or to predict."""
ISOLATION = "none"
"""The tier that a submission runs under: a process of its own, without a wall."""
VERSIONED = ("autograder", "ipython", "keras", "numpy", "pytest", "tensorflow")
_ADDRESS = re.compile(r"0x[0-9a-f]{6,}")

OnStep = Callable[[str], None]


@dataclass(frozen=True)
class Graded:
    """What grading one submission gave: the report, what is left out of it, and the executed notebook."""

    report: GradeReport
    run: RunFacts
    notebook: str | None
    """The executed notebook as the text of its file."""


@dataclass(frozen=True)
class Rubric:
    """What an assignment asks, read once: its released notebook and the checks of its suite."""

    assignment: Assignment
    released: NotebookNode
    checks: Mapping[CheckId, Check]
    digest: str

    @classmethod
    def read(cls, assignment: Assignment) -> Rubric:
        """Read the release and collect the suite.

        Raises
        ------
        AssignmentError
            If the suite cannot be used, or there is no release.
        """
        checks = runner.collect(assignment.suite)
        released = notebook_cells.read_release(assignment)
        return cls(assignment, released, checks, _digest_of(assignment))

    @property
    def release_id(self) -> str:
        """The release that submissions are restored to."""
        return notebook_cells.provenance(self.released)[1]

    def questions(self) -> tuple[tuple[GradeId, str, QuestionKind, float], ...]:
        """Return id, title, kind and points of each question, in the notebook's order."""
        points = plugin.points_by_question(self.checks)
        titles = {check.question: check.question_title for check in self.checks.values()}
        found: list[tuple[GradeId, str, QuestionKind, float]] = []
        for cell in self.released.cells:
            grade_id, kind = notebook_cells.grade_id(cell), notebook_cells.kind(cell)
            if grade_id is None:
                continue
            if kind in (CellKind.MANUAL, CellKind.TASK):
                title = grade_id.replace("_", " ").capitalize()
                found.append((grade_id, title, QuestionKind.MANUAL, notebook_cells.points(cell)))
            elif kind is CellKind.SOLUTION and grade_id in points:
                found.append((grade_id, titles[grade_id], QuestionKind.AUTOMATIC, points[grade_id]))
        return tuple(found)


@dataclass
class Grader:
    """Grades submissions of one assignment.

    Parameters
    ----------
    zygote
        Forks the processes of submissions and models.
    recipe_name
        Overrides the assignment's recipe.
    """

    course: Course
    rubric: Rubric
    zygote: ControlSocket
    recipe_name: str | None = None
    on_step: OnStep = field(default=lambda text: None)

    def grade(self, submission: Submission) -> Graded:
        """Grade one submission; see the module."""
        clock = _Clock()
        started_at = datetime.datetime.now(datetime.UTC)
        try:
            data = _read(submission.path)
            restored = restore(read_notebook(data), self.rubric.released)
        except SubmissionError as error:
            report = self._report(submission, b"", problem=error)
            return Graded(report, self._facts(submission, b"", started_at, clock, {}), None)
        clock.done("restore")
        secret = self.course.secret()
        with contextlib.ExitStack() as stack:
            session = self._session(restored, data, secret)
            stack.callback(session.close)
            self.on_step("running the cells")
            executed = session.run()
            clock.done("execute")
            trainings: dict[GradeId, TrainingRecord] = {}
            context = self._context(restored, session, secret, trainings, stack)
            checks, results = runner.judge(self.rubric.assignment.suite, context)
            clock.done("check")
        report = self._report(
            submission,
            data,
            restored=restored,
            checks=tuple(_scrubbed(check) for check in checks),
            cells=tuple(
                msgspec.structs.replace(each.run, message=_ADDRESS.sub("0x…", each.run.message)) for each in executed
            ),
            trainings=tuple(trainings.values()),
        )
        notebook = self._executed(restored, executed)
        clock.done("report")
        return Graded(report, self._facts(submission, data, started_at, clock, results.seconds), notebook)

    def failed(self, submission: Submission, error: AutograderError) -> Graded:
        """Return the report of a submission that our side could not grade: every check is an ERROR."""
        checks = tuple(
            CheckResult(
                check_id=check.id,
                question=check.question,
                title=check.title,
                outcome=Outcome.ERROR,
                max_points=check.points,
                message=plugin.ERROR_SENTENCE,
                staff_note=error.message,
            )
            for check in self.rubric.checks.values()
        )
        data = submission.path.read_bytes() if submission.path.is_file() else b""
        report = self._report(submission, data, checks=checks)
        return Graded(report, self._facts(submission, data, datetime.datetime.now(datetime.UTC), _Clock(), {}), None)

    def key(self, submission: Submission) -> str:
        """Return the hash of all that this submission's report depends on; empty where there is no file."""
        try:
            return self._key(_read(submission.path))
        except SubmissionError:
            return ""

    def _key(self, data: bytes) -> str:
        parts = [
            hashlib.sha256(data).hexdigest(),
            self.rubric.digest,
            self.recipe_name or "",
            self.course.secret().digest,
            ISOLATION,
            *(f"{name}={value}" for name, value in versions().items()),
        ]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def _session(self, restored: Restored, data: bytes, secret: CourseSecret) -> NotebookSession:
        assignment = self.rubric.assignment
        cells = [
            Cell(index, notebook_cells.grade_id(cell), cell.source)
            for index, cell in enumerate(restored.notebook.cells)
            if cell.cell_type == "code" and cell.source.strip()
        ]
        return NotebookSession(
            self.zygote,
            cells,
            limits=assignment.settings.limits,
            execution=assignment.settings.execution,
            files=[assignment.folder / name for name in assignment.settings.files],
            seed=secret.seed("student", hashlib.sha256(data).hexdigest()),
        )

    def _context(
        self,
        restored: Restored,
        session: NotebookSession,
        secret: CourseSecret,
        trainings: dict[GradeId, TrainingRecord],
        stack: contextlib.ExitStack,
    ) -> SuiteContext:
        opened: list[RuntimePort] = []

        def runtime() -> RuntimePort:
            if not opened:
                opened.append(stack.enter_context(open_runtime(self.zygote)))
            return opened[0]

        service = TrainingService(
            secret=secret,
            cache_folder=self.course.cache,
            open_runtime=lambda: open_runtime(self.zygote),
            on_state=self.on_step,
        )

        def train(view: ModelView, question: GradeId) -> TrainingRecord:
            name, recipe = self.rubric.assignment.recipe(self.recipe_name)
            record = service.train(view.graph, question=question, recipe_name=name, recipe=recipe)
            trainings[question] = record
            return record

        return SuiteContext(
            assignment=self.rubric.assignment.id,
            secret=secret,
            submission=SubmissionUnderTest(session, runtime, restored.sources),
            train=train,
            untouched=restored.untouched,
            on_check=lambda check: self.on_step(f"checking {check.question}"),
        )

    def _report(
        self,
        submission: Submission,
        data: bytes,
        *,
        restored: Restored | None = None,
        checks: tuple[CheckResult, ...] = (),
        cells: tuple[CellRun, ...] = (),
        trainings: tuple[TrainingRecord, ...] = (),
        problem: SubmissionError | None = None,
    ) -> GradeReport:
        if problem is not None:
            checks = tuple(_not_gradable(check) for check in self.rubric.checks.values())
        return GradeReport(
            assignment=self.rubric.assignment.id,
            student=submission.student,
            submission_sha256=hashlib.sha256(data).hexdigest() if data else "",
            release_id=restored.release_id if restored else "",
            isolation=ISOLATION,
            questions=self._questions(checks, has_notebook=restored is not None),
            checks=checks,
            cells=cells,
            repairs=restored.repairs if restored else (),
            trainings=trainings,
            problem=problem.message if problem else "",
            staff_note=problem.staff_note if problem else "",
        )

    def _questions(self, checks: tuple[CheckResult, ...], *, has_notebook: bool) -> tuple[QuestionResult, ...]:
        """Add up the checks; a question with an ERROR, and a manual one that was answered, wait for a person."""
        found = []
        for grade_id, title, kind, max_score in self.rubric.questions():
            mine = [check for check in checks if check.question == grade_id]
            score: float | None = math.fsum(check.points for check in mine)
            if kind is QuestionKind.MANUAL:
                score = None if has_notebook else 0.0
            elif any(check.outcome is Outcome.ERROR for check in mine):
                score = None
            found.append(
                QuestionResult(grade_id=grade_id, title=title, kind=kind, max_score=max_score, score=score)
            )
        return tuple(found)

    def _executed(self, restored: Restored, executed: tuple[ExecutedCell, ...]) -> str:
        limits = self.rubric.assignment.settings.limits
        outputs = {each.run.index: each.outputs for each in executed}
        notebook = with_outputs(
            restored.notebook, outputs, max_chars=limits.output_kib * 1024, max_figures=limits.figures
        )
        return notebook_cells.to_bytes(notebook).decode()

    def _facts(
        self,
        submission: Submission,
        data: bytes,
        started_at: datetime.datetime,
        clock: _Clock,
        check_seconds: Mapping[CheckId, float],
    ) -> RunFacts:
        return RunFacts(
            student=submission.student,
            assignment=self.rubric.assignment.id,
            key=self._key(data) if data else "",
            started_at=started_at.isoformat(timespec="seconds"),
            seconds=round(math.fsum(clock.steps.values()), 3),
            seconds_by_step={name: round(seconds, 3) for name, seconds in clock.steps.items()},
            check_seconds={str(name): round(seconds, 3) for name, seconds in check_seconds.items()},
        )


class _Clock:
    """Seconds since the last step, by step."""

    def __init__(self) -> None:
        self.steps: dict[str, float] = {}
        self._last = time.monotonic()

    def done(self, step: str) -> None:
        now = time.monotonic()
        self.steps[step] = self.steps.get(step, 0.0) + now - self._last
        self._last = now


class _Runtime:
    """A child of ours that holds models, with a limit on each question."""

    def __init__(self, child: Child) -> None:
        self._child = child

    def ask(self, op: str, /, *, timeout_s: float | None = None, **args: Any) -> Any:
        return self._child.ask(op, timeout_s=timeout_s or RUNTIME_S, **args)


@contextlib.contextmanager
def open_runtime(zygote: ControlSocket) -> Iterator[RuntimePort]:
    """Open a fresh process of ours for models, and end it afterwards."""
    with zygote.fork({"kind": "runtime"}) as child:
        yield _Runtime(child)


def versions() -> dict[str, str]:
    """Return the versions of the packages that a report depends on."""
    return {name: version(name) for name in VERSIONED}


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise SubmissionError(f"There is no notebook: a file {path.name} was expected in what you handed in.") from None
    except OSError as error:
        raise InfrastructureError(f"{path} cannot be read: {error}") from error


def _digest_of(assignment: Assignment) -> str:
    """Return the hash of everything of an assignment that a report depends on."""
    digest = hashlib.sha256()
    roots = (assignment.suite, assignment.release, assignment.folder)
    for path in sorted(path for root in roots for path in root.rglob("*") if path.is_file()):
        if "__pycache__" in path.parts or path.suffix == ".pyc" or ".ipynb_checkpoints" in path.parts:
            continue
        digest.update(path.name.encode() + b"\x00" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _not_gradable(check: Check) -> CheckResult:
    return CheckResult(
        check_id=check.id,
        question=check.question,
        title=check.title,
        outcome=Outcome.FAILED,
        max_points=check.points,
        message="The file could not be read, so nothing could be checked.",
    )


def _scrubbed(check: CheckResult) -> CheckResult:
    """Memory addresses in a message would differ from run to run."""
    message, note = (_ADDRESS.sub("0x…", text) for text in (check.message, check.staff_note))
    return msgspec.structs.replace(check, message=message, staff_note=note)

