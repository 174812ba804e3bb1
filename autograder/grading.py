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
from typing import Any

import msgspec

from autograder.course import Course, CourseSecret, Submission
from autograder.errors import AutograderError, SubmissionError
from autograder.models.view import ModelView, RuntimePort
from autograder.notebooks import cells as notebook_cells
from autograder.notebooks.executed import with_outputs
from autograder.notebooks.reading import read_file, read_notebook
from autograder.notebooks.restore import Restored, restore
from autograder.records import (
    CellRun,
    CheckId,
    CheckResult,
    GradeId,
    GradeReport,
    Outcome,
    RunFacts,
    TrainingRecord,
)
from autograder.rubric import Rubric
from autograder.sandbox.client import Child, ControlSocket
from autograder.sandbox.session import Cell, ExecutedCell, NotebookSession
from autograder.suite import plugin, runner
from autograder.suite.plugin import SuiteContext
from autograder.suite.submission import Submission as SubmissionUnderTest
from autograder.training.service import TrainingService

RUNTIME_S = 120.0
"""How long our own process may take to build a model or to predict."""
ISOLATION = "none"
"""The tier that a submission runs under: a process of its own, without a wall."""
VERSIONED = ("autograder", "ipython", "keras", "numpy", "pytest", "tensorflow")
UNREADABLE = "The file could not be read, so nothing could be checked."
_ADDRESS = re.compile(r"0x[0-9a-f]{6,}")

OnStep = Callable[[str], None]


@dataclass(frozen=True)
class Graded:
    """What grading one submission gave: the report, what is left out of it, and the executed notebook.

    `notebook` is the text of its file; None where the submission could not be read.
    """

    report: GradeReport
    run: RunFacts
    notebook: str | None = None


@dataclass(frozen=True)
class Grader:
    """Grades submissions of one assignment.

    Parameters
    ----------
    zygote
        Forks the processes of submissions and models.
    recipe_name
        Overrides the assignment's recipe.
    on_step
        Is told in a few words what is being done.
    """

    course: Course
    rubric: Rubric
    zygote: ControlSocket
    recipe_name: str | None = None
    on_step: OnStep = field(default=lambda text: None)

    def grade(self, submission: Submission) -> Graded:
        """Grade one submission; see the module."""
        facts = _Facts(submission)
        try:
            data = read_file(submission.path)
        except SubmissionError as error:
            return Graded(self._unreadable(submission, b"", error), facts.finish(key=""))
        facts.key = report_key(self.course, self.rubric, data, self.recipe_name)
        try:
            restored = restore(read_notebook(data), self.rubric.released)
        except SubmissionError as error:
            return Graded(self._unreadable(submission, data, error), facts.finish())
        facts.done("restore")
        trainings: dict[GradeId, TrainingRecord] = {}
        secret = self.course.secret()
        with contextlib.ExitStack() as stack:
            session = self._session(restored, data, secret)
            stack.callback(session.close)
            self.on_step("running the cells")
            executed = session.run()
            facts.done("execute")
            context = self._context(restored, session, secret, trainings, stack)
            checks, results = runner.judge(self.rubric.assignment.suite, context)
            facts.done("check")
        report = GradeReport(
            assignment=self.rubric.assignment.id,
            student=submission.student,
            submission_sha256=hashlib.sha256(data).hexdigest(),
            release_id=restored.release_id,
            isolation=ISOLATION,
            questions=self.rubric.questions(checks, context.untouched),
            checks=tuple(_without_addresses(check) for check in checks),
            cells=tuple(_cell_without_addresses(each.run) for each in executed),
            repairs=restored.repairs,
            trainings=tuple(trainings.values()),
        )
        notebook = self._executed(restored, executed)
        facts.done("report")
        return Graded(report, facts.finish(check_seconds=results.seconds), notebook)

    def _unreadable(self, submission: Submission, data: bytes, error: SubmissionError) -> GradeReport:
        checks = self.rubric.all_checks(Outcome.FAILED, UNREADABLE)
        return _report_without_run(self.rubric, submission, data, checks, problem=error)

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
            files={name: assignment.folder / name for name in assignment.settings.files},
            seed=secret.seed("submission", hashlib.sha256(data).hexdigest()),
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

        sources = {name: cell.source for name, cell in notebook_cells.answers(restored.notebook)}
        return SuiteContext(
            assignment=self.rubric.assignment.id,
            secret=secret,
            submission=SubmissionUnderTest(session, runtime, sources),
            train=train,
            untouched=self.rubric.untouched(restored.notebook),
            on_check=lambda check: self.on_step(f"checking {check.question}"),
        )

    def _executed(self, restored: Restored, executed: tuple[ExecutedCell, ...]) -> str:
        limits = self.rubric.assignment.settings.limits
        outputs = {each.run.index: each.outputs for each in executed}
        notebook = with_outputs(
            restored.notebook, outputs, max_chars=limits.output_kib * 1024, max_figures=limits.figures
        )
        return notebook_cells.to_bytes(notebook).decode()


