"""Grade one submission: restore, execute, check, report.

`Grader.grade` never raises for what a student did: every submission ends as a `GradeReport`. What is the
suite's or the machine's fault ends as checks of outcome ERROR, which a person has to look at.
"""

from __future__ import annotations

import contextlib
import datetime
import functools
import hashlib
import math
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version

import msgspec

from autograder.course import Course, CourseSecret, Submission
from autograder.errors import AssignmentError, AutograderError, SubmissionError, UsageError
from autograder.models.view import ModelView, RuntimePort
from autograder.notebooks import cells as notebook_cells
from autograder.notebooks.executed import with_outputs
from autograder.notebooks.reading import read_file, read_notebook
from autograder.notebooks.restore import Restored, restore
from autograder.records import (
    CellRun,
    CheckId,
    CheckResult,
    Evidence,
    GradeId,
    GradeReport,
    Outcome,
    RunFacts,
    TrainingRecord,
)
from autograder.reports.visible import clipped
from autograder.rubric import Rubric
from autograder.sandbox import handed_in
from autograder.sandbox.client import ControlSocket
from autograder.sandbox.handed_in import HandedIn
from autograder.sandbox.isolation.choice import children
from autograder.sandbox.isolation.tiers import Tier
from autograder.sandbox.runtimes import open_runtime, open_trainer
from autograder.sandbox.session import Cell, ExecutedCell, NotebookSession
from autograder.suite import plugin, runner
from autograder.suite.plugin import SuiteContext
from autograder.suite.submission import Submission as SubmissionUnderTest
from autograder.training.devices import Setup, TrainingOptions, find
from autograder.training.evaluation import Evaluation
from autograder.training.service import TrainingService, require_secret_labels

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
    tier
        The wall around them.
    recipe_name
        Overrides the assignment's recipe.
    setup
        What trains.
    on_step
        Is told in a few words what is being done.
    train
        Takes the place of training, where somebody only wants to know what would be trained.
    """

    course: Course
    rubric: Rubric
    zygote: ControlSocket
    tier: Tier
    recipe_name: str | None = None
    setup: Setup = field(default_factory=Setup)
    on_step: OnStep = field(default=lambda text: None)
    train: plugin.Train | None = None

    def grade(self, submission: Submission) -> Graded:
        """Grade one submission; see the module."""
        facts = _Facts(submission)
        try:
            data = read_file(submission.path)
        except SubmissionError as error:
            return Graded(self._unreadable(submission, b"", error), facts.finish(key=""))
        facts.key = report_key(self.course, self.rubric, submission, data, self.recipe_name, self.tier, self.setup)
        try:
            restored = restore(read_notebook(data), self.rubric.released)
        except SubmissionError as error:
            return Graded(self._unreadable(submission, data, error), facts.finish())
        facts.done("restore")
        trainings: dict[tuple[GradeId, Evidence], TrainingRecord] = {}
        secret = self.course.secret()
        with contextlib.ExitStack() as stack:
            weights = _weights(self.rubric, submission)
            session = self._session(restored, data, secret, weights)
            stack.callback(session.close)
            self.on_step("running the cells")
            executed = session.run()
            facts.done("execute")
            context = self._context(restored, session, secret, weights, trainings, stack)
            checks, results = runner.judge(self.rubric.assignment.suite, context)
            facts.done("check")
        report = GradeReport(
            assignment=self.rubric.assignment.id,
            student=submission.student,
            submission_sha256=hashlib.sha256(data).hexdigest(),
            release_id=restored.release_id,
            isolation=self.tier.value,
            questions=self.rubric.questions(checks, context.untouched),
            checks=tuple(_reported(check) for check in checks),
            cells=tuple(_cell_reported(each.run) for each in executed),
            repairs=restored.repairs,
            trainings=tuple(trainings.values()),
        )
        notebook = self._executed(restored, executed)
        facts.done("report")
        return Graded(report, facts.finish(check_seconds=results.seconds), notebook)

    def _unreadable(self, submission: Submission, data: bytes, error: SubmissionError) -> GradeReport:
        checks = self.rubric.all_checks(Outcome.FAILED, UNREADABLE)
        return _report_without_run(self.rubric, submission, data, checks, self.tier, problem=error)

    def _session(self, restored: Restored, data: bytes, secret: CourseSecret, weights: HandedIn) -> NotebookSession:
        assignment = self.rubric.assignment
        cells = [
            Cell(index, notebook_cells.grade_id(cell), cell.source)
            for index, cell in enumerate(restored.notebook.cells)
            if cell.cell_type == "code" and cell.source.strip()
        ]
        return NotebookSession(
            children(self.zygote, self.tier),
            cells,
            tier=self.tier,
            limits=assignment.settings.limits,
            execution=assignment.settings.execution,
            files={**{name: assignment.folder / name for name in assignment.settings.files}, **weights.files},
            seed=secret.seed("submission", hashlib.sha256(data).hexdigest()),
        )

    def _context(
        self,
        restored: Restored,
        session: NotebookSession,
        secret: CourseSecret,
        weights: HandedIn,
        trainings: dict[tuple[GradeId, Evidence], TrainingRecord],
        stack: contextlib.ExitStack,
    ) -> SuiteContext:
        opened: list[RuntimePort] = []

        def runtime() -> RuntimePort:
            if not opened:
                opened.append(stack.enter_context(open_runtime(self.zygote, self.tier)))
            return opened[0]

        service = TrainingService(
            secret=secret,
            cache_folder=self.course.cache,
            cache_bytes=self.course.settings.cache_mib << 20,
            open_trainer=functools.partial(open_trainer, self.zygote, self.tier),
            setup=self.setup,
            on_state=self.on_step,
        )

        def keep(record: TrainingRecord) -> None:
            trainings[record.question, record.evidence] = record

        def train(view: ModelView, question: GradeId) -> TrainingRecord:
            name, recipe = self.rubric.assignment.recipe(self.recipe_name)
            record = service.train(view.graph, question=question, recipe_name=name, recipe=recipe)
            keep(record)
            return record

        sources = {name: cell.source for name, cell in notebook_cells.answers(restored.notebook)}
        return SuiteContext(
            assignment=self.rubric.assignment.id,
            secret=secret,
            submission=SubmissionUnderTest(
                session, runtime, sources, {**dict.fromkeys(weights.files, ""), **weights.problems}
            ),
            train=self.train or train,
            evaluation=Evaluation(service, lambda: self.rubric.assignment.recipe(self.recipe_name), on_record=keep),
            untouched=self.rubric.untouched(restored.notebook),
            on_check=lambda check: self.on_step(f"checking {check.question}"),
        )

    def _executed(self, restored: Restored, executed: tuple[ExecutedCell, ...]) -> str:
        limits = self.rubric.assignment.settings.limits
        outputs = {each.run.index: each.outputs for each in executed}
        notebook = with_outputs(
            restored.notebook,
            outputs,
            max_chars=limits.output_kib * 1024,
            max_figures=limits.figures,
            released=frozenset(cell.source for cell in self.rubric.released.cells),
        )
        return notebook_cells.to_bytes(notebook).decode()


def failed(rubric: Rubric, submission: Submission, error: AutograderError, tier: Tier) -> Graded:
    """Return the result of a submission that our side could not grade: every check is an ERROR."""
    checks = rubric.all_checks(Outcome.ERROR, plugin.ERROR_SENTENCE, error.message)
    try:
        data = read_file(submission.path)
    except SubmissionError:
        data = b""
    report = _report_without_run(rubric, submission, data, checks, tier)
    return Graded(report, _Facts(submission).finish(key=""))


def _weights(rubric: Rubric, submission: Submission) -> HandedIn:
    return handed_in.find(submission.path.parent, rubric.assignment.settings.weights)


def find_setup(rubric: Rubric, recipe_name: str | None, options: TrainingOptions) -> Setup:
    """Return what trains the models of an assignment here.

    Raises
    ------
    UsageError
        If what the operator or the recipe asks for is not there, or the recipe that the operator chose cannot judge
        what is a student's own.
    AssignmentError
        If the assignment's own recipe cannot.
    """
    checks = rubric.checks.values()
    if not any(check.trains or check.evaluates for check in checks):
        return Setup(seed=options.seed)
    name, recipe = rubric.assignment.recipe(recipe_name)
    if any(check.evaluates for check in checks):
        try:
            require_secret_labels(name, recipe)
        except AssignmentError as error:
            if recipe_name is None:
                raise
            raise UsageError(error.message) from error
    return find(name, recipe, options)


def report_key(
    course: Course,
    rubric: Rubric,
    submission: Submission,
    data: bytes,
    recipe_name: str | None,
    tier: Tier,
    setup: Setup,
) -> str:
    """Return the hash of all that a submission's report depends on."""
    parts = [
        hashlib.sha256(data).hexdigest(),
        _weights(rubric, submission).digest,
        rubric.digest,
        recipe_name or "",
        course.secret().digest,
        tier.value,
        setup.identity,
        *(f"{name}={version(name)}" for name in VERSIONED),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


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
    tier: Tier,
    problem: SubmissionError | None = None,
) -> GradeReport:
    """Return the report of what was not run: what cannot be read is worth nothing, the rest waits for a person."""
    return GradeReport(
        assignment=rubric.assignment.id,
        student=submission.student,
        submission_sha256=hashlib.sha256(data).hexdigest() if data else "",
        release_id="",
        isolation=tier.value,
        questions=rubric.questions(checks, None if problem else frozenset()),
        checks=checks,
        problem=problem.message if problem else "",
        staff_note=problem.staff_note if problem else "",
    )


def _reported(check: CheckResult) -> CheckResult:
    return msgspec.structs.replace(check, message=_said(check.message), staff_note=_said(check.staff_note))


def _cell_reported(run: CellRun) -> CellRun:
    return msgspec.structs.replace(run, message=_said(run.message, 1000))


def _said(text: str, limit: int = 4000) -> str:
    """Return what a report says: of any length that student code chose it would fill disks, pages and gradebook.

    Memory addresses would differ from run to run.
    """
    return _ADDRESS.sub("0x…", clipped(text, limit))