def failed(rubric: Rubric, submission: Submission, error: AutograderError) -> Graded:
    """Return the result of a submission that our side could not grade: every check is an ERROR."""
    checks = rubric.all_checks(Outcome.ERROR, plugin.ERROR_SENTENCE, error.message)
    try:
        data = read_file(submission.path)
    except SubmissionError:
        data = b""
    report = _report_without_run(rubric, submission, data, checks)
    return Graded(report, _Facts(submission).finish(key=""))


def report_key(course: Course, rubric: Rubric, data: bytes, recipe_name: str | None) -> str:
    """Return the hash of all that a submission's report depends on."""
    parts = [
        hashlib.sha256(data).hexdigest(),
        rubric.digest,
        recipe_name or "",
        course.secret().digest,
        ISOLATION,
        *(f"{name}={version(name)}" for name in VERSIONED),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@contextlib.contextmanager
def open_runtime(zygote: ControlSocket) -> Iterator[RuntimePort]:
    """Open a fresh process of ours for models, and end it afterwards."""
    with zygote.fork({"kind": "runtime"}) as child:
        yield _Runtime(child)


class _Runtime:
    """A child of ours that holds models, with a limit on each question."""

    def __init__(self, child: Child) -> None:
        self._child = child

    def ask(self, op: str, /, *, timeout_s: float | None = None, **args: Any) -> Any:
        return self._child.ask(op, timeout_s=timeout_s or RUNTIME_S, **args)


class _Facts:
    """Collects the `RunFacts` of one grading."""

    def __init__(self, submission: Submission) -> None:
        self.key = ""
        self._submission = submission
        self._started_at = datetime.datetime.now(datetime.UTC)
        self._last = time.monotonic()
        self._steps: dict[str, float] = {}

    def done(self, step: str) -> None:
        """Count the seconds since the last step for this one."""
        now = time.monotonic()
        self._steps[step] = round(now - self._last, 3)
        self._last = now

    def finish(self, *, key: str | None = None, check_seconds: Mapping[CheckId, float] | None = None) -> RunFacts:
        return RunFacts(
            student=self._submission.student,
            assignment=self._submission.assignment,
            key=self.key if key is None else key,
            started_at=self._started_at.isoformat(timespec="seconds"),
            seconds=round(math.fsum(self._steps.values()), 3),
            seconds_by_step=self._steps,
            check_seconds={str(name): round(seconds, 3) for name, seconds in (check_seconds or {}).items()},
        )


def _report_without_run(
    rubric: Rubric,
    submission: Submission,
    data: bytes,
    checks: tuple[CheckResult, ...],
    problem: SubmissionError | None = None,
) -> GradeReport:
    """Return the report of what was not run: what cannot be read is worth nothing, the rest waits for a person."""
    return GradeReport(
        assignment=rubric.assignment.id,
        student=submission.student,
        submission_sha256=hashlib.sha256(data).hexdigest() if data else "",
        release_id="",
        isolation=ISOLATION,
        questions=rubric.questions(checks, None if problem else frozenset()),
        checks=checks,
        problem=problem.message if problem else "",
        staff_note=problem.staff_note if problem else "",
    )


def _without_addresses(check: CheckResult) -> CheckResult:
    """Memory addresses in a message would differ from run to run."""
    return msgspec.structs.replace(
        check, message=_ADDRESS.sub("0x…", check.message), staff_note=_ADDRESS.sub("0x…", check.staff_note)
    )


def _cell_without_addresses(run: CellRun) -> CellRun:
    return msgspec.structs.replace(run, message=_ADDRESS.sub("0x…", run.message))
